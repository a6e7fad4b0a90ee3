/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A station held against this machine: which wire each port and line of its slots' fixtures is on, what that is now, and
 * who has it. Nothing is opened, requested or driven. Wires that Davy has itself, for a run or to hold them safe, are well.
 */
#ifndef DAVY_CLI_STATION_LOOK_H
#define DAVY_CLI_STATION_LOOK_H

#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "run/fixture.h"

/*
 * `station` is what a loader made of the file at `path`; `only` is one slot's number, or 0: all of them. The caller frees
 * {"wires":[{"slot","part","is","wire","there","who"}],"complaints":["…"],"faults":N}: a wire that is not there has no
 * `there`, and one that nobody has an empty `who`. Beside them "readers":[{"part","is","wire","there","who","why"}] has
 * those of the station, which are no slot's and no fault: of one that is not there `why` says so.
 */
struct value *station_look(const char *program, const char *path, const struct value *station,
			   int64_t only);
/* Has somebody else one of its wires? */
bool station_look_is_taken(const struct value *wire);
/* The fixture of this name, looked for above the station and then from here. The caller frees it. */
struct fixture *station_look_fixture(const char *program, const char *station, const char *name,
				     struct error *err);

#endif

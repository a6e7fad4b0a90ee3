/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the laboratory's store has about a piece of equipment, or of all runs, read by the role of a destination of kind "postgresql" where that
 * is a member of davy_reader, verified again on arrival (record/laboratory_life.h, laboratory_runs.h), and printed as one JSON object. Needs no
 * controller and writes nothing. The destination's `benches` {"B07":"…"} are the keys of benches that the laboratory has named.
 */
#ifndef DAVY_PUSH_READING_H
#define DAVY_PUSH_READING_H

#include <stdio.h>

#include "base/error.h"

enum { READING_ROWS_MOST = 20000 }; /* … of a store that has more, "isCut" says so */

struct reading {
	const char *state, *destination;
	const char *equipment; /* a serial number, an identity, or a tag's number; NULL: all runs */
};

int reading_run(const struct reading *reading, FILE *out, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Runs, from their order to their verdict: shown, stopped by a person, their questions answered. */
#ifndef DAVY_CLI_ATTEND_H
#define DAVY_CLI_ATTEND_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "cli/photo_source.h"

enum { ATTEND_GONE = 100 }; /* no exit code: a mortal controller died in the run */

struct attending {
	bool json, brief;
	bool mortal; /* the controller is expected to die in it; what it ends with otherwise is no result */
	struct photo_wish photos;
	const struct value *readers; /* a map: driver to port; NULL: as the station says */
	char **run; /* the first run's name, or NULL where none began; the caller's. NULL: nobody asks */
};

/*
 * Order these runs (a list, taken) from the controller of `state` and stay until all have ended: the exit
 * code of the worst verdict, ATTEND_GONE, or -1 and the reason.
 */
int attend_runs(const char *state, struct value *orders, const struct attending *attending,
		struct error *err);

#endif

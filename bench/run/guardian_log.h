/* SPDX-License-Identifier: Apache-2.0 */
/* What a guardian did, for people: STATE/guardian.log, one line each, with wall time. */
#ifndef DAVY_RUN_GUARDIAN_LOG_H
#define DAVY_RUN_GUARDIAN_LOG_H

#include <stdbool.h>

#include "base/buf.h"

struct guardian_log {
	const char *state;
	struct buf text; /* not in the file yet */
};

/* `state` lives as long as the log. */
void guardian_log_open(struct guardian_log *log, const char *state);
/* Remember a line. Touches no disk. */
void guardian_log_note(struct guardian_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Append what was remembered to the file. A disk that takes nothing loses it, and nothing else. */
void guardian_log_write(struct guardian_log *log);
void guardian_log_close(struct guardian_log *log); /* writes */

/*
 * What such a log (all its text) says became of an output of this run when its controller had died: how soon it was safe,
 * in ms; -1: it does not say that it was. What was done later of the same slot, for another run or what this one
 * left, does not count. `known`: the run is there at all.
 */
double guardian_log_safe_after(const char *text, int slot, const char *run, const char *output,
			       bool *known);

#endif

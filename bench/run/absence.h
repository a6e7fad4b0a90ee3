/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a bench was away, by two readings of its machine's clocks: one that a line "stands" of the journal holds, and
 * one of now. Pure.
 *
 * Where the machine was not started anew, its own clock has counted on. Else only the calendar can tell, as far as a time
 * server vouches for it at both ends; the kernel's own bounds are how wrong it may be. A calendar that a person set, or that
 * goes back, tells nothing.
 */
#ifndef DAVY_RUN_ABSENCE_H
#define DAVY_RUN_ABSENCE_H

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "loop/machine_time.h"

struct passed {
	nsec time;	/* since that line */
	nsec error;	/* at most, either way */
	const char *by; /* "machine", "calendar" */
};

/* What a line "stands" says of these clocks. */
void passed_describe(struct value *line, const struct machine_time *then);
/* -1: nobody knows how long it was (ERROR_REFUSED). */
int passed_since(const struct value *line, const struct machine_time *now, struct passed *passed,
		 struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specimens that a destructive protocol has used up, in the file `consumed` of the state folder: one line
 * of JSON each, {"class", "serial", "simulated", "run"}. A specimen is its class and serial number; a
 * simulated one and a real one are two. The journals of the runs say the same, in their line "consumes":
 * it is written first, so that a crash between the two can be made good.
 */
#ifndef DAVY_RUN_CONSUMED_H
#define DAVY_RUN_CONSUMED_H

#include <stdbool.h>

#include "base/error.h"
#include "run/plan.h"
#include "run/writer.h"

/* Texts live as long as the plan. */
struct specimen {
	const char *class, *serial;
	bool simulated;
};

/*
 * Does this plan use up a specimen that somebody named? One whose serial number is the simulation's own
 * is a new one each time.
 */
bool specimen_of(const struct plan *plan, struct specimen *specimen);
/* Serial numbers that differ in case, blanks, dashes or full-width forms are one: specimen.c. */
bool specimen_same(const struct specimen *a, const struct specimen *b);
/* Has it a serial number that is more than blanks? */
bool specimen_is_named(const struct specimen *specimen);

struct consumed;

/* Makes the file where there is none. Blocks on the disk: before the loop runs, or before a run does. */
struct consumed *consumed_open(const char *state, struct writer *writer, struct error *err);
/* What was written is still synced. Accepts NULL. */
void consumed_close(struct consumed *consumed);
/* The run that used it up or has it now, or NULL; lives until the next call that changes anything. */
const char *consumed_by(const struct consumed *consumed, const struct specimen *specimen);
/* `run` has it from here on; nobody else may. */
void consumed_reserve(struct consumed *consumed, const struct specimen *specimen, const char *run);
/* The run is over: what it had and did not use up is free again. Drops its report. */
void consumed_release(struct consumed *consumed, const char *run, void *ctx);
/* What the run has reserved is used up now: report when that is on the disk. */
void consumed_write(struct consumed *consumed, const char *run, writer_done_fn *fn, void *ctx);
/*
 * The run in `folder` was cut short, or the file is lost: had it begun to use up its specimen? Then see
 * to it that the file says so. Blocks on the disk: for the start of a controller, before its loop runs.
 */
int consumed_restore(const char *state, const char *folder, const char *run, struct error *err);

/* Why a run may not begin. */
struct specimen_refusal {
	const char *kind;   /* "confirm": the serial number is wanted again; or "consumed" */
	const char *serial; /* the plan's */
	const char *run;    /* of "consumed": the earlier one */
	struct error err;
};

/*
 * May this plan's run begin? Where it uses up its specimen, the order must have named it twice, and no
 * other run may have it or have used it up. `consumed` may be NULL where the plan uses up none.
 */
int specimen_check(const struct plan *plan, const struct consumed *consumed,
		   struct specimen_refusal *refusal);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch: what one command ordered, one run per slot, each with its own journal and verdict. All are
 * planned before any begins, so that a wrong word in one of them moves nothing.
 */
#ifndef DAVY_RUN_BATCH_H
#define DAVY_RUN_BATCH_H

#include <stdbool.h>

#include "base/error.h"
#include "run/plan.h"
#include "run/run.h"

struct batch;

struct batch_handlers {
	/*
	 * A run's event; or {"event":"refused"}, with "slot" when one run of several could not begin,
	 * without when the whole batch is refused and nothing of it was begun.
	 */
	void (*event)(void *ctx, const struct value *event);
	/* Every run has ended, or none was begun. Free it from the loop, not from inside. */
	void (*over)(void *ctx);
};

/* Takes the orders, not the array. Nothing is called from inside. */
struct batch *batch_start(const struct run_place *place, struct order *const *orders, size_t count,
			  const struct batch_handlers *handlers, void *ctx);
/* Stop the run on this slot (0: all). Before the runs began the whole batch is refused. */
void batch_stop(struct batch *batch, int slot, const char *why);
/*
 * Make safe at once every run that drives real wires; before the runs began the batch is refused. How many
 * there were.
 */
size_t batch_make_safe(struct batch *batch, const char *why);
/* Does a run that has not ended drive real wires? */
bool batch_has_wires(const struct batch *batch);
/* To the run on this slot (0: whichever has the question), as run_answer(). */
void batch_answer(struct batch *batch, int slot, uint32_t request, const char *text,
		  const char *reader);
/* The same of a photo. */
void batch_photograph(struct batch *batch, int slot, uint32_t request,
		      const struct run_photo *photo, const char *text);
/* What a person typed, to the run that is operated by hand. */
void batch_operate(struct batch *batch, const char *text);
/* Whoever watched it is gone: what was operated by hand ends, all else goes on. */
void batch_left_alone(struct batch *batch);
/* Does a run that has not ended have this slot? */
/* Is this run one of it, and not over? */
bool batch_has_run(const struct batch *batch, const char *id);
bool batch_has_slot(const struct batch *batch, int slot);
/* Will the controller kill itself in it? */
bool batch_pulls(const struct batch *batch);
bool batch_is_over(const struct batch *batch);
/* Add a map {run, protocol, slot, runner, world} to the list for each run that is on. */
void batch_describe(const struct batch *batch, struct value *runs);
/* Free what ended runs and plans that were made still hold. From the loop. */
void batch_tidy(struct batch *batch);
void batch_free(struct batch *batch); /* outputs are made safe first; accepts NULL */

#endif

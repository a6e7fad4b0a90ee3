/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees of runs: their events (run/run_watch.c) as lines and as a live block. */
#ifndef DAVY_CLI_PROGRESS_H
#define DAVY_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/value.h"
#include "loop/clock.h"

struct progress;

/*
 * `out` may be NULL: nothing is shown. `brief` leaves out the measures that passed. `several`: events of
 * more than one run will come, told apart by their slot. `clock` is the machine's (loop_real_clock), by which bench time goes
 * on in the block between events.
 */
struct progress *progress_new(FILE *out, bool brief, bool several, struct bench_clock *clock);
/* Something that belongs into the head, such as the fault of a simulated run. Before the first event. */
void progress_remark(struct progress *progress, const char *text);
void progress_take(struct progress *progress, const struct value *event);
/* A sentence among the events. */
void progress_say(struct progress *progress, const char *text);
/* The same about the run on this slot; 0: about none. */
void progress_say_of(struct progress *progress, int64_t slot, const char *text);
/* While somebody else writes to the terminal, the block stays away. */
void progress_hold(struct progress *progress, bool held);
/*
 * A person answers the oldest question of this slot (0: of none), and typed so much of it; NULL where the terminal
 * shows what is typed.
 */
void progress_types(struct progress *progress, int64_t slot, const char *typed);
/* Whether there is a block. */
bool progress_is_live(const struct progress *progress);
/* The block is gone until progress_show. */
void progress_away(struct progress *progress);
/* This question of the slot is answered. */
void progress_answered(struct progress *progress, int64_t slot, int64_t id);
/* Draw the block anew and write everything out. */
void progress_show(struct progress *progress);
/* All have ended: of several, say once more what each was found to be. */
void progress_end(struct progress *progress);
void progress_free(struct progress *progress); /* accepts NULL */

#endif

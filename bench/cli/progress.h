/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees of runs: their events (run/run_watch.c) as lines and as a live block. */
#ifndef DAVY_CLI_PROGRESS_H
#define DAVY_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/value.h"

struct progress;

/*
 * `out` may be NULL: nothing is shown. `brief` leaves out the measures that passed. `several`: events of
 * more than one run will come, told apart by their slot.
 */
struct progress *progress_new(FILE *out, bool brief, bool several);
/* Something that belongs into the head, such as the fault of a simulated run. Before the first event. */
void progress_remark(struct progress *progress, const char *text);
void progress_take(struct progress *progress, const struct value *event);
/* A sentence among the events. */
void progress_say(struct progress *progress, const char *text);
/* While a person types, the block stays away. */
void progress_hold(struct progress *progress, bool held);
/* Draw the block anew and write everything out. */
void progress_show(struct progress *progress);
/* All have ended: of several, say once more what each was found to be. */
void progress_end(struct progress *progress);
void progress_free(struct progress *progress); /* accepts NULL */

#endif

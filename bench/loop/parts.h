/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder need from each other. Nothing outside it includes this. */
#ifndef DAVY_LOOP_PARTS_H
#define DAVY_LOOP_PARTS_H

#include "loop/loop.h"

/* How a clock hangs on its loop; lives inside the clock. */
struct clock_link {
	struct bench_clock *clock;
	struct clock_link *previous, *next;
};

void loop_add_clock(struct loop *loop, struct clock_link *link);
/* Fine at any time, also while the loop is giving the clocks their turns. */
void loop_drop_clock(struct loop *loop, struct clock_link *link);

/* The signals that one loop takes over; they get their default action back when it closes. */
struct signals;
struct signals *signals_open(struct loop *loop, struct error *err);
int signals_take(struct signals *signals, int number, loop_signal_fn *fn, void *ctx,
		 struct error *err);
void signals_close(struct signals *signals); /* accepts NULL and a half-open one */

#endif

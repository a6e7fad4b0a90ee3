/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bench time: a value with three sources. Real runs with the machine's monotonic clock, scaled runs
 * `scale` times faster, virtual jumps to the next deadline when nothing is in flight. Every clock
 * starts at 0. A loop serves any number of clocks; each is one clock domain.
 *
 * Timers of one clock fire in the order (deadline, class, arming order). In virtual time one timer
 * fires at a time, and only while the clock is not held: whoever waits for another process or for
 * the disk holds the clock. Before the clock moves, its jump hook is asked (design: turns.md 2, 3).
 */
#ifndef DAVY_LOOP_CLOCK_H
#define DAVY_LOOP_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nsec.h"
#include "loop/loop.h"

enum clock_kind { CLOCK_KIND_REAL = 1, CLOCK_KIND_SCALED, CLOCK_KIND_VIRTUAL };

/* Order within one instant. */
enum timer_class {
	TIMER_STOP = 1,	 /* stop and trip */
	TIMER_BYTES,	 /* bytes and edges */
	TIMER_LINK,	 /* link time-outs */
	TIMER_POLL,	 /* channel polls */
	TIMER_CONDITION, /* deadlines of conditions */
	TIMER_WAIT,	 /* plain waits */
};

typedef void timer_fn(void *ctx);

/*
 * A timer lives in its owner's memory, zero-initialised, and must be stopped before that memory
 * goes. Inside `fn`, clock_now() is the timer's own deadline in virtual time, and the true time
 * (never earlier than the deadline) otherwise.
 */
struct timer {
	struct bench_clock *clock; /* NULL while not armed */
	nsec deadline;
	enum timer_class class;
	uint64_t order;
	size_t place; /* in the clock's heap */
	timer_fn *fn;
	void *ctx;
};

/*
 * Asked in virtual time before the clock moves on to `deadline`. Return the time to move to: the
 * same deadline to agree; or NSEC_NEVER for "not yet" after taking a clock_hold. The hook may move
 * the clock itself to an earlier instant with clock_move (an edge in the world) before it answers
 * "not yet".
 */
typedef nsec clock_jump_fn(void *ctx, nsec deadline);

struct bench_clock *clock_new(struct loop *loop, enum clock_kind kind, double scale);
void clock_free(struct bench_clock *clock); /* no timer may be armed */
enum clock_kind clock_kind(const struct bench_clock *clock);
nsec clock_now(const struct bench_clock *clock);
/* It goes on at this time: of a clock that nobody has read and no timer hangs on. */
void clock_go_on(struct bench_clock *clock, nsec now);
/*
 * The bench time of an instant of the machine's monotonic clock, as a kernel stamps it, and the other way
 * about. An instant before the clock began is negative. A virtual clock has no machine time: nothing
 * that is stamped by a machine may hang on one.
 */
nsec clock_at(const struct bench_clock *clock, nsec machine);
nsec clock_machine(const struct bench_clock *clock, nsec time);
void clock_on_jump(struct bench_clock *clock, clock_jump_fn *fn, void *ctx);
/* When the next timer is due; NSEC_NEVER when none is armed. */
nsec clock_next(const struct bench_clock *clock);
/* Virtual time only: move forward to `now` (never past an armed timer, never backwards). */
void clock_move(struct bench_clock *clock, nsec now);

/* While held any number of times, virtual time neither moves nor fires timers. No effect otherwise. */
void clock_hold(struct bench_clock *clock);
void clock_release(struct bench_clock *clock);

/* Arm (or re-arm) at an absolute bench time; a past deadline fires at once, but from the loop. */
void timer_start(struct timer *timer, struct bench_clock *clock, nsec deadline,
		 enum timer_class class, timer_fn *fn, void *ctx);
void timer_stop(struct timer *timer); /* fine when not armed */
bool timer_armed(const struct timer *timer);

/* For the loop alone: real nanoseconds until the clock needs a turn (0: now, -1: no need). */
nsec clock_patience(struct bench_clock *clock);
/* For the loop alone: fire what is due; true when anything fired. `quiet`: nothing is ready. */
bool clock_turn(struct bench_clock *clock, bool quiet);

#endif

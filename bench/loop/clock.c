/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bench clocks and their timers. The only place in the program that reads the machine's clocks.
 *
 * The timers of a clock stand in a binary heap by (deadline, class, order of arming); each knows its
 * place, so stopping one costs as little as firing it. A timer leaves the heap before its function
 * is called: it may arm itself again, free itself, or free the whole clock.
 *
 * Real and scaled clocks fire, in one turn, what was due when the turn began; what a handler arms
 * comes in a later turn, however overdue, so that descriptors are looked at in between.
 *
 * The virtual clock fires one timer per turn and only when nothing is ready and nobody holds it. Its
 * invariant: `now` never passes an armed timer. A timer armed in the past therefore counts as armed
 * for now, and takes its place among the others of this instant by class. Before `now` moves, the
 * jump hook is asked; since it may arm, stop, move or hold, everything is looked at afresh after it
 * has answered, and a deadline it did not agree to waits for the next turn.
 *
 * Nothing here sleeps; waiting is the loop's.
 */
#include "loop/clock.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "loop/parts.h"

struct bench_clock {
	enum clock_kind kind;
	double scale;
	nsec start; /* machine time of bench time 0 */
	nsec now;   /* virtual only */
	unsigned int holds;
	clock_jump_fn *jump;
	void *jump_ctx;

	struct timer **heap;
	size_t count, room;
	uint64_t next_order;

	struct loop *loop;
	struct clock_link link;
	bool *gone; /* set by clock_free: where a turn of this clock wants to know */
};

static nsec machine_time(clockid_t source)
{
	struct timespec time;

	clock_gettime(source, &time);
	return SEC(time.tv_sec) + time.tv_nsec;
}

static bool fires_before(const struct timer *a, const struct timer *b)
{
	if (a->deadline != b->deadline)
		return a->deadline < b->deadline;
	if (a->class != b->class)
		return a->class < b->class;
	return a->order < b->order;
}

static void heap_put(struct bench_clock *clock, struct timer *timer, size_t place)
{
	clock->heap[place] = timer;
	timer->place = place;
}

static void heap_rise(struct bench_clock *clock, struct timer *timer, size_t place)
{
	while (place > 0) {
		struct timer *parent = clock->heap[(place - 1) / 2];

		if (!fires_before(timer, parent))
			break;
		heap_put(clock, parent, place);
		place = (place - 1) / 2;
	}
	heap_put(clock, timer, place);
}

static void heap_sink(struct bench_clock *clock, struct timer *timer, size_t place)
{
	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < clock->count &&
		    fires_before(clock->heap[child + 1], clock->heap[child]))
			child++;
		if (child >= clock->count || !fires_before(clock->heap[child], timer))
			break;
		heap_put(clock, clock->heap[child], place);
		place = child;
	}
	heap_put(clock, timer, place);
}

static void heap_add(struct bench_clock *clock, struct timer *timer)
{
	if (clock->count == clock->room) {
		clock->room = clock->room ? clock->room * 2 : 16;
		clock->heap = xrealloc(clock->heap, clock->room * sizeof(*clock->heap));
	}
	clock->count++;
	heap_rise(clock, timer, clock->count - 1);
}

/* The last one fills the gap and finds its place from there, up or down. */
static void heap_remove(struct bench_clock *clock, size_t place)
{
	struct timer *last = clock->heap[--clock->count];

	if (place == clock->count)
		return;
	if (place > 0 && fires_before(last, clock->heap[(place - 1) / 2]))
		heap_rise(clock, last, place);
	else
		heap_sink(clock, last, place);
}

nsec clock_next(const struct bench_clock *clock)
{
	return clock->count ? clock->heap[0]->deadline : NSEC_NEVER;
}

struct bench_clock *clock_new(struct loop *loop, enum clock_kind kind, double scale)
{
	struct bench_clock *clock = xcalloc(1, sizeof(*clock));

	assert(kind != CLOCK_KIND_SCALED || scale > 0);
	clock->kind = kind;
	clock->scale = scale;
	clock->start = machine_time(CLOCK_MONOTONIC);
	clock->loop = loop;
	clock->link.clock = clock;
	loop_add_clock(loop, &clock->link);
	return clock;
}

void clock_free(struct bench_clock *clock)
{
	if (!clock)
		return;
	assert(clock->count == 0);
	if (clock->gone)
		*clock->gone = true;
	loop_drop_clock(clock->loop, &clock->link);
	free(clock->heap);
	free(clock);
}

enum clock_kind clock_kind(const struct bench_clock *clock)
{
	return clock->kind;
}

nsec clock_now(const struct bench_clock *clock)
{
	if (clock->kind == CLOCK_KIND_VIRTUAL)
		return clock->now;

	return clock_at(clock, machine_time(CLOCK_MONOTONIC));
}

nsec clock_at(const struct bench_clock *clock, nsec machine)
{
	nsec elapsed = machine - clock->start;

	assert(clock->kind != CLOCK_KIND_VIRTUAL);
	return clock->kind == CLOCK_KIND_REAL ? elapsed : (nsec)((double)elapsed * clock->scale);
}

nsec clock_machine(const struct bench_clock *clock, nsec time)
{
	assert(clock->kind != CLOCK_KIND_VIRTUAL);
	return clock->start +
	       (clock->kind == CLOCK_KIND_REAL ? time : (nsec)((double)time / clock->scale));
}

void clock_go_on(struct bench_clock *clock, nsec now)
{
	assert(clock->count == 0);
	if (clock->kind == CLOCK_KIND_VIRTUAL)
		clock_move(clock, now);
	else
		clock->start += clock_machine(clock, clock_now(clock)) - clock_machine(clock, now);
}

void clock_on_jump(struct bench_clock *clock, clock_jump_fn *fn, void *ctx)
{
	clock->jump = fn;
	clock->jump_ctx = ctx;
}

void clock_move(struct bench_clock *clock, nsec now)
{
	assert(clock->kind == CLOCK_KIND_VIRTUAL);
	assert(now >= clock->now && now <= clock_next(clock));
	clock->now = now;
}

void clock_hold(struct bench_clock *clock)
{
	clock->holds++;
}

void clock_release(struct bench_clock *clock)
{
	assert(clock->holds > 0);
	clock->holds--;
}

void timer_start(struct timer *timer, struct bench_clock *clock, nsec deadline,
		 enum timer_class class, timer_fn *fn, void *ctx)
{
	timer_stop(timer);
	if (clock->kind == CLOCK_KIND_VIRTUAL && deadline < clock->now)
		deadline = clock->now;
	*timer = (struct timer){
		.clock = clock,
		.deadline = deadline,
		.class = class,
		.order = clock->next_order++,
		.fn = fn,
		.ctx = ctx,
	};
	heap_add(clock, timer);
}

void timer_stop(struct timer *timer)
{
	if (!timer->clock)
		return;
	heap_remove(timer->clock, timer->place);
	timer->clock = NULL;
}

bool timer_armed(const struct timer *timer)
{
	return timer->clock != NULL;
}

nsec clock_patience(struct bench_clock *clock)
{
	nsec deadline = clock_next(clock);

	if (deadline == NSEC_NEVER)
		return -1;
	if (clock->kind == CLOCK_KIND_VIRTUAL)
		return clock->holds ? -1 : 0;

	nsec left = deadline - clock_now(clock);

	if (left <= 0)
		return 0;
	if (clock->kind == CLOCK_KIND_REAL)
		return left;
	return (nsec)fmin(ceil((double)left / clock->scale), (double)SEC(1000000000));
}

/* Call the next timer's function. The clock itself may be gone afterwards. */
static void clock_fire(struct bench_clock *clock)
{
	struct timer *timer = clock->heap[0];

	timer_stop(timer);
	timer->fn(timer->ctx);
}

static bool turn_running(struct bench_clock *clock)
{
	nsec now = clock->count ? clock_now(clock) : 0;
	uint64_t newer = clock->next_order;
	bool gone = false, fired = false;

	clock->gone = &gone;
	while (!gone && clock_next(clock) <= now && clock->heap[0]->order < newer) {
		clock_fire(clock);
		fired = true;
	}
	if (!gone)
		clock->gone = NULL;
	return fired;
}

/* Move on to the next deadline if the hook agrees; true when a timer may now fire. */
static bool clock_jump(struct bench_clock *clock, nsec deadline)
{
	bool gone = false;
	nsec agreed = deadline;

	if (clock->jump) {
		clock->gone = &gone;
		agreed = clock->jump(clock->jump_ctx, deadline);
		if (gone)
			return false;
		clock->gone = NULL;
		assert(agreed == deadline || agreed == NSEC_NEVER);
	}
	if (agreed != deadline || clock_next(clock) != deadline || clock->holds)
		return false;
	clock->now = deadline;
	return true;
}

static bool turn_virtual(struct bench_clock *clock)
{
	nsec deadline = clock_next(clock);

	if (clock->holds || deadline == NSEC_NEVER)
		return false;
	if (deadline > clock->now && !clock_jump(clock, deadline))
		return false;
	clock_fire(clock);
	return true;
}

bool clock_turn(struct bench_clock *clock, bool quiet)
{
	if (clock->kind == CLOCK_KIND_VIRTUAL)
		return quiet && turn_virtual(clock);
	return turn_running(clock);
}

nsec loop_boot_time(void)
{
	return machine_time(CLOCK_BOOTTIME);
}

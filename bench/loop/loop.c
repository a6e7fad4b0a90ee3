/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn of the loop: wait as long as the most impatient clock allows, hand out what is ready,
 * free the watches that were removed meanwhile, then give every clock its turn, in the order in
 * which they were made.
 *
 * A virtual clock may move only when nothing is ready. The loop therefore asks epoll before every
 * single firing, and tells the clocks whether the answer was "nothing" (quiet). Firing several
 * timers per question would save a microsecond each, where most instants cost nine for the world's
 * answer anyway, and would lose that guarantee: a handler may write into a socket pair whose other
 * end is read by this same loop, and those bytes must be seen at the instant they were sent.
 *
 * A removed watch may still stand in the events that epoll has already handed over. Its memory stays
 * until the turn is over, with no function to call. A handler may find its descriptor no longer
 * ready, since one before it may have emptied it; descriptors are non-blocking.
 *
 * Real time is kept to some ten microseconds: waiting counts nanoseconds, the thread's timer slack
 * is at its least, and the loop gets up early and asks without waiting for the last stretch, because
 * waking a sleeping processor takes most of that stretch (70 us measured on a virtual machine).
 */
#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/clock.h"
#include "loop/parts.h"

#define LAST_STRETCH USEC(100)

enum { EVENTS_PER_TURN = 64 };

struct watch {
	struct loop *loop;
	int fd;
	loop_fd_fn *fn; /* NULL once removed */
	void *ctx;
	struct watch *next_removed;
};

struct loop {
	int epoll;
	bool running, quitting;
	bool coarse; /* this kernel has no epoll_pwait2 */
	bool dispatching;
	size_t watches;
	struct watch *removed;
	struct clock_link *first_clock, *last_clock;
	struct clock_link *next_turn; /* whose turn comes next, while turns are given */
	struct bench_clock *real;
	struct signals *signals;
};

struct loop *loop_new(struct error *err)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		error_os(err, "the event loop cannot be made");
		free(loop);
		return NULL;
	}
	loop->real = clock_new(loop, CLOCK_KIND_REAL, 1);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	signals_close(loop->signals);
	clock_free(loop->real);
	assert(!loop->running && loop->watches == 0 && !loop->first_clock);
	close(loop->epoll);
	free(loop);
}

static int loop_control(struct watch *watch, int operation, uint32_t events, struct error *err)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (epoll_ctl(watch->loop->epoll, operation, watch->fd, &event) < 0)
		return error_os(err, "descriptor %d cannot be watched", watch->fd);
	return 0;
}

struct watch *loop_watch(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *ctx,
			 struct error *err)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	*watch = (struct watch){.loop = loop, .fd = fd, .fn = fn, .ctx = ctx};
	if (loop_control(watch, EPOLL_CTL_ADD, events, err) < 0) {
		free(watch);
		return NULL;
	}
	loop->watches++;
	return watch;
}

int loop_rewatch(struct watch *watch, uint32_t events, struct error *err)
{
	return loop_control(watch, EPOLL_CTL_MOD, events, err);
}

void loop_unwatch(struct watch *watch)
{
	if (!watch)
		return;

	struct loop *loop = watch->loop;

	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	loop->watches--;
	if (!loop->dispatching) {
		free(watch);
		return;
	}
	watch->fn = NULL;
	watch->next_removed = loop->removed;
	loop->removed = watch;
}

int loop_signal(struct loop *loop, int number, loop_signal_fn *fn, void *ctx, struct error *err)
{
	if (!loop->signals)
		loop->signals = signals_open(loop, err);
	return loop->signals ? signals_take(loop->signals, number, fn, ctx, err) : -1;
}

void loop_add_clock(struct loop *loop, struct clock_link *link)
{
	link->next = NULL;
	link->previous = loop->last_clock;
	if (loop->last_clock)
		loop->last_clock->next = link;
	else
		loop->first_clock = link;
	loop->last_clock = link;
}

void loop_drop_clock(struct loop *loop, struct clock_link *link)
{
	if (loop->next_turn == link)
		loop->next_turn = link->next;
	if (link->previous)
		link->previous->next = link->next;
	else
		loop->first_clock = link->next;
	if (link->next)
		link->next->previous = link->previous;
	else
		loop->last_clock = link->previous;
}

/* The least patience of all clocks; -1: for ever. */
static nsec loop_patience(const struct loop *loop)
{
	nsec least = -1;

	for (struct clock_link *link = loop->first_clock; link && least != 0; link = link->next) {
		nsec patience = clock_patience(link->clock);

		if (patience >= 0 && (least < 0 || patience < least))
			least = patience;
	}
	return least;
}

/* As epoll_pwait2, for kernels that have none: poll() on the epoll descriptor counts nanoseconds. */
static int wait_coarsely(int epoll, struct epoll_event *events, const struct timespec *timeout)
{
	struct pollfd ready = {.fd = epoll, .events = POLLIN};
	int count = ppoll(&ready, 1, timeout, NULL);

	return count > 0 ? epoll_wait(epoll, events, EVENTS_PER_TURN, 0) : count;
}

static int loop_wait(struct loop *loop, struct epoll_event *events)
{
	nsec patience = loop_patience(loop);

	if (patience <= LAST_STRETCH)
		return epoll_wait(loop->epoll, events, EVENTS_PER_TURN, patience < 0 ? -1 : 0);

	nsec sleep = patience - LAST_STRETCH;
	struct timespec timeout = {.tv_sec = sleep / SEC(1), .tv_nsec = sleep % SEC(1)};

	if (!loop->coarse) {
		int count = epoll_pwait2(loop->epoll, events, EVENTS_PER_TURN, &timeout, NULL);

		loop->coarse = count < 0 && errno == ENOSYS;
		if (!loop->coarse)
			return count;
	}
	return wait_coarsely(loop->epoll, events, &timeout);
}

static void free_removed(struct loop *loop)
{
	while (loop->removed) {
		struct watch *watch = loop->removed;

		loop->removed = watch->next_removed;
		free(watch);
	}
}

static void loop_dispatch(struct loop *loop, const struct epoll_event *events, int count)
{
	loop->dispatching = true;
	for (int i = 0; i < count && !loop->quitting; i++) {
		struct watch *watch = events[i].data.ptr;

		if (watch->fn)
			watch->fn(watch->ctx, events[i].events);
	}
	loop->dispatching = false;
	free_removed(loop);
}

static void loop_turn_clocks(struct loop *loop, bool quiet)
{
	struct clock_link *link = loop->first_clock;

	while (link && !loop->quitting) {
		loop->next_turn = link->next;
		clock_turn(link->clock, quiet);
		link = loop->next_turn;
	}
	loop->next_turn = NULL;
}

int loop_run(struct loop *loop, struct error *err)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int result = 0;

	assert(!loop->running);
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	loop->running = true;
	while (!loop->quitting) {
		int count = loop_wait(loop, events);

		if (count < 0 && errno != EINTR) {
			result = error_os(err, "the event loop cannot wait");
			break;
		}
		loop_dispatch(loop, events, count);
		loop_turn_clocks(loop, count == 0);
	}
	loop->running = loop->quitting = false;
	return result;
}

void loop_quit(struct loop *loop)
{
	loop->quitting = true;
}

struct bench_clock *loop_real_clock(struct loop *loop)
{
	return loop->real;
}

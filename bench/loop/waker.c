/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How another thread says "look here": an eventfd that counts pokes. The loop empties it before it
 * calls, so a poke during the call leads to another call; none is lost and many become one.
 *
 * What there is to look at travels beside the waker, under its owner's lock. In virtual time the
 * owner also holds the clock, or it would not wait for the other thread.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/loop.h"

struct waker {
	int fd;
	struct watch *watch;
	loop_wake_fn *fn;
	void *ctx;
};

static void waker_ready(void *ctx, uint32_t events)
{
	struct waker *waker = ctx;
	eventfd_t pokes;

	(void)events;
	if (eventfd_read(waker->fd, &pokes) == 0)
		waker->fn(waker->ctx);
}

struct waker *waker_new(struct loop *loop, loop_wake_fn *fn, void *ctx, struct error *err)
{
	struct waker *waker = xcalloc(1, sizeof(*waker));

	waker->fn = fn;
	waker->ctx = ctx;
	waker->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (waker->fd < 0)
		error_os(err, "a waker cannot be made");
	else
		waker->watch = loop_watch(loop, waker->fd, EPOLLIN, waker_ready, waker, err);
	if (!waker->watch) {
		waker_free(waker);
		return NULL;
	}
	return waker;
}

void waker_wake(struct waker *waker)
{
	eventfd_write(waker->fd, 1);
}

void waker_free(struct waker *waker)
{
	if (!waker)
		return;
	loop_unwatch(waker->watch);
	if (waker->fd >= 0)
		close(waker->fd);
	free(waker);
}

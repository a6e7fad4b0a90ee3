/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as bytes: blocked for the process, read from one signalfd, delivered from the loop like
 * anything else, so that no handler ever runs between two statements.
 *
 * A signal is blocked in the thread that takes it and in threads started afterwards; take signals
 * before starting threads. Processes started by loop/child.c get an empty mask again.
 *
 * Several signals of one number that arrive before the loop looks are delivered once, as the system
 * does with them.
 */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/parts.h"

struct signals {
	int fd;
	struct watch *watch;
	sigset_t taken;
	struct {
		loop_signal_fn *fn;
		void *ctx;
	} handlers[NSIG];
};

static void signal_ready(void *ctx, uint32_t events)
{
	struct signals *signals = ctx;
	struct signalfd_siginfo info;

	(void)events;
	if (read(signals->fd, &info, sizeof(info)) != sizeof(info))
		return;

	int number = (int)info.ssi_signo;

	signals->handlers[number].fn(signals->handlers[number].ctx, number);
}

struct signals *signals_open(struct loop *loop, struct error *err)
{
	struct signals *signals = xcalloc(1, sizeof(*signals));

	sigemptyset(&signals->taken);
	signals->fd = signalfd(-1, &signals->taken, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd < 0)
		error_os(err, "signals cannot be received");
	else
		signals->watch = loop_watch(loop, signals->fd, EPOLLIN, signal_ready, signals, err);
	if (!signals->watch) {
		signals_close(signals);
		return NULL;
	}
	return signals;
}

int signals_take(struct signals *signals, int number, loop_signal_fn *fn, void *ctx,
		 struct error *err)
{
	assert(number > 0 && number < NSIG);
	signals->handlers[number].fn = fn;
	signals->handlers[number].ctx = ctx;
	sigaddset(&signals->taken, number);
	if (sigprocmask(SIG_BLOCK, &signals->taken, NULL) < 0 ||
	    signalfd(signals->fd, &signals->taken, 0) < 0)
		return error_os(err, "signal %d cannot be received", number);
	return 0;
}

void signals_close(struct signals *signals)
{
	if (!signals)
		return;
	loop_unwatch(signals->watch);
	if (signals->fd >= 0)
		close(signals->fd);
	sigprocmask(SIG_UNBLOCK, &signals->taken, NULL);
	free(signals);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One read a turn, so that a device which talks for ever holds up nobody; what is left is still ready in
 * the next turn.
 *
 * The end of a wire has three faces: a read of 0 bytes after readiness, an error of read or write (EIO of
 * a terminal that was hung up), and HUP or ERR without anything to read. All are told from the loop, also
 * one that a write met: then by a timer of the machine's own clock.
 *
 * ECHO. An adapter of two wires hears itself. What was written is remembered until it has come back, byte
 * by byte; the first byte that differs is a collision on the bus or an adapter that is none of this kind.
 */
#include "port/serial_fd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strain.h"
#include "loop/clock.h"

enum { READ_MOST = 4096, WAITING_MOST = 65536 };

static const char UNPLUGGED[] = "the wire is gone (was the adapter unplugged?)";

struct serial_fd {
	struct loop *loop;
	int fd;
	struct watch *watch;
	serial_bytes_fn *bytes;
	serial_lost_fn *lost;
	void *ctx;
	bool echo;
	struct buf waiting; /* to be written */
	struct buf echoes;  /* to come back */
	struct timer ending;
	char why[160]; /* "" while it is there */
};

static void tell_lost(void *ctx)
{
	struct serial_fd *port = ctx;

	port->lost(port->ctx, port->why);
}

/* From here on nothing is heard or written; who uses the port is told from the loop. */
static void end(struct serial_fd *port, const char *why)
{
	if (port->why[0])
		return;
	snprintf(port->why, sizeof(port->why), "%s", why);
	loop_unwatch(port->watch);
	port->watch = NULL;
	timer_start(&port->ending, loop_real_clock(port->loop),
		    clock_now(loop_real_clock(port->loop)), TIMER_BYTES, tell_lost, port);
}

static void end_by_errno(struct serial_fd *port)
{
	char why[160];

	if (errno == EIO || errno == ENXIO || errno == ENODEV || errno == EPIPE ||
	    errno == ECONNRESET) {
		end(port, UNPLUGGED);
		return;
	}
	snprintf(why, sizeof(why), "the wire is gone: %s", strerror(errno));
	end(port, why);
}

/* ---- writing ---- */

/* Write what can be written now. */
static void push(struct serial_fd *port)
{
	ssize_t done = 0;

	while (port->waiting.size > 0 && done >= 0) {
		done = write(port->fd, port->waiting.data, port->waiting.size);
		if (done > 0)
			buf_drop(&port->waiting, (size_t)done);
		else if (done < 0 && errno == EINTR)
			done = 0;
	}
	if (done < 0 && errno != EAGAIN)
		end_by_errno(port);
}

static void watch_writing(struct serial_fd *port)
{
	struct error err;
	uint32_t events = EPOLLIN | (port->waiting.size > 0 ? EPOLLOUT : 0);

	if (port->watch && loop_rewatch(port->watch, events, &err) < 0)
		end(port, err.text);
}

int serial_fd_write(struct serial_fd *port, const uint8_t *bytes, size_t size, struct error *err)
{
	char why[160];

	if (port->waiting.size + size > WAITING_MOST) {
		snprintf(why, sizeof(why), "the port takes nothing any more: %zu bytes wait",
			 port->waiting.size);
		end(port, why);
	}
	if (!port->why[0]) {
		buf_add(&port->waiting, bytes, size);
		if (port->echo)
			buf_add(&port->echoes, bytes, size);
		push(port);
		watch_writing(port);
	}
	return port->why[0] ? error_set(err, ERROR_LINK, "%s", port->why) : 0;
}

size_t serial_fd_waiting(const struct serial_fd *port)
{
	return port->waiting.size;
}

/* ---- reading ---- */

/* How many of these bytes are the echo of what was written; -1: something else came first. */
static ssize_t take_echo(struct serial_fd *port, const uint8_t *bytes, size_t size)
{
	const uint8_t *expected = (const uint8_t *)port->echoes.data;
	size_t most = size < port->echoes.size ? size : port->echoes.size;
	char why[160];

	for (size_t i = 0; i < most; i++) {
		if (bytes[i] == expected[i])
			continue;
		snprintf(why, sizeof(why),
			 "%02X came back where %02X had been sent: a collision on the bus, or the "
			 "adapter does not echo and the station says that it does",
			 bytes[i], expected[i]);
		end(port, why);
		return -1;
	}
	buf_drop(&port->echoes, most);
	return (ssize_t)most;
}

static void hear(struct serial_fd *port, const uint8_t *bytes, size_t size)
{
	ssize_t echoed = port->echoes.size > 0 ? take_echo(port, bytes, size) : 0;

	if (echoed >= 0 && (size_t)echoed < size)
		port->bytes(port->ctx, bytes + echoed, size - (size_t)echoed);
}

static void ready(void *ctx, uint32_t events)
{
	struct serial_fd *port = ctx;
	uint8_t bytes[READ_MOST];
	ssize_t got;

	if (events & EPOLLOUT) {
		push(port);
		watch_writing(port);
	}
	if (port->why[0] || !(events & ~(uint32_t)EPOLLOUT))
		return;
	got = read(port->fd, bytes, strain_read(sizeof(bytes)));
	if (got > 0)
		hear(port, bytes, (size_t)got); /* which may free the port */
	else if (got == 0)
		end(port, UNPLUGGED);
	else if (errno != EAGAIN && errno != EINTR)
		end_by_errno(port);
	else if (events & (EPOLLHUP | EPOLLERR))
		end(port, UNPLUGGED);
}

/* ---- beginning and ending ---- */

struct serial_fd *serial_fd_new(struct loop *loop, int fd, bool echo, serial_bytes_fn *bytes,
				serial_lost_fn *lost, void *ctx, struct error *err)
{
	struct serial_fd *port = xcalloc(1, sizeof(*port));

	*port = (struct serial_fd){
		.loop = loop, .fd = fd, .bytes = bytes, .lost = lost, .ctx = ctx, .echo = echo};
	buf_init(&port->waiting);
	buf_init(&port->echoes);
	port->watch = loop_watch(loop, fd, EPOLLIN, ready, port, err);
	if (!port->watch) {
		serial_fd_free(port);
		return NULL;
	}
	return port;
}

void serial_fd_free(struct serial_fd *port)
{
	if (!port)
		return;
	loop_unwatch(port->watch);
	timer_stop(&port->ending);
	buf_done(&port->waiting);
	buf_done(&port->echoes);
	free(port);
}

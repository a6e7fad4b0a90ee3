/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real port is one of two things: there, with a descriptor in the loop, or lost, with a timer that
 * looks for it. What the port was when it was opened first (its USB identity, else its path) is what it
 * must be when it returns.
 *
 * Looking opens the port and sets it, so a port that is found is ready. What stands in its way then
 * (rights that udev has not given yet, another program) is waited out like absence.
 */
#include "port/serial_real.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/clock.h"
#include "port/serial_fd.h"
#include "port/serial_tty.h"

#define LOOK_EVERY MSEC(200)

struct serial_real {
	struct serial *serial;
	struct loop *loop;
	struct serial_wire wire;
	struct serial_found found; /* when it was opened first */
	char identity[320];
	int fd; /* -1 while lost */
	struct serial_fd *port;
	struct timer look;
};

static void lost(void *ctx, const char *why);
static void look(void *ctx);

static void heard(void *ctx, const uint8_t *bytes, size_t size)
{
	struct serial *serial = ((struct serial_real *)ctx)->serial;

	if (serial->on_bytes)
		serial->on_bytes(serial->ctx, bytes, size);
}

static void let_go(struct serial_real *real)
{
	serial_fd_free(real->port);
	real->port = NULL;
	serial_tty_close(real->fd, &real->wire.settings);
	real->fd = -1;
}

static int take(struct serial_real *real, struct serial_found *found, struct error *err)
{
	real->fd = serial_tty_open(&real->wire, found, err);
	if (real->fd < 0)
		return -1;
	real->port = serial_fd_new(real->loop, real->fd, real->wire.echo, heard, lost, real, err);
	if (real->port)
		return 0;
	let_go(real);
	return -1;
}

static void look_later(struct serial_real *real)
{
	struct bench_clock *clock = loop_real_clock(real->loop);

	timer_start(&real->look, clock, clock_now(clock) + LOOK_EVERY, TIMER_BYTES, look, real);
}

static void lost(void *ctx, const char *why)
{
	struct serial_real *real = ctx;
	struct serial *serial = real->serial;
	char text[160];

	snprintf(text, sizeof(text), "%s", why); /* it lives in what is let go */
	let_go(real);
	look_later(real);
	if (serial->on_lost)
		serial->on_lost(serial->ctx, text);
}

static void look(void *ctx)
{
	struct serial_real *real = ctx;
	struct serial *serial = real->serial;
	struct serial_found found;
	struct error ignored;

	if (serial_find(real->wire.where, "/sys", &found, &ignored) < 0 ||
	    !serial_is_same(&real->found, &found) || take(real, &found, &ignored) < 0) {
		look_later(real);
		return;
	}
	if (!serial_is_same(&real->found, &found)) { /* it changed while it was being opened */
		let_go(real);
		look_later(real);
		return;
	}
	if (serial->on_back)
		serial->on_back(serial->ctx);
}

static int real_write(void *self, const uint8_t *bytes, size_t size, struct error *err)
{
	struct serial_real *real = self;

	if (!real->port)
		return error_set(err, ERROR_LINK, "the wire is gone");
	return serial_fd_write(real->port, bytes, size, err);
}

static void real_close(void *self)
{
	struct serial_real *real = self;

	timer_stop(&real->look);
	let_go(real);
	free(real);
}

static const struct serial_backend REAL_BACKEND = {
	.write = real_write,
	.close = real_close,
};

struct serial *serial_real_open(struct loop *loop, const struct serial_wire *wire,
				struct error *err)
{
	struct serial *serial = xcalloc(1, sizeof(*serial));
	struct serial_real *real = xcalloc(1, sizeof(*real));

	*real = (struct serial_real){.serial = serial, .loop = loop, .wire = *wire, .fd = -1};
	*serial = (struct serial){
		.settings = wire->settings,
		.backend = &REAL_BACKEND,
		.self = real,
	};
	if (take(real, &real->found, err) < 0) {
		serial_close(serial);
		return NULL;
	}
	if (real->found.usb[0])
		snprintf(real->identity, sizeof(real->identity), "%s (%s)", real->found.path,
			 real->found.usb);
	else
		snprintf(real->identity, sizeof(real->identity), "%s", real->found.path);
	return serial;
}

int serial_real_fd(const struct serial *serial)
{
	assert(serial->backend == &REAL_BACKEND);
	return ((const struct serial_real *)serial->self)->fd;
}

const char *serial_real_identity(const struct serial *serial)
{
	assert(serial->backend == &REAL_BACKEND);
	return ((const struct serial_real *)serial->self)->identity;
}

size_t serial_real_waiting(const struct serial *serial)
{
	const struct serial_real *real = serial->self;
	int queued = 0;

	assert(serial->backend == &REAL_BACKEND);
	if (!real->port || ioctl(real->fd, TIOCOUTQ, &queued) < 0)
		return 0;
	return serial_fd_waiting(real->port) + (size_t)queued;
}

/* ---- without a loop ---- */

int serial_blind_open(const struct serial_wire *wire, struct error *err)
{
	struct serial_found found;

	return serial_tty_open(wire, &found, err);
}

static int blind_lost(struct error *err)
{
	return error_set(err, ERROR_LINK, "the wire is gone: %s", strerror(errno));
}

/* A millisecond of waiting at a time is counted, since nothing here may read a clock. */
static int blind_write(int fd, const uint8_t *bytes, size_t size, int *ms, struct error *err)
{
	struct pollfd out = {.fd = fd, .events = POLLOUT};
	ssize_t done;

	while (size > 0) {
		done = write(fd, bytes, size);
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return blind_lost(err);
		if (done > 0) {
			bytes += done;
			size -= (size_t)done;
			continue;
		}
		if ((*ms)-- <= 0)
			return error_set(err, ERROR_TIMEOUT, "the port takes nothing any more");
		poll(&out, 1, 1);
	}
	return 0;
}

int serial_blind_send(int fd, const uint8_t *bytes, size_t size, nsec within, struct error *err)
{
	int ms = (int)(within / MSEC(1)), waiting;

	if (blind_write(fd, bytes, size, &ms, err) < 0)
		return -1;
	for (;;) {
		if (ioctl(fd, TIOCOUTQ, &waiting) < 0)
			return blind_lost(err);
		if (waiting == 0)
			return 0;
		if (ms-- <= 0)
			return error_set(err, ERROR_TIMEOUT, "%d bytes are still waiting to leave",
					 waiting);
		poll(NULL, 0, 1);
	}
}

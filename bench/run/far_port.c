/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the devices say waits in a queue, by the time at which it is ready and then as it came, until it is
 * handed to the port, which sends it at the line's own speed. Nothing that is said overtakes what was
 * ready before it.
 *
 * Time here is real, as the line is: only how long an instrument thinks is a matter of its world, and
 * goes by scaled time.
 *
 * A port that is gone swallows what is said; what was held of a question is forgotten by its silence.
 */
#include "run/far_port.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/twin_ear.h"

struct saying {
	struct saying *next;
	nsec ready;
	size_t size;
	uint8_t bytes[];
};

struct far_port {
	struct bench_clock *real;
	double scale;
	struct twin_port *twins;
	struct twin_ear *ear;
	struct serial *serial; /* NULL: not connected */
	size_t (*waiting)(const struct serial *serial);
	enum line_fault fault;
	struct saying *sayings;
	struct timer timer;
	far_port_said_fn *said; /* the next saying is tried, not sent */
	void *said_ctx;
	void (*before)(void *ctx);
	void *before_ctx;
};

/* ---- speaking ---- */

static void send_ready(void *ctx);

static void send_next(struct far_port *port)
{
	if (port->sayings)
		timer_start(&port->timer, port->real, port->sayings->ready, TIMER_BYTES, send_ready,
			    port);
}

static void send_ready(void *ctx)
{
	struct far_port *port = ctx;
	struct error ignored;

	while (port->sayings && port->sayings->ready <= clock_now(port->real)) {
		struct saying *saying = port->sayings;

		port->sayings = saying->next;
		serial_write(port->serial, saying->bytes, saying->size, &ignored);
		free(saying);
	}
	send_next(port);
}

/* Through the line's fault, into the queue. */
static void queue(void *ctx, const uint8_t *bytes, size_t size, nsec delay)
{
	struct far_port *port = ctx;
	struct saying **place = &port->sayings;
	struct saying *saying = xcalloc(1, sizeof(*saying) + size);

	saying->ready = clock_now(port->real) + delay;
	saying->size = size;
	memcpy(saying->bytes, bytes, size);
	while (*place && (*place)->ready <= saying->ready)
		place = &(*place)->next;
	saying->next = *place;
	*place = saying;
	send_next(port);
}

static void say(void *mouth, const uint8_t *bytes, size_t size, nsec delay)
{
	struct far_port *port = mouth;
	far_port_said_fn *said = port->said;

	port->said = NULL;
	if (said)
		said(port->said_ctx, bytes, size);
	else if (port->serial)
		line_fault_say(port->fault, bytes, size, (nsec)((double)delay / port->scale), queue,
			       port);
}

static nsec backlog(void *mouth)
{
	return far_port_backlog(mouth);
}

nsec far_port_backlog(struct far_port *port)
{
	if (!port->waiting || !port->serial)
		return 0;
	return serial_transmission_time(&port->serial->settings, port->waiting(port->serial));
}

/* ---- hearing ---- */

static void heard(void *ctx, const uint8_t *bytes, size_t size)
{
	struct far_port *port = ctx;

	if (port->before)
		port->before(port->before_ctx);
	twin_ear_hear(port->ear, clock_now(port->real), bytes, size);
}

bool far_port_try(struct far_port *port, const uint8_t *question, size_t size,
		  far_port_said_fn *said, void *ctx)
{
	port->said = said;
	port->said_ctx = ctx;
	return twin_port_hear(port->twins, question, size);
}

/* ---- the port ---- */

struct far_port *far_port_new(struct bench_clock *real, double scale, struct world **world)
{
	static const struct twin_wire WIRE = {say, backlog};
	struct far_port *port = xcalloc(1, sizeof(*port));

	port->real = real;
	port->scale = scale;
	port->fault = LINE_GOOD;
	port->twins = twin_port_new(&WIRE, port, world);
	return port;
}

struct twin_port *far_port_twins(struct far_port *port)
{
	return port->twins;
}

void far_port_set_fault(struct far_port *port, enum line_fault fault)
{
	port->fault = fault;
}

void far_port_before_hearing(struct far_port *port, void (*fn)(void *ctx), void *ctx)
{
	port->before = fn;
	port->before_ctx = ctx;
}

void far_port_connect(struct far_port *port, struct serial *serial,
		      size_t (*waiting)(const struct serial *serial))
{
	port->ear = twin_ear_new(port->twins);
	port->said = NULL;
	port->serial = serial;
	port->waiting = waiting;
	serial->on_bytes = heard;
	serial->ctx = port;
}

void far_port_free(struct far_port *port)
{
	if (!port)
		return;
	timer_stop(&port->timer);
	while (port->sayings) {
		struct saying *saying = port->sayings;

		port->sayings = saying->next;
		free(saying);
	}
	serial_close(port->serial);
	twin_ear_free(port->ear);
	twin_port_free(port->twins);
	free(port);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line is a half-duplex queue of transmissions: written frames, and replies of the far end. One
 * is on the line at a time; it starts when it is ready and the line is free, takes the time that
 * baud and size give it, and is heard whole, in one call, when its last bit has arrived.
 *
 * Invariant: while a transmission is on the line, or one waits for it, the timer is armed (for its
 * end, or for the instant the first one is ready). What is heard is heard from the timer alone, as
 * its last act, so whoever hears may close the port.
 *
 * It does not model collisions: a frame written while a reply is on the line waits for its end.
 */
#include "port/serial_sim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct transmission {
	struct transmission *next;
	bool written; /* towards the far end */
	nsec ready;
	size_t size;
	uint8_t bytes[];
};

struct serial_sim {
	struct serial *serial;
	struct bench_clock *clock;
	serial_sim_hear_fn *hear;
	void *ctx;
	enum line_fault fault;
	bool unplugged, lost;	      /* lost: the user knows */
	struct transmission *waiting; /* by the time they are ready, then as they came */
	struct transmission *current;
	nsec free_from; /* when the last transmission ended */
	struct timer timer;
};

static void line_turn(void *ctx);

static void line_start(struct serial_sim *sim)
{
	struct transmission *first = sim->waiting;
	nsec start = first->ready > sim->free_from ? first->ready : sim->free_from;

	sim->waiting = first->next;
	sim->current = first;
	sim->free_from = start + serial_transmission_time(&sim->serial->settings, first->size);
	timer_start(&sim->timer, sim->clock, sim->free_from, TIMER_BYTES, line_turn, sim);
}

static void line_go_on(struct serial_sim *sim)
{
	if (sim->current || !sim->waiting)
		return;
	if (sim->waiting->ready <= clock_now(sim->clock))
		line_start(sim);
	else
		timer_start(&sim->timer, sim->clock, sim->waiting->ready, TIMER_BYTES, line_turn,
			    sim);
}

static void line_clear(struct serial_sim *sim)
{
	struct transmission *next;

	timer_stop(&sim->timer);
	free(sim->current);
	sim->current = NULL;
	for (struct transmission *each = sim->waiting; each; each = next) {
		next = each->next;
		free(each);
	}
	sim->waiting = NULL;
}

static void line_turn(void *ctx)
{
	struct serial_sim *sim = ctx;
	struct serial *serial = sim->serial;
	struct transmission *heard = sim->current;

	if (sim->unplugged) {
		sim->lost = true;
		if (serial->on_lost)
			serial->on_lost(serial->ctx, "the adapter was unplugged");
		return;
	}
	if (sim->lost) {
		sim->lost = false;
		line_go_on(sim);
		if (serial->on_back)
			serial->on_back(serial->ctx);
		return;
	}

	sim->current = NULL;
	line_go_on(sim);
	if (!heard)
		return;
	if (heard->written)
		sim->hear(sim->ctx, heard->bytes, heard->size);
	else if (serial->on_bytes)
		serial->on_bytes(serial->ctx, heard->bytes, heard->size);
	free(heard);
}

static void line_add(struct serial_sim *sim, bool written, nsec ready, const uint8_t *bytes,
		     size_t size)
{
	struct transmission **place = &sim->waiting;
	struct transmission *added = xcalloc(1, sizeof(*added) + size);

	added->written = written;
	added->ready = ready;
	added->size = size;
	memcpy(added->bytes, bytes, size);

	while (*place && (*place)->ready <= ready)
		place = &(*place)->next;
	added->next = *place;
	*place = added;
	line_go_on(sim);
}

static int sim_write(void *self, const uint8_t *bytes, size_t size, struct error *err)
{
	struct serial_sim *sim = self;

	if (sim->unplugged)
		return error_set(err, ERROR_LINK, "the adapter was unplugged");
	if (size > 0)
		line_add(sim, true, clock_now(sim->clock), bytes, size);
	return 0;
}

static void sim_close(void *self)
{
	struct serial_sim *sim = self;

	line_clear(sim);
	free(sim);
}

static const struct serial_backend SIM_BACKEND = {
	.write = sim_write,
	.close = sim_close,
};

static struct serial_sim *sim_of(struct serial *serial)
{
	assert(serial->backend == &SIM_BACKEND);
	return serial->self;
}

struct serial *serial_sim_new(struct bench_clock *clock, const struct serial_settings *settings,
			      serial_sim_hear_fn *hear, void *ctx)
{
	struct serial *serial = xcalloc(1, sizeof(*serial));
	struct serial_sim *sim = xcalloc(1, sizeof(*sim));

	*sim = (struct serial_sim){
		.serial = serial,
		.clock = clock,
		.hear = hear,
		.ctx = ctx,
		.fault = LINE_GOOD,
		.free_from = clock_now(clock),
	};
	*serial = (struct serial){
		.settings = *settings,
		.backend = &SIM_BACKEND,
		.self = sim,
	};
	return serial;
}

void serial_sim_set_fault(struct serial *serial, enum line_fault fault)
{
	sim_of(serial)->fault = fault;
}

static void reply(void *ctx, const uint8_t *bytes, size_t size, nsec delay)
{
	struct serial_sim *sim = ctx;

	line_add(sim, false, clock_now(sim->clock) + delay, bytes, size);
}

void serial_sim_reply(struct serial *serial, const uint8_t *bytes, size_t size, nsec delay)
{
	struct serial_sim *sim = sim_of(serial);

	if (!sim->unplugged)
		line_fault_say(sim->fault, bytes, size, delay, reply, sim);
}

nsec serial_sim_backlog(struct serial *serial)
{
	const struct serial_sim *sim = sim_of(serial);
	nsec now = clock_now(sim->clock);
	nsec backlog = sim->free_from > now ? sim->free_from - now : 0;

	for (const struct transmission *one = sim->waiting; one && one->ready <= now;
	     one = one->next)
		backlog += serial_transmission_time(&serial->settings, one->size);
	return backlog;
}

void serial_sim_unplug(struct serial *serial)
{
	struct serial_sim *sim = sim_of(serial);

	if (sim->unplugged)
		return;
	sim->unplugged = true;
	line_clear(sim);
	timer_start(&sim->timer, sim->clock, clock_now(sim->clock), TIMER_BYTES, line_turn, sim);
}

void serial_sim_plug(struct serial *serial)
{
	struct serial_sim *sim = sim_of(serial);

	if (!sim->unplugged)
		return;
	sim->unplugged = false;
	timer_start(&sim->timer, sim->clock, clock_now(sim->clock), TIMER_BYTES, line_turn, sim);
}

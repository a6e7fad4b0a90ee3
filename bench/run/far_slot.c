/* SPDX-License-Identifier: Apache-2.0 */
/*
 * It comes up in this order: the plan, as for a simulated run; the world; every instrument is asked,
 * inside, who it is, and must call itself simulated, since otherwise a run could take it for a real one; and
 * only then are the wires taken and answered on. What the world has said of its lines by then is kept for
 * them.
 *
 * Before a question from the wires is looked at, outputs are: a valve that was opened before it was asked
 * about is open for whoever answers.
 *
 * Worlds and pulses that the machine is too slow for are told of, once each until they have been in time
 * again for a while: what is measured then is not what the world meant.
 */
#include "run/far_slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/serial_real.h"
#include "run/far_line.h"
#include "run/far_port.h"
#include "run/provenance.h"
#include "run/twin.h"

#define ANSWER_WITHIN SEC(5) /* of real time: for a world to say who a device is */
#define LOOK_MOST MSEC(10)   /* of real time between two looks at the outputs */
#define LOOK_LEAST MSEC(1)
#define BACKLOG_MOST MSEC(100) /* of what devices say by themselves: what is older is left unsaid */
#define WATCH_EVERY SEC(1)
#define LAG_MOST MSEC(200)   /* of real time that a world may be behind */
enum { QUIET_WATCHES = 10 }; /* so many in time before a delay is told of again */

struct act {
	struct act *next;
	struct far_slot *slot;
	char *id;
	far_slot_act_fn *done;
	void *ctx;
};

struct far_slot {
	struct loop *loop;
	const char *program;
	const struct far_slot_handlers *handlers;
	void *ctx;
	struct planning *planning;
	struct plan *plan;
	struct station_slot *wires;
	struct bench_clock *clock;
	struct world *world;
	struct far_port *port[FIXTURE_MOST];
	struct far_lines *lines;
	struct value *levels; /* what the world says of its lines */
	bool playing, failed;
	/* coming up: which device is asked who it is */
	size_t asked;
	struct exchange exchange;
	char identity[FIXTURE_MOST][64];
	struct timer patience;
	struct timer watch;
	int quiet;
	int unsaid;	  /* a device whose line was full; -1: none */
	struct act *acts; /* on their way */
};

static void fail(struct far_slot *slot, const struct error *err)
{
	struct error copy = *err;

	if (slot->failed)
		return;
	slot->failed = true;
	if (slot->plan)
		error_context(&copy, "slot %d", slot->plan->order->slot);
	timer_stop(&slot->patience);
	timer_stop(&slot->watch);
	slot->handlers->failed(slot->ctx, slot, &copy);
}

/* ---- what the world says ---- */

static void drive(struct far_slot *slot, int index, const struct value *level)
{
	double frequency, high;

	if (slot->plan->fixture->line[index].kind == LINE_PULSE) {
		world_pulses(level, &frequency, &high);
		far_lines_pulse(slot->lines, index, frequency, high);
	} else {
		far_lines_drive(slot->lines, index, level->kind == VALUE_BOOL && level->truth);
	}
}

static void world_lines(void *ctx, const struct value *lines)
{
	struct far_slot *slot = ctx;

	for (size_t i = 0; i < value_count(lines); i++) {
		int index = fixture_find_line(slot->plan->fixture, value_key(lines, i));

		if (index < 0 || slot->plan->fixture->line[index].output)
			continue;
		if (slot->lines)
			drive(slot, index, value_at(lines, i));
		else
			value_set(slot->levels, value_key(lines, i),
				  value_copy(value_at(lines, i)));
	}
}

static void world_streams(void *ctx, const struct value *streams)
{
	struct far_slot *slot = ctx;
	const struct fixture *fixture = slot->plan->fixture;
	struct far_port *port;
	struct error err;

	for (size_t i = 0; slot->playing && !slot->failed && i < value_count(streams); i++) {
		const struct value *said = value_at(streams, i);
		const char *name = value_get_text(said, "device");
		int device = name ? fixture_find_device(fixture, name) : -1;

		if (device < 0)
			continue;
		port = slot->port[fixture->device[device].port];
		if (far_port_backlog(port) > BACKLOG_MOST) {
			slot->unsaid = device;
			continue;
		}
		if (twin_port_stream(far_port_twins(port), said, &err) < 0) {
			error_context(&err, "%s: its twin", name);
			fail(slot, &err);
		}
	}
}

static void world_ended(void *ctx, const char *why)
{
	struct error err;

	error_set(&err, ERROR_DEVICE, "the simulated world %s", why);
	fail(ctx, &err);
}

/* ---- taking the wires ---- */

static void output_changed(void *ctx, int line, bool level)
{
	struct far_slot *slot = ctx;

	world_set_line(slot->world, slot->plan->fixture->line[line].name, level);
}

static void look(void *ctx)
{
	struct far_slot *slot = ctx;

	far_lines_look(slot->lines);
}

/* As often as the world moves on. */
static nsec look_every(const struct far_slot *slot)
{
	nsec now = clock_now(slot->clock);
	nsec step = clock_machine(slot->clock, now + slot->plan->grid) -
		    clock_machine(slot->clock, now);

	return step < LOOK_LEAST ? LOOK_LEAST : step > LOOK_MOST ? LOOK_MOST : step;
}

static int take_lines(struct far_slot *slot, struct error *err)
{
	slot->lines = far_lines_open(slot->loop, slot->plan->fixture, slot->wires, look_every(slot),
				     output_changed, slot, err);
	if (!slot->lines)
		return -1;
	for (size_t i = 0; i < value_count(slot->levels); i++)
		drive(slot, fixture_find_line(slot->plan->fixture, value_key(slot->levels, i)),
		      value_at(slot->levels, i));
	return 0;
}

static int take_ports(struct far_slot *slot, struct error *err)
{
	for (size_t i = 0; i < slot->plan->fixture->port_count; i++) {
		struct serial_wire wire = {.settings = slot->plan->fixture->port[i].settings};
		struct serial *serial;

		snprintf(wire.where, sizeof(wire.where), "%s", slot->wires->port[i].far);
		serial = serial_real_open(slot->loop, &wire, err);
		if (!serial)
			return error_context(err, "%s", slot->wires->port[i].name);
		far_port_before_hearing(slot->port[i], look, slot);
		far_port_connect(slot->port[i], serial, serial_real_waiting);
	}
	return 0;
}

/* ---- in time? ---- */

/* What keeps this from being played as it should, as a sentence; false: nothing. */
static bool find_delay(struct far_slot *slot, char text[200])
{
	const struct fixture *fixture = slot->plan->fixture;
	nsec now = clock_now(slot->clock), lag = world_lag(slot->world);
	nsec late = clock_machine(slot->clock, now) - clock_machine(slot->clock, now - lag);
	int line = far_lines_behind(slot->lines), unsaid = slot->unsaid;

	slot->unsaid = -1;
	if (line >= 0)
		snprintf(text, 200,
			 "%s cannot be played as it should: this machine is too slow for its "
			 "pulses, or too busy",
			 fixture->line[line].name);
	else if (unsaid >= 0)
		snprintf(
			text, 200,
			"%s says more than its line carries, or nobody listens: some of it is left "
			"unsaid",
			fixture->device[unsaid].name);
	else if (late > LAG_MOST)
		snprintf(
			text, 200,
			"the world is %.2g s behind: this machine is too slow for it, or too busy: "
			"take a smaller --clock xN",
			nsec_seconds(late));
	return line >= 0 || unsaid >= 0 || late > LAG_MOST;
}

static void watch(void *ctx)
{
	struct far_slot *slot = ctx;
	struct bench_clock *real = loop_real_clock(slot->loop);
	char text[200];

	timer_start(&slot->watch, real, clock_now(real) + WATCH_EVERY, TIMER_WAIT, watch, slot);
	if (!find_delay(slot, text)) {
		slot->quiet++;
		return;
	}
	if (slot->quiet >= QUIET_WATCHES)
		slot->handlers->says(slot->ctx, slot, text);
	slot->quiet = 0;
}

static void begin(struct far_slot *slot)
{
	struct bench_clock *real = loop_real_clock(slot->loop);
	struct error err;

	timer_stop(&slot->patience);
	if (take_lines(slot, &err) < 0 || take_ports(slot, &err) < 0) {
		fail(slot, &err);
		return;
	}
	slot->playing = true;
	slot->quiet = QUIET_WATCHES;
	timer_start(&slot->watch, real, clock_now(real) + WATCH_EVERY, TIMER_WAIT, watch, slot);
	slot->handlers->plays(slot->ctx, slot);
}

/* ---- who are you? ---- */

static void ask_next(struct far_slot *slot);

static const struct fixture_device *asked_device(const struct far_slot *slot)
{
	return &slot->plan->fixture->device[slot->asked];
}

static void identified(void *ctx, const uint8_t *bytes, size_t size)
{
	struct far_slot *slot = ctx;
	const struct fixture_device *device = asked_device(slot);
	char *text = slot->identity[slot->asked];
	struct error err;

	if (exchange_text(&slot->exchange, bytes, size, text, sizeof(slot->identity[0]), &err) <
	    0) {
		error_context(&err, "%s: what its twin says when it is asked who it is",
			      device->name);
		fail(slot, &err);
		return;
	}
	if (!provenance_is_played(text)) {
		error_set(&err, ERROR_USAGE,
			  "%s: its twin calls itself '%s', which a run on these wires would take "
			  "for a real instrument: what answers for one says SIM in its identity "
			  "(fixtures/drivers/%s/twin.lua)",
			  device->name, text, device->driver->id);
		fail(slot, &err);
		return;
	}
	slot->asked++;
	ask_next(slot);
}

static void no_identity(void *ctx)
{
	struct far_slot *slot = ctx;
	struct error err;

	error_set(&err, ERROR_USAGE,
		  "%s: its twin does not answer when it is asked who it is, and nobody could tell "
		  "it from a real instrument",
		  asked_device(slot)->name);
	fail(slot, &err);
}

static bool any_says(const struct far_slot *slot)
{
	for (size_t i = 0; i < slot->plan->fixture->device_count; i++)
		if (slot->identity[i][0])
			return true;
	return false;
}

/* A frame that identifies is a good one, and has no text. */
static bool has_identity(const struct driver *driver)
{
	return driver->identifies && driver->bus != BUS_FRAME;
}

static void ask_next(struct far_slot *slot)
{
	const struct fixture *fixture = slot->plan->fixture;
	struct bench_clock *real = loop_real_clock(slot->loop);
	struct error err;

	while (slot->asked < fixture->device_count && !has_identity(asked_device(slot)->driver))
		slot->asked++;
	if (slot->asked < fixture->device_count) {
		const struct fixture_device *device = asked_device(slot);

		timer_start(&slot->patience, real, clock_now(real) + ANSWER_WITHIN, TIMER_LINK,
			    no_identity, slot);
		exchange_read(&slot->exchange, device->driver, &device->driver->identity,
			      device->unit);
		if (!far_port_try(slot->port[device->port], slot->exchange.bytes,
				  slot->exchange.size, identified, slot))
			no_identity(slot);
		return;
	}
	if (any_says(slot)) {
		begin(slot);
		return;
	}
	error_set(&err, ERROR_USAGE,
		  "no device of fixture %s can say who it is, so nobody could tell this rig from "
		  "real instruments: it is not played",
		  fixture->id);
	fail(slot, &err);
}

static void world_ready(void *ctx)
{
	ask_next(ctx);
}

/* ---- from the order to the world ---- */

static int check_far_ends(const struct far_slot *slot, struct error *err)
{
	for (size_t i = 0; i < slot->wires->port_count; i++)
		if (!slot->wires->port[i].far[0])
			return error_set(err, ERROR_USAGE,
					 "%s: the station does not say what is at its other end: "
					 "rig = { ports = { %s = \"/dev/…\" } }",
					 slot->wires->port[i].name, slot->wires->port[i].name);
	return 0;
}

static int make_ports(struct far_slot *slot, struct error *err)
{
	const struct fixture *fixture = slot->plan->fixture;
	const struct order *order = slot->plan->order;

	for (size_t i = 0; i < fixture->port_count; i++) {
		slot->port[i] = far_port_new(loop_real_clock(slot->loop),
					     order->clock == CLOCK_KIND_SCALED ? order->scale : 1,
					     &slot->world);
		if (twin_port_fill(far_port_twins(slot->port[i]), fixture, (int)i,
				   slot->plan->simulators, err) < 0)
			return -1;
	}
	return 0;
}

/* "meter.mute": what comes from that device's port is spoilt. The plan knows that it is a good one. */
static void spoil_line(struct far_slot *slot)
{
	const char *text = slot->plan->order->fault;
	const char *dot = text ? strrchr(text, '.') : NULL;
	enum line_fault fault;
	struct error ignored;
	char name[32];

	if (!dot || line_fault_parse(&fault, dot + 1, &ignored) < 0)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(dot - text), text);
	far_port_set_fault(
		slot->port[slot->plan->fixture
				   ->device[fixture_find_device(slot->plan->fixture, name)]
				   .port],
		fault);
}

static int start_world(struct far_slot *slot, struct error *err)
{
	static const struct world_handlers HANDLERS = {world_lines, world_streams, world_ready,
						       world_ended};
	struct source_file sources[PLAN_SOURCES];
	size_t count = plan_world_sources(slot->plan, sources);
	struct value *start = plan_world_start(slot->plan);

	fixture_tell_world(slot->plan->fixture, start);
	slot->world = world_start(slot->loop, slot->clock, slot->program, -1, slot->plan->grid,
				  start, sources, count, &HANDLERS, slot, err);
	value_free(start);
	return slot->world ? 0 : -1;
}

static void planned(void *ctx, struct plan *plan, const struct error *err)
{
	struct far_slot *slot = ctx;
	struct error wrong;

	if (err) {
		fail(slot, err);
		return;
	}
	slot->plan = plan;
	slot->clock = clock_new(slot->loop, plan->order->clock, plan->order->scale);
	slot->wires = station_slot_compile(plan->station_data, plan->order->slot, plan->fixture,
					   plan->station_source, &wrong);
	if (!slot->wires || check_far_ends(slot, &wrong) < 0 || make_ports(slot, &wrong) < 0) {
		fail(slot, &wrong);
		return;
	}
	spoil_line(slot);
	if (start_world(slot, &wrong) < 0)
		fail(slot, &wrong);
}

struct far_slot *far_slot_open(struct loop *loop, const char *program, struct order *order,
			       const struct far_slot_handlers *handlers, void *ctx)
{
	struct far_slot *slot = xcalloc(1, sizeof(*slot));

	slot->loop = loop;
	slot->program = program;
	slot->handlers = handlers;
	slot->ctx = ctx;
	slot->levels = value_map();
	slot->unsaid = -1;
	slot->planning = planning_start(loop, program, order, planned, slot);
	return slot;
}

void far_slot_close(struct far_slot *slot)
{
	if (!slot)
		return;
	planning_free(slot->planning);
	timer_stop(&slot->patience);
	timer_stop(&slot->watch);
	for (size_t i = 0; i < FIXTURE_MOST; i++)
		far_port_free(slot->port[i]);
	far_lines_close(slot->lines);
	world_free(slot->world);
	while (slot->acts) {
		struct act *act = slot->acts;

		slot->acts = act->next;
		free(act->id);
		free(act);
	}
	clock_free(slot->clock);
	free(slot->wires);
	value_free(slot->levels);
	plan_free(slot->plan);
	free(slot);
}

/* ---- for who looks on ---- */

const struct plan *far_slot_plan(const struct far_slot *slot)
{
	return slot->plan;
}

const struct station_slot *far_slot_wires(const struct far_slot *slot)
{
	return slot->wires;
}

const char *far_slot_identity(const struct far_slot *slot, int device)
{
	return slot->identity[device];
}

static void acted(void *ctx, const struct value *answer)
{
	struct act *act = ctx;
	struct act **place = &act->slot->acts;

	while (*place != act)
		place = &(*place)->next;
	*place = act->next;
	act->done(act->ctx, act->id, value_get_text(answer, "text"));
	free(act->id);
	free(act);
}

void far_slot_act(struct far_slot *slot, const char *id, far_slot_act_fn *done, void *ctx)
{
	struct act *act = xcalloc(1, sizeof(*act));
	struct value *what = value_map();

	*act = (struct act){slot->acts, slot, xstrdup(id), done, ctx};
	slot->acts = act;
	value_set_text(what, "op", "operator");
	value_set_text(what, "id", id);
	world_ask(slot->world, "", what, acted, act);
}

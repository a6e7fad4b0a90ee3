/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot's bench, live: wires and world.
 *
 * Outputs come up at their safe levels, and every change of one is in the journal before the wire moves.
 * What moves them is in slot_acts.c; a trip starts the safe sequence (slot_safe.c) before anybody is told
 * of it.
 */
#include "run/slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/serial_sim.h"
#include "run/slot_wires.h"
#include "run/twin.h"

nsec slot_now(const struct slot *slot)
{
	return clock_now(slot->clock);
}

bool slot_is_tripped(const struct slot *slot)
{
	return slot->tripped;
}

int slot_world_pid(const struct slot *slot)
{
	return slot->world ? world_pid(slot->world) : 0;
}

/* ---- lines ---- */

static void edge(void *ctx, bool level, nsec time)
{
	struct slot_line *line = ctx;
	uint8_t byte = level;

	if (line->slot->closing)
		return;
	line->moved = time;
	journal_entry(line->slot->journal, time, ENTRY_EDGE, (uint16_t)line->index, &byte, 1);
	guard_line_changed(line->slot, line->index, level);
	channels_edge(line->slot, line->index, level, time);
}

static void estop_first(void *ctx, bool level)
{
	struct slot_line *line = ctx;

	if (!level && !line->slot->tripped && !line->slot->closing)
		slot_cut_outputs(line->slot);
}

static void line_failed(void *ctx, const char *why)
{
	struct slot_line *line = ctx;
	char text[320];

	if (line->slot->closing)
		return;
	snprintf(text, sizeof(text), "%s: %.260s", line->slot->fixture->line[line->index].name,
		 why);
	slot_trip(line->slot, VERDICT_ERROR, text);
}

static void output_set(void *ctx, struct gpio_line *gpio, bool level)
{
	struct slot_line *line = ctx;

	(void)gpio;
	if (line->slot->world)
		world_set_line(line->slot->world, line->slot->fixture->line[line->index].name,
			       level);
}

static void open_line(struct slot *slot, int index)
{
	const struct fixture_line *spec = &slot->fixture->line[index];
	struct slot_line *line = &slot->line[index];
	struct gpio_settings settings = {
		.use = spec->output		  ? GPIO_USE_OUTPUT
		       : spec->kind == LINE_PULSE ? GPIO_USE_PULSE
						  : GPIO_USE_INPUT,
		.level = spec->safe,
		.debounce = spec->debounce,
	};

	snprintf(settings.name, sizeof(settings.name), "%s", spec->name);
	slot_has_line(slot, index, gpio_sim_new(slot->clock, &settings, output_set, line));
}

void slot_has_line(struct slot *slot, int index, struct gpio_line *gpio)
{
	struct slot_line *line = &slot->line[index];

	line->slot = slot;
	line->index = index;
	line->gpio = gpio;
	gpio->on_first = index == slot->fixture->estop ? estop_first : NULL;
	gpio->on_edge = edge;
	gpio->on_fault = line_failed;
	gpio->ctx = line;
}

int slot_drive(struct slot *slot, int index, bool level, struct error *err)
{
	struct slot_line *line = &slot->line[index];
	uint8_t byte = level;
	nsec time = line->cut ? line->driven : slot_now(slot);

	if (gpio_get(line->gpio) == level && !line->cut)
		return 0;
	line->cut = false;
	journal_entry(slot->journal, time, ENTRY_SET, (uint16_t)index, &byte, 1);
	if (gpio_set(line->gpio, level, err) < 0)
		return error_context(err, "%s", slot->fixture->line[index].name);
	line->driven = time;
	guard_watch_output(slot, index, level);
	slot->handlers.output(slot->ctx, index, level);
	return 0;
}

/* ---- ports ---- */

/* "meter.noise": a line fault on the port of that device. */
static int apply_line_fault(struct slot *slot, struct error *err)
{
	const char *text = slot->settings.line_fault;
	const char *dot = text ? strrchr(text, '.') : NULL;
	enum line_fault fault;
	char name[32];
	int device;

	if (!dot)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(dot - text), text);
	device = fixture_find_device(slot->fixture, name);
	if (device < 0)
		return error_set(err, ERROR_USAGE, "fault '%s': there is no device '%s'", text,
				 name);
	if (line_fault_parse(&fault, dot + 1, err) < 0)
		return error_context(err, "fault '%s'", text);
	serial_sim_set_fault(slot->port[slot->fixture->device[device].port].serial, fault);
	return 0;
}

static int open_port(struct slot *slot, int index, struct error *err)
{
	struct slot_port *port = &slot->port[index];
	struct serial *serial;

	port->twins = twin_port_simulated(slot->clock, &slot->fixture->port[index].settings,
					  &slot->world, &serial);
	links_open(slot, index, serial);
	return twin_port_fill(port->twins, slot->fixture, index, slot->settings.simulators, err);
}

/* ---- the world ---- */

static void drive_pulses(struct gpio_line *gpio, const struct value *level)
{
	double frequency, high;

	world_pulses(level, &frequency, &high);
	gpio_sim_pulse(gpio, frequency, high);
}

static void world_lines(void *ctx, const struct value *lines)
{
	struct slot *slot = ctx;

	for (size_t i = 0; i < value_count(lines) && !slot->closing; i++) {
		int index = fixture_find_line(slot->fixture, value_key(lines, i));
		const struct value *level = value_at(lines, i);

		if (index < 0 || slot->fixture->line[index].output)
			continue;
		if (slot->fixture->line[index].kind == LINE_CONTACT)
			gpio_sim_drive(slot->line[index].gpio,
				       level->kind == VALUE_BOOL && level->truth);
		else
			drive_pulses(slot->line[index].gpio, level);
	}
}

/* What the devices of the world say by themselves, now. */
static void world_streams(void *ctx, const struct value *streams)
{
	struct slot *slot = ctx;
	struct error err;
	char why[320];

	for (size_t i = 0; i < value_count(streams) && !slot->closing; i++) {
		const struct value *said = value_at(streams, i);
		const char *name = value_get_text(said, "device");
		int device = name ? fixture_find_device(slot->fixture, name) : -1;

		if (device < 0)
			continue;
		if (twin_port_stream(slot->port[slot->fixture->device[device].port].twins, said,
				     &err) == 0)
			continue;
		snprintf(why, sizeof(why), "%s: its twin: %.280s", name, err.text);
		slot_trip(slot, VERDICT_ERROR, why);
		return;
	}
}

static void world_ready(void *ctx)
{
	slot_takes_lines(ctx, 0);
	slot_bring_up(ctx);
}

static void world_ended(void *ctx, const char *why)
{
	struct slot *slot = ctx;
	char text[320];

	if (slot->closing)
		return;
	slot->worldless = true;
	snprintf(text, sizeof(text), "the simulated world %.280s", why);
	slot_trip(slot, VERDICT_ERROR, text);
}

static int start_world(struct slot *slot, struct error *err)
{
	static const struct world_handlers HANDLERS = {world_lines, world_streams, world_ready,
						       world_ended};
	struct value *start = value_copy(slot->settings.world_start);

	fixture_tell_world(slot->fixture, start);
	slot->world =
		world_start(slot->settings.loop, slot->clock, slot->settings.program,
			    slot->settings.cpu, slot->settings.grid, start, slot->settings.sources,
			    slot->settings.source_count, &HANDLERS, slot, err);
	value_free(start);
	return slot->world ? 0 : -1;
}

static int open_simulated(struct slot *slot, struct error *err)
{
	for (size_t i = 0; i < slot->fixture->line_count; i++)
		open_line(slot, (int)i);
	for (size_t i = 0; i < slot->fixture->port_count; i++)
		if (open_port(slot, (int)i, err) < 0)
			return -1;
	return apply_line_fault(slot, err);
}

struct slot *slot_open(const struct slot_settings *settings, const struct slot_handlers *handlers,
		       void *ctx, struct error *err)
{
	struct slot *slot = xcalloc(1, sizeof(*slot));

	slot->settings = *settings;
	slot->handlers = *handlers;
	slot->ctx = ctx;
	slot->fixture = settings->fixture;
	slot->clock = settings->clock;
	slot->journal = settings->journal;
	links_init(slot);
	channels_init(slot);
	settings_init(slot);
	if ((settings->wires ? wires_open(slot, err) : open_simulated(slot, err)) < 0) {
		slot_close(slot);
		return NULL;
	}
	return slot;
}

void slot_start(struct slot *slot, slot_done_fn *done)
{
	struct error err;

	slot->on_up = done;
	if (slot->wires)
		wires_start(slot);
	else if (start_world(slot, &err) < 0)
		slot_came_up(slot, &err);
}

void slot_close(struct slot *slot)
{
	if (!slot)
		return;
	slot->closing = true;
	channels_stop(slot);
	guard_forget(slot);
	acts_drop(slot);
	links_close(slot);
	for (size_t i = 0; i < slot->fixture->port_count; i++)
		twin_port_free(slot->port[i].twins);
	for (size_t i = 0; i < slot->fixture->line_count; i++) {
		timer_stop(&slot->line[i].longest);
		gpio_close(slot->line[i].gpio);
	}
	wires_close(slot);
	timer_stop(&slot->safe_timer);
	timer_stop(&slot->safe_step);
	timer_stop(&slot->safe_patience);
	timer_stop(&slot->settle);
	world_free(slot->world);
	breaths_close(slot);
	free(slot);
}

bool slot_ask_operator(struct slot *slot, const char *id, world_answer_fn *fn, void *ctx)
{
	struct value *what;

	if (!slot->world)
		return false;
	what = value_map();
	value_set_text(what, "op", "operator");
	value_set_text(what, "id", id);
	world_ask(slot->world, "", what, fn, ctx);
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot on real wires: in which order they are taken, and who stands at their ends.
 *
 * Nothing of the machine is touched before somebody is there to make it safe again:
 *
 *   1  the guardian is there, and has made safe what an earlier run may have left
 *   2  ports are opened
 *   3  the safe image is saved and the guardian has it
 *   4  lines are requested, outputs at their safe levels from the first instant
 *   5  the safe writes are sent to the instruments: nobody knows what they were told before
 *   6  the bench comes up as a simulated one does (slot_up.c)
 *
 * What fails before the last of these is told by on_up as any other failure to come up; the run then takes
 * the usual way, on which only what was opened is made safe. The guardian keeps the slot until lines and
 * ports are closed. When it is there no longer the bench trips.
 *
 * An instrument that is played says so by its identity (run/provenance.h). Where a rig was ordered, one must say
 * so, and none may be real; where none was, one that says so makes the run a simulated one.
 */
#include "run/slot_wires.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/provenance.h"

/* From the request of a line on until its first level was read: some turns of the loop, and no more. */
#define LEVELS_KNOWN MSEC(20)

struct slot_wires {
	struct slot *slot;
	struct safe_image *image;
	bool armed; /* step 3 is done */
	bool has_lines;
	bool played;  /* an instrument has said so */
	size_t write; /* step 5: the safe write that is next */
	struct exchange exchange;
};

static bool is_over(const struct slot *slot)
{
	return slot->closing || slot->tripped;
}

static void fail(struct slot_wires *wires, const struct error *err)
{
	slot_came_up(wires->slot, err);
}

/* ---- 5: safe writes ---- */

static void next_write(struct slot_wires *wires);

/* By hand the bench comes up all the same, to find out; what was not acknowledged counts as away from safe. */
static void nobody_knows(struct slot_wires *wires, const struct error *err)
{
	struct slot *slot = wires->slot;
	const struct fixture_output *output = &slot->fixture->safe_write[wires->write];

	slot->handlers.doubt(slot->ctx, err->text);
	guard_setting_is_unknown(slot, output->device, output->setting);
}

static void written(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct slot_wires *wires = ctx;
	const struct fixture *fixture = wires->slot->fixture;
	const struct fixture_device *device =
		&fixture->device[fixture->safe_write[wires->write].device];
	struct error wrong;
	double ignored;

	if (is_over(wires->slot))
		return;
	if (!err && bytes && exchange_number(&wires->exchange, bytes, size, &ignored, &wrong) < 0)
		err = &wrong;
	if (err) {
		wrong = *err;
		error_context(&wrong, "%s: it could not be made safe at the start", device->name);
		if (!wires->slot->settings.by_hand) {
			fail(wires, &wrong);
			return;
		}
		nobody_knows(wires, &wrong);
	}
	wires->write++;
	next_write(wires);
}

static void next_write(struct slot_wires *wires)
{
	struct slot *slot = wires->slot;

	if (wires->write < slot->fixture->safe_write_count) {
		const struct fixture_output *output = &slot->fixture->safe_write[wires->write];
		const struct fixture_device *device = &slot->fixture->device[output->device];
		const struct fixture_setting *setting = &device->safe[output->setting];
		struct error err;

		if (exchange_write(&wires->exchange, device->driver,
				   &device->driver->write[setting->write], device->unit,
				   setting->number, &err) == 0) {
			exchange_ask(&wires->exchange, slot->port[device->port].link, written,
				     wires);
			return;
		}
		error_context(&err, "%s", device->name);
		fail(wires, &err);
		return;
	}
	slot_bring_up(slot);
}

/* ---- 4: lines ---- */

static const struct gpio_wire *output_wire(const struct slot_wires *wires, const char *name)
{
	for (size_t i = 0; i < wires->image->line_count; i++)
		if (!strcmp(wires->image->line[i].name, name))
			return &wires->image->line[i].wire;
	return NULL;
}

/* An output is opened as the guardian would hold it. */
static struct gpio_wire wire_of(const struct slot_wires *wires, size_t index)
{
	const struct fixture_line *spec = &wires->slot->fixture->line[index];
	const struct station_line *line = &wires->slot->settings.wires->line[index];
	struct gpio_wire wire = {
		.settings.use = spec->kind == LINE_PULSE ? GPIO_USE_PULSE : GPIO_USE_INPUT,
		.settings.debounce = spec->debounce,
		.active_low = spec->active_low,
		.bias = line->bias,
	};

	if (spec->output)
		return *output_wire(wires, spec->name);
	snprintf(wire.settings.name, sizeof(wire.settings.name), "%s", spec->name);
	snprintf(wire.where, sizeof(wire.where), "%s", line->where);
	return wire;
}

static int open_lines(struct slot_wires *wires, struct error *err)
{
	struct slot *slot = wires->slot;
	struct gpio_wire wire[FIXTURE_MOST];
	struct gpio_line *lines[FIXTURE_MOST];
	size_t count = slot->fixture->line_count;

	for (size_t i = 0; i < count; i++)
		wire[i] = wire_of(wires, i);
	if (count && gpio_bank_open(slot->settings.bank, slot->clock, wire, count, lines, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		slot_has_line(slot, (int)i, lines[i]);
	wires->has_lines = true;
	slot_takes_lines(slot, LEVELS_KNOWN);
	return 0;
}

/* ---- 3: the guardian ---- */

static void armed(void *ctx, const struct error *err)
{
	struct slot_wires *wires = ctx;
	struct slot *slot = wires->slot;
	struct error wrong;

	if (is_over(slot))
		return;
	if (err && wires->armed) {
		slot_trip(slot, VERDICT_ERROR, err->text);
		return;
	}
	if (!err && wires->armed)
		return; /* it has a port's new descriptor */
	wires->armed = true;
	if (!err && open_lines(wires, &wrong) < 0)
		err = &wrong;
	if (err)
		fail(wires, err);
	else
		next_write(wires);
}

static void arm(struct slot_wires *wires)
{
	struct slot *slot = wires->slot;
	int fds[FIXTURE_MOST];

	for (size_t i = 0; i < slot->fixture->port_count; i++)
		fds[i] = serial_real_fd(slot->port[i].serial);
	guardian_arm(slot->settings.guardian, wires->image, fds, armed, wires);
}

void wires_port_changed(struct slot *slot)
{
	if (slot->wires && slot->wires->armed)
		arm(slot->wires);
}

/* ---- 2: ports ---- */

static void note_wires(struct slot_wires *wires)
{
	struct slot *slot = wires->slot;
	struct value *line = station_slot_describe(slot->settings.wires);
	struct value *ports = value_set(line, "ports", value_map());

	for (size_t i = 0; i < slot->fixture->port_count; i++)
		value_set_text(ports, slot->fixture->port[i].name,
			       serial_real_identity(slot->port[i].serial));
	journal_line(slot->journal, slot_now(slot), "wires", line);
}

static int open_ports(struct slot_wires *wires, struct error *err)
{
	struct slot *slot = wires->slot;

	for (size_t i = 0; i < slot->fixture->port_count; i++) {
		struct serial *serial =
			serial_real_open(slot->settings.loop, &wires->image->port[i].wire, err);

		if (!serial)
			return error_context(err, "%s", slot->fixture->port[i].name);
		links_open(slot, (int)i, serial);
	}
	return 0;
}

/* ---- 1: ready ---- */

static void ready(void *ctx, const struct error *err)
{
	struct slot_wires *wires = ctx;
	struct error wrong;

	if (is_over(wires->slot))
		return;
	if (!err && open_ports(wires, &wrong) < 0)
		err = &wrong;
	if (err) {
		fail(wires, err);
		return;
	}
	note_wires(wires);
	arm(wires);
}

/* ---- the slot's side ---- */

int wires_open(struct slot *slot, struct error *err)
{
	const struct slot_settings *settings = &slot->settings;
	struct slot_wires *wires;

	if (!settings->bank || !settings->guardian)
		return error_set(err, ERROR_USAGE,
				 "real wires are the controller's: `davy run` drives them, and "
				 "nothing else does");
	wires = slot->wires = xcalloc(1, sizeof(*wires));
	wires->slot = slot;
	if (clock_kind(slot->clock) == CLOCK_KIND_SCALED) {
		slot->wire_clock = loop_real_clock(settings->loop);
		slot->wire_scale = settings->scale;
	}
	wires->image = safe_image_new(slot->fixture, settings->wires, settings->run, err);
	return wires->image ? 0 : -1;
}

void wires_start(struct slot *slot)
{
	guardian_ready(slot->settings.guardian, ready, slot->wires);
}

void wires_close(struct slot *slot)
{
	struct slot_wires *wires = slot->wires;

	if (!wires)
		return;
	guardian_forget(slot->settings.guardian, wires);
	guardian_disarm(slot->settings.guardian, slot->settings.number,
			!wires->has_lines || (slot->safe_done && !slot->unsafe));
	safe_image_free(wires->image);
	free(wires);
	slot->wires = NULL;
}

/* ---- provenance ---- */

int wires_identified(struct slot *slot, const char *device, const char *identity, struct error *err)
{
	struct slot_wires *wires = slot->wires;
	char why[240];

	if (!wires || !identity[0]) /* a binary frame answers, and has no name to tell */
		return 0;
	if (!provenance_is_played(identity))
		return slot->settings.rig
			       ? error_set(err, ERROR_DEVICE,
					   "--rig was ordered, but it answers as '%s', a real "
					   "instrument",
					   identity)
			       : 0;
	if (!wires->played && !slot->settings.rig) {
		snprintf(why, sizeof(why), "%s answers as '%s'", device, identity);
		slot->handlers.simulated(slot->ctx, why);
	}
	wires->played = true;
	return 0;
}

int wires_all_identified(const struct slot *slot, struct error *err)
{
	if (!slot->wires || !slot->settings.rig || slot->wires->played)
		return 0;
	return error_set(
		err, ERROR_DEVICE,
		"--rig was ordered, but no instrument of this bench says that it is played: "
		"its identity would have the word SIM in it");
}

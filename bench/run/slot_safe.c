/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a slot safe: the outputs in the fixture's order, at once; then the safe writes of its serial
 * devices, each with its deadline, whether or not the one before worked. No script is asked and nothing
 * here can wait for one. Each step stands in the journal with what came of it.
 */
#include <stdio.h>

#include "run/slot.h"

static void note(struct slot *slot, const char *what, const char *level, const struct error *err)
{
	struct value *line = value_map();

	value_set_text(line, "what", what);
	value_set_text(line, "level", level);
	value_set_bool(line, "done", err == NULL);
	if (err)
		value_set_text(line, "why", err->text);
	journal_line(slot->journal, slot_now(slot), "safe", line);
}

static void lines_safe(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->safe_count; i++) {
		int index = slot->fixture->safe_sequence[i];
		const struct fixture_line *line = &slot->fixture->line[index];
		struct error err;
		bool changes = gpio_get(slot->line[index].gpio) != line->safe;
		int done = slot_drive(slot, index, line->safe, &err);

		if (changes || done < 0)
			note(slot, line->name, fixture_level_name(line, line->safe),
			     done < 0 ? &err : NULL);
	}
}

static void all_safe(void *ctx)
{
	struct slot *slot = ctx;
	slot_done_fn *done = slot->on_safe;

	slot->on_safe = NULL;
	if (done)
		done(slot->safe_ctx, NULL);
}

static void next_write(struct slot *slot);

static void written(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct slot *slot = ctx;
	const struct fixture_device *device = &slot->fixture->device[slot->safe_device];
	const struct driver_item *item =
		&device->driver->write[device->safe[slot->safe_write].write];
	struct error wrong;
	double ignored;
	char what[80];

	if (slot->closing)
		return;
	/* an exception or a refusal is a sound answer, and a no */
	if (!err && bytes &&
	    exchange_number(&slot->safe_exchange, bytes, size, &ignored, &wrong) < 0)
		err = &wrong;
	snprintf(what, sizeof(what), "%s.%s", device->name, item->name);
	note(slot, what, slot->safe_exchange.what, err);
	slot->safe_write++;
	next_write(slot);
}

static void next_write(struct slot *slot)
{
	while (slot->safe_device < slot->fixture->device_count) {
		const struct fixture_device *device = &slot->fixture->device[slot->safe_device];
		struct error err;

		if (slot->safe_write == device->safe_count) {
			slot->safe_device++;
			slot->safe_write = 0;
			continue;
		}
		if (exchange_write(&slot->safe_exchange, device->driver,
				   &device->driver->write[device->safe[slot->safe_write].write],
				   device->unit, device->safe[slot->safe_write].number,
				   &err) == 0) {
			exchange_ask(&slot->safe_exchange, slot->port[device->port].link, written,
				     slot);
			return;
		}
		note(slot, device->name, "safe", &err);
		slot->safe_write++;
	}
	slot->safe_running = false;
	slot->safe_done = true;
	timer_start(&slot->safe_timer, slot->clock, slot_now(slot), TIMER_STOP, all_safe, slot);
}

static void begin(struct slot *slot)
{
	channels_stop(slot);
	lines_safe(slot);
	slot->safe_running = true;
	slot->safe_device = slot->safe_write = 0;
	next_write(slot);
}

void slot_make_safe(struct slot *slot, slot_done_fn *done, void *ctx)
{
	slot->on_safe = done;
	slot->safe_ctx = ctx;
	slot->tripped = true; /* from here on nothing is driven away from safe */
	if (slot->safe_done)
		timer_start(&slot->safe_timer, slot->clock, slot_now(slot), TIMER_STOP, all_safe,
			    slot);
	else if (!slot->safe_running)
		begin(slot);
}

void slot_stopping(struct slot *slot)
{
	slot->stopping = true;
}

void slot_trip(struct slot *slot, enum verdict verdict, const char *why)
{
	struct value *line;

	if (slot->tripped || slot->closing)
		return;
	slot->tripped = true;
	line = value_map();
	value_set_text(line, "verdict", verdict_name(verdict));
	value_set_text(line, "why", why);
	journal_line(slot->journal, slot_now(slot), "trip", line);
	begin(slot);
	slot->handlers.tripped(slot->ctx, verdict, why);
}

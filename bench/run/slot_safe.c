/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a slot safe: the outputs in the fixture's order, at once; then the safe writes of its serial
 * devices, each with a deadline, whether or not the one before worked; meanwhile the contacts that show
 * outputs are waited for. No script is asked and nothing here can wait for one. Each step stands in the
 * journal with what came of it.
 *
 * The whole is bounded: no write takes longer than STEP_MOST, however patient its driver is, and no
 * contact longer than the fixture says. A contact that shows an output away from safe makes the run an
 * ERROR, whatever else ended it. So does a write that was not acknowledged where the run had ended by
 * itself; after a trip or an emergency stop an instrument may well be without power.
 *
 * An emergency stop that many slots share first cuts the outputs of all of them; then each is made safe as
 * above, which sets them once more and tells what a refusal was.
 *
 * A port whose wire is gone is left out at first: whoever can be told is told. Then it is waited for,
 * WIRE_PATIENCE from the beginning, and its writes are sent when it comes back, to whoever is there.
 *
 * Instruments are waited for in their wires' time, which a scaled bench does not stretch.
 */
#include <stdio.h>

#include "run/slot.h"

#define STEP_MOST SEC(3)
#define WIRE_PATIENCE SEC(2)

static void note(struct slot *slot, const char *what, const char *level, const struct error *err)
{
	struct value *line = value_map();

	value_set_text(line, "what", what);
	value_set_text(line, "level", level);
	value_set_bool(line, "done", err == NULL);
	if (err)
		value_set_text(line, "why", err->text);
	slot->unsafe = slot->unsafe || err;
	journal_line(slot->journal, slot_now(slot), "safe", line);
}

/* A run that could not be made safe did not end well, though its script may have. */
static void not_safe(struct slot *slot, const char *why)
{
	struct value *line = value_map();

	slot->cause = VERDICT_ERROR;
	value_set_text(line, "verdict", verdict_name(VERDICT_ERROR));
	value_set_text(line, "why", why);
	journal_line(slot->journal, slot_now(slot), "trip", line);
	slot->handlers.tripped(slot->ctx, VERDICT_ERROR, why);
}

/* Driven to safe or there already: is its contact still to be waited for? */
static bool awaits_contact(struct slot *slot, int index, bool changes)
{
	char ignored[240];

	if (slot->fixture->line[index].read_back < 0 ||
	    !(changes || contact_differs(slot, index, ignored, sizeof(ignored))))
		return false;
	slot->line[index].noted = true;
	contact_awaited(slot, index);
	return true;
}

void slot_cut_outputs(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->safe_count; i++) {
		struct slot_line *line = &slot->line[slot->fixture->safe_sequence[i]];
		bool safe = slot->fixture->line[slot->fixture->safe_sequence[i]].safe;
		struct error told_later;

		if (!line->gpio || gpio_get(line->gpio) == safe)
			continue;
		gpio_set(line->gpio, safe, &told_later);
		line->cut = true;
		line->driven = slot_now(slot);
	}
}

static void lines_safe(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->safe_count; i++) {
		int index = slot->fixture->safe_sequence[i];
		const struct fixture_line *line = &slot->fixture->line[index];
		struct error err;

		if (!slot->line[index].gpio)
			continue; /* it was not opened yet */
		bool changes =
			slot->line[index].cut || gpio_get(slot->line[index].gpio) != line->safe;
		int done = slot_drive(slot, index, line->safe, &err);

		if (done == 0 && awaits_contact(slot, index, changes))
			continue;
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

static void end_when_all_is_known(struct slot *slot)
{
	if (!slot->safe_written)
		return;
	for (size_t i = 0; i < slot->fixture->line_count; i++)
		if (slot->line[i].noted)
			return;
	slot->safe_running = false;
	slot->safe_done = true;
	timer_start(&slot->safe_timer, slot->clock, slot_now(slot), TIMER_STOP, all_safe, slot);
}

void safe_contact_known(struct slot *slot, int index)
{
	const struct fixture_line *line = &slot->fixture->line[index];
	struct error err;
	char why[240];

	slot->line[index].noted = false;
	if (contact_differs(slot, index, why, sizeof(why))) {
		error_set(&err, ERROR_DEVICE, "%s", why);
		note(slot, line->name, fixture_level_name(line, line->safe), &err);
		if (slot->cause != VERDICT_ERROR)
			not_safe(slot, why);
	} else {
		note(slot, line->name, fixture_level_name(line, line->safe), NULL);
	}
	end_when_all_is_known(slot);
}

static void next_write(struct slot *slot);

/* What came of the write that was on its way; and on to the next. */
static void step_ended(struct slot *slot, const struct error *err)
{
	const struct fixture_output *output = &slot->fixture->safe_write[slot->safe_write];
	const struct fixture_device *device = &slot->fixture->device[output->device];
	const struct fixture_setting *setting = &device->safe[output->setting];
	char what[80], why[320];

	timer_stop(&slot->safe_step);
	slot->safe_asking = false;
	snprintf(what, sizeof(what), "%s.%s", device->name,
		 device->driver->write[setting->write].name);
	note(slot, what, slot->safe_exchange.what, err);
	guard_setting_ended(slot, output->device, setting->write, setting->number, err != NULL);
	if (err && !slot->cause) {
		snprintf(why, sizeof(why), "%s could not be made safe: %.220s", what, err->text);
		not_safe(slot, why);
	}
	slot->safe_tried[slot->safe_write] = true;
	next_write(slot);
}

static void written(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct slot *slot = ctx;
	struct error wrong;
	double ignored;

	if (slot->closing)
		return;
	if (err && err->kind == ERROR_LINK && !slot->safe_impatient) {
		timer_stop(&slot->safe_step);
		slot->safe_asking = false;
		next_write(slot); /* the same again, once its wire is back */
		return;
	}
	/* an exception or a refusal is a sound answer, and a no */
	if (!err && bytes &&
	    exchange_number(&slot->safe_exchange, bytes, size, &ignored, &wrong) < 0)
		err = &wrong;
	step_ended(slot, err);
}

static void step_too_long(void *ctx)
{
	struct slot *slot = ctx;
	const struct fixture_output *output = &slot->fixture->safe_write[slot->safe_write];
	const struct fixture_device *device = &slot->fixture->device[output->device];
	struct error err;

	link_cancel(slot->port[device->port].link, slot);
	error_set(&err, ERROR_TIMEOUT, "no answer within %.6g s", nsec_seconds(STEP_MOST));
	step_ended(slot, &err);
}

static const struct fixture_device *device_of(const struct slot *slot, size_t write)
{
	return &slot->fixture->device[slot->fixture->safe_write[write].device];
}

/* Of those not tried, the first whose device can be told now. False: there is none; is any `left`? */
static bool find_write(struct slot *slot, bool *left)
{
	*left = false;
	for (size_t i = 0; i < slot->fixture->safe_write_count; i++) {
		const struct link *link = slot->port[device_of(slot, i)->port].link;

		if (slot->safe_tried[i] || !link) /* its port was not opened yet */
			continue;
		*left = true;
		slot->safe_write = i;
		if (slot->safe_impatient || !link_is_lost(link))
			return true;
	}
	return false;
}

static void next_write(struct slot *slot)
{
	bool left;

	while (find_write(slot, &left)) {
		const struct fixture_device *device = device_of(slot, slot->safe_write);
		const struct fixture_setting *setting =
			&device->safe[slot->fixture->safe_write[slot->safe_write].setting];
		struct error err;

		if (exchange_write(&slot->safe_exchange, device->driver,
				   &device->driver->write[setting->write], device->unit,
				   setting->number, &err) == 0) {
			slot->safe_asking = true;
			timer_start(&slot->safe_step, slot->wire_clock,
				    clock_now(slot->wire_clock) + STEP_MOST, TIMER_LINK,
				    step_too_long, slot);
			exchange_ask(&slot->safe_exchange, slot->port[device->port].link, written,
				     slot);
			return;
		}
		note(slot, device->name, "safe", &err);
		slot->safe_tried[slot->safe_write] = true;
	}
	if (left)
		return; /* until a wire comes back, or patience ends */
	timer_stop(&slot->safe_patience);
	slot->safe_written = true;
	end_when_all_is_known(slot);
}

void safe_wire_back(struct slot *slot)
{
	if (slot->safe_running && !slot->safe_asking && !slot->safe_written)
		next_write(slot);
}

static void patience_ends(void *ctx)
{
	struct slot *slot = ctx;

	slot->safe_impatient = true;
	safe_wire_back(slot);
}

static void begin(struct slot *slot)
{
	channels_stop(slot);
	lines_safe(slot);
	slot->safe_running = true;
	timer_start(&slot->safe_patience, slot->wire_clock,
		    clock_now(slot->wire_clock) + WIRE_PATIENCE, TIMER_LINK, patience_ends, slot);
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
	slot->cause = verdict;
	line = value_map();
	value_set_text(line, "verdict", verdict_name(verdict));
	value_set_text(line, "why", why);
	journal_line(slot->journal, slot_now(slot), "trip", line);
	begin(slot);
	slot->handlers.tripped(slot->ctx, verdict, why);
}

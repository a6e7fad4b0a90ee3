/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts and settings: what a script wants to move, on its way through the guard to the wire.
 *
 * Every act ends in exactly one call of its `done`, from the loop, unless the slot is closed first.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "run/slot.h"

/* An act or a setting on its way. */
struct act {
	struct act *next;
	struct slot *slot;
	struct timer timer;
	struct exchange exchange;
	int device, write;
	double number;
	slot_done_fn *done;
	void *ctx;
	bool failed;
	struct error err;
};

static struct act *new_act(struct slot *slot, slot_done_fn *done, void *ctx)
{
	struct act *act = xcalloc(1, sizeof(*act));

	*act = (struct act){
		.next = slot->acts, .slot = slot, .device = -1, .done = done, .ctx = ctx};
	slot->acts = act;
	return act;
}

static void end_act(struct act *act, const struct error *err)
{
	struct slot *slot = act->slot;
	struct act **place = &slot->acts;
	slot_done_fn *done = act->done;
	void *ctx = act->ctx;

	while (*place != act)
		place = &(*place)->next;
	*place = act->next;
	timer_stop(&act->timer);
	struct error copy = err ? *err : (struct error){0};

	free(act);
	done(ctx, err ? &copy : NULL);
}

static void act_over(void *ctx)
{
	struct act *act = ctx;

	end_act(act, act->failed ? &act->err : NULL);
}

/* What was refused stands in the journal, whatever becomes of the run. */
static void note_refusal(struct act *act, const char *what)
{
	struct value *line = value_map();

	value_set_text(line, "what", what);
	value_set_text(line, "why", act->err.text);
	journal_line(act->slot->journal, slot_now(act->slot), "refusal", line);
}

void slot_act(struct slot *slot, int line, bool on, slot_done_fn *done, void *ctx)
{
	struct act *act = new_act(slot, done, ctx);

	if (guard_allows(slot, line, on, &act->err) < 0 ||
	    slot_drive(slot, line, on, &act->err) < 0)
		act->failed = true;
	if (act->failed && act->err.kind == ERROR_REFUSED)
		note_refusal(act, slot->fixture->line[line].name);
	timer_start(&act->timer, slot->clock, slot_now(slot), TIMER_BYTES, act_over, act);
}

static void set_answered(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct act *act = ctx;
	struct error wrong;
	double ignored;

	if (!err && bytes && exchange_number(&act->exchange, bytes, size, &ignored, &wrong) < 0)
		err = &wrong;
	guard_setting_ended(act->slot, act->device, act->write, act->number, err != NULL);
	if (err) {
		act->err = *err;
		error_context(&act->err, "%s", act->slot->fixture->device[act->device].name);
		end_act(act, &act->err);
		return;
	}
	follow_arrived(act->slot, act->device, act->write, act->number);
	end_act(act, NULL);
}

static int setting_may_leave(struct act *act)
{
	struct slot *slot = act->slot;
	const struct fixture_device *device = &slot->fixture->device[act->device];

	if (slot->tripped)
		return error_set(&act->err, ERROR_REFUSED, "%s: the bench has tripped",
				 device->name);
	if (guard_allows_setting(slot, act->device, act->write, act->number, &act->err) < 0)
		return -1;
	if (exchange_write(&act->exchange, device->driver, &device->driver->write[act->write],
			   device->unit, act->number, &act->err) < 0)
		return error_context(&act->err, "%s", device->name);
	return 0;
}

void slot_set(struct slot *slot, int index, int write, double number, slot_done_fn *done, void *ctx)
{
	const struct fixture_device *device = &slot->fixture->device[index];
	struct act *act = new_act(slot, done, ctx);
	char what[80];

	act->device = index;
	act->write = write;
	act->number = number;
	if (setting_may_leave(act) < 0) {
		act->failed = true;
		snprintf(what, sizeof(what), "%s.%s", device->name,
			 device->driver->write[write].name);
		if (act->err.kind == ERROR_REFUSED)
			note_refusal(act, what);
		timer_start(&act->timer, slot->clock, slot_now(slot), TIMER_BYTES, act_over, act);
		return;
	}
	guard_setting_leaves(slot, index, write, number);
	follow_leaves(slot, index, write);
	slot->port[device->port].told = true;
	exchange_ask(&act->exchange, slot->port[device->port].link, set_answered, act);
}

void acts_drop(struct slot *slot)
{
	while (slot->acts) {
		struct act *act = slot->acts;

		slot->acts = act->next;
		timer_stop(&act->timer);
		for (size_t i = 0; i < slot->fixture->port_count; i++)
			if (slot->port[i].link)
				link_cancel(slot->port[i].link, act);
		free(act);
	}
}

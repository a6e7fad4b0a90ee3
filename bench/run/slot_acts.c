/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts and settings, which a script wants, and raw bytes, which a person typed, on their way through the guard to the wire.
 *
 * Every act ends in exactly one call of its `done`, from the loop, unless the slot is closed first.
 *
 * In real time nothing leaves its safe level before the journal, which says that it is about to, is on the disk: else a loss
 * of power could leave a record of a bench at rest that was not. The way back waits for nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/slot.h"
#include "run/typed_bytes.h"

#define RAW_PATIENCE MSEC(500) /* for bytes to leave */

/* An act or a setting on its way. */
struct act {
	struct act *next;
	struct slot *slot;
	struct timer timer;
	struct exchange exchange;
	int line; /* and its level; or -1 */
	bool on;
	int device, write; /* of a setting, with its number; or -1 */
	double number;
	int port; /* of raw bytes; or -1 */
	uint8_t bytes[TYPED_MOST];
	size_t size;
	bool waits; /* for the disk */
	slot_done_fn *done;
	void *ctx;
	bool failed;
	struct error err;
};

static struct act *new_act(struct slot *slot, slot_done_fn *done, void *ctx)
{
	struct act *act = xcalloc(1, sizeof(*act));

	*act = (struct act){.next = slot->acts,
			    .slot = slot,
			    .line = -1,
			    .device = -1,
			    .port = -1,
			    .done = done,
			    .ctx = ctx};
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

static void say_what(const struct act *act, char *what, size_t size)
{
	const struct fixture *fixture = act->slot->fixture;
	const struct fixture_device *device;

	if (act->line >= 0) {
		snprintf(what, size, "%s", fixture->line[act->line].name);
		return;
	}
	if (act->port >= 0) {
		snprintf(what, size, "raw bytes on %s", fixture->port[act->port].name);
		return;
	}
	device = &fixture->device[act->device];
	snprintf(what, size, "%s.%s", device->name, device->driver->write[act->write].name);
}

/* From the loop, whatever became of it. */
static void end_soon(struct act *act)
{
	char what[80];

	say_what(act, what, sizeof(what));
	if (act->failed && act->err.kind == ERROR_REFUSED)
		note_refusal(act, what);
	timer_start(&act->timer, act->slot->clock, slot_now(act->slot), TIMER_BYTES, act_over, act);
}

/* ---- lines ---- */

static void drive(struct act *act)
{
	if (guard_allows(act->slot, act->line, act->on, &act->err) < 0 ||
	    slot_drive(act->slot, act->line, act->on, &act->err) < 0)
		act->failed = true;
	end_soon(act);
}

static bool line_energises(const struct slot *slot, int line, bool on)
{
	bool safe = slot->fixture->line[line].safe;

	return on != safe && gpio_get(slot->line[line].gpio) == safe;
}

/* ---- settings ---- */

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

static void send(struct act *act)
{
	struct slot *slot = act->slot;
	struct slot_port *port = &slot->port[slot->fixture->device[act->device].port];

	if (setting_may_leave(act) < 0) {
		act->failed = true;
		end_soon(act);
		return;
	}
	guard_setting_leaves(slot, act->device, act->write, act->number);
	follow_leaves(slot, act->device, act->write);
	port->told = true;
	exchange_ask(&act->exchange, port->link, set_answered, act);
}

/* ---- raw bytes ---- */

static bool bytes_energise(const struct slot *slot, int port)
{
	for (size_t i = 0; i < slot->fixture->device_count; i++)
		if (slot->fixture->device[i].port == port && slot->fixture->device[i].safe_count)
			return true;
	return false;
}

static void were_sent(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	(void)bytes;
	(void)size;
	end_act(ctx, err);
}

static void pour(struct act *act)
{
	struct slot *slot = act->slot;
	struct slot_port *port = &slot->port[act->port];

	if (guard_allows_bytes(slot, act->port, &act->err) < 0) {
		act->failed = true;
		end_soon(act);
		return;
	}
	guard_bytes_leave(slot, act->port);
	port->told = true;
	link_ask(port->link, &(struct link_question){
				     .bytes = act->bytes,
				     .size = act->size,
				     .what = "raw bytes",
				     .within = RAW_PATIENCE,
				     .no_answer = true,
				     .done = were_sent,
				     .ctx = act,
			     });
}

/* ---- all of them ---- */

static void go(struct act *act)
{
	if (act->line >= 0)
		drive(act);
	else if (act->port >= 0)
		pour(act);
	else
		send(act);
}

static void journal_is_kept(void *ctx, const struct error *err)
{
	struct act *act = ctx;
	char what[80];

	act->waits = false;
	if (!err) {
		go(act);
		return;
	}
	say_what(act, what, sizeof(what));
	act->failed = true;
	error_set(&act->err, err->kind,
		  "%s %s, since nothing would tell of it after a loss of power: %s", what,
		  act->port >= 0 ? "were not sent" : "stays safe", err->text);
	end_soon(act);
}

/* What still waits to leave the safe level does not do so behind an act that goes there. */
static void overtake(const struct act *act)
{
	struct slot *slot = act->slot;

	for (struct act *other = slot->acts; other; other = other->next) {
		if (!other->waits || other->line != act->line || other->device != act->device ||
		    other->write != act->write)
			continue;
		journal_forget(slot->journal, other);
		other->waits = false;
		other->failed = true;
		error_set(&other->err, ERROR_REFUSED,
			  "it was set to its safe level before it had left it");
		end_soon(other);
	}
}

static void begin(struct act *act, bool energises)
{
	if (!energises && act->port < 0)
		overtake(act);
	if (!energises || clock_kind(act->slot->clock) != CLOCK_KIND_REAL) {
		go(act);
		return;
	}
	act->waits = true;
	journal_sync(act->slot->journal, slot_now(act->slot), journal_is_kept, act);
}

void slot_act(struct slot *slot, int line, bool on, slot_done_fn *done, void *ctx)
{
	struct act *act = new_act(slot, done, ctx);

	act->line = line;
	act->on = on;
	begin(act, line_energises(slot, line, on));
}

void slot_set(struct slot *slot, int device, int write, double number, slot_done_fn *done,
	      void *ctx)
{
	struct act *act = new_act(slot, done, ctx);

	act->device = device;
	act->write = write;
	act->number = number;
	begin(act, guard_setting_energises(slot, device, write, number));
}

void slot_pour(struct slot *slot, int port, const uint8_t *bytes, size_t size, slot_done_fn *done,
	       void *ctx)
{
	struct act *act = new_act(slot, done, ctx);

	act->port = port;
	act->size = size < TYPED_MOST ? size : TYPED_MOST;
	memcpy(act->bytes, bytes, act->size);
	begin(act, bytes_energise(slot, port));
}

void acts_drop(struct slot *slot)
{
	while (slot->acts) {
		struct act *act = slot->acts;

		slot->acts = act->next;
		timer_stop(&act->timer);
		if (act->waits)
			journal_forget(slot->journal, act);
		for (size_t i = 0; i < slot->fixture->port_count; i++)
			if (slot->port[i].link)
				link_cancel(slot->port[i].link, act);
		free(act);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot coming up: who is there, and is all of it well.
 *
 * Devices are asked one after the other, each for its identity and then for what its driver calls
 * healthy. Meanwhile contacts settle, those that show outputs follow what was driven safe, what streams all
 * the time is heard, and the channels that interlocks need are read. When all of that is known the bench is
 * up, once; until then a device that refuses says so to whoever started it, and a trip has told everybody
 * already. A slot that is operated by hand comes up whatever its devices say: it may be there to find out
 * what is wrong with them. What its contacts show is waited for, and refused, there too.
 */
#include <stdio.h>
#include <string.h>

#include "run/slot_wires.h"

void slot_came_up(struct slot *slot, const struct error *err)
{
	slot_done_fn *done = slot->on_up;

	slot->on_up = NULL;
	slot->up = true;
	if (done)
		done(slot->ctx, err);
}

static void identify_next(struct slot *slot);

static void device_refused(struct slot *slot, const struct error *err)
{
	struct error named = *err;

	error_context(&named, "%s", slot->fixture->device[slot->identify_next].name);
	if (!slot->settings.by_hand) {
		slot_came_up(slot, &named);
		return;
	}
	slot->handlers.doubt(slot->ctx, named.text);
	slot->identify_next++;
	slot->health_next = -1;
	identify_next(slot);
}

static int check_identity(struct slot *slot, const uint8_t *bytes, size_t size, struct error *err)
{
	const struct driver *driver = slot->identify_exchange.driver;
	struct value *line = value_map();
	char text[DEVICE_IDENTITY];
	int done = exchange_text(&slot->identify_exchange, bytes, size, text, sizeof(text), err);

	value_set_text(line, "device", slot->fixture->device[slot->identify_next].name);
	value_set_text(line, "driver", driver->id);
	value_set_text(line, "identity", done == 0 ? text : "?");
	journal_line(slot->journal, slot_now(slot), "device", line);
	if (done < 0)
		return -1;
	snprintf(slot->identity[slot->identify_next], DEVICE_IDENTITY, "%s", text);
	if (driver->identity_is[0] &&
	    strncmp(text, driver->identity_is, strlen(driver->identity_is)) != 0)
		return error_set(err, ERROR_DEVICE, "answers as '%s', expected '%s…'", text,
				 driver->identity_is);
	return wires_identified(slot, slot->fixture->device[slot->identify_next].name, text, err);
}

static int check_health(struct slot *slot, const uint8_t *bytes, size_t size, struct error *err)
{
	return exchange_is_well(&slot->identify_exchange, (size_t)slot->health_next, bytes, size,
				err);
}

/* One answer of the round through the devices: identity first (-1), then each rule of health. */
static void identified(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct slot *slot = ctx;
	struct error wrong;

	if (slot->closing || slot->tripped)
		return;
	if (!err && (slot->health_next < 0 ? check_identity(slot, bytes, size, &wrong)
					   : check_health(slot, bytes, size, &wrong)) < 0)
		err = &wrong;
	if (err) {
		device_refused(slot, err);
		return;
	}
	slot->health_next++;
	identify_next(slot);
}

/* Before the bench is up its value must be known; a breath comes when the machine is let breathe. */
static bool is_awaited(const struct slot *slot, const struct fixture_interlock *interlock)
{
	return interlock->channel >= 0 && !interlock->after &&
	       !slot->fixture->channel[interlock->channel].breath;
}

void slot_check_up(struct slot *slot)
{
	if (!slot->identified || slot->up || slot->tripped)
		return;
	/* by hand nothing is waited for: what an interlock does not know it refuses */
	for (size_t i = 0; i < slot->fixture->interlock_count && !slot->settings.by_hand; i++) {
		const struct fixture_interlock *interlock = &slot->fixture->interlock[i];

		if (is_awaited(slot, interlock) && !slot->channel[interlock->channel].seen)
			return;
	}
	if (!slot->settings.by_hand && !streams_are_heard(slot))
		return;
	if (guard_ready(slot))
		slot_came_up(slot, NULL);
}

/* A contact's level counts once it was there for as long as it may bounce. A scaled bench does not make that shorter. */
static nsec settling_time(const struct slot *slot)
{
	nsec longest = 0, settled_at, now = clock_now(slot->wire_clock);

	for (size_t i = 0; i < slot->fixture->line_count; i++)
		if (slot->fixture->line[i].debounce > longest)
			longest = slot->fixture->line[i].debounce;
	settled_at = slot->has_lines_since + longest;
	return settled_at > now ? settled_at : now;
}

static void settled(void *ctx)
{
	struct slot *slot = ctx;

	slot->identified = true;
	slot_check_up(slot);
}

static void identify_next(struct slot *slot)
{
	struct error err;

	while (slot->identify_next < slot->fixture->device_count) {
		const struct fixture_device *device = &slot->fixture->device[slot->identify_next];
		const struct driver *driver = device->driver;
		const struct driver_item *item = NULL;

		if (slot->health_next < 0 && driver->identifies)
			item = &driver->identity;
		else if (slot->health_next < 0)
			slot->health_next = 0;
		if (!item && (size_t)slot->health_next < driver->health_count)
			item = &driver->read[driver->health[slot->health_next].read];
		if (item) {
			exchange_read(&slot->identify_exchange, driver, item, device->unit);
			exchange_ask(&slot->identify_exchange, slot->port[device->port].link,
				     identified, slot);
			return;
		}
		slot->identify_next++;
		slot->health_next = -1;
	}
	if (wires_all_identified(slot, &err) < 0 && !slot->settings.by_hand)
		slot_came_up(slot, &err);
	else
		timer_start(&slot->settle, slot->wire_clock, settling_time(slot), TIMER_POLL,
			    settled, slot);
}

static void want_interlock_channels(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->interlock_count; i++) {
		const struct fixture_interlock *interlock = &slot->fixture->interlock[i];

		if (interlock->channel >= 0 && !interlock->after)
			guard_want_needed(slot, (int)i);
	}
}

void slot_takes_lines(struct slot *slot, nsec known)
{
	slot->has_lines_since = clock_now(slot->wire_clock) + known;
	contacts_taken(slot);
}

void slot_bring_up(struct slot *slot)
{
	slot->health_next = -1;
	streams_await(slot);
	want_interlock_channels(slot);
	identify_next(slot);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of devices as the guard sees them: each within its bound, and those that have a safe value as
 * outputs, with interlocks and a longest on-time like a line's.
 *
 * A wire moves at once, an instrument when it has heard. So a setting is away from safe from the moment
 * another value leaves for it, and is safe again when the safe value was acknowledged and no other is on
 * its way. Of a value that was not acknowledged nobody knows whether it arrived: it counts as away.
 */
#include <stdio.h>

#include "run/slot.h"

static const struct driver_item *write_of(const struct fixture_device *device, int write)
{
	return &device->driver->write[write];
}

/* "on", or "2.5 A". */
static void say_value(const struct driver_item *write, double number, char *text, size_t size)
{
	struct quantity quantity = quantity_of(number, &write->unit);

	for (size_t i = 0; i < write->word_count; i++)
		if (!limit_exceeds(write->word[i].number, number) &&
		    !limit_exceeds(number, write->word[i].number)) {
			snprintf(text, size, "%s", write->word[i].text);
			return;
		}
	quantity_print(&quantity, 0, text, size);
}

static bool is_safe(const struct fixture_setting *setting, double number)
{
	return !limit_exceeds(number, setting->number) && !limit_exceeds(setting->number, number);
}

bool setting_is_away(const struct slot_setting *setting)
{
	return setting->there || setting->on_its_way > 0;
}

void settings_init(struct slot *slot)
{
	for (size_t d = 0; d < slot->fixture->device_count; d++)
		for (size_t i = 0; i < slot->fixture->device[d].safe_count; i++)
			slot->setting[d][i] = (struct slot_setting){
				.slot = slot, .device = (int)d, .index = (int)i};
}

void settings_forget(struct slot *slot)
{
	for (size_t d = 0; d < slot->fixture->device_count; d++)
		for (size_t i = 0; i < slot->fixture->device[d].safe_count; i++)
			timer_stop(&slot->setting[d][i].longest);
}

/* ---- may it be set? ---- */

static int within_bounds(const struct fixture *fixture, int device, int write, double number,
			 struct error *err)
{
	const struct driver_item *item = write_of(&fixture->device[device], write);
	struct quantity quantity = quantity_of(number, &item->unit);
	char text[64];

	for (size_t i = 0; i < fixture->bound_count; i++) {
		const struct fixture_bound *bound = &fixture->bound[i];

		if (bound->device != device || bound->write != write ||
		    limit_met(&bound->limit, &quantity))
			continue;
		quantity_print(&quantity, 0, text, sizeof(text));
		return error_set(err, ERROR_REFUSED, "%s.%s: %s is outside %s, the bound that %s",
				 fixture->device[device].name, item->name, text, bound->limit.text,
				 bound->of_protocol ? "this protocol asks for"
						    : "the fixture sets");
	}
	return 0;
}

int guard_allows_setting(struct slot *slot, int device, int write, double number, struct error *err)
{
	const struct fixture_device *spec = &slot->fixture->device[device];
	const struct driver_item *item = write_of(spec, write);
	int index = fixture_find_setting(spec, write);
	struct fixture_output output = {.line = -1, .device = device, .setting = index};
	char value[64], what[160];

	if (within_bounds(slot->fixture, device, write, number, err) < 0)
		return -1;
	if (index < 0 || is_safe(&spec->safe[index], number))
		return 0;
	say_value(item, number, value, sizeof(value));
	snprintf(what, sizeof(what), "%s.%s may not be %s", spec->name, item->name, value);
	if (guard_estop_pressed(slot))
		return error_set(err, ERROR_REFUSED, "%s: the E-stop is pressed", what);
	if (slot->stopping && !spec->safe[index].teardown)
		return error_set(err, ERROR_REFUSED,
				 "%s while the run is stopping: the fixture does not list it for "
				 "teardown",
				 what);
	return guard_interlocks_allow(slot, &output, what, err);
}

bool guard_setting_energises(const struct slot *slot, int device, int write, double number)
{
	const struct fixture_device *spec = &slot->fixture->device[device];
	int index = fixture_find_setting(spec, write);

	return index >= 0 && !is_safe(&spec->safe[index], number) &&
	       !setting_is_away(&slot->setting[device][index]);
}

/* ---- and then ---- */

static void on_too_long(void *ctx)
{
	struct slot_setting *setting = ctx;
	const struct fixture_device *device = &setting->slot->fixture->device[setting->device];
	const struct fixture_setting *spec = &device->safe[setting->index];
	char safe[64], why[200];

	say_value(write_of(device, spec->write), spec->number, safe, sizeof(safe));
	snprintf(why, sizeof(why), "%s.%s was not %s for longer than %.6g s", device->name,
		 write_of(device, spec->write)->name, safe, nsec_seconds(spec->longest));
	slot_trip(setting->slot, VERDICT_ERROR, why);
}

static void moved(struct slot_setting *setting, bool was_away)
{
	struct slot *slot = setting->slot;
	struct fixture_output output = {
		.line = -1, .device = setting->device, .setting = setting->index};
	nsec longest = slot->fixture->device[setting->device].safe[setting->index].longest;

	if (setting_is_away(setting) == was_away)
		return;
	timer_stop(&setting->longest);
	if (!was_away)
		setting->since = slot_now(slot);
	if (!was_away && longest)
		timer_start(&setting->longest, slot->clock, setting->since + longest, TIMER_STOP,
			    on_too_long, setting);
	guard_watch_interlocks_of(slot, &output);
}

static void told(struct slot_setting *setting, const char *value)
{
	struct slot *slot = setting->slot;

	if (slot->handlers.setting)
		slot->handlers.setting(slot->ctx, setting->device, setting->index, value,
				       setting_is_away(setting));
}

static void told_number(struct slot_setting *setting, double number)
{
	const struct fixture_device *spec = &setting->slot->fixture->device[setting->device];
	char text[64];

	say_value(write_of(spec, spec->safe[setting->index].write), number, text, sizeof(text));
	told(setting, text);
}

void guard_setting_leaves(struct slot *slot, int device, int write, double number)
{
	const struct fixture_device *spec = &slot->fixture->device[device];
	int index = fixture_find_setting(spec, write);
	struct slot_setting *setting;
	bool was_away;

	if (index < 0 || is_safe(&spec->safe[index], number))
		return;
	setting = &slot->setting[device][index];
	was_away = setting_is_away(setting);
	setting->on_its_way++;
	moved(setting, was_away);
	told_number(setting, number);
}

void guard_setting_ended(struct slot *slot, int device, int write, double number, bool failed)
{
	const struct fixture_device *spec = &slot->fixture->device[device];
	int index = fixture_find_setting(spec, write);
	struct slot_setting *setting;
	bool was_away, safe;

	if (index < 0)
		return;
	setting = &slot->setting[device][index];
	safe = is_safe(&spec->safe[index], number);
	was_away = setting_is_away(setting);
	if (!safe && setting->on_its_way > 0)
		setting->on_its_way--;
	if (!safe || !failed)
		setting->there = !safe;
	moved(setting, was_away);
	if (was_away && !setting_is_away(setting))
		told_number(setting, number);
}

void guard_setting_is_unknown(struct slot *slot, int device, int index)
{
	struct slot_setting *setting = &slot->setting[device][index];
	bool was_away = setting_is_away(setting);

	setting->there = true;
	moved(setting, was_away);
	told(setting, "?");
}

/* ---- raw bytes ---- */

static int setting_allows_bytes(struct slot *slot, int device, int index, struct error *err)
{
	const struct fixture_device *spec = &slot->fixture->device[device];
	const char *name = write_of(spec, spec->safe[index].write)->name;
	struct fixture_output output = {.line = -1, .device = device, .setting = index};
	char what[160];

	snprintf(what, sizeof(what), "raw bytes might set %s.%s", spec->name, name);
	if (guard_estop_pressed(slot))
		return error_set(err, ERROR_REFUSED, "%s: the E-stop is pressed", what);
	return guard_interlocks_allow(slot, &output, what, err);
}

int guard_allows_bytes(struct slot *slot, int port, struct error *err)
{
	if (slot->tripped)
		return error_set(err, ERROR_REFUSED, "the bench has tripped");
	for (size_t d = 0; d < slot->fixture->device_count; d++)
		for (size_t i = 0; i < slot->fixture->device[d].safe_count; i++)
			if (slot->fixture->device[d].port == port &&
			    setting_allows_bytes(slot, (int)d, (int)i, err) < 0)
				return -1;
	return 0;
}

void guard_bytes_leave(struct slot *slot, int port)
{
	for (size_t d = 0; d < slot->fixture->device_count; d++)
		for (size_t i = 0; i < slot->fixture->device[d].safe_count; i++)
			if (slot->fixture->device[d].port == port)
				guard_setting_is_unknown(slot, (int)d, (int)i);
}

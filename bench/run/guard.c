/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard: what may be on, for how long, and while what holds. It runs in the controller, on every
 * edge, sample and act, and asks no script.
 *
 * An output is a line, or a device's write that has a safe value (guard_settings.c). Away from its safe
 * level every interlock that guards it must hold, and it may stay there no longer than its longest
 * on-time. At its safe level it is always allowed, unless another output that is away needs it otherwise:
 * a fan is not switched off under a heater, but with it, in the safe sequence. The E-stop contact is
 * closed while all is well: a pressed button and a broken wire look the same, and both end the run as
 * ABORTED. An interlock, a lid, a longest on-time end it as ERROR: they are the bench's business, not the
 * product's.
 */
#include <stdio.h>
#include <string.h>

#include "run/slot.h"
#include "verdict/shown.h"

static double level_value(bool level)
{
	return level ? 1 : 0;
}

/* What is needed, and how it is instead: "hood is off". */
static void say_needed(const struct slot *slot, const struct fixture_interlock *interlock,
		       const struct quantity *probe, char *text, size_t size)
{
	const struct fixture *fixture = slot->fixture;
	const struct limit *const limits[SHOWN_LIMITS] = {&interlock->limit};
	char value[64];

	if (limit_is_state(&interlock->limit))
		snprintf(value, sizeof(value), "%s",
			 limit_state_word(&interlock->limit, probe->value != 0));
	else
		shown_print(probe, 0, limits, value, sizeof(value));
	snprintf(text, size, "%.60s is %s",
		 interlock->line >= 0 ? fixture->line[interlock->line].name
				      : fixture->channel[interlock->channel].name,
		 value);
	if (interlock->of_protocol) {
		size_t used = strlen(text);

		snprintf(text + used, size - used, ", and this protocol asks for %.60s",
			 interlock->limit.text);
	}
}

static struct quantity latest(const struct slot *slot, const struct fixture_interlock *interlock)
{
	return (struct quantity){.unit = slot->fixture->channel[interlock->channel].unit,
				 .value = slot->channel[interlock->channel].value};
}

/* Its latest reading, as far as it counts; `how` says what is wrong with it otherwise. */
static bool channel_holds(struct slot *slot, const struct fixture_interlock *interlock, char *how,
			  size_t size)
{
	const struct slot_channel *channel = &slot->channel[interlock->channel];
	const struct fixture_channel *spec = &slot->fixture->channel[interlock->channel];
	struct quantity probe = latest(slot, interlock);
	nsec age = slot_now(slot) - channel->seen_asked;

	if (!channel->seen)
		snprintf(how, size, "%s has no reading yet", spec->name);
	else if (interlock->fresh && age > interlock->fresh)
		snprintf(how, size, "%s was read %.3g s ago", spec->name, nsec_seconds(age));
	else if (limit_met(&interlock->limit, &probe))
		return true;
	else
		say_needed(slot, interlock, &probe, how, size);
	return false;
}

static bool interlock_holds(struct slot *slot, const struct fixture_interlock *interlock, char *how,
			    size_t size)
{
	struct quantity probe = {0};

	if (interlock->line < 0)
		return channel_holds(slot, interlock, how, size);
	probe.value = level_value(gpio_get(slot->line[interlock->line].gpio));
	say_needed(slot, interlock, &probe, how, size);
	return limit_met(&interlock->limit, &probe);
}

bool guard_holds(struct slot *slot, int interlock, char *how, size_t size)
{
	const struct fixture_interlock *of = &slot->fixture->interlock[interlock];
	bool holds = interlock_holds(slot, of, how, size);

	if (holds && of->line < 0) { /* what is asked at every sample does not print what holds */
		struct quantity probe = latest(slot, of);

		say_needed(slot, of, &probe, how, size);
	}
	return holds;
}

bool guard_guards(const struct fixture_interlock *interlock, const struct fixture_output *output)
{
	for (size_t i = 0; i < interlock->guard_count; i++) {
		const struct fixture_output *guarded = &interlock->guards[i];

		if (output->line >= 0 ? guarded->line == output->line
				      : guarded->line < 0 && guarded->device == output->device &&
						guarded->setting == output->setting)
			return true;
	}
	return false;
}

bool guard_estop_pressed(const struct slot *slot)
{
	int estop = slot->fixture->estop;

	return estop >= 0 && !gpio_get(slot->line[estop].gpio);
}

bool guard_ready(struct slot *slot)
{
	if (guard_estop_pressed(slot)) {
		slot_trip(slot, VERDICT_ABORTED,
			  "the E-stop is pressed: release it and start again");
		return false;
	}
	return contacts_ready(slot);
}

/* ---- may it? ---- */

/* After a stop, outputs may only be made safe, but for those that teardown needs. */
static int stopping_allows(const struct fixture_line *line, struct error *err)
{
	if (line->teardown)
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "%s may not be %s while the run is stopping: the fixture does not list it "
			 "for teardown",
			 line->name, fixture_level_name(line, !line->safe));
}

int guard_interlocks_allow(struct slot *slot, const struct fixture_output *output, const char *what,
			   struct error *err)
{
	char how[200];

	for (size_t i = 0; i < slot->fixture->interlock_count; i++) {
		const struct fixture_interlock *interlock = &slot->fixture->interlock[i];

		if (!interlock->after && guard_guards(interlock, output) &&
		    !interlock_holds(slot, interlock, how, sizeof(how)))
			return error_set(err, ERROR_REFUSED, "%s: interlock: %s, but %s", what,
					 interlock->text, how);
	}
	return 0;
}

/* What an output that is on needs may not be taken from under it. */
static int needed_allows(struct slot *slot, int line, bool level, struct error *err)
{
	const struct fixture_line *spec = &slot->fixture->line[line];
	nsec now = slot_now(slot);

	for (size_t i = 0; i < slot->fixture->interlock_count; i++) {
		const struct fixture_interlock *interlock = &slot->fixture->interlock[i];

		if (interlock->line == line && !limit_met_state(&interlock->limit, level) &&
		    guard_is_in_force(slot, (int)i, now) && guard_any_away(slot, interlock, now))
			return error_set(err, ERROR_REFUSED,
					 "%s may not be %s while what it guards is on: interlock: "
					 "%s",
					 spec->name, fixture_level_name(spec, level),
					 interlock->text);
	}
	return 0;
}

/* An output whose contact still shows it away from safe is not moved again over that. */
static int contact_allows(const struct slot *slot, int line, bool level, struct error *err)
{
	const struct fixture_line *spec = &slot->fixture->line[line];
	char why[240];

	if (spec->read_back < 0 || gpio_get(slot->line[line].gpio) == level ||
	    !contact_differs(slot, line, why, sizeof(why)))
		return 0;
	return error_set(err, ERROR_REFUSED, "%s may not be %s: %s", spec->name,
			 fixture_level_name(spec, level), why);
}

int guard_allows(struct slot *slot, int line, bool level, struct error *err)
{
	const struct fixture_line *spec = &slot->fixture->line[line];
	struct fixture_output output = {.line = line};
	char what[80];

	if (level == spec->safe)
		return slot->tripped ? 0 : needed_allows(slot, line, level, err);
	if (slot->tripped)
		return error_set(err, ERROR_REFUSED, "%s stays %s: the bench has tripped",
				 spec->name, fixture_level_name(spec, spec->safe));
	if (guard_estop_pressed(slot))
		return error_set(err, ERROR_REFUSED, "%s stays %s: the E-stop is pressed",
				 spec->name, fixture_level_name(spec, spec->safe));
	if (slot->stopping && stopping_allows(spec, err) < 0)
		return -1;
	if (needed_allows(slot, line, level, err) < 0 || contact_allows(slot, line, level, err) < 0)
		return -1;
	snprintf(what, sizeof(what), "%s may not be %s", spec->name,
		 fixture_level_name(spec, level));
	if (gas_allows(slot, line, err) < 0)
		return error_context(err, "%s", what);
	return guard_interlocks_allow(slot, &output, what, err);
}

/* ---- does it still? ---- */

/* Is it away from safe, and since when? */
static bool is_away(const struct slot *slot, const struct fixture_output *output, nsec *since)
{
	const struct slot_setting *setting;

	if (output->line >= 0) {
		*since = slot->line[output->line].driven;
		return gpio_get(slot->line[output->line].gpio) !=
		       slot->fixture->line[output->line].safe;
	}
	setting = &slot->setting[output->device][output->setting];
	*since = setting->since;
	return setting_is_away(setting);
}

bool guard_any_away(const struct slot *slot, const struct fixture_interlock *interlock, nsec time)
{
	nsec since;

	for (size_t i = 0; i < interlock->guard_count; i++)
		if (is_away(slot, &interlock->guards[i], &since) && since <= time)
			return true;
	return false;
}

bool guard_is_in_force(const struct slot *slot, int index, nsec time)
{
	nsec after = slot->fixture->interlock[index].after;
	const struct slot_interlock *interlock = &slot->interlock[index];

	return !after || (interlock->watching && time >= interlock->since + after);
}

bool guard_relies_on(const struct slot *slot, int channel)
{
	nsec now = slot_now(slot);

	for (size_t i = 0; i < slot->fixture->interlock_count; i++)
		if (slot->fixture->interlock[i].channel == channel &&
		    guard_is_in_force(slot, (int)i, now) &&
		    guard_any_away(slot, &slot->fixture->interlock[i], now))
			return true;
	return false;
}

void guard_check_interlock(struct slot *slot, int index, double value, nsec time)
{
	const struct fixture_interlock *interlock = &slot->fixture->interlock[index];
	struct quantity probe = {.value = value};
	char shown[200], why[400];

	if (interlock->channel >= 0)
		probe.unit = slot->fixture->channel[interlock->channel].unit;
	if (!guard_is_in_force(slot, index, time) || limit_met(&interlock->limit, &probe) ||
	    !guard_any_away(slot, interlock, time))
		return;
	say_needed(slot, interlock, &probe, shown, sizeof(shown));
	snprintf(why, sizeof(why), "interlock: %s, but %s", interlock->text, shown);
	slot_trip(slot, VERDICT_ERROR, why);
}

void guard_line_changed(struct slot *slot, int line, bool level)
{
	if (line == slot->fixture->estop && !level) {
		slot_trip(slot, VERDICT_ABORTED, "the E-stop was pressed");
		return;
	}
	for (size_t i = 0; i < slot->fixture->interlock_count && !slot->tripped; i++)
		if (slot->fixture->interlock[i].line == line)
			guard_check_interlock(slot, (int)i, level_value(level), slot_now(slot));
	contact_moved(slot, line);
}

void guard_sample(struct slot *slot, int channel, const struct bench_sample *sample, bool latest)
{
	/* the latest says how things stand; one before it, how they stood when it was taken */
	nsec time = latest ? slot_now(slot) : sample->asked;

	for (size_t i = 0; i < slot->fixture->interlock_count && !slot->tripped; i++)
		if (slot->fixture->interlock[i].channel == channel)
			guard_check_interlock(slot, (int)i, sample->value, time);
	follow_sample(slot, channel, sample);
	gas_sample(slot, channel, sample);
}

static void on_too_long(void *ctx)
{
	struct slot_line *line = ctx;
	const struct fixture_line *spec = &line->slot->fixture->line[line->index];
	char why[160];

	snprintf(why, sizeof(why), "%s was %s for longer than %.6g s", spec->name,
		 fixture_level_name(spec, !spec->safe), nsec_seconds(spec->longest));
	slot_trip(line->slot, VERDICT_ERROR, why);
}

void guard_watch_output(struct slot *slot, int index, bool level)
{
	const struct fixture_line *spec = &slot->fixture->line[index];
	struct fixture_output output = {.line = index};
	struct slot_line *line = &slot->line[index];

	timer_stop(&line->longest);
	if (level != spec->safe && spec->longest)
		timer_start(&line->longest, slot->clock, slot_now(slot) + spec->longest, TIMER_STOP,
			    on_too_long, line);
	contact_awaited(slot, index);
	guard_watch_interlocks_of(slot, &output);
	gas_moved(slot, index, level);
}

void guard_forget(struct slot *slot)
{
	guard_unwatch_interlocks(slot);
	settings_forget(slot);
	contacts_forget(slot);
	gas_forget(slot);
}

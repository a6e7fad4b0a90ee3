/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard: what may be on, for how long, and while what holds. It runs in the controller, on every
 * edge, sample and act, and asks no script.
 *
 * An output at its safe level is always allowed. Away from it, every interlock that guards the output
 * must hold, and it may stay there no longer than its longest on-time. The E-stop contact is closed while
 * all is well: a pressed button and a broken wire look the same, and both end the run as ABORTED. An
 * interlock, a lid, a longest on-time end it as ERROR: they are the bench's business, not the product's.
 *
 * An interlock with `after` is about what an output brings about: exhaled gas is seen while gas is fed.
 * It cannot hold before, so it forbids nothing; it is looked at from the time on at which one of its
 * outputs has been away from safe for so long, and then wants a reading no older than that.
 */
#include <stdio.h>

#include "run/slot.h"
#include "verdict/shown.h"

#define ASKED_EVERY MSEC(500) /* by the guard, where a channel does not say how often */

static double level_value(bool level)
{
	return level ? 1 : 0;
}

static bool interlock_holds(struct slot *slot, const struct fixture_interlock *interlock)
{
	const struct slot_channel *channel;
	struct quantity probe = {0};

	if (interlock->line >= 0) {
		probe.value = level_value(gpio_get(slot->line[interlock->line].gpio));
		return limit_met(&interlock->limit, &probe);
	}
	channel = &slot->channel[interlock->channel];
	probe.unit = slot->fixture->channel[interlock->channel].unit;
	probe.value = channel->value;
	return channel->seen && limit_met(&interlock->limit, &probe);
}

static bool guards(const struct fixture_interlock *interlock, int line)
{
	for (size_t i = 0; i < interlock->guard_count; i++)
		if (interlock->guards[i] == line)
			return true;
	return false;
}

static bool estop_pressed(struct slot *slot)
{
	int estop = slot->fixture->estop;

	return estop >= 0 && !gpio_get(slot->line[estop].gpio);
}

bool guard_ready(struct slot *slot)
{
	if (!estop_pressed(slot))
		return true;
	slot_trip(slot, VERDICT_ABORTED, "the E-stop is pressed: release it and start again");
	return false;
}

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

int guard_allows(struct slot *slot, int line, bool level, struct error *err)
{
	const struct fixture_line *spec = &slot->fixture->line[line];

	if (level == spec->safe)
		return 0;
	if (slot->tripped)
		return error_set(err, ERROR_REFUSED, "%s stays %s: the bench has tripped",
				 spec->name, fixture_level_name(spec, spec->safe));
	if (estop_pressed(slot))
		return error_set(err, ERROR_REFUSED, "%s stays %s: the E-stop is pressed",
				 spec->name, fixture_level_name(spec, spec->safe));
	if (slot->stopping && stopping_allows(spec, err) < 0)
		return -1;
	for (size_t i = 0; i < slot->fixture->interlock_count; i++) {
		const struct fixture_interlock *interlock = &slot->fixture->interlock[i];

		if (!interlock->after && guards(interlock, line) &&
		    !interlock_holds(slot, interlock))
			return error_set(err, ERROR_REFUSED, "%s may not be %s: interlock: %s",
					 spec->name, fixture_level_name(spec, level),
					 interlock->text);
	}
	return 0;
}

/* Is one of them away from safe, and has been since `time` or longer? */
static bool guarded_output_on(struct slot *slot, const struct fixture_interlock *interlock,
			      nsec time)
{
	for (size_t i = 0; i < interlock->guard_count; i++) {
		int line = interlock->guards[i];

		if (gpio_get(slot->line[line].gpio) != slot->fixture->line[line].safe &&
		    slot->line[line].driven <= time)
			return true;
	}
	return false;
}

static bool is_in_force(const struct slot *slot, int index, nsec time)
{
	nsec after = slot->fixture->interlock[index].after;
	const struct slot_interlock *interlock = &slot->interlock[index];

	return !after || (interlock->watching && time >= interlock->since + after);
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
}

static void check_interlock(struct slot *slot, int index, double value, nsec time)
{
	const struct fixture_interlock *interlock = &slot->fixture->interlock[index];
	struct quantity probe = {.value = value};
	char shown[128], why[320];

	if (interlock->channel >= 0)
		probe.unit = slot->fixture->channel[interlock->channel].unit;
	if (!is_in_force(slot, index, time) || limit_met(&interlock->limit, &probe) ||
	    !guarded_output_on(slot, interlock, time))
		return;
	say_needed(slot, interlock, &probe, shown, sizeof(shown));
	snprintf(why, sizeof(why), "interlock: %s, but %s", interlock->text, shown);
	slot_trip(slot, VERDICT_ERROR, why);
}

/* ---- interlocks with `after` ---- */

static void no_reading(struct slot *slot, const struct fixture_interlock *interlock)
{
	char why[320];

	snprintf(why, sizeof(why), "interlock: %s: %s gave no reading for %.6g s", interlock->text,
		 slot->fixture->channel[interlock->channel].name, nsec_seconds(interlock->after));
	slot_trip(slot, VERDICT_ERROR, why);
}

/* The time of `after` has come, or the latest reading has grown too old. */
static void look(void *ctx)
{
	struct slot_interlock *interlock = ctx;
	struct slot *slot = interlock->slot;
	const struct fixture_interlock *spec = &slot->fixture->interlock[interlock->index];
	const struct slot_channel *channel;

	if (spec->line >= 0) {
		check_interlock(slot, interlock->index,
				level_value(gpio_get(slot->line[spec->line].gpio)), slot_now(slot));
		return;
	}
	channel = &slot->channel[spec->channel];
	if (!channel->seen || channel->seen_asked < slot_now(slot) - spec->after) {
		no_reading(slot, spec);
		return;
	}
	check_interlock(slot, interlock->index, channel->value, slot_now(slot));
	if (!slot->tripped)
		timer_start(&interlock->look, slot->clock, channel->seen_asked + spec->after + 1,
			    TIMER_CONDITION, look, interlock);
}

static void watch_interlock(struct slot *slot, int index)
{
	const struct fixture_interlock *spec = &slot->fixture->interlock[index];
	struct slot_interlock *interlock = &slot->interlock[index];

	interlock->slot = slot;
	interlock->index = index;
	interlock->watching = true;
	interlock->since = slot_now(slot);
	timer_start(&interlock->look, slot->clock, interlock->since + spec->after, TIMER_CONDITION,
		    look, interlock);
	if (spec->channel >= 0)
		guard_want(slot, &interlock->interest, spec->channel);
}

static void unwatch_interlock(struct slot *slot, int index)
{
	struct slot_interlock *interlock = &slot->interlock[index];

	if (!interlock->watching)
		return;
	interlock->watching = false;
	timer_stop(&interlock->look);
	if (slot->fixture->interlock[index].channel >= 0)
		slot_unwant(slot, &interlock->interest);
}

static void watch_interlocks_of(struct slot *slot, int line)
{
	for (size_t i = 0; i < slot->fixture->interlock_count; i++) {
		const struct fixture_interlock *spec = &slot->fixture->interlock[i];

		if (!spec->after || !guards(spec, line))
			continue;
		if (!guarded_output_on(slot, spec, slot_now(slot)))
			unwatch_interlock(slot, (int)i);
		else if (!slot->interlock[i].watching)
			watch_interlock(slot, (int)i);
	}
}

void guard_want(struct slot *slot, struct interest *interest, int channel)
{
	nsec every = slot->fixture->channel[channel].every;

	slot_want(slot, interest, channel, every ? every : ASKED_EVERY);
}

void guard_forget(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->interlock_count; i++)
		unwatch_interlock(slot, (int)i);
}

void guard_line_changed(struct slot *slot, int line, bool level)
{
	if (line == slot->fixture->estop && !level) {
		slot_trip(slot, VERDICT_ABORTED, "the E-stop was pressed");
		return;
	}
	for (size_t i = 0; i < slot->fixture->interlock_count && !slot->tripped; i++)
		if (slot->fixture->interlock[i].line == line)
			check_interlock(slot, (int)i, level_value(level), slot_now(slot));
}

void guard_sample(struct slot *slot, int channel, const struct bench_sample *sample, bool latest)
{
	/* the latest says how things stand; one before it, how they stood when it was taken */
	nsec time = latest ? slot_now(slot) : sample->asked;

	for (size_t i = 0; i < slot->fixture->interlock_count && !slot->tripped; i++)
		if (slot->fixture->interlock[i].channel == channel)
			check_interlock(slot, (int)i, sample->value, time);
	follow_sample(slot, channel, sample);
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
	struct slot_line *line = &slot->line[index];

	timer_stop(&line->longest);
	if (level != spec->safe && spec->longest)
		timer_start(&line->longest, slot->clock, slot_now(slot) + spec->longest, TIMER_STOP,
			    on_too_long, line);
	watch_interlocks_of(slot, index);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interlocks that are looked at by the clock, while one of their outputs is away from safe.
 *
 * One with `after` is about what an output brings about: exhaled gas is seen while gas is fed. It cannot
 * hold before, so it forbids nothing; it is looked at from the time on at which one of its outputs has
 * been away from safe for so long, and then wants a reading no older than that, or than its `fresh`.
 *
 * One with `fresh` alone wants a reading no older than that before its outputs may leave safe and all the
 * while they are away: a thermometer that says nothing any more protects nobody. A reading is as old as
 * its question.
 */
#include <stdio.h>

#include "run/slot.h"

#define ASKED_EVERY MSEC(500) /* by the guard, where a channel does not say how often */

/* No older than this. */
static nsec oldest(const struct fixture_interlock *interlock)
{
	return interlock->fresh ? interlock->fresh : interlock->after;
}

static void no_reading(struct slot *slot, const struct fixture_interlock *interlock)
{
	char why[320];

	snprintf(why, sizeof(why), "interlock: %s: %s gave no reading for %.6g s", interlock->text,
		 slot->fixture->channel[interlock->channel].name, nsec_seconds(oldest(interlock)));
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
		bool level = gpio_get(slot->line[spec->line].gpio);

		guard_check_interlock(slot, interlock->index, level ? 1 : 0, slot_now(slot));
		return;
	}
	channel = &slot->channel[spec->channel];
	if (!channel->seen || channel->seen_asked < slot_now(slot) - oldest(spec)) {
		no_reading(slot, spec);
		return;
	}
	guard_check_interlock(slot, interlock->index, channel->value, slot_now(slot));
	if (!slot->tripped)
		timer_start(&interlock->look, slot->clock, channel->seen_asked + oldest(spec) + 1,
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
	if (spec->channel >= 0 && spec->after)
		guard_want_needed(slot, index);
}

/* What an interlock without `after` needs was wanted before the bench came up, and stays so. */
static void unwatch_interlock(struct slot *slot, int index)
{
	const struct fixture_interlock *spec = &slot->fixture->interlock[index];
	struct slot_interlock *interlock = &slot->interlock[index];

	if (!interlock->watching)
		return;
	interlock->watching = false;
	timer_stop(&interlock->look);
	if (spec->channel >= 0 && spec->after)
		slot_unwant(slot, &interlock->interest);
}

static bool is_watched(const struct fixture_interlock *interlock)
{
	return interlock->after || interlock->fresh;
}

void guard_watch_interlocks_of(struct slot *slot, const struct fixture_output *output)
{
	for (size_t i = 0; i < slot->fixture->interlock_count; i++) {
		const struct fixture_interlock *spec = &slot->fixture->interlock[i];

		if (!is_watched(spec) || !guard_guards(spec, output))
			continue;
		if (!guard_any_away(slot, spec, slot_now(slot)))
			unwatch_interlock(slot, (int)i);
		else if (!slot->interlock[i].watching)
			watch_interlock(slot, (int)i);
	}
}

void guard_unwatch_interlocks(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->interlock_count; i++)
		unwatch_interlock(slot, (int)i);
}

void guard_want(struct slot *slot, struct interest *interest, int channel)
{
	nsec every = slot->fixture->channel[channel].every;

	slot_want(slot, interest, channel, every ? every : ASKED_EVERY);
}

/* Often enough to be fresh, with as much time again for the answer. */
nsec guard_looks_every(const struct slot *slot, int index)
{
	const struct fixture_interlock *spec = &slot->fixture->interlock[index];
	nsec every = slot->fixture->channel[spec->channel].every;

	if (every)
		return every;
	return spec->fresh && spec->fresh / 2 < ASKED_EVERY ? spec->fresh / 2 : ASKED_EVERY;
}

void guard_want_needed(struct slot *slot, int index)
{
	slot_want(slot, &slot->interlock[index].interest, slot->fixture->interlock[index].channel,
		  guard_looks_every(slot, index));
}

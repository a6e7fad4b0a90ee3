/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channels of a slot: asked as often as the most impatient interest wants, on an absolute schedule
 * that does not drift, and not at all while nobody listens.
 *
 * A device's channel is a question to its driver, unless it streams (slot_streams.c); a pulse line is
 * counted gate after gate; a contact is told at once and at each edge; a breath is computed from others
 * (slot_breath.c). A device that stays silent, answers wrongly or loses its wire trips the bench: the
 * script never sees "no value" where the instrument failed.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/slot.h"

static void poll_now(void *ctx);

static const struct fixture_channel *spec_of(const struct slot_channel *channel)
{
	return &channel->slot->fixture->channel[channel->index];
}

static nsec shortest_wish(const struct slot_channel *channel)
{
	nsec shortest = NSEC_NEVER;

	for (struct interest *interest = channel->interests; interest; interest = interest->next)
		if (interest->every < shortest)
			shortest = interest->every;
	return shortest;
}

nsec slot_explains(const struct slot *slot, int index)
{
	const struct slot_channel *channel = &slot->channel[index];
	const struct fixture_channel *spec = &slot->fixture->channel[index];

	if (!channel->interests || spec->breath)
		return NSEC_NEVER;
	return 2 * shortest_wish(channel) + spec->late +
	       (spec->line >= 0 ? slot->fixture->line[spec->line].gate : 0);
}

/* The next poll is due one interval after the last was due, or now when that has passed. */
static void schedule(struct slot_channel *channel)
{
	nsec every = shortest_wish(channel);
	nsec now = slot_now(channel->slot);
	nsec next = channel->due + every;

	if (channel->busy || every == NSEC_NEVER || channel->slot->closing)
		return;
	if (next < now)
		next = now;
	timer_start(&channel->poll, channel->slot->clock, next, TIMER_POLL, poll_now, channel);
}

static void tell(struct slot_channel *channel, const struct bench_sample *sample)
{
	struct slot *slot = channel->slot;
	struct {
		double value, resolution;
		int64_t asked;
	} entry = {sample->value, sample->resolution, sample->asked};

	journal_entry(slot->journal, sample->time, ENTRY_SAMPLE, (uint16_t)channel->index, &entry,
		      sizeof(entry));
	channel->seen = true;
	channel->doubted = false;
	channel->value = sample->value;
	channel->seen_asked = sample->asked;
	guard_sample(slot, channel->index, sample, true);
	slot_check_up(slot);
	slot->handlers.sample(slot->ctx, channel->index, sample);
	breaths_feed(slot, channel->index, sample, 1);
}

static void device_failed(struct slot_channel *channel, const struct error *err)
{
	const struct fixture_channel *spec = spec_of(channel);
	char why[320];

	snprintf(why, sizeof(why), "%s: %.280s", channel->slot->fixture->device[spec->device].name,
		 err->text);
	if (!channel->slot->settings.by_hand || guard_relies_on(channel->slot, channel->index)) {
		slot_trip(channel->slot, VERDICT_ERROR, why);
		return;
	}
	if (!channel->doubted)
		channel->slot->handlers.doubt(channel->slot->ctx, why);
	channel->doubted = true;
	channel->seen = false;
	schedule(channel);
}

static void answered(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct slot_channel *channel = ctx;
	struct bench_sample sample = {.asked = channel->asked,
				      .time = slot_now(channel->slot),
				      .resolution = spec_of(channel)->resolution,
				      .weight = 1};
	struct error wrong;

	channel->busy = false;
	if (channel->slot->closing || channel->slot->tripped)
		return;
	if (!err && exchange_number(&channel->exchange, bytes, size, &sample.value, &wrong) < 0)
		err = &wrong;
	if (err) {
		device_failed(channel, err);
		return;
	}
	tell(channel, &sample);
	schedule(channel);
}

static void ask_device(struct slot_channel *channel)
{
	const struct fixture_channel *spec = spec_of(channel);
	const struct fixture_device *device = &channel->slot->fixture->device[spec->device];

	channel->busy = true;
	exchange_read(&channel->exchange, device->driver, &device->driver->read[spec->read],
		      device->unit);
	exchange_ask(&channel->exchange, channel->slot->port[device->port].link, answered, channel);
}

/* A count that does not know all of its edges is no reading. */
static void edges_lost(struct slot_channel *channel)
{
	char why[160];

	snprintf(why, sizeof(why),
		 "%s: edges came faster than they could be taken, so that its pulses cannot be "
		 "counted",
		 channel->slot->fixture->line[spec_of(channel)->line].name);
	slot_trip(channel->slot, VERDICT_ERROR, why);
}

static void counted(void *ctx, const struct pulse_count *count)
{
	struct slot_channel *channel = ctx;
	struct slot *slot = channel->slot;
	struct bench_sample sample = {.asked = channel->asked,
				      .time = slot_now(slot),
				      .value = count->frequency,
				      .resolution = count->resolution,
				      .weight = 1};
	double entry[4] = {count->frequency, count->resolution, count->shortest_high,
			   count->shortest_low};

	channel->busy = false;
	if (slot->closing || slot->tripped)
		return;
	if (count->lost) {
		edges_lost(channel);
		return;
	}
	journal_entry(slot->journal, sample.time, ENTRY_PULSE, (uint16_t)spec_of(channel)->line,
		      entry, sizeof(entry));
	slot->handlers.pulse(slot->ctx, spec_of(channel)->line, count->shortest_high,
			     count->shortest_low);
	tell(channel, &sample);
	schedule(channel);
}

static void count_pulses(struct slot_channel *channel)
{
	const struct fixture_channel *spec = spec_of(channel);
	struct slot *slot = channel->slot;
	struct error err;

	channel->busy = true;
	if (gpio_count(slot->line[spec->line].gpio, slot->fixture->line[spec->line].gate, counted,
		       channel, &err) < 0) {
		channel->busy = false;
		slot_trip(slot, VERDICT_ERROR, err.text);
	}
}

static void tell_contact(struct slot_channel *channel)
{
	nsec now = slot_now(channel->slot);
	struct gpio_line *gpio = channel->slot->line[spec_of(channel)->line].gpio;
	struct bench_sample sample = {
		.asked = now, .time = now, .value = gpio_get(gpio) ? 1 : 0, .weight = 1};

	tell(channel, &sample);
}

static void poll_now(void *ctx)
{
	struct slot_channel *channel = ctx;
	const struct fixture_channel *spec = spec_of(channel);

	if (channel->slot->tripped || channel->slot->closing)
		return;
	channel->due = channel->poll.deadline;
	channel->asked = slot_now(channel->slot);
	if (spec->device >= 0)
		ask_device(channel);
	else if (!spec->state)
		count_pulses(channel);
	else
		tell_contact(channel);
}

/* A debounced edge is told when it has lasted: whoever wanted the contact meanwhile saw the level before it. */
void channels_edge(struct slot *slot, int line, bool level, nsec time)
{
	struct bench_sample sample = {
		.asked = slot_now(slot), .time = time, .value = level ? 1 : 0, .weight = 1};

	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		struct slot_channel *channel = &slot->channel[i];

		if (slot->fixture->channel[i].line == line && slot->fixture->channel[i].state &&
		    channel->interests && !slot->tripped)
			tell(channel, &sample);
	}
}

void channels_init(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		slot->channel[i].slot = slot;
		slot->channel[i].index = (int)i;
		slot->channel[i].latest = INT64_MIN;
	}
	breaths_open(slot);
}

void channels_stop(struct slot *slot)
{
	streams_stop(slot);
	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		struct slot_channel *channel = &slot->channel[i];
		int device = slot->fixture->channel[i].device;

		timer_stop(&channel->poll);
		if (!channel->busy || device < 0)
			continue;
		/* safe writes shall not queue behind questions that nobody needs any more */
		link_hurry(slot->port[slot->fixture->device[device].port].link, channel);
	}
}

void slot_want(struct slot *slot, struct interest *interest, int index, nsec every)
{
	struct slot_channel *channel = &slot->channel[index];

	interest->channel = index;
	interest->every = every;
	interest->next = channel->interests;
	channel->interests = interest;
	if (slot->tripped || slot->closing)
		return;
	if (channel_streams(slot, index)) {
		streams_wanted(slot, index);
		return;
	}
	if (channel->breath) {
		breath_wanted(channel);
		return;
	}
	if (!channel->busy) {
		timer_start(&channel->poll, slot->clock, slot_now(slot), TIMER_POLL, poll_now,
			    channel);
		return;
	}
	/* the answer on its way was asked for before this wish: ask again right after it */
	channel->due = slot_now(slot) - every;
}

void slot_unwant(struct slot *slot, struct interest *interest)
{
	struct slot_channel *channel = &slot->channel[interest->channel];
	struct interest **place = &channel->interests;

	while (*place && *place != interest)
		place = &(*place)->next;
	if (*place)
		*place = interest->next;
	if (channel_streams(slot, interest->channel))
		streams_wanted(slot, interest->channel);
	if (channel->interests)
		return;
	timer_stop(&channel->poll);
	if (channel->breath)
		breath_unwanted(channel);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breath channels of a slot.
 *
 * Whoever wants one wants its sources, at their own rate; while nobody does, nothing is computed. The
 * journal says when listening begins and ends (ENTRY_LISTEN), and every breath with what was computed
 * of it (ENTRY_BREATH), so that a replay computes it again and holds one against the other. A source's
 * samples are told before the breaths that they make whole.
 *
 * A machine that stands breathes nothing: no breath for however long is no error of the bench.
 */
#include "run/slot.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "run/breath_channel.h"

#define SOURCE_EVERY MSEC(100) /* of a source that is asked, where the fixture does not say */

struct slot_breath {
	struct breath_channel *channel;
	struct interest of, flow; /* in its sources */
	bool listening;
};

void breaths_open(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		if (!slot->fixture->channel[i].breath)
			continue;
		slot->channel[i].breath = xcalloc(1, sizeof(struct slot_breath));
		slot->channel[i].breath->channel = breath_channel_new(slot->fixture, (int)i);
	}
}

void breaths_close(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		if (!slot->channel[i].breath)
			continue;
		breath_channel_free(slot->channel[i].breath->channel);
		free(slot->channel[i].breath);
		slot->channel[i].breath = NULL;
	}
}

static void note_listening(struct slot_channel *channel, bool on)
{
	uint8_t byte = on;

	channel->breath->listening = on;
	journal_entry(channel->slot->journal, slot_now(channel->slot), ENTRY_LISTEN,
		      (uint16_t)channel->index, &byte, 1);
}

static void want_source(struct slot *slot, struct interest *interest, int source)
{
	nsec every = slot->fixture->channel[source].every;

	slot_want(slot, interest, source, every ? every : SOURCE_EVERY);
}

void breath_wanted(struct slot_channel *channel)
{
	const struct fixture_channel *spec = &channel->slot->fixture->channel[channel->index];
	struct slot_breath *breath = channel->breath;

	if (breath->listening)
		return;
	breath_channel_restart(breath->channel);
	note_listening(channel, true);
	want_source(channel->slot, &breath->flow, spec->flow);
	if (spec->of >= 0)
		want_source(channel->slot, &breath->of, spec->of);
}

void breath_unwanted(struct slot_channel *channel)
{
	const struct fixture_channel *spec = &channel->slot->fixture->channel[channel->index];
	struct slot_breath *breath = channel->breath;

	if (!breath->listening)
		return;
	if (channel->slot->tripped || channel->slot->closing)
		breath->listening = false; /* nothing is told any more */
	else
		note_listening(channel, false);
	slot_unwant(channel->slot, &breath->flow);
	if (spec->of >= 0)
		slot_unwant(channel->slot, &breath->of);
}

static void tell_breath(struct slot_channel *channel, const struct breath_entry *entry)
{
	struct slot *slot = channel->slot;
	struct bench_sample sample;

	journal_entry(slot->journal, slot_now(slot), ENTRY_BREATH, (uint16_t)channel->index, entry,
		      sizeof(*entry));
	if (!breath_entry_sample(entry, &sample))
		return;
	channel->seen = true;
	channel->value = sample.value;
	channel->seen_asked = sample.asked;
	guard_sample(slot, channel->index, &sample, true);
	slot_check_up(slot);
	slot->handlers.sample(slot->ctx, channel->index, &sample);
}

static bool goes_on(const struct slot_channel *channel)
{
	return channel->breath->listening && !channel->slot->tripped && !channel->slot->closing;
}

void breaths_feed(struct slot *slot, int source, const struct bench_sample *samples, size_t count)
{
	struct breath_entry entry;

	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		struct slot_channel *channel = &slot->channel[i];

		if (!channel->breath || !goes_on(channel))
			continue;
		breath_channel_feed(channel->breath->channel, source, samples, count);
		while (goes_on(channel) && breath_channel_next(channel->breath->channel, &entry))
			tell_breath(channel, &entry);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Computing breaths again.
 *
 * The same machine as the slot's (breath_channel.h) is fed with the same samples in the same order, from
 * when the journal says that somebody began to listen. What it has ready is asked for when the journal
 * has a breath, and before it is fed further: then nothing may be ready.
 */
#include "run/replay_breath.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/breath_channel.h"

struct replay_breath {
	const struct fixture *fixture;
	struct {
		struct breath_channel *channel;
		bool listening;
	} of[FIXTURE_MOST];
};

struct replay_breath *replay_breath_new(const struct fixture *fixture)
{
	struct replay_breath *breath = xcalloc(1, sizeof(*breath));

	breath->fixture = fixture;
	for (size_t i = 0; i < fixture->channel_count; i++)
		if (fixture->channel[i].breath)
			breath->of[i].channel = breath_channel_new(fixture, (int)i);
	return breath;
}

void replay_breath_free(struct replay_breath *breath)
{
	if (!breath)
		return;
	for (size_t i = 0; i < FIXTURE_MOST; i++)
		breath_channel_free(breath->of[i].channel);
	free(breath);
}

void replay_breath_listen(struct replay_breath *breath, const struct journal_item *item)
{
	if (item->subject >= breath->fixture->channel_count || item->size != 1 ||
	    !breath->of[item->subject].channel)
		return;
	breath->of[item->subject].listening = item->data[0];
	breath_channel_restart(breath->of[item->subject].channel);
}

static int is_missing(const struct fixture_channel *channel, const struct breath_entry *entry,
		      struct error *err)
{
	return error_set(err, ERROR_DEVICE,
			 "%s: its sources give a breath from %.9f s to %.9f s, which the journal "
			 "lacks",
			 channel->name, nsec_seconds(entry->begin), nsec_seconds(entry->end));
}

int replay_breath_feed(struct replay_breath *breath, int channel,
		       const struct bench_sample *samples, size_t count, struct error *err)
{
	for (size_t i = 0; i < breath->fixture->channel_count; i++) {
		const struct fixture_channel *spec = &breath->fixture->channel[i];
		struct breath_entry entry;

		if (!breath->of[i].listening || (spec->of != channel && spec->flow != channel))
			continue;
		if (breath_channel_next(breath->of[i].channel, &entry))
			return is_missing(spec, &entry, err);
		breath_channel_feed(breath->of[i].channel, channel, samples, count);
	}
	return 0;
}

int replay_breath_take(struct replay_breath *breath, const struct journal_item *item,
		       struct bench_sample *sample, struct error *err)
{
	const struct fixture_channel *spec;
	struct breath_entry there, here;

	if (item->subject >= breath->fixture->channel_count || item->size != sizeof(there) ||
	    !breath->of[item->subject].channel)
		return error_set(err, ERROR_DEVICE,
				 "the journal has a breath of no breath channel");
	spec = &breath->fixture->channel[item->subject];
	memcpy(&there, item->data, sizeof(there));
	if (!breath->of[item->subject].listening ||
	    !breath_channel_next(breath->of[item->subject].channel, &here))
		return error_set(err, ERROR_DEVICE,
				 "%s: the journal has a breath of %.17g at %.9f s, and its sources "
				 "give none",
				 spec->name, there.value, nsec_seconds(there.end));
	if (memcmp(&there, &here, sizeof(there)) != 0)
		return error_set(err, ERROR_DEVICE,
				 "%s: the journal says %.17g by %.17g from %.9f s to %.9f s, its "
				 "sources say %.17g by %.17g from %.9f s to %.9f s",
				 spec->name, there.value, there.weight, nsec_seconds(there.begin),
				 nsec_seconds(there.end), here.value, here.weight,
				 nsec_seconds(here.begin), nsec_seconds(here.end));
	return breath_entry_sample(&there, sample);
}

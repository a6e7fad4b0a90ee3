/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breath channels.
 *
 * A breath's sample was asked for when the breath began and is from when it ended: whoever waits for
 * something since a moment is not told of a breath that was under way by then. Its resolution is the
 * coarsest that its source has shown, of a volume that of the flow over the time of the inhalation.
 */
#include "run/breath_channel.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "verdict/breath.h"

struct breath_channel {
	const struct fixture_channel *spec;
	struct breaths *breaths;
	double resolution;	     /* of what it speaks for */
	nsec latest_of, latest_flow; /* samples taken */
};

struct breath_channel *breath_channel_new(const struct fixture *fixture, int channel)
{
	struct breath_channel *breath = xcalloc(1, sizeof(*breath));
	const struct fixture_channel *spec = &fixture->channel[channel];
	const struct fixture_channel *behind = fixture_channel_behind(fixture, spec);

	breath->spec = spec;
	breath->breaths = breaths_new(&(struct breath_settings){.kind = spec->breath,
								.threshold = spec->threshold,
								.delay = behind->delay,
								.within = behind->within});
	breath_channel_restart(breath);
	return breath;
}

void breath_channel_free(struct breath_channel *breath)
{
	if (!breath)
		return;
	breaths_free(breath->breaths);
	free(breath);
}

void breath_channel_restart(struct breath_channel *breath)
{
	breaths_restart(breath->breaths);
	breath->resolution = 0;
	breath->latest_of = breath->latest_flow = INT64_MIN;
}

static void feed_flow(struct breath_channel *breath, const struct bench_sample *sample)
{
	if (sample->time <= breath->latest_flow)
		return;
	breath->latest_flow = sample->time;
	breaths_flow(breath->breaths, sample->time, sample->value);
	if (breath->spec->of < 0)
		breath->resolution = fmax(breath->resolution, sample->resolution);
}

static void feed_of(struct breath_channel *breath, const struct bench_sample *sample)
{
	if (sample->time <= breath->latest_of)
		return;
	breath->latest_of = sample->time;
	breaths_other(breath->breaths, sample->time, sample->value);
	breath->resolution = fmax(breath->resolution, sample->resolution);
}

void breath_channel_feed(struct breath_channel *breath, int source,
			 const struct bench_sample *samples, size_t count)
{
	for (size_t i = 0; i < count && source == breath->spec->flow; i++)
		feed_flow(breath, &samples[i]);
	for (size_t i = 0; i < count && source == breath->spec->of; i++)
		feed_of(breath, &samples[i]);
}

bool breath_channel_next(struct breath_channel *breath, struct breath_entry *entry)
{
	struct breath found;

	if (!breaths_next(breath->breaths, &found))
		return false;
	*entry = (struct breath_entry){.begin = found.begin, .end = found.end};
	if (found.lost)
		return true;
	entry->value = found.value;
	entry->weight = found.weight;
	entry->drift = found.drift;
	entry->seconds = found.seconds;
	entry->resolution = breath->resolution * (found.seconds > 0 ? found.seconds : 1);
	return true;
}

bool breath_entry_sample(const struct breath_entry *entry, struct bench_sample *sample)
{
	*sample = (struct bench_sample){
		.asked = entry->begin,
		.time = entry->end,
		.value = entry->value,
		.resolution = entry->resolution,
		.weight = entry->weight,
		.drift = entry->drift,
		.seconds = entry->seconds,
	};
	return isfinite(entry->value) && isfinite(entry->weight) && entry->weight > 0;
}

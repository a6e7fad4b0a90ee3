/* SPDX-License-Identifier: Apache-2.0 */
#include "report/run_samples.h"

#include <stdlib.h>

#include "base/alloc.h"

/* So many usual distances without a sample are none that were meant. */
#define UNUSUAL 5

static void take_samples(void *ctx, int index, const struct bench_sample *sample, size_t count)
{
	struct run_samples *samples = ctx;
	struct run_channel *channel = &samples->channel[index];
	const struct unit *unit = &samples->fixture->channel[index].unit;
	struct series *series = &channel->series;

	for (size_t i = 0; i < count; i++) {
		if (channel->edge && sample[i].time == channel->edge)
			channel->is_parted = false;
		/* one that two requests saw, or an edge that is told once it has lasted */
		if (series->count && series->samples[series->count - 1].time >= sample[i].time)
			continue;
		if (channel->is_parted && channel->parted_count == channel->parted_room) {
			channel->parted_room = channel->parted_room ? channel->parted_room * 2 : 16;
			channel->parted = xrealloc(channel->parted,
						   channel->parted_room * sizeof(*channel->parted));
		}
		if (channel->is_parted)
			channel->parted[channel->parted_count++] = series->count;
		channel->is_parted = false;
		series_add(series, sample[i].time, unit_from_si(unit, sample[i].value));
	}
}

static void take_parted(void *ctx, int index, nsec edge)
{
	struct run_samples *samples = ctx;
	struct run_channel *channel = &samples->channel[index];

	channel->is_parted = true;
	channel->edge = edge;
}

int run_samples_read(struct run_samples *samples, const struct trail *trail, struct error *err)
{
	struct trail_receiver receiver = {take_samples, take_parted, samples};

	*samples = (struct run_samples){.fixture = trail_fixture(trail)};
	for (size_t i = 0; i < FIXTURE_MOST; i++)
		series_init(&samples->channel[i].series);
	return trail_receive(trail, &receiver, err);
}

void run_samples_done(struct run_samples *samples)
{
	for (size_t i = 0; i < FIXTURE_MOST; i++) {
		series_done(&samples->channel[i].series);
		free(samples->channel[i].parted);
	}
	*samples = (struct run_samples){0};
}

/* ---- gaps ---- */

static int by_size(const void *one, const void *other)
{
	const nsec *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

/* The median of the distances between neighbours of these; 0 of fewer than three samples. */
static nsec usual_distance(const struct sample *sample, size_t count)
{
	nsec *distance, usual;

	if (count < 3)
		return 0;
	distance = xcalloc(count - 1, sizeof(*distance));
	for (size_t i = 1; i < count; i++)
		distance[i - 1] = sample[i].time - sample[i - 1].time;
	qsort(distance, count - 1, sizeof(*distance), by_size);
	usual = distance[(count - 1) / 2];
	free(distance);
	return usual;
}

struct thinned_gap *run_samples_gaps(const struct run_samples *samples, int index, nsec from,
				     nsec to, size_t *count)
{
	const struct run_channel *channel = &samples->channel[index];
	const struct series *series = &channel->series;
	size_t first = series_before(series, from), end = series_before(series, to + 1), next = 0;
	struct thinned_gap *gaps = xcalloc(end - first + 1, sizeof(*gaps));
	bool by_change = samples->fixture->channel[index].state; /* it needs not be asked */
	nsec usual = by_change ? 0 : usual_distance(series->samples + first, end - first);

	*count = 0;
	for (size_t i = first + 1; i < end; i++) {
		nsec before = series->samples[i - 1].time, after = series->samples[i].time;
		bool parted;

		while (next < channel->parted_count && channel->parted[next] < i)
			next++;
		parted = next < channel->parted_count && channel->parted[next] == i;
		if (parted || (usual && after - before > UNUSUAL * usual))
			gaps[(*count)++] = (struct thinned_gap){before, after};
	}
	return gaps;
}

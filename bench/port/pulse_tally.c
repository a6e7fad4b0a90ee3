/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reciprocal counting: the frequency is the number of whole periods between two rises over the time between
 * them, so that its resolution depends on the stamps and the gate, not on the frequency.
 *
 * Only extremes are kept, never the edges: a count may be as long as it likes.
 */
#include "port/pulse_tally.h"

static void keep_shortest(nsec *shortest, nsec width)
{
	if (*shortest == 0 || width < *shortest)
		*shortest = width;
}

static void tally_rise(struct pulse_tally *tally, nsec time)
{
	nsec period = time - tally->last_rise;

	if (tally->falls > 0)
		keep_shortest(&tally->shortest_low, time - tally->last_fall);
	if (tally->rises > 0) {
		keep_shortest(&tally->shortest_period, period);
		if (period > tally->longest_period)
			tally->longest_period = period;
	} else {
		tally->first_rise = time;
	}
	tally->rises++;
	tally->last_rise = time;
}

void pulse_tally_edge(struct pulse_tally *tally, bool rise, nsec time)
{
	if (rise) {
		tally_rise(tally, time);
		return;
	}
	if (tally->rises > 0)
		keep_shortest(&tally->shortest_high, time - tally->last_rise);
	tally->falls++;
	tally->last_fall = time;
}

struct pulse_count pulse_tally_count(const struct pulse_tally *tally, nsec gate, nsec stamp)
{
	struct pulse_count count = {
		.shortest_high = nsec_seconds(tally->shortest_high),
		.shortest_low = nsec_seconds(tally->shortest_low),
	};
	double span = nsec_seconds(tally->last_rise - tally->first_rise);

	if (tally->rises < 2) {
		count.resolution = (double)(tally->rises + 1) / nsec_seconds(gate);
		return count;
	}
	count.periods = tally->rises - 1;
	count.frequency = (double)count.periods / span;
	count.resolution = count.frequency * nsec_seconds(stamp) / span;
	return count;
}

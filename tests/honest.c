/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/honest.h"

#include <math.h>

uint64_t honest_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

double honest_uniform(uint64_t *state)
{
	return (double)(honest_random(state) >> 11) / 9007199254740992.0;
}

double honest_normal(uint64_t *state)
{
	double radius = sqrt(-2 * log(1 - honest_uniform(state)));

	return radius * cos(6.283185307179586 * honest_uniform(state));
}

/*
 * What a protocol of six steps of 150 values moves an instrument to, with a time constant of 12
 * values.
 */
static double stepped(size_t i, double height)
{
	static const double LEVELS[] = {0.1, 0.9, 0.3, 0.6, 0.2, 0.5};
	size_t step = i / 150;
	double before = LEVELS[(step + 5) % 6], after = LEVELS[step % 6];

	return height * (after + (before - after) * exp(-(double)(i % 150) / 12));
}

void honest_series(double *values, size_t count, enum honest_kind kind, double noise,
		   uint64_t *state)
{
	double slow = 0, offset = 1000 * honest_uniform(state), latest[4] = {0};
	double phase = 6.28 * honest_uniform(state), slope = honest_uniform(state) * 3;

	for (size_t i = 0; i < count; i++) {
		double white = noise * honest_normal(state), x = offset + white;

		latest[i % 4] = white;
		slow = kind == HONEST_AR ? 0.9 * slow + white : slow + 0.2 * white;
		if (kind == HONEST_AR)
			x = offset + slow;
		else if (kind == HONEST_DRIFT)
			x += slow;
		else if (kind == HONEST_STEPS)
			x += stepped(i, 4000);
		else if (kind == HONEST_GROWING)
			x = stepped(i, 4000) + white * stepped(i, 4000) / 1000;
		else if (kind == HONEST_AVERAGED)
			x = offset + (latest[0] + latest[1] + latest[2] + latest[3]) / 2;
		else if (kind == HONEST_RAMP)
			x += slope * (double)i;
		else if (kind == HONEST_HUM)
			x += 5 * noise * sin(phase + 0.7 * (double)i);
		values[i] = nearbyint(x);
	}
}

void honest_times(nsec *times, size_t count, nsec every, uint64_t *state)
{
	double at = 1e9 * (1 + honest_uniform(state));

	for (size_t i = 0; i < count; i++) {
		double late = -20000 * log(1 - honest_uniform(state)); /* 20 microseconds, mean */

		times[i] = (nsec)(floor((at + (double)i * (double)every + late) / 52.083) * 52.083);
	}
}

/* P(X <= seen) of a binomial. */
static double at_most(long seen, long count, double rate)
{
	double log_term = (double)count * log1p(-rate), sum = 0;

	for (long k = 0; k <= seen; k++) {
		sum += exp(log_term);
		log_term += log((double)(count - k) / (double)(k + 1)) + log(rate) - log1p(-rate);
	}
	return sum;
}

static double solve(long seen, long count, double probability)
{
	double low = 0, high = 1;

	for (int i = 0; i < 60; i++) {
		double middle = (low + high) / 2;

		if (at_most(seen, count, middle) > probability)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double honest_highest_rate(long seen, long count)
{
	return seen < count ? solve(seen, count, 0.025) : 1;
}

double honest_lowest_rate(long seen, long count)
{
	return seen ? solve(seen - 1, count, 0.975) : 0;
}

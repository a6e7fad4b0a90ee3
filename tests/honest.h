/* SPDX-License-Identifier: Apache-2.0 */
/* Series as honest instruments give them, and how rare a false alarm among them is. Seeds are fixed. */
#ifndef DAVY_TESTS_HONEST_H
#define DAVY_TESTS_HONEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/nsec.h"

enum honest_kind {
	HONEST_WHITE = 0,
	HONEST_AR,    /* first order, 0.9 */
	HONEST_DRIFT, /* white over a random walk */
	HONEST_STEPS, /* white over the exponential responses of a protocol, the same for all runs */
	HONEST_GROWING,	 /* white, in proportion to a level that a protocol moves */
	HONEST_AVERAGED, /* the mean of the latest four */
	HONEST_RAMP,	 /* white over a straight line */
	HONEST_HUM,	 /* white over a sine of the mains */
	HONEST_KINDS,
};

/* Of a stream of its own: splitmix64. */
uint64_t honest_random(uint64_t *state);
double honest_uniform(uint64_t *state); /* in [0, 1) */
double honest_normal(uint64_t *state);
/* Values in counts, whole numbers; `noise` is the deviation of one. */
void honest_series(double *values, size_t count, enum honest_kind kind, double noise,
		   uint64_t *state);
/* Every `every`, later by what a machine takes, on a counter of 19.2 MHz. */
void honest_times(nsec *times, size_t count, nsec every, uint64_t *state);
/* Clopper and Pearson 1934: the limits of a rate, two-sided 95 %, of `seen` in `count`. */
double honest_lowest_rate(long seen, long count);
double honest_highest_rate(long seen, long count);

#endif

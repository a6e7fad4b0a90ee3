/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of thousands of series have the same noise, without holding each against each. Of every 32
 * values behind each other a fingerprint is taken: the signs of their second differences, which
 * neither an offset nor a scale nor another clock changes. Series that share one are held against
 * each other at that shift by noise_same(); what is reported is only what that says.
 *
 * False alarms: in one look at a series, all others at all shifts are as good as tried, so its
 * probability is multiplied by their number and by the values of both: the budget of a run holds
 * however large a store becomes.
 *
 * Memory: of fingerprints so many are kept as the table may have. When there are more, every second
 * one goes, chosen by its own value, and so does every second one that comes: a copy of a whole
 * series is found by those that are left, one of a small part by chance alone. Noise itself may
 * stand on a shelf that the caller has.
 */
#ifndef DAVY_VERDICT_TWINS_H
#define DAVY_VERDICT_TWINS_H

#include <stdint.h>

#include "verdict/noise.h"

struct twins;

/* Where noise is kept that was taken, under its number. */
struct twins_shelf {
	void (*put)(void *ctx, size_t number, const struct noise *noise);
	/* As it was put, as far as it can be had; it lives until the next is got. */
	const struct noise *(*get)(void *ctx, size_t number);
	void *ctx;
};

enum { TWINS_PRINTS_MOST = 1 << 21 }; /* in 64 MiB, and twice that while room is made */

struct twin_pair {
	size_t one, other; /* as twins_add numbered them; `other` came later */
	long shift;	   /* of the later one's values against those of the one */
	struct noise_match match;
	double log10_p; /* as above, corrected */
};

/* `shelf` is copied; NULL: in memory. `most`: a power of two, of fingerprints. */
struct twins *twins_new(const struct twins_shelf *shelf, size_t most);
void twins_free(struct twins *twins); /* accepts NULL */
/*
 * Take `noise` (which is emptied) under the next number, from 0, and find its best match among
 * those before it of another `group`: a group are series that are the same by right. True: one is
 * less probable than 10^log10_budget.
 */
bool twins_add(struct twins *twins, struct noise *noise, uint64_t group, double log10_budget,
	       struct twin_pair *pair);
/* The noise that was taken under that number; it is the twins', and lives until the next is asked for, or added. */
const struct noise *twins_noise(const struct twins *twins, size_t number);
/* How many fingerprints there are. */
size_t twins_prints(const struct twins *twins);

#endif

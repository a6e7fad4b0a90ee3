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
 */
#ifndef DAVY_VERDICT_TWINS_H
#define DAVY_VERDICT_TWINS_H

#include <stdint.h>

#include "verdict/noise.h"

struct twins;

struct twin_pair {
	size_t one, other; /* as twins_add numbered them; `other` came later */
	long shift;	   /* of the later one's values against those of the one */
	struct noise_match match;
	double log10_p; /* as above, corrected */
};

struct twins *twins_new(void);
void twins_free(struct twins *twins); /* accepts NULL */
/*
 * Take `noise` (which is emptied) under the next number, from 0, and find its best match among
 * those before it of another `group`: a group are series that are the same by right. True: one is
 * less probable than 10^log10_budget.
 */
bool twins_add(struct twins *twins, struct noise *noise, uint64_t group, double log10_budget,
	       struct twin_pair *pair);
/* The noise that was taken under that number; it is the twins', and lives until the next is added. */
const struct noise *twins_noise(const struct twins *twins, size_t number);

#endif

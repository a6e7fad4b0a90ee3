/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How well a measure of many pieces keeps within its limits. With the mean m of n values, in the
 * order in which they were measured, and limits low and high, of which one may be open:
 *
 *   Ppk = min(high - m, m - low) / 3 s, with s the deviation of all of them
 *   Cpk = the same with s from the mean of moving ranges of two, divided by 2 / sqrt(pi), its expectation for a normal deviation
 *         of one (1.128, as on charts of individual values): without what drifted from piece to piece
 *
 * Both suppose that values are normally distributed; whether they are is not looked at. The
 * interval of Ppk, 95 %, is that of Bissell (1990, Applied Statistics 39, 331): Ppk ± 1.96 sqrt(1 /
 * 9n + Ppk^2 / (2n - 2)). Fewer than CAPABILITY_LEAST values are refused: this is the program's own
 * choice, at which an index of 1 is still uncertain by three tenths.
 */
#ifndef DAVY_VERDICT_CAPABILITY_H
#define DAVY_VERDICT_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>

enum { CAPABILITY_LEAST = 25 };

struct capability {
	size_t count;
	double mean, deviation;		    /* of all; deviation with n - 1 */
	double within;			    /* from moving ranges */
	bool has_indices;		    /* enough values, a limit, and they differ */
	double cpk, ppk, ppk_low, ppk_high; /* cpk is infinite where neighbours never differ */
};

/* An open limit is infinite. All in one unit. `count` may be 0. */
void capability_make(struct capability *capability, const double *values, size_t count, double low,
		     double high);

#endif

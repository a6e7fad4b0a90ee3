/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control chart of a check standard: one value after another of the same thing, measured by the same way.
 *
 * Limits are those of Shewhart, mean ± 3 s, of the first values (the action limits of a means chart with n = 1: IUPAC Gold
 * Book 08127); s has n - 1 in its denominator (JCGM 100:2008, 4.2.2) and is the repeatability of one measurement, its
 * degrees of freedom n - 1.
 */
#ifndef DAVY_VERDICT_CHART_H
#define DAVY_VERDICT_CHART_H

#include <stdbool.h>
#include <stddef.h>

enum { CHART_BASELINE = 20 }; /* values that make the limits */

struct chart {
	bool has_limits; /* false: there are fewer values than CHART_BASELINE, and nothing below holds */
	double mean, deviation, lower, upper;
};

void chart_make(struct chart *chart, const double *values, size_t count);
/* Outside of the limits; never where there are none. */
bool chart_is_out(const struct chart *chart, double value);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twice through the values: the mean first, so that values with many digits in common keep their
 * differences.
 */
#include "verdict/capability.h"

#include <math.h>

void capability_make(struct capability *capability, const double *values, size_t count, double low,
		     double high)
{
	double sum = 0, squares = 0, ranges = 0, nearest;

	*capability = (struct capability){.count = count};
	if (!count)
		return;
	for (size_t i = 0; i < count; i++)
		sum += values[i] - values[0];
	capability->mean = values[0] + sum / (double)count;
	for (size_t i = 0; i < count; i++) {
		double apart = values[i] - capability->mean;

		squares += apart * apart;
		ranges += i ? fabs(values[i] - values[i - 1]) : 0;
	}
	if (count < 2)
		return;
	capability->deviation = sqrt(squares / (double)(count - 1));
	capability->within = ranges / (double)(count - 1) / (2 / sqrt(M_PI));
	nearest = fmin(high - capability->mean, capability->mean - low);
	if (count < CAPABILITY_LEAST || !(capability->deviation > 0) || !isfinite(nearest))
		return;
	capability->has_indices = true;
	capability->ppk = nearest / (3 * capability->deviation);
	capability->cpk = nearest / (3 * capability->within);
	nearest = 1.96 * sqrt(1 / (9.0 * (double)count) +
			      capability->ppk * capability->ppk / (2.0 * (double)(count - 1)));
	capability->ppk_low = capability->ppk - nearest;
	capability->ppk_high = capability->ppk + nearest;
}

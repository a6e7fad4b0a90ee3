/* SPDX-License-Identifier: Apache-2.0 */
/* The mean first, then the squares of what is left: values that differ in their last digits keep them. */
#include "verdict/chart.h"

#include <math.h>

void chart_make(struct chart *chart, const double *values, size_t count)
{
	double squares = 0;

	*chart = (struct chart){0};
	if (count < CHART_BASELINE)
		return;
	for (int i = 0; i < CHART_BASELINE; i++)
		chart->mean += values[i] / CHART_BASELINE;
	for (int i = 0; i < CHART_BASELINE; i++)
		squares += (values[i] - chart->mean) * (values[i] - chart->mean);
	chart->deviation = sqrt(squares / (CHART_BASELINE - 1));
	chart->lower = chart->mean - 3 * chart->deviation;
	chart->upper = chart->mean + 3 * chart->deviation;
	chart->has_limits = true;
}

bool chart_is_out(const struct chart *chart, double value)
{
	return chart->has_limits && (value < chart->lower || value > chart->upper);
}

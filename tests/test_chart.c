/* SPDX-License-Identifier: Apache-2.0 */
/* Control charts of check standards: values whose mean and deviation are known beforehand. */
#include <math.h>

#include "tests/claims.h"
#include "verdict/chart.h"

/* 19 and 21 by turns: mean 20, and the squares sum to their number. */
static void fill(double *values, int count)
{
	for (int i = 0; i < count; i++)
		values[i] = i % 2 ? 21 : 19;
}

static void limits_are_mean_and_three_s_of_the_first_twenty(void)
{
	double values[22];
	struct chart chart;

	fill(values, 20);
	values[20] = 1000;
	values[21] = -1000;
	chart_make(&chart, values, 22);

	CU_ASSERT(chart.has_limits);
	CU_ASSERT_DOUBLE_EQUAL(chart.mean, 20, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(chart.deviation, sqrt(20.0 / 19), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(chart.upper, 20 + 3 * sqrt(20.0 / 19), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(chart.lower, 20 - 3 * sqrt(20.0 / 19), 1e-12);
}

static void what_is_outside_is_out_of_control(void)
{
	double values[20];
	struct chart chart;

	fill(values, 20);
	chart_make(&chart, values, 20);

	CU_ASSERT_FALSE(chart_is_out(&chart, 23));
	CU_ASSERT_FALSE(chart_is_out(&chart, 17));
	CU_ASSERT(chart_is_out(&chart, 23.1));
	CU_ASSERT(chart_is_out(&chart, 16.9));
}

static void nineteen_values_have_no_limits(void)
{
	double values[19];
	struct chart chart;

	fill(values, 19);
	chart_make(&chart, values, 19);

	CU_ASSERT_FALSE(chart.has_limits);
	CU_ASSERT_FALSE(chart_is_out(&chart, 1e9));
}

static void values_that_differ_in_their_last_digits_keep_them(void)
{
	double values[20];
	struct chart chart;

	for (int i = 0; i < 20; i++)
		values[i] = 1e9 + (i % 2 ? 1e-3 : -1e-3);
	chart_make(&chart, values, 20);

	CU_ASSERT_DOUBLE_EQUAL(chart.deviation, 1e-3 * sqrt(20.0 / 19), 1e-6);
}

void suite_chart(void)
{
	suite_begin("chart");
	claim(limits_are_mean_and_three_s_of_the_first_twenty);
	claim(what_is_outside_is_out_of_control);
	claim(nineteen_values_have_no_limits);
	claim(values_that_differ_in_their_last_digits_keep_them);
}

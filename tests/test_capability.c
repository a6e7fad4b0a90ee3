/* SPDX-License-Identifier: Apache-2.0 */
/* Capability of a measure: figures that were worked out by hand. */
#include <math.h>

#include "tests/claims.h"
#include "verdict/capability.h"

enum { COUNT = 26 };

/* 9 and 11 by turns, 13 of each: mean 10, squares sum to 26, each moving range is 2. */
static void fill(double *values, int count)
{
	for (int i = 0; i < count; i++)
		values[i] = i % 2 ? 11 : 9;
}

static void indices_are_the_distance_to_the_nearer_limit_in_three_deviations(void)
{
	double values[COUNT];
	struct capability capability;

	fill(values, COUNT);
	capability_make(&capability, values, COUNT, 4, 13);

	CU_ASSERT(capability.has_indices);
	CU_ASSERT_DOUBLE_EQUAL(capability.mean, 10, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(capability.deviation, sqrt(26.0 / 25), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(capability.ppk, 1 / sqrt(26.0 / 25), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(capability.within, sqrt(M_PI), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(capability.cpk, 1 / sqrt(M_PI), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(capability.ppk_high - capability.ppk,
			       1.96 * sqrt(1 / 234.0 + 25 / 26.0 / 50), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(capability.ppk - capability.ppk_low,
			       capability.ppk_high - capability.ppk, 1e-12);
}

static void one_limit_is_enough_and_none_is_not(void)
{
	double values[COUNT];
	struct capability capability;

	fill(values, COUNT);
	capability_make(&capability, values, COUNT, -INFINITY, 16);
	CU_ASSERT_DOUBLE_EQUAL(capability.ppk, 2 / sqrt(26.0 / 25), 1e-12);
	capability_make(&capability, values, COUNT, 7, INFINITY);
	CU_ASSERT_DOUBLE_EQUAL(capability.ppk, 1 / sqrt(26.0 / 25), 1e-12);

	capability_make(&capability, values, COUNT, -INFINITY, INFINITY);
	CU_ASSERT_FALSE(capability.has_indices);
}

static void a_mean_outside_of_its_limit_has_a_negative_index(void)
{
	double values[COUNT];
	struct capability capability;

	fill(values, COUNT);
	capability_make(&capability, values, COUNT, -INFINITY, 7);

	CU_ASSERT_DOUBLE_EQUAL(capability.ppk, -1 / sqrt(26.0 / 25), 1e-12);
}

static void too_few_values_and_values_that_never_differ_have_no_index(void)
{
	double values[COUNT] = {0};
	struct capability capability;

	capability_make(&capability, values, COUNT, -1, 1);
	CU_ASSERT_FALSE(capability.has_indices);
	fill(values, COUNT);
	capability_make(&capability, values, CAPABILITY_LEAST - 1, 4, 13);
	CU_ASSERT_FALSE(capability.has_indices);
	CU_ASSERT_EQUAL(capability.count, CAPABILITY_LEAST - 1);
	CU_ASSERT_DOUBLE_EQUAL(capability.mean, 10, 1e-12);
	capability_make(&capability, values, 0, 4, 13);
	CU_ASSERT_EQUAL(capability.count, 0);
}

static void values_with_many_digits_in_common_keep_their_differences(void)
{
	double values[COUNT];
	struct capability capability;

	for (int i = 0; i < COUNT; i++)
		values[i] = 1e9 + (i % 2 ? 1e-3 : -1e-3);
	capability_make(&capability, values, COUNT, 1e9 - 1, 1e9 + 1);

	CU_ASSERT_DOUBLE_EQUAL(capability.deviation, 1e-3 * sqrt(26.0 / 25), 1e-6);
}

void suite_capability(void)
{
	suite_begin("capability");
	claim(indices_are_the_distance_to_the_nearer_limit_in_three_deviations);
	claim(one_limit_is_enough_and_none_is_not);
	claim(a_mean_outside_of_its_limit_has_a_negative_index);
	claim(too_few_values_and_values_that_never_differ_have_no_index);
	claim(values_with_many_digits_in_common_keep_their_differences);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sampling plan can tell: its operating characteristic against closed forms, against fractions that Python's comb() made, and
 * against every sample there is of a small lot.
 */
#include <math.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/acceptance.h"

static void without_a_failure_a_twentieth_escapes_at_one_minus_the_nth_root(void)
{
	/* facts: zero failures in n shows p < 1 - 0.05^(1/n) at 95 % */
	static const int SIZES[] = {1, 2, 3, 5, 8, 13, 20, 32, 59, 149, 299};

	for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++) {
		struct acceptance plan = {.n = SIZES[i]};

		CU_ASSERT_DOUBLE_EQUAL(acceptance_share(&plan, 0.05, false),
				       1 - pow(0.05, 1.0 / SIZES[i]), 1e-9);
	}
	CU_ASSERT_DOUBLE_EQUAL(acceptance_share(&(struct acceptance){.n = 3}, 0.05, false), 0.6316,
			       5e-5);
}

static void known_points_of_curves(void)
{
	CU_ASSERT_DOUBLE_EQUAL(acceptance_of_share(&(struct acceptance){.n = 89, .c = 2}, 0.01),
			       0.9396899183135587, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(acceptance_of_count(&(struct acceptance){.n = 3, .lot = 60}, 38),
			       0.04500292226767972, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(
		acceptance_of_count(&(struct acceptance){.n = 13, .c = 1, .lot = 60}, 8),
		0.44244421138529416, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(
		acceptance_of_count(&(struct acceptance){.n = 1000, .c = 20, .lot = 100000}, 2000),
		0.5591053724485769, 1e-6);
}

/* The share of all samples of `n` from `lot` units, of which the first `bad` are, that have no more than `c` bad ones. */
static double counted(int lot, int n, int c, int bad)
{
	int all = 0, accepted = 0;

	for (int sample = 0; sample < 1 << lot; sample++) {
		if (__builtin_popcount((unsigned)sample) != n)
			continue;
		all++;
		accepted += __builtin_popcount((unsigned)sample & ((1u << bad) - 1)) <= c;
	}
	return (double)accepted / all;
}

static void of_a_small_lot_it_is_what_all_samples_say(void)
{
	for (int n = 1; n <= 10; n++)
		for (int c = 0; c < n; c++)
			for (int bad = 0; bad <= 10; bad++) {
				struct acceptance plan = {.n = n, .c = c, .lot = 10};

				CU_ASSERT_DOUBLE_EQUAL(acceptance_of_count(&plan, bad),
						       counted(10, n, c, bad), 1e-12);
			}
}

static void shares_of_a_lot_are_the_steps_on_both_sides(void)
{
	struct acceptance plan = {.n = 3, .lot = 10};

	/* 1, 0.7, 0.467, 0.292, 0.167, 0.083, 0.033, 0.008, 0 */
	CU_ASSERT_DOUBLE_EQUAL(acceptance_share(&plan, 0.95, true), 0, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(acceptance_share(&plan, 0.7, true), 0.1, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(acceptance_share(&plan, 0.5, false), 0.2, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(acceptance_share(&plan, 0.05, false), 0.6, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(acceptance_at(&plan, 0.24), acceptance_of_count(&plan, 2), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(acceptance_share(&(struct acceptance){.n = 89, .c = 2}, 0.95, true),
			       acceptance_share(&(struct acceptance){.n = 89, .c = 2}, 0.95, false),
			       1e-12);
}

static void check_refused(const char *text, const char *part)
{
	struct acceptance plan;
	struct error err = {0};

	CU_ASSERT(acceptance_parse(&plan, text, &err) < 0);
	CU_ASSERT(strstr(err.text, part) != NULL);
}

static void a_plan_is_two_numbers_that_go_together(void)
{
	struct acceptance plan;
	struct error err;

	CU_ASSERT_EQUAL(acceptance_parse(&plan, "13,1", &err), 0);
	CU_ASSERT(plan.n == 13 && plan.c == 1 && plan.lot == 0);
	CU_ASSERT_EQUAL(acceptance_parse(&plan, "3\uff0c0", &err), 0);
	CU_ASSERT(plan.n == 3 && plan.c == 0);
	check_refused("3", "a plan is 'n,c', as 3,0");
	check_refused("", "a plan is 'n,c'");
	check_refused("3,0,", "a plan is 'n,c'");
	check_refused("3,", "a plan is 'n,c'");
	check_refused("three,0", "'three,0' is none");
	check_refused("99999999999999999999,0", "is none");
	check_refused("0,0", "1 to 1000 units, and not 0");
	check_refused("-3,0", "1 to 1000 units, and not -3");
	check_refused("1001,0", "1 to 1000 units, and not 1001");
	check_refused("3,3", "below the 3 units of the sample, and not 3");
	check_refused("3,-1", "and not -1");
	CU_ASSERT(acceptance_check(&(struct acceptance){.n = 3, .lot = 2}, &err) < 0);
	CU_ASSERT(strstr(err.text, "cannot be drawn from a lot of 2") != NULL);
}

void suite_acceptance(void)
{
	suite_begin("acceptance");
	claim(without_a_failure_a_twentieth_escapes_at_one_minus_the_nth_root);
	claim(known_points_of_curves);
	claim(of_a_small_lot_it_is_what_all_samples_say);
	claim(shares_of_a_lot_are_the_steps_on_both_sides);
	claim(a_plan_is_two_numbers_that_go_together);
}

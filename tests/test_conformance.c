/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conformance probabilities (JCGM 106:2012, 7.3 and 7.4) and the guarded decisions beside them, against
 * figures from outside this code. Where each comes from:
 *
 *   Phi   tables of the standard normal distribution: Phi(0.5) = 0.691462, Phi(1) = 0.841345,
 *         Phi(1.28) = 0.899727, Phi(1.5) = 0.933193, Phi(1.64) = 0.949497, Phi(2) = 0.977250,
 *         Phi(2.33) = 0.990097, Phi(3) = 0.998650, Phi(4.5) = 1 - 3.3977e-6, Phi(6) = 1 - 9.8659e-10,
 *         Phi(7) = 1 - 1.2798e-12
 *   oil   y = 13.6, u = 1.8 against 12.5 .. 16.3: the numbers of JCGM 106:2012, 7.4, as a public page
 *         gives them; by hand Phi(1.5) - Phi(-0.6111) = 0.933193 - 0.270563 = 0.662630
 *   CO2   <= 1.50 %vol with u = 0.04 %vol: (1.50 - y)/u by hand, Phi from the table
 */
#include <math.h>
#include <stdio.h>

#include "tests/claims.h"
#include "verdict/decision.h"

static struct error err;

static struct decision decided(const char *limit_text, const char *value, double standard,
			       enum decision_rule rule)
{
	struct decision decision = {0};
	struct quantity quantity;
	struct limit limit;

	if (limit_parse(&limit, limit_text, &err) < 0 ||
	    quantity_parse(&quantity, value, &err) < 0 ||
	    quantity_add_source(&quantity, "instrument", standard, &err) < 0 ||
	    decide(&decision, &limit, &quantity, rule, 2, &err) < 0)
		CU_FAIL("a decision of a test is refused");
	return decision;
}

static double conformance(const char *limit, const char *value, double standard)
{
	return decided(limit, value, standard, RULE_GUARDED).conformance;
}

static void two_sided_it_is_the_mass_between_both_limits(void)
{
	CU_ASSERT_DOUBLE_EQUAL(conformance("12.5 .. 16.3", "13.6", 1.8), 0.662630, 1e-6);
	/* 4.25 .. 4.35 V at 4.30 V with u = 0.025 V: Phi(2) - Phi(-2) = 2 x 0.977250 - 1 */
	CU_ASSERT_DOUBLE_EQUAL(conformance("4.25 .. 4.35 V", "4.30 V", 0.025), 0.954500, 1e-6);
	/* at an end of it: Phi(0) - Phi(-4) = 0.5 - 0.000032 */
	CU_ASSERT_DOUBLE_EQUAL(conformance("4.25 .. 4.35 V", "4.35 V", 0.025), 0.499968, 1e-6);
}

static void one_sided_it_is_the_mass_below_or_above_the_limit(void)
{
	const char *limit = "<= 1.50 %vol";

	CU_ASSERT_DOUBLE_EQUAL(conformance(limit, "1.40 %vol", 0.0004), 0.993790, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(conformance(limit, "1.42 %vol", 0.0004), 0.977250, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(conformance(limit, "1.44 %vol", 0.0004), 0.933193, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(conformance(limit, "1.50 %vol", 0.0004), 0.5, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(conformance(limit, "1.58 %vol", 0.0004), 0.022750, 1e-6);
	/* a lower limit: (61 - 60) min / 0.5 min = 2 */
	CU_ASSERT_DOUBLE_EQUAL(conformance(">= 60 min", "61 min", 30), 0.977250, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(conformance(">= 60 min", "59.5 min", 30), 1 - 0.841345, 1e-6);
	/* a strict limit leaves out one point, and a point has no mass */
	CU_ASSERT_EQUAL(conformance("< 60 min", "59 min", 30),
			conformance("<= 60 min", "59 min", 30));
}

/* z from the table of the normal distribution: 90 %, 95 % and 99 % of one side. */
static void the_factors_of_one_sided_limits_give_their_probabilities(void)
{
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 10 V", "8.72 V", 1), 0.899727, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 10 V", "8.36 V", 1), 0.949497, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 10 V", "7.67 V", 1), 0.990097, 1e-6);
}

/* A tail is not the noise of 1 - Phi: 3.4e-6 at 4.5 u outside, 9.87e-10 at 6 u. */
static void a_far_value_keeps_its_small_probability(void)
{
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 10 V", "14.5 V", 1) / 3.39767e-6, 1, 1e-5);
	CU_ASSERT_DOUBLE_EQUAL(conformance(">= 10 V", "4 V", 1) / 9.86588e-10, 1, 1e-5);
	CU_ASSERT_DOUBLE_EQUAL(conformance("4 .. 5 V", "-2 V", 1) / 9.85305e-10, 1, 1e-5);
	CU_ASSERT_EQUAL(conformance("<= 10 V", "1000 V", 1), 0);
	CU_ASSERT_EQUAL(conformance("<= 1000 V", "10 V", 1), 1);
}

/* Phi(-1) + Phi(-1) outside 2 .. 4 V at 3 V with u = 1 V; bounds that overlap count once. */
static void several_regions_add_up_and_overlap_once(void)
{
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 2 V or >= 4 V", "3 V", 1), 0.317311, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(conformance("1 .. 3 V or 2 .. 4 V", "2.5 V", 0.5), 0.997300, 1e-6);
	CU_ASSERT_EQUAL(conformance("<= 3 V or >= 2 V", "2 V", 1), 1);
}

/* 2.06 %vol shown as 2.18: 0.12 of 0.206 (10 %rd, the wider); u = 0.043 %vol: Phi(2) - Phi(-7.58). */
static void a_percentage_of_the_reference_is_resolved_first(void)
{
	struct quantity shown, certified;
	struct decision decision;
	struct limit limit;

	CU_ASSERT_EQUAL_FATAL(limit_parse(&limit, "± 0.10 %vol or ± 10 %rd", &err), 0);
	CU_ASSERT_EQUAL_FATAL(quantity_parse(&shown, "2.18 %vol", &err), 0);
	CU_ASSERT_EQUAL_FATAL(quantity_parse(&certified, "2.06 %vol", &err), 0);
	CU_ASSERT_EQUAL_FATAL(quantity_add_source(&shown, "instrument", 0.00043, &err), 0);
	CU_ASSERT_EQUAL_FATAL(quantity_against(&shown, &shown, &certified, &err), 0);

	CU_ASSERT_EQUAL_FATAL(decide(&decision, &limit, &shown, RULE_SIMPLE, 2, &err), 0);

	CU_ASSERT_DOUBLE_EQUAL(decision.conformance, 0.977250, 1e-6);
}

static void a_temperature_in_degrees_is_spread_in_kelvins(void)
{
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 60 °C", "59.5 °C", 0.5), 0.841345, 1e-6);
}

static void the_rule_changes_the_verdict_and_not_the_probability(void)
{
	struct decision simple = decided("<= 1.50 %vol", "1.44 %vol", 0.0004, RULE_SIMPLE);
	struct decision guarded = decided("<= 1.50 %vol", "1.44 %vol", 0.0004, RULE_GUARDED);

	CU_ASSERT_EQUAL(simple.verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(simple.conformance, guarded.conformance);
}

static void nothing_is_said_without_an_uncertainty_or_of_a_state(void)
{
	struct quantity quantity;
	struct decision decision;
	struct limit limit;

	CU_ASSERT(isnan(conformance("<= 20 s", "19 s", 0)));
	CU_ASSERT_EQUAL_FATAL(quantity_parse(&quantity, "1", &err), 0);
	CU_ASSERT_EQUAL_FATAL(limit_parse(&limit, "on", &err), 0);
	CU_ASSERT_EQUAL_FATAL(decide(&decision, &limit, &quantity, RULE_GUARDED, 2, &err), 0);
	CU_ASSERT(isnan(decision.conformance));
}

/* An uncertainty that dwarfs the limit is no certainty: both tails, and a sliver between. */
static void a_vast_uncertainty_leaves_a_toss_of_the_coin(void)
{
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 20 s", "0 s", 1e100), 0.5, 1e-6);
	CU_ASSERT(conformance("10 .. 20 s", "15 s", 1e100) >= 0);
	CU_ASSERT(conformance("10 .. 20 s", "15 s", 1e100) < 1e-90);
}

/*
 * Guarded acceptance by w = U = 2 u (ILAC-G8:09/2019): whatever passes has at least Phi(2) on the
 * side of its limit, whatever fails at most 1 - Phi(2); the value at the acceptance limit itself has
 * 0.977250 of one side, and of two sides at least 2 x 0.977250 - 1.
 */
static void what_is_accepted_guarded_has_its_probability(void)
{
	int wrong = 0, accepted = 0, rejected = 0;

	for (int tenth = 150; tenth <= 250; tenth++)
		for (int u = 1; u <= 20; u++) {
			char value[32];

			snprintf(value, sizeof(value), "%.1f s", tenth / 10.0);
			struct decision one = decided("<= 20 s", value, u / 10.0, RULE_GUARDED);
			struct decision two = decided("18 .. 22 s", value, u / 10.0, RULE_GUARDED);

			accepted += one.verdict == VERDICT_PASS;
			rejected += one.verdict == VERDICT_FAIL;
			wrong += one.verdict == VERDICT_PASS && one.conformance < 0.97724;
			wrong += one.verdict == VERDICT_FAIL && one.conformance > 0.02276;
			wrong += two.verdict == VERDICT_PASS && two.conformance < 0.95449;
			wrong += two.verdict == VERDICT_FAIL && two.conformance > 0.02276;
		}

	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(accepted > 100 && rejected > 100);
}

/*
 * U = 0.8 s: 19.2 s is accepted, 20.8 s rejected, and one digit further neither is. By hand
 * (20 - 19.2)/0.4 = 2 and (20 - 20.8)/0.4 = -2.
 */
static void the_ends_of_the_guard_band_are_decided(void)
{
	CU_ASSERT_EQUAL(decided("<= 20 s", "19.2 s", 0.4, RULE_GUARDED).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(decided("<= 20 s", "19.21 s", 0.4, RULE_GUARDED).verdict,
			VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(decided("<= 20 s", "20.79 s", 0.4, RULE_GUARDED).verdict,
			VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(decided("<= 20 s", "20.8 s", 0.4, RULE_GUARDED).verdict, VERDICT_FAIL);
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 20 s", "19.2 s", 0.4), 0.977250, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(conformance("<= 20 s", "20.8 s", 0.4), 0.022750, 1e-6);
}

void suite_conformance(void)
{
	suite_begin("conformance");
	claim(two_sided_it_is_the_mass_between_both_limits);
	claim(one_sided_it_is_the_mass_below_or_above_the_limit);
	claim(the_factors_of_one_sided_limits_give_their_probabilities);
	claim(a_far_value_keeps_its_small_probability);
	claim(several_regions_add_up_and_overlap_once);
	claim(a_percentage_of_the_reference_is_resolved_first);
	claim(a_temperature_in_degrees_is_spread_in_kelvins);
	claim(the_rule_changes_the_verdict_and_not_the_probability);
	claim(nothing_is_said_without_an_uncertainty_or_of_a_state);
	claim(a_vast_uncertainty_leaves_a_toss_of_the_coin);
	claim(what_is_accepted_guarded_has_its_probability);
	claim(the_ends_of_the_guard_band_are_decided);
}

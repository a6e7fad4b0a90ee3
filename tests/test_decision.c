/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions by simple acceptance and with a guard band w = U = 2 u, as in ILAC-G8:09/2019. Each
 * case names its arithmetic.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/decision.h"

static struct error err;

static struct quantity measured(const char *text, double standard)
{
	struct quantity made = {.value = NAN};

	if (quantity_parse(&made, text, &err) < 0 ||
	    (standard > 0 && quantity_add_source(&made, "instrument", standard, &err) < 0))
		CU_FAIL("a quantity of a test is refused");
	return made;
}

static struct decision judged(const char *limit_text, const struct quantity *quantity,
			      enum decision_rule rule)
{
	struct decision decision = {0};
	struct limit limit;

	if (limit_parse(&limit, limit_text, &err) < 0 ||
	    decide(&decision, &limit, quantity, rule, 2, &err) < 0)
		CU_FAIL("a decision of a test is refused");
	return decision;
}

static struct decision guarded(const char *limit, const char *value, double standard)
{
	struct quantity quantity = measured(value, standard);

	return judged(limit, &quantity, RULE_GUARDED);
}

static struct decision simple(const char *limit, const char *value, double standard)
{
	struct quantity quantity = measured(value, standard);

	return judged(limit, &quantity, RULE_SIMPLE);
}

static struct decision deviation(const char *limit, const char *value, const char *reference,
				 double standard)
{
	struct quantity a = measured(value, standard), b = measured(reference, 0);

	quantity_against(&a, &a, &b, &err);
	return judged(limit, &a, RULE_GUARDED);
}

static void simple_acceptance_looks_at_the_value_alone(void)
{
	CU_ASSERT_EQUAL(simple("<= 20 s", "19.9 s", 5).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(simple("<= 20 s", "20 s", 5).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(simple("<= 20 s", "20.1 s", 5).verdict, VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(simple("<= 20 s", "23.1 s", 0.2).why, "23.1 s is outside <= 20 s");
	CU_ASSERT_STRING_EQUAL(simple("<= 20 s", "23.1 s", 0.2).acceptance, "<= 20 s");
	CU_ASSERT_EQUAL(simple("<= 20 s", "23.1 s", 0.2).expanded, 0.4);
}

/*
 * CO2 <= 1.50 %vol with u = 0.04 %vol, U = 0.08 %vol: accepted to 1.42, rejected from 1.58 %vol. At
 * those ends the probability of conformance is 0.977 and 0.023 (JCGM 106:2012, 7.3).
 */
static void the_guard_band_is_the_expanded_uncertainty(void)
{
	const char *limit = "<= 1.50 %vol";

	CU_ASSERT_EQUAL(guarded(limit, "1.40 %vol", 0.0004).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded(limit, "1.42 %vol", 0.0004).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded(limit, "1.4201 %vol", 0.0004).verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(guarded(limit, "1.50 %vol", 0.0004).verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(guarded(limit, "1.5799 %vol", 0.0004).verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(guarded(limit, "1.58 %vol", 0.0004).verdict, VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(guarded(limit, "1.40 %vol", 0.0004).acceptance, "<= 1.42 %vol");
	CU_ASSERT_STRING_EQUAL(guarded(limit, "1.40 %vol", 0.0004).why, "");
}

/*
 * The case of JCGM 106:2012, 7.4: 13.6 with u = 1.8 against 12.5 .. 16.3. The interval is 3.8 wide,
 * the two guard bands take 7.2: nothing can be accepted.
 */
static void an_interval_narrower_than_its_guard_bands_accepts_nothing(void)
{
	struct decision decision = guarded("12.5 .. 16.3", "13.6", 1.8);

	CU_ASSERT_EQUAL(decision.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(decision.acceptance, "none");
	CU_ASSERT_EQUAL(simple("12.5 .. 16.3", "13.6", 1.8).verdict, VERDICT_PASS);
}

/* 4.25 .. 4.35 V with U = 0.02 V: 4.27 .. 4.33 V are accepted. */
static void both_ends_are_guarded(void)
{
	const char *limit = "4.25 .. 4.35 V";

	CU_ASSERT_STRING_EQUAL(guarded(limit, "4.3 V", 0.01).acceptance, "4.27 .. 4.33 V");
	CU_ASSERT_EQUAL(guarded(limit, "4.27 V", 0.01).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded(limit, "4.33 V", 0.01).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded(limit, "4.26 V", 0.01).verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(guarded(limit, "4.24 V", 0.01).verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(guarded(limit, "4.23 V", 0.01).verdict, VERDICT_FAIL);
	CU_ASSERT_EQUAL(guarded(limit, "4.37 V", 0.01).verdict, VERDICT_FAIL);
}

static void a_lower_limit_moves_up(void)
{
	CU_ASSERT_STRING_EQUAL(guarded(">= 60 min", "61 min", 30).acceptance, ">= 61 min");
	CU_ASSERT_EQUAL(guarded(">= 60 min", "61 min", 30).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded(">= 60 min", "60.9 min", 30).verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(guarded(">= 60 min", "59 min", 30).verdict, VERDICT_FAIL);
}

static void a_strict_limit_stays_strict(void)
{
	CU_ASSERT_STRING_EQUAL(guarded("< 20 s", "1 s", 0.3).acceptance, "< 19.4 s");
	CU_ASSERT_EQUAL(guarded("< 20 s", "19.4 s", 0.3).verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(simple("< 20 s", "20 s", 0.3).verdict, VERDICT_FAIL);
	CU_ASSERT_EQUAL(simple("> 20 s", "20 s", 0).verdict, VERDICT_FAIL);
}

/*
 * At 2.01 %vol, 10 %rd is 0.201 %vol and wider than 0.10 %vol; U = 0.03 %vol leaves 0.171 %vol. At
 * 0.50 %vol it is 0.05 %vol, so 0.10 %vol hold and 0.07 %vol are left.
 */
static void the_wider_of_two_bounds_is_guarded(void)
{
	const char *limit = "± 0.10 %vol or ± 10 %rd";
	struct decision wide = deviation(limit, "2.18 %vol", "2.01 %vol", 0.00015);
	struct decision narrow = deviation(limit, "0.58 %vol", "0.50 %vol", 0.00015);

	CU_ASSERT_STRING_EQUAL(wide.acceptance, "± 0.171 %vol");
	CU_ASSERT_EQUAL(wide.verdict, VERDICT_PASS);
	CU_ASSERT_STRING_EQUAL(narrow.acceptance, "± 0.07 %vol");
	CU_ASSERT_EQUAL(narrow.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(narrow.why, "0.080 %vol ± 0.030 %vol is too close to "
					   "± 0.10 %vol or ± 10 %rd to decide");
	CU_ASSERT_EQUAL(deviation(limit, "0.63 %vol", "0.50 %vol", 0.00015).verdict, VERDICT_FAIL);
}

/* 10 %rd of 2 V are 0.2 V, without another bound shown in the unit of the value. */
static void percent_of_reading_alone_is_shown_in_the_unit_of_the_value(void)
{
	CU_ASSERT_STRING_EQUAL(deviation("± 10 %rd", "2.1 V", "2 V", 0).acceptance, "± 0.2 V");
}

/* U = 0.1 V: to 1.9 V and from 4.1 V; 3 V is outside both by 1 V. Bounds that meet have no gap. */
static void a_gap_between_two_bounds_is_guarded_on_both_sides(void)
{
	const char *limit = "<= 2 V or >= 4 V";

	CU_ASSERT_STRING_EQUAL(guarded(limit, "1 V", 0.05).acceptance, "<= 1.9 V or >= 4.1 V");
	CU_ASSERT_EQUAL(guarded(limit, "1.9 V", 0.05).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded(limit, "2.05 V", 0.05).verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(guarded(limit, "3 V", 0.05).verdict, VERDICT_FAIL);
	CU_ASSERT_EQUAL(guarded("1 .. 2 V or 2 .. 3 V", "2 V", 0.05).verdict, VERDICT_PASS);
	CU_ASSERT_STRING_EQUAL(guarded("2 .. 3 V or 1 .. 2 V", "2 V", 0.05).acceptance,
			       "1.1 .. 2.9 V");
	CU_ASSERT_STRING_EQUAL(simple("< 2 V or > 2 V", "2 V", 0).acceptance, "< 2 V or > 2 V");
	CU_ASSERT_EQUAL(simple("< 2 V or > 2 V", "2 V", 0).verdict, VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(simple("<= 3 V or >= 2 V", "2 V", 0).acceptance, "any");
}

/* U = 0.6234 s: 20 s - 0.6234 s = 19.3766 s is cut to 19.37 s; 10 s + 0.6234 s becomes 10.63 s. */
static void the_acceptance_limit_is_rounded_inwards(void)
{
	CU_ASSERT_STRING_EQUAL(guarded("<= 20 s", "1 s", 0.3117).acceptance, "<= 19.37 s");
	CU_ASSERT_STRING_EQUAL(guarded(">= 10 s", "1 s", 0.3117).acceptance, ">= 10.63 s");
	CU_ASSERT_STRING_EQUAL(guarded("-10 .. 0 s", "1 s", 0.3117).acceptance, "-9.37 .. -0.63 s");
	CU_ASSERT_STRING_EQUAL(guarded("<= 20000 Pa", "1 Pa", 617).acceptance, "<= 18700 Pa");
	CU_ASSERT_STRING_EQUAL(guarded("<= 20 s", "1 s", 0.3).acceptance, "<= 19.4 s");
}

/* What is printed as accepted is accepted, for many limits and uncertainties. */
static void no_printed_acceptance_is_wider_than_the_applied(void)
{
	int wider = 0, none = 0;

	for (int i = 1; i <= 3000; i++) {
		char limit[64], end[64];
		double high = 0.37 * i, standard = 0.0123 * (i % 17);

		snprintf(limit, sizeof(limit), "<= %.6g kPa", high);
		struct decision decision = guarded(limit, "0.001 Pa", standard * 1000);
		if (sscanf(decision.acceptance, "<= %40[^\n]", end) != 1) {
			none++;
			continue;
		}
		wider += guarded(limit, end, standard * 1000).verdict != VERDICT_PASS;
	}

	CU_ASSERT_EQUAL(wider, 0);
	CU_ASSERT_EQUAL(none, 0);
}

static void a_temperature_is_guarded_by_kelvins(void)
{
	struct decision decision = guarded("<= 60 °C", "59.5 °C", 0.4);

	CU_ASSERT_EQUAL(decision.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(decision.acceptance, "<= 59.2 °C");
	CU_ASSERT_STRING_EQUAL(decision.why,
			       "59.50 °C ± 0.80 K is too close to <= 60 °C to decide");
}

static void the_reason_is_in_the_unit_of_the_limit(void)
{
	CU_ASSERT_STRING_EQUAL(guarded("<= 20 s", "23.1 s", 0.2).why,
			       "23.10 s ± 0.40 s is outside <= 20 s");
	CU_ASSERT_STRING_EQUAL(guarded("<= 20 s", "19.8 s", 0.2).why,
			       "19.80 s ± 0.40 s is too close to <= 20 s to decide");
	CU_ASSERT_STRING_EQUAL(simple("<= 30 Pa", "0.0557 kPa", 0).why,
			       "55.7 Pa is outside <= 30 Pa");
}

static void a_failing_value_never_reads_like_a_passing_one(void)
{
	CU_ASSERT_STRING_EQUAL(simple("<= 20 s", "20.0000001 s", 0).why,
			       "20.0000001 s is outside <= 20 s");
}

static void a_value_without_uncertainty_is_decided_either_way(void)
{
	CU_ASSERT_EQUAL(guarded("<= 20 s", "20 s", 0).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded("<= 20 s", "20.01 s", 0).verdict, VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(guarded("<= 20 s", "20 s", 0).acceptance, "<= 20 s");
	CU_ASSERT_EQUAL(guarded("± 0 V", "0 V", 0).verdict, VERDICT_PASS);
}

static void a_state_is_judged_as_it_is(void)
{
	CU_ASSERT_EQUAL(guarded("on", "1", 0).verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(guarded("on", "0", 0).verdict, VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(guarded("on", "0", 0).why, "it is off, not on");
	CU_ASSERT_STRING_EQUAL(guarded("on", "1", 0).acceptance, "on");
}

static int refused(const struct quantity *quantity)
{
	struct decision decision = {.verdict = VERDICT_ERROR};
	struct limit limit;

	limit_parse(&limit, "<= 20 s", &err);
	return decide(&decision, &limit, quantity, RULE_SIMPLE, 2, &err) < 0 &&
	       decision.verdict == VERDICT_ERROR;
}

static void what_is_no_number_gets_no_decision(void)
{
	struct quantity quantity = measured("1 s", 0.1), volt = measured("1 V", 0);

	CU_ASSERT(refused(&volt));
	CU_ASSERT_FALSE(refused(&quantity));
	quantity.source[0].standard = NAN;
	CU_ASSERT(refused(&quantity));
	quantity.sources = 0;
	quantity.value = NAN;
	CU_ASSERT(refused(&quantity));
	quantity.value = -INFINITY;
	CU_ASSERT(refused(&quantity));
	CU_ASSERT_STRING_EQUAL(err.text, "the value is not a finite number");
}

/* Raising u never makes a PASS of what was none, and no value beyond the limit is one. */
static void more_uncertainty_never_earns_a_pass(void)
{
	int earned = 0;

	for (int value = 150; value <= 250; value++) {
		enum verdict before = VERDICT_PASS;

		for (int u = 0; u <= 30; u++) {
			char text[32];

			snprintf(text, sizeof(text), "%.1f s", value / 10.0);
			enum verdict verdict = guarded("<= 20 s", text, u / 10.0).verdict;
			earned += u > 0 && verdict == VERDICT_PASS && before != VERDICT_PASS;
			earned += verdict == VERDICT_PASS && value > 200;
			before = verdict;
		}
	}

	CU_ASSERT_EQUAL(earned, 0);
}

static void the_worse_verdict_wins(void)
{
	CU_ASSERT_EQUAL(verdict_worse(VERDICT_PASS, VERDICT_INCONCLUSIVE), VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(verdict_worse(VERDICT_FAIL, VERDICT_INCONCLUSIVE), VERDICT_FAIL);
	CU_ASSERT_EQUAL(verdict_worse(VERDICT_FAIL, VERDICT_ABORTED), VERDICT_ABORTED);
	CU_ASSERT_EQUAL(verdict_worse(VERDICT_ERROR, VERDICT_ABORTED), VERDICT_ERROR);
}

static void names_are_read_back(void)
{
	for (int i = VERDICT_PASS; i <= VERDICT_ERROR; i++) {
		enum verdict verdict;

		CU_ASSERT_EQUAL(verdict_parse(&verdict, verdict_name((enum verdict)i), &err), 0);
		CU_ASSERT_EQUAL((int)verdict, i);
	}
	for (int i = GRADE_VERBATIM; i <= GRADE_EXAMPLE; i++) {
		enum grade grade;

		CU_ASSERT_EQUAL(grade_parse(&grade, grade_name((enum grade)i), &err), 0);
		CU_ASSERT_EQUAL((int)grade, i);
	}
	enum decision_rule rule;
	CU_ASSERT(rule_parse(&rule, "guarded", &err) == 0 && rule == RULE_GUARDED);
	CU_ASSERT(rule_parse(&rule, "simple", &err) == 0 && rule == RULE_SIMPLE);
	CU_ASSERT_STRING_EQUAL(verdict_chinese(VERDICT_FAIL), "不合格");
}

static void unknown_names_are_refused(void)
{
	enum decision_rule rule;
	enum verdict verdict;
	enum grade grade;

	CU_ASSERT_EQUAL(rule_parse(&rule, "strict", &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "'strict' is no decision rule; there are simple and guarded");
	CU_ASSERT_EQUAL(verdict_parse(&verdict, "pass", &err), -1);
	CU_ASSERT_EQUAL(grade_parse(&grade, "", &err), -1);
}

static void only_vouched_grades_decide(void)
{
	CU_ASSERT(grade_decides(GRADE_VERBATIM, false));
	CU_ASSERT(grade_decides(GRADE_LAB, false));
	CU_ASSERT(grade_decides(GRADE_DECLARED, false));
	CU_ASSERT_FALSE(grade_decides(GRADE_SECONDARY, true));
	CU_ASSERT_FALSE(grade_decides(GRADE_UNVERIFIED, true));
	CU_ASSERT(grade_decides(GRADE_EXAMPLE, true));
	CU_ASSERT_FALSE(grade_decides(GRADE_EXAMPLE, false));
}

void suite_decision(void)
{
	suite_begin("decision");
	claim(simple_acceptance_looks_at_the_value_alone);
	claim(the_guard_band_is_the_expanded_uncertainty);
	claim(an_interval_narrower_than_its_guard_bands_accepts_nothing);
	claim(both_ends_are_guarded);
	claim(a_lower_limit_moves_up);
	claim(a_strict_limit_stays_strict);
	claim(the_wider_of_two_bounds_is_guarded);
	claim(percent_of_reading_alone_is_shown_in_the_unit_of_the_value);
	claim(a_gap_between_two_bounds_is_guarded_on_both_sides);
	claim(the_acceptance_limit_is_rounded_inwards);
	claim(no_printed_acceptance_is_wider_than_the_applied);
	claim(a_temperature_is_guarded_by_kelvins);
	claim(the_reason_is_in_the_unit_of_the_limit);
	claim(a_failing_value_never_reads_like_a_passing_one);
	claim(a_value_without_uncertainty_is_decided_either_way);
	claim(a_state_is_judged_as_it_is);
	claim(what_is_no_number_gets_no_decision);
	claim(more_uncertainty_never_earns_a_pass);
	claim(the_worse_verdict_wins);
	claim(names_are_read_back);
	claim(unknown_names_are_refused);
	claim(only_vouched_grades_decide);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The limit grammar, and which values meet a limit. */
#include <math.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/limit.h"

static struct error err;

static struct quantity q(const char *text)
{
	struct quantity made = {.value = NAN};

	if (quantity_parse(&made, text, &err) < 0)
		CU_FAIL("a quantity of a test is refused");
	return made;
}

static struct limit limit(const char *text)
{
	struct limit made = {.text = "refused"};

	if (limit_parse(&made, text, &err) < 0)
		CU_FAIL("a limit of a test is refused");
	return made;
}

static const char *refusal(const char *text)
{
	struct limit made;

	return limit_parse(&made, text, &err) < 0 ? err.text : "taken";
}

static bool meets(const char *value, const char *text)
{
	struct limit made = limit(text);
	struct quantity quantity = q(value);

	return limit_check_dimension(&made, &quantity, &err) == 0 && limit_met(&made, &quantity);
}

static const char *mismatch(const char *value, const char *text)
{
	struct limit made = limit(text);
	struct quantity quantity = q(value);

	return limit_check_dimension(&made, &quantity, &err) < 0 ? err.text : "comparable";
}

/* A reading against a reference. */
static bool deviation_meets(const char *reading, const char *reference, const char *text)
{
	struct limit made = limit(text);
	struct quantity a = q(reading), b = q(reference);

	return quantity_against(&a, &a, &b, &err) == 0 &&
	       limit_check_dimension(&made, &a, &err) == 0 && limit_met(&made, &a);
}

static void a_value_at_the_limit_meets_it(void)
{
	CU_ASSERT(meets("30 Pa", "<= 30 Pa"));
	CU_ASSERT(meets("30 Pa", ">= 30 Pa"));
	CU_ASSERT(meets("4.25 V", "4.25 .. 4.35 V"));
	CU_ASSERT(meets("4.35 V", "4.25 .. 4.35 V"));
	CU_ASSERT(meets("0.1 mA", "± 0.10 mA"));
	CU_ASSERT(meets("-0.1 mA", "± 0.10 mA"));
}

static void a_value_beyond_the_limit_does_not_meet_it(void)
{
	CU_ASSERT_FALSE(meets("30.0001 Pa", "<= 30 Pa"));
	CU_ASSERT_FALSE(meets("29.9999 Pa", ">= 30 Pa"));
	CU_ASSERT_FALSE(meets("4.2499 V", "4.25 .. 4.35 V"));
	CU_ASSERT_FALSE(meets("4.3501 V", "4.25 .. 4.35 V"));
	CU_ASSERT_FALSE(meets("-0.1001 mA", "± 0.10 mA"));
}

static void a_strict_bound_leaves_its_end_out(void)
{
	CU_ASSERT_FALSE(meets("30 Pa", "< 30 Pa"));
	CU_ASSERT_FALSE(meets("30 Pa", "> 30 Pa"));
	CU_ASSERT(meets("29.9999 Pa", "< 30 Pa"));
	CU_ASSERT(meets("30.0001 Pa", "> 30 Pa"));
}

static void the_noise_of_arithmetic_decides_nothing(void)
{
	struct quantity sum = q("0.1 V"), second = q("0.2 V");
	struct limit at_most = limit("<= 0.3 V"), below = limit("< 0.3 V");

	quantity_add(&sum, &sum, &second, &err);

	CU_ASSERT(sum.value > 0.3);
	CU_ASSERT(limit_met(&at_most, &sum));
	CU_ASSERT_FALSE(limit_met(&below, &sum));
}

static void units_may_differ_in_scale(void)
{
	CU_ASSERT(meets("0.03 kPa", "<= 30 Pa"));
	CU_ASSERT(meets("1 h", ">= 60 min"));
	CU_ASSERT_FALSE(meets("0.0301 kPa", "<= 30 Pa"));
	CU_ASSERT(meets("60 °C", "<= 60 °C"));
	CU_ASSERT_FALSE(meets("60.1 °C", "<= 60 °C"));
}

static void every_way_to_write_a_sign_is_understood(void)
{
	CU_ASSERT_EQUAL(limit("≤30Pa").bound[0].kind, BOUND_AT_MOST);
	CU_ASSERT_EQUAL(limit("≥ 30 Pa").bound[0].kind, BOUND_AT_LEAST);
	CU_ASSERT_EQUAL(limit("+- 1 V").bound[0].kind, BOUND_WITHIN);
	CU_ASSERT_EQUAL(limit("+/- 1 V").bound[0].kind, BOUND_WITHIN);
	CU_ASSERT_EQUAL(limit("4.25..4.35V").bound[0].kind, BOUND_BETWEEN);
	CU_ASSERT_EQUAL(limit("4.25 V .. 4350 mV").bound[0].kind, BOUND_BETWEEN);
	CU_ASSERT_EQUAL(limit("-5 .. +5 K").bound[0].low, -5);
	CU_ASSERT_EQUAL(limit("10 .. 30 °C").bound[0].low, 283.15);
}

static void either_of_two_bounds_suffices(void)
{
	CU_ASSERT(meets("1 V", "<= 2 V or >= 4 V"));
	CU_ASSERT(meets("5 V", "<= 2 V or >= 4 V"));
	CU_ASSERT_FALSE(meets("3 V", "<= 2 V or >= 4 V"));
}

/* 10 % of 2.00 %vol is 0.20 %vol, of 0.50 %vol only 0.05 %vol: there the 0.10 %vol are wider. */
static void percent_of_reading_refers_to_the_reference(void)
{
	const char *either = "± 0.10 %vol or ± 10 %rd";

	CU_ASSERT(deviation_meets("2.20 %vol", "2.00 %vol", either));
	CU_ASSERT_FALSE(deviation_meets("2.21 %vol", "2.00 %vol", either));
	CU_ASSERT(deviation_meets("0.60 %vol", "0.50 %vol", either));
	CU_ASSERT_FALSE(deviation_meets("0.61 %vol", "0.50 %vol", either));
	CU_ASSERT_FALSE(deviation_meets("0.60 %vol", "0.50 %vol", "± 10 %rd"));
	CU_ASSERT(deviation_meets("1.9 V", "2 V", "-5 .. 0 %rd"));
	CU_ASSERT_FALSE(deviation_meets("2.01 V", "2 V", "-5 .. 0 %rd"));
	CU_ASSERT(deviation_meets("-1.9 V", "-2 V", "<= 5 %rd"));
}

static void a_value_that_is_no_number_meets_nothing(void)
{
	struct limit at_most = limit("<= 30 Pa"), at_least = limit(">= 30 Pa"), on = limit("on");
	struct quantity quantity = q("1 Pa");

	quantity.value = NAN;
	CU_ASSERT_FALSE(limit_met(&at_most, &quantity));
	CU_ASSERT_FALSE(limit_met(&at_least, &quantity));
	CU_ASSERT_FALSE(limit_met(&on, &quantity));
	quantity.value = INFINITY;
	CU_ASSERT_FALSE(limit_met(&at_least, &quantity));
	quantity.value = -INFINITY;
	CU_ASSERT_FALSE(limit_met(&at_most, &quantity));
}

static void a_state_is_met_by_itself(void)
{
	struct limit on = limit("on"), open = limit(" open ");

	CU_ASSERT(limit_is_state(&on));
	CU_ASSERT(limit_met_state(&on, true));
	CU_ASSERT_FALSE(limit_met_state(&on, false));
	CU_ASSERT(limit_met_state(&open, false));
	CU_ASSERT(meets("1", "closed"));
	CU_ASSERT(meets("0", "off"));
	CU_ASSERT_FALSE(meets("0", "on"));
}

static void what_cannot_be_compared_is_said_with_both(void)
{
	CU_ASSERT_STRING_EQUAL(mismatch("4 V", "<= 30 Pa"),
			       "4 V cannot be compared with the limit '<= 30 Pa': "
			       "their units measure different things");
	CU_ASSERT_STRING_EQUAL(mismatch("4", "<= 30 Pa"),
			       "4 cannot be compared with the limit '<= 30 Pa': "
			       "their units measure different things");
	CU_ASSERT_STRING_EQUAL(mismatch("0.1 %vol", "± 10 %rd"),
			       "0.1 %vol cannot be compared with the limit '± 10 %rd': it has no "
			       "reference that %rd could refer to; compare with against()");
	CU_ASSERT_STRING_EQUAL(mismatch("4 V", "on"), "4 V cannot be compared with the limit 'on': "
						      "it is a state, and no quantity");
	CU_ASSERT_STRING_EQUAL(mismatch("5 K", "<= 60 °C"),
			       "5 K cannot be compared with the limit '<= 60 °C': "
			       "°C is a point on a scale and K is not");
	CU_ASSERT_STRING_EQUAL(mismatch("5 °C", "± 2 K"),
			       "5 °C cannot be compared with the limit '± 2 K': "
			       "only a difference can lie within ±");
	CU_ASSERT_STRING_EQUAL(mismatch("3 kPa", "<= 30 Pa"), "comparable");
}

/* ± 10 % of 2 %vol is 0.2 %vol to one reader and 10 %vol to another. */
static void a_bare_percentage_of_a_content_is_refused(void)
{
	CU_ASSERT_STRING_EQUAL(mismatch("2 %vol", "± 10 %"),
			       "2 %vol cannot be compared with the limit '± 10 %': % can mean two "
			       "things here: write %vol, or %rd for a share of the reference");
	CU_ASSERT_STRING_NOT_EQUAL(mismatch("50 ppm", "<= 5 %"), "comparable");
	CU_ASSERT_STRING_NOT_EQUAL(mismatch("50 %RH", "20 .. 60 %"), "comparable");
	CU_ASSERT_STRING_EQUAL(mismatch("0.02", "<= 2 %"), "comparable");
	CU_ASSERT_STRING_EQUAL(mismatch("2 %", "<= 2 %"), "comparable");
	CU_ASSERT_STRING_EQUAL(mismatch("2 %vol", "<= 500 ppm"), "comparable");
}

static void what_is_no_limit_is_quoted(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("30 Pa"),
			       "limit '30 Pa': '30 Pa' is no bound; write \"<= 30 Pa\", "
			       "\"4.25 .. 4.35 V\", \"± 0.1 %vol\", or a state: on, off, open, "
			       "closed");
	CU_ASSERT_STRING_EQUAL(refusal("<= 30 Xa"), "limit '<= 30 Xa': '30 Xa': 'Xa' is not a unit "
						    "that is known here");
	CU_ASSERT_STRING_EQUAL(refusal("5 .. 4 V"),
			       "limit '5 .. 4 V': '5 .. 4 V': the first end is the lower one");
	CU_ASSERT_STRING_EQUAL(refusal("± -1 V"),
			       "limit '± -1 V': '± -1 V': what follows ± is not negative");
	CU_ASSERT_STRING_EQUAL(refusal("± 2 °C"), "limit '± 2 °C': '± 2 °C': °C is a point on a "
						  "scale; write a difference in K");
	CU_ASSERT_STRING_EQUAL(refusal("<= 1 V or <= 2 Pa"),
			       "limit '<= 1 V or <= 2 Pa': its bounds do not go together: "
			       "they differ in what they measure");
}

static void broken_texts_are_refused(void)
{
	static const char *const BROKEN[] = {"",
					     "<=",
					     "<= Pa",
					     "<= 1 V or",
					     "on or off",
					     "<= 1 V or on",
					     "1 .. ",
					     ".. 3 V",
					     "1 V .. 2 Pa",
					     "=< 30 Pa",
					     "<= nan V",
					     "<= 30 Pa and more",
					     "5 %rd .. 6",
					     "%rd",
					     "<= %rd",
					     "<= 1 V or <= 2 V or <= 3 V or <= 4 V or <= 5 V"};

	for (size_t i = 0; i < sizeof(BROKEN) / sizeof(BROKEN[0]); i++)
		CU_ASSERT_STRING_NOT_EQUAL(refusal(BROKEN[i]), "taken");
}

static void a_limit_without_end_is_refused(void)
{
	char text[200];

	memset(text, '3', sizeof(text));
	memcpy(text, "<= ", 3);
	text[sizeof(text) - 1] = '\0';

	CU_ASSERT_STRING_NOT_EQUAL(refusal(text), "taken");
}

static void a_measure_is_shown_in_the_unit_of_its_limit(void)
{
	struct limit pressure = limit("<= 30 Pa"), deviation = limit("± 10 %rd or ± 0.1 %vol");
	struct limit percent = limit("± 10 %rd"), state = limit("on");

	CU_ASSERT_STRING_EQUAL(limit_unit(&pressure)->symbol, "Pa");
	CU_ASSERT_STRING_EQUAL(limit_unit(&deviation)->symbol, "%vol");
	CU_ASSERT_PTR_NULL(limit_unit(&percent));
	CU_ASSERT_PTR_NULL(limit_unit(&state));
}

static bool is_within(const char *inner, const char *outer)
{
	struct limit one, other;

	CU_ASSERT_EQUAL(limit_parse(&one, inner, &err), 0);
	CU_ASSERT_EQUAL(limit_parse(&other, outer, &err), 0);
	return limit_is_within(&one, &other);
}

static void a_limit_lies_within_another_or_it_does_not(void)
{
	CU_ASSERT(is_within("0 .. 5 V", "0 .. 5 V"));
	CU_ASSERT(is_within("100 .. 200 mV", "0 .. 5 V"));
	CU_ASSERT_FALSE(is_within("0 .. 5.001 V", "0 .. 5 V"));
	CU_ASSERT_FALSE(is_within("<= 5 V", "0 .. 5 V"));
	CU_ASSERT(is_within("0 .. 5 V", "<= 5 V"));
	CU_ASSERT(is_within("< 5 V", "<= 5 V"));
	CU_ASSERT_FALSE(is_within("<= 5 V", "< 5 V"));
	CU_ASSERT(is_within("< 5 V", "< 5 V"));
	CU_ASSERT(is_within("> 1 V", ">= 1 V"));
	CU_ASSERT_FALSE(is_within(">= 1 V", "> 1 V"));
	CU_ASSERT(is_within("± 1 V", "-1 .. 1 V"));
	CU_ASSERT(is_within("<= 60 °C", "<= 200 °C"));
	CU_ASSERT(is_within("0 .. 1 V or 4 .. 5 V", "0 .. 5 V"));
	CU_ASSERT_FALSE(is_within("0 .. 1 V or 4 .. 6 V", "0 .. 5 V"));
	CU_ASSERT_FALSE(is_within("0.5 .. 4.5 V", "0 .. 1 V or 4 .. 5 V"));
}

static void a_limit_that_is_no_number_lies_within_nothing(void)
{
	CU_ASSERT_FALSE(is_within("on", "on"));
	CU_ASSERT_FALSE(is_within("± 1 %rd", "± 10 %rd"));
	CU_ASSERT_FALSE(is_within("± 1 V", "± 10 V or ± 10 %rd"));
}

void suite_limit(void)
{
	suite_begin("limit");
	claim(a_value_at_the_limit_meets_it);
	claim(a_value_beyond_the_limit_does_not_meet_it);
	claim(a_strict_bound_leaves_its_end_out);
	claim(the_noise_of_arithmetic_decides_nothing);
	claim(units_may_differ_in_scale);
	claim(every_way_to_write_a_sign_is_understood);
	claim(either_of_two_bounds_suffices);
	claim(percent_of_reading_refers_to_the_reference);
	claim(a_value_that_is_no_number_meets_nothing);
	claim(a_state_is_met_by_itself);
	claim(what_cannot_be_compared_is_said_with_both);
	claim(a_bare_percentage_of_a_content_is_refused);
	claim(what_is_no_limit_is_quoted);
	claim(broken_texts_are_refused);
	claim(a_limit_without_end_is_refused);
	claim(a_measure_is_shown_in_the_unit_of_its_limit);
	claim(a_limit_lies_within_another_or_it_does_not);
	claim(a_limit_that_is_no_number_lies_within_nothing);
}

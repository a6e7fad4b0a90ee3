/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is shown beside a limit: judged with all digits, shown with fewer, and never so that a value seems
 * to meet what it missed, or to miss what it met.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/decision.h"
#include "verdict/shown.h"

static struct error err;

static struct quantity measured(const char *text, double standard)
{
	struct quantity made = {.value = NAN};

	if (quantity_parse(&made, text, &err) < 0 ||
	    (standard > 0 && quantity_add_source(&made, "instrument", standard, &err) < 0))
		CU_FAIL("a quantity of a test is refused");
	return made;
}

/* As it is shown with U = 2 u beside the limit. */
static const char *shown(const char *value, double standard, const char *limit_text)
{
	static char text[160];
	struct quantity quantity = measured(value, standard);
	struct limit limit;
	const struct limit *const limits[SHOWN_LIMITS] = {&limit};

	if (limit_parse(&limit, limit_text, &err) < 0)
		CU_FAIL("a limit of a test is refused");
	shown_print(&quantity, 2 * standard, limits, text, sizeof(text));
	return text;
}

static void a_value_has_the_digits_of_its_uncertainty(void)
{
	CU_ASSERT_STRING_EQUAL(shown("19.4321 s", 0.6, "<= 20 s"), "19.4 s ± 1.2 s");
	CU_ASSERT_STRING_EQUAL(shown("23.1 s", 0, "<= 20 s"), "23.1 s");
}

static void a_value_beyond_its_limit_is_shown_beyond_it(void)
{
	CU_ASSERT_STRING_EQUAL(shown("20.04 s", 0.6, "<= 20 s"), "20.04 s ± 1.2 s");
	CU_ASSERT_STRING_EQUAL(shown("20.0004 s", 0.6, "<= 20 s"), "20.0004 s ± 1.2 s");
	CU_ASSERT_STRING_EQUAL(shown("20.0000001 s", 0, "<= 20 s"), "20.0000001 s");
	CU_ASSERT_STRING_EQUAL(shown("59.997 min", 30, ">= 60 min"), "59.997 min ± 1.0 min");
	CU_ASSERT_STRING_EQUAL(shown("-0.104 V", 0.05, "± 0.10 V"), "-0.104 V ± 0.10 V");
}

static void a_value_at_its_limit_is_not_shown_to_meet_a_strict_one(void)
{
	CU_ASSERT_STRING_EQUAL(shown("20 s", 0.6, "< 20 s"), "20.0 s ± 1.2 s");
	CU_ASSERT_STRING_EQUAL(shown("19.97 s", 0.6, "< 20 s"), "19.97 s ± 1.2 s");
}

static void a_value_that_met_its_limit_is_not_shown_beyond_it(void)
{
	CU_ASSERT_STRING_EQUAL(shown("20.6 s", 6, "<= 20.6 s"), "20.6 s ± 12 s");
	CU_ASSERT_STRING_EQUAL(shown("20.44 s", 0.6, "<= 20.44 s"), "20.4 s ± 1.2 s");
	CU_ASSERT_STRING_EQUAL(shown("20.46 s", 0.6, "<= 20.46 s"), "20.46 s ± 1.2 s");
}

static void a_temperature_is_compared_on_its_scale(void)
{
	CU_ASSERT_STRING_EQUAL(shown("60.04 °C", 0.4, "<= 60 °C"), "60.04 °C ± 0.80 K");
	CU_ASSERT_STRING_EQUAL(shown("60.004 °C", 0.4, "<= 60 °C"), "60.004 °C ± 0.80 K");
}

static void what_cannot_be_compared_is_shown_plainly(void)
{
	CU_ASSERT_STRING_EQUAL(shown("20.04 s", 0.6, "<= 20 V"), "20.0 s ± 1.2 s");
	CU_ASSERT_STRING_EQUAL(shown("1", 0, "on"), "1");
	CU_ASSERT_STRING_EQUAL(shown("20.04 s", 0.6, "± 10 %rd"), "20.0 s ± 1.2 s");
}

/* The number that somebody reads in `text`. */
static struct quantity read_back(const char *text)
{
	char first[160], *within;
	struct quantity read;

	snprintf(first, sizeof(first), "%s", text);
	within = strstr(first, " ±");
	if (within)
		*within = '\0';
	CU_ASSERT_EQUAL(quantity_parse(&read, first, &err), 0);
	return read;
}

static void no_value_tells_another_tale_than_its_judgement(void)
{
	static const char *const LIMITS[] = {"<= 20 s", "< 20 s",	    ">= 20 s",
					     "> 20 s",	"19.37 .. 20.63 s", "± 20 s"};
	int told = 0, finer = 0;

	for (int i = 0; i < 6000; i++) {
		const char *limit_text = LIMITS[i % 6];
		double standard = 0.0007 * (1 + i % 977);
		char value[40];
		struct limit limit;

		snprintf(value, sizeof(value), "%.9g s",
			 20 + (i % 2 ? 1 : -1) * pow(10, -(i % 71) / 10.0));
		struct quantity quantity = measured(value, standard);
		struct quantity read = read_back(shown(value, standard, limit_text));

		limit_parse(&limit, limit_text, &err);
		told += limit_met(&limit, &quantity) != limit_met(&limit, &read);
		finer += read.value != read_back(shown(value, standard, "<= 1e9 s")).value;
	}

	CU_ASSERT_EQUAL(told, 0);
	CU_ASSERT(finer > 100);
}

static struct decision guarded(const char *limit_text, const char *value, double standard)
{
	struct quantity quantity = measured(value, standard);
	struct decision decision = {0};
	struct limit limit;

	if (limit_parse(&limit, limit_text, &err) < 0 ||
	    decide(&decision, &limit, &quantity, RULE_GUARDED, 2, &err) < 0)
		CU_FAIL("a decision of a test is refused");
	return decision;
}

/* U = 0.6 s leaves 19.4 s: 19.404 s is not accepted, and "19.40 s" would read as if it were. */
static void a_value_in_the_guard_band_is_shown_outside_what_is_accepted(void)
{
	struct decision decision = guarded("<= 20 s", "19.404 s", 0.3);

	CU_ASSERT_EQUAL(decision.verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(decision.acceptance, "<= 19.4 s");
	CU_ASSERT_STRING_EQUAL(decision.why, "19.404 s ± 0.60 s is too close to <= 20 s to decide");
}

/* 20 s - 0.6234 s = 19.3766 s: 19.376 s passes, which "<= 19.37 s" would deny. */
static void what_passed_meets_the_acceptance_limit_as_printed(void)
{
	struct decision decision = guarded("<= 20 s", "19.376 s", 0.3117);

	CU_ASSERT_EQUAL(decision.verdict, VERDICT_PASS);
	CU_ASSERT_STRING_EQUAL(decision.acceptance, "<= 19.376 s");
	CU_ASSERT_STRING_EQUAL(guarded("<= 20 s", "19 s", 0.3117).acceptance, "<= 19.37 s");
}

static void no_acceptance_limit_denies_what_it_accepted(void)
{
	int denied = 0, passed = 0;

	for (int i = 0; i < 4000; i++) {
		double standard = 0.01 + 0.000137 * i;
		char value[40];
		struct limit accepted;

		snprintf(value, sizeof(value), "%.15g s", 20 - 2 * standard - 0.0001 * (i % 37));
		struct quantity quantity = measured(value, standard);
		struct decision decision = guarded("<= 20 s", value, standard);

		passed += decision.verdict == VERDICT_PASS;
		CU_ASSERT_EQUAL(limit_parse(&accepted, decision.acceptance, &err), 0);
		denied += decision.verdict == VERDICT_PASS && !limit_met(&accepted, &quantity);
	}

	CU_ASSERT_EQUAL(denied, 0);
	CU_ASSERT(passed > 3000);
}

void suite_shown(void)
{
	suite_begin("shown");
	claim(a_value_has_the_digits_of_its_uncertainty);
	claim(a_value_beyond_its_limit_is_shown_beyond_it);
	claim(a_value_at_its_limit_is_not_shown_to_meet_a_strict_one);
	claim(a_value_that_met_its_limit_is_not_shown_beyond_it);
	claim(a_temperature_is_compared_on_its_scale);
	claim(what_cannot_be_compared_is_shown_plainly);
	claim(no_value_tells_another_tale_than_its_judgement);
	claim(a_value_in_the_guard_band_is_shown_outside_what_is_accepted);
	claim(what_passed_meets_the_acceptance_limit_as_printed);
	claim(no_acceptance_limit_denies_what_it_accepted);
}

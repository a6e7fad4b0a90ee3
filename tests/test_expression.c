/* SPDX-License-Identifier: Apache-2.0 */
/* Measures as text, evaluated from readings. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/expression.h"

static struct error err;

/*
 * Readings of one bench: r1 to r3 of one gauge (u = 3 Pa of its own, 0.4 Pa resolution), r4 a
 * voltmeter, r5 an ammeter, r6 and r7 a transmitter and its gas, r8 and r9 one thermometer, r10 an
 * overflow.
 */
static const struct {
	uint64_t id;
	const char *text;
	const char *source;
	double standard;
} READINGS[] = {
	{1, "1000 Pa", "gauge", 3},	   {2, "970 Pa", "gauge", 3},
	{3, "40 Pa", "gauge", 3},	   {4, "12 V", "voltmeter", 0.03},
	{5, "2 A", "ammeter", 0.01},	   {6, "2.1 %vol", "#resolution", 0.0001},
	{7, "2 %vol", "cylinder", 0.0002}, {8, "20 °C", "probe", 0.3},
	{9, "30 °C", "probe", 0.3},	   {10, "1 V", "voltmeter", 1},
};

static const struct quantity *reading(void *ctx, uint64_t id)
{
	static struct quantity found;

	(void)ctx;
	for (size_t i = 0; i < sizeof(READINGS) / sizeof(READINGS[0]); i++)
		if (READINGS[i].id == id) {
			quantity_parse(&found, READINGS[i].text, &err);
			quantity_add_source(&found, READINGS[i].source, READINGS[i].standard, &err);
			if (id <= 3)
				quantity_add_source(&found, "#resolution", 0.4, &err);
			if (id == 10)
				found.value = INFINITY;
			return &found;
		}
	return NULL;
}

static struct quantity value_of(const char *text)
{
	struct quantity result = {.value = NAN};

	if (expression_evaluate(&result, text, reading, NULL, &err) < 0)
		CU_FAIL("an expression of a test is refused");
	return result;
}

static const char *shown(const char *text)
{
	static char shown[96];
	struct quantity result;

	if (expression_evaluate(&result, text, reading, NULL, &err) < 0)
		return err.text;
	quantity_print(&result, 0, shown, sizeof(shown));
	return shown;
}

static double standard(const char *text)
{
	struct quantity result = value_of(text);

	return quantity_standard(&result);
}

static bool near(double value, double expected)
{
	return fabs(value - expected) <= 1e-12 * fabs(expected);
}

static void operators_bind_as_in_arithmetic(void)
{
	CU_ASSERT_STRING_EQUAL(shown("2 + 3 * 4"), "14");
	CU_ASSERT_STRING_EQUAL(shown("(2 + 3) * 4"), "20");
	CU_ASSERT_STRING_EQUAL(shown("10 - 3 - 2"), "5");
	CU_ASSERT_STRING_EQUAL(shown("24 / 4 / 2"), "3");
	CU_ASSERT_STRING_EQUAL(shown("2 - -3"), "5");
	CU_ASSERT_STRING_EQUAL(shown("-(2 + 3)*-1"), "5");
	CU_ASSERT_STRING_EQUAL(shown(" 1e2+.5 "), "100.5");
}

static void quantities_stand_in_square_brackets(void)
{
	CU_ASSERT_STRING_EQUAL(shown("[30 Pa]"), "30 Pa");
	CU_ASSERT_STRING_EQUAL(shown("([30 Pa] / 4)"), "7.5 Pa");
	CU_ASSERT_STRING_EQUAL(shown("([6.6 A h] / [1 h])"), "6.6 A");
	CU_ASSERT_STRING_EQUAL(shown("[-0.5 %vol]"), "-0.5 %vol");
}

static void a_reading_comes_with_its_uncertainty(void)
{
	CU_ASSERT_STRING_EQUAL(shown("r4"), "12 V");
	CU_ASSERT_EQUAL(standard("r4"), 0.03);
	CU_ASSERT(near(standard("(r1 - r2)"), 0.4 * sqrt(2)));
	CU_ASSERT(near(standard("r4 * r5"), sqrt(0.018)));
	CU_ASSERT(near(standard("-r4 * 2"), 0.06));
}

/* Of 1000, 970 and 40 Pa: the gauge's 3 Pa stay, the resolution becomes 0.4 / sqrt(3). */
static void a_mean_keeps_what_its_readings_share(void)
{
	CU_ASSERT_STRING_EQUAL(shown("mean(r1, r2, r3)"), "670 Pa");
	CU_ASSERT(near(standard("mean(r1, r2, r3)"), sqrt(9 + 0.16 / 3)));
	CU_ASSERT_STRING_EQUAL(shown("mean([0.1 V], [0.1 V], [0.1 V])"), "0.1 V");
}

static void temperatures_have_a_mean_and_a_range(void)
{
	CU_ASSERT_STRING_EQUAL(shown("mean(r8, r9)"), "25 °C");
	CU_ASSERT(near(standard("mean(r8, r9)"), 0.3));
	CU_ASSERT_STRING_EQUAL(shown("range(r8, r9)"), "10 K");
	CU_ASSERT_STRING_EQUAL(shown("max(r8, r9)"), "30 °C");
	CU_ASSERT_STRING_EQUAL(shown("stdev([20 °C], [22 °C], [24 °C])"), "2 K");
}

/*
 * 2, 4, 4, 4, 5, 5, 7, 9 have mean 5 and squares 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, so that
 * s = sqrt(32 / 7) = 2.13809 and u(s) = s / sqrt(14) = 0.571429.
 */
static void the_standard_deviation_divides_by_n_minus_one(void)
{
	const char *text = "stdev(2, 4, 4, 4, 5, 5, 7, 9)";
	struct quantity result = value_of(text);

	CU_ASSERT(near(result.value, sqrt(32.0 / 7)));
	CU_ASSERT(near(standard(text), sqrt(32.0 / 7 / 14)));
	CU_ASSERT_EQUAL(strncmp(result.source[0].source, "#repeat", 7), 0);
}

/* Six readings 39.8 40.1 40.3 39.9 40.2 39.7 %LEL: mean 40, squares 0.28, s = sqrt(0.056). */
/* Between 2 s and 5 s: 3.5 s, and 3 s / (2 sqrt 3) = 0.8660254 s of uncertainty. */
static void within_is_the_middle_of_a_rectangle(void)
{
	struct quantity result;

	CU_ASSERT_EQUAL(expression_evaluate(&result, "within([5 s], [2 s])", NULL, NULL, &err), 0);

	CU_ASSERT_DOUBLE_EQUAL(result.value, 3.5, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&result), 0.8660254037844386, 1e-12);
}

static void repeatability_is_a_deviation_over_a_mean(void)
{
	struct quantity result =
		value_of("stdev([39.8 %LEL], [40.1 %LEL], [40.3 %LEL], [39.9 %LEL], [40.2 %LEL], "
			 "[39.7 %LEL]) / mean([39.8 %LEL], [40.1 %LEL], [40.3 %LEL], [39.9 %LEL], "
			 "[40.2 %LEL], [39.7 %LEL])");

	CU_ASSERT(fabs(result.value - sqrt(0.056) / 40) < 1e-12);
	CU_ASSERT_STRING_EQUAL(result.unit.symbol, "1");
}

static void equal_readings_deviate_by_nothing(void)
{
	struct quantity result = value_of("stdev([3 V], [3 V], [3 V])");

	CU_ASSERT_EQUAL(result.value, 0);
	CU_ASSERT_EQUAL(result.sources, 0);
}

static void extremes_are_readings_with_their_own_uncertainty(void)
{
	CU_ASSERT_STRING_EQUAL(shown("min(r1, r2, r3)"), "40 Pa");
	CU_ASSERT_STRING_EQUAL(shown("max(r2, r1, r3)"), "1000 Pa");
	CU_ASSERT_EQUAL(standard("max(r1, r2)"), sqrt(9 + 0.4 * 0.4));
	CU_ASSERT_STRING_EQUAL(shown("range(r1, r2, r3)"), "960 Pa");
	CU_ASSERT(near(standard("range(r1, r2, r3)"), 0.4 * sqrt(2)));
	CU_ASSERT_STRING_EQUAL(shown("min([1 kPa], [30 Pa])"), "30 Pa");
}

static void the_absolute_value_keeps_the_reference(void)
{
	struct quantity deviation = value_of("abs(against(r7, r6))");

	CU_ASSERT(near(deviation.value, 0.001));
	CU_ASSERT(deviation.has_reference && near(deviation.reference, 0.021));
	CU_ASSERT_STRING_EQUAL(shown("abs(-3)"), "3");
	CU_ASSERT_STRING_EQUAL(shown("abs(r4)"), "12 V");
}

static void against_has_the_uncertainty_of_both(void)
{
	struct quantity deviation = value_of("against(r6, r7)");

	CU_ASSERT(near(deviation.value, 0.001));
	CU_ASSERT(deviation.has_reference && deviation.reference == 0.02);
	CU_ASSERT(near(quantity_standard(&deviation), sqrt(5) * 1e-4));
}

static void an_error_quotes_its_place(void)
{
	CU_ASSERT_STRING_EQUAL(shown("2 * (r5 + [3 A]"),
			       "the expression ends where an operator or ')' was "
			       "expected");
	CU_ASSERT_STRING_EQUAL(shown("2 * r77"),
			       "at 'r77' in the expression: expected a reading that was taken");
	CU_ASSERT_STRING_EQUAL(shown("2 * foo(3)"),
			       "at 'foo(3)' in the expression: expected a value");
	CU_ASSERT_STRING_EQUAL(shown("2 r1"),
			       "at 'r1' in the expression: expected an operator or the end");
	CU_ASSERT_STRING_EQUAL(shown("1 + (r1 + r4)"),
			       "at 'r1 + r4)' in the expression: 1000 Pa and 12 V cannot be added: "
			       "their units measure different things");
	CU_ASSERT_STRING_EQUAL(shown("1 + [30 Xa]"),
			       "at '30 Xa]' in the expression: '30 Xa': 'Xa' is "
			       "not a unit that is known here");
	CU_ASSERT_STRING_EQUAL(shown("mean(r1, r4)"),
			       "at 'mean(r1, r4)' in the expression: 1000 Pa and 12 V cannot be "
			       "averaged: their units measure different things");
	CU_ASSERT_STRING_EQUAL(shown(""), "the expression ends where a value was expected");
}

static void a_long_place_is_cut_between_characters(void)
{
	CU_ASSERT_STRING_EQUAL(shown("°°°°°°°°°°°°°°°°"),
			       "at '°°°°°°°°°°°°' in the expression: expected a value");
	CU_ASSERT_STRING_EQUAL(shown("+°°°°°°°°°°°°°°°°"),
			       "at '+°°°°°°°°°°°' in the expression: expected a value");
}

static void what_is_no_expression_is_refused(void)
{
	static const char *const BROKEN[] = {"+ 3",
					     "3 +",
					     "()",
					     "mean()",
					     "mean(1,)",
					     "mean 1",
					     "stdev(r1)",
					     "abs(1, 2)",
					     "against(1)",
					     "against(1, 2, 3)",
					     "[30 Pa",
					     "[]",
					     "1 / 0",
					     "1 / (r1 - r1)",
					     "1e999",
					     "1e300 * 1e300",
					     "r",
					     "r1r2",
					     "abs(r8)",
					     "-r8",
					     "r8 * 2",
					     "r10",
					     "r99999999999999999999",
					     "nan",
					     "inf",
					     "0x10",
					     "1; 2",
					     "2 ** 3",
					     "."};

	for (size_t i = 0; i < sizeof(BROKEN) / sizeof(BROKEN[0]); i++) {
		struct quantity result = {.value = 7};

		CU_ASSERT_EQUAL(expression_evaluate(&result, BROKEN[i], reading, NULL, &err), -1);
		CU_ASSERT_EQUAL(result.value, 7);
	}
}

static void nesting_ends_with_a_sentence(void)
{
	char text[EXPRESSION_MOST_DEPTH * 2 + 8] = "";

	memset(text, '(', EXPRESSION_MOST_DEPTH - 1);
	strcat(text, "1");
	memset(text + EXPRESSION_MOST_DEPTH, ')', EXPRESSION_MOST_DEPTH - 1);
	CU_ASSERT_STRING_EQUAL(shown(text), "1");

	memset(text, '-', EXPRESSION_MOST_DEPTH + 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(shown(text), "nested more than 200 deep"));
}

static void a_text_without_end_is_refused(void)
{
	static char text[EXPRESSION_MOST_BYTES + 2];

	memset(text, ' ', sizeof(text) - 1);
	text[0] = '1';
	CU_ASSERT_STRING_EQUAL(shown(text), "the expression is longer than 16384 bytes");

	text[EXPRESSION_MOST_BYTES] = '\0';
	CU_ASSERT_STRING_EQUAL(shown(text), "1");
}

static void a_mean_of_many_readings_is_one_reading(void)
{
	static char text[EXPRESSION_MOST_BYTES];
	strcpy(text, "mean(r4");
	for (size_t at = strlen(text); at < 12000; at += 4)
		strcpy(text + at, ", r4");
	strcat(text, ")");

	CU_ASSERT_STRING_EQUAL(shown(text), "12 V");
	CU_ASSERT(fabs(standard(text) - 0.03) < 1e-12);
}

/* Random rows of tokens: each is refused with a sentence or gives a finite value. */
static void no_text_breaks_the_evaluation(void)
{
	static const char *const TOKENS[] = {
		"(",	 ")",	   "(",	   "+",	   "-",	   "*",	     "/",
		"r1",	 "r4",	   "r7",   "r8",   ",",	   "2",	     "1e30",
		"mean(", "stdev(", "min(", "max(", "abs(", "range(", "against(",
		"[",	 "[3 V]",  "]",	   "0",	   "°",	   " ",	     "r5"};
	uint64_t seed = 1815;
	int unsaid = 0, values = 0;

	for (int i = 0; i < 30000; i++) {
		char text[256] = "";
		struct quantity result = {.value = NAN};

		for (int tokens = 1 + i % 12; tokens > 0; tokens--) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			strcat(text, TOKENS[(seed >> 33) % (sizeof(TOKENS) / sizeof(TOKENS[0]))]);
		}
		err.text[0] = '\0';
		if (expression_evaluate(&result, text, reading, NULL, &err) < 0)
			unsaid += !err.text[0];
		else
			unsaid += !isfinite(result.value) || !isfinite(quantity_standard(&result));
		values += isfinite(result.value);
	}

	CU_ASSERT_EQUAL(unsaid, 0);
	CU_ASSERT(values > 300);
}

static void the_readings_of_an_expression_are_named_one_by_one(void)
{
	const char *text = "(against(r12, r3) - range([4 r] / r12)) r", *at = text;

	CU_ASSERT_EQUAL(expression_next_reading(text, &at), 12);
	CU_ASSERT_EQUAL(expression_next_reading(text, &at), 3);
	CU_ASSERT_EQUAL(expression_next_reading(text, &at), 12);
	CU_ASSERT_EQUAL(expression_next_reading(text, &at), 0);
	CU_ASSERT_EQUAL(expression_next_reading(text, &at), 0);
	at = text = "bar7 [r2]";
	CU_ASSERT_EQUAL(expression_next_reading(text, &at), 2);
}

void suite_expression(void)
{
	suite_begin("expression");
	claim(operators_bind_as_in_arithmetic);
	claim(quantities_stand_in_square_brackets);
	claim(a_reading_comes_with_its_uncertainty);
	claim(a_mean_keeps_what_its_readings_share);
	claim(temperatures_have_a_mean_and_a_range);
	claim(the_standard_deviation_divides_by_n_minus_one);
	claim(within_is_the_middle_of_a_rectangle);
	claim(repeatability_is_a_deviation_over_a_mean);
	claim(equal_readings_deviate_by_nothing);
	claim(extremes_are_readings_with_their_own_uncertainty);
	claim(the_absolute_value_keeps_the_reference);
	claim(against_has_the_uncertainty_of_both);
	claim(an_error_quotes_its_place);
	claim(a_long_place_is_cut_between_characters);
	claim(what_is_no_expression_is_refused);
	claim(nesting_ends_with_a_sentence);
	claim(a_text_without_end_is_refused);
	claim(a_mean_of_many_readings_is_one_reading);
	claim(no_text_breaks_the_evaluation);
	claim(the_readings_of_an_expression_are_named_one_by_one);
}

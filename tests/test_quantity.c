/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities: reading, printing, and uncertainty that follows the arithmetic. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/quantity.h"

static struct error err;

static struct quantity q(const char *text)
{
	struct quantity made = {.value = NAN};

	if (quantity_parse(&made, text, &err) < 0)
		CU_FAIL("a quantity of a test is refused");
	return made;
}

static struct quantity with(const char *text, const char *source, double standard)
{
	struct quantity made = q(text);

	if (quantity_add_source(&made, source, standard, &err) < 0)
		CU_FAIL("a source of a test is refused");
	return made;
}

static const char *refusal(const char *text)
{
	struct quantity made;

	return quantity_parse(&made, text, &err) < 0 ? err.text : "taken";
}

static const char *shown(const struct quantity *quantity)
{
	static char text[96];

	quantity_print(quantity, 0, text, sizeof(text));
	return text;
}

static const char *shown_expanded(const struct quantity *quantity)
{
	static char text[96];

	quantity_print_expanded(quantity, 2, text, sizeof(text));
	return text;
}

typedef int operation_fn(struct quantity *result, const struct quantity *a,
			 const struct quantity *b, struct error *err);

static const char *result_of(operation_fn *operation, const char *a, const char *b)
{
	struct quantity first = q(a), second = q(b);

	if (operation(&first, &first, &second, &err) < 0)
		return err.text;
	return shown(&first);
}

static bool near(double value, double expected)
{
	return fabs(value - expected) <= 1e-12 * fabs(expected);
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void a_text_becomes_a_value_in_si(void)
{
	CU_ASSERT_EQUAL(q("30 Pa").value, 30);
	CU_ASSERT_EQUAL(q("30Pa").value, 30);
	CU_ASSERT_EQUAL(q(" -0.5 %vol ").value, -0.005);
	CU_ASSERT_EQUAL(q("4.25e3 V").value, 4250);
	CU_ASSERT_EQUAL(q("20 /min").value, 20.0 / 60);
	CU_ASSERT_EQUAL(q("+.5").value, 0.5);
	CU_ASSERT_EQUAL(q("60 °C").value, 60 + 273.15);
	CU_ASSERT_EQUAL(q("3 1/min").value, 0.05);
}

static void what_is_no_quantity_is_quoted(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("Pa"),
			       "'Pa' does not begin with a number; write a value and "
			       "its unit, such as \"30 Pa\"");
	CU_ASSERT_STRING_EQUAL(refusal("30 Xa"), "'30 Xa': 'Xa' is not a unit that is known here");
	CU_ASSERT_STRING_EQUAL(refusal("1e999 V"), "'1e999 V' is too large for a number");
	CU_ASSERT_STRING_NOT_EQUAL(refusal(""), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("± 3 V"), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("nan"), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("inf V"), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("0x10 V"), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("- 5 V"), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("1 .. 2 V"), "taken");
}

static void the_number_is_given_in_any_unit_of_the_dimension(void)
{
	struct quantity pressure = q("30 hPa");
	struct unit kPa = q("1 kPa").unit, volt = q("1 V").unit;

	CU_ASSERT_EQUAL(quantity_number(&pressure), 30);
	CU_ASSERT_EQUAL(quantity_in(&pressure, &kPa), 3);
	CU_ASSERT(isnan(quantity_in(&pressure, &volt)));
}

static void sums_keep_the_unit_of_their_first_term(void)
{
	CU_ASSERT_STRING_EQUAL(result_of(quantity_add, "1 kPa", "30 Pa"), "1.03 kPa");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_subtract, "1 h", "15 min"), "0.75 h");
}

static void a_plain_number_leaves_the_unit_of_the_other(void)
{
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "2", "15 L/min"), "30 L/min");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "5 %vol", "2"), "10 %vol");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "2", "5 %vol"), "10 %vol");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "50 %", "3 kPa"), "1.5 kPa");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "3 kPa", "50 %"), "6 kPa");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "30 Pa", "4"), "7.5 Pa");
}

static void other_products_are_in_the_coherent_unit(void)
{
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "6.6 A h", "2 h"), "3.3 A");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "5 V", "2 A"), "10 W");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "3 kPa", "30 hPa"), "1");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "1 %vol", "4 %vol"), "0.25");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "1", "4 s"), "0.25 /s");
}

static void different_things_are_not_added(void)
{
	CU_ASSERT_STRING_EQUAL(
		result_of(quantity_add, "30 Pa", "4 V"),
		"30 Pa and 4 V cannot be added: their units measure different things");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_subtract, "30 Pa", "4"),
			       "30 Pa and 4 cannot be subtracted: their units measure different "
			       "things");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_add, "1 %vol", "20 %LEL"),
			       "1 %vol and 20 %LEL cannot be added: their units measure different "
			       "things");
}

static void results_that_are_no_numbers_are_refused(void)
{
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "3 V", "0 A"),
			       "3 V and 0 A cannot be divided: that is a division by zero");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "1e300", "1e300"),
			       "the result is too large for a number");
}

static void an_uncertainty_without_a_square_is_refused(void)
{
	struct quantity a = with("1 V", "meter", 1e-10), b = q("1e200");

	CU_ASSERT_EQUAL(quantity_multiply(&a, &a, &b, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "the uncertainty from meter is too large for a number");
}

static void powers_without_end_are_refused(void)
{
	struct quantity power = q("1 V");

	int answer = 0;
	for (int i = 0; i < 1000 && answer == 0; i++)
		answer = quantity_multiply(&power, &power, &power, &err);

	CU_ASSERT_EQUAL(answer, -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "no unit that could be written"));
}

static void two_temperatures_differ_by_kelvins(void)
{
	CU_ASSERT_STRING_EQUAL(result_of(quantity_subtract, "60 °C", "20 °C"), "40 K");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_against, "60 °C", "20 °C"), "40 K");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_add, "20 °C", "5 K"), "25 °C");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_add, "5 K", "20 °C"), "25 °C");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_subtract, "20 °C", "5 K"), "15 °C");
}

static void other_arithmetic_on_a_temperature_is_refused(void)
{
	struct quantity warm = q("20 °C");
	int order;

	CU_ASSERT_STRING_EQUAL(result_of(quantity_add, "20 °C", "20 °C"),
			       "20 °C and 20 °C cannot be added: °C is a point on a "
			       "scale; only differences, in K, can");
	CU_ASSERT_PTR_NOT_NULL(strstr(result_of(quantity_subtract, "5 K", "2 °C"), "cannot"));
	CU_ASSERT_PTR_NOT_NULL(strstr(result_of(quantity_multiply, "2", "2 °C"), "cannot"));
	CU_ASSERT_PTR_NOT_NULL(strstr(result_of(quantity_divide, "2 °C", "2"), "cannot"));
	CU_ASSERT_EQUAL(quantity_negate(&warm, &warm, &err), -1);
	CU_ASSERT_EQUAL(
		quantity_compare(&order, &warm, &(struct quantity){.unit = q("1 K").unit}, &err),
		-1);
}

static void comparing_orders_by_si_value(void)
{
	struct quantity a = q("1 kPa"), b = q("999 Pa"), volt = q("1 V");
	int order = 7;

	CU_ASSERT(quantity_compare(&order, &a, &b, &err) == 0 && order == 1);
	CU_ASSERT(quantity_compare(&order, &b, &a, &err) == 0 && order == -1);
	CU_ASSERT(quantity_compare(&order, &a, &a, &err) == 0 && order == 0);
	CU_ASSERT_EQUAL(quantity_compare(&order, &a, &volt, &err), -1);
}

/*
 * Before 1000 Pa and after 970 Pa of one gauge: its 3 Pa cancel, and of two resolutions of 0.3 Pa
 * sqrt(0.3^2 + 0.3^2) = 0.424264 Pa is left.
 */
static void a_difference_of_one_gauge_loses_what_the_gauge_is_wrong_by(void)
{
	struct quantity before = with("1000 Pa", "gauge", 3), after = with("970 Pa", "gauge", 3);
	quantity_add_source(&before, "#resolution", 0.3, &err);
	quantity_add_source(&after, "#resolution", 0.3, &err);

	struct quantity leak;
	quantity_subtract(&leak, &before, &after, &err);

	CU_ASSERT_EQUAL(leak.value, 30);
	CU_ASSERT_EQUAL(leak.sources, 1);
	CU_ASSERT(near(quantity_standard(&leak), 0.3 * sqrt(2)));
}

static void a_sum_of_one_gauge_doubles_it(void)
{
	struct quantity a = with("10 V", "meter", 3);

	quantity_add(&a, &a, &a, &err);

	CU_ASSERT_EQUAL(quantity_standard(&a), 6);
}

static void different_gauges_add_as_a_root_sum_of_squares(void)
{
	struct quantity a = with("10 V", "meter", 3), b = with("10 V", "other meter", 4);

	quantity_subtract(&a, &a, &b, &err);

	CU_ASSERT_EQUAL(quantity_standard(&a), 5);
}

/* P = 12 V * 2 A: u = sqrt((2 A * 0.03 V)^2 + (12 V * 0.01 A)^2) = sqrt(0.0036 + 0.0144) W. */
static void a_product_weighs_each_factor_by_the_other(void)
{
	struct quantity a = with("12 V", "voltmeter", 0.03), b = with("2 A", "ammeter", 0.01);

	quantity_multiply(&a, &a, &b, &err);

	CU_ASSERT(near(quantity_standard(&a), sqrt(0.018)));
}

/* 12 V / 2 A: u = sqrt((0.03 / 2)^2 + (12 * 0.01 / 4)^2) = sqrt(0.000225 + 0.0009) ohm. */
static void a_quotient_weighs_its_divisor_by_the_square(void)
{
	struct quantity a = with("12 V", "voltmeter", 0.03), b = with("2 A", "ammeter", 0.01);

	quantity_divide(&a, &a, &b, &err);

	CU_ASSERT(near(quantity_standard(&a), sqrt(0.001125)));
}

/* A gauge that reads 1 % high reads every ratio right: 0.3 / 2 - 30 * 0.02 / 4 = 0. */
static void a_ratio_of_one_gauge_loses_its_scale_error(void)
{
	struct quantity a = with("30 Pa", "gauge", 0.3), b = with("2 Pa", "gauge", 0.02);

	quantity_divide(&a, &a, &b, &err);

	CU_ASSERT(quantity_standard(&a) < 1e-15);
}

static void what_was_negated_still_cancels(void)
{
	struct quantity a = with("30 Pa", "gauge", 3), minus;

	quantity_negate(&minus, &a, &err);
	quantity_add(&a, &a, &minus, &err);

	CU_ASSERT_EQUAL(a.value, 0);
	CU_ASSERT_EQUAL(a.sources, 0);
}

/* 293.15 K and 303.15 K in the middle, 0.3 K of one thermometer stay 0.3 K. */
static void a_blend_of_two_temperatures_is_a_temperature(void)
{
	struct quantity a = with("20 °C", "probe", 0.3);
	struct quantity b = with("30 °C", "probe", 0.3);

	quantity_blend(&a, &a, &b, 0.5, &err);

	CU_ASSERT_STRING_EQUAL(shown(&a), "25 °C");
	CU_ASSERT(near(quantity_standard(&a), 0.3));
}

static void against_remembers_the_reference(void)
{
	struct quantity shown_value = with("2.10 %vol", "#resolution", 0.0001);
	struct quantity gas = with("2.00 %vol", "cylinder", 0.0002), warm = q("20 °C");

	struct quantity deviation, minus, warmer;
	quantity_against(&deviation, &shown_value, &gas, &err);
	quantity_negate(&minus, &deviation, &err);
	quantity_against(&warmer, &warm, &warm, &err);

	CU_ASSERT(near(deviation.value, 0.001));
	CU_ASSERT(deviation.has_reference && deviation.reference == 0.02);
	CU_ASSERT(near(quantity_standard(&deviation), sqrt(5) * 1e-4));
	CU_ASSERT(minus.has_reference);
	CU_ASSERT_FALSE(warmer.has_reference);
}

static void too_many_small_sources_become_others(void)
{
	struct quantity a = q("1 V");

	for (int i = 1; i <= 20; i++) {
		char name[16];

		snprintf(name, sizeof(name), "#%d", i);
		CU_ASSERT_EQUAL(quantity_add_source(&a, name, i, &err), 0);
	}

	CU_ASSERT_EQUAL(a.sources, QUANTITY_SOURCES);
	CU_ASSERT(near(quantity_standard(&a), sqrt(20.0 * 21 * 41 / 6)));
	CU_ASSERT_STRING_EQUAL(a.source[0].source, "#others");
	CU_ASSERT_STRING_EQUAL(a.source[1].source, "#10");
}

static void too_many_named_sources_are_refused(void)
{
	struct quantity a = q("1 V");
	char name[16];

	for (int i = 0; i < QUANTITY_SOURCES; i++) {
		snprintf(name, sizeof(name), "meter %d", i);
		CU_ASSERT_EQUAL(quantity_add_source(&a, name, 1, &err), 0);
	}

	CU_ASSERT_EQUAL(quantity_add_source(&a, "one more", 1, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "more than 12 sources of uncertainty meet in one value");
	CU_ASSERT_EQUAL(quantity_add_source(&a, "meter 3", 1, &err), 0);
}

static void a_source_has_a_name_that_fits(void)
{
	struct quantity a = q("1 V");

	CU_ASSERT_EQUAL(quantity_add_source(&a, "", 1, &err), -1);
	CU_ASSERT_EQUAL(
		quantity_add_source(&a, "1234567890123456789012345678901234567890", 1, &err), -1);
	CU_ASSERT_EQUAL(quantity_add_source(&a, "meter", NAN, &err), -1);
	CU_ASSERT_EQUAL(a.sources, 0);
}

static void printing_is_plain(void)
{
	struct quantity a = q("28.4 s"), big = q("101325 Pa"), zero = q("-0 V");
	struct quantity third = q("0.333333333333 V");
	char text[64];

	CU_ASSERT_STRING_EQUAL(shown(&a), "28.4 s");
	CU_ASSERT_STRING_EQUAL(shown(&big), "101325 Pa");
	CU_ASSERT_STRING_EQUAL(shown(&zero), "0 V");
	quantity_print(&big, 3, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "101000 Pa");
	quantity_print(&third, 3, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "0.333 V");
}

static void the_expanded_uncertainty_sets_the_digits(void)
{
	struct quantity a = with("28.4123 s", "clock", 0.311), b = with("12345 Pa", "gauge", 620);
	struct quantity c = with("45.06 °C", "probe", 0.25), d = q("28.4 s");
	struct quantity e = with("0.0004 V", "meter", 1.04e-6);

	CU_ASSERT_STRING_EQUAL(shown_expanded(&a), "28.41 s ± 0.62 s (k = 2)");
	CU_ASSERT_STRING_EQUAL(shown_expanded(&b), "12300 Pa ± 1200 Pa (k = 2)");
	CU_ASSERT_STRING_EQUAL(shown_expanded(&c), "45.06 °C ± 0.50 K (k = 2)");
	CU_ASSERT_STRING_EQUAL(shown_expanded(&d), "28.4 s");
	CU_ASSERT_STRING_EQUAL(shown_expanded(&e), "0.0004000 V ± 0.0000021 V (k = 2)");
}

static void what_rounds_to_nothing_has_no_sign(void)
{
	struct quantity below = with("-0.00001 %vol", "meter", 2.9e-5);
	struct quantity above = with("0.00001 %vol", "meter", 2.9e-5);
	struct quantity seen = with("-0.0006 %vol", "meter", 2.9e-5);

	CU_ASSERT_STRING_EQUAL(shown_expanded(&below), "0.0000 %vol ± 0.0058 %vol (k = 2)");
	CU_ASSERT_STRING_EQUAL(shown_expanded(&above), "0.0000 %vol ± 0.0058 %vol (k = 2)");
	CU_ASSERT_STRING_EQUAL(shown_expanded(&seen), "-0.0006 %vol ± 0.0058 %vol (k = 2)");
}

/* 20 000 quantities of up to nine digits in all units of a bench. */
static void what_was_printed_is_read_back_as_the_same_value(void)
{
	static const char *const UNITS[] = {"Pa",   "kPa", "%vol", "L/min", "/min",
					    "°C",   "ppm", "mV",   "mAh",   "h",
					    "%LEL", "1",   "Wh",   "mg",    "mΩ"};
	uint64_t seed = 1815;
	int different = 0;

	for (int i = 0; i < 20000; i++) {
		char text[64];
		double number =
			(double)next_random(&seed) / pow(10, (double)(next_random(&seed) % 12));

		snprintf(text, sizeof(text), "%.9g %s", number,
			 UNITS[next_random(&seed) % (sizeof(UNITS) / sizeof(UNITS[0]))]);
		struct quantity first = q(text), again = q(shown(&first));

		different += first.value != again.value;
	}

	CU_ASSERT_EQUAL(different, 0);
}

static void values_of_full_precision_are_read_back_too(void)
{
	uint64_t seed = 1816;
	int different = 0;

	for (int i = 0; i < 20000; i++) {
		char text[64];
		double number = (double)(next_random(&seed) << 22 ^ next_random(&seed)) / 1e9;

		snprintf(text, sizeof(text), "%.17g L/min", number);
		struct quantity first = q(text), again = q(shown(&first));

		different += first.value != again.value;
	}

	CU_ASSERT_EQUAL(different, 0);
}

void suite_quantity(void)
{
	suite_begin("quantity");
	claim(a_text_becomes_a_value_in_si);
	claim(what_is_no_quantity_is_quoted);
	claim(the_number_is_given_in_any_unit_of_the_dimension);
	claim(sums_keep_the_unit_of_their_first_term);
	claim(a_plain_number_leaves_the_unit_of_the_other);
	claim(other_products_are_in_the_coherent_unit);
	claim(different_things_are_not_added);
	claim(results_that_are_no_numbers_are_refused);
	claim(an_uncertainty_without_a_square_is_refused);
	claim(powers_without_end_are_refused);
	claim(two_temperatures_differ_by_kelvins);
	claim(other_arithmetic_on_a_temperature_is_refused);
	claim(comparing_orders_by_si_value);
	claim(a_difference_of_one_gauge_loses_what_the_gauge_is_wrong_by);
	claim(a_sum_of_one_gauge_doubles_it);
	claim(different_gauges_add_as_a_root_sum_of_squares);
	claim(a_product_weighs_each_factor_by_the_other);
	claim(a_quotient_weighs_its_divisor_by_the_square);
	claim(a_ratio_of_one_gauge_loses_its_scale_error);
	claim(what_was_negated_still_cancels);
	claim(a_blend_of_two_temperatures_is_a_temperature);
	claim(against_remembers_the_reference);
	claim(too_many_small_sources_become_others);
	claim(too_many_named_sources_are_refused);
	claim(a_source_has_a_name_that_fits);
	claim(printing_is_plain);
	claim(the_expanded_uncertainty_sets_the_digits);
	claim(what_rounds_to_nothing_has_no_sign);
	claim(what_was_printed_is_read_back_as_the_same_value);
	claim(values_of_full_precision_are_read_back_too);
}

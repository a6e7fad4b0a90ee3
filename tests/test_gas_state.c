/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes in their states: what may meet, and what one state is worth in another.
 *
 * The hand-computed cases take 273.15 K and 310.15 K, 760 mmHg = 101.325 kPa, and 6282.4 Pa of water
 * vapour at 37 °C.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/expression.h"
#include "verdict/gas_state.h"
#include "verdict/limit.h"

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

static struct quantity at(const struct quantity *gas, enum gas_state to,
			  const struct quantity *temperature, const struct quantity *pressure)
{
	struct quantity result = {.value = NAN};

	if (gas_state_convert(&result, gas, to, temperature, pressure, &err) < 0)
		CU_FAIL("a conversion of a test is refused");
	return result;
}

static bool near_within(double value, double expected, double share)
{
	return fabs(value - expected) <= share * fabs(expected);
}

/* What `gas` shows in the other state, in its own unit. */
static double shown_at(const char *gas, enum gas_state to, const char *temperature,
		       const char *pressure)
{
	struct quantity from = q(gas), room = q(temperature), air = q(pressure);
	struct quantity result = at(&from, to, &room, &air);

	return quantity_number(&result);
}

/* 273.15 / 310.15 * (101.325 - 6.2824) / 101.325 = 0.880703 * 0.937997 = 0.826097 */
static void a_litre_out_of_the_lung_is_four_fifths_of_one_at_standard(void)
{
	double litres = shown_at("1 L BTPS", GAS_STPD, "20 °C", "101.325 kPa");

	CU_ASSERT(near_within(litres, 0.826097, 1e-6));
	/* as physiology has it, with 47 mmHg and whole kelvins: 273/310 * 713/760 = 0.826184 */
	CU_ASSERT(near_within(litres, 273.0 / 310 * 713 / 760, 2e-4));
}

/* 273.15 / 296.15 * 735 / 760 = 0.922337 * 0.967105 = 0.891996 */
static void a_litre_of_the_room_is_counted_by_its_temperature_and_pressure(void)
{
	CU_ASSERT(near_within(shown_at("1 L ATPD", GAS_STPD, "23 °C", "735 mmHg"), 0.891996, 2e-6));
	CU_ASSERT(near_within(shown_at("1 L ATPD", GAS_STPD, "0 °C", "101.325 kPa"), 1, 1e-12));
}

/* 30 L/min STPD at 735 mmHg = 97.9920 kPa: 30 / 0.880703 * 101.325 / 91.7096 = 37.6354 L/min BTPS */
static void a_ventilation_at_standard_is_more_in_the_lung(void)
{
	CU_ASSERT(near_within(shown_at("30 L/min STPD", GAS_BTPS, "23 °C", "735 mmHg"), 37.6354,
			      1e-5));
}

/* Saturation pressure, IAPWS SR1-86(1992) equation 1. */
static double saturation_pressure(double kelvins)
{
	static const double A[] = {-7.85951783, 1.84408259,  -11.7866497,
				   22.6807411,	-15.9618719, 1.80122502};
	static const double POWERS[] = {1, 1.5, 3, 3.5, 4, 7.5};
	double sum = 0;

	for (int i = 0; i < 6; i++)
		sum += A[i] * pow(1 - kelvins / 647.096, POWERS[i]);
	return 22.064e6 * exp(647.096 / kelvins * sum);
}

/* Two litres, one of them wet, at 20 kPa more than the vapour: the vapour alone makes the difference. */
static void the_water_in_the_lung_is_that_of_the_formula(void)
{
	double dry = shown_at("1 L BTPS", GAS_STPD, "37 °C", "20 kPa");
	double all = shown_at("1 L ATPD", GAS_STPD, "37 °C", "20 kPa");

	CU_ASSERT(fabs(saturation_pressure(373.15) - 101418) <
		  1); /* the check of the formula itself */
	CU_ASSERT(fabs(20000 * (1 - dry / all) - saturation_pressure(310.15)) < 0.1);
}

/* 1.429 g/L STPD of oxygen (32.00 g/mol over 22.39 L/mol): 1.429 / 1.21051 = 1.18050 g/L BTPS */
static void what_is_counted_per_volume_goes_the_other_way(void)
{
	CU_ASSERT(near_within(shown_at("1.429 g/L STPD", GAS_BTPS, "20 °C", "101.325 kPa"),
			      1.429 * 0.826097, 2e-6));
}

static void going_there_and_back_changes_nothing(void)
{
	static const char *const GAS[] = {"2.5 L STPD", "2.5 L/min ATPD", "1.2 mL BTPS",
					  "1.4 g/L BTPS"};
	struct quantity room = with("26 °C", "probe", 0.2), air = with("97.2 kPa", "barometer", 30);

	for (size_t i = 0; i < sizeof(GAS) / sizeof(GAS[0]); i++)
		for (int state = GAS_STPD; state <= GAS_BTPS; state++) {
			struct quantity gas = with(GAS[i], "meter", 1e-6);
			struct quantity there = at(&gas, (enum gas_state)state, &room, &air);
			struct quantity back = at(&there, gas.unit.state, &room, &air);

			CU_ASSERT(near_within(back.value, gas.value, 1e-14));
			CU_ASSERT(near_within(quantity_standard(&back), 1e-6, 1e-9));
			CU_ASSERT_STRING_EQUAL(back.unit.symbol, gas.unit.symbol);
		}
}

/* The derivatives that the uncertainty is propagated with, against differences of values. */
static void a_change_of_the_room_moves_the_value_as_its_uncertainty_says(void)
{
	struct quantity room = with("23 °C", "probe", 1), air = with("98 kPa", "barometer", 1);
	struct quantity warmer = q("23.001 °C"), denser = q("98.001 kPa");

	for (int from = GAS_STPD; from <= GAS_BTPS; from++)
		for (int to = GAS_STPD; to <= GAS_BTPS; to++) {
			struct quantity gas = q("1000 L STPD");
			gas.unit.state = 0;
			CU_ASSERT_FATAL(unit_parse(&gas.unit, "L", &err) == 0);
			CU_ASSERT_FATAL(unit_put_state(&gas.unit, (enum gas_state)from));
			struct quantity here = at(&gas, (enum gas_state)to, &room, &air);
			struct quantity warm = at(&gas, (enum gas_state)to, &warmer, &air);
			struct quantity dense = at(&gas, (enum gas_state)to, &room, &denser);
			double expected[2] = {(warm.value - here.value) / 1e-3,
					      (dense.value - here.value) / 1};
			double found[2] = {0};

			for (size_t i = 0; i < here.sources; i++)
				found[here.source[i].source[0] == 'b'] = here.source[i].standard;
			CU_ASSERT(fabs(found[0] - expected[0]) < 1e-7);
			CU_ASSERT(fabs(found[1] - expected[1]) < 1e-9);
		}
}

/*
 * One logger gives both, 0.3 K and 100 Pa in the same direction: ATPD from STPD moves by
 * 0.3 / 296.15 - 100 / 98000 = 1.0130e-3 - 1.0204e-3 = -7.4e-6 of itself.
 */
static void errors_of_one_logger_in_temperature_and_pressure_cancel(void)
{
	struct quantity gas = q("1 L STPD");
	struct quantity room = with("23 °C", "logger", 0.3), air = with("98 kPa", "logger", 100);
	struct quantity together = at(&gas, GAS_ATPD, &room, &air);
	struct quantity other = with("98 kPa", "barometer", 100);
	struct quantity apart = at(&gas, GAS_ATPD, &room, &other);

	CU_ASSERT_EQUAL(together.sources, 1);
	CU_ASSERT(fabs(quantity_standard(&together) / together.value -
		       fabs(0.3 / 296.15 - 100.0 / 98000)) < 1e-12);
	CU_ASSERT(near_within(quantity_standard(&apart) / apart.value,
			      hypot(0.3 / 296.15, 100.0 / 98000), 1e-12));
}

/* 1/(98000 - 6282.4) - 1/98000 = 6.9894e-7 per Pa; counting the resolution twice would give 1.49e-5 */
static void a_pressure_in_both_states_counts_once(void)
{
	struct quantity gas = q("1 L BTPS"), room = q("23 °C");
	struct quantity air = with("98 kPa", "#resolution", 10);
	struct quantity result = at(&gas, GAS_ATPD, &room, &air);

	CU_ASSERT(near_within(quantity_standard(&result) / result.value, 6.9894e-6, 1e-4));
}

static const char *refused_at(const char *gas, const char *temperature, const char *pressure)
{
	struct quantity from = q(gas), room = q(temperature), air = q(pressure);

	return gas_state_convert(&from, &from, GAS_STPD, &room, &air, &err) < 0 ? err.text
										: "converted";
}

static void what_cannot_be_converted_is_refused_in_words(void)
{
	CU_ASSERT_STRING_EQUAL(refused_at("1 L", "20 °C", "100 kPa"),
			       "1 L is in no state that it could be converted from; write STPD, "
			       "ATPD or BTPS behind the unit where the value comes from");
	CU_ASSERT_STRING_EQUAL(refused_at("1 L ATPD", "20 K", "100 kPa"),
			       "the temperature of the room is 20 K; it must be one in °C");
	CU_ASSERT_STRING_EQUAL(refused_at("1 L ATPD", "20 kPa", "100 kPa"),
			       "the temperature of the room is 20 kPa; it must be one in °C");
	CU_ASSERT_STRING_NOT_EQUAL(refused_at("1 L ATPD", "-274 °C", "100 kPa"), "converted");
	CU_ASSERT_STRING_EQUAL(refused_at("1 L ATPD", "20 °C", "20 °C"),
			       "the pressure of the room is 20 °C; it must be the absolute one, "
			       "such as \"101.3 kPa\"");
}

static void a_gauge_pressure_is_no_pressure_of_a_room(void)
{
	CU_ASSERT_STRING_EQUAL(refused_at("1 L ATPD", "20 °C", "250 Pa"),
			       "the pressure of the room is 250 Pa; it must be the absolute one, "
			       "such as \"101.3 kPa\"");
	CU_ASSERT_STRING_NOT_EQUAL(refused_at("1 L ATPD", "20 °C", "-30 Pa"), "converted");
	CU_ASSERT_STRING_NOT_EQUAL(refused_at("1 L ATPD", "20 °C", "0 mmHg"), "converted");
	CU_ASSERT_STRING_EQUAL(refused_at("1 L ATPD", "20 °C", "48 mmHg"), "converted");
}

/*
 * Mixing
 */

typedef int operation_fn(struct quantity *result, const struct quantity *a,
			 const struct quantity *b, struct error *err);

static int compare(struct quantity *result, const struct quantity *a, const struct quantity *b,
		   struct error *error)
{
	int order;

	*result = *a;
	return quantity_compare(&order, a, b, error);
}

static int halfway(struct quantity *result, const struct quantity *a, const struct quantity *b,
		   struct error *error)
{
	return quantity_blend(result, a, b, 0.5, error);
}

static const char *result_of(operation_fn *operation, const char *a, const char *b)
{
	static char text[96];
	struct quantity first = q(a), second = q(b);

	if (operation(&first, &first, &second, &err) < 0)
		return err.text;
	quantity_print(&first, 6, text, sizeof(text));
	return text;
}

static void volumes_of_two_states_do_not_mix(void)
{
	static operation_fn *const OPERATIONS[] = {quantity_add,    quantity_subtract,
						   quantity_divide, quantity_against,
						   compare,	    halfway};

	CU_ASSERT_STRING_EQUAL(result_of(quantity_add, "30 L/min BTPS", "25 L/min STPD"),
			       "30 L/min BTPS and 25 L/min STPD cannot be added: they are in "
			       "different states; convert one with :at(…)");
	for (size_t i = 0; i < sizeof(OPERATIONS) / sizeof(OPERATIONS[0]); i++) {
		const char *text = result_of(OPERATIONS[i], "30 L BTPS", "25 L STPD");

		CU_ASSERT_PTR_NOT_NULL(strstr(text, "they are in different states"));
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(result_of(quantity_multiply, "1 L BTPS", "1 g/L STPD"),
				      "they are in different states"));
}

static void a_volume_in_a_state_and_one_in_none_do_not_mix(void)
{
	static operation_fn *const OPERATIONS[] = {quantity_add,    quantity_subtract,
						   quantity_divide, quantity_against,
						   compare,	    halfway};

	CU_ASSERT_STRING_EQUAL(result_of(quantity_subtract, "30 L", "25 L STPD"),
			       "30 L and 25 L STPD cannot be subtracted: one is in a state (STPD, "
			       "ATPD, BTPS) and the other in none; write it behind the unit");
	for (size_t i = 0; i < sizeof(OPERATIONS) / sizeof(OPERATIONS[0]); i++) {
		CU_ASSERT_PTR_NOT_NULL(
			strstr(result_of(OPERATIONS[i], "30 L", "25 L STPD"), "write it behind"));
		CU_ASSERT_PTR_NOT_NULL(
			strstr(result_of(OPERATIONS[i], "30 L STPD", "25 L"), "write it behind"));
	}
	CU_ASSERT_PTR_NOT_NULL(
		strstr(result_of(quantity_multiply, "1 L STPD", "1 g/L"), "write it behind"));
}

static void scaling_keeps_the_state(void)
{
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "30 L STPD", "2"), "60 L STPD");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "5 %vol", "30 L STPD"), "1.5 L STPD");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "2 L/min BTPS", "30 s"),
			       "0.001 m^3 BTPS");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "338 L STPD", "2 kg"),
			       "0.169 m^3/kg STPD");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "1.429 g", "1 L STPD"),
			       "1.429 kg/m^3 STPD");
}

static void a_ratio_of_volumes_in_one_state_has_none(void)
{
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "1.15 L/min STPD", "1.35 L/min STPD"),
			       "0.851852");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_divide, "60 L STPD", "2 L/min STPD"), "1800 s");
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "10 L STPD", "1.429 g/L STPD"),
			       "0.01429 kg");
}

static void a_state_goes_only_into_volumes(void)
{
	CU_ASSERT_STRING_EQUAL(result_of(quantity_multiply, "1 L STPD", "5 Pa"),
			       "1 L STPD and 5 Pa cannot be multiplied: a volume in a state goes "
			       "only into what is a volume again, or per volume; cancel the "
			       "volumes first");
	CU_ASSERT_PTR_NOT_NULL(
		strstr(result_of(quantity_multiply, "1 L STPD", "1 L STPD"), "goes only into"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(result_of(quantity_divide, "1 L STPD", "1 m2"), "goes only into"));
}

/*
 * Limits
 */

static const char *limit_refusal(const char *limit_text, const char *value)
{
	struct quantity quantity = q(value);
	struct limit limit;

	if (limit_parse(&limit, limit_text, &err) < 0)
		return err.text;
	return limit_check_dimension(&limit, &quantity, &err) < 0 ? err.text : "taken";
}

static void a_limit_is_asked_of_its_own_state(void)
{
	CU_ASSERT_STRING_EQUAL(limit_refusal(">= 60 L STPD", "61 L STPD"), "taken");
	CU_ASSERT_STRING_EQUAL(limit_refusal("25 .. 30 L/min STPD", "26 L/min STPD"), "taken");
	CU_ASSERT_STRING_EQUAL(limit_refusal(">= 60 L STPD", "61 L BTPS"),
			       "61 L BTPS cannot be compared with the limit '>= 60 L STPD': they "
			       "are in different states; convert one with :at(…)");
	CU_ASSERT_PTR_NOT_NULL(strstr(limit_refusal("± 1 L STPD", "61 L"), "write it behind"));
	CU_ASSERT_PTR_NOT_NULL(strstr(limit_refusal("25 L .. 30 L STPD", "26 L"), "compared"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(limit_refusal("< 1 L STPD or > 2 L BTPS", "1 L STPD"), "go together"));
}

/*
 * Expressions
 */

static const struct quantity *no_reading(void *ctx, uint64_t id)
{
	(void)ctx;
	(void)id;
	return NULL;
}

static const char *value_of(const char *text)
{
	static char shown[96];
	struct quantity result;

	if (expression_evaluate(&result, text, no_reading, NULL, &err) < 0)
		return err.text;
	quantity_print(&result, 6, shown, sizeof(shown));
	return shown;
}

static void expressions_convert(void)
{
	CU_ASSERT_STRING_EQUAL(value_of("stpd([1 L BTPS], [20 °C], [101.325 kPa])"),
			       "0.826097 L STPD");
	CU_ASSERT_STRING_EQUAL(value_of("(btps([1 L STPD], [20 °C], [760 mmHg]) + [1 L BTPS])"),
			       "2.21051 L BTPS");
	CU_ASSERT_STRING_EQUAL(
		value_of("atpd(stpd([1 L ATPD], [20 °C], [1 bar]), [20 °C], [1 bar])"), "1 L ATPD");
}

static void expressions_refuse_what_is_no_conversion(void)
{
	CU_ASSERT_STRING_EQUAL(value_of("stpd([1 L BTPS], [20 °C])"),
			       "at ')' in the expression: expected ',': gas, temperature and "
			       "pressure");
	CU_ASSERT_STRING_EQUAL(value_of("stpd([1 L BTPS], [20 °C], [1 bar], [1 bar])"),
			       "at ', [1 bar])' in the expression: expected ')' behind the "
			       "pressure");
	CU_ASSERT_STRING_EQUAL(value_of("stp([1 L BTPS], [20 °C], [1 bar])"),
			       "at 'stp([1 L BTPS], [20 °C]' in the expression: expected a value");
	CU_ASSERT_PTR_NOT_NULL(strstr(value_of("mean([1 L BTPS], [1 L STPD])"), "averaged"));
	CU_ASSERT_PTR_NOT_NULL(strstr(value_of("max([1 L BTPS], [1 L])"), "write it behind"));
}

void suite_gas_state(void)
{
	suite_begin("gas state");
	claim(a_litre_out_of_the_lung_is_four_fifths_of_one_at_standard);
	claim(a_litre_of_the_room_is_counted_by_its_temperature_and_pressure);
	claim(a_ventilation_at_standard_is_more_in_the_lung);
	claim(the_water_in_the_lung_is_that_of_the_formula);
	claim(what_is_counted_per_volume_goes_the_other_way);
	claim(going_there_and_back_changes_nothing);
	claim(a_change_of_the_room_moves_the_value_as_its_uncertainty_says);
	claim(errors_of_one_logger_in_temperature_and_pressure_cancel);
	claim(a_pressure_in_both_states_counts_once);
	claim(what_cannot_be_converted_is_refused_in_words);
	claim(a_gauge_pressure_is_no_pressure_of_a_room);
	claim(volumes_of_two_states_do_not_mix);
	claim(a_volume_in_a_state_and_one_in_none_do_not_mix);
	claim(scaling_keeps_the_state);
	claim(a_ratio_of_volumes_in_one_state_has_none);
	claim(a_state_goes_only_into_volumes);
	claim(a_limit_is_asked_of_its_own_state);
	claim(expressions_convert);
	claim(expressions_refuse_what_is_no_conversion);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Units and what they are called in events. */
#include <stdio.h>
#include <string.h>

#include "record/uom.h"
#include "tests/claims.h"

static void check_unit(const char *symbol, double number, const char *code, const char *type,
		       double expected)
{
	struct unit unit;
	struct uom uom;
	struct error err;
	double given;

	CU_ASSERT_EQUAL_FATAL(unit_parse(&unit, symbol, &err), 0);
	if (uom_of(&unit, &uom, &err) < 0) {
		printf("        %s: %s\n", symbol, err.text);
		CU_FAIL("a code was expected");
		return;
	}
	CU_ASSERT_STRING_EQUAL(uom.code, code);
	CU_ASSERT_STRING_EQUAL(uom.type, type);
	given = uom_number(&uom, unit_to_si(&unit, number));
	if (given != expected)
		printf("        %s: %.17g where %.17g was expected\n", symbol, given, expected);
	CU_ASSERT_EQUAL(given, expected);
}

static void a_unit_with_a_code_keeps_its_number(void)
{
	check_unit("kPa", 5.2, "KPA", "Pressure", 5.2);
	check_unit("Pa", 412, "PAL", "Pressure", 412);
	check_unit("°C", 41.6, "CEL", "Temperature", 41.6);
	check_unit("℃", 41.6, "CEL", "Temperature", 41.6);
	check_unit("K", 3.5, "KEL", "Temperature", 3.5);
	check_unit("mohm", 78.4, "E45", "Resistance", 78.4);
	check_unit("mAh", 5120, "E09", "ElectricCharge", 5120);
	check_unit("s", 11.8, "SEC", "Time", 11.8);
	check_unit("L/min", 28.4, "L2", "VolumeFlowRate", 28.4);
	check_unit("L/min STPD", 28.4, "L2", "VolumeFlowRate", 28.4);
	check_unit("1", 12, "C62", "Dimensionless", 12);
}

static void shares_are_told_apart_by_what_they_are_shares_of(void)
{
	check_unit("%vol", 1.5, "P1", "VolumeFraction", 1.5);
	check_unit("%RH", 45, "P1", "RelativeHumidity", 45);
	check_unit("%", 95, "P1", "Dimensionless", 95);
	check_unit("ppm", 24, "59", "Dimensionless", 24);
}

static void a_unit_without_a_code_is_given_in_another_of_its_dimension(void)
{
	check_unit("MPa", 20, "PAL", "Pressure", 20e6);
	check_unit("cm", 2, "MMT", "Length", 20);
	check_unit("mL", 500, "LTR", "Volume", 0.5);
	check_unit("d", 15, "SEC", "Time", 15 * 86400.0);
	check_unit("kHz", 1, "HTZ", "Frequency", 1000);
	check_unit("klx", 1.2, "LUX", "Illuminance", 1200);
}

static void a_dimension_without_any_code_is_refused_by_name(void)
{
	static const char *const UNITS[] = {"%LEL", "mV/s", "m^2", "mol"};

	for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++) {
		struct unit unit;
		struct uom uom;
		struct error err;

		CU_ASSERT_EQUAL_FATAL(unit_parse(&unit, UNITS[i], &err), 0);
		CU_ASSERT_EQUAL(uom_of(&unit, &uom, &err), -1);
		CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, UNITS[i]));
	}
}

void suite_uom(void)
{
	suite_begin("what units are called in events");
	claim(a_unit_with_a_code_keeps_its_number);
	claim(shares_are_told_apart_by_what_they_are_shares_of);
	claim(a_unit_without_a_code_is_given_in_another_of_its_dimension);
	claim(a_dimension_without_any_code_is_refused_by_name);
}

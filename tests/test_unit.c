/* SPDX-License-Identifier: Apache-2.0 */
/* Which symbols are units, and what they are worth. */
#include <math.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/unit.h"

static struct unit unit(const char *text)
{
	struct unit made = {.symbol = "refused"};
	struct error err;

	unit_parse(&made, text, &err);
	return made;
}

static const char *refusal(const char *text)
{
	static struct error err;
	struct unit made;

	return unit_parse(&made, text, &err) < 0 ? err.text : "taken";
}

static bool is_worth(const char *text, double scale, const char *coherent)
{
	struct unit made = unit(text), expected = unit(coherent);

	return made.scale == scale && unit_same_dimension(&made, &expected) &&
	       !strcmp(made.symbol, text);
}

static void every_symbol_of_the_standards_has_its_scale(void)
{
	static const struct {
		const char *text;
		double scale;
		const char *coherent;
	} KNOWN[] = {
		{"m", 1, "m"},	     {"mm", 1e-3, "m"},	      {"kg", 1, "kg"},
		{"g", 1e-3, "kg"},   {"mg", 1e-6, "kg"},      {"s", 1, "s"},
		{"ms", 1e-3, "s"},   {"min", 60, "s"},	      {"h", 3600, "s"},
		{"d", 86400, "s"},   {"A", 1, "A"},	      {"mA", 1e-3, "A"},
		{"V", 1, "V"},	     {"mV", 1e-3, "V"},	      {"W", 1, "W"},
		{"mW", 1e-3, "W"},   {"Wh", 3600, "J"},	      {"J", 1, "J"},
		{"Ah", 3600, "C"},   {"mAh", 3.6, "C"},	      {"C", 1, "C"},
		{"Hz", 1, "/s"},     {"kHz", 1e3, "/s"},      {"Pa", 1, "Pa"},
		{"hPa", 1e2, "Pa"},  {"kPa", 1e3, "Pa"},      {"MPa", 1e6, "Pa"},
		{"bar", 1e5, "Pa"},  {"mbar", 1e2, "Pa"},     {"K", 1, "K"},
		{"L", 1e-3, "m^3"},  {"mL", 1e-6, "m^3"},     {"m3", 1, "m^3"},
		{"1", 1, "1"},	     {"%", 1e-2, "1"},	      {"%vol", 1e-2, "1"},
		{"ppm", 1e-6, "1"},  {"%LEL", 1, "%LEL"},     {"ohm", 1, "V/A"},
		{"mΩ", 1e-3, "ohm"}, {"k\u2126", 1e3, "ohm"}, {"mohm", 1e-3, "Ω"},
		{"%RH", 1e-2, "1"},  {"lx", 1, "lx"},	      {"klx", 1e3, "lx"},
	};

	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
		CU_ASSERT(is_worth(KNOWN[i].text, KNOWN[i].scale, KNOWN[i].coherent));
}

/* 760 mmHg is 101.325 kPa to 0.2 ppm; 200 mmH2O is 1961.33 Pa, as facts of 84.303 round it. */
static void heights_of_mercury_and_water_are_pressures(void)
{
	struct unit mercury = unit("mmHg"), water = unit("mmH2O");

	CU_ASSERT(is_worth("mmHg", 133.322387415, "Pa"));
	CU_ASSERT(is_worth("mmH2O", 9.80665, "Pa"));
	CU_ASSERT(is_worth("cmH2O", 98.0665, "Pa"));
	CU_ASSERT(is_worth("mmH2O/s", 9.80665, "Pa/s"));
	CU_ASSERT(fabs(unit_to_si(&mercury, 760) - 101325) < 0.02);
	CU_ASSERT(fabs(unit_to_si(&water, 200) - 1961.33) < 1e-9);
}

static void water_is_only_a_column_of_it(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("H2O"), "'H2O' is not a unit that is known here");
	CU_ASSERT_STRING_EQUAL(refusal("mH2O"), "'mH2O' is not a unit that is known here");
	CU_ASSERT_STRING_EQUAL(refusal("mmH2"), "'mmH' is not a unit that is known here");
	CU_ASSERT_STRING_EQUAL(refusal("mmH2OPa"), "'mmH2OPa' is not a unit that is known here");
}

static void a_volume_may_say_its_state(void)
{
	static const char *const TEXTS[] = {"L STPD",	 "L/min BTPS", "mL ATPD",
					    "m3/h STPD", "g/L STPD",   "L/g STPD"};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		struct unit stated = unit(TEXTS[i]);

		CU_ASSERT_STRING_EQUAL(stated.symbol, TEXTS[i]);
		CU_ASSERT(stated.state != 0 && unit_has_volume(&stated));
	}
	CU_ASSERT_EQUAL(unit("L/min BTPS").state, GAS_BTPS);
	CU_ASSERT_EQUAL(unit(" L  STPD ").state, GAS_STPD);
	CU_ASSERT_EQUAL(unit("L/min").state, 0);
	CU_ASSERT_EQUAL(unit("L/min BTPS").scale, unit("L/min").scale);
}

static void a_state_out_of_its_place_is_refused(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("Pa STPD"),
			       "unit 'Pa STPD': STPD is a state of a gas volume, and there is no "
			       "volume in it");
	CU_ASSERT_STRING_EQUAL(refusal("STPD/min"),
			       "unit 'STPD/min': the state STPD stands once, last, and after a "
			       "blank, as in \"L/min STPD\"");
	static const char *const TEXTS[] = {"STPD",    " STPD",	     "L STPD/min", "L STPD BTPS",
					    "LSTPD",   "L·STPD",     "L/STPD",	   "L stpd",
					    "L STP",   "L STPDs",    "L STPD2",	   "% STPD",
					    "m2 ATPD", "1/L^2 ATPD", "L/L STPD",   "°C STPD"};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
		CU_ASSERT_STRING_NOT_EQUAL(refusal(TEXTS[i]), "taken");
}

static void units_of_one_kind_agree_in_dimension_and_state(void)
{
	struct unit stpd = unit("L STPD"), small = unit("mL STPD"), btps = unit("L BTPS"),
		    none = unit("L"), pascal = unit("Pa");

	CU_ASSERT(unit_same_kind(&stpd, &small) && !unit_mismatch(&stpd, &small));
	CU_ASSERT(!unit_same_kind(&stpd, &btps) && unit_mismatch(&stpd, &btps));
	CU_ASSERT(!unit_same_kind(&stpd, &none) && unit_mismatch(&none, &stpd));
	CU_ASSERT_STRING_EQUAL(unit_mismatch(&stpd, &pascal),
			       "their units measure different things");
}

static void a_state_is_put_where_there_is_room_for_it(void)
{
	struct unit made = unit("L/min BTPS"), long_one = unit("kg^-1 K^-1 mol^-1 m3");

	CU_ASSERT(unit_put_state(&made, GAS_STPD));
	CU_ASSERT_STRING_EQUAL(made.symbol, "L/min STPD");
	CU_ASSERT(!unit_put_state(&long_one, GAS_STPD));
	CU_ASSERT_EQUAL(long_one.state, 0);
	CU_ASSERT_STRING_EQUAL(long_one.symbol, "kg^-1 K^-1 mol^-1 m3");
}

static const char *next_piece(unsigned *seed)
{
	static const char *const PIECES[] = {
		"L",  "m",    "Pa",  "g", "min", "STPD", "ATPD", "BTPS", "STP",	 "°C",	"mmH2O",
		"Ah", "%vol", "H2O", "s", " ",	 " ",	 " ",	 " ",	 "/",	 "·",	"^",
		"-",  "2",    "3",   "9", "²",	 "³",	 "1",	 "k",	 "\xc2", "ohm", "mmHg",
	};

	*seed = *seed * 1664525u + 1013904223u;
	return PIECES[(*seed >> 16) % (sizeof(PIECES) / sizeof(PIECES[0]))];
}

/* Texts of the grammar's own pieces in any order: refused with a sentence, or read back as they are. */
static void any_text_is_refused_or_reads_back(void)
{
	unsigned seed = 3, taken = 0, stated = 0;

	for (int i = 0; i < 200000; i++) {
		struct unit first, again;
		struct error err = {.text = ""};
		char text[64] = "L STPD";

		for (size_t pieces = (size_t)(i % 7); pieces > 0; pieces--)
			strcat(pieces == (size_t)(i % 7) ? strcpy(text, "") : text,
			       next_piece(&seed));
		if (unit_parse(&first, text, &err) < 0) {
			CU_ASSERT_FATAL(err.text[0] != '\0');
			continue;
		}
		CU_ASSERT_FATAL(unit_parse(&again, first.symbol, &err) == 0);
		CU_ASSERT_FATAL(unit_same_kind(&first, &again) && first.scale == again.scale);
		CU_ASSERT_FATAL(!first.state || unit_has_volume(&first));
		taken++;
		stated += first.state != 0;
	}
	CU_ASSERT(taken > 1000 && stated > 100);
}

static void both_characters_for_micro_are_micro(void)
{
	CU_ASSERT(is_worth("\u00b5s", 1e-6, "s"));
	CU_ASSERT(is_worth("\u03bcs", 1e-6, "s"));
}

static void litres_may_be_small(void)
{
	CU_ASSERT(is_worth("l/min", 1.0 / 60000, "m^3/s"));
	CU_ASSERT(is_worth("L/min", 1.0 / 60000, "m^3/s"));
}

static void products_quotients_and_powers_compose(void)
{
	CU_ASSERT(is_worth("A h", 3600, "C"));
	CU_ASSERT(is_worth("A·h", 3600, "C"));
	CU_ASSERT(is_worth("mV/s", 1e-3, "V/s"));
	CU_ASSERT(is_worth("/min", 1.0 / 60, "Hz"));
	CU_ASSERT(is_worth("1/min", 1.0 / 60, "Hz"));
	CU_ASSERT(is_worth("cm^3", 1e-6, "m3"));
	CU_ASSERT(is_worth("m³", 1, "m3"));
	CU_ASSERT(is_worth("kg m^-1 s^-2", 1, "Pa"));
}

static void nothing_and_blanks_are_the_number_one(void)
{
	CU_ASSERT_STRING_EQUAL(unit("").symbol, "1");
	CU_ASSERT_STRING_EQUAL(unit("  ").symbol, "1");
	CU_ASSERT_STRING_EQUAL(unit(" Pa ").symbol, "Pa");
	CU_ASSERT(unit_is_plain(&(struct unit){.scale = 1}));
}

static void an_unknown_unit_is_named(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("L/parsec"), "'parsec' is not a unit that is known here");
}

static void a_prefix_is_taken_only_where_it_is_in_use(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("cA"), "'cA' is not a unit that is known here");
	CU_ASSERT_STRING_EQUAL(refusal("mmin"), "'mmin' is not a unit that is known here");
	CU_ASSERT_STRING_EQUAL(refusal("k"), "'k' is not a unit that is known here");
}

static void percent_of_reading_is_no_unit(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("%rd"), "'%rd' is not a unit that is known here");
}

static void what_can_be_read_in_two_ways_is_refused(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("J/kg K"),
			       "unit 'J/kg K': one unit may follow one '/'; write the others with "
			       "negative powers, as m^-1");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("L/min/m"), "taken");
	CU_ASSERT_STRING_EQUAL(refusal("m3s"), "unit 'm3s': a blank is missing before 's'");
}

static void broken_texts_are_refused(void)
{
	CU_ASSERT_STRING_EQUAL(refusal("L/"), "unit 'L/': a symbol is missing before its end");
	CU_ASSERT_STRING_EQUAL(refusal("m^"),
			       "unit 'm^': a power is a whole number from -9 to 9, not 0");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("m^0"), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("m^12"), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("12"), "taken");
	CU_ASSERT_STRING_EQUAL(refusal("m m m m m m m m m m m m m"),
			       "a unit takes at most 23 bytes, this one has 25");
	CU_ASSERT_STRING_EQUAL(refusal("L^9 L^9 L^9 L^9 L^9"),
			       "unit 'L^9 L^9 L^9 L^9 L^9': its powers add up too high");
}

static void degrees_stand_alone(void)
{
	struct unit degree = unit("°C"), one_character = unit("℃");

	CU_ASSERT(unit_is_point(&degree));
	CU_ASSERT_EQUAL(degree.offset, 273.15);
	CU_ASSERT(unit_is_point(&one_character));
	CU_ASSERT_STRING_EQUAL(refusal("°C/min"),
			       "unit '°C/min': °C is a point on a scale; write a "
			       "difference in K");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("1/°C"), "taken");
	CU_ASSERT_STRING_NOT_EQUAL(refusal("°C^2"), "taken");
}

static const char *coherent(const char *text)
{
	static struct unit made;

	made = unit_coherent(unit(text).dimension);
	return made.symbol;
}

static void the_coherent_unit_has_the_name_in_use(void)
{
	CU_ASSERT_STRING_EQUAL(coherent("kPa"), "Pa");
	CU_ASSERT_STRING_EQUAL(coherent("A h"), "C");
	CU_ASSERT_STRING_EQUAL(coherent("V/A"), "Ω");
	CU_ASSERT_STRING_EQUAL(coherent("%vol"), "1");
	CU_ASSERT_STRING_EQUAL(coherent("g"), "kg");
	CU_ASSERT_STRING_EQUAL(coherent("L/min"), "m^3/s");
	CU_ASSERT_STRING_EQUAL(coherent("Hz"), "/s");
	CU_ASSERT_STRING_EQUAL(coherent("mV/s"), "m^2 kg s^-4 A^-1");
	CU_ASSERT_STRING_EQUAL(coherent("°C"), "K");
}

static void every_composed_symbol_is_read_back_as_its_dimension(void)
{
	static const char *const TEXTS[] = {"L/min",  "mV/s", "/min",	  "kg m^-1",
					    "%LEL/s", "m^-2", "mol m^-3", "K/min",
					    "s^2",    "Pa s", "lx/V"};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		struct unit first = unit(TEXTS[i]);
		struct unit again = unit(unit_coherent(first.dimension).symbol);

		CU_ASSERT(unit_same_dimension(&first, &again));
		CU_ASSERT_EQUAL(again.scale, 1);
	}
}

static void a_dimension_too_rich_for_a_symbol_has_none(void)
{
	const signed char dimension[UNIT_DIMENSIONS] = {-11, -11, -11, -11, -11, -11, -11};
	const signed char ninth[UNIT_DIMENSIONS] = {9}, tenth[UNIT_DIMENSIONS] = {10};

	CU_ASSERT_STRING_EQUAL(unit_coherent(dimension).symbol, "");
	CU_ASSERT_STRING_EQUAL(unit_coherent(ninth).symbol, "m^9");
	CU_ASSERT_STRING_EQUAL(unit_coherent(tenth).symbol, ""); /* it would not be read back */
}

static void the_same_value_in_two_units_is_the_same_double(void)
{
	struct unit mV = unit("mV"), kPa = unit("kPa"), per_minute = unit("/min");

	for (int i = 1; i < 1000; i++)
		CU_ASSERT_EQUAL(unit_to_si(&mV, i), i / 1000.0);
	CU_ASSERT_EQUAL(unit_to_si(&kPa, 0.03), 30);
	CU_ASSERT_EQUAL(unit_to_si(&per_minute, 20), 20.0 / 60);
	CU_ASSERT_EQUAL(unit_from_si(&per_minute, 0.5), 30);
}

void suite_unit(void)
{
	suite_begin("unit");
	claim(every_symbol_of_the_standards_has_its_scale);
	claim(heights_of_mercury_and_water_are_pressures);
	claim(water_is_only_a_column_of_it);
	claim(a_volume_may_say_its_state);
	claim(a_state_out_of_its_place_is_refused);
	claim(units_of_one_kind_agree_in_dimension_and_state);
	claim(a_state_is_put_where_there_is_room_for_it);
	claim(any_text_is_refused_or_reads_back);
	claim(both_characters_for_micro_are_micro);
	claim(litres_may_be_small);
	claim(products_quotients_and_powers_compose);
	claim(nothing_and_blanks_are_the_number_one);
	claim(an_unknown_unit_is_named);
	claim(a_prefix_is_taken_only_where_it_is_in_use);
	claim(percent_of_reading_is_no_unit);
	claim(what_can_be_read_in_two_ways_is_refused);
	claim(broken_texts_are_refused);
	claim(degrees_stand_alone);
	claim(the_coherent_unit_has_the_name_in_use);
	claim(every_composed_symbol_is_read_back_as_its_dimension);
	claim(a_dimension_too_rich_for_a_symbol_has_none);
	claim(the_same_value_in_two_units_is_the_same_double);
}

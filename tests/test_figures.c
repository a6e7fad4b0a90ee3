/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures that others worked out, worked out again in the language of the scripts: the real davy-lua
 * calculates, its expression is evaluated as the controller does, and the result is the figure as
 * printed, to half of its last digit. The figures are those of the facts on self-rescuers (A7, C1, C2,
 * C4, C6, C8) and on batteries (C, runs and scaling); what is put in is IUPAC's molar masses and
 * CODATA's molar volume, 22.414 L/mol at 0 °C and 101.325 kPa.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/cell.h"
#include "tests/claims.h"
#include "verdict/expression.h"

#define CHEMISTRY                                                                                  \
	"local ko2, o2, co2 = q'71.096 g/mol', q'31.998 g/mol', q'44.009 g/mol'\n"                 \
	"local molar = q'22.414 L/mol STPD'\n"                                                     \
	"local h = { ko2 = q'-284.9 kJ/mol', k2co3 = q'-1151.0 kJ/mol', koh = q'-424.6 kJ/mol',\n" \
	"            co2 = q'-393.5 kJ/mol', h2o = q'-241.8 kJ/mol' }\n"

struct figure {
	const char *calculated; /* Lua */
	const char *unit;
	double printed, half_digit;
};

static const struct quantity *no_reading(void *ctx, uint64_t id)
{
	(void)ctx;
	(void)id;
	return NULL;
}

/* What stands between 'from':' and the next ' of the measure. */
static bool expression_of(struct cell *cell, char *text, size_t size)
{
	static const char BEFORE[] = "'from':'";
	const char *from = strstr(cell_said(cell, FRAME_MEASURE, 0), BEFORE);

	if (!from)
		return false;
	from += strlen(BEFORE);
	snprintf(text, size, "%.*s", (int)strcspn(from, "'"), from);
	return true;
}

static bool is_printed(const char *given, const struct figure *figure)
{
	char body[1024], text[2048];
	struct quantity result;
	struct unit unit;
	struct error err = {.text = "no measure was taken"};

	snprintf(body, sizeof(body), "%sm.x = %s", given, figure->calculated);
	struct cell *cell = cell_run(body);
	bool taken = expression_of(cell, text, sizeof(text)) &&
		     expression_evaluate(&result, text, no_reading, NULL, &err) == 0 &&
		     unit_parse(&unit, figure->unit, &err) == 0;
	cell_free(cell);
	if (taken && fabs(quantity_in(&result, &unit) - figure->printed) <= figure->half_digit)
		return true;
	printf("\n        %s is %.8g, not %g %s (%s)\n", figure->calculated,
	       taken ? quantity_in(&result, &unit) : NAN, figure->printed, figure->unit, err.text);
	return false;
}

static void check_all(const char *given, const struct figure *figures, size_t count)
{
	for (size_t i = 0; i < count; i++)
		CU_ASSERT(is_printed(given, &figures[i]));
}

#define CHECK(given, figures) check_all(given, figures, sizeof(figures) / sizeof(figures[0]))

/* R1 4KO2 + 2CO2 = 2K2CO3 + 3O2; R5 4KO2 + 4CO2 + 2H2O = 4KHCO3 + 3O2. C1. */
static void a_gram_of_superoxide_gives_and_takes_as_its_formulas_say(void)
{
	static const struct figure FIGURES[] = {
		{"3 * o2 / (4 * ko2)", "1", 0.338, 0.0005},
		{"2 * co2 / (4 * ko2)", "1", 0.310, 0.0005},
		{"3 * molar / (4 * ko2)", "L/g STPD", 0.2364, 0.00006},
		{"2 * molar / (4 * ko2)", "L/g STPD", 0.158, 0.0005},
		{"4 * molar / (4 * ko2)", "L/g STPD", 0.315, 0.0005},
		{"q'1.15 L/min STPD' * q'30 min' / (2 * molar / (4 * ko2))", "g", 219, 0.5},
		{"q'1.15 L/min STPD' * q'45 min' / (2 * molar / (4 * ko2))", "g", 328, 0.5},
		{"q'1.15 L/min STPD' * q'60 min' / (2 * molar / (4 * ko2))", "g", 438, 0.5},
	};

	CHECK(CHEMISTRY, FIGURES);
}

/* Formation values to heats of reaction, and to watts at a flow counted at standard. C1, C4. */
static void heats_of_reaction_follow_from_formation(void)
{
	static const struct figure FIGURES[] = {
		{"(2 * h.k2co3 - 4 * h.ko2 - 2 * h.co2) / 2", "kJ/mol", -187.7, 0.05},
		{"(4 * h.koh - 4 * h.ko2 - 2 * h.h2o) / 2", "kJ/mol", -37.6, 0.05},
		{"h.k2co3 + h.h2o - 2 * h.koh - h.co2", "kJ/mol", -150.1, 0.05},
		{"q'187.7 kJ/mol' * (q'1.15 L/min STPD' / molar)", "W", 160, 0.6},
	};

	CHECK(CHEMISTRY, FIGURES);
}

/* 42 CFR 84.304 table 2 and 84.303 table 1, A7; q(t) = pi Ve sin(2 pi f t), C2. */
static void work_rates_give_tidal_volumes_quotients_and_peaks(void)
{
	static const struct figure FIGURES[] = {
		{"q'55 L/min STPD' / q'22 /min'", "L STPD", 2.50, 0.005},
		{"q'44 L/min STPD' / q'20 /min'", "L STPD", 2.20, 0.005},
		{"q'30 L/min STPD' / q'18 /min'", "L STPD", 1.67, 0.005},
		{"q'2.50 L/min STPD' / q'2.50 L/min STPD'", "1", 1.00, 0.005},
		{"q'1.80 L/min STPD' / q'2.00 L/min STPD'", "1", 0.90, 0.005},
		{"q'1.15 L/min STPD' / q'1.35 L/min STPD'", "1", 0.85, 0.005},
		{"math.pi * q'30 L/min BTPS'", "L/min BTPS", 94, 0.5},
		{"math.pi * q'55 L/min BTPS'", "L/min BTPS", 173, 0.5},
		{"math.pi * q'65 L/min BTPS'", "L/min BTPS", 204, 0.5},
		{"q'200 mmH2O'", "Pa", 1961, 0.5},
		{"q'-300 mmH2O'", "Pa", -2942, 0.5},
	};

	CHECK("", FIGURES);
}

/* C6: the leak of 1 L at 80 Pa in 15 s, what 0.1 K does to it; C8: a cylinder that is drawn from. */
static void leaks_and_cylinders_follow_from_pressure(void)
{
	static const struct figure FIGURES[] = {
		{"q'1 L' * (q'80 Pa' / q'15 s') / q'101.325 kPa'", "mL/min", 3.2, 0.05},
		{"q'101.325 kPa' * (q'23.1 °C' - q'23 °C') / (q'23 °C' - q'-273.15 °C')", "Pa", 34,
		 0.5},
		{"q'80 Pa' / q'101.325 kPa' * (q'23 °C' - q'-273.15 °C')", "K", 0.23, 0.005},
		{"q'1.2 L/min' * q'101.325 kPa' / q'0.40 L'", "MPa/min", 0.304, 0.0005},
		{"q'1.4 L/min' * q'101.325 kPa' / q'0.38 L'", "MPa/min", 0.373, 0.0005},
	};

	CHECK("", FIGURES);
}

/* Currents by times are the model's capacities; R Q = 0.1 ohm A h scales a cell's resistance. */
static void capacities_follow_from_currents_and_times(void)
{
	static const struct figure FIGURES[] = {
		{"0.2 * q'5 Ah' / q'1 h' * q'17742 s'", "Ah", 4.928, 0.0005},
		{"0.5 * q'5 Ah' / q'1 h' * q'7080 s'", "Ah", 4.917, 0.0005},
		{"q'5 A' * q'3530 s'", "A h", 4.903, 0.0005},
		{"q'5 A' * q'3484 s'", "Ah", 4.839, 0.0005},
		{"0.2 * q'2.3 Ah' / q'1 h' * q'17991 s'", "mAh", 2299, 0.5},
		{"q'0.1 ohm' * q'1 Ah' / q'5 Ah'", "mohm", 20, 0.5},
		{"q'10 J' / q'1 K' / q'1 Ah' * q'5 Ah'", "J/K", 50, 0.5},
		{"q'0.00531 m^2' * (q'10 W' / q'1 m^2' / q'1 K')", "W/K", 0.0531, 0.00005},
	};

	CHECK("", FIGURES);
}

/* Ve of 84.304 is counted at standard; the machine moves lung gas: 30 / 0.826097 at 101.325 kPa. */
static void a_machine_moves_more_than_its_standard_litres(void)
{
	static const struct figure FIGURES[] = {
		{"q'30 L/min STPD':at('BTPS', room)", "L/min BTPS", 36.3154, 0.0005},
		{"q'30 L/min STPD':at('BTPS', room):at('STPD', room)", "L/min STPD", 30, 1e-12},
		{"q'2.5 L BTPS':at('STPD', room) / q'2.5 L STPD'", "1", 0.826097, 1e-6},
	};

	CHECK("local room = { temperature = '23 °C', pressure = '760 mmHg' }\n", FIGURES);
}

/* What a script gets wrong is told at its line. */
static void says(const char *body, const char *sentence)
{
	struct cell *cell = cell_run(body);

	CU_ASSERT(cell_failed(cell, "script", sentence));
	cell_free(cell);
}

static void at_needs_a_state_and_the_whole_room(void)
{
	says("m.x = q'1 L BTPS':at('STP', {})", "t.lua:10: 'STP' is no state of a gas: STPD, ATPD");
	says("m.x = q'1 L BTPS':at('STPD', { temperature = '20 °C' })", "the pressure is missing");
	says("m.x = q'1 L BTPS':at('STPD', { pressure = '1 bar' })", "the temperature is missing");
	says("m.x = q'1 L BTPS':at('STPD', { temperature = '20 °C', pressure = '1 bar', wet = 1 })",
	     "it does not know 'wet'");
	says("m.x = q'1 L BTPS':at('STPD')",
	     "t.lua:10: at takes a state and { temperature = …, pressure = … } of the room");
	says("m.x = q'1 L BTPS':at('STPD', { temperature = 20, pressure = '1 bar' })",
	     "the temperature of the room is 20; it must be one in °C");
	says("m.x = q'1 L':at('STPD', { temperature = '20 °C', pressure = '1 bar' })",
	     "1 L is in no state that it could be converted from");
}

static void states_do_not_mix_in_a_script(void)
{
	says("m.x = q'1 L BTPS' + q'1 L STPD'", "t.lua:10: 1 L BTPS and 1 L STPD cannot be added");
	says("m.x = q.mean { q'1 L BTPS', q'1 L' }", "write it behind the unit");
	says("if q'1 L BTPS' > '1 L STPD' then m.x = q'1 Pa' end", "convert one with :at(…)");
	says("print(q'1 L BTPS':number('L'))", "is not a quantity in L");
	says("m.x = q'1 L BTPD'", "'BTPD' is not a unit that is known here");
}

void suite_figures(void)
{
	suite_begin("figures from outside");
	claim(a_gram_of_superoxide_gives_and_takes_as_its_formulas_say);
	claim(heats_of_reaction_follow_from_formation);
	claim(work_rates_give_tidal_volumes_quotients_and_peaks);
	claim(leaks_and_cylinders_follow_from_pressure);
	claim(capacities_follow_from_currents_and_times);
	claim(a_machine_moves_more_than_its_standard_litres);
	claim(at_needs_a_state_and_the_whole_room);
	claim(states_do_not_mix_in_a_script);
}

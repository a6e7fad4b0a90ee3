/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The battery bench's world in the real davy-lua, against the figures that the fact sheet on batteries
 * (C.3) computed from PyBaMM's tables and equations with another program, and its protection board
 * against the rules of C.4: a trip after its delay, a release at its own threshold.
 *
 *   case                                                  C.3                     here
 *   NMC 5 Ah, 20 mΩ, 20 °C, 0.2 C to 2.75 V     4.928 Ah 17742 s 20.5 °C    4.928 17742 20.5
 *   0.5 C                                       4.917 Ah  7080 s 22.8 °C    4.917  7080 22.8
 *   1 C                                         4.903 Ah  3530 s 29.1 °C    4.903  3530 29.1
 *   1 C at -20 °C                               4.839 Ah  3484 s  0.9 °C    4.839  3484  0.9
 *   LFP 2.3 Ah, 21.75 mΩ, 0.2 C to 2.0 V        2.299 Ah 17991 s            2.299 17991
 *   1 C                                         2.295 Ah  3592 s 22.5 °C    2.295  3592 22.6
 *   DCIR at half charge, 20 °C                  9.77 mΩ                     9.77
 *   short through 30 mΩ at 55 °C                121 A, 170 °C at 161 s      121 A, 160 s
 *
 * The sheet does not say how an LFP cell or a shorted one sheds its heat: there the last digit differs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "tests/cell.h"
#include "tests/claims.h"

static const char PROBE[] =
	"return simulator { id = 'probe', bus = 'line', answers = {\n"
	"  { 'LOAD {number}', function(w, a) w.load.current, w.load.on = a, a > 0 return 'OK' end "
	"},\n"
	"  { 'SUPPLY {number} {number}', function(w, v, a)\n"
	"    w.supply.voltage, w.supply.current, w.supply.on = v, a, a > 0 return 'OK' end },\n"
	"  { 'SOC {number}', function(w, soc) w.cell.soc = soc return 'OK' end },\n"
	"  { 'LOOK', function(w)\n"
	"    return ('%.6f %.6f %.6f %.6f %.6f'):format(w.cell.soc, w.cell.celsius,\n"
	"      w.meters.cell_meter.voltage, w.meters.ammeter.current, w.cell.ah) end },\n"
	"} }\n";

struct battery {
	struct cell *cell;
	int64_t now;
	double soc, celsius, volts, amperes, ah;
};

static const char *ask(struct battery *battery, int index, const char *captures)
{
	char *json = xprintf("{'device': 'probe', 'op': 'answer', 'index': %d, 'captures': [%s]}",
			     index, captures);

	cell_send(battery->cell, FRAME_ASK, 1, json);
	free(json);
	const struct frame *answer = cell_frame(battery->cell, FRAME_ANSWER, 0);
	const char *text = answer ? value_get_text(answer->payload, "text") : NULL;
	CU_ASSERT_FATAL(text != NULL);
	return text;
}

static void look(struct battery *battery)
{
	CU_ASSERT_FATAL(sscanf(ask(battery, 4, ""), "%lf %lf %lf %lf %lf", &battery->soc,
			       &battery->celsius, &battery->volts, &battery->amperes,
			       &battery->ah) == 5);
}

static void advance(struct battery *battery, double seconds)
{
	int64_t to = battery->now + (int64_t)llround(seconds * 1e9);

	while (battery->now < to) {
		char *json = xprintf("{'to': %lld}", (long long)to);

		cell_send(battery->cell, FRAME_ADVANCE, 0, json);
		free(json);
		const struct frame *out = cell_frame(battery->cell, FRAME_OUT, 0);
		CU_ASSERT_FATAL(out != NULL);
		battery->now = value_get_int(out->payload, "reached", 0);
	}
	look(battery);
}

static void lines(struct battery *battery, const char *levels)
{
	char *json = xprintf("{'lines': {%s}}", levels);

	cell_send(battery->cell, FRAME_LINES, 0, json);
	free(json);
}

static void add_source(struct cell *cell, const char *name)
{
	char *path = xprintf("fixtures/battery_bench/%s", name);
	struct buf text;
	struct error err;

	buf_init(&text);
	CU_ASSERT_FATAL(file_read(path, 65536, &text, &err) == 0);
	cell_add_source(cell, name, text.data);
	buf_done(&text);
	free(path);
}

/* `outputs` are the lines that are on. */
static struct battery battery_new(const char *dut, const char *outputs)
{
	struct battery battery = {.cell = cell_start()};
	char *start = xprintf("{'mode': 'world', 'world': 'world.lua', 'simulators': {'probe': "
			      "'p.lua'}, 'seed': 1, 'severity': 1.0, 'dut': {%s}, 'inputs': "
			      "['door', 'clear', 'estop', 'surge', 'smoke_head', 'flame', "
			      "'panel'], 'outputs': {%s}}",
			      dut, outputs);

	add_source(battery.cell, "world.lua");
	add_source(battery.cell, "world/battery.lua");
	add_source(battery.cell, "world/references.lua");
	cell_add_source(battery.cell, "p.lua", PROBE);
	cell_send(battery.cell, FRAME_START, 0, start);
	free(start);
	return battery;
}

static void battery_done(struct battery *battery)
{
	cell_free(battery->cell);
}

#define BARE "'bunker': true, 'load_relay': true"
#define NMC "'exactly': '5 Ah', 'stored': '100 %', 'room': '20 °C'"
#define LFP "'chemistry': 'LFP', 'exactly': '2.3 Ah', 'stored': '100 %', 'room': '20 °C'"

/* ---- the cell ---- */

/* A row of C.3: discharged from full; hours to a tenth of a second would be more than it says. */
static void check_discharge(const char *dut, double amperes, double to, double ah, double seconds,
			    double celsius, double within)
{
	struct battery battery = battery_new(dut, BARE);
	char *current = xprintf("%.3f", amperes);

	ask(&battery, 1, current);
	for (advance(&battery, 20); battery.volts > to + 0.4;)
		advance(&battery, 20);
	while (battery.volts > to)
		advance(&battery, 1);

	CU_ASSERT_DOUBLE_EQUAL((1 - battery.soc) * battery.ah, ah, 0.0011);
	CU_ASSERT_DOUBLE_EQUAL((double)battery.now / 1e9, seconds, 2.5);
	CU_ASSERT_DOUBLE_EQUAL(battery.celsius, celsius, within);
	free(current);
	battery_done(&battery);
}

static void an_nmc_cell_delivers_what_the_reference_does(void)
{
	check_discharge(NMC, 1, 2.75, 4.928, 17742, 20.5, 0.06);
	check_discharge(NMC, 2.5, 2.75, 4.917, 7080, 22.8, 0.06);
	check_discharge(NMC, 5, 2.75, 4.903, 3530, 29.1, 0.06);
}

static void a_cold_cell_warms_itself_as_the_reference_does(void)
{
	check_discharge("'exactly': '5 Ah', 'stored': '100 %', 'room': '-20 °C'", 5, 2.75, 4.839,
			3484, 0.9, 0.06);
}

static void an_lfp_cell_delivers_what_the_reference_does(void)
{
	check_discharge(LFP, 0.46, 2.0, 2.299, 17991, 20.1, 0.06);
	check_discharge(LFP, 2.3, 2.0, 2.295, 3592, 22.5, 0.15);
}

/* (U1 - U2) / (I2 - I1) after 10 s with 0.2 C and 1 s with 1 C. */
static void the_resistance_between_two_currents_is_the_reference_s(void)
{
	struct battery battery =
		battery_new("'exactly': '5 Ah', 'stored': '50 %', 'room': '20 °C'", BARE);

	ask(&battery, 1, "1.0");
	advance(&battery, 10);
	double before = battery.volts;
	ask(&battery, 1, "5.0");
	advance(&battery, 1);

	CU_ASSERT_DOUBLE_EQUAL((before - battery.volts) / 4 * 1000, 9.77, 0.02);
	battery_done(&battery);
}

static void a_shorted_cell_gives_the_reference_s_current_and_heat(void)
{
	struct battery battery = battery_new(
		"'exactly': '5 Ah', 'stored': '100 %', 'room': '55 °C'", "'bunker': true");

	lines(&battery, "'short': true");
	advance(&battery, 0.1);
	CU_ASSERT_DOUBLE_EQUAL(-battery.amperes, 121, 0.6);
	while (battery.celsius < 170 && battery.now < 300 * (int64_t)1000000000)
		advance(&battery, 1);

	CU_ASSERT_DOUBLE_EQUAL((double)battery.now / 1e9, 161, 0.03 * 161);
	battery_done(&battery);
}

/* 6.6 Ah on the label are 6.6 x 1.06 in a fresh cell; of those an LFP cell has 65 % at -10 °C, an NMC
 * cell 60 % at -20 °C, and 80 % half-way to 20 °C. */
static void the_cold_takes_charge_away(void)
{
	static const struct {
		const char *dut;
		double share;
	} CASES[] = {
		{"'room': '20 °C'", 1},	    {"'room': '-20 °C'", 0.60},
		{"'room': '0 °C'", 0.80},   {"'chemistry': 'LFP', 'room': '-10 °C'", 0.65},
		{"'room': '-40 °C'", 0.60}, {"'chemistry': 'LFP', 'room': '25 °C'", 1},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct battery battery = battery_new(CASES[i].dut, "");

		look(&battery);
		CU_ASSERT_DOUBLE_EQUAL(battery.ah, 6.6 * 1.06 * CASES[i].share, 1e-5);
		battery_done(&battery);
	}
}

/* ---- the protection board ---- */

#define PACK "'stored': '99 %', 'over_charge': '4.299 .. 4.301 V', 'charge_release': '4.1 .. 4.1 V'"

static void an_over_charge_shorter_than_its_delay_does_not_trip(void)
{
	struct battery battery = battery_new(PACK, "'main': true, 'supply_relay': true");

	/* 6.6 A over R0 of some 6 mΩ lift a cell of 4.27 V over 4.30 V at once */
	ask(&battery, 3, "1.04");
	ask(&battery, 2, "6.0, 6.6");
	advance(&battery, 0.8);
	CU_ASSERT(battery.volts > 4.301);
	CU_ASSERT_DOUBLE_EQUAL(battery.amperes, 6.6, 1e-9);
	ask(&battery, 2, "0.0, 0.0");
	advance(&battery, 2);
	ask(&battery, 2, "6.0, 0.1");
	advance(&battery, 0.5);
	CU_ASSERT_DOUBLE_EQUAL(battery.amperes, 0.1, 1e-9); /* it still conducts */

	ask(&battery, 2, "6.0, 6.6");
	advance(&battery, 1.5);
	CU_ASSERT_EQUAL(battery.amperes, 0);
	battery_done(&battery);
}

static void an_over_charged_pack_is_charged_again_below_its_release(void)
{
	struct battery battery = battery_new(PACK, "'main': true, 'supply_relay': true");

	ask(&battery, 3, "1.04");
	ask(&battery, 2, "6.0, 6.6");
	advance(&battery, 3);
	ask(&battery, 2, "0.0, 0.0");
	ask(&battery, 3, "0.92"); /* 4.1029 V by the table */
	advance(&battery, 200);
	ask(&battery, 2, "6.0, 0.1");
	advance(&battery, 1);
	CU_ASSERT_EQUAL(battery.amperes, 0);

	ask(&battery, 2, "0.0, 0.0");
	ask(&battery, 3, "0.90"); /* 4.0967 V */
	advance(&battery, 2);
	ask(&battery, 2, "6.0, 0.1");
	advance(&battery, 1);
	CU_ASSERT_DOUBLE_EQUAL(battery.amperes, 0.1, 1e-9);
	battery_done(&battery);
}

static void an_over_current_is_cut_off_until_the_load_is_gone(void)
{
	struct battery battery = battery_new("'stored': '80 %', 'over_current': '12 .. 12 A'",
					     "'main': true, 'load_relay': true");

	ask(&battery, 1, "11.9");
	advance(&battery, 1);
	CU_ASSERT_DOUBLE_EQUAL(-battery.amperes, 11.9, 1e-9);
	ask(&battery, 1, "12.1");
	advance(&battery, 60);
	CU_ASSERT_EQUAL(battery.amperes, 0); /* and it stays so while the load is there */

	ask(&battery, 1, "0.0");
	advance(&battery, 1);
	ask(&battery, 1, "2.0");
	advance(&battery, 1);
	CU_ASSERT_DOUBLE_EQUAL(-battery.amperes, 2, 1e-9);
	battery_done(&battery);
}

void suite_battery_world(void)
{
	suite_begin("battery_world");
	claim(an_nmc_cell_delivers_what_the_reference_does);
	claim(a_cold_cell_warms_itself_as_the_reference_does);
	claim(an_lfp_cell_delivers_what_the_reference_does);
	claim(the_resistance_between_two_currents_is_the_reference_s);
	claim(a_shorted_cell_gives_the_reference_s_current_and_heat);
	claim(the_cold_takes_charge_away);
	claim(an_over_charge_shorter_than_its_delay_does_not_trip);
	claim(an_over_charged_pack_is_charged_again_below_its_release);
	claim(an_over_current_is_cut_off_until_the_load_is_gone);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The KO2 model of the breathing bench against figures from outside it: the stoichiometry and heats of
 * the reactions, the breathing machine's formulas, psychrometry, and the table of runs that the fact
 * sheet on self-rescuers (C9) prints for another implementation of the same model, 400 g of KO2 at
 * 23 °C, ended by 3 % of inhaled CO2 or an empty bag. That table:
 *
 *   case            end, min  cause  mean CO2, %  highest inhaled, °C    here
 *   genuine             46.1  CO2           0.64                   45    45.9  0.64  45.6
 *   under-filled        23.1  CO2           0.64                   45    23.4  0.64  45.5
 *   aged                27.2  CO2           0.68                   44    27.0  0.66  44.7
 *   starter dead         1.1  bag              –                    –     1.2
 *   leak 1 L/min         7.7  bag              –                   40     6.6     –  38.0
 *   Cap 2 rate          29.6  CO2           0.52                   58    29.8  0.52  57.8
 *   genuine, t = 0/5/10/20/30/40/45 min
 *     O2, %      27/75/81/88/92/95/96                                    22/71/77/87/92/95/96
 *     CO2, %     .24/.27/.32/.46/.67/.98/2.06                            .23/.27/.31/.46/.67/1.00/2.17
 *     bed, °C    23/78/103/117/119/118/118                               23/77/101/116/119/119/119
 *
 * The sheet's description does not fix how much gas the bag holds at first and how much shares its
 * mixing, so oxygen in the first ten minutes and the leaking bag's last one differ; nothing was bent
 * to hide it. All of it is the model's output, never a measurement.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "tests/cell.h"
#include "tests/claims.h"

static const char PROBE[] =
	"return simulator { id = 'probe', bus = 'line', answers = {\n"
	"  { 'BREATHE {number} {number} {number} {number}', function(w, o2, co2, ve, rate)\n"
	"    w.gas.o2_extraction.setpoint, w.gas.co2_feed.setpoint = o2, co2\n"
	"    w.machine.ventilation, w.machine.rate, w.machine.run = ve / w.dry, rate, true\n"
	"    return 'OK' end },\n"
	"  { 'LOOK', function(w)\n"
	"    local low, high = 0, 0\n"
	"    for _, p in ipairs(w.pressure) do low, high = math.min(low, p), math.max(high, p) "
	"end\n"
	"    return ('%.6f %.6f %.4f %.4f %.4f %.4f %.4f %.4f %.4f %.2f %.2f'):format(\n"
	"      (w.bed.r + (1 - w.bed.r) * w.bed.slip) * w.exhaled_co2, w.exhaled_co2, w.bag.o2,\n"
	"      w.bed.temperature, w.thermocouple[1], w.thermocouple[2], w.bed.used, w.bed.made,\n"
	"      w.bed.heat, low, high) end },\n"
	"  { 'MOUTH', function(w)\n"
	"    return ('%.6f %.6f'):format(w.flow[w.flow.at], w.mouth_co2[w.mouth_co2.at]) end },\n"
	"} }\n";

struct look {
	double inhaled, exhaled, o2, bed, dry, wet, used, made, heat, lowest, highest;
};

/* A unit at work, looked at every half second: as long as the world remembers pressures. */
struct bench {
	struct cell *cell;
	int64_t now, began; /* ns */
	struct look look;
	/* of the whole run */
	double mean_co2, warmest, wettest, lowest, highest;
	int looks;
};

static const struct value *ask(struct bench *bench, int index, const char *captures)
{
	char *json = xprintf("{'device': 'probe', 'op': 'answer', 'index': %d, 'captures': [%s]}",
			     index, captures);

	cell_send(bench->cell, FRAME_ASK, 1, json);
	free(json);
	const struct frame *answer = cell_frame(bench->cell, FRAME_ANSWER, 0);
	return answer ? answer->payload : NULL;
}

static void advance(struct bench *bench, double seconds, bool to_stroke_end)
{
	int64_t to = bench->now + (int64_t)llround(seconds * 1e9);

	while (bench->now < to) {
		char *json = xprintf("{'to': %lld}", (long long)to);
		cell_send(bench->cell, FRAME_ADVANCE, 0, json);
		free(json);

		const struct frame *out = cell_frame(bench->cell, FRAME_OUT, 0);
		CU_ASSERT_FATAL(out != NULL);
		const struct value *lines = value_get(out->payload, "lines");
		bench->now = value_get_int(out->payload, "reached", 0);
		if (to_stroke_end && value_get_bool(lines, "stroke_end"))
			return;
	}
}

static void look(struct bench *bench)
{
	struct look *seen = &bench->look;
	const char *text = value_get_text(ask(bench, 2, ""), "text");

	CU_ASSERT_FATAL(text != NULL);
	CU_ASSERT(sscanf(text, "%lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf", &seen->inhaled,
			 &seen->exhaled, &seen->o2, &seen->bed, &seen->dry, &seen->wet, &seen->used,
			 &seen->made, &seen->heat, &seen->lowest, &seen->highest) == 11);
}

static struct bench bench_new(const char *dut, const char *fault)
{
	struct bench bench = {.cell = cell_start()};
	struct buf world;
	struct error err;
	char *start =
		xprintf("{'mode': 'world', 'world': 'world.lua', 'simulators': {'probe': "
			"'p.lua'}, 'seed': 1, 'severity': 1.0%s, 'dut': {%s},"
			" 'inputs': ['home', 'stroke_end', 'lid', 'estop'],"
			" 'outputs': {'room': true, 'unit': false, 'enable': true, 'co2': true,"
			" 'extract': true, 'heater': true, 'starter': false,"
			" 'test_air': false}}",
			fault, dut);

	buf_init(&world);
	CU_ASSERT_FATAL(file_read("fixtures/breathing_bench/world.lua", 65536, &world, &err) == 0);
	cell_add_source(bench.cell, "world.lua", world.data);
	cell_add_source(bench.cell, "p.lua", PROBE);
	cell_send(bench.cell, FRAME_START, 0, start);
	buf_done(&world);
	free(start);
	return bench;
}

static void set_lines(struct bench *bench, const char *json)
{
	cell_send(bench->cell, FRAME_LINES, 0, json);
}

/* One minute on room air; then from the end of a stroke, with an exhalation first, on the unit. */
static void begin(struct bench *bench, double vo2, double vco2, double ve, double rate)
{
	char *rates = xprintf("%.2f, %.2f, %.2f, %.2f", vo2, vco2, ve, rate);

	ask(bench, 1, rates);
	free(rates);
	advance(bench, 60, false);
	look(bench);
	advance(bench, 60, true);
	set_lines(bench, "{'lines': {'unit': true, 'room': false, 'starter': true}}");
	bench->began = bench->now;
}

static double minutes(const struct bench *bench)
{
	return (double)(bench->now - bench->began) / 60e9;
}

static void breathe_until(struct bench *bench, double minute)
{
	advance(bench, minute * 60 - (double)(bench->now - bench->began) / 1e9, false);
	look(bench);
}

/* To the end of supply: this content of a breath, or an empty bag that pulls below -300 mmH2O. */
static bool breathe_out(struct bench *bench, double most_co2)
{
	double sum = 0;

	while (minutes(bench) < 120) {
		advance(bench, 0.5, false);
		look(bench);
		sum += bench->look.inhaled;
		bench->mean_co2 = sum / ++bench->looks;
		bench->warmest = fmax(bench->warmest, bench->look.dry);
		bench->wettest = fmax(bench->wettest, bench->look.wet);
		if (bench->look.lowest < -2942)
			return false;
		bench->lowest = fmin(bench->lowest, bench->look.lowest);
		bench->highest = fmax(bench->highest, bench->look.highest);
		if (bench->look.inhaled > most_co2)
			return true;
	}
	CU_FAIL("the supply never ended");
	return false;
}

/* A row of C9: the case, its end, and how it came about. */
static struct bench breathe_case(const char *fault, double end, double within, bool by_co2)
{
	struct bench bench = bench_new("'ko2': '400 g'", fault);

	begin(&bench, 1.35, 1.15, 30, 18);
	CU_ASSERT_EQUAL(breathe_out(&bench, 3), by_co2);
	CU_ASSERT_DOUBLE_EQUAL(minutes(&bench), end, within);
	return bench;
}

static void the_genuine_unit_lasts_as_long_as_in_the_table(void)
{
	struct bench bench = breathe_case("", 46.1, 0.5, true);

	CU_ASSERT_DOUBLE_EQUAL(bench.mean_co2, 0.64, 0.015);
	CU_ASSERT_DOUBLE_EQUAL(bench.warmest, 45, 1);
	cell_free(bench.cell);
}

static void the_genuine_units_course_is_the_tables(void)
{
	static const struct {
		double minute, o2, co2, bed, o2_within;
	} row[] = {{5, 75, 0.27, 78, 5},   {10, 81, 0.32, 103, 5}, {20, 88, 0.46, 117, 2},
		   {30, 92, 0.67, 119, 1}, {40, 95, 0.98, 118, 1}, {45, 96, 2.06, 118, 1}};
	struct bench bench = bench_new("'ko2': '400 g'", "");

	begin(&bench, 1.35, 1.15, 30, 18);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		breathe_until(&bench, row[i].minute);
		CU_ASSERT_DOUBLE_EQUAL(bench.look.o2, row[i].o2, row[i].o2_within);
		CU_ASSERT_DOUBLE_EQUAL(bench.look.inhaled, row[i].co2, 0.01 + 0.05 * row[i].co2);
		CU_ASSERT_DOUBLE_EQUAL(bench.look.bed, row[i].bed, 2.5);
	}
	cell_free(bench.cell);
}

static void an_under_filled_unit_ends_as_in_the_table(void)
{
	struct bench bench = breathe_case(", 'fault': 'under_filled'", 23.1, 0.5, true);

	CU_ASSERT_DOUBLE_EQUAL(bench.mean_co2, 0.64, 0.015);
	CU_ASSERT_DOUBLE_EQUAL(bench.warmest, 45, 1);
	cell_free(bench.cell);
}

static void an_aged_unit_ends_as_in_the_table(void)
{
	struct bench bench = breathe_case(", 'fault': 'aged'", 27.2, 0.5, true);

	CU_ASSERT_DOUBLE_EQUAL(bench.mean_co2, 0.68, 0.025);
	CU_ASSERT_DOUBLE_EQUAL(bench.warmest, 44, 1);
	cell_free(bench.cell);
}

static void a_unit_without_its_starter_ends_as_in_the_table(void)
{
	struct bench bench = breathe_case(", 'fault': 'dead_starter'", 1.1, 0.25, false);

	cell_free(bench.cell);
}

/* The table's 7.7 min: the head says why this bag is empty one minute earlier. */
static void a_leaking_bag_empties_within_minutes_as_in_the_table(void)
{
	struct bench bench = breathe_case(", 'fault': 'leak'", 7.7, 1.2, false);

	CU_ASSERT_DOUBLE_EQUAL(bench.warmest, 40, 2.5);
	cell_free(bench.cell);
}

static void a_unit_at_the_rate_of_cap_2_ends_as_in_the_table(void)
{
	struct bench bench = bench_new("'ko2': '400 g'", "");

	begin(&bench, 2.00, 1.80, 44, 20);
	CU_ASSERT(breathe_out(&bench, 3));

	CU_ASSERT_DOUBLE_EQUAL(minutes(&bench), 29.6, 0.5);
	CU_ASSERT_DOUBLE_EQUAL(bench.mean_co2, 0.52, 0.015);
	CU_ASSERT_DOUBLE_EQUAL(bench.warmest, 58, 1);
	cell_free(bench.cell);
}

/*
 * 4 KO2 + 2 CO2 -> 2 K2CO3 + 3 O2, M(KO2) = 71.097 g/mol, 22.414 L/mol:
 * 3/4 x 22.414 / 71.097 = 0.2364 L of oxygen per gram, 2/4 x 22.414 / 71.097 = 0.1576 L of CO2.
 * Heat: 187.7 kJ/mol x 1.15 L/min / 22.414 L/mol / 60 s = 160.5 W, and 13 W of water at 30 L/min.
 */
static void ko2_gives_and_takes_what_the_reaction_says(void)
{
	struct bench bench = bench_new("'ko2': '400 g'", "");

	begin(&bench, 1.35, 1.15, 30, 18);
	breathe_until(&bench, 10);
	struct look at_ten = bench.look;
	breathe_until(&bench, 40);

	double used = bench.look.used - at_ten.used;
	CU_ASSERT_DOUBLE_EQUAL((bench.look.made - at_ten.made) / used, 0.2364, 0.0002);
	CU_ASSERT_DOUBLE_EQUAL(30 * 1.15 / used, 0.1576, 0.0004);
	CU_ASSERT_DOUBLE_EQUAL(bench.look.heat, 160.5 + 12.9, 0.5);
	cell_free(bench.cell);
}

/* In room air: 100 x 1.15 / 30 = 3.83 % above the room's 0.04 %; 2.50 / 55 = 4.55 %. */
static void exhaled_co2_is_the_feed_over_the_ventilation(void)
{
	struct bench bench = bench_new("'rated': '80 L'", "");
	begin(&bench, 1.35, 1.15, 30, 18);
	CU_ASSERT_DOUBLE_EQUAL(bench.look.exhaled, 3.833 + 0.04, 0.005);
	cell_free(bench.cell);

	bench = bench_new("'rated': '20 L'", "");
	begin(&bench, 2.50, 2.50, 55, 22);
	CU_ASSERT_DOUBLE_EQUAL(bench.look.exhaled, 4.545 + 0.04, 0.005);
	cell_free(bench.cell);
}

/* q = pi Ve sin(2 pi f t): 37.6 L/min BTPS at 98 kPa for 30 L/min STPD, so the peak is 118 L/min. */
static void the_mouth_sees_the_models_inhaled_content_weighted_by_volume(void)
{
	struct bench bench = bench_new("'ko2': '400 g'", "");
	double drawn = 0, carried = 0, peak = 0;

	begin(&bench, 1.35, 1.15, 30, 18);
	breathe_until(&bench, 30);
	for (int i = 0; i < 100; i++) { /* three breaths */
		double flow, co2;

		advance(&bench, 0.1, false);
		CU_ASSERT(sscanf(value_get_text(ask(&bench, 3, ""), "text"), "%lf %lf", &flow,
				 &co2) == 2);
		peak = fmax(peak, flow);
		drawn += flow > 0 ? flow : 0;
		carried += flow > 0 ? flow * co2 : 0;
	}

	look(&bench);
	CU_ASSERT_DOUBLE_EQUAL(carried / drawn, bench.look.inhaled, 0.01);
	CU_ASSERT_DOUBLE_EQUAL(peak, 118.2, 0.5);
	cell_free(bench.cell);
}

/* Psychrometric tables: 23 °C at 50 % is 16.2 °C wet. */
static void the_wet_bulb_of_room_air_is_that_of_the_tables(void)
{
	struct bench bench = bench_new("'rated': '80 L'", "");

	advance(&bench, 60, false);
	look(&bench);
	CU_ASSERT_DOUBLE_EQUAL(bench.look.wet, 16.2, 0.2);
	cell_free(bench.cell);
}

/* 42 CFR 84.303 Table 1 and 84.304 Table 2, ended by a breath of more than 4 % CO2. */
static void check_good(const char *dut, double litres, double vo2, double vco2, double ve,
		       double rate)
{
	struct bench bench = bench_new(dut, "");

	begin(&bench, vo2, vco2, ve, rate);
	CU_ASSERT(breathe_out(&bench, 4));

	CU_ASSERT(minutes(&bench) * vo2 >= 1.04 * litres);
	CU_ASSERT(minutes(&bench) * vo2 <= 1.25 * litres);
	CU_ASSERT(bench.mean_co2 < 1.0);
	CU_ASSERT(bench.wettest < 40);
	CU_ASSERT(bench.highest < 1800 && bench.lowest > -1800);
	cell_free(bench.cell);
}

static void the_good_unit_meets_the_rating_it_declares(void)
{
	check_good("'rated': '20 L'", 20, 2.50, 2.50, 55, 22);
	check_good("'rated': '59 L'", 59, 2.50, 2.50, 55, 22);
	check_good("'rated': '60 L'", 60, 2.00, 1.80, 44, 20);
	check_good("'rated': '80 L'", 80, 1.35, 1.15, 30, 18);
}

void suite_breathing_world(void)
{
	suite_begin("breathing_world");
	claim(the_genuine_unit_lasts_as_long_as_in_the_table);
	claim(the_genuine_units_course_is_the_tables);
	claim(an_under_filled_unit_ends_as_in_the_table);
	claim(an_aged_unit_ends_as_in_the_table);
	claim(a_unit_without_its_starter_ends_as_in_the_table);
	claim(a_leaking_bag_empties_within_minutes_as_in_the_table);
	claim(a_unit_at_the_rate_of_cap_2_ends_as_in_the_table);
	claim(ko2_gives_and_takes_what_the_reaction_says);
	claim(exhaled_co2_is_the_feed_over_the_ventilation);
	claim(the_mouth_sees_the_models_inhaled_content_weighted_by_volume);
	claim(the_wet_bulb_of_room_air_is_that_of_the_tables);
	claim(the_good_unit_meets_the_rating_it_declares);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A station's wires bound to a fixture, and what is refused before anything is opened. The small bench
 * (tests/bench_rig.h) is planned on wires that need not be there: a plan opens none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/station.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

/* Every wire that the fixture needs, some said in full. */
#define PORT "bus = { '/dev/ttyS1', echo = true }"
#define OUTPUTS                                                                                    \
	"valve = 'GPIO5', purge = 'GPIO6', vent = { 'GPIO7', drive = 'open-drain' },\n"            \
	"motor = 'gpiochip0:8'"
#define INPUTS "lid = { 'GPIO9', bias = 'pull-up' }, stop = 'GPIO10', pulses = 'GPIO11'"
#define SLOT(number, ports, lines)                                                                 \
	"slot { " number ", fixture = 'mini',\nports = { " ports " },\nlines = { " lines " } }"
#define STATION(slots) "return station { slots = {\n" slots "\n} }\n"
#define WHOLE STATION(SLOT("1", PORT, OUTPUTS ", " INPUTS))

static struct plan *plan_on(struct bench *bench, const char *station)
{
	return bench_plan(bench, .body = "", .station = station, .wires = true);
}

static void check_refused(const char *station, const char *part)
{
	struct bench bench;

	bench_open(&bench);
	plan_free(plan_on(&bench, station));

	CU_ASSERT(bench_refused(&bench, part));
	bench_close(&bench);
}

static void a_fixture_is_bound_to_its_wires_in_its_own_order(void)
{
	struct bench bench;
	struct plan *plan;
	int valve, lid, vent;

	bench_open(&bench);
	plan = plan_on(&bench, WHOLE);

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan->wires);
	valve = fixture_find_line(plan->fixture, "valve");
	lid = fixture_find_line(plan->fixture, "lid");
	vent = fixture_find_line(plan->fixture, "vent");
	CU_ASSERT_EQUAL(plan->wires->port_count, 1);
	CU_ASSERT_STRING_EQUAL(plan->wires->port[0].where, "/dev/ttyS1");
	CU_ASSERT(plan->wires->port[0].echo);
	CU_ASSERT_EQUAL(plan->wires->line_count, plan->fixture->line_count);
	CU_ASSERT_STRING_EQUAL(plan->wires->line[valve].where, "GPIO5");
	CU_ASSERT_EQUAL(plan->wires->line[valve].bias, GPIO_BIAS_AS_IS);
	CU_ASSERT_EQUAL(plan->wires->line[valve].drive, GPIO_PUSH_PULL);
	CU_ASSERT_EQUAL(plan->wires->line[vent].drive, GPIO_OPEN_DRAIN);
	CU_ASSERT_EQUAL(plan->wires->line[lid].bias, GPIO_BIAS_PULL_UP);
	plan_free(plan);
	bench_close(&bench);
}

static void a_run_on_wires_needs_neither_world_nor_twins(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	bench_put(&bench, "fixtures/mini/world.lua", "this is no world");
	bench_put(&bench, "fixtures/drivers/mini_meter/twin.lua", "this is no twin");
	plan = plan_on(&bench, WHOLE);

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_PTR_NULL(plan->world_data);
	CU_ASSERT_EQUAL(value_count(plan->simulators), 0);
	plan_free(plan);
	bench_close(&bench);
}

static void a_real_run_rests_on_no_example_certificate(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = plan_on(&bench, WHOLE);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_STRING_EQUAL(plan->calibration_name, "none");
	plan_free(plan);

	plan = bench_plan(&bench, .body = "", .station = WHOLE, .rig = true);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_STRING_EQUAL(plan->calibration_name, "fixtures/mini/calibration.csv");
	plan_free(plan);
	bench_close(&bench);
}

static void a_simulated_run_may_name_a_station_without_wires(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = bench_plan(&bench, .body = "", .station = STATION("slot { 1, fixture = 'mini' }"));

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_PTR_NULL(plan->wires);
	plan_free(plan);
	bench_close(&bench);
}

static void what_has_no_wire_is_refused(void)
{
	check_refused(STATION(SLOT("1", "", OUTPUTS ", " INPUTS)),
		      "station.lua: slot 1: port 'bus' of the fixture has no wire");
	check_refused(STATION(SLOT("1", PORT, INPUTS)),
		      "station.lua: slot 1: line 'motor' of the fixture has no wire");
}

static void what_the_fixture_has_not_is_refused(void)
{
	check_refused(STATION(SLOT("1", PORT ", scale = '/dev/ttyS2'", OUTPUTS ", " INPUTS)),
		      "station.lua: slot 1: fixture mini has no port 'scale'");
	check_refused(STATION(SLOT("1", PORT, OUTPUTS ", " INPUTS ", lamp = 'GPIO12'")),
		      "station.lua: slot 1: fixture mini has no line 'lamp'");
}

static void a_wire_is_named_once_in_a_slot(void)
{
	check_refused(STATION(SLOT("1", PORT,
				   "valve = 'GPIO5', purge = 'GPIO5', vent = 'GPIO7', "
				   "motor = 'GPIO8', " INPUTS)),
		      "station.lua: slot 1: lines 'purge' and 'valve' are both on GPIO5");
}

static void an_output_belongs_to_one_slot(void)
{
	check_refused(
		STATION(SLOT("1", PORT, OUTPUTS ", " INPUTS) ",\nslot { 2, fixture = 'other', "
							     "lines = { horn = 'GPIO5' } }"),
		"station.lua: slot 1: output 'valve' is on GPIO5, and so is 'horn' of slot 2");
}

static void an_input_may_be_shared_by_slots(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = plan_on(
		&bench,
		STATION(SLOT("1", PORT, OUTPUTS ", " INPUTS) ",\nslot { 2, fixture = 'other', "
							     "lines = { button = 'GPIO10' } }"));

	CU_ASSERT_PTR_NOT_NULL(plan);
	plan_free(plan);
	bench_close(&bench);
}

static void an_input_is_not_driven(void)
{
	check_refused(STATION(SLOT("1", PORT,
				   OUTPUTS ", lid = { 'GPIO9', drive = 'open-drain' }, "
					   "stop = 'GPIO10', pulses = 'GPIO11'")),
		      "station.lua: slot 1: line 'lid' is an input of the fixture");
}

static void the_slot_must_be_there_and_hold_the_fixture(void)
{
	check_refused(STATION(SLOT("2", PORT, OUTPUTS ", " INPUTS)), "station.lua has no slot 1");
	check_refused(STATION("slot { 1, fixture = 'other' }"),
		      "station.lua: slot 1 holds fixture 'other', and the protocol needs 'mini'");
}

static void a_wire_with_too_long_a_name_is_refused(void)
{
	char station[1200], name[140];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(station, sizeof(station),
		 STATION("slot { 1, fixture = 'mini', ports = { bus = '/%s' }, lines = { " OUTPUTS
			 ", " INPUTS " } }"),
		 name);
	check_refused(station, "a wire's name has at most 127 bytes");
}

static void the_specimen_of_a_real_run_is_named(void)
{
	struct bench bench;

	bench_open(&bench);
	plan_free(bench_plan(&bench, .body = "", .station = WHOLE, .wires = true,
			     .header = "dut = { serial = { ask = 'Serial number', text = true, "
				       "simulated = 'SIM-1' } },"));
	CU_ASSERT(bench_refused(&bench, "mini.test: a run on real wires is told of its specimen: "
					"--dut serial=…, Serial number"));
	bench_close(&bench);
}

static void a_specimen_of_a_real_run_has_more_than_an_empty_name(void)
{
	static const char *const EMPTY[] = {"serial=", "serial=  "};
	struct bench bench;

	bench_open(&bench);
	for (size_t i = 0; i < 2; i++) {
		plan_free(bench_plan(
			&bench, .body = "", .station = WHOLE, .wires = true, .dut = EMPTY[i],
			.header = "dut = { serial = { ask = 'Serial number', text = true, "
				  "simulated = 'SIM-1' } },"));
		CU_ASSERT(bench_refused(&bench, "is told of its specimen: --dut serial"));
	}
	bench_close(&bench);
}

static void a_destructive_test_on_real_wires_names_its_specimen(void)
{
	static const char HEADER[] = "class = 'mini', destructive = true, dut = { serial = { "
				     "ask = 'Serial number', text = true, simulated = 'SIM-1' } },";
	struct bench bench;

	bench_open(&bench);
	plan_free(
		bench_plan(&bench, .body = "", .station = WHOLE, .wires = true, .header = HEADER));
	CU_ASSERT(
		bench_refused(&bench, "a run on real wires is told of its specimen: --dut serial"));

	bench_run(&bench, .body = "", .station = WHOLE, .wires = true, .header = HEADER,
		  .dut = "serial=B7");
	CU_ASSERT(bench_refused(&bench, "B7"));
	bench_close(&bench);
}

void suite_station(void)
{
	suite_begin("station");
	claim(a_fixture_is_bound_to_its_wires_in_its_own_order);
	claim(a_run_on_wires_needs_neither_world_nor_twins);
	claim(a_real_run_rests_on_no_example_certificate);
	claim(a_simulated_run_may_name_a_station_without_wires);
	claim(what_has_no_wire_is_refused);
	claim(what_the_fixture_has_not_is_refused);
	claim(a_wire_is_named_once_in_a_slot);
	claim(an_output_belongs_to_one_slot);
	claim(an_input_may_be_shared_by_slots);
	claim(an_input_is_not_driven);
	claim(the_slot_must_be_there_and_hold_the_fixture);
	claim(a_wire_with_too_long_a_name_is_refused);
	claim(the_specimen_of_a_real_run_is_named);
	claim(a_specimen_of_a_real_run_has_more_than_an_empty_name);
	claim(a_destructive_test_on_real_wires_names_its_specimen);
}

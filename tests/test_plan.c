/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an order to a plan: what is missing is said before anything is begun, with the name of the
 * file that lacks it; and orders to and from the map that a command sends.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

/* Planning this must be refused with this sentence, and leave no run behind. */
static void check_refused(const struct mini_order *what, const char *part)
{
	struct bench bench;
	char *runs;

	bench_open(&bench);
	bench_rehearse(&bench, what);

	CU_ASSERT(bench_refused(&bench, part));
	runs = xprintf("%s/runs", bench.state);
	CU_ASSERT_FALSE(file_exists(runs));
	free(runs);
	bench_close(&bench);
}
#define CHECK_REFUSED(part, ...) check_refused(&(struct mini_order){__VA_ARGS__}, part)

static void a_sound_order_becomes_a_plan(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = bench_plan(&bench, .body = "m.x = fx.pressure:read()");

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_STRING_EQUAL(plan->protocol_source, "mini.lua");
	CU_ASSERT_STRING_EQUAL(plan->fixture_source, "fixtures/mini/fixture.lua");
	CU_ASSERT_STRING_EQUAL(plan->world_source, "fixtures/mini/world.lua");
	CU_ASSERT_STRING_EQUAL(plan->calibration_name, "fixtures/mini/calibration.csv");
	CU_ASSERT_EQUAL(plan->grid, MSEC(100));
	CU_ASSERT_EQUAL(plan->wall, PLAN_STATED_EPOCH);
	plan_free(plan);
	bench_close(&bench);
}

#define SPLIT_WORLD                                                                                \
	"local physics = part 'physics'\n"                                                         \
	"return world { state = physics.state, advance = physics.advance }\n"
#define PHYSICS                                                                                    \
	"return { state = function() return { pressure = 700 } end,\n"                             \
	"  advance = function(w, dt, lines) lines.lid, lines.stop, lines.pulses = true, true, "    \
	"250 "                                                                                     \
	"end }\n"

static void a_world_of_several_files_is_planned_and_simulated_with_all_of_them(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	bench_put(&bench, "fixtures/mini/world.lua", SPLIT_WORLD);
	bench_put(&bench, "fixtures/mini/world/physics.lua", PHYSICS);
	bench_put(&bench, "fixtures/mini/world/.#physics.lua", "an editor's leftover");
	plan = bench_plan(&bench, .body = "");
	bench_run(&bench, .body = "m.x = fx.pressure:read()");

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_PTR_NOT_NULL(plan_find_source(plan, "fixtures/mini/world/physics.lua"));
	CU_ASSERT_PTR_NULL(plan_find_source(plan, "fixtures/mini/world/.#physics.lua"));
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	plan_free(plan);
	bench_close(&bench);
}

static void a_part_that_a_world_lacks_is_named(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_put(&bench, "fixtures/mini/world.lua", SPLIT_WORLD);
	bench_run(&bench, .body = "");

	CU_ASSERT(bench_refused(&bench, "fixtures/mini/world.lua:1: this world has no part "
					"'physics': there is no fixtures/mini/world/physics.lua"));
	bench_close(&bench);
}

static void a_missing_fixture_is_named(void)
{
	CHECK_REFUSED("mini.lua: fixture 'other' was not found (looked for "
		      "fixtures/other/fixture.lua)",
		      .protocol =
			      "protocol { id = 'a', version = 1, language = 1, title = 'T', "
			      "fixture = 'other' }\n"
			      "step 'S' { measure = { x = { 'x', limit = { standard = 'A' } } },\n"
			      "  run = function() end }");
}

static void a_missing_protocol_is_named(void)
{
	struct bench bench;
	struct order *order;
	struct rehearsal_place place;

	bench_open(&bench);
	order = bench_order(&bench, &(struct mini_order){.body = ""});
	CU_ASSERT_EQUAL(unlink(order->protocol), 0);
	place = (struct rehearsal_place){bench.program, bench.state, -1};
	bench.done = rehearse(&place, order, NULL, NULL, NULL, &bench.end, &bench.error);

	CU_ASSERT(bench_refused(&bench, "mini.lua: "));
	bench_close(&bench);
}

static void a_mistake_in_the_protocol_is_found_at_its_line(void)
{
	CHECK_REFUSED("mini.lua:3: ", .protocol = "-- one\n-- two\nprotocl { }\n");
}

static void a_protocol_that_loops_while_loading_is_refused(void)
{
	CHECK_REFUSED("mini.lua", .protocol = "while true do end");
}

static void a_driver_without_twin_is_named(void)
{
	struct bench bench;
	char *twin;

	bench_open(&bench);
	twin = xprintf("%s/fixtures/drivers/mini_meter/twin.lua", bench.folder);
	CU_ASSERT_EQUAL(unlink(twin), 0);
	free(twin);
	bench_run(&bench, .body = "");

	CU_ASSERT(bench_refused(&bench, "device 'meter': driver mini_meter has no twin"));
	bench_close(&bench);
}

static void a_missing_driver_is_named(void)
{
	struct bench bench;
	char *driver;

	bench_open(&bench);
	driver = xprintf("%s/fixtures/drivers/mini_meter/driver.lua", bench.folder);
	CU_ASSERT_EQUAL(unlink(driver), 0);
	free(driver);
	bench_run(&bench, .body = "");

	CU_ASSERT(bench_refused(&bench, "fixtures/drivers/mini_meter/driver.lua"));
	bench_close(&bench);
}

static void an_unknown_fault_is_named(void)
{
	CHECK_REFUSED("fixtures/mini/world.lua knows no fault 'flood'", .fault = "flood",
		      .body = "");
}

static void a_fault_of_an_unknown_device_is_named(void)
{
	CHECK_REFUSED("fault 'scale.mute': fixture mini has no device 'scale'",
		      .fault = "scale.mute", .body = "");
}

static void an_unknown_fault_of_a_line_is_named(void)
{
	CHECK_REFUSED("fault 'meter.drunk': 'drunk' is no fault of a line", .fault = "meter.drunk",
		      .body = "");
}

static void an_unknown_step_is_named(void)
{
	CHECK_REFUSED("mini.test has no step 'Other'", .only = "Other", .body = "");
}

static void a_broken_calibration_file_is_named(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_put(&bench, "fixtures/mini/calibration.csv", "instrument,what\n");
	bench_run(&bench, .body = "");

	CU_ASSERT(bench_refused(&bench, "fixtures/mini/calibration.csv"));
	bench_close(&bench);
}

static void a_broken_limit_set_is_named(void)
{
	CHECK_REFUSED("limits.json", .body = "", .limits = "{ \"limit_set\": 3 }");
}

/* ---- orders ---- */

static void an_order_survives_the_way_to_the_controller(void)
{
	struct value *map =
		said("{'protocol':'/a/b.lua','limits':'/l.json','slot':2,"
		     "'dut':{'serial':'7'},'params':{'flow':'1 L/min'},'simulated':true,"
		     "'fault':'slow','severity':0.5,'seed':9,'only':'S','clock':'scaled',"
		     "'scale':60.0}");
	struct error err;
	struct order *order = order_from_value(map, &err);
	struct value *again = order_to_value(order);

	CU_ASSERT(value_same(map, again));
	CU_ASSERT_EQUAL(order->clock, CLOCK_KIND_SCALED);
	value_free(again);
	value_free(map);
	order_free(order);
}

static void check_order_refused(const char *json, const char *part)
{
	struct value *map = said(json);
	struct error err = {0};
	struct order *order = order_from_value(map, &err);

	CU_ASSERT_PTR_NULL(order);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part));
	order_free(order);
	value_free(map);
}

static void an_order_without_protocol_is_refused(void)
{
	check_order_refused("{'simulated':true}", "an order names a protocol");
}

static void a_slot_that_nobody_has_is_refused(void)
{
	static const char PART[] = "slots have the numbers 1 to 256";

	check_order_refused("{'protocol':'/a','simulated':true,'slot':-1}", PART);
	check_order_refused("{'protocol':'/a','simulated':true,'slot':257}", PART);
	check_order_refused("{'protocol':'/a','simulated':true,'slot':4294967297}", PART);
}

static void virtual_time_on_real_wires_is_refused(void)
{
	check_order_refused("{'protocol':'/a','clock':'virtual'}",
			    "a run on real wires keeps real time");
}

static void virtual_time_behind_a_rig_is_refused(void)
{
	check_order_refused("{'protocol':'/a','rig':true,'station':'/s','clock':'virtual'}",
			    "wires know no virtual time");
}

static void real_wires_without_a_station_are_refused(void)
{
	check_order_refused("{'protocol':'/a'}", "a run on real wires needs --station");
	check_order_refused("{'protocol':'/a','rig':true}", "--rig is for real wires");
}

static void a_fault_on_real_wires_is_refused(void)
{
	check_order_refused("{'protocol':'/a','station':'/s','fault':'slow'}",
			    "fault 'slow': what stands at the end of real wires");
	check_order_refused("{'protocol':'/a','station':'/s','rig':true,'fault':'a.mute'}",
			    "fault 'a.mute': what stands at the end of real wires");
}

static void a_run_behind_a_rig_is_simulated_in_real_time(void)
{
	struct value *map = said("{'protocol':'/a','station':'/s','rig':true}");
	struct error err;
	struct order *order = order_from_value(map, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(order);
	CU_ASSERT(order->simulated);
	CU_ASSERT(order_has_wires(order));
	CU_ASSERT_EQUAL(order->clock, CLOCK_KIND_REAL);
	order_free(order);
	value_free(map);
}

static void an_unknown_clock_is_refused(void)
{
	check_order_refused("{'protocol':'/a','simulated':true,'clock':'fast'}", "'fast'");
}

static void a_scale_that_is_no_speed_is_refused(void)
{
	check_order_refused("{'protocol':'/a','simulated':true,'clock':'scaled','scale':0}",
			    "time goes 1 to");
	check_order_refused("{'protocol':'/a','simulated':true,'clock':'scaled','scale':0.5}",
			    "time goes 1 to");
	check_order_refused("{'protocol':'/a','simulated':true,'clock':'scaled','scale':-3}",
			    "time goes 1 to");
}

void suite_plan(void)
{
	suite_begin("plan");
	claim(a_sound_order_becomes_a_plan);
	claim(a_world_of_several_files_is_planned_and_simulated_with_all_of_them);
	claim(a_part_that_a_world_lacks_is_named);
	claim(a_missing_fixture_is_named);
	claim(a_missing_protocol_is_named);
	claim(a_mistake_in_the_protocol_is_found_at_its_line);
	claim(a_protocol_that_loops_while_loading_is_refused);
	claim(a_driver_without_twin_is_named);
	claim(a_missing_driver_is_named);
	claim(an_unknown_fault_is_named);
	claim(a_fault_of_an_unknown_device_is_named);
	claim(an_unknown_fault_of_a_line_is_named);
	claim(an_unknown_step_is_named);
	claim(a_broken_calibration_file_is_named);
	claim(a_broken_limit_set_is_named);
	claim(an_order_survives_the_way_to_the_controller);
	claim(an_order_without_protocol_is_refused);
	claim(a_slot_that_nobody_has_is_refused);
	claim(virtual_time_on_real_wires_is_refused);
	claim(virtual_time_behind_a_rig_is_refused);
	claim(real_wires_without_a_station_are_refused);
	claim(a_fault_on_real_wires_is_refused);
	claim(a_run_behind_a_rig_is_simulated_in_real_time);
	claim(an_unknown_clock_is_refused);
	claim(a_scale_that_is_no_speed_is_refused);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a run ends early: by a stop, whose finally blocks run under the guard; by a trip, after which no
 * script is asked; by a guard of the protocol. Times are those of tests/bench_files.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define MEASURED "m.x = fx.pressure:mean '1 s'\n"

/* ---- stops ---- */

static void a_stop_runs_finally_blocks_last_first_and_ends_aborted(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .at_now = bench_stop_soon,
		  .body = MEASURED
		  "finally(function() log 'first declared' fx.motor:off() end)\n"
		  "finally(function() fx.purge:open() wait '1 s' fx.purge:close() end)\n"
		  "fx.motor:on() fx.valve:open()\n"
		  "log 'now' wait '10 s' fx.vent:close()");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench),
			       "motor=1 valve=1 purge=1 purge=0 motor=0 valve=0 "
			       "meter.drive meter.trim");
	CU_ASSERT(journal_says(bench.journal, "first declared"));
	CU_ASSERT_EQUAL(value_count(value_get(bench.end.summary, "measures")), 1);
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

static void a_second_stop_is_at_once(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .at_now = bench_stop_twice_soon,
		  .body = "finally(function() fx.purge:open() wait '4 s' fx.purge:close() end)\n"
			  "fx.valve:open()\nlog 'now' wait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));
	CU_ASSERT(bench.end.bench_time < SEC(1));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

static void finally_blocks_longer_than_the_grace_are_cut_short(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .at_now = bench_stop_soon,
		  .body = "finally(function() fx.purge:open() wait '1 min' end)\n"
			  "fx.valve:open()\nlog 'now' wait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));
	CU_ASSERT(journal_says(bench.journal, "longer than the fixture's grace"));
	CU_ASSERT(bench.end.bench_time > SEC(5) && bench.end.bench_time < SEC(6));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

static void finally_blocks_may_not_energise_what_is_not_for_teardown(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .at_now = bench_stop_soon,
		  .body = "finally(function() fx.purge:open() end)\n"
			  "finally(function() fx.motor:on() end)\n"
			  "fx.valve:open()\nlog 'now' wait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));
	CU_ASSERT(journal_says(bench.journal, "motor may not be on while the run is stopping"));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "valve=1 purge=1 valve=0 purge=0 "
							 "meter.drive meter.trim");
	bench_close(&bench);
}

static void a_stop_while_an_instrument_is_being_set_ends_aborted(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .at_now = bench_stop_twice_soon,
		  .body = "fx.valve:open()\n"
			  "together(function() fx.meter:set { drive = '100 Pa', trim = '3 Pa' } "
			  "end,\n"
			  "  function() log 'now' wait '1 s' end)");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

/* ---- finally blocks at other ends ---- */

static void finally_blocks_run_after_an_error_of_the_script(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench,
		  .body = "finally(function() fx.purge:open() wait '1 s' fx.purge:close() end)\n"
			  "fx.valve:open()\nerror 'oh'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "mini.lua:12: oh"));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "valve=1 purge=1 purge=0 valve=0 "
							 "meter.drive meter.trim");
	bench_close(&bench);
}

static void a_finally_block_that_fails_leaves_the_others_to_run(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED
			  "finally(function() fx.purge:open() wait '1 s' fx.purge:close() end)\n"
			  "finally(function() error 'the lid is stuck' end)\n");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "the lid is stuck"));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "purge=1 purge=0 meter.drive meter.trim");
	bench_close(&bench);
}

static void after_a_finally_block_that_failed_no_step_begins(void)
{
	static const char PROTOCOL[] = "protocol { id = 'mini.two', version = 1, language = 1, "
				       "title = 'T', fixture = 'mini',\n"
				       "  grade = 'verbatim' }\n"
				       "step 'A' { measure = { x = { 'x', limit = '>= 5 Pa' } },\n"
				       "  run = function(m, fx)\n"
				       "    finally(function() error 'the lid is stuck' end)\n"
				       "    m.x = fx.pressure:read()\n"
				       "  end }\n"
				       "step 'B' { run = function(m, fx) fx.motor:on() end }\n";
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .protocol = PROTOCOL);

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "the lid is stuck"));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "meter.drive meter.trim");
	bench_close(&bench);
}

static void a_failing_finally_block_does_not_replace_what_ended_the_run(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .at_now = bench_stop_soon,
		  .body = "finally(function() error 'the lid is stuck' end)\n"
			  "fx.valve:open()\nlog 'now' wait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));
	CU_ASSERT(journal_says(bench.journal, "the lid is stuck"));
	bench_close(&bench);
}

static void a_stop_cannot_be_caught(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .at_now = bench_stop_soon,
		  .body = "fx.valve:open()\nlog 'now'\n"
			  "while true do pcall(wait, '1 s') pcall(fx.motor.on, fx.motor) end");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "valve=1 valve=0 meter.drive meter.trim");
	bench_close(&bench);
}

/* ---- trips ---- */

static void the_emergency_stop_ends_aborted_without_asking_the_script(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "pressed",
		  .body = "finally(function() fx.purge:open() end)\nfx.valve:open()\nwait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "the E-stop was pressed"));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "valve=1 valve=0 meter.drive meter.trim");
	bench_close(&bench);
}

static void a_pressed_emergency_stop_keeps_a_run_from_beginning(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "pressed_before", .body = MEASURED);

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "the E-stop is pressed"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "start"), 0);
	bench_close(&bench);
}

static void an_interlock_that_opens_ends_as_error_by_its_name(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "lid_opens", .body = "fx.valve:open()\nwait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR,
			      "interlock: the lid is shut while the valve is open"));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

static void an_act_against_an_interlock_ends_as_error_by_its_name(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "lid_open",
		  .body = "fx.motor:on()\npcall(fx.valve.open, fx.valve)\n" MEASURED);

	CU_ASSERT(bench_ended(
		&bench, VERDICT_ERROR,
		"valve may not be open: interlock: the lid is shut while the valve is open"));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

static void an_output_on_for_too_long_ends_as_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "fx.valve:open()\nwait '1 min'\n" MEASURED);

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "valve was open for longer than 30 s"));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

static void a_setting_out_of_range_never_leaves(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "fx.valve:open()\nfx.meter:set { drive = '900 Pa' }");

	CU_ASSERT(
		bench_ended(&bench, VERDICT_ERROR,
			    "meter: drive: 900 Pa is outside the instrument's range 0 .. 500 Pa"));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

/* ---- before the beginning ---- */

static void a_bench_that_cannot_be_opened_leaves_a_verdict(void)
{
	struct bench bench;
	struct error err;
	char *runs, **names = NULL;
	size_t count = 0;

	bench_open(&bench);
	bench_put(&bench, "fixtures/drivers/mini_meter/twin.lua",
		  "return simulator { id = 'm', bus = 'modbus', registers = { { as = 'u16' } } }");
	bench_run(&bench, .body = MEASURED);
	CU_ASSERT(bench_refused(&bench, "a register needs `input` or `holding`"));

	runs = xprintf("%s/runs", bench.state);
	CU_ASSERT_EQUAL(file_list(runs, &names, &count, &err), 0);
	CU_ASSERT_EQUAL_FATAL(count, 1);
	snprintf(bench.journal, sizeof(bench.journal), "%s/%s", runs, names[0]);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "verdict"), 1);
	CU_ASSERT(journal_says(bench.journal, "'verdict':'ERROR'"));
	free(names[0]);
	free(names);
	free(runs);
	bench_close(&bench);
}

/* ---- guards of the protocol ---- */

static void a_guard_on_the_device_under_test_fails_it(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "burst",
		  .body = MEASURED "fx.motor:on()\nfx.shown:guard '<= 2 kPa'\nwait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "guard: shown left <= 2 kPa (9000"));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

static void a_guard_on_an_instrument_is_an_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "burst",
		  .body = MEASURED "fx.motor:on()\nfx.pressure:guard '<= 2 kPa'\nwait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "guard: pressure left <= 2 kPa (9000"));
	CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}

static void a_guard_ends_with_its_step(void)
{
	static const char PROTOCOL[] =
		"protocol { id = 'mini.two', version = 1, language = 1, title = 'T', fixture = "
		"'mini',\n"
		"  grade = 'verbatim' }\n"
		"step 'A' { measure = { x = { 'x', limit = '>= 5 Pa' } },\n"
		"  run = function(m, fx) fx.shown:guard '<= 2 kPa' m.x = fx.pressure:read() end }\n"
		"step 'B' { run = function(m, fx) wait '10 s' end }\n";
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "burst", .protocol = PROTOCOL);

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

void suite_run_ends(void)
{
	suite_begin("run_ends");
	claim(a_stop_runs_finally_blocks_last_first_and_ends_aborted);
	claim(a_second_stop_is_at_once);
	claim(finally_blocks_longer_than_the_grace_are_cut_short);
	claim(finally_blocks_may_not_energise_what_is_not_for_teardown);
	claim(a_stop_while_an_instrument_is_being_set_ends_aborted);
	claim(finally_blocks_run_after_an_error_of_the_script);
	claim(a_finally_block_that_fails_leaves_the_others_to_run);
	claim(after_a_finally_block_that_failed_no_step_begins);
	claim(a_failing_finally_block_does_not_replace_what_ended_the_run);
	claim(a_stop_cannot_be_caught);
	claim(the_emergency_stop_ends_aborted_without_asking_the_script);
	claim(a_pressed_emergency_stop_keeps_a_run_from_beginning);
	claim(an_interlock_that_opens_ends_as_error_by_its_name);
	claim(an_act_against_an_interlock_ends_as_error_by_its_name);
	claim(an_output_on_for_too_long_ends_as_error);
	claim(a_setting_out_of_range_never_leaves);
	claim(a_bench_that_cannot_be_opened_leaves_a_verdict);
	claim(a_guard_on_the_device_under_test_fails_it);
	claim(a_guard_on_an_instrument_is_an_error);
	claim(a_guard_ends_with_its_step);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs whose script, world or wire misbehaves. Each ends as ERROR with a sentence that names who did
 * what, with every output safe in the journal; none ever passes. The valve is open when it happens.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define OPENED "m.x = fx.pressure:read()\nfx.valve:open()\nlog 'now'\n"

/* Run this body; it must end as ERROR for this reason, and safe. */
static void check_error(const struct mini_order *what, const char *part)
{
	struct bench bench;

	bench_open(&bench);
	bench_rehearse(&bench, what);

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, part));
	if (bench.done == 0)
		CU_ASSERT(journal_is_safe(bench.journal));
	bench_close(&bench);
}
#define CHECK_ERROR(part, ...) check_error(&(struct mini_order){__VA_ARGS__}, part)

/* ---- scripts ---- */

static void an_endless_loop_ends_as_error(void)
{
	CHECK_ERROR("the script's process used more than 1 s of processor time in one turn",
		    .body = OPENED "while true do end");
}

static void an_endless_loop_that_catches_errors_ends_as_error(void)
{
	CHECK_ERROR("the script's process used more than 1 s of processor time in one turn",
		    .body = OPENED "while true do pcall(function() while true do end end) end");
}

static void a_script_that_waits_for_no_time_for_ever_ends_as_error(void)
{
	CHECK_ERROR("the script asked 10,000 things without letting time pass",
		    .body = OPENED "while true do wait '0 s' end");
}

static void a_script_that_takes_all_memory_cannot_hide_it(void)
{
	CHECK_ERROR("the script used more than its 64 MiB of memory",
		    .body = OPENED "local t = {}\n"
				   "pcall(function() while true do t[#t + 1] = { #t } end end)\n"
				   "wait '1 s'");
}

static void a_mistake_in_lua_ends_as_error_at_its_line(void)
{
	CHECK_ERROR("mini.lua:13: ", .body = OPENED "local nothing = nil + 1");
}

static void an_error_that_is_no_text_ends_as_error(void)
{
	CHECK_ERROR("an error that is a table was raised", .body = OPENED "error {}");
}

static void too_many_notes_end_as_error(void)
{
	CHECK_ERROR("wrote more than 1000 notes in one turn",
		    .body = OPENED "for i = 1, 2000 do log 'x' end");
}

static void too_many_requests_end_as_error(void)
{
	CHECK_ERROR("", .body = OPENED "local all = {}\n"
				       "for i = 1, 65 do all[i] = function() wait '1 s' end end\n"
				       "together(table.unpack(all))");
}

static void kill_runner(struct bench *bench)
{
	kill(run_runner_pid(bench->run), SIGKILL);
}

static void a_killed_script_ends_as_error(void)
{
	CHECK_ERROR("the script's process was killed by signal 9", .body = OPENED "wait '10 s'",
		    .at_now = kill_runner);
}

static void a_silent_instrument_cannot_be_caught(void)
{
	CHECK_ERROR("meter: pressure is not a number", .fault = "not_a_number",
		    .body = "fx.motor:on()\nwait '6 s'\nlocal ok, value = pcall(fx.pressure.read, "
			    "fx.pressure)\n"
			    "m.x = q '9 Pa'");
}

/* A process that takes its turns, says a word, and never asks for anything. */
static void put_lost_script(struct bench *bench)
{
	char *path = xprintf("%s/lost.sh", bench->folder);
	int folder = (int)(strrchr(bench->program, '/') - bench->program);
	char *text = xprintf("#!/bin/sh\nexec %.*s/davy-tests --as-peer quick\n", folder,
			     bench->program);

	bench_put(bench, "lost.sh", text);
	chmod(path, 0755);
	free(text);
	bench->runner = path;
}

static void a_lost_task_ends_as_error(void)
{
	struct bench bench;

	bench_open(&bench);
	put_lost_script(&bench);
	bench_run(&bench, .body = OPENED);

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR,
			      "the script waits for nothing and has not ended"));
	bench_close(&bench);
}

/* ---- worlds ---- */

static void kill_world(struct bench *bench)
{
	kill(run_world_pid(bench->run), SIGKILL);
}

static void a_killed_world_ends_as_error(void)
{
	CHECK_ERROR("the simulated world was killed by signal 9", .body = OPENED "wait '10 s'",
		    .at_now = kill_world);
}

static void a_world_that_hangs_ends_as_error(void)
{
	CHECK_ERROR("the simulated world used more than 1 s of processor time in one turn",
		    .body = OPENED "wait '10 s'", .fault = "hangs");
}

static void a_world_that_breaks_ends_as_error_in_its_words(void)
{
	CHECK_ERROR("the world broke", .body = OPENED "wait '10 s'", .fault = "breaks");
}

/* ---- wires ---- */

static void a_mute_wire_ends_as_error_naming_device_and_tries(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = OPENED, .fault = "meter.mute");

	CU_ASSERT(bench_ended(
		&bench, VERDICT_ERROR,
		"meter: no reply to identity (holding register 256) (3 tries, 100 ms each)"));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "meter.drive! meter.trim!");
	bench_close(&bench);
}

static void check_wire(const char *fault, const char *part)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = OPENED, .fault = fault);

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "meter: "));
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, part));
	CU_ASSERT(strstr(bench.why, "3 tries") || strstr(bench.why, "the last of 3 answers"));
	bench_close(&bench);
}

static void a_garbled_wire_ends_as_error(void)
{
	check_wire("meter.garbled", "CRC");
}

static void a_late_wire_ends_as_error(void)
{
	check_wire("meter.late", "no reply");
}

static void a_wire_that_cuts_off_ends_as_error(void)
{
	check_wire("meter.cut_off", "");
}

static void a_noisy_wire_ends_as_error(void)
{
	check_wire("meter.noise", "");
}

static void an_instrument_that_says_it_is_sick_ends_as_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = OPENED, .fault = "sick");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "meter: the meter reports a fault"));
	bench_close(&bench);
}

static void another_instrument_than_expected_ends_as_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_put(&bench, "fixtures/drivers/mini_meter/twin.lua",
		  "return simulator { id = 'mini_meter', bus = 'modbus', registers = {\n"
		  "  { holding = 0x0100, as = 'string[8]', read = function() return 'OTHER' end } "
		  "} }");
	bench_run(&bench, .body = OPENED);

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "meter: answers as 'OTHER', expected 'MINI"));
	bench_close(&bench);
}

static void an_exception_is_final_and_named(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_put(&bench, "fixtures/drivers/mini_meter/twin.lua",
		  "return simulator { id = 'mini_meter', bus = 'modbus', registers = {\n"
		  "  { input = 2, as = 'u16', read = function() return 0 end },\n"
		  "  { holding = 0x0100, as = 'string[8]', read = function() return 'MINI' end } } "
		  "}");
	bench_run(&bench, .body = "m.x = fx.shown:read()");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "meter: "));
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "exception 2"));
	bench_close(&bench);
}

/* ---- the journal ---- */

static void a_journal_that_grows_too_long_ends_as_error(void)
{
	CHECK_ERROR("the journal of this run has grown too long", .quota = 100000,
		    .body = OPENED "while true do wait '10 ms' end");
}

void suite_run_hostile(void)
{
	suite_begin("run_hostile");
	claim(an_endless_loop_ends_as_error);
	claim(an_endless_loop_that_catches_errors_ends_as_error);
	claim(a_script_that_waits_for_no_time_for_ever_ends_as_error);
	claim(a_script_that_takes_all_memory_cannot_hide_it);
	claim(a_mistake_in_lua_ends_as_error_at_its_line);
	claim(an_error_that_is_no_text_ends_as_error);
	claim(too_many_notes_end_as_error);
	claim(too_many_requests_end_as_error);
	claim(a_killed_script_ends_as_error);
	claim(a_silent_instrument_cannot_be_caught);
	claim(a_lost_task_ends_as_error);
	claim(a_killed_world_ends_as_error);
	claim(a_world_that_hangs_ends_as_error);
	claim(a_world_that_breaks_ends_as_error_in_its_words);
	claim(a_mute_wire_ends_as_error_naming_device_and_tries);
	claim(a_garbled_wire_ends_as_error);
	claim(a_late_wire_ends_as_error);
	claim(a_wire_that_cuts_off_ends_as_error);
	claim(a_noisy_wire_ends_as_error);
	claim(an_instrument_that_says_it_is_sick_ends_as_error);
	claim(another_instrument_than_expected_ends_as_error);
	claim(an_exception_is_final_and_named);
	claim(a_journal_that_grows_too_long_ends_as_error);
}

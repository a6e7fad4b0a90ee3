/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs done again from their journals. Whole ones must come to the same verdict; changed ones, whose
 * chain of hashes was made whole again so that only the content gives them away, must stop with both
 * sides shown.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/chain.h"
#include "run/replay.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/journal_change.h"

#define MEASURED "m.x = fx.pressure:mean '1 s'\n"

static struct replay last;
static struct error error;

static int replay(const struct bench *bench, const char *folder)
{
	int done = replay_run(folder, bench->program, &last, &error);

	value_free(last.summary);
	last.summary = NULL;
	return done;
}

/* Rehearse this and replay it: the verdict must be this one both times. */
static void check_replays(enum verdict verdict, const struct mini_order *what)
{
	struct bench bench;

	bench_open(&bench);
	if (what->clock == CLOCK_KIND_REAL)
		bench_be_patient(&bench);
	bench_rehearse(&bench, what);
	CU_ASSERT(bench_ended(&bench, verdict, ""));

	if (replay(&bench, bench.journal) < 0)
		CU_FAIL_FATAL(error.text);

	CU_ASSERT_EQUAL(last.verdict, verdict);
	CU_ASSERT_EQUAL(last.measures, journal_count(bench.journal, "judged"));
	CU_ASSERT_EQUAL(last.readings, journal_count(bench.journal, "reading"));
	bench_close(&bench);
}
#define CHECK_REPLAYS(verdict, ...) check_replays(verdict, &(struct mini_order){__VA_ARGS__})

/* ---- whole journals ---- */

static void a_passed_run_replays(void)
{
	CHECK_REPLAYS(
		VERDICT_PASS,
		.body = "local rise = fx.pressure:trace '200 ms'\n"
			"local opened = fx.valve:open()\n"
			"together(function() wait '3 s' fx.valve:close() end,\n"
			"  function() m.x = fx.pressure:becomes { '>= 1.1 kPa', within = '5 s' } "
			"* q '10 Pa/s' end)\n"
			"m.y = rise:max() m.z = fx.pulses:read()\n"
			"m.a = fx.pressure:settles { within = '5 Pa', over = '2 s' }\n"
			"m.b = fx.shown:holds { '<= 2 kPa', over = '3 s' }\n"
			"m.c = fx.reference 'weight' m.d = fx.lid:read()\n"
			"fx.meter:set { drive = '100 Pa' }\n"
			"operator:confirm { 'Seat it.', id = 'seat' }",
		.measures = "y = { 'y', limit = '>= 1 kPa' }, z = { 'z', limit = '>= 1 Hz' },\n"
			    "a = { 'a', limit = '>= 1 kPa' }, b = { 'b', limit = '>= 3 s' },\n"
			    "c = { 'c', limit = '>= 1 Pa' }, d = { 'd', limit = 'on' }");
}

static void a_run_whose_operator_mistyped_replays(void)
{
	CHECK_REPLAYS(VERDICT_PASS,
		      .body = "m.x = operator:enter { 'Read it.', id = 'slip', unit = 'Pa' }");
}

static void a_failed_run_replays(void)
{
	CHECK_REPLAYS(VERDICT_FAIL,
		      .body = "m.x = fx.pressure:becomes { '>= 5 kPa', within = '3 s' }");
}

static void a_run_ended_by_a_guard_replays(void)
{
	CHECK_REPLAYS(VERDICT_FAIL, .fault = "burst",
		      .body = MEASURED "fx.shown:guard '<= 2 kPa' wait '10 s'");
}

static void a_race_and_its_losers_replay(void)
{
	CHECK_REPLAYS(VERDICT_PASS,
		      .body = "for i = 1, 5 do race(function() fx.pressure:mean '500 ms' end,\n"
			      "  function() wait(i .. '00 ms') end,\n"
			      "  function() fx.shown:becomes { '<= 1 Pa', within = '3 s' } end) "
			      "end\n" MEASURED);
}

static void a_run_with_an_error_of_its_script_replays(void)
{
	CHECK_REPLAYS(VERDICT_ERROR, .body = MEASURED
				     "finally(function() fx.purge:open() wait '1 s' end)\n"
				     "finally(function() error 'two' end)\nerror 'one'");
}

static void a_run_whose_finally_block_fails_replays(void)
{
	CHECK_REPLAYS(VERDICT_ERROR, .body = MEASURED "finally(function() error 'late' end)");
}

static void a_run_that_an_interlock_ended_replays(void)
{
	CHECK_REPLAYS(VERDICT_ERROR, .fault = "lid_opens",
		      .body = MEASURED "fx.valve:open() wait '10 s'");
}

static void a_run_whose_script_took_all_memory_replays(void)
{
	CHECK_REPLAYS(VERDICT_ERROR,
		      .body = MEASURED "local t = {} while true do t[#t + 1] = { #t } end");
}

static void kill_runner(struct bench *bench)
{
	kill(run_runner_pid(bench->run), SIGKILL);
}

static void a_run_whose_script_was_killed_replays(void)
{
	CHECK_REPLAYS(VERDICT_ERROR, .at_now = kill_runner,
		      .body = MEASURED "log 'now' wait '1 s' m.y = fx.pressure:read()",
		      .measures = "y = { 'y', limit = '>= 1 Pa' }");
}

static void stop_it(struct bench *bench)
{
	run_stop(bench->run, "stopped by the operator");
}

static void stop_soon(struct bench *bench)
{
	bench_soon(bench, stop_it);
}

static void a_stopped_run_replays(void)
{
	CHECK_REPLAYS(VERDICT_ABORTED, .at_now = stop_soon,
		      .body = MEASURED
		      "finally(function() fx.purge:open() wait '1 s' fx.purge:close() end)\n"
		      "finally(function() fx.motor:on() end)\n"
		      "log 'now' wait '10 s'");
}

static void a_run_stopped_in_the_middle_of_a_turn_replays(void)
{
	CHECK_REPLAYS(VERDICT_ABORTED, .at_now = stop_it,
		      .body = MEASURED "finally(function() fx.purge:open() end)\n"
				       "log 'now' fx.valve:open() wait '10 s'");
}

static void a_run_stopped_in_its_finally_blocks_replays(void)
{
	CHECK_REPLAYS(VERDICT_ABORTED, .at_now = stop_soon,
		      .body = MEASURED
		      "finally(function() fx.motor:off() log 'the last' end)\n"
		      "finally(function() log 'now' wait '1 s' fx.purge:open()\n"
		      "  exclusive('manifold', function() wait '1 s' end) fx.purge:close() "
		      "end)\nfx.motor:on()");
}

static void stop_twice(struct bench *bench)
{
	stop_it(bench);
	stop_it(bench);
}

static void stop_twice_soon(struct bench *bench)
{
	bench_soon(bench, stop_twice);
}

static void a_run_stopped_twice_replays(void)
{
	CHECK_REPLAYS(VERDICT_ABORTED, .at_now = stop_twice_soon,
		      .body = MEASURED "finally(function() wait '2 s' end)\nlog 'now' wait '10 s'");
}

static void a_run_that_the_emergency_stop_ended_replays(void)
{
	CHECK_REPLAYS(VERDICT_ABORTED, .fault = "pressed",
		      .body = MEASURED "fx.valve:open() wait '10 s'");
}

static void an_inconclusive_run_replays(void)
{
	CHECK_REPLAYS(VERDICT_INCONCLUSIVE, .only = "S", .body = MEASURED);
}

static void a_run_in_real_time_replays(void)
{
	CHECK_REPLAYS(
		VERDICT_PASS, .clock = CLOCK_KIND_REAL,
		.body = "fx.valve:open()\n"
			"race(function() wait '300 ms' end,\n"
			"  function() fx.pressure:holds { '<= 5 kPa', over = '250 ms' } end)\n"
			"m.x = fx.pressure:mean '300 ms'");
}

static void a_run_that_lost_its_controller_replays_to_its_end(void)
{
	struct bench bench;
	struct buf bytes;
	char *verdict;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED "wait '1 s' m.y = fx.pressure:read()",
		  .measures = "y = { 'y', limit = '>= 1 Pa' }");
	bytes = bench_bytes(bench.journal);
	verdict = memmem(bytes.data, bytes.size, "{\"k\":\"measure\"", 14);
	CU_ASSERT_PTR_NOT_NULL_FATAL(verdict);
	verdict = strchr(strstr(verdict, "{\"k\":\"judged\""), '\n') + 1;
	bench_put_bytes(&bench, "cut/journal", bytes.data, (size_t)(verdict - bytes.data));
	buf_done(&bytes);
	snprintf(bench.journal, sizeof(bench.journal), "%s/cut", bench.folder);
	CU_ASSERT_EQUAL(journal_end_cut_short(bench.journal, "the power went", &error), 1);

	if (replay(&bench, bench.journal) < 0)
		CU_FAIL_FATAL(error.text);

	CU_ASSERT_EQUAL(last.verdict, VERDICT_ABORTED);
	CU_ASSERT_EQUAL(last.measures, 1);
	bench_close(&bench);
}

static void a_journal_without_a_verdict_is_refused(void)
{
	struct bench bench;
	struct buf bytes;
	char *verdict;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED);
	bytes = bench_bytes(bench.journal);
	verdict = memmem(bytes.data, bytes.size, "{\"k\":\"verdict\"", 14);
	bench_put_bytes(&bench, "cut/journal", bytes.data, (size_t)(verdict - bytes.data));
	buf_done(&bytes);
	snprintf(bench.journal, sizeof(bench.journal), "%s/cut", bench.folder);

	CU_ASSERT_EQUAL(replay(&bench, bench.journal), -1);

	CU_ASSERT_STRING_EQUAL(error.text, "the journal ends without a verdict");
	bench_close(&bench);
}

/* ---- changed journals ---- */

/* Run, change, replay: it must diverge with both of these in its sentence. */
static void check_change(struct journal_change *change, const char *there, const char *here)
{
	struct bench bench;
	struct buf old, new;

	bench_open(&bench);
	bench_run(&bench, .body = "fx.valve:open() wait '1 s' fx.valve:close()\n"
				  "m.x = fx.pressure:mean '2 s'");
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	old = bench_bytes(bench.journal);
	buf_init(&new);
	CU_ASSERT_FATAL(journal_rewrite(&old, &new, change));
	bench_put_bytes(&bench, "changed/journal", new.data, new.size);
	snprintf(bench.journal, sizeof(bench.journal), "%s/changed", bench.folder);

	error.text[0] = '\0';
	CU_ASSERT_EQUAL(replay(&bench, bench.journal), -1);

	if (!strstr(error.text, there) || !strstr(error.text, here))
		CU_FAIL(error.text);
	buf_done(&old);
	buf_done(&new);
	bench_close(&bench);
}
#define CHECK_CHANGE(there, here, ...)                                                             \
	check_change(&(struct journal_change){__VA_ARGS__}, there, here)

static void an_unchanged_rewritten_journal_replays(void)
{
	struct bench bench;
	struct buf old, new;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED);
	old = bench_bytes(bench.journal);
	buf_init(&new);
	journal_rewrite(&old, &new, &(struct journal_change){.kind = "none", .from = "", .to = ""});

	CU_ASSERT_EQUAL_FATAL(old.size, new.size);
	CU_ASSERT_EQUAL(memcmp(old.data, new.data, old.size), 0);
	buf_done(&old);
	buf_done(&new);
	bench_close(&bench);
}

static void a_flipped_sample_stops_with_both_values(void)
{
	/* the lowest byte of a double: less than any digit that is shown in a record */
	CHECK_CHANGE("pressure: the journal says", "its bytes say", .entry = ENTRY_SAMPLE,
		     .byte = 0);
}

static void changed_bytes_below_a_sample_stop(void)
{
	CHECK_CHANGE("CRC", "", .entry = ENTRY_RECEIVED, .byte = 4, .skip = 10);
}

static void a_changed_measure_stops(void)
{
	CHECK_CHANGE("diverges at", "the replay gives", .kind = "measure", .from = "'from':'r",
		     .to = "'from':'2 * r");
}

static void a_changed_judgement_stops(void)
{
	CHECK_CHANGE("line 'judged'", "the replay gives", .kind = "judged",
		     .from = "'value':", .to = "'value':1");
}

static void a_changed_reading_stops(void)
{
	CHECK_CHANGE("line 'reading'", "the replay gives", .kind = "reading",
		     .from = "'u':", .to = "'u':1");
}

static void a_changed_verdict_stops(void)
{
	CHECK_CHANGE("line 'verdict'", "PASS", .kind = "verdict", .from = "'verdict':'PASS'",
		     .to = "'verdict':'FAIL'");
}

static void a_changed_value_in_the_verdict_stops(void)
{
	CHECK_CHANGE("line 'verdict'", "the replay gives", .kind = "verdict",
		     .from = "'value':", .to = "'value':1");
}

static void a_changed_request_stops(void)
{
	CHECK_CHANGE("[1 s]", "[9 s]", .kind = "request", .from = "'[1 s]'", .to = "'[9 s]'");
}

static void a_changed_source_stops(void)
{
	CHECK_CHANGE("mini.lua: the journal says sha256", "its text there gives", .kind = "source",
		     .from = "fx.pressure:mean", .to = "fx.shown:mean");
}

static void a_removed_line_of_the_script_stops(void)
{
	CHECK_CHANGE("line 'verdict': the journal has nothing", "", .kind = "done", .from = "done",
		     .to = "none");
}

static void a_frozen_limit_changed_stops(void)
{
	CHECK_CHANGE("line 'run': the limits", "", .kind = "run", .from = "'limit':'>= 5 Pa'",
		     .to = "'limit':'>= 4 Pa'");
}

/* What the replay's own process came to is no matter of the journal. */
static void a_replay_whose_process_dies_says_so(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:read()");
	CU_ASSERT_EQUAL(replay_run(bench.journal, "/bin/false", &last, &error), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "the script's process ended"));
	if (!strstr(error.text, "the script's process ended"))
		printf("        it was: %s\n", error.text);
	bench_close(&bench);
}

void suite_replay(void)
{
	suite_begin("replay");
	claim(a_passed_run_replays);
	claim(a_run_whose_operator_mistyped_replays);
	claim(a_failed_run_replays);
	claim(a_run_ended_by_a_guard_replays);
	claim(a_race_and_its_losers_replay);
	claim(a_run_with_an_error_of_its_script_replays);
	claim(a_run_whose_finally_block_fails_replays);
	claim(a_run_that_an_interlock_ended_replays);
	claim(a_run_whose_script_took_all_memory_replays);
	claim(a_run_whose_script_was_killed_replays);
	claim(a_stopped_run_replays);
	claim(a_run_stopped_in_the_middle_of_a_turn_replays);
	claim(a_run_stopped_in_its_finally_blocks_replays);
	claim(a_run_stopped_twice_replays);
	claim(a_run_that_the_emergency_stop_ended_replays);
	claim(an_inconclusive_run_replays);
	claim(a_run_in_real_time_replays);
	claim(a_run_that_lost_its_controller_replays_to_its_end);
	claim(a_journal_without_a_verdict_is_refused);
	claim(an_unchanged_rewritten_journal_replays);
	claim(a_flipped_sample_stops_with_both_values);
	claim(changed_bytes_below_a_sample_stop);
	claim(a_changed_measure_stops);
	claim(a_changed_judgement_stops);
	claim(a_changed_reading_stops);
	claim(a_changed_verdict_stops);
	claim(a_changed_value_in_the_verdict_stops);
	claim(a_changed_request_stops);
	claim(a_changed_source_stops);
	claim(a_removed_line_of_the_script_stops);
	claim(a_frozen_limit_changed_stops);
	claim(a_replay_whose_process_dies_says_so);
}

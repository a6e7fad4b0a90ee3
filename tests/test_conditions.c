/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol declares, enforced in real runs of the small bench: its environment before the start
 * and throughout, its sampling rates, and what its method asks of its parameters. Nothing of it can
 * make a product fail, and nothing that misses it can pass; all of it replays.
 *
 * The "room" of these claims is the bench's own pressure: 1000 Pa, 9000 Pa under the fault "high", and
 * 9000 Pa from 5 s on under the fault "burst". A certificate of 2 Pa stands behind it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/replay.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/lung.h"
#include "tests/stream_files.h"

#define ROOM                                                                                       \
	"environment = { pressure = { '900 .. 1100 Pa', channel = 'pressure', every = '1 s',\n"    \
	"  clause = '4.1' } }, "
#define MEASURED "m.x = fx.shown:mean '1 s'\n"

static struct replay last;

/* What ended like this ends like this again, from its journal. */
static void check_replays(const struct bench *bench)
{
	struct error err = {0};
	int done = replay_run(bench->journal, bench->program, &last, &err);

	if (done < 0)
		printf("        %s\n", err.text);
	CU_ASSERT_EQUAL(done, 0);
	CU_ASSERT_EQUAL(last.verdict, bench->end.verdict);
	CU_ASSERT_EQUAL(last.measures, journal_count(bench->journal, "judged"));
	CU_ASSERT_EQUAL(last.readings, journal_count(bench->journal, "reading"));
	value_free(last.summary);
}

static void check_ends(const struct mini_order *what, enum verdict verdict, const char *part)
{
	struct bench bench;

	bench_open(&bench);
	bench_rehearse(&bench, what);
	CU_ASSERT(bench_ended(&bench, verdict, part));
	check_replays(&bench);
	bench_close(&bench);
}
#define CHECK_ENDS(verdict, part, ...) check_ends(&(struct mini_order){__VA_ARGS__}, verdict, part)

/* ---- the environment ---- */

static void a_room_as_asked_passes_and_is_recorded_with_its_extremes(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .header = ROOM, .body = "wait '20 s' " MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(journal_says(bench.journal, "{'k':'environment','t':") &&
		  journal_says(bench.journal, "'fit':true"));
	CU_ASSERT(journal_says(bench.journal,
			       "'step':'Conditions','measure':'pressure','key':'lowest'"));
	CU_ASSERT(journal_says(bench.journal,
			       "'step':'Conditions','measure':'pressure','key':'highest'"));
	CU_ASSERT(journal_says(bench.journal, "'clause':'4.1'"));
	check_replays(&bench);
	bench_close(&bench);
}

static void a_room_out_of_range_is_told_before_the_start_and_nothing_is_begun(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "high", .header = ROOM, .body = "fx.motor:on() " MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE,
			      "the environment is not as the protocol asks: pressure: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.why, "is outside 900 .. 1100 Pa, by 7900 Pa."));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.why, "Nothing was begun; --force runs it anyway"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "start"), 0);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "request"), 0);
	/* no line was moved; what devices are made safe with is written whatever happened */
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "meter.drive meter.trim");
	CU_ASSERT(journal_says(bench.journal, "'measure':'pressure','key':'highest'"));
	check_replays(&bench);
	bench_close(&bench);
}

static void a_forced_run_is_inconclusive_and_says_why(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "high", .force = true, .header = ROOM, .body = MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "pressure[lowest]: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.why, "is outside 900 .. 1100 Pa"));
	CU_ASSERT(journal_says(bench.journal, "'force':true"));
	CU_ASSERT(journal_says(bench.journal, "'fit':false"));
	CU_ASSERT(journal_says(bench.journal, "'measure':'x'"));
	check_replays(&bench);
	bench_close(&bench);
}

static void force_in_a_room_as_asked_changes_nothing(void)
{
	CHECK_ENDS(VERDICT_PASS, "", .force = true, .header = ROOM, .body = MEASURED);
}

static void a_room_that_drifts_out_is_inconclusive_with_its_extreme_and_time(void)
{
	struct bench bench;
	double at = 0;
	const char *when;

	bench_open(&bench);
	bench_run(&bench, .fault = "burst", .header = ROOM, .body = "wait '10 s' " MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "pressure[highest]: 900"));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench.why, "is outside 900 .. 1100 Pa"));
	when = strstr(bench.why, "(at ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(when);
	CU_ASSERT_EQUAL(sscanf(when, "(at %lf s)", &at), 1);
	CU_ASSERT(at > 5 && at < 13);
	check_replays(&bench);
	bench_close(&bench);
}

static void a_room_out_of_range_does_not_soften_a_failure(void)
{
	CHECK_ENDS(VERDICT_FAIL, "x: ", .fault = "burst", .header = ROOM,
		   .body = "wait '10 s' m.x = fx.shown:becomes { '<= 1 Pa', within = '1 s' }");
}

static void a_room_judged_by_a_figure_that_decides_nothing_is_inconclusive(void)
{
	CHECK_ENDS(VERDICT_INCONCLUSIVE, "needs 'environment.pressure'",
		   .header = "environment = { pressure = { '900 .. 1100 Pa', grade = 'secondary',\n"
			     "  channel = 'pressure' } },",
		   .body = MEASURED);
}

static void a_limit_set_may_bring_the_room(void)
{
	static const char LIMITS[] =
		"{ \"limit_set\": \"demo\", \"laboratory\": \"nobody\", \"grade\": \"example\",\n"
		"  \"limits\": { \"environment.pressure\": { \"limit\": \"0 .. 900 Pa\" } } }";

	CHECK_ENDS(VERDICT_INCONCLUSIVE, "is outside 0 .. 900 Pa, by ", .limits = LIMITS,
		   .header = "environment = { pressure = { channel = 'pressure' } },",
		   .body = MEASURED);
}

static void a_room_whose_certificate_has_run_out_is_inconclusive(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_put(&bench, "fixtures/mini/calibration.csv",
		  "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"
		  "meter,pressure,,Pa,2 Pa,2,CAL-1,2025-06-30\n"
		  "clock,time,,s,0.01 %,2,CAL-3,2027-06-30\n");
	bench_run(&bench, .header = ROOM, .body = MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "CAL-1"));
	bench_close(&bench);
}

static void a_room_that_is_mute_is_an_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "meter.mute", .header = ROOM, .body = MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "meter: "));
	bench_close(&bench);
}

/* The sample that trips the bench ends the script's wait for it, too, in a replay that does not know. */
static void a_run_that_an_interlock_ended_is_concluded_and_replays(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "burst", .header = ROOM,
		  .body = "fx.valve:open() " MEASURED
			  "local t = fx.pressure:becomes { '>= 8 kPa', within = '20 s' }");
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "no more than 5 kPa"));
	CU_ASSERT(journal_says(bench.journal,
			       "'step':'Conditions','measure':'pressure','key':'highest'"));
	check_replays(&bench);
	bench_close(&bench);
}

static void stop_it(struct bench *bench)
{
	run_stop(bench->run, "stopped by the operator");
}

static void stop_soon(struct bench *bench)
{
	bench_soon(bench, stop_it);
}

static void the_room_is_watched_to_the_end_of_a_stopped_run(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .fault = "burst", .at_now = stop_soon, .header = ROOM,
		  .body = MEASURED "finally(function() wait '4 s' end) wait '3 s' log 'now' wait "
				   "'1 min'");
	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));
	CU_ASSERT(journal_says(bench.journal, "'key':'highest','value':900"));
	check_replays(&bench);
	bench_close(&bench);
}

static void a_script_cannot_give_what_the_controller_records(void)
{
	struct judgement judgement;
	struct bench bench;
	struct plan *plan;
	struct value *measure;
	struct error err = {0};

	bench_open(&bench);
	plan = bench_plan(&bench, .header = ROOM, .body = MEASURED);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	judgement_init(&judgement, plan->protocol, NULL, true);
	measure = said("{'step':'Conditions','measure':'pressure','key':'lowest','why':'so'}");
	CU_ASSERT_PTR_NULL(judgement_take(&judgement, measure, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "no script gives its measures"));
	value_free(measure);
	judgement_done(&judgement);
	plan_free(plan);
	bench_close(&bench);
}

/* ---- sampling rates ---- */

static void a_rate_that_is_met_passes(void)
{
	CHECK_ENDS(VERDICT_PASS, "", .header = "sampling = { shown = '5 Hz' },",
		   .body = "local t = fx.shown:trace '200 ms' wait '20 s' m.x = t:mean()");
}

static void a_rate_that_is_not_met_is_inconclusive(void)
{
	CHECK_ENDS(VERDICT_INCONCLUSIVE, "sampling.shown: 2 Hz is outside >= 5 Hz (at ",
		   .header = "sampling = { shown = '5 Hz' },",
		   .body = "local t = fx.shown:trace '500 ms' wait '20 s' m.x = t:mean()");
}

static void a_rate_counts_ten_intervals_or_what_there_is(void)
{
	CHECK_ENDS(VERDICT_INCONCLUSIVE, "sampling.shown: 0.5 Hz is outside >= 1 Hz",
		   .header = "sampling = { shown = '1 Hz' },",
		   .body = "local t = fx.shown:trace '2 s' wait '5 s' m.x = t:mean()");
}

static void the_least_of_several_traces_counts(void)
{
	CHECK_ENDS(VERDICT_INCONCLUSIVE, "sampling.shown: 1 Hz is outside >= 5 Hz",
		   .header = "sampling = { shown = '5 Hz' },", .protocol = NULL, .measures = NULL,
		   .body = "local t = fx.shown:trace '200 ms' wait '5 s' m.x = t:mean() end }\n"
			   "step 'T' { measure = { y = { 'y', limit = '>= 5 Pa' } },\n"
			   "run = function(m, fx) local t = fx.shown:trace '1 s' wait '20 s'\n"
			   "m.y = t:mean()");
}

static void time_between_two_traces_is_no_gap(void)
{
	CHECK_ENDS(VERDICT_PASS, "", .header = "sampling = { shown = '5 Hz' },",
		   .body = "local t = fx.shown:trace '200 ms' wait '5 s' m.x = t:mean() end }\n"
			   "step 'N' { run = function() wait '60 s' end }\n"
			   "step 'T' { measure = { y = { 'y', limit = '>= 5 Pa' } },\n"
			   "run = function(m, fx) local t = fx.shown:trace '200 ms' wait '5 s'\n"
			   "m.y = t:mean()");
}

static void a_channel_that_was_never_traced_has_no_rate(void)
{
	CHECK_ENDS(VERDICT_INCONCLUSIVE, "sampling.shown: no trace of shown has two samples",
		   .header = "sampling = { shown = '1 Hz' },", .body = MEASURED);
}

static void a_run_that_ended_early_says_nothing_of_what_it_never_came_to_trace(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .header = "sampling = { shown = '1 Hz' },",
		  .body = "assert(false, 'the bench owes this') " MEASURED);
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "the bench owes this"));
	CU_ASSERT(journal_says(bench.journal, "'k':'concludes'"));
	CU_ASSERT_FALSE(journal_says(bench.journal, "'measure':'sampling.shown'"));
	check_replays(&bench);
	bench_close(&bench);
}

/* What streams at 100 Hz, or is asked every 50 ms, on the bench that breathes (tests/lung.h). */
static void check_lung(const struct lung_order *what, enum verdict verdict, const char *part)
{
	struct bench bench;

	bench_open(&bench);
	lung_put(&bench);
	lung_rehearse(&bench, what);
	CU_ASSERT(bench_ended(&bench, verdict, part));
	check_replays(&bench);
	bench_close(&bench);
}

#define BREATHES(channel)                                                                          \
	"fx.machine:on() local t = fx." channel ":trace() wait '20 s' m.x = t:mean() "

static void a_stream_has_the_rate_of_its_samples_and_not_of_its_blocks(void)
{
	check_lung(&(struct lung_order){.limit = ">= 0 %vol",
					.header = "sampling = { wave_co2 = '99 Hz' },",
					.body = "local t = fx.wave_co2:trace '10 ms' wait '20 s' "
						"m.x = t:mean()"},
		   VERDICT_PASS, "");
	check_lung(&(struct lung_order){.limit = ">= 0 %vol",
					.header = "sampling = { wave_co2 = '101 Hz' },",
					.body = "local t = fx.wave_co2:trace '10 ms' wait '20 s' "
						"m.x = t:mean()"},
		   VERDICT_INCONCLUSIVE, "sampling.wave_co2: ");
}

/* One of the files of the bench, a part of it replaced. */
static void put_changed(struct bench *bench, const struct bench_file *file, const char *what,
			const char *by)
{
	const char *at = strstr(file->text, what);
	struct buf changed;

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	buf_init(&changed);
	buf_printf(&changed, "%.*s%s%s", (int)(at - file->text), file->text, by, at + strlen(what));
	bench_put(bench, file->path, changed.data);
	buf_done(&changed);
}

/* A stream of which nobody knows when its next message is due, so that no interlock may need it: 200 Hz for 5 s, and then nothing. */
static void check_falls_silent(const char *header, const char *body, enum verdict verdict,
			       const char *part)
{
	struct bench bench;

	bench_open_streams(&bench);
	put_changed(&bench, &STREAM_FILES[0], "needs = 'ramp'", "needs = 'pressure'");
	put_changed(&bench, &STREAM_FILES[2], "every = '100 ms', silent = '1 s',", "");
	bench_run(&bench, .header = header, .body = body, .fault = "silent");
	CU_ASSERT(bench_ended(&bench, verdict, part));
	check_replays(&bench);
	bench_close(&bench);
}

static void what_falls_silent_in_its_trace_has_lost_its_rate(void)
{
	check_falls_silent("sampling = { ramp = '100 Hz' },",
			   "local t = fx.ramp:trace() wait '30 s' m.x = t:max()",
			   VERDICT_INCONCLUSIVE, "sampling.ramp: 0.39");
	check_falls_silent("sampling = { ramp = '100 Hz' },",
			   "local t = fx.ramp:trace() wait '4 s' m.x = t:max()", VERDICT_PASS, "");
}

static void a_specimen_that_falls_silent_for_a_minute_fails(void)
{
	check_falls_silent(NULL,
			   "local t = fx.ramp:trace() local a = fx.valve:close() wait '150 s' "
			   "m.x = t:minutes { from = a, to = fx.valve:close() }:mean()",
			   VERDICT_FAIL, "minute 2 (from 60 s to 120 s) has no sample");
}

static void a_trace_of_breaths_may_have_a_rate_of_its_own(void)
{
	check_lung(&(struct lung_order){.limit = ">= 0 %vol",
					.header = "sampling = { inhaled = '19 /min' },",
					.body = BREATHES("inhaled")},
		   VERDICT_PASS, "");
	check_lung(&(struct lung_order){.limit = ">= 0 %vol",
					.header = "sampling = { inhaled = '21 /min' },",
					.body = BREATHES("inhaled")},
		   VERDICT_INCONCLUSIVE, "sampling.inhaled: ");
}

static void what_breaths_are_computed_from_is_sampled_while_they_are_traced(void)
{
	check_lung(&(struct lung_order){.limit = ">= 0 %vol",
					.header = "sampling = { mouth_co2 = '19 Hz', "
						  "mouth_flow = '19 Hz' },",
					.body = BREATHES("inhaled")},
		   VERDICT_PASS, "");
	check_lung(&(struct lung_order){.limit = ">= 0 %vol",
					.header = "sampling = { mouth_flow = '50 Hz' },",
					.body = BREATHES("inhaled")},
		   VERDICT_INCONCLUSIVE, "sampling.mouth_flow: ");
	check_lung(&(struct lung_order){.limit = ">= 0 %vol",
					.header = "sampling = { wave_flow = '1 Hz' },",
					.body = BREATHES("inhaled")},
		   VERDICT_INCONCLUSIVE, "no trace of wave_flow has two samples");
}

/* ---- the method ---- */

#define CYCLES "params = { cycles = { '500', range = '1 .. 500', method = '>= 500' } },"

static void a_parameter_as_the_method_asks_passes(void)
{
	CHECK_ENDS(VERDICT_PASS, "", .header = CYCLES, .body = MEASURED);
}

static void a_parameter_below_the_method_never_passes(void)
{
	CHECK_ENDS(VERDICT_INCONCLUSIVE, "method.cycles: 5 is outside >= 500", .header = CYCLES,
		   .param = "cycles=5", .body = MEASURED);
}

static void a_parameter_below_the_method_does_not_hide_a_failure(void)
{
	CHECK_ENDS(VERDICT_FAIL, "x: ", .header = CYCLES, .param = "cycles=5",
		   .body = "m.x = fx.shown:becomes { '<= 1 Pa', within = '1 s' }");
}

static void a_step_alone_never_passes(void)
{
	CHECK_ENDS(VERDICT_INCONCLUSIVE, "only step 'S' was run", .only = "S",
		   .header = ROOM CYCLES, .body = MEASURED);
}

static void a_stopped_run_never_passes(void)
{
	CHECK_ENDS(VERDICT_ABORTED, "stopped", .at_now = stop_soon, .header = ROOM CYCLES,
		   .body = MEASURED "log 'now' wait '1 s'");
}

void suite_conditions(void)
{
	suite_begin("conditions");
	claim(a_room_as_asked_passes_and_is_recorded_with_its_extremes);
	claim(a_room_out_of_range_is_told_before_the_start_and_nothing_is_begun);
	claim(a_forced_run_is_inconclusive_and_says_why);
	claim(force_in_a_room_as_asked_changes_nothing);
	claim(a_room_that_drifts_out_is_inconclusive_with_its_extreme_and_time);
	claim(a_room_out_of_range_does_not_soften_a_failure);
	claim(a_room_judged_by_a_figure_that_decides_nothing_is_inconclusive);
	claim(a_limit_set_may_bring_the_room);
	claim(a_room_whose_certificate_has_run_out_is_inconclusive);
	claim(a_room_that_is_mute_is_an_error);
	claim(a_run_that_an_interlock_ended_is_concluded_and_replays);
	claim(the_room_is_watched_to_the_end_of_a_stopped_run);
	claim(a_script_cannot_give_what_the_controller_records);
	claim(a_rate_that_is_met_passes);
	claim(a_rate_that_is_not_met_is_inconclusive);
	claim(a_rate_counts_ten_intervals_or_what_there_is);
	claim(the_least_of_several_traces_counts);
	claim(time_between_two_traces_is_no_gap);
	claim(a_channel_that_was_never_traced_has_no_rate);
	claim(a_run_that_ended_early_says_nothing_of_what_it_never_came_to_trace);
	claim(a_stream_has_the_rate_of_its_samples_and_not_of_its_blocks);
	claim(what_falls_silent_in_its_trace_has_lost_its_rate);
	claim(a_specimen_that_falls_silent_for_a_minute_fails);
	claim(a_trace_of_breaths_may_have_a_rate_of_its_own);
	claim(what_breaths_are_computed_from_is_sampled_while_they_are_traced);
	claim(a_parameter_as_the_method_asks_passes);
	claim(a_parameter_below_the_method_never_passes);
	claim(a_parameter_below_the_method_does_not_hide_a_failure);
	claim(a_step_alone_never_passes);
	claim(a_stopped_run_never_passes);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breath channels through the whole house, on the lung (tests/lung.h), whose instruments are asked 20
 * times a second: gates, weights, guards, interlocks, certificates, replay.
 */
#include <stdlib.h>
#include <string.h>

#include "run/replay.h"
#include "tests/claims.h"
#include "tests/lung.h"

#define BREATHES "fx.machine:on()\n"

static struct error error;

/* It ends like this and replays to the same. */
static void check(enum verdict verdict, const char *why, const char *limit, const char *body)
{
	struct bench bench;
	struct replay again;

	bench_open(&bench);
	lung_put(&bench);
	lung_run(&bench, .limit = limit, .body = body);

	CU_ASSERT(bench_ended(&bench, verdict, why));
	if (bench.done == 0 && replay_run(bench.journal, bench.program, &again, &error) < 0)
		CU_FAIL_FATAL(error.text);
	CU_ASSERT_EQUAL(again.verdict, verdict);
	value_free(again.summary);
	bench_close(&bench);
}

/* The trace of the same gas over the same breaths has the mean 3 %vol: half of each. */
static void what_was_inhaled_is_told_from_what_was_exhaled(void)
{
	check(VERDICT_PASS, "", "0.99 .. 1.02 %vol", BREATHES "m.x = fx.inhaled:mean '30 s'");
	check(VERDICT_PASS, "", "4.97 .. 5.01 %vol", BREATHES "m.x = fx.exhaled:mean '30 s'");
	check(VERDICT_PASS, "", "2.9 .. 3.1 %vol", BREATHES "m.x = fx.mouth_co2:mean '30 s'");
}

/* The instruments' answers leave within 10 ms of the world's steps, 1 % of the way to the peak. */
static void peaks_and_volumes_are_those_of_each_breath(void)
{
	check(VERDICT_PASS, "", "467 .. 472 Pa", BREATHES "m.x = fx.peak:read()");
	check(VERDICT_PASS, "", "-472 .. -467 Pa", BREATHES "m.x = fx.least:read()");
	check(VERDICT_PASS, "", "1.48 .. 1.51 L", BREATHES "m.x = fx.tidal:read()");
}

/* Blocks of half a second, of two rates: the breath waits until the gas of its end has come. */
static void what_comes_unasked_is_gated_as_well(void)
{
	check(VERDICT_PASS, "", "0.995 .. 1.005 %vol",
	      BREATHES "m.x = fx.wave_inhaled:mean '30 s'");
	check(VERDICT_PASS, "", "0.995 .. 1.005 %vol",
	      "local t = fx.wave_inhaled:trace()\nlocal a = fx.machine:on()\nwait '70 s'\n"
	      "local b = fx.machine:off()\nwait '1 s'\n"
	      "m.x = t:minutes { from = a, to = b }:mean()");
}

/* 20 breaths a minute, each in the minute in which it ended. */
static void a_trace_of_breaths_has_minutes(void)
{
	check(VERDICT_PASS, "", "0.99 .. 1.02 %vol",
	      "local t = fx.inhaled:trace()\nlocal a = fx.machine:on()\nwait '90 s'\n"
	      "local b = fx.machine:off()\nwait '1 s'\n"
	      "assert(t:minutes { from = a, to = b }:count():number() == 2)\n"
	      "m.x = t:minutes { from = a, to = b }:max()");
}

static void a_breath_channel_is_waited_for(void)
{
	check(VERDICT_PASS, "", "0 .. 8 s",
	      BREATHES "m.x = fx.exhaled:becomes { '>= 4 %vol', within = '20 s' }");
}

/* A standing machine is no error of the bench: the condition's own deadline rules. */
static void a_machine_that_stands_breathes_nothing(void)
{
	check(VERDICT_FAIL, "x: >= 4 %vol was not reached within 40 s", "<= 1 s",
	      "m.x = fx.exhaled:becomes { '>= 4 %vol', within = '40 s' }");
	check(VERDICT_ERROR, "inhaled gave no reading", ">= 0 %vol", "m.x = fx.inhaled:read()");
}

static void only_what_has_a_period_is_traced_without_one(void)
{
	check(VERDICT_ERROR, "trace needs a period: the fixture does not say how often stop",
	      ">= 0 %vol", "fx.stop:trace()");
}

static void a_guard_over_breaths_ends_the_run(void)
{
	check(VERDICT_ERROR, "guard: inhaled left <= 0.5 %vol", ">= 0 %vol",
	      "fx.inhaled:guard '<= 0.5 %vol'\n" BREATHES "m.x = fx.exhaled:mean '30 s'");
}

/* Not before a breath was seen; then as long as they are rich. */
static void an_interlock_over_breaths_holds_from_the_first_one_on(void)
{
	check(VERDICT_ERROR, "feed may not be open: interlock: what is exhaled is rich",
	      ">= 0 %vol", BREATHES "fx.feed:open()");
	check(VERDICT_PASS, "", ">= 4 %vol",
	      BREATHES "wait '10 s'\nfx.feed:open()\nm.x = fx.exhaled:mean '30 s'");
}

static void an_interlock_over_breaths_trips(void)
{
	struct bench bench;

	bench_open(&bench);
	lung_put(&bench);
	lung_run(&bench, .limit = ">= 0 %vol", .fault = "poor",
		 .body = BREATHES "wait '10 s'\nfx.feed:open()\nm.x = fx.exhaled:mean '60 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "interlock: what is exhaled is rich"));
	bench_close(&bench);
}

/* ---- evidence ---- */

static void a_breath_rests_on_the_instrument_behind_it(void)
{
	struct bench bench;

	bench_open(&bench);
	lung_put(&bench);
	bench_put(&bench, "fixtures/lung/calibration.csv",
		  "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"
		  "analyser,content,,%vol,0.05 %vol,2,GA-1,2020-06-30\n");
	lung_run(&bench, .limit = ">= 0 %vol", .body = BREATHES "m.x = fx.inhaled:read()");
	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE,
			      "certificate GA-1 of analyser.content ran out on 2020-06-30"));

	lung_run(&bench, .limit = ">= 0 L", .body = BREATHES "m.x = fx.tidal:read()");
	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE,
			      "there is no certificate for module.flow"));
	bench_close(&bench);
}

static void what_the_delay_leaves_open_is_a_source_of_its_own(void)
{
	struct bench bench;

	bench_open(&bench);
	lung_put(&bench);
	lung_run(&bench, .limit = ">= 0 %vol", .body = BREATHES "m.x = fx.inhaled:read()");

	CU_ASSERT(journal_says(bench.journal, "'delay:mouth_co2':"));
	CU_ASSERT(journal_says(bench.journal, "'cert:GA-1"));
	bench_close(&bench);
}

/*
 * 1.5 L inhaled in 1.5 s is 60 L/min: 0.6 L/min + 1 % of 60 L/min are 1.2 L/min (k = 2), over 1.5 s
 * 0.03 L, so u = 0.015 L; the digit's half-width 0.05 L/min over 1.5 s is under a millilitre.
 */
static void a_volume_has_its_flows_certificate_over_its_time(void)
{
	struct bench bench;
	const struct value *measure;
	double u;

	bench_open(&bench);
	lung_put(&bench);
	lung_run(&bench, .limit = ">= 0 L", .body = BREATHES "m.x = fx.tidal:read()");

	CU_ASSERT_FATAL(bench_ended(&bench, VERDICT_PASS, ""));
	measure = value_at(value_get(bench.end.summary, "measures"), 0);
	u = value_get_real(measure, "U", 0) / 2;
	CU_ASSERT(u > 0.0148 && u < 0.0152);
	bench_close(&bench);
}

/* The gas is asked 20 times a second: a breath that rests on less than is declared decides nothing. */
static void breaths_are_held_against_the_sampling_rate_of_their_sources(void)
{
	struct bench bench;

	bench_open(&bench);
	lung_put(&bench);
	lung_run(&bench, .limit = ">= 0 %vol", .header = "sampling = { mouth_co2 = '25 Hz' }",
		 .body = BREATHES "m.x = fx.inhaled:read()");
	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "sampling.mouth_co2"));

	lung_run(&bench, .limit = ">= 0 %vol", .header = "sampling = { mouth_co2 = '15 Hz' }",
		 .body = BREATHES "m.x = fx.inhaled:read()");
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

void suite_run_breath(void)
{
	suite_begin("run_breath");
	claim(what_was_inhaled_is_told_from_what_was_exhaled);
	claim(peaks_and_volumes_are_those_of_each_breath);
	claim(what_comes_unasked_is_gated_as_well);
	claim(a_trace_of_breaths_has_minutes);
	claim(a_breath_channel_is_waited_for);
	claim(a_machine_that_stands_breathes_nothing);
	claim(only_what_has_a_period_is_traced_without_one);
	claim(a_guard_over_breaths_ends_the_run);
	claim(an_interlock_over_breaths_holds_from_the_first_one_on);
	claim(an_interlock_over_breaths_trips);
	claim(a_breath_rests_on_the_instrument_behind_it);
	claim(what_the_delay_leaves_open_is_a_source_of_its_own);
	claim(a_volume_has_its_flows_certificate_over_its_time);
	claim(breaths_are_held_against_the_sampling_rate_of_their_sources);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script asks of a trace between two acts: integrals and minutes. The mini bench shows 1000 Pa
 * with a noise of 0.5 Pa, and 100 Pa more for each second that its valve was open.
 */
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define TRACED                                                                                     \
	"local t = fx.pressure:trace '1 s'\nm.x = fx.pressure:read()\nwait '1 s'\n"                \
	"local a = fx.motor:on()\n"

static void check(enum verdict verdict, const char *why, const char *body, const char *measures)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = body, .measures = measures);

	CU_ASSERT(bench_ended(&bench, verdict, why));
	bench_close(&bench);
}

/* 1000 Pa over the 2.5 s between the acts, wherever the samples lie: 2500 Pa s. */
static void an_integral_between_two_acts_takes_their_time(void)
{
	check(VERDICT_PASS, "",
	      TRACED "wait '2500 ms'\nlocal b = fx.motor:off()\nwait '1 s'\n"
		     "m.y = t:integral { from = a, to = b }",
	      "y = { 'y', limit = '2495 .. 2505 Pa s' }");
}

static void an_integral_beyond_the_last_sample_says_to_wait(void)
{
	check(VERDICT_ERROR, "before the integral ends: wait for one more",
	      TRACED "wait '2500 ms'\nlocal b = fx.motor:off()\n"
		     "m.y = t:integral { from = a, to = b }",
	      "y = { 'y', limit = '>= 0 Pa s' }");
}

/*
 * 60 s at 1000 Pa, then 60 s at 1100 Pa but for the rise in the first of them: the mean is 1050 Pa
 * less the half of one sample's rise in 60, under 1 Pa.
 */
static void minutes_are_counted_from_an_act(void)
{
	check(VERDICT_PASS, "",
	      TRACED "wait '60 s'\nfx.valve:open() wait '1 s' fx.valve:close()\nwait '59 s'\n"
		     "local of = t:minutes { from = a, to = fx.motor:off() }\n"
		     "m.y = of:mean()\nm.z = of:max()\nm.a = of:min()\nm.b = of:count()",
	      "y = { 'y', limit = '1047 .. 1051 Pa' }, z = { 'z', limit = '1096 .. 1101 Pa' },\n"
	      "a = { 'a', limit = '999 .. 1001 Pa' }, b = { 'b', limit = '2 .. 2' }");
}

static void less_than_half_a_minute_is_no_value(void)
{
	check(VERDICT_FAIL, "y: 10 s are less than half a minute",
	      TRACED "wait '10 s'\nlocal b = fx.motor:off()\n"
		     "local mean, why = t:minutes { from = a, to = b }:mean()\n"
		     "m.y = mean or why",
	      "y = { 'y', limit = '>= 0 Pa' }");
}

/* Asked every 90 s, it says nothing in the third minute. */
static void a_minute_of_which_the_bench_saw_nothing_fails_no_product(void)
{
	check(VERDICT_ERROR, "has no sample",
	      "local t = fx.pulses:trace '90 s'\nm.x = fx.pressure:read()\nwait '1 s'\n"
	      "local a = fx.motor:on()\nwait '200 s'\n"
	      "m.y = t:minutes { from = a, to = fx.motor:off() }:mean()",
	      "y = { 'y', limit = '>= 0 Hz' }");
}

static void minutes_from_before_the_trace_are_refused(void)
{
	check(VERDICT_ERROR, "and the trace was opened at",
	      "local a = fx.motor:on()\nwait '50 s'\nlocal t = fx.pressure:trace '1 s'\n"
	      "m.x = q '5 Pa'\nwait '10 s'\n"
	      "m.y = t:minutes { from = a, to = fx.motor:off() }:mean()",
	      "y = { 'y', limit = '>= 0 Pa' }");
}

static void what_lies_ahead_is_not_asked_for(void)
{
	check(VERDICT_ERROR, "and the bench's time is",
	      TRACED "m.y = t:minutes { from = a, to = a + q '60 s' }:mean()",
	      "y = { 'y', limit = '>= 0 Pa' }");
}

static void options_that_are_no_acts_are_named(void)
{
	check(VERDICT_ERROR, "minutes needs to = … with what an act returned",
	      TRACED "t:minutes { from = a, to = '60 s' }", "");
	check(VERDICT_ERROR, "integral has no option 'til'",
	      TRACED "t:integral { from = a, til = a }", "");
	check(VERDICT_ERROR, "minutes have from and to: leave out :after",
	      TRACED "t:after '1 s':minutes { from = a, to = a }", "");
	check(VERDICT_ERROR, "minutes have no 'median'; they have: count, max, mean, min",
	      TRACED "t:minutes { from = a, to = a }:median()", "");
}

static void a_trace_is_seen_from_a_time_after_its_own_beginning(void)
{
	static const char WHY[] = "'after' counts from the trace's own beginning";

	check(VERDICT_ERROR, WHY, TRACED "wait '5 s'\nm.y = t:after(a):max()",
	      "y = { 'y', limit = '>= 0 Pa' }");
	check(VERDICT_ERROR, WHY, TRACED "wait '5 s'\nm.y = t:after(a + q '1 s'):max()",
	      "y = { 'y', limit = '>= 0 Pa' }");
	check(VERDICT_PASS, "",
	      TRACED "wait '2 s'\nlocal b = fx.motor:off()\nwait '2 s'\nm.y = t:after(b - a):max()",
	      "y = { 'y', limit = '>= 0 Pa' }");
}

void suite_run_minutes(void)
{
	suite_begin("run_minutes");
	claim(a_trace_is_seen_from_a_time_after_its_own_beginning);
	claim(an_integral_between_two_acts_takes_their_time);
	claim(an_integral_beyond_the_last_sample_says_to_wait);
	claim(minutes_are_counted_from_an_act);
	claim(less_than_half_a_minute_is_no_value);
	claim(a_minute_of_which_the_bench_saw_nothing_fails_no_product);
	claim(minutes_from_before_the_trace_are_refused);
	claim(what_lies_ahead_is_not_asked_for);
	claim(options_that_are_no_acts_are_named);
}

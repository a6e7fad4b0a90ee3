/* SPDX-License-Identifier: Apache-2.0 */
/* Waits in which a run may be interrupted: what a header may say of them, and what a script may have open in one. */
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define ALLOWS                                                                                     \
	"interruptions = { rest = { 'while it rests', zh = '静置期间', limit = '<= 15 min' } },"

static void refuses_wait(const char *body, const char *why)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .header = ALLOWS, .body = body);
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, why));
	bench_close(&bench);
}

#define REST "wait { '1 s', interruption = 'rest' }"

static void nothing_may_be_away_from_safe(void)
{
	refuses_wait("m.x = fx.pressure:read() fx.valve:open() " REST,
		     "valve is not at its safe level");
	refuses_wait("m.x = fx.pressure:read() fx.vent:close() " REST,
		     "vent is not at its safe level");
	refuses_wait("m.x = fx.pressure:read() fx.meter:set { drive = '100 Pa' } " REST,
		     "meter.drive");
}

static void nothing_else_may_be_open(void)
{
	refuses_wait("m.x = fx.pressure:read() fx.pressure:guard '<= 4 kPa' " REST,
		     "a guard watches beside it");
	refuses_wait("together(function() wait '5 s' end, function() " REST " end)",
		     "the script waits for something beside it");
	refuses_wait("together(function() " REST " end, function() m.x = fx.pressure:read() end)",
		     "nothing else is asked for until that is over");
}

static void nothing_that_runs_share_may_be_its_own(void)
{
	refuses_wait("exclusive('scale', function() " REST " end)", "the run has taken scale");
	refuses_wait("in_step 'chamber' " REST, "the run has met others in step");
}

static void what_is_not_declared_is_refused(void)
{
	refuses_wait("wait { '1 s', interruption = 'other' }", "'interruptions' has no 'other'");
	refuses_wait("wait { '1 s', interruption = 5 }", "a name that the header declares");
}

static void outputs_that_are_safe_again_are_safe(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .header = ALLOWS,
		  .body = "m.x = fx.pressure:read() fx.valve:open() wait '1 s' "
			  "fx.valve:close() " REST);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

static void a_header_says_what_is_no_limit(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench,
		  .header = "interruptions = { rest = { 'a', zh = 'b', limit = '>= 15 min' } },",
		  .body = REST);
	CU_ASSERT(bench_refused(&bench, "its limit is a time, at most so long"));
	bench_run(&bench,
		  .header = "interruptions = { rest = { 'a', zh = 'b', limit = '<= 5 Pa' } },",
		  .body = REST);
	CU_ASSERT(bench_refused(&bench, "its limit is a time, at most so long"));
	bench_run(&bench, .header = "interruptions = { rest = { 'a', limit = '<= 5 min' } },",
		  .body = REST);
	CU_ASSERT(bench_refused(&bench, "zh"));
	bench_close(&bench);
}

void suite_interruptible(void)
{
	suite_begin("interruptible");
	claim(nothing_may_be_away_from_safe);
	claim(nothing_else_may_be_open);
	claim(nothing_that_runs_share_may_be_its_own);
	claim(what_is_not_declared_is_refused);
	claim(outputs_that_are_safe_again_are_safe);
	claim(a_header_says_what_is_no_limit);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call that a script may have to wait for, in everything that may become of it: met at once, met
 * later, its time over, cancelled at any moment, cancelled twice, its wire gone. One table of the calls,
 * one claim per fate. After each the same call must still do on the same bench what it did before, and the
 * run must be the same again when it is replayed. Numbers are those of tests/bench_files.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/serial_sim.h"
#include "run/replay.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define MEASURED "m.x = fx.pressure:mean '1 s'\n"

static const struct call {
	const char *name;
	const char *at_once; /* what is so already */
	const char *later;   /* what becomes so after some of its samples, or NULL: the same */
	const char *in_vain; /* what gives nil and why, or NULL: it has no such end */
	/* What is still on its way when 450 ms have passed … NULL: a simulated person answers at once. */
	const char *is_waiting;
	bool brief; /* … or is over by then */
	bool needs_wire;
	bool adjusts; /* the specimen, which is measured before, too */
} CALLS[] = {
	{"wait", .at_once = "wait '0 s'", .later = "wait '2 s'", .is_waiting = "wait '60 s'"},
	{"read", .at_once = "fx.pressure:read()", .is_waiting = "fx.pressure:read()", .brief = true,
	 .needs_wire = true},
	{"is", .at_once = "fx.pressure:is '>= 5 Pa'", .is_waiting = "fx.pressure:is '>= 5 Pa'",
	 .brief = true, .needs_wire = true},
	{"mean", .at_once = "fx.pressure:mean '200 ms'", .later = "fx.pressure:mean '3 s'",
	 .is_waiting = "fx.pressure:mean '60 s'", .needs_wire = true},
	{"settles",
	 .at_once = "fx.pressure:settles { within = '50 Pa', over = '1 s', patience = '3 s' }",
	 .later = "fx.valve:open() wait '1 s' fx.valve:close()\n"
		  "fx.pressure:settles { within = '20 Pa', over = '2 s', patience = '9 s' }",
	 .in_vain = "fx.pressure:settles { within = '0.0001 Pa', over = '1 s', patience = '3 s' }",
	 .is_waiting =
		 "fx.pressure:settles { within = '0.0001 Pa', over = '1 s', patience = '60 s' }",
	 .needs_wire = true},
	{"becomes", .at_once = "fx.pressure:becomes { '>= 5 Pa', within = '1 s' }",
	 .later = "fx.valve:open() fx.pressure:becomes { '>= 1.2 kPa', within = '9 s' } "
		  "fx.valve:close()",
	 .in_vain = "fx.pressure:becomes { '>= 4 kPa', within = '1 s' }",
	 .is_waiting = "fx.pressure:becomes { '>= 4 kPa', within = '60 s' }", .needs_wire = true},
	{"becomes, of a contact", .at_once = "fx.lid:becomes { 'on', within = '1 s' }",
	 .in_vain = "fx.lid:becomes { 'off', within = '1 s' }",
	 .is_waiting = "fx.lid:becomes { 'off', within = '60 s' }"},
	{"holds", .at_once = "fx.pressure:holds { '>= 4 kPa', over = '1 s' }",
	 .later = "fx.pressure:holds { '>= 5 Pa', over = '2 s' }",
	 .is_waiting = "fx.pressure:holds { '>= 5 Pa', over = '60 s' }", .needs_wire = true},
	{"last_before",
	 .at_once = "fx.valve:open() fx.pressure:last_before { '>= 1.2 kPa', of = fx.shown, within "
		    "= '9 s' }\n"
		    "fx.valve:close() wait '100 ms'",
	 .in_vain = "fx.pressure:last_before { '>= 4 kPa', of = fx.shown, within = '1 s' }",
	 .is_waiting = "fx.pressure:last_before { '>= 4 kPa', of = fx.shown, within = '60 s' }",
	 .needs_wire = true},
	{"a count of pulses", .at_once = "fx.pulses:read()", .is_waiting = "fx.pulses:read()"},
	{"an act", .at_once = "fx.purge:open() fx.purge:close()",
	 .is_waiting = "fx.purge:open() wait '60 s'"},
	{"a setting", .at_once = "fx.meter:set { drive = '100 Pa', trim = '3 Pa' }",
	 .is_waiting = "fx.meter:set { drive = '100 Pa', trim = '3 Pa' }", .brief = true,
	 .needs_wire = true},
	{"confirm", .at_once = "operator:confirm { 'Seat it.', id = 'seat' }"},
	{"enter", .at_once = "operator:enter { 'Mass?', id = 'mass', unit = 'kg' }",
	 .later = "operator:enter { 'Mass?', id = 'slip', unit = 'kg' }"},
	{"scan", .at_once = "operator:scan { 'Scan it.', id = 'code' }"},
	{"photograph", .at_once = "operator:photograph { 'Its seal', id = 'seal' }"},
	{"adjust", .at_once = "operator:adjust 'zero'", .adjusts = true},
	{"exclusive", .at_once = "exclusive('manifold', function() end)",
	 .later = "exclusive('manifold', function() wait '1 s' end)",
	 .is_waiting = "exclusive('manifold', function() wait '60 s' end)"},
	{"in_step", .at_once = "in_step('chamber')",
	 .is_waiting = "in_step('chamber') wait '60 s'"},
};

enum { CALL_COUNT = sizeof(CALLS) / sizeof(CALLS[0]) };

/* The run was as it is when replayed from its journal alone. */
static bool replays(const struct bench *bench)
{
	struct replay replay;
	struct error err;
	bool same;

	if (replay_run(bench->journal, bench->program, &replay, &err) < 0) {
		printf("        the replay: %s\n", err.text);
		return false;
	}
	same = replay.verdict == bench->end.verdict;
	value_free(replay.summary);
	return same;
}

static void check(const struct call *call, const char *body, void (*at_now)(struct bench *bench),
		  enum verdict verdict, const char *part)
{
	char *whole = xprintf("%s%s", call->adjusts ? "m.y = fx.pressure:read()\n" : "", body);
	struct bench bench;
	bool good;

	bench_open(&bench);
	bench_run(&bench, .body = whole, .at_now = at_now,
		  .header = call->adjusts ? ADJUSTS_HEADER : NULL,
		  .measures = call->adjusts ? ADJUSTS_MEASURE : NULL);
	good = bench_ended(&bench, verdict, part) && journal_is_safe(bench.journal) &&
	       replays(&bench);
	if (!good)
		printf("        %s, in\n%s\n", call->name, whole);
	CU_ASSERT(good);
	bench_close(&bench);
	free(whole);
}

/* Takes the body. */
static void passes(const struct call *call, char *body)
{
	check(call, body, NULL, VERDICT_PASS, "");
	free(body);
}

static void what_is_met_at_once_goes_on(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++)
		passes(call,
		       xprintf("fx.motor:on()\n%s\n%s\n" MEASURED, call->at_once, call->at_once));
}

static void what_is_met_later_goes_on_then(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++)
		if (call->later)
			passes(call, xprintf("fx.motor:on()\n%s\n" MEASURED, call->later));
}

static void what_is_not_met_in_its_time_gives_nil_and_why(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++)
		if (call->in_vain)
			passes(call, xprintf("fx.motor:on()\nlocal value, why = %s\n"
					     "assert(value == nil and #why > 0)\n%s\n" MEASURED,
					     call->in_vain, call->at_once));
}

/* ---- cancelled ---- */

static const char *const MOMENTS[] = {"1 ms", "450 ms"};

/* The first so many of them: a call that is brief is over in the second. */
static size_t moments_of(const struct call *call)
{
	return !call->is_waiting ? 0 : call->brief ? 1 : 2;
}

static void loses_a_race(const struct call *call, const char *moment)
{
	passes(call, xprintf("fx.motor:on()\n"
			     "assert(2 == race(function() %s end,\n"
			     "  function() wait '%s' end))\n%s\n" MEASURED,
			     call->is_waiting, moment, call->at_once));
}

static void what_loses_a_race_is_forgotten(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++) {
		for (size_t i = 0; i < moments_of(call); i++)
			loses_a_race(call, MOMENTS[i]);
		if (call->is_waiting)
			loses_a_race(call, "0 s");
	}
}

/* Both races end at one instant, and the inner one's loser was told already. */
static void what_loses_two_races_at_once_is_forgotten_once(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++)
		for (size_t i = 0; i < moments_of(call); i++)
			passes(call,
			       xprintf("fx.motor:on()\n"
				       "race(function()\n"
				       "  race(function() %s end, function() wait '%s' end)\n"
				       "end, function() wait '%s' end)\n%s\n" MEASURED,
				       call->is_waiting, MOMENTS[i], MOMENTS[i], call->at_once));
}

static char *stopped_body(const struct call *call, const char *moment)
{
	return xprintf("finally(function() fx.motor:off() end)\nfx.motor:on()\n"
		       "together(function() %s wait '60 s' end,\n"
		       "  function() wait '%s' log 'now' end)",
		       call->is_waiting, moment);
}

static void a_stop_ends_whatever_is_on_its_way(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++)
		for (size_t i = 0; i < moments_of(call); i++) {
			char *body = stopped_body(call, MOMENTS[i]);

			check(call, body, bench_stop_soon, VERDICT_ABORTED,
			      "stopped by the operator");
			check(call, body, bench_stop_twice_soon, VERDICT_ABORTED,
			      "stopped by the operator");
			free(body);
		}
}

/* Lost to a race, and stopped in the same instant. */
static void a_stop_in_the_instant_of_a_lost_race_ends_both(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++)
		for (size_t i = 0; i < moments_of(call); i++) {
			char *body = xprintf("fx.motor:on()\n"
					     "race(function() %s end,\n"
					     "  function() wait '%s' log 'now' end)\nwait '60 s'",
					     call->is_waiting, MOMENTS[i]);

			check(call, body, bench_stop_twice_soon, VERDICT_ABORTED,
			      "stopped by the operator");
			free(body);
		}
}

/* ---- its wire goes ---- */

static void unplug(struct bench *bench)
{
	serial_sim_unplug(bench->run->slot->port[0].serial);
}

static void unplug_soon(struct bench *bench)
{
	bench_soon(bench, unplug);
}

static void a_call_whose_wire_goes_ends_the_run(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++)
		for (size_t i = 0; call->needs_wire && i < moments_of(call); i++) {
			char *body = stopped_body(call, MOMENTS[i]);

			check(call, body, unplug_soon, VERDICT_ERROR, "the adapter was unplugged");
			free(body);
		}
}

/* What was forgotten may not come to life by its wire; who asks next finds it gone. */
static void a_wire_that_goes_in_the_instant_of_a_lost_race_ends_the_run_once(void)
{
	for (const struct call *call = CALLS; call < CALLS + CALL_COUNT; call++)
		for (size_t i = 0; call->needs_wire && i < moments_of(call); i++) {
			char *body = xprintf("fx.motor:on()\n"
					     "race(function() %s end,\n"
					     "  function() wait '%s' log 'now' end)\n"
					     "wait '1 s'\n" MEASURED,
					     call->is_waiting, MOMENTS[i]);

			check(call, body, unplug_soon, VERDICT_ERROR, "the adapter was unplugged");
			free(body);
		}
}

void suite_yielding_calls(void)
{
	suite_begin("every call that waits, in all that may become of it");
	claim(what_is_met_at_once_goes_on);
	claim(what_is_met_later_goes_on_then);
	claim(what_is_not_met_in_its_time_gives_nil_and_why);
	claim(what_loses_a_race_is_forgotten);
	claim(what_loses_two_races_at_once_is_forgotten_once);
	claim(a_stop_ends_whatever_is_on_its_way);
	claim(a_stop_in_the_instant_of_a_lost_race_ends_both);
	claim(a_call_whose_wire_goes_ends_the_run);
	claim(a_wire_that_goes_in_the_instant_of_a_lost_race_ends_the_run_once);
}

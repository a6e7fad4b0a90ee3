/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs on a bench whose devices speak by themselves: from the twin's numbers over real bytes to traces
 * and conditions, and back again in a replay.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/replay.h"
#include "tests/claims.h"
#include "tests/stream_files.h"

static struct bench bench;
static char text[64];

static void check_replay(enum verdict verdict)
{
	struct replay replay;
	struct error err;

	if (replay_run(bench.journal, bench.program, &replay, &err) < 0)
		CU_FAIL_FATAL(err.text);
	CU_ASSERT_EQUAL(replay.verdict, verdict);
	value_free(replay.summary);
}

/* The number that a measure of the last run was given, in its limit's unit. */
static double measured(const char *name)
{
	const struct value *measures = value_get(bench.end.summary, "measures");

	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *one = value_at(measures, i);

		if (!strcmp(value_get_text(one, "measure"), name))
			return value_get_real(one, "value", NAN);
	}
	return NAN;
}

#define CHECK_ENDS(wanted, part, ...)                                                              \
	do {                                                                                       \
		bench_open_streams(&bench);                                                        \
		bench_run(&bench, __VA_ARGS__);                                                    \
		CU_ASSERT(bench_ended(&bench, wanted, part));                                      \
		check_replay(wanted);                                                              \
	} while (0)

/* The ramp is at 100 Pa for each second. */
static void a_sample_has_the_time_at_which_it_was_taken(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "wait '1 s'\n"
			   "local trace = fx.ramp:trace '1 s'\n"
			   "wait '2 s'\n"
			   "m.x = trace:slope() * q '1 s'\n"
			   "m.low = trace:min() m.high = trace:max()",
		   .measures =
			   "low = { 'l', limit = '>= 0 Pa' }, high = { 'h', limit = '>= 0 Pa' }");
	snprintf(text, sizeof(text), "%.9g", measured("x"));
	CU_ASSERT_STRING_EQUAL(text, "100");
	CU_ASSERT(measured("high") - measured("low") > 180);
	bench_close(&bench);
}

void suite_streams(void)
{
	suite_begin("streams");
	claim(a_sample_has_the_time_at_which_it_was_taken);
}

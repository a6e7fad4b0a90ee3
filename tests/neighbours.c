/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A good run and a hostile one (tests/neighbours.h), each on its own virtual clock, in one loop with one
 * writer. The good one traces, fills, races and judges, so that its journal has samples, acts, cancelled
 * requests and readings, and is compared byte for byte.
 */
#include "tests/neighbours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "tests/claims.h"

/* Longer than any budget of a process, and than a busy machine makes of it. */
#define PATIENCE SEC(60)

static const struct mini_order GOOD = {
	.body = "local rise = fx.pressure:trace '200 ms'\n"
		"fx.cell:fill '3 s'\n"
		"for i = 1, 20 do\n"
		"  race(function() fx.shown:mean '2 s' end, function() wait '2 s' end)\n"
		"end\n"
		"m.x = rise:max()",
};

void neighbours_open(struct neighbours *both)
{
	memset(both, 0, sizeof(*both));
	bench_open(&both->bench);
	bench_rehearse(&both->bench, &GOOD);
	CU_ASSERT(bench_ended(&both->bench, VERDICT_PASS, ""));
	both->alone = bench_bytes(both->bench.journal);
	CU_ASSERT(both->alone.size > 10000);
}

void neighbours_close(struct neighbours *both)
{
	buf_done(&both->alone);
	bench_close(&both->bench);
}

static void take_end(void *ctx, enum verdict verdict, const struct value *summary)
{
	struct side *side = ctx;
	const char *why = value_get_text(summary, "why");

	side->verdict = verdict;
	snprintf(side->why, sizeof(side->why), "%s", why ? why : "");
	snprintf(side->journal, sizeof(side->journal), "%s/runs/%s", side->of->bench.state,
		 value_get_text(summary, "run"));
	if (side->of->good.verdict && (side->of->hostile.verdict || !side->of->hostile.run))
		loop_quit(side->of->loop);
}

static void begin(struct neighbours *both, struct side *side, struct writer *writer,
		  const struct mini_order *what, const char *program)
{
	static const struct run_handlers HANDLERS = {.ended = take_end};
	struct run_place place = {.loop = both->loop,
				  .writer = writer,
				  .program = program,
				  .state = both->bench.state,
				  .cpu = -1};
	struct plan *plan = bench_plan_order(&both->bench, what);

	memset(side, 0, sizeof(*side));
	side->of = both;
	both->error = both->bench.error;
	if (plan)
		side->run = run_start(&place, plan, &HANDLERS, side, &both->error);
}

/* A program that takes the place of davy-lua; the caller frees its path. */
static char *put_peer(struct neighbours *both, const char *peer)
{
	const char *lua = both->bench.program;
	char *path = xprintf("%s/peer.sh", both->bench.folder);
	char *text = xprintf("#!/bin/sh\nDAVY_LUA=%s exec %.*s/davy-tests --as-peer '%s'\n", lua,
			     (int)(strrchr(lua, '/') - lua), lua, peer);

	bench_put(&both->bench, "peer.sh", text);
	chmod(path, 0755);
	free(text);
	return path;
}

static void give_up(void *ctx)
{
	struct neighbours *both = ctx;

	loop_quit(both->loop);
}

void neighbours_run(struct neighbours *both, const struct mini_order *hostile, const char *peer)
{
	char *program = peer ? put_peer(both, peer) : xstrdup(both->bench.program);
	struct bench_clock *real;
	struct writer *writer;
	struct error err;

	both->loop = loop_new(&err);
	writer = writer_new(both->loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
	real = loop_real_clock(both->loop);
	timer_start(&both->late, real, clock_now(real) + PATIENCE, TIMER_WAIT, give_up, both);

	begin(both, &both->good, writer, &GOOD, both->bench.program);
	CU_ASSERT_PTR_NOT_NULL_FATAL(both->good.run);
	begin(both, &both->hostile, writer, hostile, program);
	CU_ASSERT_EQUAL(loop_run(both->loop, &err), 0);

	timer_stop(&both->late);
	run_free(both->good.run);
	run_free(both->hostile.run);
	writer_free(writer);
	loop_free(both->loop);
	free(program);
}

static bool good_is_as_alone(const struct neighbours *both)
{
	struct buf beside;
	bool same;

	if (both->good.verdict != VERDICT_PASS) {
		printf("        the good one was: %s: %s\n",
		       both->good.verdict ? verdict_name(both->good.verdict) : "not ended",
		       both->good.why);
		return false;
	}
	beside = bench_bytes(both->good.journal);
	same = beside.size == both->alone.size &&
	       !memcmp(beside.data, both->alone.data, beside.size);
	if (!same)
		printf("        the good one's journal differs from that of a run alone\n");
	buf_done(&beside);
	return same;
}

bool neighbours_ended(const struct neighbours *both, enum verdict verdict, const char *part)
{
	const struct side *hostile = &both->hostile;
	bool good = good_is_as_alone(both);

	if (hostile->run && hostile->verdict == verdict && strstr(hostile->why, part)) {
		if (journal_is_safe(hostile->journal))
			return good;
		printf("        its journal does not show every output safe\n");
		return false;
	}
	printf("        it was: %s: %s\n",
	       !hostile->run	   ? "refused"
	       : !hostile->verdict ? "not ended"
				   : verdict_name(hostile->verdict),
	       hostile->run ? hostile->why : both->error.text);
	return false;
}

void neighbours_plan(struct neighbours *both, const char *peer)
{
	char *lua = both->bench.program;

	both->bench.program = put_peer(both, peer);
	CU_ASSERT_PTR_NULL(bench_plan_order(&both->bench, &GOOD));
	free(both->bench.program);
	both->bench.program = lua;
}

void neighbours_check(const struct mini_order *hostile, const char *peer, const char *part)
{
	struct neighbours both;

	neighbours_open(&both);
	neighbours_run(&both, hostile, peer);

	CU_ASSERT(neighbours_ended(&both, VERDICT_ERROR, part));
	neighbours_close(&both);
}

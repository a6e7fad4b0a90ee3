/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs side by side in one loop, each on a clock of its own: none must show in another's journal, not
 * even in the order of what happens in one instant.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/bench_rig.h"
#include "tests/claims.h"

enum { RUNS = 3 };

#define BODY                                                                                       \
	"local rise = fx.pressure:trace '200 ms'\n"                                                \
	"fx.cell:fill '3 s'\n"                                                                     \
	"race(function() fx.shown:mean '2 s' end, function() wait '2 s' end)\n"                    \
	"m.x = rise:max()\nlog 'now'\nwait '1 s'"

struct side {
	struct pair *pair;
	struct run *run;
	enum verdict verdict;
	char journal[240];
	bool kills; /* its own script, at `log "now"` */
};

struct pair {
	struct bench bench;
	struct loop *loop;
	struct writer *writer;
	struct side side[RUNS];
	int left;
};

static void take_event(void *ctx, const struct value *event)
{
	struct side *side = ctx;
	const char *text = value_get_text(event, "text");

	if (side->kills && text && !strcmp(text, "now"))
		kill(run_runner_pid(side->run), SIGKILL);
}

static void take_end(void *ctx, enum verdict verdict, const struct value *summary)
{
	struct side *side = ctx;

	side->verdict = verdict;
	snprintf(side->journal, sizeof(side->journal), "%s/runs/%s", side->pair->bench.state,
		 value_get_text(summary, "run"));
	if (--side->pair->left == 0)
		loop_quit(side->pair->loop);
}

static void start(struct pair *pair, int which, const struct mini_order *what)
{
	static const struct run_handlers HANDLERS = {take_event, take_end};
	struct side *side = &pair->side[which];
	struct run_place place = {pair->loop, pair->writer, pair->bench.program, pair->bench.state,
				  -1};
	struct plan *plan = bench_plan_order(&pair->bench, what);
	struct error err;

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	side->pair = pair;
	side->run = run_start(&place, plan, &HANDLERS, side, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(side->run);
	pair->left++;
}

static void pair_open(struct pair *pair)
{
	struct error err;

	memset(pair, 0, sizeof(*pair));
	bench_open(&pair->bench);
	pair->loop = loop_new(&err);
	pair->writer = writer_new(pair->loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(pair->writer);
}

static void pair_run(struct pair *pair)
{
	struct error err;

	CU_ASSERT_EQUAL(loop_run(pair->loop, &err), 0);
	for (int i = 0; i < RUNS; i++)
		run_free(pair->side[i].run);
}

static void pair_close(struct pair *pair)
{
	writer_free(pair->writer);
	loop_free(pair->loop);
	bench_close(&pair->bench);
}

static void check_same(const char *a, const char *b)
{
	struct buf first = bench_bytes(a), second = bench_bytes(b);

	CU_ASSERT(first.size > 1000);
	CU_ASSERT_EQUAL_FATAL(first.size, second.size);
	CU_ASSERT_EQUAL(memcmp(first.data, second.data, first.size), 0);
	buf_done(&first);
	buf_done(&second);
}

static void runs_side_by_side_have_the_bytes_of_one_alone(void)
{
	static const struct mini_order ORDER = {.body = BODY};
	struct pair pair;

	pair_open(&pair);
	bench_rehearse(&pair.bench, &ORDER);
	CU_ASSERT(bench_ended(&pair.bench, VERDICT_PASS, ""));
	for (int i = 0; i < RUNS; i++)
		start(&pair, i, &ORDER);

	pair_run(&pair);

	for (int i = 0; i < RUNS; i++) {
		CU_ASSERT_EQUAL(pair.side[i].verdict, VERDICT_PASS);
		check_same(pair.bench.journal, pair.side[i].journal);
	}
	pair_close(&pair);
}

static void a_run_that_dies_does_not_disturb_its_neighbour(void)
{
	static const struct mini_order ORDER = {.body = BODY};
	struct pair pair;

	pair_open(&pair);
	bench_rehearse(&pair.bench, &ORDER);
	start(&pair, 0, &ORDER);
	pair.side[1].kills = true;
	start(&pair, 1, &ORDER);
	start(&pair, 2, &(struct mini_order){.body = BODY, .fault = "breaks"});

	pair_run(&pair);

	CU_ASSERT_EQUAL(pair.side[1].verdict, VERDICT_ERROR);
	CU_ASSERT_EQUAL(pair.side[2].verdict, VERDICT_ERROR);
	check_same(pair.bench.journal, pair.side[0].journal);
	pair_close(&pair);
}

void suite_run_pair(void)
{
	suite_begin("run_pair");
	claim(runs_side_by_side_have_the_bytes_of_one_alone);
	claim(a_run_that_dies_does_not_disturb_its_neighbour);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A rehearsal: plan, run, verdict; one loop, one writer, nobody else in the process. */
#include "run/rehearsal.h"

#include <stdlib.h>
#include <string.h>

struct stage {
	const struct rehearsal_place *place;
	struct loop *loop;
	struct writer *writer;
	struct planning *planning;
	struct consumed *consumed; /* where the plan uses up a named specimen */
	struct run *run;
	void (*event)(void *ctx, const struct value *event);
	void (*started)(void *ctx, struct run *run);
	void *ctx;
	struct rehearsal *rehearsal;
	bool failed;
	struct error err;
};

static void fail(struct stage *stage, const struct error *err)
{
	stage->failed = true;
	stage->err = *err;
	loop_quit(stage->loop);
}

static void told(void *ctx, const struct value *event)
{
	struct stage *stage = ctx;

	stage->event(stage->ctx, event);
}

static void ended(void *ctx, enum verdict verdict, const struct value *summary)
{
	struct stage *stage = ctx;

	stage->rehearsal->verdict = verdict;
	stage->rehearsal->summary = value_copy(summary);
	stage->rehearsal->bench_time = value_get_int(summary, "bench_time_ns", 0);
	loop_quit(stage->loop);
}

static void refused(void *ctx, const struct error *err)
{
	fail(ctx, err);
}

static void planned(void *ctx, struct plan *plan, const struct error *err)
{
	struct stage *stage = ctx;
	struct run_place place = {
		.loop = stage->loop,
		.writer = stage->writer,
		.program = stage->place->program,
		.state = stage->place->state,
		.cpu = stage->place->cpu,
		.quota = stage->place->quota,
	};
	struct run_handlers handlers = {
		.event = stage->event ? told : NULL, .ended = ended, .refused = refused};
	struct specimen specimen;
	struct error wrong;

	if (err) {
		fail(stage, err);
		return;
	}
	if (specimen_of(plan, &specimen)) {
		stage->consumed = consumed_open(place.state, place.writer, &wrong);
		place.consumed = stage->consumed;
		if (!place.consumed) {
			plan_free(plan);
			fail(stage, &wrong);
			return;
		}
	}
	stage->run = run_start(&place, plan, &handlers, stage, &wrong);
	if (!stage->run)
		fail(stage, &wrong);
	else if (stage->started)
		stage->started(stage->ctx, stage->run);
}

static int run_stage(struct stage *stage, struct order *order, struct error *err)
{
	nsec began = clock_now(loop_real_clock(stage->loop));
	int done;

	stage->planning = planning_start(stage->loop, stage->place->program, order, planned, stage);
	done = loop_run(stage->loop, err);
	stage->rehearsal->real_time = clock_now(loop_real_clock(stage->loop)) - began;
	run_free(stage->run);
	consumed_close(stage->consumed);
	planning_free(stage->planning);
	if (done == 0 && stage->failed) {
		*err = stage->err;
		return -1;
	}
	return done;
}

int rehearse(const struct rehearsal_place *place, struct order *order,
	     void (*event)(void *ctx, const struct value *event),
	     void (*started)(void *ctx, struct run *run), void *ctx, struct rehearsal *rehearsal,
	     struct error *err)
{
	struct stage stage = {.place = place,
			      .event = event,
			      .started = started,
			      .ctx = ctx,
			      .rehearsal = rehearsal};
	int done = -1;

	memset(rehearsal, 0, sizeof(*rehearsal));
	stage.loop = loop_new(err);
	if (!stage.loop) {
		order_free(order);
		return -1;
	}
	stage.writer = writer_new(stage.loop, err);
	if (stage.writer)
		done = run_stage(&stage, order, err);
	else
		order_free(order);
	writer_free(stage.writer);
	loop_free(stage.loop);
	return done;
}

bool rehearsal_names(const struct rehearsal *rehearsal, const char *measure)
{
	const struct value *measures = value_get(rehearsal->summary, "measures");

	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *one = value_at(measures, i);
		const char *verdict = value_get_text(one, "verdict");
		const char *name = value_get_text(one, "measure");

		if (verdict && strcmp(verdict, "PASS") != 0 && name && !strcmp(name, measure))
			return true;
	}
	return false;
}

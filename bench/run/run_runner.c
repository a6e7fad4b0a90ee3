/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner of a run: what its frames mean, and what the course sends back.
 *
 * Every frame that crosses stands in the journal as a line, in the order in which it was handled: that is
 * the one door through which anything not determined enters a script, and all that a replay needs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/run.h"

enum { TURNS_IN_ONE_INSTANT = 10000 };

/* `now` is what the course is told, too: a replay has nothing but the line to take it from. */
void runner_line(struct run *run, nsec now, const char *kind, uint32_t id,
		 const struct value *payload)
{
	struct value *line = value_map();

	if (id)
		value_set_int(line, "id", id);
	if (payload && payload->kind != VALUE_NIL)
		value_set(line, "says", value_copy(payload));
	journal_line(run->journal, now, kind, line);
}

/* ---- the course's host ---- */

static struct live *new_live(struct run *run, struct request *request)
{
	struct live *live = xcalloc(1, sizeof(*live));

	live->run = run;
	live->id = request->id;
	live->next = run->lives;
	run->lives = live;
	request->host = live;
	return live;
}

static void live_free(struct live *live)
{
	struct live **place = &live->run->lives;

	while (*place != live)
		place = &(*place)->next;
	*place = live->next;
	photograph_forget(live);
	timer_stop(&live->timer);
	free(live);
}

static void due(void *ctx)
{
	struct live *live = ctx;

	runner_line(live->run, run_now(live->run), "ends", live->id, NULL);
	course_due(&live->run->course, live->id, live->timer.deadline);
}

/* The script is told of a refusal only while it tears down: others of its finally blocks shall run. */
static void refused(struct live *live, const char *why)
{
	struct run *run = live->run;
	struct value *line = value_map();

	value_set_int(line, "id", live->id);
	value_set_text(line, "why", why);
	journal_line(run->journal, run_now(run), "refused", line);
	course_refused(&run->course, live->id, why);
}

static void acted(void *ctx, const struct error *err)
{
	struct live *live = ctx;
	struct run *run = live->run;
	bool tears_down = run->state == RUN_STOPPING && !slot_is_tripped(run->slot);

	live->acting = false;
	if (live->orphan) {
		live_free(live);
	} else if (!err) {
		nsec now = run_now(run);

		runner_line(run, now, "ends", live->id, NULL);
		course_acted(&run->course, live->id, now);
	} else if (tears_down && err->kind == ERROR_REFUSED) {
		refused(live, err->text);
		return;
	}
	if (err)
		slot_trip(run->slot, VERDICT_ERROR, err->text);
}

static void set_next(void *ctx, const struct error *err)
{
	struct live *live = ctx;
	struct run *run = live->run;
	struct request *request = live->orphan ? NULL : course_find(&run->course, live->id);

	if (err || !request || live->next_setting == request->setting_count) {
		acted(live, err);
		return;
	}
	size_t i = live->next_setting++;

	slot_set(run->slot, request->device, request->setting[i].write, request->setting[i].number,
		 set_next, live);
}

static void operator_answered(void *ctx, const struct value *answer)
{
	struct live *live = ctx;
	const char *text = value_get_text(answer, "text");

	run_answer(live->run, live->id, text ? text : "", NULL);
}

/* `why` is what was wrong with the answer before, or NULL. */
void runner_ask_operator(struct live *live, const struct request *request, const char *why)
{
	struct run *run = live->run;

	live->asked = true;
	live->ended = false;
	watch_question(run, request, why);
	if (!order_has_wires(run->plan->order))
		slot_ask_operator(run->slot, request->operator_id, operator_answered, live);
}

static void host_open(void *ctx, struct request *request)
{
	struct run *run = ctx;
	struct live *live = new_live(run, request);
	enum timer_class class = request->kind == REQUEST_WAIT ? TIMER_WAIT : TIMER_CONDITION;

	if (request->channel >= 0)
		slot_want(run->slot, &live->channel, request->channel, request->every);
	if (request->of >= 0)
		slot_want(run->slot, &live->of, request->of, request->every);
	if (request->kind == REQUEST_WAIT && request->interruption >= 0)
		keep_stands(run, request);
	if (request->deadline != NSEC_NEVER)
		timer_start(&live->timer, run->clock, request->deadline, class, due, live);

	if (request->kind == REQUEST_ACT) {
		live->acting = true;
		slot_act(run->slot, request->line, request->on, acted, live);
	} else if (request->kind == REQUEST_SET) {
		live->acting = true;
		set_next(live, NULL);
	} else {
		share_begin(live, request);
	}
	watch_awaits(run);
}

static void host_close(void *ctx, struct request *request)
{
	struct run *run = ctx;
	struct live *live = request->host;

	if (!live)
		return; /* opened before an interruption, and not anew */
	if (request->channel >= 0)
		slot_unwant(run->slot, &live->channel);
	if (request->of >= 0)
		slot_unwant(run->slot, &live->of);
	timer_stop(&live->timer);
	if (live->asked && !live->ended)
		watch_withdrawn(run, request->id);
	share_close(live, request);
	watch_awaits(run);
	if (run->slot && run->slot->world)
		world_forget(run->slot->world, live);
	if (live->acting)
		live->orphan = true;
	else
		live_free(live);
}

static void host_result(void *ctx, uint32_t id, struct value *payload)
{
	struct run *run = ctx;

	runner_line(run, run_now(run), "result", id, payload);
	if (run->runner && !run->runner_done) {
		peer_add(run->runner, FRAME_RESULT, id, payload);
		peer_flush(run->runner);
	}
	value_free(payload);
}

static void host_reading(void *ctx, uint64_t id)
{
	struct run *run = ctx;

	journal_line(run->journal, run_now(run), "reading",
		     evidence_describe(&run->course.evidence, id));
}

static void host_judged(void *ctx, const struct judged *judged)
{
	struct run *run = ctx;

	journal_line(run->journal, run_now(run), "judged", judged_describe(judged));
	/* a crash loses no decision; nor does a loss of power where the bench is in real time */
	if (clock_kind(run->clock) == CLOCK_KIND_VIRTUAL)
		journal_push(run->journal);
	else
		journal_sync(run->journal, run_now(run), NULL, NULL);
	watch_judged(run, judged);
}

static void host_breach(void *ctx, enum verdict verdict, const char *why)
{
	struct run *run = ctx;

	slot_trip(run->slot, verdict, why);
}

static void host_step(void *ctx, const char *name, int repeat, bool begins)
{
	if (begins)
		watch_step(ctx, name, repeat);
}

static void host_fit(void *ctx, const char *why)
{
	run_fit(ctx, why);
}

static void host_ask_again(void *ctx, struct request *request, const char *why)
{
	struct run *run = ctx;
	struct value *line = value_map();

	value_set_int(line, "id", request->id);
	value_set_text(line, "why", why);
	journal_line(run->journal, run_now(run), "asked_again", line);
	runner_ask_operator(request->host, request, why);
}

static void host_adjusted(void *ctx, const struct value *adjustment)
{
	struct run *run = ctx;

	journal_line(run->journal, run_now(run), "adjusted", value_copy(adjustment));
	watch_adjusted(run, adjustment);
}

static void host_give(void *ctx)
{
	share_give(ctx);
}

const struct course_host RUN_COURSE_HOST = {
	.open = host_open,
	.close = host_close,
	.result = host_result,
	.reading = host_reading,
	.judged = host_judged,
	.breach = host_breach,
	.step = host_step,
	.fit = host_fit,
	.ask_again = host_ask_again,
	.adjusted = host_adjusted,
	.give = host_give,
};

/* ---- what the runner emits ---- */

/* An error in a finally block after a stop ends nothing that has not ended: the others still run. */
static void script_failed(struct run *run, const struct value *payload)
{
	const char *text = value_get_text(payload, "text");
	const char *kind = value_get_text(payload, "kind");
	bool in_lua = !kind || !strcmp(kind, "script");

	text = text ? text : "the script failed";
	if (in_lua && run->state == RUN_STOPPING) {
		watch_note(run, text);
		return;
	}
	run_end_early(run, VERDICT_ERROR, text);
	if (in_lua) {
		runner_stop(run, "the script failed");
		return;
	}
	run->runner_done = true; /* it has no finally blocks to run */
	run_make_safe(run);
}

static void take_note(struct run *run, const struct value *payload)
{
	const char *text = value_get_text(payload, "text");

	watch_note(run, text ? text : "");
}

static void take_measure(struct run *run, const struct value *payload)
{
	struct error err;

	if (course_measure(&run->course, payload, &err) < 0)
		slot_trip(run->slot, VERDICT_ERROR, err.text);
}

/*
 * All that is open is found by its number: of two with the same one, whatever ends one would end the
 * other, which may be another kind of thing.
 */
static bool take_number(struct run *run, uint32_t number)
{
	char why[120];

	if (number > run->numbered) {
		run->numbered = number;
		return true;
	}
	snprintf(why, sizeof(why), "the script's process numbered a request %u after %u", number,
		 run->numbered);
	slot_trip(run->slot, VERDICT_ERROR, why);
	return false;
}

/* A script that ends inside a step has left out the rest of it. */
static void take_done(struct run *run)
{
	char why[JUDGEMENT_WHY];

	run->runner_done = true;
	if (run->state == RUN_RUNNING && run->course.in_step) {
		snprintf(why, sizeof(why), "the script ended in the middle of its step '%.80s'",
			 run->course.step);
		slot_trip(run->slot, VERDICT_ERROR, why);
	}
	run_make_safe(run);
}

static void take_frame(void *ctx, const struct frame *frame)
{
	struct run *run = ctx;
	nsec now = run_now(run);

	if (run->state == RUN_RETURNING) {
		resume_frame(run, frame);
		return;
	}
	if (run->state >= RUN_SAFING)
		return;
	switch (frame->type) {
	case FRAME_REQUEST:
		if (!take_number(run, frame->request))
			break;
		runner_line(run, now, "request", frame->request, frame->payload);
		course_request(&run->course, frame->request, now, frame->payload);
		break;
	case FRAME_CANCEL:
		runner_line(run, now, "cancel", frame->request, NULL);
		course_cancel(&run->course, frame->request);
		break;
	case FRAME_MEASURE:
		runner_line(run, now, "measure", 0, frame->payload);
		take_measure(run, frame->payload);
		break;
	case FRAME_NOTE:
		runner_line(run, now, "note", 0, frame->payload);
		take_note(run, frame->payload);
		break;
	case FRAME_FAILED:
		runner_line(run, now, "failed", 0, frame->payload);
		script_failed(run, frame->payload);
		break;
	case FRAME_DONE:
		runner_line(run, now, "done", 0, NULL);
		take_done(run);
		break;
	default:
		break;
	}
}

static void runner_idle(void *ctx)
{
	struct run *run = ctx;

	if (run->state == RUN_RETURNING) {
		resume_read_on(run);
		return;
	}
	if (run->runner_done || run->state >= RUN_SAFING || run->state < RUN_RUNNING)
		return;
	run_check_quota(run);
	if (run->instant != run_now(run)) {
		run->instant = run_now(run);
		run->turns_in_instant = 0;
	}
	if (++run->turns_in_instant > TURNS_IN_ONE_INSTANT)
		slot_trip(run->slot, VERDICT_ERROR,
			  "the script asked 10,000 things without letting time pass");
	else if (!course_waits(&run->course))
		slot_trip(run->slot, VERDICT_ERROR,
			  "the script waits for nothing and has not ended: a task was lost");
}

static void runner_ended(void *ctx, const char *why)
{
	struct run *run = ctx;
	char text[320];

	if (run->state == RUN_RETURNING) {
		resume_runner_ended(run, why);
		return;
	}
	if (run->runner_done || run->state >= RUN_SAFING)
		return;
	run->runner_done = true;
	snprintf(text, sizeof(text), "the script's process %.280s", why);
	slot_trip(run->slot, VERDICT_ERROR, text);
	run_make_safe(run);
}

static void add_sources(struct run *run)
{
	const char *names[] = {run->plan->fixture_source, run->plan->protocol_source};

	for (int i = 0; i < 2; i++) {
		const struct plan_source *source = plan_find_source(run->plan, names[i]);

		peer_add_source(run->runner, source->name, source->text, source->size);
	}
}

int runner_spawn(struct run *run, const struct value *start, struct error *err)
{
	static const struct peer_handlers HANDLERS = {take_frame, runner_idle, runner_ended};
	char *argv[] = {(char *)run->place.program, NULL};

	run->runner =
		peer_start(run->place.loop, run->clock, argv, run->place.cpu, &HANDLERS, run, err);
	if (!run->runner)
		return -1;
	add_sources(run);
	peer_add(run->runner, FRAME_START, 0, start);
	peer_flush(run->runner);
	return 0;
}

int runner_start(struct run *run, struct error *err)
{
	struct value *start = plan_runner_start(run->plan);
	int done;

	fixture_describe(run->plan->fixture, start);
	runner_line(run, run_now(run), "start", 0, start);
	done = runner_spawn(run, start, err);
	value_free(start);
	return done;
}

static void grace_over(void *ctx)
{
	struct run *run = ctx;

	slot_trip(run->slot, run->cause ? run->cause : VERDICT_ERROR,
		  "the finally blocks took longer than the fixture's grace");
	run_make_safe(run);
}

void runner_stop(struct run *run, const char *why)
{
	struct value *line = value_map();

	value_set_text(line, "why", why);
	journal_line(run->journal, run_now(run), "stop", line);
	if (run->state != RUN_RUNNING)
		return;
	if (!run->runner) {
		run_make_safe(run);
		return;
	}
	run->state = RUN_STOPPING;
	share_leave(run); /* before the questions are dropped: none shall begin for another's end */
	course_drop_all(&run->course);
	slot_stopping(run->slot);
	timer_start(&run->grace, run->clock, run_now(run) + run->plan->fixture->grace, TIMER_STOP,
		    grace_over, run);
	peer_add(run->runner, FRAME_STOP, 0, NULL);
	peer_flush(run->runner);
}

void runner_forget(struct run *run)
{
	while (run->lives)
		live_free(run->lives);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replay.
 *
 * The journal is read item by item. Lines that the script caused (request, cancel, measure, note, failed,
 * done) must be what the script emits now. Entries (samples, blocks, pulses) are fed to a course like the one
 * that ran; lines that the course caused (result, reading, judged) must be what it says now. A result that
 * no sample brought about was brought about by time, by an act or by a person: the kind of its request
 * says which. Results are sent to the script one at a time, as they were.
 *
 * After a trip the script was not listened to, so nothing of it is compared any more; the measures
 * judged by then and the verdict still are.
 */
#include "run/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/course.h"
#include "run/journal_read.h"
#include "run/replay_breath.h"
#include "run/replay_bytes.h"
#include "run/replay_checks.h"
#include "run/replay_expected.h"
#include "run/replay_head.h"
#include "run/run.h"
#include "wire/peer.h"

struct stage {
	struct replay *replay;
	struct loop *loop;
	struct journal_reader *reader;
	struct replay_head head;
	struct course course;
	bool course_ready;
	struct peer *runner;
	struct expected *script, *bench; /* emitted now, not yet met in the journal */
	struct replay_bytes *bytes;
	struct replay_breath *breath;
	enum verdict cause;
	char cause_why[RUN_WHY];
	bool stopping;	/* finally blocks only */
	bool tripped;	/* the script no longer counts */
	bool deaf;	/* it is not listened to any more */
	bool recovered; /* the controller was gone before the end */
	bool over, failed;
	struct error err;
};

static void fail(struct stage *stage, const struct error *err)
{
	if (!stage->failed)
		stage->err = *err;
	stage->failed = stage->over = true;
	loop_quit(stage->loop);
}

/* ---- what the course says now ---- */

static void host_quiet(void *ctx, struct request *request)
{
	(void)ctx;
	(void)request;
}

static void host_result(void *ctx, uint32_t id, struct value *payload)
{
	struct stage *stage = ctx;

	expected_add(&stage->bench, "result", id, payload);
}

static void host_reading(void *ctx, uint64_t id)
{
	struct stage *stage = ctx;

	expected_add(&stage->bench, "reading", 0, evidence_describe(&stage->course.evidence, id));
}

static void host_judged(void *ctx, const struct judged *judged)
{
	struct stage *stage = ctx;

	expected_add(&stage->bench, "judged", 0, judged_describe(judged));
}

static void host_breach(void *ctx, enum verdict verdict, const char *why)
{
	struct stage *stage = ctx;

	stage->course.ended = true;
	stage->cause = verdict;
	snprintf(stage->cause_why, sizeof(stage->cause_why), "%s", why);
}

static void host_step(void *ctx, const char *name, int repeat, bool begins)
{
	(void)ctx;
	(void)name;
	(void)repeat;
	(void)begins;
}

static void host_adjusted(void *ctx, const struct value *adjustment)
{
	struct stage *stage = ctx;

	expected_add(&stage->bench, "adjusted", 0, value_copy(adjustment));
}

static void host_give(void *ctx)
{
	(void)ctx;
}

/* The answer that comes next stands in the journal. */
static void host_ask_again(void *ctx, struct request *request, const char *why)
{
	(void)ctx;
	(void)request;
	(void)why;
}

static void host_fit(void *ctx, const char *why)
{
	struct stage *stage = ctx;
	struct value *says = value_map();

	if (!stage->head.protocol->condition_count) {
		value_free(says);
		return;
	}
	value_set_bool(says, "fit", !why);
	value_set_text(says, "why", why);
	expected_add(&stage->bench, "environment", 0, says);
	if (!why || value_get_bool(value_get(stage->head.run, "order"), "force"))
		return;
	stage->cause = VERDICT_INCONCLUSIVE;
	run_say_unfit(why, stage->cause_why);
}

static const struct course_host HOST = {
	.open = host_quiet,
	.close = host_quiet,
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

/* ---- lines ---- */

static void diverge(struct stage *stage, const struct journal_item *item, const struct value *there,
		    const struct value *here)
{
	struct error err;

	replay_diverges(item, there, here, &err);
	fail(stage, &err);
}

/* The next expected line must be this one; true when it is. */
static bool meets(struct stage *stage, struct expected **list, const struct journal_item *item)
{
	struct error err;

	if (expected_meets(*list, item, &err) == 0)
		return true;
	fail(stage, &err);
	return false;
}

static void script_failed(struct stage *stage, const struct value *says)
{
	const char *text = value_get_text(says, "text");
	const char *kind = value_get_text(says, "kind");

	if ((!kind || !strcmp(kind, "script")) && stage->stopping)
		return; /* in a finally block */
	if (stage->cause == VERDICT_ERROR)
		return;
	stage->cause = VERDICT_ERROR;
	snprintf(stage->cause_why, sizeof(stage->cause_why), "%s",
		 text ? text : "the script failed");
}

static void script_line(struct stage *stage, const struct journal_item *item)
{
	const struct expected *first = stage->script;
	struct error err;

	if (!meets(stage, &stage->script, item))
		return;
	stage->replay->messages++;
	if (!strcmp(item->kind, "request")) {
		course_request(&stage->course, first->id, item->time, first->says);
	} else if (!strcmp(item->kind, "cancel")) {
		course_cancel(&stage->course, first->id);
	} else if (!strcmp(item->kind, "measure")) {
		if (course_measure(&stage->course, first->says, &err) < 0)
			host_breach(stage, VERDICT_ERROR, err.text);
	} else if (!strcmp(item->kind, "failed")) {
		script_failed(stage, first->says);
	}
	if (!stage->failed)
		expected_drop(&stage->script);
}

/* What ended this request was not a sample: time, an act, a person. */
static void bring_about(struct stage *stage, uint32_t id, nsec time)
{
	struct request *request = course_find(&stage->course, id);

	if (!request)
		return;
	if (request->kind == REQUEST_TAKE)
		course_took(&stage->course, id, time);
	else if (request->kind == REQUEST_ACT || request->kind == REQUEST_SET ||
		 request->kind == REQUEST_MEET)
		course_acted(&stage->course, id, time);
	else if (request->kind != REQUEST_OPERATOR)
		course_due(&stage->course, id, time);
}

static void bench_line(struct stage *stage, const struct journal_item *item)
{
	if (!meets(stage, &stage->bench, item))
		return;
	if (!strcmp(item->kind, "reading")) {
		stage->replay->readings++;
	} else if (!strcmp(item->kind, "judged")) {
		stage->replay->measures++;
	} else if (!strcmp(item->kind, "result")) {
		stage->replay->messages++;
		if (!stage->deaf) {
			peer_add(stage->runner, FRAME_RESULT, stage->bench->id, stage->bench->says);
			peer_flush(stage->runner);
		}
	}
	expected_drop(&stage->bench);
}

static void end_here(struct stage *stage, const struct journal_item *item, enum verdict verdict)
{
	stage->replay->verdict = verdict;
	stage->replay->summary = journal_content(item->line);
	stage->over = true;
	loop_quit(stage->loop);
}

static void verdict_line(struct stage *stage, const struct journal_item *item)
{
	const char *only = value_get_text(value_get(stage->head.run, "order"), "only");
	const char *name = value_get_text(item->line, "verdict");
	struct value *here = value_map();
	struct value *there = value_map();
	char why[RUN_WHY];
	struct value *measures = value_list();
	enum verdict verdict;

	verdict = run_verdict(&stage->course.judgement, only, stage->cause, stage->cause_why, why);
	for (size_t i = 0; i < stage->course.judgement.count; i++)
		value_add(measures, judged_describe(&stage->course.judgement.judged[i]));
	value_set_text(here, "verdict", verdict_name(verdict));
	value_set_text(here, "why", why);
	value_set(here, "measures", measures);
	value_set_text(there, "verdict", name);
	value_set_text(there, "why", value_get_text(item->line, "why"));
	if (value_get(item->line, "measures"))
		value_set(there, "measures", value_copy(value_get(item->line, "measures")));
	if (!value_same(here, there))
		diverge(stage, item, there, here);
	value_free(here);
	value_free(there);
	end_here(stage, item, verdict);
}

static void take_verdict(struct stage *stage, const struct journal_item *item)
{
	if (stage->recovered) /* whoever ended it had seen nothing of the run */
		end_here(stage, item, VERDICT_ABORTED);
	else if (stage->script && !stage->tripped)
		diverge(stage, item, NULL, stage->script->says);
	else
		verdict_line(stage, item);
}

static void take_stop(struct stage *stage, const struct journal_item *item)
{
	const char *why = value_get_text(item->line, "why");

	if (!stage->cause || stage->cause < VERDICT_ABORTED) {
		stage->cause = VERDICT_ABORTED;
		snprintf(stage->cause_why, sizeof(stage->cause_why), "%s", why ? why : "");
	}
	if (stage->stopping || stage->deaf)
		return; /* a second one, or before the script: the trip follows */
	stage->stopping = true;
	course_drop_all(&stage->course);
	peer_add(stage->runner, FRAME_STOP, 0, NULL);
	peer_flush(stage->runner);
}

static void take_trip(struct stage *stage, const struct journal_item *item)
{
	enum verdict verdict;
	struct error err;

	/* the sample that tripped the bench did not reach the script's requests any more */
	while (stage->bench)
		expected_drop(&stage->bench);
	stage->course.evidence.count = (size_t)stage->replay->readings;
	stage->deaf = stage->tripped = true;
	stage->course.ended = true;
	if (verdict_parse(&verdict, value_get_text(item->line, "verdict"), &err) < 0) {
		fail(stage, &err);
		return;
	}
	if (stage->cause && verdict_worse(stage->cause, verdict) == stage->cause)
		return;
	stage->cause = verdict;
	snprintf(stage->cause_why, sizeof(stage->cause_why), "%s",
		 value_get_text(item->line, "why"));
}

static bool is_one_of(const char *kind, const char *const *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(kind, kinds[i]))
			return true;
	return false;
}

static void take_line(struct stage *stage, const struct journal_item *item)
{
	static const char *const SCRIPT[] = {"request", "cancel", "measure",
					     "note",	"failed", "done"};
	static const char *const BENCH[] = {"result", "reading", "judged", "environment",
					    "adjusted"};
	uint32_t id = (uint32_t)value_get_int(item->line, "id", 0);

	if (is_one_of(item->kind, SCRIPT, 6))
		script_line(stage, item);
	else if (!strcmp(item->kind, "ends"))
		bring_about(stage, id, item->time);
	else if (is_one_of(item->kind, BENCH, 5))
		bench_line(stage, item);
	else if (!strcmp(item->kind, "watch"))
		course_begin(&stage->course, item->time);
	else if (!strcmp(item->kind, "concludes"))
		course_conclude(&stage->course, item->time, value_get_bool(item->line, "early"));
	else if (!strcmp(item->kind, "refused"))
		course_refused(&stage->course, id, value_get_text(item->line, "why"));
	else if (!strcmp(item->kind, "operator"))
		course_answer(&stage->course, id, value_get_text(item->line, "text"));
	else if (!strcmp(item->kind, "stop"))
		take_stop(stage, item);
	else if (!strcmp(item->kind, "trip"))
		take_trip(stage, item);
	else if (!strcmp(item->kind, "verdict"))
		take_verdict(stage, item);
	else if (!strcmp(item->kind, "recovered"))
		stage->recovered = true;
}

/* ---- entries ---- */

static void take_samples(struct stage *stage, const struct journal_item *item)
{
	struct bench_sample samples[FRAME_FIELDS];
	struct error err;
	int count = replay_bytes_samples(stage->bytes, item, samples, &err);

	if (count < 0) {
		fail(stage, &err);
		return;
	}
	if (count == 0)
		return;
	if (stage->head.fixture->channel[item->subject].device >= 0)
		stage->replay->samples += count;
	course_samples(&stage->course, item->subject, samples, (size_t)count);
	if (!stage->tripped &&
	    replay_breath_feed(stage->breath, item->subject, samples, (size_t)count, &err) < 0)
		fail(stage, &err);
}

static void take_breath(struct stage *stage, const struct journal_item *item)
{
	struct bench_sample sample;
	struct error err;
	int taken = replay_breath_take(stage->breath, item, &sample, &err);

	if (taken < 0)
		fail(stage, &err);
	else if (taken > 0)
		course_sample(&stage->course, item->subject, &sample);
}

static void take_entry(struct stage *stage, const struct journal_item *item)
{
	double pulse[4];
	struct error err;

	switch (item->entry) {
	case ENTRY_SAMPLE:
	case ENTRY_BLOCK:
		take_samples(stage, item);
		break;
	case ENTRY_SENT:
	case ENTRY_RECEIVED:
	case ENTRY_STREAMED:
		if (replay_bytes_take(stage->bytes, item, &err) < 0)
			fail(stage, &err);
		break;
	case ENTRY_LISTEN:
		replay_breath_listen(stage->breath, item);
		break;
	case ENTRY_BREATH:
		take_breath(stage, item);
		break;
	case ENTRY_PULSE:
		if (item->size != sizeof(pulse))
			break;
		memcpy(pulse, item->data, sizeof(pulse));
		course_pulse(&stage->course, item->subject, pulse[2], pulse[3]);
		break;
	default:
		break;
	}
}

/* ---- the script ---- */

static void read_on(struct stage *stage)
{
	struct journal_item item;
	struct error err;
	int got;

	while (!stage->over && (stage->deaf || !peer_owes(stage->runner))) {
		got = journal_reader_next(stage->reader, &item, &err);
		if (got < 0) {
			fail(stage, &err);
		} else if (got == 0) {
			error_set(&err, ERROR_DEVICE, "the journal ends without a verdict");
			fail(stage, &err);
		} else if (item.kind) {
			take_line(stage, &item);
		} else {
			take_entry(stage, &item);
		}
	}
}

static void take_frame(void *ctx, const struct frame *frame)
{
	static const struct {
		enum frame_type type;
		const char *kind;
	} KINDS[] = {
		{FRAME_REQUEST, "request"}, {FRAME_CANCEL, "cancel"}, {FRAME_MEASURE, "measure"},
		{FRAME_NOTE, "note"},	    {FRAME_FAILED, "failed"}, {FRAME_DONE, "done"},
	};
	struct stage *stage = ctx;

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]) && !stage->deaf; i++)
		if (KINDS[i].type == frame->type)
			expected_add(&stage->script, KINDS[i].kind, frame->request,
				     value_copy(frame->payload));
}

static void idle(void *ctx)
{
	read_on(ctx);
}

static void ended(void *ctx, const char *why)
{
	struct stage *stage = ctx;
	struct error err;

	/* a process that said DONE ends, and one that died did so in the run, too: read what is left */
	if (stage->over)
		return;
	stage->deaf = true;
	read_on(stage);
	if (stage->failed) {
		error_context(&stage->err, "the script's process %s", why);
	} else if (!stage->over) {
		error_set(&err, ERROR_DEVICE, "the script's process %s", why);
		fail(stage, &err);
	}
}

/* ---- beginning and ending ---- */

static void start_course(struct stage *stage)
{
	const struct replay_head *head = &stage->head;

	course_init(&stage->course, head->fixture, head->protocol, head->calibration,
		    (int)value_get_int(value_get(head->run, "order"), "slot", 1), head->wall,
		    value_get_bool(head->run, "simulated"), &HOST, stage);
	stage->course.world_answers = !value_get(head->run, "wires");
	stage->course.judgement.as_left = value_get_bool(value_get(head->run, "order"), "as_left");
	stage->course_ready = true;
	stage->bytes = replay_bytes_new(head->fixture, replay_head_wire_scale(head));
	stage->breath = replay_breath_new(head->fixture);
}

/* A run that ended before its script began has none to start. */
static int replay_unbegun(struct stage *stage)
{
	stage->deaf = true;
	read_on(stage);
	return 0;
}

static int start_script(struct stage *stage, const char *program, struct error *err)
{
	static const struct peer_handlers HANDLERS = {take_frame, idle, ended};
	static const char *const KEYS[] = {"fixture_source", "protocol_source"};
	char *argv[] = {(char *)program, NULL};

	stage->runner = peer_start(stage->loop, loop_real_clock(stage->loop), argv, -1, &HANDLERS,
				   stage, err);
	if (!stage->runner)
		return -1;
	for (int i = 0; i < 2; i++) {
		const char *name;
		const char *text = replay_head_source(&stage->head, KEYS[i], &name);

		if (!text)
			return error_set(err, ERROR_DEVICE, "the journal lacks the %s", KEYS[i]);
		peer_add_source(stage->runner, name, text, strlen(text));
	}
	peer_add(stage->runner, FRAME_START, 0, stage->head.start);
	peer_flush(stage->runner);
	return 0;
}

static void stage_free(struct stage *stage)
{
	peer_free(stage->runner);
	while (stage->script)
		expected_drop(&stage->script);
	if (stage->course_ready)
		course_done(&stage->course);
	while (stage->bench)
		expected_drop(&stage->bench);
	replay_bytes_free(stage->bytes);
	replay_breath_free(stage->breath);
	replay_head_done(&stage->head);
	journal_reader_close(stage->reader);
	if (stage->loop)
		loop_free(stage->loop);
	free(stage);
}

int replay_run(const char *folder, const char *program, struct replay *replay, struct error *err)
{
	struct stage *stage;
	int done;

	memset(replay, 0, sizeof(*replay));
	done = replay_checks(folder, replay, err);
	if (done <= 0)
		return done;
	done = -1;
	stage = xcalloc(1, sizeof(*stage));
	stage->replay = replay;
	stage->loop = loop_new(err);
	if (stage->loop && replay_head_read(&stage->head, folder, err) == 0) {
		start_course(stage);
		stage->reader = journal_reader_open(folder, err);
		if (stage->reader && !stage->head.start)
			done = replay_unbegun(stage);
		else if (stage->reader && start_script(stage, program, err) == 0)
			done = loop_run(stage->loop, err);
	}
	if (done == 0 && stage->failed) {
		*err = stage->err;
		done = -1;
	}
	stage_free(stage);
	return done;
}

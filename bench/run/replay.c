/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replay.
 *
 * The journal is read item by item. Lines that the script caused (request, cancel, measure, note, failed,
 * done) must be what the script emits now. Entries (samples, pulses) are fed to a course like the one
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
#include "base/json.h"
#include "run/course.h"
#include "run/journal_read.h"
#include "run/run.h"
#include "wire/peer.h"

/* Lines that should come next, oldest first. */
struct expected {
	struct expected *next;
	const char *kind;
	uint32_t id;
	struct value *says;
};

struct received {
	uint8_t bytes[512];
	size_t size;
};

struct stage {
	struct replay *replay;
	struct loop *loop;
	struct journal_reader *reader;
	struct value *head;    /* the line "run" */
	struct value *sources; /* map name→text */
	nsec wall;
	struct protocol *protocol;
	struct fixture *fixture;
	struct calibration *calibration;
	struct limit_set *limits;
	struct course course;
	bool course_ready;
	struct peer *runner;
	struct expected *script, *bench; /* emitted now, not yet met in the journal */
	struct received received[FIXTURE_MOST];
	enum verdict cause;
	char cause_why[RUN_WHY];
	bool deaf; /* a trip: the script no longer counts */
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

static void expect(struct expected **list, const char *kind, uint32_t id, struct value *says)
{
	struct expected *expected = xcalloc(1, sizeof(*expected));

	*expected = (struct expected){NULL, kind, id, says};
	while (*list)
		list = &(*list)->next;
	*list = expected;
}

static void drop_first(struct expected **list)
{
	struct expected *first = *list;

	*list = first->next;
	value_free(first->says);
	free(first);
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

	expect(&stage->bench, "result", id, payload);
}

static void host_reading(void *ctx, uint64_t id)
{
	struct stage *stage = ctx;

	expect(&stage->bench, "reading", 0, evidence_describe(&stage->course.evidence, id));
}

static void host_judged(void *ctx, const struct judged *judged)
{
	struct stage *stage = ctx;

	expect(&stage->bench, "judged", 0, judged_describe(judged));
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

static const struct course_host HOST = {host_quiet,  host_quiet,  host_result, host_reading,
					host_judged, host_breach, host_step};

/* ---- comparing ---- */

static void show(const struct value *value, char *text, size_t size)
{
	struct buf json;

	buf_init(&json);
	if (value)
		json_write(&json, value);
	snprintf(text, size, "%.150s", json.size ? json.data : "nothing");
	buf_done(&json);
}

static void diverge(struct stage *stage, const struct journal_item *item, const char *kind,
		    const struct value *there, const struct value *here)
{
	char journal[160], now[160];
	struct error err;

	show(there, journal, sizeof(journal));
	show(here, now, sizeof(now));
	error_set(&err, ERROR_DEVICE,
		  "the replay diverges at %.9f s, line '%s': the journal has %s, the replay gives "
		  "%s",
		  nsec_seconds(item->time), kind, journal, now);
	fail(stage, &err);
}

/* A journal line without what every line has. */
static struct value *content_of(const struct value *line)
{
	struct value *content = value_map();

	for (size_t i = 0; i < value_count(line); i++) {
		const char *key = value_key(line, i);

		if (strcmp(key, "k") != 0 && strcmp(key, "t") != 0)
			value_set(content, key, value_copy(value_at(line, i)));
	}
	return content;
}

/* The next expected line must be this one; true when it is. */
static bool meets(struct stage *stage, struct expected **list, const struct journal_item *item)
{
	bool carries_id = value_get(item->line, "says") || value_get(item->line, "id");
	struct value *content = content_of(item->line);
	const struct value *there = content;
	struct expected *first = *list;
	bool same;

	if (!strcmp(item->kind, "reading") || !strcmp(item->kind, "judged"))
		carries_id = false;
	if (carries_id)
		there = value_get(content, "says");
	same = first && !strcmp(first->kind, item->kind) &&
	       (!carries_id || first->id == (uint32_t)value_get_int(item->line, "id", 0)) &&
	       ((!there && (!first->says || first->says->kind == VALUE_NIL)) ||
		(there && first->says && value_same(there, first->says)) ||
		(!carries_id && value_count(content) == 0));
	if (!same)
		diverge(stage, item, item->kind, content, first ? first->says : NULL);
	value_free(content);
	return same;
}

/* ---- lines ---- */

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
		const char *text = value_get_text(first->says, "text");

		stage->cause = VERDICT_ERROR;
		snprintf(stage->cause_why, sizeof(stage->cause_why), "%s", text ? text : "");
		course_drop_all(&stage->course);
	}
	if (!stage->failed)
		drop_first(&stage->script);
}

/* What ended this request was not a sample: time, an act, a person. */
static void bring_about(struct stage *stage, uint32_t id, nsec time)
{
	struct request *request = course_find(&stage->course, id);

	if (!request)
		return;
	if (request->kind == REQUEST_ACT || request->kind == REQUEST_SET)
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
	} else {
		stage->replay->messages++;
		if (!stage->deaf) {
			peer_add(stage->runner, FRAME_RESULT, stage->bench->id, stage->bench->says);
			peer_flush(stage->runner);
		}
	}
	drop_first(&stage->bench);
}

static void verdict_line(struct stage *stage, const struct journal_item *item)
{
	const char *only = value_get_text(value_get(stage->head, "order"), "only");
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
		diverge(stage, item, "verdict", there, here);
	stage->replay->verdict = verdict;
	stage->replay->summary = content_of(item->line);
	value_free(here);
	value_free(there);
	stage->over = true;
	loop_quit(stage->loop);
}

static void take_stop(struct stage *stage, const struct journal_item *item)
{
	const char *why = value_get_text(item->line, "why");

	stage->cause = verdict_worse(stage->cause ? stage->cause : VERDICT_PASS, VERDICT_ABORTED);
	if (stage->cause == VERDICT_ABORTED)
		snprintf(stage->cause_why, sizeof(stage->cause_why), "%s", why ? why : "");
	course_drop_all(&stage->course);
	peer_add(stage->runner, FRAME_STOP, 0, NULL);
	peer_flush(stage->runner);
}

static void take_trip(struct stage *stage, const struct journal_item *item)
{
	enum verdict verdict;
	struct error err;

	stage->deaf = true;
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
	static const char *const BENCH[] = {"result", "reading", "judged"};
	uint32_t id = (uint32_t)value_get_int(item->line, "id", 0);

	if (is_one_of(item->kind, SCRIPT, 6))
		script_line(stage, item);
	else if (!strcmp(item->kind, "ends"))
		bring_about(stage, id, item->time);
	else if (is_one_of(item->kind, BENCH, 3))
		bench_line(stage, item);
	else if (!strcmp(item->kind, "operator"))
		course_answer(&stage->course, id, value_get_text(item->line, "text"));
	else if (!strcmp(item->kind, "stop"))
		take_stop(stage, item);
	else if (!strcmp(item->kind, "trip"))
		take_trip(stage, item);
	else if (!strcmp(item->kind, "verdict"))
		verdict_line(stage, item);
}

/* ---- entries ---- */

static int decode_again(struct stage *stage, const struct fixture_channel *channel, double value,
			struct error *err)
{
	const struct fixture_device *device = &stage->fixture->device[channel->device];
	const struct received *received = &stage->received[device->port];
	struct exchange exchange;
	double again;

	exchange_read(&exchange, device->driver, &device->driver->read[channel->read],
		      device->unit);
	if (exchange_number(&exchange, received->bytes, received->size, &again, err) < 0)
		return error_context(err, "%s: its bytes", channel->name);
	if (memcmp(&again, &value, sizeof(value)) != 0)
		return error_set(err, ERROR_DEVICE,
				 "%s: the journal says %.17g, its bytes say %.17g", channel->name,
				 value, again);
	return 0;
}

static void take_sample(struct stage *stage, const struct journal_item *item)
{
	struct bench_sample sample = {.time = item->time};
	struct error err;

	if (item->size != 24 || item->subject >= stage->fixture->channel_count)
		return;
	memcpy(&sample.value, item->data, 8);
	memcpy(&sample.resolution, item->data + 8, 8);
	memcpy(&sample.asked, item->data + 16, 8);
	if (stage->fixture->channel[item->subject].device >= 0) {
		stage->replay->samples++;
		if (decode_again(stage, &stage->fixture->channel[item->subject], sample.value,
				 &err) < 0) {
			fail(stage, &err);
			return;
		}
	}
	if (!stage->course.ended)
		course_sample(&stage->course, item->subject, &sample);
}

static void take_entry(struct stage *stage, const struct journal_item *item)
{
	double pulse[4];

	if (item->entry == ENTRY_SAMPLE) {
		take_sample(stage, item);
	} else if (item->entry == ENTRY_RECEIVED && item->subject < FIXTURE_MOST &&
		   item->size <= sizeof(stage->received[0].bytes)) {
		memcpy(stage->received[item->subject].bytes, item->data, item->size);
		stage->received[item->subject].size = item->size;
	} else if (item->entry == ENTRY_PULSE && item->size == sizeof(pulse)) {
		memcpy(pulse, item->data, sizeof(pulse));
		course_pulse(&stage->course, item->subject, pulse[2], pulse[3]);
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
			expect(&stage->script, KINDS[i].kind, frame->request,
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
	(void)why;
	if (stage->over)
		return;
	stage->deaf = true;
	read_on(stage);
	if (!stage->over) {
		error_set(&err, ERROR_DEVICE, "the script's process %s", why);
		fail(stage, &err);
	}
}

/* ---- the head of the journal ---- */

static int read_head(struct stage *stage, struct value **start, struct error *err)
{
	struct journal_item item;
	int got;

	while ((got = journal_reader_next(stage->reader, &item, err)) == 1) {
		if (!item.kind)
			take_entry(stage, &item);
		else if (!strcmp(item.kind, "run"))
			stage->head = value_copy(item.line);
		else if (!strcmp(item.kind, "source"))
			value_set_text(stage->sources, value_get_text(item.line, "name"),
				       value_get_text(item.line, "text"));
		else if (!strcmp(item.kind, "anchor"))
			stage->wall = value_get_int(item.line, "ns", 0);
		else if (!strcmp(item.kind, "start"))
			*start = value_copy(value_get(item.line, "says"));
		else if (!strcmp(item.kind, "verdict"))
			return error_set(err, ERROR_USAGE,
					 "the run ended before its script began: there is nothing "
					 "to replay");
		if (*start)
			return stage->head
				       ? 0
				       : error_set(err, ERROR_DEVICE, "the journal has no head");
	}
	return got < 0 ? -1
		       : error_set(err, ERROR_USAGE,
				   "the run was cut short before its script began");
}

static const char *source_text(const struct stage *stage, const char *key, const char **name)
{
	*name = value_get_text(stage->head, key);
	return *name ? value_get_text(stage->sources, *name) : NULL;
}

static int compile_head(struct stage *stage, struct error *err)
{
	const struct value *order = value_get(stage->head, "order");
	const char *limits_name, *calibration_name;
	const char *limits = source_text(stage, "limits_source", &limits_name);
	const char *calibration = source_text(stage, "calibration", &calibration_name);

	if (limits) {
		stage->limits = limit_set_parse(limits, strlen(limits), limits_name, err);
		if (!stage->limits)
			return -1;
	}
	stage->calibration = calibration ? calibration_parse(calibration, calibration_name, err)
					 : calibration_none();
	if (!stage->calibration)
		return -1;
	stage->protocol = protocol_compile(value_get(stage->head, "protocol_data"), stage->limits,
					   "journal", err);
	stage->fixture = fixture_compile(value_get(stage->head, "fixture_data"),
					 value_get(stage->head, "drivers"), "journal", err);
	if (!stage->protocol || !stage->fixture)
		return -1;
	course_init(&stage->course, stage->fixture, stage->protocol, stage->calibration,
		    (int)value_get_int(order, "slot", 1), stage->wall,
		    value_get_bool(stage->head, "simulated"), &HOST, stage);
	stage->course_ready = true;
	return 0;
}

static int start_script(struct stage *stage, const char *program, const struct value *start,
			struct error *err)
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
		const char *text = source_text(stage, KEYS[i], &name);

		if (!text)
			return error_set(err, ERROR_DEVICE, "the journal lacks the %s", KEYS[i]);
		peer_add_source(stage->runner, name, text, strlen(text));
	}
	peer_add(stage->runner, FRAME_START, 0, start);
	peer_flush(stage->runner);
	return 0;
}

static void stage_done(struct stage *stage)
{
	peer_free(stage->runner);
	while (stage->script)
		drop_first(&stage->script);
	if (stage->course_ready)
		course_done(&stage->course);
	while (stage->bench)
		drop_first(&stage->bench);
	protocol_free(stage->protocol);
	fixture_free(stage->fixture);
	calibration_free(stage->calibration);
	limit_set_free(stage->limits);
	value_free(stage->head);
	value_free(stage->sources);
	journal_reader_close(stage->reader);
	if (stage->loop)
		loop_free(stage->loop);
}

int replay_run(const char *folder, const char *program, struct replay *replay, struct error *err)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));
	struct value *start = NULL;
	int done = -1;

	memset(replay, 0, sizeof(*replay));
	stage->replay = replay;
	stage->sources = value_map();
	stage->reader = journal_reader_open(folder, err);
	stage->loop = stage->reader ? loop_new(err) : NULL;
	if (stage->loop && read_head(stage, &start, err) == 0 && compile_head(stage, err) == 0 &&
	    start_script(stage, program, start, err) == 0)
		done = loop_run(stage->loop, err);
	if (done == 0 && stage->failed) {
		*err = stage->err;
		done = -1;
	}
	value_free(start);
	stage_done(stage);
	free(stage);
	return done;
}

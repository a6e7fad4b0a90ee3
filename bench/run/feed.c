/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeding a course from a journal.
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
#include "run/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void feed_fail(struct feed *feed, const struct error *err)
{
	if (!feed->failed)
		feed->err = *err;
	feed->failed = feed->over = true;
	feed->ended(feed->ctx);
}

/* ---- what the course says now ---- */

static void host_quiet(void *ctx, struct request *request)
{
	(void)ctx;
	(void)request;
}

static void host_result(void *ctx, uint32_t id, struct value *payload)
{
	struct feed *feed = ctx;

	expected_add(&feed->bench, "result", id, payload);
}

static void host_reading(void *ctx, uint64_t id)
{
	struct feed *feed = ctx;

	expected_add(&feed->bench, "reading", 0, evidence_describe(&feed->course->evidence, id));
}

static void host_judged(void *ctx, const struct judged *judged)
{
	struct feed *feed = ctx;

	expected_add(&feed->bench, "judged", 0, judged_describe(judged));
}

static void host_breach(void *ctx, enum verdict verdict, const char *why)
{
	struct feed *feed = ctx;

	feed->course->ended = true;
	feed->cause = verdict;
	snprintf(feed->cause_why, sizeof(feed->cause_why), "%s", why);
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
	struct feed *feed = ctx;

	expected_add(&feed->bench, "adjusted", 0, value_copy(adjustment));
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
	struct feed *feed = ctx;
	struct value *says = value_map();

	if (!feed->head.protocol->condition_count) {
		value_free(says);
		return;
	}
	value_set_bool(says, "fit", !why);
	value_set_text(says, "why", why);
	expected_add(&feed->bench, "environment", 0, says);
	if (!why || value_get_bool(value_get(feed->head.run, "order"), "force"))
		return;
	feed->cause = VERDICT_INCONCLUSIVE;
	run_say_unfit(why, feed->cause_why);
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

static void diverge(struct feed *feed, const struct journal_item *item, const struct value *there,
		    const struct value *here)
{
	struct error err;

	replay_diverges(item, there, here, &err);
	feed_fail(feed, &err);
}

/* The next expected line must be this one; true when it is. */
static bool meets(struct feed *feed, struct expected **list, const struct journal_item *item)
{
	struct error err;

	if (expected_meets(*list, item, &err) == 0)
		return true;
	feed_fail(feed, &err);
	return false;
}

static void script_failed(struct feed *feed, const struct value *says)
{
	const char *text = value_get_text(says, "text");
	const char *kind = value_get_text(says, "kind");

	if ((!kind || !strcmp(kind, "script")) && feed->stopping)
		return; /* in a finally block */
	if (feed->cause == VERDICT_ERROR)
		return;
	feed->cause = VERDICT_ERROR;
	snprintf(feed->cause_why, sizeof(feed->cause_why), "%s", text ? text : "the script failed");
}

static void script_line(struct feed *feed, const struct journal_item *item)
{
	const struct expected *first = feed->script;
	struct error err;

	if (!meets(feed, &feed->script, item))
		return;
	feed->replay->messages++;
	if (!strcmp(item->kind, "request")) {
		course_request(feed->course, first->id, item->time, first->says);
	} else if (!strcmp(item->kind, "cancel")) {
		course_cancel(feed->course, first->id);
	} else if (!strcmp(item->kind, "measure")) {
		if (course_measure(feed->course, first->says, &err) < 0)
			host_breach(feed, VERDICT_ERROR, err.text);
	} else if (!strcmp(item->kind, "failed")) {
		script_failed(feed, first->says);
	}
	if (!feed->failed)
		expected_drop(&feed->script);
}

/* What ended this request was not a sample: time, an act, a person. */
static void bring_about(struct feed *feed, uint32_t id, nsec time)
{
	struct request *request = course_find(feed->course, id);

	if (!request)
		return;
	if (request->kind == REQUEST_TAKE)
		course_took(feed->course, id, time);
	else if (request->kind == REQUEST_ACT || request->kind == REQUEST_SET ||
		 request->kind == REQUEST_MEET)
		course_acted(feed->course, id, time);
	else if (request->kind != REQUEST_OPERATOR)
		course_due(feed->course, id, time);
}

static void bench_line(struct feed *feed, const struct journal_item *item)
{
	if (!meets(feed, &feed->bench, item))
		return;
	if (!strcmp(item->kind, "reading")) {
		feed->replay->readings++;
	} else if (!strcmp(item->kind, "judged")) {
		feed->replay->measures++;
	} else if (!strcmp(item->kind, "result")) {
		feed->replay->messages++;
		if (!feed->deaf) {
			peer_add(feed->runner, FRAME_RESULT, feed->bench->id, feed->bench->says);
			peer_flush(feed->runner);
		}
	}
	expected_drop(&feed->bench);
}

static void end_here(struct feed *feed, const struct journal_item *item, enum verdict verdict)
{
	feed->replay->verdict = verdict;
	feed->replay->summary = journal_content(item->line);
	feed->over = true;
	feed->ended(feed->ctx);
}

static void verdict_line(struct feed *feed, const struct journal_item *item)
{
	const char *only = value_get_text(value_get(feed->head.run, "order"), "only");
	const char *name = value_get_text(item->line, "verdict");
	struct value *here = value_map();
	struct value *there = value_map();
	char why[RUN_WHY];
	struct value *measures = value_list();
	enum verdict verdict;

	verdict = run_verdict(&feed->course->judgement, only, feed->cause, feed->cause_why, why);
	for (size_t i = 0; i < feed->course->judgement.count; i++)
		value_add(measures, judged_describe(&feed->course->judgement.judged[i]));
	value_set_text(here, "verdict", verdict_name(verdict));
	value_set_text(here, "why", why);
	value_set(here, "measures", measures);
	value_set_text(there, "verdict", name);
	value_set_text(there, "why", value_get_text(item->line, "why"));
	if (value_get(item->line, "measures"))
		value_set(there, "measures", value_copy(value_get(item->line, "measures")));
	if (!value_same(here, there))
		diverge(feed, item, there, here);
	value_free(here);
	value_free(there);
	end_here(feed, item, verdict);
}

static void take_verdict(struct feed *feed, const struct journal_item *item)
{
	struct error err;

	if (feed->goes_on) {
		error_set(&err, ERROR_REFUSED, "it has its verdict already: %s",
			  value_get_text(item->line, "verdict"));
		feed_fail(feed, &err);
	} else if (feed->recovered) /* whoever ended it had seen nothing of the run */
		end_here(feed, item, VERDICT_ABORTED);
	else if (feed->script && !feed->tripped)
		diverge(feed, item, NULL, feed->script->says);
	else
		verdict_line(feed, item);
}

static void take_stop(struct feed *feed, const struct journal_item *item)
{
	const char *why = value_get_text(item->line, "why");

	if (!feed->cause || feed->cause < VERDICT_ABORTED) {
		feed->cause = VERDICT_ABORTED;
		snprintf(feed->cause_why, sizeof(feed->cause_why), "%s", why ? why : "");
	}
	if (feed->stopping || feed->deaf)
		return; /* a second one, or before the script: the trip follows */
	feed->stopping = true;
	course_drop_all(feed->course);
	peer_add(feed->runner, FRAME_STOP, 0, NULL);
	peer_flush(feed->runner);
}

static void take_trip(struct feed *feed, const struct journal_item *item)
{
	enum verdict verdict;
	struct error err;

	/* the sample that tripped the bench did not reach the script's requests any more */
	while (feed->bench)
		expected_drop(&feed->bench);
	feed->course->evidence.count = (size_t)feed->replay->readings;
	feed->deaf = feed->tripped = true;
	feed->course->ended = true;
	if (verdict_parse(&verdict, value_get_text(item->line, "verdict"), &err) < 0) {
		feed_fail(feed, &err);
		return;
	}
	if (feed->cause && verdict_worse(feed->cause, verdict) == feed->cause)
		return;
	feed->cause = verdict;
	snprintf(feed->cause_why, sizeof(feed->cause_why), "%s", value_get_text(item->line, "why"));
}

/* ---- interruptions ---- */

static void forget_wires(struct feed *feed)
{
	replay_bytes_free(feed->bytes);
	replay_breath_free(feed->breath);
	feed->bytes = replay_bytes_new(feed->head.fixture, replay_head_wire_scale(&feed->head));
	feed->breath = replay_breath_new(feed->head.fixture);
}

static void take_resumed(struct feed *feed, const struct journal_item *item)
{
	int64_t away = value_get_int(item->line, "away_ns", -1);
	int64_t wrong = value_get_int(item->line, "error_ns", -1);
	struct error err;

	if (away < 0 || away > item->time || wrong < 0 || wrong > NSEC_NEVER / 4) {
		error_set(&err, ERROR_DEVICE,
			  "line 'resumed': it does not say for how long the bench was away");
		feed_fail(feed, &err);
		return;
	}
	feed->interrupted = false;
	feed->replay->interruptions++;
	course_resumed(feed->course, (uint32_t)value_get_int(item->line, "id", 0), item->time, away,
		       wrong);
}

static void take_interruption(struct feed *feed, const struct journal_item *item)
{
	if (!strcmp(item->kind, "stands")) {
		value_free(feed->stands);
		feed->stands = value_copy(item->line);
	} else if (!strcmp(item->kind, "interrupted")) {
		if (!feed->interrupted)
			feed->cut = item->time;
		feed->interrupted = true;
		forget_wires(feed); /* what was half said then is said by nobody now */
	} else {
		take_resumed(feed, item);
	}
}

/* Which instruments were there: those of a return must be the same. */
/* What was there while it stood interrupted did not go on with it. */
static void take_device(struct feed *feed, const struct value *line)
{
	const char *device = value_get_text(line, "device");
	const char *identity = value_get_text(line, "identity");

	if (feed->interrupted)
		return;
	if (!feed->devices)
		feed->devices = value_map();
	if (device && identity)
		value_set_text(feed->devices, device, identity);
}

/* No replay needs the picture; one that is there must be the one that was taken. */
static void take_operator(struct feed *feed, uint32_t id, const struct value *line)
{
	const struct value *photo = value_get(line, "photo");
	struct error err;
	struct buf bytes;

	if (!photo) {
		course_answer(feed->course, id, value_get_text(line, "text"));
		return;
	}
	buf_init(&bytes);
	if (photo_is_there(feed->folder, photo) &&
	    photo_read(feed->folder, photo, &bytes, &err) < 0)
		feed_fail(feed, &err);
	else
		course_photographed(feed->course, id, photo);
	buf_done(&bytes);
}

static bool is_one_of(const char *kind, const char *const *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(kind, kinds[i]))
			return true;
	return false;
}

static void take_line(struct feed *feed, const struct journal_item *item)
{
	static const char *const SCRIPT[] = {"request", "cancel", "measure",
					     "note",	"failed", "done"};
	static const char *const BENCH[] = {"result", "reading", "judged", "environment",
					    "adjusted"};
	static const char *const AWAY[] = {"stands", "interrupted", "resumed"};
	uint32_t id = (uint32_t)value_get_int(item->line, "id", 0);

	if (is_one_of(item->kind, SCRIPT, 6))
		script_line(feed, item);
	else if (!strcmp(item->kind, "ends"))
		bring_about(feed, id, item->time);
	else if (is_one_of(item->kind, BENCH, 5))
		bench_line(feed, item);
	else if (is_one_of(item->kind, AWAY, 3))
		take_interruption(feed, item);
	else if (!strcmp(item->kind, "device"))
		take_device(feed, item->line);
	else if (!strcmp(item->kind, "watch"))
		course_begin(feed->course, item->time);
	else if (!strcmp(item->kind, "concludes"))
		course_conclude(feed->course, item->time, value_get_bool(item->line, "early"));
	else if (!strcmp(item->kind, "refused"))
		course_refused(feed->course, id, value_get_text(item->line, "why"));
	else if (!strcmp(item->kind, "operator"))
		take_operator(feed, id, item->line);
	else if (!strcmp(item->kind, "stop"))
		take_stop(feed, item);
	else if (!strcmp(item->kind, "trip"))
		take_trip(feed, item);
	else if (!strcmp(item->kind, "verdict"))
		take_verdict(feed, item);
	else if (!strcmp(item->kind, "recovered"))
		feed->recovered = true;
}

/* ---- entries ---- */

static void take_samples(struct feed *feed, const struct journal_item *item)
{
	struct bench_sample samples[FRAME_FIELDS];
	struct error err;
	int count = replay_bytes_samples(feed->bytes, item, samples, &err);

	if (count < 0) {
		feed_fail(feed, &err);
		return;
	}
	if (count == 0)
		return;
	if (feed->head.fixture->channel[item->subject].device >= 0)
		feed->replay->samples += count;
	course_samples(feed->course, item->subject, samples, (size_t)count);
	if (!feed->tripped &&
	    replay_breath_feed(feed->breath, item->subject, samples, (size_t)count, &err) < 0)
		feed_fail(feed, &err);
}

static void take_breath(struct feed *feed, const struct journal_item *item)
{
	struct bench_sample sample;
	struct error err;
	int taken = replay_breath_take(feed->breath, item, &sample, &err);

	if (taken < 0)
		feed_fail(feed, &err);
	else if (taken > 0)
		course_sample(feed->course, item->subject, &sample);
}

static void take_entry(struct feed *feed, const struct journal_item *item)
{
	double pulse[4];
	struct error err;

	switch (item->entry) {
	case ENTRY_SAMPLE:
	case ENTRY_BLOCK:
		take_samples(feed, item);
		break;
	case ENTRY_SENT:
	case ENTRY_RECEIVED:
	case ENTRY_STREAMED:
		if (replay_bytes_take(feed->bytes, item, &err) < 0)
			feed_fail(feed, &err);
		break;
	case ENTRY_LISTEN:
		replay_breath_listen(feed->breath, item);
		break;
	case ENTRY_BREATH:
		take_breath(feed, item);
		break;
	case ENTRY_PULSE:
		if (item->size != sizeof(pulse))
			break;
		memcpy(pulse, item->data, sizeof(pulse));
		course_pulse(feed->course, item->subject, pulse[2], pulse[3]);
		break;
	default:
		break;
	}
}

/* ---- reading on ---- */

/* The journal ends: as that of an interrupted run does, with its script in that wait, or not as it should. */
static void take_end(struct feed *feed)
{
	const struct request *wait = course_interruptible(feed->course);
	struct error err;

	if (feed->goes_on && feed->interrupted && wait && !feed->script && !feed->bench &&
	    value_get_int(feed->stands, "id", 0) == (int64_t)wait->id) {
		feed->over = true;
		feed->ended(feed->ctx);
		return;
	}
	error_set(&err, ERROR_DEVICE, "%s",
		  feed->interrupted && !feed->goes_on ? "the run was interrupted and has no "
							"verdict yet: take it up again, or end "
							"it (davy continue)"
						      : "the journal ends without a verdict");
	feed_fail(feed, &err);
}

bool feed_read_on(struct feed *feed)
{
	struct journal_item item;
	struct error err;
	long read = 0;
	int got;

	while (!feed->over && (feed->deaf || !peer_owes(feed->runner))) {
		if (feed->at_once && read++ == feed->at_once)
			return true;
		got = journal_reader_next(feed->reader, &item, &err);
		if (got < 0)
			feed_fail(feed, &err);
		else if (got == 0)
			take_end(feed);
		else if (item.kind)
			take_line(feed, &item);
		else
			take_entry(feed, &item);
	}
	return false;
}

void feed_frame(struct feed *feed, const struct frame *frame)
{
	static const struct {
		enum frame_type type;
		const char *kind;
	} KINDS[] = {
		{FRAME_REQUEST, "request"}, {FRAME_CANCEL, "cancel"}, {FRAME_MEASURE, "measure"},
		{FRAME_NOTE, "note"},	    {FRAME_FAILED, "failed"}, {FRAME_DONE, "done"},
	};

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]) && !feed->deaf; i++)
		if (KINDS[i].type == frame->type)
			expected_add(&feed->script, KINDS[i].kind, frame->request,
				     value_copy(frame->payload));
}

/* ---- beginning and ending ---- */

void feed_attach(struct feed *feed, struct course *course)
{
	feed->course = course;
	course->host = &HOST;
	course->ctx = feed;
	forget_wires(feed);
}

void feed_course(struct feed *feed, struct course *course)
{
	const struct replay_head *head = &feed->head;

	course_init(course, head->fixture, head->protocol, head->calibration,
		    (int)value_get_int(value_get(head->run, "order"), "slot", 1), head->wall,
		    value_get_bool(head->run, "simulated"), &HOST, feed);
	course->world_answers = !value_get(head->run, "wires");
	course->judgement.as_left = value_get_bool(value_get(head->run, "order"), "as_left");
	feed_attach(feed, course);
}

void feed_done(struct feed *feed)
{
	while (feed->script)
		expected_drop(&feed->script);
	while (feed->bench)
		expected_drop(&feed->bench);
	value_free(feed->stands);
	value_free(feed->devices);
	replay_bytes_free(feed->bytes);
	replay_breath_free(feed->breath);
	replay_head_done(&feed->head);
	free(feed->folder);
	journal_reader_close(feed->reader);
}

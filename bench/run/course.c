/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The course of a run: requests in, results out.
 *
 * A table of verbs. Each verb either answers at once or opens a request, which ends by a sample, by
 * its deadline, by the bench having acted, or by a person. Requests end in the order in which they were
 * opened when one sample ends several, so that the same events give the same results everywhere.
 *
 * A mistake of the script (an unknown channel, a time in volts) is answered with ok = false and raises
 * there, with its line. A reading that the bench owes and does not deliver ends the run as ERROR and is
 * never told to the script: a mute instrument that reads as "not reached" would be a false FAIL.
 */
#include "run/course.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "verdict/shown.h"

enum { SIMULATED_TRIES = 3 };

void course_init(struct course *course, const struct fixture *fixture,
		 const struct protocol *protocol, const struct calibration *calibration, int slot,
		 nsec wall, bool simulated, const struct course_host *host, void *ctx)
{
	memset(course, 0, sizeof(*course));
	course->fixture = fixture;
	course->host = host;
	course->ctx = ctx;
	evidence_init(&course->evidence, fixture, calibration, slot, wall);
	judgement_init(&course->judgement, protocol, &course->evidence, simulated);
	course->absence = xcalloc(protocol->interruption_count + 1, sizeof(*course->absence));
}

void request_free(struct request *request)
{
	condition_done(&request->condition);
	series_done(&request->trace);
	free(request->text);
	free(request->zh);
	free(request);
}

void course_drop_all(struct course *course)
{
	course->taken.left = course->taken.held;
	while (course->open) {
		struct request *request = course->open;

		course->open = request->next;
		course->host->close(course->ctx, request);
		request_free(request);
	}
	conditions_closed(course);
}

void course_done(struct course *course)
{
	course_drop_all(course);
	conditions_done(course);
	judgement_done(&course->judgement);
	evidence_done(&course->evidence);
	free(course->absence);
}

struct request *course_find(struct course *course, uint32_t id)
{
	for (struct request *request = course->open; request; request = request->next)
		if (request->id == id)
			return request;
	return NULL;
}

bool course_waits(const struct course *course)
{
	for (const struct request *request = course->open; request; request = request->next)
		if (request->kind != REQUEST_TRACE && request->kind != REQUEST_GUARD)
			return true;
	return false;
}

/* ---- answers ---- */

struct value *course_result(struct value *value)
{
	struct value *result = value_map();

	value_set_bool(result, "ok", true);
	if (value)
		value_set(result, "value", value);
	return result;
}

void course_answer_plain(struct course *course, uint32_t id)
{
	course->host->result(course->ctx, id, course_result(NULL));
}

struct value *course_reading_value(struct course *course, uint64_t reading)
{
	const struct quantity *quantity = &evidence_find(&course->evidence, reading)->quantity;
	struct value *value = value_map();

	course->host->reading(course->ctx, reading);
	value_set_int(value, "reading", (int64_t)reading);
	value_set_real(value, "number", quantity_number(quantity));
	value_set_text(value, "unit", quantity->unit.symbol);
	return value;
}

void course_answer_reading(struct course *course, uint32_t id, uint64_t reading)
{
	course->host->result(course->ctx, id, course_result(course_reading_value(course, reading)));
}

void course_answer_why(struct course *course, uint32_t id, const char *why)
{
	struct value *value = value_map();

	value_set_text(value, "why", why);
	course->host->result(course->ctx, id, course_result(value));
}

static void answer_mistake(struct course *course, uint32_t id, const struct error *err)
{
	struct value *result = value_map();

	value_set_bool(result, "ok", false);
	value_set_text(result, "why", err->text);
	course->host->result(course->ctx, id, result);
}

/* ---- opening and ending ---- */

struct request *request_new(uint32_t id, enum request_kind kind, nsec now)
{
	struct request *request = xcalloc(1, sizeof(*request));

	request->id = id;
	request->kind = kind;
	request->opened = now;
	request->deadline = NSEC_NEVER;
	request->channel = request->of = request->line = request->device = -1;
	request->interruption = -1;
	series_init(&request->trace);
	condition_begin(&request->condition);
	return request;
}

void course_admit(struct course *course, struct request *request)
{
	request->next = course->open;
	course->open = request;
	interruption_asked(course, request);
	course->host->open(course->ctx, request);
}

void course_unlink(struct course *course, struct request *request)
{
	struct request **place = &course->open;

	while (*place != request)
		place = &(*place)->next;
	*place = request->next;
	course->host->close(course->ctx, request);
	conditions_closed(course);
}

void course_cancel(struct course *course, uint32_t id)
{
	struct request *request = course_find(course, id);

	if (!request)
		return; /* it ended in the same instant; the runner ignores that result */
	course_unlink(course, request);
	request_free(request);
}

static void answer_outcome(struct course *course, const struct request *request,
			   const struct outcome *outcome)
{
	struct value *value;
	uint64_t reading;

	if (!outcome->met) {
		course_answer_why(course, request->id, outcome->why);
		return;
	}
	if (request->condition.kind == CONDITION_IS) {
		value = value_map();
		value_set_bool(value, "truth", outcome->truth);
		course->host->result(course->ctx, request->id, course_result(value));
		return;
	}
	if (outcome->is_time)
		reading = evidence_time(&course->evidence, outcome->elapsed, outcome->gap);
	else
		reading =
			evidence_value(&course->evidence,
				       request->of >= 0 ? request->of : request->channel, outcome);
	value = course_reading_value(course, reading);
	if (request->condition.kind == CONDITION_HOLDS) {
		value_set_bool(value, "to_the_end", outcome->to_the_end);
		value_set_text(value, "why", outcome->why);
	}
	course->host->result(course->ctx, request->id, course_result(value));
}

static void end_condition(struct course *course, struct request *request,
			  const struct outcome *outcome)
{
	course_unlink(course, request);
	answer_outcome(course, request, outcome);
	request_free(request);
}

static int count_open(const struct course *course)
{
	int count = 0;

	for (const struct request *request = course->open; request; request = request->next)
		count++;
	return count;
}

void course_request(struct course *course, uint32_t id, nsec now, const struct value *payload)
{
	const char *verb = value_get_text(payload, "verb");
	course_verb_fn *fn = course_find_verb(verb);
	struct error err;

	course->evidence.now = now;
	if (!fn)
		error_set(&err, ERROR_USAGE, "there is no verb '%s'", verb ? verb : "");
	else if (count_open(course) >= COURSE_OPEN_MOST)
		error_set(&err, ERROR_USAGE, "the script waits for more than %d things at once",
			  COURSE_OPEN_MOST);
	else if (interruption_refuses(course, &err) == 0 && fn(course, id, now, payload, &err) == 0)
		return;
	answer_mistake(course, id, &err);
}

/* ---- what the bench shows ---- */

static void breach_guard(struct course *course, const struct request *request, double value)
{
	const struct fixture_channel *channel = &course->fixture->channel[request->channel];
	struct quantity shown = request->condition.probe;
	const struct limit *const limits[SHOWN_LIMITS] = {&request->limit};
	char text[64], why[240];

	shown.value = value;
	if (limit_is_state(&request->limit))
		snprintf(text, sizeof(text), "%s", limit_state_word(&request->limit, value != 0));
	else
		shown_print(&shown, 0, limits, text, sizeof(text));
	snprintf(why, sizeof(why), "guard: %s left %s (%s)", channel->name, request->limit.text,
		 text);
	course->host->breach(course->ctx, channel->dut ? VERDICT_FAIL : VERDICT_ERROR, why);
}

static void feed_trace(struct request *request, const struct bench_sample *samples, size_t count)
{
	struct series *trace = &request->trace;

	for (const struct bench_sample *sample = samples; sample < samples + count; sample++) {
		if (sample->asked < request->opened ||
		    (trace->count && trace->samples[trace->count - 1].time >= sample->time))
			continue;
		series_add_weighted(trace, sample->time, sample->value, sample->weight);
		request->resolution = fmax(request->resolution, sample->resolution);
		request->seconds = fmax(request->seconds, sample->seconds);
		if (fabs(sample->drift) > fabs(request->drift))
			request->drift = sample->drift;
	}
}

static void feed_guard(struct course *course, struct request *request,
		       const struct bench_sample *samples, size_t count)
{
	for (const struct bench_sample *sample = samples; sample < samples + count; sample++) {
		request->condition.probe.value = sample->value;
		if (sample->asked < request->opened ||
		    limit_met(&request->limit, &request->condition.probe))
			continue;
		breach_guard(course, request, sample->value);
		return;
	}
}

static void feed_condition(struct course *course, struct request *request, int channel,
			   const struct bench_sample *samples, size_t count)
{
	struct outcome outcome;

	for (size_t i = 0; i < count; i++) {
		if (!condition_sample(&request->condition, channel, &samples[i], &outcome))
			continue;
		end_condition(course, request, &outcome);
		return;
	}
}

/* It may end the request. */
static void feed(struct course *course, struct request *request, int channel,
		 const struct bench_sample *samples, size_t count)
{
	if (request->channel != channel && request->of != channel)
		return;
	switch (request->kind) {
	case REQUEST_CONDITION:
		feed_condition(course, request, channel, samples, count);
		break;
	case REQUEST_TRACE:
		feed_trace(request, samples, count);
		break;
	case REQUEST_GUARD:
		feed_guard(course, request, samples, count);
		break;
	default:
		break;
	}
}

/* Ids grow with time: the oldest first, whatever ended or was opened meanwhile. */
static struct request *oldest_after(struct course *course, uint32_t id)
{
	struct request *found = NULL;

	for (struct request *request = course->open; request; request = request->next)
		if (request->id > id && (!found || request->id < found->id))
			found = request;
	return found;
}

void course_samples(struct course *course, int channel, const struct bench_sample *samples,
		    size_t count)
{
	struct request *request;

	if (count)
		course->evidence.now = samples[count - 1].time;
	conditions_samples(course, channel, samples, count);
	request = oldest_after(course, 0);
	while (request && !course->ended) {
		uint32_t id = request->id;

		feed(course, request, channel, samples, count);
		request = oldest_after(course, id);
	}
}

void course_sample(struct course *course, int channel, const struct bench_sample *sample)
{
	course_samples(course, channel, sample, 1);
}

void course_pulse(struct course *course, int line, double high, double low)
{
	course->pulse[line].high = high;
	course->pulse[line].low = low;
}

void course_due(struct course *course, uint32_t id, nsec now)
{
	struct request *request = course_find(course, id);
	struct outcome outcome;
	char why[240];

	(void)now;
	if (!request)
		return;
	course->evidence.now = request->deadline; /* a replay knows no other time for it */
	if (request->kind == REQUEST_CONDITION) {
		condition_due(&request->condition, &outcome);
		if (request->condition.kind == CONDITION_READ ||
		    request->condition.kind == CONDITION_IS) {
			snprintf(why, sizeof(why), "%s gave no reading",
				 course->fixture->channel[request->channel].name);
			course->host->breach(course->ctx, VERDICT_ERROR, why);
			return;
		}
		end_condition(course, request, &outcome);
		return;
	}
	course_unlink(course, request);
	course_answer_plain(course, id);
	request_free(request);
}

void course_acted(struct course *course, uint32_t id, nsec now)
{
	struct request *request = course_find(course, id);

	if (!request)
		return;
	course->evidence.now = now;
	interruption_acted(course, request);
	course_unlink(course, request);
	course_answer_reading(course, id, evidence_instant(&course->evidence, now));
	request_free(request);
}

void course_refused(struct course *course, uint32_t id, const char *why)
{
	struct request *request = course_find(course, id);
	struct error err;

	if (!request)
		return;
	course_unlink(course, request);
	error_set(&err, ERROR_REFUSED, "%s", why);
	answer_mistake(course, id, &err);
	request_free(request);
}

/* What was typed, a bare number in the unit that was asked for. */
static int read_entry(const struct request *request, const char *text, struct quantity *quantity,
		      struct error *err)
{
	const char *start = text + strspn(text, " \t");
	size_t size = quantity_number_size(start);
	bool bare = size && !start[size + strspn(start + size, " \t\r")];
	char *whole =
		bare ? xprintf("%.*s %s", (int)size, start, request->operator_unit) : xstrdup(text);
	int parsed = quantity_parse(quantity, whole, err);
	struct unit unit;

	free(whole);
	if (parsed < 0 || unit_parse(&unit, request->operator_unit, err) < 0)
		return -1;
	if (!unit_same_kind(&unit, &quantity->unit))
		return error_set(err, ERROR_USAGE, "'%s' is not in %s", text, unit.symbol);
	return 0;
}

/*
 * A person who mistyped is asked again and told why, as often as it takes. A simulated one, who is part
 * of a world, says the same for ever: after some tries it is the script that hears of it.
 */
static void refuse_answer(struct course *course, struct request *request, const struct error *err)
{
	if (!course->world_answers || ++request->mistyped < SIMULATED_TRIES) {
		course->host->ask_again(course->ctx, request, err->text);
		return;
	}
	course_unlink(course, request);
	answer_mistake(course, request->id, err);
	request_free(request);
}

static void take_entry(struct course *course, struct request *request, const char *text)
{
	struct quantity quantity;
	struct error err;

	if (read_entry(request, text, &quantity, &err) == 0) {
		course_unlink(course, request);
		course_answer_reading(course, request->id,
				      evidence_quantity(&course->evidence, &quantity, NULL));
		request_free(request);
	} else {
		refuse_answer(course, request, &err);
	}
}

/* Whoever has adjusted the specimen says who he is: without a name nobody has confirmed it. */
static void take_adjustment(struct course *course, struct request *request, const char *by)
{
	struct error err;

	if (!spelling_is_blank(by)) {
		const char *what = request->operator_id + strlen(ADJUST_ID);

		course_unlink(course, request);
		course->host->adjusted(course->ctx, judgement_adjust(&course->judgement, what, by));
		course_answer_plain(course, request->id);
		request_free(request);
		return;
	}
	error_set(&err, ERROR_USAGE,
		  "an adjustment is confirmed by whoever made it, with his name or number");
	refuse_answer(course, request, &err);
}

void course_answer(struct course *course, uint32_t id, const char *text)
{
	struct request *request = course_find(course, id);
	struct value *value;

	if (!request || request->kind != REQUEST_OPERATOR)
		return;
	if (!strcmp(request->operator_verb, "enter")) {
		take_entry(course, request, text);
		return;
	}
	if (!strcmp(request->operator_verb, "adjust")) {
		take_adjustment(course, request, text);
		return;
	}
	if (!strcmp(request->operator_verb, PHOTOGRAPH))
		return; /* words are no photo */
	course_unlink(course, request);
	if (!strcmp(request->operator_verb, "confirm")) {
		course_answer_plain(course, id);
	} else {
		conditions_scanned(course, request->operator_id, text);
		value = value_map();
		value_set_text(value, "text", text);
		course->host->result(course->ctx, id, course_result(value));
	}
	request_free(request);
}

void course_photographed(struct course *course, uint32_t id, const struct value *photo)
{
	struct request *request = course_find(course, id);
	struct value *value;

	if (!request || request->kind != REQUEST_OPERATOR ||
	    strcmp(request->operator_verb, PHOTOGRAPH) != 0)
		return;
	course_unlink(course, request);
	value = value_map();
	value_set_text(value, "text", value_get_text(photo, "sha256"));
	course->host->result(course->ctx, id, course_result(value));
	request_free(request);
}

int course_measure(struct course *course, const struct value *payload, struct error *err)
{
	const struct judged *judged = judgement_take(&course->judgement, payload, err);

	if (!judged)
		return -1;
	course->host->judged(course->ctx, judged);
	return 0;
}

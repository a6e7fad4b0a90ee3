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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define POLL_SHORTEST MSEC(100)
#define POLL_LONGEST SEC(2)
#define READ_PATIENCE SEC(10)
enum { PATIENCE_TIMES_OVER = 20 };

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
}

static void request_free(struct request *request)
{
	condition_done(&request->condition);
	series_done(&request->trace);
	free(request->text);
	free(request);
}

void course_drop_all(struct course *course)
{
	while (course->open) {
		struct request *request = course->open;

		course->open = request->next;
		course->host->close(course->ctx, request);
		request_free(request);
	}
}

void course_done(struct course *course)
{
	course_drop_all(course);
	judgement_done(&course->judgement);
	evidence_done(&course->evidence);
}

struct request *course_find(struct course *course, uint32_t id)
{
	for (struct request *request = course->open; request; request = request->next)
		if (request->id == id)
			return request;
	return NULL;
}

/* ---- answers ---- */

static struct value *good_result(struct value *value)
{
	struct value *result = value_map();

	value_set_bool(result, "ok", true);
	if (value)
		value_set(result, "value", value);
	return result;
}

static void answer_plain(struct course *course, uint32_t id)
{
	course->host->result(course->ctx, id, good_result(NULL));
}

static struct value *reading_value(struct course *course, uint64_t reading)
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
	course->host->result(course->ctx, id, good_result(reading_value(course, reading)));
}

void course_answer_why(struct course *course, uint32_t id, const char *why)
{
	struct value *value = value_map();

	value_set_text(value, "why", why);
	course->host->result(course->ctx, id, good_result(value));
}

static void answer_mistake(struct course *course, uint32_t id, const struct error *err)
{
	struct value *result = value_map();

	value_set_bool(result, "ok", false);
	value_set_text(result, "why", err->text);
	course->host->result(course->ctx, id, result);
}

/* ---- opening and ending ---- */

static struct request *open_request(struct course *course, uint32_t id, enum request_kind kind,
				    nsec now)
{
	struct request *request = xcalloc(1, sizeof(*request));

	request->id = id;
	request->kind = kind;
	request->opened = now;
	request->deadline = NSEC_NEVER;
	request->channel = request->of = request->line = request->device = -1;
	series_init(&request->trace);
	condition_begin(&request->condition);
	return request;
}

static void admit(struct course *course, struct request *request)
{
	request->next = course->open;
	course->open = request;
	course->host->open(course->ctx, request);
}

static void unlink_request(struct course *course, struct request *request)
{
	struct request **place = &course->open;

	while (*place != request)
		place = &(*place)->next;
	*place = request->next;
	course->host->close(course->ctx, request);
}

void course_cancel(struct course *course, uint32_t id)
{
	struct request *request = course_find(course, id);

	if (!request)
		return; /* it ended in the same instant; the runner ignores that result */
	unlink_request(course, request);
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
		course->host->result(course->ctx, request->id, good_result(value));
		return;
	}
	if (outcome->is_time)
		reading = evidence_time(&course->evidence, outcome->elapsed, outcome->gap);
	else
		reading = evidence_value(&course->evidence,
					 request->of >= 0 ? request->of : request->channel, outcome);
	value = reading_value(course, reading);
	if (request->condition.kind == CONDITION_HOLDS) {
		value_set_bool(value, "to_the_end", outcome->to_the_end);
		value_set_text(value, "why", outcome->why);
	}
	course->host->result(course->ctx, request->id, good_result(value));
}

static void end_condition(struct course *course, struct request *request,
			  const struct outcome *outcome)
{
	unlink_request(course, request);
	answer_outcome(course, request, outcome);
	request_free(request);
}

/* ---- what a request's fields say ---- */

int course_quantity(const struct course *course, const struct value *payload, const char *key,
		    const char *dimension_of, struct quantity *quantity, struct error *err)
{
	const char *text = value_get_text(payload, key);
	struct unit unit;
	char flaw[160];

	if (!text)
		return error_set(err, ERROR_USAGE, "'%s' is missing", key);
	if (evidence_evaluate(&course->evidence, text, quantity, flaw, err) < 0)
		return error_context(err, "'%s'", key);
	if (!dimension_of)
		return 0;
	if (unit_parse(&unit, dimension_of, err) < 0)
		return -1;
	if (!unit_same_dimension(&unit, &quantity->unit)) {
		char shown[64];

		quantity_print(quantity, 6, shown, sizeof(shown));
		return error_set(err, ERROR_USAGE, "'%s' is %s, which is not in %s", key, shown,
				 dimension_of);
	}
	return 0;
}

static int duration_of(const struct course *course, const struct value *payload, const char *key,
		       nsec *time, struct error *err)
{
	struct quantity quantity;

	if (course_quantity(course, payload, key, "s", &quantity, err) < 0)
		return -1;
	if (!(quantity.value >= 0) || quantity.value > 1e9)
		return error_set(err, ERROR_USAGE, "'%s' must be 0 s or more", key);
	*time = (nsec)(quantity.value * 1e9 + 0.5);
	return 0;
}

static int channel_of(const struct course *course, const struct value *payload, const char *key,
		      int *channel, struct error *err)
{
	const char *name = value_get_text(payload, key);

	*channel = name ? fixture_find_channel(course->fixture, name) : -1;
	if (*channel < 0)
		return error_set(err, ERROR_USAGE, "fixture %s has no channel '%s'",
				 course->fixture->id, name ? name : "");
	return 0;
}

/* The limit, checked against the channel it will be asked of. */
static int limit_of(const struct course *course, const struct value *payload, int channel,
		    struct limit *limit, struct quantity *probe, struct error *err)
{
	const char *text = value_get_text(payload, "limit");

	*probe = (struct quantity){.unit = course->fixture->channel[channel].unit};
	if (!text)
		return error_set(err, ERROR_USAGE, "a limit is missing");
	if (limit_parse(limit, text, err) < 0)
		return -1;
	return limit_check_dimension(limit, probe, err);
}

static nsec poll_every(const struct course *course, int channel, nsec patience)
{
	nsec every = course->fixture->channel[channel].every;

	if (every)
		return every;
	every = patience / 1000;
	if (every < POLL_SHORTEST)
		return POLL_SHORTEST;
	return every > POLL_LONGEST ? POLL_LONGEST : every;
}

/* ---- the verbs ---- */

static int verb_wait(struct course *course, uint32_t id, nsec now, const struct value *payload,
		     struct error *err)
{
	struct request *request;
	nsec time;

	if (duration_of(course, payload, "for", &time, err) < 0)
		return -1;
	request = open_request(course, id, REQUEST_WAIT, now);
	request->deadline = now + time;
	admit(course, request);
	return 0;
}

static void begin_condition(struct course *course, struct request *request,
			    enum condition_kind kind, nsec patience)
{
	struct condition *condition = &request->condition;

	request->deadline = request->opened + patience;
	condition->kind = kind;
	condition->channel = request->channel;
	condition->of = request->of;
	condition->opened = request->opened;
	condition->deadline = request->deadline;
	if (!request->every)
		request->every = poll_every(course, request->channel, patience);
	admit(course, request);
}

static int simple_condition(struct course *course, uint32_t id, nsec now,
			    const struct value *payload, enum condition_kind kind,
			    const char *patience_key, struct error *err)
{
	struct request *request = open_request(course, id, REQUEST_CONDITION, now);
	nsec patience = READ_PATIENCE;

	if (channel_of(course, payload, "channel", &request->channel, err) < 0 ||
	    (kind != CONDITION_READ && kind != CONDITION_MEAN &&
	     limit_of(course, payload, request->channel, &request->condition.limit,
		      &request->condition.probe, err) < 0) ||
	    (patience_key && duration_of(course, payload, patience_key, &patience, err) < 0) ||
	    (kind == CONDITION_LAST_BEFORE &&
	     channel_of(course, payload, "of", &request->of, err) < 0)) {
		request_free(request);
		return -1;
	}
	begin_condition(course, request, kind, patience);
	return 0;
}

static int verb_read(struct course *course, uint32_t id, nsec now, const struct value *payload,
		     struct error *err)
{
	return simple_condition(course, id, now, payload, CONDITION_READ, NULL, err);
}

static int verb_is(struct course *course, uint32_t id, nsec now, const struct value *payload,
		   struct error *err)
{
	return simple_condition(course, id, now, payload, CONDITION_IS, NULL, err);
}

static int verb_becomes(struct course *course, uint32_t id, nsec now, const struct value *payload,
			struct error *err)
{
	return simple_condition(course, id, now, payload, CONDITION_BECOMES, "within", err);
}

static int verb_holds(struct course *course, uint32_t id, nsec now, const struct value *payload,
		      struct error *err)
{
	return simple_condition(course, id, now, payload, CONDITION_HOLDS, "over", err);
}

static int verb_last_before(struct course *course, uint32_t id, nsec now,
			    const struct value *payload, struct error *err)
{
	return simple_condition(course, id, now, payload, CONDITION_LAST_BEFORE, "within", err);
}

static int verb_mean(struct course *course, uint32_t id, nsec now, const struct value *payload,
		     struct error *err)
{
	struct request *request = open_request(course, id, REQUEST_CONDITION, now);
	nsec over;

	if (channel_of(course, payload, "channel", &request->channel, err) < 0 ||
	    duration_of(course, payload, "over", &over, err) < 0) {
		request_free(request);
		return -1;
	}
	request->condition.over = over;
	request->every = poll_every(course, request->channel, over * 20);
	begin_condition(course, request, CONDITION_MEAN, over);
	return 0;
}

static int verb_settles(struct course *course, uint32_t id, nsec now, const struct value *payload,
			struct error *err)
{
	struct request *request = open_request(course, id, REQUEST_CONDITION, now);
	struct quantity band;
	nsec over, patience;

	if (channel_of(course, payload, "channel", &request->channel, err) < 0 ||
	    duration_of(course, payload, "over", &over, err) < 0 ||
	    course_quantity(course, payload, "within",
			    course->fixture->channel[request->channel].unit.symbol, &band, err) < 0)
		goto mistake;
	patience = over * PATIENCE_TIMES_OVER;
	if (value_get(payload, "patience") &&
	    duration_of(course, payload, "patience", &patience, err) < 0)
		goto mistake;

	request->condition.over = over;
	request->condition.band = band.value - band.unit.offset;
	request->every = poll_every(course, request->channel, over * 20);
	begin_condition(course, request, CONDITION_SETTLES, patience);
	return 0;

mistake:
	request_free(request);
	return -1;
}

static int verb_trace(struct course *course, uint32_t id, nsec now, const struct value *payload,
		      struct error *err)
{
	struct request *request = open_request(course, id, REQUEST_TRACE, now);
	struct value *value;

	if (channel_of(course, payload, "channel", &request->channel, err) < 0 ||
	    duration_of(course, payload, "every", &request->every, err) < 0) {
		request_free(request);
		return -1;
	}
	if (request->every < MSEC(1))
		request->every = MSEC(1);
	admit(course, request);
	value = value_map();
	value_set_int(value, "trace", id);
	course->host->result(course->ctx, id, good_result(value));
	return 0;
}

static int verb_guard(struct course *course, uint32_t id, nsec now, const struct value *payload,
		      struct error *err)
{
	struct request *request = open_request(course, id, REQUEST_GUARD, now);

	if (channel_of(course, payload, "channel", &request->channel, err) < 0 ||
	    limit_of(course, payload, request->channel, &request->limit, &request->condition.probe,
		     err) < 0) {
		request_free(request);
		return -1;
	}
	request->every = poll_every(course, request->channel, 0);
	admit(course, request);
	answer_plain(course, id);
	return 0;
}

static int verb_act(struct course *course, uint32_t id, nsec now, const struct value *payload,
		    struct error *err)
{
	const char *name = value_get_text(payload, "line");
	int line = name ? fixture_find_line(course->fixture, name) : -1;
	struct request *request;

	if (line < 0 || !course->fixture->line[line].output)
		return error_set(err, ERROR_USAGE, "'%s' is no output of fixture %s",
				 name ? name : "", course->fixture->id);
	request = open_request(course, id, REQUEST_ACT, now);
	request->line = line;
	request->on = value_get_bool(payload, "on");
	admit(course, request);
	return 0;
}

static int read_settings(struct course *course, struct request *request,
			 const struct value *values, struct error *err)
{
	const struct driver *driver = course->fixture->device[request->device].driver;

	for (size_t i = 0; i < value_count(values); i++) {
		const char *name = value_key(values, i);
		int write = driver_find_write(driver, name);
		struct quantity quantity;

		if (write < 0 || i == REQUEST_SETTINGS)
			return error_set(err, ERROR_USAGE, "driver %s cannot set '%s'", driver->id,
					 name);
		if (course_quantity(course, values, name, driver->write[write].unit.symbol,
				    &quantity, err) < 0)
			return -1;
		request->setting[i].write = write;
		request->setting[i].number = quantity_in(&quantity, &driver->write[write].unit);
		request->setting_count = i + 1;
	}
	if (!request->setting_count)
		return error_set(err, ERROR_USAGE, "set names nothing to set");
	return 0;
}

static int verb_set(struct course *course, uint32_t id, nsec now, const struct value *payload,
		    struct error *err)
{
	const char *name = value_get_text(payload, "device");
	struct request *request = open_request(course, id, REQUEST_SET, now);

	request->device = name ? fixture_find_device(course->fixture, name) : -1;
	if (request->device < 0) {
		request_free(request);
		return error_set(err, ERROR_USAGE, "fixture %s has no device '%s'",
				 course->fixture->id, name ? name : "");
	}
	if (read_settings(course, request, value_get(payload, "values"), err) < 0) {
		request_free(request);
		return -1;
	}
	admit(course, request);
	return 0;
}

static int verb_reference(struct course *course, uint32_t id, nsec now, const struct value *payload,
			  struct error *err)
{
	const char *name = value_get_text(payload, "name");
	int reference = name ? fixture_find_reference(course->fixture, name) : -1;
	uint64_t reading;

	(void)now;
	if (reference < 0)
		return error_set(err, ERROR_USAGE, "fixture %s has no reference '%s'",
				 course->fixture->id, name ? name : "");
	reading = evidence_reference(&course->evidence, reference, err);
	if (!reading)
		return -1;
	course_answer_reading(course, id, reading);
	return 0;
}

static int verb_operator(struct course *course, uint32_t id, nsec now, const struct value *payload,
			 struct error *err)
{
	static const char *const VERBS[] = {"confirm", "enter", "scan"};
	const char *verb = value_get_text(payload, "verb");
	const char *text = value_get_text(payload, "text");
	const char *name = value_get_text(payload, "id");
	const char *unit = value_get_text(payload, "unit");
	struct request *request;

	if (!text)
		return error_set(err, ERROR_USAGE, "the operator needs a text to read");
	request = open_request(course, id, REQUEST_OPERATOR, now);
	for (int i = 0; i < 3; i++)
		if (!strcmp(verb, VERBS[i]))
			request->operator_verb = VERBS[i];
	request->text = xstrdup(text);
	snprintf(request->operator_id, sizeof(request->operator_id), "%s", name ? name : "");
	snprintf(request->operator_unit, sizeof(request->operator_unit), "%s", unit ? unit : "");
	admit(course, request);
	return 0;
}

static int verb_consecutive(struct course *course, uint32_t id, nsec now,
			    const struct value *payload, struct error *err)
{
	double count;

	(void)now;
	if (judgement_consecutive(&course->judgement, payload, &count, err) < 0)
		return -1;
	course_answer_reading(course, id, evidence_count(&course->evidence, count));
	return 0;
}

static int verb_pulse_widths(struct course *course, uint32_t id, nsec now,
			     const struct value *payload, struct error *err)
{
	struct value *value;
	int channel, line;

	(void)now;
	if (channel_of(course, payload, "channel", &channel, err) < 0)
		return -1;
	line = course->fixture->channel[channel].line;
	if (line < 0 || course->fixture->line[line].kind != LINE_PULSE)
		return error_set(err, ERROR_USAGE, "'%s' is no pulse line",
				 course->fixture->channel[channel].name);
	value = value_map();
	value_set(value, "high",
		  reading_value(course, evidence_time(&course->evidence,
						      (nsec)(course->pulse[line].high * 1e9 + 0.5),
						      USEC(2))));
	value_set(value, "low",
		  reading_value(course, evidence_time(&course->evidence,
						      (nsec)(course->pulse[line].low * 1e9 + 0.5),
						      USEC(2))));
	course->host->result(course->ctx, id, good_result(value));
	return 0;
}

static void end_step_requests(struct course *course)
{
	struct request *next;

	for (struct request *request = course->open; request; request = next) {
		next = request->next;
		if (request->kind == REQUEST_TRACE || request->kind == REQUEST_GUARD) {
			unlink_request(course, request);
			request_free(request);
		}
	}
}

static int verb_step(struct course *course, uint32_t id, nsec now, const struct value *payload,
		     struct error *err)
{
	const char *step = value_get_text(payload, "step");
	bool begins = !strcmp(value_get_text(payload, "verb"), "step_begin");

	(void)now;
	if (!protocol_find_step(course->judgement.protocol, step))
		return error_set(err, ERROR_USAGE, "there is no step '%s'", step ? step : "");
	if (!begins)
		end_step_requests(course);
	snprintf(course->step, sizeof(course->step), "%s", step);
	course->host->step(course->ctx, step, (int)value_get_int(payload, "repeat", 1), begins);
	answer_plain(course, id);
	return 0;
}

static const struct {
	const char *name;
	course_verb_fn *fn;
} VERBS[] = {
	{"wait", verb_wait},
	{"read", verb_read},
	{"is", verb_is},
	{"mean", verb_mean},
	{"settles", verb_settles},
	{"becomes", verb_becomes},
	{"holds", verb_holds},
	{"last_before", verb_last_before},
	{"trace", verb_trace},
	{"guard", verb_guard},
	{"act", verb_act},
	{"set", verb_set},
	{"reference", verb_reference},
	{"confirm", verb_operator},
	{"enter", verb_operator},
	{"scan", verb_operator},
	{"consecutive", verb_consecutive},
	{"pulse_widths", verb_pulse_widths},
	{"step_begin", verb_step},
	{"step_end", verb_step},
};

static course_verb_fn *find_verb(const char *name)
{
	for (size_t i = 0; name && i < sizeof(VERBS) / sizeof(VERBS[0]); i++)
		if (!strcmp(VERBS[i].name, name))
			return VERBS[i].fn;
	return name ? course_trace_verb(name) : NULL;
}

void course_request(struct course *course, uint32_t id, nsec now, const struct value *payload)
{
	const char *verb = value_get_text(payload, "verb");
	course_verb_fn *fn = find_verb(verb);
	struct error err;

	if (!fn)
		error_set(&err, ERROR_USAGE, "there is no verb '%s'", verb ? verb : "");
	else if (fn(course, id, now, payload, &err) == 0)
		return;
	answer_mistake(course, id, &err);
}

/* ---- what the bench shows ---- */

static void breach_guard(struct course *course, const struct request *request, double value)
{
	const struct fixture_channel *channel = &course->fixture->channel[request->channel];
	bool dut = channel->device >= 0 && course->fixture->device[channel->device].dut;
	struct quantity shown = request->condition.probe;
	char text[64], why[240];

	shown.value = value;
	quantity_print(&shown, 6, text, sizeof(text));
	snprintf(why, sizeof(why), "guard: %s left %s (%s)", channel->name, request->limit.text,
		 text);
	course->host->breach(course->ctx, dut ? VERDICT_FAIL : VERDICT_ERROR, why);
}

static void feed(struct course *course, struct request *request, int channel,
		 const struct bench_sample *sample)
{
	struct outcome outcome;

	switch (request->kind) {
	case REQUEST_CONDITION:
		if (condition_sample(&request->condition, channel, sample, &outcome))
			end_condition(course, request, &outcome);
		break;
	case REQUEST_TRACE:
		if (request->channel != channel || sample->asked < request->opened ||
		    (request->trace.count &&
		     request->trace.samples[request->trace.count - 1].time >= sample->time))
			break;
		series_add(&request->trace, sample->time, sample->value);
		if (sample->resolution > request->resolution)
			request->resolution = sample->resolution;
		break;
	case REQUEST_GUARD:
		request->condition.probe.value = sample->value;
		if (request->channel == channel &&
		    !limit_met(&request->limit, &request->condition.probe))
			breach_guard(course, request, sample->value);
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

void course_sample(struct course *course, int channel, const struct bench_sample *sample)
{
	struct request *request = oldest_after(course, 0);

	while (request && !course->ended) {
		uint32_t id = request->id;

		feed(course, request, channel, sample);
		request = oldest_after(course, id);
	}
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
	unlink_request(course, request);
	answer_plain(course, id);
	request_free(request);
}

void course_acted(struct course *course, uint32_t id, nsec now)
{
	struct request *request = course_find(course, id);

	if (!request)
		return;
	unlink_request(course, request);
	course_answer_reading(course, id, evidence_time(&course->evidence, now, 0));
	request_free(request);
}

static int operator_quantity(struct course *course, const struct request *request,
			     const char *text, struct error *err)
{
	struct quantity quantity;
	struct unit unit;
	char *with_unit = xprintf("%s %s", text, request->operator_unit);
	int parsed = quantity_parse(&quantity, text, err);

	if (parsed < 0 || quantity.unit.symbol[0] == '\0' || !strcmp(quantity.unit.symbol, "1"))
		parsed = quantity_parse(&quantity, with_unit, err);
	free(with_unit);
	if (parsed < 0 || unit_parse(&unit, request->operator_unit, err) < 0)
		return -1;
	if (!unit_same_dimension(&unit, &quantity.unit))
		return error_set(err, ERROR_USAGE, "'%s' is not in %s", text, unit.symbol);
	course_answer_reading(course, request->id,
			      evidence_quantity(&course->evidence, &quantity, NULL));
	return 0;
}

void course_answer(struct course *course, uint32_t id, const char *text)
{
	struct request *request = course_find(course, id);
	struct value *value;
	struct error err;

	if (!request)
		return;
	unlink_request(course, request);
	if (!strcmp(request->operator_verb, "confirm")) {
		answer_plain(course, id);
	} else if (!strcmp(request->operator_verb, "scan")) {
		value = value_map();
		value_set_text(value, "text", text);
		course->host->result(course->ctx, id, good_result(value));
	} else if (operator_quantity(course, request, text, &err) < 0) {
		answer_mistake(course, id, &err);
	}
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

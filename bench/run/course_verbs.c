/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of a course: what each request of a script asks for, its fields checked, and whether it is
 * answered at once or stays open. bench/script/README.md lists them with their fields.
 *
 * How often a channel is asked follows patience (1/1000 of it, 0.1 to 2 s) unless the script or the
 * fixture says how often: ten-hour waits polled ten times a second were three quarters of a battery
 * run's traffic.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "run/course.h"

#define POLL_SHORTEST MSEC(100)
#define POLL_LONGEST SEC(2)
#define READ_PATIENCE SEC(10)
#define BREATH_PATIENCE SEC(30) /* one under way, and a whole one after it, of a slow breather */
enum { PATIENCE_TIMES_OVER = 20 };

/* ---- what a request's fields say ---- */

int course_quantity(const struct course *course, const struct value *payload, const char *key,
		    const char *dimension_of, struct quantity *quantity, struct error *err)
{
	const char *text = value_get_text(payload, key);
	struct unit unit;
	char flaw[EVIDENCE_FLAW];

	if (!text)
		return error_set(err, ERROR_USAGE, "'%s' is missing", key);
	if (evidence_evaluate(&course->evidence, text, quantity, flaw, err) < 0)
		return error_context(err, "'%s'", key);
	if (!dimension_of)
		return 0;
	if (unit_parse(&unit, dimension_of, err) < 0)
		return -1;
	if (!unit_same_kind(&unit, &quantity->unit)) {
		char shown[64];

		quantity_print(quantity, 6, shown, sizeof(shown));
		return error_set(err, ERROR_USAGE, "'%s' is %s, which is not in %s: %s", key, shown,
				 dimension_of, unit_mismatch(&unit, &quantity->unit));
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
	int interruption;
	nsec time;

	if (duration_of(course, payload, "for", &time, err) < 0 ||
	    interruption_of(course, value_get_text(payload, "interruption"), &interruption, err) <
		    0)
		return -1;
	request = request_new(id, REQUEST_WAIT, now);
	request->interruption = interruption;
	request->deadline = now + time;
	course_admit(course, request);
	return 0;
}

static nsec late_of(const struct course *course, int channel)
{
	return channel >= 0 ? course->fixture->channel[channel].late : 0;
}

static nsec longer(nsec a, nsec b)
{
	return a > b ? a : b;
}

static void begin_condition(struct course *course, struct request *request,
			    enum condition_kind kind, nsec patience)
{
	struct condition *condition = &request->condition;

	condition->kind = kind;
	condition->channel = request->channel;
	condition->of = request->of;
	condition->at_edges = course->fixture->channel[request->channel].state;
	condition->of_late = late_of(course, request->of) > 0;
	condition->opened = request->opened;
	condition->deadline = request->opened + patience;
	/* what was sampled before the deadline may be told after it */
	request->deadline = condition->deadline +
			    longer(late_of(course, request->channel), late_of(course, request->of));
	if (!request->every)
		request->every = poll_every(course, request->channel, patience);
	if (request->every < MSEC(1))
		request->every = MSEC(1);
	course_admit(course, request);
}

static int simple_condition(struct course *course, uint32_t id, nsec now,
			    const struct value *payload, enum condition_kind kind,
			    const char *patience_key, struct error *err)
{
	struct request *request = request_new(id, REQUEST_CONDITION, now);
	nsec patience = READ_PATIENCE;

	if (channel_of(course, payload, "channel", &request->channel, err) < 0 ||
	    (kind != CONDITION_READ && kind != CONDITION_MEAN &&
	     limit_of(course, payload, request->channel, &request->condition.limit,
		      &request->condition.probe, err) < 0) ||
	    (patience_key && duration_of(course, payload, patience_key, &patience, err) < 0) ||
	    (value_get(payload, "every") &&
	     duration_of(course, payload, "every", &request->every, err) < 0) ||
	    (kind == CONDITION_LAST_BEFORE &&
	     channel_of(course, payload, "of", &request->of, err) < 0)) {
		request_free(request);
		return -1;
	}
	if (!patience_key && course->fixture->channel[request->channel].breath)
		patience = BREATH_PATIENCE;
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
	struct request *request = request_new(id, REQUEST_CONDITION, now);
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
	struct request *request = request_new(id, REQUEST_CONDITION, now);
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

/* A period may be left out where the channel has one of its own. */
static int trace_every(const struct course *course, const struct value *payload, int channel,
		       nsec *every, struct error *err)
{
	const struct fixture_channel *spec = &course->fixture->channel[channel];

	if (value_get(payload, "every"))
		return duration_of(course, payload, "every", every, err);
	*every = spec->every;
	if (spec->breath || spec->every || fixture_channel_streams(course->fixture, spec))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "trace needs a period: the fixture does not say how often %s is asked",
			 spec->name);
}

static int verb_trace(struct course *course, uint32_t id, nsec now, const struct value *payload,
		      struct error *err)
{
	struct request *request = request_new(id, REQUEST_TRACE, now);
	struct value *value;

	if (channel_of(course, payload, "channel", &request->channel, err) < 0 ||
	    trace_every(course, payload, request->channel, &request->every, err) < 0) {
		request_free(request);
		return -1;
	}
	if (request->every < MSEC(1))
		request->every = MSEC(1);
	course_admit(course, request);
	value = value_map();
	value_set_int(value, "trace", id);
	course->host->result(course->ctx, id, course_result(value));
	return 0;
}

static int verb_guard(struct course *course, uint32_t id, nsec now, const struct value *payload,
		      struct error *err)
{
	struct request *request = request_new(id, REQUEST_GUARD, now);

	if (channel_of(course, payload, "channel", &request->channel, err) < 0 ||
	    limit_of(course, payload, request->channel, &request->limit, &request->condition.probe,
		     err) < 0) {
		request_free(request);
		return -1;
	}
	request->every = poll_every(course, request->channel, 0);
	course_admit(course, request);
	course_answer_plain(course, id);
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
	request = request_new(id, REQUEST_ACT, now);
	request->line = line;
	request->on = value_get_bool(payload, "on");
	course_admit(course, request);
	return 0;
}

static int read_settings(struct course *course, struct request *request, const struct value *values,
			 struct error *err)
{
	const struct driver *driver = course->fixture->device[request->device].driver;

	for (size_t i = 0; i < value_count(values); i++) {
		const char *name = value_key(values, i);
		int write = driver_find_write(driver, name);
		struct quantity quantity;

		if (write < 0 || i == REQUEST_SETTINGS)
			return error_set(err, ERROR_USAGE, "driver %s cannot set '%s'", driver->id,
					 name);
		request->setting[i].write = write;
		if (driver->write[write].word_count) {
			const char *word = value_get_text(values, name);

			if (driver_word(&driver->write[write], word ? word : "",
					&request->setting[i].number, err) < 0)
				return -1;
		} else {
			if (course_quantity(course, values, name, driver->write[write].unit.symbol,
					    &quantity, err) < 0)
				return -1;
			request->setting[i].number =
				quantity_in(&quantity, &driver->write[write].unit);
		}
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
	struct request *request = request_new(id, REQUEST_SET, now);

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
	course_admit(course, request);
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
	if (!reading) { /* nothing can be compared with it: that says nothing of the product */
		course->host->breach(course->ctx, VERDICT_INCONCLUSIVE, err->text);
		return 0;
	}
	course_answer_reading(course, id, reading);
	return 0;
}

static int verb_operator(struct course *course, uint32_t id, nsec now, const struct value *payload,
			 struct error *err)
{
	static const char *const VERBS[] = {"confirm", "enter", "scan", PHOTOGRAPH};
	const char *verb = value_get_text(payload, "verb");
	const char *text = value_get_text(payload, "text");
	const char *name = value_get_text(payload, "id");
	const char *unit = value_get_text(payload, "unit");
	const char *zh = value_get_text(payload, "zh");
	struct request *request;

	if (!text)
		return error_set(err, ERROR_USAGE, "the operator needs a text to read");
	if (!strcmp(verb, PHOTOGRAPH) && ++course->photographs > PHOTOS_MOST)
		return error_set(err, ERROR_USAGE, "a run asks for at most %d photos", PHOTOS_MOST);
	request = request_new(id, REQUEST_OPERATOR, now);
	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]); i++)
		if (!strcmp(verb, VERBS[i]))
			request->operator_verb = VERBS[i];
	request->text = xstrdup(text);
	request->zh = zh ? xstrdup(zh) : NULL;
	snprintf(request->operator_id, sizeof(request->operator_id), "%s", name ? name : "");
	snprintf(request->operator_unit, sizeof(request->operator_unit), "%s", unit ? unit : "");
	course_admit(course, request);
	return 0;
}

/* The header says what a person is asked for; who has done it is his answer. */
static int verb_adjust(struct course *course, uint32_t id, nsec now, const struct value *payload,
		       struct error *err)
{
	const struct protocol *protocol = course->judgement.protocol;
	const char *what = value_get_text(payload, "what");
	const struct value *adjustment = protocol_adjustment(protocol, what);
	struct request *request;

	if (!adjustment)
		return error_set(
			err, ERROR_USAGE,
			"the header's 'adjusts' has no '%s': what is done to a specimen is "
			"declared there",
			what ? what : "");
	if (!judgement_knows_found(&course->judgement))
		return error_set(err, ERROR_USAGE,
				 "'%s' is not adjusted: nothing has been measured of the specimen "
				 "as it was found, and afterwards nobody could",
				 what);
	request = request_new(id, REQUEST_OPERATOR, now);
	request->operator_verb = "adjust";
	request->text = xprintf("%s. When it is done: who has adjusted it?",
				value_get_text(adjustment, "text"));
	request->zh = xprintf("%s。调好后请输入调校人工号或姓名", value_get_text(adjustment, "zh"));
	snprintf(request->operator_id, sizeof(request->operator_id), ADJUST_ID "%s", what);
	course_admit(course, request);
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
		  course_reading_value(course,
				       evidence_time(&course->evidence,
						     (nsec)(course->pulse[line].high * 1e9 + 0.5),
						     USEC(2))));
	value_set(value, "low",
		  course_reading_value(course,
				       evidence_time(&course->evidence,
						     (nsec)(course->pulse[line].low * 1e9 + 0.5),
						     USEC(2))));
	course->host->result(course->ctx, id, course_result(value));
	return 0;
}

static void end_step_requests(struct course *course)
{
	struct request *next;

	for (struct request *request = course->open; request; request = next) {
		next = request->next;
		if (request->kind == REQUEST_TRACE || request->kind == REQUEST_GUARD) {
			course_unlink(course, request);
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
	if (!begins) {
		end_step_requests(course);
		course_give(course);
	}
	snprintf(course->step, sizeof(course->step), "%s", step);
	course->in_step = begins;
	course->host->step(course->ctx, step, (int)value_get_int(payload, "repeat", 1), begins);
	course_answer_plain(course, id);
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
	{PHOTOGRAPH, verb_operator},
	{"adjust", verb_adjust},
	{"consecutive", verb_consecutive},
	{"pulse_widths", verb_pulse_widths},
	{"take", verb_take},
	{"give", verb_give},
	{"in_step", verb_in_step},
	{"step_begin", verb_step},
	{"step_end", verb_step},
};

course_verb_fn *course_find_verb(const char *name)
{
	for (size_t i = 0; name && i < sizeof(VERBS) / sizeof(VERBS[0]); i++)
		if (!strcmp(VERBS[i].name, name))
			return VERBS[i].fn;
	return name ? course_trace_verb(name) : NULL;
}

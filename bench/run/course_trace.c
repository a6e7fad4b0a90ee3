/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a trace is asked for: extremes, mean, integral, slope, averages by minutes, and the time to a
 * part of a step.
 *
 * A trace lives from its opening to the end of its step and answers at once. The values it gives carry
 * the channel's certificate and the coarsest resolution seen. For a time-to, the uncertainty of the
 * levels becomes one of time by asking again with the level moved up and down by its uncertainty.
 */
#include <math.h>
#include <string.h>

#include "run/course.h"

struct span {
	struct request *trace;
	nsec from, to;
};

static int span_of(struct course *course, const struct value *payload, nsec now, struct span *span,
		   struct error *err)
{
	struct quantity after;

	span->trace = course_find(course, (uint32_t)value_get_int(payload, "trace", 0));
	if (!span->trace || span->trace->kind != REQUEST_TRACE)
		return error_set(err, ERROR_USAGE, "this trace has ended with its step");
	span->from = span->trace->opened;
	span->to = now;
	if (!value_get(payload, "after"))
		return 0;
	if (course_quantity(course, payload, "after", "s", &after, err) < 0)
		return -1;
	if (evidence_is_instant(&course->evidence, value_get_text(payload, "after")))
		return error_set(
			err, ERROR_USAGE,
			"'after' counts from the trace's own beginning, and this is the bench's "
			"time of an act: say how long after, as in :after \"10 s\", or the "
			"difference of two acts");
	span->from += (nsec)(after.value * 1e9);
	return 0;
}

/* Of what was not seen for a while, only the extremes of the rest are known. */
static int whole_span_of(struct course *course, const struct value *payload, nsec now,
			 struct span *span, struct error *err)
{
	if (span_of(course, payload, now, span, err) < 0)
		return -1;
	if (!span->trace->gap)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "the run was interrupted while %s was traced: only the least and the "
			 "greatest value of the rest are known",
			 course->fixture->channel[span->trace->channel].name);
}

static void answer_value(struct course *course, uint32_t id, const struct span *span, double value,
			 double of_mean)
{
	struct outcome outcome = {
		.met = true,
		.value = value,
		.of_mean = of_mean,
		.resolution = span->trace->resolution,
		.drift = span->trace->drift,
		.seconds = span->trace->seconds,
	};

	course_answer_reading(course, id,
			      evidence_value(&course->evidence, span->trace->channel, &outcome));
}

static int trace_min(struct course *course, uint32_t id, nsec now, const struct value *payload,
		     struct error *err)
{
	struct span span;
	double value;

	if (span_of(course, payload, now, &span, err) < 0 ||
	    series_min(&span.trace->trace, span.from, span.to, &value, err) < 0)
		return -1;
	answer_value(course, id, &span, value, 0);
	return 0;
}

static int trace_max(struct course *course, uint32_t id, nsec now, const struct value *payload,
		     struct error *err)
{
	struct span span;
	double value;

	if (span_of(course, payload, now, &span, err) < 0 ||
	    series_max(&span.trace->trace, span.from, span.to, &value, err) < 0)
		return -1;
	answer_value(course, id, &span, value, 0);
	return 0;
}

static int trace_mean(struct course *course, uint32_t id, nsec now, const struct value *payload,
		      struct error *err)
{
	struct span span;
	double value, of_mean;

	if (whole_span_of(course, payload, now, &span, err) < 0 ||
	    series_mean(&span.trace->trace, span.from, span.to, &value, &of_mean, err) < 0)
		return -1;
	answer_value(course, id, &span, value, of_mean);
	return 0;
}

static uint64_t level_of_span(struct course *course, const struct span *span, double value)
{
	struct outcome outcome = {.met = true,
				  .value = value,
				  .drift = span->trace->drift,
				  .seconds = span->trace->seconds};
	uint64_t id = evidence_value(&course->evidence, span->trace->channel, &outcome);

	course->host->reading(course->ctx, id);
	return id;
}

/* The channel's mean level during a time, multiplied by it. */
static int answer_area(struct course *course, uint32_t id, const struct span *span, double level,
		       double seconds, struct error *err)
{
	struct quantity time = {.value = seconds}, result;
	const struct reading *mean;

	if (unit_parse(&time.unit, "s", err) < 0)
		return -1;
	mean = evidence_find(&course->evidence, level_of_span(course, span, level));
	if (quantity_multiply(&result, &mean->quantity, &time, err) < 0)
		return -1;
	course_answer_reading(course, id,
			      evidence_quantity(&course->evidence, &result, mean->flaw));
	return 0;
}

/* The time between the first and the last sample of a span. */
static double sampled_seconds(const struct span *span)
{
	const struct series *series = &span->trace->trace;
	nsec first = NSEC_NEVER, last = 0;

	for (size_t i = 0; i < series->count; i++) {
		nsec time = series->samples[i].time;

		if (time < span->from || time > span->to)
			continue;
		if (first == NSEC_NEVER)
			first = time;
		last = time;
	}
	return first == NSEC_NEVER ? 0 : nsec_seconds(last - first);
}

/* A moment of the bench's time, as an act returns it; it has passed. */
static int moment_of(const struct course *course, const struct value *payload, const char *key,
		     nsec now, nsec *moment, struct error *err)
{
	struct quantity quantity;

	if (course_quantity(course, payload, key, "s", &quantity, err) < 0)
		return -1;
	if (!(quantity.value >= 0) || quantity.value > nsec_seconds(now) + 0.5e-9)
		return error_set(err, ERROR_USAGE,
				 "'%s' is %.6g s, and the bench's time is %.6g s: it takes what an "
				 "act returned",
				 key, quantity.value, nsec_seconds(now));
	*moment = (nsec)(quantity.value * 1e9 + 0.5);
	return 0;
}

static int moments_of(const struct course *course, const struct value *payload, nsec now,
		      struct span *span, struct error *err)
{
	if (moment_of(course, payload, "from", now, &span->from, err) < 0)
		return -1;
	return moment_of(course, payload, "to", now, &span->to, err);
}

static int integral_between(struct course *course, uint32_t id, nsec now,
			    const struct value *payload, struct span *span, struct error *err)
{
	double integral, seconds;

	if (moments_of(course, payload, now, span, err) < 0 ||
	    series_integral_between(&span->trace->trace, span->from, span->to, &integral, err) < 0)
		return -1;
	seconds = nsec_seconds(span->to - span->from);
	return answer_area(course, id, span, integral / seconds, seconds, err);
}

static int trace_integral(struct course *course, uint32_t id, nsec now, const struct value *payload,
			  struct error *err)
{
	struct span span;
	double integral, seconds;

	if (whole_span_of(course, payload, now, &span, err) < 0)
		return -1;
	if (value_get(payload, "from") || value_get(payload, "to"))
		return integral_between(course, id, now, payload, &span, err);
	if (series_integral(&span.trace->trace, span.from, span.to, &integral, err) < 0)
		return -1;
	seconds = sampled_seconds(&span);
	return answer_area(course, id, &span, integral / seconds, seconds, err);
}

/*
 * The rise of the line through the samples, from its one end to the other, by the time between them.
 * As a difference of two levels it keeps only what the instrument says wrong of the one and not of the
 * other, and that of a temperature is in K.
 */
static int trace_slope(struct course *course, uint32_t id, nsec now, const struct value *payload,
		       struct error *err)
{
	struct evidence *evidence = &course->evidence;
	struct quantity time = {0}, rise;
	double slope, middle, of_mean;
	struct span span;

	if (whole_span_of(course, payload, now, &span, err) < 0 ||
	    series_slope(&span.trace->trace, span.from, span.to, &slope, err) < 0 ||
	    series_mean(&span.trace->trace, span.from, span.to, &middle, &of_mean, err) < 0 ||
	    unit_parse(&time.unit, "s", err) < 0)
		return -1;
	time.value = sampled_seconds(&span);

	uint64_t first = level_of_span(course, &span, middle - slope * time.value / 2);
	uint64_t last = level_of_span(course, &span, middle + slope * time.value / 2);
	const struct reading *from = evidence_find(evidence, first);
	const struct reading *to = evidence_find(evidence, last);
	if (quantity_subtract(&rise, &to->quantity, &from->quantity, err) < 0 ||
	    quantity_divide(&rise, &rise, &time, err) < 0)
		return -1;
	course_answer_reading(course, id, evidence_quantity(evidence, &rise, from->flaw));
	return 0;
}

static int check_was_open(const struct span *span, struct error *err)
{
	if (span->from >= span->trace->opened)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'from' is %.6g s, and the trace was opened at %.6g s: open it before",
			 nsec_seconds(span->from), nsec_seconds(span->trace->opened));
}

/*
 * A minute of which the bench saw nothing is the bench's, an error; that of a device under test, which
 * fell silent, is its own.
 */
static bool answers_why(const struct course *course, const struct span *span,
			const struct error *why)
{
	return why->kind == ERROR_TIMEOUT ||
	       (why->kind == ERROR_DEVICE && course->fixture->channel[span->trace->channel].dut);
}

/*
 * The minutes are what the standard asks for, not repetitions of one thing: how they scatter is no
 * uncertainty of their mean.
 */
static int trace_minutes(struct course *course, uint32_t id, nsec now, const struct value *payload,
			 struct error *err)
{
	const char *of = value_get_text(payload, "of");
	struct series_minutes minutes;
	struct span span;
	struct error why;

	if (whole_span_of(course, payload, now, &span, err) < 0 ||
	    moments_of(course, payload, now, &span, err) < 0 || check_was_open(&span, err) < 0)
		return -1;
	if (series_minutes(&span.trace->trace, span.from, span.to, &minutes, &why) < 0) {
		if (!answers_why(course, &span, &why))
			return error_set(err, why.kind, "%s", why.text);
		course_answer_why(course, id, why.text);
		return 0;
	}
	double count = (double)minutes.count;

	if (!strcmp(of, "count"))
		course_answer_reading(course, id, evidence_count(&course->evidence, count));
	else if (!strcmp(of, "mean"))
		answer_value(course, id, &span, minutes.mean, 0);
	else if (!strcmp(of, "max"))
		answer_value(course, id, &span, minutes.greatest, 0);
	else if (!strcmp(of, "min"))
		answer_value(course, id, &span, minutes.least, 0);
	else
		return error_set(err, ERROR_USAGE, "minutes have a mean, max, min and count");
	return 0;
}

/* The levels between which the step runs: as given, or the trace's own first and last value. */
static int step_levels(struct course *course, const struct value *payload, const struct span *span,
		       double *start, double *finish, double *level, struct error *err)
{
	const struct fixture_channel *channel = &course->fixture->channel[span->trace->channel];
	const struct series *series = &span->trace->trace;
	struct quantity given;

	if (series->count == 0)
		return error_set(err, ERROR_USAGE, "the trace has no samples yet");
	*start = series->samples[0].value;
	*finish = series->samples[series->count - 1].value;
	*level = 0;
	if (value_get(payload, "start")) {
		if (course_quantity(course, payload, "start", channel->unit.symbol, &given, err) <
		    0)
			return -1;
		*start = given.value;
	}
	if (value_get(payload, "finish")) {
		if (course_quantity(course, payload, "finish", channel->unit.symbol, &given, err) <
		    0)
			return -1;
		*finish = given.value;
		*level = quantity_standard(&given);
	}
	return 0;
}

/* How much the crossing moves in time when the level moves by its standard uncertainty. */
static nsec level_gap(const struct series *series, nsec origin, double start, double finish,
		      double fraction, double level)
{
	double part = finish != start ? level / fabs(finish - start) : 0;
	nsec early, late, spacing;
	struct error ignored;

	if (part <= 0 || fraction - part <= 0 || fraction + part >= 1)
		return 0;
	if (series_time_to(series, origin, start, finish, fraction - part, &early, &spacing,
			   &ignored) < 0 ||
	    series_time_to(series, origin, start, finish, fraction + part, &late, &spacing,
			   &ignored) < 0)
		return 0;
	/* from a standard uncertainty to the width of a rectangle with the same one */
	return (nsec)((double)(late - early) * 1.7320508075688772);
}

static int trace_time_to(struct course *course, uint32_t id, nsec now, const struct value *payload,
			 struct error *err)
{
	double fraction = value_get_real(payload, "fraction", 0);
	double start = 0, finish = 0, level = 0;
	struct quantity origin;
	struct span span;
	nsec elapsed, spacing, at;
	struct error why;

	if (whole_span_of(course, payload, now, &span, err) < 0)
		return -1;
	if (!(fraction > 0 && fraction < 1))
		return error_set(err, ERROR_USAGE, "time_to needs a fraction between 0 and 1");
	at = span.from;
	if (value_get(payload, "origin")) {
		if (course_quantity(course, payload, "origin", "s", &origin, err) < 0)
			return -1;
		at = (nsec)(origin.value * 1e9 + 0.5);
	}
	if (step_levels(course, payload, &span, &start, &finish, &level, err) < 0)
		return -1;
	if (series_time_to(&span.trace->trace, at, start, finish, fraction, &elapsed, &spacing,
			   &why) < 0) {
		course_answer_why(course, id, why.text);
		return 0;
	}
	spacing += level_gap(&span.trace->trace, at, start, finish, fraction, level);
	course_answer_reading(course, id, evidence_time(&course->evidence, elapsed, spacing));
	return 0;
}

static const struct {
	const char *name;
	course_verb_fn *fn;
} VERBS[] = {
	{"trace_min", trace_min},	  {"trace_max", trace_max},
	{"trace_mean", trace_mean},	  {"trace_integral", trace_integral},
	{"trace_slope", trace_slope},	  {"trace_minutes", trace_minutes},
	{"trace_time_to", trace_time_to},
};

course_verb_fn *course_trace_verb(const char *verb)
{
	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]); i++)
		if (!strcmp(VERBS[i].name, verb))
			return VERBS[i].fn;
	return NULL;
}

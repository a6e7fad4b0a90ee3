/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol declares, watched while its script runs: the environment and the sampling rates; at the
 * end they, and the parameters of which the method asks something, become the measures of the step
 * "Conditions" (declarations.c).
 *
 * An environment is asked for by the course's own requests, of kind REQUEST_WATCH. They are not among
 * those of the script: a script cannot cancel one, a stop does not drop it, and what is seen after the
 * run has ended early still counts. Kept are the extremes with their times. The first readings are judged
 * before the script begins; the host says what follows from that.
 *
 * A sampling rate is looked at while a trace of its channel is open, or anything that rests on breaths
 * computed from it: 10 intervals over the time that they took, the least of all such stretches, or of all
 * there is where a trace has fewer. The time of a sample is when it was asked for: what an answer takes
 * on the line is not the rhythm of the sampling. A rate is counted, so it carries no uncertainty.
 *
 * A trace that was open before its first sample or after its last one has a gap there, which is an
 * interval like the others; up to twice its neighbours' length it is the rhythm itself. What a channel
 * says late may still be on its way when the trace ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/course.h"

enum { INTERVALS = 10 };

/* One quantity of the environment. */
struct watched {
	struct request *request;
	bool seen;
	struct bench_sample first, lowest, highest;
};

/* One channel with a least rate. */
struct sampled {
	bool traced;
	nsec since;		  /* from then on, without a break */
	nsec time[INTERVALS + 1]; /* of the latest samples, in a ring */
	size_t count;		  /* of all samples since */
	bool known;
	double least; /* Hz */
	nsec least_at;
};

struct conditions {
	struct watched *watched;
	struct sampled *sampled;
	size_t unseen; /* of the environment */
};

static const struct protocol *protocol_of(const struct course *course)
{
	return course->judgement.protocol;
}

/* ---- the environment ---- */

static uint64_t make_reading(struct course *course, int channel, const struct bench_sample *sample)
{
	struct outcome outcome = {
		.met = true, .value = sample->value, .resolution = sample->resolution};
	uint64_t reading;

	course->evidence.now = sample->time;
	reading = evidence_value(&course->evidence, channel, &outcome);
	course->host->reading(course->ctx, reading);
	return reading;
}

/* All of the environment has been seen once: is it as the protocol asks? */
static void judge_first(struct course *course)
{
	const struct protocol *protocol = protocol_of(course);
	char why[JUDGEMENT_WHY] = "";
	bool fit = true;

	for (size_t i = 0; i < protocol->condition_count; i++) {
		const struct protocol_condition *condition = &protocol->condition[i];
		uint64_t id = make_reading(course, condition->channel,
					   &course->conditions->watched[i].first);
		char one[JUDGEMENT_WHY];
		size_t size = strlen(why);

		if (judgement_foresees_pass(&course->judgement, condition->measure,
					    &evidence_find(&course->evidence, id)->quantity, one))
			continue;
		fit = false;
		snprintf(why + size, sizeof(why) - size, "%s%s", size ? "; " : "", one);
	}
	course->host->fit(course->ctx, fit ? NULL : why);
}

static void watch_samples(struct course *course, struct watched *watched,
			  const struct bench_sample *samples, size_t count)
{
	for (const struct bench_sample *sample = samples; sample < samples + count; sample++) {
		if (sample->asked < watched->request->opened)
			continue;
		if (!watched->seen)
			watched->first = watched->lowest = watched->highest = *sample;
		else if (sample->value < watched->lowest.value)
			watched->lowest = *sample;
		else if (sample->value > watched->highest.value)
			watched->highest = *sample;
		if (!watched->seen && --course->conditions->unseen == 0) {
			watched->seen = true;
			judge_first(course);
		}
		watched->seen = true;
	}
}

static void watch_environment(struct course *course, int channel,
			      const struct bench_sample *samples, size_t count)
{
	const struct protocol *protocol = protocol_of(course);

	for (size_t i = 0; i < protocol->condition_count; i++)
		if (protocol->condition[i].channel == channel)
			watch_samples(course, &course->conditions->watched[i], samples, count);
}

static void record(struct course *course, const struct protocol_measure *measure, const char *key,
		   uint64_t reading, const char *why, const char *remark)
{
	struct value *value = value_map();
	const struct judged *judged;
	char from[32];
	struct error err;

	snprintf(from, sizeof(from), "r%llu", (unsigned long long)reading);
	value_set_text(value, "step", protocol_conditions(protocol_of(course))->name);
	value_set_text(value, "measure", measure->name);
	value_set_text(value, "key", key);
	value_set_text(value, reading ? "from" : "why", reading ? from : why);
	judged = judgement_record(&course->judgement, value, remark, &err);
	value_free(value);
	if (judged)
		course->host->judged(course->ctx, judged);
	else if (
		reading) /* what cannot be judged, such as a value that is not finite, is no value */
		record(course, measure, key, 0, err.text, NULL);
}

static void record_extreme(struct course *course, const struct protocol_condition *condition,
			   const char *key, const struct bench_sample *sample)
{
	char remark[48];

	snprintf(remark, sizeof(remark), "at %.1f s", nsec_seconds(sample->time));
	record(course, condition->measure, key, make_reading(course, condition->channel, sample),
	       NULL, remark);
}

/* ---- sampling rates ---- */

/* A trace of this channel, or whatever rests on breaths that are computed from it. */
static bool rests_on(const struct course *course, const struct request *request, int channel)
{
	const struct fixture_channel *spec;

	if (request->channel < 0)
		return false;
	spec = &course->fixture->channel[request->channel];
	if (spec->breath && (spec->of == channel || spec->flow == channel))
		return true;
	return request->kind == REQUEST_TRACE && request->channel == channel;
}

/* When was the oldest of those opened? NSEC_NEVER: none is open. */
static nsec traced_since(const struct course *course, int channel)
{
	nsec since = NSEC_NEVER;

	for (const struct request *request = course->open; request; request = request->next)
		if (rests_on(course, request, channel) && request->opened < since)
			since = request->opened;
	return since;
}

static nsec time_before_last(const struct sampled *sampled, size_t intervals)
{
	return sampled->time[(sampled->count - 1 - intervals) % (INTERVALS + 1)];
}

static void take_rate(struct sampled *sampled, size_t intervals, nsec first, nsec last)
{
	double rate;

	if (last <= first)
		return;
	rate = (double)intervals / nsec_seconds(last - first);
	if (sampled->known && rate >= sampled->least)
		return;
	sampled->known = true;
	sampled->least = rate;
	sampled->least_at = last;
}

/*
 * Tracing ends at `end`: what was open beyond its last sample counts, and all of it where that had fewer
 * than ten intervals.
 */
static void end_stretch(struct sampled *sampled, nsec end)
{
	if (sampled->count > 1) {
		size_t intervals = sampled->count > INTERVALS ? INTERVALS - 1 : sampled->count - 1;
		nsec first = time_before_last(sampled, intervals);
		nsec last = time_before_last(sampled, 0);

		if (sampled->count <= INTERVALS)
			take_rate(sampled, intervals, first, last);
		if (end - last > 2 * (last - first) / (nsec)intervals)
			take_rate(sampled, intervals + 1, first, end);
	}
	sampled->count = 0;
	sampled->traced = false;
}

static void add_time(struct sampled *sampled, nsec time)
{
	if (sampled->count == 1 &&
	    sampled->time[0] - sampled->since > 2 * (time - sampled->time[0])) {
		sampled->time[1] = sampled->time[0];
		sampled->time[0] = sampled->since;
		sampled->count = 2;
	}
	sampled->time[sampled->count++ % (INTERVALS + 1)] = time;
	if (sampled->count > INTERVALS)
		take_rate(sampled, INTERVALS, time_before_last(sampled, INTERVALS), time);
}

static void sample_rate(struct course *course, struct sampled *sampled, int channel,
			const struct bench_sample *samples, size_t count)
{
	nsec since = traced_since(course, channel);

	if (since == NSEC_NEVER)
		return;
	if (!sampled->traced)
		sampled->since = since;
	sampled->traced = true;
	for (size_t i = 0; i < count; i++)
		if (samples[i].asked >= sampled->since)
			add_time(sampled, samples[i].asked);
}

/* What was said until then has arrived by now. */
static nsec heard_until(const struct course *course, int channel)
{
	return course->evidence.now - course->fixture->channel[channel].late;
}

void conditions_closed(struct course *course)
{
	const struct protocol *protocol = protocol_of(course);

	for (size_t i = 0; course->conditions && i < protocol->rate_count; i++) {
		struct sampled *sampled = &course->conditions->sampled[i];
		int channel = protocol->rate[i].channel;

		if (sampled->traced && traced_since(course, channel) == NSEC_NEVER)
			end_stretch(sampled, heard_until(course, channel));
	}
}

static void record_rate(struct course *course, const struct protocol_condition *rate,
			struct sampled *sampled, bool early)
{
	struct quantity quantity = {0};
	struct error ignored;
	char remark[48], why[120];
	uint64_t reading;

	end_stretch(sampled, heard_until(course, rate->channel));
	if (!sampled->known && early)
		return; /* what ended the run is the finding, not what it never came to */
	if (!sampled->known) {
		snprintf(why, sizeof(why), "no trace of %s has two samples", rate->channel_name);
		record(course, rate->measure, NULL, 0, why, NULL);
		return;
	}
	unit_parse(&quantity.unit, "Hz", &ignored);
	quantity.value = sampled->least;
	reading = evidence_quantity(&course->evidence, &quantity, NULL);
	course->host->reading(course->ctx, reading);
	snprintf(remark, sizeof(remark), "at %.1f s", nsec_seconds(sampled->least_at));
	record(course, rate->measure, NULL, reading, NULL, remark);
}

/* ---- the method ---- */

static void record_method(struct course *course, const struct protocol_method *method)
{
	struct quantity quantity;
	struct error err;
	uint64_t reading;

	if (quantity_parse(&quantity, method->value ? method->value : "", &err) < 0) {
		record(course, method->measure, NULL, 0, err.text, NULL);
		return;
	}
	reading = evidence_quantity(&course->evidence, &quantity, NULL);
	course->host->reading(course->ctx, reading);
	record(course, method->measure, NULL, reading, NULL, NULL);
}

/* ---- the specimen ---- */

/* "scan.serial.start" asks for the scan of `serial`; else NULL. */
static const struct protocol_scan *scan_of(const struct protocol *protocol, const char *id,
					   const char **moment)
{
	for (size_t i = 0; i < protocol->scan_count; i++) {
		const char *name = protocol->scan[i].measure->name;
		size_t size = strlen(name);

		if (strncmp(id, name, size) != 0 || id[size] != '.')
			continue;
		*moment = id + size + 1;
		return &protocol->scan[i];
	}
	return NULL;
}

void conditions_scanned(struct course *course, const char *id, const char *text)
{
	const struct protocol *protocol = protocol_of(course);
	const char *moment;
	const struct protocol_scan *scan = scan_of(protocol, id, &moment);
	const struct judged *judged;
	struct error ignored;

	if (!scan)
		return;
	judged = judgement_compare(&course->judgement, protocol_conditions(protocol)->name,
				   scan->measure, moment, text, scan->expected, &ignored);
	if (judged)
		course->host->judged(course->ctx, judged);
}

/* ---- interruptions ---- */

static void record_absence(struct course *course, const struct protocol_interruption *interruption,
			   const struct absence *absence)
{
	char remark[64] = "it was not interrupted";
	/* evidence takes a rectangle of this width, as of a time between two samples */
	uint64_t reading = evidence_time(&course->evidence, absence->time, 2 * absence->error);

	course->host->reading(course->ctx, reading);
	if (absence->times == 1)
		snprintf(remark, sizeof(remark), "interrupted once");
	else if (absence->times)
		snprintf(remark, sizeof(remark), "interrupted %d times", absence->times);
	record(course, interruption->measure, NULL, reading, NULL, remark);
}

void conditions_reopen(struct course *course)
{
	for (size_t i = 0; course->conditions && i < protocol_of(course)->condition_count; i++)
		course->host->open(course->ctx, course->conditions->watched[i].request);
}

/* ---- the whole ---- */

void course_begin(struct course *course, nsec now)
{
	const struct protocol *protocol = protocol_of(course);
	struct conditions *conditions = xcalloc(1, sizeof(*conditions));

	course->conditions = conditions;
	conditions->watched = xcalloc(protocol->condition_count + 1, sizeof(*conditions->watched));
	conditions->sampled = xcalloc(protocol->rate_count + 1, sizeof(*conditions->sampled));
	conditions->unseen = protocol->condition_count;
	for (size_t i = 0; i < protocol->condition_count; i++) {
		struct request *request = request_new(0, REQUEST_WATCH, now);

		request->channel = protocol->condition[i].channel;
		request->every = protocol->condition[i].every;
		conditions->watched[i].request = request;
	}
	/* all are there before the first is opened, which may bring a sample at once */
	for (size_t i = 0; i < protocol->condition_count; i++)
		course->host->open(course->ctx, conditions->watched[i].request);
	if (protocol->condition_count == 0)
		course->host->fit(course->ctx, NULL);
}

void conditions_samples(struct course *course, int channel, const struct bench_sample *samples,
			size_t count)
{
	const struct protocol *protocol = protocol_of(course);

	if (!course->conditions)
		return;
	for (size_t i = 0; i < protocol->rate_count; i++)
		if (protocol->rate[i].channel == channel)
			sample_rate(course, &course->conditions->sampled[i], channel, samples,
				    count);
	watch_environment(course, channel, samples, count);
}

void course_conclude(struct course *course, nsec now, bool early)
{
	const struct protocol *protocol = protocol_of(course);
	const struct protocol_step *step = protocol_conditions(protocol);

	if (!step || !course->conditions)
		return;
	course->evidence.now = now;
	course->host->step(course->ctx, step->name, 1, true);
	for (size_t i = 0; i < protocol->condition_count; i++) {
		const struct watched *watched = &course->conditions->watched[i];

		if (!watched->seen)
			continue;
		record_extreme(course, &protocol->condition[i], "lowest", &watched->lowest);
		record_extreme(course, &protocol->condition[i], "highest", &watched->highest);
	}
	for (size_t i = 0; i < protocol->rate_count; i++)
		record_rate(course, &protocol->rate[i], &course->conditions->sampled[i], early);
	for (size_t i = 0; i < protocol->method_count; i++)
		record_method(course, &protocol->method[i]);
	for (size_t i = 0; i < protocol->interruption_count; i++)
		record_absence(course, &protocol->interruption[i], &course->absence[i]);
}

void conditions_done(struct course *course)
{
	struct conditions *conditions = course->conditions;

	if (!conditions)
		return;
	for (size_t i = 0; i < protocol_of(course)->condition_count; i++) {
		course->host->close(course->ctx, conditions->watched[i].request);
		request_free(conditions->watched[i].request);
	}
	free(conditions->watched);
	free(conditions->sampled);
	free(conditions);
	course->conditions = NULL;
}

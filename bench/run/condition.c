/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions.
 *
 * A sample counts only when its question left at or after the moment the condition was opened: an
 * answer that was already on its way says nothing about what the script did since. An event between
 * two samples is put in the middle of them, and half their distance is its uncertainty, so a slow poll
 * widens the result instead of shifting it. A limit met exactly at the deadline counts as met, because
 * samples of an instant are delivered before the deadline of the same instant.
 */
#include "run/condition.h"

#include <stdio.h>
#include <string.h>

#include "verdict/shown.h"

static const char NO_READING[] = "no reading came in the time";

void condition_begin(struct condition *condition)
{
	series_init(&condition->window);
}

void condition_done(struct condition *condition)
{
	series_done(&condition->window);
}

static bool limit_holds(struct condition *condition, double value)
{
	condition->probe.value = value;
	return limit_met(&condition->limit, &condition->probe);
}

/* An event was seen at `now`, not yet at the sample before. */
static void outcome_event(const struct condition *condition, nsec now, struct outcome *outcome)
{
	nsec before = condition->begun ? condition->last : condition->opened;

	if (before < condition->opened)
		before = condition->opened;
	outcome->met = true;
	outcome->is_time = true;
	outcome->gap = now - before;
	outcome->elapsed = now - condition->opened - outcome->gap / 2;
}

static void outcome_value(const struct bench_sample *sample, struct outcome *outcome)
{
	outcome->met = true;
	outcome->value = sample->value;
	outcome->resolution = sample->resolution;
}

static void print_value(const struct condition *condition, double value, char *text, size_t size)
{
	const struct limit *const limits[SHOWN_LIMITS] = {&condition->limit};
	struct quantity shown = condition->probe;

	shown.value = value;
	shown_print(&shown, 0, limits, text, size);
}

static bool settles_sample(struct condition *condition, const struct bench_sample *sample,
			   struct outcome *outcome)
{
	struct error ignored;
	double low, high;

	series_add(&condition->window, sample->time, sample->value);
	if (!series_settled(&condition->window, sample->time, condition->over, condition->band)) {
		/* one sample older than the window stays: the window must span `over` */
		series_forget_before(&condition->window, sample->time - 2 * condition->over);
		return false;
	}
	nsec from = sample->time - condition->over;

	if (series_mean(&condition->window, from, sample->time, &outcome->value, &outcome->of_mean,
			&ignored) < 0 ||
	    series_min(&condition->window, from, sample->time, &low, &ignored) < 0 ||
	    series_max(&condition->window, from, sample->time, &high, &ignored) < 0)
		return false;
	outcome->met = true;
	outcome->spread = (high - low) / 2;
	outcome->resolution = sample->resolution;
	return true;
}

static bool becomes_sample(struct condition *condition, const struct bench_sample *sample,
			   struct outcome *outcome)
{
	if (!limit_holds(condition, sample->value))
		return false;
	outcome_event(condition, sample->time, outcome);
	return true;
}

static bool holds_sample(struct condition *condition, const struct bench_sample *sample,
			 struct outcome *outcome)
{
	char text[64];

	if (limit_holds(condition, sample->value))
		return false;
	outcome_event(condition, sample->time, outcome);
	print_value(condition, sample->value, text, sizeof(text));
	snprintf(outcome->why, sizeof(outcome->why), "%s left %s", text, condition->limit.text);
	return true;
}

/* The event lies somewhere after the last sample that had not seen it: what was asked for later may
 * already be its consequence. */
static void keep_before(struct condition *condition)
{
	if (!condition->seen_unmet || !condition->has_of ||
	    condition->latest_of.asked > condition->unmet)
		return;
	condition->before = condition->latest_of;
	condition->has_before = true;
}

static bool last_before_sample(struct condition *condition, int channel,
			       const struct bench_sample *sample, struct outcome *outcome)
{
	if (channel == condition->of) {
		condition->latest_of = *sample;
		condition->has_of = true;
		keep_before(condition);
	}
	if (channel != condition->channel)
		return false;
	if (!limit_holds(condition, sample->value)) {
		condition->seen_unmet = true;
		condition->unmet = sample->time;
		keep_before(condition);
		return false;
	}
	if (!condition->seen_unmet || !condition->has_before)
		return false;
	outcome_value(&condition->before, outcome);
	return true;
}

static bool sample_ends(struct condition *condition, const struct bench_sample *sample,
			struct outcome *outcome)
{
	switch (condition->kind) {
	case CONDITION_READ:
		outcome_value(sample, outcome);
		return true;
	case CONDITION_IS:
		outcome->met = true;
		outcome->truth = limit_holds(condition, sample->value);
		return true;
	case CONDITION_MEAN:
		series_add(&condition->window, sample->time, sample->value);
		condition->resolution = sample->resolution;
		return false;
	case CONDITION_SETTLES:
		return settles_sample(condition, sample, outcome);
	case CONDITION_BECOMES:
		return becomes_sample(condition, sample, outcome);
	case CONDITION_HOLDS:
		return holds_sample(condition, sample, outcome);
	case CONDITION_LAST_BEFORE:
		break;
	}
	return false;
}

bool condition_sample(struct condition *condition, int channel, const struct bench_sample *sample,
		      struct outcome *outcome)
{
	bool ended;

	memset(outcome, 0, sizeof(*outcome));
	if (sample->asked < condition->opened)
		return false;
	if (condition->kind == CONDITION_LAST_BEFORE)
		return last_before_sample(condition, channel, sample, outcome);
	if (channel != condition->channel)
		return false;
	if (condition->begun && sample->time <= condition->last && condition->window.count)
		return false; /* a second telling of the same instant */

	ended = sample_ends(condition, sample, outcome);
	condition->begun = true;
	condition->last = sample->time;
	return ended;
}

static void mean_due(struct condition *condition, struct outcome *outcome)
{
	struct error err;

	if (series_mean(&condition->window, condition->opened, condition->deadline, &outcome->value,
			&outcome->of_mean, &err) < 0) {
		snprintf(outcome->why, sizeof(outcome->why), "%s", NO_READING);
		return;
	}
	outcome->met = true;
	outcome->resolution = condition->resolution;
}

/* What nobody looked at has held nothing. */
static void holds_due(const struct condition *condition, struct outcome *outcome)
{
	if (!condition->begun) {
		snprintf(outcome->why, sizeof(outcome->why), "%s", NO_READING);
		return;
	}
	outcome->met = true;
	outcome->is_time = true;
	outcome->elapsed = condition->deadline - condition->opened;
	outcome->to_the_end = true;
}

void condition_due(struct condition *condition, struct outcome *outcome)
{
	double seconds = nsec_seconds(condition->deadline - condition->opened);

	memset(outcome, 0, sizeof(*outcome));
	switch (condition->kind) {
	case CONDITION_MEAN:
		mean_due(condition, outcome);
		break;
	case CONDITION_HOLDS:
		holds_due(condition, outcome);
		break;
	case CONDITION_SETTLES:
		snprintf(outcome->why, sizeof(outcome->why), "not settled within %.6g s", seconds);
		break;
	case CONDITION_LAST_BEFORE:
		snprintf(outcome->why, sizeof(outcome->why), "%s did not come within %.6g s",
			 condition->limit.text, seconds);
		break;
	case CONDITION_READ:
	case CONDITION_IS:
	case CONDITION_BECOMES:
		snprintf(outcome->why, sizeof(outcome->why), "%s was not reached within %.6g s",
			 condition->kind == CONDITION_BECOMES ? condition->limit.text : "a reading",
			 seconds);
		break;
	}
}

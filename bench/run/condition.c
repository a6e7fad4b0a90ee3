/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions.
 *
 * A sample counts only when its question left at or after the moment the condition was opened: an
 * answer that was already on its way says nothing about what the script did since. An event between
 * two samples is put in the middle of them, and half their distance is its uncertainty, so a slow poll
 * widens the result instead of shifting it. A contact tells each of its edges by itself: nothing has
 * happened until just before one, however long it was waited for. A limit met exactly at the deadline
 * counts as met, because samples of an instant are delivered before the deadline of the same instant.
 */
#include "run/condition.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "verdict/shown.h"

enum {
	OF_KEPT = 64
}; /* values of `of` from before the latest look that are not forgotten at once */

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

nsec condition_unseen_until(bool at_edges, nsec last, nsec now)
{
	return at_edges && now - EDGE_STAMPED > last ? now - EDGE_STAMPED : last;
}

/* An event was seen at `now`, not yet at the sample before. */
static void outcome_event(const struct condition *condition, nsec now, struct outcome *outcome)
{
	nsec last = condition->begun ? condition->last : condition->opened, before;

	if (now < condition->opened) /* an edge that was told since */
		now = condition->opened;
	before = condition_unseen_until(condition->at_edges, last, now);
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
	outcome->drift = sample->drift;
	outcome->seconds = sample->seconds;
}

/* A sample of several whose mean will be the outcome. */
static void add_to_window(struct condition *condition, const struct bench_sample *sample)
{
	series_add_weighted(&condition->window, sample->time, sample->value, sample->weight);
	condition->resolution = sample->resolution;
	if (fabs(sample->drift) > fabs(condition->drift))
		condition->drift = sample->drift;
	condition->seconds = fmax(condition->seconds, sample->seconds);
}

static void outcome_of_several(const struct condition *condition, struct outcome *outcome)
{
	outcome->met = true;
	outcome->resolution = condition->resolution;
	outcome->drift = condition->drift;
	outcome->seconds = condition->seconds;
}

static void print_value(const struct condition *condition, double value, char *text, size_t size)
{
	const struct limit *const limits[SHOWN_LIMITS] = {&condition->limit};
	struct quantity shown = condition->probe;

	if (limit_is_state(&condition->limit)) {
		snprintf(text, size, "%s", limit_state_word(&condition->limit, value != 0));
		return;
	}
	shown.value = value;
	shown_print(&shown, 0, limits, text, size);
}

static bool settles_sample(struct condition *condition, const struct bench_sample *sample,
			   struct outcome *outcome)
{
	struct error ignored;
	double low, high;

	add_to_window(condition, sample);
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
	outcome_of_several(condition, outcome);
	outcome->spread = (high - low) / 2;
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

/* The last value of `of` that was asked for before the event: what was asked for later may already be
 * its consequence. The event lies somewhere after the last sample that had not seen it. */
static bool value_before(const struct condition *condition, struct outcome *outcome)
{
	const struct series *window = &condition->window;
	size_t i = window->count;

	while (i > 0 && window->samples[i - 1].time > condition->unmet)
		i--;
	if (i == 0)
		return false;
	outcome_of_several(condition, outcome);
	outcome->value = window->samples[i - 1].value;
	return true;
}

static bool of_has_come(const struct condition *condition)
{
	const struct series *window = &condition->window;

	return window->count && window->samples[window->count - 1].time >= condition->unmet;
}

static bool take_of(struct condition *condition, const struct bench_sample *sample,
		    struct outcome *outcome)
{
	struct series *window = &condition->window;

	if (window->count && window->samples[window->count - 1].time >= sample->asked)
		return false;
	series_add(window, sample->asked, sample->value);
	condition->resolution = sample->resolution;
	condition->drift = sample->drift;
	condition->seconds = sample->seconds;
	if (!condition->happened || !of_has_come(condition))
		return false;
	condition->happened = value_before(condition, outcome);
	return condition->happened;
}

/* Of what was asked for before that, the last one is still wanted. */
static void forget_of_before(struct condition *condition, nsec time)
{
	struct series *window = &condition->window;
	size_t i = window->count;

	while (i > 0 && window->samples[i - 1].time > time)
		i--;
	if (i > OF_KEPT)
		series_forget_before(window, window->samples[i - 1].time);
}

static bool last_before_sample(struct condition *condition, int channel,
			       const struct bench_sample *sample, struct outcome *outcome)
{
	if (channel == condition->of && take_of(condition, sample, outcome))
		return true;
	if (channel != condition->channel || condition->happened)
		return false;
	if (!limit_holds(condition, sample->value)) {
		condition->seen_unmet = true;
		condition->unmet = sample->time;
		forget_of_before(condition, sample->time);
		return false;
	}
	if (!condition->seen_unmet)
		return false;
	condition->unmet =
		condition_unseen_until(condition->at_edges, condition->unmet, sample->time);
	if (!condition->of_late || of_has_come(condition))
		return value_before(condition, outcome);
	condition->happened = true;
	return false;
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
		add_to_window(condition, sample);
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

/* It is from after the deadline, so all from before it have come. A reading is one at any time. */
static bool ends_unmet(const struct condition *condition, int channel,
		       const struct bench_sample *sample)
{
	return channel == condition->channel && sample->time > condition->deadline &&
	       condition->kind != CONDITION_READ && condition->kind != CONDITION_IS &&
	       !condition->happened;
}

bool condition_sample(struct condition *condition, int channel, const struct bench_sample *sample,
		      struct outcome *outcome)
{
	bool ended;

	memset(outcome, 0, sizeof(*outcome));
	if (sample->asked < condition->opened)
		return false;
	if (ends_unmet(condition, channel, sample)) {
		condition_due(condition, outcome);
		return true;
	}
	if (condition->kind == CONDITION_LAST_BEFORE)
		return last_before_sample(condition, channel, sample, outcome);
	if (channel != condition->channel)
		return false;
	if (condition->begun && sample->time <= condition->last && condition->window.count)
		return false; /* a second telling of the same instant */

	ended = sample_ends(condition, sample, outcome);
	condition->begun = true;
	condition->last = sample->time;
	condition->latest = sample->value;
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
	outcome_of_several(condition, outcome);
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

/* Whoever waited in vain wants to know how far it came. */
static void becomes_due(const struct condition *condition, double seconds, struct outcome *outcome)
{
	char text[64] = "nothing";

	if (condition->begun)
		print_value(condition, condition->latest, text, sizeof(text));
	snprintf(outcome->why, sizeof(outcome->why),
		 "%s was not reached within %.6g s (last seen: %s)", condition->limit.text, seconds,
		 text);
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
		if (condition->happened && value_before(condition, outcome))
			break;
		snprintf(outcome->why, sizeof(outcome->why), "%s did not come within %.6g s",
			 condition->limit.text, seconds);
		break;
	case CONDITION_BECOMES:
		becomes_due(condition, seconds, outcome);
		break;
	case CONDITION_READ:
	case CONDITION_IS:
		snprintf(outcome->why, sizeof(outcome->why), "no reading came within %.6g s",
			 seconds);
		break;
	}
}

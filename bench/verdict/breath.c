/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breaths: where they begin and turn, and what a second series says of each.
 *
 *   flow  +threshold ...... __ ............... __ .....      inhalation begins at the last zero
 *                          /  \               /  \           crossing before the flow rises through
 *            0 --------b--/----\t-------b--/-----           +threshold (b), exhalation at the last
 *                               \    __/                     one before it falls through -threshold
 *         -threshold ............\__/ ...............        (t); crossings are interpolated
 *
 * Noise around a flow of nothing crosses zero at will and never reaches the threshold: it begins no
 * breath. What was under way when the first sample came is no breath either, for its beginning was not
 * seen; a machine at rest has shown its zero, so its first inhalation counts.
 *
 * A breath waits until the other series has come as far as the breath's end, its delay and the delay's
 * tolerance, for the two come by different ways and in blocks. It has no value when a series lacks a
 * piece of it: the longest distance of two samples is more than five times the median one, or there is
 * no sample at all. A "breath" of more than a minute is none: the machine stood.
 *
 * Between samples both series are straight lines, so their product is a parabola, whose area over a
 * piece without a corner is known exactly (Simpson's rule); the pieces end at every sample of either.
 *
 * Not here: filters of the flow, drift of its zero, and what an analyser's own rise time smears.
 */
#include "verdict/breath.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "verdict/series.h"

#define LONGEST SEC(60)
enum { GAP_TIMES_MEDIAN = 5, FORGET_EVERY = 256 };

enum phase { PHASE_UNKNOWN, PHASE_INHALES, PHASE_EXHALES };

struct bounds {
	nsec begin, turn, end;
	bool stood;
};

struct breaths {
	struct breath_settings settings;
	struct series flow, other;
	enum phase phase;
	bool rose, fell; /* a zero crossing was seen, and the latest of each */
	nsec rising, falling;
	bool begun; /* a breath, whose beginning was seen */
	nsec begin, turn;
	struct bounds *found; /* whole, and waiting for the other series; oldest first */
	size_t count, room;
};

struct breaths *breaths_new(const struct breath_settings *settings)
{
	struct breaths *breaths = xcalloc(1, sizeof(*breaths));

	breaths->settings = *settings;
	breaths_restart(breaths);
	return breaths;
}

void breaths_free(struct breaths *breaths)
{
	if (!breaths)
		return;
	series_done(&breaths->flow);
	series_done(&breaths->other);
	free(breaths->found);
	free(breaths);
}

void breaths_restart(struct breaths *breaths)
{
	struct breath_settings settings = breaths->settings;

	series_done(&breaths->flow);
	series_done(&breaths->other);
	free(breaths->found);
	*breaths = (struct breaths){.settings = settings, .phase = PHASE_UNKNOWN};
	series_init(&breaths->flow);
	series_init(&breaths->other);
}

/*
 * What is no longer needed
 */

static nsec last_time(const struct series *series)
{
	return series->samples[series->count - 1].time;
}

/* Forget what is older than `since`, but for the sample before it, from which a line runs to it. */
static void forget(struct series *series, nsec since)
{
	nsec oldest = last_time(series) - 3 * LONGEST;
	size_t before = series_before(series, since > oldest ? since : oldest);

	if (before > series->count / 2)
		series_forget_before(series, series->samples[before - 1].time);
}

/* Where the oldest breath begins that may still be asked for. */
static nsec oldest_needed(const struct breaths *breaths)
{
	if (breaths->count)
		return breaths->found[0].begin;
	if (breaths->begun)
		return breaths->begin;
	if (breaths->rose)
		return breaths->rising;
	return breaths->flow.count ? last_time(&breaths->flow) : 0;
}

/*
 * Finding breaths
 */

static void found(struct breaths *breaths, nsec end, bool stood)
{
	if (breaths->count == breaths->room) {
		breaths->room = breaths->room ? 2 * breaths->room : 4;
		breaths->found = xrealloc(breaths->found, breaths->room * sizeof(*breaths->found));
	}
	breaths->found[breaths->count++] =
		(struct bounds){breaths->begin, breaths->turn, end, stood};
	breaths->begun = false;
}

/* Where the flow passed zero between two samples on either side of it. */
static nsec zero_between(const struct sample *a, const struct sample *b)
{
	double part = a->value / (a->value - b->value);

	return a->time + (nsec)llround(part * (double)(b->time - a->time));
}

static void see_crossing(struct breaths *breaths, const struct sample *a, const struct sample *b)
{
	if (a->value <= 0 && b->value > 0) {
		breaths->rose = true;
		breaths->rising = zero_between(a, b);
	} else if (a->value >= 0 && b->value < 0) {
		breaths->fell = true;
		breaths->falling = zero_between(a, b);
	}
}

static void inhalation(struct breaths *breaths, nsec now)
{
	if (breaths->begun)
		found(breaths, breaths->rising, false);
	breaths->phase = PHASE_INHALES;
	breaths->begun = breaths->rose && now - breaths->rising <= LONGEST;
	breaths->begin = breaths->turn = breaths->rising;
}

static void exhalation(struct breaths *breaths)
{
	breaths->phase = PHASE_EXHALES;
	breaths->turn = breaths->falling;
}

void breaths_flow(struct breaths *breaths, nsec time, double flow)
{
	struct series *series = &breaths->flow;
	double threshold = breaths->settings.threshold;

	series_add(series, time, flow);
	if (series->count > 1)
		see_crossing(breaths, series->samples + series->count - 2,
			     series->samples + series->count - 1);
	if (flow >= threshold && breaths->phase != PHASE_INHALES)
		inhalation(breaths, time);
	else if (flow <= -threshold && breaths->phase != PHASE_EXHALES)
		exhalation(breaths);
	if (breaths->begun && time - breaths->begin > LONGEST)
		found(breaths, time, true);
	if (series->count % FORGET_EVERY == 0)
		forget(series, oldest_needed(breaths));
}

void breaths_other(struct breaths *breaths, nsec time, double value)
{
	const struct breath_settings *settings = &breaths->settings;
	struct series *series = &breaths->other;

	series_add(series, time, value);
	if (series->count % FORGET_EVERY == 0)
		forget(series, oldest_needed(breaths) + settings->delay - settings->within);
}

/*
 * What a breath is worth
 */

/*
 * Do samples reach around this time, one of them within, and none of their distances much longer than
 * the rest? The median is not sorted out: a gap is more than five times as long as it when more than
 * half of all distances are shorter than a fifth of the gap.
 */
static bool is_whole(const struct series *series, nsec from, nsec to)
{
	size_t first = series_before(series, from + 1), last = series_before(series, to);
	size_t distances = last - first + 1, shorter = 0;
	nsec longest = 0;

	if (first == 0 || last == series->count || last == first)
		return false;
	for (size_t i = first; i <= last; i++) {
		nsec distance = series->samples[i].time - series->samples[i - 1].time;

		longest = distance > longest ? distance : longest;
	}
	for (size_t i = first; i <= last; i++) {
		nsec distance = series->samples[i].time - series->samples[i - 1].time;

		shorter += GAP_TIMES_MEDIAN * distance < longest;
	}
	return shorter <= distances / 2;
}

/* A series on its way from sample to sample: `next` is the first that lies ahead. */
struct walk {
	const struct series *series;
	size_t next;
	nsec shift; /* added to the time that it is asked for */
};

static struct walk walk_from(const struct series *series, nsec from, nsec shift)
{
	return (struct walk){series, series_before(series, from + shift + 1), shift};
}

static double walk_value(const struct walk *walk, nsec time)
{
	const struct sample *b = walk->series->samples + walk->next, *a = b - 1;

	if (walk->next == walk->series->count || a->time == time + walk->shift)
		return a->value;
	return a->value + (b->value - a->value) * ((double)(time + walk->shift - a->time) /
						   (double)(b->time - a->time));
}

/* The walk's next corner, or `end` when that comes first. */
static nsec walk_corner(const struct walk *walk, nsec end)
{
	nsec corner = walk->next < walk->series->count
			      ? walk->series->samples[walk->next].time - walk->shift
			      : end;

	return corner < end ? corner : end;
}

static void walk_past(struct walk *walk, nsec time)
{
	if (walk->next < walk->series->count &&
	    walk->series->samples[walk->next].time <= time + walk->shift)
		walk->next++;
}

/* The other series' mean by flow, seen `delay` after it. */
static double mean_by_flow(const struct breaths *breaths, nsec from, nsec to, nsec delay)
{
	struct walk flow = walk_from(&breaths->flow, from, 0);
	struct walk other = walk_from(&breaths->other, from, delay);
	double q = walk_value(&flow, from), c = walk_value(&other, from);
	double volume = 0, product = 0;

	while (from < to) {
		nsec corner = walk_corner(&other, walk_corner(&flow, to));
		double seconds = nsec_seconds(corner - from);
		double q_then = walk_value(&flow, corner), c_then = walk_value(&other, corner);

		volume += seconds * (q + q_then) / 2;
		product +=
			seconds * (2 * q * c + q * c_then + q_then * c + 2 * q_then * c_then) / 6;
		q = q_then;
		c = c_then;
		from = corner;
		walk_past(&flow, corner);
		walk_past(&other, corner);
	}
	return product / volume;
}

/* What the other series says of this breath when it is seen `delay` after it; false: nothing. */
static bool value_at(const struct breaths *breaths, const struct bounds *bounds, nsec delay,
		     double *value)
{
	const struct series *other = &breaths->other;
	nsec from = bounds->begin, to = bounds->end;
	struct error ignored;

	switch (breaths->settings.kind) {
	case BREATH_HIGHEST:
		return series_max(other, from + delay, to + delay, value, &ignored) == 0;
	case BREATH_LOWEST:
		return series_min(other, from + delay, to + delay, value, &ignored) == 0;
	case BREATH_INHALED:
		to = bounds->turn;
		break;
	case BREATH_EXHALED:
		from = bounds->turn;
		break;
	case BREATH_VOLUME:
		return false;
	}
	if (!is_whole(other, from + delay, to + delay))
		return false;
	*value = mean_by_flow(breaths, from, to, delay);
	return isfinite(*value);
}

/* Of the value with the delay made longer and shorter, the larger distance from the value itself. */
static bool drift_of(const struct breaths *breaths, const struct bounds *bounds,
		     struct breath *breath)
{
	nsec delay = breaths->settings.delay, within = breaths->settings.within;
	double early, late;

	if (within == 0)
		return true;
	if (!value_at(breaths, bounds, delay - within, &early) ||
	    !value_at(breaths, bounds, delay + within, &late))
		return false;
	breath->drift = fmax(fabs(early - breath->value), fabs(late - breath->value));
	if (late < early)
		breath->drift = -breath->drift;
	return true;
}

/* The volume of a phase, of which the flow has at least one sample. */
static bool volume_of(const struct breaths *breaths, nsec from, nsec to, double *volume)
{
	struct error ignored;

	return is_whole(&breaths->flow, from, to) &&
	       series_integral_between(&breaths->flow, from, to, volume, &ignored) == 0;
}

static bool evaluate(const struct breaths *breaths, const struct bounds *bounds,
		     struct breath *breath)
{
	nsec delay = breaths->settings.delay, within = breaths->settings.within;
	enum breath_kind kind = breaths->settings.kind;
	double inhaled, exhaled;

	if (bounds->stood || !is_whole(&breaths->flow, bounds->begin, bounds->end) ||
	    !volume_of(breaths, bounds->begin, bounds->turn, &inhaled) ||
	    !volume_of(breaths, bounds->turn, bounds->end, &exhaled) || !(inhaled > 0) ||
	    !(exhaled < 0))
		return false;
	breath->weight = 1;
	if (kind == BREATH_VOLUME) {
		breath->value = inhaled;
		breath->seconds = nsec_seconds(bounds->turn - bounds->begin);
		return true;
	}
	if (!is_whole(&breaths->other, bounds->begin + delay - within,
		      bounds->end + delay + within) ||
	    !value_at(breaths, bounds, delay, &breath->value))
		return false;
	if (kind == BREATH_INHALED)
		breath->weight = inhaled;
	else if (kind == BREATH_EXHALED)
		breath->weight = -exhaled;
	return drift_of(breaths, bounds, breath);
}

/* The other series has come as far as this breath needs it, or never will. */
static bool is_due(const struct breaths *breaths, const struct bounds *bounds)
{
	const struct breath_settings *settings = &breaths->settings;

	if (settings->kind == BREATH_VOLUME || bounds->stood ||
	    last_time(&breaths->flow) - bounds->end > LONGEST)
		return true;
	return breaths->other.count &&
	       last_time(&breaths->other) >= bounds->end + settings->delay + settings->within;
}

bool breaths_next(struct breaths *breaths, struct breath *breath)
{
	struct bounds bounds;

	if (!breaths->count || !is_due(breaths, &breaths->found[0]))
		return false;
	bounds = breaths->found[0];
	*breath = (struct breath){.begin = bounds.begin, .turn = bounds.turn, .end = bounds.end};
	if (!evaluate(breaths, &bounds, breath))
		*breath = (struct breath){.begin = bounds.begin,
					  .turn = bounds.turn,
					  .end = bounds.end,
					  .lost = true};
	breaths->count--;
	memmove(breaths->found, breaths->found + 1, breaths->count * sizeof(*breaths->found));
	return true;
}

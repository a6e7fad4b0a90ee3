/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Series: an array of samples in the order of their times, grown by doubling.
 *
 * A question about a span finds its samples by halving and then walks them once, so that a trace
 * of hours costs its length and a window at its end costs the window. Means are taken as the
 * first value plus the mean of the distances from it, slopes around the middle of the times:
 * values far from zero (a temperature in K, nanoseconds since the start) then lose no digits, and
 * equal samples have exactly their own value as mean.
 *
 * Weights lie beside the samples from the first one that is not 1, so that ordinary traces pay
 * nothing for them.
 *
 * Invariants: times increase strictly, values are finite, weights positive. A sample that breaks one
 * of these is a bug of the caller and ends the program.
 *
 * Not here: filters, resampling, extrapolation.
 */
#include "verdict/series.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Samples first .. end - 1, and the weight of the first of them, or NULL: all are 1. */
struct span {
	const struct sample *first, *end;
	const double *weights;
};

void series_init(struct series *series)
{
	*series = (struct series){0};
}

void series_done(struct series *series)
{
	free(series->samples);
	free(series->weights);
	series_init(series);
}

static void series_grow(struct series *series)
{
	series->room = series->room ? 2 * series->room : 64;
	series->samples = xrealloc(series->samples, series->room * sizeof(*series->samples));
	if (series->weights)
		series->weights =
			xrealloc(series->weights, series->room * sizeof(*series->weights));
}

void series_add(struct series *series, nsec time, double value)
{
	assert(isfinite(value));
	assert(!series->count || time > series->samples[series->count - 1].time);

	if (series->count == series->room)
		series_grow(series);
	if (series->weights)
		series->weights[series->count] = 1;
	series->samples[series->count++] = (struct sample){time, value};
}

void series_add_weighted(struct series *series, nsec time, double value, double weight)
{
	assert(isfinite(weight) && weight > 0);

	series_add(series, time, value);
	if (weight != 1 && !series->weights) {
		series->weights = xcalloc(series->room, sizeof(*series->weights));
		for (size_t i = 0; i < series->count; i++)
			series->weights[i] = 1;
	}
	if (series->weights)
		series->weights[series->count - 1] = weight;
}

size_t series_before(const struct series *series, nsec time)
{
	size_t low = 0, high = series->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (series->samples[middle].time < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t count_until(const struct series *series, nsec time)
{
	return time == NSEC_NEVER ? series->count : series_before(series, time + 1);
}

void series_forget_before(struct series *series, nsec since)
{
	size_t gone = series_before(series, since);

	if (gone == 0)
		return;
	series->count -= gone;
	memmove(series->samples, series->samples + gone, series->count * sizeof(*series->samples));
	if (series->weights)
		memmove(series->weights, series->weights + gone,
			series->count * sizeof(*series->weights));
}

/* On the line through `a` and `b`. */
static double value_between(const struct sample *a, const struct sample *b, nsec time)
{
	double part = (double)(time - a->time) / (double)(b->time - a->time);

	return a->value + part * (b->value - a->value);
}

bool series_at(const struct series *series, nsec time, double *value)
{
	size_t after = series_before(series, time);
	const struct sample *at = series->samples + after;

	if (after == series->count || (after == 0 && at->time > time))
		return false;
	*value = at->time == time ? at->value : value_between(at - 1, at, time);
	return true;
}

/*
 * Statistics
 */

static int span_find(struct span *span, const struct series *series, nsec from, nsec to,
		     size_t least, struct error *err)
{
	size_t first = series_before(series, from), end = count_until(series, to);
	size_t count = end > first ? end - first : 0;

	if (count < least && count == 0)
		return error_set(err, ERROR_DEVICE, "no sample was taken in that time");
	if (count < least)
		return error_set(err, ERROR_DEVICE, "only one sample was taken in that time");
	*span = (struct span){series->samples + first, series->samples + end,
			      series->weights ? series->weights + first : NULL};
	return 0;
}

static double span_least(const struct span *span)
{
	double least = span->first->value;

	for (const struct sample *sample = span->first; sample < span->end; sample++)
		least = fmin(least, sample->value);
	return least;
}

static double span_greatest(const struct span *span)
{
	double greatest = span->first->value;

	for (const struct sample *sample = span->first; sample < span->end; sample++)
		greatest = fmax(greatest, sample->value);
	return greatest;
}

static double weight_of(const struct span *span, const struct sample *sample)
{
	return span->weights ? span->weights[sample - span->first] : 1;
}

static double span_weight(const struct span *span)
{
	double sum = 0;

	for (const struct sample *sample = span->first; sample < span->end; sample++)
		sum += weight_of(span, sample);
	return sum;
}

static double span_mean(const struct span *span)
{
	double sum = 0;

	for (const struct sample *sample = span->first; sample < span->end; sample++)
		sum += weight_of(span, sample) * (sample->value - span->first->value);
	return span->first->value + sum / span_weight(span);
}

int series_min(const struct series *series, nsec from, nsec to, double *result, struct error *err)
{
	struct span span;

	if (span_find(&span, series, from, to, 1, err) < 0)
		return -1;
	*result = span_least(&span);
	return 0;
}

int series_max(const struct series *series, nsec from, nsec to, double *result, struct error *err)
{
	struct span span;

	if (span_find(&span, series, from, to, 1, err) < 0)
		return -1;
	*result = span_greatest(&span);
	return 0;
}

int series_mean(const struct series *series, nsec from, nsec to, double *mean, double *of_mean,
		struct error *err)
{
	double squares = 0;
	struct span span;

	if (span_find(&span, series, from, to, 1, err) < 0)
		return -1;
	double count = (double)(span.end - span.first), middle = span_mean(&span);
	for (const struct sample *sample = span.first; sample < span.end; sample++) {
		double distance = weight_of(&span, sample) * (sample->value - middle);

		squares += distance * distance;
	}
	*mean = middle;
	*of_mean = count > 1 ? sqrt(squares * count / (count - 1)) / span_weight(&span) : 0;
	return 0;
}

int series_integral(const struct series *series, nsec from, nsec to, double *result,
		    struct error *err)
{
	struct span span;
	double area = 0;

	if (span_find(&span, series, from, to, 2, err) < 0)
		return -1;
	for (const struct sample *sample = span.first + 1; sample < span.end; sample++)
		area += nsec_seconds(sample->time - sample[-1].time) *
			(sample->value + sample[-1].value) / 2;
	*result = area;
	return 0;
}

static int series_covers(const struct series *series, nsec from, nsec to, struct error *err)
{
	if (!(from < to))
		return error_set(err, ERROR_USAGE, "an integral runs from one time to a later one");
	if (series->count == 0)
		return error_set(err, ERROR_DEVICE, "no sample was taken in that time");

	nsec first = series->samples[0].time, last = series->samples[series->count - 1].time;

	if (first > from)
		return error_set(err, ERROR_DEVICE,
				 "the first sample was taken %.6g s after the integral begins",
				 nsec_seconds(first - from));
	if (last < to)
		return error_set(err, ERROR_DEVICE,
				 "the last sample was taken %.6g s before the integral ends: wait "
				 "for one more",
				 nsec_seconds(to - last));
	return 0;
}

int series_integral_between(const struct series *series, nsec from, nsec to, double *result,
			    struct error *err)
{
	struct sample before = {.time = from}, end = {.time = to};
	double area = 0;

	if (series_covers(series, from, to, err) < 0)
		return -1;
	series_at(series, from, &before.value);
	series_at(series, to, &end.value);
	for (size_t i = count_until(series, from); before.time < to; i++) {
		struct sample next = i < series->count && series->samples[i].time < to
					     ? series->samples[i]
					     : end;

		area += nsec_seconds(next.time - before.time) * (next.value + before.value) / 2;
		before = next;
	}
	*result = area;
	return 0;
}

int series_slope(const struct series *series, nsec from, nsec to, double *result, struct error *err)
{
	double squares = 0, products = 0, middle_time = 0;
	struct span span;

	if (span_find(&span, series, from, to, 2, err) < 0)
		return -1;
	for (const struct sample *sample = span.first; sample < span.end; sample++)
		middle_time += nsec_seconds(sample->time - span.first->time);
	middle_time /= (double)(span.end - span.first);

	double middle = span_mean(&span);
	for (const struct sample *sample = span.first; sample < span.end; sample++) {
		double time = nsec_seconds(sample->time - span.first->time) - middle_time;

		squares += time * time;
		products += time * (sample->value - middle);
	}
	*result = products / squares;
	return 0;
}

/*
 * Steps
 */

/* The first sample at or after `origin` that covers `level`, or the end. */
static size_t find_cover(const struct series *series, nsec origin, double level, bool rising)
{
	size_t i = series_before(series, origin);

	while (i < series->count &&
	       (rising ? series->samples[i].value < level : series->samples[i].value > level))
		i++;
	return i;
}

/* Where the line from `a` to `b` is at `level`, which lies between them or at b. */
static nsec crossing(const struct sample *a, const struct sample *b, double level)
{
	double part = (level - a->value) / (b->value - a->value);

	return a->time + (nsec)llround(part * (double)(b->time - a->time));
}

int series_time_to(const struct series *series, nsec origin, double start, double end,
		   double fraction, nsec *result, nsec *spacing, struct error *err)
{
	double level = start + fraction * (end - start);
	bool rising = end > start;

	if (!isfinite(level) || start == end)
		return error_set(err, ERROR_USAGE, "a step needs a start and an end that differ");
	size_t i = find_cover(series, origin, level, rising);
	if (i == series->count)
		return error_set(err, ERROR_TIMEOUT, "%.4g %% of the step was not reached",
				 100 * fraction);

	const struct sample *at = &series->samples[i], *before = i ? at - 1 : NULL;
	bool was_there = before && (rising ? before->value >= level : before->value <= level);
	nsec time = before && !was_there ? crossing(before, at, level) : at->time;

	*result = was_there || time < origin ? 0 : time - origin;
	*spacing = before ? at->time - before->time : at->time - origin;
	return 0;
}

bool series_settled(const struct series *series, nsec now, nsec over, double band)
{
	size_t until = count_until(series, now), before = count_until(series, now - over);

	if (before == 0 || until <= before)
		return false;
	struct span span = {series->samples + before - 1, series->samples + until, NULL};
	return span_greatest(&span) - span_least(&span) <= band;
}

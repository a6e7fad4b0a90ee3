/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything is gone through once or twice, but for the correlations of a series with itself (1024
 * by 512). Probabilities are bounds, never estimates: where two can be had the larger one is given,
 * so that a flag errs on the side of silence.
 */
#include "verdict/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	LEAST = 64,	  /* values, of which anything is said */
	LOOKED_AT = 1024, /* of them, for correlations with itself */
	FARTHEST = 512,	  /* apart */
	BLOCK = 64,	  /* values that must agree */
	ABOUT = 8,	  /* values to either side whose mean is curvature */
	DIGITS_LEAST = 200,
};

/*
 * The mean of 17 second differences of white noise has the deviation 2/17 of one value's: this is
 * four and a quarter of it.
 */
static const double BENT = 0.5;

/* ---- counts ---- */

/* The largest whole number of which all counts are multiples, as far as it is 100 or less. */
static double common_step(const double *counts, size_t count)
{
	long common = 0;

	for (size_t i = 1; i < count && common != 1; i++) {
		double moved = fabs(counts[i] - counts[0]);
		long a = moved < 1e9 ? (long)moved : 1, b = common;

		while (b) {
			long rest = a % b;

			a = b;
			b = rest;
		}
		common = a;
	}
	return common > 1 && common <= 100 ? (double)common : 1;
}

static void count_steps(struct noise *noise, const double *values, double step)
{
	double coarser;

	for (size_t i = 0; i < noise->count; i++)
		noise->counts[i] = nearbyint(values[i] / step);
	coarser = common_step(noise->counts, noise->count);
	noise->step = step * coarser;
	noise->coarser = coarser;
	for (size_t i = 0; coarser > 1 && i < noise->count; i++)
		noise->counts[i] = nearbyint(values[i] / noise->step);
}

/* ---- noise ---- */

static int by_size(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

double noise_deviation(const double *second, size_t count)
{
	double *sizes, median;

	if (!count)
		return 0;
	sizes = xcalloc(count, sizeof(*sizes));

	for (size_t i = 0; i < count; i++)
		sizes[i] = fabs(second[i]);
	qsort(sizes, count, sizeof(*sizes), by_size);
	median = sizes[count / 2];
	free(sizes);
	return 1.4826 * median / sqrt(6);
}

static double correlation(const double *one, const double *other, size_t count)
{
	double both = 0, of_one = 0, of_other = 0;

	for (size_t i = 0; i < count; i++) {
		both += one[i] * other[i];
		of_one += one[i] * one[i];
		of_other += other[i] * other[i];
	}
	return of_one > 0 && of_other > 0 ? both / sqrt(of_one * of_other) : 0;
}

static bool is_random(const double *second, size_t count)
{
	double squares[LOOKED_AT + 1] = {0}, nearest;

	if (count > LOOKED_AT)
		count = LOOKED_AT;
	for (size_t i = 0; i < count; i++)
		squares[i + 1] = squares[i] + second[i] * second[i];
	nearest = correlation(second, second + 1, count - 1);
	if (nearest < -0.8 || nearest > -0.3)
		return false;
	for (size_t apart = 3; apart <= FARTHEST && apart + LEAST / 2 <= count; apart++) {
		double both = 0, most = 5 * sqrt(2.0 / (double)(count - apart));

		for (size_t i = 0; i + apart < count; i++)
			both += second[i] * second[i + apart];
		if (both * both >
		    most * most * squares[count - apart] * (squares[count] - squares[apart]))
			return false;
	}
	return true;
}

/*
 * What lies beyond three deviations is a step of the shape and no noise; a mean of neighbours that
 * does not vanish is its curvature, as the sum of the second differences of noise does.
 */
static void take_shape_away(double *second, size_t count, double deviation)
{
	double *bent = xcalloc(count + 1, sizeof(*bent)), most = 3 * sqrt(6) * deviation;

	for (size_t i = 0; i < count; i++) {
		if (fabs(second[i]) > most)
			second[i] = 0;
		bent[i + 1] = bent[i] + second[i];
	}
	for (size_t i = 0; i < count; i++) {
		size_t from = i > ABOUT ? i - ABOUT : 0, to = i + ABOUT + 1;
		double mean;

		if (to > count)
			to = count;
		mean = (bent[to] - bent[from]) / (double)(to - from);
		second[i] = fabs(mean) > BENT * deviation ? 0 : second[i] - mean;
	}
	free(bent);
}

void noise_make(struct noise *noise, const double *values, size_t count, double step)
{
	*noise = (struct noise){.count = count, .step = step, .coarser = 1};
	noise->counts = xcalloc(count + 1, sizeof(*noise->counts));
	noise->second = xcalloc(count + 1, sizeof(*noise->second));
	count_steps(noise, values, step);
	if (count < LEAST)
		return;
	for (size_t i = 2; i < count; i++)
		noise->second[i] =
			noise->counts[i] - 2 * noise->counts[i - 1] + noise->counts[i - 2];
	noise->deviation = noise_deviation(noise->second + 2, count - 2);
	take_shape_away(noise->second + 2, count - 2, noise->deviation);
	noise->is_noisy = noise->deviation >= 1;
	noise->is_random = noise->deviation > 0 && is_random(noise->second + 2, count - 2);
}

void noise_done(struct noise *noise)
{
	free(noise->counts);
	free(noise->second);
	*noise = (struct noise){0};
}

/* ---- digits ---- */

/* Of chi square with 9 degrees of freedom: P(X >= x) <= (x/9)^(9/2) exp((9 - x)/2) for x > 9. */
static double chi_square_tail(double x)
{
	return x > 9 ? (4.5 * log(x / 9) + (9 - x) / 2) / log(10) : 0;
}

static bool tells_all_counts(const struct noise *noise)
{
	bool seen[10] = {true};

	for (size_t i = 1; i < noise->count; i++) {
		double moved = fabs(noise->counts[i] - noise->counts[i - 1]);

		if (moved < 10)
			seen[(int)moved] = true;
	}
	for (int i = 0; i < 10; i++)
		if (!seen[i])
			return false;
	return true;
}

double noise_digits(const struct noise *noise, int *digit, double *share)
{
	double tally[10] = {0}, each = (double)noise->count / 10, square = 0;

	*digit = 0;
	*share = 0;
	if (noise->count < DIGITS_LEAST || noise->deviation < 10 || !noise->is_random ||
	    !tells_all_counts(noise))
		return 0;
	for (size_t i = 0; i < noise->count; i++)
		tally[(int)fmod(fabs(noise->counts[i]), 10)]++;
	for (int i = 0; i < 10; i++) {
		square += (tally[i] - each) * (tally[i] - each) / each;
		if (tally[i] > tally[*digit])
			*digit = i;
	}
	*share = tally[*digit] / (double)noise->count;
	return chi_square_tail(square);
}

/* ---- the same ---- */

static double same_tail(double r, size_t count)
{
	double z;

	if (r <= 0 || count < LEAST)
		return 0;
	z = atanh(fmin(r, 1 - 1e-9)) * sqrt((double)count / 2 - 3);
	return -z * z / 2 / log(10);
}

double noise_same(const struct noise *one, const struct noise *other, long shift,
		  struct noise_match *match)
{
	size_t from = shift < 0 ? (size_t)-shift + 2 : 2, length = 0, blocks = one->count / BLOCK;

	*match = (struct noise_match){0};
	if (!one->is_noisy || !other->is_noisy || !one->is_random || !other->is_random)
		return 0;
	for (size_t at = from;
	     at + BLOCK <= one->count && (size_t)((long)at + shift) + BLOCK <= other->count;
	     at += BLOCK) {
		bool agrees = correlation(one->second + at, other->second + ((long)at + shift),
					  BLOCK) > 0.5;

		length = agrees ? length + BLOCK : 0;
		if (length > match->length) {
			match->length = length;
			match->first = at + BLOCK - length;
		}
	}
	if (!match->length)
		return 0;
	match->r = correlation(one->second + match->first,
			       other->second + ((long)match->first + shift), match->length);
	return fmin(0,
		    same_tail(match->r, match->length) + 2 * log10((double)(blocks ? blocks : 1)));
}

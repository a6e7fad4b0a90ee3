/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each stretch of second differences of one count or less is cut where its level changes, and each
 * piece is held against what is known of that level. A piece is one of values, shape and all, for a
 * formula has a shape and no noise; what is known is noise without a shape, and of series alone
 * that are noisy and random, so that a response at that level is not taken for noise.
 */
#include "verdict/quiet.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { PIECE_LEAST = 24, KNOWN_LEAST = 64, OTHERS_LEAST = 3 };

static const double QUIETEST = 0.9; /* of q: above, nothing is said */

struct quiet_level {
	int level;
	uint32_t run;
	double deviation, coarser; /* in counts of the resolution; so many of them are one */
};

void quiet_known_done(struct quiet_known *known)
{
	free(known->level);
	*known = (struct quiet_known){0};
}

static int level_of(const struct noise *noise, size_t at)
{
	double counts = noise->counts[at] * noise->coarser;
	int octaves = (int)floor(4 * log2(1 + fabs(counts) / 16));

	return counts < 0 ? -octaves : octaves;
}

static double second_at(const struct noise *noise, size_t i)
{
	return noise->coarser *
	       (noise->counts[i] - 2 * noise->counts[i - 1] + noise->counts[i - 2]);
}

/* Of a level, but for the values from `first` to before `end`; 0: there are too few. */
static double deviation_at(const struct noise *noise, int level, size_t first, size_t end)
{
	double *second, deviation = 0;
	size_t count = 0;

	if (!noise->is_noisy || !noise->is_random)
		return 0;
	second = xcalloc(noise->count + 1, sizeof(*second));

	for (size_t i = 2; i < noise->count; i++)
		if ((i < first || i >= end) && level_of(noise, i) == level)
			second[count++] = noise->second[i] * noise->coarser;
	if (count >= KNOWN_LEAST)
		deviation = noise_deviation(second, count);
	free(second);
	return deviation;
}

void quiet_known_add(struct quiet_known *known, uint32_t run, const struct noise *noise)
{
	int lowest = 0, highest = 0;

	for (size_t i = 2; i < noise->count; i++) {
		int level = level_of(noise, i);

		lowest = i == 2 || level < lowest ? level : lowest;
		highest = i == 2 || level > highest ? level : highest;
	}
	for (int level = lowest; noise->count > KNOWN_LEAST && level <= highest; level++) {
		double deviation = deviation_at(noise, level, 0, 0);

		if (!(deviation > 0))
			continue;
		if (known->count == known->room) {
			known->room = known->room ? known->room * 2 : 64;
			known->level = xrealloc(known->level, known->room * sizeof(*known->level));
		}
		known->level[known->count++] =
			(struct quiet_level){level, run, deviation, noise->coarser};
	}
}

/* ---- what is to be expected ---- */

static int by_deviation(const void *one, const void *other)
{
	double a = ((const struct quiet_level *)one)->deviation;
	double b = ((const struct quiet_level *)other)->deviation;

	return a < b ? -1 : a > b;
}

static struct quiet_level of_others(const struct quiet_known *known, uint32_t run, int level)
{
	struct quiet_level *others, quartile = {0};
	size_t count = 0;

	if (!known || !known->count)
		return quartile;
	others = xcalloc(known->count, sizeof(*others));
	for (size_t i = 0; i < known->count; i++)
		if (known->level[i].level == level && known->level[i].run != run)
			others[count++] = known->level[i];
	if (count >= OTHERS_LEAST) {
		qsort(others, count, sizeof(*others), by_deviation);
		quartile = others[count / 4];
	}
	free(others);
	return quartile;
}

/* What a normal distribution gives to `half` counts to either side of its middle. */
static double share_within(const struct quiet_level *expected, double half, double deviation)
{
	deviation *= expected->deviation / 3;
	return deviation > 0 ? erf(half * expected->coarser / (sqrt(2) * deviation)) : 1;
}

/* Of each value behind the first. */
static double log10_of_each(const struct quiet_level *expected, bool is_flat)
{
	double of_value = share_within(expected, is_flat ? 0.5 : 1.5, 1);
	double of_second = share_within(expected, 1.5, sqrt(6));
	double log10_p = of_value <= QUIETEST ? log10(of_value) : 0;

	if (!is_flat && of_second <= QUIETEST)
		log10_p = fmin(log10_p, log10(of_second) / 3);
	return log10_p;
}

/* ---- pieces ---- */

static void weigh(const struct noise *noise, const struct quiet_known *known, uint32_t run,
		  struct quiet_line *piece, double *best, struct quiet_line *line)
{
	int level = level_of(noise, piece->first);
	size_t end = piece->first + piece->length;
	struct quiet_level own = {level, run, deviation_at(noise, level, piece->first, end),
				  noise->coarser};
	struct quiet_level expected = of_others(known, run, level);
	double log10_p;

	piece->from_others = expected.deviation > own.deviation;
	if (!piece->from_others)
		expected = own;
	expected.coarser = fmax(expected.coarser, own.coarser);
	log10_p = (double)(piece->length - 2) * log10_of_each(&expected, piece->is_flat) +
		  log10((double)noise->count);
	if (log10_p >= *best)
		return;
	*best = log10_p;
	*line = *piece;
	line->expected = expected.deviation * noise->step / noise->coarser;
}

/* Does value `i` go on as those before it did? */
static bool is_quiet_at(const struct noise *noise, size_t i, bool is_flat)
{
	if (is_flat)
		return noise->counts[i] == noise->counts[i - 1];
	return i >= 2 && fabs(second_at(noise, i)) <= noise->coarser;
}

static void find(const struct noise *noise, const struct quiet_known *known, uint32_t run,
		 bool is_flat, double *best, struct quiet_line *line)
{
	size_t first = 1;

	for (size_t i = 1; i <= noise->count; i++) {
		bool is_quiet = i < noise->count && is_quiet_at(noise, i, is_flat);
		struct quiet_line piece = {.first = first, .length = i - first, .is_flat = is_flat};

		if (is_quiet && (i == first || level_of(noise, i) == level_of(noise, first)))
			continue;
		if (piece.length >= PIECE_LEAST)
			weigh(noise, known, run, &piece, best, line);
		first = is_quiet ? i : i + 1;
	}
}

double quiet_find(const struct noise *noise, const struct quiet_known *known, uint32_t run,
		  struct quiet_line *line)
{
	double best = 0;

	*line = (struct quiet_line){0};
	find(noise, known, run, true, &best, line);
	find(noise, known, run, false, &best, line);
	return best;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What honest noise would hardly do: how rarely it is said of honest series, and that it is said of
 * forged ones.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/claims.h"
#include "tests/honest.h"
#include "verdict/quiet.h"
#include "verdict/timing.h"
#include "verdict/twins.h"

enum { LENGTH = 900, HONEST_RUNS = 4000, FORGERIES = 100 };

static const double BUDGET = -6;
static const double NOISES[] = {0.02, 0.3, 0.8, 1.2, 4, 30, 300};

enum { NOISE_COUNT = sizeof(NOISES) / sizeof(*NOISES) };

/* ---- honest ---- */

struct alarms {
	long runs, flat, digits, same, grid, intervals, any;
};

struct store {
	struct twins *twins;
	struct timing_table *timing;
	struct quiet_known known[HONEST_KINDS][NOISE_COUNT];
};

static void store_done(struct store *store)
{
	twins_free(store->twins);
	timing_table_free(store->timing);
	for (int i = 0; i < HONEST_KINDS; i++)
		for (int j = 0; j < NOISE_COUNT; j++)
			quiet_known_done(&store->known[i][j]);
}

static void take_honest(struct store *store, uint32_t run, double budget, struct alarms *alarms,
			uint64_t *state)
{
	enum honest_kind kind = (enum honest_kind)(run % HONEST_KINDS);
	size_t which = run / HONEST_KINDS % NOISE_COUNT, at, count;
	struct quiet_known *known = &store->known[kind][which];
	double values[LENGTH], share;
	nsec times[LENGTH];
	struct noise noise;
	struct quiet_line line;
	struct twin_pair pair;
	struct timing_pair intervals;
	bool flat, digits, same, grid, twice;
	int digit;

	honest_series(values, LENGTH, kind, NOISES[which], state);
	honest_times(times, LENGTH, MSEC(200), state);
	noise_make(&noise, values, LENGTH, 1);
	quiet_known_add(known, run, &noise);
	flat = quiet_find(&noise, known, run, &line) < budget;
	digits = noise_digits(&noise, &digit, &share) < budget;
	same = twins_add(store->twins, &noise, run, budget, &pair);
	grid = timing_regular(times, LENGTH, &at, &count) < budget ||
	       timing_backwards(times, LENGTH);
	twice = timing_table_add(store->timing, run, run, times, LENGTH, &intervals) &&
		intervals.log10_p < budget;
	alarms->runs++;
	alarms->flat += flat;
	alarms->digits += digits;
	alarms->same += same;
	alarms->grid += grid;
	alarms->intervals += twice;
	alarms->any += flat || digits || same || grid || twice;
}

static struct alarms honest_store(long runs, double budget)
{
	struct store store = {.twins = twins_new(NULL, TWINS_PRINTS_MOST),
			      .timing = timing_table_new(NULL, TIMING_PLACES_MOST)};
	struct alarms alarms = {0};
	uint64_t state = 20261127;

	for (long i = 0; i < runs; i++)
		take_honest(&store, (uint32_t)i, budget, &alarms, &state);
	store_done(&store);
	return alarms;
}

static void false_alarms_are_under_one_in_a_thousand_honest_runs(void)
{
	struct alarms alarms = honest_store(HONEST_RUNS, BUDGET);
	double highest = honest_highest_rate(alarms.any, alarms.runs);

	printf("        false alarms: %ld in %ld honest runs (%d kinds of noise, %d resolutions), "
	       "95 %%: "
	       "%.2g to %.2g; quiet %ld, digits %ld, same %ld, grid %ld, intervals %ld\n",
	       alarms.any, alarms.runs, HONEST_KINDS, NOISE_COUNT,
	       honest_lowest_rate(alarms.any, alarms.runs), highest, alarms.flat, alarms.digits,
	       alarms.same, alarms.grid, alarms.intervals);
	CU_ASSERT(highest < 0.001);
}

/* The claim above can fail: whoever asks for little evidence is told of honest runs. */
static void a_budget_that_is_too_large_is_noticed(void)
{
	struct alarms alarms = honest_store(400, -0.3);

	CU_ASSERT(honest_highest_rate(alarms.any, alarms.runs) > 0.001);
	CU_ASSERT(alarms.any > 0);
}

/* ---- copies ---- */

enum change { AS_IT_IS, MOVED, SCALED, SHIFTED, JITTERED, ALL_OF_IT, EVERY_SECOND, CHANGES };

static size_t change(double *to, const double *from, enum change change, double noise,
		     uint64_t *state)
{
	size_t count = LENGTH, first = 0, step = 1;
	double scale = 1, offset = 0, jitter = 0;

	if (change == MOVED || change == ALL_OF_IT)
		offset = 37;
	if (change == SCALED || change == ALL_OF_IT)
		scale = 1.07;
	if (change == SHIFTED || change == ALL_OF_IT)
		first = 117;
	if (change == JITTERED || change == ALL_OF_IT)
		jitter = 0.1 * noise;
	if (change == EVERY_SECOND)
		step = 2;
	count = (count - first) / step;
	for (size_t i = 0; i < count; i++)
		to[i] = nearbyint(scale * from[first + i * step] + offset +
				  jitter * honest_normal(state));
	return count;
}

/* A series and every second and third of its values, from each on that is possible. */
static bool add_views(struct twins *twins, const double *values, size_t count, uint64_t group)
{
	bool found = false;
	double view[LENGTH];

	for (size_t step = 1; step <= 3; step++)
		for (size_t first = 0; first < step; first++) {
			struct noise noise;
			struct twin_pair pair;
			size_t size = 0;

			for (size_t i = first; i < count; i += step)
				view[size++] = values[i];
			noise_make(&noise, view, size, 1);
			found |= twins_add(twins, &noise, group, BUDGET, &pair);
		}
	return found;
}

static void every_copy_is_found_however_it_was_changed(void)
{
	static const char *const NAMES[] = {"as it is",		 "moved",    "scaled",
					    "shifted",		 "jittered", "all of it",
					    "every second value"};
	uint64_t state = 8;

	for (int how = 0; how < CHANGES; how++) {
		int found = 0, tried = 0;

		for (int i = 0; i < FORGERIES; i++) {
			struct twins *twins = twins_new(NULL, TWINS_PRINTS_MOST);
			double one[LENGTH], other[LENGTH], noise = NOISES[3 + i % 4];
			size_t count;
			static const enum honest_kind KINDS[] = {HONEST_WHITE, HONEST_AR,
								 HONEST_DRIFT, HONEST_STEPS};

			honest_series(one, LENGTH, KINDS[i / 4 % 4], noise, &state);
			count = change(other, one, (enum change)how, noise, &state);
			add_views(twins, one, LENGTH, 1);
			found += add_views(twins, other, count, 2);
			tried++;
			twins_free(twins);
		}
		printf("        copies %s: %d of %d\n", NAMES[how], found, tried);
		CU_ASSERT_EQUAL(found, tried);
	}
}

/* Of a store that is larger than the table of fingerprints may be. */
static void a_table_that_is_full_stays_so_and_copies_are_found(void)
{
	enum { MOST = 1 << 12, SERIES = 60, COPIES = 20 };
	struct twins *twins = twins_new(NULL, MOST), *large = twins_new(NULL, TWINS_PRINTS_MOST);
	static double values[SERIES][LENGTH];
	uint64_t state = 60;
	size_t found = 0, false_alarms = 0;
	struct twin_pair pair;
	struct noise noise;

	for (int i = 0; i < SERIES; i++) {
		honest_series(values[i], LENGTH, HONEST_WHITE, 4, &state);
		noise_make(&noise, values[i], LENGTH, 1);
		false_alarms += twins_add(twins, &noise, (uint64_t)i, BUDGET, &pair);
		noise_make(&noise, values[i], LENGTH, 1);
		twins_add(large, &noise, (uint64_t)i, BUDGET, &pair);
	}
	CU_ASSERT(twins_prints(large) > (size_t)8 * MOST);
	CU_ASSERT(twins_prints(twins) <= MOST);
	CU_ASSERT_EQUAL(false_alarms, 0);
	for (size_t i = 0; i < COPIES; i++) {
		double copy[LENGTH];
		size_t count = change(copy, values[i], MOVED, 4, &state);

		noise_make(&noise, copy, count, 1);
		found += twins_add(twins, &noise, SERIES + i, BUDGET, &pair) && pair.one == i;
	}
	CU_ASSERT_EQUAL(found, COPIES);
	CU_ASSERT(twins_prints(twins) <= MOST);
	twins_free(twins);
	twins_free(large);
}

/* ---- fifty sets ---- */

static int drawn_until_noticed(uint64_t *state, int *missed)
{
	static double sets[50][LENGTH];
	struct twins *twins = twins_new(NULL, TWINS_PRINTS_MOST);
	bool seen[50] = {false};
	int noticed = 0;

	*missed = 0;
	for (int i = 0; i < 50; i++)
		honest_series(sets[i], LENGTH, HONEST_STEPS, 4, state);
	for (int record = 1; record <= 60; record++) {
		int set = (int)(honest_uniform(state) * 50);
		double values[LENGTH];
		struct noise noise;
		struct twin_pair pair;
		bool found;

		for (int i = 0; i < LENGTH; i++)
			values[i] = nearbyint(sets[set][i] + honest_normal(state));
		noise_make(&noise, values, LENGTH, 1);
		found = twins_add(twins, &noise, (uint64_t)record, BUDGET, &pair);
		if (found && !noticed)
			noticed = record;
		*missed += found != seen[set];
		seen[set] = true;
	}
	twins_free(twins);
	return noticed;
}

static int by_size(const void *one, const void *other)
{
	return *(const int *)one - *(const int *)other;
}

static void original_records_drawn_from_fifty_sets_are_noticed(void)
{
	enum { TRIES = 40 };
	int noticed[TRIES], all_missed = 0, missed;
	uint64_t state = 50;
	double sum = 0;

	for (int i = 0; i < TRIES; i++) {
		noticed[i] = drawn_until_noticed(&state, &missed);
		all_missed += missed;
		sum += noticed[i];
	}
	qsort(noticed, TRIES, sizeof(*noticed), by_size);

	printf("        fifty sets, noise added anew: noticed by record %.1f on average (birthday: "
	       "9.5), "
	       "half by %d, all by %d; %d records missed or wrongly said\n",
	       sum / TRIES, noticed[TRIES / 2], noticed[TRIES - 1], all_missed);
	CU_ASSERT_EQUAL(all_missed, 0);
	CU_ASSERT(noticed[0] > 1);
	CU_ASSERT(noticed[TRIES - 1] <= 51);
}

/* ---- lines ---- */

/*
 * Of forged and honest runs of one instrument: how many of the forged are found with the others'
 * help.
 */
static int lines_found(double (*value)(size_t i, uint64_t *state), double noise, bool part)
{
	struct quiet_known known = {0};
	uint64_t state = 99;
	int found = 0;

	for (uint32_t run = 0; run < 12; run++) {
		double values[LENGTH];
		struct noise made;

		honest_series(values, LENGTH, HONEST_STEPS, noise, &state);
		noise_make(&made, values, LENGTH, 1);
		quiet_known_add(&known, run, &made);
		noise_done(&made);
	}
	for (uint32_t run = 12; run < 12 + FORGERIES; run++) {
		double values[LENGTH];
		struct noise made;
		struct quiet_line line;

		honest_series(values, LENGTH, HONEST_STEPS, noise, &state);
		for (size_t i = part ? 300 : 0; i < LENGTH; i++)
			values[i] = nearbyint(value(i, &state));
		noise_make(&made, values, LENGTH, 1);
		found += quiet_find(&made, &known, run, &line) < BUDGET;
		noise_done(&made);
	}
	quiet_known_done(&known);
	return found;
}

static double level(size_t i, uint64_t *state)
{
	(void)i, (void)state;
	return 2000;
}

static double line(size_t i, uint64_t *state)
{
	(void)state;
	return 900 + 0.31 * (double)i;
}

static double formula(size_t i, uint64_t *state)
{
	(void)state;
	return 3000 - 2200 * exp(-(double)i / 120);
}

static void lines_and_formulas_are_found_where_the_instrument_has_noise(void)
{
	CU_ASSERT_EQUAL(lines_found(level, 2, false), FORGERIES);
	CU_ASSERT_EQUAL(lines_found(level, 2, true), FORGERIES);
	CU_ASSERT_EQUAL(lines_found(line, 2, false), FORGERIES);
	CU_ASSERT_EQUAL(lines_found(line, 2, true), FORGERIES);
	CU_ASSERT_EQUAL(lines_found(formula, 2, false), FORGERIES);
	CU_ASSERT_EQUAL(lines_found(formula, 20, true), FORGERIES);
}

static void a_line_that_stands_still_amid_noise_needs_no_other_run(void)
{
	double values[LENGTH];
	struct noise noise;
	struct quiet_line found;
	uint64_t state = 3;

	honest_series(values, LENGTH, HONEST_WHITE, 2, &state);
	for (size_t i = 400; i < 520; i++)
		values[i] = values[400];
	noise_make(&noise, values, LENGTH, 1);

	CU_ASSERT(quiet_find(&noise, NULL, 0, &found) < BUDGET);
	CU_ASSERT(found.is_flat);
	CU_ASSERT_FALSE(found.from_others);
	CU_ASSERT(found.first <= 402 && found.first + found.length >= 520);
	CU_ASSERT_DOUBLE_EQUAL(found.expected, 2, 0.5);
	noise_done(&noise);
}

static void of_an_instrument_without_noise_a_flat_line_says_nothing(void)
{
	double values[LENGTH];
	struct noise noise;
	struct quiet_line found;

	for (size_t i = 0; i < LENGTH; i++)
		values[i] = 21;
	noise_make(&noise, values, LENGTH, 1);

	CU_ASSERT_EQUAL(quiet_find(&noise, NULL, 0, &found), 0);
	CU_ASSERT_EQUAL(found.length, 0);
	noise_done(&noise);
}

/* ---- digits ---- */

/* People avoid repeating and like some digits better (Mosimann, Wiseman and Edelman 1995). */
static void digits_by_hand_are_found(void)
{
	static const char LIKED[] = "0123456789575370288";
	uint64_t state = 4;
	int found = 0, digit;
	double share;

	for (int run = 0; run < FORGERIES; run++) {
		double values[LENGTH];
		struct noise noise;

		for (size_t i = 0; i < LENGTH; i++) {
			double tens = nearbyint(500 + 4 * honest_normal(&state));
			int chosen = (int)(honest_uniform(&state) * (sizeof(LIKED) - 1));

			values[i] = 10 * tens + (LIKED[chosen] - '0');
		}
		noise_make(&noise, values, LENGTH, 1);
		found += noise_digits(&noise, &digit, &share) < BUDGET;
		noise_done(&noise);
	}
	CU_ASSERT_EQUAL(found, FORGERIES);
}

/* ---- times ---- */

static void stamps_on_a_grid_are_found(void)
{
	nsec times[LENGTH];
	uint64_t state = 5;
	size_t first, count;

	honest_times(times, LENGTH, MSEC(200), &state);
	for (size_t i = 500; i < 530; i++)
		times[i] = times[499] + (nsec)(i - 499) * MSEC(200);

	CU_ASSERT(timing_regular(times, LENGTH, &first, &count) < BUDGET);
	CU_ASSERT_EQUAL(first, 499);
	CU_ASSERT_EQUAL(count, 29);
}

static void stamps_that_run_backwards_are_found(void)
{
	nsec times[] = {1, 2, 3, 3, 4};

	CU_ASSERT_EQUAL(timing_backwards(times, 3), 0);
	CU_ASSERT_EQUAL(timing_backwards(times, 5), 3);
}

static void the_same_intervals_twice_are_found_wherever_they_begin(void)
{
	struct timing_table *table = timing_table_new(NULL, TIMING_PLACES_MOST);
	nsec one[LENGTH], other[LENGTH];
	uint64_t state = 6;
	struct timing_pair pair;

	honest_times(one, LENGTH, MSEC(200), &state);
	honest_times(other, LENGTH, MSEC(200), &state);
	for (size_t i = 100; i < 300; i++)
		other[i] = one[i + 333] - one[433] + other[100];

	CU_ASSERT_FALSE(timing_table_add(table, 7, 1, one, LENGTH, &pair));
	CU_ASSERT(timing_table_add(table, 9, 2, other, LENGTH, &pair));
	CU_ASSERT(pair.log10_p < BUDGET);
	CU_ASSERT_EQUAL(pair.one, 7);
	CU_ASSERT_EQUAL(pair.one_at, 433);
	CU_ASSERT_EQUAL(pair.at, 100);
	CU_ASSERT_EQUAL(pair.count, 199);
	timing_table_free(table);
}

static void series_of_one_group_are_the_same_by_right(void)
{
	struct timing_table *table = timing_table_new(NULL, TIMING_PLACES_MOST);
	struct twins *twins = twins_new(NULL, TWINS_PRINTS_MOST);
	double values[LENGTH];
	nsec times[LENGTH];
	uint64_t state = 7;
	struct timing_pair intervals;
	struct twin_pair pair;
	struct noise noise;

	honest_series(values, LENGTH, HONEST_WHITE, 4, &state);
	honest_times(times, LENGTH, MSEC(200), &state);
	for (uint32_t i = 0; i < 2; i++) {
		noise_make(&noise, values, LENGTH, 1);
		CU_ASSERT_FALSE(twins_add(twins, &noise, 1, BUDGET, &pair));
		CU_ASSERT_FALSE(timing_table_add(table, i, 1, times, LENGTH, &intervals));
	}
	timing_table_free(table);
	twins_free(twins);
}

void suite_noise(void)
{
	suite_begin("noise");
	claim(false_alarms_are_under_one_in_a_thousand_honest_runs);
	claim(a_budget_that_is_too_large_is_noticed);
	claim(every_copy_is_found_however_it_was_changed);
	claim(a_table_that_is_full_stays_so_and_copies_are_found);
	claim(original_records_drawn_from_fifty_sets_are_noticed);
	claim(lines_and_formulas_are_found_where_the_instrument_has_noise);
	claim(a_line_that_stands_still_amid_noise_needs_no_other_run);
	claim(of_an_instrument_without_noise_a_flat_line_says_nothing);
	claim(digits_by_hand_are_found);
	claim(stamps_on_a_grid_are_found);
	claim(stamps_that_run_backwards_are_found);
	claim(the_same_intervals_twice_are_found_wherever_they_begin);
	claim(series_of_one_group_are_the_same_by_right);
}

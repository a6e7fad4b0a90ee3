/* SPDX-License-Identifier: Apache-2.0 */
/* Series reduced for drawing: what may not be lost of them, and what may not be joined. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/thinned.h"
#include "tests/claims.h"

enum { MOST = 4000, GAPS_MOST = 200 };

static struct sample samples[MOST];
static struct thinned_gap gaps[GAPS_MOST];
static struct thinned thinned;

static uint32_t chance_state;

static uint32_t chance(uint32_t most)
{
	chance_state = chance_state * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)chance_state * most) >> 32);
}

/* So many samples with uneven steps, and of late values that hardly move. */
static void fill(size_t count)
{
	nsec time = SEC(1);

	for (size_t i = 0; i < count; i++) {
		time += 1 + chance((uint32_t)MSEC(200));
		samples[i] = (struct sample){time, (double)chance(i % 3 ? 1000 : 5) - 500};
	}
}

/* A gap behind about every `every`th sample, some with no more than the time between two. */
static size_t part(size_t count, uint32_t every)
{
	size_t made = 0;

	for (size_t i = 0; i + 1 < count && made < GAPS_MOST; i++) {
		nsec from = samples[i].time, to = samples[i + 1].time;

		if (chance(every) == 0)
			gaps[made++] = (struct thinned_gap){from + (to - from) / 3, to};
	}
	return made;
}

static size_t column_of(nsec time, nsec from, nsec to, size_t columns)
{
	size_t column = (size_t)((double)(time - from) / (double)(to - from) * (double)columns);

	return column < columns ? column : columns - 1;
}

struct extent {
	double low, high;
	nsec first, last;
	bool is_there;
};

static void reach(struct extent *extent, nsec time, double value)
{
	if (!extent->is_there)
		*extent = (struct extent){value, value, time, time, true};
	extent->low = value < extent->low ? value : extent->low;
	extent->high = value > extent->high ? value : extent->high;
	extent->last = time;
}

/* Does each column have the same first, least, greatest and last as all samples give it? */
static bool keeps_all_extremes(size_t count, nsec from, nsec to, size_t columns)
{
	struct extent *of_all = xcalloc(columns, sizeof(*of_all)),
		      *kept = xcalloc(columns, sizeof(*kept));
	bool same;

	for (size_t i = 0; i < count; i++)
		if (samples[i].time >= from && samples[i].time <= to)
			reach(&of_all[column_of(samples[i].time, from, to, columns)],
			      samples[i].time, samples[i].value);
	for (size_t i = 0; i < thinned.count; i++)
		reach(&kept[column_of(thinned.point[i].time, from, to, columns)],
		      thinned.point[i].time, thinned.point[i].value);
	same = !memcmp(of_all, kept, columns * sizeof(*kept));
	free(of_all);
	free(kept);
	return same;
}

static const struct sample *sample_at(size_t count, nsec time)
{
	for (size_t i = 0; i < count; i++)
		if (samples[i].time == time)
			return &samples[i];
	return NULL;
}

static bool has_samples_only(size_t count)
{
	for (size_t i = 0; i < thinned.count; i++) {
		const struct sample *sample = sample_at(count, thinned.point[i].time);

		if (!sample || sample->value != thinned.point[i].value)
			return false;
		if (i && thinned.point[i - 1].time >= thinned.point[i].time)
			return false;
	}
	return true;
}

static bool bridges_a_gap(size_t gap_count)
{
	for (size_t i = 1; i < thinned.count; i++)
		for (size_t g = 0; g < gap_count && !thinned.point[i].begins; g++)
			if (gaps[g].from < thinned.point[i].time &&
			    gaps[g].to > thinned.point[i - 1].time)
				return true;
	return false;
}

static void of_any_series_every_column_keeps_first_least_greatest_and_last(void)
{
	for (uint32_t seed = 1; seed <= 60; seed++) {
		size_t count, columns, gap_count;
		nsec from, to;

		chance_state = seed * 7919;
		count = 1 + chance(MOST - 1);
		columns = 1 + chance(300);
		fill(count);
		gap_count = part(count, 1 + chance(100));
		from = samples[0].time + chance(2) * (samples[count / 4].time - samples[0].time);
		to = samples[count - 1].time + (count == 1);
		thinned_make(&thinned, samples, count, gaps, gap_count, from, to, columns);

		CU_ASSERT(keeps_all_extremes(count, from, to, columns));
		CU_ASSERT(has_samples_only(count));
		CU_ASSERT_FALSE(bridges_a_gap(gap_count));
		CU_ASSERT(thinned.count <= 10 * columns);
		thinned_done(&thinned);
	}
}

static void without_gaps_a_line_is_one_piece_of_four_points_a_column(void)
{
	chance_state = 5;
	fill(MOST);
	thinned_make(&thinned, samples, MOST, NULL, 0, samples[0].time, samples[MOST - 1].time, 20);

	CU_ASSERT(thinned.count <= 80);
	CU_ASSERT(thinned.point[0].begins);
	for (size_t i = 1; i < thinned.count; i++)
		CU_ASSERT_FALSE(thinned.point[i].begins);
	thinned_done(&thinned);
}

static void one_peak_among_a_million_is_kept(void)
{
	size_t count = 1000000, at = 654321, found = 0;
	struct sample *many = xcalloc(count, sizeof(*many));

	for (size_t i = 0; i < count; i++)
		many[i] = (struct sample){MSEC((nsec)i), i == at ? 9 : 1};
	thinned_make(&thinned, many, count, NULL, 0, 0, MSEC(count - 1), 522);

	for (size_t i = 0; i < thinned.count; i++)
		found += thinned.point[i].value == 9 && thinned.point[i].time == MSEC((nsec)at);
	CU_ASSERT_EQUAL(found, 1);
	CU_ASSERT(thinned.count <= 4 * 522);
	thinned_done(&thinned);
	free(many);
}

/* Of pieces too narrow to be told apart the extremes are seen, and nothing is drawn between them. */
static void a_hundred_gaps_in_one_column_are_no_line(void)
{
	for (size_t i = 0; i < 100; i++) {
		samples[i] = (struct sample){SEC((nsec)i), i == 40 ? -7 : i == 60 ? 8 : 0};
		gaps[i] = (struct thinned_gap){SEC((nsec)i) + 1, SEC((nsec)i + 1) - 1};
	}
	thinned_make(&thinned, samples, 100, gaps, 100, 0, SEC(99), 1);

	CU_ASSERT_EQUAL(thinned.count, 4);
	CU_ASSERT_EQUAL(thinned.point[1].value, -7);
	CU_ASSERT_EQUAL(thinned.point[2].value, 8);
	for (size_t i = 0; i < thinned.count; i++)
		CU_ASSERT(thinned.point[i].begins);
	thinned_done(&thinned);
}

static void of_no_samples_there_is_nothing(void)
{
	thinned_make(&thinned, NULL, 0, NULL, 0, 0, SEC(1), 100);
	CU_ASSERT_EQUAL(thinned.count, 0);
	thinned_done(&thinned);

	samples[0] = (struct sample){SEC(5), 1};
	thinned_make(&thinned, samples, 1, NULL, 0, 0, SEC(1), 100);
	CU_ASSERT_EQUAL(thinned.count, 0);
	thinned_done(&thinned);
}

void suite_thinned(void)
{
	suite_begin("thinned");
	claim(of_any_series_every_column_keeps_first_least_greatest_and_last);
	claim(without_gaps_a_line_is_one_piece_of_four_points_a_column);
	claim(one_peak_among_a_million_is_kept);
	claim(a_hundred_gaps_in_one_column_are_no_line);
	claim(of_no_samples_there_is_nothing);
}

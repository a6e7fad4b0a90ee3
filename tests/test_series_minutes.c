/* SPDX-License-Identifier: Apache-2.0 */
/* Weights, minutes and integrals between two instants, each worked out by hand beside it. */
#include <math.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/series.h"

static struct error err;

static bool near(double value, double expected)
{
	return fabs(value - expected) <= 1e-12 * fabs(expected);
}

/* One sample every `every` in (0, to]: `value` at first, `later` after `change`. */
static struct series steps(nsec every, nsec to, double value, nsec change, double later)
{
	struct series series;

	series_init(&series);
	for (nsec time = every; time <= to; time += every)
		series_add(&series, time, time <= change ? value : later);
	return series;
}

/* Volumes 2 L and 1 L at 1 % and 4 %: (2 x 1 + 1 x 4) / 3 = 2, where the plain mean says 2.5. */
static void a_mean_is_taken_by_weight(void)
{
	struct series series;
	double mean = 0, of_mean = 7;

	series_init(&series);
	series_add_weighted(&series, SEC(1), 1, 2);
	series_add_weighted(&series, SEC(2), 4, 1);

	CU_ASSERT_EQUAL(series_mean(&series, 0, SEC(9), &mean, &of_mean, &err), 0);
	CU_ASSERT(near(mean, 2));
	/* distances by weight: 2 x -1 and 1 x 2; sqrt(8 x 2 / 1) / 3 = 4 / 3 */
	CU_ASSERT(near(of_mean, 4.0 / 3));
	series_done(&series);
}

/* 1 and 5 as they come, then 3 of weight 2: (1 + 5 + 6) / 4 = 3. */
static void a_weight_among_ones_finds_the_ones_before_it(void)
{
	struct series series;
	double mean = 0, of_mean;

	series_init(&series);
	series_add(&series, SEC(1), 1);
	series_add_weighted(&series, SEC(2), 5, 1);
	CU_ASSERT_PTR_NULL(series.weights);
	series_add_weighted(&series, SEC(3), 3, 2);

	series_mean(&series, 0, SEC(9), &mean, &of_mean, &err);
	CU_ASSERT(near(mean, 3));
	series_add(&series, SEC(4), 8); /* (12 + 8) / 5 = 4 */
	series_mean(&series, 0, SEC(9), &mean, &of_mean, &err);
	CU_ASSERT(near(mean, 4));
	series_done(&series);
}

/* Equal weights other than 1 change nothing: 1 2 3, mean 2, s = 1, of the mean 1 / sqrt(3). */
static void equal_weights_are_no_weights(void)
{
	struct series series;
	double mean = 0, of_mean = 0;

	series_init(&series);
	for (int i = 1; i <= 3; i++)
		series_add_weighted(&series, SEC(i), i, 0.5);
	series_mean(&series, 0, SEC(9), &mean, &of_mean, &err);

	CU_ASSERT(near(mean, 2));
	CU_ASSERT(near(of_mean, 1 / sqrt(3)));
	series_done(&series);
}

static void weights_are_forgotten_with_their_samples_and_kept_through_growth(void)
{
	struct series series;
	double mean = 0, of_mean;

	series_init(&series);
	for (int i = 1; i <= 200; i++)
		series_add_weighted(&series, SEC(i), i, i == 200 ? 3 : 2);
	series_forget_before(&series, SEC(199));
	series_mean(&series, 0, SEC(999), &mean, &of_mean, &err);

	/* (2 x 199 + 3 x 200) / 5 */
	CU_ASSERT(near(mean, 199.6));
	series_done(&series);
}

/* 90 s at 1, the rest at 3, to 180 s: minutes 1, (30 x 1 + 30 x 3) / 60 = 2, 3. */
static void minutes_have_averages_extremes_and_a_mean(void)
{
	struct series series = steps(SEC(1), SEC(180), 1, SEC(90), 3);
	struct series_minutes minutes;

	CU_ASSERT_EQUAL(series_minutes(&series, 0, SEC(180), &minutes, &err), 0);
	CU_ASSERT_EQUAL(minutes.count, 3);
	CU_ASSERT(near(minutes.mean, 2));
	CU_ASSERT(near(minutes.least, 1));
	CU_ASSERT(near(minutes.greatest, 3));
	series_done(&series);
}

/* From 10 s on, 130 s: minutes of 1 and 3, and 10 s at 3 that join the second. */
static void the_minutes_of_the_extremes_are_named(void)
{
	struct series series = steps(SEC(1), SEC(140), 1, SEC(70), 3);
	struct series_minutes minutes;

	CU_ASSERT_EQUAL(series_minutes(&series, SEC(10), SEC(140), &minutes, &err), 0);
	CU_ASSERT_EQUAL(minutes.count, 2);
	CU_ASSERT_EQUAL(minutes.of_least.begin, SEC(10));
	CU_ASSERT_EQUAL(minutes.of_least.end, SEC(70));
	CU_ASSERT_EQUAL(minutes.of_greatest.begin, SEC(70));
	CU_ASSERT_EQUAL(minutes.of_greatest.end, SEC(140));
	series_done(&series);
}

static void of_minutes_that_are_alike_the_first_is_named(void)
{
	struct series series = steps(SEC(1), SEC(180), 2, SEC(180), 2);
	struct series_minutes minutes;

	CU_ASSERT_EQUAL(series_minutes(&series, 0, SEC(180), &minutes, &err), 0);
	CU_ASSERT_EQUAL(minutes.of_least.begin, 0);
	CU_ASSERT_EQUAL(minutes.of_greatest.end, SEC(60));
	series_done(&series);
}

/* 150 s: 60 at 1, 60 at 1, 30 at 4. Three minutes of equal right: (1 + 1 + 4) / 3 = 2. */
static void half_a_minute_left_over_is_a_minute(void)
{
	struct series series = steps(SEC(1), SEC(150), 1, SEC(120), 4);
	struct series_minutes minutes;

	CU_ASSERT_EQUAL(series_minutes(&series, 0, SEC(150), &minutes, &err), 0);
	CU_ASSERT_EQUAL(minutes.count, 3);
	CU_ASSERT(near(minutes.mean, 2));
	CU_ASSERT(near(minutes.greatest, 4));
	series_done(&series);
}

/* 140 s: 20 s at 5 join the 60 s at 1 before them: (60 x 1 + 20 x 5) / 80 = 2; the mean is 1.5. */
static void less_than_half_a_minute_joins_the_minute_before(void)
{
	struct series series = steps(SEC(1), SEC(140), 1, SEC(120), 5);
	struct series_minutes minutes;

	CU_ASSERT_EQUAL(series_minutes(&series, 0, SEC(140), &minutes, &err), 0);
	CU_ASSERT_EQUAL(minutes.count, 2);
	CU_ASSERT(near(minutes.greatest, 2));
	CU_ASSERT(near(minutes.mean, 1.5));
	series_done(&series);
}

static void a_short_run_is_one_minute_or_none(void)
{
	struct series series = steps(SEC(1), SEC(60), 2, SEC(99), 2);
	struct series_minutes minutes = {.count = 77};

	CU_ASSERT_EQUAL(series_minutes(&series, 0, SEC(29), &minutes, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "29 s are less than half a minute: there is no minute to average");
	CU_ASSERT_EQUAL(minutes.count, 77);
	CU_ASSERT_EQUAL(series_minutes(&series, 0, SEC(30), &minutes, &err), 0);
	CU_ASSERT_EQUAL(minutes.count, 1);
	series_done(&series);
}

/* A breath that ends with the first minute was breathed in it; one that ends at its beginning, before. */
static void a_sample_at_the_border_belongs_to_the_minute_that_ends(void)
{
	struct series series;
	struct series_minutes minutes;

	series_init(&series);
	series_add(&series, SEC(10), 100);
	series_add(&series, SEC(70), 2);
	series_add(&series, SEC(130), 4);

	CU_ASSERT_EQUAL(series_minutes(&series, SEC(10), SEC(130), &minutes, &err), 0);
	CU_ASSERT_EQUAL(minutes.count, 2);
	CU_ASSERT_EQUAL(minutes.least, 2);
	CU_ASSERT_EQUAL(minutes.greatest, 4);
	series_done(&series);
}

static void a_minute_without_samples_leaves_the_question_open(void)
{
	struct series series = steps(SEC(70), SEC(210), 1, 0, 1);
	struct series_minutes minutes;

	/* samples at 70, 140 and 210 s: the first minute has none */
	CU_ASSERT_EQUAL(series_minutes(&series, 0, SEC(210), &minutes, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(err.text, "minute 1 (from 0 s to 60 s) has no sample");
	CU_ASSERT_EQUAL(series_minutes(&series, SEC(30), SEC(210), &minutes, &err), 0);
	CU_ASSERT_EQUAL(series_minutes(&series, SEC(9), SEC(9), &minutes, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	series_done(&series);
}

/* In the minute: 2 L at 1 % and 1 L at 4 %, so 2 %. */
static void a_minutes_average_is_taken_by_weight(void)
{
	struct series series;
	struct series_minutes minutes;

	series_init(&series);
	series_add_weighted(&series, SEC(20), 1, 2);
	series_add_weighted(&series, SEC(40), 4, 1);

	CU_ASSERT_EQUAL(series_minutes(&series, 0, SEC(60), &minutes, &err), 0);
	CU_ASSERT(near(minutes.mean, 2));
	series_done(&series);
}

/*
 * 1 at 0 s, 3 at 2 s, 3 at 4 s; from 1 s (2 there) to 3 s (3 there): (2 + 3) / 2 + 3 = 5.5.
 * From 0.5 s (1.5) to 1.5 s (2.5), between two samples: 2.
 */
static void an_integral_between_instants_has_its_ends_interpolated(void)
{
	struct series series;
	double area = 0;

	series_init(&series);
	series_add(&series, 0, 1);
	series_add(&series, SEC(2), 3);
	series_add(&series, SEC(4), 3);

	CU_ASSERT_EQUAL(series_integral_between(&series, SEC(1), SEC(3), &area, &err), 0);
	CU_ASSERT(near(area, 5.5));
	CU_ASSERT_EQUAL(series_integral_between(&series, MSEC(500), MSEC(1500), &area, &err), 0);
	CU_ASSERT(near(area, 2));
	/* from sample to sample it is what the samples say: (1 + 3) / 2 x 2 + 3 x 2 = 10 */
	CU_ASSERT_EQUAL(series_integral_between(&series, 0, SEC(4), &area, &err), 0);
	CU_ASSERT(near(area, 10));
	series_done(&series);
}

static void an_integral_is_not_extrapolated(void)
{
	struct series series;
	double area = 7;

	series_init(&series);
	CU_ASSERT_EQUAL(series_integral_between(&series, 0, 1, &area, &err), -1);
	series_add(&series, SEC(2), 3);
	series_add(&series, SEC(4), 3);

	CU_ASSERT_EQUAL(series_integral_between(&series, SEC(1), SEC(3), &area, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "1 s after the integral begins"));
	CU_ASSERT_EQUAL(series_integral_between(&series, SEC(2), MSEC(4500), &area, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "0.5 s before the integral ends"));
	CU_ASSERT_EQUAL(series_integral_between(&series, SEC(3), SEC(3), &area, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_EQUAL(area, 7);
	series_done(&series);
}

static void a_value_is_read_only_where_samples_enclose_it(void)
{
	struct series series;
	double value = 7;

	series_init(&series);
	CU_ASSERT_FALSE(series_at(&series, 0, &value));
	series_add(&series, SEC(2), 3);
	series_add(&series, SEC(4), 5);

	CU_ASSERT_FALSE(series_at(&series, SEC(1), &value));
	CU_ASSERT_FALSE(series_at(&series, SEC(5), &value));
	CU_ASSERT_EQUAL(value, 7);
	CU_ASSERT(series_at(&series, SEC(2), &value));
	CU_ASSERT_EQUAL(value, 3);
	CU_ASSERT(series_at(&series, MSEC(2500), &value));
	CU_ASSERT_EQUAL(value, 3.5);
	series_done(&series);
}

void suite_series_minutes(void)
{
	suite_begin("series_minutes");
	claim(a_mean_is_taken_by_weight);
	claim(a_weight_among_ones_finds_the_ones_before_it);
	claim(equal_weights_are_no_weights);
	claim(weights_are_forgotten_with_their_samples_and_kept_through_growth);
	claim(minutes_have_averages_extremes_and_a_mean);
	claim(the_minutes_of_the_extremes_are_named);
	claim(of_minutes_that_are_alike_the_first_is_named);
	claim(half_a_minute_left_over_is_a_minute);
	claim(less_than_half_a_minute_joins_the_minute_before);
	claim(a_short_run_is_one_minute_or_none);
	claim(a_sample_at_the_border_belongs_to_the_minute_that_ends);
	claim(a_minute_without_samples_leaves_the_question_open);
	claim(a_minutes_average_is_taken_by_weight);
	claim(an_integral_between_instants_has_its_ends_interpolated);
	claim(an_integral_is_not_extrapolated);
	claim(a_value_is_read_only_where_samples_enclose_it);
}

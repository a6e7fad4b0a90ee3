/* SPDX-License-Identifier: Apache-2.0 */
/* Samples in time. Every expected figure was worked out by hand beside it. */
#include <math.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/series.h"

static struct error err;

static struct series series_of(const struct sample *samples, size_t count)
{
	struct series series;

	series_init(&series);
	for (size_t i = 0; i < count; i++)
		series_add(&series, samples[i].time, samples[i].value);
	return series;
}

#define SERIES(...)                                                                                \
	series_of((const struct sample[]){__VA_ARGS__},                                            \
		  sizeof((const struct sample[]){__VA_ARGS__}) / sizeof(struct sample))

static bool near(double value, double expected)
{
	return fabs(value - expected) <= 1e-12 * fabs(expected);
}

static void a_span_takes_its_ends_in(void)
{
	struct series series = SERIES({SEC(1), 5}, {SEC(2), 3}, {SEC(3), 9}, {SEC(4), 1});
	double least = 0, greatest = 0;

	CU_ASSERT_EQUAL(series_min(&series, SEC(1), SEC(3), &least, &err), 0);
	CU_ASSERT_EQUAL(series_max(&series, SEC(1), SEC(2), &greatest, &err), 0);
	CU_ASSERT_EQUAL(least, 3);
	CU_ASSERT_EQUAL(greatest, 5);
	CU_ASSERT_EQUAL(series_min(&series, SEC(1), NSEC_NEVER, &least, &err), 0);
	CU_ASSERT_EQUAL(least, 1);
	series_done(&series);
}

static void a_span_without_samples_is_an_error(void)
{
	struct series series = SERIES({SEC(1), 5}, {SEC(2), 3});
	double result = 7;

	CU_ASSERT_EQUAL(series_min(&series, SEC(3), SEC(9), &result, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(err.text, "no sample was taken in that time");
	CU_ASSERT_EQUAL(series_max(&series, SEC(2), SEC(1), &result, &err), -1);
	CU_ASSERT_EQUAL(series_slope(&series, SEC(2), SEC(9), &result, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "only one sample was taken in that time");
	CU_ASSERT_EQUAL(series_integral(&series, SEC(2), SEC(9), &result, &err), -1);
	CU_ASSERT_EQUAL(result, 7);
	series_done(&series);
}

static void an_empty_series_has_no_statistics(void)
{
	struct series series;
	double result, of_mean;

	series_init(&series);
	series_forget_before(&series, SEC(5));

	CU_ASSERT_EQUAL(series_mean(&series, 0, NSEC_NEVER, &result, &of_mean, &err), -1);
	CU_ASSERT_FALSE(series_settled(&series, SEC(5), SEC(1), 1));
	series_done(&series);
}

/* 2 4 4 4 5 5 7 9: mean 5, squares 32, s = sqrt(32 / 7), of the mean s / sqrt(8). */
static void the_mean_comes_with_its_own_deviation(void)
{
	struct series series =
		SERIES({1, 2}, {2, 4}, {3, 4}, {4, 4}, {5, 5}, {6, 5}, {7, 7}, {8, 9});
	double mean = 0, of_mean = 0;

	CU_ASSERT_EQUAL(series_mean(&series, 1, 8, &mean, &of_mean, &err), 0);

	CU_ASSERT_EQUAL(mean, 5);
	CU_ASSERT(near(of_mean, sqrt(32.0 / 7 / 8)));
	series_done(&series);
}

static void equal_samples_have_themselves_as_mean(void)
{
	struct series series = SERIES({1, 293.1}, {2, 293.1}, {3, 293.1});
	double mean = 0, of_mean = 7;

	series_mean(&series, 1, 3, &mean, &of_mean, &err);
	CU_ASSERT_EQUAL(mean, 293.1);
	CU_ASSERT_EQUAL(of_mean, 0);

	series_mean(&series, 2, 2, &mean, &of_mean, &err);
	CU_ASSERT_EQUAL(mean, 293.1);
	CU_ASSERT_EQUAL(of_mean, 0);
	series_done(&series);
}

/* Trapezoids: 2 s * (1 + 3) / 2 + 1 s * (3 + 5) / 2 = 8. */
static void the_integral_sums_trapezoids(void)
{
	struct series series = SERIES({SEC(10), 1}, {SEC(12), 3}, {SEC(13), 5});
	double area = 0;

	CU_ASSERT_EQUAL(series_integral(&series, 0, NSEC_NEVER, &area, &err), 0);

	CU_ASSERT_EQUAL(area, 8);
	series_done(&series);
}

/*
 * Times 0 1 2 3 s, values 1 3 2 4: middle 1.5 s and 2.5; products 2.25 - 0.25 - 0.25 + 2.25 = 4;
 * squares 2.25 + 0.25 + 0.25 + 2.25 = 5; slope 0.8 /s.
 */
static void the_slope_is_that_of_least_squares(void)
{
	struct series series = SERIES({0, 1}, {SEC(1), 3}, {SEC(2), 2}, {SEC(3), 4});
	double slope = 0;

	CU_ASSERT_EQUAL(series_slope(&series, 0, SEC(3), &slope, &err), 0);

	CU_ASSERT(near(slope, 0.8));
	series_done(&series);
}

static void a_slope_loses_no_digits_late_in_a_run(void)
{
	struct series series;
	double slope = 0;

	series_init(&series);
	for (int i = 0; i < 100; i++)
		series_add(&series, SEC(50000) + MSEC(100) * i, 1e6 + 0.125 * i);
	series_slope(&series, 0, NSEC_NEVER, &slope, &err);

	CU_ASSERT(fabs(slope - 1.25) < 1e-9);
	series_done(&series);
}

/* From 0 to 10, 90 % is 9: between 8 at 3 s and 10 at 4 s, that is at 3.5 s; origin 1 s. */
static void the_time_to_a_level_is_interpolated(void)
{
	struct series series = SERIES({0, 0}, {SEC(1), 0}, {SEC(2), 5}, {SEC(3), 8}, {SEC(4), 10});
	nsec time = 0, spacing = 0;

	CU_ASSERT_EQUAL(series_time_to(&series, SEC(1), 0, 10, 0.9, &time, &spacing, &err), 0);

	CU_ASSERT_EQUAL(time, MSEC(2500));
	CU_ASSERT_EQUAL(spacing, SEC(1));
	series_done(&series);
}

/* From 10 down to 2, 50 % is 6: between 8 at 1 s and 4 at 2 s, that is at 1.5 s. */
static void a_falling_step_is_timed_as_well(void)
{
	struct series series = SERIES({0, 10}, {SEC(1), 8}, {SEC(2), 4}, {SEC(4), 2});
	nsec time = 0, spacing = 0;

	CU_ASSERT_EQUAL(series_time_to(&series, 0, 10, 2, 0.5, &time, &spacing, &err), 0);
	CU_ASSERT_EQUAL(time, MSEC(1500));

	CU_ASSERT_EQUAL(series_time_to(&series, 0, 10, 2, 1, &time, &spacing, &err), 0);
	CU_ASSERT_EQUAL(time, SEC(4));
	CU_ASSERT_EQUAL(spacing, SEC(2));
	series_done(&series);
}

static void only_the_first_cover_counts(void)
{
	struct series series = SERIES({0, 0}, {SEC(1), 10}, {SEC(2), 0}, {SEC(3), 10});
	nsec time = 0, spacing = 0;

	series_time_to(&series, 0, 0, 10, 0.5, &time, &spacing, &err);

	CU_ASSERT_EQUAL(time, MSEC(500));
	series_done(&series);
}

/* 5 is crossed at 1.5 s, before the origin of 1.8 s that lies between the same two samples. */
static void what_was_there_at_the_origin_took_no_time(void)
{
	struct series series = SERIES({0, 0}, {SEC(1), 0}, {SEC(2), 10}, {SEC(3), 10});
	nsec time = 7, spacing = 0;

	CU_ASSERT_EQUAL(series_time_to(&series, MSEC(1800), 0, 10, 0.5, &time, &spacing, &err), 0);
	CU_ASSERT_EQUAL(time, 0);
	CU_ASSERT_EQUAL(spacing, SEC(1));

	CU_ASSERT_EQUAL(series_time_to(&series, MSEC(2500), 0, 10, 0.5, &time, &spacing, &err), 0);
	CU_ASSERT_EQUAL(time, 0);
	series_done(&series);
}

static void a_trace_that_begins_after_the_origin_counts_to_its_first_sample(void)
{
	struct series series = SERIES({SEC(3), 9}, {SEC(4), 10});
	nsec time = 0, spacing = 0;

	series_time_to(&series, SEC(1), 0, 10, 0.5, &time, &spacing, &err);

	CU_ASSERT_EQUAL(time, SEC(2));
	CU_ASSERT_EQUAL(spacing, SEC(2));
	series_done(&series);
}

static void a_level_that_was_not_reached_is_said(void)
{
	struct series series = SERIES({0, 0}, {SEC(1), 8.9});
	nsec time = 7, spacing;

	CU_ASSERT_EQUAL(series_time_to(&series, 0, 0, 10, 0.9, &time, &spacing, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(err.text, "90 % of the step was not reached");
	CU_ASSERT_EQUAL(time, 7);
	CU_ASSERT_EQUAL(series_time_to(&series, 0, 5, 5, 0.9, &time, &spacing, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	series_done(&series);
}

static void samples_within_the_band_have_settled(void)
{
	struct series series = SERIES({0, 9}, {SEC(1), 5}, {SEC(2), 5.1}, {SEC(3), 5});

	CU_ASSERT(series_settled(&series, SEC(3), SEC(2), 0.25));
	CU_ASSERT_FALSE(series_settled(&series, SEC(3), SEC(2), 0.0625));
	CU_ASSERT_FALSE(series_settled(&series, SEC(3), SEC(3), 0.25));
	series_done(&series);
}

/* Of the last 1.5 s the sample at 1 s is the one just before their start, and belongs to them. */
static void the_sample_before_the_window_belongs_to_it(void)
{
	struct series series = SERIES({SEC(1), 9}, {SEC(2), 5}, {SEC(3), 5});

	CU_ASSERT_FALSE(series_settled(&series, SEC(3), MSEC(1500), 0.25));
	CU_ASSERT(series_settled(&series, SEC(3), SEC(1), 0.25));
	series_done(&series);
}

static void too_short_a_series_has_not_settled(void)
{
	struct series series = SERIES({SEC(2), 5}, {SEC(3), 5});

	CU_ASSERT_FALSE(series_settled(&series, SEC(3), SEC(2), 1));
	CU_ASSERT(series_settled(&series, SEC(3), SEC(1), 1));
	series_done(&series);
}

static void a_series_that_went_silent_has_not_settled(void)
{
	struct series series = SERIES({SEC(1), 5}, {SEC(2), 5}, {SEC(3), 5});

	CU_ASSERT_FALSE(series_settled(&series, SEC(60), SEC(2), 1));
	series_done(&series);
}

static void what_is_forgotten_is_older(void)
{
	struct series series = SERIES({SEC(1), 1}, {SEC(2), 2}, {SEC(3), 3});

	series_forget_before(&series, SEC(2));
	CU_ASSERT_EQUAL(series.count, 2);
	CU_ASSERT_EQUAL(series.samples[0].time, SEC(2));

	series_forget_before(&series, SEC(9));
	CU_ASSERT_EQUAL(series.count, 0);
	series_add(&series, SEC(1), 1);
	CU_ASSERT_EQUAL(series.count, 1);
	series_done(&series);
}

void suite_series(void)
{
	suite_begin("series");
	claim(a_span_takes_its_ends_in);
	claim(a_span_without_samples_is_an_error);
	claim(an_empty_series_has_no_statistics);
	claim(the_mean_comes_with_its_own_deviation);
	claim(equal_samples_have_themselves_as_mean);
	claim(the_integral_sums_trapezoids);
	claim(the_slope_is_that_of_least_squares);
	claim(a_slope_loses_no_digits_late_in_a_run);
	claim(the_time_to_a_level_is_interpolated);
	claim(a_falling_step_is_timed_as_well);
	claim(only_the_first_cover_counts);
	claim(what_was_there_at_the_origin_took_no_time);
	claim(a_trace_that_begins_after_the_origin_counts_to_its_first_sample);
	claim(a_level_that_was_not_reached_is_said);
	claim(samples_within_the_band_have_settled);
	claim(the_sample_before_the_window_belongs_to_it);
	claim(too_short_a_series_has_not_settled);
	claim(a_series_that_went_silent_has_not_settled);
	claim(what_is_forgotten_is_older);
}

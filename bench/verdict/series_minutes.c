/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Averages minute by minute, as standards of breathing apparatus ask for them: 42 CFR 84.303(b)
 * evaluates each stressor as one-minute averages, bounds every one of them (the excursion) and their
 * mean over the test (the operating average).
 *
 *   from      60 s      120 s      180 s   to                from      60 s      120 s   to
 *    |---- 1 ---|---- 2 ---|---- 3 ---|-- 4 -|                 |---- 1 ---|------ 2 ------|
 *                              30 s or more                        less than 30 s left over
 *
 * What is left over at the end counts either as a minute or as part of the last one: nothing that was
 * measured is dropped, and a few seconds cannot make an excursion of their own. A minute's average is
 * the mean of its samples by weight.
 *
 * Not here: which breaths there were. A minute without any is a hole in the evidence, and makes the
 * whole question unanswered.
 */
#include "verdict/series.h"

#define MINUTE SEC(60)
#define HALF_A_MINUTE SEC(30)

/* How many minutes there are from `from` to `to`; 0: less than half of one. */
static size_t minutes_between(nsec from, nsec to)
{
	nsec whole = (to - from) / MINUTE, rest = (to - from) % MINUTE;

	return (size_t)(rest >= HALF_A_MINUTE ? whole + 1 : whole);
}

/* The average of the samples after `begin` and up to `end`. */
static int average(const struct series *series, nsec begin, nsec end, double *mean)
{
	struct error ignored;
	double of_mean;

	return series_mean(series, begin + 1, end, mean, &of_mean, &ignored);
}

static void minutes_add(struct series_minutes *minutes, struct series_minute minute, double mean)
{
	size_t count = ++minutes->count;

	if (count == 1 || mean < minutes->least) {
		minutes->least = mean;
		minutes->of_least = minute;
	}
	if (count == 1 || mean > minutes->greatest) {
		minutes->greatest = mean;
		minutes->of_greatest = minute;
	}
	minutes->mean += (mean - minutes->mean) / (double)count;
}

int series_minutes(const struct series *series, nsec from, nsec to, struct series_minutes *result,
		   struct error *err)
{
	struct series_minutes minutes = {0};

	if (!(from < to))
		return error_set(err, ERROR_USAGE, "minutes run from one time to a later one");

	size_t count = minutes_between(from, to);

	if (count == 0)
		return error_set(
			err, ERROR_TIMEOUT,
			"%.6g s are less than half a minute: there is no minute to average",
			nsec_seconds(to - from));
	for (size_t i = 0; i < count; i++) {
		nsec begin = from + (nsec)i * MINUTE;
		nsec end = i + 1 == count ? to : begin + MINUTE;
		struct series_minute minute = {begin, end};
		double mean;

		if (average(series, begin, end, &mean) < 0)
			return error_set(err, ERROR_DEVICE,
					 "minute %zu (from %.6g s to %.6g s) has no sample", i + 1,
					 nsec_seconds(begin - from), nsec_seconds(end - from));
		minutes_add(&minutes, minute, mean);
	}
	*result = minutes;
	return 0;
}

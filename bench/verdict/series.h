/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples in time: value by time, both as they were taken. Times increase strictly; values are
 * finite, in SI. Statistics that fail say so in a sentence without the channel's name: too few
 * samples are ERROR_DEVICE, a level that was not reached is ERROR_TIMEOUT.
 */
#ifndef DAVY_VERDICT_SERIES_H
#define DAVY_VERDICT_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/nsec.h"

struct sample {
	nsec time;
	double value;
};

struct series {
	struct sample *samples;
	size_t count;
	size_t room;
};

void series_init(struct series *series);
void series_done(struct series *series);
/* `time` is later than that of the last sample, `value` finite. */
void series_add(struct series *series, nsec time, double value);
/* Forget samples older than `since`. */
void series_forget_before(struct series *series, nsec since);

/*
 * All over the samples with from <= time <= to. Each needs at least one sample, slope and integral
 * two.
 */
int series_min(const struct series *series, nsec from, nsec to, double *result, struct error *err);
int series_max(const struct series *series, nsec from, nsec to, double *result, struct error *err);
/* Arithmetic mean of the samples, and its experimental standard deviation (0 for one sample). */
int series_mean(const struct series *series, nsec from, nsec to, double *mean, double *of_mean,
		struct error *err);
/* Trapezoids over time, in SI value times seconds. */
int series_integral(const struct series *series, nsec from, nsec to, double *result,
		    struct error *err);
/* Least squares, SI per second. */
int series_slope(const struct series *series, nsec from, nsec to, double *result,
		 struct error *err);
/*
 * Time from `origin` until the trace first covers `fraction` of the way from `start` to `end`,
 * linear between samples; *spacing is the distance of the two samples around that point. A trace
 * that was there already at the origin took no time; where it has no sample before the origin, it
 * starts at its first one.
 */
int series_time_to(const struct series *series, nsec origin, double start, double end,
		   double fraction, nsec *result, nsec *spacing, struct error *err);
/*
 * Do the samples of the last `over` before `now` span all of it and stay within `band` (max - min)?
 * They do when there is one at or before now - over, from which the span begins, and one after.
 */
bool series_settled(const struct series *series, nsec now, nsec over, double band);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples in time: value by time, both as they were taken. Times increase strictly; values are
 * finite, in SI. Statistics that fail (too few samples, a level not reached) say so in a sentence
 * without the channel's name.
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
void series_add(struct series *series, nsec time, double value);
/* Forget samples older than `since`. */
void series_forget_before(struct series *series, nsec since);

/* All over the samples with from <= time <= to. Each needs at least one sample, slope two. */
int series_min(const struct series *series, nsec from, nsec to, double *result, struct error *err);
int series_max(const struct series *series, nsec from, nsec to, double *result, struct error *err);
/* Arithmetic mean of the samples, and their experimental standard deviation of the mean. */
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
 * linear between samples; *spacing is the distance of the two samples around that point.
 */
int series_time_to(const struct series *series, nsec origin, double start, double end,
		   double fraction, nsec *result, nsec *spacing, struct error *err);
/* Do the samples of the last `over` before `now` span all of it and stay within `band` (max - min)? */
bool series_settled(const struct series *series, nsec now, nsec over, double band);

#endif

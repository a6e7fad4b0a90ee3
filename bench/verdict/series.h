/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples in time: value by time, both as they were taken. Times increase strictly; values are
 * finite, in SI. A sample may carry a weight (a breath's value that of the volume breathed); means
 * are taken by weight, everything else asks for values alone. Statistics that fail say so in a
 * sentence without the channel's name: too few samples are ERROR_DEVICE, a level that was not
 * reached is ERROR_TIMEOUT.
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
	double *weights; /* NULL while all are 1 */
	size_t count;
	size_t room;
};

void series_init(struct series *series);
void series_done(struct series *series);
/* `time` is later than that of the last sample, `value` finite. */
void series_add(struct series *series, nsec time, double value);
/* The same with a weight, finite and above 0. */
void series_add_weighted(struct series *series, nsec time, double value, double weight);
/* Forget samples older than `since`. */
void series_forget_before(struct series *series, nsec since);
/* How many samples are older than `time`. */
size_t series_before(const struct series *series, nsec time);
/* The value at `time`, linear between samples; false where no two of them enclose it. */
bool series_at(const struct series *series, nsec time, double *value);

/*
 * All over the samples with from <= time <= to. Each needs at least one sample, slope and integral
 * two.
 */
int series_min(const struct series *series, nsec from, nsec to, double *result, struct error *err);
int series_max(const struct series *series, nsec from, nsec to, double *result, struct error *err);
/*
 * Mean of the samples by weight, and its experimental standard deviation (0 for one sample): that of
 * the arithmetic mean (JCGM 100:2008, 4.2.3) where weights are equal, else
 * sqrt(n / (n - 1) sum w^2 (x - mean)^2) / sum w (Gatz and Smith 1995, after Cochran 1977).
 */
int series_mean(const struct series *series, nsec from, nsec to, double *mean, double *of_mean,
		struct error *err);
/* Trapezoids over time, in SI value times seconds. */
int series_integral(const struct series *series, nsec from, nsec to, double *result,
		    struct error *err);
/*
 * The same between two instants, the values at both ends linear between their neighbours; from < to.
 * A series that does not reach around them is ERROR_DEVICE and says what it lacks.
 */
int series_integral_between(const struct series *series, nsec from, nsec to, double *result,
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

/* The averages of one minute after the other (series_minutes.c). */
struct series_minutes {
	size_t count;
	double mean, least, greatest; /* of the minutes' averages */
	struct series_minute {
		nsec begin, end; /* a sample at `begin` is not in it, one at `end` is */
	} of_least, of_greatest; /* the first of those with that average */
};

/*
 * Minutes are counted from `from`. A sample belongs to the minute in which its time lies, a minute's
 * end taken in and its beginning not: a breath that ends with the minute was breathed in it. What is
 * left over before `to` is a minute like the others when it is 30 s or longer, else it belongs to the
 * minute before. Less than 30 s in all is ERROR_TIMEOUT, a minute without any sample ERROR_DEVICE, and
 * no result.
 */
int series_minutes(const struct series *series, nsec from, nsec to, struct series_minutes *minutes,
		   struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a measure can be shown at the axes of a chart: its value, its limit and what is accepted.
 *
 *   the measure is one of its readings, or differs from one by a reference: at the axis of values
 *   it is the time until something happened: at the axis of time, from when that time began
 *   it was calculated otherwise (an area, a slope, a mean of several): at neither, and nothing is shown
 */
#ifndef DAVY_REPORT_FIGURE_H
#define DAVY_REPORT_FIGURE_H

#include "base/value.h"
#include "report/curve.h"
#include "verdict/limit.h"

/* The ends of a limit's bounds, and of what was waited for, and the reference. */
enum { FIGURE_LIMITS = 4 * LIMIT_BOUNDS + 1 };

struct figure {
	const char *channel; /* in whose panel it stands, the measure's; NULL: nothing is shown */
	nsec origin;	     /* of a time: when it began */
	bool of_time;
	struct curve_limit limit[FIGURE_LIMITS];
	char label[FIGURE_LIMITS][64];
	size_t limits;
	struct curve_band band[LIMIT_BOUNDS];
	size_t bands;
	struct curve_mark mark;
	char shown
		[168]; /* the mark's text: behind a "Δ" where it is a difference from a reference */
};

/* `measure` went through trail_follow() and must outlive the figure, which is filled in its place. */
void figure_make(struct figure *figure, const struct value *measure);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which values a panel reaches over: all that is drawn of its lines and what was measured, and the limits that
 * do not lie so far off that nothing would be seen of the lines.
 */
#include <math.h>

#include "report/curve_parts.h"

/* A limit is reached for if the lines keep this share of the height; else an arrow shows where it is. */
#define LEAST_SHARE 0.05
/* … as if they moved by this share of their values at least, so that noise is not blown up beside a limit. */
#define LEAST_MOTION 0.05
#define MARGIN 0.06

struct range {
	double low, high;
};

static void stretch(struct range *range, double value)
{
	range->low = fmin(range->low, value);
	range->high = fmax(range->high, value);
}

static void stretch_to_lines(struct range *range, const struct plot *plot)
{
	const struct curve_panel *panel = plot->panel;

	for (size_t i = 0; i < panel->lines; i++) {
		const struct curve_line *line = &panel->line[i];

		for (size_t j = 0; j < line->samples; j++)
			if (line->sample[j].time >= plot->from && line->sample[j].time <= plot->to)
				stretch(range, line->sample[j].value);
	}
}

static void stretch_to_marks(struct range *range, const struct curve_panel *panel)
{
	for (size_t i = 0; i < panel->marks; i++) {
		const struct curve_mark *mark = &panel->mark[i];
		double reach = mark->of_time ? 0 : mark->expanded;

		stretch(range, mark->value - reach);
		stretch(range, mark->value + reach);
	}
}

static void stretch_to_limits(struct range *range, const struct curve_panel *panel)
{
	struct range lines = *range;
	double motion = lines.high - lines.low,
	       least = LEAST_MOTION * fmax(fabs(lines.low), fabs(lines.high));

	for (size_t i = 0; i < panel->limits; i++) {
		struct range with = lines;

		if (panel->limit[i].of_time)
			continue;
		stretch(&with, panel->limit[i].at);
		if (!(lines.low <= lines.high) || lines.low == lines.high ||
		    fmax(motion, least) >= LEAST_SHARE * (with.high - with.low))
			stretch(range, panel->limit[i].at);
	}
}

void curve_range(struct plot *plot)
{
	struct range range = {INFINITY, -INFINITY};
	double greatest;

	if (plot->panel->states) {
		plot->low = -0.2;
		plot->high = 1.2;
		return;
	}
	stretch_to_lines(&range, plot);
	stretch_to_marks(&range, plot->panel);
	stretch_to_limits(&range, plot->panel);
	if (!(range.low <= range.high))
		range = (struct range){0, 1};
	greatest = fmax(fabs(range.low), fabs(range.high));
	/* what is constant, or moves in the last digits of a double only, still has an axis */
	if (range.high - range.low <= greatest * 1e-12) {
		double room = greatest > 0 ? greatest * 0.05 : 1;

		range = (struct range){range.low - room, range.high + room};
	}
	plot->low = range.low - MARGIN * (range.high - range.low);
	plot->high = range.high + MARGIN * (range.high - range.low);
}

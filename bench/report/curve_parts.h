/* SPDX-License-Identifier: Apache-2.0 */
/* Between curve.c, which lays a chart out, and the files that draw its parts. */
#ifndef DAVY_REPORT_CURVE_PARTS_H
#define DAVY_REPORT_CURVE_PARTS_H

#include "report/curve.h"
#include "report/ticks.h"

/* Pixels. */
#define CURVE_WIDTH 720.0
#define CURVE_LEFT 62.0
#define CURVE_RIGHT 166.0 /* with labels of limits and values, and without: */
#define CURVE_RIGHT_BARE 18.0
#define CURVE_SMALL 10.0 /* of letters */
#define CURVE_ROW 14.0	 /* from one line of small letters to the next */

/* Where a panel's samples are drawn, and what its edges stand for. */
struct plot {
	const struct curve *curve;
	const struct curve_panel *panel;
	double left, top, width, height;
	double head;	  /* foot of the line that says what is shown */
	double low, high; /* of values */
	nsec from, to;
};

double plot_x(const struct plot *plot, double seconds); /* may lie outside */
double plot_x_of(const struct plot *plot, nsec time);
double plot_y(const struct plot *plot, double value);
double plot_right(const struct plot *plot);
double plot_bottom(const struct plot *plot);

/* ---- curve_range.c ---- */

/* Fill low and high. */
void curve_range(struct plot *plot);

/* ---- curve_axes.c ---- */

void curve_axes(struct buf *out, const struct plot *plot);
/* Times under the plot's lower edge, and what they are counted in. */
void curve_times(struct buf *out, const struct plot *plot);

/* ---- curve_bounds.c ---- */

/* What a bound of this kind is drawn with, as attributes. */
const char *curve_stroke(enum curve_limit_kind kind);
void curve_bands(struct buf *out, const struct plot *plot);
void curve_hatch(struct buf *out, double left, double top, double width, double height);
/* How many rows the labels of times take above the plot, under its head. */
int curve_time_labels(const struct curve_panel *panel);
/* With the labels of all limits and marks. */
void curve_limits(struct buf *out, const struct plot *plot);

/* ---- curve_lines.c ---- */

void curve_lines(struct buf *out, const struct plot *plot);
/* A piece of the line with this place in its panel, as the legend shows it. */
void curve_sample_line(struct buf *out, int index, double x, double y, double width);
/* The mark of what was measured, at a place. */
void curve_mark_at(struct buf *out, double x, double y);
void curve_marks(struct buf *out, const struct plot *plot);

/* ---- curve_events.c ---- */

/* The height of their numbers, which stand above the first panel's plot. */
double curve_event_height(const struct plot *plot);
void curve_event_numbers(struct buf *out, const struct plot *first);
void curve_event_lines(struct buf *out, const struct plot *plot);
/* What the numbers, dashes and hatchings mean, from `top` on; where it ends. */
double curve_legend(struct buf *out, const struct plot *plots, double top);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, what they accept, and the labels of both and of what was measured. */
#include <math.h>
#include <stdlib.h>

#include "report/curve_parts.h"
#include "report/svg.h"

#define HATCH_APART 7.0
#define LABEL_APART 12.0

/* ---- what is accepted ---- */

/* Lines that rise to the right, cut off at the edges; no pattern, which would need an identifier. */
void curve_hatch(struct buf *out, double left, double top, double width, double height)
{
	double first = HATCH_APART * ceil((left + top) / HATCH_APART);

	if (width <= 0 || height <= 0)
		return;
	buf_printf(out,
		   "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#e9f3e9\"/>\n"
		   "<path stroke=\"#9aa89a\" stroke-width=\".6\" fill=\"none\" d=\"",
		   left, top, width, height);
	for (double sum = first; sum < left + width + top + height; sum += HATCH_APART) {
		double x = fmax(left, sum - top - height), end = fmin(left + width, sum - top);

		buf_printf(out, "M%.1f %.1fL%.1f %.1f", x, sum - x, end, sum - end);
	}
	buf_add_text(out, "\"/>\n");
}

static double within(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

void curve_bands(struct buf *out, const struct plot *plot)
{
	for (size_t i = 0; i < plot->panel->bands; i++) {
		const struct curve_band *band = &plot->panel->band[i];
		double right = plot_right(plot), bottom = plot_bottom(plot);

		if (band->of_time) {
			double a = within(plot_x(plot, band->low), plot->left, right);
			double b = within(plot_x(plot, band->high), plot->left, right);

			curve_hatch(out, a, plot->top, b - a, plot->height);
		} else {
			double a = within(plot_y(plot, band->high), plot->top, bottom);
			double b = within(plot_y(plot, band->low), plot->top, bottom);

			curve_hatch(out, plot->left, a, plot->width, b - a);
		}
	}
}

/* ---- labels at the right ---- */

struct label {
	double y,
		at; /* where it is, and where what it tells of is: of a value a height, of a time from the left */
	const char *text;
};

static int by_place(const void *one, const void *other)
{
	const struct label *a = one, *b = other;

	return (a->at > b->at) - (a->at < b->at);
}

/* None over another, and each as near to its place as that allows. */
static void spread_labels(struct label *label, size_t count, double top, double bottom)
{
	double least = top;

	qsort(label, count, sizeof(*label), by_place);
	for (size_t i = 0; i < count; i++) {
		label[i].y = fmax(label[i].at, least);
		least = label[i].y + LABEL_APART;
	}
	for (size_t i = count; i-- > 0;) {
		label[i].y = fmin(label[i].y, bottom);
		bottom = label[i].y - LABEL_APART;
	}
}

static void put_labels(struct buf *out, const struct plot *plot, struct label *label, size_t count)
{
	double x = plot_right(plot);

	spread_labels(label, count, plot->top, plot_bottom(plot));
	for (size_t i = 0; i < count; i++) {
		buf_printf(out,
			   "<path stroke=\"#000\" stroke-width=\".6\" fill=\"none\" "
			   "d=\"M%.1f %.1fL%.1f %.1f\"/>\n",
			   x, label[i].at, x + 8, label[i].y);
		svg_text(out, x + 11, label[i].y + 3.5, CURVE_SMALL, SVG_START,
			 CURVE_WIDTH - x - 14, label[i].text);
	}
}

/* ---- limits ---- */

const char *curve_stroke(enum curve_limit_kind kind)
{
	switch (kind) {
	case CURVE_LEVEL:
		return "stroke=\"#000\" stroke-width=\".8\" stroke-dasharray=\"5 4\"";
	case CURVE_REFERENCE:
		return "stroke=\"#000\" stroke-width=\"1.2\" stroke-dasharray=\"1.5 2.5\"";
	default:
		return "stroke=\"#000\" stroke-width=\"1.4\" stroke-dasharray=\"10 3 2 3 2 3\"";
	}
}

static void put_bound(struct buf *out, const struct curve_limit *limit, double x, double y,
		      const char *along, double length)
{
	buf_add_text(out, "<path fill=\"none\" ");
	buf_add_text(out, curve_stroke(limit->kind));
	buf_printf(out, " d=\"M%.1f %.1f%s%.1f\"/>\n", x, y, along, length);
}

/* An arrow head at the edge: what is meant lies farther off that way. */
static void put_arrow(struct buf *out, double x, double y, double dx, double dy)
{
	buf_printf(out, "<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fz\"/>\n", x, y,
		   x - 9 * dx + 4 * dy, y - 9 * dy + 4 * dx, x - 9 * dx - 4 * dy,
		   y - 9 * dy - 4 * dx);
}

/* Where it stands on the plot. */
static double put_value_limit(struct buf *out, const struct plot *plot,
			      const struct curve_limit *limit)
{
	double y = plot_y(plot, limit->at);

	if (y < plot->top || y > plot_bottom(plot)) {
		bool above = y < plot->top;

		y = above ? plot->top : plot_bottom(plot);
		put_arrow(out, plot_right(plot) - 8, y, 0, above ? -1 : 1);
		return y;
	}
	put_bound(out, limit, plot->left, y, "h", plot->width);
	return y;
}

static double put_time_limit(struct buf *out, const struct plot *plot,
			     const struct curve_limit *limit)
{
	double x = plot_x(plot, limit->at);

	if (x < plot->left || x > plot_right(plot)) {
		bool before = x < plot->left;

		x = before ? plot->left : plot_right(plot);
		put_arrow(out, x, plot->top + 8, before ? -1 : 1, 0);
		return x;
	}
	put_bound(out, limit, x, plot->top, "v", plot->height);
	return x;
}

/* ---- labels of times, each in a row of its own above the plot ---- */

int curve_time_labels(const struct curve_panel *panel)
{
	int rows = 0;

	for (size_t i = 0; i < panel->limits; i++)
		rows += panel->limit[i].of_time;
	for (size_t i = 0; i < panel->marks; i++)
		rows += panel->mark[i].of_time;
	return rows < CURVE_LABELS ? rows : CURVE_LABELS;
}

/*
 * From left to right each a row lower, and to the right of its leader, so that no leader goes through another's
 * words.
 */
static void put_time_labels(struct buf *out, const struct plot *plot, struct label *label,
			    size_t count)
{
	qsort(label, count, sizeof(*label), by_place);
	for (size_t i = 0; i < count; i++) {
		double y = plot->head + CURVE_ROW * (double)(i + 1), x = label[i].at,
		       room = CURVE_WIDTH - x - 6;

		buf_printf(out,
			   "<path stroke=\"#000\" stroke-width=\".6\" fill=\"none\" "
			   "d=\"M%.1f %.1fV%.1f\"/>\n",
			   x, y - 8, plot->top);
		svg_text(out, x + 4, y, CURVE_SMALL, SVG_START, room, label[i].text);
	}
}

struct labels {
	struct label label[CURVE_LABELS];
	size_t count;
};

static void add_label(struct labels *labels, double at, const char *text)
{
	if (labels->count < CURVE_LABELS)
		labels->label[labels->count++] = (struct label){.at = at, .text = text};
}

void curve_limits(struct buf *out, const struct plot *plot)
{
	const struct curve_panel *panel = plot->panel;
	struct labels values = {.count = 0}, times = {.count = 0};

	for (size_t i = 0; i < panel->limits; i++) {
		const struct curve_limit *limit = &panel->limit[i];

		if (limit->of_time)
			add_label(&times, put_time_limit(out, plot, limit), limit->text);
		else
			add_label(&values, put_value_limit(out, plot, limit), limit->text);
	}
	for (size_t i = 0; i < panel->marks; i++) {
		const struct curve_mark *mark = &panel->mark[i];

		if (mark->of_time)
			add_label(&times,
				  within(plot_x_of(plot, mark->time), plot->left, plot_right(plot)),
				  mark->text);
		else
			add_label(&values, plot_y(plot, mark->value), mark->text);
	}
	put_labels(out, plot, values.label, values.count);
	put_time_labels(out, plot, times.label, times.count);
}

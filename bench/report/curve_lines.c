/* SPDX-License-Identifier: Apache-2.0 */
/* The lines themselves, and the marks of what was measured on them. */
#include <math.h>

#include "report/curve_parts.h"

/* So few points are shown each; of more, a line among others has a mark at every so many pixels. */
#define FEW_POINTS 40
#define MARK_APART 90.0

static const struct {
	const char *colour, *dash, *mark; /* the mark around its place */
} LOOKS[CURVE_LINES] = {
	{"#000", NULL, "m-2.8 0a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0-5.6 0z"},
	{"#1f4e9e", "7 3", "m-2.6-2.6h5.2v5.2h-5.2z"},
	{"#a3341f", "2 2", "m0-3.6l3.2 5.6h-6.4z"},
	{"#1d6b35", "9 3 2 3", "m0-3.8l3.4 3.8l-3.4 3.8l-3.4-3.8z"},
	{"#6a3d8f", "4 4", "m-2.8-2.8l5.6 5.6m0-5.6l-5.6 5.6"},
	{"#7a5a00", "12 4", "m-3.4 0h6.8m-3.4-3.4v6.8"},
	{"#00697a", "1 3", "m0 3.6l3.2-5.6h-6.4z"},
	{"#555", "6 2 2 2 2 2", "m-3-3h6l-6 6h6z"},
};

static void begin_path(struct buf *out, int look, double width)
{
	buf_printf(out,
		   "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" "
		   "stroke-linejoin=\"round\"",
		   LOOKS[look].colour, width);
	if (LOOKS[look].dash)
		buf_printf(out, " stroke-dasharray=\"%s\"", LOOKS[look].dash);
	buf_add_text(out, " d=\"");
}

/* Tenths of a pixel, so that what is added up from differences does not drift. */
struct pen {
	long x, y;
};

static struct pen pen_at(const struct plot *plot, const struct thinned_point *point)
{
	return (struct pen){lround(10 * plot_x_of(plot, point->time)),
			    lround(10 * plot_y(plot, point->value))};
}

static void put_tenths(struct buf *out, long tenths)
{
	bool minus = tenths < 0;
	long size = minus ? -tenths : tenths;

	if (size % 10)
		buf_printf(out, "%s%ld.%ld", minus ? "-" : "", size / 10, size % 10);
	else
		buf_printf(out, "%s%ld", minus ? "-" : "", size / 10);
}

static void put_move(struct buf *out, char how, long x, long y)
{
	buf_add_byte(out, (uint8_t)how);
	put_tenths(out, x);
	if (y >= 0)
		buf_add_text(out, " ");
	put_tenths(out, y);
}

static void put_points(struct buf *out, const struct plot *plot, const struct thinned *thinned,
		       bool steps)
{
	struct pen before = {0};

	for (size_t i = 0; i < thinned->count; i++) {
		struct pen pen = pen_at(plot, &thinned->point[i]);

		if (thinned->point[i].begins) {
			put_move(out, 'M', pen.x, pen.y);
		} else if (steps) {
			put_move(out, 'l', pen.x - before.x, 0);
			put_move(out, 'l', 0, pen.y - before.y);
		} else if (pen.x != before.x || pen.y != before.y) {
			put_move(out, 'l', pen.x - before.x, pen.y - before.y);
		}
		before = pen;
	}
}

/* A point that no line leads to or from would not be seen: it gets a dot. */
static bool is_alone(const struct thinned *thinned, size_t i)
{
	return thinned->point[i].begins &&
	       (i + 1 == thinned->count || thinned->point[i + 1].begins);
}

static void put_dots(struct buf *out, const struct plot *plot, const struct thinned *thinned,
		     int look)
{
	size_t start = out->size;

	buf_printf(out, "<path fill=\"%s\" d=\"", LOOKS[look].colour);
	size_t empty = out->size;

	for (size_t i = 0; i < thinned->count; i++) {
		struct pen pen = pen_at(plot, &thinned->point[i]);

		if (!is_alone(thinned, i))
			continue;
		put_move(out, 'M', pen.x, pen.y);
		buf_add_text(out, "m-1-1h2v2h-2z");
	}
	if (out->size == empty) {
		out->size = start;
		out->data[start] = 0;
		return;
	}
	buf_add_text(out, "\"/>\n");
}

static void put_look_marks(struct buf *out, const struct plot *plot, const struct thinned *thinned,
			   int look)
{
	bool each = thinned->count <= FEW_POINTS;
	double apart = each ? 0 : MARK_APART,
	       next = plot->left + apart * (look + 0.5) / CURVE_LINES;

	if (thinned->count == 0 || (!each && plot->panel->lines == 1))
		return;
	buf_printf(out, "<path fill=\"#fff\" stroke=\"%s\" d=\"", LOOKS[look].colour);
	for (size_t i = 0; i < thinned->count; i++) {
		struct pen pen = pen_at(plot, &thinned->point[i]);

		if (!each && (double)pen.x / 10 < next)
			continue;
		put_move(out, 'M', pen.x, pen.y);
		buf_add_text(out, LOOKS[look].mark);
		while (!each && next <= (double)pen.x / 10)
			next += apart;
	}
	buf_add_text(out, "\"/>\n");
}

void curve_lines(struct buf *out, const struct plot *plot)
{
	const struct curve_panel *panel = plot->panel;

	for (size_t i = 0; i < panel->lines; i++) {
		const struct curve_line *line = &panel->line[i];
		int look = (int)(i % CURVE_LINES);
		struct thinned thinned;

		thinned_make(&thinned, line->sample, line->samples, line->gap, line->gaps,
			     plot->from, plot->to, (size_t)plot->width);
		if (thinned.count > 1) {
			begin_path(out, look, (double)thinned.count > 2 * plot->width ? 0.7 : 1.1);
			put_points(out, plot, &thinned, line->steps);
			buf_add_text(out, "\"/>\n");
		}
		put_dots(out, plot, &thinned, look);
		put_look_marks(out, plot, &thinned, look);
		thinned_done(&thinned);
	}
}

void curve_sample_line(struct buf *out, int index, double x, double y, double width)
{
	int look = index % CURVE_LINES;

	begin_path(out, look, 1.1);
	buf_printf(out,
		   "M%.1f %.1fh%.1f\"/>\n<path fill=\"#fff\" stroke=\"%s\" d=\"M%.1f %.1f%s\"/>\n",
		   x, y, width, LOOKS[look].colour, x + width / 2, y, LOOKS[look].mark);
}

/* ---- what was measured ---- */

void curve_mark_at(struct buf *out, double x, double y)
{
	buf_printf(out,
		   "<path stroke=\"#fff\" d=\"M%.1f %.1fm0-5.5l5.5 5.5l-5.5 5.5l-5.5-5.5z\"/>\n", x,
		   y);
}

/* A bar with caps, in white around and in black. */
static void put_bar(struct buf *out, const char *path)
{
	buf_printf(out,
		   "<path fill=\"none\" stroke=\"#fff\" stroke-width=\"3\" d=\"%s\"/>\n"
		   "<path fill=\"none\" stroke=\"#000\" stroke-width=\"1.6\" d=\"%s\"/>\n",
		   path, path);
}

static double clamp(double value, double low, double high)
{
	return fmax(low, fmin(high, value));
}

static void put_expanded(struct buf *out, const struct plot *plot, const struct curve_mark *mark)
{
	double x = plot_x_of(plot, mark->time), y = plot_y(plot, mark->value), from, to;
	struct buf path;

	buf_init(&path);
	if (mark->of_time) {
		double reach = plot_x(plot, nsec_seconds(plot->from) + mark->expanded) - plot->left;

		from = clamp(x - reach, plot->left, plot_right(plot));
		to = clamp(x + reach, plot->left, plot_right(plot));
		buf_printf(&path, "M%.1f %.1fH%.1fM%.1f %.1fv8M%.1f %.1fv8", from, y, to, from,
			   y - 4, to, y - 4);
	} else {
		from = plot_y(plot, mark->value + mark->expanded);
		to = plot_y(plot, mark->value - mark->expanded);
		buf_printf(&path, "M%.1f %.1fV%.1fM%.1f %.1fh8M%.1f %.1fh8", x, from, to, x - 4,
			   from, x - 4, to);
	}
	put_bar(out, path.data);
	buf_done(&path);
}

static void put_span(struct buf *out, const struct plot *plot, const struct curve_mark *mark)
{
	double from = clamp(plot_x_of(plot, mark->from), plot->left, plot_right(plot));
	double to = clamp(plot_x_of(plot, mark->to), plot->left, plot_right(plot));
	double y = plot_y(plot, mark->value);
	struct buf path;

	buf_init(&path);
	buf_printf(&path, "M%.1f %.1fH%.1fM%.1f %.1fv6M%.1f %.1fv6", from, y, to, from, y - 3, to,
		   y - 3);
	put_bar(out, path.data);
	buf_done(&path);
}

void curve_marks(struct buf *out, const struct plot *plot)
{
	for (size_t i = 0; i < plot->panel->marks; i++) {
		const struct curve_mark *mark = &plot->panel->mark[i];
		double x = plot_x_of(plot, mark->time);

		if (mark->from < mark->to)
			put_span(out, plot, mark);
		if (x < plot->left || x > plot_right(plot))
			continue;
		if (mark->expanded > 0)
			put_expanded(out, plot, mark);
		curve_mark_at(out, x, plot_y(plot, mark->value));
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened when: a dotted line down each panel, a number above the first, and the numbers' meaning below,
 * with that of dashes and hatchings. Events too near to each other for numbers of their own share one: "3–5".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/curve_parts.h"
#include "report/svg.h"

/* Pixels between two numbers; three rows hold "123–456" without one over the other. */
#define NUMBER_APART 15.0
#define NUMBER_ROWS 3
#define ROW_HEIGHT 12.0

struct shared {
	double x; /* of the first */
	int first, last;
};

static bool is_shown(const struct plot *plot, const struct curve_event *event)
{
	return event->time >= plot->from && event->time <= plot->to;
}

/* The events by their numbers, from 1, as they share one; the caller frees them. */
static struct shared *share(const struct plot *plot, size_t *count)
{
	const struct curve *curve = plot->curve;
	struct shared *shared = xcalloc(curve->events + 1, sizeof(*shared));
	int number = 0;

	*count = 0;
	for (size_t i = 0; i < curve->events; i++) {
		double x = plot_x_of(plot, curve->event[i].time);

		if (!is_shown(plot, &curve->event[i]))
			continue;
		number++;
		if (*count && x - shared[*count - 1].x < NUMBER_APART)
			shared[*count - 1].last = number;
		else
			shared[(*count)++] = (struct shared){x, number, number};
	}
	return shared;
}

static void name_shared(const struct shared *shared, char *text, size_t size)
{
	if (shared->first == shared->last)
		snprintf(text, size, "%d", shared->first);
	else
		snprintf(text, size, "%d–%d", shared->first, shared->last);
}

static int rows_of(const struct shared *shared, size_t count)
{
	char one[32], next[32];

	for (size_t i = 1; i < count; i++) {
		name_shared(&shared[i - 1], one, sizeof(one));
		name_shared(&shared[i], next, sizeof(next));
		if (shared[i].x - shared[i - 1].x <
		    4 + (svg_width(one, CURVE_SMALL) + svg_width(next, CURVE_SMALL)) / 2)
			return NUMBER_ROWS;
	}
	return count ? 1 : 0;
}

double curve_event_height(const struct plot *plot)
{
	size_t count;
	struct shared *shared = share(plot, &count);
	int rows = rows_of(shared, count);

	free(shared);
	return ROW_HEIGHT * rows;
}

void curve_event_lines(struct buf *out, const struct plot *plot)
{
	if (plot->curve->events == 0)
		return;
	buf_add_text(out, "<path stroke=\"#444\" stroke-width=\".6\" fill=\"none\" "
			  "stroke-dasharray=\"1 2.5\" d=\"");
	for (size_t i = 0; i < plot->curve->events; i++)
		if (is_shown(plot, &plot->curve->event[i]))
			buf_printf(out, "M%.1f %.1fV%.1f",
				   plot_x_of(plot, plot->curve->event[i].time), plot->top,
				   plot_bottom(plot));
	buf_add_text(out, "\"/>\n");
}

void curve_event_numbers(struct buf *out, const struct plot *first)
{
	size_t count;
	struct shared *shared = share(first, &count);
	int rows = rows_of(shared, count);
	double top = first->top - ROW_HEIGHT * rows;
	char text[32];

	for (size_t i = 0; i < count; i++) {
		double y = top + ROW_HEIGHT * ((int)i % rows) + 8;

		name_shared(&shared[i], text, sizeof(text));
		svg_text(out, shared[i].x, y, CURVE_SMALL - 1, SVG_MIDDLE, 60, text);
		if (first->top - y > ROW_HEIGHT)
			buf_printf(out,
				   "<path stroke=\"#888\" stroke-width=\".5\" d=\"M%.1f "
				   "%.1fV%.1f\"/>\n",
				   shared[i].x, y + 2, first->top);
	}
	free(shared);
}

/* ---- legend ---- */

enum { COLUMNS = 2 };

struct legend {
	struct buf *out;
	double top;
	int entries;
};

static double entry_width(void)
{
	return (CURVE_WIDTH - 24) / COLUMNS;
}

/* Where the next entry stands: its left end and its foot. */
static void next_entry(struct legend *legend, double *x, double *y)
{
	*x = 12 + entry_width() * (legend->entries % COLUMNS);
	*y = legend->top + CURVE_ROW * (legend->entries / COLUMNS + 1);
	legend->entries++;
}

static void end_row(struct legend *legend)
{
	legend->entries += legend->entries % COLUMNS;
}

static void put_meaning(struct legend *legend, double x, double y, const char *text)
{
	svg_text(legend->out, x + 34, y, CURVE_SMALL, SVG_START, entry_width() - 40, text);
}

static void put_line_names(struct legend *legend, const struct curve_panel *panel)
{
	for (size_t i = 0; i < panel->lines && panel->lines > 1; i++) {
		double x, y;

		next_entry(legend, &x, &y);
		curve_sample_line(legend->out, (int)i, x, y - 3.5, 28);
		put_meaning(legend, x, y, panel->line[i].name);
	}
	end_row(legend);
}

static void put_stroke(struct legend *legend, enum curve_limit_kind kind, const char *text)
{
	double x, y;

	next_entry(legend, &x, &y);
	buf_printf(legend->out, "<path %s d=\"M%.1f %.1fh28\"/>\n", curve_stroke(kind), x, y - 3.5);
	put_meaning(legend, x, y, text);
}

/* Which of them there are in any panel. */
struct kinds {
	bool bands, limits, levels, references, marks;
};

static struct kinds kinds_of(const struct curve *curve)
{
	struct kinds kinds = {false};

	for (size_t i = 0; i < curve->panels; i++) {
		const struct curve_panel *panel = &curve->panel[i];

		kinds.bands |= panel->bands > 0;
		kinds.marks |= panel->marks > 0;
		for (size_t j = 0; j < panel->limits; j++) {
			enum curve_limit_kind kind = panel->limit[j].kind;

			kinds.limits |= kind == CURVE_LIMIT;
			kinds.levels |= kind == CURVE_LEVEL;
			kinds.references |= kind == CURVE_REFERENCE;
		}
	}
	return kinds;
}

static void put_kinds(struct legend *legend, const struct curve *curve)
{
	struct kinds kinds = kinds_of(curve);
	bool chinese = curve->chinese;
	double x, y;

	if (kinds.marks) {
		next_entry(legend, &x, &y);
		curve_mark_at(legend->out, x + 14, y - 3.5);
		put_meaning(legend, x, y,
			    chinese ? "测得值及其扩展不确定度 U"
				    : "measured value with its expanded uncertainty U");
	}
	if (kinds.limits)
		put_stroke(legend, CURVE_LIMIT, chinese ? "限值" : "limit");
	if (kinds.bands) {
		next_entry(legend, &x, &y);
		curve_hatch(legend->out, x, y - 9, 28, 10);
		put_meaning(legend, x, y, chinese ? "合格区" : "accepted");
	}
	if (kinds.levels)
		put_stroke(legend, CURVE_LEVEL,
			   chinese ? "计时所至的示值" : "level up to which the time counts");
	if (kinds.references)
		put_stroke(legend, CURVE_REFERENCE, chinese ? "标准值" : "reference value");
	end_row(legend);
}

static void put_events(struct legend *legend, const struct plot *plot)
{
	const struct curve *curve = plot->curve;
	char number[16], more[96];
	int shown = 0, left = 0;
	double x, y;

	for (size_t i = 0; i < curve->events; i++) {
		if (!is_shown(plot, &curve->event[i]))
			continue;
		if (shown == CURVE_EVENTS) {
			left++;
			continue;
		}
		next_entry(legend, &x, &y);
		snprintf(number, sizeof(number), "%d", ++shown);
		svg_text(legend->out, x + 28, y, CURVE_SMALL, SVG_END, 28, number);
		put_meaning(legend, x, y, curve->event[i].text);
	}
	if (!left)
		return;
	snprintf(more, sizeof(more),
		 curve->chinese ? "另有 %d 个事件,见检验日志"
				: "and %d more, which the journal has",
		 left);
	next_entry(legend, &x, &y);
	put_meaning(legend, x, y, more);
}

double curve_legend(struct buf *out, const struct plot *plots, double top)
{
	const struct curve *curve = plots->curve;
	struct legend legend = {.out = out, .top = top};

	for (size_t i = 0; i < curve->panels; i++)
		put_line_names(&legend, &curve->panel[i]);
	put_kinds(&legend, curve);
	put_events(&legend, plots);
	end_row(&legend);
	return top + CURVE_ROW * (legend.entries / COLUMNS);
}

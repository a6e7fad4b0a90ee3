/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From top to bottom: title, numbers of events, panels, times, legend. What is drawn later covers what was
 * drawn before, so what is accepted comes first and what was measured last. The height follows from what
 * there is to say; the head is written when it is known.
 */
#include "report/curve.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/curve_parts.h"
#include "report/svg.h"

#define TITLE_SIZE 13.0
#define MARGIN 12.0
/* Under the last panel: two rows of letters, and air. */
#define TIMES_HEIGHT 32.0
/* Between a panel's lower edge and what stands above the next. */
#define PANEL_APART 8.0

static double height_of(const struct curve *curve, const struct curve_panel *panel)
{
	if (panel->states)
		return 44;
	return curve->panels == 1 ? 230 : curve->panels <= 3 ? 150 : 104;
}

/* An instant is shown with half a second on either side of it. */
static void set_time(struct plot *plot)
{
	plot->from = plot->curve->from;
	plot->to = plot->curve->to;
	if (plot->from < plot->to)
		return;
	plot->from -= MSEC(500);
	plot->to = plot->from + SEC(1);
}

/* Does anything stand at the right? */
static bool has_labels(const struct curve *curve)
{
	for (size_t i = 0; i < curve->panels; i++) {
		if (curve->panel[i].limits || curve->panel[i].marks)
			return true;
	}
	return false;
}

static struct plot *plots_of(const struct curve *curve)
{
	struct plot *plots = xcalloc(curve->panels, sizeof(*plots));
	double right = has_labels(curve) ? CURVE_RIGHT : CURVE_RIGHT_BARE;

	for (size_t i = 0; i < curve->panels; i++) {
		struct plot *plot = &plots[i];

		*plot = (struct plot){.curve = curve,
				      .panel = &curve->panel[i],
				      .left = CURVE_LEFT,
				      .width = CURVE_WIDTH - CURVE_LEFT - right,
				      .height = height_of(curve, &curve->panel[i])};
		set_time(plot);
		curve_range(plot);
	}
	return plots;
}

static double put_title(struct buf *out, const struct curve *curve)
{
	double y = MARGIN + TITLE_SIZE, room = CURVE_WIDTH - 2 * MARGIN;

	y = svg_lines(out, MARGIN, y, TITLE_SIZE, room, 2, curve->title);
	if (curve->subtitle)
		y = svg_lines(out, MARGIN, y, CURVE_SMALL + 1, room, 2, curve->subtitle);
	return floor(y - TITLE_SIZE / 2);
}

/* Over what it is about: grey on white, and white lines on black; through it everything can still be read. */
static void put_simulated(struct buf *out, const struct plot *plot)
{
	double size = plot->height < 60 ? plot->height * 0.7 : 46;

	buf_printf(out,
		   "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.4g\" "
		   "text-anchor=\"middle\" fill=\"#000\" fill-opacity=\".24\" stroke=\"#fff\" "
		   "stroke-width=\".8\" stroke-opacity=\".7\">SIMULATED 仿真</text>\n",
		   plot->left + plot->width / 2, plot->top + plot->height / 2 + size * 0.36, size);
}

static void put_nothing(struct buf *out, const struct plot *plot)
{
	for (size_t i = 0; i < plot->panel->lines; i++) {
		const struct curve_line *line = &plot->panel->line[i];

		for (size_t j = 0; j < line->samples; j++)
			if (line->sample[j].time >= plot->from && line->sample[j].time <= plot->to)
				return;
	}
	svg_text(out, plot->left + plot->width / 2, plot->top + plot->height / 3 - 6, 12,
		 SVG_MIDDLE, plot->width,
		 plot->curve->chinese ? "此段时间内无采样" : "no samples in this time");
}

static void put_panel(struct buf *out, const struct plot *plot)
{
	curve_bands(out, plot);
	curve_axes(out, plot);
	curve_event_lines(out, plot);
	curve_lines(out, plot);
	put_nothing(out, plot);
	curve_limits(out, plot);
	curve_marks(out, plot);
	if (plot->curve->simulated)
		put_simulated(out, plot);
}

/* Everything below the head; the whole height. */
static double put_body(struct buf *out, const struct curve *curve, struct plot *plots)
{
	double y = put_title(out, curve);
	struct plot *last = &plots[curve->panels - 1];

	for (size_t i = 0; i < curve->panels; i++) {
		struct plot *plot = &plots[i];

		plot->head = y + CURVE_ROW;
		plot->top = plot->head + CURVE_ROW * curve_time_labels(plot->panel) + 5;
		if (i == 0)
			plot->top += curve_event_height(plot);
		y = plot_bottom(plot) + PANEL_APART;
	}
	curve_event_numbers(out, plots);
	for (size_t i = 0; i < curve->panels; i++)
		put_panel(out, &plots[i]);
	curve_times(out, last);
	return curve_legend(out, plots, plot_bottom(last) + TIMES_HEIGHT) + MARGIN;
}

void curve_draw(struct buf *out, const struct curve *curve)
{
	struct plot *plots = plots_of(curve);
	struct buf body;
	double height;

	buf_init(&body);
	height = put_body(&body, curve, plots);
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
		   "width=\"%.0f\" height=\"%.0f\" role=\"img\" "
		   "font-family=\"'WenQuanYi Micro Hei', sans-serif\" fill=\"#000\">\n<title>",
		   CURVE_WIDTH, height, CURVE_WIDTH, height);
	svg_escape(out, curve->title);
	buf_add_text(out, "</title>\n");
	buf_add(out, body.data, body.size);
	buf_add_text(out, "</svg>\n");
	buf_done(&body);
	free(plots);
}

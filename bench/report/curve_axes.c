/* SPDX-License-Identifier: Apache-2.0 */
/* Frame, ticks, the lines of the grid, and what stands at them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/curve_parts.h"
#include "report/svg.h"

/* Pixels from one tick to the next, at least. */
#define TICK_HEIGHT 24
#define TICK_WIDTH 52
/* Times so many times as long after 0 as the chart is long are counted from later on. */
#define LONG_AFTER 1e3

#define GRID "<path stroke=\"#bbb\" stroke-width=\".5\" fill=\"none\" d=\""

double plot_x(const struct plot *plot, double seconds)
{
	double from = nsec_seconds(plot->from);

	return plot->left + plot->width * (seconds - from) / (nsec_seconds(plot->to) - from);
}

double plot_x_of(const struct plot *plot, nsec time)
{
	return plot->left +
	       plot->width * ((double)(time - plot->from) / (double)(plot->to - plot->from));
}

double plot_y(const struct plot *plot, double value)
{
	return plot->top + plot->height * (plot->high - value) / (plot->high - plot->low);
}

double plot_right(const struct plot *plot)
{
	return plot->left + plot->width;
}

double plot_bottom(const struct plot *plot)
{
	return plot->top + plot->height;
}

static int most_of(double length, double apart)
{
	int most = (int)(length / apart);

	return most < 4 ? 4 : most;
}

/* ---- values ---- */

/* "pressure / Pa", and by what the numbers are told. */
static void put_head(struct buf *out, const struct plot *plot, const struct ticks *ticks)
{
	const struct curve_panel *panel = plot->panel;
	bool alone = panel->lines == 1;
	char text[512], offset[40] = "";
	const char *name = alone ? panel->line[0].name : "";
	double y = plot->head, x = plot->left, room = plot->width * 0.62;

	snprintf(text, sizeof(text), "%s%s%s", name, alone && panel->unit[0] ? " / " : "",
		 panel->unit);
	svg_text(out, x, y, CURVE_SMALL, SVG_START, room, text);
	if (!ticks || (!ticks->exponent && !ticks->offset))
		return;
	x += 8 + (svg_width(text, CURVE_SMALL) < room ? svg_width(text, CURVE_SMALL) : room);
	if (ticks->exponent) {
		buf_printf(out,
			   "<text x=\"%.1f\" y=\"%.1f\" font-size=\"10\">×10<tspan dy=\"-4\" "
			   "font-size=\"8\">%d</tspan></text>\n",
			   x, y, ticks->exponent);
		x += 36;
	}
	if (!ticks->offset)
		return;
	snprintf(offset, sizeof(offset), "%s %.15g", ticks->offset < 0 ? "−" : "+",
		 ticks->offset < 0 ? -ticks->offset : ticks->offset);
	svg_text(out, x, y, CURVE_SMALL, SVG_START, plot_right(plot) - x, offset);
}

static void put_values(struct buf *out, const struct plot *plot)
{
	struct ticks ticks;
	char label[TICKS_LABEL];

	ticks_make(&ticks, plot->low, plot->high, most_of(plot->height, TICK_HEIGHT));
	buf_add_text(out, GRID);
	for (int i = 0; i < ticks.count; i++)
		buf_printf(out, "M%.1f %.1fh%.1f", plot->left, plot_y(plot, ticks_at(&ticks, i)),
			   plot->width);
	buf_add_text(out, "\"/>\n");
	for (int i = 0; i < ticks.count; i++) {
		ticks_label(&ticks, i, label);
		svg_text(out, plot->left - 6, plot_y(plot, ticks_at(&ticks, i)) + 3.5, CURVE_SMALL,
			 SVG_END, plot->left - 6, label);
	}
	put_head(out, plot, &ticks);
}

static void put_states(struct buf *out, const struct plot *plot)
{
	for (int i = 0; i < 2; i++)
		svg_text(out, plot->left - 5, plot_y(plot, i) + 3.5, CURVE_SMALL, SVG_END,
			 plot->left - 5, plot->panel->states[i]);
	put_head(out, plot, NULL);
}

/* ---- times ---- */

static const struct time_unit {
	double seconds, least; /* least: of the chart's time */
	const char *symbol;
} TIME_UNITS[] = {{3600, 3 * 3600, "h"}, {60, 180, "min"}, {1, 0, "s"}};

static const struct time_unit *time_unit_of(const struct plot *plot)
{
	const struct time_unit *unit = TIME_UNITS;

	while (nsec_seconds(plot->to - plot->from) < unit->least)
		unit++;
	return unit;
}

/* Seconds that are told apart from the ticks, which would be long numbers else: a power of ten, so many times. */
static double time_base(const struct plot *plot)
{
	double from = nsec_seconds(plot->from - plot->curve->origin),
	       span = nsec_seconds(plot->to - plot->from), decade = pow(10, ceil(log10(span)));

	return fabs(from) > LONG_AFTER * span ? floor(from / decade) * decade : 0;
}

static void make_times(struct ticks *ticks, const struct plot *plot)
{
	const struct time_unit *unit = time_unit_of(plot);
	double from = nsec_seconds(plot->from - plot->curve->origin) - time_base(plot),
	       to = from + nsec_seconds(plot->to - plot->from);

	ticks_make(ticks, from / unit->seconds, to / unit->seconds,
		   most_of(plot->width, TICK_WIDTH));
}

static double x_of_time(const struct plot *plot, const struct ticks *ticks, int index)
{
	return plot_x(plot, ticks_at(ticks, index) * time_unit_of(plot)->seconds + time_base(plot) +
				    nsec_seconds(plot->curve->origin));
}

static void put_time_grid(struct buf *out, const struct plot *plot)
{
	struct ticks ticks;

	make_times(&ticks, plot);
	buf_add_text(out, GRID);
	for (int i = 0; i < ticks.count; i++)
		buf_printf(out, "M%.1f %.1fv%.1f", x_of_time(plot, &ticks, i), plot->top,
			   plot->height);
	buf_add_text(out, "\"/>\n");
}

void curve_times(struct buf *out, const struct plot *plot)
{
	double y = plot_bottom(plot) + 12;
	struct ticks ticks;
	char label[TICKS_LABEL], scale[64] = "", text[128];

	make_times(&ticks, plot);
	for (int i = 0; i < ticks.count; i++) {
		ticks_label(&ticks, i, label);
		svg_text(out, x_of_time(plot, &ticks, i), y, CURVE_SMALL, SVG_MIDDLE, 80, label);
	}
	if (ticks.exponent)
		snprintf(scale, sizeof(scale), " ×1e%d", ticks.exponent);
	if (time_base(plot) != 0)
		snprintf(scale + strlen(scale), sizeof(scale) - strlen(scale), " + %.15g s",
			 time_base(plot));
	snprintf(text, sizeof(text), "%s / %s%s", plot->curve->chinese ? "时间" : "time",
		 time_unit_of(plot)->symbol, scale);
	svg_text(out, plot->left + plot->width / 2, y + CURVE_ROW, CURVE_SMALL, SVG_MIDDLE,
		 plot->width, text);
}

void curve_axes(struct buf *out, const struct plot *plot)
{
	put_time_grid(out, plot);
	if (plot->panel->states)
		put_states(out, plot);
	else
		put_values(out, plot);
	buf_printf(out,
		   "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
		   "stroke=\"#000\"/>\n",
		   plot->left, plot->top, plot->width, plot->height);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charts as SVG. Whether they are well-formed is asked of a reader of XML that knows as much as the pictures
 * use: elements, attributes in double quotes, text with the five references.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/utf8.h"
#include "report/curve.h"
#include "report/ticks.h"
#include "tests/claims.h"

/* ---- a reader of XML ---- */

struct xml {
	const char *at;
	size_t depth;
	char name[16][24]; /* of the open elements */
};

static bool take_reference(struct xml *xml)
{
	static const char *const REFERENCES[] = {"&lt;", "&gt;", "&amp;", "&quot;"};

	for (size_t i = 0; i < sizeof(REFERENCES) / sizeof(REFERENCES[0]); i++) {
		if (strncmp(xml->at, REFERENCES[i], strlen(REFERENCES[i])) != 0)
			continue;
		xml->at += strlen(REFERENCES[i]);
		return true;
	}
	return false;
}

/* Characters up to, and not with, one of `ends`. */
static bool take_text(struct xml *xml, const char *ends)
{
	while (*xml->at && !strchr(ends, *xml->at)) {
		if (*xml->at == '&') {
			if (!take_reference(xml))
				return false;
			continue;
		}
		if ((unsigned char)*xml->at < 0x20 && *xml->at != '\n')
			return false;
		xml->at++;
	}
	return *xml->at != 0;
}

static size_t name_size(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
}

static bool take_attributes(struct xml *xml)
{
	while (*xml->at == ' ') {
		size_t size = name_size(++xml->at);

		xml->at += size;
		if (size == 0 || strncmp(xml->at, "=\"", 2) != 0)
			return false;
		xml->at += 2;
		if (!take_text(xml, "\"<"))
			return false;
		if (*xml->at++ != '"')
			return false;
	}
	return true;
}

static bool take_end(struct xml *xml)
{
	size_t size = name_size(xml->at);

	if (xml->depth-- == 0 || strlen(xml->name[xml->depth]) != size ||
	    strncmp(xml->at, xml->name[xml->depth], size) != 0 || xml->at[size] != '>')
		return false;
	xml->at += size + 1;
	return true;
}

static bool take_element(struct xml *xml)
{
	size_t size = name_size(xml->at);

	if (size == 0 || size >= sizeof(xml->name[0]) || xml->depth == 16)
		return false;
	memcpy(xml->name[xml->depth], xml->at, size);
	xml->name[xml->depth++][size] = 0;
	xml->at += size;
	if (!take_attributes(xml))
		return false;
	if (!strncmp(xml->at, "/>", 2)) {
		xml->depth--;
		xml->at += 2;
		return true;
	}
	return *xml->at++ == '>';
}

/* One element with all that it holds, and a line end behind it. */
static bool is_well_formed(const char *text)
{
	struct xml xml = {.at = text};

	do {
		if (!take_text(&xml, "<"))
			return false;
		xml.at++;
		if (*xml.at == '/' ? (xml.at++, !take_end(&xml)) : !take_element(&xml))
			return false;
	} while (xml.depth);
	return !strcmp(xml.at, "\n");
}

/* ---- charts ---- */

static struct buf drawn;

static const char *draw(const struct curve *curve)
{
	buf_init(&drawn);
	curve_draw(&drawn, curve);
	CU_ASSERT_EQUAL(utf8_valid_size(drawn.data, drawn.size), drawn.size);
	CU_ASSERT(is_well_formed(drawn.data));
	CU_ASSERT_PTR_NULL(strstr(drawn.data, "nan"));
	CU_ASSERT_PTR_NULL(strstr(drawn.data, "inf"));
	return drawn.data;
}

static bool has(const char *part)
{
	return strstr(drawn.data, part) != NULL;
}

static void end(void)
{
	buf_done(&drawn);
}

/* One line of one panel, from its first sample to its last. */
struct simple {
	struct curve_line line;
	struct curve_panel panel;
	struct curve curve;
};

static void simple(struct simple *simple, const struct sample *sample, size_t samples)
{
	*simple =
		(struct simple){.line = {.name = "pressure", .sample = sample, .samples = samples}};
	simple->panel = (struct curve_panel){.unit = "Pa", .line = &simple->line, .lines = 1};
	simple->curve = (struct curve){.title = "Airtightness",
				       .to = samples ? sample[samples - 1].time : SEC(1),
				       .panel = &simple->panel,
				       .panels = 1};
}

static const struct sample RISE[] = {{0, 0}, {SEC(1), 10}, {SEC(2), 5}, {SEC(3), 8}, {SEC(4), 20}};
#define RISES (sizeof(RISE) / sizeof(RISE[0]))

static void a_small_chart_is_drawn_like_this(void)
{
	static const struct sample TWO[] = {{0, 1}, {SEC(1), 2}};
	struct simple chart;
	struct error err;
	struct buf golden;

	buf_init(&golden);
	if (file_read("tests/golden/curve.svg", 65536, &golden, &err) < 0)
		CU_FAIL_FATAL(err.text);
	simple(&chart, TWO, 2);
	draw(&chart.curve);

	CU_ASSERT_STRING_EQUAL(drawn.data, golden.data);
	end();
	buf_done(&golden);
}

/* How many pieces the first line is drawn in. */
static int pieces(void)
{
	const char *line = strstr(drawn.data, "stroke-linejoin"), *path = strstr(line, " d=\"");
	int count = 0;

	for (path += 4; *path != '"'; path++)
		count += *path == 'M';
	return count;
}

static void a_gap_is_not_bridged(void)
{
	static const struct thinned_gap GAP = {SEC(2) + MSEC(100), SEC(2) + MSEC(900)};
	struct simple chart;

	simple(&chart, RISE, RISES);
	draw(&chart.curve);
	CU_ASSERT_EQUAL(pieces(), 1);
	end();

	chart.line.gap = &GAP;
	chart.line.gaps = 1;
	draw(&chart.curve);
	CU_ASSERT_EQUAL(pieces(), 2);
	end();
}

static void a_contact_goes_in_steps(void)
{
	static const struct sample OPENS[] = {{0, 0}, {SEC(1), 1}};
	static const char *const STATES[] = {"closed", "open"};
	struct simple chart;

	simple(&chart, OPENS, 2);
	chart.line.steps = true;
	chart.panel.unit = "";
	chart.panel.states = STATES;
	draw(&chart.curve);

	CU_ASSERT(has("l640 0l0-")); /* along first, up then */
	CU_ASSERT(has(">closed</text>"));
	CU_ASSERT(has(">open</text>"));
	end();
}

static void names_are_text_whatever_stands_in_them(void)
{
	const char *const name = "<script>alert(1)</script> & \"\x01\xff";
	const struct curve_limit limit = {CURVE_LIMIT, 15, false, name};
	const struct curve_event event = {SEC(1), name};
	const struct curve_mark mark = {SEC(2), 10, 1, false, 0, 0, name};
	struct simple chart;

	simple(&chart, RISE, RISES);
	chart.line.name = chart.panel.unit = chart.curve.title = chart.curve.subtitle = name;
	chart.panel.limit = &limit;
	chart.panel.limits = 1;
	chart.panel.mark = &mark;
	chart.panel.marks = 1;
	chart.curve.event = &event;
	chart.curve.events = 1;
	draw(&chart.curve);

	CU_ASSERT_FALSE(has("<script"));
	CU_ASSERT(has("<title>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;��</title>"));
	end();
}

static void what_is_too_long_for_its_place_ends_in_an_ellipsis(void)
{
	char *name = xcalloc(10001, 1);
	struct simple chart;

	memset(name, 'W', 10000);
	simple(&chart, RISE, RISES);
	chart.line.name = chart.curve.subtitle = name;
	draw(&chart.curve);

	CU_ASSERT(has("WWW…</text>"));
	CU_ASSERT(drawn.size < 5000);
	end();
	free(name);
}

static void nothing_refers_to_anything_outside_or_needs_an_identifier(void)
{
	static const struct curve_band BAND = {-INFINITY, 12, false};
	struct simple chart;

	simple(&chart, RISE, RISES);
	chart.panel.band = &BAND;
	chart.panel.bands = 1;
	draw(&chart.curve);

	CU_ASSERT_FALSE(has("href"));
	CU_ASSERT_FALSE(has("url("));
	CU_ASSERT_FALSE(has(" id="));
	CU_ASSERT_FALSE(has("style"));
	CU_ASSERT_PTR_NULL(strstr(strstr(drawn.data, "2000/svg") + 8, "://"));
	end();
}

/* ---- limits, what was measured, what happened ---- */

static void a_limit_far_off_is_an_arrow_at_the_edge_with_its_figure(void)
{
	struct curve_limit limit = {CURVE_LIMIT, 1e9, false, "<= 1e9 Pa"};
	struct simple chart;

	simple(&chart, RISE, RISES);
	chart.panel.limit = &limit;
	chart.panel.limits = 1;
	draw(&chart.curve);
	CU_ASSERT(has("&lt;= 1e9 Pa"));
	CU_ASSERT(has(
		"<path d=\"M546.0 55.0L542.0 64.0L550.0 64.0z\"/>")); /* up, at the upper edge */
	CU_ASSERT(has(">20</text>"));
	end();

	limit.at = -1e9;
	draw(&chart.curve);
	CU_ASSERT(has("<path d=\"M546.0 285.0L550.0 276.0L542.0 276.0z\"/>"));
	end();

	limit.at = 25;
	draw(&chart.curve);
	CU_ASSERT(has(">25</text>")); /* reached for, and no arrow */
	CU_ASSERT_FALSE(has("<path d=\"M546.0"));
	end();
}

static void a_value_has_its_uncertainty_as_a_bar_along_its_own_axis(void)
{
	struct curve_mark mark = {SEC(2), 10, 4, false, 0, 0, "10 Pa ± 4 Pa"};
	struct simple chart;

	simple(&chart, RISE, RISES);
	chart.panel.mark = &mark;
	chart.panel.marks = 1;
	draw(&chart.curve);
	/* 230 px for 22.4 Pa: 41.1 px for 4 Pa on either side of the middle */
	CU_ASSERT(has("M308.0 128.9V211.1M"));
	CU_ASSERT(has(">10 Pa ± 4 Pa</text>"));
	end();

	mark.of_time = true;
	mark.expanded = 0.5;
	draw(&chart.curve);
	/* 492 px for 4 s */
	CU_ASSERT(has("H369.5M246.5"));
	end();
}

static void what_is_accepted_is_hatched_up_to_its_ends(void)
{
	struct curve_band band = {5, INFINITY, false};
	struct simple chart;

	simple(&chart, RISE, RISES);
	chart.panel.band = &band;
	chart.panel.bands = 1;
	draw(&chart.curve);
	CU_ASSERT(has(
		"<rect x=\"62.0\" y=\"55.0\" width=\"640.0\" height=\"166.3\" fill=\"#e9f3e9\"/>"));
	CU_ASSERT(has(">accepted</text>"));
	end();

	band = (struct curve_band){1, 3, true};
	draw(&chart.curve);
	CU_ASSERT(has("<rect x=\"222.0\" y=\"55.0\" width=\"320.0\" height=\"230.0\" "
		      "fill=\"#e9f3e9\"/>"));
	end();
}

static void events_have_numbers_and_those_too_near_share_one(void)
{
	static const struct curve_event EVENTS[] = {{SEC(1), "valve open"},
						    {SEC(1) + 5, "vent open"},
						    {SEC(3), "valve closed"},
						    {SEC(9), "later"}};
	struct simple chart;

	simple(&chart, RISE, RISES);
	chart.curve.event = EVENTS;
	chart.curve.events = 4;
	draw(&chart.curve);

	CU_ASSERT(has(">1–2</text>"));
	CU_ASSERT(has(">3</text>"));
	CU_ASSERT(has(">valve open</text>"));
	CU_ASSERT(has(">vent open</text>"));
	CU_ASSERT(has(">valve closed</text>"));
	CU_ASSERT_FALSE(has("later")); /* it is not in the chart's time */
	end();
}

static void of_a_thousand_events_it_says_how_many_are_not_listed(void)
{
	struct curve_event *events = xcalloc(1000, sizeof(*events));
	struct simple chart;

	for (size_t i = 0; i < 1000; i++)
		events[i] = (struct curve_event){MSEC(4 * (nsec)i), "tick"};
	simple(&chart, RISE, RISES);
	chart.curve.event = events;
	chart.curve.events = 1000;
	draw(&chart.curve);
	CU_ASSERT(has("and 970 more, which the journal has"));
	end();

	chart.curve.chinese = true;
	draw(&chart.curve);
	CU_ASSERT(has("另有 970 个事件"));
	end();
	free(events);
}

static void simulated_stands_across_each_panel_and_only_then(void)
{
	struct simple chart;
	int count = 0;

	simple(&chart, RISE, RISES);
	draw(&chart.curve);
	CU_ASSERT_FALSE(has("SIMULATED"));
	end();

	struct curve_panel panels[3] = {chart.panel, chart.panel, chart.panel};

	chart.curve.panel = panels;
	chart.curve.panels = 3;
	chart.curve.simulated = true;
	draw(&chart.curve);
	for (const char *at = drawn.data; (at = strstr(at, "SIMULATED 仿真")); at++)
		count++;
	CU_ASSERT_EQUAL(count, 3);
	end();
}

static void eight_lines_of_a_panel_have_eight_dashes(void)
{
	struct curve_line lines[CURVE_LINES];
	static const char *const DASHES[] = {"7 3",  "2 2", "9 3 2 3",	  "4 4",
					     "12 4", "1 3", "6 2 2 2 2 2"};
	struct simple chart;
	char dash[64];

	simple(&chart, RISE, RISES);
	for (size_t i = 0; i < CURVE_LINES; i++)
		lines[i] = chart.line;
	chart.panel.line = lines;
	chart.panel.lines = CURVE_LINES;
	draw(&chart.curve);

	for (size_t i = 0; i < sizeof(DASHES) / sizeof(DASHES[0]); i++) {
		snprintf(dash, sizeof(dash), "stroke-dasharray=\"%s\"", DASHES[i]);
		CU_ASSERT(has(dash));
	}
	end();
}

/* ---- extremes ---- */

static void extreme_series_have_axes_that_can_be_read(void)
{
	static const struct {
		double first, second;
		const char *says;
	} CASES[] = {
		{3e-9, 4e-9, "10<tspan dy=\"-4\" font-size=\"8\">-9<"},
		{-2e9, -1e9, "10<tspan dy=\"-4\" font-size=\"8\">9<"},
		{1e9, 1e9 + 1e-3, "+ 1000000000<"},
		{-1e9, -1e9 + 1e-3, "− 1000000000<"},
		{20.9, 20.9, ">21.0<"},
		{0, 0, ">0.0<"},
		{1e200, 2e200, "10<tspan dy=\"-4\" font-size=\"8\">198<"},
		{-1e299, 1e299, "10<tspan dy=\"-4\" font-size=\"8\">297<"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct sample two[] = {{0, CASES[i].first}, {SEC(1), CASES[i].second}};
		struct simple chart;

		simple(&chart, two, 2);
		draw(&chart.curve);
		if (!has(CASES[i].says))
			CU_FAIL(CASES[i].says);
		end();
	}
}

static void one_sample_and_none_are_charts_too(void)
{
	struct simple chart;

	simple(&chart, &RISE[1], 1);
	chart.curve.from = SEC(1);
	draw(&chart.curve);
	CU_ASSERT(has("M382 170m-2.8 0a2.8")); /* in the middle */
	CU_ASSERT_FALSE(has("no samples"));
	end();

	simple(&chart, NULL, 0);
	draw(&chart.curve);
	CU_ASSERT(has("no samples in this time"));
	end();
}

static void times_are_told_in_seconds_minutes_or_hours(void)
{
	static const struct {
		nsec to;
		const char *says;
	} CASES[] = {
		{SEC(179), ">time / s<"}, {SEC(181), ">time / min<"}, {SEC(10801), ">time / h<"}};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct simple chart;

		simple(&chart, RISE, RISES);
		chart.curve.to = CASES[i].to;
		draw(&chart.curve);
		CU_ASSERT(has(CASES[i].says));
		end();
	}
}

static void ticks_are_multiples_of_one_two_or_five(void)
{
	for (int decade = -12; decade <= 12; decade++)
		for (double span = 1; span < 10; span *= 1.07) {
			double low = -0.3 * span * pow(10, decade),
			       high = 0.7 * span * pow(10, decade);
			struct ticks ticks;
			double leading;

			ticks_make(&ticks, low, high, 6);
			leading = ticks.step / pow(10, floor(log10(ticks.step) + 1e-9));
			CU_ASSERT(ticks.count >= 2 && ticks.count <= 6);
			CU_ASSERT(fabs(leading - 1) < 1e-6 || fabs(leading - 2) < 1e-6 ||
				  fabs(leading - 5) < 1e-6);
			CU_ASSERT(ticks_at(&ticks, 0) >= low - 1e-6 * ticks.step);
			CU_ASSERT(ticks_at(&ticks, ticks.count - 1) <= high + 1e-6 * ticks.step);
		}
}

static void labels_of_ticks_have_the_digits_that_tell_them_apart(void)
{
	char before[TICKS_LABEL] = "", label[TICKS_LABEL];
	struct ticks ticks;

	for (double shift = 0; shift < 1e12; shift = shift ? shift * 10 : 1e-3) {
		ticks_make(&ticks, shift - 0.02, shift + 0.03, 6);
		for (int i = 0; i < ticks.count; i++) {
			ticks_label(&ticks, i, label);
			CU_ASSERT(strcmp(label, before) != 0);
			CU_ASSERT(strlen(label) <= 9);
			strcpy(before, label);
		}
	}
}

static void a_million_samples_make_a_small_picture(void)
{
	size_t count = 1000000;
	struct sample *many = xcalloc(count, sizeof(*many));
	struct simple chart;

	for (size_t i = 0; i < count; i++)
		many[i] = (struct sample){MSEC((nsec)i),
					  sin((double)i / 1e5) + (double)(i * 7919 % 97) / 97};
	simple(&chart, many, count);
	draw(&chart.curve);

	CU_ASSERT(drawn.size < 64 * 1024);
	end();
	free(many);
}

void suite_curve(void)
{
	suite_begin("curve");
	claim(a_small_chart_is_drawn_like_this);
	claim(a_gap_is_not_bridged);
	claim(a_contact_goes_in_steps);
	claim(names_are_text_whatever_stands_in_them);
	claim(what_is_too_long_for_its_place_ends_in_an_ellipsis);
	claim(nothing_refers_to_anything_outside_or_needs_an_identifier);
	claim(a_limit_far_off_is_an_arrow_at_the_edge_with_its_figure);
	claim(a_value_has_its_uncertainty_as_a_bar_along_its_own_axis);
	claim(what_is_accepted_is_hatched_up_to_its_ends);
	claim(events_have_numbers_and_those_too_near_share_one);
	claim(of_a_thousand_events_it_says_how_many_are_not_listed);
	claim(simulated_stands_across_each_panel_and_only_then);
	claim(eight_lines_of_a_panel_have_eight_dashes);
	claim(extreme_series_have_axes_that_can_be_read);
	claim(one_sample_and_none_are_charts_too);
	claim(times_are_told_in_seconds_minutes_or_hours);
	claim(ticks_are_multiples_of_one_two_or_five);
	claim(labels_of_ticks_have_the_digits_that_tell_them_apart);
	claim(a_million_samples_make_a_small_picture);
}

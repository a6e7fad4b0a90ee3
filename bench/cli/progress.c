/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress.
 *
 * Every event becomes a line or changes the block, or both. The log of a run that nobody watched live
 * and what scrolled past on a terminal are the same lines: head, steps, judged measures, notes,
 * questions, stops, verdict. Head and verdict say in both languages when a run is simulated.
 *
 * The block shows the step, bench time, the latest reading of each channel, and every output that is away
 * from its safe level. Of several runs side by side each line says which slot it is of, each run has one
 * line in the block, and at the end the verdicts stand together.
 */
#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/screen.h"
#include "cli/words.h"

enum { INDENT = 15, BLOCK_LINES = 4, PREFIX = 6 };

/* What is known of one run. */
struct view {
	int64_t slot;
	bool simulated;
	nsec time;
	int64_t steps;
	char *head, *step;	/* of the block */
	struct value *readings; /* channel → text */
	struct value *away;	/* line → its level */
	char *waits;		/* what it waits for, or NULL */
	char *verdict;		/* or what it was found to be */
};

struct progress {
	struct screen *screen;
	char *remark;
	bool brief, several, held;
	size_t count;
	struct view *views;
};

static const struct {
	struct words slot, step, repeat, method, bench_time, away, all_safe, asked, not_taken,
		answered, withdrawn, note, adjusted, stopping, refused, waits, waits_in_step,
		goes_on, record, unrecorded;
} TEXTS = {
	.slot = {"slot", "工位"},
	.step = {"step", "步骤"},
	.repeat = {"time", "次"},
	.method = {"the method differs", "方法偏离"},
	.bench_time = {"bench time", "试验时间"},
	.away = {"away from safe", "偏离安全状态的输出"},
	.all_safe = {"every output is at its safe level", "全部输出处于安全状态"},
	.asked = {"operator", "操作员"},
	.not_taken = {"this cannot be taken", "输入无效"},
	.answered = {"(the world answers)", "(由仿真模型应答)"},
	.withdrawn = {"the answer is not needed any more", "已无需应答"},
	.note = {"note", "记录"},
	.adjusted = {"adjusted: %s, by %s", "已调校:%s,调校人 %s"},
	.stopping = {"stopping", "正在停止"},
	.refused = {"not begun", "未开始"},
	.waits = {"waits for %s: %lld before it", "等待 %s:前面还有 %lld 个"},
	.waits_in_step = {"waits in step at %s: %lld still to come",
			  "在 %s 等待同步:还有 %lld 个未到"},
	.goes_on = {"goes on", "继续"},
	.record = {"record", "检验记录"},
	.unrecorded = {"NOT RECORDED yet", "尚未登记"},
};

struct progress *progress_new(FILE *out, bool brief, bool several)
{
	struct progress *progress = xcalloc(1, sizeof(*progress));

	progress->brief = brief;
	progress->several = several;
	progress->screen = screen_new(out);
	return progress;
}

static void view_done(struct view *view)
{
	free(view->head);
	free(view->step);
	free(view->waits);
	free(view->verdict);
	value_free(view->readings);
	value_free(view->away);
}

/* The run on this slot; the first event of one makes it. */
static struct view *view_of(struct progress *progress, int64_t slot)
{
	struct view *view;

	for (size_t i = 0; i < progress->count; i++)
		if (progress->views[i].slot == slot || !progress->several)
			return &progress->views[i];
	progress->views = xrealloc(progress->views, (progress->count + 1) * sizeof(*view));
	view = &progress->views[progress->count++];
	*view = (struct view){.slot = slot, .readings = value_map(), .away = value_map()};
	return view;
}

void progress_free(struct progress *progress)
{
	if (!progress)
		return;
	screen_free(progress->screen);
	for (size_t i = 0; i < progress->count; i++)
		view_done(&progress->views[i]);
	free(progress->views);
	free(progress->remark);
	free(progress);
}

void progress_remark(struct progress *progress, const char *text)
{
	free(progress->remark);
	progress->remark = xstrdup(text);
}

/* ---- lines ---- */

static void say_line(struct progress *progress, struct buf *line, size_t indent)
{
	columns_clean(line->data);
	screen_say(progress->screen, line->data, indent);
	buf_done(line);
}

/* A line about one run; of several it says whose it is. */
static void say_of(struct progress *progress, const struct view *view, struct buf *line,
		   size_t indent)
{
	struct buf whole;

	if (!progress->several) {
		say_line(progress, line, indent);
		return;
	}
	buf_init(&whole);
	buf_printf(&whole, "%3lld │ %s", (long long)view->slot, line->data);
	buf_done(line);
	say_line(progress, &whole, indent + PREFIX);
}

void progress_say(struct progress *progress, const char *text)
{
	struct buf line;

	buf_init(&line);
	buf_add_text(&line, text);
	say_line(progress, &line, 2);
}

/* A line that begins with the bench time, right-aligned. */
static void begin_line(const struct view *view, struct buf *line)
{
	struct buf time;

	buf_init(line);
	buf_init(&time);
	figure_time(&time, view->time);
	buf_printf(line, "%12s  ", time.data);
	buf_done(&time);
}

static void say_wires(struct progress *progress, struct view *view, const struct value *event)
{
	const char *wires = value_get_text(event, "wires");
	struct buf line;

	if (!wires)
		return;
	buf_init(&line);
	buf_add_text(&line, "  ");
	figure_wires(&line, wires, value_get_text(event, "station"));
	say_of(progress, view, &line, 2);
}

/* From here on the head says so, too. */
static void take_simulated(struct progress *progress, struct view *view, const struct value *event)
{
	struct buf line, head;

	view->simulated = true;
	buf_init(&head);
	figure_provenance(&head, true);
	buf_add_text(&head, view->head ? view->head : "");
	free(view->head);
	view->head = buf_detach(&head);
	begin_line(view, &line);
	figure_provenance(&line, true);
	buf_add_text(&line, value_get_text(event, "why"));
	say_of(progress, view, &line, INDENT);
}

static void take_started(struct progress *progress, struct view *view, const struct value *event)
{
	const char *deviation = value_get_text(event, "deviation");
	struct buf line;

	view->simulated = value_get_bool(event, "simulated");
	view->steps = value_get_int(event, "steps", 0);
	buf_init(&line);
	figure_provenance(&line, view->simulated);
	buf_printf(&line, "%s  %s %lld%s%s", value_get_text(event, "protocol"), say(TEXTS.slot),
		   (long long)value_get_int(event, "slot", 0), progress->remark ? "  " : "",
		   progress->remark ? progress->remark : "");
	columns_clean(line.data);
	free(view->head);
	view->head = xstrdup(line.data);
	say_of(progress, view, &line, 2);

	buf_init(&line);
	buf_printf(&line, "  %s",
		   say_either(value_get_text(event, "title"), value_get_text(event, "zh")));
	say_of(progress, view, &line, 2);
	buf_init(&line);
	buf_printf(&line, "  %s", value_get_text(event, "run"));
	say_of(progress, view, &line, 2);
	say_wires(progress, view, event);
	if (deviation && *deviation) {
		buf_init(&line);
		buf_printf(&line, "  %s: %s", say(TEXTS.method), deviation);
		say_of(progress, view, &line, 2);
	}
}

static void take_step(struct progress *progress, struct view *view, const struct value *event)
{
	long long repeats = value_get_int(event, "repeats", 1);
	struct buf text, line;

	buf_init(&text);
	buf_printf(&text, "%s %lld/%lld  %s", say(TEXTS.step),
		   (long long)value_get_int(event, "number", 0), (long long)view->steps,
		   say_either(value_get_text(event, "step"), value_get_text(event, "zh")));
	if (repeats > 1)
		buf_printf(&text, "  (%s %lld/%lld)", say(TEXTS.repeat),
			   (long long)value_get_int(event, "repeat", 1), repeats);
	columns_clean(text.data);
	begin_line(view, &line);
	buf_add_text(&line, text.data);
	say_of(progress, view, &line, INDENT);
	free(view->step);
	view->step = buf_detach(&text);
	buf_done(&text);
}

static void take_judged(struct progress *progress, struct view *view, const struct value *event)
{
	const struct value *measure = value_get(event, "measure");
	const char *verdict = value_get_text(measure, "verdict");
	struct buf line;

	if (progress->brief && verdict && !strcmp(verdict, "PASS"))
		return;
	begin_line(view, &line);
	buf_printf(&line, "%s ", figure_mark(verdict));
	figure_reasoned(&line, measure);
	say_of(progress, view, &line, INDENT);
}

static void take_note(struct progress *progress, struct view *view, const struct value *event)
{
	struct buf line;

	begin_line(view, &line);
	buf_printf(&line, "%s: %s", say(TEXTS.note), value_get_text(event, "text"));
	say_of(progress, view, &line, INDENT);
}

static void take_adjusted(struct progress *progress, struct view *view, const struct value *event)
{
	struct buf line;

	begin_line(view, &line);
	buf_printf(&line, say(TEXTS.adjusted), value_get_text(event, "what"),
		   value_get_text(event, "by"));
	say_of(progress, view, &line, INDENT);
}

static void take_operator(struct progress *progress, struct view *view, const struct value *event)
{
	const char *unit = value_get_text(event, "unit"), *why = value_get_text(event, "why");
	struct buf line;

	if (why) {
		begin_line(view, &line);
		buf_printf(&line, "%s: %s", say(TEXTS.not_taken), why);
		say_of(progress, view, &line, INDENT);
	}
	begin_line(view, &line);
	buf_printf(&line, "%s: %s", say(TEXTS.asked),
		   say_either(value_get_text(event, "text"), value_get_text(event, "zh")));
	if (unit && *unit)
		buf_printf(&line, " [%s]", unit);
	if (value_get_bool(event, "simulated"))
		buf_printf(&line, " %s", say(TEXTS.answered));
	say_of(progress, view, &line, INDENT);
}

static void take_withdrawn(struct progress *progress, struct view *view, const struct value *event)
{
	struct buf line;

	(void)event;
	begin_line(view, &line);
	buf_add_text(&line, say(TEXTS.withdrawn));
	say_of(progress, view, &line, INDENT);
}

/* The first of it is a line; how the queue moves shows in the block. */
static void take_waits(struct progress *progress, struct view *view, const struct value *event)
{
	bool again = view->waits != NULL;
	struct words words = value_get_bool(event, "in_step") ? TEXTS.waits_in_step : TEXTS.waits;
	struct buf line;

	free(view->waits);
	view->waits = xprintf(say(words), value_get_text(event, "for"),
			      (long long)value_get_int(event, "others", 0));
	columns_clean(view->waits);
	if (again)
		return;
	begin_line(view, &line);
	buf_add_text(&line, view->waits);
	say_of(progress, view, &line, INDENT);
}

static void take_goes_on(struct progress *progress, struct view *view, const struct value *event)
{
	struct buf line;

	(void)event;
	if (!view->waits)
		return;
	free(view->waits);
	view->waits = NULL;
	begin_line(view, &line);
	buf_add_text(&line, say(TEXTS.goes_on));
	say_of(progress, view, &line, INDENT);
}

static void take_stopping(struct progress *progress, struct view *view, const struct value *event)
{
	struct buf line;

	free(view->waits);
	view->waits = NULL;
	begin_line(view, &line);
	buf_printf(&line, "%s: ", say(TEXTS.stopping));
	figure_verdict(&line, value_get_text(event, "verdict"));
	buf_printf(&line, ": %s", value_get_text(event, "why"));
	say_of(progress, view, &line, INDENT);
}

static void end_view(struct progress *progress, struct view *view, struct buf *line)
{
	struct buf copy;

	free(view->verdict);
	view->verdict = xstrdup(line->data);
	columns_clean(view->verdict);
	if (!progress->several)
		screen_block(progress->screen, NULL, 0);
	buf_init(&copy);
	buf_add(&copy, line->data, line->size);
	say_of(progress, view, &copy, 2);
	buf_done(line);
}

/* The verdict stands in its journal; whoever relies on the record must know that there is none. */
static void take_unrecorded(struct progress *progress, struct view *view, const char *why)
{
	struct buf line;

	if (!why)
		return;
	buf_init(&line);
	buf_printf(&line, "  %s: %s", say(TEXTS.unrecorded), why);
	say_of(progress, view, &line, 2);
}

static void take_verdict(struct progress *progress, struct view *view, const struct value *event)
{
	const struct value *summary = value_get(event, "summary");
	const char *why = figure_why(summary);
	struct buf line;

	buf_init(&line);
	figure_provenance(&line, value_get_bool(summary, "simulated"));
	figure_control(&line, value_get_bool(summary, "simulated"),
		       value_get_bool(summary, "controlled"));
	figure_verdict(&line, value_get_text(summary, "verdict"));
	if (why && *why)
		buf_printf(&line, "  %s", why);
	end_view(progress, view, &line);
	buf_init(&line);
	buf_printf(&line, "  %s ", say(TEXTS.bench_time));
	figure_time(&line, value_get_int(summary, "bench_time_ns", 0));
	if (value_get(summary, "record"))
		buf_printf(&line, "  %s %lld", say(TEXTS.record),
			   (long long)value_get_int(value_get(summary, "record"), "seq", 0));
	say_of(progress, view, &line, 2);
	take_unrecorded(progress, view, value_get_text(summary, "unrecorded"));
	buf_init(&line);
	if (figure_hazard(&line, value_get(summary, "hazard")))
		say_of(progress, view, &line, 2);
	else
		buf_done(&line);
}

/* One run of several could not begin. */
static void take_refused(struct progress *progress, struct view *view, const struct value *event)
{
	struct buf line;

	buf_init(&line);
	buf_printf(&line, "%s: %s", say(TEXTS.refused), value_get_text(event, "why"));
	end_view(progress, view, &line);
}

/* ---- what only the block shows ---- */

static void take_reading(struct progress *progress, struct view *view, const struct value *event)
{
	const char *channel = value_get_text(event, "channel");
	char text[80];

	(void)progress;
	snprintf(text, sizeof(text), "%.4g %s", value_get_real(event, "value", 0),
		 value_get_text(event, "unit"));
	columns_clean(text);
	if (channel)
		value_set_text(view->readings, channel, text);
}

/* Outputs that are safe again keep their place, empty, so that the others do not jump. */
static void take_output(struct progress *progress, struct view *view, const struct value *event)
{
	const char *line = value_get_text(event, "line");

	(void)progress;
	if (line)
		value_set_text(view->away, line,
			       value_get_bool(event, "safe") ? "" : value_get_text(event, "level"));
}

static char *map_line(const struct value *map)
{
	struct buf line;

	buf_init(&line);
	for (size_t i = 0; i < value_count(map); i++) {
		const struct value *text = value_at(map, i);

		if (text->size)
			buf_printf(&line, "%s%s %s", line.size ? "   " : "", value_key(map, i),
				   text->text);
	}
	columns_clean(line.data);
	return buf_detach(&line);
}

/* ---- the block ---- */

static void draw_one(struct progress *progress, const struct view *view)
{
	char *lines[BLOCK_LINES], *away = map_line(view->away);
	struct buf time;

	buf_init(&time);
	figure_time(&time, view->time);
	lines[0] = xprintf("── %s", view->head);
	lines[1] = xprintf("%s %s   %s%s%s", say(TEXTS.bench_time), time.data,
			   view->step ? view->step : "", view->waits ? "   " : "",
			   view->waits ? view->waits : "");
	lines[2] = map_line(view->readings);
	lines[3] = *away ? xprintf("%s: %s", say(TEXTS.away), away) : xstrdup(say(TEXTS.all_safe));
	screen_block(progress->screen, lines, BLOCK_LINES);
	for (int i = 0; i < BLOCK_LINES; i++)
		free(lines[i]);
	free(away);
	buf_done(&time);
}

/* Of several runs each has one line: where it is, or what it was found to be. */
static char *line_of_view(const struct view *view)
{
	char *away, *readings, *line;
	struct buf time;

	if (view->verdict)
		return xprintf("%3lld │ %s", (long long)view->slot, view->verdict);
	away = map_line(view->away);
	readings = map_line(view->readings);
	buf_init(&time);
	figure_time(&time, view->time);
	line = xprintf("%3lld │ %s  %s   %s%s%s   %s", (long long)view->slot, time.data,
		       view->step ? view->step : "", view->waits ? view->waits : readings,
		       *away ? "   ! " : "", away, view->waits ? readings : "");
	buf_done(&time);
	free(away);
	free(readings);
	return line;
}

static void draw_several(struct progress *progress)
{
	char **lines = xcalloc(progress->count + 1, sizeof(*lines));

	lines[0] = xprintf("── %s", progress->views[0].head);
	for (size_t i = 0; i < progress->count; i++)
		lines[i + 1] = line_of_view(&progress->views[i]);
	screen_block(progress->screen, lines, progress->count + 1);
	for (size_t i = 0; i <= progress->count; i++)
		free(lines[i]);
	free(lines);
}

/* ---- from outside ---- */

static const struct {
	const char *name;
	void (*take)(struct progress *progress, struct view *view, const struct value *event);
} EVENTS[] = {
	{"started", take_started},     {"step", take_step},	      {"reading", take_reading},
	{"output", take_output},       {"judged", take_judged},	      {"note", take_note},
	{"operator", take_operator},   {"stopping", take_stopping},   {"verdict", take_verdict},
	{"refused", take_refused},     {"waits", take_waits},	      {"goes_on", take_goes_on},
	{"simulated", take_simulated}, {"withdrawn", take_withdrawn}, {"adjusted", take_adjusted},
};

void progress_take(struct progress *progress, const struct value *event)
{
	const char *name = value_get_text(event, "event");
	int64_t slot = value_get_int(event, "slot", 0);
	struct view *view;

	if (!slot)
		return; /* of no run */
	view = view_of(progress, slot);
	view->time = value_get_int(event, "t", view->time);
	for (size_t i = 0; name && i < sizeof(EVENTS) / sizeof(EVENTS[0]); i++)
		if (!strcmp(EVENTS[i].name, name))
			EVENTS[i].take(progress, view, event);
}

void progress_hold(struct progress *progress, bool held)
{
	progress->held = held;
	if (held)
		screen_block(progress->screen, NULL, 0);
}

static bool all_over(const struct progress *progress)
{
	for (size_t i = 0; i < progress->count; i++)
		if (!progress->views[i].verdict)
			return false;
	return true;
}

void progress_show(struct progress *progress)
{
	if (!progress->held && !all_over(progress) && screen_is_live(progress->screen)) {
		if (progress->several)
			draw_several(progress);
		else
			draw_one(progress, &progress->views[0]);
	}
	screen_flush(progress->screen);
}

void progress_end(struct progress *progress)
{
	if (!progress->several)
		return;
	screen_block(progress->screen, NULL, 0);
	progress_say(progress, "");
	for (size_t i = 0; i < progress->count; i++) {
		struct view *view = &progress->views[i];
		struct buf line;

		buf_init(&line);
		buf_add_text(&line, view->verdict ? view->verdict : "–");
		say_of(progress, view, &line, 2);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress.
 *
 * Every event becomes a line or changes the block, or both. The log of a run that nobody watched live
 * and what scrolled past on a terminal are the same lines: head, steps, judged measures, notes,
 * questions, stops, verdict. Head and verdict say in both languages when a run is simulated.
 *
 * Of several runs side by side each line says which slot it is of, and at the end the verdicts stand together. The block
 * is block.c's.
 */
#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/photo_source.h"
#include "cli/screen.h"
#include "cli/view.h"
#include "cli/words.h"

enum { INDENT = 15, PREFIX = 6 };

struct progress {
	struct screen *screen;
	struct bench_clock *clock; /* the machine's */
	char *remark;
	bool brief, several, held;
	int64_t answering; /* the slot whose question a person answers, or 0 … */
	char *typed;	   /* … and what is typed, where the block shows it; or NULL */
	size_t count;
	struct view *views;
};

static const struct {
	struct words slot, step, repeat, method, bench_time, asked, photograph, not_taken, answered,
		withdrawn, note, adjusted, stopping, refused, waits, waits_in_step, goes_on, record,
		unrecorded;
} TEXTS = {
	.slot = {"slot", "工位"},
	.step = {"step", "步骤"},
	.repeat = {"time", "次"},
	.method = {"the method differs", "方法偏离"},
	.bench_time = {"bench time", "试验时间"},
	.asked = {"operator", "操作员"},
	.photograph = {"to be photographed", "请拍摄"},
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

struct progress *progress_new(FILE *out, bool brief, bool several, struct bench_clock *clock)
{
	struct progress *progress = xcalloc(1, sizeof(*progress));

	progress->brief = brief;
	progress->several = several;
	progress->clock = clock;
	progress->screen = screen_new(out);
	return progress;
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
	view_init(view, slot);
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
	free(progress->typed);
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

void progress_say_of(struct progress *progress, int64_t slot, const char *text)
{
	struct buf line;

	if (slot == 0 || !progress->several) {
		progress_say(progress, text);
		return;
	}
	buf_init(&line);
	buf_add_text(&line, text);
	say_of(progress, view_of(progress, slot), &line, 2);
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
	figure_add_why(&line, "", event);
	say_of(progress, view, &line, INDENT);
}

/* The block of several has one head, and it is of no slot. */
static void keep_head(const struct progress *progress, struct view *view, const char *protocol)
{
	struct buf head;

	buf_init(&head);
	figure_provenance(&head, view->simulated);
	buf_add_text(&head, protocol);
	if (!progress->several)
		buf_printf(&head, "  %s %lld", say(TEXTS.slot), (long long)view->slot);
	if (progress->remark)
		buf_printf(&head, "  %s", progress->remark);
	columns_clean(head.data);
	free(view->head);
	view->head = buf_detach(&head);
}

static void take_started(struct progress *progress, struct view *view, const struct value *event)
{
	const char *deviation = value_get_text(event, "deviation");
	struct buf line;

	view->simulated = value_get_bool(event, "simulated");
	view->steps = value_get_int(event, "steps", 0);
	view->pace = value_get_real(event, "pace", 0);
	keep_head(progress, view, value_get_text(event, "protocol"));
	buf_init(&line);
	buf_add_text(&line, view->head);
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
	view_keep_clauses(view, value_get(event, "clauses"));
	view_keep_hazard(view, value_get(event, "hazard"));
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
	const char *unit = value_get_text(event, "unit");
	struct buf line;

	if (value_get(event, "why")) {
		begin_line(view, &line);
		buf_add_text(&line, say(TEXTS.not_taken));
		figure_add_why(&line, ": ", event);
		say_of(progress, view, &line, INDENT);
	}
	begin_line(view, &line);
	buf_printf(&line, "%s: %s",
		   say(photo_source_is_asked(event) ? TEXTS.photograph : TEXTS.asked),
		   say_either(value_get_text(event, "text"), value_get_text(event, "zh")));
	if (unit && *unit)
		buf_printf(&line, " [%s]", unit);
	if (value_get_bool(event, "simulated"))
		buf_printf(&line, " %s", say(TEXTS.answered));
	say_of(progress, view, &line, INDENT);
	view_ask(view, event);
}

static void take_withdrawn(struct progress *progress, struct view *view, const struct value *event)
{
	struct buf line;

	view_end_question(view, value_get_int(event, "id", 0));
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
	struct buf line, stopping;

	free(view->waits);
	view->waits = NULL;
	begin_line(view, &line);
	buf_printf(&line, "%s: ", say(TEXTS.stopping));
	figure_verdict(&line, value_get_text(event, "verdict"));
	figure_add_why(&line, ": ", event);
	buf_init(&stopping);
	buf_add_text(&stopping, say(TEXTS.stopping));
	figure_add_why(&stopping, ": ", event);
	free(view->stopping);
	view->stopping = buf_detach(&stopping);
	say_of(progress, view, &line, INDENT);
}

static void end_view(struct progress *progress, struct view *view, struct buf *line)
{
	struct buf copy;

	free(view->verdict);
	view->verdict = xstrdup(line->data);
	columns_clean(view->verdict);
	view_end_questions(view);
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
	struct buf line;

	buf_init(&line);
	figure_provenance(&line, value_get_bool(summary, "simulated"));
	figure_control(&line, value_get_bool(summary, "simulated"),
		       value_get_bool(summary, "controlled"));
	figure_verdict(&line, value_get_text(summary, "verdict"));
	figure_add_why(&line, "  ", summary);
	view->passed = !strcmp(value_get_text(summary, "verdict"), "PASS");
	view_keep_hazard(view, value_get(summary, "hazard"));
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
	buf_add_text(&line, say(TEXTS.refused));
	figure_add_why(&line, ": ", event);
	end_view(progress, view, &line);
}

/* ---- what only the block shows ---- */

static void take_reading(struct progress *progress, struct view *view, const struct value *event)
{
	(void)progress;
	view_keep_reading(view, event);
}

static void take_awaits(struct progress *progress, struct view *view, const struct value *event)
{
	(void)progress;
	view_keep_awaits(view, event);
}

static void take_output(struct progress *progress, struct view *view, const struct value *event)
{
	(void)progress;
	view_keep_output(view, event);
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
	{"awaits", take_awaits},
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
	view->heard = clock_now(progress->clock);
	for (size_t i = 0; name && i < sizeof(EVENTS) / sizeof(EVENTS[0]); i++)
		if (!strcmp(EVENTS[i].name, name))
			EVENTS[i].take(progress, view, event);
}

void progress_hold(struct progress *progress, bool held)
{
	progress->held = held;
	if (held)
		progress_away(progress);
}

void progress_away(struct progress *progress)
{
	screen_block(progress->screen, NULL, 0);
	screen_flush(progress->screen);
}

void progress_types(struct progress *progress, int64_t slot, const char *typed)
{
	free(progress->typed);
	progress->typed = typed ? xstrdup(typed) : NULL;
	progress->answering = slot;
}

bool progress_is_live(const struct progress *progress)
{
	return screen_is_live(progress->screen);
}

void progress_answered(struct progress *progress, int64_t slot, int64_t id)
{
	for (size_t i = 0; i < progress->count; i++)
		if (progress->views[i].slot == slot)
			view_end_question(&progress->views[i], id);
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
	if (!progress->held && !all_over(progress) && screen_is_live(progress->screen))
		block_draw(progress->screen,
			   &(struct block_of){.views = progress->views,
					      .count = progress->count,
					      .several = progress->several,
					      .answering = progress->answering,
					      .typed = progress->typed,
					      .machine = clock_now(progress->clock)});
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

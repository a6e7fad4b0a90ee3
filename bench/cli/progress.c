/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress.
 *
 * Every event becomes a line or changes the block, or both. The log of a run that nobody watched live
 * and what scrolled past on a terminal are the same lines: head, steps, judged measures, notes,
 * questions, stops, verdict. Head and verdict say in both languages when a run is simulated.
 *
 * The block shows the step, bench time, the latest reading of each channel, and every output that is away
 * from its safe level.
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

enum { INDENT = 15, BLOCK_LINES = 4 };

struct progress {
	struct screen *screen;
	char *remark;
	bool brief, simulated, held, over;
	nsec time;
	int64_t steps;
	char *head, *step;	/* of the block */
	struct value *readings; /* channel → text */
	struct value *away;	/* line → its level */
};

static const struct {
	struct words slot, step, repeat, method, bench_time, away, all_safe, asked, answered, note,
		stopping;
} TEXTS = {
	.slot = {"slot", "工位"},
	.step = {"step", "步骤"},
	.repeat = {"time", "次"},
	.method = {"the method differs", "方法偏离"},
	.bench_time = {"bench time", "试验时间"},
	.away = {"away from safe", "偏离安全状态的输出"},
	.all_safe = {"every output is at its safe level", "全部输出处于安全状态"},
	.asked = {"operator", "操作员"},
	.answered = {"(the world answers)", "(由仿真模型应答)"},
	.note = {"note", "记录"},
	.stopping = {"stopping", "正在停止"},
};

struct progress *progress_new(FILE *out, bool brief)
{
	struct progress *progress = xcalloc(1, sizeof(*progress));

	progress->brief = brief;
	progress->screen = screen_new(out);
	progress->readings = value_map();
	progress->away = value_map();
	return progress;
}

void progress_free(struct progress *progress)
{
	if (!progress)
		return;
	screen_free(progress->screen);
	free(progress->remark);
	free(progress->head);
	free(progress->step);
	value_free(progress->readings);
	value_free(progress->away);
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

void progress_say(struct progress *progress, const char *text)
{
	struct buf line;

	buf_init(&line);
	buf_add_text(&line, text);
	say_line(progress, &line, 2);
}

/* A line that begins with the bench time, right-aligned. */
static void begin_line(const struct progress *progress, struct buf *line)
{
	struct buf time;

	buf_init(line);
	buf_init(&time);
	figure_time(&time, progress->time);
	buf_printf(line, "%12s  ", time.data);
	buf_done(&time);
}

static void take_started(struct progress *progress, const struct value *event)
{
	const char *deviation = value_get_text(event, "deviation");
	struct buf line;

	progress->simulated = value_get_bool(event, "simulated");
	progress->steps = value_get_int(event, "steps", 0);
	buf_init(&line);
	figure_provenance(&line, progress->simulated);
	buf_printf(&line, "%s  %s %lld%s%s", value_get_text(event, "protocol"), say(TEXTS.slot),
		   (long long)value_get_int(event, "slot", 0), progress->remark ? "  " : "",
		   progress->remark ? progress->remark : "");
	columns_clean(line.data);
	free(progress->head);
	progress->head = xstrdup(line.data);
	say_line(progress, &line, 2);

	buf_init(&line);
	buf_printf(&line, "  %s",
		   say_either(value_get_text(event, "title"), value_get_text(event, "zh")));
	say_line(progress, &line, 2);
	buf_init(&line);
	buf_printf(&line, "  %s", value_get_text(event, "run"));
	say_line(progress, &line, 2);
	if (deviation && *deviation) {
		buf_init(&line);
		buf_printf(&line, "  %s: %s", say(TEXTS.method), deviation);
		say_line(progress, &line, 2);
	}
}

static void take_step(struct progress *progress, const struct value *event)
{
	long long repeats = value_get_int(event, "repeats", 1);
	struct buf text, line;

	buf_init(&text);
	buf_printf(&text, "%s %lld/%lld  %s", say(TEXTS.step),
		   (long long)value_get_int(event, "number", 0), (long long)progress->steps,
		   say_either(value_get_text(event, "step"), value_get_text(event, "zh")));
	if (repeats > 1)
		buf_printf(&text, "  (%s %lld/%lld)", say(TEXTS.repeat),
			   (long long)value_get_int(event, "repeat", 1), repeats);
	columns_clean(text.data);
	begin_line(progress, &line);
	buf_add_text(&line, text.data);
	say_line(progress, &line, INDENT);
	free(progress->step);
	progress->step = buf_detach(&text);
	buf_done(&text);
}

/* A reason that begins with the value says both. */
static void add_judgement(struct buf *line, const struct value *measure)
{
	const char *why = value_get_text(measure, "why");
	bool undecided = !strcmp(figure_mark(value_get_text(measure, "verdict")), "?");
	struct buf value;

	buf_init(&value);
	figure_value(&value, measure);
	if (undecided && why && value.size && !strncmp(why, value.data, value.size)) {
		figure_name(line, measure);
		buf_printf(line, " %s", why);
	} else {
		figure_measure(line, measure);
		if (undecided && why && value.size)
			buf_printf(line, "  %s", why);
	}
	buf_done(&value);
}

static void take_judged(struct progress *progress, const struct value *event)
{
	const struct value *measure = value_get(event, "measure");
	const char *verdict = value_get_text(measure, "verdict");
	struct buf line;

	if (progress->brief && verdict && !strcmp(verdict, "PASS"))
		return;
	begin_line(progress, &line);
	buf_printf(&line, "%s ", figure_mark(verdict));
	add_judgement(&line, measure);
	say_line(progress, &line, INDENT);
}

static void take_note(struct progress *progress, const struct value *event)
{
	struct buf line;

	begin_line(progress, &line);
	buf_printf(&line, "%s: %s", say(TEXTS.note), value_get_text(event, "text"));
	say_line(progress, &line, INDENT);
}

static void take_operator(struct progress *progress, const struct value *event)
{
	const char *unit = value_get_text(event, "unit");
	struct buf line;

	begin_line(progress, &line);
	buf_printf(&line, "%s: %s", say(TEXTS.asked), value_get_text(event, "text"));
	if (unit && *unit)
		buf_printf(&line, " [%s]", unit);
	if (value_get_bool(event, "simulated"))
		buf_printf(&line, " %s", say(TEXTS.answered));
	say_line(progress, &line, INDENT);
}

static void take_stopping(struct progress *progress, const struct value *event)
{
	struct buf line;

	begin_line(progress, &line);
	buf_printf(&line, "%s: ", say(TEXTS.stopping));
	figure_verdict(&line, value_get_text(event, "verdict"));
	buf_printf(&line, ": %s", value_get_text(event, "why"));
	say_line(progress, &line, INDENT);
}

static void take_verdict(struct progress *progress, const struct value *event)
{
	const struct value *summary = value_get(event, "summary");
	const char *why = value_get_text(summary, "why");
	struct buf line;

	progress->over = true;
	screen_block(progress->screen, NULL, 0);
	buf_init(&line);
	figure_provenance(&line, value_get_bool(summary, "simulated"));
	figure_verdict(&line, value_get_text(summary, "verdict"));
	if (why && *why)
		buf_printf(&line, "  %s", why);
	say_line(progress, &line, 2);
	buf_init(&line);
	buf_printf(&line, "  %s ", say(TEXTS.bench_time));
	figure_time(&line, value_get_int(summary, "bench_time_ns", 0));
	say_line(progress, &line, 2);
}

/* ---- what only the block shows ---- */

static void take_reading(struct progress *progress, const struct value *event)
{
	const char *channel = value_get_text(event, "channel");
	char text[80];

	snprintf(text, sizeof(text), "%.4g %s", value_get_real(event, "value", 0),
		 value_get_text(event, "unit"));
	columns_clean(text);
	if (channel)
		value_set_text(progress->readings, channel, text);
}

/* Outputs that are safe again keep their place, empty, so that the others do not jump. */
static void take_output(struct progress *progress, const struct value *event)
{
	const char *line = value_get_text(event, "line");

	if (line)
		value_set_text(progress->away, line,
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

static void draw_block(struct progress *progress)
{
	char *lines[BLOCK_LINES], *away = map_line(progress->away);
	struct buf time;

	buf_init(&time);
	figure_time(&time, progress->time);
	lines[0] = xprintf("── %s", progress->head ? progress->head : "");
	lines[1] = xprintf("%s %s   %s", say(TEXTS.bench_time), time.data,
			   progress->step ? progress->step : "");
	lines[2] = map_line(progress->readings);
	lines[3] = *away ? xprintf("%s: %s", say(TEXTS.away), away) : xstrdup(say(TEXTS.all_safe));
	screen_block(progress->screen, lines, BLOCK_LINES);
	for (int i = 0; i < BLOCK_LINES; i++)
		free(lines[i]);
	free(away);
	buf_done(&time);
}

/* ---- from outside ---- */

void progress_take(struct progress *progress, const struct value *event)
{
	static const struct {
		const char *name;
		void (*take)(struct progress *progress, const struct value *event);
	} EVENTS[] = {
		{"started", take_started},   {"step", take_step},	  {"reading", take_reading},
		{"output", take_output},     {"judged", take_judged},	  {"note", take_note},
		{"operator", take_operator}, {"stopping", take_stopping}, {"verdict", take_verdict},
	};
	const char *name = value_get_text(event, "event");

	progress->time = value_get_int(event, "t", progress->time);
	for (size_t i = 0; name && i < sizeof(EVENTS) / sizeof(EVENTS[0]); i++)
		if (!strcmp(EVENTS[i].name, name))
			EVENTS[i].take(progress, event);
}

void progress_hold(struct progress *progress, bool held)
{
	progress->held = held;
	if (held)
		screen_block(progress->screen, NULL, 0);
}

void progress_show(struct progress *progress)
{
	if (progress->head && !progress->held && !progress->over &&
	    screen_is_live(progress->screen))
		draw_block(progress);
	screen_flush(progress->screen);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live block.
 *
 * Of one run: where it is, under which clause; each thing it waits for, with the reading it is held against
 * and the time that is left; the other readings; what is away from safe; and a question that is open, with
 * what is typed. Of several runs side by side each has a line or more, as many as there is room for; where
 * the terminal has fewer lines than there are runs, those that need somebody come first and the rest are counted.
 * "!" beside a slot's number: it needs a hand, or must not be touched.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/view.h"
#include "cli/words.h"

enum {
	ABOVE = 3,	 /* lines of the terminal that stay for what scrolls */
	LEAST = 4,	 /* lines, however low it is */
	OF_QUESTION = 3, /* lines */
	FOLDS = 3,	 /* lines of a matter that takes more than one, where there is room */
	OF_READINGS = 3, /* … that nothing is held against, of one run */
};

static const struct {
	struct words bench_time, away, all_safe, more, answer, slot;
} TEXTS = {
	.bench_time = {"bench time", "试验时间"},
	.away = {"away from safe", "偏离安全状态的输出"},
	.all_safe = {"every output is at its safe level", "全部输出处于安全状态"},
	.more = {"… and %zu more: %zu running, %zu waiting, %zu ended",
		 "… 另有 %zu 个:%zu 个进行中,%zu 个等待,%zu 个已结束"},
	.answer = {"answer", "回答"},
	.slot = {"slot", "工位"},
};

/* ---- lines ---- */

struct lines {
	struct screen_line *line;
	size_t count, room;
};

/* Takes the text. */
static void add(struct lines *lines, char *text, bool loud)
{
	if (lines->count == lines->room) {
		lines->room = lines->room ? 2 * lines->room : 16;
		lines->line = xrealloc(lines->line, lines->room * sizeof(*lines->line));
	}
	columns_clean(text);
	lines->line[lines->count++] = (struct screen_line){.text = text, .loud = loud};
}

static void lines_done(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->line[i].text);
	free(lines->line);
}

/* So many lines of a long text, each as wide as the screen. */
static void add_folded(struct lines *lines, const char *text, size_t width, size_t most, bool loud)
{
	struct buf folded;
	char *at, *end;

	buf_init(&folded);
	columns_wrap(&folded, text, width, 2);
	at = folded.data;
	for (size_t i = 0; i < most && at; i++) {
		end = strchr(at, '\n');
		if (end && i + 1 == most)
			add(lines, xprintf("%.*s…", (int)(end - at), at), loud);
		else
			add(lines, end ? xprintf("%.*s", (int)(end - at), at) : xstrdup(at), loud);
		at = end ? end + 1 : NULL;
	}
	buf_done(&folded);
}

/* ---- a question ---- */

/* Of what is typed the end is seen, where more is typed. */
static void add_typed(struct lines *lines, const char *typed, size_t width)
{
	char *text = xstrdup(typed);
	const char *from;
	size_t room;

	columns_clean(text);
	room = columns_of(say(TEXTS.answer)) + 3;
	room = width > room + 1 ? width - room : 1;
	from = columns_end(text, room);
	if (from != text)
		from = columns_end(text, room - 1);
	add(lines, xprintf("%s> %s%s_", say(TEXTS.answer), from == text ? "" : "…", from), false);
	free(text);
}

/* The one that is answered, or would be first. */
static const struct view *answered_view(const struct block_of *block)
{
	const struct view *first = NULL;

	for (size_t i = 0; i < block->count; i++) {
		const struct view *view = &block->views[i];

		if (!view->questions)
			continue;
		if (view->slot == block->answering)
			return view;
		first = first ? first : view;
	}
	return first;
}

static void add_question(struct lines *lines, const struct block_of *block, size_t width)
{
	const struct view *view = answered_view(block);
	char *text;

	if (!view)
		return;
	if (block->several)
		text = xprintf("%s %lld ? %s  %s", say(TEXTS.slot), (long long)view->slot,
			       view->question[0].text, view->question[0].expects);
	else
		text = xprintf("? %s  %s", view->question[0].text, view->question[0].expects);
	add_folded(lines, text, width, OF_QUESTION, true);
	if (block->typed)
		add_typed(lines, block->typed, width);
	free(text);
}

/* ---- one run ---- */

static void add_place(struct lines *lines, const struct view *view, nsec now, size_t width,
		      size_t folds)
{
	struct buf line;

	buf_init(&line);
	buf_printf(&line, "%s ", say(TEXTS.bench_time));
	figure_time(&line, now);
	buf_printf(&line, "   %s", view->step ? view->step : "");
	if (view->clause)
		buf_printf(&line, "   %s", view->clause);
	add_folded(lines, line.data, width, folds, false);
	buf_done(&line);
	if (view->waits)
		add_folded(lines, view->waits, width, folds, false);
	if (view->stopping)
		add_folded(lines, view->stopping, width, folds, true);
}

/* What has no room is not left out unseen. */
static void end_in_more(struct lines *lines)
{
	struct screen_line *last = &lines->line[lines->count - 1];
	char *text = xprintf("%s …", last->text);

	free(last->text);
	last->text = text;
}

/* Those that nothing is held against, several on a line. */
static void add_others(struct lines *lines, const struct view *view, nsec now, size_t width)
{
	struct buf line, one;
	size_t used = 0;

	buf_init(&line);
	for (size_t i = 0; i < value_count(view->readings) && used < OF_READINGS; i++) {
		const char *channel = value_key(view->readings, i);

		if (view_awaits(view, channel))
			continue;
		buf_init(&one);
		view_add_reading(&one, view, channel, now);
		if (line.size && columns_of(line.data) + 3 + columns_of(one.data) > width) {
			add(lines, xstrdup(line.data), false);
			buf_clear(&line);
			used++;
		}
		buf_printf(&line, "%s%s", line.size ? "   " : "", one.data);
		buf_done(&one);
	}
	if (used == OF_READINGS)
		end_in_more(lines);
	else if (line.size)
		add(lines, xstrdup(line.data), false);
	buf_done(&line);
}

/* What must be seen however low the terminal is. */
static void add_dangers(struct lines *lines, const struct view *view, size_t width, size_t folds)
{
	struct buf away;
	char *text;

	buf_init(&away);
	view_add_away(&away, view);
	text = away.size ? xprintf("%s: %s", say(TEXTS.away), away.data)
			 : xstrdup(say(TEXTS.all_safe));
	if (view->hazard)
		add_folded(lines, view->hazard, width, folds, true);
	add_folded(lines, text, width, folds, away.size > 0);
	buf_done(&away);
	free(text);
}

/* Each matter in so many lines at most. Where they are too many for the terminal, readings are left out first. */
static void draw_one(struct lines *lines, const struct block_of *block, size_t width, size_t height,
		     size_t folds)
{
	const struct view *view = &block->views[0];
	nsec now = view_now(view, block->machine);
	struct lines end = {0};

	add_dangers(&end, view, width, folds);
	add_question(&end, block, width);
	add(lines, xprintf("── %s", view->head ? view->head : ""), false);
	add_place(lines, view, now, width, folds);
	for (size_t i = 0; i < value_count(view->awaits); i++) {
		struct buf line;

		buf_init(&line);
		view_add_await(&line, view, value_at(view->awaits, i), now);
		add_folded(lines, line.data, width, folds, false);
		buf_done(&line);
	}
	add_others(lines, view, now, width);
	if (folds == 1 && lines->count > 2 && lines->count + end.count > height) {
		while (lines->count > 2 && lines->count + end.count > height)
			free(lines->line[--lines->count].text);
		end_in_more(lines);
	}
	for (size_t i = 0; i < end.count; i++)
		add(lines, end.line[i].text, end.line[i].loud);
	free(end.line);
}

/* ---- several ---- */

/* Who needs somebody most comes first. */
static int urgency(const struct view *view, nsec now)
{
	if (view_needs_a_hand(view))
		return 0;
	if (view->verdict)
		return view->passed ? 5 : 2;
	if (view->stopping || view_is_silent(view, now))
		return 1;
	return view->waits ? 4 : 3;
}

/* "at most 0:01:30 left  step 4/6  Response time": what is cut off first is what changes least. */
static void add_head_of(struct buf *line, const struct view *view, nsec now)
{
	const struct value *first = view_first_to_end(view);

	if (view->verdict) {
		buf_add_text(line, view->verdict);
		return;
	}
	if (view->questions)
		buf_printf(line, "? %s  ", view->question[0].text);
	if (view->stopping || view->waits)
		buf_printf(line, "%s  ", view->stopping ? view->stopping : view->waits);
	if (first) {
		view_add_left(line, first, now);
		buf_add_text(line, "  ");
	}
	if (view->step)
		buf_add_text(line, view->step);
	else
		figure_time(line, now);
}

/* What is energised stands before the readings: it must not be what is cut off. */
static void add_tail_of(struct buf *line, const struct view *view, nsec now)
{
	struct buf away;

	buf_init(&away);
	view_add_away(&away, view);
	if (view->hazard)
		buf_printf(line, "%s  ", view->hazard);
	if (away.size)
		buf_printf(line, "! %s  ", away.data);
	buf_done(&away);
	for (size_t i = 0; i < value_count(view->awaits); i++) {
		const struct value *await = value_at(view->awaits, i);
		const char *limit = value_get_text(await, "limit");

		if (!value_get_text(await, "channel"))
			continue;
		view_add_reading(line, view, value_get_text(await, "channel"), now);
		buf_printf(line, "%s%s   ", limit ? " → " : "", limit ? limit : "");
	}
	for (size_t i = 0; i < value_count(view->readings); i++)
		if (!view_awaits(view, value_key(view->readings, i))) {
			view_add_reading(line, view, value_key(view->readings, i), now);
			buf_add_text(line, "   ");
		}
}

static bool is_loud(const struct view *view, nsec now)
{
	return !view->verdict && urgency(view, now) < 2;
}

/* "    │ ! inlet open  cup 0.5 %vol": below its slot. */
static void add_tail(struct lines *lines, const char *text, size_t width, size_t most)
{
	static const char MARGIN[] = "    │ ";
	struct lines folded = {0};

	add_folded(&folded, text, width - columns_of(MARGIN), most, false);
	for (size_t i = 0; i < folded.count; i++)
		add(lines, xprintf("%s%s", MARGIN, folded.line[i].text), false);
	lines_done(&folded);
}

/* Where it is in one line, and the rest in as many as there are for it; of one line, the rest behind that. */
static void add_slot(struct lines *lines, const struct view *view, nsec machine, size_t width,
		     size_t most)
{
	nsec now = view_now(view, machine);
	bool loud = is_loud(view, now);
	struct buf line, tail;

	buf_init(&line);
	buf_init(&tail);
	buf_printf(&line, "%3lld%c│ ", (long long)view->slot, view_needs_a_hand(view) ? '!' : ' ');
	add_head_of(&line, view, now);
	if (!view->verdict)
		add_tail_of(&tail, view, now);
	if (view->verdict) {
		add(lines, buf_detach(&line), loud);
	} else if (most == 1) {
		buf_printf(&line, "  %s%s", tail.size ? tail.data : "",
			   view->clause ? view->clause : "");
		add(lines, buf_detach(&line), loud);
	} else {
		if (view->clause)
			buf_printf(&line, "  %s", view->clause);
		add(lines, buf_detach(&line), loud);
		if (tail.size)
			add_tail(lines, tail.data, width, most - 1);
	}
	buf_done(&tail);
	buf_done(&line);
}

static void add_rest(struct lines *lines, const struct block_of *block, const bool *shown)
{
	size_t rest = 0, running = 0, waiting = 0, ended = 0;

	for (size_t i = 0; i < block->count; i++) {
		const struct view *view = &block->views[i];

		if (shown[i])
			continue;
		rest++;
		if (view->verdict)
			ended++;
		else if (view->waits)
			waiting++;
		else
			running++;
	}
	add(lines, xprintf(say(TEXTS.more), rest, running, waiting, ended), false);
}

/* Mark as many as there is room for, the most urgent first; they stand in the order of their slots. */
static void choose(const struct block_of *block, size_t room, bool *shown)
{
	for (int wanted = 0; wanted <= 5; wanted++)
		for (size_t i = 0; room > 0 && i < block->count; i++) {
			const struct view *view = &block->views[i];

			if (urgency(view, view_now(view, block->machine)) != wanted)
				continue;
			shown[i] = true;
			room--;
		}
}

static void draw_several(struct lines *lines, const struct block_of *block, size_t width,
			 size_t height)
{
	bool *shown = xcalloc(block->count, sizeof(*shown));
	struct lines asks = {0};
	size_t room, each;

	add_question(&asks, block, width);
	add(lines, xprintf("── %s", block->views[0].head ? block->views[0].head : ""), false);
	room = height > asks.count + 2 ? height - asks.count - 1 : 1;
	each = room / block->count < FOLDS + 1 ? room / block->count : FOLDS + 1;
	if (block->count > room)
		room--;
	choose(block, room, shown);
	for (size_t i = 0; i < block->count; i++)
		if (shown[i])
			add_slot(lines, &block->views[i], block->machine, width,
				 each < 1 ? 1 : each);
	if (block->count > room)
		add_rest(lines, block, shown);
	for (size_t i = 0; i < asks.count; i++)
		add(lines, asks.line[i].text, asks.line[i].loud);
	free(asks.line);
	free(shown);
}

/* What scrolls off cannot be redrawn; and what is asked stands lowest. */
static void leave_out_the_top(struct lines *lines, size_t most)
{
	size_t over = lines->count > most ? lines->count - most : 0;

	for (size_t i = 0; i < over; i++)
		free(lines->line[i].text);
	memmove(lines->line, lines->line + over, (lines->count - over) * sizeof(*lines->line));
	lines->count -= over;
}

void block_draw(struct screen *screen, const struct block_of *block)
{
	size_t width = screen_columns(screen), rows = screen_rows(screen);
	size_t height = rows > ABOVE + LEAST ? rows - ABOVE : LEAST;
	struct lines lines = {0};

	if (block->several) {
		draw_several(&lines, block, width, height);
	} else {
		draw_one(&lines, block, width, height, FOLDS);
		if (lines.count > height) {
			lines_done(&lines);
			lines = (struct lines){0};
			draw_one(&lines, block, width, height, 1);
		}
	}
	leave_out_the_top(&lines, rows > 1 ? rows - 1 : 1);
	screen_block(screen, lines.line, lines.count);
	lines_done(&lines);
}

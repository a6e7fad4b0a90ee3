/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views: what is known of each run, taken from its events (run/run_watch.c, run/run_shown.c) and kept until the block
 * is drawn. Of readings, waits and outputs only the latest counts.
 */
#include "cli/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/words.h"
#include "run/photo.h"

enum { CLAUSES_SHOWN = 2 };

static const struct {
	struct words confirm, enter, scan, sign, photo;
} TEXTS = {
	.confirm = {"[done: Enter]", "[完成后按回车键]"},
	.enter = {"[type it, then Enter]", "[输入后按回车键]"},
	.scan = {"[scan it, or type it and press Enter]", "[扫码,或输入后按回车键]"},
	.sign = {"[done: your name or number, then Enter]", "[完成后输入姓名或工号,再按回车键]"},
	.photo = {"[the picture's file, or what is said above; then Enter]",
		  "[输入照片文件或按上述方式,再按回车键]"},
};

void view_init(struct view *view, int64_t slot)
{
	*view = (struct view){.slot = slot, .readings = value_map(), .away = value_map()};
}

void view_done(struct view *view)
{
	free(view->head);
	free(view->step);
	free(view->clause);
	free(view->hazard);
	free(view->waits);
	free(view->stopping);
	view_end_questions(view);
	free(view->verdict);
	value_free(view->readings);
	value_free(view->awaits);
	value_free(view->asked);
	value_free(view->away);
}

nsec view_now(const struct view *view, nsec machine)
{
	return view->time + (nsec)((double)(machine - view->heard) * view->pace);
}

bool view_needs_a_hand(const struct view *view)
{
	return view->questions || view->hazard;
}

/* A step of many measures has as many clauses. */
void view_keep_clauses(struct view *view, const struct value *clauses)
{
	size_t count = value_count(clauses);
	struct buf text;

	free(view->clause);
	view->clause = NULL;
	if (!count)
		return;
	buf_init(&text);
	for (size_t i = 0; i < count && i < CLAUSES_SHOWN; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", value_at(clauses, i)->text);
	if (count > CLAUSES_SHOWN)
		buf_printf(&text, " (+%zu)", count - CLAUSES_SHOWN);
	view->clause = buf_detach(&text);
}

void view_keep_hazard(struct view *view, const struct value *hazard)
{
	struct buf text;

	free(view->hazard);
	view->hazard = NULL;
	buf_init(&text);
	if (figure_hazard(&text, hazard))
		view->hazard = buf_detach(&text);
	buf_done(&text);
}

static struct words expected_by(const char *verb)
{
	if (verb && !strcmp(verb, "confirm"))
		return TEXTS.confirm;
	if (verb && !strcmp(verb, "scan"))
		return TEXTS.scan;
	if (verb && !strcmp(verb, "adjust"))
		return TEXTS.sign;
	if (verb && !strcmp(verb, PHOTOGRAPH))
		return TEXTS.photo;
	return TEXTS.enter;
}

void view_ask(struct view *view, const struct value *event)
{
	const char *unit = value_get_text(event, "unit");
	bool has_unit = unit && *unit;
	struct view_question *question;

	view_end_question(view, value_get_int(event, "id", 0)); /* asked anew, it is the latest */
	if (value_get_bool(event, "simulated"))
		return;
	view->question = xrealloc(view->question, (view->questions + 1) * sizeof(*view->question));
	question = &view->question[view->questions++];
	question->id = value_get_int(event, "id", 0);
	question->text = xprintf(
		"%s%s%s%s", say_either(value_get_text(event, "text"), value_get_text(event, "zh")),
		has_unit ? " [" : "", has_unit ? unit : "", has_unit ? "]" : "");
	columns_clean(question->text);
	question->expects = xstrdup(say(expected_by(value_get_text(event, "verb"))));
}

static void question_done(struct view_question *question)
{
	free(question->text);
	free(question->expects);
}

void view_end_question(struct view *view, int64_t id)
{
	for (size_t i = 0; i < view->questions; i++) {
		struct view_question *question = &view->question[i];

		if (question->id != id)
			continue;
		question_done(question);
		memmove(question, question + 1, (--view->questions - i) * sizeof(*question));
		return;
	}
}

void view_end_questions(struct view *view)
{
	for (size_t i = 0; i < view->questions; i++)
		question_done(&view->question[i]);
	free(view->question);
	view->question = NULL;
	view->questions = 0;
}

/* Four digits, and no power of ten in which people would have to count. */
static void say_reading(double value, const char *unit, char *text, size_t size)
{
	bool is_long = value > -1e9 && value < 1e9 && (value >= 1e4 || value <= -1e4);

	snprintf(text, size, is_long ? "%.0f %s" : "%.4g %s", value, unit);
}

void view_keep_reading(struct view *view, const struct value *event)
{
	const char *channel = value_get_text(event, "channel");
	struct value *reading;
	char text[80];

	if (!channel)
		return;
	say_reading(value_get_real(event, "value", 0), value_get_text(event, "unit"), text,
		    sizeof(text));
	reading = value_set(view->readings, channel, value_map());
	value_set_text(reading, "text", text);
	value_set_int(reading, "at", value_get_int(event, "at", view->time));
}

void view_keep_awaits(struct view *view, const struct value *event)
{
	value_free(view->awaits);
	value_free(view->asked);
	view->awaits = value_copy(value_get(event, "awaits"));
	view->asked = value_copy(value_get(event, "asked"));
}

/* What is safe again keeps its place, empty, so that the others do not jump. */
void view_keep_output(struct view *view, const struct value *event)
{
	const char *line = value_get_text(event, "line");

	if (line)
		value_set_text(view->away, line,
			       value_get_bool(event, "safe") ? "" : value_get_text(event, "level"));
}

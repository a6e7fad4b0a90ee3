/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The original record's table: every reading as the journal has it, with what was asked of the operator, switched, refused, judged
 * and stopped between them, since a reading without what happened around it is half of an observation. Times that the clock
 * itself read for the script are left out: each other row has its own.
 */
#include "cli/report_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/figures.h"
#include "cli/words.h"
#include "run/journal_read.h"
#include "run/measure_shown.h"

static const struct {
	const char *kind;
	struct words title;
} KINDS[] = {
	{"request", {"asked for", "请求"}},
	{"result", {"in vain", "未成"}},
	{"reading", {"reading", "读数"}},
	{"judged", {"measure", "检验项目"}},
	{"operator", {"operator", "操作员"}},
	{"note", {"note", "备注"}},
	{"adjusted", {"adjusted", "调校"}},
	{"refused", {"refused", "拒绝"}},
	{"refusal", {"refused by the guard", "安全联锁拒绝"}},
	{"gap", {"gap in a stream", "数据缺口"}},
	{"wire", {"wire", "接线"}},
	{"failed", {"failed", "失败"}},
	{"stop", {"stop", "停止"}},
	{"trip", {"trip", "跳闸"}},
	{"recovered", {"controller lost", "控制器中断"}},
};

static const struct {
	struct words on, off;
} SWITCHED = {.on = {"on", "开"}, .off = {"off", "关"}};

static const struct words PHOTO = {"photo", "照片"};

enum { KIND_COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };

/* What a script asks of people and outputs; what it asks of instruments shows as readings. */
static const struct {
	const char *verb;
	struct words title;
} VERBS[] = {
	{"step_begin", {"step", "步骤"}},
	{"confirm", {"operator asked", "请操作员"}},
	{"enter", {"operator asked", "请操作员"}},
	{"scan", {"operator asked", "请操作员"}},
	{"adjust", {"operator asked", "请操作员"}},
	{"photograph", {"photo asked for", "请拍照"}},
	{"act", {"output", "输出"}},
};

enum { VERB_COUNT = sizeof(VERBS) / sizeof(VERBS[0]) };

static int verb_of(const struct journal_item *item)
{
	const char *verb = value_get_text(value_get(item->line, "says"), "verb");

	for (int i = 0; verb && i < VERB_COUNT; i++)
		if (!strcmp(verb, VERBS[i].verb))
			return i;
	return -1;
}

/* Times that the clock read for the script, answers that came as they should, and questions to instruments. */
static bool is_left_out(const struct journal_item *item)
{
	const char *of = value_get_text(item->line, "of");

	if (!strcmp(item->kind, "request"))
		return verb_of(item) < 0;
	if (!strcmp(item->kind, "result"))
		return value_get_bool(value_get(item->line, "says"), "ok");
	return !strcmp(item->kind, "reading") && of && !strcmp(of, "clock");
}

static int kind_of(const struct journal_item *item)
{
	for (int i = 0; item->kind && i < KIND_COUNT; i++)
		if (!strcmp(item->kind, KINDS[i].kind))
			return is_left_out(item) ? -1 : i;
	return -1;
}

static const char *first_text(const struct value *line, const char *const *names)
{
	for (; *names; names++)
		if (value_get_text(line, *names))
			return value_get_text(line, *names);
	return NULL;
}

/* With its own expanded uncertainty (k = 2), where it has one. */
static void add_value(struct value *row, const struct value *line, bool is_reading)
{
	struct value *measure = value_copy(line);
	struct buf text;

	if (is_reading && value_get(line, "u"))
		value_set_real(measure, "U", 2 * value_get_real(line, "u", 0));
	buf_init(&text);
	measure_shown(&text, measure);
	report_set(row, "value", text.data);
	buf_done(&text);
	value_free(measure);
}

static const char *title_of(const struct journal_item *item, int kind)
{
	int verb = strcmp(item->kind, "request") ? -1 : verb_of(item);

	return say(verb >= 0 ? VERBS[verb].title : KINDS[kind].title);
}

/* What the line says in words, in the reader's language where it has both. */
static void set_text(struct value *row, const struct value *line, const struct value *says)
{
	static const char *const TEXT[] = {"flaw", "why", "text", "by", "name", "error", NULL};
	const struct value *on = value_get(says, "on");
	char *text = figure_reason(first_text(says ? says : line, TEXT),
				   value_get_text(says ? says : line, "zh"));

	if (on && on->kind == VALUE_BOOL)
		report_set(row, "text", say(on->truth ? SWITCHED.on : SWITCHED.off));
	else
		report_set(row, "text", text);
	free(text);
}

/* Which photo it is, by its id and its digest; what else the person said stands beside the photo. */
static void set_photo(struct value *row, const struct value *photo)
{
	const char *sha256 = value_get_text(photo, "sha256");

	report_set(row, "of", value_get_text(photo, "id"));
	value_set(row, "text",
		  value_printf("%s: sha-256 %.16s…", say(PHOTO), sha256 ? sha256 : "?"));
}

static void add_row(struct value *rows, const struct journal_item *item, int kind)
{
	static const char *const OF[] = {"of",	    "measure", "what", "port",	 "line",
					 "channel", "setting", "step", "reader", NULL};
	const struct value *id = value_get(item->line, "id");
	const struct value *says = value_get(item->line, "says");
	bool is_reading = !strcmp(item->kind, "reading"), is_judged = !strcmp(item->kind, "judged");
	struct value *row = value_add(rows, value_map());
	struct buf time;

	buf_init(&time);
	figure_time(&time, item->time);
	report_set(row, "at", time.data);
	report_set(row, "kind", item->kind);
	report_set(row, "title", title_of(item, kind));
	value_set(row, "number", id && is_reading ? value_copy(id) : value_nil());
	report_set(row, "of", first_text(says ? says : item->line, OF));
	report_set(row, "key", is_judged ? value_get_text(item->line, "key") : NULL);
	report_set(row, "verdict", is_judged ? value_get_text(item->line, "verdict") : NULL);
	set_text(row, item->line, says);
	if (value_get(item->line, "photo"))
		set_photo(row, value_get(item->line, "photo"));
	add_value(row, item->line, is_reading);
	buf_done(&time);
}

struct value *report_readings(const struct account *account, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(account->folder, err);
	struct value *rows = value_list();
	struct journal_item item;
	int more = reader ? 1 : -1;

	while (more == 1 && (more = journal_reader_next(reader, &item, err)) == 1) {
		int kind = kind_of(&item);

		if (kind >= 0)
			add_row(rows, &item, kind);
	}
	journal_reader_close(reader);
	if (more == 0)
		return rows;
	value_free(rows);
	return NULL;
}

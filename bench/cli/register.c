/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy register: snapshots of registers that others keep, for places where nobody can ask them, and what this bench itself has
 * seen, for other benches.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/spelling.h"
#include "cli/book.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/listed.h"
#include "cli/place.h"
#include "cli/request.h"
#include "record/approval.h"
#include "record/event.h"
#include "record/laboratory.h"
#include "record/snapshot.h"

struct register_settings {
	const char *state, *list, *as_of, *source, *by, *note;
	bool partial, json;
};

#define TEXT_ROW(name, member, argument, english, chinese)                                         \
	{                                                                                          \
		name, OPTION_TEXT, argument, offsetof(struct register_settings, member),           \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}

static const struct option OPTIONS[] = {
	TEXT_ROW("list", list, "LIST",
		 "import: marks (safety marks; the default), prohibited (models that may not be "
		 "used), or seen (what another bench has seen)",
		 "import:marks(安全标志,缺省)、prohibited(禁止使用与淘汰目录)或 "
		 "seen(其他检验台见过的产品)"),
	TEXT_ROW("as-of", as_of, "DAY", "import: the day on which it was the register's state",
		 "import:快照所反映的登记日期"),
	TEXT_ROW("source", source, "TEXT", "import: who gave it, and how", "import:来源"),
	{"partial",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct register_settings, partial),
	 {"import: it is not the whole register: what is missing in it proves nothing",
	  "import:仅为登记的一部分,未列入者不作结论"}},
	TEXT_ROW("by", by, "PERSON", "who imports it, by staff number", "导入人(工号)"),
	TEXT_ROW("note", note, "TEXT", "a remark", "备注"),
	OPTION_STATE_ROW(struct register_settings),
	OPTION_JSON_ROW(struct register_settings),
	{0},
};

static const struct {
	struct words usage, needs, imported, none, head[7], complete, partial, old, controlled,
		uncontrolled, days, nothing;
} TEXTS = {
	.usage = {"davy register takes import FILE, show, find NUMBER_OR_MODEL, or seen",
		  "davy register 须为 import 文件、show、find 编号或型号 或 seen"},
	.needs = {"import needs --%s", "import 须给出 --%s"},
	.imported = {"%s: %s rows as of %s, recorded as number %lld",
		     "%s:%s 行,截至 %s,已登记为第 %lld 号记录"},
	.none = {"no snapshot is here: davy register import FILE --as-of DAY --source TEXT",
		 "尚无快照:davy register import 文件 --as-of 日期 --source 来源"},
	.head = {{"list", "名录"},
		 {"as of", "截至"},
		 {"age", "时龄"},
		 {"rows", "行数"},
		 {"extent", "范围"},
		 {"source", "来源"},
		 {"", ""}},
	.complete = {"complete", "完整"},
	.partial = {"partial", "部分"},
	.old = {"TOO OLD 已过时限", "已过时限"},
	.controlled = {"approved", "已批准"},
	.uncontrolled = {"UNCONTROLLED 未受控", "未受控"},
	.days = {"%lld d", "%lld 天"},
	.nothing = {"no snapshot has '%s'", "快照中没有 '%s'"},
};

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

/* ---- import ---- */

/* How many rows were read is the first thing that somebody wants to see who has exported them from elsewhere. */
static void tell_imported(const char *state, const char *list, int64_t seq)
{
	struct error ignored;
	struct value *answer = request_register(state, &ignored);
	const struct value *snapshots = value_get(answer, "snapshots");

	for (size_t i = 0; i < value_count(snapshots); i++) {
		const struct value *one = value_at(snapshots, i), *says = value_get(one, "says");

		if (value_get_int(one, "seq", 0) == seq)
			print_line(xprintf(say(TEXTS.imported), list, listed_text(says, "rows"),
					   listed_text(says, "as_of"), (long long)seq));
	}
	value_free(answer);
}

static int import(const struct register_settings *settings, const char *state, const char *file,
		  struct error *err)
{
	struct value *record = value_map(), *says = value_set(record, "says", value_map()), *answer;
	const char *list = settings->list ? settings->list : snapshot_list_name(SNAPSHOT_MARKS);
	char *path = place_absolute(file);

	value_set_text(record, "kind", ENTRY_SNAPSHOT);
	value_set_text(record, "path", path);
	value_set_text(says, "list", list);
	value_set_text(says, "as_of", settings->as_of);
	value_set_text(says, "scope", settings->partial ? "partial" : "complete");
	value_set_text(says, "source", settings->source);
	value_set_text(says, "by", settings->by);
	value_set_text(says, "note", settings->note);
	free(path);
	if (!settings->as_of || !settings->source) {
		value_free(record);
		return error_set(err, ERROR_USAGE, say(TEXTS.needs),
				 settings->as_of ? "source" : "as-of");
	}
	answer = request_append(state, record, err);
	if (!answer)
		return -1;
	if (settings->json)
		json_print(stdout, answer);
	else
		tell_imported(state, list, value_get_int(answer, "seq", 0));
	value_free(answer);
	return 0;
}

/* ---- show ---- */

static bool is_controlled(const struct value *answer, const char *sha256)
{
	struct wall_time now;
	struct error ignored;
	char day[LISTED_DAY_SIZE];

	listed_today(day);
	return wall_time_parse_day(&now, day, 0, &ignored) == 0 &&
	       approval_check(value_get(answer, "approvals"), "snapshot", sha256,
			      now.ms + WALL_TIME_DAY_MS - 1, &ignored) == 0;
}

static void add_row(struct table *table, const struct value *snapshot, const struct value *answer,
		    int64_t most)
{
	const struct value *says = value_get(snapshot, "says");
	char day[LISTED_DAY_SIZE];
	int64_t days;
	bool good = is_controlled(answer, listed_text(value_get(says, "file"), "sha256"));
	char *source = xstrdup(listed_text(says, "source")), *age, *marks;

	listed_today(day);
	days = listed_days(listed_text(says, "as_of"), day);
	age = xprintf(say(TEXTS.days), (long long)days);
	marks = xprintf("%s%s%s", days > most ? say(TEXTS.old) : "", days > most ? "  " : "",
			say(good ? TEXTS.controlled : TEXTS.uncontrolled));
	columns_clean(source);
	table_add(table,
		  (const char *const[]){listed_text(says, "list"), listed_text(says, "as_of"), age,
					listed_text(says, "rows"),
					say(!strcmp(listed_text(says, "scope"), "complete")
						    ? TEXTS.complete
						    : TEXTS.partial),
					source, marks});
	free(source);
	free(marks);
	free(age);
}

static int show(const struct register_settings *settings, const char *state, struct error *err)
{
	enum { COLUMN_COUNT = sizeof(TEXTS.head) / sizeof(TEXTS.head[0]) };
	struct value *answer = request_register(state, err), *rules = NULL;
	const struct value *snapshots = value_get(answer, "snapshots");
	const char *head[COLUMN_COUNT];
	struct table *table;

	if (!answer || laboratory_identity_rules(state, &rules, err) < 0) {
		value_free(answer);
		return -1;
	}
	if (settings->json) {
		json_print(stdout, snapshots);
	} else if (value_count(snapshots) == 0) {
		columns_print(stdout, say(TEXTS.none));
	} else {
		table = table_new(COLUMN_COUNT);
		for (int i = 0; i < COLUMN_COUNT; i++)
			head[i] = say(TEXTS.head[i]);
		table_add(table, head);
		table_has_head(table);
		for (size_t i = 0; i < value_count(snapshots); i++)
			add_row(table, value_at(snapshots, i), answer,
				value_get_int(rules, "snapshotDays", 0));
		table_print(table, 0, stdout);
		table_free(table);
	}
	value_free(rules);
	value_free(answer);
	return 0;
}

/* ---- find ---- */

struct finding {
	const char *wanted, *list;
	struct value *found;
};

static void take_row(void *ctx, const struct snapshot_row *row)
{
	struct finding *finding = ctx;
	struct value *one;

	for (int i = 0; i < SNAPSHOT_FIELDS; i++) {
		if ((i != SNAPSHOT_NUMBER && i != SNAPSHOT_MODEL && i != SNAPSHOT_TAG &&
		     i != SNAPSHOT_SERIAL) ||
		    !*row->field[i] || !spelling_same(row->field[i], finding->wanted))
			continue;
		one = value_add(finding->found, snapshot_row_describe(row));
		value_set_text(one, "list", finding->list);
		return;
	}
}

static void print_found(const struct value *row)
{
	struct buf line;

	buf_init(&line);
	buf_printf(&line, "%s:", listed_text(row, "list"));
	for (size_t i = 0; i < value_count(row); i++)
		if (strcmp(value_key(row, i), "list") != 0)
			buf_printf(&line, " %s=%s", value_key(row, i), value_at(row, i)->text);
	print_line(buf_detach(&line));
}

static int find(const struct register_settings *settings, const char *state, const char *wanted,
		struct error *err)
{
	struct finding finding = {.wanted = wanted, .found = value_list()};
	struct value *answer = request_register(state, err);
	const struct value *snapshots = value_get(answer, "snapshots");
	int done = answer ? 0 : -1;

	for (size_t i = 0; i < value_count(snapshots) && done == 0; i++) {
		finding.list = listed_text(value_get(value_at(snapshots, i), "says"), "list");
		done = snapshot_each(state, value_at(snapshots, i), take_row, &finding, err);
	}
	if (done == 0 && settings->json)
		json_print(stdout, finding.found);
	else if (done == 0 && value_count(finding.found) == 0)
		print_line(xprintf(say(TEXTS.nothing), wanted));
	for (size_t i = 0; done == 0 && !settings->json && i < value_count(finding.found); i++)
		print_found(value_at(finding.found, i));
	if (done == 0 && value_count(finding.found) == 0)
		done = EXIT_IS_FAIL;
	value_free(finding.found);
	value_free(answer);
	return done;
}

/* ---- seen ---- */

static bool is_identification(void *ctx, const struct entry *entry)
{
	(void)ctx;
	return value_get(entry->says, "mse:identity") != NULL;
}

static void print_field(const char *text, char end)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	printf("\"%c", end);
}

static void print_seen(const struct value *event)
{
	struct value *identity = event_extension(event, "identity");
	struct value *says = event_extension(event, "says");
	const struct value *read = value_get(identity, "read");
	const struct value *plate = value_get(read, "nameplate");

	if (*listed_text(plate, "serial")) {
		print_field(listed_text(value_get(read, "tag"), "uid"), ',');
		print_field(listed_text(plate, "ma"), ',');
		print_field(listed_text(plate, "serial"), ',');
		print_field(listed_text(event, "eventTime"), ',');
		print_field(listed_text(says, "place"), '\n');
	}
	value_free(says);
	value_free(identity);
}

/* As another bench imports it. */
static int seen(const char *state, struct error *err)
{
	struct book_events events;

	if (book_events(state, is_identification, NULL, &events, err) < 0) {
		book_events_done(&events);
		return -1;
	}
	puts("tag,number,serial,at,where");
	for (size_t i = 0; i < events.count; i++)
		print_seen(events.at[i].event);
	book_events_done(&events);
	return 0;
}

static int run_register(void *ctx, char **operands, int count, struct error *err)
{
	const struct register_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	if (!state)
		return -1;
	if (!strcmp(operands[0], "import") && count == 2)
		code = import(settings, state, operands[1], err);
	else if (!strcmp(operands[0], "show") && count == 1)
		code = show(settings, state, err);
	else if (!strcmp(operands[0], "find") && count == 2)
		code = find(settings, state, operands[1], err);
	else if (!strcmp(operands[0], "seen") && count == 1)
		code = seen(state, err);
	else
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
	free(state);
	return code;
}

const struct command COMMAND_REGISTER = {
	.name = "register",
	.operands = "import|show|find|seen [FILE|TEXT]",
	.least = 1,
	.most = 2,
	.summary = {"snapshots of the register of safety marks, for use offline",
		    "安全标志登记等名录的离线快照"},
	.more = {"A snapshot is a CSV or JSON file whose first row names its columns: number, "
		 "maker, model, product, standard, from, until, state (list marks); model, maker, "
		 "product, since, basis (prohibited); tag, number, serial, at, where (seen), or "
		 "the same in Chinese. It is kept as it came, and davy identify works with it. "
		 "`davy approve FILE` by two persons controls it.\n"
		 "`seen` prints what this bench has identified, as another one imports it. `find` "
		 "ends with 1 where nothing is found.",
		 "快照为 CSV 或 JSON "
		 "文件,首行为栏名:安全标志编号、生产单位、型号、产品名称、执行标准、"
		 "发证日期、有效期至、状态(marks);型号、生产单位、产品名称、禁止日期、依据("
		 "prohibited);"
		 "电子标签、安全标志编号、出厂编号、时间、地点(seen)。文件原样保存,供 davy "
		 "identify "
		 "使用;经两人 `davy approve 文件` 批准即为受控。\n"
		 "`seen` 输出本台核验过的产品,供其他检验台导入。未找到时 `find` 的退出码为 1。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct register_settings),
	.run = run_register,
};

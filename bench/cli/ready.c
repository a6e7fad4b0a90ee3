/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: the one screen to look at before leaving for a mine. Nothing is moved, drawn or printed; a controller is
 * started where there is none, as by every command that asks one.
 *
 * One line for each matter: a mark, what was found, and what to do. The worst mark of all decides the exit code.
 *
 *   ✗ not ready  A run on real wires would be refused, or could decide nothing, or could not be recorded; or the specimen
 *                of an earlier one must not be touched: a calendar that is not to be believed, too little room, a wire that
 *                is missing or taken, no cylinder on a gas line of the station, a cylinder or certificate that ends before
 *                the last day, an instrument whose check standard gives no repeatability, a snapshot of a register that is
 *                too old by then, a protocol that does not load, a file that is not approved where results go into
 *                certificates, a limit set that is not signed, a controller that does not answer, a log that cannot be kept,
 *                a disk that is mounted read-only, a real run that is on, a bench's key that is revoked, a battery that is
 *                low, a person's own key that does not open; and of the persons who were named, whoever may not sign until
 *                the end. It ends with 1.
 *   ! look       The day may do without it, and a person decides: no printer, no reader, no snapshot, a clock that no time server has
 *                set, half a battery, a key that nobody has vouched for, an authorisation of somebody who may not be going,
 *                a check standard out of control on which no instrument rests, a run that was cut short; and whatever could
 *                not be looked at.
 *   ✓ ready      It was looked at, and is well.
 *
 * What was not asked for (a station, protocols, a key) has no line. How full a battery is enough is chosen (ready_machine.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/ready_parts.h"
#include "loop/machine_time.h"
#include "record/wall_time.h"
#include "run/calendar.h"

enum { PROTOCOLS_MOST = 16 };

struct ready_settings {
	const char *state, *until, *station, *limits, *by, *key, *passphrase;
	bool certificate, json;
};

static const struct option OPTIONS[] = {
	{"until",
	 OPTION_TEXT,
	 "DAY",
	 offsetof(struct ready_settings, until),
	 {"the last day of the trip, YYYY-MM-DD; else today",
	  "外出的最后一天,YYYY-MM-DD;缺省为今日"}},
	{"station",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct ready_settings, station),
	 {"the station: its wires, and what its fixtures need", "工位文件:核对接线及其工装所需"}},
	{"certificate",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct ready_settings, certificate),
	 {"results of these protocols go into certificates: are their files approved?",
	  "这些检验程序用于出具证书:核对其文件是否经批准"}},
	{"limits",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct ready_settings, limits),
	 {"the laboratory's limit set: is it signed?", "实验室限值文件:核对是否已签署"}},
	{"by",
	 OPTION_TEXT,
	 "A,B",
	 offsetof(struct ready_settings, by),
	 {"who goes, by staff number: may they sign until the end?",
	  "外出人员工号:核对其授权是否有效至最后一天"}},
	OPTION_KEY_ROW(struct ready_settings),
	OPTION_PASSPHRASE_ROW(struct ready_settings),
	OPTION_STATE_ROW(struct ready_settings),
	OPTION_JSON_ROW(struct ready_settings),
	{0},
};

/* The matters in the order in which they are shown: another is one function and one row. */
static const struct {
	const char *id;
	struct words name;
	ready_look_fn *look;
} MATTERS[] = {
	{"battery", {"battery", "电池"}, ready_battery},
	{"disk", {"disk", "存储"}, ready_disk},
	{"clock", {"clock", "时钟"}, ready_clock},
	{"controller", {"controller", "控制器"}, ready_controller},
	{"records", {"records", "记录"}, ready_records},
	{"runs", {"unfinished runs", "未结束的检验"}, ready_runs},
	{"hazards", {"specimens", "样品"}, ready_hazards},
	{"wires", {"wires", "接线"}, ready_wires},
	{"readers", {"readers", "读取器"}, ready_readers},
	{"gases", {"gases", "标准气"}, ready_gases},
	{"instruments", {"instruments", "设备证书"}, ready_instruments},
	{"check_standards", {"check standards", "核查标准"}, ready_standards},
	{"snapshots", {"register snapshot", "名录快照"}, ready_snapshots},
	{"outbox", {"outbox", "待送记录"}, ready_outbox},
	{"orders", {"job orders", "检验任务"}, ready_orders},
	{"protocols", {"protocols", "检验程序"}, ready_protocols},
	{"approvals", {"approvals", "批准"}, ready_approvals},
	{"bench_key", {"bench's key", "检验台密钥"}, ready_bench_key},
	{"people", {"people", "人员授权"}, ready_people},
	{"own_key", {"your key", "本人密钥"}, ready_own_key},
	{"printer", {"printer", "打印机"}, ready_printer},
};

enum { MATTER_COUNT = sizeof(MATTERS) / sizeof(MATTERS[0]) };

static const struct {
	struct words unseen, no_records, no_date, no_day, past, which, matter, found, todo, and,
		until, is_ready, is_ready_but, not_ready, comma;
} TEXTS = {
	.unseen = {"not looked at: %s", "未查看:%s"},
	.no_records = {"the bench's records cannot be read", "无法读取检验台记录"},
	.no_date = {"the clock is not to be believed: name the day, --until",
		    "时钟不可信:请用 --until 给出日期"},
	.no_day = {"--until takes a day, YYYY-MM-DD, and '%s' is none",
		   "--until 须为日期 YYYY-MM-DD,'%s' 不是"},
	.past = {"--until %s is over: today is %s", "--until %s 已过:今日为 %s"},
	.which = {"--certificate is about protocols: name them", "--certificate 须给出检验程序"},
	.matter = {"matter", "事项"},
	.found = {"found", "情况"},
	.todo = {"to do", "处理"},
	.and = {"; ", ";"},
	.until = {" until %s", "(至 %s)"},
	.is_ready = {"READY 就绪%s", "READY 就绪%s"},
	.is_ready_but = {"READY 就绪%s; look at: %s", "READY 就绪%s;请留意:%s"},
	.not_ready = {"NOT READY 未就绪%s: %s", "NOT READY 未就绪%s:%s"},
	.comma = {", ", "、"},
};

/* ---- what was found ---- */

static void add_once(struct value *list, const char *text)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (!strcmp(value_at(list, i)->text, text))
			return;
	value_add(list, value_text(text));
}

void ready_find(struct ready_finding *finding, enum ready_mark mark, char *found, const char *todo)
{
	columns_clean(found);
	add_once(finding->found, found);
	free(found);
	if (todo)
		add_once(finding->todo, todo);
	if (mark > finding->mark)
		finding->mark = mark;
}

void ready_unseen(struct ready_finding *finding, const char *why)
{
	ready_find(finding, READY_LOOK, xprintf(say(TEXTS.unseen), why), NULL);
}

bool ready_is_undated(const struct ready *ready, struct ready_finding *finding)
{
	if (!ready->has_date)
		ready_unseen(finding, say(TEXTS.no_date));
	return !ready->has_date;
}

bool ready_is_unregistered(const struct ready *ready, struct ready_finding *finding)
{
	if (!ready->registered)
		ready_unseen(finding,
			     ready->status ? say(TEXTS.no_records) : ready->registered_why.text);
	return !ready->registered;
}

/* ---- the day ---- */

/* Certificates end with a day of UTC, and people have their own: the later of both is today. */
static int read_days(struct ready *ready, const char *until, struct error *err)
{
	struct machine_time now;
	struct wall_time end;
	struct error why;
	char utc[LISTED_DAY_SIZE], text[WALL_TIME_SIZE], today[LISTED_DAY_SIZE];

	calendar_open(ready->state);
	machine_time_read(&now);
	ready->is_believed = calendar_check(ready->state, &why) == 0;
	ready->has_date = ready->is_believed || until;
	listed_today(utc);
	wall_time_write(&(struct wall_time){now.wall_ms, now.zone_minutes}, text);
	listed_day(text, today);
	if (strcmp(utc, today) > 0)
		snprintf(today, sizeof(today), "%s", utc);
	if (wall_time_parse_day(&end, until ? until : today, now.zone_minutes, &why) < 0)
		return error_set(err, ERROR_USAGE, say(TEXTS.no_day), until);
	if (until && ready->is_believed && strcmp(until, today) < 0)
		return error_set(err, ERROR_USAGE, say(TEXTS.past), until, today);
	snprintf(ready->until, sizeof(ready->until), "%s", until ? until : today);
	ready->until_ms = end.ms + WALL_TIME_DAY_MS - 1;
	return 0;
}

/* ---- the screen ---- */

static const char *mark_word(enum ready_mark mark)
{
	static const char *const WORDS[] = {
		[READY_YES] = "ready", [READY_LOOK] = "look", [READY_NO] = "not_ready"};

	return WORDS[mark];
}

static const char *mark_sign(enum ready_mark mark)
{
	return mark == READY_YES ? "✓" : mark == READY_LOOK ? "!" : "✗";
}

static char *joined(const struct value *texts, const char *between)
{
	struct buf line;

	buf_init(&line);
	for (size_t i = 0; i < value_count(texts); i++)
		buf_printf(&line, "%s%s", i ? between : "", value_at(texts, i)->text);
	return buf_detach(&line);
}

static void add_row(struct table *table, const char *name, const struct ready_finding *finding)
{
	char *first = xprintf("%s %s", mark_sign(finding->mark), name);
	char *found = joined(finding->found, say(TEXTS.and));
	char *todo = joined(finding->todo, say(TEXTS.and));

	table_add(table, (const char *const[]){first, found, todo});
	free(first);
	free(found);
	free(todo);
}

static struct value *describe(const char *id, const struct ready_finding *finding)
{
	struct value *one = value_map();

	value_set_text(one, "matter", id);
	value_set_text(one, "mark", mark_word(finding->mark));
	value_set(one, "found", value_copy(finding->found));
	value_set(one, "todo", value_copy(finding->todo));
	return one;
}

struct screen_of_day {
	struct table *table;
	struct value *matters;	      /* for --json */
	struct value *look, *not_yet; /* names of matters */
};

static void look_at_all(const struct ready *ready, struct screen_of_day *screen)
{
	for (int i = 0; i < MATTER_COUNT; i++) {
		struct ready_finding finding = {
			.mark = READY_YES, .found = value_list(), .todo = value_list()};
		const char *name = say(MATTERS[i].name);

		MATTERS[i].look(ready, &finding);
		if (value_count(finding.found)) {
			add_row(screen->table, name, &finding);
			value_add(screen->matters, describe(MATTERS[i].id, &finding));
		}
		if (finding.mark != READY_YES)
			value_add(finding.mark == READY_NO ? screen->not_yet : screen->look,
				  value_text(name));
		value_free(finding.found);
		value_free(finding.todo);
	}
}

static void print_line(char *line)
{
	columns_print(stdout, line);
	free(line);
}

static void print_text(const struct ready *ready, const struct screen_of_day *screen)
{
	char *look = joined(screen->look, say(TEXTS.comma));
	char *not_yet = joined(screen->not_yet, say(TEXTS.comma));
	char *until = ready->has_date ? xprintf(say(TEXTS.until), ready->until) : xstrdup("");

	table_print(screen->table, 0, stdout);
	if (*not_yet)
		print_line(xprintf(say(TEXTS.not_ready), until, not_yet));
	else if (*look)
		print_line(xprintf(say(TEXTS.is_ready_but), until, look));
	else
		print_line(xprintf(say(TEXTS.is_ready), until));
	free(until);
	free(look);
	free(not_yet);
}

static void print_json(const struct ready *ready, const struct screen_of_day *screen)
{
	struct value *object = value_map();

	value_set_bool(object, "ready", value_count(screen->not_yet) == 0);
	value_set_text(object, "until", ready->has_date ? ready->until : NULL);
	value_set(object, "matters", value_copy(screen->matters));
	json_print(stdout, object);
	value_free(object);
}

/* ---- the command ---- */

static int show(const struct ready *ready, bool json)
{
	struct screen_of_day screen = {.table = table_new(3),
				       .matters = value_list(),
				       .look = value_list(),
				       .not_yet = value_list()};
	int code;

	table_has_head(screen.table);
	table_add(screen.table,
		  (const char *const[]){say(TEXTS.matter), say(TEXTS.found), say(TEXTS.todo)});
	look_at_all(ready, &screen);
	(json ? print_json : print_text)(ready, &screen);
	code = value_count(screen.not_yet) ? EXIT_IS_FAIL : EXIT_IS_PASS;
	table_free(screen.table);
	value_free(screen.matters);
	value_free(screen.look);
	value_free(screen.not_yet);
	return code;
}

static int run_ready(void *ctx, char **operands, int count, struct error *err)
{
	const struct ready_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	char *program = state ? place_program(err) : NULL;
	char *station = settings->station ? place_absolute(settings->station) : NULL;
	struct ready ready = {.state = state,
			      .misses_system = place_misses_system(settings->state),
			      .program = program,
			      .station = station,
			      .certificate = settings->certificate,
			      .limits = settings->limits,
			      .by = settings->by,
			      .key = settings->key,
			      .word = settings->passphrase};
	int code = -1;

	if (program && settings->certificate && !count)
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.which));
	else if (program && read_days(&ready, settings->until, err) == 0) {
		ready_ask(&ready);
		ready_load(&ready, operands, (size_t)count);
		code = show(&ready, settings->json);
	}
	ready_done(&ready);
	free(station);
	free(program);
	free(state);
	return code;
}

const struct command COMMAND_READY = {
	.name = "ready",
	.operands = "[PROTOCOL…]",
	.least = 0,
	.most = PROTOCOLS_MOST,
	.summary = {"before leaving: is all that the day needs in order?",
		    "出发前检查:当天所需是否就绪"},
	.more = {"Battery, disk, clock, controller, records, unfinished runs, specimens that wait, "
		 "gases, "
		 "certificates, check standards, keys and people, printer; with --station its "
		 "wires, "
		 "too. Works offline, and moves nothing. It ends with 1 where something is not "
		 "ready "
		 "(✗). What a person should look at (!) keeps nobody back.",
		 "电池、存储、时钟、控制器、记录、未结束的检验、待处置样品、标准气、证书、核查标准"
		 "、密钥"
		 "与人员、打印机;"
		 "给出 --station 时还包括接线。无需联网,不动作任何输出。有事项未就绪(✗)时退出码为 "
		 "1;"
		 "须留意的事项(!)不影响退出码。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct ready_settings),
	.run = run_ready,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* davy order: what a laboratory has been asked to test, in which stages, and what is left of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/job_result.h"
#include "cli/job_state.h"
#include "cli/listed.h"
#include "cli/place.h"
#include "cli/request.h"
#include "cli/sampling_form.h"
#include "record/job_order.h"

enum { FILE_MOST = 1 << 20 };

struct job_settings {
	const char *state, *by, *why;
	bool json;
};

static const struct option OPTIONS[] = {
	{"by",
	 OPTION_TEXT,
	 "PERSON",
	 offsetof(struct job_settings, by),
	 {"add: who takes it on; judge: who has it recorded; by staff number",
	  "add:受理人;judge:登记人(工号)"}},
	{"why",
	 OPTION_TEXT,
	 "TEXT",
	 offsetof(struct job_settings, why),
	 {"add: why it stands in the place of an earlier one", "add:更改任务的原因"}},
	OPTION_STATE_ROW(struct job_settings),
	OPTION_JSON_ROW(struct job_settings),
	{0},
};

static const struct {
	struct words usage, object, added, none, head[5], states[5], left, all_done, from, until,
		rehearsal, listed[5], runs, which, judged;
} TEXTS = {
	.usage = {"davy order takes add FILE, show NUMBER, judge NUMBER [RESULT] or list",
		  "davy order 须为 add 文件、show 任务编号、judge 任务编号 [综合结果] 或 list"},
	.which = {"order %.60s: say which of its results, as davy order show names them",
		  "任务 %.60s:请指明综合结果的名称(见 davy order show)"},
	.judged = {"order %s: its result is recorded as number %lld",
		   "任务 %s:综合结果已登记为第 %lld 号记录"},
	.object = {"%s: an order is one JSON object", "%s:任务为一个 JSON 对象"},
	.added = {"order %s: %zu specimens, %zu stages, recorded as number %lld",
		  "任务 %s:样品 %zu 件,阶段 %zu 个,已登记为第 %lld 号记录"},
	.none = {"no order is recorded: davy order add FILE", "尚无任务:davy order add 文件"},
	.head = {{"specimen", "样品"}, {"stage", "阶段"}, {"", ""}, {"run", "检验"}, {"", ""}},
	.states = {{"done", "完成"},
		   {"left", "待做"},
		   {"waiting", "等待"},
		   {"to be identified", "待核验"},
		   {"TOO LATE", "已逾期"}},
	.left = {"%zu of %zu left", "共 %2$zu 项,尚余 %1$zu 项"},
	.all_done = {"all %zu done", "%zu 项全部完成"},
	.from = {"from %.16s", "自 %.16s"},
	.until = {"until %.16s", "至 %.16s"},
	.rehearsal =
		{"REHEARSAL 演练: simulated runs count, and no real ones; stages follow in the "
		 "order of their records, and no interval between them is kept",
		 "REHEARSAL 演练:仅计仿真检验;各阶段按记录先后衔接,不核对间隔时间"},
	.listed = {{"order", "任务"},
		   {"specimens", "样品"},
		   {"stages", "阶段"},
		   {"left", "尚余"},
		   {"record", "记录"}},
	.runs = {"%lld runs", "检验 %lld 次"},
};
static const char *const STATES[] = {"done", "left", "waiting", "identify", "late"};

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

/* ---- add ---- */

/* Paths in it are seen from its own folder, and a command is called in any. */
static void make_absolute(struct value *map, const char *folder, const char *name)
{
	const char *path = value_get_text(map, name);
	char *whole;

	if (!path || path[0] == '/')
		return;
	whole = xprintf("%s/%s", folder, path);
	if (access(whole, R_OK) == 0)
		value_set_text(map, name, whole);
	free(whole);
}

static void make_paths(struct value *order, const char *path)
{
	char *folder = place_absolute(path);
	const struct value *stages = value_get(order, "stages");

	*strrchr(folder, '/') = '\0';
	make_absolute(order, folder, "limits");
	for (size_t i = 0; i < value_count(stages); i++) {
		make_absolute(stages->items[i], folder, "limits");
		make_absolute(stages->items[i], folder, "protocol");
	}
	free(folder);
}

static struct value *read_order(const char *path, struct error *err)
{
	struct value *order = NULL;
	struct buf text;

	buf_init(&text);
	if (file_read(path, FILE_MOST, &text, err) == 0)
		order = json_parse(text.data, text.size, path, err);
	else
		err->kind = ERROR_USAGE;
	buf_done(&text);
	if (order && order->kind != VALUE_MAP) {
		error_set(err, ERROR_USAGE, say(TEXTS.object), path);
		value_free(order);
		return NULL;
	}
	return order;
}

static int add(const struct job_settings *settings, const char *state, const char *path,
	       struct error *err)
{
	struct value *order = read_order(path, err), *record, *answer;
	const char *number;

	if (!order)
		return -1;
	if (value_get(order, "form") && sampling_form_check(value_get(order, "form"), err) < 0) {
		value_free(order);
		return error_context(err, "%s", path);
	}
	make_paths(order, path);
	if (settings->by)
		value_set_text(order, "by", settings->by);
	value_set_text(order, "why", settings->why);
	record = value_map();
	value_set_text(record, "kind", ENTRY_JOB_ORDER);
	value_set(record, "says", value_copy(order));
	answer = request_append(state, record, err);
	number = value_get_text(order, "number");
	if (answer && settings->json)
		json_print(stdout, answer);
	else if (answer)
		print_line(xprintf(say(TEXTS.added), number ? number : "",
				   value_count(value_get(order, "specimens")),
				   value_count(value_get(order, "stages")),
				   (long long)value_get_int(answer, "seq", 0)));
	value_free(order);
	if (!answer)
		return error_context(err, "%s", path);
	value_free(answer);
	return 0;
}

/* ---- show ---- */

static size_t left_of(const struct value *progress)
{
	size_t left = 0;

	for (size_t i = 0; i < value_count(progress); i++)
		left += strcmp(listed_text(value_at(progress, i), "state"), "done") != 0;
	return left;
}

static const char *state_title(const char *state)
{
	for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++)
		if (!strcmp(state, STATES[i]))
			return say(TEXTS.states[i]);
	return state;
}

/* When it may be run, where that is bounded; of what is done how many runs it took. */
static void say_when(struct buf *out, const struct value *place)
{
	const char *from = listed_text(place, "from"), *until = listed_text(place, "until");
	int64_t runs = value_get_int(place, "runs", 0);

	if (!strcmp(listed_text(place, "state"), "done")) {
		if (runs > 1)
			buf_printf(out, say(TEXTS.runs), (long long)runs);
		return;
	}
	if (*from)
		buf_printf(out, say(TEXTS.from), from);
	if (*until) {
		buf_add_text(out, *from ? " " : "");
		buf_printf(out, say(TEXTS.until), until);
	}
}

static void add_place(struct table *table, const struct value *order, const struct value *place)
{
	const struct value *specimen = value_at(value_get(order, "specimens"),
						(size_t)value_get_int(place, "specimen", 0));
	const struct value *stage =
		value_at(value_get(order, "stages"), (size_t)value_get_int(place, "stage", 0));
	const char *verdict = value_get_text(place, "verdict");
	struct buf became, when;

	buf_init(&became);
	buf_init(&when);
	if (verdict)
		figure_verdict(&became, verdict);
	else
		buf_add_text(&became, state_title(listed_text(place, "state")));
	say_when(&when, place);
	table_add(table,
		  (const char *const[]){listed_text(specimen, "serial"), listed_text(stage, "name"),
					became.data, listed_text(place, "run"), when.data});
	buf_done(&when);
	buf_done(&became);
}

static void print_party(const struct value *order)
{
	const struct value *party = value_get(order, "party");
	struct buf line;

	buf_init(&line);
	buf_add_text(&line, listed_text(order, "number"));
	for (size_t i = 0; i < value_count(party); i++)
		buf_printf(&line, "  %s: %s", value_key(party, i), value_at(party, i)->text);
	print_line(buf_detach(&line));
	if (value_get_bool(order, "rehearsal"))
		columns_print(stdout, say(TEXTS.rehearsal));
}

static void print_job(const struct job_state *job)
{
	enum { COLUMN_COUNT = sizeof(TEXTS.head) / sizeof(TEXTS.head[0]) };
	struct table *table = table_new(COLUMN_COUNT);
	size_t all = value_count(job->progress), left = left_of(job->progress);
	const char *head[COLUMN_COUNT];

	print_party(job->order);
	for (int i = 0; i < COLUMN_COUNT; i++)
		head[i] = say(TEXTS.head[i]);
	table_add(table, head);
	table_has_head(table);
	for (size_t i = 0; i < all; i++)
		add_place(table, job->order, value_at(job->progress, i));
	table_print(table, 2, stdout);
	table_free(table);
	print_line(left ? xprintf(say(TEXTS.left), left, all) : xprintf(say(TEXTS.all_done), all));
	job_result_print(job);
}

static int show(const struct job_settings *settings, const char *state, const char *number,
		struct error *err)
{
	struct job_state job;
	struct value *object;
	int done = job_state_read(&job, state, number, err);

	if (done == 0 && settings->json) {
		object = value_map();
		value_set(object, "order", value_copy(job.order));
		value_set(object, "progress", value_copy(job.progress));
		value_set(object, "results", value_copy(job.results));
		value_set(object, "judged", value_copy(job.judged));
		json_print(stdout, object);
		value_free(object);
	} else if (done == 0) {
		print_job(&job);
	}
	job_state_done(&job);
	return done;
}

/* ---- list ---- */

static void add_row(struct table *table, const struct job_standing *standing)
{
	const struct value *says = job_standing_order(standing);
	char specimens[24], stages[24], left[24], seq[24];
	struct job_state job;

	job_state_from(&job, standing);
	snprintf(specimens, sizeof(specimens), "%zu", value_count(value_get(says, "specimens")));
	snprintf(stages, sizeof(stages), "%zu", value_count(value_get(says, "stages")));
	snprintf(left, sizeof(left), "%zu / %zu", left_of(job.progress), value_count(job.progress));
	snprintf(seq, sizeof(seq), "%lld", (long long)job_standing_seq(standing));
	table_add(table,
		  (const char *const[]){listed_text(says, "number"), specimens, stages, left, seq});
	job_state_done(&job);
}

static void print_orders(const struct job_log *log)
{
	enum { COLUMN_COUNT = sizeof(TEXTS.listed) / sizeof(TEXTS.listed[0]) };
	struct table *table = table_new(COLUMN_COUNT);
	const char *head[COLUMN_COUNT];

	for (int i = 0; i < COLUMN_COUNT; i++)
		head[i] = say(TEXTS.listed[i]);
	table_add(table, head);
	table_has_head(table);
	for (size_t i = 0; i < log->count; i++)
		add_row(table, log->at[i]);
	table_print(table, 0, stdout);
	table_free(table);
}

static void print_listed(const struct job_log *log)
{
	struct value *orders = value_list();

	for (size_t i = 0; i < log->count; i++) {
		struct value *one = value_add(orders, value_map());

		value_set_int(one, "seq", (int64_t)job_standing_seq(log->at[i]));
		value_set(one, "says", value_copy(job_standing_order(log->at[i])));
	}
	json_print(stdout, orders);
	value_free(orders);
}

static int list(const struct job_settings *settings, const char *state, struct error *err)
{
	struct job_log log;
	int done = job_log_read(&log, state, err);

	if (done == 0 && settings->json)
		print_listed(&log);
	else if (done == 0 && log.count == 0)
		columns_print(stdout, say(TEXTS.none));
	else if (done == 0)
		print_orders(&log);
	job_log_done(&log);
	return done;
}

/* ---- judge ---- */

/* The only result, where none is named. */
static int judge(const struct job_settings *settings, const char *state, const char *number,
		 const char *name, struct error *err)
{
	struct job_state job;
	int done = job_state_read(&job, state, number, err);
	const struct value *results = job.results;
	struct value *record, *says, *answer = NULL;

	if (done == 0 && !name && value_count(results) != 1)
		done = error_set(err, ERROR_USAGE, say(TEXTS.which), number);
	if (done == 0) {
		record = value_map();
		value_set_text(record, "kind", ENTRY_JOB_RESULT);
		says = value_set(record, "says", value_map());
		value_set_text(says, "number", number);
		value_set_text(says, "result",
			       name ? name : listed_text(value_at(results, 0), "name"));
		value_set_text(says, "by", settings->by);
		answer = request_append(state, record, err);
	}
	job_state_done(&job);
	if (answer && settings->json)
		json_print(stdout, answer);
	else if (answer)
		print_line(xprintf(say(TEXTS.judged), number,
				   (long long)value_get_int(answer, "seq", 0)));
	done = answer ? 0 : -1;
	value_free(answer);
	return done;
}

static int run_job(void *ctx, char **operands, int count, struct error *err)
{
	const struct job_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	if (!state)
		return -1;
	if (!strcmp(operands[0], "add") && count == 2)
		code = add(settings, state, operands[1], err);
	else if (!strcmp(operands[0], "show") && count == 2)
		code = show(settings, state, operands[1], err);
	else if (!strcmp(operands[0], "judge") && count >= 2)
		code = judge(settings, state, operands[1], count == 3 ? operands[2] : NULL, err);
	else if (!strcmp(operands[0], "list") && count == 1)
		code = list(settings, state, err);
	else
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
	free(state);
	return code;
}

const struct command COMMAND_ORDER = {
	.name = "order",
	.operands = "add|show|judge|list [FILE|NUMBER [RESULT]]",
	.least = 1,
	.most = 3,
	.summary = {"what is to be tested for whom, in which stages, and what is left of it",
		    "检验任务:样品、阶段与剩余项目"},
	.more = {"FILE is one JSON object: number, specimens (a list of {ma, serial, …}), stages "
		 "(a "
		 "list of {name, protocol, params, limits, of, after, least, most, storage, "
		 "reidentify, verdict}), and party, form, people, limits, certificate, rehearsal, "
		 "note; "
		 "man davy has an example.\n"
		 "`davy run --order NUMBER --stage NAME --dut serial=…` runs a stage; one that "
		 "comes "
		 "after another is refused before its time, after it, and where the specimen was "
		 "not "
		 "identified again. A FAIL stands until a named person voids it. What rests on "
		 "several "
		 "specimens together (results) is worked out from their runs; `judge` records "
		 "it.",
		 "FILE 为一个 JSON 对象:number 编号、specimens 样品表({ma, serial, …})、stages "
		 "阶段表"
		 "({name, protocol, params, limits, of, after, least, most, storage, "
		 "reidentify, verdict}),以及 "
		 "party、form、people、limits、certificate、rehearsal、results、note;示例见 man "
		 "davy。\n"
		 "`davy run --order 编号 --stage 阶段 --dut serial=…` "
		 "执行一个阶段;未到时间、已逾期或"
		 "未重新核验的不予开始。不合格判定除非由具名人员作废,一直有效。"
		 "综合结果(results)由各样品的检验得出,`judge` 予以登记。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct job_settings),
	.run = run_job,
};

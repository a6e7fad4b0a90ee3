/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy show: a run as its journal tells it, with everything that its verdict rests on. A journal whose
 * chain does not hold is not shown as if it did: the command names the line and ends with 3.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/history.h"
#include "cli/place.h"
#include "run/account.h"
#include "run/photo.h"
#include "cli/show_budget.h"
#include "cli/show_journal.h"

struct show_settings {
	const char *state;
	bool json, journal, budget;
};

static const struct option OPTIONS[] = {
	{"journal",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct show_settings, journal),
	 {"print every line and every byte of the journal", "输出日志的每一行与每一字节"}},
	{"budget",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct show_settings, budget),
	 {"print where the uncertainty of each measure, or of MEASURE, comes from",
	  "输出各检验项目(或 MEASURE)的不确定度来源"}},
	OPTION_STATE_ROW(struct show_settings),
	OPTION_JSON_ROW(struct show_settings),
	{0},
};

static const struct {
	struct words protocol, standard, dut, order, fault, severity, seed, slot, simulated_why,
		limit_set, calibration, control, controlled, uncontrolled, began, rule, instrument,
		gas, method, replaced, limit, accepts, source, why, expected, open, bench_time,
		journal, chain, record, torn, only, needs_budget, warning, earlier, unknown, became,
		adjusted, photo, interrupted, away;
} TEXTS = {
	.adjusted = {"adjusted", "调校"},
	.photo = {"photo", "照片"},
	.interrupted = {"no verdict: interrupted; go on with it, or end it, with davy continue",
			"尚无判定:已中断,可用 davy continue 继续或结束"},
	.away = {"INTERRUPTED", "中断"},
	.protocol = {"protocol", "检验程序"},
	.standard = {"standard", "标准"},
	.dut = {"device under test", "受检样品"},
	.order = {"order", "委托"},
	.fault = {"fault", "故障"},
	.severity = {"severity", "程度"},
	.seed = {"seed", "种子"},
	.slot = {"slot", "工位"},
	.simulated_why = {"SIMULATED, since", "判为仿真,因为"},
	.limit_set = {"limit set", "限值文件"},
	.calibration = {"calibration", "校准文件"},
	.control = {"control", "受控状态"},
	.controlled = {"for a certificate: approved files only 受控",
		       "受控(用于出具证书):仅用经批准的文件"},
	.uncontrolled = {"uncontrolled 未受控", "未受控 uncontrolled"},
	.began = {"began", "开始"},
	.rule = {"decision rule", "判定规则"},
	.instrument = {"instrument", "检测设备"},
	.gas = {"gas", "用气"},
	.method = {"DEVIATION: the method differs", "偏离:方法"},
	.replaced = {"DEVIATION: in place of", "偏离:代替"},
	.limit = {"limit", "限值"},
	.accepts = {"accepted", "接受限"},
	.source = {"source", "来源"},
	.why = {"why", "原因"},
	.expected = {"expected", "应为"},
	.open = {"no verdict: running, or cut short", "尚无判定:进行中或中断"},
	.bench_time = {"bench time", "试验时间"},
	.journal = {"journal", "日志"},
	.chain = {"head of its chain", "链首散列"},
	.record = {"record", "检验记录"},
	.torn = {"torn bytes behind the last line", "末行之后的残缺字节"},
	.only = {"only step", "仅步骤"},
	.warning = {"WARNING", "警告"},
	.earlier = {"earlier run of this specimen", "该样品此前的检验"},
	.unknown = {"earlier runs of this specimen are not known", "该样品此前的检验不详"},
	.became = {"what became of this run", "本次检验其后的处置"},
	.needs_budget = {"davy show takes a measure, such as '%s', only with --budget",
			 "davy show 仅在 --budget 时接受检验项目名,如 '%s'"},
};

/* ---- the head ---- */

static void row(struct table *table, struct words name, const char *text)
{
	if (text && *text)
		table_add(table, (const char *const[]){say(name), text});
}

static void dut_row(struct table *table, const struct value *head)
{
	struct buf text;

	buf_init(&text);
	figure_dut(&text, head);
	row(table, TEXTS.dut, text.data);
	buf_done(&text);
}

static void order_row(struct table *table, const struct value *head)
{
	const struct value *order = value_get(head, "order");
	const struct value *params = value_get(order, "params");
	const char *fault = value_get_text(order, "fault"), *only = value_get_text(order, "only");
	struct buf text;

	buf_init(&text);
	buf_printf(&text, "%s %lld, %s %lld", say(TEXTS.slot),
		   (long long)value_get_int(order, "slot", 0), say(TEXTS.seed),
		   (long long)value_get_int(order, "seed", 0));
	if (fault)
		buf_printf(&text, ", %s %s (%s %.3g)", say(TEXTS.fault), fault, say(TEXTS.severity),
			   value_get_real(order, "severity", 1));
	if (only)
		buf_printf(&text, ", %s '%s'", say(TEXTS.only), only);
	if (value_get(head, "wires")) {
		buf_add_text(&text, ", ");
		figure_wires(&text, value_get_bool(order, "rig") ? "rig" : "real",
			     value_get_text(head, "station_source"));
	}
	if (value_get_bool(order, "force"))
		buf_add_text(&text, ", --force");
	for (size_t i = 0; i < value_count(params); i++)
		buf_printf(&text, ", %s = %s", value_key(params, i),
			   value_get_text(params, value_key(params, i)));
	row(table, TEXTS.order, text.data);
	buf_done(&text);
}

static void device_rows(struct table *table, const struct value *devices)
{
	for (size_t i = 0; i < value_count(devices); i++) {
		const struct value *device = value_at(devices, i);
		const char *name = value_get_text(device, "device");
		const char *identity = value_get_text(device, "identity");
		char *text = xprintf("%s: %s", name ? name : "?", identity ? identity : "?");

		row(table, TEXTS.instrument, text);
		free(text);
	}
}

static void gas_rows(struct table *table, const struct value *gases)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(gases); i++) {
		buf_clear(&text);
		figure_gas(&text, value_at(gases, i));
		row(table, TEXTS.gas, text.data);
	}
	buf_done(&text);
}

/* Between two stretches of the run. */
static void away_rows(struct table *table, const struct account *account)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(account->resumed); i++) {
		buf_clear(&text);
		figure_away(&text, value_at(account->resumed, i));
		row(table, TEXTS.away, text.data);
	}
	buf_done(&text);
}

static void adjusted_row(struct table *table, const struct account *account)
{
	struct buf text;

	buf_init(&text);
	if (figure_adjusted(&text, account->adjustments,
			    value_get_bool(value_get(account->head, "order"), "as_left")))
		row(table, TEXTS.adjusted, text.data);
	buf_done(&text);
}

static void photo_rows(struct table *table, const struct account *account, struct buf *line)
{
	struct value *photos = photos_looked_at(account->folder, account->photos);

	for (size_t i = 0; i < value_count(photos); i++) {
		buf_clear(line);
		figure_photo(line, value_at(photos, i));
		row(table, TEXTS.photo, line->data);
	}
	value_free(photos);
}

/* As its verdict says; before there is one, as it was ordered. */
static bool is_controlled(const struct account *account)
{
	const struct value *order = value_get(account->head, "order");

	return account->verdict ? value_get_bool(account->verdict, "controlled")
				: value_get_bool(order, "certificate");
}

static void print_head(const struct account *account)
{
	const struct value *head = account->head;
	struct table *table;
	struct buf line;

	if (!head && account->verdict) {
		printf("%s\n", account->id);
		return;
	}
	table = table_new(2);
	buf_init(&line);
	figure_provenance(&line, value_get_bool(head, "simulated"));
	printf("%s%s\n", line.data, account->id);
	buf_clear(&line);
	buf_printf(&line, "%s v%lld  %s", value_get_text(head, "protocol"),
		   (long long)value_get_int(head, "version", 0),
		   say_either(value_get_text(head, "title"), value_get_text(head, "zh")));
	row(table, TEXTS.protocol, line.data);
	row(table, TEXTS.standard, value_get_text(head, "standard"));
	dut_row(table, head);
	order_row(table, head);
	row(table, TEXTS.simulated_why, value_get_text(head, "simulated_why"));
	row(table, TEXTS.limit_set, value_get_text(head, "limit_set"));
	row(table, TEXTS.calibration, value_get_text(head, "calibration"));
	row(table, TEXTS.control,
	    say(is_controlled(account) ? TEXTS.controlled : TEXTS.uncontrolled));
	buf_clear(&line);
	buf_printf(&line, "%s (%s)", value_get_text(account->anchor, "wall"),
		   value_get_text(account->anchor, "from"));
	row(table, TEXTS.began, line.data);
	row(table, TEXTS.rule, value_get_text(head, "decision"));
	device_rows(table, account->devices);
	gas_rows(table, account->gases);
	adjusted_row(table, account);
	photo_rows(table, account, &line);
	away_rows(table, account);
	row(table, TEXTS.method, value_get_text(head, "deviation"));
	for (size_t i = 0; i < value_count(value_get(head, "warnings")); i++)
		row(table, TEXTS.warning, value_at(value_get(head, "warnings"), i)->text);
	table_print(table, 2, stdout);
	table_free(table);
	buf_done(&line);
}

/* ---- measures ---- */

static void print_detail(struct words name, const char *text)
{
	char *line;

	if (!text || !*text)
		return;
	line = xprintf("        %s: %s", say(name), text);
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

static void add_part(struct buf *out, const char *before, const char *text)
{
	if (text && *text)
		buf_printf(out, "%s%s", before, text);
}

static void print_limit(const struct value *measure)
{
	const struct value *limit = value_get(measure, "limit");
	struct buf text;

	buf_init(&text);
	figure_limit(&text, measure);
	add_part(&text, "  [", value_get_text(limit, "grade"));
	if (value_get_text(limit, "grade"))
		buf_add_text(&text, "]");
	add_part(&text, "  ", value_get_text(limit, "standard"));
	add_part(&text, ", ", value_get_text(limit, "clause"));
	add_part(&text, ", ", value_get_text(limit, "edition"));
	print_detail(TEXTS.limit, text.data);
	print_detail(TEXTS.source, value_get_text(limit, "source"));
	if (value_get_bool(limit, "deviates"))
		print_detail(TEXTS.replaced, value_get_text(limit, "original"));
	print_detail(TEXTS.accepts, value_get_text(measure, "acceptance"));
	buf_done(&text);
}

static void print_measure(const struct value *measure)
{
	char *why = figure_why(measure);
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, "    ");
	figure_judged(&text, measure);
	columns_print(stdout, text.data);
	buf_done(&text);
	if (value_get(measure, "expected"))
		print_detail(TEXTS.expected, figure_expected(measure));
	else
		print_limit(measure);
	print_detail(TEXTS.why, why);
	free(why);
}

/* What the head of the journal says of a step; NULL where there is none of that name. */
static const struct value *step_of(const struct value *steps, const char *name)
{
	for (size_t i = 0; i < value_count(steps); i++) {
		const char *its = value_get_text(value_at(steps, i), "name");

		if (its && !strcmp(its, name))
			return value_at(steps, i);
	}
	return NULL;
}

static void print_step(const char *name, const struct value *step)
{
	char *clean = xstrdup(say_either(name, value_get_text(step, "zh")));

	columns_clean(clean);
	printf("\n  %s\n", clean);
	free(clean);
}

static void print_measures(const struct value *measures, const struct value *steps)
{
	const struct value *step = NULL;
	const char *before = "";

	for (size_t i = 0; i < value_count(measures); i++) {
		struct value *measure = value_copy(value_at(measures, i));
		const char *name = value_get_text(measure, "step");
		const char *own = value_get_text(measure, "measure");
		const char *zh;

		if (name && strcmp(name, before) != 0) {
			step = step_of(steps, name);
			print_step(name, step);
			before = value_get_text(value_at(measures, i), "step");
		}
		zh = own ? value_get_text(value_get(value_get(step, "measures"), own), "zh") : NULL;
		if (zh) { /* with the name that --budget wants */
			char *both = xprintf("%s (%s)", zh, own);

			value_set_text(measure, "zh", both);
			free(both);
		}
		print_measure(measure);
		value_free(measure);
	}
}

/* ---- the foot ---- */

/* A run on wires that was cut short has no summary of its own: then it is what its protocol says. */
static const struct value *hazard_of(const struct account *account)
{
	if (value_get(account->verdict, "measures") || !value_get(account->head, "wires"))
		return value_get(account->verdict, "hazard");
	return value_get(value_get(account->head, "protocol_data"), "hazard");
}

static void print_foot(const struct account *account)
{
	char *why = account->head || !account->verdict ? figure_why(account->verdict)
						       : xstrdup(figure_unbegun());
	struct buf text;

	buf_init(&text);
	figure_provenance(&text, value_get_bool(account->head, "simulated"));
	if (account->head)
		figure_control(&text, value_get_bool(account->head, "simulated"),
			       is_controlled(account));
	if (account->verdict)
		figure_verdict(&text, value_get_text(account->verdict, "verdict"));
	else
		buf_add_text(&text, say(account->interrupted ? TEXTS.interrupted : TEXTS.open));
	if (why && *why)
		buf_printf(&text, "  %s", why);
	columns_clean(text.data);
	printf("\n");
	columns_print(stdout, text.data);
	buf_clear(&text);
	buf_printf(&text, "  %s ", say(TEXTS.bench_time));
	figure_time(&text, account->time);
	printf("%s\n", text.data);
	buf_clear(&text);
	if (figure_hazard(&text, hazard_of(account)))
		printf("  %s\n", text.data);
	buf_done(&text);
	printf("  %s %s/journal\n  %s %s\n", say(TEXTS.journal), account->folder, say(TEXTS.chain),
	       account->chain);
	if (account->record)
		printf("  %s %lld  %s\n", say(TEXTS.record),
		       (long long)value_get_int(account->record, "seq", 0),
		       value_get_text(account->record, "id"));
	if (account->torn)
		printf("  %s: %zu\n", say(TEXTS.torn), account->torn);
	free(why);
}

/* ---- the specimen ---- */

/* What the log has about the specimen; NULL: not known, `err` says why, or is empty where the run has no record. */
static struct value *history_of(const char *state, const struct account *account, struct error *err)
{
	int64_t seq = value_get_int(account->record, "seq", 0);

	err->text[0] = '\0';
	return seq > 0 ? history_of_record(state, (uint64_t)seq, err) : NULL;
}

static void print_fate(const char *before, const struct value *one, const char *behind)
{
	struct buf text;

	buf_init(&text);
	buf_printf(&text, "  %s: ", before);
	history_fate(&text, one);
	buf_add_text(&text, behind);
	columns_clean(text.data);
	columns_print(stdout, text.data);
	buf_done(&text);
}

static void print_earlier(const struct value *earlier)
{
	for (size_t i = 0; i < value_count(earlier); i++) {
		const struct value *one = value_at(earlier, i);
		char *before =
			xprintf("%s %zu/%zu", say(TEXTS.earlier), i + 1, value_count(earlier) + 1);
		char *behind = xprintf("  %s  #%lld  %s", value_get_text(one, "at"),
				       (long long)value_get_int(one, "seq", 0),
				       value_get_text(one, "run"));

		print_fate(before, one, behind);
		free(before);
		free(behind);
	}
}

static void print_specimen(const struct account *account, const struct value *history,
			   const struct error *unknown)
{
	uint64_t seq = (uint64_t)value_get_int(account->record, "seq", 0);
	const struct value *own = history_at(history, seq);
	struct value *earlier = history_before(history, seq);

	if (unknown->text[0])
		printf("  %s: %s\n", say(TEXTS.unknown), unknown->text);
	if (value_get(own, "voided") || value_get(own, "rejected") || value_get(own, "declared") ||
	    value_get(own, "bracket"))
		print_fate(say(TEXTS.became), own, "");
	print_earlier(earlier);
	value_free(earlier);
}

static void set_specimen(struct value *object, const struct account *account,
			 const struct value *history)
{
	static const char *const BECAME[] = {"voided", "rejected", "declared", "bracket"};
	uint64_t seq = (uint64_t)value_get_int(account->record, "seq", 0);
	const struct value *own = history_at(history, seq);

	for (size_t i = 0; i < sizeof(BECAME) / sizeof(BECAME[0]); i++)
		if (value_get(own, BECAME[i]))
			value_set(object, BECAME[i], value_copy(value_get(own, BECAME[i])));
	if (history)
		value_set(object, "earlier", history_before(history, seq));
}

/* A run that was cut short has no summary; what was judged by then stands in lines of its own. */
static const struct value *measures_of(const struct account *account)
{
	const struct value *measures = value_get(account->verdict, "measures");

	return measures ? measures : account->judged;
}

static void print_json(const struct account *account, const struct value *history)
{
	static const char *const FROM_HEAD[] = {"protocol", "version", "simulated"};
	struct value *object = value_map();

	value_set_text(object, "run", account->id);
	for (size_t i = 0; i < sizeof(FROM_HEAD) / sizeof(FROM_HEAD[0]); i++)
		if (value_get(account->head, FROM_HEAD[i]))
			value_set(object, FROM_HEAD[i],
				  value_copy(value_get(account->head, FROM_HEAD[i])));
	value_set(object, "verdict", value_nil());
	value_set_bool(object, "controlled", is_controlled(account));
	if (account->interrupted)
		value_set_bool(object, "interrupted", true);
	if (value_count(account->resumed))
		value_set(object, "resumed", value_copy(account->resumed));
	for (size_t i = 0; i < value_count(account->verdict); i++) {
		const char *key = value_key(account->verdict, i);

		if (strcmp(key, "k") != 0 && strcmp(key, "t") != 0 && strcmp(key, "run") != 0)
			value_set(object, key, value_copy(value_at(account->verdict, i)));
	}
	value_set(object, "measures", value_copy(measures_of(account)));
	if (account->record)
		value_set(object, "record", value_copy(account->record));
	set_specimen(object, account, history);
	value_set_text(object, "chain", account->chain);
	json_print(stdout, object);
	value_free(object);
}

static int show_record(const char *state, const struct account *account, bool json)
{
	struct error unknown;
	struct value *history = history_of(state, account, &unknown);

	if (json) {
		print_json(account, history);
	} else {
		print_head(account);
		print_measures(measures_of(account), value_get(account->head, "steps"));
		print_foot(account);
		print_specimen(account, history, &unknown);
	}
	value_free(history);
	return 0;
}

static int show_folder(const struct show_settings *settings, const char *state, const char *folder,
		       const char *measure, struct error *err)
{
	struct account *account;
	int code;

	if (settings->journal)
		return show_journal(folder, stdout, err);
	account = account_read(folder, err);
	if (!account)
		return -1;
	code = settings->budget ? show_budget(account, measure, settings->json, err)
				: show_record(state, account, settings->json);
	account_free(account);
	return code;
}

static int show(void *ctx, char **operands, int count, struct error *err)
{
	const struct show_settings *settings = ctx;
	const char *measure = count > 1 ? operands[1] : NULL;
	char *state, *folder;
	int code = -1;

	if (measure && !settings->budget)
		return error_set(err, ERROR_USAGE, say(TEXTS.needs_budget), measure);
	state = place_state(settings->state, err);
	folder = state ? account_find(state, operands[0], err) : NULL;
	if (folder)
		code = show_folder(settings, state, folder, measure, err);
	free(folder);
	free(state);
	return code;
}

const struct command COMMAND_SHOW = {
	.name = "show",
	.operands = "RUN [MEASURE]",
	.least = 1,
	.most = 2,
	.summary = {"a run, and all that its verdict rests on", "显示一次检验及其判定依据"},
	.more = {"RUN is an id of `davy list runs`, or its beginning. The journal's chain is "
		 "verified. Earlier runs of the same specimen, and what became of them, are the "
		 "log's.",
		 "RUN 为 `davy list runs` 给出的编号或其开头部分。日志散列链随之校验。"
		 "同一样品此前的检验及其后处置取自记录。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct show_settings),
	.run = show,
};

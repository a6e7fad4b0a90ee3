/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy stats: yield, what fails most, and how well measures keep within their limits, of the runs
 * in this bench's log, or of those of all benches in the laboratory's store.
 *
 * Over the laboratory it ends with 5 where some of what stands there could not be verified.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/laboratory_store.h"
#include "cli/place.h"
#include "cli/statistics.h"
#include "cli/statistics_rows.h"
#include "record/laboratory_runs.h"
#include "verdict/capability.h"

struct stats_settings {
	const char *state, *by, *from;
	bool csv, json;
};

static const struct option OPTIONS[] = {
	{"by",
	 OPTION_TEXT,
	 "WHAT",
	 offsetof(struct stats_settings, by),
	 {"protocol (the default), version, maker, slot or bench: what makes a group",
	  "分组依据:protocol(缺省)、version、maker、slot 或 bench"}},
	{"from",
	 OPTION_TEXT,
	 "DESTINATION",
	 offsetof(struct stats_settings, from),
	 {"over the laboratory's store, a destination of kind postgresql",
	  "统计实验室汇总库(postgresql 类目的地)"}},
	{"csv",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct stats_settings, csv),
	 {"a row for each measure of each group, for a spreadsheet",
	  "每组每个测量项一行,供电子表格使用"}},
	OPTION_STATE_ROW(struct stats_settings),
	OPTION_JSON_ROW(struct stats_settings),
	{0},
};

static const struct {
	const char *name;
	enum statistics_by by;
} BY[] = {
	{"protocol", STATISTICS_PROTOCOL}, {"version", STATISTICS_VERSION},
	{"maker", STATISTICS_MAKER},	   {"slot", STATISTICS_SLOT},
	{"bench", STATISTICS_BENCH},
};

static const struct {
	struct words by, none, title_one, title, yield, voided, fails, fails_count, fails_share,
		fails_cumulative, measure, limit, count, mean, deviation, cpk, ppk, few, no_maker,
		slot, note, either, is_cut, verified;
} TEXTS = {
	.by = {"davy stats --by is protocol, version, maker, slot or bench, not '%s'",
	       "davy stats --by 为 protocol、version、maker、slot 或 bench,而非“%s”"},
	.either = {"davy stats prints --csv or --json: not both",
		   "davy stats 的 --csv 与 --json 不可并用"},
	.none = {"no run is recorded", "没有检验记录"},
	.title_one = {"%s: one run", "%s:1 次检验"},
	.title = {"%s: %lld runs", "%s:%lld 次检验"},
	.yield = {"%lld decided, %.1f %% of them PASS", "已判定 %lld 次,合格率 %.1f %%"},
	.voided = {"%lld voided or declared wrong, counted for nothing",
		   "%lld 次已作废或声明有误,不计入"},
	.fails = {"what failed", "不合格项目"},
	.fails_count = {"FAIL", "不合格"},
	.fails_share = {"of the failed runs", "占不合格检验"},
	.fails_cumulative = {"cumulative", "累计占比"},
	.measure = {"measure", "测量项"},
	.limit = {"limit", "限值"},
	.count = {"n", "n"},
	.mean = {"mean", "均值"},
	.deviation = {"s", "s"},
	.cpk = {"Cpk", "Cpk"},
	.ppk = {"Ppk (95 %)", "Ppk(95 %)"},
	.few = {"fewer than %d", "少于 %d"},
	.no_maker = {"maker not said", "未注明制造商"},
	.slot = {"slot %s", "工位 %s"},
	.note = {"Cpk and Ppk suppose normally distributed values; of runs, not of pieces",
		 "Cpk、Ppk 以正态分布为前提;按检验次数统计,而非按件数"},
	.is_cut = {"a bench has %d runs there, or more: of each the latest %d are counted",
		   "某台检验台在库中有 %d 次或更多检验:每台仅统计最近 %d 次"},
	.verified = {"every run counted was verified again on arrival; that none is missing no "
		     "store can prove",
		     "所统计的检验均已在取回时重新验证;但汇总库无法证明没有缺漏"},
};

/* ---- a group ---- */

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

/* Takes `said`. */
static void print_said(char *said)
{
	print_line(xprintf("  %s", said));
	free(said);
}

static char *title_of(const struct value *group, enum statistics_by by)
{
	const char *of = value_get_text(group, "of");

	if (by == STATISTICS_MAKER && !*of)
		return xstrdup(say(TEXTS.no_maker));
	return by == STATISTICS_SLOT ? xprintf(say(TEXTS.slot), of) : xstrdup(of);
}

static void print_verdicts(const struct value *group)
{
	static const char *const VERDICTS[] = {"PASS", "FAIL", "INCONCLUSIVE", "ERROR", "ABORTED"};
	const struct value *verdicts = value_get(group, "verdicts");
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, " ");
	for (size_t i = 0; i < sizeof(VERDICTS) / sizeof(*VERDICTS); i++) {
		buf_add_text(&text, " ");
		figure_verdict(&text, VERDICTS[i]);
		buf_printf(&text, " %lld ", (long long)value_get_int(verdicts, VERDICTS[i], 0));
	}
	columns_print(stdout, text.data);
	buf_done(&text);
	if (value_get(group, "yield"))
		print_said(xprintf(say(TEXTS.yield), (long long)value_get_int(group, "decided", 0),
				   100 * value_get_real(group, "yield", 0)));
	if (value_get_int(group, "voided", 0))
		print_said(
			xprintf(say(TEXTS.voided), (long long)value_get_int(group, "voided", 0)));
}

/* "v1 Response: t90[ch4_1] (as found)", with what the group does not say already before it. */
static void add_name(struct buf *name, const struct value *measure, enum statistics_by by)
{
	if (by != STATISTICS_PROTOCOL && by != STATISTICS_VERSION)
		buf_printf(name, "%s ", value_get_text(measure, "protocol"));
	if (by != STATISTICS_VERSION)
		buf_printf(name, "v%lld ", (long long)value_get_int(measure, "version", 0));
	buf_printf(name, "%s: ", value_get_text(measure, "step"));
	figure_state(name, measure);
	columns_clean(name->data);
}

static void print_failing(const struct value *group, enum statistics_by by)
{
	const struct value *list = value_get(group, "failing");
	struct table *table = table_new(4);

	table_has_head(table);
	table_add(table,
		  (const char *const[]){say(TEXTS.fails), say(TEXTS.fails_count),
					say(TEXTS.fails_share), say(TEXTS.fails_cumulative)});
	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *one = value_at(list, i);
		char count[24], share[24] = "", cumulative[24];
		struct buf name;

		buf_init(&name);
		add_name(&name, one, by);
		snprintf(count, sizeof(count), "%lld", (long long)value_get_int(one, "count", 0));
		if (value_get(one, "share"))
			snprintf(share, sizeof(share), "%.1f %%",
				 100 * value_get_real(one, "share", 0));
		snprintf(cumulative, sizeof(cumulative), "%.1f %%",
			 100 * value_get_real(one, "cumulative", 0));
		table_add(table, (const char *const[]){name.data, count, share, cumulative});
		buf_done(&name);
	}
	if (value_count(list))
		table_print(table, 2, stdout);
	table_free(table);
}

static void add_measure(struct table *table, const struct value *one, enum statistics_by by)
{
	const char *unit = value_get_text(one, "unit"), *limit = value_get_text(one, "limit");
	char count[24], mean[64], deviation[32] = "", cpk[48] = "", ppk[64] = "";
	int64_t n = value_get_int(one, "n", 0);
	struct buf name;

	buf_init(&name);
	add_name(&name, one, by);
	snprintf(count, sizeof(count), "%lld", (long long)n);
	snprintf(mean, sizeof(mean), "%.4g %.30s", value_get_real(one, "mean", 0),
		 unit && strcmp(unit, "1") != 0 ? unit : "");
	if (value_get(one, "deviation"))
		snprintf(deviation, sizeof(deviation), "%.3g", value_get_real(one, "deviation", 0));
	if (n < CAPABILITY_LEAST)
		snprintf(cpk, sizeof(cpk), say(TEXTS.few), CAPABILITY_LEAST);
	if (value_get(one, "cpk"))
		snprintf(cpk, sizeof(cpk), "%.2f", value_get_real(one, "cpk", 0));
	if (value_get(one, "ppk"))
		snprintf(ppk, sizeof(ppk), "%.2f (%.2f .. %.2f)", value_get_real(one, "ppk", 0),
			 value_get_real(one, "ppk_low", 0), value_get_real(one, "ppk_high", 0));
	table_add(table, (const char *const[]){name.data, limit ? limit : "", count, mean,
					       deviation, cpk, ppk});
	buf_done(&name);
}

static void print_measures(const struct value *group, enum statistics_by by)
{
	const struct value *list = value_get(group, "measures");
	struct table *table = table_new(7);

	table_has_head(table);
	table_add(table,
		  (const char *const[]){say(TEXTS.measure), say(TEXTS.limit), say(TEXTS.count),
					say(TEXTS.mean), say(TEXTS.deviation), say(TEXTS.cpk),
					say(TEXTS.ppk)});
	for (size_t i = 0; i < value_count(list); i++)
		add_measure(table, value_at(list, i), by);
	if (value_count(list))
		table_print(table, 2, stdout);
	table_free(table);
}

static void print_group(const struct value *group, enum statistics_by by)
{
	char *title = title_of(group, by), *line;
	long long runs = (long long)value_get_int(group, "runs", 0);
	struct buf text;

	buf_init(&text);
	figure_provenance(&text, value_get_bool(group, "simulated"));
	line = runs == 1 ? xprintf(say(TEXTS.title_one), title)
			 : xprintf(say(TEXTS.title), title, runs);
	buf_add_text(&text, line);
	print_line(buf_detach(&text));
	free(line);
	free(title);
	print_verdicts(group);
	print_failing(group, by);
	print_measures(group, by);
}

/* ---- the command ---- */

static enum statistics_by by_of(const char *name, struct error *err)
{
	for (size_t i = 0; i < sizeof(BY) / sizeof(*BY); i++)
		if (!name || !strcmp(name, BY[i].name))
			return BY[i].by;
	error_set(err, ERROR_USAGE, say(TEXTS.by), name);
	return 0;
}

static void print_groups(const struct value *groups, enum statistics_by by)
{
	for (size_t i = 0; i < value_count(groups); i++)
		print_group(value_at(groups, i), by);
	columns_print(stdout, value_count(groups) ? say(TEXTS.note) : say(TEXTS.none));
}

static void print_far(const struct value *told)
{
	if (value_get_bool(told, "isCut"))
		print_line(xprintf(say(TEXTS.is_cut), LABORATORY_RUNS_MOST, LABORATORY_RUNS_MOST));
	laboratory_store_print_open(told);
	if (value_count(value_get(told, "runs")))
		columns_print(stdout, say(TEXTS.verified));
}

/* `told` is what the laboratory's store has; NULL: the runs are this bench's own. */
static void print_stats(const struct stats_settings *settings, const struct value *runs,
			enum statistics_by by, const struct value *told)
{
	struct value *groups = statistics_of(runs, by, told != NULL);

	if (settings->json)
		json_print(stdout, groups);
	else if (settings->csv)
		statistics_print_rows(stdout, groups);
	else
		print_groups(groups, by);
	if (told && !settings->json && !settings->csv)
		print_far(told);
	value_free(groups);
}

static int stats_far(const char *state, const struct stats_settings *settings,
		     enum statistics_by by, struct error *err)
{
	struct value *told;
	int code = laboratory_store_read(state, settings->from, NULL, &told, err);

	if (!told)
		return code;
	print_stats(settings, value_get(told, "runs"), by, told);
	code = laboratory_store_is_open(told) ? EXIT_IS_INCONCLUSIVE : EXIT_IS_PASS;
	value_free(told);
	return code;
}

static int stats_own(const char *state, const struct stats_settings *settings,
		     enum statistics_by by, struct error *err)
{
	struct value *runs = statistics_runs(state, err);

	if (!runs)
		return -1;
	print_stats(settings, runs, by, NULL);
	value_free(runs);
	return EXIT_IS_PASS;
}

static int run_stats(void *ctx, char **operands, int count, struct error *err)
{
	const struct stats_settings *settings = ctx;
	enum statistics_by by = by_of(settings->by, err);
	char *state;
	int code = -1;

	(void)operands;
	(void)count;
	if (!by)
		return -1;
	if (settings->csv && settings->json)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.either));
	state = place_state(settings->state, err);
	if (state)
		code = settings->from ? stats_far(state, settings, by, err)
				      : stats_own(state, settings, by, err);
	free(state);
	return code;
}

const struct command COMMAND_STATS = {
	.name = "stats",
	.operands = "",
	.summary = {"yield, what fails most, Cpk and Ppk, here or over all benches of a laboratory",
		    "合格率、主要不合格项、Cpk 与 Ppk:本台,或全实验室各台"},
	.more = {"By protocol, version, maker, slot or bench. Real and simulated runs are told "
		 "apart, and so are values as found and as left. Indices need 25 values of one "
		 "protocol's version under one limit, and come with their interval. With --from "
		 "each run is verified again when it arrives; it ends with 5 where something could "
		 "not be verified.",
		 "按检验程序、版本、制造商、工位或检验台分组。真实与仿真检验分开,"
		 "调校前后的值分开。能力指数需同一"
		 "程序版本、同一限值下至少 25 个值,并给出置信区间。用 --from "
		 "时每次检验取回后重新验证,有未通过验证的记录时退出码为 5。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct stats_settings),
	.run = run_stats,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy stats: yield, what fails most, and how well measures keep within their limits, of the runs
 * in this bench's log.
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
#include "cli/place.h"
#include "cli/statistics.h"
#include "verdict/capability.h"

struct stats_settings {
	const char *state, *by;
	bool json;
};

static const struct option OPTIONS[] = {
	{"by",
	 OPTION_TEXT,
	 "WHAT",
	 offsetof(struct stats_settings, by),
	 {"protocol (the default), version, maker or slot: what makes a group",
	  "分组依据:protocol(缺省)、version、maker 或 slot"}},
	OPTION_STATE_ROW(struct stats_settings),
	OPTION_JSON_ROW(struct stats_settings),
	{0},
};

static const struct {
	const char *name;
	enum statistics_by by;
} BY[] = {
	{"protocol", STATISTICS_PROTOCOL},
	{"version", STATISTICS_VERSION},
	{"maker", STATISTICS_MAKER},
	{"slot", STATISTICS_SLOT},
};

static const struct {
	struct words by, none, title, yield, voided, fails, fails_count, fails_share, measure,
		limit, count, mean, deviation, cpk, ppk, few, no_maker, slot, note;
} TEXTS = {
	.by = {"davy stats --by is protocol, version, maker or slot, not '%s'",
	       "davy stats --by 为 protocol、version、maker 或 slot,而非“%s”"},
	.none = {"no run is recorded", "没有检验记录"},
	.title = {"%s: %lld runs", "%s:%lld 次检验"},
	.yield = {"%lld decided, %.1f %% of them PASS", "已判定 %lld 次,合格率 %.1f %%"},
	.voided = {"%lld voided or declared wrong, counted for nothing",
		   "%lld 次已作废或声明有误,不计入"},
	.fails = {"what failed", "不合格项目"},
	.fails_count = {"FAIL", "不合格"},
	.fails_share = {"of the failed runs", "占不合格检验"},
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
	if (by == STATISTICS_MAKER || by == STATISTICS_SLOT)
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
	struct table *table = table_new(3);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.fails), say(TEXTS.fails_count),
					       say(TEXTS.fails_share)});
	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *one = value_at(list, i);
		char count[24], share[24] = "";
		struct buf name;

		buf_init(&name);
		add_name(&name, one, by);
		snprintf(count, sizeof(count), "%lld", (long long)value_get_int(one, "count", 0));
		if (value_get(one, "share"))
			snprintf(share, sizeof(share), "%.1f %%",
				 100 * value_get_real(one, "share", 0));
		table_add(table, (const char *const[]){name.data, count, share});
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
	struct buf text;

	buf_init(&text);
	figure_provenance(&text, value_get_bool(group, "simulated"));
	line = xprintf(say(TEXTS.title), title, (long long)value_get_int(group, "runs", 0));
	buf_add_text(&text, line);
	print_line(buf_detach(&text));
	free(line);
	free(title);
	print_verdicts(group);
	print_failing(group, by);
	print_measures(group, by);
}

/* ---- the command ---- */

static int run_stats(void *ctx, char **operands, int count, struct error *err)
{
	const struct stats_settings *settings = ctx;
	enum statistics_by by = settings->by ? 0 : STATISTICS_PROTOCOL;
	struct value *groups;
	char *state;

	(void)operands;
	(void)count;
	for (size_t i = 0; settings->by && i < sizeof(BY) / sizeof(*BY); i++)
		if (!strcmp(settings->by, BY[i].name))
			by = BY[i].by;
	if (!by)
		return error_set(err, ERROR_USAGE, say(TEXTS.by), settings->by);
	state = place_state(settings->state, err);
	groups = state ? statistics_of(state, by, err) : NULL;
	free(state);
	if (!groups)
		return -1;
	if (settings->json) {
		json_print(stdout, groups);
	} else {
		for (size_t i = 0; i < value_count(groups); i++)
			print_group(value_at(groups, i), by);
		columns_print(stdout, value_count(groups) ? say(TEXTS.note) : say(TEXTS.none));
	}
	value_free(groups);
	return EXIT_IS_PASS;
}

const struct command COMMAND_STATS = {
	.name = "stats",
	.operands = "",
	.summary = {"yield, what fails most, Cpk and Ppk of the runs in the log",
		    "记录中检验的合格率、主要不合格项、Cpk 与 Ppk"},
	.more = {"By protocol, version, maker or slot. Real and simulated runs are told apart, "
		 "and so are values as found and as left. Indices need 25 values of one protocol's "
		 "version under one limit, and come with their interval.",
		 "按检验程序、版本、制造商或工位分组。真实与仿真检验分开,"
		 "调校前后的值分开。能力指数需同一"
		 "程序版本、同一限值下至少 25 个值,并给出置信区间。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct stats_settings),
	.run = run_stats,
};

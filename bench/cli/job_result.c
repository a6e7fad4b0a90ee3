/* SPDX-License-Identifier: Apache-2.0 */
/* A figure stands beside the run that it comes from: davy why RUN MEASURE leads from there to the bytes. */
#include "cli/job_result.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/listed.h"
#include "record/canonical.h"

enum { COLUMN_COUNT = 6 };

static const struct {
	struct words title, head[COLUMN_COUNT], undecided, failed, figure, uncontrolled, others,
		judged, stale, before;
} TEXTS = {
	.title = {"%sResult '%s'%s%s: of %zu units", "%s综合结果 '%s'%s%s:%zu 台"},
	.head = {{"unit", "样品"},
		 {"stage", "阶段"},
		 {"", ""},
		 {"figure", "数值"},
		 {"run", "检验"},
		 {"", ""}},
	.undecided = {"UNDECIDED 未作判定: %lld of %zu units have neither passed nor failed",
		      "UNDECIDED 未作判定:%2$zu 台中 %1$lld 台既未合格也未不合格"},
	.failed = {"; %lld FAILed: it cannot be PASS any more", ";%lld 台不合格,已不可能判为合格"},
	.figure = {"%s: the least %s %s, down to a multiple of %s: %s %s",
		   "%s:最小值 %s %s,向下取整至 %s 的整倍数:%s %s"},
	.uncontrolled = {"%lld runs are for no certificate (UNCONTROLLED 未受控)",
			 "%lld 次检验不用于出具证书(UNCONTROLLED 未受控)"},
	.others = {"Other runs of these stages:", "上述阶段的其他检验:"},
	.judged = {"recorded: %s, number %lld, %s%s", "已登记:%s,第 %lld 号记录,%s%s"},
	.stale = {" (superseded: what it rests on has changed since)",
		  "(已失效:所依据的检验此后有变化)"},
	.before = {"before: %s", "此前:%s"},
};

/* What record/job_result.h calls so. */
static const struct {
	const char *why;
	struct words says;
} REASONS[] = {
	{"none", {"no run has decided", "尚无有结论的检验"}},
	{"inconclusive", {"its run decides nothing", "该次检验未作判定"}},
	{"before", {"a stage before it has not passed", "前序阶段未合格"}},
	{"rejected", {"a reviewer has rejected the run", "该次检验被审核人退回"}},
	{"declared", {"the run is declared wrong", "该次检验记录已声明有误"}},
	{"figure", {"the run has no such figure", "该次检验无此数值"}},
	{"bracket",
	 {"the checks of its fixture, before and after it, have not both passed",
	  "检验前后的工装核查未均合格"}},
	{"voided", {"voided", "已作废"}},
	{"replaced", {"the specimen is no unit any more", "该样品已不属于本组"}},
	{"undecided", {"decided nothing", "无结论"}},
	{"aside", {"does not count", "不计入"}},
};

static const char *reason_of(const char *why)
{
	for (size_t i = 0; why && i < sizeof(REASONS) / sizeof(REASONS[0]); i++)
		if (!strcmp(REASONS[i].why, why))
			return say(REASONS[i].says);
	return "";
}

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

static void add_number(struct buf *out, const struct value *map, const char *name)
{
	buf_printf(out, "%.6g", value_get_real(map, name, 0));
}

/* "before: after 84.307 PASS 合格 20261127-…" */
static void add_before(struct buf *out, const struct value *before)
{
	struct buf list;

	if (!value_count(before))
		return;
	buf_init(&list);
	for (size_t i = 0; i < value_count(before); i++) {
		const struct value *one = value_at(before, i);
		const char *verdict = value_get_text(one, "verdict");

		buf_printf(&list, "%s%s ", i ? "; " : "", listed_text(one, "stage"));
		if (!verdict) {
			buf_add_text(&list, "–");
			continue;
		}
		figure_verdict(&list, verdict);
		buf_printf(&list, " %s", listed_text(one, "run"));
	}
	buf_add_text(out, out->size ? "; " : "");
	buf_printf(out, say(TEXTS.before), list.data);
	buf_done(&list);
}

static void add_unit(struct table *table, const struct value *unit, const char *symbol)
{
	const char *verdict = value_get_text(unit, "verdict");
	struct buf became, figure, why;

	buf_init(&became);
	buf_init(&figure);
	buf_init(&why);
	if (verdict)
		figure_verdict(&became, verdict);
	else
		buf_add_text(&became, "–");
	if (value_get(unit, "value")) {
		add_number(&figure, unit, "value");
		buf_printf(&figure, " %s", symbol);
	}
	buf_add_text(&why, reason_of(value_get_text(unit, "why")));
	add_before(&why, value_get(unit, "before"));
	table_add(table,
		  (const char *const[]){listed_text(unit, "serial"), listed_text(unit, "stage"),
					became.data, figure.size ? figure.data : "",
					listed_text(unit, "run"), why.size ? why.data : ""});
	buf_done(&why);
	buf_done(&figure);
	buf_done(&became);
}

/* "5 L STPD" without its number. */
static const char *symbol_of(const struct value *result)
{
	const char *blank = strchr(listed_text(result, "down_to"), ' ');

	return blank ? blank + 1 : "";
}

static void print_units(const struct value *result)
{
	const struct value *units = value_get(result, "units");
	struct table *table = table_new(COLUMN_COUNT);
	const char *head[COLUMN_COUNT];

	for (int i = 0; i < COLUMN_COUNT; i++)
		head[i] = say(TEXTS.head[i]);
	table_add(table, head);
	table_has_head(table);
	for (size_t i = 0; i < value_count(units); i++)
		add_unit(table, value_at(units, i), symbol_of(result));
	table_print(table, 2, stdout);
	table_free(table);
}

static void print_others(const struct value *others)
{
	if (value_count(others))
		columns_print(stdout, say(TEXTS.others));
	for (size_t i = 0; i < value_count(others); i++) {
		const struct value *one = value_at(others, i);
		struct buf line;

		buf_init(&line);
		buf_printf(&line, "  %s  %s  ", listed_text(one, "serial"),
			   listed_text(one, "stage"));
		figure_verdict(&line, listed_text(one, "verdict"));
		buf_printf(&line, "  %s  (%s)", listed_text(one, "run"),
			   reason_of(value_get_text(one, "why")));
		print_line(buf_detach(&line));
	}
}

static void print_figure(const struct value *result)
{
	struct buf least, value;

	buf_init(&least);
	buf_init(&value);
	add_number(&least, result, "least");
	add_number(&value, result, "value");
	print_line(xprintf(say(TEXTS.figure), listed_text(result, "measure"), least.data,
			   listed_text(result, "unit"), listed_text(result, "down_to"), value.data,
			   listed_text(result, "unit")));
	buf_done(&least);
	buf_done(&value);
}

static void print_outcome(const struct value *result)
{
	size_t units = value_count(value_get(result, "units"));
	const char *verdict = value_get_text(result, "verdict");
	long long fails = (long long)value_get_int(result, "fails", 0);
	struct buf line;

	buf_init(&line);
	if (verdict)
		figure_verdict(&line, verdict);
	else
		buf_printf(&line, say(TEXTS.undecided),
			   (long long)value_get_int(result, "undecided", 0), units);
	if (!verdict && fails)
		buf_printf(&line, say(TEXTS.failed), fails);
	print_line(buf_detach(&line));
	if (value_get(result, "value"))
		print_figure(result);
}

static void print_control(const struct value *order, const struct value *result)
{
	long long uncontrolled = (long long)value_get_int(result, "uncontrolled", 0);

	if (uncontrolled && !value_get_bool(order, "rehearsal"))
		print_line(xprintf(say(TEXTS.uncontrolled), uncontrolled));
}

/* Does the record rest on other runs than there are now? */
static bool is_stale(const struct value *result, const struct value *says)
{
	const struct value *units = value_get(result, "units"), *then = value_get(says, "units");
	bool is_same = value_count(units) == value_count(then) && value_get(result, "verdict");

	for (size_t i = 0; i < value_count(then) && is_same; i++)
		is_same = !strcmp(listed_text(value_at(units, i), "run"),
				  listed_text(value_at(then, i), "run"));
	return !is_same ||
	       !canonical_same(value_get(result, "verdict"), value_get(says, "verdict"));
}

static void print_judged(const struct value *judged, const struct value *result)
{
	for (size_t i = 0; i < value_count(judged); i++) {
		const struct value *one = value_at(judged, i), *says = value_get(one, "says");
		struct buf verdict;

		if (strcmp(listed_text(says, "result"), listed_text(result, "name")) != 0)
			continue;
		buf_init(&verdict);
		figure_verdict(&verdict, listed_text(says, "verdict"));
		print_line(xprintf(say(TEXTS.judged), verdict.data,
				   (long long)value_get_int(one, "seq", 0), listed_text(says, "by"),
				   is_stale(result, says) ? say(TEXTS.stale) : ""));
		buf_done(&verdict);
	}
}

void job_result_print(const struct job_state *job)
{
	for (size_t i = 0; i < value_count(job->results); i++) {
		const struct value *result = value_at(job->results, i);
		const char *clause = listed_text(result, "clause");
		struct buf provenance;

		buf_init(&provenance);
		figure_provenance(&provenance, value_get_bool(job->order, "rehearsal"));
		putchar('\n');
		print_line(xprintf(say(TEXTS.title), provenance.size ? provenance.data : "",
				   listed_text(result, "name"), *clause ? ", " : "", clause,
				   value_count(value_get(result, "units"))));
		print_units(result);
		print_others(value_get(result, "others"));
		print_outcome(result);
		print_control(job->order, result);
		print_judged(job->judged, result);
		buf_done(&provenance);
	}
}

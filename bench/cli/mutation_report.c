/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line per mutant as it is decided, a table by kinds, what escapes and what is explained, and one last
 * line that begins with "ok" or "not ok".
 *
 * The score is what is caught of what is not explained. An explanation is stale, and an error, when there
 * is no such mutant or when it is caught after all: then the sentence in the header is not true any more.
 *
 * A part of the mutants has no score, since nobody knows of the others: it names what escapes, and says of
 * how many nothing is known. Explanations of those that were left out are neither true nor stale.
 */
#include "cli/mutation_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "cli/words.h"

enum { FAULT_WIDTH = 22, STATUS_WIDTH = 10, NAME_WIDTH = 62, CELLS = 5 };

static const double SCORE_ASKED = 95;

struct tally {
	size_t made, caught, explained, escaped;
};

struct mutation_report {
	FILE *out;
	const struct value *escapes;
	struct value *edges, *list, *stale;
	struct value *left_out; /* names of those that were not rehearsed */
	struct tally of[MUTANT_KINDS], all;
};

static const struct words KINDS[MUTANT_KINDS] = {
	[MUTANT_STEP] = {"steps removed", "步骤删除"},
	[MUTANT_LEFT_OUT] = {"measures left out", "检验项目不记录"},
	[MUTANT_OTHER_KIND] = {"product or evidence", "样品与证据混淆"},
	[MUTANT_WIDENED] = {"limits widened", "限值放宽"},
	[MUTANT_TURNED] = {"limits turned round", "限值方向颠倒"},
	[MUTANT_SIMPLE] = {"decision rule", "判定规则"},
	[MUTANT_DECLARED] = {"declarations left out", "声明缺失"},
	[MUTANT_CALL] = {"calls left out", "语句略去"},
	[MUTANT_ASSERTION] = {"assertions", "断言失效"},
	[MUTANT_COMPARISON] = {"comparisons turned round", "比较颠倒"},
};

static const struct {
	struct words head, head_part, down_to, caught, escaped, explained, good, at, kind, made,
		all, named_escapes, named_explained, gone, found, ok, ok_explained, bad_score,
		bad_stale, none, ok_part, bad_part, rest;
} TEXTS = {
	.head = {"%zu mutants, each of one weakness, against the good product and this table:",
		 "%zu 个变异体,各含一处弱点,逐一用合格样品与故障表演练:"},
	.head_part =
		{"%zu of %zu mutants, each of one weakness, against the good product and this "
		 "table:",
		 "共 %2$zu 个变异体,只演练其中 %1$zu 个,各含一处弱点,逐一用合格样品与故障表演练:"},
	.down_to = {"caught down to", "可检出至程度"},
	.caught = {"caught", "检出"},
	.escaped = {"ESCAPED", "漏检"},
	.explained = {"explained", "已说明"},
	.good = {"the good product", "合格样品"},
	.at = {"at", "程度"},
	.kind = {"mutants", "变异体"},
	.made = {"made", "总数"},
	.all = {"all", "合计"},
	.named_escapes = {"nobody would notice:", "无人会发现:"},
	.named_explained = {"explained by the protocol:", "检验程序已说明:"},
	.gone = {"the header's escapes explain '%s', and there is no such mutant",
		 "escapes 说明了“%s”,但没有这个变异体"},
	.found = {"the header's escapes explain '%s', and it is caught",
		  "escapes 说明了“%s”,但它已被检出"},
	.ok = {"ok: the table catches %zu of %zu mutants: score %.1f %%",
	       "通过:故障表检出 %zu / %zu 个变异体,得分 %.1f %%"},
	.ok_explained = {"; %zu more are explained", ";另有 %zu 个已说明"},
	.bad_score =
		{"not ok: the table catches %zu of %zu mutants: score %.1f %%, and 95 %% is asked",
		 "不通过:故障表检出 %zu / %zu 个变异体,得分 %.1f %%,要求 95 %%"},
	.bad_stale = {"not ok: %zu explanations are stale", "不通过:%zu 条说明已失效"},
	.none = {"not ok: there is no mutant to speak of", "不通过:没有可用的变异体"},
	.ok_part = {"ok as far as it goes: the table catches %zu of %zu mutants",
		    "所演练部分通过:故障表检出 %zu / %zu 个变异体"},
	.bad_part = {"not ok: the table catches %zu of %zu mutants",
		     "不通过:故障表检出 %zu / %zu 个变异体"},
	.rest = {"; %zu of %zu mutants were run, and without the others there is no score",
		 ";共 %2$zu 个变异体,只演练了 %1$zu 个,其余未演练,不计得分"},
};

struct mutation_report *mutation_report_new(FILE *out, const struct value *escapes)
{
	struct mutation_report *report = xcalloc(1, sizeof(*report));

	report->out = out;
	report->escapes = escapes;
	report->edges = value_list();
	report->list = value_list();
	report->stale = value_list();
	report->left_out = value_list();
	return report;
}

void mutation_report_free(struct mutation_report *report)
{
	if (!report)
		return;
	value_free(report->edges);
	value_free(report->list);
	value_free(report->stale);
	value_free(report->left_out);
	free(report);
}

static void print_line(struct mutation_report *report, struct buf *line)
{
	columns_clean(line->data);
	if (report->out) {
		columns_print(report->out, line->data);
		fflush(report->out);
	}
	buf_done(line);
}

void mutation_report_edge(struct mutation_report *report, const char *fault, const char *measure,
			  double severity)
{
	struct value *one = value_add(report->edges, value_map());
	struct buf line;

	value_set_text(one, "fault", fault);
	value_set_text(one, "measure", measure);
	value_set_real(one, "severity", severity);
	buf_init(&line);
	buf_add_text(&line, "  ");
	columns_pad(&line, fault, FAULT_WIDTH);
	buf_printf(&line, " %s %.2g  %s", say(TEXTS.down_to), severity, measure ? measure : "");
	print_line(report, &line);
}

void mutation_report_left_out(struct mutation_report *report, const struct mutant *mutant)
{
	value_add(report->left_out, value_text(mutant->name));
}

void mutation_report_head(struct mutation_report *report, size_t rehearsed)
{
	size_t left_out = value_count(report->left_out);
	struct buf line;

	buf_init(&line);
	if (left_out)
		buf_printf(&line, say(TEXTS.head_part), rehearsed, rehearsed + left_out);
	else
		buf_printf(&line, say(TEXTS.head), rehearsed);
	print_line(report, &line);
}

/* ---- one mutant ---- */

static void add_catcher(struct buf *line, const struct value *result, const char *died)
{
	const char *fault = value_get_text(result, "caught_by");
	const char *verdict = value_get_text(result, "verdict");
	const char *how = value_get_text(result, "how");

	if (died) {
		buf_add_text(line, died);
		return;
	}
	buf_add_text(line, fault[0] ? fault : say(TEXTS.good));
	if (value_get(result, "severity"))
		buf_printf(line, " %s %.2g", say(TEXTS.at), value_get_real(result, "severity", 1));
	buf_printf(line, ": %s", verdict ? verdict : how ? how : "");
}

static void add_place(struct buf *line, const struct mutant *mutant)
{
	if (mutant->line && words_are_chinese())
		buf_printf(line, "(第 %d 行)", mutant->line);
	else if (mutant->line)
		buf_printf(line, "(line %d)", mutant->line);
}

static void count(struct tally *tally, bool caught, bool explained)
{
	tally->made++;
	tally->caught += caught;
	tally->explained += !caught && explained;
	tally->escaped += !caught && !explained;
}

static void note_stale(struct mutation_report *report, const char *name, const char *text)
{
	struct buf line;

	value_add(report->stale, value_text(name));
	buf_init(&line);
	buf_add_text(&line, "  ");
	buf_printf(&line, text, name);
	print_line(report, &line);
}

static void keep(struct mutation_report *report, const struct mutant *mutant,
		 const struct value *result, const char *died, const char *why)
{
	struct value *one = value_add(report->list, value_map());

	value_set_text(one, "name", mutant->name);
	value_set_text(one, "zh", mutant->zh);
	value_set_text(one, "kind", KINDS[mutant->kind].english);
	if (mutant->line)
		value_set_int(one, "line", mutant->line);
	for (size_t i = 0; i < value_count(result); i++)
		value_set(one, value_key(result, i), value_copy(value_at(result, i)));
	value_set_bool(one, "caught", died || value_get(result, "caught_by"));
	value_set_text(one, "died", died);
	value_set_text(one, "explained", why);
}

void mutation_report_mutant(struct mutation_report *report, const struct mutant *mutant,
			    const struct value *result, const char *died)
{
	const char *why = value_get_text(report->escapes, mutant->name);
	bool caught = !result || value_get(result, "caught_by");
	struct words status = caught ? TEXTS.caught : why ? TEXTS.explained : TEXTS.escaped;
	struct buf line;

	count(&report->of[mutant->kind], caught, why);
	count(&report->all, caught, why);
	keep(report, mutant, result, result ? NULL : died, why);
	buf_init(&line);
	buf_add_text(&line, "  ");
	columns_pad(&line, say(status), STATUS_WIDTH);
	columns_pad(&line, say_either(mutant->name, mutant->zh), NAME_WIDTH);
	buf_add_byte(&line, ' ');
	if (caught)
		add_catcher(&line, result, result ? NULL : died);
	else
		add_place(&line, mutant);
	print_line(report, &line);
}

/* ---- the end ---- */

static void add_row(struct table *table, const char *name, const struct tally *tally)
{
	char figure[CELLS - 1][24];
	const char *cells[CELLS] = {name, figure[0], figure[1], figure[2], figure[3]};

	snprintf(figure[0], sizeof(figure[0]), "%zu", tally->made);
	snprintf(figure[1], sizeof(figure[1]), "%zu", tally->caught);
	snprintf(figure[2], sizeof(figure[2]), "%zu", tally->explained);
	snprintf(figure[3], sizeof(figure[3]), "%zu", tally->escaped);
	table_add(table, cells);
}

static void print_kinds(struct mutation_report *report)
{
	const char *head[CELLS] = {say(TEXTS.kind), say(TEXTS.made), say(TEXTS.caught),
				   say(TEXTS.explained), say(TEXTS.escaped)};
	struct table *table;

	if (!report->out)
		return;
	table = table_new(CELLS);
	table_add(table, head);
	table_has_head(table);
	for (int i = 1; i < MUTANT_KINDS; i++)
		if (report->of[i].made)
			add_row(table, say(KINDS[i]), &report->of[i]);
	add_row(table, say(TEXTS.all), &report->all);
	table_print(table, 2, report->out);
	table_free(table);
}

/* Under the names by which a header explains them. */
static void print_survivors(struct mutation_report *report, bool explained)
{
	struct words title = explained ? TEXTS.named_explained : TEXTS.named_escapes;
	struct buf line;

	if (explained ? report->all.explained == 0 : report->all.escaped == 0)
		return;
	buf_init(&line);
	buf_printf(&line, "  %s", say(title));
	print_line(report, &line);
	for (size_t i = 0; i < value_count(report->list); i++) {
		const struct value *one = value_at(report->list, i);
		const char *why = value_get_text(one, "explained");
		int64_t place = value_get_int(one, "line", 0);

		if (value_get_bool(one, "caught") || !why == explained)
			continue;
		buf_init(&line);
		buf_printf(&line, "    %s", value_get_text(one, "name"));
		if (place && !explained)
			buf_printf(&line, words_are_chinese() ? "(第 %lld 行)" : " (line %lld)",
				   (long long)place);
		if (why)
			buf_printf(&line, ": %s", why);
		print_line(report, &line);
	}
}

static bool is_left_out(const struct mutation_report *report, const char *name)
{
	for (size_t i = 0; i < value_count(report->left_out); i++)
		if (!strcmp(value_at(report->left_out, i)->text, name))
			return true;
	return false;
}

static void find_stale(struct mutation_report *report)
{
	for (size_t i = 0; i < value_count(report->escapes); i++) {
		const char *name = value_key(report->escapes, i);
		const struct value *found = NULL;

		for (size_t m = 0; m < value_count(report->list) && !found; m++)
			if (!strcmp(value_get_text(value_at(report->list, m), "name"), name))
				found = value_at(report->list, m);
		if (!found && !is_left_out(report, name))
			note_stale(report, name, say(TEXTS.gone));
		else if (found && value_get_bool(found, "caught"))
			note_stale(report, name, say(TEXTS.found));
	}
}

static void print_last(struct mutation_report *report, double score, bool reached)
{
	const struct tally *all = &report->all;
	size_t counted = all->made - all->explained, stale = value_count(report->stale);
	size_t left_out = value_count(report->left_out);
	struct buf line;

	buf_init(&line);
	if (all->made == 0 || (counted == 0 && !left_out))
		buf_add_text(&line, say(TEXTS.none));
	else if (left_out)
		buf_printf(&line, say(reached ? TEXTS.ok_part : TEXTS.bad_part), all->caught,
			   counted);
	else
		buf_printf(&line, say(reached ? TEXTS.ok : TEXTS.bad_score), all->caught, counted,
			   score);
	if (reached && all->explained)
		buf_printf(&line, say(TEXTS.ok_explained), all->explained);
	if (left_out)
		buf_printf(&line, say(TEXTS.rest), all->made, all->made + left_out);
	print_line(report, &line);
	if (stale == 0)
		return;
	buf_init(&line);
	buf_printf(&line, say(TEXTS.bad_stale), stale);
	print_line(report, &line);
}

bool mutation_report_end(struct mutation_report *report, struct value *into)
{
	const struct tally *all = &report->all;
	size_t counted = all->made - all->explained;
	double score = counted ? 100.0 * (double)all->caught / (double)counted : 0;
	bool is_part = value_count(report->left_out) > 0, ok;
	bool reached = is_part ? all->made > 0 && all->escaped == 0 : score >= SCORE_ASKED;
	struct value *mutants = value_set(into, "mutants", value_map());

	print_kinds(report);
	print_survivors(report, true);
	print_survivors(report, false);
	find_stale(report);
	ok = reached && value_count(report->stale) == 0;
	print_last(report, score, reached);
	value_set_int(mutants, "made", (int64_t)all->made);
	value_set_int(mutants, "caught", (int64_t)all->caught);
	value_set_int(mutants, "explained", (int64_t)all->explained);
	value_set_int(mutants, "escaped", (int64_t)all->escaped);
	value_set_bool(mutants, "part", is_part);
	if (!is_part)
		value_set_real(mutants, "score", score);
	value_set_bool(mutants, "ok", ok);
	value_set(mutants, "stale", value_copy(report->stale));
	value_set(mutants, "edges", value_copy(report->edges));
	value_set(mutants, "list", value_copy(report->list));
	value_set(mutants, "left_out", value_copy(report->left_out));
	return ok;
}

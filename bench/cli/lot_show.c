/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is shown that may move a verdict: every draw, and every run of a drawn unit with why it does not count. */
#include "cli/lot_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/listed.h"
#include "cli/lot_book.h"
#include "cli/lot_plan.h"
#include "cli/words.h"
#include "record/lot.h"
#include "record/lot_runs.h"
#include "record/signing.h"
#include "verdict/acceptance.h"

static const struct {
	struct words none, head[5], lot, plan, common, draw, kernel, dice, seed, why, tested, kept,
		dropped, unit_head[5], no_draw, now, undecided, uncontrolled, judged, stale, retest,
		no_retest;
} TEXTS = {
	.retest =
		{"re-test of %s in reserve, record %lld, ordered by %s, seal %s intact, since %s: ",
		 "备样 %s 复检,记录 %lld,批准人 %s,封条 %s 完好,原因:%s;结果:"},
	.no_retest = {"no result yet", "尚无结果"},
	.none = {"no lot was begun: davy lot open", "尚未登记任何批:davy lot open"},
	.head = {{"lot", "批"},
		 {"units", "批量"},
		 {"plan", "方案"},
		 {"draws", "抽样次数"},
		 {"verdict", "判定"}},
	.lot = {"Lot %s  record %lld: %lld units, list SHA-256 %s (%s)",
		"批 %s  记录 %lld:%lld 台,清单 SHA-256 %s(%s)"},
	.plan = {"Plan: %lld tested (检样), at most %lld may fail; %lld in reserve (备样). Judged "
		 "by: %s",
		 "方案:检样 %lld 台,不合格数不超过 %lld 则接收;备样 %lld "
		 "台。判定依据的检验程序:%s"},
	.common = {"Identities: %s  entered by %s", "标识:%s  登记人 %s"},
	.draw = {"Draw %lld  record %lld  %s: %s  by %s",
		 "第 %lld 次抽样  记录 %lld  %s:%s  抽样人 %s"},
	.kernel = {"seed from the kernel", "种子取自内核"},
	.dice = {"%zu rolls of a die before %s", "掷骰 %zu 次,见证人 %s"},
	.seed = {"seed %s", "种子 %s"},
	.why = {"drawn anew: %s", "重抽原因:%s"},
	.tested = {"tested", "检样"},
	.kept = {"reserve", "备样"},
	.dropped = {"of draw %lld", "第 %lld 次所抽"},
	.unit_head = {{"unit", "出厂编号"},
		      {"part", "用途"},
		      {"seal", "封条"},
		      {"verdict", "判定"},
		      {"runs", "检验"}},
	.no_draw = {"Nothing was drawn yet: davy lot draw %s", "尚未抽样:davy lot draw %s"},
	.now = {"%s %s: %d failed, %lld may", "%s %s:不合格 %d 台,允许 %lld 台"},
	.undecided = {"; neither PASS nor FAIL: %d", ";尚无合格或不合格结论:%d 台"},
	.uncontrolled = {"; runs for no certificate: %d", ";未受控检验:%d 次"},
	.judged = {"Recorded: %s %s, record %lld, by %s", "已登记判定:%s %s,记录 %lld,判定人 %s"},
	.stale = {"  – SUPERSEDED: the runs it rests on are others now",
		  "  – 已被取代:其所依据的检验已有变化"},
};

static const struct {
	const char *why;
	struct words words;
} REASONS[] = {
	{"simulated", {"SIMULATED, counts for nothing", "仿真 SIMULATED,不计"}},
	{"unnamed",
	 {"without its certificate's number, counts for nothing: void it or run it again",
	  "未注明安标证号,不计:请作废或重新检验"}},
	{"early", {"begun before it was drawn, counts for nothing", "抽样前开始,不计"}},
	{"protocol", {"another protocol, counts for nothing", "非判定依据的程序,不计"}},
	{"as-left",
	 {"decided as left after an adjustment, counts for nothing", "以调校后的状态判定,不计"}},
	{"voided", {"voided, counts for nothing", "已作废,不计"}},
	{"bracket",
	 {"not between two good checks of its fixture, counts for nothing: davy show",
	  "检验前后的工装核查未全部合格,不计:见 davy show"}},
	{"rejected", {"rejected by a reviewer", "审核退回"}},
	{"declared", {"declared wrong", "已声明有误"}},
};

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

const char *lot_show_reason(const char *why)
{
	for (size_t i = 0; why && i < sizeof(REASONS) / sizeof(REASONS[0]); i++)
		if (!strcmp(REASONS[i].why, why))
			return say(REASONS[i].words);
	return why;
}

static struct acceptance plan_of(const struct value *says)
{
	return (struct acceptance){.n = (int)value_get_int(says, "n", 1),
				   .c = (int)value_get_int(says, "c", 0),
				   .lot = value_get_int(says, "units", 0)};
}

/* ---- as JSON ---- */

static struct value *describe_retests(const struct lot_standing *lot)
{
	struct value *list = value_copy(lot_standing_retests(lot));

	for (size_t i = 0; i < value_count(list); i++) {
		enum verdict verdict = lot_standing_retested(lot, i);

		if (verdict)
			value_set_text(list->items[i], "verdict", verdict_name(verdict));
	}
	return list;
}

struct value *lot_show_describe(const struct lot_standing *lot)
{
	const struct value *says = lot_standing_says(lot);
	struct acceptance plan = plan_of(says);
	char *sentence = lot_plan_sentence(&plan);
	struct value *object = value_map();
	struct lot_outcome outcome;

	lot_standing_outcome(lot, &outcome);
	value_set_text(object, "lot", listed_text(says, "lot"));
	value_set_int(object, "seq", (int64_t)lot_standing_seq(lot));
	value_set(object, "says", value_copy(says));
	value_set(object, "draws", value_copy(lot_standing_draws(lot)));
	value_set(object, "seals", value_copy(lot_standing_seals(lot)));
	value_set(object, "units", lot_standing_units(lot));
	value_set_text(object, "verdict", lot_verdict_name(outcome.verdict));
	value_set_int(object, "fails", outcome.fails);
	value_set_int(object, "undecided", outcome.undecided);
	value_set_int(object, "uncontrolled", outcome.uncontrolled);
	value_set(object, "recorded", value_copy(lot_standing_verdicts(lot)));
	value_set(object, "retests", describe_retests(lot));
	value_set_text(object, "power", sentence);
	free(sentence);
	return object;
}

/* ---- list ---- */

static void add_row(struct table *table, const struct lot_standing *lot)
{
	const struct value *says = lot_standing_says(lot);
	struct lot_outcome outcome;
	char *units, *plan, *draws, *verdict;

	lot_standing_outcome(lot, &outcome);
	units = xprintf("%lld", (long long)value_get_int(says, "units", 0));
	plan = xprintf("%lld,%lld", (long long)value_get_int(says, "n", 0),
		       (long long)value_get_int(says, "c", 0));
	draws = xprintf("%zu", value_count(lot_standing_draws(lot)));
	verdict = xprintf("%s %s", lot_verdict_name(outcome.verdict),
			  lot_verdict_title(outcome.verdict));
	table_add(table,
		  (const char *const[]){listed_text(says, "lot"), units, plan, draws, verdict});
	free(units);
	free(plan);
	free(draws);
	free(verdict);
}

static void print_list(const struct lot_book *book)
{
	struct table *table = table_new(5);

	table_has_head(table);
	table_add(table,
		  (const char *const[]){say(TEXTS.head[0]), say(TEXTS.head[1]), say(TEXTS.head[2]),
					say(TEXTS.head[3]), say(TEXTS.head[4])});
	for (size_t i = 0; i < book->count; i++)
		add_row(table, book->at[i]);
	if (book->count)
		table_print(table, 0, stdout);
	else
		columns_print(stdout, say(TEXTS.none));
	table_free(table);
}

int lot_list_print(const char *state, bool json, struct error *err)
{
	struct lot_book book;
	struct value *list;
	int done = lot_book_read(&book, state, NULL, err);

	if (done == 0 && json) {
		list = value_list();
		for (size_t i = 0; i < book.count; i++)
			value_add(list, lot_show_describe(book.at[i]));
		json_print(stdout, list);
		value_free(list);
	} else if (done == 0) {
		print_list(&book);
	}
	lot_book_done(&book);
	return done;
}

/* ---- show ---- */

static void print_head(const struct lot_standing *lot)
{
	const struct value *says = lot_standing_says(lot), *dut = value_get(says, "dut");
	const struct value *file = value_get(says, "file");
	char *protocols = listed_joined(value_get(says, "protocols"));
	const char *ma = value_get_text(dut, "ma");
	char *common = ma ? xprintf("ma %s", ma) : xprintf("class %s", listed_text(dut, "class"));
	struct acceptance plan = plan_of(says);
	char *sentence = lot_plan_sentence(&plan);

	print_line(xprintf(say(TEXTS.lot), listed_text(says, "lot"),
			   (long long)lot_standing_seq(lot),
			   (long long)value_get_int(says, "units", 0), listed_text(file, "sha256"),
			   listed_text(file, "name")));
	print_line(xprintf(say(TEXTS.plan), (long long)value_get_int(says, "n", 0),
			   (long long)value_get_int(says, "c", 0),
			   (long long)value_get_int(says, "spare", 0), protocols));
	print_line(xprintf(say(TEXTS.common), common, listed_text(says, "by")));
	print_line(sentence);
	free(protocols);
	free(common);
}

static void print_drawn(const struct value *says, const char *part, struct words name)
{
	char *units = listed_joined(value_get(says, part));

	if (*units)
		print_line(xprintf("  %s: %s", say(name), units));
	free(units);
}

static void print_draw(const struct value *draw)
{
	const struct value *says = value_get(draw, "says");
	const char *why = value_get_text(says, "why");
	bool is_rolled = !strcmp(listed_text(says, "source"), DRAW_FROM_DICE);
	char *source = is_rolled ? xprintf(say(TEXTS.dice), strlen(listed_text(says, "seed")),
					   listed_text(says, "witness"))
				 : xstrdup(say(TEXTS.kernel));

	print_line(xprintf(say(TEXTS.draw), (long long)value_get_int(says, "draw", 0),
			   (long long)value_get_int(draw, "seq", 0), listed_text(draw, "at"),
			   source, listed_text(says, "by")));
	if (why) {
		char *line = xprintf(say(TEXTS.why), why);

		print_line(xprintf("  %s", line));
		free(line);
	}
	free(source);
	source = xprintf(say(TEXTS.seed), listed_text(says, "seed"));
	print_line(xprintf("  %s", source));
	free(source);
	print_drawn(says, "tested", TEXTS.tested);
	print_drawn(says, "kept", TEXTS.kept);
}

static char *runs_of(const struct value *runs)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(runs); i++) {
		const struct value *run = value_at(runs, i);
		const char *why = value_get_text(run, "why");

		buf_printf(&text, "%s%s ", i ? "; " : "", listed_text(run, "run"));
		figure_verdict(&text, listed_text(run, "verdict"));
		if (why)
			buf_printf(&text, " (%s)", lot_show_reason(why));
	}
	return buf_detach(&text);
}

static void add_unit(struct table *table, const struct value *unit, int64_t draws)
{
	const char *verdict = value_get_text(unit, "verdict"),
		   *at = value_get_text(unit, "kept_at");
	bool is_tested = !strcmp(listed_text(unit, "part"), "tested");
	char *runs = runs_of(value_get(unit, "runs"));
	char *seal = xprintf("%s%s%s", listed_text(unit, "seal"), at ? " @ " : "", at ? at : "");
	struct buf part, became;

	buf_init(&part);
	buf_init(&became);
	buf_add_text(&part, say(is_tested ? TEXTS.tested : TEXTS.kept));
	if (value_get_int(unit, "draw", 0) != draws) {
		buf_add_text(&part, " ");
		buf_printf(&part, say(TEXTS.dropped), (long long)value_get_int(unit, "draw", 0));
	}
	if (verdict)
		figure_verdict(&became, verdict);
	table_add(table, (const char *const[]){listed_text(unit, "unit"), part.data, seal,
					       became.size ? became.data : "–", runs});
	buf_done(&part);
	buf_done(&became);
	free(seal);
	free(runs);
}

static void print_units(const struct lot_standing *lot)
{
	struct value *units = lot_standing_units(lot);
	struct table *table = table_new(5);
	const char *head[5];

	for (int i = 0; i < 5; i++)
		head[i] = say(TEXTS.unit_head[i]);
	table_has_head(table);
	table_add(table, head);
	for (size_t i = 0; i < value_count(units); i++)
		add_unit(table, value_at(units, i), (int64_t)value_count(lot_standing_draws(lot)));
	table_print(table, 0, stdout);
	table_free(table);
	value_free(units);
}

/* A verdict that was recorded rests on what was there then. */
static bool is_stale(const struct lot_standing *lot, const struct value *says)
{
	struct error undecided;
	struct value *again = lot_standing_judge(lot, &undecided);
	bool is_same = again && lot_runs_same(value_get(says, "runs"), value_get(again, "runs"));

	value_free(again);
	return !is_same;
}

static const char *title_of(const char *verdict)
{
	for (int i = LOT_ACCEPT; i <= LOT_REJECT; i++)
		if (!strcmp(lot_verdict_name((enum lot_verdict)i), verdict))
			return lot_verdict_title((enum lot_verdict)i);
	return "";
}

static void print_signed(const struct value *people)
{
	for (size_t i = 0; i < value_count(people); i++) {
		const struct value *one = value_at(people, i);
		enum meaning meaning = meaning_find(value_get_text(one, "meaning"));

		print_line(xprintf("  %s %s: %s  %s  #%lld", listed_text(one, "meaning"),
				   meaning ? meaning_title(meaning) : "",
				   listed_text(one, "person"), listed_text(one, "time"),
				   (long long)value_get_int(one, "seq", 0)));
	}
}

static void print_judged(const struct lot_standing *lot)
{
	const struct value *verdicts = lot_standing_verdicts(lot);

	for (size_t i = 0; i < value_count(verdicts); i++) {
		const struct value *one = value_at(verdicts, i), *says = value_get(one, "says");
		const char *verdict = listed_text(says, "verdict");
		char *line =
			xprintf(say(TEXTS.judged), verdict, title_of(verdict),
				(long long)value_get_int(one, "seq", 0), listed_text(says, "by"));

		print_line(xprintf("%s%s", line, is_stale(lot, says) ? say(TEXTS.stale) : ""));
		free(line);
		print_signed(value_get(one, "signed"));
	}
}

static void print_outcome(const struct lot_standing *lot)
{
	struct lot_outcome outcome;
	struct buf line;

	lot_standing_outcome(lot, &outcome);
	buf_init(&line);
	buf_printf(&line, say(TEXTS.now), lot_verdict_name(outcome.verdict),
		   lot_verdict_title(outcome.verdict), outcome.fails,
		   (long long)value_get_int(lot_standing_says(lot), "c", 0));
	if (outcome.undecided)
		buf_printf(&line, say(TEXTS.undecided), outcome.undecided);
	if (outcome.uncontrolled)
		buf_printf(&line, say(TEXTS.uncontrolled), outcome.uncontrolled);
	print_line(buf_detach(&line));
}

/* Beside what the sample said, which it does not change. */
static void print_retests(const struct lot_standing *lot)
{
	const struct value *retests = lot_standing_retests(lot);

	for (size_t i = 0; i < value_count(retests); i++) {
		const struct value *says = value_get(value_at(retests, i), "says");
		enum verdict verdict = lot_standing_retested(lot, i);
		struct buf line;

		buf_init(&line);
		buf_printf(&line, say(TEXTS.retest), listed_text(says, "unit"),
			   (long long)value_get_int(value_at(retests, i), "seq", 0),
			   listed_text(says, "authorised_by"), listed_text(says, "seal"),
			   listed_text(says, "why"));
		if (verdict)
			figure_verdict(&line, verdict_name(verdict));
		else
			buf_add_text(&line, say(TEXTS.no_retest));
		print_line(buf_detach(&line));
	}
}

static void print_lot(const struct lot_standing *lot)
{
	const struct value *draws = lot_standing_draws(lot);

	print_head(lot);
	putchar('\n');
	if (!value_count(draws)) {
		print_line(xprintf(say(TEXTS.no_draw), listed_text(lot_standing_says(lot), "lot")));
		return;
	}
	for (size_t i = 0; i < value_count(draws); i++)
		print_draw(value_at(draws, i));
	putchar('\n');
	print_units(lot);
	putchar('\n');
	print_outcome(lot);
	print_judged(lot);
	print_retests(lot);
}

int lot_show_print(const char *state, const char *name, bool json, struct error *err)
{
	struct lot_standing *lot = lot_book_find(state, name, err);
	struct value *object;

	if (!lot)
		return -1;
	if (json) {
		object = lot_show_describe(lot);
		json_print(stdout, object);
		value_free(object);
	} else {
		print_lot(lot);
	}
	lot_standing_free(lot);
	return 0;
}

int lot_show_verdict(const char *state, const char *name, bool json, bool *is_rejected,
		     struct error *err)
{
	struct lot_standing *lot = lot_book_find(state, name, err);
	const struct value *verdicts, *last;

	if (!lot)
		return -1;
	verdicts = lot_standing_verdicts(lot);
	last = value_at(verdicts, value_count(verdicts) - 1);
	*is_rejected = !strcmp(listed_text(value_get(last, "says"), "verdict"),
			       lot_verdict_name(LOT_REJECT));
	if (json) {
		json_print(stdout, last);
	} else {
		print_outcome(lot);
		print_judged(lot);
	}
	lot_standing_free(lot);
	return 0;
}

int lot_draw_print(const char *state, const char *name, struct error *err)
{
	struct lot_standing *lot = lot_book_find(state, name, err);
	const struct value *draws;

	if (!lot)
		return -1;
	draws = lot_standing_draws(lot);
	for (size_t i = 0; i < value_count(draws); i++)
		print_draw(value_at(draws, i));
	lot_standing_free(lot);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of `davy why` from the top: the run and its verdict, what ended it, each measure with its limit,
 * its value, its uncertainty and its readings, and what no journal can say. A text that came from a script
 * or an instrument reaches the terminal cleaned; lines of scripts stand word for word but for tabs, which
 * are blanks here, and the blanks before them.
 */
#include "cli/why_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/budget.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "verdict/expression.h"

static const struct {
	struct words step, open, interrupted, away, dut, began, adjusted, photo, instrument,
		nameless, why, met, limit, accepts, rule, grade, standard, edition, clause, source,
		key, replaced, set, no_limit, head_limit, head_value, head_budget, head_readings,
		head_why, value, from, share, again, differs, given, no_line, not_given, none,
		not_evaluated, conformance, expected, found, figures, more, whole, journal, chain,
		guarded, simple, none_rests, missing, incomplete, record, replay, no_measures;
} TEXTS = {
	.step = {"step", "步骤"},
	.open = {"no verdict: running, or cut short", "尚无判定:进行中或中断"},
	.dut = {"device under test", "受检样品"},
	.began = {"began", "开始"},
	.adjusted = {"adjusted", "调校"},
	.photo = {"photo", "照片"},
	.away = {"INTERRUPTED", "中断"},
	.interrupted = {"no verdict: interrupted (davy continue)",
			"尚无判定:已中断(davy continue)"},
	.instrument = {"instrument", "检测设备"},
	.nameless = {"it does not say who it is", "不报身份"},
	.head_why = {"WHY", "判定原因"},
	.met = {"the limit is met", "满足限值"},
	.head_limit = {"LIMIT", "限值"},
	.limit = {"limit", "限值"},
	.accepts = {"accepted", "接受限"},
	.rule = {"decision rule", "判定规则"},
	.guarded = {"guarded: accepted only inside the limit by U (ILAC-G8:09/2019, w = U)",
		    "guarded:示值须在限值内且留有 U 的保护带(ILAC-G8:09/2019,w = U)"},
	.simple = {"simple: the value alone is compared", "simple:仅以示值比较"},
	.grade = {"grade", "可信等级"},
	.standard = {"standard", "标准"},
	.edition = {"edition", "版本"},
	.clause = {"clause", "条款"},
	.source = {"source", "来源"},
	.key = {"key", "键"},
	.replaced = {"DEVIATION: in place of", "偏离:代替"},
	.set = {"limit set", "限值文件"},
	.missing = {"not stated in the journal", "日志中未载明"},
	.no_limit = {"none: nothing judges it", "无:不作判定"},
	.head_value = {"VALUE", "示值"},
	.value = {"value", "示值"},
	.from = {"follows from", "由下式得出"},
	.share = {"judged as a share of the upper limit of", "判定对象为其占下列项目上限之比:"},
	.again = {"worked out again from the readings below: %.12g %s, the same",
		  "由下列读数重新算得:%.12g %s,一致"},
	.differs =
		{"DIFFERS: the readings below give %.12g %s now; davy replay says which is right",
		 "不一致:下列读数现算得 %.12g %s;请用 davy replay 查明"},
	.given = {"given by", "赋值行"},
	.no_line = {"the controller gave it, no line of a script", "由控制器给出,并无程序行"},
	.not_given = {"no value", "无示值"},
	.head_budget = {"UNCERTAINTY", "不确定度"},
	.none = {"no value was judged", "无示值"},
	.not_evaluated = {"no source of uncertainty is known: the value alone was compared",
			  "无已知不确定度来源:仅以示值比较"},
	.incomplete = {"INCOMPLETE", "不完整"},
	.conformance = {"probability of conformance", "合格概率"},
	.head_readings = {"READINGS", "读数"},
	.none_rests = {"It rests on no reading of the bench: a figure that the script made up.",
		       "不依据任何台架读数:系程序自拟之数。"},
	.expected = {"expected", "应为"},
	.found = {"found", "实测"},
	.figures = {"with their values", "代入数值"},
	.why = {"why", "原因"},
	.more = {"… which rest on %zu readings more", "… 上述读数另依据 %zu 个读数"},
	.whole = {"All of it, of one measure: davy why %s MEASURE",
		  "某一项目的全部依据:davy why %s "
		  "项目名"},
	.replay = {"The same run again from this journal, bit for bit: davy replay %s",
		   "由本日志逐位重演:davy replay %s"},
	.no_measures = {"Nothing was measured.", "未作测量。"},
	.journal = {"journal", "日志"},
	.record = {"signed record", "签名检验记录"},
	.chain = {"head of its chain", "链首散列"},
};

/* ---- lines ---- */

void why_line(size_t indent, const char *format, ...)
{
	va_list arguments;
	char *text = NULL, *line;
	struct buf folded;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		abort();
	va_end(arguments);
	line = xprintf("%*s%s", (int)indent, "", text);
	columns_clean(line);
	buf_init(&folded);
	columns_wrap(&folded, line, columns_of_page(stdout), indent + 2);
	puts(folded.data);
	buf_done(&folded);
	free(line);
	free(text);
}

void why_row(size_t indent, struct words name, const char *text)
{
	if (text && *text)
		why_line(indent, "%s: %s", say(name), text);
}

double why_seconds(const struct value *map, const char *key)
{
	return nsec_seconds(value_get_int(map, key, 0));
}

void why_source(size_t indent, struct words name, const struct value *asked)
{
	const char *where = value_get_text(asked, "where"), *text = value_get_text(asked, "text");
	char *clean;

	if (!where)
		return;
	why_line(indent, "%s %s", say(name), where);
	if (!text) {
		why_line(indent + 2, "%s", say(TEXTS.missing));
		return;
	}
	clean = xstrdup(text + strspn(text, " \t"));
	for (char *at = clean; (at = strchr(at, '\t')) != NULL;)
		*at = ' ';
	columns_clean(clean);
	printf("%*s| %s\n", (int)indent + 2, "", clean);
	free(clean);
}

/* ---- a measure: limit ---- */

static void limit_row(struct table *table, struct words name, const char *text)
{
	table_add(table,
		  (const char *const[]){say(name), text && *text ? text : say(TEXTS.missing)});
}

static void print_limit(const struct value *tree, const struct value *measure)
{
	const struct value *limit = value_get(measure, "limit");
	const char *rule = value_get_text(tree, "decision");
	struct table *table = table_new(2);
	struct buf text;

	buf_init(&text);
	figure_limit(&text, measure);
	limit_row(table, TEXTS.limit, value_get(limit, "limit") ? text.data : say(TEXTS.no_limit));
	if (value_get_bool(limit, "deviates"))
		limit_row(table, TEXTS.replaced, value_get_text(limit, "original"));
	if (value_get(measure, "acceptance"))
		limit_row(table, TEXTS.accepts, value_get_text(measure, "acceptance"));
	if (rule)
		limit_row(table, TEXTS.rule,
			  say(!strcmp(rule, "guarded") ? TEXTS.guarded : TEXTS.simple));
	limit_row(table, TEXTS.grade, value_get_text(limit, "grade"));
	limit_row(table, TEXTS.standard, value_get_text(limit, "standard"));
	limit_row(table, TEXTS.edition, value_get_text(limit, "edition"));
	limit_row(table, TEXTS.clause, value_get_text(limit, "clause"));
	limit_row(table, TEXTS.source, value_get_text(limit, "source"));
	if (value_get_text(tree, "limit_set") && strcmp(value_get_text(tree, "limit_set"), "none"))
		limit_row(table, TEXTS.set, value_get_text(tree, "limit_set"));
	table_print(table, 4, stdout);
	table_free(table);
	buf_done(&text);
}

/* ---- a measure: value and uncertainty ---- */

static const char *unit_of(const struct value *map)
{
	const char *unit = value_get_text(map, "unit");

	return unit && strcmp(unit, "1") != 0 ? unit : "";
}

static const struct value *reading_of(const struct value *measure, uint64_t id)
{
	const struct value *readings = value_get(measure, "readings");

	for (size_t i = 0; i < value_count(readings); i++)
		if ((uint64_t)value_get_int(value_at(readings, i), "reading", 0) == id)
			return value_at(readings, i);
	return NULL;
}

/* The expression with the readings' values in place of their names; nothing where it is a reading. */
static void print_figures(const struct value *measure)
{
	const char *from = value_get_text(measure, "from"), *at = from, *done = from;
	struct buf text;
	uint64_t id;

	if (!from || !strpbrk(from, "(+-*/"))
		return;
	buf_init(&text);
	while ((id = expression_next_reading(from, &at))) {
		const struct value *reading = reading_of(measure, id);
		const char *name = at - 1;

		while (name > done && *name != 'r')
			name--;
		buf_add(&text, done, (size_t)(name - done));
		buf_printf(&text, "%.6g %s", value_get_real(reading, "value", NAN),
			   unit_of(reading));
		done = at;
	}
	buf_add_text(&text, done);
	why_row(4, TEXTS.figures, text.data);
	buf_done(&text);
}

static void print_value(const struct value *measure)
{
	const struct value *again = value_get(measure, "again");
	const char *from = value_get_text(measure, "from");

	if (value_get(measure, "value"))
		why_line(4, "%.12g %s%s%s", value_get_real(measure, "value", 0), unit_of(measure),
			 from ? " = " : "", from ? from : "");
	else
		why_line(4, "%s", say(TEXTS.not_given));
	print_figures(measure);
	why_row(4, TEXTS.share, value_get_text(measure, "share_of"));
	if (again)
		why_line(4, say(value_get_bool(again, "same") ? TEXTS.again : TEXTS.differs),
			 value_get_real(again, "value", 0), unit_of(measure));
	if (value_get(measure, "asked"))
		why_source(4, TEXTS.given, value_get(measure, "asked"));
	else
		why_line(4, "%s", say(TEXTS.no_line));
}

static void print_flaws(const struct value *measure, size_t indent)
{
	const struct value *flaws = value_get(measure, "flaws");

	for (size_t i = 0; i < value_count(flaws); i++)
		why_row(indent, TEXTS.incomplete, value_at(flaws, i)->text);
}

static void print_budget(const struct value *measure)
{
	const struct value *rows = value_get(measure, "budget");
	bool sign = false;

	print_flaws(measure, 4);
	if (!value_count(rows)) {
		why_line(4, "%s",
			 say(value_get(measure, "value") ? TEXTS.not_evaluated : TEXTS.none));
		return;
	}
	budget_print(measure, rows, 4);
	for (size_t i = 0; i < value_count(rows); i++)
		sign = sign || value_get_real(value_at(rows, i), "standard", 0) < 0;
	if (sign)
		why_line(4, "%s", budget_signs());
}

/* ---- a measure ---- */

static const char *meaning_of(const struct value *measure)
{
	return say_either(value_get_text(measure, "meaning"), value_get_text(measure, "zh"));
}

static void print_judged(const struct value *measure)
{
	struct value *own = value_copy(measure); /* under the name by which it is asked for */
	struct buf line;

	value_set(own, "zh", value_nil());
	buf_init(&line);
	figure_judged(&line, own);
	why_line(0, "%s", line.data);
	buf_done(&line);
	value_free(own);
}

static void print_why(const struct value *measure)
{
	char *why = figure_why(measure);
	struct buf text;

	buf_init(&text);
	why_line(4, "%s", why && *why ? why : say(TEXTS.met));
	if (budget_conformance(&text, measure))
		why_row(4, TEXTS.conformance, text.data);
	buf_done(&text);
	free(why);
}

static void print_readings(const struct value *measure, bool simulated)
{
	const struct value *readings = value_get(measure, "readings");

	if (!value_count(readings) && value_get(measure, "value"))
		why_line(4, "%s", say(TEXTS.none_rests));
	for (size_t i = 0; i < value_count(readings); i++) {
		if (i)
			printf("\n");
		why_reading(value_at(readings, i), 4, simulated);
	}
}

static void print_reason(size_t indent, const struct value *measure)
{
	char *why = figure_why(measure);

	why_row(indent, TEXTS.why, why);
	free(why);
}

static void print_check(const struct value *measure)
{
	why_row(2, TEXTS.expected, figure_expected(measure));
	why_row(2, TEXTS.found,
		say_either(value_get_text(measure, "found"), value_get_text(measure, "found_zh")));
	print_reason(2, measure);
	why_check(measure, 2);
}

static void heading(struct words words)
{
	printf("\n  %s\n", say(words));
}

static void print_measure(const struct value *tree, const struct value *measure)
{
	bool simulated = !value_get_bool(tree, "wires");

	printf("\n");
	print_judged(measure);
	why_line(2, "%s", meaning_of(measure));
	why_row(2, TEXTS.step, value_get_text(measure, "step"));
	if (value_get(measure, "expected")) {
		print_check(measure);
		return;
	}
	heading(TEXTS.head_why);
	print_why(measure);
	heading(TEXTS.head_limit);
	print_limit(tree, measure);
	heading(TEXTS.head_value);
	print_value(measure);
	heading(TEXTS.head_budget);
	print_budget(measure);
	heading(TEXTS.head_readings);
	print_readings(measure, simulated);
}

/* ---- a measure, shortened to what decided ---- */

static void add_part(struct buf *out, const char *before, const char *text)
{
	if (text && *text)
		buf_printf(out, "%s%s", before, text);
}

static void print_limit_short(const struct value *measure)
{
	const struct value *limit = value_get(measure, "limit");
	struct buf text;

	buf_init(&text);
	figure_limit(&text, measure);
	if (value_get(measure, "acceptance"))
		buf_printf(&text, ", %s %s", say(TEXTS.accepts),
			   value_get_text(measure, "acceptance"));
	add_part(&text, "  [", value_get_text(limit, "grade"));
	if (value_get_text(limit, "grade"))
		buf_add_text(&text, "]");
	add_part(&text, "  ", value_get_text(limit, "standard"));
	add_part(&text, ", ", value_get_text(limit, "clause"));
	why_row(4, TEXTS.limit, text.data);
	buf_done(&text);
}

/* Those that its expression names; what they rest on is left to the whole tree. */
static bool is_named(const char *from, int64_t reading)
{
	const char *at = from;
	uint64_t id;

	while (at && (id = expression_next_reading(from, &at)))
		if ((int64_t)id == reading)
			return true;
	return !from;
}

static void print_readings_short(const struct value *measure)
{
	const struct value *readings = value_get(measure, "readings");
	const char *from = value_get_text(measure, "from");
	size_t left = 0;

	if (from && value_count(readings) > 1)
		why_row(4, TEXTS.from, from);
	for (size_t i = 0; i < value_count(readings); i++) {
		const struct value *node = value_at(readings, i);

		if (value_get(node, "reading") &&
		    !is_named(from, value_get_int(node, "reading", 0)))
			left++;
		else
			why_reading_short(node, 4);
	}
	if (left)
		why_line(4, say(TEXTS.more), left);
}

static void print_measure_short(const struct value *measure)
{
	print_judged(measure);
	if (value_get(measure, "expected")) {
		why_row(4, TEXTS.expected, figure_expected(measure));
		print_reason(4, measure);
		return;
	}
	print_limit_short(measure);
	print_reason(4, measure);
	print_flaws(measure, 4);
	print_readings_short(measure);
	why_source(4, TEXTS.given, value_get(measure, "asked"));
}

static void print_measures(const struct value *tree, bool whole)
{
	const struct value *measures = value_get(tree, "measures");
	const char *before = "";

	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *measure = value_at(measures, i);
		const char *step = value_get_text(measure, "step");

		if (whole) {
			print_measure(tree, measure);
			continue;
		}
		if (step && strcmp(step, before) != 0) {
			printf("\n");
			why_row(0, TEXTS.step, step);
			before = step;
		}
		print_measure_short(measure);
	}
	if (!value_count(measures) && !value_get_bool(value_get(tree, "order"), "by_hand")) {
		printf("\n");
		why_line(0, "%s", say(TEXTS.no_measures));
	}
}

/* ---- the whole ---- */

static void print_instrument(const struct value *instrument)
{
	const char *identity = value_get_text(instrument, "identity");

	why_line(0, "%s: %s (%s)", say(TEXTS.instrument), value_get_text(instrument, "device"),
		 identity && *identity ? identity : say(TEXTS.nameless));
}

static void print_head(const struct value *tree, bool whole)
{
	const struct value *instruments = value_get(tree, "instruments");
	const char *verdict = value_get_text(tree, "verdict");
	char *why = figure_why(tree);
	struct buf line;

	buf_init(&line);
	figure_provenance(&line, value_get_bool(tree, "simulated"));
	buf_printf(&line, "%s", value_get_text(tree, "run"));
	why_line(0, "%s", line.data);
	why_line(0, "%s v%lld  %s", value_get_text(tree, "protocol"),
		 (long long)value_get_int(tree, "version", 0),
		 say_either(value_get_text(tree, "title"), value_get_text(tree, "zh")));
	why_row(0, TEXTS.dut, value_get_text(tree, "dut"));
	why_row(0, TEXTS.began, value_get_text(tree, "began"));
	for (size_t i = 0; i < value_count(instruments) && whole; i++)
		print_instrument(value_at(instruments, i));
	printf("\n");
	buf_clear(&line);
	if (verdict)
		figure_verdict(&line, verdict);
	else
		buf_add_text(&line, say(value_get_bool(tree, "interrupted") ? TEXTS.interrupted
									    : TEXTS.open));
	add_part(&line, "  ", why);
	free(why);
	why_line(0, "%s", line.data);
	for (size_t i = 0; i < value_count(value_get(tree, "resumed")); i++) {
		buf_clear(&line);
		figure_away(&line, value_at(value_get(tree, "resumed"), i));
		why_row(0, TEXTS.away, line.data);
	}
	buf_clear(&line);
	if (figure_adjusted(&line, value_get(tree, "adjustments"),
			    value_get_bool(value_get(tree, "order"), "as_left")))
		why_row(0, TEXTS.adjusted, line.data);
	for (size_t i = 0; i < value_count(value_get(tree, "photos")); i++) {
		buf_clear(&line);
		figure_photo(&line, value_at(value_get(tree, "photos"), i));
		why_row(0, TEXTS.photo, line.data);
	}
	buf_done(&line);
}

static void print_foot(const struct value *tree, bool whole)
{
	const struct value *record = value_get(tree, "record");

	why_limits_of_proof(tree);
	printf("\n");
	if (!whole && value_count(value_get(tree, "measures")))
		why_line(0, say(TEXTS.whole), value_get_text(tree, "run"));
	if (!value_get_bool(value_get(tree, "order"), "by_hand"))
		why_line(0, say(TEXTS.replay), value_get_text(tree, "run"));
	printf("%s %s/journal\n%s\n  %s\n", say(TEXTS.journal), value_get_text(tree, "folder"),
	       say(TEXTS.chain), value_get_text(tree, "chain"));
	if (record)
		why_line(0, "%s %lld  %s", say(TEXTS.record),
			 (long long)value_get_int(record, "seq", 0), value_get_text(record, "id"));
}

void why_print(const struct value *tree, bool whole)
{
	bool simulated = !value_get_bool(tree, "wires");

	print_head(tree, whole);
	if (value_get(tree, "cause")) {
		printf("\n");
		why_cause(value_get(tree, "cause"), 0, simulated);
	}
	if (value_get(tree, "typed")) {
		printf("\n");
		why_typed(value_get(tree, "typed"), 0);
	}
	print_measures(tree, whole);
	print_foot(tree, whole);
}

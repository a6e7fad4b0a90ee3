/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The budget of a judged measure.
 *
 * A judged measure stands in the journal with its standard uncertainty by source, signed, in the unit in
 * which it was judged. Here each source is given its meaning back: a certificate by the lines that the
 * journal's head froze, everything else by its kind and by the reading that it belongs to. Sources of one
 * name were added with their signs before they were written down, so the rows of a budget are independent
 * and their squares add up to the whole: a row's share is its square's.
 *
 * A budget may be incomplete: what a reading says against itself (a certificate that ran out or that there
 * is not) are its flaws, and no probability is given then.
 */
#include "cli/budget.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "cli/words.h"
#include "run/calibration.h"
#include "run/journal_read.h"
#include "verdict/expression.h"
#include "verdict/unit.h"

static const struct {
	struct words source, standard, share, remark, certificate, reading, due, ran_out, whole, by,
		signs;
} TEXTS = {
	.source = {"source of uncertainty", "不确定度来源"},
	.standard = {"u", "标准不确定度"},
	.share = {"share", "方差占比"},
	.remark = {"from", "依据"},
	.certificate = {"certificate", "证书"},
	.reading = {"reading", "读数"},
	.due = {"valid to", "有效期至"},
	.ran_out = {"RAN OUT on", "已于以下日期到期:"},
	.whole = {"combined standard uncertainty", "合成标准不确定度"},
	.by = {"JCGM 106:2012, 7.3 and 7.4; normal distribution",
	       "JCGM 106:2012,7.3、7.4;正态分布"},
	.signs = {"A minus sign: the value falls where that instrument reads high. One certificate "
		  "counts once for all readings that rest on it (fully correlated, JCGM 100:2008 "
		  "5.2.2); everything else is independent, and squares add up.",
		  "负号表示该设备示值偏高时结果偏低。同一证书对依据它的全部读数只计一次(完全相关,"
		  "JCGM 100:2008 5.2.2);其余各项相互独立,按平方和合成。"},
};

/* What a source that belongs to one reading is, by the word in its name: "#res12". */
static const struct {
	const char *kind;
	struct words words;
} KINDS[] = {
	{"check", {"repeatability, by its check standard", "重复性(由核查标准)"}},
	{"res", {"last digit shown", "末位分辨力"}},
	{"move", {"movement while it settled", "稳定过程中的残余变化"}},
	{"mean", {"scatter of the mean", "平均值的分散性"}},
	{"delay", {"transit delay of the sampling line", "采样管路的传输延迟"}},
	{"time", {"instant between two looks", "两次采样之间的时刻"}},
	{"repeat", {"scatter of the repeats", "重复性"}},
	{"within", {"somewhere between two values", "区间内任意处"}},
	{"others", {"smaller sources together", "其余较小来源合计"}},
};

/* ---- what the journal says of readings ---- */

int budget_read(struct budget *budget, const struct account *account, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(account->folder, err);
	struct journal_item item;
	int more = -1;

	*budget = (struct budget){.account = account, .readings = value_map()};
	while (reader && (more = journal_reader_next(reader, &item, err)) > 0) {
		char id[24];
		struct value *one;

		if (!item.kind || strcmp(item.kind, "reading") != 0)
			continue;
		snprintf(id, sizeof(id), "%lld", (long long)value_get_int(item.line, "id", 0));
		one = value_set(budget->readings, id, value_map());
		if (value_get(item.line, "of"))
			value_set_text(one, "of", value_get_text(item.line, "of"));
		if (value_get(item.line, "flaw"))
			value_set_text(one, "flaw", value_get_text(item.line, "flaw"));
	}
	journal_reader_close(reader);
	return more < 0 ? -1 : 0;
}

void budget_done(struct budget *budget)
{
	value_free(budget->readings);
}

/* ---- one source ---- */

/* {source, kind, standard, share, certificate… | reading, of}: what one row says. */
static struct value *describe_certificate(const struct budget *budget, const char *source,
					  const struct value *measure)
{
	const struct value *lines = value_get(budget->account->head, "certificates");
	const struct value *line = value_get(lines, source);
	struct value *row = line ? value_copy(line) : value_map();
	const char *due = value_get_text(line, "due");
	nsec wall = value_get_int(budget->account->anchor, "ns", 0);
	struct certificate certificate;

	if (!line) /* a journal from before its head froze them */
		value_set_text(row, "certificate", source + strlen("cert:"));
	if (due && strlen(due) < sizeof(certificate.due)) {
		strcpy(certificate.due, due);
		value_set_bool(
			row, "expired",
			certificate_expired(&certificate, wall + value_get_int(measure, "t", 0)));
	}
	value_set_text(row, "kind", "certificate");
	return row;
}

/* How long the word is with which a source's name begins: "res" of "res12", "within" of "withinc018a3cf". */
static size_t kind_size(const char *name)
{
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strncmp(name, KINDS[i].kind, strlen(KINDS[i].kind)))
			return strlen(KINDS[i].kind);
	return strcspn(name, "0123456789");
}

static struct value *describe_own(const struct budget *budget, const char *source)
{
	struct value *row = value_map();
	size_t size = kind_size(source + 1);
	char kind[40];
	const char *of;

	snprintf(kind, sizeof(kind), "%.*s", (int)size, source + 1);
	value_set_text(row, "kind", kind);
	of = value_get_text(value_get(budget->readings, source + 1 + size), "of");
	/* the numbers of repeats and intervals are their own and not those of readings */
	if (of && strcmp(kind, "repeat") != 0 && strcmp(kind, "within") != 0) {
		value_set_int(row, "reading", atoll(source + 1 + size));
		value_set_text(row, "of", of);
	}
	return row;
}

/* "delay:mouth_co2": of the channel whose sampling line it is. */
static struct value *describe_delay(const char *source)
{
	struct value *row = value_map();

	value_set_text(row, "kind", "delay");
	value_set_text(row, "of", source + strlen("delay:"));
	return row;
}

static struct value *describe_source(const struct budget *budget, const char *source,
				     const struct value *measure)
{
	if (!strncmp(source, "cert:", 5))
		return describe_certificate(budget, source, measure);
	if (!strncmp(source, "delay:", 6))
		return describe_delay(source);
	return describe_own(budget, source);
}

static double variance_of(const struct value *sources)
{
	double sum = 0;

	for (size_t i = 0; i < value_count(sources); i++) {
		double standard = value_get_real(sources, value_key(sources, i), 0);

		sum += standard * standard;
	}
	return sum;
}

double budget_standard(const struct value *measure)
{
	return sqrt(variance_of(value_get(measure, "sources")));
}

static int by_share(const void *one, const void *other)
{
	double a = value_get_real(*(struct value *const *)one, "share", 0);
	double b = value_get_real(*(struct value *const *)other, "share", 0);

	return (a < b) - (a > b);
}

/* The rows of a measure, the greatest first. */
struct value *budget_sources(const struct budget *budget, const struct value *measure)
{
	const struct value *sources = value_get(measure, "sources");
	struct value *rows = value_list();
	double variance = variance_of(sources);

	for (size_t i = 0; i < value_count(sources); i++) {
		const char *source = value_key(sources, i);
		double standard = value_get_real(sources, source, 0);
		struct value *row = describe_source(budget, source, measure);

		value_set_text(row, "source", source);
		value_set_real(row, "standard", standard);
		value_set_real(row, "share", standard * standard / variance);
		value_add(rows, row);
	}
	if (rows->count)
		qsort(rows->items, rows->count, sizeof(struct value *), by_share);
	return rows;
}

static bool has_text(const struct value *list, const char *text)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (!strcmp(value_at(list, i)->text, text))
			return true;
	return false;
}

/* What the readings that a measure follows from say against themselves, each once. */
struct value *budget_flaws(const struct budget *budget, const struct value *measure)
{
	const char *from = value_get_text(measure, "from"), *at = from;
	struct value *flaws = value_list();
	uint64_t number;

	while (at && (number = expression_next_reading(from, &at))) {
		char id[24];
		const char *flaw;

		snprintf(id, sizeof(id), "%llu", (unsigned long long)number);
		flaw = value_get_text(value_get(budget->readings, id), "flaw");
		if (flaw && !has_text(flaws, flaw))
			value_add(flaws, value_text(flaw));
	}
	return flaws;
}

/* ---- for people ---- */

/* Decimals that show two digits of a number; none for tens, and no more than nine. */
static int decimals_of(double number)
{
	char text[32];
	int decimals;

	if (number == 0)
		return 0;
	snprintf(text, sizeof(text), "%.1e", number);
	decimals = 1 - atoi(strchr(text, 'e') + 1);
	return decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
}

/* A standard uncertainty in the unit of the measure, of two digits; that of °C is K. */
static char *standard_text(const struct value *measure, double standard, bool sign)
{
	const char *symbol = value_get_text(measure, "unit");
	double number = sign ? standard : fabs(standard);
	struct error ignored;
	struct unit unit;

	if (symbol && unit_parse(&unit, symbol, &ignored) == 0) {
		unit = unit_of_difference(&unit);
		symbol = strcmp(unit.symbol, "1") ? unit.symbol : "";
	}
	return xprintf("%.*f %s", decimals_of(number), number, symbol ? symbol : "");
}

static char *share_text(double share)
{
	return share < 0.0005 ? xstrdup("< 0.1 %") : xprintf("%.1f %%", 100 * share);
}

static char *source_text(const struct value *row)
{
	const char *kind = value_get_text(row, "kind"), *of = value_get_text(row, "of");
	const char *instrument = value_get_text(row, "instrument");
	const char *quantity = value_get_text(row, "quantity");

	if (!strcmp(kind, "certificate"))
		return xprintf("%s %s%s%s%s%s", say(TEXTS.certificate),
			       value_get_text(row, "certificate"), instrument ? ": " : "",
			       instrument ? instrument : "", quantity ? "." : "",
			       quantity ? quantity : "");
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strcmp(KINDS[i].kind, kind))
			kind = say(KINDS[i].words);
	return xprintf("%s%s%s", kind, of ? ": " : "", of ? of : "");
}

static char *remark_text(const struct value *row)
{
	const char *due = value_get_text(row, "due"), *expanded = value_get_text(row, "expanded");

	if (value_get(row, "reading"))
		return xprintf("%s r%lld", say(TEXTS.reading),
			       (long long)value_get_int(row, "reading", 0));
	if (!due)
		return xstrdup("");
	return xprintf("U = %s (k = %g), %s %s", expanded ? expanded : "?",
		       value_get_real(row, "k", 0),
		       say(value_get_bool(row, "expired") ? TEXTS.ran_out : TEXTS.due), due);
}

static void add_cells(struct table *table, char *cells[4])
{
	for (int i = 0; i < 4; i++)
		columns_clean(cells[i]);
	table_add(table, (const char *const *)cells);
	for (int i = 0; i < 4; i++)
		free(cells[i]);
}

void budget_print(const struct value *measure, const struct value *rows, size_t indent)
{
	double whole = budget_standard(measure);
	struct table *table = table_new(4);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.source), say(TEXTS.standard),
					       say(TEXTS.share), say(TEXTS.remark)});
	for (size_t i = 0; i < value_count(rows); i++) {
		const struct value *row = value_at(rows, i);
		const char *kind = value_get_text(row, "kind");
		bool sign = !strcmp(kind, "certificate") || !strcmp(kind, "delay");

		add_cells(
			table,
			(char *[]){source_text(row),
				   standard_text(measure, value_get_real(row, "standard", 0), sign),
				   share_text(value_get_real(row, "share", 0)), remark_text(row)});
	}
	add_cells(table, (char *[]){xstrdup(say(TEXTS.whole)), standard_text(measure, whole, false),
				    share_text(1), xstrdup("")});
	table_print(table, indent, stdout);
	table_free(table);
}

/* Never "1": nothing measured is certain. */
bool budget_conformance(struct buf *out, const struct value *measure)
{
	double probability = value_get_real(measure, "conformance", NAN);

	if (isnan(probability))
		return false;
	if (probability > 0.9999)
		buf_add_text(out, "> 0.9999");
	else if (probability < 0.0001)
		buf_add_text(out, "< 0.0001");
	else
		buf_printf(out, "%.4f", probability);
	buf_printf(out, " (%s)", say(TEXTS.by));
	return true;
}

const char *budget_signs(void)
{
	return say(TEXTS.signs);
}

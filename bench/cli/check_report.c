/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of a check: head, good product, one line per fault with what showed it and down to which
 * severity it is caught, the faults that nobody claims, and one last line that begins with "ok" or "not
 * ok". A few measures speak for all; the rest are counted.
 */
#include "cli/check_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "cli/declared.h"
#include "cli/figures.h"
#include "cli/words.h"

enum { MEASURES_SHOWN = 2, NAME_WIDTH = 22, VERDICT_WIDTH = 13, CAUGHT_WIDTH = 20 };

struct check_report {
	FILE *out;
	struct value *into, *faults;
	size_t claimed, broken, unclaimed, let_through;
	struct buf not_claimed;
	bool good;
};

static const struct {
	struct words declares, fixture, steps, measures, limits, no_limits, rehearsed, in, caught,
		more, not_ok, not_claimed, through, ok, ok_none, bad_good, bad_faults, loaded;
} TEXTS = {
	.declares = {"declares", "声明"},
	.fixture = {"fixture", "工装"},
	.steps = {"steps", "个步骤"},
	.measures = {"measures", "个检验项目"},
	.limits = {"limits", "限值"},
	.no_limits = {"none", "无"},
	.rehearsed = {"rehearsed", "演练"},
	.in = {"in", "用时"},
	.caught = {"caught down to", "可检出至程度"},
	.more = {"more", "项"},
	.not_ok = {"NOT AS PROMISED", "与承诺不符"},
	.not_claimed = {"not claimed", "未列入故障表"},
	.through = {"let through", "未检出"},
	.ok = {"ok: the good product passes, and each of %zu faults is caught as promised",
	       "通过:合格样品判为合格,%zu 个故障均按承诺检出"},
	.ok_none = {"ok: the good product passes; the protocol names no fault",
		    "通过:合格样品判为合格;检验程序未列故障"},
	.bad_good = {"not ok: the good product does not pass", "不通过:合格样品未判为合格"},
	.bad_faults = {"not ok: %zu of %zu faults are not caught as promised",
		       "不通过:%2$zu 个故障中有 %1$zu 个未按承诺检出"},
	.loaded = {"ok", "通过"},
};

struct check_report *check_report_new(FILE *out, struct value *into)
{
	struct check_report *report = xcalloc(1, sizeof(*report));

	report->out = out;
	report->into = into;
	report->faults = value_list();
	buf_init(&report->not_claimed);
	return report;
}

void check_report_free(struct check_report *report)
{
	if (!report)
		return;
	value_free(report->faults);
	buf_done(&report->not_claimed);
	free(report);
}

static void print_line(struct check_report *report, struct buf *line)
{
	columns_clean(line->data);
	if (report->out) {
		columns_print(report->out, line->data);
		fflush(report->out);
	}
	buf_done(line);
}

static void report_declared(struct check_report *report, const struct value *protocol)
{
	struct buf line, declared;

	buf_init(&declared);
	declared_add(&declared, protocol);
	if (declared.size) {
		buf_init(&line);
		buf_printf(&line, "  %s: %s", say(TEXTS.declares), declared.data);
		print_line(report, &line);
		value_set_text(report->into, "declares", declared.data);
	}
	buf_done(&declared);
}

void check_report_head(struct check_report *report, const struct value *protocol,
		       const char *limits)
{
	const struct value *steps = value_get(protocol, "steps");
	const char *slash = limits ? strrchr(limits, '/') : NULL;
	size_t measures = 0;
	struct buf line;

	for (size_t i = 0; i < value_count(steps); i++)
		measures += value_count(value_get(value_at(steps, i), "measures"));
	buf_init(&line);
	buf_printf(&line, "%s v%lld   %s %s   %zu %s, %zu %s   %s %s",
		   value_get_text(protocol, "id"), (long long)value_get_int(protocol, "version", 0),
		   say(TEXTS.fixture), value_get_text(protocol, "fixture"), value_count(steps),
		   say(TEXTS.steps), measures, say(TEXTS.measures), say(TEXTS.limits),
		   slash ? slash + 1 : say(TEXTS.no_limits));
	print_line(report, &line);
	report_declared(report, protocol);
	value_set_text(report->into, "protocol", value_get_text(protocol, "id"));
	value_set_int(report->into, "version", value_get_int(protocol, "version", 0));
	value_set_text(report->into, "limits", limits);
}

/* Did a measure of that name, with that verdict, stand before this one? */
static bool is_repeat(const struct value *measures, size_t index)
{
	const char *name = value_get_text(value_at(measures, index), "measure");
	const char *verdict = value_get_text(value_at(measures, index), "verdict");

	for (size_t i = 0; name && verdict && i < index; i++) {
		const char *other = value_get_text(value_at(measures, i), "measure");
		const char *own = value_get_text(value_at(measures, i), "verdict");

		if (other && own && !strcmp(name, other) && !strcmp(verdict, own))
			return true;
	}
	return false;
}

/* The first of each measure that gave the verdict, or why the run ended. */
static void add_reason(struct buf *line, const struct value *result)
{
	const struct value *measures = value_get(result, "measures");
	const char *verdict = value_get_text(result, "verdict");
	size_t shown = 0, same = 0;

	for (size_t i = 0; i < value_count(measures); i++) {
		const char *own = value_get_text(value_at(measures, i), "verdict");

		if (!own || !verdict || strcmp(own, verdict) != 0)
			continue;
		same++;
		if (shown == MEASURES_SHOWN || is_repeat(measures, i))
			continue;
		buf_add_text(line, shown++ ? ", " : "");
		figure_reasoned(line, value_at(measures, i));
	}
	if (same > shown)
		buf_printf(line, ", +%zu %s", same - shown, say(TEXTS.more));
	if (!shown)
		figure_add_why(line, "", result);
}

static void report_good(struct check_report *report, const struct trial *trial,
			const struct value *result)
{
	struct error complaint;
	struct buf line;

	report->good = trial_holds(trial, result, &complaint);
	buf_init(&line);
	buf_printf(&line, "  %s ", say(TEXTS.rehearsed));
	figure_duration(&line, value_get_int(result, "bench_time_ns", 0));
	buf_printf(&line, " %s ", say(TEXTS.in));
	figure_duration(&line, value_get_int(result, "real_ns", 0));
	buf_add_text(&line, ": ");
	figure_verdict(&line, value_get_text(result, "verdict"));
	if (!report->good) {
		buf_add_text(&line, "  ");
		add_reason(&line, result);
	}
	print_line(report, &line);
	figure_warn(value_get(result, "warnings"));
	value_set(report->into, "good", value_copy(result));
}

static void add_caught(struct buf *line, double severity)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %.2g", say(TEXTS.caught), severity);
	columns_pad(line, text, CAUGHT_WIDTH);
	buf_add_byte(line, ' ');
}

static void report_claimed(struct check_report *report, const struct trial *trial,
			   const struct value *result, struct value *into)
{
	struct error complaint;
	bool holds = trial_holds(trial, result, &complaint);
	struct buf line;

	report->claimed++;
	report->broken += !holds;
	value_set_bool(into, "as_promised", holds);
	buf_init(&line);
	buf_add_text(&line, "  ");
	columns_pad(&line, trial->fault, NAME_WIDTH);
	buf_add_byte(&line, ' ');
	columns_pad(&line, value_get_text(result, "verdict"), VERDICT_WIDTH);
	if (value_get(result, "caught"))
		add_caught(&line, value_get_real(result, "caught", 1));
	add_reason(&line, result);
	if (!holds)
		buf_printf(&line, "   %s: %s", say(TEXTS.not_ok), complaint.text);
	print_line(report, &line);
}

/* Kept for one line at the end. */
static void report_unclaimed(struct check_report *report, const struct trial *trial,
			     const struct value *result)
{
	const char *verdict = value_get_text(result, "verdict");
	bool passed = verdict && !strcmp(verdict, "PASS");

	report->let_through += passed;
	buf_printf(&report->not_claimed, "%s%s (%s%s%s)", report->unclaimed++ ? ", " : "",
		   trial->fault, verdict, passed ? ": " : "", passed ? say(TEXTS.through) : "");
}

void check_report_trial(struct check_report *report, const struct trial *trial,
			const struct value *result)
{
	struct value *into;

	if (!trial->fault) {
		report_good(report, trial, result);
		return;
	}
	into = value_add(report->faults, value_map());
	value_set_text(into, "fault", trial->fault);
	value_set_bool(into, "claimed", trial->claim != NULL);
	for (size_t i = 0; i < value_count(result); i++)
		value_set(into, value_key(result, i), value_copy(value_at(result, i)));
	if (trial->claim)
		report_claimed(report, trial, result, into);
	else
		report_unclaimed(report, trial, result);
}

static void print_last(struct check_report *report)
{
	struct buf line;

	buf_init(&line);
	if (!report->good)
		buf_add_text(&line, say(TEXTS.bad_good));
	else if (report->broken)
		buf_printf(&line, say(TEXTS.bad_faults), report->broken, report->claimed);
	else if (report->claimed)
		buf_printf(&line, say(TEXTS.ok), report->claimed);
	else
		buf_add_text(&line, say(TEXTS.ok_none));
	print_line(report, &line);
}

bool check_report_end(struct check_report *report)
{
	bool ok = report->good && report->broken == 0;
	struct buf line;

	if (report->unclaimed) {
		buf_init(&line);
		buf_printf(&line, "  %s: %s", say(TEXTS.not_claimed), report->not_claimed.data);
		print_line(report, &line);
	}
	print_last(report);
	value_set(report->into, "faults", value_copy(report->faults));
	value_set_bool(report->into, "ok", ok);
	return ok;
}

void check_report_loaded(FILE *out, const char *file, const char *kind, const struct value *data)
{
	const char *id = value_get_text(data, "id");

	fprintf(out, "%s: %s %s%s%s\n", say(TEXTS.loaded), file, kind, id ? " " : "", id ? id : "");
}

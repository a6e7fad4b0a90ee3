/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures. A value is shown with its expanded uncertainty and as many digits as that carries, or as its
 * judgement needs (verdict/shown.h); a state as the word its limit uses. Verdicts stand in both languages wherever they stand.
 *
 * Whatever was simulated is said to be, by figure_provenance; there is no way to ask it not to.
 */
#include "cli/figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "run/measure_shown.h"
#include "run/photo.h"
#include "run/reason.h"
#include "verdict/decision.h"

static const struct {
	struct words no_limit, not_reached, warning, wires, real, rig, untouched, as_found, as_left,
		adjusted_by, on_left, on_found, away, not_taken, no_photo, missing, changed, drawn,
		drawn_of;
} TEXTS = {
	.drawn = {"%s: %.4g %s in %.4g s", "%s:%.4g %s,历时 %.4g s"},
	.drawn_of = {", cylinder %s", ",气瓶 %s"},
	.away = {"up to %.3f s of bench time nothing was seen for %.3f s (± %.3f s), in the wait "
		 "'%s'",
		 "试验时间 %.3f s 之前有 %.3f s(± %.3f s)无任何观测,发生于等待 '%s'"},
	.wires = {"wires", "接线"},
	.real = {"real, of %s", "真实,见 %s"},
	.rig = {"real, of %s, and played by a rig", "真实,见 %s,远端由仿真装置扮演"},
	.no_limit = {"no limit", "无限值"},
	.not_reached = {"no value", "无示值"},
	.warning = {"warning", "警告"},
	.as_found = {"as found", "调校前"},
	.as_left = {"as left", "调校后"},
	.adjusted_by = {"%s, by %s", "%s,调校人 %s"},
	.on_left = {"; the verdict rests on the specimen as left, as the order says",
		    ";按委托要求,以调校后的状态判定"},
	.on_found = {"; the verdict rests on the specimen as found, and as left",
		     ";以调校前的状态判定,调校后的不合格也计入"},
	.not_taken = {"asked for, and not taken", "要求拍摄,未拍"},
	.missing = {"its file is missing", "文件缺失"},
	.changed = {"its file is not the one that was recorded", "文件与登记的摘要不符"},
	.no_photo = {"simulated, no photo of anything", "仿真图,非实物照片"},
	.untouched = {"not to be touched for", "禁止触碰时间"},
};

static void add_clean(struct buf *out, const char *text)
{
	char *copy = xstrdup(text ? text : "");

	columns_clean(copy);
	buf_add_text(out, copy);
	free(copy);
}

void figure_name(struct buf *out, const struct value *measure)
{
	const char *key = value_get_text(measure, "key");

	add_clean(out,
		  say_either(value_get_text(measure, "measure"), value_get_text(measure, "zh")));
	if (key) {
		buf_add_byte(out, '[');
		add_clean(out, key);
		buf_add_byte(out, ']');
	}
}

static const char *limit_text(const struct value *measure)
{
	const char *text = value_get_text(value_get(measure, "limit"), "limit");

	return text ? text : "";
}

/* What stands there in both languages, or in one; NULL: nothing does. */
static const char *either(const struct value *map, const char *key, const char *key_zh)
{
	const char *text = value_get_text(map, key);

	return text ? say_either(text, value_get_text(map, key_zh)) : NULL;
}

/* A check of a qualification: what was found, in words. */
static const char *found_text(const struct value *measure)
{
	return either(measure, "found", "found_zh");
}

char *figure_reason(const char *english, const char *chinese)
{
	bool wanted = words_are_chinese() && !(chinese && *chinese);
	char *made = wanted ? reason_chinese(english) : NULL;

	return made || !english ? made : xstrdup(say_either(english, chinese));
}

char *figure_why(const struct value *judged)
{
	return figure_reason(value_get_text(judged, "why"), value_get_text(judged, "why_zh"));
}

void figure_add_why(struct buf *out, const char *before, const struct value *judged)
{
	char *why = figure_why(judged);

	if (why && *why)
		buf_printf(out, "%s%s", before, why);
	free(why);
}

const char *figure_expected(const struct value *measure)
{
	return either(measure, "expected", "expected_zh");
}

void figure_value(struct buf *out, const struct value *measure)
{
	struct buf shown;

	if (found_text(measure))
		add_clean(out, found_text(measure));
	buf_init(&shown);
	measure_shown(&shown, measure);
	add_clean(out, shown.data);
	buf_done(&shown);
}

void figure_limit(struct buf *out, const struct value *measure)
{
	const char *expected = figure_expected(measure);
	const char *text = expected ? expected : limit_text(measure);

	add_clean(out, *text ? text : say(TEXTS.no_limit));
}

void figure_state(struct buf *out, const struct value *measure)
{
	const char *adjustment = value_get_text(measure, "adjustment");

	figure_name(out, measure);
	if (adjustment)
		buf_printf(out, " (%s)",
			   say(!strcmp(adjustment, "as-left") ? TEXTS.as_left : TEXTS.as_found));
}

void figure_away(struct buf *out, const struct value *resumed)
{
	const char *wait = value_get_text(resumed, "interruption");

	char *text =
		xprintf(say(TEXTS.away), nsec_seconds(value_get_int(resumed, "t", 0)),
			nsec_seconds(value_get_int(resumed, "away_ns", 0)),
			nsec_seconds(value_get_int(resumed, "error_ns", 0)), wait ? wait : "?");

	add_clean(out, text);
	free(text);
}

void figure_gas(struct buf *out, const struct value *gas)
{
	const char *cylinder = value_get_text(gas, "cylinder");
	const char *line = value_get_text(gas, "line"), *unit = value_get_text(gas, "unit");

	buf_printf(out, say(TEXTS.drawn), line ? line : "?", value_get_real(gas, "volume", NAN),
		   unit ? unit : "", value_get_real(gas, "seconds", NAN));
	if (cylinder)
		buf_printf(out, say(TEXTS.drawn_of), cylinder);
}

void figure_photo(struct buf *out, const struct value *photo)
{
	const char *says = value_get_text(photo, "says"), *from = value_get_text(photo, "from");
	const char *state = value_get_text(photo, "state");

	add_clean(out, say_either(value_get_text(photo, "text"), value_get_text(photo, "zh")));
	buf_add_text(out, " [");
	add_clean(out, value_get_text(photo, "id"));
	buf_add_text(out, "]: ");
	if (state && !strcmp(state, PHOTO_NOT_TAKEN)) {
		buf_add_text(out, say(TEXTS.not_taken));
		return;
	}
	buf_printf(out, "%.12s… %s, %" PRId64 " × %" PRId64, value_get_text(photo, "sha256"),
		   value_get_text(photo, "type"), value_get_int(photo, "width", 0),
		   value_get_int(photo, "height", 0));
	if (from && !strcmp(from, "simulation"))
		buf_printf(out, "; %s", say(TEXTS.no_photo));
	if (says && *says) {
		buf_add_text(out, "; ");
		add_clean(out, says);
	}
	if (state)
		buf_printf(out, "; %s",
			   say(strcmp(state, PHOTO_MISSING) ? TEXTS.changed : TEXTS.missing));
}

bool figure_adjusted(struct buf *out, const struct value *adjustments, bool as_left)
{
	for (size_t i = 0; i < value_count(adjustments); i++) {
		const char *what = value_get_text(value_at(adjustments, i), "what");
		const char *by = value_get_text(value_at(adjustments, i), "by");
		char *text = xprintf(say(TEXTS.adjusted_by), what ? what : "?", by ? by : "?");

		buf_add_text(out, i ? "; " : "");
		add_clean(out, text);
		free(text);
	}
	if (value_count(adjustments))
		buf_add_text(out, say(as_left ? TEXTS.on_left : TEXTS.on_found));
	return value_count(adjustments) > 0;
}

void figure_measure(struct buf *out, const struct value *measure)
{
	char *why = figure_why(measure);

	figure_state(out, measure);
	buf_add_text(out, value_get(measure, "expected") ? ": " : " ");
	if (value_get(measure, "value") || found_text(measure))
		figure_value(out, measure);
	else
		add_clean(out, why ? why : say(TEXTS.not_reached));
	buf_add_text(out, " (");
	figure_limit(out, measure);
	buf_add_byte(out, ')');
	free(why);
}

/* A reason that begins with the value says both. */
void figure_reasoned(struct buf *out, const struct value *measure)
{
	char *why = figure_why(measure);
	bool undecided = !strcmp(figure_mark(value_get_text(measure, "verdict")), "?") ||
			 (found_text(measure) && why);
	struct buf value;

	buf_init(&value);
	figure_value(&value, measure);
	if (undecided && why && value.size && !strncmp(why, value.data, value.size)) {
		figure_state(out, measure);
		buf_printf(out, " %s", why);
	} else {
		figure_measure(out, measure);
		if (undecided && why && value.size)
			buf_printf(out, "  %s", why);
	}
	buf_done(&value);
	free(why);
}

const char *figure_unbegun(void)
{
	static const struct words SAYS = {"its controller was gone before the first line of its "
					  "journal was on the disk: nothing was decided, and "
					  "nothing more is known of it",
					  "控制器在日志首行落盘之前中断:未作任何判定,其余不详"};

	return say(SAYS);
}

void figure_time(struct buf *out, nsec time)
{
	long long tenths = time / MSEC(100);

	buf_printf(out, "%lld:%02lld:%02lld.%lld", tenths / 36000, tenths / 600 % 60,
		   tenths / 10 % 60, tenths % 10);
}

void figure_duration(struct buf *out, nsec time)
{
	double seconds = nsec_seconds(time);

	if (seconds < 100)
		buf_printf(out, "%.1f s", seconds);
	else if (seconds < 100 * 60)
		buf_printf(out, "%.1f min", seconds / 60);
	else
		buf_printf(out, "%.1f h", seconds / 3600);
}

void figure_provenance(struct buf *out, bool simulated)
{
	if (simulated)
		buf_add_text(out, "SIMULATED 仿真  ");
}

void figure_control(struct buf *out, bool simulated, bool controlled)
{
	if (!simulated && !controlled)
		buf_add_text(out, "UNCONTROLLED 未受控  ");
}

void figure_wires(struct buf *out, const char *wires, const char *station)
{
	if (!wires)
		return;
	buf_printf(out, "%s: ", say(TEXTS.wires));
	buf_printf(out, say(!strcmp(wires, "rig") ? TEXTS.rig : TEXTS.real),
		   station ? station : "?");
}

void figure_verdict(struct buf *out, const char *name)
{
	enum verdict verdict;
	struct error ignored;

	add_clean(out, name);
	if (name && verdict_parse(&verdict, name, &ignored) == 0)
		buf_printf(out, " %s", verdict_chinese(verdict));
}

void figure_judged(struct buf *out, const struct value *measure)
{
	const char *verdict = value_get_text(measure, "verdict");

	buf_printf(out, "%s ", figure_mark(verdict));
	figure_state(out, measure);
	buf_add_text(out, "  ");
	figure_value(out, measure);
	if (value_get_real(measure, "U", 0) > 0)
		buf_printf(out, " (k = %g)", value_get_real(measure, "coverage", 2));
	buf_add_text(out, "  ");
	figure_verdict(out, verdict);
}

bool figure_hazard(struct buf *out, const struct value *hazard)
{
	if (!hazard)
		return false;
	buf_add_text(out, "HAZARD 危险: ");
	add_clean(out, value_get_text(hazard, "text"));
	buf_add_byte(out, ' ');
	add_clean(out, value_get_text(hazard, "zh"));
	buf_printf(out, "; %s ", say(TEXTS.untouched));
	add_clean(out, value_get_text(hazard, "wait"));
	return true;
}

void figure_dut(struct buf *out, const struct value *head)
{
	const struct value *declared = value_get(value_get(head, "protocol_data"), "dut");
	const struct value *ordered = value_get(value_get(head, "order"), "dut");

	for (size_t i = 0; i < value_count(declared); i++) {
		const char *name = value_key(declared, i), *value = value_get_text(ordered, name);

		if (!value)
			value = value_get_text(value_at(declared, i), "value");
		buf_printf(out, "%s%s %s", i ? ", " : "", name, value ? value : "?");
	}
}

void figure_warn(const struct value *warnings)
{
	for (size_t i = 0; i < value_count(warnings); i++) {
		char *text = xstrdup(value_at(warnings, i)->text);

		columns_clean(text);
		fprintf(stderr, "davy: %s: %s\n", say(TEXTS.warning), text);
		free(text);
	}
}

const char *figure_mark(const char *verdict)
{
	if (verdict && !strcmp(verdict, "PASS"))
		return "✓";
	return verdict && !strcmp(verdict, "FAIL") ? "✗" : "?";
}

enum exit_code figure_exit(const char *name)
{
	enum verdict verdict;
	struct error ignored;

	if (!name || verdict_parse(&verdict, name, &ignored) < 0)
		return EXIT_IS_ERROR;
	switch (verdict) {
	case VERDICT_PASS:
		return EXIT_IS_PASS;
	case VERDICT_FAIL:
		return EXIT_IS_FAIL;
	case VERDICT_ABORTED:
		return EXIT_IS_ABORTED;
	case VERDICT_INCONCLUSIVE:
		return EXIT_IS_INCONCLUSIVE;
	case VERDICT_ERROR:
		break;
	}
	return EXIT_IS_ERROR;
}

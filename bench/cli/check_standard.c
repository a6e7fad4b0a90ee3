/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy check-standard: values measured on a check standard go into the bench's log one by one; the chart of each standard
 * (verdict/chart.h) is made of them anew whenever it is shown, so that nothing but the values is believed.
 *
 * Its repeatability is shown as the standard uncertainty of one measurement. A run takes it where the laboratory has said, with
 * davy calibrations add --check-standard, that this instrument's is that: whether a check standard is measured as the specimen
 * is for the laboratory to say.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/listed.h"
#include "cli/place.h"
#include "cli/request.h"
#include "record/register.h"
#include "run/standard_chart.h"

enum { TEXT_COUNT = 5 };

struct check_settings {
	const char *state;
	const char *text[TEXT_COUNT]; /* in the order of NAMES */
	bool json;
};

static const char *const NAMES[TEXT_COUNT] = {"value", "unit", "instrument", "by", "note"};

#define TEXT_ROW(name, index, argument, english, chinese)                                          \
	{                                                                                          \
		name, OPTION_TEXT, argument, offsetof(struct check_settings, text[index]),         \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}

static const struct option OPTIONS[] = {
	TEXT_ROW("value", 0, "X", "what was measured on it", "测得值"),
	TEXT_ROW("unit", 1, "UNIT", "its unit, the same as of its first value",
		 "单位,须与第一个值相同"),
	TEXT_ROW("instrument", 2, "NAME", "what measured it", "所用设备"),
	TEXT_ROW("by", 3, "PERSON", "who enters it", "登记人"),
	TEXT_ROW("note", 4, "TEXT", "what else is to be said", "备注"),
	OPTION_STATE_ROW(struct check_settings),
	OPTION_JSON_ROW(struct check_settings),
	{0},
};

static const struct {
	struct words verbs, entered, none, units, few, limits, out, repeatability;
} TEXTS = {
	.verbs = {"davy check-standard takes add NAME or show NAME",
		  "davy check-standard 须为 add 名称 或 show 名称"},
	.entered = {"%s: %s %s  record %lld", "%s: %s %s  记录 %lld"},
	.none = {"no value of '%s' was entered", "没有 '%s' 的登记值"},
	.units = {"'%s' has values in %s and, in record %lld, in %s: enter those of one unit under "
		  "a "
		  "name of their own",
		  "'%s' 的值单位不一致:%s,而第 %lld 号记录为 %s:请以另一名称登记"},
	.few = {"values so far: %zu; limits are made of the first %d",
		"共 %zu 个值;控制限由前 %d 个值计算"},
	.limits = {"mean %.6g, limits %.6g … %.6g %s (mean ± 3 s of the first %d values; "
		   "IUPAC Gold Book 08127)",
		   "均值 %.6g,控制限 %.6g … %.6g %s(前 %d 个值的均值 ± 3 s;"
		   "IUPAC Gold Book 08127)"},
	.out = {"OUT OF CONTROL", "失控"},
	.repeatability = {"repeatability of one measurement, for a budget: u = %.6g %s, %d degrees "
			  "of freedom",
			  "单次测量重复性(供不确定度评定):u = %.6g %s,自由度 %d"},
};

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

static int add(const struct check_settings *settings, const char *state, const char *name,
	       struct error *err)
{
	struct value *record = value_map(), *says = value_map(), *answer;

	value_set_text(says, "standard", name);
	for (int i = 0; i < TEXT_COUNT; i++)
		value_set_text(says, NAMES[i], settings->text[i]);
	value_set_text(record, "kind", ENTRY_CHECK);
	value_set(record, "says", says);
	answer = request_append(state, record, err);
	if (!answer)
		return -1;
	if (settings->json)
		json_print(stdout, answer);
	else
		print_line(xprintf(say(TEXTS.entered), name, settings->text[0], settings->text[1],
				   (long long)value_get_int(answer, "seq", 0)));
	value_free(answer);
	return 0;
}

/* A chart has one unit. */
static int check_units(const struct value *values, const char *name, struct error *err)
{
	const struct value *misfit = standard_misfit(values);

	if (!misfit)
		return 0;
	return error_set(err, ERROR_USAGE, say(TEXTS.units), name,
			 listed_text(value_get(value_at(values, 0), "says"), "unit"),
			 (long long)value_get_int(misfit, "seq", 0),
			 listed_text(value_get(misfit, "says"), "unit"));
}

static void print_values(struct value *values, const struct chart *chart)
{
	struct table *table = table_new(4);

	for (size_t i = 0; i < value_count(values); i++) {
		const struct value *one = value_at(values, i), *says = value_get(one, "says");
		bool is_out = chart_is_out(chart, value_get_real(one, "value", NAN));
		char *number = xprintf("%lld", (long long)value_get_int(one, "seq", 0));
		char *value =
			xprintf("%s %s", listed_text(says, "value"), listed_text(says, "unit"));

		table_add(table, (const char *const[]){number, listed_text(one, "at"), value,
						       is_out ? say(TEXTS.out) : ""});
		free(number);
		free(value);
	}
	table_print(table, 0, stdout);
	table_free(table);
}

static void print_chart(const struct value *values, const struct chart *chart)
{
	const char *unit = listed_text(value_get(value_at(values, 0), "says"), "unit");

	if (!chart->has_limits) {
		print_line(xprintf(say(TEXTS.few), value_count(values), CHART_BASELINE));
		return;
	}
	print_line(xprintf(say(TEXTS.limits), chart->mean, chart->lower, chart->upper, unit,
			   CHART_BASELINE));
	print_line(xprintf(say(TEXTS.repeatability), chart->deviation, unit, CHART_BASELINE - 1));
}

static struct value *describe(const struct value *values, const struct chart *chart)
{
	struct value *object = value_map(), *list = value_set(object, "values", value_copy(values));

	for (size_t i = 0; i < value_count(list); i++)
		value_set_bool(list->items[i], "out",
			       chart_is_out(chart, value_get_real(list->items[i], "value", NAN)));
	if (chart->has_limits) {
		value_set_real(object, "mean", chart->mean);
		value_set_real(object, "s", chart->deviation);
		value_set_real(object, "lower", chart->lower);
		value_set_real(object, "upper", chart->upper);
	}
	return object;
}

/* 1 where the last value is out of control. */
static int show(const struct check_settings *settings, const char *state, const char *name,
		struct error *err)
{
	struct value *answer = request_register(state, err), *values, *object;
	size_t count;
	struct chart chart;
	int code;

	if (!answer)
		return -1;
	values = standard_values(value_get(answer, "checks"), name);
	value_free(answer);
	if (check_units(values, name, err) < 0) {
		value_free(values);
		return -1;
	}
	count = value_count(values);
	chart = standard_chart(values);
	code = count && chart_is_out(&chart,
				     value_get_real(value_at(values, count - 1), "value", NAN))
		       ? EXIT_IS_FAIL
		       : 0;
	if (settings->json) {
		object = describe(values, &chart);
		json_print(stdout, object);
		value_free(object);
	} else if (count == 0) {
		print_line(xprintf(say(TEXTS.none), name));
	} else {
		print_values(values, &chart);
		print_chart(values, &chart);
	}
	value_free(values);
	return code;
}

static int check_standard(void *ctx, char **operands, int count, struct error *err)
{
	const struct check_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	(void)count;
	if (!state)
		return -1;
	if (!strcmp(operands[0], "add"))
		code = add(settings, state, operands[1], err);
	else if (!strcmp(operands[0], "show"))
		code = show(settings, state, operands[1], err);
	else
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.verbs));
	free(state);
	return code;
}

const struct command COMMAND_CHECK_STANDARD = {
	.name = "check-standard",
	.operands = "add|show NAME",
	.least = 2,
	.most = 2,
	.summary = {"values of a check standard, and its control chart",
		    "核查标准的测得值与控制图"},
	.more = {"Each value is a record of the bench's log. Limits are made of the first 20 "
		 "values; `show` ends with 1 where the last value is outside of them.",
		 "每个值均为检验台日志中的记录。控制限由前 20 个值计算;最后一个值超出时 `show` "
		 "的退出码为 1。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct check_settings),
	.run = check_standard,
};

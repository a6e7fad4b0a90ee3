/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy calibrations: what certificates say of instruments and references, entered into the bench's register, shown, and
 * held against today.
 *
 * Entries come from options, one at a time, or from a calibration file (run/calibration.h), line by line. A file is read to
 * its end before the first of its lines is entered. Where the controller refuses one, those before it stand, and the
 * sentence says how many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/listed.h"
#include "cli/place.h"
#include "cli/request.h"
#include "record/entry.h"
#include "record/wall_time.h"
#include "run/calibration.h"
#include "run/registered.h"

enum { CSV_MOST = 1 << 20, BY = 14, TEXT_COUNT = 16 };

struct calibrations_settings {
	const char *state, *csv, *file, *by_date;
	const char *text[TEXT_COUNT]; /* what the entry says, in the order of NAMES */
	bool all, json;
};

/* What the register calls them; the options' own names are in OPTIONS. */
static const char *const NAMES[TEXT_COUNT] = {
	"instrument",  "quantity",  "value",  "unit",		"expanded",   "k",
	"certificate", "due",	    "serial", "maker",		"laboratory", "gbw",
	"lot",	       "remaining", "by",     "check_standard",
};

#define TEXT_ROW(name, index, argument, english, chinese)                                          \
	{                                                                                          \
		name, OPTION_TEXT, argument, offsetof(struct calibrations_settings, text[index]),  \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}

static const struct option OPTIONS[] = {
	TEXT_ROW("instrument", 0, "NAME",
		 "a device or reference of the fixture; slot2/NAME is that of slot 2",
		 "夹具中的设备或标准物质名;slot2/NAME 为 2 号工位的"),
	TEXT_ROW("quantity", 1, "READ", "what the device reads; none of a reference",
		 "设备的示值名;标准物质不给"),
	TEXT_ROW("value", 2, "X", "the certified value of a reference", "标准物质的标准值"),
	TEXT_ROW("unit", 3, "UNIT", "the unit of both", "单位"),
	TEXT_ROW("uncertainty", 4, "U", "expanded: '0.5 %', '0.02 %vol', '0.02 %vol + 0.5 %'",
		 "扩展不确定度:'0.5 %'、'0.02 %vol'、'0.02 %vol + 0.5 %'"),
	TEXT_ROW("k", 5, "K", "its coverage factor", "包含因子"),
	TEXT_ROW("certificate", 6, "NUMBER", "the certificate's number", "证书编号"),
	TEXT_ROW("due", 7, "DAY", "the last valid day, YYYY-MM-DD", "有效期至,YYYY-MM-DD"),
	TEXT_ROW("serial", 8, "SERIAL", "the instrument's serial number", "设备出厂编号"),
	TEXT_ROW("maker", 9, "NAME", "who made it", "制造单位"),
	TEXT_ROW("laboratory", 10, "NAME", "who issued the certificate", "出证机构"),
	TEXT_ROW("gbw", 11, "NUMBER", "a reference material's GBW number", "标准物质编号 (GBW)"),
	TEXT_ROW("lot", 12, "LOT", "a reference material's lot", "标准物质批号"),
	TEXT_ROW("remaining", 13, "AMOUNT", "how much of it is left", "余量"),
	TEXT_ROW("by", 14, "PERSON", "who enters it", "登记人"),
	TEXT_ROW("check-standard", 15, "NAME",
		 "the check standard whose repeatability is the instrument's, in every budget",
		 "核查标准名:其重复性即该设备的重复性,计入每次不确定度评定"),
	{"file",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct calibrations_settings, file),
	 {"the certificate itself, which is kept", "证书文件,随登记保存"}},
	{"csv",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct calibrations_settings, csv),
	 {"enter every line of a calibration file instead", "改为登记校准文件的每一行"}},
	{"at",
	 OPTION_TEXT,
	 "DAY",
	 offsetof(struct calibrations_settings, by_date),
	 {"due: on this day instead of today", "due:以该日代替今日"}},
	{"all",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct calibrations_settings, all),
	 {"show: those that others have replaced, too", "show:包括已被取代的"}},
	OPTION_STATE_ROW(struct calibrations_settings),
	OPTION_JSON_ROW(struct calibrations_settings),
	{0},
};

static const struct {
	struct words verbs, alone, both, entered, refused_at, none, all_valid, out, no_day,
		and_s_of, head[7];
} TEXTS = {
	.verbs = {"davy calibrations takes add, show or due, and '%s' is none of them",
		  "davy calibrations 须为 add、show 或 due,'%s' 不是"},
	.alone = {"davy calibrations %s takes no name behind it, and '%s' was given: say the rest "
		  "with options (davy help calibrations)",
		  "davy calibrations %s 后不带名称,却给出了 '%s':其余用选项给出(davy help "
		  "calibrations)"},
	.both = {"--csv has all that its lines say: drop the options that say it, too",
		 "--csv 已含各行内容:请去掉重复给出的选项"},
	.entered = {"%s%s%s: certificate %s, due %s  record %lld",
		    "%s%s%s: 证书 %s,有效期至 %s  记录 %lld"},
	.refused_at = {"%zu of %zu lines were entered, then %s",
		       "已登记 %zu 行(共 %zu 行),其后 %s"},
	.none = {"the register has no entry: runs on real wires take the station's calibration "
		 "file",
		 "登记簿为空:真实接线的检验使用工位文件给出的校准文件"},
	.all_valid = {"all certificates of the register are valid on %s",
		      "登记簿中的证书在 %s 均有效"},
	.no_day = {"--at takes a day, YYYY-MM-DD, and '%s' is none",
		   "--at 须为日期 YYYY-MM-DD,'%s' 不是"},
	.and_s_of = {", and s of ", ",及核查标准 s:"},
	.out = {"OUT OF DATE", "已过期"},
	.head = {{"record", "记录"},
		 {"instrument", "设备"},
		 {"value", "标准值"},
		 {"U", "U"},
		 {"k", "k"},
		 {"certificate", "证书"},
		 {"due", "有效期至"}},
};

/* ---- add ---- */

static struct value *record_of(const struct calibrations_settings *settings, struct value *says)
{
	struct value *record = value_map();

	value_set_text(record, "kind", ENTRY_CALIBRATION);
	value_set(record, "says", says);
	if (settings->file) {
		char *path = place_absolute(settings->file);

		value_set_text(record, "path", path);
		free(path);
	}
	return record;
}

static void print_entered(const struct value *says, const struct value *answer)
{
	const char *quantity = listed_text(says, "quantity");
	char *line = xprintf(say(TEXTS.entered), listed_text(says, "instrument"),
			     *quantity ? "." : "", quantity, listed_text(says, "certificate"),
			     listed_text(says, "due"), (long long)value_get_int(answer, "seq", 0));

	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

/* Takes `says`. */
static int enter(const struct calibrations_settings *settings, const char *state,
		 struct value *says, struct value *entered, struct error *err)
{
	struct value *answer = request_append(state, record_of(settings, value_copy(says)), err);

	if (answer && !settings->json)
		print_entered(says, answer);
	if (answer)
		value_add(entered, answer);
	value_free(says);
	return answer ? 0 : -1;
}

static struct value *says_of_options(const struct calibrations_settings *settings)
{
	struct value *says = value_map();

	for (int i = 0; i < TEXT_COUNT; i++)
		value_set_text(says, NAMES[i], settings->text[i]);
	return says;
}

/* Numbers as the file's reader understood them, with the digits that they need. */
static struct value *says_of_line(const struct certificate *certificate, const char *by)
{
	struct value *says = value_map();

	value_set_text(says, "instrument", certificate->instrument);
	if (certificate->quantity[0])
		value_set_text(says, "quantity", certificate->quantity);
	if (certificate->has_value)
		value_set(says, "value",
			  value_printf("%.15g", quantity_number(&certificate->value)));
	value_set_text(says, "unit", certificate->unit.symbol);
	value_set_text(says, "expanded", certificate->expanded);
	value_set(says, "k", value_printf("%.15g", certificate->k));
	value_set_text(says, "certificate", certificate->number);
	value_set_text(says, "due", certificate->due);
	if (certificate->check_standard[0])
		value_set_text(says, "check_standard", certificate->check_standard);
	value_set_text(says, "by", by);
	return says;
}

static int enter_lines(const struct calibrations_settings *settings, const char *state,
		       const struct calibration *calibration, struct value *entered,
		       struct error *err)
{
	const struct certificate *certificate;
	size_t count = 0;

	while (calibration_at(calibration, count))
		count++;
	for (size_t i = 0; (certificate = calibration_at(calibration, i)); i++)
		if (enter(settings, state, says_of_line(certificate, settings->text[BY]), entered,
			  err) < 0) {
			struct error why = *err;

			return error_set(err, why.kind, say(TEXTS.refused_at), i, count, why.text);
		}
	return 0;
}

static int enter_file(const struct calibrations_settings *settings, const char *state,
		      struct value *entered, struct error *err)
{
	struct calibration *calibration = NULL;
	struct buf text;
	int done;

	for (int i = 0; i < TEXT_COUNT; i++)
		if (settings->text[i] && i != BY)
			return error_set(err, ERROR_USAGE, "%s", say(TEXTS.both));
	buf_init(&text);
	if (file_read(settings->csv, CSV_MOST, &text, err) == 0)
		calibration = calibration_parse(text.data, settings->csv, err);
	done = calibration ? enter_lines(settings, state, calibration, entered, err) : -1;
	calibration_free(calibration);
	buf_done(&text);
	return done;
}

static int add(const struct calibrations_settings *settings, const char *state, struct error *err)
{
	struct value *entered = value_list();
	int done = settings->csv ? enter_file(settings, state, entered, err)
				 : enter(settings, state, says_of_options(settings), entered, err);

	if (done == 0 && settings->json)
		json_print(stdout, entered);
	value_free(entered);
	return done;
}

/* ---- show and due ---- */

static int check_day(const char *day, struct error *err)
{
	struct wall_time ignored;

	return wall_time_parse_day(&ignored, day, 0, err) == 0
		       ? 0
		       : error_set(err, ERROR_USAGE, say(TEXTS.no_day), day);
}

static void add_row(struct table *table, const struct value *entry, const char *date)
{
	const struct value *says = value_get(entry, "says");
	const char *quantity = listed_text(says, "quantity"), *value = listed_text(says, "value");
	const char *standard = listed_text(says, "check_standard");
	char *expanded = xprintf("%s%s%s", listed_text(says, "expanded"),
				 *standard ? say(TEXTS.and_s_of) : "", standard);
	char *number = xprintf("%lld", (long long)value_get_int(entry, "seq", 0));
	char *name =
		xprintf("%s%s%s", listed_text(says, "instrument"), *quantity ? "." : "", quantity);
	char *certified = xprintf("%s%s%s", value, *value ? " " : "",
				  *value ? listed_text(says, "unit") : "");
	char *due = xprintf("%s%s%s", listed_text(says, "due"),
			    strcmp(listed_text(says, "due"), date) < 0 ? "  " : "",
			    strcmp(listed_text(says, "due"), date) < 0 ? say(TEXTS.out) : "");

	columns_clean(name);
	table_add(table,
		  (const char *const[]){number, name, certified, expanded, listed_text(says, "k"),
					listed_text(says, "certificate"), due});
	free(expanded);
	free(number);
	free(name);
	free(certified);
	free(due);
}

static void print_table(const struct value *entries, const char *date)
{
	enum { COLUMN_COUNT = sizeof(TEXTS.head) / sizeof(TEXTS.head[0]) };
	struct table *table = table_new(COLUMN_COUNT);
	const char *head[COLUMN_COUNT];

	for (int i = 0; i < COLUMN_COUNT; i++)
		head[i] = say(TEXTS.head[i]);
	table_add(table, head);
	table_has_head(table);
	for (size_t i = 0; i < value_count(entries); i++)
		add_row(table, value_at(entries, i), date);
	table_print(table, 0, stdout);
	table_free(table);
}

static void print_valid(const char *date)
{
	char *line = xprintf(say(TEXTS.all_valid), date);

	columns_print(stdout, line);
	free(line);
}

/* Those of this instrument, or all; of `due` those that are not valid any more on the day. */
static struct value *choose(const struct value *entries, const char *instrument, bool due,
			    const char *date)
{
	struct value *chosen = value_list();

	for (size_t i = 0; i < value_count(entries); i++) {
		const struct value *says = value_get(value_at(entries, i), "says");

		if ((!instrument || !strcmp(listed_text(says, "instrument"), instrument)) &&
		    (!due || strcmp(listed_text(says, "due"), date) < 0))
			value_add(chosen, value_copy(value_at(entries, i)));
	}
	return chosen;
}

static int show(const struct calibrations_settings *settings, const char *state,
		const char *instrument, bool due, struct error *err)
{
	struct value *answer, *entries, *chosen;
	char now[LISTED_DAY_SIZE];
	const char *date = settings->by_date ? settings->by_date : now;
	int code;

	if (settings->by_date && check_day(settings->by_date, err) < 0)
		return -1;
	answer = request_register(state, err);
	if (!answer)
		return -1;
	listed_today(now);
	entries = settings->all && !due ? value_copy(value_get(answer, "calibrations"))
					: registered_newest(value_get(answer, "calibrations"));
	chosen = choose(entries, instrument, due, date);
	code = due && value_count(chosen) ? EXIT_IS_FAIL : 0;
	if (settings->json)
		json_print(stdout, chosen);
	else if (value_count(chosen))
		print_table(chosen, date);
	else if (value_count(entries) == 0)
		columns_print(stdout, say(TEXTS.none));
	else if (due)
		print_valid(date);
	value_free(chosen);
	value_free(entries);
	value_free(answer);
	return code;
}

static int calibrations(void *ctx, char **operands, int count, struct error *err)
{
	const struct calibrations_settings *settings = ctx;
	const char *verb = operands[0];
	char *state = place_state(settings->state, err);
	int code = -1;

	if (!state)
		return -1;
	if (!strcmp(verb, "add") && count == 1)
		code = add(settings, state, err);
	else if (!strcmp(verb, "show") || (!strcmp(verb, "due") && count == 1))
		code = show(settings, state, count > 1 ? operands[1] : NULL, *verb == 'd', err);
	else if (!strcmp(verb, "add") || !strcmp(verb, "due"))
		error_set(err, ERROR_USAGE, say(TEXTS.alone), verb, operands[1]);
	else
		error_set(err, ERROR_USAGE, say(TEXTS.verbs), verb);
	free(state);
	return code;
}

const struct command COMMAND_CALIBRATIONS = {
	.name = "calibrations",
	.operands = "add|show|due [INSTRUMENT]",
	.least = 1,
	.most = 2,
	.summary = {"certificates of instruments and references", "登记与查看设备和标准物质的证书"},
	.more = {"Entries are records of the bench's log: a later one about the same instrument "
		 "and "
		 "quantity replaces an earlier one, which stays.\n"
		 "Once there is one, runs on real wires take their certificates from here and from "
		 "no calibration file.\n"
		 "`due` ends with 1 where a certificate is out of date.",
		 "登记即检验台日志中的记录:同一设备同一量的后一条取代前一条,前一条仍保留。\n"
		 "一经登记,真实接线的检验只采用登记簿中的证书,不再使用校准文件。\n"
		 "有证书过期时 `due` 的退出码为 1。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct calibrations_settings),
	.run = calibrations,
};

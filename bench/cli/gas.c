/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy gas: cylinders of reference gas, the lines that they are on, and what is left in them.
 *
 * To connect a cylinder is an act of a person, who has looked at its pressure and found the connection tight; from then
 * on the bench lets gas flow from that line, gives the line's reference the cylinder's certificate, and takes what runs draw
 * from what the cylinder holds.
 */
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
#include "record/cylinder.h"
#include "verdict/quantity.h"

/* What the register calls the texts of add. */
static const char *const NAMES[] = {"balance", "certificate", "due",   "content",   "residual",
				    "gbw",     "lot",	      "maker", "laboratory"};
enum { TEXT_COUNT = sizeof(NAMES) / sizeof(NAMES[0]) };

struct gas_settings {
	const char *state, *file, *of, *pressure, *leak, *by, *note;
	struct value *components;
	const char *text[TEXT_COUNT]; /* of add, in the order of NAMES */
	bool json;
};

#define TEXT_ROW(name, index, argument, english, chinese)                                          \
	{                                                                                          \
		name, OPTION_TEXT, argument, offsetof(struct gas_settings, text[index]),           \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}
#define OWN_ROW(name, member, argument, english, chinese)                                          \
	{                                                                                          \
		name, OPTION_TEXT, argument, offsetof(struct gas_settings, member),                \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}

static const struct option OPTIONS[] = {
	{"component",
	 OPTION_PAIR,
	 "GAS=TEXT",
	 offsetof(struct gas_settings, components),
	 {"add: a certified component, 'CH4=2.06 %vol; 1.0 %; 2': its content, the expanded "
	  "uncertainty "
	  "and k; once for each",
	  "add:有证组分,如 'CH4=2.06 %vol; 1.0 %; 2',依次为含量、扩展不确定度与 k,每个组分一次"}},
	TEXT_ROW("balance", 0, "GAS", "add: the balance gas: air, N2", "add:平衡气,如 air、N2"),
	TEXT_ROW("certificate", 1, "NUMBER", "add: its certificate's number", "add:证书编号"),
	TEXT_ROW("due", 2, "DAY", "add: the last valid day, YYYY-MM-DD", "add:有效期至,YYYY-MM-DD"),
	TEXT_ROW("content", 3, "VOLUME",
		 "add: what may be drawn until the residual pressure, as the bench's flow meter "
		 "counts: "
		 "'700 L', '700 L STPD'",
		 "add:至最低余压为止可用的气量,按台上流量计的计量状态:'700 L'、'700 L STPD'"),
	TEXT_ROW("residual", 4, "PRESSURE",
		 "add: the least pressure at which the certificate holds",
		 "add:证书规定的最低使用压力(余压)"),
	TEXT_ROW("gbw", 5, "NUMBER", "add: the reference material's GBW number",
		 "add:标准物质编号 (GBW)"),
	TEXT_ROW("lot", 6, "LOT", "add: its lot", "add:批号"),
	TEXT_ROW("maker", 7, "NAME", "add: who filled it", "add:生产单位"),
	TEXT_ROW("laboratory", 8, "NAME", "add: who issued the certificate", "add:出证机构"),
	OWN_ROW("file", file, "FILE", "add: the certificate itself, which is kept",
		"add:证书文件,随登记保存"),
	OWN_ROW("of", of, "GAS",
		"connect: the component whose content the line's reference is, where it has "
		"several; 'each': each by itself, where one cylinder serves several gases",
		"connect:多组分气瓶中作为该气路标准值的组分;"
		"each:各组分分别作为标准值(多种气体共用一个气瓶时)"),
	OWN_ROW("pressure", pressure, "PRESSURE", "connect: what the cylinder's gauge shows",
		"connect:气瓶压力表示值"),
	OWN_ROW("leak-check", leak, "TEXT",
		"connect: how the connection was found tight: 'held 10 min, nothing lost'",
		"connect:检漏方法与结果,如“保压 10 min,无下降”"),
	OWN_ROW("by", by, "PERSON", "who does it, by staff number", "操作人(工号)"),
	OWN_ROW("note", note, "TEXT", "what else is to be said", "备注"),
	OPTION_STATE_ROW(struct gas_settings),
	OPTION_JSON_ROW(struct gas_settings),
	{0},
};

static const struct {
	struct words usage, component, which, entered, connected, disconnected, none, out, used,
		head[7];
} TEXTS = {
	.usage = {"davy gas takes add CYLINDER, connect CYLINDER LINE, disconnect LINE, or show",
		  "davy gas 须为 add 气瓶号、connect 气瓶号 气路、disconnect 气路 或 show"},
	.component = {"--component %s: is like 'CH4=2.06 %%vol; 1.0 %%; 2': content, expanded "
		      "uncertainty and k, with ';' between",
		      "--component %s:应形如 'CH4=2.06 %%vol; 1.0 %%; 2':含量、扩展不确定度、k,"
		      "以“;”分隔"},
	.which = {"cylinder %s has %zu certified components: name the one that the line's "
		  "reference is, "
		  "with --of GAS, or --of each where the bench asks for each by itself",
		  "气瓶 %s 有 %zu 个有证组分:请用 --of 组分 指明该气路的标准值所属组分,"
		  "或用 --of each 使各组分分别作为标准值"},
	.entered = {"cylinder %s: certificate %s, due %s, %s  record %lld",
		    "气瓶 %s:证书 %s,有效期至 %s,%s  记录 %lld"},
	.connected = {"cylinder %s is on %s  record %lld", "气瓶 %s 已接至 %s  记录 %lld"},
	.disconnected = {"no cylinder is on %s: no gas flows from it  record %lld",
			 "%s 已断开,不供气  记录 %lld"},
	.none = {"no cylinder is in the register: davy gas add", "登记簿中没有气瓶:davy gas add"},
	.out = {"OUT OF DATE", "已过期"},
	.used = {"USED UP", "已用尽"},
	.head = {{"cylinder", "气瓶"},
		 {"on", "气路"},
		 {"components", "组分"},
		 {"certificate", "证书"},
		 {"due", "有效期至"},
		 {"left", "余量"},
		 {"", ""}},
};

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

/* ---- add ---- */

static char *trimmed(const char *from, size_t size)
{
	while (size && *from == ' ') {
		from++;
		size--;
	}
	while (size && from[size - 1] == ' ')
		size--;
	return xprintf("%.*s", (int)size, from);
}

static void set_trimmed(struct value *map, const char *name, const char *from, size_t size)
{
	char *text = trimmed(from, size);

	value_set_text(map, name, text);
	free(text);
}

/* "2.06 %vol; 1.0 %; 2" */
static int read_component(struct value *list, const char *gas, const char *text, struct error *err)
{
	const char *first = strchr(text, ';'), *second = first ? strchr(first + 1, ';') : NULL;
	size_t number = quantity_number_size(text);
	struct value *one;

	if (!second || number == 0 || number > (size_t)(first - text))
		return error_set(err, ERROR_USAGE, say(TEXTS.component), gas);
	one = value_add(list, value_map());
	value_set_text(one, "gas", gas);
	set_trimmed(one, "value", text, number);
	set_trimmed(one, "unit", text + number, (size_t)(first - text) - number);
	set_trimmed(one, "expanded", first + 1, (size_t)(second - first) - 1);
	set_trimmed(one, "k", second + 1, strlen(second + 1));
	return 0;
}

static int read_components(struct value *says, const struct value *components, struct error *err)
{
	struct value *list = value_set(says, "components", value_list());

	for (size_t i = 0; i < value_count(components); i++)
		if (read_component(list, value_key(components, i), value_at(components, i)->text,
				   err) < 0)
			return -1;
	return 0;
}

static struct value *append(const struct gas_settings *settings, const char *state,
			    const char *kind, struct value *says, struct error *err)
{
	struct value *record = value_map();

	value_set_text(says, "by", settings->by);
	value_set_text(says, "note", settings->note);
	value_set_text(record, "kind", kind);
	value_set(record, "says", says);
	if (settings->file) {
		char *path = place_absolute(settings->file);

		value_set_text(record, "path", path);
		free(path);
	}
	return request_append(state, record, err);
}

static int add(const struct gas_settings *settings, const char *state, const char *cylinder,
	       struct error *err)
{
	struct value *says = value_map(), *answer;

	value_set_text(says, "cylinder", cylinder);
	for (int i = 0; i < TEXT_COUNT; i++)
		value_set_text(says, NAMES[i], settings->text[i]);
	if (read_components(says, settings->components, err) < 0) {
		value_free(says);
		return -1;
	}
	answer = append(settings, state, ENTRY_CYLINDER, says, err);
	if (!answer)
		return -1;
	if (settings->json)
		json_print(stdout, answer);
	else
		print_line(xprintf(say(TEXTS.entered), cylinder, settings->text[1],
				   settings->text[2], settings->text[3],
				   (long long)value_get_int(answer, "seq", 0)));
	value_free(answer);
	return 0;
}

/* ---- connect and disconnect ---- */

static const struct value *find(const struct value *cylinders, const char *name)
{
	for (size_t i = 0; i < value_count(cylinders); i++) {
		const struct value *says = value_get(value_at(cylinders, i), "says");

		if (!strcmp(listed_text(says, "cylinder"), name))
			return says;
	}
	return NULL;
}

/* What was named, or the only one that there is. The controller says it where there is no such cylinder. */
static int choose_component(const struct gas_settings *settings, const char *state,
			    const char *cylinder, struct value *says, struct error *err)
{
	struct value *answer;
	const struct value *components;
	int done = 0;

	if (settings->of) {
		if (strcmp(settings->of, "each") != 0)
			value_set_text(says, "component", settings->of);
		return 0;
	}
	answer = request_register(state, err);
	if (!answer)
		return -1;
	components = value_get(find(value_get(answer, "cylinders"), cylinder), "components");
	if (value_count(components) > 1)
		done = error_set(err, ERROR_USAGE, say(TEXTS.which), cylinder,
				 value_count(components));
	else
		value_set_text(says, "component",
			       value_count(components) ? listed_text(value_at(components, 0), "gas")
						       : "?");
	value_free(answer);
	return done;
}

/* `cylinder` is NULL: none. */
static int connect_line(const struct gas_settings *settings, const char *state,
			const char *cylinder, const char *line, struct error *err)
{
	struct value *says = value_map(), *answer;

	value_set_text(says, "line", line);
	value_set_text(says, "cylinder", cylinder);
	value_set_text(says, "pressure", settings->pressure);
	value_set_text(says, "leak", settings->leak);
	if (cylinder && choose_component(settings, state, cylinder, says, err) < 0) {
		value_free(says);
		return -1;
	}
	answer = append(settings, state, ENTRY_CONNECTION, says, err);
	if (!answer)
		return -1;
	if (settings->json)
		json_print(stdout, answer);
	else if (cylinder)
		print_line(xprintf(say(TEXTS.connected), cylinder, line,
				   (long long)value_get_int(answer, "seq", 0)));
	else
		print_line(xprintf(say(TEXTS.disconnected), line,
				   (long long)value_get_int(answer, "seq", 0)));
	value_free(answer);
	return 0;
}

/* ---- show ---- */

static char *lines_of(const struct value *connections, const char *cylinder)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(connections); i++) {
		const struct value *says = value_get(value_at(connections, i), "says");

		if (!strcmp(listed_text(says, "cylinder"), cylinder))
			buf_printf(&text, "%s%s", text.size ? ", " : "", listed_text(says, "line"));
	}
	return buf_detach(&text);
}

static char *components_of(const struct value *says)
{
	const struct value *components = value_get(says, "components");
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(components); i++) {
		const struct value *one = value_at(components, i);

		buf_printf(&text, "%s %s %s, ", listed_text(one, "gas"), listed_text(one, "value"),
			   listed_text(one, "unit"));
	}
	buf_add_text(&text, listed_text(says, "balance"));
	return buf_detach(&text);
}

static void add_row(struct table *table, const struct value *cylinder,
		    const struct value *connections, const char *date)
{
	const struct value *says = value_get(cylinder, "says");
	struct unit unit = {0};
	double left = listed_left(cylinder, &unit);
	char *lines = lines_of(connections, listed_text(says, "cylinder"));
	char *components = components_of(says);
	char *amount = xprintf("%.4g %s", left, unit.symbol);

	columns_clean(components);
	table_add(table, (const char *const[]){
				 listed_text(says, "cylinder"), lines, components,
				 listed_text(says, "certificate"), listed_text(says, "due"), amount,
				 strcmp(listed_text(says, "due"), date) < 0 ? say(TEXTS.out)
				 : left > 0				    ? ""
									    : say(TEXTS.used)});
	free(lines);
	free(components);
	free(amount);
}

static void print_table(const struct value *answer)
{
	enum { COLUMN_COUNT = sizeof(TEXTS.head) / sizeof(TEXTS.head[0]) };
	const struct value *cylinders = value_get(answer, "cylinders");
	struct table *table = table_new(COLUMN_COUNT);
	const char *head[COLUMN_COUNT];
	char date[LISTED_DAY_SIZE];

	listed_today(date);
	for (int i = 0; i < COLUMN_COUNT; i++)
		head[i] = say(TEXTS.head[i]);
	table_add(table, head);
	table_has_head(table);
	for (size_t i = 0; i < value_count(cylinders); i++)
		add_row(table, value_at(cylinders, i), value_get(answer, "connections"), date);
	table_print(table, 0, stdout);
	table_free(table);
}

static int show(const struct gas_settings *settings, const char *state, struct error *err)
{
	struct value *answer = request_register(state, err), *object;

	if (!answer)
		return -1;
	if (settings->json) {
		object = value_map();
		value_set(object, "cylinders", value_copy(value_get(answer, "cylinders")));
		value_set(object, "connections", value_copy(value_get(answer, "connections")));
		json_print(stdout, object);
		value_free(object);
	} else if (value_count(value_get(answer, "cylinders")) == 0) {
		columns_print(stdout, say(TEXTS.none));
	} else {
		print_table(answer);
	}
	value_free(answer);
	return 0;
}

static int gas(void *ctx, char **operands, int count, struct error *err)
{
	const struct gas_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	if (!state)
		return -1;
	if (!strcmp(operands[0], "add") && count == 2)
		code = add(settings, state, operands[1], err);
	else if (!strcmp(operands[0], "connect") && count == 3)
		code = connect_line(settings, state, operands[1], operands[2], err);
	else if (!strcmp(operands[0], "disconnect") && count == 2)
		code = connect_line(settings, state, NULL, operands[1], err);
	else if (!strcmp(operands[0], "show") && count == 1)
		code = show(settings, state, err);
	else
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
	free(state);
	return code;
}

const struct command COMMAND_GAS = {
	.name = "gas",
	.operands = "add|connect|disconnect|show [CYLINDER] [LINE]",
	.least = 1,
	.most = 3,
	.summary = {"cylinders of reference gas, and the lines they are on",
		    "标准气瓶与气路的连接"},
	.more = {"On real wires gas flows only from a line with a cylinder connected to it, whose "
		 "certificate is in date and which is not used up; its certificate is then the "
		 "line's "
		 "reference. What runs draw is metered and taken from what it holds.\n"
		 "LINE is the output that lets the gas flow, ch4_1, or slot2/ch4_1 on one slot "
		 "alone. An "
		 "entry about a cylinder that is there says anew what it holds.",
		 "真实接线时,只有已接气瓶、证书在有效期内且未用尽的气路才会供气;"
		 "该瓶证书即为该气路的标准值。"
		 "检验用气经计量后从余量中扣除。\n"
		 "LINE 为控制该路气体的输出,如 ch4_1;仅限某一工位时写作 "
		 "slot2/ch4_1。再次登记同一气瓶即重新"
		 "说明其余量。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct gas_settings),
	.run = gas,
};

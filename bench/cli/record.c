/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy record: a step in the life of a piece of equipment, as somebody tells it. The bench signs that it was told; whoever
 * vouches for it signs the record, too (davy sign).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/book.h"
#include "cli/commands.h"
#include "cli/lot_form.h"
#include "cli/place.h"
#include "cli/request.h"
#include "cli/sampling_form.h"
#include "record/event.h"

struct record_settings {
	const char *state, *from, *note, *by, *at, *disposition, *identity, *lot;
	struct value *dut, *ilmd, *form;
	bool json;
};

static const struct option OPTIONS[] = {
	{"dut",
	 OPTION_PAIR,
	 "KEY=VALUE",
	 offsetof(struct record_settings, dut),
	 {"which: ma (certificate) and serial; or class and serial",
	  "样品:ma(安标证号)与 serial(出厂编号),或 class 与 serial"}},
	{"identity",
	 OPTION_TEXT,
	 "URI",
	 offsetof(struct record_settings, identity),
	 {"which, where it has an identity of its own", "样品自有的标识 URI"}},
	{"from",
	 OPTION_TEXT,
	 "PARTY",
	 offsetof(struct record_settings, from),
	 {"who had it until now", "原持有单位"}},
	{"ilmd",
	 OPTION_PAIR,
	 "KEY=VALUE",
	 offsetof(struct record_settings, ilmd),
	 {"of a registration: model, manufacturer, productionDate …",
	  "建档信息:model, manufacturer, productionDate …"}},
	{"form",
	 OPTION_PAIR,
	 "KEY=VALUE",
	 offsetof(struct record_settings, form),
	 {"of collecting: a field of the sampling form", "抽样单的栏目"}},
	{"lot",
	 OPTION_TEXT,
	 "NAME",
	 offsetof(struct record_settings, lot),
	 {"of collecting: the lot whose drawn units it is about, which fills in what it knows "
	  "(davy lot)",
	  "抽样:所抽各台所属的批,抽样单由其填写已知栏目(davy lot)"}},
	{"by",
	 OPTION_TEXT,
	 "PERSON",
	 offsetof(struct record_settings, by),
	 {"who answers for it, by staff number; destruction and disposal need one",
	  "责任人工号;销毁与报废必须填写"}},
	{"at",
	 OPTION_TEXT,
	 "TIME",
	 offsetof(struct record_settings, at),
	 {"when it happened, with the zone; else now", "发生时间(带时区);缺省为现在"}},
	{"disposition",
	 OPTION_TEXT,
	 "WORD",
	 offsetof(struct record_settings, disposition),
	 {"in which state it is then, in a word of CBV, as conformant",
	  "其后的状态,用 CBV 词汇,如 conformant"}},
	{"note", OPTION_TEXT, "TEXT", offsetof(struct record_settings, note), {"a remark", "备注"}},
	OPTION_STATE_ROW(struct record_settings),
	OPTION_JSON_ROW(struct record_settings),
	{0},
};

static const struct {
	struct words step, which, stranger, recorded, ilmd, ilmd_name, form, lot, units;
} TEXTS = {
	.step = {"'%.40s' is no step of a life; there are: %s", "没有环节 '%.40s';可用:%s"},
	.which = {"--dut says which it is: ma=CERTIFICATE and serial=NUMBER, or class=CLASS and "
		  "serial=NUMBER; or --identity URI",
		  "--dut 须给出 ma=证号 与 serial=编号,或 class=类别 与 serial=编号;"
		  "或用 --identity URI"},
	.stranger = {"--dut: '%.40s' does not say which it is; what does: ma, class and serial",
		     "--dut:'%.40s' 不能指明样品;可用 ma、class 与 serial"},
	.recorded = {"%s %s of %s, recorded as number %lld", "%s %s:%s,已登记为第 %lld 号记录"},
	.ilmd = {"--ilmd is for a registration alone", "--ilmd 仅用于 registration(建档)"},
	.ilmd_name = {"--ilmd: '%.40s' is no name of letters and digits",
		      "--ilmd:'%.40s' 须为字母与数字组成的名称"},
	.form = {"--form is for collecting alone", "--form 仅用于 collecting(抽样)"},
	.lot = {"--lot is for collecting alone, and says itself which units it is about: leave "
		"--dut and --identity out",
		"--lot 仅用于 collecting(抽样),样品由批给出:请勿再用 --dut 与 --identity"},
	.units = {"%zu units of lot %s", "批 %2$s 的 %1$zu 台"},
};

static int find_step(const char *name, enum life_step *step, struct error *err)
{
	struct buf all;

	*step = life_step_find(name);
	if (*step)
		return 0;
	buf_init(&all);
	for (int i = LIFE_REGISTRATION; i <= LIFE_DISPOSAL; i++)
		buf_printf(&all, "%s%s", i > 1 ? " " : "", life_step_name((enum life_step)i));
	error_set(err, ERROR_USAGE, say(TEXTS.step), name, all.data);
	buf_done(&all);
	return -1;
}

/* What would be dropped is refused: who says lot=7 means to have said which it is. */
static int check_dut(const struct value *dut, struct error *err)
{
	for (size_t i = 0; i < value_count(dut); i++) {
		const char *key = value_key(dut, i);

		if (strcmp(key, "ma") && strcmp(key, "class") && strcmp(key, "serial"))
			return error_set(err, ERROR_USAGE, say(TEXTS.stranger), key);
	}
	return 0;
}

/* Who has such a number is one thing wherever it was tested: the same URI as the records of runs have. */
static int add_identity(struct buf *uri, const char *base, const struct record_settings *settings,
			struct error *err)
{
	const char *serial = value_get_text(settings->dut, "serial");
	const char *ma = value_get_text(settings->dut, "ma");
	const char *class = value_get_text(settings->dut, "class");

	if (settings->identity)
		buf_add_text(uri, settings->identity);
	else if (serial && serial[0] && ma && ma[0])
		event_identity(uri, base, ma, serial);
	else if (serial && serial[0] && class)
		event_class_identity(uri, base, class, serial);
	else
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.which));
	return 0;
}

static void set_party(struct value *members, const char *base, const char *party)
{
	struct value *source =
		value_add(value_set(members, "sourceList", value_list()), value_map());
	struct buf uri;

	buf_init(&uri);
	buf_printf(&uri, "%sparty/", base);
	event_encode(&uri, party);
	value_set_text(source, "type", "possessing_party");
	value_set_text(source, "source", uri.data);
	buf_done(&uri);
}

static int set_ilmd(struct value *members, const struct value *given, struct error *err)
{
	struct value *ilmd = value_set(members, "ilmd", value_map());

	for (size_t i = 0; i < value_count(given); i++) {
		const char *name = value_key(given, i);
		char *key = xprintf("mse:%s", name);

		for (const char *c = name; *c; c++)
			if (!isalnum((unsigned char)*c)) {
				free(key);
				return error_set(err, ERROR_USAGE, say(TEXTS.ilmd_name), name);
			}
		value_set(ilmd, key, value_copy(value_at(given, i)));
		free(key);
	}
	return 0;
}

static int set_time(struct value *members, const char *at, struct error *err)
{
	struct wall_time time;
	char text[WALL_TIME_SIZE], zone[8];

	if (wall_time_parse(&time, at, err) < 0)
		return error_context(err, "--at");
	wall_time_write(&time, text);
	wall_time_zone(&time, zone);
	value_set_text(members, "eventTime", text);
	value_set_text(members, "eventTimeZoneOffset", zone);
	return 0;
}

/* What it is about: the units of a lot, which says of itself what a form asks; or the one piece that was named. */
static int fill_equipment(struct value *request, struct value *says, struct value *form,
			  const char *state, const char *base,
			  const struct record_settings *settings, struct error *err)
{
	struct value *equipment = value_set(request, "equipment", value_list());
	struct buf uri;
	int done;

	if (settings->lot)
		return lot_form_fill(state, settings->lot, base, form, equipment, says, err);
	buf_init(&uri);
	done = add_identity(&uri, base, settings, err);
	if (done == 0)
		value_add(equipment, value_text(uri.data));
	buf_done(&uri);
	return done;
}

static int fill_form(struct value *says, const struct value *form, struct error *err)
{
	if (sampling_form_check(form, err) < 0)
		return -1;
	value_set(says, "form", sampling_form_describe(form));
	return 0;
}

static int check_uses(enum life_step step, const struct record_settings *settings,
		      struct error *err)
{
	bool is_sample = step == LIFE_COLLECTING;

	if (settings->lot && (!is_sample || settings->identity || value_count(settings->dut)))
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.lot));
	if (value_count(settings->ilmd) && step != LIFE_REGISTRATION)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.ilmd));
	if (value_count(settings->form) && !is_sample)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.form));
	return 0;
}

static int fill_members(struct value *members, const char *base,
			const struct record_settings *settings, struct error *err)
{
	if (settings->from)
		set_party(members, base, settings->from);
	value_set_text(members, "disposition", settings->disposition);
	if (value_count(settings->ilmd) && set_ilmd(members, settings->ilmd, err) < 0)
		return -1;
	return settings->at ? set_time(members, settings->at, err) : 0;
}

static int fill(struct value *request, enum life_step step, const char *state, const char *base,
		const struct record_settings *settings, struct error *err)
{
	struct value *form = settings->form ? value_copy(settings->form) : value_map();
	struct value *says = value_map();
	int done = check_uses(step, settings, err);

	value_set_text(says, "by", settings->by);
	value_set_text(says, "note", settings->note);
	value_set_text(says, "from", settings->from);
	if (done == 0)
		done = fill_equipment(request, says, form, state, base, settings, err);
	if (done == 0 && step == LIFE_COLLECTING)
		done = fill_form(says, form, err);
	if (done == 0)
		done = fill_members(value_set(request, "members", value_map()), base, settings,
				    err);
	value_free(form);
	if (value_count(says))
		value_set(request, "says", says);
	else
		value_free(says);
	return done;
}

static void tell(const struct record_settings *settings, enum life_step step,
		 const struct value *equipment, const struct value *answer)
{
	struct buf text;

	if (settings->json) {
		json_print(stdout, answer);
		return;
	}
	buf_init(&text);
	if (settings->lot)
		buf_printf(&text, say(TEXTS.units), value_count(equipment), settings->lot);
	else
		event_readable(&text, value_at(equipment, 0)->text);
	printf(say(TEXTS.recorded), life_step_name(step), life_step_title(step), text.data,
	       (long long)value_get_int(answer, "seq", 0));
	putchar('\n');
	buf_done(&text);
}

/* A bench that has done nothing yet has its log only when its controller has begun it. */
static char *begin_base(const char *state, struct error *err)
{
	struct value *answer;
	char *base;

	if (book_base(state, &base, err) < 0 || base)
		return base;
	answer = request_register(state, err);
	value_free(answer);
	if (answer && book_base(state, &base, err) == 0 && !base)
		error_set(err, ERROR_REFUSED, "%s has no records: its controller has begun none",
			  state);
	return base;
}

static int record_step(const char *state, enum life_step step,
		       const struct record_settings *settings, struct error *err)
{
	struct value *request = value_map(), *equipment, *answer = NULL;
	char *base = begin_base(state, err);

	value_set_text(request, "kind", "event");
	value_set_text(request, "step", life_step_name(step));
	if (!base || fill(request, step, state, base, settings, err) < 0) {
		value_free(request);
		free(base);
		return -1;
	}
	equipment = value_copy(value_get(request, "equipment"));
	answer = request_append(state, request, err);
	if (answer)
		tell(settings, step, equipment, answer);
	value_free(equipment);
	free(base);
	value_free(answer);
	return answer ? EXIT_IS_PASS : -1;
}

static int run_record(void *ctx, char **operands, int count, struct error *err)
{
	const struct record_settings *settings = ctx;
	enum life_step step;
	char *state;
	int code = -1;

	(void)count;
	if (find_step(operands[0], &step, err) < 0 || check_dut(settings->dut, err) < 0)
		return -1;
	state = place_state(settings->state, err);
	if (state)
		code = record_step(state, step, settings, err);
	free(state);
	return code;
}

const struct command COMMAND_RECORD = {
	.name = "record",
	.operands = "STEP",
	.least = 1,
	.most = 1,
	.summary = {"a step in the life of a piece of equipment", "登记设备生命周期的一个环节"},
	.more = {"registration, receiving, storing, issuing, installing, collecting, holding, "
		 "inspecting, destructive-test, repair, destruction, disposal. The last two end a "
		 "life: a named person answers for them, and not before the time for objections "
		 "is over that the laboratory states (objectionDays in laboratory.json).",
		 "registration 建档, receiving 验收, storing 入库, issuing 发放, installing 投用, "
		 "collecting 抽样, holding 封存, inspecting 检验, destructive-test 破坏性检验, "
		 "repair 维修, destruction 销毁, disposal 报废。最后两项终止设备生命,须有责任人,"
		 "且须过实验室规定的异议期(laboratory.json 的 objectionDays)。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct record_settings),
	.run = run_record,
};

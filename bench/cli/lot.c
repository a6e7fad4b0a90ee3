/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy lot: how a sample is taken of many units (record/lot.h). The order is the point of it: first the list of all units, the
 * plan and the protocols are recorded, then a seed is drawn, and only then it is known which units are tested.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/catalogue.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/lot_plan.h"
#include "cli/lot_show.h"
#include "cli/place.h"
#include "cli/request.h"
#include "record/lot.h"
#include "record/lot_retest.h"

struct lot_settings {
	const char *state, *units, *plan, *protocols, *by, *note, *dice, *witness, *why, *unit,
		*seal, *kept_at, *authorised_by;
	struct value *dut;
	int64_t spare, lot;
	bool again, json;
};

#define TEXT_ROW(name, member, argument, english, chinese)                                         \
	{                                                                                          \
		name, OPTION_TEXT, argument, offsetof(struct lot_settings, member),                \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}

static const struct option OPTIONS[] = {
	TEXT_ROW("units", units, "FILE",
		 "open: the serial numbers of all units, one in each line, UTF-8; it is kept",
		 "open:全部样品的出厂编号清单,每行一个,UTF-8;随登记保存"),
	TEXT_ROW("plan", plan, "N,C",
		 "open: how many units are tested, and how many of them may fail: '3,0'",
		 "open:检样数与允许的不合格数,如 '3,0'"),
	{"spare",
	 OPTION_WHOLE,
	 "N",
	 offsetof(struct lot_settings, spare),
	 {"open: how many more are drawn and kept in reserve", "open:另抽备样的台数"}},
	{"dut",
	 OPTION_PAIR,
	 "KEY=VALUE",
	 offsetof(struct lot_settings, dut),
	 {"open: what all units have in common: ma=CERTIFICATE; else the class of the protocols",
	  "open:各台共有的标识 ma=安标证号;缺省为检验程序的 class"}},
	TEXT_ROW("protocols", protocols, "NAME,…",
		 "open: the protocols by which each unit is judged, with ',' between them",
		 "open:判定每台样品所依据的检验程序,以 ',' 分隔"),
	TEXT_ROW(
		"dice", dice, "ROLLS",
		"draw: the seed is rolled, '3 1 6 2 …', 25 rolls or more, before the witness; else "
		"the kernel draws it",
		"draw:当见证人面掷骰得到的种子,如 '3 1 6 2 …',不少于 25 次;缺省取自内核"),
	TEXT_ROW("witness", witness, "NAME", "draw: who saw the dice", "draw:掷骰的见证人"),
	{"again",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct lot_settings, again),
	 {"draw: once more; with --why, and both draws are shown for good",
	  "draw:重抽;须用 --why 说明原因,各次抽样均保留并显示"}},
	TEXT_ROW("why", why, "TEXT", "draw --again, retest: the reason",
		 "draw --again、retest:重抽或复检的原因"),
	TEXT_ROW("unit", unit, "SERIAL", "seal, retest: which unit", "seal、retest:样品的出厂编号"),
	TEXT_ROW("seal", seal, "NUMBER",
		 "seal: the seal's number; retest: the one that is on it now",
		 "seal:封条编号;retest:拆封前扫得的封条编号"),
	TEXT_ROW("authorised-by", authorised_by, "PERSON",
		 "retest: the reviewer or signatory who orders it, by staff number",
		 "retest:批准复检的审核人或授权签字人(工号)"),
	TEXT_ROW("kept-at", kept_at, "PLACE", "seal: where the unit is kept", "seal:存放地"),
	{"lot",
	 OPTION_WHOLE,
	 "N",
	 offsetof(struct lot_settings, lot),
	 {"plan: how many units the lot has; else it is a large one", "plan:批量;缺省为很大"}},
	TEXT_ROW("by", by, "PERSON", "who does it, by staff number", "操作人(工号)"),
	TEXT_ROW("note", note, "TEXT", "what else is to be said", "备注"),
	OPTION_STATE_ROW(struct lot_settings),
	OPTION_JSON_ROW(struct lot_settings),
	{0},
};

static const struct {
	struct words usage, units, plan, protocols, classes, common, sealed, judged, form, again,
		why, by, seal, retest, retested;
} TEXTS = {
	.usage = {"davy lot takes open, draw, seal, judge, retest or show with the name of a lot, "
		  "plan N,C, or list",
		  "davy lot 须为 open、draw、seal、judge、retest、show 加批名,或 plan N,C,或 list"},
	.units = {"--units names the file with the serial numbers of all units of the lot",
		  "须用 --units 给出全部样品出厂编号的清单文件"},
	.plan = {"--plan says how many units are tested and how many of them may fail, as 3,0: "
		 "your "
		 "rule says it, and Davy proposes none (davy lot plan 3,0 shows what it can tell)",
		 "须用 --plan 给出检样数与允许的不合格数,如 3,0:由所用规则规定,Davy 不作推荐"
		 "(davy lot plan 3,0 显示其检出能力)"},
	.protocols = {"--protocols says by which protocols each unit is judged: it is said before "
		      "anything is drawn",
		      "须用 --protocols 给出判定每台样品的检验程序:应在抽样前确定"},
	.classes = {"%s has class '%s' and %s '%s': name what all units have in common with --dut "
		    "ma=CERTIFICATE",
		    "%s 的 class 为 '%s',%s 的为 '%s':请用 --dut ma=证号 给出共有标识"},
	.common = {"--dut takes ma=CERTIFICATE alone: the serial numbers stand in the list, and a "
		   "class is that of the protocols",
		   "--dut 只接受 ma=证号:出厂编号在清单中,class 由检验程序决定"},
	.sealed = {"unit %s of lot %s is sealed with %s  record %lld",
		   "批 %2$s 的样品 %1$s 已加封 %3$s  记录 %4$lld"},
	.judged = {"lot %s is judged, recorded as number %lld",
		   "批 %s 已判定,登记为第 %lld 号记录"},
	.form = {"The sampling form takes all of this from here: davy record collecting --lot %s",
		 "抽样单可由此填写:davy record collecting --lot %s"},
	.again = {"--again needs --why, the reason why the lot is drawn anew",
		  "--again 须用 --why 说明重抽原因"},
	.why = {"--why is for draw --again", "--why 仅用于 draw --again"},
	.by = {"--by says who does it, by staff number", "须用 --by 给出操作人工号"},
	.retest = {"a re-test of a unit in reserve needs --unit SERIAL, --seal NUMBER as it is on "
		   "it now, "
		   "--authorised-by PERSON and --why",
		   "备样复检须用 --unit 给出出厂编号、--seal "
		   "给出拆封前扫得的封条编号、--authorised-by "
		   "批准人与 --why 原因"},
	.retested = {"unit %s in reserve of lot %s may be tested: its runs from now on are the "
		     "re-test, beside "
		     "the first outcome, which stays  record %lld",
		     "批 %2$s 的备样 %1$s 可以复检:此后的检验即为复检,原结论保留并一同显示  记录 "
		     "%3$lld"},
	.seal = {"a seal needs --unit SERIAL and --seal NUMBER",
		 "加封须用 --unit 给出出厂编号、--seal 给出封条编号"},
};

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

/* Takes `says`; the answer is the caller's. */
static struct value *append(const struct lot_settings *settings, const char *state,
			    const char *kind, struct value *says, struct error *err)
{
	struct value *record = value_map();

	value_set_text(says, "by", settings->by);
	value_set_text(says, "note", settings->note);
	value_set_text(record, "kind", kind);
	value_set(record, "says", says);
	if (!strcmp(kind, ENTRY_LOT)) {
		char *path = place_absolute(settings->units);

		value_set_text(record, "path", path);
		free(path);
	}
	return request_append(state, record, err);
}

static long long seq_of(const struct value *answer)
{
	return (long long)value_get_int(answer, "seq", 0);
}

/* ---- open ---- */

/* The id of a protocol by whatever it is called, and its class; an id that is mistyped would leave the lot undecided for good. */
static struct value *load_protocol(const char *program, const char *name, struct error *err)
{
	char *path = catalogue_find_protocol(program, name, err);
	struct value *protocol = path ? catalogue_load(program, "protocol", path, err) : NULL;

	free(path);
	return protocol;
}

static int add_protocol(struct value *says, const char *program, const char *name,
			struct error *err)
{
	struct value *ids = (struct value *)value_get(says, "protocols");
	struct value *dut = (struct value *)value_get(says, "dut");
	struct value *protocol = load_protocol(program, name, err);
	const char *class = value_get_text(protocol, "class"), *was = value_get_text(dut, "class");
	const char *id = value_get_text(protocol, "id");
	int done = 0;

	if (!protocol)
		return -1;
	/* as runs name a specimen without a certificate */
	class = class ? class : id;
	if (!value_get(dut, "ma") && was && strcmp(was, class) != 0)
		done = error_set(err, ERROR_USAGE, say(TEXTS.classes), value_at(ids, 0)->text, was,
				 id, class);
	else if (!value_get(dut, "ma"))
		value_set_text(dut, "class", class);
	value_add(ids, value_text(id));
	value_free(protocol);
	return done;
}

static int set_protocols(struct value *says, const char *names, struct error *err)
{
	char *program = place_program(err), *list = xstrdup(names), *rest = list, *name;
	int done = program ? 0 : -1;

	value_set(says, "protocols", value_list());
	while (done == 0 && (name = strsep(&rest, ",")))
		if (*name)
			done = add_protocol(says, program, name, err);
	free(list);
	free(program);
	return done;
}

static int describe_lot(struct value *says, const struct lot_settings *settings, const char *name,
			struct error *err)
{
	const char *ma = value_get_text(settings->dut, "ma");
	struct acceptance plan;

	if (!settings->units)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.units));
	if (!settings->plan)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.plan));
	if (!settings->protocols)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.protocols));
	if (value_count(settings->dut) > (ma ? 1 : 0))
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.common));
	if (acceptance_parse(&plan, settings->plan, err) < 0)
		return error_context(err, "--plan");
	value_set_text(says, "lot", name);
	value_set_int(says, "n", plan.n);
	value_set_int(says, "c", plan.c);
	value_set_int(says, "spare", settings->spare);
	value_set_text(value_set(says, "dut", value_map()), "ma", ma);
	return set_protocols(says, settings->protocols, err);
}

static int open_lot(const struct lot_settings *settings, const char *state, const char *name,
		    struct error *err)
{
	struct value *says = value_map(), *answer;

	if (describe_lot(says, settings, name, err) < 0) {
		value_free(says);
		return -1;
	}
	answer = append(settings, state, ENTRY_LOT, says, err);
	if (!answer)
		return -1;
	value_free(answer);
	return lot_show_print(state, name, settings->json, err);
}

/* ---- draw, seal, judge ---- */

static int draw(const struct lot_settings *settings, const char *state, const char *name,
		struct error *err)
{
	struct value *says, *answer;

	if (settings->again && (!settings->why || !settings->why[0]))
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.again));
	if (settings->why && !settings->again)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.why));
	says = value_map();
	value_set_text(says, "lot", name);
	value_set_text(says, "rolls", settings->dice);
	value_set_text(says, "witness", settings->witness);
	value_set_text(says, "why", settings->why);
	answer = append(settings, state, ENTRY_DRAW, says, err);
	if (!answer)
		return -1;
	value_free(answer);
	if (settings->json)
		return lot_show_print(state, name, true, err);
	if (lot_draw_print(state, name, err) < 0)
		return -1;
	print_line(xprintf(say(TEXTS.form), name));
	return 0;
}

static int seal(const struct lot_settings *settings, const char *state, const char *name,
		struct error *err)
{
	struct value *says, *answer;

	if (!settings->unit || !settings->seal)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.seal));
	says = value_map();
	value_set_text(says, "lot", name);
	value_set_text(says, "unit", settings->unit);
	value_set_text(says, "seal", settings->seal);
	value_set_text(says, "kept_at", settings->kept_at);
	answer = append(settings, state, ENTRY_SEAL, says, err);
	if (!answer)
		return -1;
	if (settings->json)
		json_print(stdout, answer);
	else
		print_line(xprintf(say(TEXTS.sealed), settings->unit, name, settings->seal,
				   seq_of(answer)));
	value_free(answer);
	return 0;
}

/* 备样复检 */
static int retest(const struct lot_settings *settings, const char *state, const char *name,
		  struct error *err)
{
	struct value *says, *answer;

	if (!settings->unit || !settings->seal || !settings->authorised_by || !settings->why)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.retest));
	says = value_map();
	value_set_text(says, "lot", name);
	value_set_text(says, "unit", settings->unit);
	value_set_text(says, "seal", settings->seal);
	value_set_text(says, "authorised_by", settings->authorised_by);
	value_set_text(says, "why", settings->why);
	answer = append(settings, state, ENTRY_LOT_RETEST, says, err);
	if (!answer)
		return -1;
	if (settings->json)
		json_print(stdout, answer);
	else
		print_line(xprintf(say(TEXTS.retested), settings->unit, name, seq_of(answer)));
	value_free(answer);
	return 0;
}

/* 1 where it is rejected. */
static int judge(const struct lot_settings *settings, const char *state, const char *name,
		 struct error *err)
{
	struct value *says = value_map(), *answer;
	bool is_rejected = false;
	int done;

	value_set_text(says, "lot", name);
	answer = append(settings, state, ENTRY_LOT_VERDICT, says, err);
	if (!answer)
		return -1;
	if (!settings->json)
		print_line(xprintf(say(TEXTS.judged), name, seq_of(answer)));
	value_free(answer);
	done = lot_show_verdict(state, name, settings->json, &is_rejected, err);
	return done < 0 ? -1 : is_rejected ? EXIT_IS_FAIL : EXIT_IS_PASS;
}

static int show_plan(const struct lot_settings *settings, const char *text, struct error *err)
{
	struct acceptance plan;

	if (acceptance_parse(&plan, text, err) < 0)
		return -1;
	plan.lot = settings->lot;
	if (acceptance_check(&plan, err) < 0)
		return -1;
	lot_plan_print(&plan, settings->json);
	return 0;
}

static int act(const struct lot_settings *settings, const char *state, char **operands, int count,
	       struct error *err)
{
	static const struct {
		const char *name;
		int (*act)(const struct lot_settings *settings, const char *state, const char *name,
			   struct error *err);
	} ACTS[] = {{"open", open_lot},
		    {"draw", draw},
		    {"seal", seal},
		    {"judge", judge},
		    {"retest", retest}};

	for (size_t i = 0; count == 2 && i < sizeof(ACTS) / sizeof(ACTS[0]); i++)
		if (!strcmp(operands[0], ACTS[i].name))
			return settings->by && settings->by[0]
				       ? ACTS[i].act(settings, state, operands[1], err)
				       : error_set(err, ERROR_USAGE, "%s", say(TEXTS.by));
	if (count == 2 && !strcmp(operands[0], "show"))
		return lot_show_print(state, operands[1], settings->json, err);
	if (count == 1 && !strcmp(operands[0], "list"))
		return lot_list_print(state, settings->json, err);
	return error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
}

static int lot(void *ctx, char **operands, int count, struct error *err)
{
	const struct lot_settings *settings = ctx;
	char *state;
	int code;

	if (count == 2 && !strcmp(operands[0], "plan"))
		return show_plan(settings, operands[1], err);
	state = place_state(settings->state, err);
	code = state ? act(settings, state, operands, count, err) : -1;
	free(state);
	return code;
}

const struct command COMMAND_LOT = {
	.name = "lot",
	.operands = "open|draw|seal|judge|retest|show|plan|list [NAME|N,C]",
	.least = 1,
	.most = 2,
	.summary = {"a sample of many units: list, draw, seals, verdict",
		    "批抽样:清单、抽取、封样与批判定"},
	.more = {"`open` records the list of all units, the plan and the protocols; `draw` then "
		 "draws "
		 "a seed and with it the units to be tested (检样) and those in reserve (备样); "
		 "`seal` records each one's seal; `judge` records what their runs say of the lot, "
		 "and "
		 "ends with 1 where it is rejected. Nothing is judged while a unit has neither "
		 "passed "
		 "nor failed, unless too many have failed already. Simulated runs count for "
		 "nothing, "
		 "nor do runs that were begun before the draw or voided. `retest` orders that a "
		 "unit in reserve is tested after one has FAILed, when its seal is intact; the "
		 "first outcome stays beside it.\n"
		 "`plan 3,0` draws what a plan can tell, without a lot. How a draw is done again "
		 "by "
		 "hand is said in davy(1).",
		 "`open` 登记全部样品清单、抽样方案与检验程序;`draw` 其后产生种子并抽出检样与备样;"
		 "`seal` 登记封条;`judge` 登记由检验得出的批判定,不合格批时退出码为 1。"
		 "检样中尚有既未合格也未不合格者时不作判定,除非不合格数已超过允许数。"
		 "仿真检验、抽样前开始的检验与已作废的检验均不计。`retest` "
		 "在检样不合格后、备样封条完好时"
		 "批准备样复检,原结论保留并一同显示。\n"
		 "`plan 3,0` 绘出抽样方案的抽检特性曲线(OC 曲线),无须登记批。手工重算抽样的方法见 "
		 "davy(1)。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct lot_settings),
	.run = lot,
};

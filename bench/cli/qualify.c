/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy qualify: the installation check of a bench, as a run of its own (run/qualify.c).
 *
 * On real wires it is two runs. In the first the plug is pulled: its controller moves outputs and kills
 * itself. Then the next controller qualifies the bench, and takes what the guardian did into it. Where the
 * plug cannot be pulled the second run says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/attend.h"
#include "cli/commands.h"
#include "cli/place.h"

struct qualify_settings {
	int64_t slot;
	struct option_maybe sim;
	const char *state, *clock;
	bool yes, no_person, no_plug, json;
};

static const struct option OPTIONS[] = {
	{"slot",
	 OPTION_SLOT,
	 "N",
	 offsetof(struct qualify_settings, slot),
	 {"the station's slot; else 1", "测试台的工位;缺省为 1"}},
	{"yes",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct qualify_settings, yes),
	 {"consent that outputs are moved, without being asked", "同意驱动输出,不再询问"}},
	{"no-person",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct qualify_settings, no_person),
	 {"nobody is at the bench: what a person must see or move is not looked at",
	  "现场无人:须由人观察或动作的项目不检查"}},
	{"no-plug",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct qualify_settings, no_plug),
	 {"do not kill the controller", "不终止控制器"}},
	{"sim",
	 OPTION_MAYBE,
	 "[=FAULT]",
	 offsetof(struct qualify_settings, sim),
	 {"simulated, perhaps with a fault; STATION may be the name of a fixture",
	  "仿真运行,可带故障名;STATION 可为工装名"}},
	{"clock",
	 OPTION_TEXT,
	 "KIND",
	 offsetof(struct qualify_settings, clock),
	 {"of a simulated bench: virtual, or real", "仿真时钟:virtual 或 real"}},
	OPTION_STATE_ROW(struct qualify_settings),
	OPTION_JSON_ROW(struct qualify_settings),
	{0},
};

static const struct {
	struct words no_station, no_fixture, no_plug;
} TEXTS = {
	.no_station = {"there is no station file '%s'; it says which wires a bench has: "
		       "fixtures/README.md, "
		       "or man davy-fixture",
		       "没有测试台文件 '%s';其写法见 fixtures/README.md 或 man davy-fixture"},
	.no_fixture = {"there is no station file and no fixture '%s'; `davy list fixtures` shows "
		       "those there are",
		       "没有测试台文件或工装 '%s';见 `davy list fixtures`"},
	.no_plug = {"the plug was not pulled: %s\n", "未终止控制器:%s\n"},
};

/* A fixture by its name, or a station's file. */
static int name_bench(struct value *order, const struct qualify_settings *settings,
		      const char *operand, struct error *err)
{
	char *tree = place_tree();
	char *fixture = xprintf("%s/fixtures/%s/fixture.lua", tree, operand);
	char *station = place_absolute(operand);
	bool named = settings->sim.given && !strchr(operand, '/') && file_exists(fixture);
	int done = 0;

	value_set_text(order, named ? "fixture" : "station", named ? fixture : station);
	if (!named && !file_exists(station))
		done = error_set(err, ERROR_USAGE,
				 say(settings->sim.given ? TEXTS.no_fixture : TEXTS.no_station),
				 operand);
	free(station);
	free(fixture);
	free(tree);
	return done;
}

static struct value *order_of(const struct qualify_settings *settings, const char *operand,
			      struct error *err)
{
	struct value *order = value_map();

	value_set_bool(order, "qualifies", true);
	value_set_int(order, "slot", settings->slot ? settings->slot : 1);
	value_set_bool(order, "simulated", settings->sim.given);
	value_set_text(order, "fault", settings->sim.text);
	value_set_text(order, "clock", settings->clock);
	if (settings->yes)
		value_set_bool(order, "consents", true);
	if (settings->no_person)
		value_set_bool(order, "no_person", true);
	if (name_bench(order, settings, operand, err) == 0)
		return order;
	value_free(order);
	return NULL;
}

static struct value *list_of(const struct value *order)
{
	struct value *list = value_list();

	value_add(list, value_copy(order));
	return list;
}

/* The run in which the controller died, for the order of the next; false: a person stopped it all. */
static bool pull(const char *state, struct value *order, const struct qualify_settings *settings,
		 int *code)
{
	struct value *pulls = value_copy(order);
	struct error err;
	char *run = NULL;

	value_set_bool(pulls, "pulls", true);
	*code = attend_runs(
		state, list_of(pulls),
		&(struct attending){.json = settings->json, .mortal = true, .run = &run}, &err);
	if (*code == ATTEND_GONE) {
		value_set_text(order, "pulled", run);
		value_set_bool(order, "consents", true); /* it was given in that run */
	} else if (*code < 0) {
		fprintf(stderr, "davy: ");
		fprintf(stderr, say(TEXTS.no_plug), err.text);
	}
	value_free(pulls);
	free(run);
	return *code != EXIT_IS_ABORTED;
}

static int qualify(void *ctx, char **operands, int count, struct error *err)
{
	const struct qualify_settings *settings = ctx;
	struct value *order = order_of(settings, operands[0], err);
	char *state = order ? place_state(settings->state, err) : NULL;
	bool pulls = !settings->sim.given && !settings->no_plug;
	int code = -1;

	(void)count;
	if (state && (!pulls || pull(state, order, settings, &code)))
		code = attend_runs(state, list_of(order),
				   &(struct attending){.json = settings->json}, err);
	value_free(order);
	free(state);
	return code;
}

const struct command COMMAND_QUALIFY = {
	.name = "qualify",
	.operands = "STATION",
	.least = 1,
	.most = 1,
	.summary = {"check an installation: instruments, lines, interlocks, its own death",
		    "安装确认:仪器、信号线、联锁、控制器终止"},
	.more = {"Every instrument is asked who it is, every line moved and read back, every "
		 "interlock provoked, the controller killed; what only a person can see or move "
		 "is asked for: y, n, s (skip), a (again). PASS when every check holds, FAIL when "
		 "one does not, INCONCLUSIVE when one was not looked at.\n"
		 "Before the first output moves somebody must consent. The controller is killed "
		 "only when no other run is on.",
		 "逐一询问仪器身份、驱动并回读信号线、触发联锁、终止控制器;"
		 "须由人观察或动作的项目将询问:"
		 "y 是、n 否、s 跳过、a "
		 "再来一次。全部符合为合格,有不符合为不合格,有未检查为不作判定。\n"
		 "首次驱动输出前须经同意。有其他检验进行时不终止控制器。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct qualify_settings),
	.run = qualify,
};

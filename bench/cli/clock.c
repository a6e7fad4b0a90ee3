/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy clock: what time it is, and how the bench knows. A small computer without a battery wakes in the past; where no
 * time server reaches it, two persons say what time it is, by a clock that they name, and the work goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/request.h"
#include "loop/machine_time.h"
#include "record/wall_time.h"
#include "run/calendar.h"

struct clock_settings {
	const char *state, *source, *by;
	bool json;
};

static const struct option OPTIONS[] = {
	{"source",
	 OPTION_TEXT,
	 "TEXT",
	 offsetof(struct clock_settings, source),
	 {"by which clock: a GPS receiver, a calibrated watch and its number",
	  "依据的时钟:卫星授时接收机、经校准的钟表及其编号"}},
	{"by",
	 OPTION_TEXT,
	 "A,B",
	 offsetof(struct clock_settings, by),
	 {"the two persons who say so, by staff number", "确认时间的两人,填工号"}},
	OPTION_STATE_ROW(struct clock_settings),
	OPTION_JSON_ROW(struct clock_settings),
	{0},
};

static const struct {
	struct words now, synchronised, stated, alone, doubtful, set, usage, two;
} TEXTS = {
	.now = {"it is", "当前时间"},
	.synchronised = {"synchronised by a time server, within %lld ms",
			 "已由时间服务器同步,误差不超过 %lld ms"},
	.stated = {"as two persons have said since the machine was started",
		   "开机后由两人确认,其后由本机计时"},
	.alone = {"by the machine alone: no time server has been heard",
		  "仅凭本机时钟,未经时间服务器同步"},
	.doubtful = {"not to be believed", "时间不可信"},
	.set = {"recorded as number %lld: records say \"clock\":\"manual\" until the machine is "
		"synchronised or started anew",
		"已登记为第 %lld 号记录:在时间同步或重新开机之前,检验记录注明 "
		"\"clock\":\"manual\""},
	.usage = {"davy clock shows the time, and davy clock set TIME --source TEXT --by A,B says "
		  "it: TIME as 2026-03-02T10:31:22+08:00",
		  "davy clock 显示时间;davy clock set 时间 --source 依据 --by 甲,乙 "
		  "设定时间,时间形如 "
		  "2026-03-02T10:31:22+08:00"},
	.two = {"--by names two persons, as 0017,0009", "--by 须写两人,形如 0017,0009"},
};

/* ---- what it is ---- */

static void print_clock(const struct machine_time *now, const char *text, const struct error *doubt)
{
	printf("%s %s\n", say(TEXTS.now), text);
	if (now->is_synchronised)
		printf(say(TEXTS.synchronised), (long long)now->error_ms);
	else
		fputs(say(now->is_stated ? TEXTS.stated : TEXTS.alone), stdout);
	putchar('\n');
	if (doubt)
		printf("%s: %s\n", say(TEXTS.doubtful), doubt->text);
}

static void print_json(const struct machine_time *now, const char *text, const struct error *doubt)
{
	struct value *says = value_map();

	value_set_text(says, "wall", text);
	value_set_bool(says, "synchronised", now->is_synchronised);
	value_set_bool(says, "manual", now->is_stated);
	if (now->error_ms >= 0)
		value_set_int(says, "maxErrorMs", now->error_ms);
	value_set_text(says, "boot", now->boot);
	value_set_int(says, "bootMs", now->boot_ms);
	value_set_text(says, "doubtful", doubt ? doubt->text : NULL);
	json_print(stdout, says);
	value_free(says);
}

static int show_clock(const char *state, bool json)
{
	struct machine_time now;
	struct error doubt;
	char text[WALL_TIME_SIZE];
	bool believed;

	calendar_open(state);
	machine_time_read(&now);
	believed = calendar_check(state, &doubt) == 0;
	wall_time_write(&(struct wall_time){now.wall_ms, now.zone_minutes}, text);
	(json ? print_json : print_clock)(&now, text, believed ? NULL : &doubt);
	return believed ? EXIT_IS_PASS : EXIT_IS_ERROR;
}

/* ---- what persons say ---- */

static struct value *two_persons(const char *by)
{
	const char *comma = by ? strchr(by, ',') : NULL;
	struct value *persons;

	if (!comma || comma == by || !comma[1] || strchr(comma + 1, ','))
		return NULL;
	persons = value_list();
	value_add(persons, value_bytes(by, (size_t)(comma - by)));
	value_add(persons, value_text(comma + 1));
	return persons;
}

static int set_clock(const char *state, const char *wall, const struct clock_settings *settings,
		     struct error *err)
{
	struct value *persons = two_persons(settings->by), *record, *answer;

	if (!persons)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.two));
	record = value_map();
	value_set_text(record, "kind", "clock");
	value_set_text(record, "wall", wall);
	value_set_text(record, "source", settings->source);
	value_set(record, "persons", persons);
	answer = request_append(state, record, err);
	if (!answer)
		return -1;
	if (settings->json) {
		json_print(stdout, answer);
	} else {
		printf(say(TEXTS.set), (long long)value_get_int(answer, "seq", 0));
		putchar('\n');
	}
	value_free(answer);
	return EXIT_IS_PASS;
}

static int run_clock(void *ctx, char **operands, int count, struct error *err)
{
	const struct clock_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	if (!state)
		return -1;
	if (count == 0)
		code = show_clock(state, settings->json);
	else if (count == 2 && !strcmp(operands[0], "set"))
		code = set_clock(state, operands[1], settings, err);
	else
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
	free(state);
	return code;
}

const struct command COMMAND_CLOCK = {
	.name = "clock",
	.operands = "[set TIME]",
	.least = 0,
	.most = 2,
	.summary = {"what time it is and how the bench knows; or say it",
		    "当前时间及其依据;或由两人设定"},
	.more = {"A bench that no time server reaches may wake in the past. A run on real wires is "
		 "refused then until two persons have said what time it is, by a clock that they "
		 "name. This is recorded; the machine's own clock is not set.",
		 "无法联网对时的测试台开机后时间可能停在过去。此时拒绝真实检验,"
		 "直至两人依据所注明的时钟确认时间。"
		 "确认过程记入检验记录;本机系统时钟不被改动。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct clock_settings),
	.run = run_clock,
};

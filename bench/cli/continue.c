/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy continue: a run that lost its bench in a wait in which its protocol allows that is taken up again, or is given up.
 *
 * Its order stands in its journal. What else was ordered then is taken as it was; whether files, instruments and specimen
 * are the same, and for how long the bench was away, is the controller's to find out (run/run_resume.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/attend.h"
#include "cli/commands.h"
#include "cli/photo_source.h"
#include "cli/place.h"
#include "cli/request.h"
#include "cli/scan_source.h"
#include "run/account.h"

struct continue_settings {
	const char *serial, *why, *outage, *state, *photos_from, *camera;
	struct value *photos, *readers;
	bool end, json, brief;
};

static const struct option OPTIONS[] = {
	{"serial",
	 OPTION_TEXT,
	 "SERIAL",
	 offsetof(struct continue_settings, serial),
	 {"the serial number of the specimen that is in the slot now: look at it",
	  "现在工位上样品的出厂编号:请查看实物"}},
	{"end",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct continue_settings, end),
	 {"do not go on with it: it ends as ABORTED", "不再继续:按检验中止结束"}},
	{"why",
	 OPTION_TEXT,
	 "TEXT",
	 offsetof(struct continue_settings, why),
	 {"with --end: why", "与 --end 同用:原因"}},
	{"outage",
	 OPTION_TEXT,
	 "TIME",
	 offsetof(struct continue_settings, outage),
	 {"of a simulated run: for how long its bench was away, as \"10 min\"",
	  "仿真检验:台架中断的时长,如 \"10 min\""}},
	{"photo",
	 OPTION_PAIR,
	 "ID=FILE",
	 offsetof(struct continue_settings, photos),
	 {"the photo that the protocol will ask for under this id, in advance",
	  "预先给出检验程序将要求的照片,按其 id"}},
	{"photos-from",
	 OPTION_TEXT,
	 "DIR",
	 offsetof(struct continue_settings, photos_from),
	 {"where a phone or camera copies its pictures: Enter takes the newest one there",
	  "手机或相机传送照片的文件夹:按 Enter 取其中最新的照片"}},
	{"camera",
	 OPTION_TEXT,
	 "DEVICE",
	 offsetof(struct continue_settings, camera),
	 {"a USB camera, as /dev/video0: Enter takes a picture with it",
	  "USB 摄像头,如 /dev/video0:按 Enter 拍摄"}},
	{"reader",
	 OPTION_PAIR,
	 "DRIVER=PORT",
	 offsetof(struct continue_settings, readers),
	 {"a reader beside the bench that answers its scans, as yrm100=/dev/ttyUSB0 or "
	  "qr_reader=/dev/ttyUSB0,9600 8N1; else those of the station",
	  "台旁用于应答扫描的读取器,如 yrm100=/dev/ttyUSB0 或 qr_reader=/dev/ttyUSB0,9600 8N1;"
	  "缺省为接线文件所列"}},
	{"brief",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct continue_settings, brief),
	 {"show only the measures that did not pass", "仅显示未通过的检验项目"}},
	OPTION_JSON_ROW(struct continue_settings),
	OPTION_STATE_ROW(struct continue_settings),
	{0},
};

static const struct {
	struct words has_ended, no_head, no_why, only_end, ended;
} TEXTS = {
	.has_ended = {"%s has its verdict already: %s", "%s 已有判定:%s"},
	.no_head = {"%s ended before anything was decided about it: it cannot be taken up again",
		    "%s 在确定检验内容之前即已结束,无法继续"},
	.no_why = {"whoever ends a run says why: --why TEXT", "结束检验须说明原因:--why 文本"},
	.only_end = {"--why is of a run that is ended: --end", "--why 须与 --end 同用"},
	.ended = {"%s is ended: ABORTED\n", "%s 已结束:检验中止\n"},
};

static int go_on(const struct continue_settings *settings, const char *state,
		 const struct account *account, struct error *err)
{
	struct value *orders = value_list();
	struct value *order = value_add(orders, value_copy(value_get(account->head, "order")));

	value_set_text(order, "continues", account->id);
	value_set_text(order, "serial_again", settings->serial);
	value_set_text(order, "outage", settings->outage);
	return attend_runs(state, orders,
			   &(struct attending){.json = settings->json,
					       .brief = settings->brief,
					       .photos = {settings->photos, settings->photos_from,
							  settings->camera},
					       .readers = settings->readers},
			   err);
}

static int end(const struct continue_settings *settings, const char *state,
	       const struct account *account, struct error *err)
{
	struct value *request = value_map(), *answer;

	value_set_text(request, "do", "end");
	value_set_text(request, "run", account->id);
	value_set_text(request, "why", settings->why);
	answer = request_answer(state, request, err);
	if (!answer)
		return -1;
	if (settings->json)
		json_print(stdout, answer);
	else
		printf(say(TEXTS.ended), account->id);
	value_free(answer);
	return 0;
}

static int check(const struct continue_settings *settings, const struct account *account,
		 struct error *err)
{
	const char *verdict = value_get_text(account->verdict, "verdict");
	const struct value *order = value_get(account->head, "order");

	if (verdict)
		return error_set(err, ERROR_USAGE, say(TEXTS.has_ended), account->id, verdict);
	if (!order)
		return error_set(err, ERROR_USAGE, say(TEXTS.no_head), account->id);
	if (value_get_bool(order, "simulated") && !value_get_bool(order, "rig")) {
		if (settings->readers)
			return scan_source_refuse_simulated(err);
		if (settings->photos || settings->photos_from || settings->camera)
			return photo_source_refuse_simulated(err);
	}
	if (settings->end && !settings->why)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.no_why));
	if (settings->why && !settings->end)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.only_end));
	return 0;
}

static int take_up(void *ctx, char **operands, int count, struct error *err)
{
	const struct continue_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	char *folder = state ? account_find(state, operands[0], err) : NULL;
	struct account *account = folder ? account_read(folder, err) : NULL;
	int code = -1;

	(void)count;
	if (account && check(settings, account, err) == 0)
		code = (settings->end ? end : go_on)(settings, state, account, err);
	account_free(account);
	free(folder);
	free(state);
	return code;
}

const struct command COMMAND_CONTINUE = {
	.name = "continue",
	.operands = "RUN",
	.least = 1,
	.most = 1,
	.summary = {"go on with an interrupted run, or end it", "继续或结束被中断的检验"},
	.more = {"A run is interrupted when its bench loses its power in a wait in which its "
		 "protocol "
		 "allows that; `davy list runs` says so.\n"
		 "It goes on with the same files, instruments and specimen, and how long the bench "
		 "was away is judged. Anywhere else a run that lost its bench is ABORTED.",
		 "检验程序允许中断的等待期间台架断电,该次检验即为“已中断”,见 `davy list runs`。\n"
		 "须以同样的文件、检测设备与样品继续,中断时长计入判定;"
		 "其他情形下断电的检验一律按检验中止结束。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct continue_settings),
	.run = take_up,
};

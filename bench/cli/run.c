/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy run: orders a run from the controller, or one for each of several slots, shows it, and ends with
 * what it was found to be, the worst of several (cli/attend.c).
 */
#include <stdlib.h>

#include "cli/attend.h"
#include "cli/commands.h"
#include "cli/order.h"
#include "cli/place.h"

static int run(void *ctx, char **operands, int count, struct error *err)
{
	const struct run_settings *settings = ctx;
	struct value *orders = orders_of_settings(settings, operands[0], err);
	char *state = orders ? place_state(settings->state, err) : NULL;
	int code = -1;

	(void)count;
	if (state)
		code = attend_runs(
			state, orders,
			&(struct attending){.json = settings->json, .brief = settings->brief}, err);
	else
		value_free(orders);
	free(state);
	return code;
}

const struct command COMMAND_RUN = {
	.name = "run",
	.operands = "PROTOCOL",
	.least = 1,
	.most = 1,
	.summary = {"run a protocol on a device under test", "对受检样品执行检验程序"},
	.more = {"PROTOCOL is a file, its name without .lua, or an id that `davy list` shows.\n"
		 "Several slots are a batch: each run has its own journal and verdict, and the "
		 "exit code is of the worst.\n"
		 "Ctrl-C stops: finally blocks run, then everything is made safe; a second Ctrl-C "
		 "skips the blocks.",
		 "PROTOCOL 为文件、去掉 .lua 的文件名,或 `davy list` 给出的编号。\n"
		 "给出多个工位即为一批:每次检验各有日志与判定,退出码取最差者。\n"
		 "Ctrl-C 停止:先执行 finally 收尾,再全部置于安全状态;再按一次则立即置于安全状态。"},
	.options = RUN_OPTIONS,
	.settings_size = sizeof(struct run_settings),
	.run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy run: orders a run from the controller, or one for each of several slots, shows it, and ends with
 * what it was found to be, the worst of several (cli/attend.c).
 */
#include <stdlib.h>

#include "cli/attend.h"
#include "cli/commands.h"
#include "cli/job_state.h"
#include "cli/order.h"
#include "cli/place.h"

static const struct {
	struct words no_protocol, no_order;
} TEXTS = {
	.no_protocol = {"davy run needs PROTOCOL, or --order NUMBER, which says it",
			"davy run 须给出检验程序,或用 --order 指明任务"},
	.no_order = {"--stage is one of a job order: --order NUMBER", "--stage 须与 --order 同用"},
};

static int attend(const struct run_settings *settings, const char *state, const char *protocol,
		  struct error *err)
{
	struct value *orders = orders_of_settings(settings, protocol, err);

	if (!orders)
		return -1;
	return attend_runs(state, orders,
			   &(struct attending){.json = settings->json,
					       .brief = settings->brief,
					       .photos = {settings->photos, settings->photos_from,
							  settings->camera},
					       .readers = settings->readers},
			   err);
}

/* A stage of a job order says what is run. */
static int run_stage(struct run_settings *settings, const char *state, const char *protocol,
		     struct error *err)
{
	struct job_state job;
	int code = -1;

	if (job_state_read(&job, state, settings->order, err) == 0 &&
	    job_state_apply(&job, settings, &protocol, err) == 0)
		code = attend(settings, state, protocol, err);
	job_state_done(&job);
	return code;
}

static int run(void *ctx, char **operands, int count, struct error *err)
{
	struct run_settings *settings = ctx;
	const char *protocol = count ? operands[0] : NULL;
	char *state;
	int code;

	if (!protocol && !settings->order)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.no_protocol));
	if (settings->stage && !settings->order)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.no_order));
	state = place_state(settings->state, err);
	if (!state)
		return -1;
	code = settings->order ? run_stage(settings, state, protocol, err)
			       : attend(settings, state, protocol, err);
	free(state);
	return code;
}

const struct command COMMAND_RUN = {
	.name = "run",
	.operands = "[PROTOCOL]",
	.least = 0,
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

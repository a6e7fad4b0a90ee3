/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy controller: the bench itself. The service manager starts it; a command that finds none starts one
 * that leaves when nobody needs it.
 */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/place.h"
#include "run/controller.h"

struct controller_settings {
	const char *state;
	bool leave;
	int64_t ready_fd; /* 0: nobody waits, for it cannot be the ready descriptor */
};

static const struct option OPTIONS[] = {
	OPTION_STATE_ROW(struct controller_settings),
	{"leave-when-idle",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct controller_settings, leave),
	 {"end when no command and no run needs it", "无命令、无检验时自行退出"}},
	{"ready-fd",
	 OPTION_WHOLE,
	 "N",
	 offsetof(struct controller_settings, ready_fd),
	 {"descriptor to close once it listens", "开始监听后关闭的描述符"}},
	{0},
};

static int serve(void *ctx, char **operands, int count, struct error *err)
{
	const struct controller_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	char *program = state ? place_program(err) : NULL;
	int ready = settings->ready_fd ? (int)settings->ready_fd : -1;
	int done = -1;

	(void)operands;
	(void)count;
	if (program)
		done = controller_serve(state, program, settings->leave, ready, err);
	free(program);
	free(state);
	/* started by a command, and another was quicker: that one serves, and all is well */
	if (done < 0 && ready >= 0 && err->kind == ERROR_REFUSED)
		done = 0;
	return done;
}

const struct command COMMAND_CONTROLLER = {
	.name = "controller",
	.operands = "",
	.summary = {"be the controller of a state folder, until SIGTERM",
		    "作为数据目录的控制器运行,直至 SIGTERM"},
	.options = OPTIONS,
	.settings_size = sizeof(struct controller_settings),
	.hidden = true,
	.run = serve,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy guardian: the process that makes the outputs safe when its controller is dead. The controller and
 * `davy safe` start it, with a socket to themselves as descriptor 3; by itself it guards nobody.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "cli/commands.h"
#include "cli/place.h"
#include "run/vigil.h"

enum { SOCKET = 3 };

struct guardian_settings {
	const char *state;
};

static const struct option OPTIONS[] = {
	OPTION_STATE_ROW(struct guardian_settings),
	{0},
};

static int guard(void *ctx, char **operands, int count, struct error *err)
{
	const struct guardian_settings *settings = ctx;
	int type = 0, done;
	socklen_t size = sizeof(type);
	char *state;

	(void)operands;
	(void)count;
	if (getsockopt(SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET)
		return error_set(err, ERROR_USAGE,
				 "a guardian is started by its controller; to make outputs safe, "
				 "call `davy safe`");
	state = place_state(settings->state, err);
	done = state ? vigil_keep(state, SOCKET, err) : -1;
	free(state);
	return done;
}

const struct command COMMAND_GUARDIAN = {
	.name = "guardian",
	.operands = "",
	.summary = {"make the outputs safe when the controller dies",
		    "控制器失效时将输出置于安全状态"},
	.options = OPTIONS,
	.settings_size = sizeof(struct guardian_settings),
	.hidden = true,
	.run = guard,
};

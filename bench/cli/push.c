/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy push: be the process of one destination. This program does not know the network: it connects to the controller, and
 * becomes davy-push, which gets nothing but that connection.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/carry.h"
#include "cli/commands.h"
#include "cli/conversation.h"
#include "cli/place.h"
#include "cli/push.h"
#include "run/controller.h"

enum { GREETINGS = 5 };
#define PATIENCE SEC(30)

struct push_settings {
	const char *state;
	bool once;
};

static const struct option OPTIONS[] = {
	{"once",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct push_settings, once),
	 {"end when nothing is due for the moment", "当前无待送记录时退出"}},
	OPTION_STATE_ROW(struct push_settings),
	{0},
};

static const struct words GONE = {
	"the program that brings records to destinations cannot be started", "无法启动投递程序"};

/* A controller that nobody needed may leave just when we come; from its answer on it knows that we are there. */
static int connect_controller(const char *state, struct error *err)
{
	for (int again = 0; again < GREETINGS; again++) {
		int fd = controller_connect(state, err);
		struct value *status =
			fd < 0 ? NULL : conversation_ask(fd, "status", PATIENCE, err);

		value_free(status);
		if (status)
			return fd;
		if (fd < 0)
			return -1;
		close(fd);
	}
	return -1;
}

/* Becomes that program; returns only where it cannot. */
static void become(const char *program, const char *state, const char *destination, int fd,
		   bool once)
{
	char *number = xprintf("%d", fd);
	char *const arguments[] = {(char *)program,	     (char *)state,
				   (char *)destination,	     number,
				   once ? "once" : "always", NULL};

	fcntl(fd, F_SETFD, 0);
	execv(program, arguments);
	free(number);
}

int push_once(const char *state, const char *destination, struct error *err)
{
	int by_hand = carry_is(state, destination, err), status = 0, fd;
	char *program;
	pid_t child;

	if (by_hand)
		return by_hand < 0 ? -1 : carry_once(state, destination, err);
	program = place_push_program(err);
	fd = program ? connect_controller(state, err) : -1;
	child = fd < 0 ? -1 : fork();

	if (child == 0) {
		become(program, state, destination, fd, true);
		_exit(EXIT_IS_ERROR);
	}
	if (fd >= 0)
		close(fd);
	free(program);
	if (fd < 0)
		return -1;
	if (child < 0 || waitpid(child, &status, 0) != child)
		return error_os(err, "%s", say(GONE));
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_IS_ERROR;
}

static int run_push(void *ctx, char **operands, int count, struct error *err)
{
	const struct push_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int by_hand = state ? carry_is(state, operands[0], err) : -1, fd;
	char *program = by_hand ? NULL : place_push_program(err);

	(void)count;
	if (by_hand) {
		by_hand = by_hand < 0 ? -1 : carry_once(state, operands[0], err);
		free(state);
		return by_hand;
	}
	fd = program ? connect_controller(state, err) : -1;
	if (fd >= 0) {
		become(program, state, operands[0], fd, settings->once);
		error_os(err, "%s: %s", program, say(GONE));
	}
	free(program);
	free(state);
	return -1;
}

const struct command COMMAND_PUSH = {
	.name = "push",
	.operands = "DESTINATION",
	.least = 1,
	.most = 1,
	.summary = {"bring records to a destination, as long as it runs", "持续向目的地投递记录"},
	.more = {"One process for each destination of destinations.json, started by the service "
		 "manager or by hand. It may be killed at any time: nothing is lost and nothing is "
		 "there twice. `davy outbox drain` does the same once. To a stick (kind bag) it "
		 "makes one "
		 "trip: it takes the receipts that lie there and writes one bag of all that is "
		 "due. A broker (kind mqtt) is shown live what goes on, which is no evidence.",
		 "destinations.json "
		 "中每个目的地一个进程,由服务管理器或手工启动。可随时终止:记录不丢失、"
		 "不重复。`davy outbox drain` 只投递一次。目的地为存储盘(bag 类)时只走一趟:"
		 "收录盘上的回执,并将待送记录写成一个数据包。目的地为消息代理(mqtt "
		 "类)时只作实时显示,不是证据。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct push_settings),
	.run = run_push,
};

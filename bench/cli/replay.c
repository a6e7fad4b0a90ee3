/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy replay: does a run again from its journal (run/replay.h) and says how much of it came out bit for
 * bit as it stands there. Ends with 0 when everything did, whatever the verdict was, and with 3 when it
 * did not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/place.h"
#include "run/account.h"
#include "run/replay.h"

struct replay_settings {
	const char *state;
};

static const struct option OPTIONS[] = {
	OPTION_STATE_ROW(struct replay_settings),
	{0},
};

static const struct {
	struct words same;
} TEXTS = {
	.same = {"replayed, bit for bit: %ld messages, %ld samples, %ld readings, %ld measures",
		 "重演逐位一致:消息 %ld 条,采样 %ld 个,读数 %ld 个,检验项目 %ld 个"},
};

static void print_replay(const char *folder, const struct replay *replay)
{
	struct buf line;

	buf_init(&line);
	figure_provenance(&line, value_get_bool(replay->summary, "simulated"));
	figure_verdict(&line, verdict_name(replay->verdict));
	printf("%s  %s\n  ", line.data, strrchr(folder, '/') + 1);
	printf(say(TEXTS.same), replay->messages, replay->samples, replay->readings,
	       replay->measures);
	putchar('\n');
	buf_done(&line);
}

static int replay_again(void *ctx, char **operands, int count, struct error *err)
{
	const struct replay_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	char *folder = state ? account_find(state, operands[0], err) : NULL;
	char *program = folder ? place_program(err) : NULL;
	struct replay replay = {0};
	int code = -1;

	(void)count;
	if (program)
		code = replay_run(folder, program, &replay, err);
	if (code == 0)
		print_replay(folder, &replay);
	value_free(replay.summary);
	free(program);
	free(folder);
	free(state);
	return code;
}

const struct command COMMAND_REPLAY = {
	.name = "replay",
	.operands = "RUN",
	.least = 1,
	.most = 1,
	.summary = {"do a run again from its journal and compare every bit",
		    "按日志重演一次检验并逐位比较"},
	.options = OPTIONS,
	.settings_size = sizeof(struct replay_settings),
	.run = replay_again,
};

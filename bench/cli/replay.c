/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy replay: does a run again from its journal (run/replay.h) and says how much of it came out bit for
 * bit as it stands there. Ends with 0 when everything did, whatever the verdict was, and with 3 when it
 * did not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/place.h"
#include "record/bag.h"
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
	struct words same, gaps;
} TEXTS = {
	.gaps = {", interruptions: %ld", ",中断 %ld 次"},
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
	if (replay->interruptions)
		printf(say(TEXTS.gaps), replay->interruptions);
	putchar('\n');
	buf_done(&line);
}

static int replay_folder(const char *folder, const char *program, struct error *err)
{
	struct replay replay = {0};
	int code = replay_run(folder, program, &replay, err);

	if (code == 0)
		print_replay(folder, &replay);
	value_free(replay.summary);
	return code;
}

/* Every run whose journal is in it, up to the first that comes out otherwise. */
static int replay_bundle(const char *bundle, const char *program, struct error *err)
{
	size_t count;
	char *data = xprintf("%s/data", bundle), **names = account_list(data, &count);
	int code = count ? 0 : error_set(err, ERROR_USAGE, "%s: there is no journal in it", bundle);

	for (size_t i = 0; i < count; i++) {
		char *folder = xprintf("%s/runs/%s", data, names[i]);

		if (code == 0 && replay_folder(folder, program, err) < 0)
			code = error_context(err, "%s", names[i]);
		free(folder);
		free(names[i]);
	}
	free(names);
	free(data);
	return code;
}

static int replay_again(void *ctx, char **operands, int count, struct error *err)
{
	const struct replay_settings *settings = ctx;
	char *program = place_program(err), *state = NULL, *folder = NULL;
	int code = -1;

	(void)count;
	if (program && bag_is(operands[0])) {
		code = replay_bundle(operands[0], program, err);
	} else if (program) {
		state = place_state(settings->state, err);
		folder = state ? account_find(state, operands[0], err) : NULL;
		code = folder ? replay_folder(folder, program, err) : -1;
	}
	free(folder);
	free(state);
	free(program);
	return code;
}

const struct command COMMAND_REPLAY = {
	.name = "replay",
	.operands = "RUN|BUNDLE",
	.least = 1,
	.most = 1,
	.summary = {"do a run again from its journal and compare every bit",
		    "按日志重演一次检验并逐位比较"},
	.options = OPTIONS,
	.settings_size = sizeof(struct replay_settings),
	.run = replay_again,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replay: the script runs again in a process of its own, and run/feed.c gives it what the journal holds.
 */
#include "run/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/feed.h"
#include "run/replay_checks.h"

struct replaying {
	struct feed feed;
	struct course course;
	struct loop *loop;
};

static void feed_ended(void *ctx)
{
	struct replaying *replaying = ctx;

	loop_quit(replaying->loop);
}

/* ---- the script ---- */

static void take_frame(void *ctx, const struct frame *frame)
{
	feed_frame(ctx, frame);
}

static void idle(void *ctx)
{
	feed_read_on(ctx);
}

static void ended(void *ctx, const char *why)
{
	struct feed *feed = ctx;
	struct error err;

	/* a process that said DONE ends, and one that died did so in the run, too: read what is left */
	if (feed->over)
		return;
	feed->deaf = true;
	feed_read_on(feed);
	if (feed->failed) {
		error_context(&feed->err, "the script's process %s", why);
	} else if (!feed->over) {
		error_set(&err, ERROR_DEVICE, "the script's process %s", why);
		feed_fail(feed, &err);
	}
}

/* ---- beginning and ending ---- */

/* A run that ended before its script began has none to start. */
static int replay_unbegun(struct feed *feed)
{
	feed->deaf = true;
	feed_read_on(feed);
	return 0;
}

static int start_script(struct replaying *replaying, const char *program, struct error *err)
{
	static const struct peer_handlers HANDLERS = {take_frame, idle, ended};
	static const char *const KEYS[] = {"fixture_source", "protocol_source"};
	char *argv[] = {(char *)program, NULL};
	struct feed *feed = &replaying->feed;

	feed->runner = peer_start(replaying->loop, loop_real_clock(replaying->loop), argv, -1,
				  &HANDLERS, feed, err);
	if (!feed->runner)
		return -1;
	for (int i = 0; i < 2; i++) {
		const char *name;
		const char *text = replay_head_source(&feed->head, KEYS[i], &name);

		if (!text)
			return error_set(err, ERROR_DEVICE, "the journal lacks the %s", KEYS[i]);
		peer_add_source(feed->runner, name, text, strlen(text));
	}
	peer_add(feed->runner, FRAME_START, 0, feed->head.start);
	peer_flush(feed->runner);
	return 0;
}

static void replay_free(struct replaying *replaying)
{
	peer_free(replaying->feed.runner);
	if (replaying->feed.course)
		course_done(&replaying->course);
	feed_done(&replaying->feed);
	if (replaying->loop)
		loop_free(replaying->loop);
	free(replaying);
}

int replay_run(const char *folder, const char *program, struct replay *replay, struct error *err)
{
	struct replaying *replaying;
	struct feed *feed;
	int done;

	memset(replay, 0, sizeof(*replay));
	done = replay_checks(folder, replay, err);
	if (done <= 0)
		return done;
	done = -1;
	replaying = xcalloc(1, sizeof(*replaying));
	feed = &replaying->feed;
	feed->replay = replay;
	feed->ended = feed_ended;
	feed->ctx = replaying;
	replaying->loop = loop_new(err);
	if (replaying->loop && replay_head_read(&feed->head, folder, err) == 0) {
		feed_course(feed, &replaying->course);
		feed->folder = xstrdup(folder);
		feed->reader = journal_reader_open(folder, err);
		if (feed->reader && !feed->head.start)
			done = replay_unbegun(feed);
		else if (feed->reader && start_script(replaying, program, err) == 0)
			done = loop_run(replaying->loop, err);
	}
	if (done == 0 && feed->failed) {
		*err = feed->err;
		done = -1;
	}
	replay_free(replaying);
	return done;
}

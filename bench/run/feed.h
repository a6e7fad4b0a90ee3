/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reading half of a replay: a journal is read item by item into a course like the one that ran.
 *
 * What the script emits now is compared with what it emitted then, and what the course says now with what
 * the journal holds. No wire is touched: every sample, answer and end stands in the journal. Whoever owns a
 * feed starts the script's process (`runner`) and calls feed_read_on() whenever it owes nothing.
 */
#ifndef RUN_FEED_H
#define RUN_FEED_H

#include <stdbool.h>

#include "run/course.h"
#include "run/journal_read.h"
#include "run/replay.h"
#include "run/replay_breath.h"
#include "run/replay_bytes.h"
#include "run/replay_expected.h"
#include "run/replay_head.h"
#include "run/run.h"
#include "wire/peer.h"

struct feed {
	struct replay *replay;
	struct loop *loop;
	struct journal_reader *reader;
	struct replay_head head;
	struct course course;
	bool course_ready;
	struct peer *runner;
	struct expected *script, *bench; /* emitted now, not yet met in the journal */
	struct replay_bytes *bytes;
	struct replay_breath *breath;
	enum verdict cause;
	char cause_why[RUN_WHY];
	bool stopping;	/* finally blocks only */
	bool tripped;	/* the script no longer counts */
	bool deaf;	/* it is not listened to any more */
	bool recovered; /* the controller was gone before the end */
	bool over, failed;
	struct error err;
};

/* The course of feed->head, which must have been read. */
void feed_course(struct feed *feed);

/* Reads until the verdict, a failure, or until the script owes an answer to what it was sent. */
void feed_read_on(struct feed *feed);

/* What the script says now; its line in the journal must say the same. */
void feed_frame(struct feed *feed, const struct frame *frame);

/* Ends the feed with this error (copied; the first one counts) and its loop with it. */
void feed_fail(struct feed *feed, const struct error *err);

/* Frees what the feed holds, the runner's process and the reader too; the loop stays its owner's. */
void feed_done(struct feed *feed);

#endif

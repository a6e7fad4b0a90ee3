/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reading half of a replay: a journal is read item by item into a course like the one that ran.
 *
 * What the script emits now is compared with what it emitted then, and what the course says now with what
 * the journal holds. No wire is touched: every sample, answer and end stands in the journal. Whoever owns a
 * feed starts the script's process (`runner`), and calls feed_read_on() whenever it owes nothing. A replay feeds a
 * journal to its verdict; a run that is taken up again feeds that of its interrupted self to the end, and goes on
 * with the same course and the same process.
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
	void (*ended)(void *ctx); /* it is over, or has failed; not to be freed in it */
	void *ctx;
	struct journal_reader *reader;
	char *folder; /* of the run */
	struct replay_head head;
	struct course *course;		 /* the owner's */
	struct peer *runner;		 /* the owner's */
	bool goes_on;			 /* the journal has no verdict and ends interrupted */
	long at_once;			 /* lines and entries read without a break; 0: all */
	struct expected *script, *bench; /* emitted now, not yet met in the journal */
	struct replay_bytes *bytes;
	struct replay_breath *breath;
	struct value *stands;  /* the latest line of this kind, or NULL */
	struct value *devices; /* identities by device, or NULL */
	enum verdict cause;
	char cause_why[RUN_WHY];
	bool stopping;	/* finally blocks only */
	bool tripped;	/* the script no longer counts */
	bool deaf;	/* it is not listened to any more */
	bool recovered; /* the controller was gone before the end */
	bool interrupted;
	nsec cut; /* … behind which the bench saw nothing until it was resumed */
	bool over, failed;
	struct error err;
};

/* Make the course of feed->head, which must have been read, and feed it. */
void feed_course(struct feed *feed, struct course *course);
/* Feed a course that was made of the same head; whoever takes it back gives it another host. */
void feed_attach(struct feed *feed, struct course *course);

/*
 * Reads until the verdict, the end, a failure, or until the script owes an answer to what it was sent. True: it only
 * made a break, and is to be called again.
 */
bool feed_read_on(struct feed *feed);

/* What the script says now; its line in the journal must say the same. */
void feed_frame(struct feed *feed, const struct frame *frame);

/* Ends the feed with this error (copied; the first one counts). */
void feed_fail(struct feed *feed, const struct error *err);

/* Frees what the feed holds, the reader too; course and process stay their owner's. */
void feed_done(struct feed *feed);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of tags or codes beside a bench, of which runs ask a scan now and then (run/reader.h reads). What one of them
 * reads is an answer when it was laid before it while something was asked, and nothing else was there.
 *
 * What is before a reader already when the question comes is no answer to it, and neither is what has just answered
 * another one: it must have been away for SCAN_DESK_AWAY. What a reader that is asked finds at its first look lay there
 * before. Two that are read within SCAN_DESK_SETTLES of each other are told of and none is taken; both must be away before
 * another is. So are two that come before two readers within SCAN_DESK_AWAY of each other: that may be one specimen, with
 * its tag and its code.
 *
 * A reader that speaks by itself is silent between two readings of one code, and nobody knows whether that was taken away.
 * Specimens are told apart by what is read; so what has answered for one slot does not answer for another next.
 */
#ifndef DAVY_RUN_SCAN_DESK_H
#define DAVY_RUN_SCAN_DESK_H

#include "run/reader.h"

/* Of a reader that is asked every 0.2 s: five times nothing, and thrice the same. */
#define SCAN_DESK_AWAY SEC(1)
#define SCAN_DESK_SETTLES MSEC(600)

struct scan_desk;
struct scan_reader;

/* Why what was read is not taken. */
enum scan_doubt_kind {
	SCAN_DOUBT_TWO = 1,  /* `other` was there as well */
	SCAN_DOUBT_LIES,     /* it lay there before the reader was asked at all */
	SCAN_DOUBT_REPEATED, /* it has answered for `slot`, and another asks now */
};

struct scan_doubt {
	enum scan_doubt_kind kind;
	const char *text, *other;
	int64_t slot;
};

/* None frees the desk. `ctx` is the reader's, as it was added. */
struct scan_desk_handlers {
	/* The answer, with the name that the driver has for it ("tag"). Nothing is asked any more. */
	void (*answered)(void *ctx, const char *scan, const char *text);
	/* Told once: of two for each time that they are there, of what is repeated for each question. */
	void (*doubted)(void *ctx, const struct scan_doubt *doubt);
	/* As reader.h has it. Nothing follows from this reader. */
	void (*failed)(void *ctx, const struct error *err);
};

/* Nothing is asked yet. */
struct scan_desk *scan_desk_new(struct bench_clock *clock,
				const struct scan_desk_handlers *handlers);
void scan_desk_free(struct scan_desk *desk); /* accepts NULL; closes all ports */
/* As reader_new(): takes the port, borrows the driver. The reader is the desk's. */
struct scan_reader *scan_desk_add(struct scan_desk *desk, struct serial *serial,
				  const struct driver *driver, bool may_be_played, void *ctx,
				  struct error *err);
/* Takes it off and closes its port; not from a handler of its own. */
void scan_desk_remove(struct scan_reader *reader);
/* This slot asks for something from now on, until it is answered or withdrawn. */
void scan_desk_ask(struct scan_desk *desk, int64_t slot);
void scan_desk_withdraw(struct scan_desk *desk);
/* As the reader named itself, "" where it cannot be asked; borrowed. */
const char *scan_reader_identity(const struct scan_reader *reader);

#endif

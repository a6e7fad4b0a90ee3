/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of tags or codes beside a bench, of which a run asks a scan now and then (run/reader.h reads). What it reads
 * is an answer when it was laid before it while something was asked, and nothing else was there.
 *
 * What is before the reader already when the question comes is no answer to it, and neither is what has just answered
 * another one: it must have been away for SCAN_DESK_AWAY. Two that are read within SCAN_DESK_SETTLES of each other are
 * told of and none is taken; both must be away before another is.
 */
#ifndef DAVY_RUN_SCAN_DESK_H
#define DAVY_RUN_SCAN_DESK_H

#include "run/reader.h"

/* Of a reader that is asked every 0.2 s: five times nothing, and thrice the same. */
#define SCAN_DESK_AWAY SEC(1)
#define SCAN_DESK_SETTLES MSEC(600)

struct scan_desk;

struct scan_desk_handlers {
	/* The answer, with the name that the driver has for it ("tag"). Nothing is asked any more. None frees the desk. */
	void (*answered)(void *ctx, const char *scan, const char *text);
	/* Two were there: told once for each time. */
	void (*doubted)(void *ctx, const char *one, const char *other);
	/* As reader.h has it. Nothing follows. */
	void (*failed)(void *ctx, const struct error *err);
};

/* As reader_new(): takes the port, borrows the driver. Nothing is asked yet. */
struct scan_desk *scan_desk_new(struct bench_clock *clock, struct serial *serial,
				const struct driver *driver, bool may_be_played,
				const struct scan_desk_handlers *handlers, void *ctx,
				struct error *err);
void scan_desk_free(struct scan_desk *desk); /* accepts NULL; closes the port */
/* Something is asked from now on, until it is answered or withdrawn. */
void scan_desk_ask(struct scan_desk *desk);
void scan_desk_withdraw(struct scan_desk *desk);
/* As the reader named itself, "" where it cannot be asked; borrowed. */
const char *scan_desk_identity(const struct scan_desk *desk);

#endif

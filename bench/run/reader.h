/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of tags or codes on a port of its own, outside any run: it is asked who it is, then for what it reads,
 * again and again, or is listened to. What it reads is a text, never a reading.
 */
#ifndef DAVY_RUN_READER_H
#define DAVY_RUN_READER_H

#include "loop/clock.h"
#include "port/serial.h"
#include "run/driver.h"

struct reader;

struct reader_handlers {
	/* `scan` is its name in the driver: "tag", "code". None of these frees the reader. */
	void (*said)(void *ctx, const char *scan, const char *text);
	/*
	 * It cannot be used: it does not answer, is another instrument, is played (SIM) where it should be real, or
	 * its wire is gone. Nothing follows.
	 */
	void (*failed)(void *ctx, const struct error *err);
	/* It has said who it is, or its driver has no such question: it is read from now on. May be NULL. */
	void (*began)(void *ctx);
};

/*
 * Takes the port; the driver is borrowed, and has at least one scan. Nothing is called before it returns.
 * ERROR_USAGE: a driver that scans nothing.
 */
struct reader *reader_new(struct bench_clock *clock, struct serial *serial,
			  const struct driver *driver, bool may_be_played,
			  const struct reader_handlers *handlers, void *ctx, struct error *err);
void reader_free(struct reader *reader); /* accepts NULL; closes the port */
/* As it named itself, "" where it cannot be asked; borrowed. */
const char *reader_identity(const struct reader *reader);
/* Why nothing was read so far, "there is no tag before the reader", or ""; borrowed. */
const char *reader_doubt(const struct reader *reader);

#endif

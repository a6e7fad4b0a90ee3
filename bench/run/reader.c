/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver's scans are asked in turn, one every PAUSE, for as long as the reader lives: that nothing is before it is an
 * answer like another. One that does not answer at all is told of, after its driver's tries: silence is not
 * "no tag".
 */
#include "run/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/link.h"
#include "port/listener.h"
#include "run/provenance.h"

#define PAUSE MSEC(200)

struct reader {
	struct bench_clock *clock;
	const struct driver *driver;
	struct reader_handlers handlers;
	void *ctx;
	bool may_be_played;
	struct link *link;
	struct listener *listener;
	struct listener_kind kinds[DRIVER_STREAMS];
	struct exchange exchange;
	struct timer timer;
	size_t next; /* scan */
	char identity[96], doubt[160];
};

static void fail(struct reader *reader, const struct error *err)
{
	link_cancel(reader->link, reader);
	timer_stop(&reader->timer);
	reader->handlers.failed(reader->ctx, err);
}

static void ask_next(void *ctx);

static void pause_a_little(struct reader *reader)
{
	timer_start(&reader->timer, reader->clock, clock_now(reader->clock) + PAUSE, TIMER_POLL,
		    ask_next, reader);
}

static void scanned(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct reader *reader = ctx;
	const struct driver_item *scan = reader->exchange.item;
	char text[SCAN_TEXT];
	struct error why;

	if (err && err->kind != ERROR_DEVICE) {
		fail(reader, err);
		return;
	}
	if (err)
		why = *err;
	else if (exchange_text(&reader->exchange, bytes, size, text, sizeof(text), &why) == 0 &&
		 driver_scanned(reader->driver, scan, bytes, size, text, &why) == 0) {
		pause_a_little(reader);
		reader->handlers.said(reader->ctx, scan->name, text);
		return;
	}
	snprintf(reader->doubt, sizeof(reader->doubt), "%s", why.text);
	pause_a_little(reader);
}

/* The next scan that is asked for; there may be none. */
static void ask_next(void *ctx)
{
	struct reader *reader = ctx;
	const struct driver *driver = reader->driver;

	for (size_t i = 0; i < driver->scan_count; i++) {
		const struct driver_item *scan = &driver->scan[reader->next++ % driver->scan_count];

		if (scan->streamed)
			continue;
		exchange_read(&reader->exchange, driver, scan, 1);
		exchange_ask(&reader->exchange, reader->link, scanned, reader);
		return;
	}
}

static void read_on(struct reader *reader)
{
	if (reader->handlers.began)
		reader->handlers.began(reader->ctx);
	ask_next(reader);
}

static int check_identity(const struct reader *reader, struct error *err)
{
	const char *is = reader->driver->identity_is;

	if (strncmp(reader->identity, is, strlen(is)) != 0)
		return error_set(err, ERROR_DEVICE, "it says it is '%s', and '%s' was expected",
				 reader->identity, is);
	if (!reader->may_be_played && provenance_is_played(reader->identity))
		return error_set(err, ERROR_DEVICE,
				 "'%s' is played by a simulator, and what it reads identifies "
				 "nothing",
				 reader->identity);
	return 0;
}

static void identified(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct reader *reader = ctx;
	struct error why;

	if (err ||
	    exchange_text(&reader->exchange, bytes, size, reader->identity,
			  sizeof(reader->identity), &why) < 0 ||
	    check_identity(reader, &why) < 0) {
		fail(reader, err ? err : &why);
		return;
	}
	read_on(reader);
}

/* What is streamed and is no scan of the driver is nobody's. */
static void message_came(void *ctx, size_t kind, nsec whole, const uint8_t *bytes, size_t size)
{
	struct reader *reader = ctx;
	char text[SCAN_TEXT];
	struct error why;

	(void)whole;
	for (size_t i = 0; i < reader->driver->scan_count; i++) {
		const struct driver_item *scan = &reader->driver->scan[i];

		if (!scan->streamed || scan->stream != kind)
			continue;
		if (driver_scanned(reader->driver, scan, bytes, size, text, &why) == 0)
			reader->handlers.said(reader->ctx, scan->name, text);
		else
			snprintf(reader->doubt, sizeof(reader->doubt), "%s", why.text);
		return;
	}
}

static void wire_changed(void *ctx, const char *why)
{
	struct reader *reader = ctx;
	struct error err;

	if (!why)
		return;
	error_set(&err, ERROR_LINK, "its wire is gone: %s", why);
	fail(reader, &err);
}

static void begin(void *ctx)
{
	struct reader *reader = ctx;

	if (!reader->driver->identifies) {
		read_on(reader);
		return;
	}
	exchange_read(&reader->exchange, reader->driver, &reader->driver->identity, 1);
	exchange_ask(&reader->exchange, reader->link, identified, reader);
}

struct reader *reader_new(struct bench_clock *clock, struct serial *serial,
			  const struct driver *driver, bool may_be_played,
			  const struct reader_handlers *handlers, void *ctx, struct error *err)
{
	struct reader *reader;

	if (driver->scan_count == 0) {
		serial_close(serial);
		error_set(err, ERROR_USAGE, "driver %s scans nothing: it is no reader", driver->id);
		return NULL;
	}
	reader = xcalloc(1, sizeof(*reader));
	*reader = (struct reader){.clock = clock,
				  .driver = driver,
				  .handlers = *handlers,
				  .ctx = ctx,
				  .may_be_played = may_be_played};
	for (size_t i = 0; i < driver->stream_count; i++)
		reader->kinds[i] = (struct listener_kind){.frame = driver->stream[i].frame,
							  .line = driver->stream[i].layout};
	reader->link = link_new(clock, serial, serial_frame_silence(&serial->settings), NULL, NULL);
	link_on_change(reader->link, wire_changed, reader);
	if (driver->stream_count > 0)
		reader->listener = listener_new(clock, serial, reader->kinds, driver->stream_count,
						driver->ends, message_came, reader);
	timer_start(&reader->timer, clock, clock_now(clock), TIMER_POLL, begin, reader);
	return reader;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	timer_stop(&reader->timer);
	link_cancel(reader->link, reader);
	listener_free(reader->listener);
	link_free(reader->link);
	free(reader);
}

const char *reader_identity(const struct reader *reader)
{
	return reader->identity;
}

const char *reader_doubt(const struct reader *reader)
{
	return reader->doubt;
}

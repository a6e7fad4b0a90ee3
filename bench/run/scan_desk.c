/* SPDX-License-Identifier: Apache-2.0 */
#include "run/scan_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct scan_reader {
	struct scan_reader *next;
	struct scan_desk *desk;
	struct reader *reader;
	const struct driver *driver;
	void *ctx;
	bool has_read, is_doubted;
	nsec came_at, read_at; /* since when something is there, and when it was seen last … */
	char read[SCAN_TEXT];  /* … and what it was */
};

struct scan_desk {
	struct bench_clock *clock;
	struct scan_desk_handlers handlers;
	struct scan_reader *readers;
	bool is_asked, is_told, has_answered;
	int64_t slot, answered_slot; /* that asks; for which `answered` was taken */
	char answered[SCAN_TEXT];
	struct scan_reader *settles; /* while the timer runs */
	char answer[SCAN_TEXT], scan[32];
	struct timer settling;
};

/* ---- what is there ---- */

static bool is_there(const struct scan_reader *reader, nsec now)
{
	return reader->has_read && now - reader->read_at <= SCAN_DESK_AWAY;
}

/* One tag within reach of two readers, or carried from one to the other, is one tag. */
static bool is_seen(const struct scan_desk *desk, const char *text, nsec now)
{
	const struct scan_reader *reader = desk->readers;

	while (reader && !(is_there(reader, now) && !strcmp(reader->read, text)))
		reader = reader->next;
	return reader != NULL;
}

/* Another one before this reader; or one that came before another reader just now. NULL: it is alone. */
static struct scan_reader *beside(struct scan_reader *reader, nsec now)
{
	struct scan_reader *other = reader->desk->readers;

	if (is_there(reader, now))
		return reader;
	while (other && !(is_there(other, now) && now - other->came_at <= SCAN_DESK_AWAY))
		other = other->next;
	return other;
}

static void keep(struct scan_reader *reader, const char *text, nsec now)
{
	if (!is_there(reader, now))
		reader->came_at = now;
	snprintf(reader->read, sizeof(reader->read), "%s", text);
	reader->read_at = now;
	reader->has_read = true;
}

static bool is_first_look(const struct scan_reader *reader, const char *scan)
{
	const struct driver *driver = reader->driver;

	for (size_t i = 0; i < driver->scan_count; i++)
		if (driver->scan[i].streamed && !strcmp(driver->scan[i].name, scan))
			return false;
	return !reader->has_read && !*reader_doubt(reader->reader);
}

static bool has_answered_another(const struct scan_desk *desk, const char *text)
{
	return desk->has_answered && desk->answered_slot != desk->slot &&
	       !strcmp(text, desk->answered);
}

/* ---- what becomes of it ---- */

static void settled(void *ctx)
{
	struct scan_desk *desk = ctx;

	memcpy(desk->answered, desk->answer, sizeof(desk->answered));
	desk->answered_slot = desk->slot;
	desk->has_answered = true;
	scan_desk_withdraw(desk);
	desk->handlers.answered(desk->settles->ctx, desk->scan, desk->answered);
}

static void take(struct scan_reader *reader, const char *scan, const char *text)
{
	struct scan_desk *desk = reader->desk;

	desk->settles = reader;
	snprintf(desk->answer, sizeof(desk->answer), "%s", text);
	snprintf(desk->scan, sizeof(desk->scan), "%s", scan);
	timer_start(&desk->settling, desk->clock, clock_now(desk->clock) + SCAN_DESK_SETTLES,
		    TIMER_WAIT, settled, desk);
}

static void doubt(struct scan_reader *reader, enum scan_doubt_kind kind, const char *text,
		  const char *other)
{
	struct scan_desk *desk = reader->desk;

	desk->handlers.doubted(reader->ctx,
			       &(struct scan_doubt){kind, text, other, desk->answered_slot});
}

static void doubt_both(struct scan_reader *reader, struct scan_reader *other, const char *one,
		       const char *text)
{
	timer_stop(&reader->desk->settling);
	reader->is_doubted = other->is_doubted = true;
	doubt(reader, SCAN_DOUBT_TWO, one, text);
}

/* A code that is read again and again is told of once. */
static void doubt_repeated(struct scan_reader *reader, const char *text)
{
	if (reader->desk->is_told)
		return;
	reader->desk->is_told = true;
	doubt(reader, SCAN_DOUBT_REPEATED, text, "");
}

static void said(void *ctx, const char *scan, const char *text)
{
	struct scan_reader *reader = ctx;
	struct scan_desk *desk = reader->desk;
	nsec now = clock_now(desk->clock);
	struct scan_reader *other = beside(reader, now);
	bool is_known = is_seen(desk, text, now), lies = is_first_look(reader, scan);
	char one[SCAN_TEXT];

	snprintf(one, sizeof(one), "%s", other ? other->read : "");
	reader->is_doubted &= is_there(reader, now);
	keep(reader, text, now);
	if (!desk->is_asked || is_known || reader->is_doubted)
		return;
	if (lies)
		doubt(reader, SCAN_DOUBT_LIES, text, "");
	else if (other)
		doubt_both(reader, other, one, text);
	else if (has_answered_another(desk, text))
		doubt_repeated(reader, text);
	else
		take(reader, scan, text);
}

/* What this reader said last is not waited for; others go on. */
static void failed(void *ctx, const struct error *err)
{
	struct scan_reader *reader = ctx;
	struct scan_desk *desk = reader->desk;

	if (desk->settles == reader)
		timer_stop(&desk->settling);
	desk->handlers.failed(reader->ctx, err);
}

/* ---- from outside ---- */

struct scan_desk *scan_desk_new(struct bench_clock *clock,
				const struct scan_desk_handlers *handlers)
{
	struct scan_desk *desk = xcalloc(1, sizeof(*desk));

	*desk = (struct scan_desk){.clock = clock, .handlers = *handlers};
	return desk;
}

void scan_desk_free(struct scan_desk *desk)
{
	if (!desk)
		return;
	timer_stop(&desk->settling);
	while (desk->readers) {
		struct scan_reader *reader = desk->readers;

		desk->readers = reader->next;
		reader_free(reader->reader);
		free(reader);
	}
	free(desk);
}

struct scan_reader *scan_desk_add(struct scan_desk *desk, struct serial *serial,
				  const struct driver *driver, bool may_be_played, void *ctx,
				  struct error *err)
{
	static const struct reader_handlers HANDLERS = {.said = said, .failed = failed};
	struct scan_reader *reader = xcalloc(1, sizeof(*reader));

	*reader = (struct scan_reader){
		.next = desk->readers, .desk = desk, .driver = driver, .ctx = ctx};
	reader->reader =
		reader_new(desk->clock, serial, driver, may_be_played, &HANDLERS, reader, err);
	if (!reader->reader) {
		free(reader);
		return NULL;
	}
	desk->readers = reader;
	return reader;
}

void scan_desk_remove(struct scan_reader *reader)
{
	struct scan_desk *desk = reader->desk;
	struct scan_reader **at = &desk->readers;

	if (desk->settles == reader)
		timer_stop(&desk->settling);
	while (*at != reader)
		at = &(*at)->next;
	*at = reader->next;
	reader_free(reader->reader);
	free(reader);
}

void scan_desk_ask(struct scan_desk *desk, int64_t slot)
{
	desk->is_asked = true;
	desk->is_told = false;
	desk->slot = slot;
}

void scan_desk_withdraw(struct scan_desk *desk)
{
	timer_stop(&desk->settling);
	desk->is_asked = false;
}

const char *scan_reader_identity(const struct scan_reader *reader)
{
	return reader_identity(reader->reader);
}

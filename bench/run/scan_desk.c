/* SPDX-License-Identifier: Apache-2.0 */
#include "run/scan_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct scan_desk {
	struct bench_clock *clock;
	struct scan_desk_handlers handlers;
	void *ctx;
	struct reader *reader;
	bool is_asked, has_read, is_doubted;
	nsec read_at;			  /* the last of all reads … */
	char read[SCAN_TEXT];		  /* … and what it was */
	char answer[SCAN_TEXT], scan[32]; /* while it settles */
	struct timer settling;
};

static void settled(void *ctx)
{
	struct scan_desk *desk = ctx;
	char text[SCAN_TEXT];

	snprintf(text, sizeof(text), "%s", desk->answer);
	scan_desk_withdraw(desk);
	desk->handlers.answered(desk->ctx, desk->scan, text);
}

static void take(struct scan_desk *desk, const char *scan, const char *text)
{
	snprintf(desk->answer, sizeof(desk->answer), "%s", text);
	snprintf(desk->scan, sizeof(desk->scan), "%s", scan);
	timer_start(&desk->settling, desk->clock, clock_now(desk->clock) + SCAN_DESK_SETTLES,
		    TIMER_WAIT, settled, desk);
}

static void doubt(struct scan_desk *desk, const char *one, const char *other)
{
	timer_stop(&desk->settling);
	desk->is_doubted = true;
	desk->handlers.doubted(desk->ctx, one, other);
}

static void said(void *ctx, const char *scan, const char *text)
{
	struct scan_desk *desk = ctx;
	nsec now = clock_now(desk->clock);
	bool is_alone = !desk->has_read || now - desk->read_at > SCAN_DESK_AWAY;
	bool is_same = !is_alone && !strcmp(text, desk->read);
	char before[SCAN_TEXT];

	memcpy(before, desk->read, sizeof(before));
	snprintf(desk->read, sizeof(desk->read), "%s", text);
	desk->read_at = now;
	desk->has_read = true;
	desk->is_doubted &= !is_alone;
	if (!desk->is_asked || is_same || desk->is_doubted)
		return;
	if (is_alone)
		take(desk, scan, text);
	else
		doubt(desk, before, text);
}

static void failed(void *ctx, const struct error *err)
{
	struct scan_desk *desk = ctx;

	scan_desk_withdraw(desk);
	desk->handlers.failed(desk->ctx, err);
}

struct scan_desk *scan_desk_new(struct bench_clock *clock, struct serial *serial,
				const struct driver *driver, bool may_be_played,
				const struct scan_desk_handlers *handlers, void *ctx,
				struct error *err)
{
	static const struct reader_handlers HANDLERS = {said, failed};
	struct scan_desk *desk = xcalloc(1, sizeof(*desk));

	*desk = (struct scan_desk){.clock = clock, .handlers = *handlers, .ctx = ctx};
	desk->reader = reader_new(clock, serial, driver, may_be_played, &HANDLERS, desk, err);
	if (desk->reader)
		return desk;
	free(desk);
	return NULL;
}

void scan_desk_free(struct scan_desk *desk)
{
	if (!desk)
		return;
	timer_stop(&desk->settling);
	reader_free(desk->reader);
	free(desk);
}

void scan_desk_ask(struct scan_desk *desk)
{
	desk->is_asked = true;
}

void scan_desk_withdraw(struct scan_desk *desk)
{
	timer_stop(&desk->settling);
	desk->is_asked = false;
}

const char *scan_desk_identity(const struct scan_desk *desk)
{
	return reader_identity(desk->reader);
}

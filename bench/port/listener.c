/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listener keeps the bytes that may still become a message, and looks at them anew whenever some
 * arrive.
 *
 * FRAMES. At each place of the held bytes every kind is tried: it is there, it may be there once more
 * bytes have come, or it is not. The first that is there is taken; while one may be there the rest is
 * held; otherwise one byte goes on and the next place is tried. So a frame that was damaged or cut
 * short costs itself: the head of the next one is found inside the bytes that were held for it.
 *
 * LINES. A line is held until its end. One whose beginning was not heard is never a message, since
 * its rest may look like one ("12.5" out of "112.5"): that is the line on which the port was opened,
 * unless the wire was silent before it, and a line of which a part went on already (`astray`).
 *
 * Patience is fixed when the first byte is held: twice the time that the longest message takes on the
 * wire, and 100 ms for an adapter that delivers in pieces. When it ends, the first byte goes on (of
 * lines: all of it), so that bytes which merely look like a message's head keep no answer from its
 * question for long.
 *
 * Handlers may free the listener; it then lives until they have returned (`busy`).
 */
#include "port/listener.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "codec/template.h"

#define ADAPTER_DELAY MSEC(100)
#define SILENCE_BEFORE MSEC(20)
enum { LINE_MOST = 512 };

struct listener {
	struct bench_clock *clock;
	struct serial *serial;
	const struct listener_kind *kinds;
	size_t count;
	const char *ends;
	listener_message_fn *message;
	void *ctx;
	/* who listened before */
	serial_bytes_fn *on_bytes;
	serial_lost_fn *on_lost;
	serial_back_fn *on_back;
	void *to;

	struct buf held;
	bool astray;  /* LINES: what comes next is not the beginning of a line */
	bool hearing; /* something has come since the port was opened */
	nsec opened, patience;
	struct timer timer;
	bool busy, gone;
};

static bool hears_frames(const struct listener *listener)
{
	return listener->kinds[0].frame != NULL;
}

static void pass_on(struct listener *listener, const char *bytes, size_t size)
{
	if (size > 0 && !listener->gone)
		listener->on_bytes(listener->to, (const uint8_t *)bytes, size);
}

/* The message of `size` bytes at this place of what is held. */
static void tell(struct listener *listener, size_t kind, size_t at, size_t size)
{
	size_t behind = listener->held.size - at - size;
	nsec since = serial_transmission_time(&listener->serial->settings, behind);

	listener->message(listener->ctx, kind, clock_now(listener->clock) - since,
			  (const uint8_t *)listener->held.data + at, size);
}

/* 1: a whole frame of *kind begins here, 0: one may, -1: none does. */
static int match_frames(const struct listener *listener, size_t at, size_t *kind)
{
	const uint8_t *bytes = (const uint8_t *)listener->held.data + at;
	size_t size = listener->held.size - at;
	int best = -1;

	for (size_t i = 0; i < listener->count; i++) {
		int match = frame_match(listener->kinds[i].frame, bytes, size);

		if (match > best)
			*kind = i;
		best = match > best ? match : best;
	}
	return best;
}

/* How many of the held bytes are done with. */
static size_t sift_frames(struct listener *listener)
{
	size_t at = 0, passed = 0, kind = 0;
	int match;

	while (at < listener->held.size && !listener->gone) {
		match = match_frames(listener, at, &kind);
		if (match == 0)
			break;
		if (match < 0) {
			at++;
			continue;
		}
		size_t size = frame_size(listener->kinds[kind].frame,
					 (const uint8_t *)listener->held.data + at,
					 listener->held.size - at);

		pass_on(listener, listener->held.data + passed, at - passed);
		if (!listener->gone)
			tell(listener, kind, at, size);
		at += size;
		passed = at;
	}
	pass_on(listener, listener->held.data + passed, at - passed);
	return at;
}

static bool match_lines(const struct listener *listener, const char *start, size_t size,
			size_t *kind)
{
	struct capture captures[TEMPLATE_CAPTURES];
	char line[LINE_MOST + 1];
	size_t count;

	if (size > LINE_MOST || memchr(start, '\0', size))
		return false;
	memcpy(line, start, size);
	line[size] = '\0';
	for (*kind = 0; *kind < listener->count; ++*kind)
		if (template_match(listener->kinds[*kind].line, line, captures, &count))
			return true;
	return false;
}

/* A line that has grown too long, or whose beginning has gone on, goes on but for half an end. */
static size_t let_line_go(struct listener *listener, size_t at)
{
	size_t left = listener->held.size - at, keep = strlen(listener->ends) - 1;

	if (left <= LINE_MOST && !listener->astray)
		return at;
	listener->astray = true;
	if (left <= keep)
		return at;
	pass_on(listener, listener->held.data + at, left - keep);
	return listener->held.size - keep;
}

static size_t sift_lines(struct listener *listener)
{
	size_t tail = strlen(listener->ends);
	size_t at = 0, passed = 0, kind;
	const char *data = listener->held.data, *end;

	while (!listener->gone &&
	       (end = memmem(data + at, listener->held.size - at, listener->ends, tail))) {
		size_t size = (size_t)(end - data) - at;

		if (!listener->astray && match_lines(listener, data + at, size, &kind)) {
			pass_on(listener, data + passed, at - passed);
			if (!listener->gone)
				tell(listener, kind, at, size + tail);
			passed = at + size + tail;
		}
		at += size + tail;
		listener->astray = false;
	}
	pass_on(listener, data + passed, at - passed);
	return listener->gone ? at : let_line_go(listener, at);
}

static void release(struct listener *listener)
{
	buf_done(&listener->held);
	free(listener);
}

static void patience_ends(void *ctx);

static void sift(struct listener *listener)
{
	size_t done;

	listener->busy = true;
	done = hears_frames(listener) ? sift_frames(listener) : sift_lines(listener);
	listener->busy = false;
	if (listener->gone) {
		release(listener);
		return;
	}
	buf_drop(&listener->held, done);
	if (listener->held.size == 0)
		timer_stop(&listener->timer);
	else if (done > 0 || !timer_armed(&listener->timer))
		timer_start(&listener->timer, listener->clock,
			    clock_now(listener->clock) + listener->patience, TIMER_LINK,
			    patience_ends, listener);
}

/* What is held has not become a message: the first byte of a frame, or all of a line, goes on. */
static void patience_ends(void *ctx)
{
	struct listener *listener = ctx;
	size_t size = hears_frames(listener) ? 1 : listener->held.size;

	listener->busy = true;
	listener->astray = true;
	pass_on(listener, listener->held.data, size);
	listener->busy = false;
	if (listener->gone) {
		release(listener);
		return;
	}
	buf_drop(&listener->held, size);
	if (listener->held.size > 0)
		sift(listener);
}

static void hear(void *ctx, const uint8_t *bytes, size_t size)
{
	struct listener *listener = ctx;
	nsec began = clock_now(listener->clock) -
		     serial_transmission_time(&listener->serial->settings, size);

	if (!listener->hearing)
		listener->astray = began - listener->opened < SILENCE_BEFORE;
	listener->hearing = true;
	buf_add(&listener->held, bytes, size);
	sift(listener);
}

static void hear_loss(void *ctx, const char *why)
{
	struct listener *listener = ctx;

	timer_stop(&listener->timer);
	buf_clear(&listener->held);
	listener->on_lost(listener->to, why);
}

/* As on a port that was just opened, a line may have begun already. */
static void hear_return(void *ctx)
{
	struct listener *listener = ctx;

	listener->hearing = false;
	listener->opened = clock_now(listener->clock);
	if (listener->on_back)
		listener->on_back(listener->to);
}

static size_t longest(const struct listener *listener)
{
	size_t most = 0;

	if (!hears_frames(listener))
		return LINE_MOST;
	for (size_t i = 0; i < listener->count; i++)
		if (frame_layout_most(listener->kinds[i].frame) > most)
			most = frame_layout_most(listener->kinds[i].frame);
	return most;
}

struct listener *listener_new(struct bench_clock *clock, struct serial *serial,
			      const struct listener_kind *kinds, size_t count, const char *ends,
			      listener_message_fn *message, void *ctx)
{
	struct listener *listener = xcalloc(1, sizeof(*listener));

	*listener = (struct listener){
		.clock = clock,
		.serial = serial,
		.kinds = kinds,
		.count = count,
		.ends = ends,
		.message = message,
		.ctx = ctx,
		.on_bytes = serial->on_bytes,
		.on_lost = serial->on_lost,
		.on_back = serial->on_back,
		.to = serial->ctx,
		.opened = clock_now(clock),
	};
	buf_init(&listener->held);
	listener->patience =
		2 * serial_transmission_time(&serial->settings, longest(listener)) + ADAPTER_DELAY;
	serial->on_bytes = hear;
	serial->on_lost = hear_loss;
	serial->on_back = hear_return;
	serial->ctx = listener;
	return listener;
}

void listener_free(struct listener *listener)
{
	if (!listener)
		return;
	timer_stop(&listener->timer);
	listener->serial->on_bytes = listener->on_bytes;
	listener->serial->on_lost = listener->on_lost;
	listener->serial->on_back = listener->on_back;
	listener->serial->ctx = listener->to;
	if (listener->busy)
		listener->gone = true;
	else
		release(listener);
}

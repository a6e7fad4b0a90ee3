/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What instruments send unasked, taken out of a port's bytes. The input's first line says "frames" or
 * "lines", up to four layouts or templates follow, an empty line, and then the bytes, each piece of which
 * begins with its size. Whatever they are, all of them come out again, in order: as messages, or passed on.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/template.h"
#include "loop/clock.h"
#include "port/listener.h"
#include "tests/fuzz/fuzz.h"

enum { KINDS = 4, PAUSE = 0xff };

struct ear {
	struct serial serial;
	struct listener_kind kinds[KINDS];
	struct frame_layout *frames[KINDS];
	char *lines[KINDS];
	size_t count;
	struct buf said, heard;
};

static struct bench_clock *clock_of_all(void)
{
	static struct bench_clock *clock;
	static struct loop *loop;
	struct error err;

	if (!clock) {
		loop = loop_new(&err);
		must(loop != NULL);
		clock = clock_new(loop, CLOCK_KIND_VIRTUAL, 1);
	}
	return clock;
}

static void hear(void *ctx, const uint8_t *bytes, size_t size)
{
	struct ear *ear = ctx;

	must(size > 0);
	buf_add(&ear->heard, bytes, size);
}

static void hear_message(void *ctx, size_t kind, nsec whole, const uint8_t *bytes, size_t size)
{
	struct ear *ear = ctx;

	must(kind < ear->count && whole <= clock_now(clock_of_all()));
	if (ear->frames[kind])
		must(frame_match(ear->frames[kind], bytes, size) == 1 &&
		     frame_size(ear->frames[kind], bytes, size) == size);
	hear(ear, bytes, size);
}

static void hear_loss(void *ctx, const char *why)
{
	(void)ctx;
	(void)why;
}

/* Time goes on until nothing is waited for: the listener's patience ends. */
static void let_time_pass(size_t most)
{
	struct bench_clock *clock = clock_of_all();

	for (size_t i = 0; i < most && clock_next(clock) != NSEC_NEVER; i++)
		clock_turn(clock, true);
}

static void speak(struct ear *ear, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		size_t piece = bytes[0];

		bytes++;
		size--;
		if (piece == PAUSE) {
			let_time_pass(2);
			continue;
		}
		if (piece > size)
			piece = size;
		if (piece == 0)
			continue;
		buf_add(&ear->said, bytes, piece);
		ear->serial.on_bytes(ear->serial.ctx, bytes, piece);
		must(ear->heard.size <= ear->said.size);
		bytes += piece;
		size -= piece;
	}
}

/* True: the kind is one that a driver could have. */
static bool add_kind(struct ear *ear, bool frames, char *line)
{
	size_t captures;
	struct error err;

	if (frames)
		ear->kinds[ear->count].frame = ear->frames[ear->count] =
			frame_layout_new(line, &err);
	ear->kinds[ear->count].line = frames ? NULL : line;
	ear->lines[ear->count++] = line;
	return frames ? ear->frames[ear->count - 1] != NULL
		      : template_check(line, &captures, &err) == 0;
}

static void listen(struct ear *ear, const uint8_t *bytes, size_t size)
{
	struct listener *listener = listener_new(clock_of_all(), &ear->serial, ear->kinds,
						 ear->count, "\r\n", hear_message, ear);

	speak(ear, bytes, size);
	let_time_pass(ear->said.size + 2);
	must(ear->heard.size == ear->said.size);
	must(!memcmp(ear->heard.data, ear->said.data, ear->said.size));
	listener_free(listener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = fuzz_split(data, size);
	bool frames = !strcmp(parts.first, "frames"), sound = true;
	struct ear ear = {
		.serial = {.settings = {19200, 8, 'N', 1}, .on_bytes = hear, .on_lost = hear_loss},
	};

	ear.serial.ctx = &ear;
	buf_init(&ear.said);
	buf_init(&ear.heard);
	free(parts.first);
	for (;;) {
		parts = fuzz_split(parts.rest, parts.size);
		if (!parts.first[0] || ear.count == KINDS)
			break;
		sound = add_kind(&ear, frames, parts.first) && sound;
	}
	free(parts.first);
	if (sound && ear.count > 0)
		listen(&ear, parts.rest, parts.size);
	for (size_t i = 0; i < ear.count; i++) {
		frame_layout_free(ear.frames[i]);
		free(ear.lines[i]);
	}
	buf_done(&ear.said);
	buf_done(&ear.heard);
	return 0;
}

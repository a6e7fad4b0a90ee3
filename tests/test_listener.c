/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages taken out of a port's bytes, in whatever pieces they come. The port has no line behind it:
 * claims hand the listener its pieces themselves, at 115200 8N1. The diary has messages as "<kind:bytes>"
 * and what went on as it came; bytes are letters, and a frame is "AB…#" with the sum of its middle.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/listener.h"
#include "tests/claims.h"
#include "tests/clock_rig.h"

struct rig {
	struct clock_rig *rig;
	struct serial serial;
	struct listener *listener;
	struct listener_kind kinds[2];
	struct frame_layout *frame;
	nsec whole; /* of the latest message */
	int lost;
	bool closes; /* the next message frees the listener */
};

static void go_on(void *ctx, const uint8_t *bytes, size_t size)
{
	struct rig *rig = ctx;

	buf_add(&rig->rig->diary, bytes, size);
}

static void lose(void *ctx, const char *why)
{
	struct rig *rig = ctx;

	(void)why;
	rig->lost++;
}

static void message(void *ctx, size_t kind, nsec whole, const uint8_t *bytes, size_t size)
{
	struct rig *rig = ctx;

	buf_printf(&rig->rig->diary, "<%zu:%.*s>", kind, (int)size, (const char *)bytes);
	rig->whole = whole;
	if (rig->closes) {
		listener_free(rig->listener);
		rig->listener = NULL;
	}
}

static void begin(struct rig *rig, const char *frame, const char *line, const char *other)
{
	struct error err;

	memset(rig, 0, sizeof(*rig));
	rig->rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	rig->serial = (struct serial){
		.settings = {115200, 8, 'N', 1}, .on_bytes = go_on, .on_lost = lose, .ctx = rig};
	if (frame) {
		rig->frame = frame_layout_new(frame, &err);
		CU_ASSERT_PTR_NOT_NULL_FATAL(rig->frame);
	}
	rig->kinds[0] = (struct listener_kind){.frame = rig->frame, .line = line};
	rig->kinds[1] = (struct listener_kind){.line = other};
	rig->listener = listener_new(rig->rig->clock, &rig->serial, rig->kinds, other ? 2 : 1,
				     "\r\n", message, rig);
	clock_rig_run(rig->rig, MSEC(50)); /* a silence, so that lines are heard from their start */
}

/* "ABxy#": its check is the sum of x and y. */
#define FRAMES "41 42 u8 u8 check:sum8[2..3]"

static void end(struct rig *rig)
{
	listener_free(rig->listener);
	frame_layout_free(rig->frame);
	clock_rig_free(rig->rig);
}

static void hear(struct rig *rig, const char *bytes)
{
	rig->serial.on_bytes(rig->serial.ctx, (const uint8_t *)bytes, strlen(bytes));
}

static void hear_one_by_one(struct rig *rig, const char *bytes)
{
	for (; *bytes; bytes++)
		rig->serial.on_bytes(rig->serial.ctx, (const uint8_t *)bytes, 1);
}

static void check(struct rig *rig, const char *wanted)
{
	CU_ASSERT_STRING_EQUAL(rig->rig->diary.data, wanted);
	if (strcmp(rig->rig->diary.data, wanted) != 0)
		printf("        it was: %s\n", rig->rig->diary.data);
}

/* ---- frames; 1 + 2 = c, since '1' is 49 and 'c' 99 ---- */

static void a_frame_is_taken_out_of_what_is_around_it(void)
{
	struct rig rig;

	begin(&rig, FRAMES, NULL, NULL);
	hear(&rig, "xxAB12cyyAB11bzz");

	check(&rig, "xx<0:AB12c>yy<0:AB11b>zz");
	end(&rig);
}

static void the_pieces_in_which_it_comes_do_not_matter(void)
{
	struct rig rig;

	begin(&rig, FRAMES, NULL, NULL);
	hear_one_by_one(&rig, "xAAB12cAAABAB11byAB");

	check(&rig, "xA<0:AB12c>AAAB<0:AB11b>y");
	end(&rig);
}

static void a_damaged_frame_costs_itself_alone(void)
{
	struct rig rig;

	begin(&rig, FRAMES, NULL, NULL);
	hear(&rig, "AB12xAB12cAB9AB11b");

	check(&rig, "AB12x<0:AB12c>AB9<0:AB11b>");
	end(&rig);
}

static void what_never_becomes_a_frame_goes_on_in_the_end(void)
{
	struct rig rig;

	begin(&rig, FRAMES, NULL, NULL);
	hear(&rig, "AB1");
	check(&rig, "");
	clock_rig_run(rig.rig, MSEC(50) + MSEC(102));

	check(&rig, "AB1");
	end(&rig);
}

/* The last bit of the first frame arrived 5 characters before that of the second. */
static void of_two_frames_in_one_piece_the_first_was_there_earlier(void)
{
	struct rig rig;
	nsec first;

	begin(&rig, FRAMES, NULL, NULL);
	hear(&rig, "AB12c");
	CU_ASSERT_EQUAL(rig.whole, MSEC(50));
	rig.closes = false;
	hear(&rig, "AB12cvwxyz");
	first = rig.whole;

	CU_ASSERT_EQUAL(first, MSEC(50) - serial_transmission_time(&rig.serial.settings, 5));
	end(&rig);
}

static void a_message_may_free_the_listener(void)
{
	struct rig rig;

	begin(&rig, FRAMES, NULL, NULL);
	rig.closes = true;
	hear(&rig, "xAB12cyyyAB11b");

	check(&rig, "x<0:AB12c>");
	hear(&rig, "AB12c"); /* whoever listened before listens again */
	check(&rig, "x<0:AB12c>AB12c");
	end(&rig);
}

static void a_lost_wire_is_told_and_what_was_held_is_gone(void)
{
	struct rig rig;

	begin(&rig, FRAMES, NULL, NULL);
	hear(&rig, "AB1");
	rig.serial.on_lost(rig.serial.ctx, "it is gone");
	clock_rig_run(rig.rig, SEC(1));

	CU_ASSERT_EQUAL(rig.lost, 1);
	check(&rig, "");
	end(&rig);
}

/* Whatever comes, no byte is kept for ever, none is told twice, and their order stays. */
static void any_bytes_go_on_or_are_messages_in_their_order(void)
{
	struct rig rig;
	static const char *const PARTS[] = {"AB12c", "AB11b", "AB1", "AB", "A", "x", "AB12x"};
	char said[4001] = "";

	begin(&rig, FRAMES, NULL, NULL);
	srand(7);
	while (strlen(said) < 3990)
		strcat(said, PARTS[rand() % 7]);
	for (const char *at = said; *at;) {
		char piece[10];

		snprintf(piece, sizeof(piece), "%.*s", rand() % 9 + 1, at);
		hear(&rig, piece);
		at += strlen(piece);
	}
	clock_rig_run(rig.rig, SEC(2));

	struct buf *diary = &rig.rig->diary;
	size_t kept = 0, frames = 0;

	for (const char *c = diary->data; *c; c++) {
		if (!strncmp(c, "<0:", 3)) {
			frames++;
			c += 2;
		} else if (*c != '>') {
			diary->data[kept++] = *c;
		}
	}
	diary->data[kept] = '\0';
	CU_ASSERT(frames > 100);
	CU_ASSERT_STRING_EQUAL(diary->data, said);
	end(&rig);
}

/* ---- lines ---- */

static void a_line_that_matches_is_taken_and_the_others_go_on(void)
{
	struct rig rig;

	begin(&rig, NULL, "Z {number}", "Q {text}");
	hear_one_by_one(&rig, "Z 12\r\nA 12\r\nQ x\r\nZ 1x\r\n");

	check(&rig, "<0:Z 12\r\n>A 12\r\n<1:Q x\r\n>Z 1x\r\n");
	end(&rig);
}

static void the_rest_of_a_line_is_never_a_message(void)
{
	struct rig rig;

	begin(&rig, NULL, "{number}", NULL);
	hear(&rig, "1");
	clock_rig_run(rig.rig, SEC(1)); /* the instrument thinks; "1" has gone on */
	hear(&rig, "2.5\r");
	hear(&rig, "\n3.5\r\n");

	check(&rig, "12.5\r\n<0:3.5\r\n>");
	end(&rig);
}

static void a_port_opened_in_the_middle_of_a_line_waits_for_the_next(void)
{
	struct rig rig;

	begin(&rig, NULL, "{number}", NULL);
	listener_free(rig.listener);
	rig.listener =
		listener_new(rig.rig->clock, &rig.serial, rig.kinds, 1, "\r\n", message, &rig);
	hear(&rig, "2.5\r\n3.5\r\n");

	check(&rig, "2.5\r\n<0:3.5\r\n>");
	end(&rig);
}

static void a_wire_that_came_back_may_be_in_the_middle_of_a_line(void)
{
	struct rig rig;

	begin(&rig, NULL, "{number}", NULL);
	clock_rig_run(rig.rig, SEC(1));
	hear(&rig, "1.5\r\n11");
	rig.serial.on_lost(rig.serial.ctx, "it is gone");
	clock_rig_run(rig.rig, SEC(2));
	rig.serial.on_back(rig.serial.ctx);
	hear(&rig, "2.5\r\n3.5\r\n");

	check(&rig, "<0:1.5\r\n>2.5\r\n<0:3.5\r\n>");
	end(&rig);
}

static void a_line_without_an_end_goes_on_before_it_fills_the_memory(void)
{
	struct rig rig;

	begin(&rig, NULL, "Z {number}", NULL);
	for (int i = 0; i < 3000; i++)
		hear(&rig, "9");
	CU_ASSERT(rig.rig->diary.size >= 2999);
	hear(&rig, "\r\nZ 1\r\n");

	CU_ASSERT_PTR_NOT_NULL(strstr(rig.rig->diary.data, "99\r\n<0:Z 1\r\n>"));
	end(&rig);
}

static void a_line_with_a_zero_byte_is_no_message(void)
{
	struct rig rig;

	begin(&rig, NULL, "Z {number}", NULL);
	rig.serial.on_bytes(rig.serial.ctx, (const uint8_t *)"Z 1\0\r\n", 6);
	hear(&rig, "Z 2\r\n");

	CU_ASSERT_EQUAL(rig.rig->diary.size, 6 + strlen("<0:Z 2\r\n>"));
	end(&rig);
}

void suite_listener(void)
{
	suite_begin("listener");
	claim(a_frame_is_taken_out_of_what_is_around_it);
	claim(the_pieces_in_which_it_comes_do_not_matter);
	claim(a_damaged_frame_costs_itself_alone);
	claim(what_never_becomes_a_frame_goes_on_in_the_end);
	claim(of_two_frames_in_one_piece_the_first_was_there_earlier);
	claim(a_message_may_free_the_listener);
	claim(a_lost_wire_is_told_and_what_was_held_is_gone);
	claim(any_bytes_go_on_or_are_messages_in_their_order);
	claim(a_line_that_matches_is_taken_and_the_others_go_on);
	claim(the_rest_of_a_line_is_never_a_message);
	claim(a_port_opened_in_the_middle_of_a_line_waits_for_the_next);
	claim(a_wire_that_came_back_may_be_in_the_middle_of_a_line);
	claim(a_line_without_an_end_goes_on_before_it_fills_the_memory);
	claim(a_line_with_a_zero_byte_is_no_message);
}

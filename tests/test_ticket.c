/* SPDX-License-Identifier: Apache-2.0 */
/* Pages as a ticket printer takes them, and its answers. How the paper looks is claimed in claims_ticket.sh. */
#include <string.h>

#include "report/ticket.h"
#include "tests/claims.h"

enum { ROW = TICKET_DOTS / 8, HEAD = 8 };

static void check_refused(const void *bytes, size_t size, const char *part)
{
	struct ticket_picture picture;
	struct error err = {0};

	CU_ASSERT_EQUAL(ticket_read(bytes, size, &picture, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part));
}

static void a_bitmap_is_read_or_refused(void)
{
	struct ticket_picture picture;
	struct error err;
	const char good[] = "P4\n9 2\n\x80\x80\x00\x00";

	CU_ASSERT_EQUAL(ticket_read(good, 11, &picture, &err), 0);
	CU_ASSERT_EQUAL(picture.width, 9);
	CU_ASSERT_EQUAL(picture.height, 2);
	CU_ASSERT_EQUAL(picture.rows[1], 0x80);
	check_refused(good, 10, "shorter than it says");
	check_refused("", 0, "no portable bitmap");
	check_refused("P5\n9 2\n", 7, "no portable bitmap");
	check_refused("P4\n9", 4, "how large");
	check_refused("P4\n9 2", 6, "how large");
	check_refused("P4\n0 2\n", 7, "how large");
	check_refused("P4\n99999999999999999999 2\n", 26, "how large");
	check_refused("P4\n-9 2\n", 8, "how large");
	check_refused("P4\n900000 900000\n\x80", 18, "shorter than it says");
}

/* Of a page as wide as the paper the middle is printed: dot 32 of 640 is the first one. */
static void the_middle_of_a_page_is_printed_down_to_its_last_black_dot(void)
{
	uint8_t rows[300][640 / 8] = {0};
	struct ticket_picture page = {640, 300, rows[0]};
	struct buf out;
	struct error err;

	rows[0][4] = 0x80;
	rows[129][4 + ROW - 1] = 0x01;
	buf_init(&out);
	CU_ASSERT_EQUAL(ticket_add(&out, &page, &err), 0);
	CU_ASSERT_EQUAL_FATAL(out.size, HEAD + 128 * ROW + HEAD + 2 * ROW);
	CU_ASSERT_EQUAL(memcmp(out.data, "\x1dv0\0\x48\0\x80\0\x80", HEAD + 1), 0);
	CU_ASSERT_EQUAL(memcmp(out.data + HEAD + 128 * ROW, "\x1dv0\0\x48\0\x02\0", HEAD), 0);
	CU_ASSERT_EQUAL(out.data[out.size - 1], 0x01);
	buf_done(&out);
}

static void a_narrow_page_begins_at_the_left_and_an_empty_one_is_nothing(void)
{
	uint8_t rows[2] = {0x01, 0x00};
	struct ticket_picture page = {8, 2, rows};
	struct buf out;
	struct error err;

	buf_init(&out);
	CU_ASSERT_EQUAL(ticket_add(&out, &page, &err), 0);
	CU_ASSERT_EQUAL(out.size, HEAD + ROW);
	CU_ASSERT_EQUAL(out.data[HEAD], 0x01);
	buf_clear(&out);
	rows[0] = 0;
	CU_ASSERT_EQUAL(ticket_add(&out, &page, &err), 0);
	CU_ASSERT_EQUAL(out.size, 0);
	buf_done(&out);
}

static void nothing_is_cut_off_at_the_sides(void)
{
	uint8_t rows[1][640 / 8] = {0};
	struct ticket_picture page = {640, 1, rows[0]};
	const struct {
		int byte;
		uint8_t bits;
	} beside[] = {{0, 0x80}, {3, 0x01}, {4 + ROW, 0x80}, {79, 0x01}};
	struct buf out;

	buf_init(&out);
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		struct error err = {0};

		rows[0][beside[i].byte] = beside[i].bits;
		CU_ASSERT_EQUAL(ticket_add(&out, &page, &err), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "72 mm"));
		rows[0][beside[i].byte] = 0;
	}
	CU_ASSERT_EQUAL(out.size, 0);
	buf_done(&out);
}

static void what_a_printer_answers_is_understood(void)
{
	const struct {
		enum ticket_question question;
		uint8_t answer;
		enum ticket_state state;
	} answers[] = {
		{TICKET_ASKS_PAPER, 0x12, TICKET_READY},
		{TICKET_ASKS_PAPER, 0x1e, TICKET_READY}, /* it is near its end */
		{TICKET_ASKS_PAPER, 0x72, TICKET_NO_PAPER},
		{TICKET_ASKS_COVER, 0x12, TICKET_READY},
		{TICKET_ASKS_COVER, 0x16, TICKET_COVER_OPEN},
		{TICKET_ASKS_COVER, 0x52, TICKET_IN_ERROR},
		{TICKET_ASKS_PAPER, 0x00, TICKET_UNCLEAR},
		{TICKET_ASKS_PAPER, 0xff, TICKET_UNCLEAR},
		{TICKET_ASKS_COVER, 'O', TICKET_UNCLEAR},
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		CU_ASSERT_EQUAL(ticket_answer(answers[i].question, answers[i].answer),
				answers[i].state);
}

void suite_ticket(void)
{
	suite_begin("ticket");
	claim(a_bitmap_is_read_or_refused);
	claim(the_middle_of_a_page_is_printed_down_to_its_last_black_dot);
	claim(a_narrow_page_begins_at_the_left_and_an_empty_one_is_nothing);
	claim(nothing_is_cut_off_at_the_sides);
	claim(what_a_printer_answers_is_understood);
}

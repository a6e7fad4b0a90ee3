/* SPDX-License-Identifier: Apache-2.0 */
/* Labels as a label printer takes them, and its answers. What a scanner reads off them is claimed in claims_label.sh. */
#include <string.h>

#include "report/label.h"
#include "tests/claims.h"

static const struct label_paper PAPER = {2, 1, 3};

static void a_label_is_one_picture_with_0_for_black(void)
{
	static const char HEAD[] = "\r\nSIZE 2 mm,1 mm\r\nGAP 3 mm,0 mm\r\nDIRECTION 0\r\nCLS\r\n"
				   "BITMAP 0,0,2,8,0,";
	static const char TAIL[] = "\r\nPRINT 1,1\r\n";
	uint8_t rows[8][2] = {{0x80, 0x01}};
	struct ticket_picture picture = {16, 8, rows[0]};
	struct buf out;
	struct error err;

	buf_init(&out);
	CU_ASSERT_EQUAL(label_add(&out, &PAPER, &picture, &err), 0);
	CU_ASSERT_EQUAL_FATAL(out.size, strlen(HEAD) + sizeof(rows) + strlen(TAIL));
	CU_ASSERT_EQUAL(memcmp(out.data, HEAD, strlen(HEAD)), 0);
	CU_ASSERT_EQUAL(memcmp(out.data + strlen(HEAD), "\x7f\xfe\xff\xff", 4), 0);
	CU_ASSERT_EQUAL(memcmp(out.data + out.size - strlen(TAIL), TAIL, strlen(TAIL)), 0);
	buf_done(&out);
}

static void a_picture_of_another_size_or_of_nothing_is_refused(void)
{
	uint8_t rows[9][2] = {{0}};
	struct ticket_picture picture = {16, 8, rows[0]};
	struct buf out;
	struct error err = {0};

	buf_init(&out);
	CU_ASSERT_EQUAL(label_add(&out, &PAPER, &picture, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "the label is empty"));
	rows[0][0] = 1;
	picture.height = 9;
	CU_ASSERT_EQUAL(label_add(&out, &PAPER, &picture, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "16 x 9 dots"));
	picture = (struct ticket_picture){15, 8, rows[0]};
	CU_ASSERT_EQUAL(label_add(&out, &PAPER, &picture, &err), -1);
	CU_ASSERT_EQUAL(out.size, 0);
	buf_done(&out);
}

static void what_a_printer_answers_is_understood(void)
{
	const struct {
		uint8_t answer;
		enum label_state state;
	} answers[] = {
		{0x00, LABEL_READY},	 {0x20, LABEL_PRINTING},  {0x01, LABEL_HEAD_OPEN},
		{0x02, LABEL_JAM},	 {0x03, LABEL_HEAD_OPEN}, {0x04, LABEL_NO_PAPER},
		{0x05, LABEL_HEAD_OPEN}, {0x08, LABEL_NO_RIBBON}, {0x0c, LABEL_NO_PAPER},
		{0x10, LABEL_PAUSED},	 {0x30, LABEL_PAUSED},	  {0x80, LABEL_IN_ERROR},
		{0xa0, LABEL_IN_ERROR},	 {0x40, LABEL_IN_ERROR},  {0x24, LABEL_NO_PAPER},
	};
	struct buf asked;

	buf_init(&asked);
	label_ask(&asked);
	CU_ASSERT_EQUAL_FATAL(asked.size, 3);
	CU_ASSERT_EQUAL(memcmp(asked.data, "\x1b!?", 3), 0);
	buf_done(&asked);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		CU_ASSERT_EQUAL(label_answer(answers[i].answer), answers[i].state);
}

void suite_label(void)
{
	suite_begin("label");
	claim(a_label_is_one_picture_with_0_for_black);
	claim(a_picture_of_another_size_or_of_nothing_is_refused);
	claim(what_a_printer_answers_is_understood);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binary frames of real gas sensors, both ways. Where a maker's document prints a wrong check, the
 * claim says so and the maker's own rule wins.
 */
#include "codec/frame.h"

#include <string.h>

#include "tests/claims.h"

#define ACTIVE_UPLOAD "FF u8 u8 u8 u16 u16 check:neg8[1..7]"
#define DYNAMENT_LIVE "10 1A 08 u16 u16 f32le 10 1F check:sum16be[0..12]"

static int encode(const char *text, const double *fields, size_t count, uint8_t *bytes)
{
	struct error err;
	struct frame_layout *layout = frame_layout_new(text, &err);

	if (!layout)
		return -1;
	int result = frame_encode(layout, fields, count, bytes, &err);
	frame_layout_free(layout);
	return result;
}

static int decode(const char *text, const uint8_t *bytes, size_t size, double *fields,
		  struct error *err)
{
	struct frame_layout *layout = frame_layout_new(text, err);

	if (!layout)
		return -1;
	int result = frame_decode(layout, bytes, size, fields, err);
	frame_layout_free(layout);
	return result;
}

static void commands_of_nine_byte_sensors_get_their_printed_check(void)
{
	static const struct {
		const char *text;
		uint8_t check;
	} COMMANDS[] = {
		{"FF 01 86 00 00 00 00 00 check:neg8[1..7]", 0x79},
		{"FF 01 87 00 00 00 00 00 check:neg8[1..7]", 0x78},
		{"FF 01 78 41 00 00 00 00 check:neg8[1..7]", 0x46},
		{"FF 01 78 40 00 00 00 00 check:neg8[1..7]", 0x47},
		{"FF 01 99 00 00 00 13 88 check:neg8[1..7]", 0xCB},
		{"FF 01 79 A0 00 00 00 00 check:neg8[1..7]", 0xE6},
	};

	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		uint8_t bytes[FRAME_MOST] = {0};

		CU_ASSERT_EQUAL(encode(COMMANDS[i].text, NULL, 0, bytes), 0);
		CU_ASSERT_EQUAL(bytes[0], 0xFF);
		CU_ASSERT_EQUAL(bytes[8], COMMANDS[i].check);
	}
}

static void an_active_upload_is_read_with_its_check_of_38(void)
{
	static const uint8_t FRAME[] = {0xFF, 0x04, 0x03, 0x01, 0x00, 0x25, 0x13, 0x88, 0x38};
	double fields[FRAME_FIELDS];
	struct error err;

	CU_ASSERT_EQUAL(decode(ACTIVE_UPLOAD, FRAME, sizeof(FRAME), fields, &err), 0);
	CU_ASSERT_EQUAL(fields[0], 4); /* gas */
	CU_ASSERT_EQUAL(fields[2], 1); /* decimals */
	CU_ASSERT_EQUAL(fields[3], 37);
	CU_ASSERT_EQUAL(fields[4], 5000); /* full scale */
}

static void the_printed_check_of_25_is_wrong_and_is_refused_with_both_sides(void)
{
	static const uint8_t PRINTED[] = {0xFF, 0x04, 0x03, 0x01, 0x00, 0x25, 0x13, 0x88, 0x25};
	double fields[FRAME_FIELDS];
	struct error err;

	CU_ASSERT_EQUAL(decode(ACTIVE_UPLOAD, PRINTED, sizeof(PRINTED), fields, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(err.text, "the check is 25 where bytes 1 to 7 give 38, in the frame "
					 "FF 04 03 01 00 25 13 88 25");
}

static void a_concentration_reply_reads_its_first_two_bytes_and_skips_the_rest(void)
{
	static const char *const LAYOUT = "FF 86 u16 skip[4] check:neg8[1..7]";
	uint8_t bytes[FRAME_MOST];
	double fields[FRAME_FIELDS];
	struct error err;

	CU_ASSERT_EQUAL(encode(LAYOUT, (double[]){608}, 1, bytes), 0);
	CU_ASSERT_EQUAL(memcmp(bytes, "\xFF\x86\x02\x60\0\0\0\0\x18", 9), 0);
	CU_ASSERT_EQUAL(decode(LAYOUT, bytes, 9, fields, &err), 0);
	CU_ASSERT_EQUAL(fields[0], 608);
}

static void a_cubic_question_ends_in_eb_and_not_in_the_printed_ec(void)
{
	uint8_t bytes[FRAME_MOST];

	CU_ASSERT_EQUAL(encode("11 01 01 check:neg8[0..2]", NULL, 0, bytes), 0);
	CU_ASSERT_EQUAL(bytes[3], 0xED);
	CU_ASSERT_EQUAL(encode("11 02 02 u8 check:neg8[0..3]", (double[]){0}, 1, bytes), 0);
	CU_ASSERT_EQUAL(bytes[4], 0xEB);
}

static void a_cubic_reply_gives_value_status_and_count(void)
{
	static const uint8_t REPLY[] = {0x16, 0x05, 0x01, 0x58, 0x02, 0x01, 0x07, 0x82};
	double fields[FRAME_FIELDS];
	struct error err;

	CU_ASSERT_EQUAL(
		decode("16 05 01 u16le u8 u8 check:neg8[0..6]", REPLY, sizeof(REPLY), fields, &err),
		0);
	CU_ASSERT_EQUAL(fields[0], 600);
	CU_ASSERT_EQUAL(fields[1], 1);
	CU_ASSERT_EQUAL(fields[2], 7);
}

static void dynament_questions_end_in_their_sum_high_byte_first(void)
{
	uint8_t bytes[FRAME_MOST];

	encode("10 13 u8 10 1F check:sum16be[0..4]", (double[]){6}, 1, bytes);
	CU_ASSERT_EQUAL(memcmp(bytes, "\x10\x13\x06\x10\x1F\x00\x58", 7), 0);
	encode("10 13 u8 10 1F check:sum16be[0..4]", (double[]){1}, 1, bytes);
	CU_ASSERT_EQUAL(memcmp(bytes, "\x10\x13\x01\x10\x1F\x00\x53", 7), 0);
	encode("10 13 u8 10 1F check:sum16be[0..4]", (double[]){0}, 1, bytes);
	CU_ASSERT_EQUAL(memcmp(bytes, "\x10\x13\x00\x10\x1F\x00\x52", 7), 0);
}

static void a_dynament_reply_carries_a_little_endian_float(void)
{
	static const uint8_t REPLY[] = {0x10, 0x1A, 0x08, 0x01, 0x00, 0x00, 0x00, 0xCD,
					0xCC, 0xCC, 0x3D, 0x10, 0x1F, 0x03, 0x04};
	double fields[FRAME_FIELDS];
	uint8_t bytes[FRAME_MOST];
	struct error err;

	CU_ASSERT_EQUAL(decode(DYNAMENT_LIVE, REPLY, sizeof(REPLY), fields, &err), 0);
	CU_ASSERT_EQUAL(fields[2], (double)0.1f);
	CU_ASSERT_EQUAL(encode(DYNAMENT_LIVE, fields, 3, bytes), 0);
	CU_ASSERT_EQUAL(memcmp(bytes, REPLY, sizeof(REPLY)), 0);
}

static void a_modbus_check_stands_in_either_order_and_before_its_end_bytes(void)
{
	uint8_t high_first[FRAME_MOST], low_first[FRAME_MOST];

	CU_ASSERT_EQUAL(
		encode("AA 55 01 03 00 00 00 01 check:modbusbe[2..7] 0D 0A", NULL, 0, high_first),
		0);
	CU_ASSERT_EQUAL(encode("01 03 00 00 00 01 check:modbusle[0..5]", NULL, 0, low_first), 0);

	CU_ASSERT_EQUAL(memcmp(high_first + 8, "\x0A\x84\x0D\x0A", 4), 0);
	CU_ASSERT_EQUAL(memcmp(low_first + 6, "\x84\x0A", 2), 0);
}

static void a_ccitt_check_starts_at_ffff(void)
{
	uint8_t bytes[FRAME_MOST];

	CU_ASSERT_EQUAL(encode("31 32 33 34 35 36 37 38 39 check:ccittbe[0..8]", NULL, 0, bytes),
			0);
	CU_ASSERT_EQUAL(memcmp(bytes + 9, "\x29\xB1", 2), 0);
}

static void a_flipped_bit_anywhere_is_refused(void)
{
	static const uint8_t FRAME[] = {0xFF, 0x04, 0x03, 0x01, 0x00, 0x25, 0x13, 0x88, 0x38};
	double fields[FRAME_FIELDS];

	for (size_t bit = 0; bit < 8 * sizeof(FRAME); bit++) {
		uint8_t spoilt[sizeof(FRAME)];
		struct error err;

		memcpy(spoilt, FRAME, sizeof(FRAME));
		spoilt[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT_EQUAL(decode(ACTIVE_UPLOAD, spoilt, sizeof(spoilt), fields, &err), -1);
	}
}

static void a_wrong_fixed_byte_is_named_with_its_place(void)
{
	static const uint8_t OTHER[] = {0xFF, 0x87, 0x02, 0x60};
	double fields[FRAME_FIELDS];
	struct error err;

	CU_ASSERT_EQUAL(decode("FF 86 u16", OTHER, sizeof(OTHER), fields, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "byte 1 is 87 where 86 was expected, in the frame "
					 "FF 87 02 60");
}

static void a_short_frame_is_refused_by_its_size(void)
{
	static const uint8_t CUT[] = {0xFF, 0x86, 0x02};
	double fields[FRAME_FIELDS];
	struct error err;

	CU_ASSERT_EQUAL(decode("FF 86 u16", CUT, sizeof(CUT), fields, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "the frame has 3 bytes where 4 were expected: FF 86 02");
}

static void a_layout_that_cannot_work_is_refused_when_it_is_read(void)
{
	static const char *const BAD[] = {
		"",
		"FFF",
		"string[4]",
		"skip[0]",
		"skip[-1]",
		"skip[3",
		"FF check:crc99[0..0]",
		"FF check:neg8",
		"FF check:neg8[1..0]",
		"FF check:neg8[0..9]",
		"check:neg8[1..9] FF",
		"FF check:neg8[0..1]",
		"FF check:neg8[2..2] check:neg8[0..0]",
		"check:ccittbe[2..3] check:ccittbe[0..1]",
		"skip[512] FF",
		"u8*257",
		"u8*256 u8",
		"f32*129",
		"FF i16*",
		"FF i16*0",
		"FF i16*-1",
		"FF i16*2x",
		"FF string[2]*2",
		"FF skip[1]*2",
	};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct error err = {0};

		CU_ASSERT_PTR_NULL(frame_layout_new(BAD[i], &err));
		CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	}
}

static void a_check_that_covers_itself_is_named(void)
{
	struct error err;

	CU_ASSERT_PTR_NULL(frame_layout_new("FF u8 check:neg8[1..2]", &err));
	CU_ASSERT_STRING_EQUAL(err.text, "frame 'FF u8 check:neg8[1..2]': check:neg8[1..2] covers "
					 "itself: it stands at byte 2");
}

static void a_layout_knows_its_size_and_its_numbers(void)
{
	struct error err;
	struct frame_layout *layout = frame_layout_new(DYNAMENT_LIVE, &err);

	CU_ASSERT_EQUAL(frame_layout_size(layout), 15);
	CU_ASSERT_EQUAL(frame_layout_fields(layout), 3);
	frame_layout_free(layout);
}

/* The block of an imagined module: head, counter, clock, a hundred samples and twenty-five, check. */
static void numbers_in_a_row_are_a_field_each(void)
{
	struct error err;
	struct frame_layout *layout =
		frame_layout_new("A5 5A u16 i16*100 u8*25 check:modbusle[0..228]", &err);
	double fields[126], again[126];
	uint8_t bytes[FRAME_MOST];

	CU_ASSERT_PTR_NOT_NULL_FATAL(layout);
	CU_ASSERT_EQUAL(frame_layout_size(layout), 2 + 2 + 200 + 25 + 2);
	CU_ASSERT_EQUAL(frame_layout_fields(layout), 126);
	for (size_t i = 0; i < 126; i++)
		fields[i] = i > 0 && i <= 100 ? 50.0 - (double)i : (double)i;
	CU_ASSERT_EQUAL(frame_encode(layout, fields, 126, bytes, &err), 0);
	CU_ASSERT_EQUAL(memcmp(bytes, "\xA5\x5A\x00\x00\x00\x31", 6), 0);
	CU_ASSERT_EQUAL(bytes[4 + 200], 101);
	CU_ASSERT_EQUAL(frame_decode(layout, bytes, 231, again, &err), 0);
	CU_ASSERT_EQUAL(memcmp(again, fields, sizeof(fields)), 0);
	frame_layout_free(layout);
}

static void each_number_of_a_row_knows_how_it_lies(void)
{
	struct error err;
	struct frame_layout *layout = frame_layout_new("FF u32le i16*3 u8", &err);

	CU_ASSERT_EQUAL(frame_layout_number(layout, 0)->size, 4);
	CU_ASSERT_EQUAL(frame_layout_number(layout, 3)->size, 2);
	CU_ASSERT_EQUAL(frame_layout_number(layout, 3)->kind, LAYOUT_SIGNED);
	CU_ASSERT_EQUAL(frame_layout_number(layout, 4)->size, 1);
	CU_ASSERT_PTR_NULL(frame_layout_number(layout, 5));
	frame_layout_free(layout);
}

static void a_number_of_a_row_that_does_not_fit_is_named_by_its_place(void)
{
	struct error err;
	struct frame_layout *layout = frame_layout_new("FF u8*3", &err);
	uint8_t bytes[4];

	CU_ASSERT_EQUAL(frame_encode(layout, (double[]){7, 8, 256}, 3, bytes, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "number 2 of the frame: 256"));
	frame_layout_free(layout);
}

static void a_number_too_large_leaves_the_bytes_alone(void)
{
	struct error err;
	struct frame_layout *layout = frame_layout_new("FF u8 u8", &err);
	uint8_t bytes[3] = {1, 2, 3};

	CU_ASSERT_EQUAL(frame_encode(layout, (double[]){7, 256}, 2, bytes, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "number 1 of the frame: 256 does not fit into 8 bits, which "
			       "hold 0 to 255");
	CU_ASSERT_EQUAL(memcmp(bytes, "\1\2\3", 3), 0);
	CU_ASSERT_EQUAL(frame_encode(layout, (double[]){7}, 1, bytes, &err), -1);
	frame_layout_free(layout);
}

/* ---- frames with a text ---- */

#define TAG "BB 02 22 size:u16[5..-3] u8 skip[2] hex skip[2] check:sum8[1..-3] 7E"

static void a_text_may_be_empty_and_fill_a_frame_and_comes_back(void)
{
	static char texts[][FRAME_TEXT] = {"", "E2", "E200001D7315016521408FC6", ""};
	struct error err;
	struct frame_layout *layout = frame_layout_new(TAG, &err);
	double rssi = 0xC9, back;
	uint8_t bytes[FRAME_MOST];
	char text[FRAME_TEXT];
	size_t size;

	CU_ASSERT_PTR_NOT_NULL_FATAL(layout);
	memset(texts[3], 'A', 2 * (FRAME_MOST - frame_layout_size(layout)));
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(frame_encode_text(layout, &rssi, 1, texts[i], bytes, &size, &err),
				0);
		CU_ASSERT_EQUAL(size, frame_layout_size(layout) + strlen(texts[i]) / 2);
		for (size_t part = 1; part < size; part++)
			CU_ASSERT_EQUAL(frame_match(layout, bytes, part), 0);
		CU_ASSERT_EQUAL(frame_match(layout, bytes, size), 1);
		CU_ASSERT_EQUAL(frame_decode(layout, bytes, size, &back, &err), 0);
		CU_ASSERT_EQUAL(back, rssi);
		frame_read_text(layout, bytes, text);
		CU_ASSERT_STRING_EQUAL(text, texts[i]);
	}
	texts[3][2 * (FRAME_MOST - frame_layout_size(layout))] = 'A';
	texts[3][2 * (FRAME_MOST - frame_layout_size(layout)) + 1] = 'A';
	CU_ASSERT_EQUAL(frame_encode_text(layout, &rssi, 1, texts[3], bytes, &size, &err), -1);
	CU_ASSERT_EQUAL(frame_encode_text(layout, &rssi, 1, "XY", bytes, &size, &err), -1);
	frame_layout_free(layout);
}

/* Fewer bytes than a frame without a text has, and more than any. */
static void a_size_that_no_frame_has_is_no_frame(void)
{
	static const uint8_t FEWER[] = {0xBB, 0x02, 0x22, 0x00, 0x04, 0, 0, 0, 0, 0, 0, 0x7E},
			     MORE[] = {0xBB, 0x02, 0x22, 0x02, 0x00, 0, 0, 0, 0, 0, 0, 0x7E};
	double field;
	struct error err;
	struct frame_layout *layout = frame_layout_new(TAG, &err);

	CU_ASSERT_EQUAL(frame_match(layout, FEWER, sizeof(FEWER)), -1);
	CU_ASSERT_EQUAL(frame_match(layout, MORE, sizeof(MORE)), -1);
	CU_ASSERT_EQUAL(frame_decode(layout, FEWER, sizeof(FEWER), &field, &err), -1);
	CU_ASSERT_EQUAL(frame_size(layout, FEWER, 4), 0);
	CU_ASSERT(frame_size(layout, FEWER, 5) > FRAME_MOST);
	frame_layout_free(layout);
}

static void a_text_whose_size_is_not_said_once_before_it_is_refused(void)
{
	static const char *const WRONG[] = {
		"FF hex 7E",
		"FF size:u8[2..-2] 00 7E",
		"FF size:u8[2..-2] hex hex 7E",
		"FF size:u8[2..-2] size:u8[3..-2] hex 7E",
		"FF hex size:u8[1..-2] 7E",
		"FF size:u8[2..5] hex 7E",
		"FF size:u8[3..-2] hex 7E",
		"FF size:u8[2..-9] hex 7E",
		"FF size:i8[2..-2] hex 7E",
		"FF size:u8[2..-2] hex check:sum8[1..2]",
		"FF size:u8[2..-2] hex check:sum8[1..-1]",
		"FF size:u8[2..-2] hex check:sum8[3..-2]",
	};

	for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
		struct error err;
		struct frame_layout *layout = frame_layout_new(WRONG[i], &err);

		CU_ASSERT_PTR_NULL(layout);
		frame_layout_free(layout);
	}
}

void suite_frame(void)
{
	suite_begin("frame");
	claim(a_text_may_be_empty_and_fill_a_frame_and_comes_back);
	claim(a_size_that_no_frame_has_is_no_frame);
	claim(a_text_whose_size_is_not_said_once_before_it_is_refused);
	claim(commands_of_nine_byte_sensors_get_their_printed_check);
	claim(an_active_upload_is_read_with_its_check_of_38);
	claim(the_printed_check_of_25_is_wrong_and_is_refused_with_both_sides);
	claim(a_concentration_reply_reads_its_first_two_bytes_and_skips_the_rest);
	claim(a_cubic_question_ends_in_eb_and_not_in_the_printed_ec);
	claim(a_cubic_reply_gives_value_status_and_count);
	claim(dynament_questions_end_in_their_sum_high_byte_first);
	claim(a_dynament_reply_carries_a_little_endian_float);
	claim(a_modbus_check_stands_in_either_order_and_before_its_end_bytes);
	claim(a_ccitt_check_starts_at_ffff);
	claim(a_flipped_bit_anywhere_is_refused);
	claim(a_wrong_fixed_byte_is_named_with_its_place);
	claim(a_short_frame_is_refused_by_its_size);
	claim(a_layout_that_cannot_work_is_refused_when_it_is_read);
	claim(a_check_that_covers_itself_is_named);
	claim(a_layout_knows_its_size_and_its_numbers);
	claim(numbers_in_a_row_are_a_field_each);
	claim(each_number_of_a_row_knows_how_it_lies);
	claim(a_number_of_a_row_that_does_not_fit_is_named_by_its_place);
	claim(a_number_too_large_leaves_the_bytes_alone);
}

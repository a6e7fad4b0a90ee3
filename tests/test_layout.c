/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in bytes, both ways, in every order. */
#include "codec/layout.h"

#include <math.h>
#include <string.h>

#include "tests/claims.h"

static double read_as(const char *text, const uint8_t *bytes)
{
	struct layout layout;
	struct error err;

	return layout_parse(&layout, text, &err) < 0 ? NAN : layout_read(&layout, bytes);
}

static int write_as(const char *text, double number, uint8_t *bytes, struct error *err)
{
	struct layout layout;

	return layout_parse(&layout, text, err) < 0 ? -1
						    : layout_write(&layout, number, bytes, err);
}

static void one_number_is_read_in_three_orders(void)
{
	static const uint8_t BIG[] = {0x12, 0x34, 0x56, 0x78};
	static const uint8_t LITTLE[] = {0x78, 0x56, 0x34, 0x12};
	static const uint8_t SWAPPED[] = {0x56, 0x78, 0x12, 0x34};

	CU_ASSERT_EQUAL(read_as("u32", BIG), 0x12345678);
	CU_ASSERT_EQUAL(read_as("u32le", LITTLE), 0x12345678);
	CU_ASSERT_EQUAL(read_as("u32ws", SWAPPED), 0x12345678);
	CU_ASSERT_EQUAL(read_as("u16", BIG), 0x1234);
	CU_ASSERT_EQUAL(read_as("u16le", BIG), 0x3412);
	CU_ASSERT_EQUAL(read_as("flags", BIG), 0x1234);
	CU_ASSERT_EQUAL(read_as("u8", BIG), 0x12);
}

static void the_highest_bit_is_the_sign_of_signed_numbers_only(void)
{
	static const uint8_t ONES[] = {0xFF, 0xFF, 0xFF, 0xFE};

	CU_ASSERT_EQUAL(read_as("i8", ONES), -1);
	CU_ASSERT_EQUAL(read_as("i16", ONES), -1);
	CU_ASSERT_EQUAL(read_as("i32", ONES), -2);
	CU_ASSERT_EQUAL(read_as("u32", ONES), 4294967294.0);
}

static void a_float_is_read_in_three_orders(void)
{
	static const uint8_t BIG[] = {0x3D, 0xCC, 0xCC, 0xCD};
	static const uint8_t LITTLE[] = {0xCD, 0xCC, 0xCC, 0x3D};
	static const uint8_t SWAPPED[] = {0xCC, 0xCD, 0x3D, 0xCC};

	CU_ASSERT_EQUAL(read_as("f32", BIG), (double)0.1f);
	CU_ASSERT_EQUAL(read_as("f32le", LITTLE), (double)0.1f);
	CU_ASSERT_EQUAL(read_as("f32ws", SWAPPED), (double)0.1f);
}

static void a_float_that_is_no_number_stays_so(void)
{
	uint8_t bytes[4];
	struct error err;

	CU_ASSERT_EQUAL(write_as("f32", NAN, bytes, &err), 0);
	CU_ASSERT(isnan(read_as("f32", bytes)));
}

static void what_is_written_reads_back_in_every_layout(void)
{
	static const struct {
		const char *layout;
		double number;
	} CASES[] = {
		{"u8", 255},	       {"i8", -128},
		{"u16", 65535},	       {"u16le", 513},
		{"i16", -32768},       {"i16le", -2},
		{"u32", 4294967295.0}, {"u32le", 67305985},
		{"u32ws", 67305985},   {"i32", -2147483648.0},
		{"i32le", -3},	       {"i32ws", -65537},
		{"f32", 0.5},	       {"f32le", -1.25},
		{"f32ws", 5023.5},     {"flags", 0x8001},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		uint8_t bytes[4] = {0};
		struct error err;

		CU_ASSERT_EQUAL(write_as(CASES[i].layout, CASES[i].number, bytes, &err), 0);
		CU_ASSERT_EQUAL(read_as(CASES[i].layout, bytes), CASES[i].number);
	}
}

static void writing_rounds_to_the_nearest(void)
{
	uint8_t bytes[2];
	struct error err;

	write_as("u16", 9.6, bytes, &err);
	CU_ASSERT_EQUAL(bytes[1], 10);
	write_as("i16", -9.6, bytes, &err);
	CU_ASSERT_EQUAL(read_as("i16", bytes), -10);
	write_as("u16", 65535.4, bytes, &err);
	CU_ASSERT_EQUAL(read_as("u16", bytes), 65535);
}

static void a_number_that_does_not_fit_is_refused_with_its_bounds(void)
{
	uint8_t bytes[4] = {1, 2, 3, 4};
	struct error err;

	CU_ASSERT_EQUAL(write_as("u16", 70000, bytes, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "70000 does not fit into 16 bits, which hold 0 to 65535");
	CU_ASSERT_EQUAL(write_as("u8", -1, bytes, &err), -1);
	CU_ASSERT_EQUAL(write_as("i8", 128, bytes, &err), -1);
	CU_ASSERT_EQUAL(write_as("u32", NAN, bytes, &err), -1);
	CU_ASSERT_EQUAL(write_as("i32", INFINITY, bytes, &err), -1);
	CU_ASSERT_EQUAL(write_as("f32", 1e39, bytes, &err), -1);
	CU_ASSERT_EQUAL(memcmp(bytes, "\1\2\3\4", 4), 0);
}

static void an_order_that_makes_no_sense_is_refused(void)
{
	static const char *const BAD[] = {"u8le",   "u16ws",	 "flagsle",  "u64",	    "u16be",
					  "string", "string[0]", "string[]", "string[999]", ""};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct layout layout;
		struct error err = {0};

		CU_ASSERT_EQUAL(layout_parse(&layout, BAD[i], &err), -1);
		CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, BAD[i]));
	}
}

static void a_string_loses_its_padding_and_nothing_else(void)
{
	struct layout layout;
	struct error err;
	char text[9];

	CU_ASSERT_EQUAL(layout_parse(&layout, "string[8]", &err), 0);
	CU_ASSERT_EQUAL(layout.size, 8);
	layout_read_string(&layout, (const uint8_t *)"GJC 4\0 \0", text);
	CU_ASSERT_STRING_EQUAL(text, "GJC 4");
	layout_read_string(&layout, (const uint8_t *)"        ", text);
	CU_ASSERT_STRING_EQUAL(text, "");
}

static void a_flipped_bit_cannot_make_a_string_unprintable(void)
{
	struct layout layout;
	struct error err;
	char text[9];

	layout_parse(&layout, "string[8]", &err);
	layout_read_string(&layout, (const uint8_t *)"A\0B\xC7\nD\x7F!", text);

	CU_ASSERT_STRING_EQUAL(text, "A?B??D?!");
}

void suite_layout(void)
{
	suite_begin("layout");
	claim(one_number_is_read_in_three_orders);
	claim(the_highest_bit_is_the_sign_of_signed_numbers_only);
	claim(a_float_is_read_in_three_orders);
	claim(a_float_that_is_no_number_stays_so);
	claim(what_is_written_reads_back_in_every_layout);
	claim(writing_rounds_to_the_nearest);
	claim(a_number_that_does_not_fit_is_refused_with_its_bounds);
	claim(an_order_that_makes_no_sense_is_refused);
	claim(a_string_loses_its_padding_and_nothing_else);
	claim(a_flipped_bit_cannot_make_a_string_unprintable);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check sums against the published check values of their polynomials ("123456789") and against
 * frames of real instruments.
 */
#include "codec/crc.h"

#include "tests/claims.h"

static const uint8_t DIGITS[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};

static void modbus_gives_its_published_check_value(void)
{
	CU_ASSERT_EQUAL(crc_modbus(DIGITS, sizeof(DIGITS)), 0x4B37);
}

static void ccitt_gives_its_published_check_values_for_both_starts(void)
{
	CU_ASSERT_EQUAL(crc_ccitt(DIGITS, sizeof(DIGITS), 0xFFFF), 0x29B1);
	CU_ASSERT_EQUAL(crc_ccitt(DIGITS, sizeof(DIGITS), 0x0000), 0x31C3);
}

/* The second stands at the end of every PNG. */
static void png_gives_its_published_check_values(void)
{
	CU_ASSERT_EQUAL(crc_32(DIGITS, sizeof(DIGITS)), 0xCBF43926);
	CU_ASSERT_EQUAL(crc_32((const uint8_t *)"IEND", 4), 0xAE426082);
}

static void no_bytes_give_the_start(void)
{
	CU_ASSERT_EQUAL(crc_modbus(NULL, 0), 0xFFFF);
	CU_ASSERT_EQUAL(crc_ccitt(NULL, 0, 0x1D0F), 0x1D0F);
	CU_ASSERT_EQUAL(crc_32(NULL, 0), 0);
	CU_ASSERT_EQUAL(crc_sum8(NULL, 0), 0);
	CU_ASSERT_EQUAL(crc_negated_sum8(NULL, 0), 0);
}

/* The sums of the table against the polynomials themselves, one bit at a time. */
static void each_byte_adds_to_a_sum_what_its_polynomial_says(void)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		uint16_t right = (uint16_t)(0xFFFF ^ byte), left = (uint16_t)(byte << 8);
		uint8_t one = (uint8_t)byte;
		uint32_t long_one = 0xFFFFFFFF ^ byte;

		for (int bit = 0; bit < 8; bit++) {
			right = (uint16_t)(right & 1 ? right >> 1 ^ 0xA001 : right >> 1);
			left = (uint16_t)(left & 0x8000 ? left << 1 ^ 0x1021 : left << 1);
			long_one = long_one & 1 ? long_one >> 1 ^ 0xEDB88320 : long_one >> 1;
		}
		CU_ASSERT_EQUAL_FATAL(crc_modbus(&one, 1), right);
		CU_ASSERT_EQUAL_FATAL(crc_ccitt(&one, 1, 0), left);
		CU_ASSERT_EQUAL_FATAL(crc_32(&one, 1), ~long_one);
	}
}

static void cubic_frames_end_in_the_negated_sum(void)
{
	static const uint8_t READ[] = {0x11, 0x01, 0x01};
	static const uint8_t MISPRINTED[] = {0x11, 0x02, 0x02, 0x00};

	CU_ASSERT_EQUAL(crc_negated_sum8(READ, sizeof(READ)), 0xED);
	CU_ASSERT_EQUAL(crc_negated_sum8(MISPRINTED, sizeof(MISPRINTED)), 0xEB);
}

static void a_mass_flow_frame_ends_in_the_plain_sum_with_or_without_its_address(void)
{
	static const uint8_t FRAME[] = {0x20, 0x02, 0x80, 0x03, 0xA0, 0x01, 0x05, 0x00};

	CU_ASSERT_EQUAL(crc_sum8(FRAME, sizeof(FRAME)), 0x4B);
	CU_ASSERT_EQUAL(crc_sum8(FRAME + 1, sizeof(FRAME) - 1), 0x2B);
}

static void dynament_frames_end_in_the_sum_of_all_bytes(void)
{
	static const uint8_t READ[] = {0x10, 0x13, 0x06, 0x10, 0x1F};
	static const uint8_t REPLY[] = {0x10, 0x1A, 0x08, 0x01, 0x00, 0x00, 0x00,
					0xCD, 0xCC, 0xCC, 0x3D, 0x10, 0x1F};

	CU_ASSERT_EQUAL(crc_sum16(READ, sizeof(READ)), 0x0058);
	CU_ASSERT_EQUAL(crc_sum16(REPLY, sizeof(REPLY)), 0x0304);
}

void suite_crc(void)
{
	suite_begin("crc");
	claim(modbus_gives_its_published_check_value);
	claim(ccitt_gives_its_published_check_values_for_both_starts);
	claim(png_gives_its_published_check_values);
	claim(no_bytes_give_the_start);
	claim(each_byte_adds_to_a_sum_what_its_polynomial_says);
	claim(cubic_frames_end_in_the_negated_sum);
	claim(a_mass_flow_frame_ends_in_the_plain_sum_with_or_without_its_address);
	claim(dynament_frames_end_in_the_sum_of_all_bytes);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus RTU frames, both sides: requests that real gas transmitters print in their documents,
 * replies good and bad, exceptions, and every single flipped bit. test_modbus_libmodbus.c brings a
 * peer that others wrote.
 */
#include "codec/modbus.h"

#include <string.h>

#include "codec/crc.h"
#include "tests/claims.h"

static const struct modbus_request READ_TWO = {
	.unit = 1, .function = MODBUS_READ_INPUT, .address = 0, .count = 2};

/* Appends the CRC to `size` bytes. */
static size_t seal(uint8_t *adu, size_t size)
{
	uint16_t crc = crc_modbus(adu, size);

	adu[size] = (uint8_t)crc;
	adu[size + 1] = (uint8_t)(crc >> 8);
	return size + 2;
}

static int decode_reply(const struct modbus_request *request, const uint8_t *bytes, size_t size,
			struct error *err)
{
	uint8_t adu[MODBUS_ADU_MOST], data[250];
	size_t data_size;

	memcpy(adu, bytes, size);
	return modbus_reply_decode(request, adu, seal(adu, size), data, &data_size, err);
}

static int decode_request(const uint8_t *bytes, size_t size)
{
	uint8_t adu[MODBUS_ADU_MOST];
	struct modbus_request request;
	struct error err;

	memcpy(adu, bytes, size);
	return modbus_request_decode(&request, adu, seal(adu, size), &err);
}

static void requests_of_gas_transmitters_get_their_printed_bytes(void)
{
	static const struct {
		uint16_t address;
		const char *bytes;
	} CASES[] = {
		{0x0000, "\x01\x03\x00\x00\x00\x01\x84\x0A"},
		{0x001E, "\x01\x03\x00\x1E\x00\x01\xE4\x0C"},
		{0x6001, "\x01\x03\x60\x01\x00\x01\xCB\xCA"},
		{0x6000, "\x01\x03\x60\x00\x00\x01\x9A\x0A"},
		{0x0006, "\x01\x03\x00\x06\x00\x01\x64\x0B"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct modbus_request request = {.unit = 1,
						 .function = MODBUS_READ_HOLDING,
						 .address = CASES[i].address,
						 .count = 1};
		uint8_t adu[MODBUS_ADU_MOST];

		CU_ASSERT_EQUAL(modbus_request_encode(&request, adu), 8);
		CU_ASSERT_EQUAL(memcmp(adu, CASES[i].bytes, 8), 0);
	}
}

static void setting_an_address_ends_in_its_own_crc_and_not_in_the_template_of_the_maker(void)
{
	struct modbus_request unlock = {.unit = 0,
					.function = MODBUS_WRITE_REGISTER,
					.address = 0x11,
					.count = 1,
					.data = {0x00, 0x18},
					.size = 2};
	struct modbus_request move = {.unit = 0,
				      .function = MODBUS_WRITE_REGISTER,
				      .address = 0x13,
				      .count = 1,
				      .data = {0x00, 0x01},
				      .size = 2};
	uint8_t adu[MODBUS_ADU_MOST];

	CU_ASSERT_EQUAL(modbus_request_encode(&unlock, adu), 8);
	CU_ASSERT_EQUAL(memcmp(adu, "\x00\x06\x00\x11\x00\x18\xD8\x14", 8), 0);
	CU_ASSERT_EQUAL(modbus_request_encode(&move, adu), 8);
	CU_ASSERT_EQUAL(memcmp(adu, "\x00\x06\x00\x13\x00\x01\xB8\x1E", 8), 0);
}

static void every_function_survives_encoding_and_decoding(void)
{
	static const struct modbus_request REQUESTS[] = {
		{1, MODBUS_READ_COILS, 19, 2000, {0}, 0},
		{2, MODBUS_READ_DISCRETES, 196, 22, {0}, 0},
		{3, MODBUS_READ_HOLDING, 107, 125, {0}, 0},
		{4, MODBUS_READ_INPUT, 8, 1, {0}, 0},
		{5, MODBUS_WRITE_COIL, 172, 1, {0xFF, 0x00}, 2},
		{6, MODBUS_WRITE_REGISTER, 1, 1, {0x00, 0x03}, 2},
		{247, MODBUS_WRITE_COILS, 19, 10, {0xCD, 0x01}, 2},
		{8, MODBUS_WRITE_REGISTERS, 65535, 2, {0, 10, 1, 2}, 4},
	};

	for (size_t i = 0; i < sizeof(REQUESTS) / sizeof(REQUESTS[0]); i++) {
		uint8_t adu[MODBUS_ADU_MOST];
		struct modbus_request found;
		struct error err;
		size_t size = modbus_request_encode(&REQUESTS[i], adu);

		CU_ASSERT_EQUAL(modbus_request_decode(&found, adu, size, &err), 0);
		CU_ASSERT_EQUAL(found.unit, REQUESTS[i].unit);
		CU_ASSERT_EQUAL(found.function, REQUESTS[i].function);
		CU_ASSERT_EQUAL(found.address, REQUESTS[i].address);
		CU_ASSERT_EQUAL(found.count, REQUESTS[i].count);
		CU_ASSERT_EQUAL(found.size, REQUESTS[i].size);
		CU_ASSERT_EQUAL(memcmp(found.data, REQUESTS[i].data, found.size), 0);
	}
}

static void the_longest_write_fills_the_frame(void)
{
	struct modbus_request request = {
		.unit = 1, .function = MODBUS_WRITE_REGISTERS, .count = 123, .size = 246};
	struct modbus_request found;
	uint8_t adu[MODBUS_ADU_MOST];
	struct error err;

	memset(request.data, 0xA5, 246);
	CU_ASSERT_EQUAL(modbus_request_encode(&request, adu), 255);
	CU_ASSERT_EQUAL(modbus_request_decode(&found, adu, 255, &err), 0);
	CU_ASSERT_EQUAL(memcmp(found.data, request.data, 246), 0);
}

static void a_request_that_no_server_may_obey_is_refused(void)
{
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 3, 0, 0, 0, 1}, 6), 0);
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 3, 0, 0, 0, 0}, 6), -1);	  /* no registers */
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 3, 0, 0, 0, 126}, 6), -1);  /* too many */
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 1, 0, 0, 7, 0xD1}, 6), -1); /* 2001 coils */
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 43, 0, 0, 0, 1}, 6), -1);	  /* function 43 */
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 5, 0, 0, 0, 1}, 6), -1);	  /* half a coil */
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 3, 0, 0, 0, 1, 0}, 7), -1); /* too long */
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 3, 0, 0, 1}, 5), -1);	  /* too short */
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 16, 0, 0, 0, 1, 2, 0, 7}, 9), 0);
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 16, 0, 0, 0, 2, 2, 0, 7}, 9), -1);
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 16, 0, 0, 0, 1, 4, 0, 7}, 9), -1);
	CU_ASSERT_EQUAL(decode_request((uint8_t[]){1, 15, 0, 0, 0, 9, 1, 7}, 8), -1);
}

static void a_flipped_bit_in_a_request_is_refused_wherever_it_is(void)
{
	static const uint8_t FRAME[] = {0x01, 0x03, 0x60, 0x01, 0x00, 0x01, 0xCB, 0xCA};

	for (size_t bit = 0; bit < 8 * sizeof(FRAME); bit++) {
		uint8_t spoilt[sizeof(FRAME)];
		struct modbus_request request;
		struct error err;

		memcpy(spoilt, FRAME, sizeof(FRAME));
		spoilt[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT_EQUAL(modbus_request_decode(&request, spoilt, sizeof(spoilt), &err), -1);
	}
}

static void a_reply_gives_its_registers_as_they_stand(void)
{
	static const uint8_t VALUES[] = {0x00, 0xBD, 0x12, 0x34};
	uint8_t adu[MODBUS_ADU_MOST], data[250];
	size_t size = modbus_reply_encode(&READ_TWO, VALUES, sizeof(VALUES), adu), data_size;
	struct error err;

	CU_ASSERT_EQUAL(size, 9);
	CU_ASSERT_EQUAL(modbus_reply_decode(&READ_TWO, adu, size, data, &data_size, &err), 0);
	CU_ASSERT_EQUAL(data_size, 4);
	CU_ASSERT_EQUAL(memcmp(data, VALUES, 4), 0);
}

static void a_flipped_bit_in_a_reply_is_refused_wherever_it_is(void)
{
	static const uint8_t VALUES[] = {0x00, 0xBD, 0x12, 0x34};
	uint8_t adu[MODBUS_ADU_MOST], data[250];
	size_t size = modbus_reply_encode(&READ_TWO, VALUES, sizeof(VALUES), adu), data_size;

	for (size_t bit = 0; bit < 8 * size; bit++) {
		struct error err;

		adu[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT_EQUAL(modbus_reply_decode(&READ_TWO, adu, size, data, &data_size, &err),
				-1);
		adu[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void a_wrong_crc_is_shown_with_both_sides(void)
{
	static const uint8_t SPOILT[] = {0x00, 0x06, 0x00, 0x13, 0x00, 0x01, 0x39, 0xDF};
	struct modbus_request request;
	struct error err;

	CU_ASSERT_EQUAL(modbus_request_decode(&request, SPOILT, sizeof(SPOILT), &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "the CRC is 39 DF where the bytes give B8 1E, in the Modbus "
			       "request 00 06 00 13 00 01 39 DF");
}

static void an_exception_becomes_its_sentence(void)
{
	uint8_t adu[MODBUS_ADU_MOST], data[250];
	size_t size = modbus_exception_encode(&READ_TWO, 2, adu), data_size;
	struct error err;

	CU_ASSERT_EQUAL(size, 5);
	CU_ASSERT_EQUAL(adu[1], 0x84);
	CU_ASSERT_EQUAL(modbus_reply_decode(&READ_TWO, adu, size, data, &data_size, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(err.text, "illegal data address (exception 2)");
}

static void an_unheard_of_exception_has_a_name_too(void)
{
	CU_ASSERT_STRING_EQUAL(modbus_exception_name(0), "refused for a reason of its own");
	CU_ASSERT_STRING_EQUAL(modbus_exception_name(7), "refused for a reason of its own");
	CU_ASSERT_STRING_EQUAL(modbus_exception_name(255), "refused for a reason of its own");
}

static void the_answer_of_another_unit_is_not_taken(void)
{
	struct error err;

	CU_ASSERT_EQUAL(decode_reply(&READ_TWO, (uint8_t[]){2, 4, 4, 0, 1, 0, 2}, 7, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "unit 2 answered where unit 1 was asked");
}

static void the_answer_to_another_function_is_not_taken(void)
{
	struct error err;

	CU_ASSERT_EQUAL(decode_reply(&READ_TWO, (uint8_t[]){1, 3, 4, 0, 1, 0, 2}, 7, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "the reply is to function 3 where function 4 was asked");
}

static void fewer_registers_than_asked_are_not_taken(void)
{
	struct error err;

	CU_ASSERT_EQUAL(decode_reply(&READ_TWO, (uint8_t[]){1, 4, 2, 0, 1}, 5, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_EQUAL(decode_reply(&READ_TWO, (uint8_t[]){1, 4, 2, 0, 1, 0, 2}, 7, &err), -1);
	CU_ASSERT_EQUAL(decode_reply(&READ_TWO, (uint8_t[]){1, 4}, 2, &err), -1);
}

static void a_write_is_confirmed_by_its_echo_only(void)
{
	struct modbus_request write = {.unit = 1,
				       .function = MODBUS_WRITE_REGISTERS,
				       .address = 7,
				       .count = 2,
				       .data = {0, 10, 1, 2},
				       .size = 4};
	uint8_t adu[MODBUS_ADU_MOST], data[250];
	size_t size = modbus_reply_encode(&write, NULL, 0, adu), data_size = 99;
	struct error err;

	CU_ASSERT_EQUAL(size, 8);
	CU_ASSERT_EQUAL(modbus_reply_decode(&write, adu, size, data, &data_size, &err), 0);
	CU_ASSERT_EQUAL(data_size, 0);
	CU_ASSERT_EQUAL(decode_reply(&write, (uint8_t[]){1, 16, 0, 7, 0, 1}, 6, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "the reply confirms 01 10 00 07 00 01 where 01 10 00 07 00 02 was "
			       "written");
}

static void the_size_of_a_reply_is_known_from_its_first_bytes(void)
{
	static const uint8_t GOOD[] = {1, 4, 4}, SHORT[] = {1, 4, 2}, EXCEPTION[] = {1, 0x84};

	CU_ASSERT_EQUAL(modbus_reply_size(&READ_TWO, GOOD, 0), 0);
	CU_ASSERT_EQUAL(modbus_reply_size(&READ_TWO, GOOD, 1), 0);
	CU_ASSERT_EQUAL(modbus_reply_size(&READ_TWO, GOOD, 2), 0);
	CU_ASSERT_EQUAL(modbus_reply_size(&READ_TWO, GOOD, 3), 9);
	CU_ASSERT_EQUAL(modbus_reply_size(&READ_TWO, SHORT, 3), 7);
	CU_ASSERT_EQUAL(modbus_reply_size(&READ_TWO, EXCEPTION, 2), 5);
}

static void a_byte_count_that_no_frame_can_have_does_not_make_the_link_wait(void)
{
	static const uint8_t HUGE[] = {1, 4, 0xFF}, OTHER[] = {1, 7, 0};

	CU_ASSERT_EQUAL(modbus_reply_size(&READ_TWO, HUGE, 3), 9);
	CU_ASSERT_EQUAL(modbus_reply_size(&READ_TWO, OTHER, 3), 9);
}

static void the_reply_to_a_write_has_eight_bytes(void)
{
	struct modbus_request write = {.unit = 1,
				       .function = MODBUS_WRITE_COIL,
				       .count = 1,
				       .data = {0xFF, 0x00},
				       .size = 2};

	CU_ASSERT_EQUAL(modbus_reply_size(&write, (uint8_t[]){1, 5}, 2), 8);
	CU_ASSERT_EQUAL(modbus_reply_size(&write, (uint8_t[]){1, 0x85}, 2), 5);
}

void suite_modbus(void)
{
	suite_begin("modbus");
	claim(requests_of_gas_transmitters_get_their_printed_bytes);
	claim(setting_an_address_ends_in_its_own_crc_and_not_in_the_template_of_the_maker);
	claim(every_function_survives_encoding_and_decoding);
	claim(the_longest_write_fills_the_frame);
	claim(a_request_that_no_server_may_obey_is_refused);
	claim(a_flipped_bit_in_a_request_is_refused_wherever_it_is);
	claim(a_reply_gives_its_registers_as_they_stand);
	claim(a_flipped_bit_in_a_reply_is_refused_wherever_it_is);
	claim(a_wrong_crc_is_shown_with_both_sides);
	claim(an_exception_becomes_its_sentence);
	claim(an_unheard_of_exception_has_a_name_too);
	claim(the_answer_of_another_unit_is_not_taken);
	claim(the_answer_to_another_function_is_not_taken);
	claim(fewer_registers_than_asked_are_not_taken);
	claim(a_write_is_confirmed_by_its_echo_only);
	claim(the_size_of_a_reply_is_known_from_its_first_bytes);
	claim(a_byte_count_that_no_frame_can_have_does_not_make_the_link_wait);
	claim(the_reply_to_a_write_has_eight_bytes);
}

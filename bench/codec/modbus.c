/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus RTU.
 *
 *   request  unit function address count CRC             reads (1 to 4)
 *            unit function address value CRC             one write (5, 6)
 *            unit function address count bytes values CRC   many writes (15, 16)
 *   reply    unit function bytes values CRC              reads
 *            unit function address value-or-count CRC    writes: an echo
 *            unit function+80 code CRC                   an exception
 *
 * Numbers are big-endian but for the CRC, whose low byte comes first. A frame is at most 256 bytes,
 * which bounds the counts: 2000 coils or 125 registers read, 1968 or 123 written (Application
 * Protocol V1.1b3, 6). `data` of a request holds the values exactly as in the frame.
 *
 * Deliberately absent: broadcast (unit 0 has no reply, which is the caller's knowledge), the silent
 * intervals between frames (port/link.c keeps them) and every other function code.
 */
#include "codec/modbus.h"

#include <assert.h>
#include <string.h>

#include "codec/crc.h"
#include "codec/hex.h"

enum { EXCEPTION_BIT = 0x80, HEAD = 2, CRC_BYTES = 2, EXCEPTION_BYTES = 5, ECHO_BYTES = 8 };

static size_t put_16(uint8_t *adu, size_t at, uint16_t number)
{
	adu[at] = (uint8_t)(number >> 8);
	adu[at + 1] = (uint8_t)number;
	return at + 2;
}

static uint16_t get_16(const uint8_t *adu, size_t at)
{
	return (uint16_t)(adu[at] << 8 | adu[at + 1]);
}

static size_t put_bytes(uint8_t *adu, size_t at, const uint8_t *data, size_t size)
{
	if (size > 0)
		memcpy(adu + at, data, size);
	return at + size;
}

static size_t put_crc(uint8_t *adu, size_t at)
{
	uint16_t crc = crc_modbus(adu, at);

	adu[at] = (uint8_t)crc;
	adu[at + 1] = (uint8_t)(crc >> 8);
	return at + CRC_BYTES;
}

static int crc_verify(const uint8_t *adu, size_t size, const char *what, struct error *err)
{
	char found_text[HEX_TEXT], want_text[HEX_TEXT], frame_text[HEX_TEXT];

	if (size < HEAD + CRC_BYTES)
		return error_set(err, ERROR_DEVICE, "%zu bytes are too few for a Modbus %s: %s",
				 size, what, hex_text(frame_text, adu, size));

	uint16_t crc = crc_modbus(adu, size - CRC_BYTES);
	uint8_t want[CRC_BYTES] = {(uint8_t)crc, (uint8_t)(crc >> 8)};
	if (memcmp(want, adu + size - CRC_BYTES, CRC_BYTES) != 0)
		return error_set(err, ERROR_DEVICE,
				 "the CRC is %s where the bytes give %s, in the Modbus %s %s",
				 hex_text(found_text, adu + size - CRC_BYTES, CRC_BYTES),
				 hex_text(want_text, want, CRC_BYTES), what,
				 hex_text(frame_text, adu, size));
	return 0;
}

static bool function_reads(enum modbus_function function)
{
	return function >= MODBUS_READ_COILS && function <= MODBUS_READ_INPUT;
}

static bool function_writes_many(enum modbus_function function)
{
	return function == MODBUS_WRITE_COILS || function == MODBUS_WRITE_REGISTERS;
}

/* How many bytes `count` values take in a frame. */
static size_t values_size(enum modbus_function function, size_t count)
{
	switch (function) {
	case MODBUS_READ_COILS:
	case MODBUS_READ_DISCRETES:
	case MODBUS_WRITE_COILS:
		return (count + 7) / 8;
	default:
		return 2 * count;
	}
}

static size_t count_most(enum modbus_function function)
{
	switch (function) {
	case MODBUS_READ_COILS:
	case MODBUS_READ_DISCRETES:
		return 2000;
	case MODBUS_READ_HOLDING:
	case MODBUS_READ_INPUT:
		return 125;
	case MODBUS_WRITE_COILS:
		return 1968;
	case MODBUS_WRITE_REGISTERS:
		return 123;
	case MODBUS_WRITE_COIL:
	case MODBUS_WRITE_REGISTER:
		return 1;
	}
	return 0;
}

/*
 * Requests
 */

static size_t put_head(const struct modbus_request *request, uint8_t *adu)
{
	adu[0] = request->unit;
	adu[1] = (uint8_t)request->function;
	return put_16(adu, HEAD, request->address);
}

size_t modbus_request_encode(const struct modbus_request *request, uint8_t *adu)
{
	enum modbus_function function = request->function;
	size_t at = put_head(request, adu);

	assert(request->count >= 1 && request->count <= count_most(function));
	assert(function_reads(function) || request->size == values_size(function, request->count));

	if (function_reads(function) || function_writes_many(function))
		at = put_16(adu, at, request->count);
	if (function_writes_many(function))
		adu[at++] = (uint8_t)request->size;
	if (!function_reads(function))
		at = put_bytes(adu, at, request->data, request->size);
	return put_crc(adu, at);
}

static int request_refuse(const uint8_t *adu, size_t size, const char *why, struct error *err)
{
	char frame_text[HEX_TEXT];

	return error_set(err, ERROR_DEVICE, "%s, in the Modbus request %s", why,
			 hex_text(frame_text, adu, size));
}

static int request_decode_read(struct modbus_request *request, const uint8_t *adu, size_t size,
			       struct error *err)
{
	if (size != 8)
		return request_refuse(adu, size, "a request to read has 8 bytes", err);
	request->count = get_16(adu, 4);
	request->size = 0;
	return 0;
}

static int request_decode_one(struct modbus_request *request, const uint8_t *adu, size_t size,
			      struct error *err)
{
	if (size != 8)
		return request_refuse(adu, size, "a request to write one value has 8 bytes", err);
	uint16_t value = get_16(adu, 4);
	if (request->function == MODBUS_WRITE_COIL && value != 0xFF00 && value != 0)
		return request_refuse(adu, size, "a coil is written as FF 00 or 00 00", err);

	request->count = 1;
	request->size = put_bytes(request->data, 0, adu + 4, 2);
	return 0;
}

static int request_decode_many(struct modbus_request *request, const uint8_t *adu, size_t size,
			       struct error *err)
{
	if (size < 9 || size != 9u + adu[6])
		return request_refuse(adu, size, "the byte count is not that of the frame", err);
	request->count = get_16(adu, 4);
	if (adu[6] > sizeof(request->data) ||
	    adu[6] != values_size(request->function, request->count))
		return request_refuse(adu, size, "the byte count does not fit the count", err);

	request->size = put_bytes(request->data, 0, adu + 7, adu[6]);
	return 0;
}

int modbus_request_decode(struct modbus_request *request, const uint8_t *adu, size_t size,
			  struct error *err)
{
	struct modbus_request found = {0};
	int result;

	if (crc_verify(adu, size, "request", err) < 0)
		return -1;
	if (count_most(adu[1]) == 0)
		return request_refuse(adu, size, "this function is not served", err);
	if (size < 8)
		return request_refuse(adu, size, "the frame is too short for its function", err);

	found.unit = adu[0];
	found.function = adu[1];
	found.address = get_16(adu, HEAD);
	if (function_reads(found.function))
		result = request_decode_read(&found, adu, size, err);
	else if (function_writes_many(found.function))
		result = request_decode_many(&found, adu, size, err);
	else
		result = request_decode_one(&found, adu, size, err);
	if (result < 0)
		return -1;

	if (found.count < 1 || found.count > count_most(found.function))
		return request_refuse(adu, size, "the count is out of bounds", err);
	*request = found;
	return 0;
}

/*
 * Replies
 */

static size_t reply_size_asked(const struct modbus_request *request)
{
	if (!function_reads(request->function))
		return ECHO_BYTES;
	return HEAD + 1 + values_size(request->function, request->count) + CRC_BYTES;
}

size_t modbus_reply_size(const struct modbus_request *request, const uint8_t *adu, size_t size)
{
	if (size < HEAD)
		return 0;
	if (adu[1] == (request->function | EXCEPTION_BIT))
		return EXCEPTION_BYTES;
	if (!function_reads(request->function) || adu[1] != request->function)
		return reply_size_asked(request);
	if (size < HEAD + 1)
		return 0;

	size_t claimed = HEAD + 1u + adu[2] + CRC_BYTES;
	return claimed <= MODBUS_ADU_MOST ? claimed : reply_size_asked(request);
}

static int decode_values(const struct modbus_request *request, const uint8_t *adu, size_t size,
			 uint8_t *data, size_t *data_size, struct error *err)
{
	size_t asked = values_size(request->function, request->count);

	if (size != HEAD + 1 + asked + CRC_BYTES || adu[2] != asked)
		return error_set(err, ERROR_DEVICE,
				 "the reply has %zu bytes and announces %u of values, where %zu of "
				 "values were asked for",
				 size, adu[2], asked);
	*data_size = put_bytes(data, 0, adu + HEAD + 1, asked);
	return 0;
}

static int decode_echo(const struct modbus_request *request, const uint8_t *adu, size_t size,
		       struct error *err)
{
	uint8_t sent[MODBUS_ADU_MOST];
	char found_text[HEX_TEXT], sent_text[HEX_TEXT];

	modbus_request_encode(request, sent);
	if (size != ECHO_BYTES || memcmp(adu, sent, ECHO_BYTES - CRC_BYTES) != 0)
		return error_set(err, ERROR_DEVICE, "the reply confirms %s where %s was written",
				 hex_text(found_text, adu, size - CRC_BYTES),
				 hex_text(sent_text, sent, ECHO_BYTES - CRC_BYTES));
	return 0;
}

int modbus_reply_decode(const struct modbus_request *request, const uint8_t *adu, size_t size,
			uint8_t *data, size_t *data_size, struct error *err)
{
	if (crc_verify(adu, size, "reply", err) < 0)
		return -1;
	if (adu[0] != request->unit)
		return error_set(err, ERROR_DEVICE, "unit %u answered where unit %u was asked",
				 adu[0], request->unit);
	if (adu[1] == (request->function | EXCEPTION_BIT) && size == EXCEPTION_BYTES)
		return error_set(err, ERROR_DEVICE, "%s (exception %u)",
				 modbus_exception_name(adu[2]), adu[2]);
	if (adu[1] != request->function)
		return error_set(err, ERROR_DEVICE,
				 "the reply is to function %u where function %d was asked", adu[1],
				 (int)request->function);

	if (function_reads(request->function))
		return decode_values(request, adu, size, data, data_size, err);
	*data_size = 0;
	return decode_echo(request, adu, size, err);
}

size_t modbus_reply_encode(const struct modbus_request *request, const uint8_t *data, size_t size,
			   uint8_t *adu)
{
	if (!function_reads(request->function)) {
		modbus_request_encode(request, adu);
		return put_crc(adu, ECHO_BYTES - CRC_BYTES);
	}

	assert(size <= MODBUS_ADU_MOST - HEAD - 1 - CRC_BYTES);
	adu[0] = request->unit;
	adu[1] = (uint8_t)request->function;
	adu[2] = (uint8_t)size;
	return put_crc(adu, put_bytes(adu, HEAD + 1, data, size));
}

size_t modbus_exception_encode(const struct modbus_request *request, uint8_t code, uint8_t *adu)
{
	adu[0] = request->unit;
	adu[1] = (uint8_t)(request->function | EXCEPTION_BIT);
	adu[2] = code;
	return put_crc(adu, HEAD + 1);
}

const char *modbus_exception_name(uint8_t code)
{
	static const char *const NAMES[] = {
		[1] = "illegal function",
		[2] = "illegal data address",
		[3] = "illegal data value",
		[4] = "server device failure",
		[5] = "acknowledged, but not finished",
		[6] = "server device busy",
		[8] = "memory parity error",
		[10] = "gateway path unavailable",
		[11] = "gateway target device failed to respond",
	};

	if (code < sizeof(NAMES) / sizeof(NAMES[0]) && NAMES[code])
		return NAMES[code];
	return "refused for a reason of its own";
}

bool modbus_is_exception(const uint8_t *adu, size_t size)
{
	struct error ignored;

	return size == EXCEPTION_BYTES && (adu[1] & EXCEPTION_BIT) &&
	       crc_verify(adu, size, "reply", &ignored) == 0;
}

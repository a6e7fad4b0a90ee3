/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus RTU frames (Modbus over Serial Line V1.02; Application Protocol V1.1b3), both sides: the
 * client's requests and the server's replies. Pure: bytes in, meaning out. Functions 1 to 6, 15, 16.
 */
#ifndef DAVY_CODEC_MODBUS_H
#define DAVY_CODEC_MODBUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { MODBUS_ADU_MOST = 256 };

enum modbus_function {
	MODBUS_READ_COILS = 1,
	MODBUS_READ_DISCRETES = 2,
	MODBUS_READ_HOLDING = 3,
	MODBUS_READ_INPUT = 4,
	MODBUS_WRITE_COIL = 5,
	MODBUS_WRITE_REGISTER = 6,
	MODBUS_WRITE_COILS = 15,
	MODBUS_WRITE_REGISTERS = 16,
};

struct modbus_request {
	uint8_t unit;
	enum modbus_function function;
	uint16_t address;
	uint16_t count;	   /* registers or coils */
	uint8_t data[246]; /* writes: the values as they stand in the frame */
	size_t size;	   /* of data */
};

/* Encode with CRC; returns the bytes used (`adu` holds MODBUS_ADU_MOST). */
size_t modbus_request_encode(const struct modbus_request *request, uint8_t *adu);
/* Server side: decode a whole request frame; fails on CRC, length, unknown function, counts. */
int modbus_request_decode(struct modbus_request *request, const uint8_t *adu, size_t size,
			  struct error *err);

/*
 * How many bytes the reply to `request` will have, judged by the bytes so far: 0 while that is not
 * known yet. An exception reply has 5.
 */
size_t modbus_reply_size(const struct modbus_request *request, const uint8_t *adu, size_t size);
/*
 * Client side: check a whole reply against its request (CRC, unit, function, byte count, echo) and
 * copy the payload to `data` (at least 250 bytes); a write has none. An exception becomes an
 * ERROR_DEVICE sentence: "illegal data address (exception 2)".
 */
int modbus_reply_decode(const struct modbus_request *request, const uint8_t *adu, size_t size,
			uint8_t *data, size_t *data_size, struct error *err);
/*
 * Server side: encode a good reply with this payload (packed coils or registers as they stand in
 * the frame; a write echoes its request and needs none), or an exception.
 */
size_t modbus_reply_encode(const struct modbus_request *request, const uint8_t *data, size_t size,
			   uint8_t *adu);
size_t modbus_exception_encode(const struct modbus_request *request, uint8_t code, uint8_t *adu);
const char *modbus_exception_name(uint8_t code);
/* Is this a whole exception reply with a good CRC? */
bool modbus_is_exception(const uint8_t *adu, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus RTU from both ends. The input is a request (its first byte says how long) and what a server might
 * answer; both are tried as they stand and with the right CRC, which no change of bytes would find.
 */
#include <string.h>

#include "codec/crc.h"
#include "codec/modbus.h"
#include "tests/fuzz/fuzz.h"

enum { FRAME_ROOM = 300, PAYLOAD_MOST = 250 };

static void put_crc(uint8_t *adu, size_t size)
{
	uint16_t crc;

	if (size < 2)
		return;
	crc = crc_modbus(adu, size - 2);
	adu[size - 2] = (uint8_t)crc;
	adu[size - 1] = (uint8_t)(crc >> 8);
}

static void answer(const struct modbus_request *request, const uint8_t *adu, size_t size)
{
	uint8_t payload[PAYLOAD_MOST], again[MODBUS_ADU_MOST];
	size_t payload_size = 0;
	struct error err;

	for (size_t part = 0; part <= size; part++)
		must(modbus_reply_size(request, adu, part) <= MODBUS_ADU_MOST);
	if (modbus_reply_decode(request, adu, size, payload, &payload_size, &err) == 0) {
		must(payload_size <= sizeof(payload));
		must(modbus_reply_size(request, adu, size) == size);
		must(modbus_reply_encode(request, payload, payload_size, again) == size);
		must(!memcmp(again, adu, size));
	} else if (modbus_is_exception(adu, size)) {
		must(size == 5);
	}
}

static void ask(const uint8_t *adu, size_t size, const uint8_t *reply, size_t reply_size)
{
	struct modbus_request request;
	uint8_t again[MODBUS_ADU_MOST], changed[FRAME_ROOM];
	struct error err;

	if (modbus_request_decode(&request, adu, size, &err) < 0)
		return;
	must(request.size <= sizeof(request.data));
	must(modbus_request_encode(&request, again) == size);
	must(!memcmp(again, adu, size));
	answer(&request, reply, reply_size);
	memcpy(changed, reply, reply_size);
	put_crc(changed, reply_size);
	answer(&request, changed, reply_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t request[FRAME_ROOM];
	size_t first, rest;

	if (size < 1)
		return 0;
	first = data[0] < size - 1 ? data[0] : size - 1;
	rest = size - 1 - first;
	if (rest > FRAME_ROOM)
		rest = FRAME_ROOM;
	memcpy(request, data + 1, first);
	ask(request, first, data + 1 + first, rest);
	put_crc(request, first);
	ask(request, first, data + 1 + first, rest);
	return 0;
}

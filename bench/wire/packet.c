/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames into packets and out of them again; the layout stands in packet.h.
 *
 * A frame is written with room for its head first and the head filled in once the payload's size is
 * known, so a packet is one buffer and one copy. Reading trusts nothing: each field of the head is
 * checked before the next is used, the payload must be exactly one value tree, and the tree must be
 * what its type carries.
 *
 * Whose turn it is, and whether a type may come from this side, is the peer's business (peer.c).
 */
#include "wire/packet.h"

#include <stdbool.h>
#include <string.h>

#include "wire/binary.h"
#include "wire/little_endian.h"
#include "wire/schema.h"

static const uint8_t MAGIC[4] = {'D', 'a', 'v', 'y'};

/* Where each field of the head begins. */
enum {
	AT_SCHEMA = 4,
	AT_TYPE = 6,
	AT_LENGTH = 8,
	AT_SEQUENCE = 12,
	AT_REQUEST = 16,
	AT_ZERO = 20,
	AT_TIME = 24,
};

static const char *const NAMES[] = {
	[FRAME_SOURCE] = "SOURCE",   [FRAME_START] = "START",	  [FRAME_RESULT] = "RESULT",
	[FRAME_STOP] = "STOP",	     [FRAME_ADVANCE] = "ADVANCE", [FRAME_LINES] = "LINES",
	[FRAME_ASK] = "ASK",	     [FRAME_REQUEST] = "REQUEST", [FRAME_CANCEL] = "CANCEL",
	[FRAME_MEASURE] = "MEASURE", [FRAME_NOTE] = "NOTE",	  [FRAME_OUT] = "OUT",
	[FRAME_ANSWER] = "ANSWER",   [FRAME_DATA] = "DATA",	  [FRAME_IDLE] = "IDLE",
	[FRAME_MORE] = "MORE",	     [FRAME_DONE] = "DONE",	  [FRAME_FAILED] = "FAILED",
};

static bool type_known(unsigned type)
{
	return type < sizeof(NAMES) / sizeof(NAMES[0]) && NAMES[type];
}

const char *frame_type_name(enum frame_type type)
{
	return type_known(type) ? NAMES[type] : "unknown";
}

static void write_head(uint8_t *head, size_t length, const struct frame *frame)
{
	memcpy(head, MAGIC, sizeof(MAGIC));
	little_put(head + AT_SCHEMA, 2, PACKET_SCHEMA);
	little_put(head + AT_TYPE, 2, frame->type);
	little_put(head + AT_LENGTH, 4, length);
	little_put(head + AT_SEQUENCE, 4, frame->sequence);
	little_put(head + AT_REQUEST, 4, frame->request);
	little_put(head + AT_ZERO, 4, 0);
	little_put(head + AT_TIME, 8, (uint64_t)frame->time);
}

/* Back to `size` bytes, as if nothing had been added. */
static void cut(struct buf *packet, size_t size)
{
	packet->size = size;
	packet->data[size] = '\0';
}

int packet_add(struct buf *packet, enum frame_type type, uint32_t sequence, uint32_t request,
	       nsec time, const struct value *payload, struct error *err)
{
	static const uint8_t room[PACKET_HEAD];
	const struct frame frame = {type, sequence, request, time, NULL};
	size_t start = packet->size;

	buf_add(packet, room, sizeof(room));
	if (payload)
		binary_encode(packet, payload);
	else
		buf_add_byte(packet, VALUE_NIL);

	size_t size = packet->size - start;

	if (packet->size > PACKET_MOST) {
		cut(packet, start);
		return error_set(err, ERROR_REFUSED,
				 "a %s frame of %zu bytes does not fit behind %zu others: a packet "
				 "holds %d",
				 frame_type_name(type), size, start, PACKET_MOST);
	}
	write_head((uint8_t *)packet->data + start, size - PACKET_HEAD, &frame);
	return 0;
}

static int refuse(struct error *err, size_t offset, const char *why)
{
	return error_set(err, ERROR_DEVICE, "not a packet: the frame at byte %zu %s", offset, why);
}

/* Check the head at `offset` and fill the frame but for its payload. */
static int read_head(const uint8_t *bytes, size_t size, size_t offset, struct frame *frame,
		     size_t *length, struct error *err)
{
	const uint8_t *head = bytes + offset;

	if (size - offset < PACKET_HEAD)
		return refuse(err, offset, "is cut short");
	if (memcmp(head, MAGIC, sizeof(MAGIC)) != 0)
		return refuse(err, offset, "does not begin with \"Davy\"");
	if (little_get(head + AT_SCHEMA, 2) != PACKET_SCHEMA)
		return refuse(err, offset,
			      "has another schema: davy and davy-lua are of different versions");

	*length = (size_t)little_get(head + AT_LENGTH, 4);
	frame->type = (enum frame_type)little_get(head + AT_TYPE, 2);
	frame->sequence = (uint32_t)little_get(head + AT_SEQUENCE, 4);
	frame->request = (uint32_t)little_get(head + AT_REQUEST, 4);
	frame->time = (nsec)little_get(head + AT_TIME, 8);

	if (!type_known(frame->type))
		return refuse(err, offset, "has an unknown type");
	if (*length > size - offset - PACKET_HEAD)
		return refuse(err, offset, "is longer than the packet");
	if (frame->sequence == 0 || little_get(head + AT_ZERO, 4) != 0)
		return refuse(err, offset, "has a damaged head");
	return 0;
}

int packet_next(const uint8_t *bytes, size_t size, size_t *offset, struct frame *frame,
		struct error *err)
{
	struct frame next = {0};
	size_t length = 0;

	if (*offset == size)
		return 0;
	if (size > PACKET_MOST)
		return error_set(err, ERROR_DEVICE,
				 "not a packet: %zu bytes, and a packet holds %d", size,
				 PACKET_MOST);
	if (read_head(bytes, size, *offset, &next, &length, err) < 0)
		return -1;

	next.payload = binary_decode(bytes + *offset + PACKET_HEAD, length, err);
	if (!next.payload || schema_check(next.type, next.payload, err) < 0) {
		value_free(next.payload);
		return error_context(err, "the %s frame at byte %zu", frame_type_name(next.type),
				     *offset);
	}
	*offset += PACKET_HEAD + length;
	*frame = next;
	return 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets between the controller and its Lua processes: framing, value trees, schema. Every packet that
 * is accepted is the one that its frames give when they are written again, byte for byte.
 *
 * Half of the inputs are changed as bytes, half as the tree of one of their frames.
 */
#include <string.h>

#include "tests/fuzz/tree.h"
#include "wire/binary.h"
#include "wire/little_endian.h"
#include "wire/packet.h"

enum { LENGTH_AT = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame frame;
	struct buf again;
	struct error err;
	size_t offset = 0;
	int got;

	buf_init(&again);
	while ((got = packet_next(data, size, &offset, &frame, &err)) == 1) {
		must(frame.payload != NULL);
		must(frame_type_name(frame.type) != NULL);
		must(packet_add(&again, frame.type, frame.sequence, frame.request, frame.time,
				frame.payload, &err) == 0);
		value_free(frame.payload);
	}
	must(again.size == offset && !memcmp(again.data, data, offset));
	must(got == 0 ? offset == size : err.text[0] != '\0');
	buf_done(&again);
	return 0;
}

/* Where frame number `number` begins; `size` when there are not so many. */
static size_t find_frame(const uint8_t *data, size_t size, unsigned number)
{
	size_t at = 0;

	while (number > 0 && size - at > PACKET_HEAD) {
		size_t length = (size_t)little_get(data + at + LENGTH_AT, 4);

		if (length > size - at - PACKET_HEAD)
			return size;
		at += PACKET_HEAD + length;
		number--;
	}
	return size - at > PACKET_HEAD ? at : size;
}

/* The frame at `at` with its payload changed; what follows it moves. */
static size_t change_payload(uint8_t *data, size_t size, size_t most, size_t at, unsigned seed)
{
	size_t length = (size_t)little_get(data + at + LENGTH_AT, 4);
	uint8_t *payload = data + at + PACKET_HEAD;
	size_t left = size - at - PACKET_HEAD, behind;
	struct value *tree;
	struct buf bytes;

	tree = length <= left ? tree_read(payload, length) : NULL;
	if (!tree)
		return LLVMFuzzerMutate(data, size, most);
	behind = left - length;
	tree = tree_change(tree, seed);
	buf_init(&bytes);
	binary_encode(&bytes, tree);
	value_free(tree);
	if (at + PACKET_HEAD + bytes.size + behind <= most) {
		memmove(payload + bytes.size, payload + length, behind);
		memcpy(payload, bytes.data, bytes.size);
		little_put(data + at + LENGTH_AT, 4, bytes.size);
		size = at + PACKET_HEAD + bytes.size + behind;
	}
	buf_done(&bytes);
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	size_t at = find_frame(data, size, seed / 2 % 4);

	if (seed % 2 || at == size)
		return LLVMFuzzerMutate(data, size, most);
	return change_payload(data, size, most, at, seed);
}

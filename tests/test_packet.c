/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of frames: what goes in comes out, and nothing else is taken for a packet. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/claims.h"
#include "wire/packet.h"

static struct value *note(const char *text)
{
	struct value *map = value_map();

	value_set_text(map, "text", text);
	return map;
}

/* A packet with one NOTE (sequence 7, request 0, 5 ms) and one IDLE that answers 3. */
static void fill(struct buf *packet)
{
	struct value *payload = note("lid closed");
	struct error err;

	buf_init(packet);
	packet_add(packet, FRAME_NOTE, 7, 0, MSEC(5), payload, &err);
	packet_add(packet, FRAME_IDLE, 8, 3, MSEC(5), NULL, &err);
	value_free(payload);
}

/* Read a whole packet; its frames, or -1, then `err` says why. */
static int count_frames(const void *bytes, size_t size, struct error *err)
{
	struct frame frame;
	size_t offset = 0;
	int count = 0, more;

	while ((more = packet_next(bytes, size, &offset, &frame, err)) > 0) {
		value_free(frame.payload);
		count++;
	}
	return more < 0 ? -1 : count;
}

static void check_refused(size_t at, uint8_t byte, const char *sentence)
{
	struct error err = {0};
	struct buf packet;

	fill(&packet);
	packet.data[at] = (char)byte;

	CU_ASSERT_EQUAL(count_frames(packet.data, packet.size, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, sentence);
	buf_done(&packet);
}

static void a_frame_comes_out_as_it_went_in(void)
{
	struct buf packet;
	struct frame first, second;
	struct error err;
	size_t offset = 0;

	fill(&packet);
	const uint8_t *bytes = (const uint8_t *)packet.data;
	int got_first = packet_next(bytes, packet.size, &offset, &first, &err);
	int got_second = packet_next(bytes, packet.size, &offset, &second, &err);
	int got_third = packet_next(bytes, packet.size, &offset, &second, &err);

	CU_ASSERT(got_first == 1 && got_second == 1 && got_third == 0);
	CU_ASSERT(first.type == FRAME_NOTE && first.sequence == 7 && first.request == 0);
	CU_ASSERT_EQUAL(first.time, MSEC(5));
	CU_ASSERT_STRING_EQUAL(value_get_text(first.payload, "text"), "lid closed");
	CU_ASSERT(second.type == FRAME_IDLE && second.sequence == 8 && second.request == 3);
	CU_ASSERT_EQUAL(second.payload->kind, VALUE_NIL);
	value_free(first.payload);
	value_free(second.payload);
	buf_done(&packet);
}

static void a_frame_has_the_documented_head(void)
{
	static const char expected[] = "Davy\1\0\x27\0\1\0\0\0\4\3\2\1\2\0\0\0\0\0\0\0"
				       "\x40\x42\x0f\0\0\0\0\0\1";
	struct error err;
	struct buf packet;

	buf_init(&packet);
	packet_add(&packet, FRAME_IDLE, 0x01020304, 2, MSEC(1), NULL, &err);

	CU_ASSERT_EQUAL(packet.size, sizeof(expected) - 1);
	CU_ASSERT(memcmp(packet.data, expected, packet.size) == 0);
	buf_done(&packet);
}

static void a_frame_that_does_not_fit_leaves_the_packet_as_it_was(void)
{
	struct value *large = value_map();
	struct error err;
	struct buf packet;

	fill(&packet);
	size_t before = packet.size;
	char *text = xcalloc(1, PACKET_MOST);
	value_set(large, "text", value_bytes(text, PACKET_MOST - before));
	int added = packet_add(&packet, FRAME_NOTE, 9, 0, 0, large, &err);

	CU_ASSERT_EQUAL(added, -1);
	CU_ASSERT_EQUAL(packet.size, before);
	CU_ASSERT_EQUAL(count_frames(packet.data, packet.size, &err), 2);
	buf_done(&packet);
	value_free(large);
	free(text);
}

static void a_packet_may_be_full_to_the_last_byte(void)
{
	struct value *large = value_map();
	struct error err;
	struct buf packet;
	char *text = xcalloc(1, PACKET_MOST);

	buf_init(&packet);
	value_set(large, "text", value_bytes(text, PACKET_MOST - PACKET_HEAD - 5 - 8 - 5));
	int added = packet_add(&packet, FRAME_NOTE, 1, 0, 0, large, &err);

	CU_ASSERT_EQUAL(added, 0);
	CU_ASSERT_EQUAL(packet.size, PACKET_MOST);
	CU_ASSERT_EQUAL(count_frames(packet.data, packet.size, &err), 1);
	buf_done(&packet);
	value_free(large);
	free(text);
}

static void another_magic_is_refused(void)
{
	check_refused(0, 'd', "not a packet: the frame at byte 0 does not begin with \"Davy\"");
}

static void another_schema_is_refused(void)
{
	check_refused(4, 9,
		      "not a packet: the frame at byte 0 has another schema: davy and davy-lua are "
		      "of different versions");
}

static void an_unknown_type_is_refused(void)
{
	check_refused(6, 20, "not a packet: the frame at byte 0 has an unknown type");
	check_refused(7, 1, "not a packet: the frame at byte 0 has an unknown type");
}

static void a_frame_longer_than_the_packet_is_refused(void)
{
	check_refused(11, 0xff, "not a packet: the frame at byte 0 is longer than the packet");
}

static void a_damaged_head_is_refused(void)
{
	check_refused(12, 0, "not a packet: the frame at byte 0 has a damaged head");
	check_refused(21, 1, "not a packet: the frame at byte 0 has a damaged head");
}

static void a_bad_payload_is_refused_with_its_frame(void)
{
	check_refused(32, 9,
		      "the NOTE frame at byte 0: not a value tree: at byte 0, there is no such "
		      "kind of node");
	check_refused(41, 'T',
		      "the NOTE frame at byte 0: NOTE: 'Text' is not a field of this message");
}

static void a_cut_packet_is_refused(void)
{
	struct error err;
	struct buf packet;

	fill(&packet);

	CU_ASSERT_EQUAL(count_frames(packet.data, packet.size - 2, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "not a packet: the frame at byte 60 is cut short");
	buf_done(&packet);
}

static void a_type_without_a_name_is_unknown(void)
{
	CU_ASSERT_STRING_EQUAL(frame_type_name(FRAME_ADVANCE), "ADVANCE");
	CU_ASSERT_STRING_EQUAL(frame_type_name((enum frame_type)0), "unknown");
	CU_ASSERT_STRING_EQUAL(frame_type_name((enum frame_type)999), "unknown");
}

/* Read damaged bytes; whatever is accepted must be those bytes again when written. */
static bool survives(const char *bytes, size_t size)
{
	char *exact = xmemdup(bytes, size);
	struct error err = {0};
	struct frame frame;
	size_t offset = 0;
	struct buf again;
	int more;

	buf_init(&again);
	while ((more = packet_next((uint8_t *)exact, size, &offset, &frame, &err)) > 0) {
		packet_add(&again, frame.type, frame.sequence, frame.request, frame.time,
			   frame.payload, &err);
		value_free(frame.payload);
	}
	bool same = again.size == offset && memcmp(again.data, bytes, offset) == 0 &&
		    (more < 0 ? err.text[0] != '\0' : offset == size);
	buf_done(&again);
	free(exact);
	return same;
}

static void damaged_packets_never_break_the_reader(void)
{
	uint32_t dice = 5;
	int survived = 0;

	for (int i = 0; i < 20000; i++) {
		struct buf packet;

		fill(&packet);
		for (int k = 0; k <= i % 3; k++) {
			dice = dice * 1664525u + 1013904223u;
			packet.data[(dice >> 8) % packet.size] ^= (char)(1 << (dice >> 29));
		}
		survived += survives(packet.data, packet.size - (dice >> 16) % 3);
		buf_done(&packet);
	}

	CU_ASSERT_EQUAL(survived, 20000);
}

void suite_packet(void)
{
	suite_begin("packet");
	claim(a_frame_comes_out_as_it_went_in);
	claim(a_frame_has_the_documented_head);
	claim(a_frame_that_does_not_fit_leaves_the_packet_as_it_was);
	claim(a_packet_may_be_full_to_the_last_byte);
	claim(another_magic_is_refused);
	claim(another_schema_is_refused);
	claim(an_unknown_type_is_refused);
	claim(a_frame_longer_than_the_packet_is_refused);
	claim(a_damaged_head_is_refused);
	claim(a_bad_payload_is_refused_with_its_frame);
	claim(a_cut_packet_is_refused);
	claim(a_type_without_a_name_is_unknown);
	claim(damaged_packets_never_break_the_reader);
}

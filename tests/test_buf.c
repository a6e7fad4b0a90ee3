/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that grow, and are a C string at any time. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/claims.h"

static void an_empty_buffer_is_an_empty_string(void)
{
	struct buf buf;

	buf_init(&buf);

	CU_ASSERT_EQUAL(buf.size, 0);
	CU_ASSERT_STRING_EQUAL(buf.data, "");
	buf_done(&buf);
}

static void a_buffer_grows_and_keeps_a_nul_behind_its_bytes(void)
{
	struct buf buf;

	buf_init(&buf);
	for (int i = 0; i < 1000; i++) {
		buf_add_byte(&buf, 'x');
		CU_ASSERT_FATAL(buf.data[buf.size] == '\0');
	}

	CU_ASSERT_EQUAL(buf.size, 1000);
	CU_ASSERT_EQUAL(strlen(buf.data), 1000);
	buf_done(&buf);
}

static void bytes_may_be_nul(void)
{
	struct buf buf;

	buf_init(&buf);
	buf_add(&buf, "a\0b", 3);
	buf_add_byte(&buf, 0);

	CU_ASSERT_EQUAL(buf.size, 4);
	CU_ASSERT_EQUAL(memcmp(buf.data, "a\0b\0", 5), 0);
	buf_done(&buf);
}

static void printing_appends_whatever_its_length(void)
{
	struct buf buf;

	buf_init(&buf);
	buf_add_text(&buf, "n=");
	buf_printf(&buf, "%d ", 7);
	buf_printf(&buf, "%0200d", 1);

	CU_ASSERT_EQUAL(buf.size, 4 + 200);
	CU_ASSERT_NSTRING_EQUAL(buf.data, "n=7 000", 7);
	CU_ASSERT_EQUAL(buf.data[203], '1');
	buf_done(&buf);
}

static void printing_exactly_into_the_room_left_loses_nothing(void)
{
	for (int width = 60; width < 70; width++) {
		struct buf buf;

		buf_init(&buf);
		buf_add_byte(&buf, '<');
		buf_printf(&buf, "%*d", width, 5);

		CU_ASSERT_EQUAL(buf.size, (size_t)width + 1);
		CU_ASSERT_EQUAL(buf.data[width], '5');
		buf_done(&buf);
	}
}

static void a_buffer_can_be_added_to_itself(void)
{
	struct buf buf;

	buf_init(&buf);
	buf_add_text(&buf, "0123456789012345678901234567890123456789");
	buf_add(&buf, buf.data + 1, 39); /* must grow, and so move, on the way */

	CU_ASSERT_EQUAL(buf.size, 79);
	CU_ASSERT_NSTRING_EQUAL(buf.data + 40, "12345678901234", 14);
	buf_done(&buf);
}

static void dropping_keeps_the_rest(void)
{
	struct buf buf;

	buf_init(&buf);
	buf_add_text(&buf, "head tail");
	buf_drop(&buf, 5);
	CU_ASSERT_STRING_EQUAL(buf.data, "tail");

	buf_drop(&buf, 4);
	CU_ASSERT_STRING_EQUAL(buf.data, "");
	buf_done(&buf);
}

static void detached_bytes_are_the_callers_and_the_buffer_starts_anew(void)
{
	struct buf buf;

	buf_init(&buf);
	buf_add_text(&buf, "mine");
	char *mine = buf_detach(&buf);
	buf_add_text(&buf, "next");

	CU_ASSERT_STRING_EQUAL(mine, "mine");
	CU_ASSERT_STRING_EQUAL(buf.data, "next");
	free(mine);
	buf_done(&buf);
}

static void an_empty_buffer_detaches_as_a_string_to_free(void)
{
	struct buf buf;

	buf_init(&buf);
	char *nothing = buf_detach(&buf);

	CU_ASSERT_STRING_EQUAL(nothing, "");
	free(nothing);
}

static void a_cleared_buffer_keeps_its_room(void)
{
	struct buf buf;

	buf_init(&buf);
	buf_printf(&buf, "%0500d", 1);
	size_t room = buf.room;
	buf_clear(&buf);

	CU_ASSERT_EQUAL(buf.size, 0);
	CU_ASSERT_STRING_EQUAL(buf.data, "");
	CU_ASSERT_EQUAL(buf.room, room);
	buf_done(&buf);
}

void suite_buf(void)
{
	suite_begin("buf");
	claim(an_empty_buffer_is_an_empty_string);
	claim(a_buffer_grows_and_keeps_a_nul_behind_its_bytes);
	claim(bytes_may_be_nul);
	claim(printing_appends_whatever_its_length);
	claim(printing_exactly_into_the_room_left_loses_nothing);
	claim(a_buffer_can_be_added_to_itself);
	claim(dropping_keeps_the_rest);
	claim(detached_bytes_are_the_callers_and_the_buffer_starts_anew);
	claim(an_empty_buffer_detaches_as_a_string_to_free);
	claim(a_cleared_buffer_keeps_its_room);
}

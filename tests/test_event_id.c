/* SPDX-License-Identifier: Apache-2.0 */
/* Names of events: the example of RFC 9562, names that only grow, and what is no name. */
#include <string.h>

#include "record/event_id.h"
#include "tests/claims.h"

/* RFC 9562, A.6: 2022-02-22 14:22:22 in New York. */
#define EXAMPLE "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define EXAMPLE_MS 0x017f22e279b0

static const uint8_t RANDOM[] = {0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
static const uint8_t ONES[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t ZEROS[8];

static void the_example_of_the_rfc_comes_out(void)
{
	struct event_ids ids = {.ms = EXAMPLE_MS, .count = 0xcc2};
	char text[EVENT_ID_TEXT_SIZE];

	event_id_next(&ids, EXAMPLE_MS, RANDOM, text);
	CU_ASSERT_STRING_EQUAL(text, EXAMPLE);
}

static void a_new_millisecond_begins_to_count_anew(void)
{
	struct event_ids ids = {0};
	char text[EVENT_ID_TEXT_SIZE];

	event_id_next(&ids, EXAMPLE_MS, ONES, text);
	CU_ASSERT_STRING_EQUAL(text, "urn:uuid:017f22e2-79b0-7000-bfff-ffffffffffff");
	event_id_next(&ids, EXAMPLE_MS, ZEROS, text);
	CU_ASSERT_STRING_EQUAL(text, "urn:uuid:017f22e2-79b0-7001-8000-000000000000");
	event_id_next(&ids, EXAMPLE_MS + 1, ZEROS, text);
	CU_ASSERT_STRING_EQUAL(text, "urn:uuid:017f22e2-79b1-7000-8000-000000000000");
}

static void names_grow_whatever_the_clock_and_the_bytes_do(void)
{
	struct event_ids ids = {0};
	char before[EVENT_ID_TEXT_SIZE] = "", text[EVENT_ID_TEXT_SIZE];

	for (int i = 0; i < 10000; i++) {
		uint64_t wall = EXAMPLE_MS + (uint64_t)(i % 7 == 0 ? 0 : i % 3);

		event_id_next(&ids, i == 5000 ? 0 : wall, i % 2 ? ONES : ZEROS, text);
		CU_ASSERT_TRUE(strcmp(before, text) < 0);
		strcpy(before, text);
	}
	CU_ASSERT_EQUAL(ids.ms, EXAMPLE_MS + 4);
}

static void a_name_from_before_is_gone_on_from(void)
{
	struct event_ids ids = {0};
	struct error err;
	char text[EVENT_ID_TEXT_SIZE];

	CU_ASSERT_EQUAL(event_id_continue(&ids, EXAMPLE, &err), 0);
	CU_ASSERT_EQUAL(ids.ms, EXAMPLE_MS);
	CU_ASSERT_EQUAL(ids.count, 0xcc3);
	event_id_next(&ids, 1000, RANDOM, text);
	CU_ASSERT_STRING_EQUAL(text, "urn:uuid:017f22e2-79b0-7cc4-98c4-dc0c0c07398f");
}

static void what_is_no_name_is_refused(void)
{
	static const char *const BAD[] = {
		"",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
		"urn:uuid:017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
		"urn:UUID:017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
		"urn:uuid:017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
		"urn:uuid:017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
		"urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398",
		"urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
		"urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
		"urn:uuid:017f22e279b0-7cc3-98c4-dc0c0c07398f-",
		" urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
	};
	struct event_ids ids = {.ms = 7, .count = 8};
	struct error err;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
		CU_ASSERT_EQUAL(event_id_continue(&ids, BAD[i], &err), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is not the name of an event"));
	}
	CU_ASSERT_EQUAL(ids.ms, 7);
	CU_ASSERT_EQUAL(ids.count, 8);
}

void suite_event_id(void)
{
	suite_begin("event_id");
	claim(the_example_of_the_rfc_comes_out);
	claim(a_new_millisecond_begins_to_count_anew);
	claim(names_grow_whatever_the_clock_and_the_bytes_do);
	claim(a_name_from_before_is_gone_on_from);
	claim(what_is_no_name_is_refused);
}

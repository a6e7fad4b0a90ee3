/* SPDX-License-Identifier: Apache-2.0 */
/* A bench that no network reaches for ten weeks: nothing is lost, nothing is there twice, and what rests on a record is behind it. */
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "record/outbox_request.h"
#include "tests/claims.h"
#include "tests/outbox_rig.h"

enum { HOUR_MS = 3600 * 1000 };

enum { FAR_RECORDS = 10000, FAR_WEEKS = 10, EACH_SIGNED = 100 };

/* As the process of a destination does it: what is due is taken, and each came to the same. Their number. */
static size_t bring(struct people *people, const char *outcome, uint64_t *order, size_t brought)
{
	struct value *answer = outbox_ask(
		people, "{\"what\":\"next\",\"destination\":\"p\",\"most\":%d}", OUTBOX_ITEMS_MOST);
	const struct value *items = value_get(answer, "items");
	size_t count = value_count(items);
	struct value *request = value_map(), *outcomes;

	value_set_text(request, "what", "report");
	value_set_text(request, "destination", "p");
	outcomes = value_set(request, "outcomes", value_list());
	for (size_t i = 0; i < count; i++) {
		struct value *one = value_add(outcomes, value_map());
		int64_t seq = value_get_int(value_at(items, i), "seq", 0);

		if (order)
			order[brought + i] = (uint64_t)seq;
		value_set_int(one, "seq", seq);
		value_set_text(one, "outcome", outcome);
		value_set_int(one, "delayMs", HOUR_MS);
	}
	value_free(answer);
	if (count) {
		answer = outbox_request(people->log, request, &people->now, &people->err);
		CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
		value_free(answer);
	}
	value_free(request);
	return count;
}

/* Each once, and a signature behind its event. */
static bool is_in_order(const uint64_t *order, size_t count, const uint64_t *event,
			const uint64_t *signature)
{
	size_t *place = xcalloc(2 * (size_t)FAR_RECORDS + 64, sizeof(*place));
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		good &= order[i] < 2 * (uint64_t)FAR_RECORDS + 64 && !place[order[i]];
		place[order[i]] = i + 1;
	}
	for (size_t i = 0; i < FAR_RECORDS; i++) {
		good &= place[event[i]] > 0;
		good &= !signature[i] || place[signature[i]] > place[event[i]];
	}
	free(place);
	return good;
}

/* Recorded all along, and tried once an hour. */
static size_t record_far_away(struct people *people, uint64_t *event, uint64_t *signature)
{
	const int64_t step_ms = FAR_WEEKS * 7 * 24 * (int64_t)HOUR_MS / FAR_RECORDS;
	int64_t tried_ms = people->now.wall.ms;
	size_t signed_count = 0;

	for (size_t i = 0; i < FAR_RECORDS; i++) {
		event[i] = people_event(people);
		if (i % EACH_SIGNED == 0)
			signature[i] =
				people_sign(people, event[i], TESTER, ROLE_TESTER, MEANING_TESTED);
		signed_count += signature[i] > 0;
		people->now.wall.ms += step_ms;
		if (people->now.wall.ms - tried_ms < HOUR_MS)
			continue;
		tried_ms = people->now.wall.ms;
		bring(people, "retry", NULL, 0);
	}
	return signed_count;
}

/* In memory where a file system is: that a sync reaches the disk is for other claims, and here are ten thousand of them. */
static void open_in_memory(struct people *people)
{
	const char *given = getenv("TMPDIR");
	char *before = given ? xstrdup(given) : NULL;

	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	people_open(people);
	if (before)
		setenv("TMPDIR", before, 1);
	else
		unsetenv("TMPDIR");
	free(before);
}

static void ten_thousand_records_wait_for_ten_weeks_and_are_brought_once_in_their_order(void)
{
	uint64_t *event = xcalloc(FAR_RECORDS, sizeof(*event));
	uint64_t *signature = xcalloc(FAR_RECORDS, sizeof(*signature));
	uint64_t *order = xcalloc(2 * (size_t)FAR_RECORDS, sizeof(*order));
	size_t all, brought = 0, more;
	struct people people;

	open_in_memory(&people);
	outbox_destinations(&people, OUTBOX_EVERYTHING);
	all = FAR_RECORDS + record_far_away(&people, event, signature);
	CU_ASSERT_EQUAL((size_t)(outbox_count(&people, "new") + outbox_count(&people, "retry")),
			all);
	CU_ASSERT_EQUAL(outbox_count(&people, "parked"), 0);
	people.now.wall.ms += HOUR_MS;

	while (brought < all && (more = bring(&people, "delivered", order, brought)) > 0)
		brought += more;

	CU_ASSERT_EQUAL_FATAL(brought, all);
	CU_ASSERT(is_in_order(order, brought, event, signature));
	CU_ASSERT_EQUAL((size_t)outbox_count(&people, "delivered"), all);
	CU_ASSERT_EQUAL(bring(&people, "delivered", NULL, 0), 0);
	people_close(&people);
	free(event);
	free(signature);
	free(order);
}

void suite_outbox_far(void)
{
	suite_begin("a bench far away");
	claim(ten_thousand_records_wait_for_ten_weeks_and_are_brought_once_in_their_order);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox: a record and its rows are one, what rests on a record comes behind it, a report changes what it says and
 * nothing else, and all of it can be made again from the log.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "record/event.h"
#include "record/outbox.h"
#include "record/outbox_request.h"
#include "tests/claims.h"
#include "tests/outbox_rig.h"
#include "tests/people_rig.h"

enum { HOUR_MS = 3600 * 1000 };

static const char PLATFORM[] = "{\"destinations\":[{\"name\":\"p\",\"kind\":\"epcis\"}]}";
/* The numbers of what is due, "2 3 5"; of a static buffer. */
static const char *due(struct people *people)
{
	struct value *answer =
		outbox_ask(people, "{\"what\":\"next\",\"destination\":\"p\",\"most\":16}");
	const struct value *items = value_get(answer, "items");
	static char text[400];
	size_t size = 0;

	text[0] = '\0';
	for (size_t i = 0; i < value_count(items); i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%lld", i ? " " : "",
					 (long long)value_get_int(value_at(items, i), "seq", 0));
	value_free(answer);
	return text;
}

static bool report(struct people *people, uint64_t seq, const char *outcome, const char *more)
{
	struct value *answer =
		outbox_ask(people,
			   "{\"what\":\"report\",\"destination\":\"p\",\"outcomes\":[{"
			   "\"seq\":%llu,\"outcome\":\"%s\"%s}]}",
			   (unsigned long long)seq, outcome, more);
	bool taken = answer != NULL;

	value_free(answer);
	return taken;
}

static bool is_due(struct people *people, const char *expected, ...)
{
	char text[400];
	va_list arguments;
	const char *is;

	va_start(arguments, expected);
	vsnprintf(text, sizeof(text), expected, arguments);
	va_end(arguments);
	is = due(people);
	if (!strcmp(is, text))
		return true;
	printf("        due is '%s' and not '%s'\n", is, text);
	return false;
}

/* ---- what goes where ---- */

static void what_is_recorded_is_due_and_nothing_else(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	outbox_destinations(&people, PLATFORM);
	CU_ASSERT(is_due(&people, "%llu", event)); /* also what was there before */
	CU_ASSERT_EQUAL(people_event(&people), event + 1);

	CU_ASSERT(is_due(&people, "%llu %llu", event, event + 1));

	people_close(&people);
}

static uint64_t simulated(struct people *people)
{
	char id[EVENT_ID_TEXT_SIZE];
	struct value *event;
	struct bench_entry entry = {.kind = ENTRY_EVENT, .is_simulated = true};
	struct appended last;

	bench_log_name(people->log, &people->now, id);
	event = event_new(LIFE_INSPECTING, id, &people->now.wall, "urn:davy:eq:0");
	entry.says = event;
	buf_init(&last.text);
	CU_ASSERT_EQUAL_FATAL(
		bench_log_append(people->log, &entry, &people->now, &last, &people->err), 0);
	buf_done(&last.text);
	value_free(event);
	return last.seq;
}

static void what_was_simulated_goes_to_nobody_who_has_not_asked_for_it(void)
{
	struct people people;
	uint64_t before, event;

	people_open(&people);
	before = simulated(&people);
	outbox_destinations(&people, PLATFORM);
	simulated(&people);
	event = people_event(&people);
	CU_ASSERT(is_due(&people, "%llu", event));

	outbox_destinations(&people, OUTBOX_EVERYTHING);

	CU_ASSERT(is_due(&people, "%llu %llu %llu", before, before + 1, event));
	people_close(&people);
}

static void a_signature_comes_behind_its_event_and_the_signature_before(void)
{
	struct people people;
	uint64_t event, tested, reviewed;

	people_open(&people);
	outbox_destinations(&people, OUTBOX_EVERYTHING);
	event = people_event(&people);
	tested = people_sign(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED);
	reviewed = people_sign(&people, event, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED);

	CU_ASSERT(is_due(&people, "%llu", event));
	CU_ASSERT_EQUAL(outbox_count(&people, "blocked"), 2);
	CU_ASSERT(report(&people, event, "parked", ",\"reason\":\"refused\",\"status\":400"));
	CU_ASSERT(is_due(&people, ""));
	CU_ASSERT(people_event(&people) > 0); /* others do not wait */
	CU_ASSERT(is_due(&people, "%llu", people.last.seq));
	CU_ASSERT(report(&people, event, "delivered", ",\"status\":201"));
	CU_ASSERT(is_due(&people, "%llu %llu", tested, people.last.seq));
	CU_ASSERT(report(&people, tested, "delivered", ""));
	CU_ASSERT(is_due(&people, "%llu %llu", reviewed, people.last.seq));

	people_close(&people);
}

static void what_rests_on_a_record_goes_only_where_that_one_goes(void)
{
	struct people people;
	char text[200];
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	snprintf(text, sizeof(text),
		 "{\"destinations\":[{\"name\":\"p\",\"kind\":\"epcis\",\"from\":%llu,"
		 "\"records\":[\"event\",\"signature\"]}]}",
		 (unsigned long long)event + 1);
	outbox_destinations(&people, text);
	CU_ASSERT(people_sign(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED) > 0);

	CU_ASSERT(is_due(&people, ""));
	CU_ASSERT_EQUAL(outbox_count(&people, "new"), 0);
	people_close(&people);
}

static void a_list_of_destinations_that_is_none_keeps_no_record_from_being_made(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	outbox_destinations(&people, PLATFORM);
	event = people_event(&people);
	outbox_destinations(&people, "{\"destinations\":[{\"name\":\"P!\"}]}");
	CU_ASSERT_EQUAL(people_event(&people), event + 1);
	CU_ASSERT_PTR_NULL(outbox_ask(&people, "{\"what\":\"list\"}"));
	CU_ASSERT(people_hear(&people, "destination 1 has no \"name\" of small letters"));

	outbox_destinations(&people, PLATFORM);

	CU_ASSERT(is_due(&people, "%llu %llu", event, event + 1));
	people_close(&people);
}

static void destinations_that_are_none_are_refused_with_a_sentence(void)
{
	static const struct {
		const char *text, *part;
	} ROWS[] = {
		{"{", "destinations.json"},
		{"{\"destinations\":{}}", "is a list"},
		{"{\"destinations\":[{\"name\":\"a\",\"kind\":\"epcis\"},{\"name\":\"a\","
		 "\"kind\":\"json\"}]}",
		 "two destinations are called 'a'"},
		{"{\"destinations\":[{\"name\":\"a\"}]}", "has no \"kind\""},
		{"{\"destinations\":[{\"name\":\"a\",\"kind\":\"json\",\"from\":0}]}", "\"from\""},
		{"{\"destinations\":[{\"name\":\"a\",\"kind\":\"json\",\"records\":[\"receipt\"]}]"
		 "}",
		 "\"records\" are of the kinds"},
		{"{\"destinations\":[{\"name\":\"-a\",\"kind\":\"json\"}]}", "\"name\""},
	};
	struct people people;

	people_open_alone(&people);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		outbox_destinations(&people, ROWS[i].text);
		CU_ASSERT_PTR_NULL(outbox_ask(&people, "{\"what\":\"list\"}"));
		CU_ASSERT(people_hear(&people, ROWS[i].part));
	}
	people_close(&people);
}

/* ---- what is reported ---- */

static void a_delivery_is_a_receipt_in_the_log_and_no_second_one_is_made(void)
{
	struct people people;
	uint64_t event, records;

	people_open(&people);
	outbox_destinations(&people, PLATFORM);
	event = people_event(&people);
	CU_ASSERT(report(&people, event, "delivered", ",\"status\":201"));
	CU_ASSERT(is_due(&people, ""));
	records = bench_log_count(people.log);
	CU_ASSERT_EQUAL(records, event + 1);

	/* a process that was killed before it was answered, or that is late */
	CU_ASSERT(report(&people, event, "delivered", ",\"status\":409"));
	CU_ASSERT(report(&people, event, "parked", ",\"reason\":\"refused\""));
	CU_ASSERT(report(&people, event, "retry", ",\"delayMs\":1"));
	CU_ASSERT(report(&people, event + 9, "delivered", ""));

	CU_ASSERT_EQUAL(bench_log_count(people.log), records);
	CU_ASSERT_EQUAL(outbox_count(&people, "delivered"), 1);
	CU_ASSERT(is_due(&people, ""));
	people_close(&people);
}

static void what_is_tried_again_is_due_in_its_time_also_when_the_clock_was_set_back(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	outbox_destinations(&people, PLATFORM);
	event = people_event(&people);
	CU_ASSERT(report(&people, event, "retry", ",\"delayMs\":60000,\"reason\":\"broken\""));
	CU_ASSERT(is_due(&people, ""));
	people.now.wall.ms += 59999;
	CU_ASSERT(is_due(&people, ""));
	people.now.wall.ms += 1;
	CU_ASSERT(is_due(&people, "%llu", event));

	people.now.wall.ms -= 3 * 24 * (int64_t)HOUR_MS;

	CU_ASSERT(is_due(&people, "%llu", event));
	people_close(&people);
}

static void a_destination_that_is_paused_is_probed_with_one_record_every_hour(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	outbox_destinations(&people, PLATFORM);
	event = people_event(&people);
	people_event(&people);
	CU_ASSERT(report(&people, event, "paused", ",\"delayMs\":3600000,\"reason\":\"expired\""));
	CU_ASSERT(is_due(&people, ""));
	people.now.wall.ms += HOUR_MS;
	CU_ASSERT(is_due(&people, "%llu", event));
	CU_ASSERT(report(&people, event, "paused", ",\"delayMs\":3600000,\"reason\":\"expired\""));
	CU_ASSERT(is_due(&people, ""));
	value_free(outbox_ask(&people, "{\"what\":\"hasten\",\"destination\":\"p\"}"));
	CU_ASSERT(is_due(&people, "%llu", event));

	CU_ASSERT(report(&people, event, "delivered", ""));

	CU_ASSERT(is_due(&people, "%llu", event + 1));
	people_close(&people);
}

static void a_report_that_is_none_changes_nothing(void)
{
	static const char *const REPORTS[] = {
		"[]",
		"7",
		"[7,null,\"x\"]",
		"[{}]",
		"[{\"seq\":-1,\"outcome\":\"delivered\"}]",
		"[{\"seq\":\"2\",\"outcome\":\"parked\"}]",
		"[{\"seq\":9007199254740991,\"outcome\":\"delivered\"}]",
		"[{\"seq\":1,\"outcome\":\"delivered\"}]",
	};
	struct people people;
	uint64_t event;

	people_open(&people);
	outbox_destinations(&people, PLATFORM);
	event = people_event(&people);
	for (size_t i = 0; i < sizeof(REPORTS) / sizeof(REPORTS[0]); i++)
		value_free(outbox_ask(&people,
				      "{\"what\":\"report\",\"destination\":\"p\",\"outcomes\":%s}",
				      REPORTS[i]));

	CU_ASSERT_EQUAL(bench_log_count(people.log), event);
	CU_ASSERT(is_due(&people, "%llu", event));
	CU_ASSERT(report(&people, event, "retry", ",\"delayMs\":9007199254740991"));
	people.now.wall.ms += 24 * (int64_t)HOUR_MS; /* nothing waits for longer */
	CU_ASSERT(is_due(&people, "%llu", event));
	people_close(&people);
}

static void what_waits_for_longer_than_a_day_is_an_alarm(void)
{
	struct people people;
	struct value *answer;
	const struct value *says;

	people_open(&people);
	outbox_destinations(&people, PLATFORM);
	people_event(&people);
	people.now.wall.ms += 24 * (int64_t)HOUR_MS;
	answer = outbox_ask(&people, "{\"what\":\"list\"}");
	says = value_at(value_get(answer, "destinations"), 0);
	CU_ASSERT(!value_get_bool(says, "alarm"));
	value_free(answer);
	people.now.wall.ms += 1;

	answer = outbox_ask(&people, "{\"what\":\"list\"}");
	says = value_at(value_get(answer, "destinations"), 0);
	CU_ASSERT(value_get_bool(says, "alarm"));

	value_free(answer);
	people_close(&people);
}

static void only_what_is_parked_is_released_with_a_reason(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	outbox_destinations(&people, PLATFORM);
	event = people_event(&people);
	CU_ASSERT_PTR_NULL(outbox_ask(&people,
				      "{\"what\":\"release\",\"destination\":\"p\",\"seq\":%llu,"
				      "\"why\":\"x\"}",
				      (unsigned long long)event));
	CU_ASSERT(people_hear(&people, "is neither parked nor carried at 'p'"));
	CU_ASSERT(report(&people, event, "parked", ",\"reason\":\"refused\""));
	CU_ASSERT_PTR_NULL(outbox_ask(&people, "{\"what\":\"release\",\"destination\":\"p\"}"));
	CU_ASSERT(people_hear(&people, "says why"));
	CU_ASSERT(is_due(&people, ""));

	value_free(outbox_ask(&people,
			      "{\"what\":\"release\",\"destination\":\"p\",\"why\":\"mapped\"}"));

	CU_ASSERT(is_due(&people, "%llu", event));
	people_close(&people);
}

/* ---- made again ---- */

/* All rows as a text, without what only tries tell; the caller frees it. */
static char *rows(struct people *people)
{
	struct buf text;

	buf_init(&text);
	for (uint64_t seq = 1; seq <= bench_log_count(people->log); seq++) {
		struct value *answer = outbox_ask(people, "{\"what\":\"show\",\"seq\":%llu}",
						  (unsigned long long)seq);
		const struct value *row = value_at(value_get(answer, "rows"), 0);
		const char *state = value_get_text(row, "state");
		const char *reason = value_get_text(row, "reason");

		if (row)
			buf_printf(&text, "%llu %s %s %lld %lld\n", (unsigned long long)seq,
				   !strcmp(state, "parked") || !strcmp(state, "delivered") ? state
											   : "open",
				   !strcmp(state, "parked") ? reason : "",
				   (long long)value_get_int(row, "waitsFor", 0),
				   (long long)value_get_int(row, "sinceMs", 0));
		value_free(answer);
	}
	return buf_detach(&text);
}

static uint32_t random_next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Something that a courier or a person does, about one of the events. */
static void do_something(struct people *people, uint64_t first, uint32_t *seed)
{
	uint64_t seq = first + random_next(seed) % (bench_log_count(people->log) - first + 1);

	switch (random_next(seed) % 6) {
	case 0:
		people_event(people);
		people_sign(people, people->last.seq, TESTER, ROLE_TESTER, MEANING_TESTED);
		break;
	case 1:
		report(people, seq, "delivered", ",\"status\":201");
		break;
	case 2:
		report(people, seq, "parked", ",\"reason\":\"refused\",\"status\":422");
		break;
	case 3:
		report(people, seq, "retry", ",\"reason\":\"busy\",\"delayMs\":60000");
		break;
	case 4:
		value_free(outbox_ask(
			people, "{\"what\":\"release\",\"destination\":\"p\",\"why\":\"mended\"}"));
		break;
	default:
		report(people, seq, "paused", ",\"reason\":\"expired\",\"delayMs\":60000");
		break;
	}
}

static void records_and_receipts_make_the_outbox_again_whatever_has_happened(void)
{
	for (uint32_t round = 1; round <= 8; round++) {
		struct people people;
		uint32_t seed = round;
		uint64_t first;
		char *before, *after;

		people_open(&people);
		outbox_destinations(&people, OUTBOX_EVERYTHING);
		first = people_event(&people);
		for (int i = 0; i < 40; i++)
			do_something(&people, first, &seed);
		before = rows(&people);
		value_free(outbox_ask(&people, "{\"what\":\"rebuild\"}"));
		after = rows(&people);

		CU_ASSERT_STRING_EQUAL(after, before);
		CU_ASSERT(strstr(before, "delivered") || strstr(before, "parked"));

		free(before);
		free(after);
		people_close(&people);
	}
}

/* ---- killed ---- */

/* Each delivery is told once it is counted. */
static void append_for_ever(struct people *people, int tells)
{
	for (;;) {
		people_event(people);
		if (report(people, people->last.seq, "delivered", "") && write(tells, "", 1) < 0)
			return;
		people_event(people);
	}
}

/* Killed `after` microseconds behind the delivery that is told as number `tellings`. */
static void append_until_killed(struct people *people, int tellings, useconds_t after)
{
	int ends[2];
	char told;
	pid_t child;

	bench_log_close(people->log);
	people->log = NULL;
	if (pipe(ends) < 0)
		CU_FAIL_FATAL("no pipe");
	child = fork();
	if (child == 0) {
		close(ends[0]);
		people->log = bench_log_open(people->rig->folder, &people->now, &people->err);
		if (people->log)
			append_for_ever(people, ends[1]);
		_exit(1);
	}
	close(ends[1]);
	for (int i = 0; i < tellings; i++)
		CU_ASSERT_EQUAL(read(ends[0], &told, 1), 1);
	close(ends[0]);
	usleep(after);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	people->log = bench_log_open(people->rig->folder, &people->now, &people->err);
	if (!people->log)
		CU_FAIL_FATAL(people->err.text);
}

static uint64_t count_events(struct people *people)
{
	uint64_t events = 0;

	for (uint64_t seq = 1; seq <= bench_log_count(people->log); seq++) {
		struct store_record record;
		struct buf texts;

		buf_init(&texts);
		if (store_get(bench_log_store(people->log), seq, &record, &texts, &people->err) ==
		    1)
			events += !strcmp(record.type, ENTRY_EVENT);
		buf_done(&texts);
	}
	return events;
}

static void a_writer_that_is_killed_leaves_each_record_with_its_row_and_each_receipt_counted(void)
{
	struct people people;
	uint32_t seed = 7;
	int64_t told = 0;

	people_open(&people);
	outbox_destinations(&people, PLATFORM);
	for (int i = 0; i < 20; i++) {
		int tellings = 1 + (int)(random_next(&seed) % 3);
		int64_t delivered;

		append_until_killed(&people, tellings, random_next(&seed) % 4000);
		told += tellings;
		delivered = outbox_count(&people, "delivered");
		CU_ASSERT_EQUAL((uint64_t)(outbox_count(&people, "new") + delivered),
				count_events(&people));
		value_free(outbox_ask(&people, "{\"what\":\"rebuild\"}"));
		CU_ASSERT_EQUAL(outbox_count(&people, "delivered"), delivered);
	}
	CU_ASSERT(outbox_count(&people, "delivered") >= told);
	people_close(&people);
}

void suite_outbox(void)
{
	suite_begin("the outbox");
	claim(what_is_recorded_is_due_and_nothing_else);
	claim(what_was_simulated_goes_to_nobody_who_has_not_asked_for_it);
	claim(a_signature_comes_behind_its_event_and_the_signature_before);
	claim(what_rests_on_a_record_goes_only_where_that_one_goes);
	claim(a_list_of_destinations_that_is_none_keeps_no_record_from_being_made);
	claim(destinations_that_are_none_are_refused_with_a_sentence);
	claim(a_delivery_is_a_receipt_in_the_log_and_no_second_one_is_made);
	claim(what_is_tried_again_is_due_in_its_time_also_when_the_clock_was_set_back);
	claim(a_destination_that_is_paused_is_probed_with_one_record_every_hour);
	claim(a_report_that_is_none_changes_nothing);
	claim(what_waits_for_longer_than_a_day_is_an_alarm);
	claim(only_what_is_parked_is_released_with_a_reason);
	claim(records_and_receipts_make_the_outbox_again_whatever_has_happened);
	claim(a_writer_that_is_killed_leaves_each_record_with_its_row_and_each_receipt_counted);
}

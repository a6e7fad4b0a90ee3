/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is sent, and what an answer means: the table of outcomes row by row, Retry-After, the bytes of each kind of
 * destination (golden files in tests/push), and what a repository's answer says of an event.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "push/epcis.h"
#include "push/json_post.h"
#include "push/outcome.h"
#include "tests/claims.h"

/* ---- the table ---- */

static void every_status_has_the_outcome_of_the_table(void)
{
	static const struct {
		int status;
		enum push_outcome outcome;
		bool rests;
		const char *reason;
	} ROWS[] = {
		{200, PUSH_DELIVERED, false, "fine"},
		{201, PUSH_DELIVERED, false, "fine"},
		{202, PUSH_ACCEPTED, false, "works_on_it"},
		{203, PUSH_PARKED, false, "unknown_answer"},
		{204, PUSH_DELIVERED, false, "fine"},
		{206, PUSH_PARKED, false, "unknown_answer"},
		{301, PUSH_PAUSED, false, "redirected"},
		{302, PUSH_PAUSED, false, "redirected"},
		{307, PUSH_PAUSED, false, "redirected"},
		{308, PUSH_PAUSED, false, "redirected"},
		{400, PUSH_PARKED, false, "refused"},
		{401, PUSH_PAUSED, false, "not_allowed"},
		{403, PUSH_PAUSED, false, "not_allowed"},
		{404, PUSH_PAUSED, false, "not_there"},
		{405, PUSH_PARKED, false, "unknown_answer"},
		{406, PUSH_PARKED, false, "refused"},
		{408, PUSH_RETRY, false, "busy"},
		{409, PUSH_PARKED, false, "not_compared"},
		{413, PUSH_PARKED, false, "record_too_large"},
		{415, PUSH_PARKED, false, "refused"},
		{422, PUSH_PARKED, false, "refused"},
		{425, PUSH_RETRY, false, "busy"},
		{429, PUSH_RETRY, true, "busy"},
		{500, PUSH_RETRY, false, "broken"},
		{502, PUSH_RETRY, false, "broken"},
		{503, PUSH_RETRY, true, "busy"},
		{504, PUSH_RETRY, false, "broken"},
		{599, PUSH_RETRY, false, "broken"},
		{600, PUSH_PARKED, false, "unknown_answer"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct push_answer answer = {.status = ROWS[i].status, .after_ms = -1};
		struct push_verdict verdict = push_judge(&answer, 0, 0.5);

		CU_ASSERT_EQUAL(verdict.outcome, ROWS[i].outcome);
		CU_ASSERT_EQUAL(verdict.rests, ROWS[i].rests);
		CU_ASSERT_STRING_EQUAL(push_reason_name(verdict.reason), ROWS[i].reason);
		if (verdict.outcome == PUSH_PAUSED)
			CU_ASSERT_EQUAL(verdict.delay_ms, PUSH_PROBE_MS);
		if (verdict.outcome == PUSH_RETRY || verdict.outcome == PUSH_ACCEPTED)
			CU_ASSERT_EQUAL(verdict.delay_ms, 2500);
		if (verdict.outcome == PUSH_PARKED || verdict.outcome == PUSH_DELIVERED)
			CU_ASSERT_EQUAL(verdict.delay_ms, 0);
	}
}

static void trouble_with_certificates_pauses_and_trouble_on_the_way_is_tried_again(void)
{
	static const struct {
		enum push_trouble trouble;
		enum push_outcome outcome;
	} ROWS[] = {
		{PUSH_NO_NAME, PUSH_RETRY},	 {PUSH_NO_CONNECTION, PUSH_RETRY},
		{PUSH_NO_ANSWER, PUSH_RETRY},	 {PUSH_TOO_SLOW, PUSH_RETRY},
		{PUSH_CUT_OFF, PUSH_RETRY},	 {PUSH_TOO_LARGE, PUSH_RETRY},
		{PUSH_NOT_TRUSTED, PUSH_PAUSED}, {PUSH_EXPIRED, PUSH_PAUSED},
		{PUSH_REVOKED, PUSH_PAUSED},	 {PUSH_OTHER_NAME, PUSH_PAUSED},
		{PUSH_NO_TLS, PUSH_PAUSED},	 {PUSH_OWN_FILES, PUSH_PAUSED},
		{PUSH_NOT_PROVEN, PUSH_PAUSED},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		/* a status that came before the trouble decides nothing */
		struct push_answer answer = {
			.trouble = ROWS[i].trouble, .status = 201, .after_ms = -1};
		struct push_verdict verdict = push_judge(&answer, 3, 0.25);
		const char *name = push_reason_name(verdict.reason);
		const struct push_words *words = push_reason_words(name);

		CU_ASSERT_EQUAL(verdict.outcome, ROWS[i].outcome);
		CU_ASSERT_EQUAL(verdict.rests, ROWS[i].outcome == PUSH_RETRY);
		CU_ASSERT_EQUAL(verdict.delay_ms,
				ROWS[i].outcome == PUSH_RETRY ? 10000 : PUSH_PROBE_MS);
		CU_ASSERT_PTR_NOT_NULL_FATAL(words);
		CU_ASSERT(strlen(words->english) > 10 && strlen(words->chinese) > 10);
	}
}

static void no_answer_at_all_is_never_a_delivery(void)
{
	struct push_answer answer = {.after_ms = -1};

	CU_ASSERT_EQUAL(push_judge(&answer, 0, 0.5).outcome, PUSH_RETRY);
}

static void delays_double_to_an_hour_with_full_jitter_and_are_never_shorter_than_asked_for(void)
{
	CU_ASSERT_EQUAL(push_delay(0, 0.0, -1), 0);
	CU_ASSERT_EQUAL(push_delay(0, 0.999, -1), 4995);
	CU_ASSERT_EQUAL(push_delay(1, 0.5, -1), 5000);
	CU_ASSERT_EQUAL(push_delay(9, 0.5, -1), 1280000);
	CU_ASSERT_EQUAL(push_delay(10, 0.5, -1), 1800000);
	CU_ASSERT_EQUAL(push_delay(4000000000u, 0.5, -1), 1800000);
	CU_ASSERT_EQUAL(push_delay(0, 0.5, 90000), 90000);
	CU_ASSERT_EQUAL(push_delay(10, 0.5, 90000), 1800000);
	CU_ASSERT_EQUAL(push_delay(0, 0.5, INT64_MAX), PUSH_AFTER_MOST_MS);
}

static void retry_after_is_seconds_or_a_date_by_the_receivers_own_clock(void)
{
	static const char NOW[] = "Sun, 06 Nov 1994 08:49:37 GMT";

	CU_ASSERT_EQUAL(push_retry_after("120", NULL), 120000);
	CU_ASSERT_EQUAL(push_retry_after("0", NULL), 0);
	CU_ASSERT_EQUAL(push_retry_after("99999999999999999999", NULL), PUSH_AFTER_MOST_MS);
	CU_ASSERT_EQUAL(push_retry_after("Sun, 06 Nov 1994 08:51:37 GMT", NOW), 120000);
	CU_ASSERT_EQUAL(push_retry_after("Mon, 07 Nov 1994 08:49:37 GMT", NOW), 86400000);
	CU_ASSERT_EQUAL(push_retry_after("Sat, 05 Nov 1994 08:49:37 GMT", NOW), 0);
	CU_ASSERT_EQUAL(
		push_retry_after("Wed, 01 Mar 2028 00:00:00 GMT", "Mon, 28 Feb 2028 23:59:59 GMT"),
		86401000); /* a leap year */
	CU_ASSERT_EQUAL(push_retry_after("Sun, 06 Nov 1994 08:51:37 GMT", NULL), -1);
	CU_ASSERT_EQUAL(push_retry_after("soon", NOW), -1);
	CU_ASSERT_EQUAL(push_retry_after("-5", NOW), -1);
	CU_ASSERT_EQUAL(push_retry_after("1.5", NOW), -1);
	CU_ASSERT_EQUAL(push_retry_after("Sun, 06 Xyz 1994 08:51:37 GMT", NOW), -1);
	CU_ASSERT_EQUAL(push_retry_after("", NOW), -1);
	CU_ASSERT_EQUAL(push_retry_after(NULL, NOW), -1);
}

/* ---- bytes ---- */

struct sample {
	struct buf text;
	struct value *content;
	struct entry entry;
	struct push_item item;
};

static void sample_read(struct sample *sample, const char *name, const char *kind)
{
	char *path = xprintf("tests/push/%s.json", name);
	struct error err;

	*sample = (struct sample){0};
	buf_init(&sample->text);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 20, &sample->text, &err), 0);
	sample->content = json_parse(sample->text.data, sample->text.size, path, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sample->content);
	sample->entry = (struct entry){.id = "urn:uuid:019ca9a1-90c8-7f33-9d57-02b0a8c1ee11",
				       .kind = kind,
				       .bench = "B07",
				       .seq = 412,
				       .says = sample->content};
	sample->entry.at.wall = (struct wall_time){.ms = 1772419267000, .zone_minutes = 480};
	sample->item = (struct push_item){.entry = &sample->entry, .content = sample->content};
	free(path);
}

static void sample_done(struct sample *sample)
{
	value_free(sample->content);
	buf_done(&sample->text);
}

/* With DAVY_GOLDEN set the files are written anew, for a person to read what has changed. */
static void is_golden(const struct buf *bytes, const char *name)
{
	char *path = xprintf("tests/push/%s.golden", name);
	struct buf golden;
	struct error err;

	if (getenv("DAVY_GOLDEN"))
		CU_ASSERT_EQUAL(file_write(path, bytes->data, bytes->size, &err), 0);
	buf_init(&golden);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 20, &golden, &err), 0);
	CU_ASSERT_EQUAL(bytes->size, golden.size);
	CU_ASSERT_STRING_EQUAL(bytes->data, golden.data);
	buf_done(&golden);
	free(path);
}

static void an_event_goes_to_a_repository_in_these_bytes(void)
{
	struct sample sample;
	struct error err;
	struct buf body;

	sample_read(&sample, "event", ENTRY_EVENT);
	buf_init(&body);

	CU_ASSERT_EQUAL(epcis_pack(&sample.item, false, &body, &err), 0);
	is_golden(&body, "event-alone");
	buf_clear(&body);
	CU_ASSERT_EQUAL(epcis_pack(&sample.item, true, &body, &err), 0);
	is_golden(&body, "event-document");

	buf_done(&body);
	sample_done(&sample);
}

static void a_declaration_goes_to_a_repository_in_these_bytes(void)
{
	struct sample sample;
	struct error err;
	struct buf body;

	sample_read(&sample, "declaration", ENTRY_DECLARATION);
	buf_init(&body);

	CU_ASSERT_EQUAL(epcis_pack(&sample.item, true, &body, &err), 0);
	is_golden(&body, "declaration-document");

	buf_done(&body);
	sample_done(&sample);
}

static struct value *parsed(const char *text)
{
	struct error err;
	struct value *value = json_parse(text, strlen(text), "settings", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	return value;
}

static void a_mapped_event_goes_to_a_platform_in_these_bytes(void)
{
	struct value *settings = parsed(
		"{\"fields\":{\"sn\":\"/content/epcList/0\",\"no\":\"/record/seq\","
		"\"capacity\":\"/content/sensorElementList/0/sensorReport/0/value\","
		"\"verdict\":\"/content/mse:record/mse:verdict\",\"slash\":\"/content/a~1b/c~0d\","
		"\"absent\":\"/content/epcList/9\",\"through\":\"/content/bizStep/x\"},"
		"\"constants\":{\"lab\":\"L1\"},\"required\":[\"sn\",\"no\"]}");
	struct sample sample;
	struct error err;
	struct buf body;

	sample_read(&sample, "event", ENTRY_EVENT);
	buf_init(&body);

	CU_ASSERT_EQUAL(json_pack(settings, &sample.item, &body, &err), 0);
	is_golden(&body, "event-mapped");

	buf_done(&body);
	value_free(settings);
	sample_done(&sample);
}

static void what_lacks_a_required_field_is_not_sent(void)
{
	struct value *settings = parsed("{\"fields\":{\"model\":\"/content/ilmd/model\"},"
					"\"required\":[\"model\"]}");
	struct sample sample;
	struct error err;
	struct buf body;

	sample_read(&sample, "event", ENTRY_EVENT);
	buf_init(&body);

	CU_ASSERT_EQUAL(json_pack(settings, &sample.item, &body, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "the record has nothing for 'model'");
	CU_ASSERT_EQUAL(body.size, 0);

	buf_done(&body);
	value_free(settings);
	sample_done(&sample);
}

/* ---- what a repository has ---- */

/* Its answer when it has `change` of the event instead. */
static enum epcis_there compared(const struct sample *sample, const char *member, const char *text)
{
	struct value *event = value_copy(sample->content), *answer = value_map();
	enum epcis_there there;
	struct buf bytes;

	value_set_text(event, "recordTime", "2026-03-02T02:41:07.000Z");
	if (member)
		value_set_text(event, member, text);
	value_add(value_set(value_set(value_set(value_set(answer, "epcisBody", value_map()),
						"queryResults", value_map()),
				      "resultsBody", value_map()),
			    "eventList", value_list()),
		  event);
	buf_init(&bytes);
	json_write(&bytes, answer);
	there = epcis_compare(&sample->item, bytes.data, bytes.size);
	buf_done(&bytes);
	value_free(answer);
	return there;
}

static void an_event_is_there_when_all_that_was_sent_is_there_and_unchanged(void)
{
	struct sample sample;

	sample_read(&sample, "event", ENTRY_EVENT);

	CU_ASSERT_EQUAL(compared(&sample, NULL, NULL), EPCIS_SAME);
	CU_ASSERT_EQUAL(compared(&sample, "theirs", "more"), EPCIS_SAME);
	CU_ASSERT_EQUAL(compared(&sample, "disposition", "expired"), EPCIS_OTHER);
	CU_ASSERT_EQUAL(compared(&sample, "eventID", "urn:uuid:other"), EPCIS_NONE);
	CU_ASSERT_EQUAL(compared(&sample, "errorDeclaration", "x"), EPCIS_NONE);
	CU_ASSERT_EQUAL(epcis_compare(&sample.item, "", 0), EPCIS_NONE);
	CU_ASSERT_EQUAL(epcis_compare(&sample.item, "[[[[[[[[[[[[]]]]]]]]]]]]", 24), EPCIS_NONE);

	sample_done(&sample);
}

static void a_declaration_is_not_there_because_its_event_is(void)
{
	struct sample declared, event;
	struct buf bytes;

	sample_read(&declared, "declaration", ENTRY_DECLARATION);
	sample_read(&event, "event", ENTRY_EVENT);
	buf_init(&bytes);
	json_write(&bytes, event.content);

	CU_ASSERT_EQUAL(epcis_compare(&declared.item, bytes.data, bytes.size), EPCIS_NONE);
	buf_clear(&bytes);
	json_write(&bytes, declared.content);
	CU_ASSERT_EQUAL(epcis_compare(&declared.item, bytes.data, bytes.size), EPCIS_SAME);

	buf_done(&bytes);
	sample_done(&declared);
	sample_done(&event);
}

void suite_push(void)
{
	suite_begin("what goes to destinations, and what their answers mean");
	claim(every_status_has_the_outcome_of_the_table);
	claim(trouble_with_certificates_pauses_and_trouble_on_the_way_is_tried_again);
	claim(no_answer_at_all_is_never_a_delivery);
	claim(delays_double_to_an_hour_with_full_jitter_and_are_never_shorter_than_asked_for);
	claim(retry_after_is_seconds_or_a_date_by_the_receivers_own_clock);
	claim(an_event_goes_to_a_repository_in_these_bytes);
	claim(a_declaration_goes_to_a_repository_in_these_bytes);
	claim(a_mapped_event_goes_to_a_platform_in_these_bytes);
	claim(what_lacks_a_required_field_is_not_sent);
	claim(an_event_is_there_when_all_that_was_sent_is_there_and_unchanged);
	claim(a_declaration_is_not_there_because_its_event_is);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* An event is declared wrong by somebody who may, as it was recorded, and its life ends when the laboratory's time is over. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "record/canonical.h"
#include "record/declaration.h"
#include "record/event.h"
#include "record/log_people.h"
#include "record/roster_log.h"
#include "tests/claims.h"
#include "tests/people_rig.h"

#define DAY_MS (24LL * 3600 * 1000)

/* What changes of the event before it is signed. */
typedef void change_fn(struct value *declared);

static uint64_t declare(struct people *people, uint64_t event, enum who who, const char *role,
			const char *person, change_fn *change)
{
	struct value *declared, *request = value_map();
	char time[WALL_TIME_SIZE];
	struct store_entry found;
	struct buf payload;
	struct jws *jws;

	if (store_entry_get(bench_log_store(people->log), event, &found, &people->err) < 0)
		CU_FAIL_FATAL(people->err.text);
	declared = declaration_new(found.entry.says, "incorrect_data", "wrong cylinder", person,
				   NULL, &people->now.wall);
	if (change)
		change(declared);
	wall_time_write(&people->now.wall, time);
	buf_init(&payload);
	CU_ASSERT_EQUAL_FATAL(canonical_write(&payload, declared, "claim", &people->err), 0);
	jws = jws_new(payload.data, payload.size);
	CU_ASSERT_EQUAL_FATAL(
		jws_sign(jws, people->key[who],
			 &(struct jws_act){role, DECLARATION_MEANING, time, person, NULL},
			 &people->err),
		0);
	value_set_text(request, "kind", "declaration");
	value_set_text(request, "of", found.entry.id);
	value_set_int(request, "seq", (int64_t)event);
	value_set(request, "jws", roster_log_member(jws, &people->err));
	store_entry_done(&found);
	jws_free(jws);
	buf_done(&payload);
	value_free(declared);
	return people_ask(people, request);
}

static void better_disposition(struct value *declared)
{
	value_set_text(declared, "disposition", "conformant");
}

static void no_reason(struct value *declared)
{
	struct value *declaration = value_copy(value_get(declared, "errorDeclaration"));

	value_set_text(declaration, "mse:why", "");
	value_set(declared, "errorDeclaration", declaration);
}

static void absent_corrective(struct value *declared)
{
	struct value *declaration = value_copy(value_get(declared, "errorDeclaration"));

	value_add(value_set(declaration, "correctiveEventIDs", value_list()),
		  value_text("urn:uuid:019ca8d2-53d2-7a10-8c1e-6f0f1b6a2d01"));
	value_set(declared, "errorDeclaration", declaration);
}

static void an_event_is_declared_wrong_by_who_may_sign_it(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	CU_ASSERT(declare(&people, event, REVIEWER, "reviewer", "0009", NULL) > event);
	CU_ASSERT_EQUAL(declare(&people, event, WITNESS, "witness", "M-1", NULL), 0);
	CU_ASSERT(people_hear(&people, "by a tester, reviewer, signatory or sampler"));
	CU_ASSERT_EQUAL(declare(&people, event, WITNESS, "reviewer", "M-1", NULL), 0);
	CU_ASSERT(people_hear(&people, "not authorised as reviewer"));
	CU_ASSERT_EQUAL(declare(&people, event, REVIEWER, "reviewer", "0017", NULL), 0);
	CU_ASSERT(people_hear(&people, "the key is of 0009"));
	CU_ASSERT_EQUAL(declare(&people, event, STRANGER, "reviewer", "0099", NULL), 0);
	people_close(&people);
}

/* As a forged log may have one: whoever verifies it hears so. */
static void what_is_no_event_is_not_declared_wrong(void)
{
	struct people people;
	struct store_entry first, declaration;
	uint64_t event, seq;
	struct store *store;

	people_open(&people);
	event = people_event(&people);
	seq = declare(&people, event, REVIEWER, "reviewer", "0009", NULL);
	store = bench_log_store(people.log);
	CU_ASSERT_EQUAL_FATAL(store_entry_get(store, 1, &first, &people.err), 0);
	CU_ASSERT_EQUAL_FATAL(store_entry_get(store, seq, &declaration, &people.err), 0);
	CU_ASSERT_EQUAL(declaration_check(first.jws, declaration.entry.says,
					  bench_log_roster(people.log, &people.err),
					  &people.now.wall, &people.err),
			-1);
	CU_ASSERT(people_hear(&people, "it is not a declaration about this event"));
	store_entry_done(&first);
	store_entry_done(&declaration);
	people_close(&people);
}

static void what_is_declared_is_the_event_as_it_was_with_a_reason(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	CU_ASSERT_EQUAL(declare(&people, event, REVIEWER, "reviewer", "0009", better_disposition),
			0);
	CU_ASSERT(people_hear(&people, "not the event as it was recorded"));
	CU_ASSERT_EQUAL(declare(&people, event, REVIEWER, "reviewer", "0009", no_reason), 0);
	CU_ASSERT(people_hear(&people, "does not say why"));
	CU_ASSERT_EQUAL(declare(&people, event, REVIEWER, "reviewer", "0009", absent_corrective),
			0);
	CU_ASSERT(people_hear(&people, "is not recorded"));
	people_close(&people);
}

static struct value *request_of(const char *text)
{
	struct error err;
	struct value *request = json_parse(text, strlen(text), "claim", &err);

	if (!request)
		CU_FAIL_FATAL(err.text);
	return request;
}

static void nobody_tells_a_bench_what_it_measured(void)
{
	struct people people;

	people_open(&people);
	CU_ASSERT_EQUAL(
		people_ask(&people, request_of("{\"kind\":\"event\",\"step\":\"inspecting\","
					       "\"equipment\":[\"urn:davy:eq:1\"],\"members\":{"
					       "\"mse:run\":{\"mse:verdict\":\"PASS\"}}}")),
		0);
	CU_ASSERT(people_hear(&people, "'mse:run' is no member that can be given"));
	CU_ASSERT_EQUAL(
		people_ask(&people,
			   request_of("{\"kind\":\"event\",\"step\":\"inspecting\",\"equipment\":["
				      "\"urn:davy:eq:1\"],\"members\":{\"sensorElementList\":[{"
				      "\"sensorReport\":[{\"type\":\"Pressure\",\"value\":1,"
				      "\"uom\":\"kPa\"}]}]}}")),
		0);
	CU_ASSERT(people_hear(&people, "uom"));
	CU_ASSERT_EQUAL(people_ask(&people, request_of("{\"kind\":\"event\",\"step\":\"storing\","
						       "\"equipment\":[\"\345\256\211\"]}")),
			0);
	people_close(&people);
}

static const char DISPOSAL[] = "{\"kind\":\"event\",\"step\":\"disposal\",\"equipment\":["
			       "\"urn:davy:eq:1\"],\"says\":{\"by\":\"0009\"}}";

static void a_life_ends_when_the_time_for_objections_is_over(void)
{
	struct people people;
	static const char STATED[] =
		"{\"base\":\"https://lab.example.cn/\",\"bench\":\"B07\",\"objectionDays\":15}";

	people_open(&people);
	CU_ASSERT(people_ask(&people, request_of(DISPOSAL)) > 0);
	CU_ASSERT(people_event_about(&people, "urn:davy:eq:1") > 0);
	CU_ASSERT_EQUAL(people_ask(&people, request_of(DISPOSAL)), 0);
	CU_ASSERT(people_hear(&people, "has not stated how long"));
	CU_ASSERT_EQUAL_FATAL(file_write(record_rig_path(people.rig, "laboratory.json"), STATED,
					 strlen(STATED), &people.err),
			      0);
	people.now.wall.ms += 15 * DAY_MS - 1;
	CU_ASSERT_EQUAL(people_ask(&people, request_of(DISPOSAL)), 0);
	CU_ASSERT(people_hear(&people, "possible until 2026-05-19T"));
	people.now.wall.ms += 1;
	CU_ASSERT(people_ask(&people, request_of(DISPOSAL)) > 0);
	people.now.wall.ms += 365 * DAY_MS;
	CU_ASSERT_EQUAL(people_ask(&people, request_of(DISPOSAL)), 0);
	CU_ASSERT(people_hear(&people, "has run out on"));
	people_close(&people);
}

void suite_declaration(void)
{
	suite_begin("corrections and ends of lives");
	claim(an_event_is_declared_wrong_by_who_may_sign_it);
	claim(what_is_no_event_is_not_declared_wrong);
	claim(what_is_declared_is_the_event_as_it_was_with_a_reason);
	claim(nobody_tells_a_bench_what_it_measured);
	claim(a_life_ends_when_the_time_for_objections_is_over);
}

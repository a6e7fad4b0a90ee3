/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/people_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "record/admission.h"
#include "record/canonical.h"
#include "record/cosign.h"
#include "record/event.h"
#include "record/log_people.h"
#include "record/roster_log.h"
#include "tests/claims.h"

static const struct {
	const char *person, *roles;
} PEOPLE[WHO_COUNT] = {
	[TESTER] = {"0017", "\"tester\",\"reviewer\""},
	[REVIEWER] = {"0009", "\"reviewer\""},
	[SIGNATORY] = {"0003", "\"signatory\""},
	[SAMPLER] = {"0021", "\"sampler\""},
	[SECOND_SAMPLER] = {"0022", "\"sampler\""},
	[WITNESS] = {"M-1", "\"witness\""},
	[STRANGER] = {"0099", NULL},
};

static void now_text(const struct people *people, char text[WALL_TIME_SIZE])
{
	wall_time_write(&people->now.wall, text);
}

uint64_t people_ask(struct people *people, struct value *request)
{
	struct admitted admitted;
	uint64_t seq = 0;

	people->err.text[0] = '\0';
	people->last.seq = 0;
	if (admit(people->log, request, &people->now, &admitted, &people->err) == 0) {
		struct bench_entry entry = {.kind = admitted.kind,
					    .says = admitted.says,
					    .subjects = admitted.subjects};

		people->last.text.size = 0;
		if (bench_log_append(people->log, &entry, &people->now, &people->last,
				     &people->err) == 0)
			seq = people->last.seq;
		admitted_done(&admitted);
	}
	value_free(request);
	return seq;
}

uint64_t people_event_about(struct people *people, const char *specimen)
{
	const char *const subjects[] = {specimen, NULL};
	char id[EVENT_ID_TEXT_SIZE];
	struct value *event, *run = value_map();
	struct bench_entry entry = {.kind = ENTRY_EVENT, .is_measured = true, .subjects = subjects};

	bench_log_name(people->log, &people->now, id);
	event = event_new(LIFE_INSPECTING, id, &people->now.wall, specimen);
	value_set_text(run, "protocol", "gas.methane");
	value_set_text(run, "verdict", "PASS");
	event_extend(event, "run", run);
	entry.says = event;
	people->last.text.size = 0;
	if (bench_log_append(people->log, &entry, &people->now, &people->last, &people->err) < 0)
		CU_FAIL_FATAL(people->err.text);
	value_free(run);
	value_free(event);
	return people->last.seq;
}

uint64_t people_event(struct people *people)
{
	return people_event_about(people, "urn:davy:eq:0");
}

struct value *people_keys(struct people *people, const struct key *by, const char *role,
			  const char *what, const struct key *jwk, const char *members)
{
	char *text = xprintf("{\"v\":1,\"what\":\"%s\",%s}", what, members);
	struct value *says = json_parse(text, strlen(text), "claim", &people->err), *request;
	char time[WALL_TIME_SIZE];
	struct buf payload;
	struct jws *jws;

	if (!says)
		CU_FAIL_FATAL(people->err.text);
	if (jwk)
		value_set(says, "jwk", key_jwk(jwk));
	now_text(people, time);
	buf_init(&payload);
	CU_ASSERT_EQUAL_FATAL(canonical_write(&payload, says, "claim", &people->err), 0);
	jws = jws_new(payload.data, payload.size);
	CU_ASSERT_EQUAL_FATAL(
		jws_sign(jws, by, &(struct jws_act){role, what, time, NULL, NULL}, &people->err),
		0);
	request = value_map();
	value_set_text(request, "kind", "key");
	value_set(request, "jws", roster_log_member(jws, &people->err));
	jws_free(jws);
	buf_done(&payload);
	value_free(says);
	free(text);
	return request;
}

static void enrol(struct people *people, enum who who)
{
	char *members = xprintf("\"person\":\"%s\",\"name\":\"N%s\",\"roles\":[%s],"
				"\"items\":[\"gas.*\"],\"from\":\"2026-03-01T00:00:00.000+08:00\","
				"\"to\":\"2027-03-01T00:00:00.000+08:00\"",
				PEOPLE[who].person, PEOPLE[who].person, PEOPLE[who].roles);

	if (!people_ask(people, people_keys(people, people->administrator, "administrator",
					    "enrols", people->key[who], members)))
		CU_FAIL_FATAL(people->err.text);
	free(members);
}

void people_open_alone(struct people *people)
{
	memset(people, 0, sizeof(*people));
	people->rig = record_rig_new();
	people->now.wall = (struct wall_time){.ms = 1777860000000, .zone_minutes = 480};
	snprintf(people->now.boot, sizeof(people->now.boot), "b");
	buf_init(&people->last.text);
	people->log = bench_log_open(people->rig->folder, &people->now, &people->err);
	if (!people->log)
		CU_FAIL_FATAL(people->err.text);
	people->administrator = key_generate(KEY_ED25519, &people->err);
	for (int who = 0; who < WHO_COUNT; who++)
		people->key[who] = key_generate(KEY_ED25519, &people->err);
}

void people_open(struct people *people)
{
	people_open_alone(people);
	if (!people_ask(people, people_keys(people, people->administrator, "administrator",
					    "installs", people->administrator,
					    "\"from\":\"2026-03-01T00:00:00.000+08:00\"")))
		CU_FAIL_FATAL(people->err.text);
	for (int who = 0; who < STRANGER; who++)
		enrol(people, (enum who)who);
}

void people_close(struct people *people)
{
	bench_log_close(people->log);
	buf_done(&people->last.text);
	key_free(people->administrator);
	for (int who = 0; who < WHO_COUNT; who++)
		key_free(people->key[who]);
	record_rig_free(people->rig);
}

struct value *people_signature(struct people *people, uint64_t event, enum who who, enum role role,
			       enum meaning meaning)
{
	char time[WALL_TIME_SIZE];
	struct jws_act act = {role_name(role), meaning_name(meaning), time, PEOPLE[who].person,
			      NULL};
	struct store_entry found;
	struct value *request = NULL;

	now_text(people, time);
	if (log_people_event(bench_log_store(people->log), event, &found, &people->err) < 0 ||
	    jws_sign(found.jws, people->key[who], &act, &people->err) < 0)
		CU_FAIL_FATAL(people->err.text);
	request = cosign_describe(found.jws, jws_count(found.jws) - 1, &people->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	value_set_text(request, "kind", "signature");
	store_entry_done(&found);
	return request;
}

uint64_t people_sign(struct people *people, uint64_t event, enum who who, enum role role,
		     enum meaning meaning)
{
	return people_ask(people, people_signature(people, event, who, role, meaning));
}

bool people_hear(const struct people *people, const char *part)
{
	if (strstr(people->err.text, part))
		return true;
	printf("        it was: %s\n", people->err.text);
	return false;
}

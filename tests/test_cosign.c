/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures that come later: each a record, in its turn, judged by the log and by the bench's own time. */
#include <string.h>

#include "base/json.h"
#include "record/cosign.h"
#include "record/log_people.h"
#include "tests/claims.h"
#include "tests/people_rig.h"

#define YEAR_MS (365LL * 24 * 3600 * 1000)

static size_t signatures(struct people *people, uint64_t event)
{
	struct store_entry found;
	size_t count;

	if (log_people_event(bench_log_store(people->log), event, &found, &people->err) < 0)
		CU_FAIL_FATAL(people->err.text);
	count = jws_count(found.jws);
	store_entry_done(&found);
	return count;
}

static void each_signs_in_his_turn_and_all_together_verify(void)
{
	struct people people;
	struct store_entry found;
	uint64_t event;
	size_t bad;

	people_open(&people);
	event = people_event(&people);
	CU_ASSERT_EQUAL(signatures(&people, event), 1);
	CU_ASSERT(people_sign(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED) > event);
	CU_ASSERT(people_sign(&people, event, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED) > event);
	CU_ASSERT(people_sign(&people, event, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED) > event);
	CU_ASSERT_EQUAL(signatures(&people, event), 4);
	CU_ASSERT_EQUAL_FATAL(
		log_people_event(bench_log_store(people.log), event, &found, &people.err), 0);
	CU_ASSERT_EQUAL(signing_verify(bench_log_roster(people.log, &people.err), found.jws,
				       "gas.methane", &bad, &people.err),
			0);
	store_entry_done(&found);
	people_close(&people);
}

static void who_tests_does_not_review(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	CU_ASSERT(people_sign(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED) > 0);
	CU_ASSERT_EQUAL(people_sign(&people, event, TESTER, ROLE_REVIEWER, MEANING_REVIEWED), 0);
	CU_ASSERT(people_hear(&people, "who tests does not review"));
	CU_ASSERT_EQUAL(signatures(&people, event), 2);
	people_close(&people);
}

static void out_of_turn_is_refused_and_leaves_nothing(void)
{
	struct people people;
	uint64_t event, count;

	people_open(&people);
	event = people_event(&people);
	count = bench_log_count(people.log);
	CU_ASSERT_EQUAL(people_sign(&people, event, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED), 0);
	CU_ASSERT(people_hear(&people, "the tester has not signed it yet"));
	CU_ASSERT_EQUAL(people_sign(&people, event, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED),
			0);
	CU_ASSERT(people_hear(&people, "nobody has reviewed it yet"));
	CU_ASSERT_EQUAL(bench_log_count(people.log), count);
	people_close(&people);
}

static void two_who_signed_over_the_same_signature_are_one_too_many(void)
{
	struct people people;
	struct value *first, *second;
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	first = people_signature(&people, event, SAMPLER, ROLE_SAMPLER, MEANING_SAMPLED);
	second = people_signature(&people, event, SECOND_SAMPLER, ROLE_SAMPLER, MEANING_SAMPLED);
	CU_ASSERT(people_ask(&people, first) > 0);
	CU_ASSERT_EQUAL(people_ask(&people, second), 0);
	CU_ASSERT(people_hear(&people, "not made over the signature before it"));
	CU_ASSERT(people_sign(&people, event, SECOND_SAMPLER, ROLE_SAMPLER, MEANING_SAMPLED) > 0);
	people_close(&people);
}

static void an_administrator_and_a_stranger_sign_no_test(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	CU_ASSERT_EQUAL(people_sign(&people, event, STRANGER, ROLE_TESTER, MEANING_TESTED), 0);
	CU_ASSERT(people_hear(&people, "nobody's whom an administrator has enrolled"));
	key_free(people.key[STRANGER]);
	people.key[STRANGER] = people.administrator;
	CU_ASSERT_EQUAL(people_sign(&people, event, STRANGER, ROLE_TESTER, MEANING_TESTED), 0);
	CU_ASSERT(people_hear(&people, "signs nothing else"));
	people.key[STRANGER] = NULL;
	people_close(&people);
}

/* The client's clock says May; the bench's says next year. */
static void the_benchs_time_decides_whether_an_authorisation_is_valid(void)
{
	struct people people;
	struct value *request;
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	people.now.wall.ms += YEAR_MS;
	CU_ASSERT_EQUAL(people_sign(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED), 0);
	CU_ASSERT(people_hear(&people, "has run out on 2027-03-01"));
	people.now.wall.ms -= YEAR_MS;
	request = people_signature(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED);
	people.now.wall.ms += YEAR_MS;
	CU_ASSERT_EQUAL(people_ask(&people, request), 0);
	CU_ASSERT(people_hear(&people, "minutes from this bench's time"));
	people_close(&people);
}

static void a_signature_is_under_the_event_it_names(void)
{
	struct people people;
	struct value *request;
	uint64_t event, other;

	people_open(&people);
	event = people_event(&people);
	other = people_event(&people);
	request = people_signature(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED);
	value_set_int(request, "seq", (int64_t)other);
	CU_ASSERT_EQUAL(people_ask(&people, request), 0);
	CU_ASSERT(people_hear(&people, "not under this event"));
	request = people_signature(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED);
	value_set_int(request, "seq", 99999);
	CU_ASSERT_EQUAL(people_ask(&people, request), 0);
	CU_ASSERT(people_hear(&people, "there is no record 99999"));
	request = people_signature(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED);
	value_set_int(request, "seq", 2);
	CU_ASSERT_EQUAL(people_ask(&people, request), 0);
	CU_ASSERT(people_hear(&people, "record 2 is no event"));
	people_close(&people);
}

/* One byte of the bytes that were signed by the tester, behind a header that stays. */
static void a_signature_that_is_not_good_is_refused(void)
{
	struct people people;
	struct value *request, *entry;
	uint64_t event;
	char *text;

	people_open(&people);
	event = people_event(&people);
	request = people_signature(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED);
	entry = value_copy(value_get(request, "signature"));
	text = (char *)value_get_text(entry, "signature");
	text[0] = text[0] == 'A' ? 'B' : 'A';
	value_set(request, "signature", entry);
	CU_ASSERT_EQUAL(people_ask(&people, request), 0);
	CU_ASSERT(people_hear(&people, "signature 2"));
	request = people_signature(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED);
	entry = value_copy(value_get(request, "signature"));
	value_set_text(entry, "header", "x");
	value_set(request, "signature", entry);
	CU_ASSERT_EQUAL(people_ask(&people, request), 0);
	CU_ASSERT(people_hear(&people, "and nothing else"));
	CU_ASSERT_EQUAL(people_ask(&people, json_parse("{\"kind\":\"signature\"}", 20, "claim",
						       &people.err)),
			0);
	people_close(&people);
}

static void what_the_roster_knows_survives_a_restart(void)
{
	struct people people;
	uint64_t event;

	people_open(&people);
	event = people_event(&people);
	CU_ASSERT(people_sign(&people, event, TESTER, ROLE_TESTER, MEANING_TESTED) > 0);
	bench_log_close(people.log);
	people.log = bench_log_open(people.rig->folder, &people.now, &people.err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(people.log);
	CU_ASSERT(people_sign(&people, event, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED) > 0);
	CU_ASSERT_EQUAL(signatures(&people, event), 3);
	CU_ASSERT_EQUAL(
		people_ask(&people, people_keys(&people, people.key[TESTER], "administrator",
						"installs", people.key[TESTER],
						"\"from\":\"2026-03-01T00:00:00.000+08:00\"")),
		0);
	CU_ASSERT(people_hear(&people, "this log has its administrator"));
	people_close(&people);
}

static void keys_before_an_administrator_are_refused(void)
{
	struct people people;

	people_open_alone(&people);
	CU_ASSERT_EQUAL(
		people_ask(&people,
			   people_keys(&people, people.administrator, "administrator", "revokes",
				       NULL,
				       "\"kid\":\"x\",\"from\":\"2026-03-01T00:00:00.000+08:"
				       "00\",\"why\":\"w\"")),
		0);
	CU_ASSERT(people_hear(&people, "no administrator yet"));
	CU_ASSERT_EQUAL(bench_log_count(people.log), 1);
	people_close(&people);
}

void suite_cosign(void)
{
	suite_begin("signatures that come later");
	claim(each_signs_in_his_turn_and_all_together_verify);
	claim(who_tests_does_not_review);
	claim(out_of_turn_is_refused_and_leaves_nothing);
	claim(two_who_signed_over_the_same_signature_are_one_too_many);
	claim(an_administrator_and_a_stranger_sign_no_test);
	claim(the_benchs_time_decides_whether_an_authorisation_is_valid);
	claim(a_signature_is_under_the_event_it_names);
	claim(a_signature_that_is_not_good_is_refused);
	claim(what_the_roster_knows_survives_a_restart);
	claim(keys_before_an_administrator_are_refused);
}

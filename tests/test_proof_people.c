/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy verify and what persons signed: somebody who holds the bench's keys makes the whole log again (tests/forger.h) with
 * another signature of a person, or another person on the roster. He lacks the keys of persons and of the administrator.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/base64.h"
#include "record/entry.h"
#include "record/event.h"
#include "run/proof.h"
#include "tests/claims.h"
#include "tests/forger.h"
#include "tests/lot_rig.h"
#include "tests/people_rig.h"

/* The log's begin, the administrator, six persons, an event, the samplers' signatures. */
enum { TESTER_ENROLLED = 3, SIGNATURE = 11 };

/* An event that two samplers have signed, in a log that nobody has open. */
static void sampled_open(struct people *people)
{
	struct bench_entry entry = {.kind = ENTRY_EVENT,
				    .subjects = (const char *const[]){"urn:davy:eq:0", NULL}};
	char id[EVENT_ID_TEXT_SIZE];
	struct value *event;
	uint64_t seq;

	people_open(people);
	bench_log_name(people->log, &people->now, id);
	event = event_new(LIFE_INSPECTING, id, &people->now.wall, "urn:davy:eq:0");
	entry.says = event;
	CU_ASSERT_EQUAL_FATAL(
		bench_log_append(people->log, &entry, &people->now, &people->last, &people->err),
		0);
	seq = people->last.seq;
	value_free(event);
	CU_ASSERT(people_sign(people, seq, SAMPLER, ROLE_SAMPLER, MEANING_SAMPLED) > 0);
	CU_ASSERT_EQUAL_FATAL(
		people_sign(people, seq, SECOND_SAMPLER, ROLE_SAMPLER, MEANING_SAMPLED), SIGNATURE);
	bench_log_close(people->log);
	people->log = NULL;
}

static struct value *prove(struct people *people)
{
	struct value *says =
		proof_of_state(people->rig->folder, &(struct proof_wish){0}, &people->err);

	if (!says)
		CU_FAIL_FATAL(people->err.text);
	return says;
}

static struct value *inside(struct value *payload, const char *what)
{
	return (struct value *)value_get(value_get(payload, "says"), what);
}

static void turn_a_letter(struct value *holder, const char *name, size_t at)
{
	char *text = xstrdup(value_get_text(holder, name));

	CU_ASSERT_FATAL(strlen(text) > at);
	text[at] = text[at] == 'A' ? 'B' : 'A';
	value_set_text(holder, name, text);
	free(text);
}

static void change_signature(struct value *payload)
{
	turn_a_letter(inside(payload, "signature"), "signature", 20);
}

/* The same length, so that all else stays as it was. */
static void enrol_another(struct value *payload)
{
	struct value *jws = inside(payload, "jws");
	const char *was = value_get_text(jws, "payload");
	struct buf bytes, text;
	char *person;

	buf_init(&bytes);
	buf_init(&text);
	CU_ASSERT_EQUAL_FATAL(base64_read(&bytes, BASE64_URL, was, strlen(was)), 0);
	person = strstr(bytes.data, "\"0017\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(person);
	memcpy(person, "\"0666\"", 6);
	base64_write(&text, BASE64_URL, bytes.data, bytes.size);
	value_set_text(jws, "payload", text.data);
	buf_done(&bytes);
	buf_done(&text);
}

static struct people *enrolling;

/* Signed well, by a person of the roster. */
static void enrol_by_the_signatory(struct value *payload)
{
	struct value *request = people_keys(
		enrolling, enrolling->key[SIGNATORY], "administrator", "enrols",
		enrolling->key[STRANGER],
		"\"person\":\"0017\",\"name\":\"N\",\"roles\":[\"tester\"],\"items\":[\"gas.*\"],"
		"\"from\":\"2026-03-01T00:00:00.000+08:00\","
		"\"to\":\"2027-03-01T00:00:00.000+08:00\"");

	value_set((struct value *)value_get(payload, "says"), "jws",
		  value_copy(value_get(request, "jws")));
	value_free(request);
}

/* In a log that is sound in all else (he says that its database was lost), this record is the first bad one. */
static void check_forged(uint64_t seq, void (*edit)(struct value *payload), const char *part)
{
	struct people people;
	struct value *says;

	sampled_open(&people);
	enrolling = &people;
	CU_ASSERT_EQUAL(
		forge(&(struct forgery){.state = people.rig->folder, .edits = seq, .edit = edit}),
		0);
	says = prove(&people);
	CU_ASSERT(proof_names(says, (int64_t)seq, part));
	value_free(says);
	people_close(&people);
}

/* ---- claims ---- */

static int64_t signatures_of(const struct value *says)
{
	const struct value *proved = value_get(says, "proved");

	for (size_t i = 0; i < value_count(proved); i++)
		if (!strcmp(value_get_text(value_at(proved, i), "what"), "persons"))
			return value_get_int(value_at(proved, i), "count", 0);
	return 0;
}

static void what_persons_signed_is_proved(void)
{
	struct people people;
	struct value *says;

	sampled_open(&people);
	says = prove(&people);
	CU_ASSERT(value_get_bool(says, "good"));
	CU_ASSERT_EQUAL(signatures_of(says), 2);
	value_free(says);
	people_close(&people);
}

static void a_changed_signature_of_a_person_is_refused(void)
{
	check_forged(SIGNATURE, change_signature, "the signature is not that of key");
}

static void a_changed_enrolment_is_refused(void)
{
	check_forged(TESTER_ENROLLED, enrol_another, "the signature is not that of key");
}

static void an_enrolment_by_another_than_the_administrator_is_refused(void)
{
	check_forged(TESTER_ENROLLED, enrol_by_the_signatory,
		     "the administrator has not signed it");
}

static void a_failed_check(struct value *payload)
{
	value_set_text((struct value *)value_get(payload, "mse:run"), "mse:verdict", "FAIL");
}

static void a_check_that_ended_otherwise(struct value *payload)
{
	value_set_text((struct value *)value_get(payload, "mse:run"), "mse:verdict", "ERROR");
}

static struct value *prove_lot(struct lot_rig *rig)
{
	struct value *says;

	bench_log_close(rig->people.log);
	rig->people.log = NULL;
	says = prove(&rig->people);
	return says;
}

/* Runs of a rig have no journals, and a proof says so: only this is asked of it. */
static bool refuses(const struct value *says, uint64_t seq, const char *part)
{
	const struct value *problems = value_get(says, "problems");

	for (size_t i = 0; i < value_count(problems); i++)
		if (value_get_int(value_at(problems, i), "seq", 0) == (int64_t)seq &&
		    strstr(value_get_text(value_at(problems, i), "why"), part))
			return true;
	return false;
}

/*
 * A run between two checks that passed, approved: of the check after it he says something else. That before it stands in
 * the chain under the run, which persons have signed.
 */
static void check_approval(void (*edit)(struct value *payload), const char *part)
{
	struct lot_rig rig;
	struct value *says;
	uint64_t run, check, approved;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	lot_rig_check(&rig, "PASS");
	run = lot_rig_run(
		&rig, 0,
		&(struct lot_run){.verdict = "PASS", .is_controlled = true, .is_bracketed = true});
	check = lot_rig_check(&rig, "PASS");
	people_sign(&rig.people, run, TESTER, ROLE_TESTER, MEANING_TESTED);
	people_sign(&rig.people, run, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED);
	approved = people_sign(&rig.people, run, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED);
	CU_ASSERT_FATAL(approved > 0);
	says = prove_lot(&rig);
	CU_ASSERT_FALSE(refuses(says, approved, "check of its fixture"));
	value_free(says);
	CU_ASSERT_EQUAL(forge(&(struct forgery){
				.state = rig.people.rig->folder, .edits = check, .edit = edit}),
			0);
	says = prove(&rig.people);
	CU_ASSERT(refuses(says, approved, part));
	value_free(says);
	lot_rig_close(&rig);
}

static void an_approval_whose_fixture_was_not_found_good_is_refused(void)
{
	check_approval(a_failed_check, "stands as INCONCLUSIVE, since the check");
	check_approval(a_check_that_ended_otherwise, "still awaits the check of its fixture");
}

/* A check, another one, and a run that names one of them; `edit` is what he does to the second. */
static void check_named(bool names_second, void (*edit)(struct value *payload), bool is_found)
{
	struct lot_rig rig;
	struct value *says;
	uint64_t first, second, run;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	first = lot_rig_check(&rig, "PASS");
	second = lot_rig_check(&rig, "PASS");
	run = lot_rig_run(&rig, 0,
			  &(struct lot_run){.verdict = "PASS",
					    .is_bracketed = true,
					    .names = names_second ? second : first});
	says = prove_lot(&rig);
	if (edit) {
		CU_ASSERT_FALSE(refuses(says, run, "as the check of its fixture before it"));
		value_free(says);
		CU_ASSERT_EQUAL(forge(&(struct forgery){.state = rig.people.rig->folder,
							.edits = second,
							.edit = edit}),
				0);
		says = prove(&rig.people);
	}
	CU_ASSERT_EQUAL(refuses(says, run, "as the check of its fixture before it"), is_found);
	value_free(says);
	lot_rig_close(&rig);
}

static void a_run_that_names_another_check_than_the_log_has_is_refused(void)
{
	check_named(true, NULL, false);
	check_named(false, NULL, true);
	check_named(true, a_failed_check, true);
}

void suite_proof_people(void)
{
	suite_begin("what persons signed");
	claim(what_persons_signed_is_proved);
	claim(a_changed_signature_of_a_person_is_refused);
	claim(a_changed_enrolment_is_refused);
	claim(an_enrolment_by_another_than_the_administrator_is_refused);
	claim(a_run_that_names_another_check_than_the_log_has_is_refused);
	claim(an_approval_whose_fixture_was_not_found_good_is_refused);
}

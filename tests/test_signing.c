/* SPDX-License-Identifier: Apache-2.0 */
/* In which order a record is signed, by whom, and what of it is found when it is verified. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/canonical.h"
#include "record/signing.h"
#include "record/wall_time.h"
#include "tests/claims.h"

enum who { BENCH, BENCH_SM2, TESTER, REVIEWER, SIGNATORY, SAMPLER, SECOND, WITNESS, WHO_COUNT };

static const struct {
	const char *person, *role;
	enum key_kind kind;
} PEOPLE[WHO_COUNT] = {
	[BENCH] = {"B07", "bench", KEY_ED25519},
	[BENCH_SM2] = {"B07", "bench", KEY_SM2},
	[TESTER] = {"0017", "tester reviewer signatory", KEY_ED25519},
	[REVIEWER] = {"0009", "tester reviewer", KEY_ED25519},
	[SIGNATORY] = {"0003", "signatory", KEY_ED25519},
	[SAMPLER] = {"0021", "sampler", KEY_ED25519},
	[SECOND] = {"0022", "sampler", KEY_ED25519},
	[WITNESS] = {"M-1", "witness", KEY_ED25519},
};

struct desk {
	struct key *administrator, *key[WHO_COUNT];
	struct roster *roster;
	struct jws *record;
	struct error err;
};

static void add_roles(struct value *roles, const char *names)
{
	char *copy = xstrdup(names), *rest;

	for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
		value_add(roles, value_text(name));
	free(copy);
}

static void enrol(struct desk *desk, enum who who)
{
	struct value *says = value_map();
	struct jws *record;
	struct buf payload;

	desk->key[who] = key_generate(PEOPLE[who].kind, &desk->err);
	value_set_int(says, "v", 1);
	value_set_text(says, "what", "enrols");
	value_set(says, "jwk", key_jwk(desk->key[who]));
	value_set_text(says, "person", PEOPLE[who].person);
	value_set_text(says, "name", "N");
	add_roles(value_set(says, "roles", value_list()), PEOPLE[who].role);
	if (strcmp(PEOPLE[who].role, "bench") != 0)
		value_add(value_set(says, "items", value_list()), value_text("gas.*"));
	value_set_text(says, "from", "2026-03-01T00:00:00.000+08:00");
	value_set_text(says, "to", "2027-03-01T00:00:00.000+08:00");
	buf_init(&payload);
	CU_ASSERT_EQUAL_FATAL(canonical_write(&payload, says, "claim", &desk->err), 0);
	record = jws_new(payload.data, payload.size);
	CU_ASSERT_EQUAL_FATAL(jws_sign(record, desk->administrator,
				       &(struct jws_act){.role = "administrator",
							 .meaning = "enrolled",
							 .time = "2026-03-01T08:00:00.000+08:00"},
				       &desk->err),
			      0);
	if (roster_take(desk->roster, record, &desk->err) < 0)
		CU_FAIL_FATAL(desk->err.text);
	jws_free(record);
	buf_done(&payload);
	value_free(says);
}

static void desk_open(struct desk *desk)
{
	memset(desk, 0, sizeof(*desk));
	desk->administrator = key_generate(KEY_ED25519, &desk->err);
	desk->roster = roster_new(desk->administrator, &desk->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(desk->roster);
	for (int who = 0; who < WHO_COUNT; who++)
		enrol(desk, (enum who)who);
	desk->record = jws_new("{}", 2);
}

static void desk_close(struct desk *desk)
{
	jws_free(desk->record);
	roster_free(desk->roster);
	key_free(desk->administrator);
	for (int who = 0; who < WHO_COUNT; who++)
		key_free(desk->key[who]);
}

/* Put it down without asking whether it may be. */
static void put_down(struct desk *desk, enum who who, const char *role, const char *meaning,
		     const char *person)
{
	CU_ASSERT_EQUAL(jws_sign(desk->record, desk->key[who],
				 &(struct jws_act){.role = role,
						   .meaning = meaning,
						   .time = "2026-05-04T10:00:00.000+08:00",
						   .person = person},
				 &desk->err),
			0);
}

/* Sign if it may be; the role is the meaning's. */
static bool signs(struct desk *desk, enum who who, enum role role, enum meaning meaning)
{
	struct signing signing = {role, meaning, key_id(desk->key[who]), "gas.methane",
				  1777860000000};

	if (signing_check(desk->roster, desk->record, jws_count(desk->record), &signing,
			  &desk->err) < 0)
		return false;
	put_down(desk, who, role_name(role), meaning_name(meaning),
		 role == ROLE_BENCH ? NULL : PEOPLE[who].person);
	return true;
}

static bool says(const struct desk *desk, const char *part)
{
	if (strstr(desk->err.text, part))
		return true;
	printf("        it was: %s\n", desk->err.text);
	return false;
}

static void a_record_is_measured_tested_reviewed_and_approved(void)
{
	struct desk desk;
	size_t bad;

	desk_open(&desk);
	CU_ASSERT(signs(&desk, BENCH, ROLE_BENCH, MEANING_MEASURED));
	CU_ASSERT(signs(&desk, BENCH_SM2, ROLE_BENCH, MEANING_MEASURED));
	CU_ASSERT(signs(&desk, SAMPLER, ROLE_SAMPLER, MEANING_SAMPLED));
	CU_ASSERT(signs(&desk, SECOND, ROLE_SAMPLER, MEANING_SAMPLED));
	CU_ASSERT(signs(&desk, WITNESS, ROLE_WITNESS, MEANING_WITNESSED));
	CU_ASSERT(signs(&desk, TESTER, ROLE_TESTER, MEANING_TESTED));
	CU_ASSERT(signs(&desk, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED));
	CU_ASSERT(signs(&desk, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED));
	if (signing_verify(desk.roster, desk.record, "gas.methane", &bad, &desk.err) < 0)
		CU_FAIL(desk.err.text);
	CU_ASSERT_EQUAL(signing_verify(desk.roster, desk.record, "pack", &bad, &desk.err), -1);
	CU_ASSERT_EQUAL(bad, 2);
	CU_ASSERT(says(&desk, "signature 3 of 8: N (0021) is not authorised for pack"));
	desk_close(&desk);
}

static void nobody_signs_before_the_bench_nor_the_bench_after_anybody(void)
{
	struct desk desk;

	desk_open(&desk);
	CU_ASSERT_FALSE(signs(&desk, TESTER, ROLE_TESTER, MEANING_TESTED));
	CU_ASSERT(says(&desk, "the bench has not signed it"));
	CU_ASSERT(signs(&desk, BENCH, ROLE_BENCH, MEANING_MEASURED));
	CU_ASSERT_FALSE(signs(&desk, BENCH, ROLE_BENCH, MEANING_MEASURED));
	CU_ASSERT(signs(&desk, TESTER, ROLE_TESTER, MEANING_TESTED));
	CU_ASSERT_FALSE(signs(&desk, BENCH_SM2, ROLE_BENCH, MEANING_MEASURED));
	CU_ASSERT(says(&desk, "the bench signs first"));
	desk_close(&desk);
}

static void who_tests_does_not_review(void)
{
	struct desk desk;

	desk_open(&desk);
	signs(&desk, BENCH, ROLE_BENCH, MEANING_MEASURED);
	CU_ASSERT_FALSE(signs(&desk, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED));
	CU_ASSERT(says(&desk, "the tester has not signed it yet"));
	CU_ASSERT(signs(&desk, TESTER, ROLE_TESTER, MEANING_TESTED));
	CU_ASSERT_FALSE(signs(&desk, TESTER, ROLE_REVIEWER, MEANING_REVIEWED));
	CU_ASSERT(says(&desk, "N (0017) cannot sign this record: who tests does not review"));
	CU_ASSERT_FALSE(signs(&desk, TESTER, ROLE_REVIEWER, MEANING_REJECTED));
	CU_ASSERT_FALSE(signs(&desk, TESTER, ROLE_SIGNATORY, MEANING_APPROVED));
	CU_ASSERT(says(&desk, "nobody has reviewed it yet"));
	CU_ASSERT(signs(&desk, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED));
	CU_ASSERT_FALSE(signs(&desk, REVIEWER, ROLE_REVIEWER, MEANING_REJECTED));
	CU_ASSERT_FALSE(signs(&desk, REVIEWER, ROLE_TESTER, MEANING_TESTED));
	CU_ASSERT(says(&desk, "it was signed so before"));
	desk_close(&desk);
}

static void what_a_reviewer_rejects_goes_no_further(void)
{
	struct desk desk;

	desk_open(&desk);
	signs(&desk, BENCH, ROLE_BENCH, MEANING_MEASURED);
	signs(&desk, TESTER, ROLE_TESTER, MEANING_TESTED);
	CU_ASSERT(signs(&desk, REVIEWER, ROLE_REVIEWER, MEANING_REJECTED));
	CU_ASSERT_FALSE(signs(&desk, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED));
	CU_ASSERT(says(&desk, "a reviewer has rejected it"));
	CU_ASSERT_FALSE(signs(&desk, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED));
	desk_close(&desk);
}

static void two_samplers_sign_and_the_witness_or_that_he_refused(void)
{
	struct desk desk;

	desk_open(&desk);
	signs(&desk, BENCH, ROLE_BENCH, MEANING_MEASURED);
	CU_ASSERT(signs(&desk, SAMPLER, ROLE_SAMPLER, MEANING_SAMPLED));
	CU_ASSERT_FALSE(signs(&desk, SAMPLER, ROLE_SAMPLER, MEANING_SAMPLED));
	CU_ASSERT(says(&desk, "the second sampler is another person"));
	CU_ASSERT(signs(&desk, SECOND, ROLE_SAMPLER, MEANING_SAMPLED));
	CU_ASSERT_FALSE(signs(&desk, SECOND, ROLE_SAMPLER, MEANING_SAMPLED));
	CU_ASSERT(signs(&desk, SECOND, ROLE_SAMPLER, MEANING_REFUSED));
	CU_ASSERT_FALSE(signs(&desk, WITNESS, ROLE_WITNESS, MEANING_WITNESSED));
	CU_ASSERT(says(&desk, "the witness has signed, or has refused to"));
	CU_ASSERT_FALSE(signs(&desk, WITNESS, ROLE_WITNESS, MEANING_REFUSED));
	CU_ASSERT(says(&desk, "as witness nobody signs 'refused to sign'"));
	desk_close(&desk);
}

static void check_found(const char *part, enum who who, const char *role, const char *meaning,
			const char *person)
{
	struct desk desk;
	size_t bad;

	desk_open(&desk);
	signs(&desk, BENCH, ROLE_BENCH, MEANING_MEASURED);
	signs(&desk, TESTER, ROLE_TESTER, MEANING_TESTED);
	put_down(&desk, who, role, meaning, person);
	CU_ASSERT_EQUAL(signing_verify(desk.roster, desk.record, "gas.methane", &bad, &desk.err),
			-1);
	CU_ASSERT_EQUAL(bad, 2);
	CU_ASSERT(says(&desk, part));
	desk_close(&desk);
}

static void what_was_signed_out_of_turn_is_found(void)
{
	check_found("who tests does not review", TESTER, "reviewer", "reviewed", "0017");
	check_found("said to be of 0017, and the key is of 0009", REVIEWER, "reviewer", "reviewed",
		    "0017");
	check_found("said to be of nobody", REVIEWER, "reviewer", "reviewed", NULL);
	check_found("not authorised as signatory", REVIEWER, "signatory", "approved", "0009");
	check_found("nobody has reviewed it yet", SIGNATORY, "signatory", "approved", "0003");
	check_found("as reviewer nobody signs 'approved'", REVIEWER, "reviewer", "approved",
		    "0009");
	check_found("does not say as what", REVIEWER, "director", "reviewed", "0009");
	check_found("does not say as what", REVIEWER, "reviewer", "admired", "0009");
}

static void a_signature_of_nobody_and_none_at_all_are_found(void)
{
	struct desk desk;
	struct key *stranger;
	size_t bad;

	desk_open(&desk);
	CU_ASSERT_EQUAL(signing_verify(desk.roster, desk.record, NULL, &bad, &desk.err), -1);
	CU_ASSERT(says(&desk, "nobody has signed it"));
	stranger = desk.key[TESTER];
	desk.key[TESTER] = key_generate(KEY_ED25519, &desk.err);
	signs(&desk, BENCH, ROLE_BENCH, MEANING_MEASURED);
	put_down(&desk, TESTER, "tester", "tested", "0017");
	CU_ASSERT_EQUAL(signing_verify(desk.roster, desk.record, NULL, &bad, &desk.err), -1);
	CU_ASSERT_EQUAL(bad, 1);
	CU_ASSERT(says(&desk, "nobody's whom an administrator has enrolled"));
	key_free(stranger);
	desk_close(&desk);
}

void suite_signing(void)
{
	suite_begin("in which order a record is signed");
	claim(a_record_is_measured_tested_reviewed_and_approved);
	claim(nobody_signs_before_the_bench_nor_the_bench_after_anybody);
	claim(who_tests_does_not_review);
	claim(what_a_reviewer_rejects_goes_no_further);
	claim(two_samplers_sign_and_the_witness_or_that_he_refused);
	claim(what_was_signed_out_of_turn_is_found);
	claim(a_signature_of_nobody_and_none_at_all_are_found);
}

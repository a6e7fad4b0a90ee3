/* SPDX-License-Identifier: Apache-2.0 */
/* Who approves a file, and when it is approved (record/approval.h). The people are those of tests/people_rig.h. */
#include <string.h>

#include "record/approval.h"
#include "record/roster_log.h"
#include "tests/claims.h"
#include "tests/people_rig.h"

#define DIGEST "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER "00000000000000000000000000000000000000000000000000000000000015ad"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static struct value *request_of(struct people *people, enum who who, enum role role,
				const char *person, const char *sha256, int64_t later_ms)
{
	struct approval approval = {.name = "scripts/gas/bump.lua",
				    .sha256 = sha256,
				    .from = people->now.wall,
				    .at = people->now.wall,
				    .role = role,
				    .person = person};

	approval.from.ms += later_ms;
	return approval_request(&approval, people->key[who], &people->err);
}

static uint64_t approve(struct people *people, enum who who, enum role role, const char *person,
			int64_t later_ms)
{
	return people_ask(people, request_of(people, who, role, person, DIGEST, later_ms));
}

/* Is the file approved so many milliseconds from now? */
static bool is_approved(struct people *people, const char *sha256, int64_t later_ms)
{
	struct value *approvals = approval_list(people->log, &people->err);
	int done = approval_check(approvals, "bump.lua", sha256, people->now.wall.ms + later_ms,
				  &people->err);

	value_free(approvals);
	return done == 0;
}

static void a_file_is_approved_by_a_reviewer_and_a_signatory(void)
{
	struct people people;

	people_open(&people);
	CU_ASSERT_FALSE(is_approved(&people, DIGEST, 0));
	CU_ASSERT(people_hear(&people, "bump.lua (SHA-256 ba7816bf8f01…) is not approved: reviewed "
				       "by nobody, approved by nobody"));
	CU_ASSERT(approve(&people, REVIEWER, ROLE_REVIEWER, "0009", 0));
	CU_ASSERT_FALSE(is_approved(&people, DIGEST, 0));
	CU_ASSERT(people_hear(&people, "reviewed by 0009, approved by nobody"));
	CU_ASSERT(approve(&people, SIGNATORY, ROLE_SIGNATORY, "0003", 0));

	CU_ASSERT(is_approved(&people, DIGEST, 0));
	CU_ASSERT_FALSE(is_approved(&people, OTHER, 0));
	people_close(&people);
}

static void two_of_one_role_approve_nothing(void)
{
	struct people people;

	people_open(&people);
	CU_ASSERT(approve(&people, REVIEWER, ROLE_REVIEWER, "0009", 0));
	CU_ASSERT(approve(&people, TESTER, ROLE_REVIEWER, "0017", 0));

	CU_ASSERT_FALSE(is_approved(&people, DIGEST, 0));
	people_close(&people);
}

static void one_person_in_both_roles_approves_nothing(void)
{
	struct people people;

	people_open_alone(&people);
	CU_ASSERT(people_ask(&people, people_keys(&people, people.administrator, "administrator",
						  "installs", people.administrator,
						  "\"from\":\"2026-03-01T00:00:00.000+08:00\"")));
	CU_ASSERT(people_ask(
		&people, people_keys(&people, people.administrator, "administrator", "enrols",
				     people.key[SIGNATORY],
				     "\"person\":\"0003\",\"name\":\"N\",\"roles\":[\"reviewer\","
				     "\"signatory\"],\"items\":[\"gas.*\"],"
				     "\"from\":\"2026-03-01T00:00:00.000+08:00\","
				     "\"to\":\"2027-03-01T00:00:00.000+08:00\"")));
	CU_ASSERT(approve(&people, SIGNATORY, ROLE_REVIEWER, "0003", 0));
	CU_ASSERT(approve(&people, SIGNATORY, ROLE_SIGNATORY, "0003", 0));

	CU_ASSERT_FALSE(is_approved(&people, DIGEST, 0));
	CU_ASSERT(people_hear(&people, "from two persons"));
	people_close(&people);
}

static void an_approval_holds_from_its_day_on(void)
{
	struct people people;

	people_open(&people);
	CU_ASSERT(approve(&people, REVIEWER, ROLE_REVIEWER, "0009", 0));
	CU_ASSERT(approve(&people, SIGNATORY, ROLE_SIGNATORY, "0003", DAY_MS));

	CU_ASSERT_FALSE(is_approved(&people, DIGEST, DAY_MS - 1));
	CU_ASSERT(is_approved(&people, DIGEST, DAY_MS));
	people_close(&people);
}

static void who_may_not_approve_is_told_so(void)
{
	struct people people;

	people_open(&people);
	CU_ASSERT_FALSE(approve(&people, TESTER, ROLE_SIGNATORY, "0017", 0));
	CU_ASSERT_FALSE(approve(&people, STRANGER, ROLE_SIGNATORY, "0099", 0));
	CU_ASSERT_FALSE(approve(&people, SIGNATORY, ROLE_SIGNATORY, "0009", 0));
	CU_ASSERT(people_hear(&people, "it is said to be of 0009, and the key is of 0003"));
	CU_ASSERT_FALSE(approve(&people, TESTER, ROLE_TESTER, "0017", 0));
	CU_ASSERT_FALSE(people_ask(
		&people, request_of(&people, REVIEWER, ROLE_REVIEWER, "0009", "not a digest", 0)));
	CU_ASSERT(people_hear(&people, "an approval says v, what, the name of a file"));
	people_close(&people);
}

static void an_approval_signed_for_other_bytes_or_long_ago_is_refused(void)
{
	struct people people;
	struct value *mine, *other, *jws;

	people_open(&people);
	mine = request_of(&people, REVIEWER, ROLE_REVIEWER, "0009", DIGEST, 0);
	other = request_of(&people, REVIEWER, ROLE_REVIEWER, "0009", OTHER, 0);
	jws = value_copy(value_get(mine, "jws"));
	value_set_text(jws, "payload", value_get_text(value_get(other, "jws"), "payload"));
	value_set(mine, "jws", jws);
	CU_ASSERT_FALSE(people_ask(&people, mine));

	people.now.wall.ms += DAY_MS;
	CU_ASSERT_FALSE(people_ask(&people, other));
	CU_ASSERT(people_hear(&people, "minutes from this bench's time"));
	CU_ASSERT_FALSE(is_approved(&people, DIGEST, DAY_MS));
	people_close(&people);
}

void suite_approval(void)
{
	suite_begin("approval");
	claim(a_file_is_approved_by_a_reviewer_and_a_signatory);
	claim(two_of_one_role_approve_nothing);
	claim(one_person_in_both_roles_approves_nothing);
	claim(an_approval_holds_from_its_day_on);
	claim(who_may_not_approve_is_told_so);
	claim(an_approval_signed_for_other_bytes_or_long_ago_is_refused);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A lot's verdict that people sign, and what becomes of it when a unit's standing changes. */
#include "record/lot.h"
#include "tests/claims.h"
#include "tests/lot_rig.h"

#define RUN(unit, is)                                                                              \
	lot_rig_run(&rig, unit, &(struct lot_run){.verdict = is, .is_controlled = true})

/* All three pass, and the lot is judged: the record of its verdict. */
static uint64_t judged(struct lot_rig *rig)
{
	lot_rig_open(rig);
	lot_rig_draw(rig);
	for (size_t i = 0; i < 3; i++)
		lot_rig_run(rig, i, &(struct lot_run){.verdict = "PASS", .is_controlled = true});
	return lot_rig_ask(rig, ENTRY_LOT_VERDICT, "{'lot':'L1','by':'0021'}", NULL);
}

static size_t signatures(struct lot_rig *rig)
{
	const struct value *verdicts = lot_standing_verdicts(lot_rig_look(rig));

	return value_count(value_get(value_at(verdicts, 0), "signed"));
}

static void a_lots_verdict_is_signed_in_turn_and_reviewed_by_another_than_the_tester(void)
{
	struct lot_rig rig;
	uint64_t verdict = judged(&rig);
	struct people *people = &rig.people;

	CU_ASSERT_FATAL(verdict > 0);
	CU_ASSERT_EQUAL(people_sign(people, verdict, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED),
			0);
	CU_ASSERT(people_hear(people, "nobody has reviewed it yet"));
	CU_ASSERT(people_sign(people, verdict, TESTER, ROLE_TESTER, MEANING_TESTED) > 0);
	CU_ASSERT_EQUAL(people_sign(people, verdict, TESTER, ROLE_REVIEWER, MEANING_REVIEWED), 0);
	CU_ASSERT(people_hear(people, "who tests does not review"));
	CU_ASSERT(people_sign(people, verdict, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED) > 0);
	CU_ASSERT(people_sign(people, verdict, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED) > 0);
	CU_ASSERT_EQUAL(signatures(&rig), 3);
	lot_rig_close(&rig);
}

static void a_verdict_that_no_longer_follows_is_signed_by_nobody_and_keeps_who_has(void)
{
	struct lot_rig rig;
	uint64_t verdict = judged(&rig);
	struct people *people = &rig.people;

	CU_ASSERT(people_sign(people, verdict, TESTER, ROLE_TESTER, MEANING_TESTED) > 0);
	RUN(1, "FAIL");
	CU_ASSERT_EQUAL(people_sign(people, verdict, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED), 0);
	CU_ASSERT(people_hear(people, "the verdict of lot L1 is superseded"));
	CU_ASSERT_EQUAL(signatures(&rig), 1);
	lot_rig_close(&rig);
}

void suite_lot_signed(void)
{
	suite_begin("lot_signed");
	claim(a_lots_verdict_is_signed_in_turn_and_reviewed_by_another_than_the_tester);
	claim(a_verdict_that_no_longer_follows_is_signed_by_nobody_and_keeps_who_has);
}

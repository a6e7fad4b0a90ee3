/* SPDX-License-Identifier: Apache-2.0 */
/* Runs between checks of their fixture: what a lot makes of them, and whether anybody may approve them. */
#include "record/lot.h"
#include "tests/claims.h"
#include "tests/lot_rig.h"

static uint64_t judge(struct lot_rig *rig)
{
	return lot_rig_ask(rig, ENTRY_LOT_VERDICT, "{'lot':'L1','by':'0021'}", NULL);
}

static uint64_t bracketed(struct lot_rig *rig, size_t unit, const char *verdict)
{
	return lot_rig_run(
		rig, unit,
		&(struct lot_run){.verdict = verdict, .is_controlled = true, .is_bracketed = true});
}

static void a_unit_is_undecided_until_its_fixture_has_passed_again(void)
{
	struct lot_rig rig;

	lot_rig_open(&rig);
	lot_rig_check(&rig, "PASS");
	lot_rig_draw(&rig);
	for (size_t i = 0; i < 3; i++)
		bracketed(&rig, i, "PASS");
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	CU_ASSERT_EQUAL(judge(&rig), 0);
	lot_rig_check(&rig, "ERROR");
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	lot_rig_check(&rig, "PASS");
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_ACCEPT);
	CU_ASSERT(judge(&rig) > 0);
	lot_rig_close(&rig);
}

static void what_a_failed_check_has_spoilt_is_no_fail_and_no_pass(void)
{
	struct lot_rig rig;
	struct value *units;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	lot_rig_check(&rig, "PASS");
	for (size_t i = 0; i < 3; i++)
		bracketed(&rig, i, "FAIL");
	lot_rig_check(&rig, "FAIL");
	lot_rig_check(&rig, "PASS");
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	units = lot_standing_units(rig.standing);
	CU_ASSERT_STRING_EQUAL(
		value_get_text(value_at(value_get(value_at(units, 0), "runs"), 0), "why"),
		"bracket");
	value_free(units);
	for (size_t i = 0; i < 3; i++)
		bracketed(&rig, i, "PASS");
	lot_rig_check(&rig, "PASS");
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_ACCEPT);
	lot_rig_close(&rig);
}

static uint64_t approve(struct lot_rig *rig, uint64_t run)
{
	people_sign(&rig->people, run, TESTER, ROLE_TESTER, MEANING_TESTED);
	CU_ASSERT(people_sign(&rig->people, run, REVIEWER, ROLE_REVIEWER, MEANING_REVIEWED) > 0);
	return people_sign(&rig->people, run, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED);
}

/* With its lot opened and drawn between, which is nothing to it. */
static void nobody_approves_a_run_before_its_fixture_has_passed_again(void)
{
	struct lot_rig rig;
	uint64_t run, spoilt, unchecked, free;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	unchecked = bracketed(&rig, 0, "PASS");
	lot_rig_check(&rig, "PASS");
	run = bracketed(&rig, 0, "PASS");
	CU_ASSERT_EQUAL(approve(&rig, run), 0);
	CU_ASSERT(people_hear(&rig.people,
			      "still awaits the check of its fixture after it: run gas.check on "
			      "the same slot"));
	lot_rig_check(&rig, "PASS");
	CU_ASSERT(people_sign(&rig.people, run, SIGNATORY, ROLE_SIGNATORY, MEANING_APPROVED) > 0);
	spoilt = bracketed(&rig, 0, "PASS");
	lot_rig_check(&rig, "FAIL");
	lot_rig_check(&rig, "PASS");
	CU_ASSERT_EQUAL(approve(&rig, spoilt), 0);
	CU_ASSERT(people_hear(&rig.people, "stands as INCONCLUSIVE, since the check of its fixture "
					   "after it, run-"));
	CU_ASSERT_EQUAL(approve(&rig, unchecked), 0);
	CU_ASSERT(people_hear(&rig.people, "no check of its fixture had passed right before run"));
	free = lot_rig_run(&rig, 0, &(struct lot_run){.verdict = "PASS", .is_bracketed = true});
	CU_ASSERT(approve(&rig, free) > 0); /* for no certificate */
	lot_rig_close(&rig);
}

static void a_pass_of_the_fixture_that_a_reviewer_rejects_is_to_be_repeated(void)
{
	struct lot_rig rig;
	uint64_t run, check;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	lot_rig_check(&rig, "PASS");
	run = bracketed(&rig, 0, "PASS");
	check = lot_rig_check(&rig, "PASS");
	people_sign(&rig.people, check, TESTER, ROLE_TESTER, MEANING_TESTED);
	CU_ASSERT(people_sign(&rig.people, check, REVIEWER, ROLE_REVIEWER, MEANING_REJECTED) > 0);
	CU_ASSERT_EQUAL(approve(&rig, run), 0);
	CU_ASSERT(people_hear(&rig.people, "still awaits"));
	lot_rig_close(&rig);
}

void suite_lot_bracket(void)
{
	suite_begin("lot_bracket");
	claim(a_unit_is_undecided_until_its_fixture_has_passed_again);
	claim(what_a_failed_check_has_spoilt_is_no_fail_and_no_pass);
	claim(nobody_approves_a_run_before_its_fixture_has_passed_again);
	claim(a_pass_of_the_fixture_that_a_reviewer_rejects_is_to_be_repeated);
}

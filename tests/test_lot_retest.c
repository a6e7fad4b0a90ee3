/* SPDX-License-Identifier: Apache-2.0 */
/* Units in reserve that are tested after one of the sample has failed. */
#include <stdlib.h>

#include "base/alloc.h"
#include "record/lot.h"
#include "record/lot_retest.h"
#include "tests/claims.h"
#include "tests/lot_rig.h"

#define PASS(unit) lot_rig_run(&rig, unit, &(struct lot_run){.verdict = "PASS"})
#define FAIL(unit) lot_rig_run(&rig, unit, &(struct lot_run){.verdict = "FAIL"})
#define SEAL(at, number)                                                                           \
	xprintf("{'lot':'L1','unit':'%s','seal':'%s','by':'0021'}", lot_rig_unit(&rig, at), number)
#define RETEST(at, found)                                                                          \
	xprintf("{'lot':'L1','unit':'%s','seal':'%s','authorised_by':'0003','why':'the maker "     \
		"objects',"                                                                        \
		"'by':'0021'}",                                                                    \
		lot_rig_unit(&rig, at), found)

static void refused_retest(struct lot_rig *rig, char *says, const char *part)
{
	uint64_t before = bench_log_count(rig->people.log);

	CU_ASSERT_EQUAL(lot_rig_ask(rig, ENTRY_LOT_RETEST, says, NULL), 0);
	CU_ASSERT(people_hear(&rig->people, part));
	CU_ASSERT_EQUAL(bench_log_count(rig->people.log), before);
	free(says);
}

static bool is_recorded(struct lot_rig *rig, const char *kind, char *says)
{
	bool is = lot_rig_ask(rig, kind, says, NULL) != 0;

	free(says);
	rig->people.now.wall.ms += 60000;
	return is;
}

static void a_unit_in_reserve_is_tested_again_after_a_fail_and_with_its_seal_intact(void)
{
	struct lot_rig rig;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	CU_ASSERT(is_recorded(&rig, ENTRY_SEAL, SEAL(3, "F-3")));
	PASS(0);
	refused_retest(&rig, RETEST(3, "F-3"), "none of the tested units (检样) has FAILed");
	FAIL(1);
	refused_retest(&rig,
		       xprintf("{'lot':'L1','unit':'%s','seal':'F-3','authorised_by':'0021',"
			       "'why':'w','by':'0021'}",
			       lot_rig_unit(&rig, 3)),
		       "'0021' does not authorise re-tests on this bench");
	refused_retest(&rig, RETEST(1, "F-1"), "is not in reserve (备样)");
	refused_retest(&rig, RETEST(4, "F-4"), "was never sealed");
	refused_retest(&rig, RETEST(3, "F-9"), "was sealed with F-3, and F-9 was found on it");
	CU_ASSERT(is_recorded(&rig, ENTRY_LOT_RETEST, RETEST(3, "f-3")));
	refused_retest(&rig, RETEST(3, "F-3"), "is tested again already, record");
	CU_ASSERT(is_recorded(&rig, ENTRY_SEAL, SEAL(4, "F-4")));
	PASS(4);
	refused_retest(&rig, RETEST(4, "F-4"), "was tested before anybody had ordered it");
	lot_rig_close(&rig);
}

static void its_outcome_stands_beside_the_first_which_it_does_not_change(void)
{
	struct lot_rig rig;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	CU_ASSERT(is_recorded(&rig, ENTRY_SEAL, SEAL(3, "F-3")));
	FAIL(0);
	FAIL(1);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	CU_ASSERT(is_recorded(&rig, ENTRY_LOT_RETEST, RETEST(3, "F-3")));
	CU_ASSERT_EQUAL(lot_standing_retested(lot_rig_look(&rig), 0), 0);
	PASS(3);
	CU_ASSERT_EQUAL(lot_standing_retested(lot_rig_look(&rig), 0), VERDICT_PASS);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	FAIL(3);
	CU_ASSERT_EQUAL(lot_standing_retested(lot_rig_look(&rig), 0), VERDICT_FAIL);
	lot_rig_close(&rig);
}

void suite_lot_retest(void)
{
	suite_begin("lot_retest");
	claim(a_unit_in_reserve_is_tested_again_after_a_fail_and_with_its_seal_intact);
	claim(its_outcome_stands_beside_the_first_which_it_does_not_change);
}

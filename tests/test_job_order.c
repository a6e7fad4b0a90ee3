/* SPDX-License-Identifier: Apache-2.0 */
/* Where a job order stands: which runs are runs of a stage, and when one may begin. */
#include <string.h>

#include "record/job_order.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

#define ORDER                                                                                      \
	"{'number':'N','specimens':[{'serial':'S1','ma':'MFA150001'},{'serial':'S2'}],'stages':["  \
	"{'name':'first','protocol':'a'},"                                                         \
	"{'name':'soaked','protocol':'b','of':['S1'],'after':'first','least':'24 h','most':'72 "   \
	"h'},"                                                                                     \
	"{'name':'back','protocol':'a','of':['S1'],'after':'soaked','reidentify':true}]}"
#define RUN(serial, stage, verdict, began, ended, more)                                            \
	"{'serial':'" serial "','stage':'" stage "','run':'r-" began "','verdict':'" verdict       \
	"','began':'" began ":00+00:00','ended':'" ended ":00+00:00'" more "}"
#define FIRST RUN("S1", "first", "PASS", "2026-03-01T08:00", "2026-03-01T09:00", "")
#define SOAKED RUN("S1", "soaked", "PASS", "2026-03-02T10:00", "2026-03-02T11:00", "")

/* "state verdict runs" of one stage of one specimen, as of `now`. */
static void check(const char *order_text, const char *runs_text, const char *identifications_text,
		  const char *now_text, int stage, int specimen, const char *expected)
{
	struct value *order = said(order_text), *runs = said(runs_text);
	struct value *identifications = said(identifications_text), *progress;
	struct wall_time now;
	struct error err;
	struct buf found;

	buf_init(&found);
	CU_ASSERT_EQUAL(wall_time_parse(&now, now_text, &err), 0);
	progress = job_order_progress(order, runs, identifications, &now);
	for (size_t i = 0; i < value_count(progress); i++) {
		const struct value *one = value_at(progress, i);
		const char *verdict = value_get_text(one, "verdict");

		if (value_get_int(one, "stage", -1) == stage &&
		    value_get_int(one, "specimen", -1) == specimen)
			buf_printf(&found, "%s %s %d", value_get_text(one, "state"),
				   verdict ? verdict : "-", (int)value_get_int(one, "runs", 0));
	}
	CU_ASSERT_STRING_EQUAL(found.data, expected);
	buf_done(&found);
	value_free(progress);
	value_free(identifications);
	value_free(runs);
	value_free(order);
}

static void a_stage_is_done_by_a_run_that_decides(void)
{
	const char *now = "2026-03-01T12:00:00+00:00";

	check(ORDER, "[]", "[]", now, 0, 0, "left - 0");
	check(ORDER, "[" FIRST "]", "[]", now, 0, 0, "done PASS 1");
	check(ORDER, "[" FIRST "]", "[]", now, 0, 1, "left - 0");
	check(ORDER,
	      "[" RUN("s 1", "first", "ERROR", "2026-03-01T08:00", "2026-03-01T09:00", "") "]",
	      "[]", now, 0, 0, "left - 1");
	check(ORDER,
	      "[" RUN("S1", "first", "INCONCLUSIVE", "2026-03-01T08:00", "2026-03-01T09:00",
		      "") "]",
	      "[]", now, 0, 0, "done INCONCLUSIVE 1");
	check(ORDER,
	      "[" RUN("S1", "first", "PASS", "2026-03-01T08:00", "2026-03-01T09:00",
		      ",'ma':'MFA150002'") "]",
	      "[]", now, 0, 0, "left - 0");
}

#define FAILED(more) RUN("S1", "first", "FAIL", "2026-03-01T06:00", "2026-03-01T07:00", more)

static void a_fail_stands_until_a_person_voids_it(void)
{
	const char *now = "2026-03-01T12:00:00+00:00";

	check(ORDER, "[" FAILED("") "," FIRST "]", "[]", now, 0, 0, "done FAIL 2");
	check(ORDER, "[" FIRST "," FAILED("") "]", "[]", now, 0, 0, "done FAIL 2");
	check(ORDER, "[" FAILED(",'voided':true") "," FIRST "]", "[]", now, 0, 0, "done PASS 1");
}

static void a_simulated_run_is_none_but_in_a_rehearsal(void)
{
	const char *now = "2026-03-01T12:00:00+00:00";

#define PLAYED                                                                                     \
	RUN("S1", "first", "PASS", "2026-03-01T08:00", "2026-03-01T09:00", ",'simulated':true")
#define REHEARSAL "{'rehearsal':true,'specimens':[{'serial':'S1'}],'stages':[{'name':'first'}]}"
	check(ORDER, "[" PLAYED "]", "[]", now, 0, 0, "left - 0");
	check(REHEARSAL, "[" PLAYED "]", "[]", now, 0, 0, "done PASS 1");
	check(REHEARSAL, "[" FIRST "]", "[]", now, 0, 0, "left - 0");
}

static void a_stage_has_its_time_after_the_one_before_it(void)
{
	check(ORDER, "[]", "[]", "2026-03-02T12:00:00+00:00", 1, 0, "waiting - 0");
	check(ORDER, "[" FIRST "]", "[]", "2026-03-02T08:59:59+00:00", 1, 0, "waiting - 0");
	check(ORDER, "[" FIRST "]", "[]", "2026-03-02T09:00:00+00:00", 1, 0, "left - 0");
	check(ORDER, "[" FIRST "]", "[]", "2026-03-04T17:00:00+08:00", 1, 0, "left - 0");
	check(ORDER, "[" FIRST "]", "[]", "2026-03-04T09:00:01+00:00", 1, 0, "late - 0");
	check(ORDER, "[" FIRST "]", "[]", "2026-03-02T12:00:00+00:00", 1, 1, "");
}

static void a_run_outside_of_its_time_is_none_of_the_stage(void)
{
	check(ORDER,
	      "[" FIRST
	      "," RUN("S1", "soaked", "PASS", "2026-03-02T08:59", "2026-03-02T10:00", "") "]",
	      "[]", "2026-03-02T12:00:00+00:00", 1, 0, "left - 0");
	check(ORDER,
	      "[" FIRST
	      "," RUN("S1", "soaked", "PASS", "2026-03-04T09:01", "2026-03-04T10:00", "") "]",
	      "[]", "2026-03-04T12:00:00+00:00", 1, 0, "late - 0");
	check(ORDER, "[" FIRST "," SOAKED "]", "[]", "2026-03-09T12:00:00+00:00", 1, 0,
	      "done PASS 1");
}

#define SEEN(at, outcome) "{'serial':'S1','ma':'MFA150001','at':'" at "','outcome':'" outcome "'}"
#define BACK RUN("S1", "back", "PASS", "2026-03-03T10:00", "2026-03-03T11:00", "")

static void a_specimen_that_comes_back_is_identified_again(void)
{
	const char *runs = "[" FIRST "," SOAKED "]", *now = "2026-03-03T12:00:00+00:00";

	check(ORDER, runs, "[]", now, 2, 0, "identify - 0");
	check(ORDER, runs, "[" SEEN("2026-03-02T10:30:00+00:00", "nothing_found") "]", now, 2, 0,
	      "identify - 0");
	check(ORDER, runs, "[" SEEN("2026-03-03T09:00:00+00:00", "mismatch") "]", now, 2, 0,
	      "identify - 0");
	check(ORDER, runs, "[" SEEN("2026-03-03T09:00:00+00:00", "cannot_verify") "]", now, 2, 0,
	      "left - 0");
	check(ORDER, "[" FIRST "," SOAKED "," BACK "]",
	      "[" SEEN("2026-03-03T10:30:00+00:00", "nothing_found") "]", now, 2, 0, "left - 0");
	check(ORDER, "[" FIRST "," SOAKED "," BACK "]",
	      "[" SEEN("2026-03-03T09:30:00+00:00", "nothing_found") "]", now, 2, 0, "done PASS 1");
}

static void a_stage_that_is_done_again_opens_the_next_one_again(void)
{
	check(ORDER,
	      "[" FIRST
	      "," RUN("S1", "first", "PASS", "2026-03-05T08:00", "2026-03-05T09:00", "") "]",
	      "[]", "2026-03-06T12:00:00+00:00", 1, 0, "left - 0");
}

#define REHEARSED                                                                                  \
	"{'rehearsal':true,'specimens':[{'serial':'S1'}],'stages':[{'name':'first'},{'name':'"     \
	"soaked','after':'first','least':'24 h','most':'72 h'},{'name':'back','after':'soaked','"  \
	"reidentify':true}]}"
#define PLAYED_AS(stage, verdict, seq)                                                             \
	RUN("S1", stage, verdict, "2026-01-01T00:00", "2026-01-01T01:00",                          \
	    ",'simulated':true,'seq':" seq)
#define SEEN_AS(seq)                                                                               \
	"{'serial':'S1','at':'2026-03-03T09:30:00+00:00','outcome':'nothing_found','seq':" seq "}"

/* Every simulated run begins at the same moment, so what counts is which record came first. */
static void stages_of_a_rehearsal_follow_as_their_records_do(void)
{
	const char *now = "2026-03-01T12:00:00+00:00";
	const char *first = "[" PLAYED_AS("first", "PASS", "4") "]";
	const char *early =
		"[" PLAYED_AS("soaked", "PASS", "3") "," PLAYED_AS("first", "PASS", "4") "]";
	const char *both =
		"[" PLAYED_AS("first", "PASS", "4") "," PLAYED_AS("soaked", "PASS", "5") "]";
	const char *again = "[" PLAYED_AS("first", "PASS", "4") "," PLAYED_AS(
		"soaked", "PASS", "5") "," PLAYED_AS("first", "PASS", "6") "]";

	check(REHEARSED, "[]", "[]", now, 1, 0, "waiting - 0");
	check(REHEARSED, first, "[]", now, 1, 0, "left - 0");
	check(REHEARSED, early, "[]", now, 1, 0, "left - 0");
	check(REHEARSED, both, "[]", now, 1, 0, "done PASS 1");
	check(REHEARSED, again, "[]", now, 1, 0, "left - 0");
	check(REHEARSED, both, "[]", now, 2, 0, "identify - 0");
	check(REHEARSED, both, "[" SEEN_AS("2") "]", now, 2, 0, "identify - 0");
	check(REHEARSED, both, "[" SEEN_AS("6") "]", now, 2, 0, "left - 0");
}

/* The numbers of records are no times: a real stage that was begun too soon stays one, whatever was recorded first. */
static void of_real_runs_times_count_and_not_their_records(void)
{
	check(ORDER,
	      "[" RUN("S1", "first", "PASS", "2026-03-01T08:00", "2026-03-01T09:00",
		      ",'seq':1") "," RUN("S1", "soaked", "PASS", "2026-03-01T10:00",
					  "2026-03-01T11:00", ",'seq':2") "]",
	      "[]", "2026-03-02T12:00:00+00:00", 1, 0, "left - 0");
}

void suite_job_order(void)
{
	suite_begin("job_order");
	claim(a_stage_is_done_by_a_run_that_decides);
	claim(a_fail_stands_until_a_person_voids_it);
	claim(a_simulated_run_is_none_but_in_a_rehearsal);
	claim(a_stage_has_its_time_after_the_one_before_it);
	claim(a_run_outside_of_its_time_is_none_of_the_stage);
	claim(a_specimen_that_comes_back_is_identified_again);
	claim(a_stage_that_is_done_again_opens_the_next_one_again);
	claim(stages_of_a_rehearsal_follow_as_their_records_do);
	claim(of_real_runs_times_count_and_not_their_records);
}

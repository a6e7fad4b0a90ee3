/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of an order between checks of their fixture: what a result, and the stage itself, make of them. */
#include <string.h>

#include "record/job_order.h"
#include "record/job_result.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

#define ORDER(of)                                                                                  \
	"{'specimens':[{'serial':'A'},{'serial':'B'}],'stages':[{'name':'s','protocol':'p','of':[" \
	"'" of "']}],'results':[{'name':'r','stages':['s'],'units':1}]}"
#define RUN(name, verdict, day, bracket)                                                           \
	"{'serial':'A','stage':'s','run':'" name "','verdict':'" verdict "','began':'2026-03-" day \
	"T08:00:00+00:00','ended':'2026-03-" day "T09:00:00+00:00','bracket':'" bracket "'}"

/* "verdict fails why run" of the one unit. */
static void check(const char *runs_text, const char *expected)
{
	struct value *order = said(ORDER("A")), *runs = said(runs_text), *none = value_list();
	struct value *found =
		job_result(order, value_at(value_get(order, "results"), 0), runs, none);
	const struct value *unit = value_at(value_get(found, "units"), 0);
	const char *verdict = value_get_text(found, "verdict"), *why = value_get_text(unit, "why");
	struct buf text;

	buf_init(&text);
	buf_printf(&text, "%s %d %s %s", verdict ? verdict : "-",
		   (int)value_get_int(found, "fails", 0), why ? why : "-",
		   value_get_text(unit, "run"));
	CU_ASSERT_STRING_EQUAL(text.data, expected);
	buf_done(&text);
	value_free(found);
	value_free(none);
	value_free(runs);
	value_free(order);
}

static void between_two_good_checks_a_run_decides(void)
{
	check("[" RUN("1", "PASS", "01", "good") "]", "PASS 0 - 1");
	check("[" RUN("1", "FAIL", "01", "good") "]", "FAIL 1 - 1");
	check("[" RUN("1", "PASS", "01", "none") "]", "PASS 0 - 1");
}

static void before_the_check_after_it_there_is_neither_pass_nor_fail(void)
{
	check("[" RUN("1", "PASS", "01", "awaited") "]", "- 0 bracket 1");
	check("[" RUN("1", "FAIL", "01", "awaited") "]", "- 0 bracket 1");
}

/* While its check is awaited a FAIL may still turn out to stand, so nobody's later PASS takes its place. */
static void a_spoilt_fail_does_not_stand_and_an_awaited_one_may(void)
{
	check("[" RUN("1", "FAIL", "01", "spoilt") "]", "- 0 bracket 1");
	check("[" RUN("1", "PASS", "01", "unchecked") "]", "- 0 bracket 1");
	check("[" RUN("1", "FAIL", "01", "spoilt") "," RUN("2", "PASS", "02", "good") "]",
	      "PASS 0 - 2");
	check("[" RUN("1", "FAIL", "01", "awaited") "," RUN("2", "PASS", "02", "good") "]",
	      "- 0 bracket 1");
	check("[" RUN("1", "FAIL", "01", "good") "," RUN("2", "PASS", "02", "good") "]",
	      "FAIL 1 - 1");
}

/* May an order of B in the place of that of A stand, with this run of A there? */
static bool may_be_replaced(const char *runs_text)
{
	struct value *order = said(ORDER("A")), *next = said(ORDER("B")), *runs = said(runs_text);
	struct value *none = value_list();
	struct error err;
	bool may = job_result_keeps(order, next, runs, none, &err) == 0;

	value_free(none);
	value_free(runs);
	value_free(next);
	value_free(order);
	return may;
}

static void a_unit_whose_run_is_spoilt_may_be_replaced(void)
{
	CU_ASSERT_TRUE(may_be_replaced("[" RUN("1", "FAIL", "01", "spoilt") "]"));
	CU_ASSERT_FALSE(may_be_replaced("[" RUN("1", "FAIL", "01", "awaited") "]"));
	CU_ASSERT_FALSE(may_be_replaced("[" RUN("1", "FAIL", "01", "good") "]"));
}

void suite_job_bracket(void)
{
	suite_begin("job_bracket");
	claim(between_two_good_checks_a_run_decides);
	claim(before_the_check_after_it_there_is_neither_pass_nor_fail);
	claim(a_spoilt_fail_does_not_stand_and_an_awaited_one_may);
	claim(a_unit_whose_run_is_spoilt_may_be_replaced);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several specimens of an order say together: seven units of one model, three as received, two conditioned and two cold; the
 * figures are the claims' own.
 */
#include <string.h>

#include "record/job_order.h"
#include "record/job_result.h"
#include "record/job_standing.h"
#include "run/proof.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/forger.h"
#include "tests/job_rig.h"
#include "tests/people_rig.h"

#define SPECIMENS                                                                                  \
	"'specimens':[{'serial':'A1'},{'serial':'A2'},{'serial':'A3'},{'serial':'B1'},{'serial':"  \
	"'B2'},{'serial':'C1'},{'serial':'C2'},{'serial':'D1'}]"
#define RECEIVED(of) "{'name':'received','protocol':'p','of':[" of "]}"
#define THREE "'A1','A2','A3'"
#define OTHERS                                                                                     \
	"{'name':'84.307','protocol':'c','of':['B1','B2']},"                                       \
	"{'name':'conditioned','protocol':'p','of':['B1','B2'],'after':'84.307'},"                 \
	"{'name':'soak','protocol':'s','of':['C1','C2']},"                                         \
	"{'name':'cold','protocol':'p','of':['C1','C2'],'after':'soak','least':'24 h'}"
#define RESULT(units, more)                                                                        \
	"{'name':'capacity','stages':['received','conditioned','cold'],'units':" units more "}"
#define LITRES ",'measure':'litres','down_to':'5 L STPD'"
#define ORDER(of, result, more)                                                                    \
	"{'number':'N','by':'0021'," SPECIMENS                                                     \
	",'stages':[" RECEIVED(of) "," OTHERS "],'results':[" result "]" more "}"
#define SEVEN ORDER(THREE, RESULT("7", LITRES), "")

/* All that the order asks for, and each PASSes. */
static struct value *all_runs(void)
{
	struct value *runs = value_list();

	value_add(runs, job_rig_run("A1", "received", "PASS", 1, 91));
	value_add(runs, job_rig_run("A2", "received", "PASS", 1, 88.5));
	value_add(runs, job_rig_run("A3", "received", "PASS", 1, 93));
	value_add(runs, job_rig_run("B1", "84.307", "PASS", 1, 0));
	value_add(runs, job_rig_run("B2", "84.307", "PASS", 1, 0));
	value_add(runs, job_rig_run("B1", "conditioned", "PASS", 2, 84.99));
	value_add(runs, job_rig_run("B2", "conditioned", "PASS", 2, 86));
	value_add(runs, job_rig_run("C1", "soak", "PASS", 1, 0));
	value_add(runs, job_rig_run("C2", "soak", "PASS", 1, 0));
	value_add(runs, job_rig_run("C1", "cold", "PASS", 3, 87));
	value_add(runs, job_rig_run("C2", "cold", "PASS", 3, 85.5));
	return runs;
}

static struct value *result_of(const char *order_text, struct value *runs)
{
	struct value *order = said(order_text), *none = value_list();
	struct value *found =
		job_result(order, value_at(value_get(order, "results"), 0), runs, none);

	value_free(none);
	value_free(order);
	value_free(runs);
	return found;
}

/* "A1 PASS - 91": serial, verdict, why, figure; of others serial, verdict, why. */
static void check_units(const struct value *found, const char *list, const char *expected)
{
	const struct value *units = value_get(found, list);
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(units); i++) {
		const struct value *unit = value_at(units, i);
		const char *verdict = value_get_text(unit, "verdict");
		const char *why = value_get_text(unit, "why");

		buf_printf(&text, "%s%s %s %s", i ? "; " : "", value_get_text(unit, "serial"),
			   verdict ? verdict : "-", why ? why : "-");
	}
	CU_ASSERT_STRING_EQUAL(text.data ? text.data : "", expected);
	buf_done(&text);
}

static void check(struct value *found, const char *verdict, double least, double value)
{
	const char *is = value_get_text(found, "verdict");

	CU_ASSERT_STRING_EQUAL(is ? is : "-", verdict);
	CU_ASSERT(value_get_real(found, "least", 0) == least);
	CU_ASSERT(value_get_real(found, "value", 0) == value);
	value_free(found);
}

static void it_is_the_least_of_seven_rounded_down(void)
{
	struct value *found = result_of(SEVEN, all_runs());

	CU_ASSERT_EQUAL(value_count(value_get(found, "units")), 7);
	CU_ASSERT_STRING_EQUAL(value_get_text(found, "unit"), "L STPD");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(value_get(found, "units"), 3), "run"),
			       "B1-conditioned-2");
	check(found, "PASS", 84.99, 80);
}

static void a_figure_on_a_step_stays_there(void)
{
	struct value *runs = all_runs();

	value_free(runs->items[5]);
	runs->items[5] = job_rig_run("B1", "conditioned", "PASS", 2, 85);
	check(result_of(SEVEN, runs), "PASS", 85, 85);
}

static void figures_in_another_unit_are_converted_and_of_another_kind_are_none(void)
{
	struct value *runs = all_runs(), *found;
	struct value *figure =
		(struct value *)value_get(value_get(value_at(runs, 5), "figures"), "litres");

	value_set_real(figure, "value", 75000);
	value_set_text(figure, "unit", "mL STPD");
	check(result_of(SEVEN, runs), "PASS", 75, 75);
	runs = all_runs();
	figure = (struct value *)value_get(value_get(value_at(runs, 5), "figures"), "litres");
	value_set_text(figure, "unit", "L BTPS");
	found = result_of(SEVEN, runs);
	CU_ASSERT_EQUAL(value_get_int(found, "undecided", 0), 1);
	check(found, "-", 0, 0);
}

static void it_is_undecided_while_a_unit_has_no_decided_run(void)
{
	static const char *const VERDICTS[] = {NULL, "INCONCLUSIVE", "ERROR", "ABORTED"};

	for (size_t i = 0; i < sizeof(VERDICTS) / sizeof(VERDICTS[0]); i++) {
		struct value *runs = all_runs(), *found;

		value_free(runs->items[2]);
		runs->items[2] = VERDICTS[i] ? job_rig_run("A3", "received", VERDICTS[i], 1, 93)
					     : job_rig_run("A3", "elsewhere", "PASS", 1, 93);
		found = result_of(SEVEN, runs);
		CU_ASSERT_EQUAL(value_get_int(found, "undecided", 0), 1);
		CU_ASSERT_STRING_EQUAL(
			value_get_text(value_at(value_get(found, "units"), 2), "why"),
			i == 1 ? "inconclusive" : "none");
		check_units(found, "others",
			    i == 2   ? "A3 ERROR undecided"
			    : i == 3 ? "A3 ABORTED undecided"
				     : "");
		check(found, "-", 0, 0);
	}
}

static void a_unit_that_failed_first_has_failed(void)
{
	struct value *runs = all_runs(), *found;

	value_set_text(runs->items[2], "verdict", "FAIL");
	value_add(runs, job_rig_run("A3", "received", "PASS", 4, 95));
	found = result_of(SEVEN, runs);
	check_units(found, "others", "A3 PASS aside");
	CU_ASSERT_EQUAL(value_get_int(found, "fails", 0), 1);
	check(found, "FAIL", 84.99, 80);
}

static void a_unit_that_was_not_conditioned_as_the_method_says_passes_nothing(void)
{
	struct value *runs = all_runs(), *found;

	value_set_text(runs->items[3], "verdict", "INCONCLUSIVE");
	found = result_of(SEVEN, runs);
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(value_get(found, "units"), 3), "why"),
			       "before");
	check(found, "-", 0, 0);
	runs = all_runs();
	value_set_text(runs->items[3], "verdict", "FAIL");
	value_set_text(runs->items[5], "verdict", "FAIL");
	check(result_of(SEVEN, runs), "FAIL", 84.99, 80);
}

static void voided_rejected_and_declared_runs_are_shown_and_pass_nothing(void)
{
	static const char *const MARKS[] = {"voided", "rejected", "declared"};

	for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++) {
		struct value *runs = all_runs(), *found;

		value_set_bool(runs->items[0], MARKS[i], true);
		found = result_of(SEVEN, runs);
		CU_ASSERT_STRING_EQUAL(
			value_get_text(value_at(value_get(found, "units"), 0), "why"),
			i ? MARKS[i] : "none");
		check_units(found, "others", i ? "" : "A1 PASS voided");
		check(found, "-", 0, 0);
	}
}

static void without_a_measure_there_is_a_verdict_alone(void)
{
	struct value *found = result_of(ORDER(THREE, RESULT("7", ""), ""), all_runs());

	CU_ASSERT_PTR_NULL(value_get(found, "value"));
	check(found, "PASS", 0, 0);
}

/* ---- orders ---- */

static void check_refused(const char *order_text, const char *part)
{
	struct value *order = said(order_text);
	struct error err;

	CU_ASSERT_EQUAL(job_result_check(order, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part));
	value_free(order);
}

static void an_order_registers_as_many_units_as_it_lists(void)
{
	struct value *good = said(SEVEN);
	struct error err;

	CU_ASSERT_EQUAL(job_result_check(good, &err), 0);
	value_free(good);
	check_refused(ORDER(THREE ",'D1'", RESULT("7", LITRES), ""),
		      "its stages are of 8 specimens, and 'units' registers 7");
	check_refused(ORDER("'A1','A2','B1'", RESULT("7", LITRES), ""), "specimen B1 stands twice");
	check_refused(ORDER("'A1','A2','a 1'", RESULT("7", LITRES), ""), "stands twice");
	check_refused(ORDER(THREE, RESULT("7", ",'measure':'litres'"), ""), "said together");
	check_refused(ORDER(THREE, RESULT("7", ",'measure':'litres','down_to':'5 bananas'"), ""),
		      "down_to");
	check_refused(ORDER(THREE, RESULT("7", ",'measure':'litres','down_to':'0 L STPD'"), ""),
		      "above zero");
	check_refused(ORDER(THREE, RESULT("7", LITRES) "," RESULT("7", LITRES), ""),
		      "of this name");
	check_refused(ORDER(THREE, "{'name':'x','stages':['warm'],'units':1}", ""),
		      "no stage 'warm'");
	check_refused("{'stages':[{'name':'a','protocol':'p'}],'results':[{'name':'x','stages':['a'"
		      "],'units':1}]}",
		      "does not say which specimens");
}

static void check_keeps(struct value *runs, const char *next_text, const char *part)
{
	struct value *order = said(SEVEN), *next = said(next_text), *none = value_list();
	struct error err = {0};
	int kept = job_result_keeps(order, next, runs, none, &err);

	CU_ASSERT_EQUAL(kept, part ? -1 : 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part ? part : ""));
	value_free(none);
	value_free(next);
	value_free(order);
	value_free(runs);
}

static struct value *one_run(const char *verdict)
{
	struct value *runs = value_list();

	value_add(runs, job_rig_run("A1", "received", verdict, 1, 91));
	return runs;
}

#define WITHOUT_A1 ORDER("'D1','A2','A3'", RESULT("7", LITRES), "")

static void what_has_begun_is_not_changed(void)
{
	check_keeps(value_list(), ORDER("'D1'", RESULT("5", LITRES), ""), NULL);
	check_keeps(one_run("PASS"), SEVEN, NULL);
	check_keeps(one_run("ERROR"), ORDER(THREE ",'D1'", RESULT("8", LITRES), ""),
		    "'capacity' rests on are there already: it stays as it is");
	check_keeps(one_run("ERROR"), ORDER(THREE, RESULT("7", ""), ""), "it stays as it is");
	check_keeps(one_run("ERROR"), ORDER(THREE, RESULT("7", LITRES), ",'limits':'softer'"),
		    "'limits' stays as it is");
	check_keeps(one_run("ERROR"),
		    "{'number':'N'," SPECIMENS
		    ",'stages':[{'name':'received','protocol':'easier','of':[" THREE "]}," OTHERS
		    "],'results':[" RESULT("7", LITRES) "]}",
		    "its stage 'received' stays");
}

static void a_unit_that_has_its_verdict_stays_a_unit(void)
{
	struct value *runs = one_run("FAIL");

	check_keeps(one_run("FAIL"), WITHOUT_A1, "specimen A1 is a unit");
	check_keeps(one_run("PASS"), WITHOUT_A1, "specimen A1 is a unit");
	check_keeps(one_run("ERROR"), WITHOUT_A1, NULL);
	check_keeps(one_run("INCONCLUSIVE"), WITHOUT_A1, NULL);
	value_set_bool(runs->items[0], "voided", true);
	check_keeps(runs, WITHOUT_A1, NULL);
}

static void a_unit_that_was_replaced_is_shown_with_its_run(void)
{
	struct value *runs = all_runs(), *found;

	value_set_text(runs->items[0], "verdict", "INCONCLUSIVE");
	value_add(runs, job_rig_run("D1", "received", "PASS", 2, 90));
	found = result_of(WITHOUT_A1, runs);
	check_units(found, "others", "A1 INCONCLUSIVE replaced");
	check(found, "PASS", 84.99, 80);
}

/* ---- in a log ---- */

#define JUDGE "{'number':'N','result':'capacity','by':'0021'}"

static void record_all(struct people *people, struct value *runs)
{
	CU_ASSERT_FATAL(job_rig_ask(people, ENTRY_JOB_ORDER, SEVEN) > 0);
	for (size_t i = 0; i < value_count(runs); i++)
		job_rig_record(people, value_at(runs, i));
	value_free(runs);
}

static struct value *prove(struct people *people)
{
	struct value *says;

	bench_log_close(people->log);
	people->log = NULL;
	says = proof_of_state(people->rig->folder, &(struct proof_wish){0}, &people->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(says);
	return says;
}

static int64_t proved(const struct value *says)
{
	const struct value *all = value_get(says, "proved");

	for (size_t i = 0; i < value_count(all); i++)
		if (!strcmp(value_get_text(value_at(all, i), "what"), "results"))
			return value_get_int(value_at(all, i), "count", 0);
	return 0;
}

static bool tells(const struct value *says, const char *part)
{
	const struct value *problems = value_get(says, "problems");

	for (size_t i = 0; i < value_count(problems); i++)
		if (strstr(value_get_text(value_at(problems, i), "why"), part))
			return true;
	return false;
}

static void a_result_is_recorded_once_and_proved_by_anybody(void)
{
	struct people people;
	struct value *says;

	people_open(&people);
	record_all(&people, all_runs());
	CU_ASSERT_FATAL(job_rig_ask(&people, ENTRY_JOB_RESULT, JUDGE) > 0);
	CU_ASSERT_EQUAL(job_rig_ask(&people, ENTRY_JOB_RESULT, JUDGE), 0);
	CU_ASSERT(people_hear(&people, "nothing has changed since"));
	says = prove(&people);
	CU_ASSERT_EQUAL(proved(says), 1);
	CU_ASSERT_FALSE(tells(says, "order"));
	value_free(says);
	people_close(&people);
}

static void what_is_undecided_or_a_rehearsal_is_not_recorded(void)
{
	struct people people;
	struct value *runs = all_runs();

	people_open(&people);
	value_free(runs->items[--runs->count]);
	record_all(&people, runs);
	CU_ASSERT_EQUAL(job_rig_ask(&people, ENTRY_JOB_RESULT, JUDGE), 0);
	CU_ASSERT(people_hear(&people, "1 of its 7 units have neither passed nor failed: C2"));
	CU_ASSERT_EQUAL(job_rig_ask(&people, ENTRY_JOB_RESULT,
				    "{'number':'N','result':'weight','by':'0021'}"),
			0);
	CU_ASSERT(people_hear(&people, "has no result 'weight'"));
	CU_ASSERT_EQUAL(job_rig_ask(&people, ENTRY_JOB_RESULT,
				    "{'number':'M','result':'capacity','by':'0021'}"),
			0);
	CU_ASSERT(people_hear(&people, "no order 'M'"));
	people_close(&people);
	people_open(&people);
	CU_ASSERT_FATAL(job_rig_ask(&people, ENTRY_JOB_ORDER,
				    ORDER(THREE, RESULT("7", LITRES), ",'rehearsal':true")) > 0);
	CU_ASSERT_EQUAL(job_rig_ask(&people, ENTRY_JOB_RESULT, JUDGE), 0);
	CU_ASSERT(people_hear(&people, "is a rehearsal"));
	people_close(&people);
}

static void the_log_keeps_what_has_begun(void)
{
	struct people people;
	struct value *runs = one_run("FAIL");

	people_open(&people);
	record_all(&people, runs);
	CU_ASSERT_EQUAL(
		job_rig_ask(&people, ENTRY_JOB_ORDER,
			    ORDER("'D1','A2','A3'", RESULT("7", LITRES), ",'why':'a better one'")),
		0);
	CU_ASSERT(people_hear(&people, "specimen A1 is a unit"));
	CU_ASSERT(job_rig_ask(&people, ENTRY_JOB_ORDER,
			      ORDER(THREE, RESULT("7", LITRES), ",'why':'a note','note':'n'")) > 0);
	people_close(&people);
}

/* As davy void makes it. */
static void record_voided(struct people *people, uint64_t run)
{
	struct value *says =
		people_signature(people, run, SIGNATORY, ROLE_SIGNATORY, MEANING_VOIDED);
	struct bench_entry entry = {.kind = ENTRY_SIGNATURE, .says = says};

	if (bench_log_append(people->log, &entry, &people->now, NULL, &people->err) < 0)
		CU_FAIL_FATAL(people->err.text);
	value_free(says);
}

static void a_fail_that_a_signatory_voids_leaves_its_unit_open(void)
{
	struct people people;
	struct value *runs = all_runs();
	uint64_t run;

	people_open(&people);
	value_set_text(runs->items[10], "verdict", "FAIL");
	record_all(&people, runs);
	run = people.last.seq;
	CU_ASSERT(job_rig_ask(&people, ENTRY_JOB_RESULT, JUDGE) > 0);
	record_voided(&people, run);
	CU_ASSERT_EQUAL(job_rig_ask(&people, ENTRY_JOB_RESULT, JUDGE), 0);
	CU_ASSERT(people_hear(&people, "C2 (cold: none)"));
	people_close(&people);
}

/* ---- somebody with the bench's keys ---- */

static struct value *says_of(struct value *payload)
{
	return (struct value *)value_get(payload, "says");
}

static void five_litres_more(struct value *payload)
{
	value_set_int(says_of(payload), "value", 85);
}

static void another_run(struct value *payload)
{
	struct value *units = (struct value *)value_get(says_of(payload), "units");

	value_set_text(units->items[0], "run", "A1-received-9");
}

static void a_softer_protocol(struct value *payload)
{
	struct value *stages = (struct value *)value_get(says_of(payload), "stages");

	value_set_text(stages->items[0], "protocol", "easier");
}

static void check_forged(void (*edit)(struct value *payload), bool of_order, const char *part)
{
	struct people people;
	struct value *says;
	uint64_t seq;

	people_open(&people);
	record_all(&people, all_runs());
	seq = job_rig_ask(&people, of_order ? ENTRY_JOB_ORDER : ENTRY_JOB_RESULT,
			  of_order ? ORDER(THREE, RESULT("7", LITRES), ",'why':'a note'") : JUDGE);
	CU_ASSERT_FATAL(seq > 0);
	value_free(prove(&people));
	CU_ASSERT_EQUAL_FATAL(
		forge(&(struct forgery){.state = people.rig->folder, .edits = seq, .edit = edit}),
		0);
	says = proof_of_state(people.rig->folder, &(struct proof_wish){0}, &people.err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(says);
	CU_ASSERT(tells(says, part));
	value_free(says);
	people_close(&people);
}

static void a_result_that_does_not_follow_is_found(void)
{
	check_forged(five_litres_more, false, "say another 'value' of the result 'capacity'");
	check_forged(another_run, false, "say another 'units'");
	check_forged(a_softer_protocol, true, "its stage 'received' stays");
}

void suite_job_result(void)
{
	suite_begin("job_result");
	claim(it_is_the_least_of_seven_rounded_down);
	claim(a_figure_on_a_step_stays_there);
	claim(figures_in_another_unit_are_converted_and_of_another_kind_are_none);
	claim(it_is_undecided_while_a_unit_has_no_decided_run);
	claim(a_unit_that_failed_first_has_failed);
	claim(a_unit_that_was_not_conditioned_as_the_method_says_passes_nothing);
	claim(voided_rejected_and_declared_runs_are_shown_and_pass_nothing);
	claim(without_a_measure_there_is_a_verdict_alone);
	claim(an_order_registers_as_many_units_as_it_lists);
	claim(what_has_begun_is_not_changed);
	claim(a_unit_that_has_its_verdict_stays_a_unit);
	claim(a_unit_that_was_replaced_is_shown_with_its_run);
	claim(a_result_is_recorded_once_and_proved_by_anybody);
	claim(what_is_undecided_or_a_rehearsal_is_not_recorded);
	claim(the_log_keeps_what_has_begun);
	claim(a_fail_that_a_signatory_voids_leaves_its_unit_open);
	claim(a_result_that_does_not_follow_is_found);
}

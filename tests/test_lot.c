/* SPDX-License-Identifier: Apache-2.0 */
/* Lots in a bench's log: what may be recorded, and what the runs of drawn units say of all. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/lot.h"
#include "tests/claims.h"
#include "tests/lot_rig.h"

#define PASS(unit) lot_rig_run(&rig, unit, &(struct lot_run){.verdict = "PASS"})
#define FAIL(unit) lot_rig_run(&rig, unit, &(struct lot_run){.verdict = "FAIL"})
#define LOT(members) "{'lot':'L2','n':3,'c':1,'spare':2,'by':'0021'," members "}"
#define COMMON "'dut':{'ma':'M'},'protocols':['p']"

static void check_refused(struct lot_rig *rig, const char *kind, const char *says, const char *list,
			  const char *part)
{
	uint64_t before = bench_log_count(rig->people.log);

	CU_ASSERT_EQUAL(lot_rig_ask(rig, kind, says, list), 0);
	CU_ASSERT(people_hear(&rig->people, part));
	CU_ASSERT_EQUAL(bench_log_count(rig->people.log), before);
}

static uint64_t judge(struct lot_rig *rig)
{
	return lot_rig_ask(rig, ENTRY_LOT_VERDICT, "{'lot':'L1','by':'0021'}", NULL);
}

/* ---- what may be recorded ---- */

static void the_list_is_recorded_and_kept_before_anything_is_drawn(void)
{
	struct lot_rig rig;
	const struct value *says, *draw;
	char *path;

	lot_rig_open(&rig);
	says = lot_standing_says(lot_rig_look(&rig));
	CU_ASSERT_EQUAL(value_get_int(says, "units", 0), 60);
	path = xprintf("%s/files/%s", rig.people.rig->folder,
		       value_get_text(value_get(says, "file"), "sha256"));
	CU_ASSERT(file_exists(path));
	CU_ASSERT_PTR_NULL(lot_standing_draw(rig.standing));
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);

	lot_rig_draw(&rig);
	draw = lot_standing_draw(lot_rig_look(&rig));
	CU_ASSERT_EQUAL(value_count(value_get(draw, "tested")), 3);
	CU_ASSERT_EQUAL(value_count(value_get(draw, "kept")), 2);
	CU_ASSERT_STRING_EQUAL(value_get_text(draw, "source"), DRAW_FROM_DICE);
	CU_ASSERT_STRING_EQUAL(
		value_get_text(draw, "list"),
		value_get_text(value_get(lot_standing_says(rig.standing), "file"), "sha256"));
	free(path);
	lot_rig_close(&rig);
}

static void a_lot_that_could_not_be_judged_is_refused(void)
{
	struct lot_rig rig;

	lot_rig_open(&rig);
	check_refused(&rig, ENTRY_LOT, LOT(COMMON), NULL, "a lot has a list of its units");
	check_refused(&rig, ENTRY_LOT, LOT(COMMON), "A\nA\n", "are one serial number");
	check_refused(&rig, ENTRY_LOT, LOT(COMMON), "A\nB\nC\nD\n",
		      "3 units to be tested and 2 in reserve cannot be drawn from a list of 4");
	check_refused(&rig, ENTRY_LOT, LOT("'protocols':['p']"), "A\n", "--dut ma=CERTIFICATE");
	check_refused(&rig, ENTRY_LOT, LOT("'dut':{'serial':'7'},'protocols':['p']"), "A\n",
		      "nothing is called 'serial' here");
	check_refused(&rig, ENTRY_LOT, LOT("'dut':{'ma':'M'}"), "A\n", "by which protocols");
	check_refused(&rig, ENTRY_LOT, LOT("'dut':{'ma':'M'},'protocols':[7]"), "A\n",
		      "the name of a protocol is a text");
	check_refused(&rig, ENTRY_LOT, LOT(COMMON ",'units':60"), "A\n",
		      "nothing is called 'units' here");
	check_refused(&rig, ENTRY_LOT, "{'lot':'a/b','n':1,'c':0,'spare':0,'by':'0021'," COMMON "}",
		      "A\n", "has no quote, slash or backslash");
	check_refused(&rig, ENTRY_LOT, "{'lot':'L2','n':3,'c':3,'spare':0,'by':'0021'," COMMON "}",
		      "A\nB\nC\n", "below the 3 units of the sample");
	check_refused(&rig, ENTRY_LOT, "{'lot':'L2','n':1,'c':0,'spare':0,'by':'0099'," COMMON "}",
		      "A\n", "nobody whom an administrator has enrolled");
	check_refused(&rig, ENTRY_LOT, "{'lot':'L1','n':1,'c':0,'spare':0,'by':'0021'," COMMON "}",
		      "A\n", "a list is recorded once; another list is another lot");
	lot_rig_close(&rig);
}

static void a_lot_is_drawn_once_unless_somebody_says_why(void)
{
	struct lot_rig rig;
	char *first;

	lot_rig_open(&rig);
	check_refused(&rig, ENTRY_DRAW, "{'lot':'L9','by':'0021'}", NULL, "there is no lot 'L9'");
	check_refused(&rig, ENTRY_DRAW, "{'lot':'L1','by':'0021','why':'x'}", NULL,
		      "there is nothing to draw again");
	check_refused(&rig, ENTRY_DRAW, "{'lot':'L1','by':'0021','rolls':'316','witness':'W'}",
		      NULL, "3 rolls are 8 bits");
	check_refused(&rig, ENTRY_DRAW,
		      "{'lot':'L1','by':'0021','rolls':'3162316231623162316231625'}", NULL,
		      "dice are rolled before a witness");
	check_refused(&rig, ENTRY_DRAW, "{'lot':'L1','by':'0021','seed':'00'}", NULL,
		      "nothing is called 'seed' here");
	lot_rig_draw(&rig);
	first = xstrdup(lot_rig_unit(&rig, 0));
	check_refused(&rig, ENTRY_DRAW, "{'lot':'L1','by':'0021'}", NULL,
		      "was drawn already, record 10: to draw it anew");
	check_refused(&rig, ENTRY_DRAW,
		      "{'lot':'L1','by':'0021','why':'x','witness':'W',"
		      "'rolls':'3162316231623162316231625'}",
		      NULL, "these rolls were the seed of draw 1");

	CU_ASSERT(lot_rig_ask(&rig, ENTRY_DRAW, "{'lot':'L1','by':'0021','why':'one was gone'}",
			      NULL) > 0);
	CU_ASSERT_EQUAL(value_count(lot_standing_draws(lot_rig_look(&rig))), 2);
	CU_ASSERT_EQUAL(value_get_int(lot_standing_draw(rig.standing), "draw", 0), 2);
	CU_ASSERT_STRING_EQUAL(value_get_text(lot_standing_draw(rig.standing), "source"),
			       DRAW_FROM_KERNEL);
	CU_ASSERT_STRING_EQUAL(
		value_at(value_get(value_get(value_at(lot_standing_draws(rig.standing), 0), "says"),
				   "tested"),
			 0)
			->text,
		first);
	free(first);
	lot_rig_close(&rig);
}

static void a_list_that_was_changed_is_drawn_from_no_more(void)
{
	struct lot_rig rig;
	char *path;

	lot_rig_open(&rig);
	path = xprintf(
		"%s/files/%s", rig.people.rig->folder,
		value_get_text(value_get(lot_standing_says(lot_rig_look(&rig)), "file"), "sha256"));
	CU_ASSERT_EQUAL(file_write(path, "B-01\nB-02\nB-03\nB-04\nB-05\n", 25, &rig.people.err), 0);
	check_refused(&rig, ENTRY_DRAW, "{'lot':'L1','by':'0021'}", NULL,
		      "is not the list of the lot");
	free(path);
	lot_rig_close(&rig);
}

static void a_seal_is_used_once_and_on_what_was_drawn(void)
{
	struct lot_rig rig;
	struct value *units;
	char *says;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	says = xprintf("{'lot':'L1','unit':'%s','seal':'S1','kept_at':'room 2','by':'0021'}",
		       lot_rig_unit(&rig, 4));
	CU_ASSERT(lot_rig_ask(&rig, ENTRY_SEAL, says, NULL) > 0);
	free(says);
	/* as a label scanner may spell it */
	says = xprintf("{'lot':'L1','unit':'b %s','seal':'S2','by':'0021'}",
		       lot_rig_unit(&rig, 0) + 1);
	CU_ASSERT(lot_rig_ask(&rig, ENTRY_SEAL, says, NULL) > 0);
	check_refused(&rig, ENTRY_SEAL, says, NULL, "record 12: a seal is used once");
	check_refused(&rig, ENTRY_SEAL, "{'lot':'L1','unit':'B-99','seal':'S3','by':'0021'}", NULL,
		      "unit B-99 was not drawn from lot L1");
	units = lot_standing_units(lot_rig_look(&rig));
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(units, 0), "seal"), "S2");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(units, 4), "kept_at"), "room 2");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(units, 4), "part"), "kept");
	value_free(units);
	free(says);
	lot_rig_close(&rig);
}

/* ---- what follows of runs ---- */

static void it_is_accepted_when_all_have_passed_or_few_failed(void)
{
	struct lot_rig rig;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	PASS(0);
	FAIL(1);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	CU_ASSERT_EQUAL(judge(&rig), 0);
	CU_ASSERT(people_hear(&rig.people,
			      "lot L1 is undecided: 1 of its tested units are neither PASS nor "
			      "FAIL: "));
	CU_ASSERT(people_hear(&rig.people, lot_rig_unit(&rig, 2)));
	PASS(2);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_ACCEPT);
	lot_rig_close(&rig);
}

static void it_is_rejected_as_soon_as_too_many_have_failed(void)
{
	struct lot_rig rig;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	FAIL(0);
	FAIL(1);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	CU_ASSERT(judge(&rig) > 0);
	lot_rig_close(&rig);
}

static void no_later_pass_takes_a_fail_away_but_who_voids_it_does(void)
{
	struct lot_rig rig;
	uint64_t failed;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	PASS(0);
	FAIL(1);
	failed = FAIL(2);
	PASS(2);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	CU_ASSERT(people_sign(&rig.people, failed, TESTER, ROLE_TESTER, MEANING_TESTED) > 0);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	lot_rig_close(&rig);
}

/* A signature as davy void makes it, with its reason. */
static void voided(struct lot_rig *rig, uint64_t run)
{
	struct value *request =
		people_signature(&rig->people, run, SIGNATORY, ROLE_SIGNATORY, MEANING_VOIDED);
	struct bench_entry entry = {.kind = ENTRY_SIGNATURE, .says = request};

	if (bench_log_append(rig->people.log, &entry, &rig->people.now, NULL, &rig->people.err) < 0)
		CU_FAIL_FATAL(rig->people.err.text);
	value_free(request);
}

static void a_voided_run_counts_for_nothing(void)
{
	struct lot_rig rig;
	uint64_t first, second;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	PASS(0);
	first = FAIL(1);
	FAIL(2);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	voided(&rig, first);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	second = PASS(1);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_ACCEPT);
	voided(&rig, second);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	lot_rig_close(&rig);
}

static void the_last_attempt_decides_where_none_failed(void)
{
	static const char *const NEITHER[] = {"INCONCLUSIVE", "ERROR", "ABORTED"};

	for (size_t i = 0; i < 3; i++) {
		struct lot_rig rig;

		lot_rig_open(&rig);
		lot_rig_draw(&rig);
		PASS(0);
		PASS(1);
		lot_rig_run(&rig, 2, &(struct lot_run){.verdict = NEITHER[i]});
		CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
		PASS(2);
		CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_ACCEPT);
		lot_rig_run(&rig, 2, &(struct lot_run){.verdict = NEITHER[i]});
		CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
		lot_rig_close(&rig);
	}
}

/* Why the first run of the unit at this place does not count, or cannot pass; or NULL. */
static char *why_of(struct lot_rig *rig, size_t unit)
{
	struct value *units = lot_standing_units(lot_rig_look(rig));
	const struct value *run = value_at(value_get(value_at(units, unit), "runs"), 0);
	const char *why = value_get_text(run, "why");
	char *copy = why ? xstrdup(why) : NULL;

	CU_ASSERT_PTR_NOT_NULL(run);
	value_free(units);
	return copy;
}

static void check_not_counted(const struct lot_run *run, const char *why)
{
	struct lot_rig rig;
	char *is;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	PASS(0);
	PASS(1);
	lot_rig_run(&rig, 2, run);
	is = why_of(&rig, 2);
	CU_ASSERT_STRING_EQUAL(is, why);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	CU_ASSERT_EQUAL(judge(&rig), 0);
	free(is);
	lot_rig_close(&rig);
}

static void what_is_simulated_or_of_another_protocol_or_older_than_the_draw_does_not_count(void)
{
	check_not_counted(&(struct lot_run){.verdict = "PASS", .is_simulated = true}, "simulated");
	check_not_counted(&(struct lot_run){.verdict = "PASS", .protocol = "gas.bump"}, "protocol");
	/* recorded behind the draw, begun before it: the clock went on by 3 min */
	check_not_counted(&(struct lot_run){.verdict = "PASS", .began_ms = 200000}, "early");
	check_not_counted(&(struct lot_run){.verdict = "FAIL", .is_simulated = true}, "simulated");
}

static void a_spoilt_run_that_was_made_good_is_voided(void)
{
	struct lot_rig rig;
	char *name, *why;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	name = xprintf("run-%llu", (unsigned long long)bench_log_count(rig.people.log));
	lot_rig_run(&rig, 0, &(struct lot_run){.verdict = "ERROR"});
	lot_rig_run(&rig, 0, &(struct lot_run){.verdict = "PASS", .voids = name});
	why = why_of(&rig, 0);
	CU_ASSERT_STRING_EQUAL(why, "voided");
	free(name);
	free(why);
	lot_rig_close(&rig);
}

static void a_fail_is_found_however_the_number_was_spelled(void)
{
	struct lot_rig rig;
	char *spelled;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	PASS(0);
	PASS(1);
	PASS(2);
	FAIL(0);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_ACCEPT);
	spelled = xprintf("ｂ %s", lot_rig_unit(&rig, 1) + 1);
	lot_rig_run(&rig, 1, &(struct lot_run){.verdict = "FAIL", .serial = spelled});
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	free(spelled);
	lot_rig_close(&rig);
}

static void a_run_that_names_no_certificate_is_shown_and_does_not_count(void)
{
	struct lot_rig rig;
	char *serial, *why;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	serial = xstrdup(lot_rig_unit(&rig, 0));
	lot_rig_run_class(&rig, "c", serial, &(struct lot_run){.verdict = "FAIL"});
	why = why_of(&rig, 0);
	CU_ASSERT_STRING_EQUAL(why, "unnamed");
	PASS(0);
	PASS(1);
	PASS(2);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_ACCEPT);
	free(serial);
	free(why);
	lot_rig_close(&rig);
}

static void a_pass_that_a_reviewer_rejects_is_none(void)
{
	struct lot_rig rig;
	uint64_t last;
	char *why;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	last = PASS(0);
	PASS(1);
	PASS(2);
	CU_ASSERT(people_sign(&rig.people, last, TESTER, ROLE_TESTER, MEANING_TESTED) > 0);
	CU_ASSERT(people_sign(&rig.people, last, REVIEWER, ROLE_REVIEWER, MEANING_REJECTED) > 0);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	why = why_of(&rig, 0);
	CU_ASSERT_STRING_EQUAL(why, "rejected");
	free(why);
	lot_rig_close(&rig);
}

/* As a declaration names its event; who may make one is for test_declaration.c. */
static void declare(struct lot_rig *rig, const char *id)
{
	struct value *says = value_map();
	struct bench_entry entry = {.kind = ENTRY_DECLARATION, .says = says};

	value_set_text(says, "of", id);
	if (bench_log_append(rig->people.log, &entry, &rig->people.now, NULL, &rig->people.err) < 0)
		CU_FAIL_FATAL(rig->people.err.text);
	value_free(says);
}

static void a_run_that_was_declared_wrong_is_no_pass_and_a_fail_still(void)
{
	struct lot_rig rig;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	FAIL(0);
	FAIL(1);
	declare(&rig, rig.people.last.id);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	lot_rig_close(&rig);

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	PASS(0);
	PASS(1);
	PASS(2);
	declare(&rig, rig.people.last.id);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_UNDECIDED);
	lot_rig_close(&rig);
}

static void a_fail_of_an_earlier_draw_stays_one(void)
{
	struct lot_rig rig;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	FAIL(0);
	FAIL(1);
	CU_ASSERT(lot_rig_ask(&rig, ENTRY_DRAW, "{'lot':'L1','by':'0021','why':'two failed'}",
			      NULL) > 0);
	rig.people.now.wall.ms += 60000;
	PASS(0);
	PASS(1);
	PASS(2);
	CU_ASSERT_EQUAL(lot_rig_verdict(&rig), LOT_REJECT);
	lot_rig_close(&rig);
}

static void a_unit_passes_when_each_protocol_has_passed_it(void)
{
	const struct lot_run other = {.verdict = "PASS", .protocol = "gas.bump"};
	struct lot_rig rig;
	struct lot_outcome outcome;
	struct lot_standing *lot;

	lot_rig_open(&rig);
	CU_ASSERT(lot_rig_ask(&rig, ENTRY_LOT,
			      "{'lot':'L2','n':1,'c':0,'spare':0,'dut':{'class':'c'},"
			      "'protocols':['gas.methane','gas.bump'],'by':'0021'}",
			      "7\n") > 0);
	CU_ASSERT(lot_rig_ask(&rig, ENTRY_DRAW, "{'lot':'L2','by':'0021'}", NULL) > 0);
	rig.people.now.wall.ms += 60000;
	lot = lot_rig_lot(&rig, "L2");
	lot_standing_outcome(lot, &outcome);
	CU_ASSERT_EQUAL(outcome.undecided, 1);
	lot_standing_free(lot);

	lot_rig_run_class(&rig, "c", "7", &(struct lot_run){.verdict = "PASS"});
	lot = lot_rig_lot(&rig, "L2");
	lot_standing_outcome(lot, &outcome);
	CU_ASSERT_EQUAL(outcome.verdict, LOT_UNDECIDED);
	lot_standing_free(lot);

	lot_rig_run_class(&rig, "c", "7", &other);
	lot = lot_rig_lot(&rig, "L2");
	lot_standing_outcome(lot, &outcome);
	CU_ASSERT_EQUAL(outcome.verdict, LOT_ACCEPT);
	CU_ASSERT_EQUAL(outcome.uncontrolled, 2);
	lot_standing_free(lot);
	lot_rig_close(&rig);
}

/* ---- its verdict ---- */

static void a_verdict_says_what_it_rests_on_and_is_said_once(void)
{
	struct lot_rig rig;
	const struct value *says;
	uint64_t first;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	first = lot_rig_run(&rig, 0, &(struct lot_run){.verdict = "PASS", .is_controlled = true});
	PASS(1);
	lot_rig_run(&rig, 2, &(struct lot_run){.verdict = "PASS", .is_simulated = true});
	PASS(2);
	check_refused(&rig, ENTRY_LOT_VERDICT, "{'lot':'L1','by':'0021','verdict':'ACCEPT'}", NULL,
		      "nothing is called 'verdict' here");
	CU_ASSERT(judge(&rig) > 0);
	says = value_get(value_at(lot_standing_verdicts(lot_rig_look(&rig)), 0), "says");
	CU_ASSERT_STRING_EQUAL(value_get_text(says, "verdict"), "ACCEPT");
	CU_ASSERT_EQUAL(value_get_int(says, "fails", -1), 0);
	CU_ASSERT_EQUAL(value_count(value_get(says, "runs")), 3);
	CU_ASSERT_EQUAL(value_get_int(value_at(value_get(says, "runs"), 0), "seq", 0),
			(int64_t)first);
	CU_ASSERT(value_get_bool(value_at(value_get(says, "runs"), 0), "controlled"));
	check_refused(&rig, ENTRY_LOT_VERDICT, "{'lot':'L1','by':'0021'}", NULL,
		      "was judged ACCEPT");
	check_refused(&rig, ENTRY_DRAW, "{'lot':'L1','by':'0021','why':'x'}", NULL,
		      "nothing is drawn from it any more");
	FAIL(0);
	FAIL(1);
	CU_ASSERT(judge(&rig) > 0);
	says = value_get(value_at(lot_standing_verdicts(lot_rig_look(&rig)), 1), "says");
	CU_ASSERT_STRING_EQUAL(value_get_text(says, "verdict"), "REJECT");
	lot_rig_close(&rig);
}

void suite_lot(void)
{
	suite_begin("lot");
	claim(the_list_is_recorded_and_kept_before_anything_is_drawn);
	claim(a_lot_that_could_not_be_judged_is_refused);
	claim(a_lot_is_drawn_once_unless_somebody_says_why);
	claim(a_list_that_was_changed_is_drawn_from_no_more);
	claim(a_seal_is_used_once_and_on_what_was_drawn);
	claim(it_is_accepted_when_all_have_passed_or_few_failed);
	claim(it_is_rejected_as_soon_as_too_many_have_failed);
	claim(no_later_pass_takes_a_fail_away_but_who_voids_it_does);
	claim(a_voided_run_counts_for_nothing);
	claim(the_last_attempt_decides_where_none_failed);
	claim(what_is_simulated_or_of_another_protocol_or_older_than_the_draw_does_not_count);
	claim(a_spoilt_run_that_was_made_good_is_voided);
	claim(a_fail_is_found_however_the_number_was_spelled);
	claim(a_run_that_names_no_certificate_is_shown_and_does_not_count);
	claim(a_pass_that_a_reviewer_rejects_is_none);
	claim(a_run_that_was_declared_wrong_is_no_pass_and_a_fail_still);
	claim(a_fail_of_an_earlier_draw_stays_one);
	claim(a_unit_passes_when_each_protocol_has_passed_it);
	claim(a_verdict_says_what_it_rests_on_and_is_said_once);
}

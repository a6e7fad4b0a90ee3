/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures judged one by one, and the verdict that follows. The step "S" has x (>= 5 Pa, verbatim), gap
 * (no limit), hint (secondary), demo (example), proof (evidence, <= 1 Pa), maybe (optional); "T" has y
 * twice and per key z. Reading r1 is 10 Pa with u = 1 Pa, r2 the same with a flaw.
 */
#include <string.h>

#include "run/judgement.h"
#include "run/run.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

static const char PROTOCOL[] =
	"{'id':'p','version':1,'title':'P','fixture':'f','steps':["
	"{'name':'S','repeats':1,'measures':{"
	"'x':{'meaning':'x','limit':{'text':'>= 5 Pa','grade':'verbatim'}},"
	"'gap':{'meaning':'g','limit':{'standard':'AQ 6203-2006','clause':'5.4'}},"
	"'hint':{'meaning':'h','limit':{'text':'<= 2 Pa','grade':'secondary','standard':'STD'}},"
	"'demo':{'meaning':'d','limit':{'text':'>= 5 Pa','grade':'example'}},"
	"'proof':{'meaning':'e','evidence':true,'limit':{'text':'<= 1 Pa','grade':'lab'}},"
	"'maybe':{'meaning':'m','optional':true,'limit':{'text':'>= 5 Pa','grade':'declared'}}}},"
	"{'name':'T','repeats':2,'measures':{"
	"'y':{'meaning':'y','limit':{'text':'>= 5 Pa','grade':'verbatim'}},"
	"'z':{'meaning':'z','per':'gas','limit':{'text':'>= 5 Pa','grade':'verbatim'}}}}]}";

struct court {
	struct protocol *protocol;
	struct evidence evidence;
	struct judgement judgement;
	struct error error;
	char why[JUDGEMENT_WHY];
};

/* What is scanned of a specimen whose serial number is B7. */
static void a_scan_must_be_what_was_ordered(void)
{
	static const struct {
		const char *found;
		enum verdict verdict;
	} SCANS[] = {{"B7", VERDICT_PASS},
		     {"ｂ 7", VERDICT_PASS},
		     {"B8", VERDICT_INCONCLUSIVE},
		     {"", VERDICT_INCONCLUSIVE}};
	struct value *value =
		said("{'id':'p','version':1,'title':'P','fixture':'f','scans':['serial'],"
		     "'dut':{'serial':{'value':'B7','text':true}},'steps':[]}");
	struct judgement judgement;
	struct error err;
	struct protocol *protocol = protocol_compile(value, NULL, "p.lua", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(protocol);
	CU_ASSERT_EQUAL_FATAL(protocol->scan_count, 1);
	for (size_t i = 0; i < sizeof(SCANS) / sizeof(SCANS[0]); i++) {
		const struct judged *judged;

		judgement_init(&judgement, protocol, NULL, false);
		judged = judgement_compare(&judgement, "Conditions", protocol->scan[0].measure,
					   "end", SCANS[i].found, protocol->scan[0].expected, &err);
		CU_ASSERT_EQUAL(judged->decision.verdict, SCANS[i].verdict);
		CU_ASSERT_PTR_NULL(judgement_compare(&judgement, "Conditions",
						     protocol->scan[0].measure, "end", "B7", "B7",
						     &err));
		judgement_done(&judgement);
	}
	protocol_free(protocol);
	value_free(value);
}

static void court_open(struct court *court, const char *decision, bool simulated)
{
	struct value *value = said(PROTOCOL);
	struct quantity ten;
	struct error err;

	memset(court, 0, sizeof(*court));
	value_set_text(value, "decision", decision);
	court->protocol = protocol_compile(value, NULL, "p.lua", &err);
	if (!court->protocol)
		CU_FAIL_FATAL(err.text);
	value_free(value);
	evidence_init(&court->evidence, NULL, NULL, 1, 0);
	CU_ASSERT_EQUAL(quantity_parse(&ten, "10 Pa", &err), 0);
	CU_ASSERT_EQUAL(quantity_add_source(&ten, "cert:A", 1, &err), 0);
	evidence_quantity(&court->evidence, &ten, NULL);
	evidence_quantity(&court->evidence, &ten, "certificate A ran out on 2020-01-01");
	judgement_init(&court->judgement, court->protocol, &court->evidence, simulated);
}

static void court_close(struct court *court)
{
	judgement_done(&court->judgement);
	evidence_done(&court->evidence);
	protocol_free(court->protocol);
}

static const struct judged *take(struct court *court, const char *json)
{
	struct value *value = said(json);
	const struct judged *judged = judgement_take(&court->judgement, value, &court->error);

	value_free(value);
	return judged;
}

#define X(from) "{'step':'S','measure':'x','from':'" from "'}"

/* Take it and compare verdict and reason. */
static void check(struct court *court, const char *json, enum verdict verdict, const char *why)
{
	const struct judged *judged = take(court, json);

	CU_ASSERT_PTR_NOT_NULL_FATAL(judged);
	CU_ASSERT_EQUAL(judged->decision.verdict, verdict);
	if (!strstr(judged->decision.why, why))
		CU_FAIL(judged->decision.why);
}

static enum verdict verdict(struct court *court)
{
	return judgement_verdict(&court->judgement, NULL, court->why);
}

/* All that is mandatory, passed. */
static void take_all_but_undecided(struct court *court)
{
	check(court, X("r1"), VERDICT_PASS, "");
	check(court, "{'step':'T','measure':'y','key':'1','from':'r1'}", VERDICT_PASS, "");
	check(court, "{'step':'T','measure':'y','key':'2','from':'r1'}", VERDICT_PASS, "");
	check(court, "{'step':'T','measure':'z','key':'a (1)','from':'r1'}", VERDICT_PASS, "");
	check(court, "{'step':'T','measure':'z','key':'a (2)','from':'r1'}", VERDICT_PASS, "");
}

/* ---- one measure ---- */

static void a_value_inside_its_limit_passes(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, X("r1"), VERDICT_PASS, "");
	court_close(&court);
}

static void a_value_outside_its_limit_fails_with_both(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, X("(r1 - [6 Pa])"), VERDICT_FAIL, "is outside >= 5 Pa");
	court_close(&court);
}

static void guarded_it_must_be_inside_by_its_uncertainty(void)
{
	struct court court;

	court_open(&court, "guarded", false);

	check(&court, X("(r1 - [4 Pa])"), VERDICT_INCONCLUSIVE, "");
	court_close(&court);
}

static void an_unreached_measure_fails_with_its_reason(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, "{'step':'S','measure':'x','why':'not settled within 10 s'}", VERDICT_FAIL,
	      "not settled within 10 s");
	court_close(&court);
}

static void an_unreached_measure_whose_limit_does_not_decide_is_inconclusive(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, "{'step':'S','measure':'hint','why':'not settled'}", VERDICT_INCONCLUSIVE,
	      "needs 'hint'");
	check(&court, "{'step':'S','measure':'proof','why':'not settled'}", VERDICT_INCONCLUSIVE,
	      "not settled");
	court_close(&court);
}

static void a_gap_names_the_number_and_its_standard(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, "{'step':'S','measure':'gap','from':'r1'}", VERDICT_INCONCLUSIVE,
	      "needs 'gap' of AQ 6203-2006, clause 5.4: bring it with --limits");
	court_close(&court);
}

static void a_secondary_limit_neither_passes_nor_fails(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, "{'step':'S','measure':'hint','from':'r1'}", VERDICT_INCONCLUSIVE,
	      "the figure <= 2 Pa is secondary and decides nothing");
	court_close(&court);
}

static void an_example_limit_decides_in_simulation_only(void)
{
	static const char DEMO[] = "{'step':'S','measure':'demo','from':'r1'}";
	struct court real, simulated;

	court_open(&real, "simple", false);
	court_open(&simulated, "simple", true);

	check(&real, DEMO, VERDICT_INCONCLUSIVE, "is example and decides nothing");
	check(&simulated, DEMO, VERDICT_PASS, "");
	court_close(&real);
	court_close(&simulated);
}

static void evidence_outside_its_limit_is_inconclusive(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, "{'step':'S','measure':'proof','from':'r1'}", VERDICT_INCONCLUSIVE,
	      "is outside <= 1 Pa");
	court_close(&court);
}

static void a_flaw_of_a_reading_decides_nothing(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, X("(r1 + r2) / 2"), VERDICT_INCONCLUSIVE, "certificate A ran out");
	court_close(&court);
}

static double described_conformance(struct court *court, const char *json)
{
	const struct judged *judged = take(court, json);
	struct value *described;
	double conformance;

	CU_ASSERT_PTR_NOT_NULL_FATAL(judged);
	described = judged_describe(judged);
	conformance = value_get_real(described, "conformance", -1);
	value_free(described);
	return conformance;
}

/* (10 - 9 - 5) Pa with u = 1 Pa: Phi(-4) = 3.1671e-5; the rule is simple and says FAIL. */
static void a_value_is_described_with_its_probability_of_conformance(void)
{
	struct court court;

	court_open(&court, "simple", false);

	CU_ASSERT_DOUBLE_EQUAL(described_conformance(&court, X("(r1 - [9 Pa])")), 3.1671e-5, 1e-9);
	court_close(&court);
}

static void no_probability_rests_on_a_flawed_reading_or_on_none(void)
{
	struct court court;

	court_open(&court, "simple", false);

	CU_ASSERT_EQUAL(described_conformance(&court, X("r2")), -1);
	CU_ASSERT_EQUAL(
		described_conformance(&court, "{'step':'S','measure':'demo','why':'not reached'}"),
		-1);
	court_close(&court);
}

static void a_flaw_keeps_a_bad_value_from_failing(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check(&court, X("(r2 - [9 Pa])"), VERDICT_INCONCLUSIVE, "certificate A ran out");
	court_close(&court);
}

/* ---- what is no measure ---- */

static void check_not_taken(struct court *court, const char *json, const char *why)
{
	CU_ASSERT_PTR_NULL(take(court, json));
	if (!strstr(court->error.text, why))
		CU_FAIL(court->error.text);
}

static void a_measure_is_given_once(void)
{
	struct court court;

	court_open(&court, "simple", false);
	check(&court, X("r1"), VERDICT_PASS, "");
	check(&court, "{'step':'T','measure':'z','key':'a (1)','from':'r1'}", VERDICT_PASS, "");

	check_not_taken(&court, X("r1"), "step 'S': measure 'x' was given twice");
	check_not_taken(&court, "{'step':'T','measure':'z','key':'a (1)','from':'r1'}",
			"step 'T': measure 'z of a (1)' was given twice");
	check(&court, "{'step':'T','measure':'z','key':'b (1)','from':'r1'}", VERDICT_PASS, "");
	court_close(&court);
}

static void no_more_is_given_than_a_record_takes(void)
{
	struct court court;
	char text[80];

	court_open(&court, "simple", false);
	for (int i = 0; i < JUDGED_MOST; i++) {
		snprintf(text, sizeof(text),
			 "{'step':'T','measure':'z','key':'%d (1)','from':'r1'}", i);
		CU_ASSERT_PTR_NOT_NULL(take(&court, text));
	}
	check_not_taken(&court, X("r1"),
			"measure 'x' is one more than the 4800 that the record of a run takes");
	court_close(&court);
}

static void only_what_is_declared_is_taken(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check_not_taken(&court, "{'step':'S','measure':'y','from':'r1'}",
			"no measure 'y' is declared in step 'S'");
	check_not_taken(&court, "{'step':'U','measure':'x','from':'r1'}",
			"no measure 'x' is declared in step 'U'");
	check_not_taken(&court, "{}", "no measure '' is declared in step ''");
	court_close(&court);
}

static void a_value_of_another_dimension_is_not_taken(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check_not_taken(&court, X("(r1 / [2 s])"), "step 'S', measure 'x': ");
	CU_ASSERT_EQUAL(court.judgement.count, 0);
	court_close(&court);
}

static void an_expression_that_cannot_be_evaluated_is_not_taken(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check_not_taken(&court, X("r9"), "step 'S', measure 'x': ");
	check_not_taken(&court, X("r1 / 0"), "step 'S', measure 'x': ");
	check_not_taken(&court, X("r1 +"), "step 'S', measure 'x': ");
	court_close(&court);
}

static void a_key_that_does_not_fit_is_not_taken(void)
{
	struct court court;

	court_open(&court, "simple", false);

	check_not_taken(&court,
			"{'step':'T','measure':'z','from':'r1','key':"
			"'a key that is longer than the forty-seven bytes it has'}",
			"step 'T', measure 'z': its key '");
	court_close(&court);
}

/* ---- the verdict ---- */

static void pass_needs_every_mandatory_measure(void)
{
	struct court court;

	court_open(&court, "simple", false);
	take_all_but_undecided(&court);

	CU_ASSERT_EQUAL(verdict(&court), VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(court.why, "step 'S' gave no value for 'gap'");
	court_close(&court);
}

static void pass_needs_every_repeat(void)
{
	struct court court;

	court_open(&court, "simple", true);
	court.protocol->step[0].measure_count = 1;
	CU_ASSERT_STRING_EQUAL(court.protocol->step[0].measure[0].name, "x");
	check(&court, X("r1"), VERDICT_PASS, "");
	check(&court, "{'step':'T','measure':'y','key':'1','from':'r1'}", VERDICT_PASS, "");
	check(&court, "{'step':'T','measure':'y','key':'2','from':'r1'}", VERDICT_PASS, "");
	check(&court, "{'step':'T','measure':'z','key':'2 (1)','from':'r1'}", VERDICT_PASS, "");

	CU_ASSERT_EQUAL(verdict(&court), VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(court.why, "step 'T' gave no value for 'z' in repeat 2");
	check(&court, "{'step':'T','measure':'z','key':'1 (2)','from':'r1'}", VERDICT_PASS, "");
	CU_ASSERT_EQUAL(verdict(&court), VERDICT_PASS);
	CU_ASSERT_STRING_EQUAL(court.why, "");
	court_close(&court);
}

static void a_part_of_a_test_never_passes(void)
{
	struct court court;

	court_open(&court, "simple", true);
	court.protocol->step[0].measure_count = 1;
	take_all_but_undecided(&court);

	CU_ASSERT_EQUAL(verdict(&court), VERDICT_PASS);
	CU_ASSERT_EQUAL(judgement_verdict(&court.judgement, "S", court.why), VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(court.why, "only step 'S' was run; a part of a test never passes");
	court_close(&court);
}

static void fail_wins_over_inconclusive_and_says_which(void)
{
	struct court court;

	court_open(&court, "simple", false);
	check(&court, "{'step':'S','measure':'gap','from':'r1'}", VERDICT_INCONCLUSIVE, "");
	check(&court, "{'step':'T','measure':'z','key':'a (1)','from':'(r1 - [9 Pa])'}",
	      VERDICT_FAIL, "");
	check(&court, X("r1"), VERDICT_PASS, "");

	CU_ASSERT_EQUAL(verdict(&court), VERDICT_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(court.why, "z[a (1)]: "));
	court_close(&court);
}

static void the_first_of_equals_is_the_reason(void)
{
	struct court court;

	court_open(&court, "simple", false);
	check(&court, "{'step':'T','measure':'y','key':'1','why':'first'}", VERDICT_FAIL, "");
	check(&court, "{'step':'T','measure':'y','key':'2','why':'second'}", VERDICT_FAIL, "");

	verdict(&court);

	CU_ASSERT_STRING_EQUAL(court.why, "y[1]: first");
	court_close(&court);
}

static void nothing_measured_is_inconclusive(void)
{
	struct court court;

	court_open(&court, "simple", false);

	CU_ASSERT_EQUAL(verdict(&court), VERDICT_INCONCLUSIVE);
	court_close(&court);
}

static void what_ends_a_run_early_wins_by_its_rank(void)
{
	struct court court;
	char why[RUN_WHY];

	court_open(&court, "simple", false);
	check(&court, "{'step':'S','measure':'x','why':'too slow'}", VERDICT_FAIL, "");

	CU_ASSERT_EQUAL(run_verdict(&court.judgement, NULL, VERDICT_ERROR, "a wire", why),
			VERDICT_ERROR);
	CU_ASSERT_STRING_EQUAL(why, "a wire");
	CU_ASSERT_EQUAL(run_verdict(&court.judgement, NULL, VERDICT_ABORTED, "a person", why),
			VERDICT_ABORTED);
	CU_ASSERT_EQUAL(run_verdict(&court.judgement, NULL, 0, "", why), VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(why, "x: too slow");
	court_close(&court);
}

/* ---- consecutive ---- */

static double consecutive(struct court *court, const char *json)
{
	struct value *value = said(json);
	double count = -1;

	if (judgement_consecutive(&court->judgement, value, &count, &court->error) < 0)
		count = -1;
	value_free(value);
	return count;
}

static void keys_that_passed_are_counted_back_from_the_newest(void)
{
	static const char ASK[] = "{'step':'T','measures':['z']}";
	struct court court;

	court_open(&court, "simple", false);
	CU_ASSERT_EQUAL(consecutive(&court, ASK), 0);
	check(&court, "{'step':'T','measure':'z','key':'a','from':'r1'}", VERDICT_PASS, "");
	check(&court, "{'step':'T','measure':'z','key':'b','why':'no'}", VERDICT_FAIL, "");
	check(&court, "{'step':'T','measure':'z','key':'c','from':'r1'}", VERDICT_PASS, "");
	check(&court, "{'step':'T','measure':'z','key':'d','from':'r1'}", VERDICT_PASS, "");

	CU_ASSERT_EQUAL(consecutive(&court, ASK), 2);
	check(&court, "{'step':'T','measure':'z','key':'e','why':'no'}", VERDICT_FAIL, "");
	CU_ASSERT_EQUAL(consecutive(&court, ASK), 0);
	court_close(&court);
}

static void all_of_the_measures_must_have_passed(void)
{
	static const char ASK[] = "{'step':'T','measures':['z','y']}";
	struct court court;

	court_open(&court, "simple", false);
	check(&court, "{'step':'T','measure':'z','key':'a','from':'r1'}", VERDICT_PASS, "");
	CU_ASSERT_EQUAL(consecutive(&court, ASK), 0);
	check(&court, "{'step':'T','measure':'y','key':'a','from':'r1'}", VERDICT_PASS, "");

	CU_ASSERT_EQUAL(consecutive(&court, ASK), 1);
	court_close(&court);
}

static void only_declared_measures_are_counted(void)
{
	struct court court;

	court_open(&court, "simple", false);

	CU_ASSERT_EQUAL(consecutive(&court, "{'step':'T','measures':['x']}"), -1);
	CU_ASSERT_STRING_EQUAL(court.error.text, "no measure 'x' is declared here");
	CU_ASSERT_EQUAL(consecutive(&court, "{'step':'T','measures':[]}"), -1);
	CU_ASSERT_EQUAL(consecutive(&court, "{'step':'T','measures':[3]}"), -1);
	court_close(&court);
}

void suite_judgement(void)
{
	suite_begin("judgement");
	claim(a_value_inside_its_limit_passes);
	claim(a_value_outside_its_limit_fails_with_both);
	claim(guarded_it_must_be_inside_by_its_uncertainty);
	claim(an_unreached_measure_fails_with_its_reason);
	claim(an_unreached_measure_whose_limit_does_not_decide_is_inconclusive);
	claim(a_gap_names_the_number_and_its_standard);
	claim(a_secondary_limit_neither_passes_nor_fails);
	claim(an_example_limit_decides_in_simulation_only);
	claim(evidence_outside_its_limit_is_inconclusive);
	claim(a_flaw_of_a_reading_decides_nothing);
	claim(a_value_is_described_with_its_probability_of_conformance);
	claim(no_probability_rests_on_a_flawed_reading_or_on_none);
	claim(a_flaw_keeps_a_bad_value_from_failing);
	claim(a_measure_is_given_once);
	claim(no_more_is_given_than_a_record_takes);
	claim(only_what_is_declared_is_taken);
	claim(a_value_of_another_dimension_is_not_taken);
	claim(an_expression_that_cannot_be_evaluated_is_not_taken);
	claim(a_key_that_does_not_fit_is_not_taken);
	claim(pass_needs_every_mandatory_measure);
	claim(pass_needs_every_repeat);
	claim(a_part_of_a_test_never_passes);
	claim(fail_wins_over_inconclusive_and_says_which);
	claim(the_first_of_equals_is_the_reason);
	claim(nothing_measured_is_inconclusive);
	claim(what_ends_a_run_early_wins_by_its_rank);
	claim(keys_that_passed_are_counted_back_from_the_newest);
	claim(all_of_the_measures_must_have_passed);
	claim(only_declared_measures_are_counted);
	claim(a_scan_must_be_what_was_ordered);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict of a specimen that was adjusted in its test: which of its two states counts. */
#include <string.h>

#include "run/judgement.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

/* Each of them: found at `found`, left at `left` (5 Pa or more is wanted), in a court of a protocol that adjusts. */
static enum verdict adjusted(const char *found, const char *left, bool as_left, char *why)
{
	struct value *value = said(
		"{'id':'p','version':1,'title':'P','fixture':'f','decision':'simple','adjusts':{'"
		"zero':{'text':'a','zh':'b'}},"
		"'steps':[{'name':'A','measures':{'x':{'meaning':'x','per':'gas'"
		",'limit':{'text':'>= 5 Pa',"
		"'grade':'verbatim'}}}},{'name':'B','measures':{'x':{'meaning':'"
		"x','per':'gas','optional':true,"
		"'limit':{'text':'>= 5 Pa','grade':'verbatim'}}}}]}");
	struct error err;
	struct protocol *protocol = protocol_compile(value, NULL, "p.lua", &err);
	struct evidence evidence;
	struct judgement judgement;
	enum verdict verdict;

	CU_ASSERT_PTR_NOT_NULL_FATAL(protocol);
	evidence_init(&evidence, NULL, NULL, 1, 0);
	for (int i = 0; i < 2; i++) {
		struct quantity reading;

		CU_ASSERT_EQUAL(quantity_parse(&reading, i ? "6 Pa" : "4 Pa", &err), 0);
		evidence_quantity(&evidence, &reading, NULL);
	}
	judgement_init(&judgement, protocol, &evidence, false);
	judgement.as_left = as_left;
	CU_ASSERT_FALSE(judgement_knows_found(&judgement));
	for (int i = 0; i < 2; i++) {
		const char *pressure = i ? left : found;
		struct value *measure;

		if (i)
			judgement_adjust(&judgement, "zero", "0017");
		if (!pressure)
			continue;
		measure = value_map();
		value_set_text(measure, "step", i ? "B" : "A");
		value_set_text(measure, "measure", "x");
		value_set_text(measure, "key", strchr(pressure, 'q') ? "other" : "one");
		value_set_text(measure, "from", pressure[0] == '4' ? "r1" : "r2");
		if (!judgement_take(&judgement, measure, &err))
			CU_FAIL_FATAL(err.text);
		value_free(measure);
	}
	verdict = judgement_verdict(&judgement, NULL, why);
	judgement_done(&judgement);
	evidence_done(&evidence);
	protocol_free(protocol);
	value_free(value);
	return verdict;
}

static void of_an_adjusted_specimen_both_states_count_unless_it_is_ordered_as_left(void)
{
	char why[JUDGEMENT_WHY];

	CU_ASSERT_EQUAL(adjusted("6 Pa", "6 Pa", false, why), VERDICT_PASS);
	CU_ASSERT_EQUAL(adjusted("4 Pa", "6 Pa", false, why), VERDICT_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "x[one] as found: "));
	CU_ASSERT_EQUAL(adjusted("6 Pa", "4 Pa", false, why), VERDICT_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "x[one] as left: "));
	CU_ASSERT_EQUAL(adjusted("4 Pa", "6 Pa", true, why), VERDICT_PASS);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "as found it was FAIL: x[one] as found: "));
	CU_ASSERT_EQUAL(adjusted("6 Pa", "4 Pa", true, why), VERDICT_FAIL);
}

static void what_was_found_and_not_measured_again_counts_always(void)
{
	char why[JUDGEMENT_WHY];

	CU_ASSERT_EQUAL(adjusted("4 Pa", "6 Paq", true, why), VERDICT_FAIL);
	CU_ASSERT_EQUAL(adjusted("4 Pa", NULL, true, why), VERDICT_FAIL);
	CU_ASSERT_EQUAL(adjusted("6 Pa", NULL, true, why), VERDICT_INCONCLUSIVE);
	CU_ASSERT_EQUAL(adjusted("6 Pa", NULL, false, why), VERDICT_INCONCLUSIVE);
}

void suite_adjustment(void)
{
	suite_begin("adjustment");
	claim(of_an_adjusted_specimen_both_states_count_unless_it_is_ordered_as_left);
	claim(what_was_found_and_not_measured_again_counts_always);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Claims about limit sets, and how a measure's limit is frozen from the protocol and a set. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/limit_set.h"
#include "tests/claims.h"

/* A set of grade "lab" whose limits are this JSON. */
static struct limit_set *lab_set(const char *limits)
{
	struct error err = {.text = ""};
	char *text = xprintf("{\"limit_set\":\"gas 2026\",\"laboratory\":\"Lab 7\","
			     "\"grade\":\"lab\",\"limits\":%s}",
			     limits);
	struct limit_set *set = limit_set_parse(text, strlen(text), "set.json", &err);

	CU_ASSERT_STRING_EQUAL(err.text, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	free(text);
	return set;
}

static void expect_refused(const char *text, const char *sentence)
{
	struct error err = {.text = ""};

	CU_ASSERT_PTR_NULL(limit_set_parse(text, strlen(text), "set.json", &err));
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_STRING_EQUAL(err.text, sentence);
}

/* Freeze what the loader says (JSON) for protocol "gas/methane"; the set is freed. */
static int try_freeze(struct frozen_limit *frozen, const char *loader, struct limit_set *set,
		      struct error *err)
{
	struct value *value = json_parse(loader, strlen(loader), "loader", err);
	int done;

	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	done = limit_freeze(frozen, value, "gas/methane", set, err);
	value_free(value);
	limit_set_free(set);
	return done;
}

static struct frozen_limit freeze(const char *loader, struct limit_set *set)
{
	struct frozen_limit frozen;
	struct error err = {.text = ""};

	CU_ASSERT_EQUAL(try_freeze(&frozen, loader, set, &err), 0);
	CU_ASSERT_STRING_EQUAL(err.text, "");
	return frozen;
}

/* ---- the file ---- */

static void a_set_says_its_name_and_grade(void)
{
	struct limit_set *set = lab_set("{}");

	CU_ASSERT_STRING_EQUAL(limit_set_name(set), "gas 2026");
	CU_ASSERT_EQUAL(limit_set_grade(set), GRADE_LAB);
	limit_set_free(set);
	limit_set_free(NULL);
}

static void an_unknown_key_is_refused_by_name(void)
{
	expect_refused("{\"limit_set\":\"x\",\"labratory\":\"y\",\"grade\":\"lab\",\"limits\":{}}",
		       "set.json: unknown key 'labratory'; known are 'limit_set', 'laboratory', "
		       "'grade', 'limits'");
	expect_refused("{\"limit_set\":\"x\",\"laboratory\":\"y\",\"grade\":\"lab\",\"limits\":"
		       "{\"t90\":{\"limit\":\"<= 20 s\",\"claus\":\"5.4\"}}}",
		       "set.json: limits 't90': unknown key 'claus'; known are 'limit', "
		       "'standard', 'clause', 'source', 'edition'");
}

static void a_missing_or_empty_key_is_refused_by_name(void)
{
	expect_refused("{\"limit_set\":\"x\",\"grade\":\"lab\",\"limits\":{}}",
		       "set.json: the key 'laboratory' is missing");
	expect_refused("{\"limit_set\":\"x\",\"laboratory\":\"\",\"grade\":\"lab\",\"limits\":{}}",
		       "set.json: 'laboratory' must be a text that says something");
	expect_refused("{\"limit_set\":\"x\",\"laboratory\":\"y\",\"grade\":\"lab\"}",
		       "set.json: 'limits' must be a map from each measure's key to its limit");
	expect_refused("{\"limit_set\":\"x\",\"laboratory\":\"y\",\"grade\":\"lab\",\"limits\":"
		       "{\"t90\":{\"clause\":\"5.4\"}}}",
		       "set.json: limits 't90': the key 'limit' is missing");
	expect_refused("{\"limit_set\":\"x\",\"laboratory\":\"y\",\"grade\":\"lab\",\"limits\":"
		       "{\"t90\":20}}",
		       "set.json: limits 't90': must be a map with the keys 'limit', 'standard', "
		       "'clause', 'source', 'edition'");
}

static void a_set_cannot_call_itself_verbatim(void)
{
	static const char *const GRADES[] = {"verbatim", "declared", "secondary", "unverified",
					     "best"};

	for (size_t i = 0; i < sizeof(GRADES) / sizeof(GRADES[0]); i++) {
		char *text = xprintf("{\"limit_set\":\"x\",\"laboratory\":\"y\",\"grade\":\"%s\","
				     "\"limits\":{}}",
				     GRADES[i]);
		char *sentence = xprintf("set.json: grade '%s': a limit set vouches with 'lab' "
					 "(read by the laboratory in its own copy) or 'example' "
					 "(for simulations)",
					 GRADES[i]);

		expect_refused(text, sentence);
		free(text);
		free(sentence);
	}
}

static void a_limit_that_is_none_is_refused_with_its_key(void)
{
	struct error err;
	static const char TEXT[] = "{\"limit_set\":\"x\",\"laboratory\":\"y\",\"grade\":\"lab\","
				   "\"limits\":{\"t90\":{\"limit\":\"short\"}}}";

	CU_ASSERT_PTR_NULL(limit_set_parse(TEXT, strlen(TEXT), "set.json", &err));
	CU_ASSERT_EQUAL(strncmp(err.text, "set.json: limits 't90': ", 24), 0);
}

static void what_is_not_json_is_refused_with_its_place(void)
{
	struct error err;

	CU_ASSERT_PTR_NULL(limit_set_parse("{\n  \"limit_set\" 1", 17, "set.json", &err));
	CU_ASSERT_EQUAL(strncmp(err.text, "set.json:2:", 11), 0);
}

/* ---- freezing ---- */

static void a_limit_without_a_set_is_the_protocols_own(void)
{
	struct frozen_limit frozen =
		freeze("{\"text\":\"<= 30 Pa\",\"clause\":\"5.3\",\"source\":\"GB\",\"edition\":"
		       "\"2018\",\"grade\":\"verbatim\",\"key\":\"leak\",\"standard\":\"MT 1\"}",
		       NULL);

	CU_ASSERT_TRUE(frozen.known);
	CU_ASSERT_FALSE(frozen.deviates);
	CU_ASSERT_STRING_EQUAL(frozen.limit.text, "<= 30 Pa");
	CU_ASSERT_EQUAL(frozen.grade, GRADE_VERBATIM);
	CU_ASSERT_STRING_EQUAL(frozen.clause, "5.3");
	CU_ASSERT_STRING_EQUAL(frozen.source, "GB");
	CU_ASSERT_STRING_EQUAL(frozen.edition, "2018");
	CU_ASSERT_STRING_EQUAL(frozen.standard, "MT 1");
	CU_ASSERT_STRING_EQUAL(frozen.key, "leak");
}

static void an_entry_fills_a_gap_and_keeps_what_it_does_not_say(void)
{
	struct frozen_limit frozen =
		freeze("{\"key\":\"t90\",\"standard\":\"AQ 6203-2006\",\"clause\":\"4.1\"}",
		       lab_set("{\"t90\":{\"limit\":\"<= 20 s\",\"clause\":\"5.4\"}}"));

	CU_ASSERT_TRUE(frozen.known);
	CU_ASSERT_FALSE(frozen.deviates);
	CU_ASSERT_STRING_EQUAL(frozen.limit.text, "<= 20 s");
	CU_ASSERT_EQUAL(frozen.grade, GRADE_LAB);
	CU_ASSERT_STRING_EQUAL(frozen.clause, "5.4");
	CU_ASSERT_STRING_EQUAL(frozen.standard, "AQ 6203-2006");
	CU_ASSERT_STRING_EQUAL(frozen.source, "limit set 'gas 2026' of Lab 7");
}

static void the_protocols_own_key_goes_before_the_common_one(void)
{
	struct frozen_limit frozen =
		freeze("{\"key\":\"t90\"}", lab_set("{\"t90\":{\"limit\":\"<= 20 s\"},"
						    "\"gas/methane/t90\":{\"limit\":\"<= 30 s\"},"
						    "\"gas/oxygen/t90\":{\"limit\":\"<= 40 s\"}}"));

	CU_ASSERT_STRING_EQUAL(frozen.limit.text, "<= 30 s");
}

static void an_entry_replaces_a_figure_that_decides_nothing(void)
{
	static const char *const GRADES[] = {"secondary", "unverified", "example"};

	for (size_t i = 0; i < sizeof(GRADES) / sizeof(GRADES[0]); i++) {
		char *loader = xprintf("{\"text\":\"<= 20 s\",\"grade\":\"%s\",\"key\":\"t90\","
				       "\"source\":\"a vendor\"}",
				       GRADES[i]);
		struct frozen_limit frozen =
			freeze(loader, lab_set("{\"t90\":{\"limit\":\"<= 25 s\"}}"));

		CU_ASSERT_STRING_EQUAL(frozen.limit.text, "<= 25 s");
		CU_ASSERT_EQUAL(frozen.grade, GRADE_LAB);
		CU_ASSERT_STRING_EQUAL(frozen.source, "limit set 'gas 2026' of Lab 7");
		CU_ASSERT_FALSE(frozen.deviates);
		free(loader);
	}
}

static void an_entry_that_replaces_a_deciding_limit_is_a_deviation(void)
{
	static const char *const GRADES[] = {"verbatim", "declared"};

	for (size_t i = 0; i < sizeof(GRADES) / sizeof(GRADES[0]); i++) {
		char *loader = xprintf("{\"text\":\"<= 20 s\",\"grade\":\"%s\",\"key\":\"t90\"}",
				       GRADES[i]);
		struct frozen_limit frozen =
			freeze(loader, lab_set("{\"t90\":{\"limit\":\"<= 25 s\"}}"));

		CU_ASSERT_TRUE(frozen.deviates);
		CU_ASSERT_STRING_EQUAL(frozen.original, "<= 20 s");
		CU_ASSERT_STRING_EQUAL(frozen.limit.text, "<= 25 s");
		CU_ASSERT_EQUAL(frozen.grade, GRADE_LAB);
		free(loader);
	}
}

static void an_entry_that_says_the_same_leaves_a_verbatim_limit_alone(void)
{
	struct frozen_limit frozen =
		freeze("{\"text\":\"<= 20 s\",\"grade\":\"verbatim\",\"key\":\"t90\"}",
		       lab_set("{\"t90\":{\"limit\":\"<= 20 s\"}}"));

	CU_ASSERT_FALSE(frozen.deviates);
	CU_ASSERT_EQUAL(frozen.grade, GRADE_VERBATIM);
}

static void an_entry_in_another_dimension_is_refused(void)
{
	struct frozen_limit frozen;
	struct error err;

	CU_ASSERT_EQUAL(try_freeze(&frozen,
				   "{\"text\":\"<= 20 s\",\"grade\":\"secondary\",\"key\":\"t90\"}",
				   lab_set("{\"t90\":{\"limit\":\"<= 20 Pa\"}}"), &err),
			-1);
	CU_ASSERT_STRING_EQUAL(err.text, "set.json: limits 't90': '<= 20 Pa' cannot stand in for "
					 "the protocol's '<= 20 s'");
}

static void a_limit_without_a_grade_is_refused_by_name(void)
{
	struct frozen_limit frozen;
	struct error err;

	CU_ASSERT_EQUAL(try_freeze(&frozen, "{\"text\":\"<= 20 s\",\"key\":\"t90\"}", NULL, &err),
			-1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "limit 't90': '<= 20 s' has no grade: say who vouches for it "
			       "(verbatim, lab, declared, secondary, unverified or example)");
}

static void an_unknown_grade_is_refused_by_name(void)
{
	struct frozen_limit frozen;
	struct error err;

	CU_ASSERT_EQUAL(try_freeze(&frozen,
				   "{\"text\":\"<= 20 s\",\"grade\":\"official\",\"key\":\"t90\"}",
				   NULL, &err),
			-1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "limit 't90': "));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "official"));
}

static void no_limit_at_all_is_a_gap(void)
{
	struct frozen_limit frozen;
	struct error err;

	CU_ASSERT_EQUAL(limit_freeze(&frozen, NULL, "gas/methane", NULL, &err), 0);
	CU_ASSERT_FALSE(frozen.known);
}

static void words_that_do_not_fit_are_refused_not_cut(void)
{
	struct frozen_limit frozen;
	struct error err;

	CU_ASSERT_EQUAL(try_freeze(&frozen,
				   "{\"key\":\"t90\",\"clause\":\"0123456789012345678901234567890"
				   "123456789012345678901234567890123456789\"}",
				   NULL, &err),
			-1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "limit '(without a key)': 'clause' has 70 bytes and may have 63");
}

static void what_is_needed_is_said_with_the_figure_that_decides_nothing(void)
{
	struct frozen_limit frozen =
		freeze("{\"text\":\"<= 20 s\",\"grade\":\"secondary\",\"key\":\"t90\","
		       "\"standard\":\"AQ 6203-2006\"}",
		       NULL);
	char need[256];

	limit_need(&frozen, need, sizeof(need));

	CU_ASSERT_STRING_EQUAL(need, "needs 't90' of AQ 6203-2006: bring it with --limits (the "
				     "figure <= 20 s is secondary and decides nothing)");
}

static void a_gap_says_which_clause_has_the_number(void)
{
	struct frozen_limit frozen =
		freeze("{\"key\":\"t90\",\"standard\":\"AQ 6203-2006\",\"clause\":\"5.4\"}", NULL);
	char need[256];

	limit_need(&frozen, need, sizeof(need));

	CU_ASSERT_STRING_EQUAL(need, "needs 't90' of AQ 6203-2006, clause 5.4: bring it with "
				     "--limits");
}

static void a_deviation_is_described_with_both_limits(void)
{
	struct frozen_limit frozen =
		freeze("{\"text\":\"<= 20 s\",\"grade\":\"verbatim\",\"key\":\"t90\"}",
		       lab_set("{\"t90\":{\"limit\":\"<= 25 s\",\"source\":\"order 12\"}}"));
	struct value *described = limit_describe(&frozen);
	struct buf json;

	buf_init(&json);
	json_write(&json, described);

	CU_ASSERT_STRING_EQUAL(json.data,
			       "{\"limit\":\"<= 25 s\",\"grade\":\"lab\",\"key\":\"t90\","
			       "\"source\":\"order 12\",\"deviates\":true,"
			       "\"original\":\"<= 20 s\"}");
	buf_done(&json);
	value_free(described);
}

static void only_a_stray_key_of_this_protocol_is_warned_of(void)
{
	struct limit_set *set = lab_set("{\"gas/methane/t99\":{\"limit\":\"<= 20 s\"},"
					"\"gas/methane/t90\":{\"limit\":\"<= 20 s\"},"
					"\"t99\":{\"limit\":\"<= 20 s\"},"
					"\"gas/methane2/t99\":{\"limit\":\"<= 20 s\"}}");
	struct value *keys = value_list(), *warnings = value_list();

	value_add(keys, value_text("t90"));
	value_add(keys, value_text("zero"));

	limit_set_warn(set, "gas/methane", keys, warnings);

	CU_ASSERT_EQUAL_FATAL(value_count(warnings), 1);
	CU_ASSERT_STRING_EQUAL(value_at(warnings, 0)->text,
			       "set.json: the limit 'gas/methane/t99' is used by no measure of "
			       "gas/methane, whose keys are t90, zero");
	value_free(keys);
	value_free(warnings);
	limit_set_free(set);
}

void suite_limit_set(void)
{
	suite_begin("limit_set");
	claim(a_set_says_its_name_and_grade);
	claim(an_unknown_key_is_refused_by_name);
	claim(a_missing_or_empty_key_is_refused_by_name);
	claim(a_set_cannot_call_itself_verbatim);
	claim(a_limit_that_is_none_is_refused_with_its_key);
	claim(what_is_not_json_is_refused_with_its_place);
	claim(a_limit_without_a_set_is_the_protocols_own);
	claim(an_entry_fills_a_gap_and_keeps_what_it_does_not_say);
	claim(the_protocols_own_key_goes_before_the_common_one);
	claim(an_entry_replaces_a_figure_that_decides_nothing);
	claim(an_entry_that_replaces_a_deciding_limit_is_a_deviation);
	claim(an_entry_that_says_the_same_leaves_a_verbatim_limit_alone);
	claim(an_entry_in_another_dimension_is_refused);
	claim(a_limit_without_a_grade_is_refused_by_name);
	claim(an_unknown_grade_is_refused_by_name);
	claim(no_limit_at_all_is_a_gap);
	claim(words_that_do_not_fit_are_refused_not_cut);
	claim(what_is_needed_is_said_with_the_figure_that_decides_nothing);
	claim(a_gap_says_which_clause_has_the_number);
	claim(a_deviation_is_described_with_both_limits);
	claim(only_a_stray_key_of_this_protocol_is_warned_of);
}

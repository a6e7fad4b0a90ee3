/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical JSON: the vectors of RFC 8785 and of its author's test data, and what is refused. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "record/canonical.h"
#include "tests/claims.h"

/* The canonical bytes of a value, which is freed; the caller frees the text. */
static char *written(struct value *value)
{
	struct error err = {0};
	struct buf out;

	buf_init(&out);
	CU_ASSERT_EQUAL(canonical_write(&out, value, "a record", &err), 0);
	CU_ASSERT_STRING_EQUAL(err.text, "");
	value_free(value);
	return buf_detach(&out);
}

static void check_refused(struct value *value, const char *sentence)
{
	struct error err = {0};
	struct buf out;

	buf_init(&out);
	buf_add_text(&out, "before");
	CU_ASSERT_EQUAL(canonical_write(&out, value, "a record", &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_STRING_EQUAL(err.text, sentence);
	CU_ASSERT_STRING_EQUAL(out.data, "before");
	buf_done(&out);
	value_free(value);
}

/* Any JSON comes out as `canonical`, and that reads back and comes out the same. */
static void check_canonical(const char *json, const char *canonical)
{
	struct error err = {0};
	struct value *value = json_parse_reals(json, strlen(json), "test.json", &err);
	char *text;

	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	text = written(value);
	CU_ASSERT_STRING_EQUAL(text, canonical);
	free(text);

	value = canonical_parse(canonical, strlen(canonical), "test.json", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	text = written(value);
	CU_ASSERT_STRING_EQUAL(text, canonical);
	free(text);
}

static void check_not_canonical(const char *text, const char *sentence)
{
	struct error err = {0};

	CU_ASSERT_PTR_NULL(canonical_parse(text, strlen(text), "a record", &err));
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
}

static void the_example_of_the_rfc_comes_out(void)
{
	check_canonical(
		"{\n  \"numbers\": [333333333.33333329, 1E30, 4.50,\n"
		"              2e-3, 0.000000000000000000000000001],\n"
		"  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
		"  \"literals\": [null, true, false]\n}",
		"{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,"
		"0.002,1e-27],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

static void members_are_sorted_by_their_utf_16_code_units(void)
{
	check_canonical("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
			"\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
			"\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
			"\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
			"\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\","
			"\"\xe2\x82\xac\":\"Euro Sign\","
			"\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
			"\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
	check_canonical("{\"ab\":1,\"\":2,\"a\":3,\"B\":4,\"\\ue000\":5,\"\\ud7ff\":6,"
			"\"a\\ud800\\udc00\":7,\"a\\uffff\":8}",
			"{\"\":2,\"B\":4,\"a\":3,\"ab\":1,\"a\xf0\x90\x80\x80\":7,"
			"\"a\xef\xbf\xbf\":8,\"\xed\x9f\xbf\":6,\"\xee\x80\x80\":5}");
}

static void only_what_must_be_is_escaped(void)
{
	check_canonical("\"\\b\\t\\n\\f\\r\\\"\\\\\\/\\u0001\\u001f\\u007f\\u2028</script>\"",
			"\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u001f\x7f\xe2\x80\xa8</script>\"");
}

static void lists_keep_their_order_and_trees_their_shape(void)
{
	check_canonical("[56,{\"d\":true,\"10\":null,\"1\":[]},{},\"\"]",
			"[56,{\"1\":[],\"10\":null,\"d\":true},{},\"\"]");
}

static void integers_are_exact_or_refused(void)
{
	char *text = written(value_int(9007199254740992));

	CU_ASSERT_STRING_EQUAL(text, "9007199254740992");
	free(text);
	text = written(value_int(-9007199254740992));
	CU_ASSERT_STRING_EQUAL(text, "-9007199254740992");
	free(text);
	check_refused(value_int(9007199254740993),
		      "a record: an integer beyond 2^53 is no double; write it as text");
	check_refused(value_int(INT64_MIN),
		      "a record: an integer beyond 2^53 is no double; write it as text");
}

static void whole_numbers_read_back_as_integers_and_others_as_reals(void)
{
	static const char TEXT[] = "[1,-9007199254740992,1.5,9007199254740994,1e+21,0]";
	struct error err;
	struct value *list = canonical_parse(TEXT, strlen(TEXT), "test.json", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	CU_ASSERT_EQUAL(value_at(list, 0)->kind, VALUE_INT);
	CU_ASSERT_EQUAL(value_at(list, 1)->integer, -9007199254740992);
	CU_ASSERT_EQUAL(value_at(list, 2)->kind, VALUE_REAL);
	CU_ASSERT_EQUAL(value_at(list, 3)->kind, VALUE_REAL);
	CU_ASSERT_EQUAL(value_at(list, 4)->real, 1e21);
	CU_ASSERT_EQUAL(value_at(list, 5)->kind, VALUE_INT);
	value_free(list);
}

static struct value *member(const char *outer, const char *inner, struct value *value)
{
	struct value *map = value_map();

	value_set(value_set(map, outer, value_map()), inner, value);
	return map;
}

static void what_json_cannot_say_is_refused_by_the_name_of_its_member(void)
{
	check_refused(member("leak", "mean", value_real(NAN)),
		      "a record: leak.mean: not a number (NaN) cannot be written");
	check_refused(member("leak", "mean", value_real(INFINITY)),
		      "a record: leak.mean: an infinite number cannot be written");
	check_refused(member("leak", "mean", value_real(-INFINITY)),
		      "a record: leak.mean: an infinite number cannot be written");
	check_refused(member("dut", "serial", value_bytes("A\0B", 3)),
		      "a record: dut.serial: a text with a NUL character has no place in a record");
}

static void text_that_is_not_utf_8_is_refused(void)
{
	static const char *const BAD[] = {
		"\xed\xa0\xbd",		    /* a lone surrogate, high */
		"\xed\xbf\xbf",		    /* and low */
		"\xed\xa0\xbd\xed\xb8\x80", /* a pair of them, as CESU-8 has it */
		"\xc0\xaf",		    /* an overlong slash */
		"\xf4\x90\x80\x80",	    /* beyond U+10FFFF */
		"\xe6\xb0",		    /* cut short */
		"\x80",
		"\xff",
	};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
		check_refused(value_text(BAD[i]), "a record: a text is not UTF-8");
		check_refused(member("dut", BAD[i], value_nil()),
			      "a record: dut.: a text is not UTF-8");
	}
}

/* A list that holds a list that holds a list, so often. */
static struct value *nested(int depth)
{
	struct value *outer = value_list(), *at = outer;

	while (--depth > 0)
		at = value_add(at, value_list());
	return outer;
}

static void a_tree_has_a_greatest_depth(void)
{
	char *text = written(nested(CANONICAL_DEEPEST));

	CU_ASSERT_EQUAL(strlen(text), 2 * CANONICAL_DEEPEST);
	free(text);
	check_refused(nested(CANONICAL_DEEPEST + 1), "a record: nested too deeply");
}

static void another_form_of_the_same_tree_is_refused(void)
{
	static const char *const OTHERS[] = {
		" {}",		 "{} ",		  "{\"a\": 1}", "{\"b\":1,\"a\":2}",
		"[1.0]",	 "[1e2]",	  "[-0]",	"[0.10]",
		"[1E30]",	 "[1e30]",	  "[\"\\/\"]",	"[\"\\u0041\"]",
		"[\"\\u000A\"]", "[\"\\u001F\"]", "[\x7f]",	"[9007199254740993]",
		"[1e-7,1.0e-7]", "[0.00000010]",
	};

	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(*OTHERS); i++)
		check_not_canonical(OTHERS[i], "a record:");
	check_not_canonical("[ 1]", "a record: not in canonical form (RFC 8785)");
}

static void hostile_json_is_refused_with_a_sentence(void)
{
	check_not_canonical("{\"a\":1,\"a\":1}", "duplicate object key");
	check_not_canonical("{\"a\":1,\"\\u0061\":1}", "duplicate object key");
	check_not_canonical("\"\\ud800\"", "not JSON");
	check_not_canonical("\"\xed\xa0\x80\"", "not JSON");
	check_not_canonical("\"a\\u0000b\"", "NUL character");
	check_not_canonical("{\"a\\u0000b\":1}", "not JSON");
	check_not_canonical("1e999", "not JSON");
	check_not_canonical("NaN", "not JSON");
	check_not_canonical("", "not JSON");
	check_not_canonical("{}{}", "not JSON");
}

void suite_canonical(void)
{
	suite_begin("canonical");
	claim(the_example_of_the_rfc_comes_out);
	claim(members_are_sorted_by_their_utf_16_code_units);
	claim(only_what_must_be_is_escaped);
	claim(lists_keep_their_order_and_trees_their_shape);
	claim(integers_are_exact_or_refused);
	claim(whole_numbers_read_back_as_integers_and_others_as_reals);
	claim(what_json_cannot_say_is_refused_by_the_name_of_its_member);
	claim(text_that_is_not_utf_8_is_refused);
	claim(a_tree_has_a_greatest_depth);
	claim(another_form_of_the_same_tree_is_refused);
	claim(hostile_json_is_refused_with_a_sentence);
}

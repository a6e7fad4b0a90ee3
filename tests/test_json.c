/* SPDX-License-Identifier: Apache-2.0 */
/* What is written reads back as the same tree; what cannot be said is said safely. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "tests/claims.h"

/* The JSON of a value, which is freed; the caller frees the text. */
static char *written(struct value *value)
{
	struct buf out;

	buf_init(&out);
	json_write(&out, value);
	value_free(value);
	return buf_detach(&out);
}

static struct value *parsed(const char *text)
{
	struct error err = {0};
	struct value *value = json_parse(text, strlen(text), "test.json", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	CU_ASSERT_STRING_EQUAL(err.text, "");
	return value;
}

static void check_written(struct value *value, const char *wanted)
{
	char *text = written(value);

	CU_ASSERT_STRING_EQUAL(text, wanted);
	free(text);
}

static void check_refused(const char *text, const char *sentence)
{
	struct error err = {0};

	CU_ASSERT_PTR_NULL(json_parse(text, strlen(text), "station.json", &err));
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
}

static void a_document_comes_back_byte_for_byte(void)
{
	const char *text = "{\"z\":[1,2.5,-3,true,false,null],\"a\":{\"\":\"\"},\"m\":[],"
			   "\"n\":{},\"zh\":\"\xe6\xb0\x94\xe5\xaf\x86\xe6\x80\xa7\"}";

	check_written(parsed(text), text);
}

static void every_tree_that_json_can_say_reads_back_the_same(void)
{
	struct value *tree = value_map();
	struct value *list = value_set(tree, "numbers", value_list());
	struct buf out;

	value_add(list, value_int(INT64_MIN));
	value_add(list, value_int(INT64_MAX));
	value_add(list, value_real(1.0));
	value_add(list, value_real(-0.0));
	value_add(list, value_real(DBL_MAX));
	value_set(tree, "bytes", value_bytes("\0\x1f\x7f\"\\/", 6));
	buf_init(&out);
	json_write(&out, tree);

	struct error err;
	struct value *again = json_parse(out.data, out.size, "test.json", &err);

	CU_ASSERT_TRUE(value_same(tree, again));
	value_free(again);
	value_free(tree);
	buf_done(&out);
}

static void a_real_stays_recognisable_as_real(void)
{
	check_written(value_real(1.0), "1.0");
	check_written(value_real(-30.0), "-30.0");
	check_written(value_real(1e20), "1e+20");
	check_written(value_real(100000), "100000.0");
}

static void a_real_has_no_more_digits_than_it_needs(void)
{
	check_written(value_real(0.1), "0.1");
	check_written(value_real(0.1 + 0.2), "0.30000000000000004");
	check_written(value_real(1.0 / 3), "0.3333333333333333");
	check_written(value_real(5e-324), "5e-324");
	check_written(value_real(101325.25), "101325.25");
}

static void any_double_reads_back_bit_for_bit(void)
{
	uint64_t bits = 88172645463325252u;

	for (int i = 0; i < 20000; i++) {
		double real, again;

		bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
		memcpy(&real, &bits, sizeof(real));
		if (!isfinite(real))
			continue;

		char *text = written(value_real(real));

		again = strtod(text, NULL);
		free(text);
		CU_ASSERT_FATAL(memcmp(&real, &again, sizeof(real)) == 0);
	}
}

static void what_is_no_number_is_written_as_null(void)
{
	check_written(value_real(NAN), "null");
	check_written(value_real(INFINITY), "null");
	check_written(value_real(-INFINITY), "null");
}

static void control_characters_and_quotes_are_escaped(void)
{
	check_written(value_text("a\"b\\c/d\n\r\t\b\f\x01\x1f\x7f"),
		      "\"a\\\"b\\\\c/d\\n\\r\\t\\b\\f\\u0001\\u001f\x7f\"");
	check_written(value_bytes("a\0b", 3), "\"a\\u0000b\"");
}

static void keys_are_escaped_too(void)
{
	struct value *map = value_map();

	value_set_int(map, "a\"\xff", 1);

	check_written(map, "{\"a\\\"\xef\xbf\xbd\":1}");
}

static void a_byte_outside_utf8_becomes_the_replacement_character(void)
{
#define BAD "\xef\xbf\xbd"
	check_written(value_text("a\xff"
				 "b"),
		      "\"a" BAD "b\"");
	check_written(value_text("\xc0\xaf"), "\"" BAD BAD "\"");		  /* overlong */
	check_written(value_text("\xed\xa0\x80"), "\"" BAD BAD BAD "\"");	  /* surrogate */
	check_written(value_text("\xf4\x90\x80\x80"), "\"" BAD BAD BAD BAD "\""); /* > 10FFFF */
	check_written(value_text("\xe6\xb0"), "\"" BAD BAD "\"");		  /* cut */
	check_written(value_text("\xf0\x9f\x94\xa5"), "\"\xf0\x9f\x94\xa5\"");
#undef BAD
}

static void duplicate_keys_are_refused(void)
{
	check_refused("{\"a\":1,\"a\":2}", "duplicate");
}

static void a_mistake_is_named_with_file_line_and_column(void)
{
	check_refused("{\n  \"a\": 1,\n}", "station.json:3:1: ");
	check_refused("", "station.json:");
	check_refused("[1] x", "station.json:1:");
}

static void numbers_that_do_not_fit_are_refused(void)
{
	check_refused("9223372036854775808", "integer");
	check_refused("1e999", "real");
}

static void text_outside_utf8_is_refused_on_the_way_in(void)
{
	check_refused("\"\xff\"", "0xff");
}

static void an_integer_and_a_real_are_told_apart(void)
{
	struct value *list = parsed("[1, 1.0, 1e0]");

	CU_ASSERT_EQUAL(value_at(list, 0)->kind, VALUE_INT);
	CU_ASSERT_EQUAL(value_at(list, 1)->kind, VALUE_REAL);
	CU_ASSERT_EQUAL(value_at(list, 2)->kind, VALUE_REAL);
	value_free(list);
}

static void a_bottomless_document_is_refused(void)
{
	char *deep = malloc(100001);

	memset(deep, '[', 100000);
	deep[100000] = '\0';

	check_refused(deep, "depth");
	free(deep);
}

/* So many keys in one map; or, where `between` closes one and opens another, in as many. */
static char *keys_of(int count, const char *between)
{
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, "[{");
	for (int i = 0; i < count; i++)
		buf_printf(&text, "%s\"common beginning %d\":%d", i ? between : "", i, i);
	buf_add_text(&text, "}]");
	return buf_detach(&text);
}

/* The least processor time of three: neither cold memory nor what else runs here counts. */
static clock_t time_to_read(const char *text)
{
	clock_t least = 0;

	for (int i = 0; i < 3; i++) {
		clock_t began = clock();
		struct value *value = parsed(text);
		clock_t took = clock() - began;

		value_free(value);
		if (i == 0 || took < least)
			least = took;
	}
	return least;
}

/* Compared with all before it, each key made such a map take minutes. */
static void a_map_of_very_many_keys_is_read_as_fast_as_many_maps(void)
{
	enum { KEYS = 100000 };
	char *one = keys_of(KEYS, ","), *many = keys_of(KEYS, "},{");
	struct value *value = parsed(one);
	const struct value *map = value_at(value, 0);

	CU_ASSERT_EQUAL(value_count(map), KEYS);
	CU_ASSERT_STRING_EQUAL(value_key(map, KEYS - 1), "common beginning 99999");
	CU_ASSERT_EQUAL(value_get_int(map, "common beginning 7", 0), 7);
	value_free(value);
	CU_ASSERT(time_to_read(one) < 10 * time_to_read(many));
	free(one);
	free(many);
}

static void an_empty_map_takes_keys_afterwards(void)
{
	struct value *value = parsed("{}");

	value_set_int(value, "first", 1);
	value_set_int(value, "first", 2);

	CU_ASSERT_EQUAL(value_count(value), 1);
	CU_ASSERT_EQUAL(value_get_int(value, "first", 0), 2);
	value_free(value);
}

static void numbers_may_be_asked_for_as_reals(void)
{
	static const char TEXT[] = "[1,1e400]", BIG[] = "[1,123456789012345678901]";
	struct error err;
	struct value *list = json_parse_reals(BIG, strlen(BIG), "test.json", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	CU_ASSERT_EQUAL(value_at(list, 0)->kind, VALUE_REAL);
	CU_ASSERT_EQUAL(value_at(list, 1)->real, 123456789012345678901.0);
	value_free(list);

	CU_ASSERT_PTR_NULL(json_parse_reals(TEXT, strlen(TEXT), "test.json", &err));
	CU_ASSERT_PTR_NULL(json_parse(BIG, strlen(BIG), "test.json", &err));
}

void suite_json(void)
{
	suite_begin("json");
	claim(a_document_comes_back_byte_for_byte);
	claim(every_tree_that_json_can_say_reads_back_the_same);
	claim(a_real_stays_recognisable_as_real);
	claim(a_real_has_no_more_digits_than_it_needs);
	claim(any_double_reads_back_bit_for_bit);
	claim(what_is_no_number_is_written_as_null);
	claim(control_characters_and_quotes_are_escaped);
	claim(keys_are_escaped_too);
	claim(a_byte_outside_utf8_becomes_the_replacement_character);
	claim(duplicate_keys_are_refused);
	claim(a_mistake_is_named_with_file_line_and_column);
	claim(numbers_that_do_not_fit_are_refused);
	claim(text_outside_utf8_is_refused_on_the_way_in);
	claim(an_integer_and_a_real_are_told_apart);
	claim(a_bottomless_document_is_refused);
	claim(a_map_of_very_many_keys_is_read_as_fast_as_many_maps);
	claim(an_empty_map_takes_keys_afterwards);
	claim(numbers_may_be_asked_for_as_reals);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Value trees as bytes: every tree has one encoding, and no input breaks the decoder. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/claims.h"
#include "wire/binary.h"

/* Random numbers with a fixed seed (xorshift), so that a failure can be seen again. */
static uint32_t dice;

static uint32_t roll(uint32_t sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 17;
	dice ^= dice << 5;
	return dice % sides;
}

static struct value *random_tree(int depth)
{
	struct value *parent;

	switch (roll(depth < 5 ? 8 : 5)) {
	case 0:
		return value_nil();
	case 1:
		return value_bool(roll(2));
	case 2:
		return value_int((int64_t)roll(UINT32_MAX) << roll(32));
	case 3:
		return value_real(ldexp((double)roll(1000) - 500.0, (int)roll(200) - 100));
	case 4:
		return value_bytes("any\0bytes\xff", roll(11));
	case 5:
		parent = value_list();
		for (uint32_t i = roll(20); i; i--)
			value_add(parent, random_tree(depth + 1));
		return parent;
	}
	parent = value_map();
	for (uint32_t i = roll(20); i; i--) {
		char key[] = {'k', (char)('a' + i), '\0'};

		value_set(parent, key, random_tree(depth + 1));
	}
	return parent;
}

static struct value *decode(const struct buf *buf, struct error *err)
{
	return binary_decode((const uint8_t *)buf->data, buf->size, err);
}

/* Decode these bytes; when they are a tree, its encoding must be these bytes again. */
static bool survives(const uint8_t *bytes, size_t size)
{
	uint8_t *exact =
		xmemdup(bytes, size); /* so that the sanitizer sees a read behind the end */
	struct error err = {0};
	struct value *value = binary_decode(exact, size, &err);
	bool same = value || err.text[0];
	struct buf again;

	buf_init(&again);
	if (value) {
		binary_encode(&again, value);
		same = again.size == size && memcmp(again.data, bytes, size) == 0;
	}
	buf_done(&again);
	value_free(value);
	free(exact);
	return same;
}

static void check_refused(const char *bytes, size_t size, const char *sentence)
{
	struct error err = {0};
	struct value *value = binary_decode((const uint8_t *)bytes, size, &err);

	CU_ASSERT_PTR_NULL(value);
	CU_ASSERT_STRING_EQUAL(err.text, sentence);
	value_free(value);
}

#define REFUSED(bytes, sentence) check_refused(bytes, sizeof(bytes) - 1, sentence)

static void a_tree_has_the_documented_bytes(void)
{
	static const char expected[] = "\7\2\0\0\0"
				       "\2\0\0\0on\2\1"
				       "\1\0\0\0n\6\3\0\0\0\3\xfe\xff\xff\xff\xff\xff\xff\xff\1"
				       "\4\0\0\0\0\0\0\xf8\x3f";
	struct value *map = value_map();
	struct buf buf;

	value_set_bool(map, "on", true);
	struct value *list = value_set(map, "n", value_list());
	value_add(list, value_int(-2));
	value_add(list, value_nil());
	value_add(list, value_real(1.5));
	buf_init(&buf);
	binary_encode(&buf, map);

	CU_ASSERT_EQUAL(buf.size, sizeof(expected) - 1);
	CU_ASSERT(memcmp(buf.data, expected, buf.size) == 0);
	buf_done(&buf);
	value_free(map);
}

static void every_tree_comes_back_the_same(void)
{
	int same = 0;

	dice = 20260301;
	for (int i = 0; i < 300; i++) {
		struct error err;
		struct value *before = random_tree(1);
		struct buf buf;

		buf_init(&buf);
		binary_encode(&buf, before);
		struct value *after = decode(&buf, &err);
		same += value_same(before, after);
		value_free(after);
		value_free(before);
		buf_done(&buf);
	}

	CU_ASSERT_EQUAL(same, 300);
}

static void a_signalling_nan_keeps_its_bits(void)
{
	static const uint8_t bytes[] = {VALUE_REAL, 1, 2, 3, 0, 0, 0, 0xf0, 0x7f};

	CU_ASSERT(survives(bytes, sizeof(bytes)));
}

static void nothing_may_follow_the_tree(void)
{
	REFUSED("\1\0", "not a value tree: at byte 1, something follows the tree");
}

static void a_cut_tree_is_refused(void)
{
	REFUSED("", "not a value tree: at byte 0, it is cut short");
	REFUSED("\3\1\2\3", "not a value tree: at byte 1, it is cut short");
	REFUSED("\5\4\0\0\0abc", "not a value tree: at byte 5, it is cut short");
}

static void a_bool_is_one_or_nought(void)
{
	REFUSED("\2\2", "not a value tree: at byte 1, a bool is neither 0 nor 1");
}

static void an_unknown_tag_is_refused(void)
{
	REFUSED("\6\1\0\0\0\x8", "not a value tree: at byte 5, there is no such kind of node");
}

static void a_key_may_not_come_twice(void)
{
	REFUSED("\7\2\0\0\0\1\0\0\0a\1\1\0\0\0a\1",
		"not a value tree: at byte 5, a map has a key twice");
}

static void a_key_may_not_come_twice_among_many(void)
{
	struct value *map = value_map();
	struct error err = {0};
	struct buf buf;

	for (int i = 0; i < 40; i++) {
		char key[] = {'k', (char)('A' + i), '\0'};

		value_set(map, key, value_nil());
	}
	buf_init(&buf);
	binary_encode(&buf, map);
	struct value *unique = decode(&buf, &err);
	buf.data[buf.size - 2] = 'A'; /* the last key becomes the first */
	struct value *twice = decode(&buf, &err);

	CU_ASSERT(value_same(unique, map));
	CU_ASSERT_PTR_NULL(twice);
	CU_ASSERT_STRING_EQUAL(err.text, "not a value tree: at byte 5, a map has a key twice");
	value_free(unique);
	value_free(twice);
	value_free(map);
	buf_done(&buf);
}

static void a_key_may_not_hold_a_nul(void)
{
	REFUSED("\7\1\0\0\0\2\0\0\0a\0\1", "not a value tree: at byte 9, a key holds a NUL");
}

static void a_count_larger_than_the_bytes_left_is_refused(void)
{
	REFUSED("\6\xff\xff\xff\xff\1",
		"not a value tree: at byte 1, more entries are announced than can follow");
	REFUSED("\7\2\0\0\0\0\0\0\0\1\0\0\0",
		"not a value tree: at byte 1, more entries are announced than can follow");
}

/* A list in a list …, `depth` of them. */
static struct value *decode_nested(int depth, struct error *err)
{
	struct value *tree = value_list();
	struct buf buf;

	for (int i = 1; i < depth; i++) {
		struct value *outer = value_list();

		value_add(outer, tree);
		tree = outer;
	}
	buf_init(&buf);
	binary_encode(&buf, tree);
	value_free(tree);
	tree = decode(&buf, err);
	buf_done(&buf);
	return tree;
}

static void a_tree_may_be_32_deep_and_no_deeper(void)
{
	struct error err;

	struct value *deep = decode_nested(32, &err);
	struct value *deeper = decode_nested(33, &err);

	CU_ASSERT_PTR_NOT_NULL(deep);
	CU_ASSERT_PTR_NULL(deeper);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "not a value tree: at byte 160, it is nested deeper than 32");
	value_free(deep);
	value_free(deeper);
}

static struct value *decode_wide(size_t nodes, struct error *err)
{
	struct value *half[2] = {value_list(), value_list()};
	struct value *tree = value_list();
	struct buf buf;

	value_add(tree, half[0]);
	value_add(tree, half[1]);
	for (size_t i = 3; i < nodes; i++)
		value_add(half[i % 2], value_nil());
	buf_init(&buf);
	binary_encode(&buf, tree);
	value_free(tree);
	tree = decode(&buf, err);
	buf_done(&buf);
	return tree;
}

static void a_tree_may_have_65536_nodes_and_no_more(void)
{
	struct error err = {0};

	struct value *wide = decode_wide(65536, &err);
	struct value *wider = decode_wide(65537, &err);

	CU_ASSERT_PTR_NOT_NULL(wide);
	CU_ASSERT_PTR_NULL(wider);
	value_free(wide);
	value_free(wider);
}

static void random_bytes_never_break_the_decoder(void)
{
	int survived = 0;

	dice = 7;
	for (int i = 0; i < 20000; i++) {
		uint8_t bytes[64];
		size_t size = roll(sizeof(bytes));

		for (size_t k = 0; k < size; k++)
			bytes[k] = (uint8_t)(roll(3) ? roll(9) : roll(256));
		survived += survives(bytes, size);
	}

	CU_ASSERT_EQUAL(survived, 20000);
}

static void damaged_trees_never_break_the_decoder(void)
{
	int survived = 0;

	dice = 11;
	for (int i = 0; i < 2000; i++) {
		struct value *tree = random_tree(2);
		struct buf buf;

		buf_init(&buf);
		binary_encode(&buf, tree);
		for (uint32_t k = 1 + roll(3); k; k--)
			buf.data[roll((uint32_t)buf.size)] = (char)roll(256);
		survived += survives((const uint8_t *)buf.data, buf.size - roll(2));
		buf_done(&buf);
		value_free(tree);
	}

	CU_ASSERT_EQUAL(survived, 2000);
}

void suite_binary(void)
{
	suite_begin("binary");
	claim(a_tree_has_the_documented_bytes);
	claim(every_tree_comes_back_the_same);
	claim(a_signalling_nan_keeps_its_bits);
	claim(nothing_may_follow_the_tree);
	claim(a_cut_tree_is_refused);
	claim(a_bool_is_one_or_nought);
	claim(an_unknown_tag_is_refused);
	claim(a_key_may_not_come_twice);
	claim(a_key_may_not_come_twice_among_many);
	claim(a_key_may_not_hold_a_nul);
	claim(a_count_larger_than_the_bytes_left_is_refused);
	claim(a_tree_may_be_32_deep_and_no_deeper);
	claim(a_tree_may_have_65536_nodes_and_no_more);
	claim(random_bytes_never_break_the_decoder);
	claim(damaged_trees_never_break_the_decoder);
}

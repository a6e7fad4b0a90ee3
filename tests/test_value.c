/* SPDX-License-Identifier: Apache-2.0 */
/* Plain data as a tree. */
#include <math.h>
#include <string.h>

#include "base/value.h"
#include "tests/claims.h"

static void a_map_keeps_the_order_of_setting(void)
{
	struct value *map = value_map();

	for (const char *key = "zebra\0apple\0mole\0"; *key; key += strlen(key) + 1)
		value_set_text(map, key, key);

	CU_ASSERT_EQUAL(value_count(map), 3);
	CU_ASSERT_STRING_EQUAL(value_key(map, 0), "zebra");
	CU_ASSERT_STRING_EQUAL(value_key(map, 1), "apple");
	CU_ASSERT_STRING_EQUAL(value_key(map, 2), "mole");
	CU_ASSERT_PTR_NULL(value_key(map, 3));
	value_free(map);
}

static void setting_a_key_again_replaces_it_in_its_place(void)
{
	struct value *map = value_map();

	value_set_int(map, "a", 1);
	value_set_int(map, "b", 2);
	value_set_text(map, "a", "new");

	CU_ASSERT_EQUAL(value_count(map), 2);
	CU_ASSERT_STRING_EQUAL(value_key(map, 0), "a");
	CU_ASSERT_STRING_EQUAL(value_get_text(map, "a"), "new");
	value_free(map);
}

static void a_path_into_nothing_needs_one_check_at_its_end(void)
{
	struct value *map = value_map();

	value_set_text(map, "name", "pump");
	const struct value *deep = value_get(value_get(value_get(map, "slots"), "1"), "ports");

	CU_ASSERT_PTR_NULL(deep);
	CU_ASSERT_PTR_NULL(value_get(value_get(map, "name"), "x"));
	CU_ASSERT_PTR_NULL(value_at(deep, 0));
	CU_ASSERT_PTR_NULL(value_key(deep, 0));
	CU_ASSERT_EQUAL(value_count(deep), 0);
	CU_ASSERT_PTR_NULL(value_get_text(deep, "x"));
	CU_ASSERT_EQUAL(value_get_int(deep, "x", 7), 7);
	CU_ASSERT_EQUAL(value_get_real(deep, "x", 0.5), 0.5);
	CU_ASSERT_FALSE(value_get_bool(deep, "x"));
	CU_ASSERT_PTR_NULL(value_copy(deep));
	value_free(map);
}

static void a_value_of_another_kind_reads_as_missing(void)
{
	struct value *map = value_map();

	value_set_text(map, "text", "1");
	value_set_real(map, "real", 1.5);
	value_set_int(map, "integer", 1);

	CU_ASSERT_EQUAL(value_get_int(map, "text", -1), -1);
	CU_ASSERT_EQUAL(value_get_int(map, "real", -1), -1);
	CU_ASSERT_PTR_NULL(value_get_text(map, "integer"));
	CU_ASSERT_FALSE(value_get_bool(map, "integer"));
	value_free(map);
}

static void an_integer_counts_as_a_real(void)
{
	struct value *map = value_map();

	value_set_int(map, "count", 42);
	value_set_real(map, "flow", 30.5);

	CU_ASSERT_EQUAL(value_get_real(map, "count", 0), 42.0);
	CU_ASSERT_EQUAL(value_get_real(map, "flow", 0), 30.5);
	value_free(map);
}

static void no_text_sets_nothing(void)
{
	struct value *map = value_map();

	value_set_text(map, "zh", NULL);

	CU_ASSERT_EQUAL(value_count(map), 0);
	value_free(map);
}

static void text_may_hold_any_bytes(void)
{
	struct value *text = value_bytes("a\0b", 3);

	CU_ASSERT_EQUAL(text->size, 3);
	CU_ASSERT_EQUAL(memcmp(text->text, "a\0b", 4), 0);
	value_free(text);
}

static void printed_text_is_as_long_as_it_needs_to_be(void)
{
	struct value *text = value_printf("%s-%0300d", "id", 5);

	CU_ASSERT_EQUAL(text->size, 303);
	CU_ASSERT_EQUAL(text->text[302], '5');
	value_free(text);
}

static struct value *sample_tree(void)
{
	struct value *map = value_map();
	struct value *list = value_set(map, "list", value_list());

	for (int i = 0; i < 10; i++)
		value_add(list, value_int(i));
	value_add(list, value_nil());
	value_set_text(map, "text", "x");
	value_set_real(map, "real", 0.1);
	value_set_bool(map, "bool", true);
	value_set(map, "map", value_map());
	return map;
}

static void a_copy_is_the_same_and_shares_nothing(void)
{
	struct value *tree = sample_tree();
	struct value *copy = value_copy(tree);

	CU_ASSERT_TRUE(value_same(tree, copy));
	value_set_int(copy, "more", 1);
	CU_ASSERT_FALSE(value_same(tree, copy));
	value_free(tree);
	CU_ASSERT_EQUAL(value_get_real(copy, "real", 0), 0.1);
	value_free(copy);
}

static void a_copied_empty_list_can_grow(void)
{
	struct value *list = value_list();
	struct value *copy = value_copy(list);

	value_add(copy, value_int(1));

	CU_ASSERT_EQUAL(value_count(copy), 1);
	CU_ASSERT_EQUAL(value_count(list), 0);
	value_free(list);
	value_free(copy);
}

static void the_same_keys_in_another_order_are_not_the_same(void)
{
	struct value *a = value_map(), *b = value_map();

	value_set_int(a, "x", 1);
	value_set_int(a, "y", 1);
	value_set_int(b, "y", 1);
	value_set_int(b, "x", 1);

	CU_ASSERT_FALSE(value_same(a, b));
	value_free(a);
	value_free(b);
}

static void sameness_goes_by_kind_and_by_bits(void)
{
	struct value *one = value_int(1), *real = value_real(1);
	struct value *nan_a = value_real(NAN), *nan_b = value_real(NAN);
	struct value *zero = value_real(0.0), *minus = value_real(-0.0);

	CU_ASSERT_FALSE(value_same(one, real));
	CU_ASSERT_TRUE(value_same(nan_a, nan_b));
	CU_ASSERT_FALSE(value_same(zero, minus));
	CU_ASSERT_FALSE(value_same(one, NULL));
	CU_ASSERT_TRUE(value_same(NULL, NULL));
	value_free(one), value_free(real), value_free(nan_a), value_free(nan_b);
	value_free(zero), value_free(minus);
}

void suite_value(void)
{
	suite_begin("value");
	claim(a_map_keeps_the_order_of_setting);
	claim(setting_a_key_again_replaces_it_in_its_place);
	claim(a_path_into_nothing_needs_one_check_at_its_end);
	claim(a_value_of_another_kind_reads_as_missing);
	claim(an_integer_counts_as_a_real);
	claim(no_text_sets_nothing);
	claim(text_may_hold_any_bytes);
	claim(printed_text_is_as_long_as_it_needs_to_be);
	claim(a_copy_is_the_same_and_shares_nothing);
	claim(a_copied_empty_list_can_grow);
	claim(the_same_keys_in_another_order_are_not_the_same);
	claim(sameness_goes_by_kind_and_by_bits);
}

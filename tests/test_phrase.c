/* SPDX-License-Identifier: Apache-2.0 */
/* What is said in both languages. */
#include <string.h>

#include "base/utf8.h"
#include "run/phrase.h"
#include "tests/claims.h"

static void both_are_made_of_the_same_values_in_their_own_order(void)
{
	struct phrase phrase;

	phrase_set(&phrase, "%s at %d", "地址 %2$d 的 %1$s", "meter", 7);

	CU_ASSERT_STRING_EQUAL(phrase.text, "meter at 7");
	CU_ASSERT_STRING_EQUAL(phrase.zh, "地址 7 的 meter");
}

static void one_may_stand_behind_another_and_take_its_place(void)
{
	struct phrase phrase;

	phrase_set(&phrase, "it sticks", "卡住");
	phrase_lead(&phrase, "after a trip: ", "跳闸后:", &phrase);

	CU_ASSERT_STRING_EQUAL(phrase.text, "after a trip: it sticks");
	CU_ASSERT_STRING_EQUAL(phrase.zh, "跳闸后:卡住");
}

static void what_is_too_long_ends_with_a_whole_letter(void)
{
	char many[3 * PHRASE_MOST + 1] = "";
	struct phrase phrase, longer;

	for (size_t i = 0; i < PHRASE_MOST; i++)
		strcat(many, "安");
	phrase_set(&phrase, "%s", "%s", many);
	phrase_lead(&longer, "x", "xx", &phrase);

	CU_ASSERT_EQUAL(strlen(phrase.zh), 399); /* 133 letters of three bytes */
	CU_ASSERT_EQUAL(strlen(longer.text), 1 + 396);
	CU_ASSERT_EQUAL(strlen(longer.zh), 2 + 396);
	CU_ASSERT_EQUAL(utf8_valid_size(longer.zh, strlen(longer.zh)), strlen(longer.zh));
}

static void a_record_keeps_the_second_where_it_is_another(void)
{
	struct value *map = value_map();
	struct phrase same, other, empty = {"", ""};

	phrase_set(&same, "SIM 1", "SIM 1");
	phrase_set(&other, "answers", "有应答");
	phrase_put(map, "found", &same);
	phrase_put(map, "why", &other);
	phrase_put(map, "expected", &empty);

	CU_ASSERT_STRING_EQUAL(value_get_text(map, "found"), "SIM 1");
	CU_ASSERT_STRING_EQUAL(value_get_text(map, "why_zh"), "有应答");
	CU_ASSERT_EQUAL(value_count(map), 3);
	value_free(map);
}

void suite_phrase(void)
{
	suite_begin("phrase");
	claim(both_are_made_of_the_same_values_in_their_own_order);
	claim(one_may_stand_behind_another_and_take_its_place);
	claim(what_is_too_long_ends_with_a_whole_letter);
	claim(a_record_keeps_the_second_where_it_is_another);
}

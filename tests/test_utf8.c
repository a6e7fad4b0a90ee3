/* SPDX-License-Identifier: Apache-2.0 */
/* What is UTF-8 and what is not, at the borders of the table. */
#include <string.h>

#include "base/utf8.h"
#include "tests/claims.h"

static void check_size(const char *text, size_t wanted)
{
	CU_ASSERT_EQUAL(utf8_character_size(text, strlen(text)), wanted);
}

static void the_first_and_last_character_of_each_length_count(void)
{
	check_size("\x01", 1);
	check_size("\x7f", 1);
	check_size("\xc2\x80", 2);
	check_size("\xdf\xbf", 2);
	check_size("\xe0\xa0\x80", 3);
	check_size("\xed\x9f\xbf", 3);
	check_size("\xee\x80\x80", 3);
	check_size("\xef\xbf\xbf", 3);
	check_size("\xf0\x90\x80\x80", 4);
	check_size("\xf4\x8f\xbf\xbf", 4);
	CU_ASSERT_EQUAL(utf8_character_size("", 1), 1);
}

static void what_lies_outside_is_no_character(void)
{
	check_size("\x80", 0);
	check_size("\xc1\xbf", 0);
	check_size("\xe0\x9f\xbf", 0);
	check_size("\xed\xa0\x80", 0);
	check_size("\xf0\x8f\xbf\xbf", 0);
	check_size("\xf4\x90\x80\x80", 0);
	check_size("\xf5\x80\x80\x80", 0);
	check_size("\xe6\xb0", 0);
	check_size("\xe6\xb0g", 0);
}

static void the_first_bad_byte_is_found(void)
{
	CU_ASSERT_EQUAL(utf8_valid_size("", 0), 0);
	CU_ASSERT_EQUAL(utf8_valid_size("a\xe6\xb0\x94", 4), 4);
	CU_ASSERT_EQUAL(utf8_valid_size("a\xe6\xb0\x94", 3), 1);
	CU_ASSERT_EQUAL(utf8_valid_size("ab\xff"
					"c",
					4),
			2);
}

void suite_utf8(void)
{
	suite_begin("utf8");
	claim(the_first_and_last_character_of_each_length_count);
	claim(what_lies_outside_is_no_character);
	claim(the_first_bad_byte_is_found);
}

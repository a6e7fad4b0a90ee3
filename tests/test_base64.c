/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64: the vectors of RFC 4648, section 10, and every text that another reader might let pass. */
#include <string.h>

#include "record/base64.h"
#include "tests/claims.h"

static void check_both_ways(enum base64_form form, const void *bytes, size_t size, const char *text)
{
	struct buf out;

	buf_init(&out);
	base64_write(&out, form, bytes, size);
	CU_ASSERT_STRING_EQUAL(out.data, text);
	buf_clear(&out);
	CU_ASSERT_EQUAL(base64_read(&out, form, text, strlen(text)), 0);
	CU_ASSERT_EQUAL_FATAL(out.size, size);
	CU_ASSERT_EQUAL(memcmp(out.data, bytes, size), 0);
	buf_done(&out);
}

static void check_refused(enum base64_form form, const char *text)
{
	struct buf out;

	buf_init(&out);
	buf_add_text(&out, "before");
	CU_ASSERT_EQUAL(base64_read(&out, form, text, strlen(text)), -1);
	CU_ASSERT_STRING_EQUAL(out.data, "before");
	buf_done(&out);
}

static void the_published_examples_come_out(void)
{
	check_both_ways(BASE64_PADDED, "", 0, "");
	check_both_ways(BASE64_PADDED, "f", 1, "Zg==");
	check_both_ways(BASE64_PADDED, "fo", 2, "Zm8=");
	check_both_ways(BASE64_PADDED, "foo", 3, "Zm9v");
	check_both_ways(BASE64_PADDED, "foob", 4, "Zm9vYg==");
	check_both_ways(BASE64_PADDED, "fooba", 5, "Zm9vYmE=");
	check_both_ways(BASE64_PADDED, "foobar", 6, "Zm9vYmFy");
	check_both_ways(BASE64_URL, "f", 1, "Zg");
	check_both_ways(BASE64_URL, "fo", 2, "Zm8");
	check_both_ways(BASE64_URL, "fooba", 5, "Zm9vYmE");
	check_both_ways(BASE64_URL, "\x03\xec\xff\xe0\xc1", 5,
			"A-z_4ME"); /* RFC 7515, appendix C */
	check_both_ways(BASE64_PADDED, "\xfb\xff\xfe\x00", 4, "+//+AA==");
}

static void padding_is_required_in_one_form_and_refused_in_the_other(void)
{
	check_refused(BASE64_PADDED, "Zg");
	check_refused(BASE64_PADDED, "Zg=");
	check_refused(BASE64_PADDED, "Zm9v=");
	check_refused(BASE64_PADDED, "Zm9v====");
	check_refused(BASE64_PADDED, "Z===");
	check_refused(BASE64_PADDED, "====");
	check_refused(BASE64_PADDED, "Zg==Zg==");
	check_refused(BASE64_URL, "Zg==");
	check_refused(BASE64_URL, "Zm8=");
	check_refused(BASE64_URL, "Z");
	check_refused(BASE64_URL, "Zm9vZ");
}

static void bits_that_are_left_over_must_be_zero(void)
{
	check_refused(BASE64_PADDED, "Zh==");
	check_refused(BASE64_PADDED, "Zm9=");
	check_refused(BASE64_URL, "Zh");
	check_refused(BASE64_URL, "Zm9");
}

static void other_characters_are_refused(void)
{
	check_refused(BASE64_PADDED, "Zm 9");
	check_refused(BASE64_PADDED, "Zm9v\n");
	check_refused(BASE64_PADDED, "A-z_");
	check_refused(BASE64_URL, "A+z/");
	check_refused(BASE64_URL, "Zm9v\n");
	check_refused(BASE64_URL, "Zm\xc3\xa9");
}

void suite_base64(void)
{
	suite_begin("base64");
	claim(the_published_examples_come_out);
	claim(padding_is_required_in_one_form_and_refused_in_the_other);
	claim(bits_that_are_left_over_must_be_zero);
	claim(other_characters_are_refused);
}

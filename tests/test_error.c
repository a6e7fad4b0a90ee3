/* SPDX-License-Identifier: Apache-2.0 */
/* What an error sentence promises to the person who reads it. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "tests/claims.h"

static void setting_an_error_answers_minus_one(void)
{
	struct error err;

	int answer = error_set(&err, ERROR_DEVICE, "slot %d: no reply", 2);

	CU_ASSERT_EQUAL(answer, -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(err.text, "slot 2: no reply");
}

static void an_os_error_ends_with_what_errno_means(void)
{
	struct error err;

	errno = EBUSY;
	error_os(&err, "%s: cannot open", "/dev/ttyUSB3");

	CU_ASSERT_EQUAL(err.kind, ERROR_OS);
	CU_ASSERT_STRING_EQUAL(err.text, "/dev/ttyUSB3: cannot open: Device or resource busy");
}

static void context_says_whose_it_was_and_keeps_the_kind(void)
{
	struct error err;

	error_set(&err, ERROR_TIMEOUT, "no reply");
	int answer = error_context(&err, "slot %d", 3);

	CU_ASSERT_EQUAL(answer, -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(err.text, "slot 3: no reply");
}

static void an_errors_own_text_may_be_among_the_arguments(void)
{
	struct error err;

	error_set(&err, ERROR_LINK, "unplugged");
	error_set(&err, ERROR_DEVICE, "bus: %s", err.text);

	CU_ASSERT_STRING_EQUAL(err.text, "bus: unplugged");
}

static void a_long_sentence_is_cut_between_characters(void)
{
	char text[1000] = "";
	struct error err;

	for (int i = 0; i < 200; i++)
		strcat(text, "\xe5\xb7\xa5"); /* 工, three bytes */
	error_set(&err, ERROR_USAGE, "a%s", text);

	CU_ASSERT_EQUAL(strlen(err.text), 1 + 3 * 159);
	CU_ASSERT_NSTRING_EQUAL(err.text + strlen(err.text) - 3, "\xe5\xb7\xa5", 3);
}

static void a_sentence_that_just_fits_keeps_its_last_character(void)
{
	char text[1000] = "ab";
	struct error err;

	for (int i = 0; i < 159; i++)
		strcat(text, "\xe5\xb7\xa5");
	error_set(&err, ERROR_USAGE, "%s", text);

	CU_ASSERT_STRING_EQUAL(err.text, text);
}

static void context_on_a_full_sentence_cuts_its_end(void)
{
	char text[1000];
	struct error err;

	memset(text, 'x', 479);
	text[479] = '\0';
	error_set(&err, ERROR_USAGE, "%s", text);
	error_context(&err, "slot 1");

	CU_ASSERT_EQUAL(strlen(err.text), 479);
	CU_ASSERT_NSTRING_EQUAL(err.text, "slot 1: xxx", 11);
}

static void control_characters_of_a_device_cannot_break_the_line(void)
{
	struct error err;

	error_set(&err, ERROR_DEVICE, "meter: said '%s'", "OK\r\n\x1b[2J");

	CU_ASSERT_STRING_EQUAL(err.text, "meter: said 'OK   [2J'");
}

void suite_error(void)
{
	suite_begin("error");
	claim(setting_an_error_answers_minus_one);
	claim(an_os_error_ends_with_what_errno_means);
	claim(context_says_whose_it_was_and_keeps_the_kind);
	claim(an_errors_own_text_may_be_among_the_arguments);
	claim(a_long_sentence_is_cut_between_characters);
	claim(a_sentence_that_just_fits_keeps_its_last_character);
	claim(context_on_a_full_sentence_cuts_its_end);
	claim(control_characters_of_a_device_cannot_break_the_line);
}

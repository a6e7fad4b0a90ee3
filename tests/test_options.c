/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command's table of options, however long it is.
 */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "tests/claims.h"

enum { ROWS = 60 };

struct settings {
	bool flag[ROWS];
};

static char names[ROWS][16];
static struct option rows[ROWS + 1];
static const struct command LONG = {
	.name = "long",
	.operands = "",
	.options = rows,
	.settings_size = sizeof(struct settings),
};

static void fill(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		snprintf(names[i], sizeof(names[i]), "option-%02zu", i);
		rows[i] = (struct option){.name = names[i],
					  .kind = OPTION_FLAG,
					  .place = offsetof(struct settings, flag[i])};
	}
}

static int parse(struct settings *settings, char **arguments, int count, struct error *err)
{
	int operands;
	bool help;

	memset(settings, 0, sizeof(*settings));
	fill();
	return options_parse(&LONG, count, arguments, settings, &operands, &help, err);
}

static void each_option_of_a_long_table_is_taken_once(void)
{
	struct settings settings;
	struct error err;

	for (size_t i = 0; i < ROWS; i++) {
		char given[20], *arguments[2] = {given, given};

		snprintf(given, sizeof(given), "--option-%02zu", i);
		CU_ASSERT_EQUAL(parse(&settings, arguments, 1, &err), 0);
		CU_ASSERT_TRUE(settings.flag[i]);
		CU_ASSERT_EQUAL(parse(&settings, arguments, 2, &err), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "given twice"));
	}
}

static void all_options_of_a_long_table_are_taken_together(void)
{
	struct settings settings;
	char given[ROWS][20], *arguments[ROWS];
	struct error err;

	for (size_t i = 0; i < ROWS; i++) {
		snprintf(given[i], sizeof(given[i]), "--option-%02zu", i);
		arguments[i] = given[i];
	}

	CU_ASSERT_EQUAL(parse(&settings, arguments, ROWS, &err), 0);
	for (size_t i = 0; i < ROWS; i++)
		CU_ASSERT_TRUE(settings.flag[i]);
}

static void the_last_of_a_long_table_is_found_near(void)
{
	struct settings settings;
	char given[] = "--optoin-59", *arguments[] = {given};
	struct error err;

	CU_ASSERT_EQUAL(parse(&settings, arguments, 1, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "there is no option --optoin-59; the nearest is --option-59");
}

void suite_options(void)
{
	suite_begin("options");
	claim(each_option_of_a_long_table_is_taken_once);
	claim(all_options_of_a_long_table_are_taken_together);
	claim(the_last_of_a_long_table_is_found_near);
}

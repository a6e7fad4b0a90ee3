/* SPDX-License-Identifier: Apache-2.0 */
/* Texts for people, in both languages side by side. */
#ifndef DAVY_CLI_WORDS_H
#define DAVY_CLI_WORDS_H

#include <stdbool.h>

struct words {
	const char *english, *chinese;
};

/* "zh" or "en" from now on, whatever the environment says; false: neither of both, and nothing is changed. */
bool words_choose(const char *language);
/* As chosen; else Chinese when the first of LC_ALL, LC_MESSAGES and LANG that says something begins with "zh". */
bool words_are_chinese(void);
/* The one of both that is asked for. */
const char *say(struct words words);
/* Of two texts that come from below, the Chinese one when it is wanted and there is one. */
const char *say_either(const char *english, const char *chinese);

#endif

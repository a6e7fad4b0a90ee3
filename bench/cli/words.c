/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which language a person reads. The environment decides as it does for every other program, unless --lang says it, and for
 * the language alone: numbers, units and dates look the same in both, because records do.
 *
 * Nothing here translates. A command keeps its texts in one table, both languages beside each other;
 * error sentences that come from below are English.
 */
#include "cli/words.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static enum { BY_ENVIRONMENT, ENGLISH, CHINESE } chosen;

bool words_choose(const char *language)
{
	if (!strcmp(language, "zh"))
		chosen = CHINESE;
	else if (!strcmp(language, "en"))
		chosen = ENGLISH;
	else
		return false;
	return true;
}

bool words_are_chinese(void)
{
	static const char *const NAMES[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	if (chosen != BY_ENVIRONMENT)
		return chosen == CHINESE;
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		const char *value = getenv(NAMES[i]);

		if (value && *value)
			return !strncmp(value, "zh", 2);
	}
	return false;
}

const char *say(struct words words)
{
	return words_are_chinese() ? words.chinese : words.english;
}

const char *say_either(const char *english, const char *chinese)
{
	if (chinese && *chinese && words_are_chinese())
		return chinese;
	return english ? english : "";
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Two texts of one meaning, made of the same values. */
#include "run/phrase.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* No half letter stands at the end of what did not fit. */
static void print(char text[PHRASE_MOST], const char *format, va_list values)
{
	if (vsnprintf(text, PHRASE_MOST, format, values) >= PHRASE_MOST)
		text[utf8_valid_size(text, PHRASE_MOST - 1)] = '\0';
}

void phrase_print(struct phrase *phrase, const char *text, const char *zh, va_list values)
{
	va_list again;

	va_copy(again, values);
	print(phrase->text, text, values);
	print(phrase->zh, zh, again);
	va_end(again);
}

void phrase_set(struct phrase *phrase, const char *text, const char *zh, ...)
{
	va_list values;

	va_start(values, zh);
	phrase_print(phrase, text, zh, values);
	va_end(values);
}

static void join(char text[PHRASE_MOST], const char *first, const char *second)
{
	struct phrase whole;

	phrase_set(&whole, "%s%s", "%s%s", first, second);
	snprintf(text, PHRASE_MOST, "%s", whole.text);
}

void phrase_lead(struct phrase *phrase, const char *text, const char *zh, const struct phrase *rest)
{
	const struct phrase said = *rest;

	join(phrase->text, text, said.text);
	join(phrase->zh, zh, said.zh);
}

void phrase_put(struct value *map, const char *key, const struct phrase *phrase)
{
	char name[40];

	if (!phrase->text[0])
		return;
	value_set_text(map, key, phrase->text);
	snprintf(name, sizeof(name), "%s_zh", key);
	if (strcmp(phrase->zh, phrase->text) != 0)
		value_set_text(map, name, phrase->zh);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A number inside another word is none: what stands before and behind it must be no letter and no digit. */
#include "record/safety_mark.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/spelling.h"

static bool has_form(const char *text)
{
	for (int i = 0; i < SAFETY_MARK_SIZE - 1; i++)
		if (i < 3 ? !isalpha((unsigned char)text[i]) : !isdigit((unsigned char)text[i]))
			return false;
	return strchr("mkMK", text[0]);
}

static void take(const char *text, char number[SAFETY_MARK_SIZE])
{
	for (int i = 0; i < SAFETY_MARK_SIZE - 1; i++)
		number[i] = (char)toupper((unsigned char)text[i]);
	number[SAFETY_MARK_SIZE - 1] = '\0';
}

bool safety_mark_read(const char *text, char number[SAFETY_MARK_SIZE])
{
	struct buf folded;
	bool good;

	buf_init(&folded);
	spelling_fold(&folded, text);
	good = folded.size == SAFETY_MARK_SIZE - 1 && has_form(folded.data);
	if (good && number)
		take(folded.data, number);
	buf_done(&folded);
	return good;
}

int safety_mark_year(const char number[SAFETY_MARK_SIZE])
{
	return 2000 + (number[3] - '0') * 10 + (number[4] - '0');
}

bool safety_mark_find(const char **at, char number[SAFETY_MARK_SIZE])
{
	const char *from = *at;
	size_t size;

	while (*from) {
		for (size = 0; isalnum((unsigned char)from[size]); size++)
			;
		if (size == SAFETY_MARK_SIZE - 1 && has_form(from)) {
			take(from, number);
			*at = from + size;
			return true;
		}
		from += size ? size : 1;
	}
	*at = from;
	return false;
}

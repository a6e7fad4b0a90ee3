/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 by its table of well-formed sequences (Unicode, table 3-7): the first byte says how many
 * follow, and overlong forms, surrogates and what lies beyond U+10FFFF show in the second.
 */
#include "base/utf8.h"

size_t utf8_character_size(const void *text, size_t left)
{
	const unsigned char *at = text;
	unsigned char first = at[0];

	if (first < 0x80)
		return 1;

	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

	if (first < 0xc2 || first > 0xf4 || left < size)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;

	bool outside = (first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) ||
		       (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f);

	return outside ? 0 : size;
}

size_t utf8_valid_size(const void *text, size_t size)
{
	const char *bytes = text;
	size_t at = 0;

	while (at < size) {
		size_t step = utf8_character_size(bytes + at, size - at);

		if (!step)
			break;
		at += step;
	}
	return at;
}

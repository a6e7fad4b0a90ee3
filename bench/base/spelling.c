/* SPDX-License-Identifier: Apache-2.0 */
/* Characters one by one, so that neither text is copied to compare them; bytes that are no UTF-8 count as themselves. */
#include "base/spelling.h"

enum { END = 0 };

/* The character at *text, which moves behind it; a byte that begins none counts as itself. */
static unsigned next_character(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	unsigned more = at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : at[0] >= 0xc0 ? 1 : 0;
	unsigned character = more ? at[0] & (0x3fu >> more) : at[0];

	for (unsigned i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80) {
			*text += 1;
			return at[0];
		}
		character = character << 6 | (at[i] & 0x3f);
	}
	*text += more + (at[0] != 0);
	return character;
}

static bool is_blank(unsigned character)
{
	return (character && character <= 0x20) || character == 0x7f || character == 0xa0 ||
	       character == 0xad || (character >= 0x2000 && character <= 0x200f) ||
	       character == 0x202f || character == 0x2060 || character == 0x3000 ||
	       character == 0xfeff;
}

/* `character` as it is compared. */
static unsigned folded(unsigned character)
{
	if (character >= 0xff01 && character <= 0xff5e)
		character -= 0xfee0;
	if ((character >= 0x2010 && character <= 0x2015) || character == 0x2212)
		return '-';
	return character >= 'A' && character <= 'Z' ? character + 'a' - 'A' : character;
}

/* The next character that counts, as it is compared. */
static unsigned next_folded(const char **text)
{
	unsigned character;

	do {
		character = next_character(text);
	} while (is_blank(character));
	return folded(character);
}

bool spelling_same(const char *a, const char *b)
{
	unsigned one;

	do {
		one = next_folded(&a);
		if (one != next_folded(&b))
			return false;
	} while (one != END);
	return true;
}

bool spelling_is_blank(const char *text)
{
	return spelling_same(text, "");
}

void spelling_fold(struct buf *out, const char *text)
{
	const char *from = text;
	unsigned character;

	while (*from) {
		text = from;
		character = next_character(&from);
		if (is_blank(character))
			continue;
		if (folded(character) < 0x80)
			buf_add_byte(out, (uint8_t)folded(character));
		else
			buf_add(out, text, (size_t)(from - text));
	}
}

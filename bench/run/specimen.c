/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When two serial numbers are one.
 *
 * They are typed by people, scanned from labels, and written with Chinese input methods: "b7", "B 7" and
 * "Ｂ７" are all what is stamped on the case as B7. A specimen that was used up must not come back by
 * another spelling, so letters are compared without case, full-width forms (U+FF01 to U+FF5E) as the
 * ASCII they stand for, any dash as a hyphen, and blanks, also those that nobody sees, not at all. Two
 * makers' numbers that differ in nothing else are taken for one: the refusal names both, and a person
 * decides.
 */
#include <string.h>

#include "run/consumed.h"

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

/* The next character that counts, as it is compared. */
static unsigned next_folded(const char **text)
{
	unsigned character;

	do {
		character = next_character(text);
	} while (is_blank(character));
	if (character >= 0xff01 && character <= 0xff5e)
		character -= 0xfee0;
	if ((character >= 0x2010 && character <= 0x2015) || character == 0x2212)
		return '-';
	return character >= 'A' && character <= 'Z' ? character + 'a' - 'A' : character;
}

static bool same_serial(const char *a, const char *b)
{
	unsigned one;

	do {
		one = next_folded(&a);
		if (one != next_folded(&b))
			return false;
	} while (one != END);
	return true;
}

bool specimen_same(const struct specimen *a, const struct specimen *b)
{
	return a->simulated == b->simulated && !strcmp(a->class, b->class) &&
	       same_serial(a->serial, b->serial);
}

bool specimen_is_named(const struct specimen *specimen)
{
	return !same_serial(specimen->serial, "");
}

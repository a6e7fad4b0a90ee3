/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word that every twin has in its identity. It is looked for as a word, since makers' names hold the
 * letters, too; an instrument that is real and has the word makes its runs simulated ones, which is the
 * harmless of the two mistakes.
 */
#include "run/provenance.h"

#include <string.h>

static bool is_of_a_word(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= 'a' && byte <= 'z') || (byte & 0x80);
}

bool provenance_is_played(const char *identity)
{
	static const char WORD[] = "SIM";

	for (const char *at = identity; (at = strstr(at, WORD)); at++)
		if ((at == identity || !is_of_a_word(at[-1])) && !is_of_a_word(at[strlen(WORD)]))
			return true;
	return false;
}

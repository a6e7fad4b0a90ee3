/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of ASCII instruments, matched in linear time, without backtracking.
 *
 *   "FLOW {number}"            one captured number
 *   "FLOWCO,MFC2,{text}"       text up to the next literal character (or the end)
 *   "A {} {} {number} {text}"  {} matches one word and forgets it
 *   "SETP {number:%.3f}"       for building: how the number is printed (%[0][width][.digits][fde])
 *   ":0403{number:i16}"        a number as the hexadecimal digits of its bytes, two for each, in a
 *                              numeric layout (codec/layout.h); matched and built alike
 *
 * A run of blanks in the template matches one or more blanks, and blanks before a line whose template begins
 * with a character do not matter (some instruments begin each answer with one); all else matches itself. {{ and }} are
 * braces. A number is what strtod reads in the C locale, but finite and not hexadecimal. One with a
 * layout has exactly its digits, upper or lower case (built: upper), and is finite too. A word
 * ends at a blank or at the template's next literal character, and is never empty; text may be.
 */
#ifndef DAVY_CODEC_TEMPLATE_H
#define DAVY_CODEC_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum { TEMPLATE_CAPTURES = 8, TEMPLATE_TEXT = 64 };

struct capture {
	bool is_number;
	double number;
	char text[TEMPLATE_TEXT]; /* the matched text, cut at its end; '?' for unprintable bytes */
};

/* Is the template well-formed? `captures` gets how many {number} and {text} it has. */
int template_check(const char *text, size_t *captures, struct error *err);
/* Match the whole line (without its terminator). `captures` has room for TEMPLATE_CAPTURES. */
bool template_match(const char *text, const char *line, struct capture *captures, size_t *count);
/*
 * Append a line made from numbers, in order; text and words cannot be built. Without a format a
 * number has the fewest decimals that read back as the same double.
 */
int template_build(struct buf *out, const char *text, const double *numbers, size_t count,
		   struct error *err);

#endif

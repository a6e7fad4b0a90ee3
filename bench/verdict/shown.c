/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Showing a value beside its limits: print it, read the text back as somebody at the bench would, and
 * compare. While the number that was read and the number that was judged meet a limit differently, one
 * digit more is shown; all of them in the end. Digits beyond those that the uncertainty carries mean
 * nothing as a measurement: they are there for the decision alone.
 */
#include "verdict/shown.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_ROOM = 160, DIGITS_MORE = 17 };

/* Does what is read tell the same of this limit as what was judged? */
static bool tells_the_same(const struct limit *limit, const struct quantity *judged,
			   const struct quantity *read)
{
	struct error ignored;

	if (!limit || limit_is_state(limit) || limit_check_dimension(limit, judged, &ignored) < 0)
		return true;
	return limit_met(limit, judged) == limit_met(limit, read);
}

static bool is_true(const char *text, const struct quantity *judged,
		    const struct limit *const limits[SHOWN_LIMITS])
{
	struct quantity read = *judged, number;
	char first[TEXT_ROOM], *within;
	struct error ignored;

	snprintf(first, sizeof(first), "%s", text);
	within = strstr(first, " ±");
	if (within)
		*within = '\0';
	if (quantity_parse(&number, first, &ignored) < 0)
		return false;
	read.value = number.value;
	for (int i = 0; i < SHOWN_LIMITS; i++)
		if (!tells_the_same(limits[i], judged, &read))
			return false;
	return true;
}

void shown_print(const struct quantity *quantity, double expanded,
		 const struct limit *const limits[SHOWN_LIMITS], char *text, size_t size)
{
	for (int more = 0; more <= DIGITS_MORE; more++) {
		quantity_print_finer(quantity, expanded, more, text, size);
		if (is_true(text, quantity, limits))
			return;
	}
	quantity_print(quantity, 0, text, size);
}

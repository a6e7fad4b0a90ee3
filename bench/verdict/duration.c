/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations: the border between quantities, in seconds as reals, and deadlines, in whole nanoseconds.
 * Rounded to the nearest nanosecond.
 */
#include "verdict/duration.h"

#include "verdict/quantity.h"

int duration_parse(nsec *time, const char *text, struct error *err)
{
	struct quantity quantity;
	struct unit second;

	if (quantity_parse(&quantity, text, err) < 0 || unit_parse(&second, "s", err) < 0)
		return -1;
	if (!unit_same_dimension(&quantity.unit, &second))
		return error_set(err, ERROR_USAGE, "'%s' is not a time", text);
	if (!(quantity.value >= 0 && quantity.value < 1e9))
		return error_set(err, ERROR_USAGE, "'%s' is not a time between 0 s and 1e9 s",
				 text);
	*time = (nsec)(quantity.value * 1e9 + 0.5);
	return 0;
}

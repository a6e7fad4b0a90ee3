/* SPDX-License-Identifier: Apache-2.0 */
/* mean, stdev, min, max, range, abs and within of values that come one after another. */
#ifndef DAVY_VERDICT_TALLY_H
#define DAVY_VERDICT_TALLY_H

#include <stddef.h>

#include "base/error.h"
#include "verdict/quantity.h"

struct tally {
	size_t count;
	struct quantity mean, least, greatest;
	double squares;	       /* of the distances from the mean */
	const char *from, *to; /* its own text, from the name to the last bracket; the caller's */
};

typedef int tally_result_fn(struct quantity *result, const struct tally *tally, struct error *err);

/* One value more; it must be of the kind of those before. */
int tally_add(struct tally *tally, const struct quantity *value, struct error *err);
/*
 * The function of that name, NULL when there is none. It fails where the number of values does not
 * suit it (stdev: two or more, within: two, abs: one).
 */
tally_result_fn *tally_find(const char *name, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one limit grammar, for verdicts, waits, guards and ranges:
 *
 *   limit := bound { "or" bound }                      (either suffices)
 *   bound := ("<=" | ">=" | "<" | ">") quantity        "<= 30 Pa"
 *          | number ".." number unit | quantity ".." quantity     "4.25 .. 4.35 V"
 *          | "±" quantity | "+-" quantity              "± 0.10 %vol or ± 10 %rd"
 *          | state                                     on off open closed
 *
 * "≤" and "≥" are accepted. %rd is percent of the reference kept by quantity_against.
 */
#ifndef DAVY_VERDICT_LIMIT_H
#define DAVY_VERDICT_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "verdict/quantity.h"

enum { LIMIT_BOUNDS = 4 };

enum bound_kind {
	BOUND_AT_MOST = 1, /* <= high */
	BOUND_AT_LEAST,    /* >= low */
	BOUND_BELOW,       /* < high */
	BOUND_ABOVE,       /* > low */
	BOUND_BETWEEN,     /* low .. high, both ends in */
	BOUND_WITHIN,      /* ± high */
	BOUND_STATE,       /* on (or closed): state true; off (or open): false */
};

struct bound {
	enum bound_kind kind;
	struct quantity low, high;
	bool of_reference; /* low and high are fractions of the reference: %rd */
	bool state;
};

struct limit {
	char text[96]; /* as written */
	size_t bounds;
	struct bound bound[LIMIT_BOUNDS];
};

int limit_parse(struct limit *limit, const char *text, struct error *err);
/* True when the limit speaks of a state and not of a quantity. */
bool limit_is_state(const struct limit *limit);
/* Fails, saying both, when `quantity` cannot be compared with this limit (dimension, %rd without a
 * reference, a state). */
int limit_check_dimension(const struct limit *limit, const struct quantity *quantity,
			  struct error *err);
/* Is the value met, uncertainty left aside? NaN never is. The dimension was checked before. */
bool limit_met(const struct limit *limit, const struct quantity *quantity);
bool limit_met_state(const struct limit *limit, bool state);
/* The unit in which a measure with this limit is shown; NULL for states and %rd alone. */
const struct unit *limit_unit(const struct limit *limit);

#endif

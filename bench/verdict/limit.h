/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one limit grammar, for verdicts, waits, guards and ranges:
 *
 *   limit := bound { "or" bound }                      (either suffices)
 *   bound := ("<=" | ">=" | "<" | ">") quantity        "<= 30 Pa"
 *          | number ".." number unit | quantity ".." quantity     "4.25 .. 4.35 V"
 *          | "±" quantity | "+-" quantity              "± 0.10 %vol or ± 10 %rd"
 *          | state                                     on off open closed; alone
 *
 * "≤" and "≥" are accepted. %rd is percent of the reference kept by quantity_against. A "±" takes a
 * difference and so no °C; the bounds of one limit are of one kind.
 *
 * A value that differs from a bound by no more than the noise of arithmetic (1e-12 of the
 * greater) is at the bound: 0.1 + 0.2 meets "<= 0.3" and does not meet "< 0.3".
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
	BOUND_AT_LEAST,	   /* >= low */
	BOUND_BELOW,	   /* < high */
	BOUND_ABOVE,	   /* > low */
	BOUND_BETWEEN,	   /* low .. high, both ends in */
	BOUND_WITHIN,	   /* ± high */
	BOUND_STATE,	   /* on (or closed): state true; off (or open): false */
};

struct bound {
	enum bound_kind kind;
	double low, high;  /* SI */
	struct unit unit;  /* as its upper end is written */
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
/*
 * Fails, saying both, when `quantity` cannot be compared with this limit: another dimension or gas
 * state, °C against K, a bare % against %vol or ppm, %rd without a reference. A limit that is a state
 * takes a plain number, which is a state as 0 or 1.
 */
int limit_check_dimension(const struct limit *limit, const struct quantity *quantity,
			  struct error *err);
/*
 * Is the limit met by the value, uncertainty left aside? A value that is not finite never meets
 * one. A state is met as by limit_met_state(value != 0). The dimension was checked before.
 */
bool limit_met(const struct limit *limit, const struct quantity *quantity);
bool limit_met_state(const struct limit *limit, bool state);
/* A state in the words of a limit that is one: of "open", "open" or "closed". */
const char *limit_state_word(const struct limit *limit, bool state);
/* The unit in which a measure with this limit is shown; NULL for states and %rd alone. */
const struct unit *limit_unit(const struct limit *limit);

/*
 * Does `outer` accept whatever `inner` accepts, each of inner's bounds within one of outer's? Not for
 * states and %rd, which are no numbers by themselves: false.
 */
bool limit_is_within(const struct limit *inner, const struct limit *outer);

/* Is `value` greater than `bound` by more than the noise of arithmetic? */
bool limit_exceeds(double value, double bound);

/*
 * What a bound accepts, in SI. An open end is infinite; `without_*` leaves the end itself out.
 * %rd is resolved with the reference of `quantity`. Not for states.
 */
struct interval {
	double low, high;
	bool without_low, without_high;
};
struct interval bound_interval(const struct bound *bound, const struct quantity *quantity);
bool interval_holds(const struct interval *interval, double value);

#endif

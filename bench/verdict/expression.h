/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a measure follows from readings, as text that a court can read: "(r12 - r15)",
 * "against(r7, r3)", "stdev(r4, r5, r6) / mean(r4, r5, r6)", "([30 Pa] / 4)".
 *
 *   expression := term { ("+" | "-") term }      term := factor { ("*" | "/") factor }
 *   factor := "-" factor | "(" expression ")" | number | "[" quantity "]" | "r" digits | call
 *   call := name "(" expression { "," expression } ")"
 *   name := mean | stdev | min | max | range | abs | against | within | stpd | atpd | btps
 *
 * stdev is the experimental standard deviation with n - 1 (JJG 693-2011's formula divides it by
 * the mean); its own uncertainty is s / sqrt(2 (n - 1)) from a source of its own, "#repeat…" (JCGM
 * 100:2008 E.4.3). `against` takes two. within(a, b) is the middle of the two, the true value being
 * anywhere between them with equal right: a rectangle (4.3.7). stpd(gas, temperature, pressure),
 * atpd and btps count the gas in another state (gas_state.h).
 *
 * The script builds these texts while it calculates; the controller evaluates them again from the
 * readings it holds, so a script's own figure is never what is judged.
 */
#ifndef DAVY_VERDICT_EXPRESSION_H
#define DAVY_VERDICT_EXPRESSION_H

#include <stdint.h>

#include "base/error.h"
#include "verdict/quantity.h"

enum { EXPRESSION_MOST_BYTES = 16384, EXPRESSION_MOST_DEPTH = 200 };

/* Find reading `id`; NULL when there is none. The pointer is borrowed for the call. */
typedef const struct quantity *expression_reading_fn(void *ctx, uint64_t id);

/*
 * Evaluate; every error quotes the place in the text. The result is always finite, and so must the
 * readings be. At most EXPRESSION_MOST_BYTES of text, nested EXPRESSION_MOST_DEPTH deep.
 */
int expression_evaluate(struct quantity *result, const char *text, expression_reading_fn *reading,
			void *ctx, struct error *err);

/*
 * The reading that `*at` (the beginning of a text, or where the last call left it) names next: its id, and
 * `*at` moves behind it; 0: there is none. The text need not be a whole expression.
 */
uint64_t expression_next_reading(const char *text, const char **at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value as it is shown beside the limit that it was held against. It is judged with all its digits
 * (the full-value comparison of GB/T 8170-2008) and shown with fewer; what is shown must not lie on the
 * other side of the limit than what was judged: no "20.0 s" that misses "<= 20 s".
 */
#ifndef DAVY_VERDICT_SHOWN_H
#define DAVY_VERDICT_SHOWN_H

#include "verdict/limit.h"
#include "verdict/quantity.h"

enum { SHOWN_LIMITS = 2 };

/*
 * As quantity_print_within(quantity, expanded), with as many digits more as it takes for the number
 * to meet each limit exactly when the quantity does. A limit that is NULL, a state, or of another
 * dimension asks for nothing.
 */
void shown_print(const struct quantity *quantity, double expanded,
		 const struct limit *const limits[SHOWN_LIMITS], char *text, size_t size);

#endif

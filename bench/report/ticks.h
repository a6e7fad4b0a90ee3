/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an axis has its ticks, and what stands at them: multiples of 1, 2 or 5 times a power of ten. Numbers
 * that would be long are told as a multiple of a power of ten, and those that differ in late digits only from
 * an offset on, which the axis names:
 *
 *   number at the axis * 10^exponent + offset
 */
#ifndef DAVY_REPORT_TICKS_H
#define DAVY_REPORT_TICKS_H

#include <stddef.h>

struct ticks {
	int count;
	double first, step; /* the first is that many steps from 0 */
	double offset;	    /* 0: none */
	int exponent;	    /* 0: none; else a multiple of 3 */
	int decimals;
};

enum { TICKS_LABEL = 32 };

/*
 * Of an axis from `low` to `high`, which is more and finite: two ticks or more, and no more than `about`, which
 * is 4 or more, where that can be; else 6.
 */
void ticks_make(struct ticks *ticks, double low, double high, int about);
double ticks_at(const struct ticks *ticks, int index);
void ticks_label(const struct ticks *ticks, int index, char label[TICKS_LABEL]);

#endif

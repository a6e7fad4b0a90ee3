/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that are too quiet: where a series, over many values behind each other, is flat (平线) or as
 * smooth as a formula, although its instrument makes noise there.
 *
 * H0: at a level where the instrument's noise is known to have the deviation s (in counts), it has
 * s/3 or more, new with each value. Given those before it, a value then falls on one certain count
 * with a probability of at most erf(0.5 / (sqrt(2) s/3)), and its second difference is 1 count or
 * less with one of at most erf(1.5 / (sqrt(2) s/3)); that of second differences alone is erf(1.5 /
 * (sqrt(2) sqrt(6) s/3)), and those three apart are independent. The choice of the place is paid
 * for by the number of values. Nothing is said where such a share is above 0.9, as of an instrument
 * whose noise is less than its last digit: there a flat line is honest.
 *
 * The noise of a level is known from the rest of the series, 64 values or more, or from three or
 * more other runs of the same instrument, whose lower quartile counts: that of the quieter ones, as
 * long as fewer than a quarter are forged. Levels are told apart by quarters of an octave of their
 * counts, 16 counts around zero being one: many an instrument's noise grows with what it shows.
 */
#ifndef DAVY_VERDICT_QUIET_H
#define DAVY_VERDICT_QUIET_H

#include <stdint.h>

#include "verdict/noise.h"

/* The noise of one instrument by level, of all its runs. */
struct quiet_known {
	struct quiet_level *level;
	size_t count, room;
};

void quiet_known_done(struct quiet_known *known);
/* All runs of an instrument have the same resolution. */
void quiet_known_add(struct quiet_known *known, uint32_t run, const struct noise *noise);

struct quiet_line {
	size_t first, length; /* of values; 0: none */
	bool is_flat;	      /* all the same, else smooth */
	double expected;      /* deviation of one value there, SI */
	bool from_others;     /* other runs say so, and not the series itself */
};

/*
 * The least probable one; the decimal logarithm of its probability at most, 0 where there is
 * nothing to say. `known` may have this very run, which then does not count, or be NULL.
 */
double quiet_find(const struct noise *noise, const struct quiet_known *known, uint32_t run,
		  struct quiet_line *line);

#endif

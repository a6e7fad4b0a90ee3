/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A series reduced for drawing, without hiding an extreme: of each pixel column the first, the least, the
 * greatest and the last sample. Lines drawn between these colour the same pixels as those between all of
 * them would (M4: U. Jugel, Z. Jerzak, G. Hackenbroich, V. Markl, "M4: A Visualization-Oriented Time Series
 * Data Aggregation", PVLDB 7(10), 797-808, 2014). Nothing is averaged and no point is made up.
 *
 * A gap is kept: the sample behind it begins a line of its own.
 */
#ifndef DAVY_REPORT_THINNED_H
#define DAVY_REPORT_THINNED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/nsec.h"
#include "verdict/series.h"

/* A time in which nothing is known of a series: samples on either side of it are not joined. */
struct thinned_gap {
	nsec from, to;
};

struct thinned_point {
	nsec time;
	double value;
	bool begins; /* no line leads to it */
};

struct thinned {
	struct thinned_point *point; /* in the order of their times */
	size_t count; /* at most 10 a column, however many samples and gaps there were */
};

/*
 * What is drawn of `samples`, whose times increase and whose values are finite, between `from` and `to` in
 * so many columns (at least 1). Those outside are left away. `gaps` are in the order of their beginnings.
 *
 * More than two pieces of a line in one column cannot be told apart there: of those in between the least and
 * the greatest sample are kept, as points that nothing leads to.
 */
void thinned_make(struct thinned *thinned, const struct sample *samples, size_t count,
		  const struct thinned_gap *gaps, size_t gap_count, nsec from, nsec to,
		  size_t columns);
void thinned_done(struct thinned *thinned);

#endif

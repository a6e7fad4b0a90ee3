/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time stamps that no clock of a machine would give. H0: real time in nanoseconds, taken when an
 * answer has come: by the timer's slack (prctl(2): 50 microseconds where nobody asks for less), by
 * bytes on a wire and by whatever else runs, two intervals differ by a microsecond or more on most
 * occasions. A counter of 10 MHz or more (that of the oldest processor that Davy runs on has 19.2)
 * then gives two the same interval to the nanosecond with a probability of 1/10 at most; intervals
 * that do not share a stamp are taken as independent. It does not hold for virtual time, nor for
 * what an instrument stamps itself and sends in blocks: ask nothing of those.
 */
#ifndef DAVY_VERDICT_TIMING_H
#define DAVY_VERDICT_TIMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nsec.h"

/*
 * Stamps on a grid: how many intervals behind each other were the same, and the decimal logarithm
 * of how improbable that is, at most; `*first`: the stamp with which they begin. The choice of the
 * place is paid for by the number of stamps.
 */
double timing_regular(const nsec *times, size_t size, size_t *first, size_t *count);

/* The stamp that is not later than the one before it, or 0. */
size_t timing_backwards(const nsec *times, size_t size);

/*
 * The same intervals twice: which of thousands of series have 24 intervals behind each other that
 * another one has, too, to the nanosecond, wherever each begins. Paid for by the number of all such
 * places so far and of the series' own.
 */
struct timing_table;

/* Where the stamps of series are that were put in, under their names; they live until the next are got. NULL: nowhere. */
struct timing_shelf {
	const nsec *(*get)(void *ctx, uint32_t series, size_t *size);
	void *ctx;
};

enum { TIMING_PLACES_MOST = 1 << 20 }; /* in 32 MiB; of more every second one goes, as of twins.h */

struct timing_pair {
	uint32_t one;	   /* the series as it was named */
	size_t one_at, at; /* the stamps with which they begin */
	size_t count;	   /* of intervals that are the same */
	double log10_p;
};

/* `shelf` is copied; NULL: in memory. `most`: a power of two, of places. */
struct timing_table *timing_table_new(const struct timing_shelf *shelf, size_t most);
void timing_table_free(struct timing_table *table); /* accepts NULL */
/*
 * Find the longest that one series before it, of another `group`, shares with it; then put it in.
 * False: there is none. `times` are copied where there is no shelf.
 */
bool timing_table_add(struct timing_table *table, uint32_t series, uint64_t group,
		      const nsec *times, size_t size, struct timing_pair *pair);

#endif

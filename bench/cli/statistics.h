/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs say together, of this bench's log or of the laboratory's store. Runs are counted as they were recorded: one that was voided, or
 * declared wrong, is counted as that and for nothing else. Real and simulated runs are never in one
 * group, nor are values as found and as left in one measure.
 *
 *   {"simulated","of": the group's name,"runs","voided","decided","yield": of PASS and FAIL, absent where there are none,
 *    "verdicts":{"PASS":n,…},
 *    "failing":[{"protocol","version","measure","key","adjustment","unit","limit","count": in how many runs,"share": of the
 *    runs that FAILed,"cumulative": the counts so far of all that are listed,
 *    "n": its values}], the most frequent first,
 *    "measures":[{"protocol","version","measure","key","adjustment","unit","limit","low","high","n","mean","deviation","within",
 *                 "cpk","ppk","ppk_low","ppk_high","failed": in how many runs}]}, which has those alone that have values
 *
 * A measure is one of a protocol's version with one unit and one pair of bounds: where %rd or a
 * limit set moves them, it is another one. Its values are those of runs that ended in PASS, FAIL or
 * INCONCLUSIVE, in the order of their records (verdict/capability.h).
 */
#ifndef DAVY_CLI_STATISTICS_H
#define DAVY_CLI_STATISTICS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"

enum statistics_by {
	STATISTICS_PROTOCOL = 1, /* item: "gas.x" */
	STATISTICS_VERSION,	 /* "gas.x 2" */
	STATISTICS_MAKER,	 /* of the specimen: `maker`, else the certificate `ma`, else "" */
	STATISTICS_SLOT,	 /* "1", or "B07 1" of several benches */
	STATISTICS_BENCH,
};

/* The runs of this bench's log, as record/laboratory_runs.h has them; the caller's. NULL: it cannot be read. */
struct value *statistics_runs(const char *state, struct error *err);
/* A list of groups by name, the caller's, of `runs`, of which several benches have theirs. */
struct value *statistics_of(const struct value *runs, enum statistics_by by, bool of_several);

#endif

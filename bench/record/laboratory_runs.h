/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runs of several benches, out of the laboratory's store, whose records are verified again (laboratory_records.h): what
 * statistics over a laboratory count.
 */
#ifndef DAVY_RECORD_LABORATORY_RUNS_H
#define DAVY_RECORD_LABORATORY_RUNS_H

#include "base/value.h"

enum { LABORATORY_RUNS_MOST = 20000 }; /* so many of one bench are asked for, the latest */

/*
 * Of `rows` and `keys` as laboratory_records.h has them: the caller frees
 *
 *   {"runs":[…],"benches":[…],"unverified":[…]}
 *
 * `runs` are as run_outcome.h has them, bench by bench in the order of their numbers, with "seq"; one that was voided, or
 * declared wrong, at its own bench has "voided":true. Of a bench with so
 * many as are asked for there may be more: "isCut" says so.
 */
struct value *laboratory_runs(const struct value *rows, const struct value *keys);

#endif

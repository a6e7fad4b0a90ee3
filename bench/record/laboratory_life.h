/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a piece of equipment as the logs of several benches tell it, out of a store that somebody else keeps, whose
 * records are verified again (laboratory_records.h). What cannot be verified is told as that, and nothing is concluded from it.
 *
 * What cannot both be is told with its two records, and is no verdict: which of both is wrong, or whether a tag was
 * cloned, is for people to find out. Only what the records themselves say counts, nothing simulated, and nothing that has been
 * declared wrong:
 *
 *   same_time   two benches had it in runs that overlap, by more than both clocks may be wrong
 *   after_end   it was destroyed or disposed of, or used up by a test, and is alive afterwards
 *   other_piece one tag was read on two pieces of equipment
 *   differs     the same tag, or the same piece, says two things of its number, model, maker or day (`field`, `a`, `b`)
 */
#ifndef DAVY_RECORD_LABORATORY_LIFE_H
#define DAVY_RECORD_LABORATORY_LIFE_H

#include "base/error.h"
#include "base/value.h"

/*
 * As what equipment is looked up: "eq/MA/…/SN/…" (its identity without the base, which may be each bench's own), "SN/…"
 * (its serial number as in a URI, ASCII in capitals) and "TAG/…" (identity_fold_tag()). davy.names() of
 * bench/dist/postgresql/davy.sql does the same. The caller frees each list.
 */
struct value *laboratory_names_of(const struct value *event);
struct value *laboratory_names_asked(const char *equipment); /* as a person writes it */
/* Of both lists; names that are there already are not added again. Returns whether there were new ones. */
bool laboratory_names_join(struct value *names, const struct value *more, const char *kind);

/*
 * Of `rows` and `keys` as laboratory_records.h has them. The caller frees:
 *
 *   {"life":[…],"benches":[{"bench","key","known"}],"unverified":[{"bench","seq","why","cameBy","cameAt"}],"conflicts":[…]}
 *
 * `life` are events of the names asked for, by time: {"bench","seq","id","step","specimen","names","at","cameBy","cameAt"}, of a run
 * {"run","protocol","verdict","simulated"}, "identity" (the outcome of one), "declared" [{"reason","by","at","why"}],
 * "voided" and "rejected" {"by","at","why"}.
 * `conflicts` are {"what","a":{"bench","seq","at"},"b":{…},"field","says":[…],"clocks":false where not both were
 * synchronised}.
 */
struct value *laboratory_life(const struct value *rows, const struct value *names,
			      const struct value *keys);

#endif

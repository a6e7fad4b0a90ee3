/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Equipment that is in two places, or two things at once, as the records of a log, and of bundles of other benches, say: what
 * record/laboratory_life.h has of a laboratory's store is looked for here without one. Signatures are for davy verify. Nothing
 * simulated counts, and nothing that was declared wrong.
 *
 *   tag_twice         one tag was read on two pieces of equipment: "tag"
 *   identity_differs  one tag, or one piece, says two things of its number, model, maker or day: "field","says"
 *   after_its_end     it was destroyed, disposed of or used up by a test, and is in use afterwards
 *   two_benches       two benches had it in runs that overlap, by more than both clocks may be wrong
 *
 * Each is told once of two pieces, {"flag","simulated":false,"record":{"bench","seq","at","specimen"},"other":{the same}, …}.
 */
#ifndef DAVY_RUN_AUDIT_PIECES_H
#define DAVY_RUN_AUDIT_PIECES_H

#include "base/value.h"
#include "record/entry.h"

struct audit_pieces;

struct audit_pieces *audit_pieces_new(void);
void audit_pieces_free(struct audit_pieces *pieces); /* accepts NULL */
/* Take a record, of whatever kind; one that was taken already, out of a bundle, is not taken again. */
void audit_pieces_take(struct audit_pieces *pieces, const struct entry *entry);
/* Append what was found. */
void audit_pieces_tell(const struct audit_pieces *pieces, struct value *findings);

#endif

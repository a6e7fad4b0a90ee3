/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of the outbox where records go by a bag on a stick (destinations.json, kind "bag"), and come back as a
 * receiver's statement (received.h). Part of outbox_request():
 *
 *   {"what":"carry","destination":"stick"}  -> {"seqs":[…]}: the first OUTBOX_CARRIED_MOST that wait
 *   {"what":"carried","destination":"stick","seqs":[…],"bag":"…","bagSha256":"…"}
 *       the bag is whole and was read again: one record of receipts, outcome "carried" -> {"carried":N,"receipt":SEQ}
 *   {"what":"received","destination":"stick","jws":{…}}
 *       -> {"receiver","bag","delivered":N,"named":N,"receipt":SEQ,"again":false}; what was taken before is told so (`again`), with
 *       its record, and makes no other. The record of receipts has besides "receipts" (those that
 *       were not delivered yet) "bag", "bagSha256", "receiver" (its name in destinations.json), "key" (that receiver's public
 *       key), "statementSha256" (of the statement's payload) and "jws", the statement itself.
 *
 * Refused as a whole, with nothing taken: a statement that no receiver of this destination has signed, one about another log,
 * and one that names a record or a journal by another digest than this log has.
 */
#ifndef DAVY_RECORD_OUTBOX_CARRY_H
#define DAVY_RECORD_OUTBOX_CARRY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"

#define OUTBOX_BAG "bag" /* the kind of such a destination */

/* By which the records of receipts that have a statement are found (store_about). */
#define OUTBOX_STATEMENTS "davy:receipt"

enum { OUTBOX_CARRIED_MOST = 1000 }; /* of one bag */

bool outbox_is_bag(const struct value *destination);

struct value *outbox_carry(struct bench_log *log, const struct value *request,
			   const struct moment *now, struct error *err);
struct value *outbox_carried(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct error *err);
struct value *outbox_received(struct bench_log *log, const struct value *request,
			      const struct moment *now, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people of a log that is proved: who may sign is followed record by record, and each signature under an event is
 * judged at its place, as it was when it was admitted.
 */
#ifndef DAVY_RUN_PROOF_PEOPLE_H
#define DAVY_RUN_PROOF_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "record/key.h"
#include "record/log_read.h"
#include "record/run_bracket.h"

struct proof_people;

/* The text of an earlier record, appended to `text`. */
typedef int record_text_fn(void *ctx, uint64_t seq, struct buf *text, struct error *err);

/*
 * Approvals are held against `brackets`, of which it keeps a share, and which the caller gives each record behind this one; NULL: not
 * every record comes. The caller frees it; accepts NULL.
 */
struct proof_people *proof_people_new(record_text_fn *text_of, void *ctx,
				      struct run_brackets *brackets, struct error *err);
void proof_people_free(struct proof_people *people);

/*
 * The next record of the log. 1: a signature of a person, under an event, of a declaration or an approval, that is good; 0:
 * another record; -1: what is wrong with it.
 */
int proof_people_take(struct proof_people *people, const struct log_record *record,
		      struct error *err);

/* Is this key the administrator's now? */
bool proof_people_administers(const struct proof_people *people, const struct key *key);
/* May the bench's key act as a bench's, as an administrator has it, at this time? 1; 0: none has enrolled it; -1: no. */
int proof_people_vouch(const struct proof_people *people, const char *key_id, int64_t at_ms,
		       struct error *err);

#endif

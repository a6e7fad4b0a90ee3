/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox: which record still has to reach which destination. Its rows stand in the store's database, so that a record
 * and its rows are one transaction; but they are a work list and no evidence: all of it can be thrown away and made again
 * from the records, the receipts among them, and destinations.json (outbox.h).
 *
 * A row is `new` until something has been tried, `retry` when it failed for now, `accepted` while the receiver works on
 * it, `carried` while it is on its way on a stick and nobody has said that he has it, `parked` when nobody but a person can
 * help, and `delivered`. What rests on another record (outbox_after) is not due
 * before that one is delivered at the same destination; nothing else waits for anything.
 */
#ifndef DAVY_RECORD_STORE_OUTBOX_H
#define DAVY_RECORD_STORE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/store.h"

enum { STORE_DESTINATION_MOST = 40 };

/* What one attempt made of a row. Texts may be NULL. */
struct store_outcome {
	uint64_t seq;
	const char *destination, *state;
	int64_t next_ms;      /* wall time before which it is not due; 0: now */
	const char *reason;   /* of the last attempt (push/outcome.h) */
	const char *detail;   /* what was heard of it, for people */
	const char *location; /* of a job at the receiver, while it is accepted */
	bool is_new_try;      /* counts as a try */
	uint64_t receipt;     /* the record that has the receipt; 0: none has */
};

/* What goes into the outbox in a record's own transaction. */
struct store_parcel {
	const char *const *destinations; /* ended by NULL; those the record goes to */
	const uint64_t *after;		 /* ended by 0; what must have arrived before it */
	int64_t since_ms;
	const char *const
		*reached; /* ended by NULL: destinations whose rows are made up to this record */
	const struct store_outcome *outcomes; /* of a receipt: what it says */
	size_t outcome_count;
};

/* Within the caller's transaction. */
int store_outbox_take(struct store *store, uint64_t seq, const struct store_parcel *parcel,
		      struct error *err);

/* Several changes that are one transaction; `do_it` is called inside. */
typedef int store_outbox_fn(struct store *store, void *ctx, struct error *err);
int store_outbox_change(struct store *store, store_outbox_fn *do_it, void *ctx, struct error *err);

/* Has the record a row for this destination? 1, 0, -1. `state` (of 16 bytes, or NULL) becomes the row's. */
int store_outbox_has(struct store *store, uint64_t seq, const char *destination, char state[16],
		     struct error *err);
/* All rows go. Within the caller's transaction. */
int store_outbox_forget(struct store *store, struct error *err);
/*
 * One outcome; a row that is delivered, or not there, stays as it is, and one that is parked or carried unless a receipt says so.
 * Within the caller's transaction.
 */
int store_outbox_set(struct store *store, const struct store_outcome *outcome, struct error *err);

/* What is known of a destination: up to which record its rows are made, by which choice; and whether it is paused. */
struct store_destination {
	uint64_t reached;
	char *choice; /* or NULL: it is not known yet; the caller frees */
	char *reason; /* why it is paused, or NULL; the caller frees, as `detail` */
	char *detail;
	int64_t until_ms; /* it is not tried before */
};
int store_destination_get(struct store *store, const char *name, struct store_destination *found,
			  struct error *err);
void store_destination_done(struct store_destination *found);
/* Within the caller's transaction: begin it anew, with no rows; NULL `choice` forgets it. */
int store_destination_begin(struct store *store, const char *name, const char *choice,
			    uint64_t reached, struct error *err);
/* … it rests until then; with a reason it is paused, without one (NULL) it is not. */
int store_destination_rest(struct store *store, const char *name, const char *reason,
			   const char *detail, int64_t until_ms, struct error *err);
/* … whatever is not parked is due now. */
int store_destination_hasten(struct store *store, const char *name, struct error *err);

/*
 * The first `most` rows that are due at `now_ms`, in the order of their records, as a list of {"seq","id","kind","state",
 * "tries","sinceMs","location","at","size"}: the last two say where its line lies in records.jsonl. `next_ms` becomes when
 * the next row that waits for its time is due; -1: none does.
 */
int store_outbox_due(struct store *store, const char *name, int64_t now_ms, size_t most,
		     struct value *list, int64_t *next_ms, struct error *err);
/* The first `most` that may be carried away, also those that rest on others, as a list of {"seq"}: a bag has them all at once. */
int store_outbox_to_carry(struct store *store, const char *name, size_t most, struct value *list,
			  struct error *err);
/* {"new","retry","accepted","carried","parked","delivered","blocked","oldestMs"}: how many, and since when the oldest one waits. */
int store_outbox_count(struct store *store, const char *name, struct value *counts,
		       struct error *err);
/* Rows that are not delivered (`seq` 0), or all of one record, as a list of maps; at most `most`. */
int store_outbox_rows(struct store *store, const char *name, uint64_t seq, size_t most,
		      struct value *list, struct error *err);

#endif

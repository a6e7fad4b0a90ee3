/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of records behind the log: which destinations each goes to, behind which others, and what the receivers
 * have said. Everything definite that a receiver says of a record is itself recorded, in a record of kind "receipt",
 * several at once where several came:
 *
 *   {"destination":"platform","receipts":[{"seq":412,"of":"urn:uuid:…","outcome":"delivered","status":201,"headers":"…",
 *     "bodySha256":"…","bodySize":0,"peerSha256":"…"},…]}
 *
 * `outcome` is delivered, parked (with `reason` and `detail`), carried (in a bag that was brought away: `bag` and `bagSha256`
 * stand beside `receipts`) or released (a person lets a parked or carried one be tried again, with `why`). Receipts that came
 * back with a bag stand beside the statement that they are made of (outbox_carry.h). `headers` are the answer's, word for word; `body` is there where it is short text. The time is that of the
 * record: the bench's own clock. So the outbox is what the records, the receipts and destinations.json make of it
 * together, and can be thrown away; what merely failed for now leaves no receipt.
 */
#ifndef DAVY_RECORD_OUTBOX_H
#define DAVY_RECORD_OUTBOX_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "record/entry.h"
#include "record/store.h"
#include "record/store_outbox.h"

#define ENTRY_RECEIPT "receipt"

struct outbox;

/* Both are borrowed. A destinations.json that is none is looked at again later; records wait for it. */
struct outbox *outbox_new(const char *state, struct store *store);
void outbox_free(struct outbox *outbox); /* accepts NULL */

/*
 * destinations.json as it is now, and rows for whatever it asks for and does not have yet. Fails where that file is none
 * (nothing is changed then) or the outbox cannot be written. The list is borrowed until the next call.
 */
const struct value *outbox_settle(struct outbox *outbox, struct error *err);

/*
 * What a record that is about to be appended takes with it, for store_append(); given to outbox_parcel_done() whatever
 * comes of it. A destinations.json that is none keeps no record from being made: its rows come later.
 */
struct outbox_parcel {
	struct store_parcel parcel;
	const char **destinations, **reached;
	uint64_t *after;
	struct store_outcome *outcomes;
};
int outbox_pack(struct outbox *outbox, const struct entry *entry, bool is_simulated,
		struct outbox_parcel *made, struct error *err);
void outbox_parcel_done(struct outbox_parcel *made);

/* Throw all rows away and make them again. */
int outbox_rebuild(struct outbox *outbox, struct error *err);

#endif

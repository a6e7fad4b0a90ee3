/* SPDX-License-Identifier: Apache-2.0 */
/* A record of the store as it was made: its text parsed, and what its payload says. */
#ifndef DAVY_RECORD_STORE_ENTRY_H
#define DAVY_RECORD_STORE_ENTRY_H

#include <stdint.h>

#include "base/error.h"
#include "record/entry.h"
#include "record/jws.h"
#include "record/store.h"

struct store_entry {
	struct jws *jws;
	struct entry entry;
};

/* Fails where there is no such record, or it is none. The caller gives it to store_entry_done(). */
int store_entry_get(struct store *store, uint64_t seq, struct store_entry *found,
		    struct error *err);
void store_entry_done(struct store_entry *found);

/* Go through the records about a subject, in their order; `each` borrows them and ends it by an error. */
typedef int store_entry_fn(void *ctx, const struct store_entry *found, struct error *err);
int store_entry_each(struct store *store, const char *subject, store_entry_fn *each, void *ctx,
		     struct error *err);

#endif

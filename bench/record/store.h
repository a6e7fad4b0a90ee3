/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a bench keeps its records: FOLDER/records.db (SQLite), and word for word again in FOLDER/records.jsonl, a
 * line each. Records are appended and never changed or removed; each stands in the chain and in the hash tree of
 * the bench's log (leaf.h).
 *
 * One process has a store, through one connection. Nothing here is thread-safe: one thread uses it at a time.
 * What is appended is on the disk, twice, before store_append() returns.
 *
 * A store is looked through when it is opened. One that lacks records, or whose chain does not fit, is refused
 * with the number of the first bad record, and nothing of it is touched: a person must look at it. Only one
 * state is completed, since a cut of power leaves it: the last record is in the database and not, or not
 * whole, in the second copy.
 */
#ifndef DAVY_RECORD_STORE_H
#define DAVY_RECORD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "record/merkle.h"

enum {
	STORE_TEXT_MOST = 8 << 20, /* bytes of a record */
	STORE_SUBJECTS = 4,
	STORE_SUBJECT_MOST = 1000, /* bytes */
	STORE_NAME_MOST = 80,	   /* … of its id, its type, a boot's id, a wall time */
};

struct store;
struct store_parcel; /* store_outbox.h */

/* What the machine's clocks said. */
struct store_time {
	const char *boot;     /* id of the machine's start */
	int64_t boot_ms;      /* since then, sleep included */
	const char *wall;     /* RFC 3339, with the zone */
	bool is_synchronised; /* the wall time, as the machine knows */
};

struct store_record {
	uint64_t seq; /* from 1 */
	const char *id, *type;
	const char *text; /* of `size` bytes, without a line end; see jws.h */
	size_t size;
	struct store_time time;
	const char *subject
		[STORE_SUBJECTS]; /* what it is about (store_about), as many as are not NULL */
	uint8_t leaf[HASH_SIZE], prev[HASH_SIZE];
	const struct store_parcel *parcel; /* what goes into the outbox with it, or NULL */
};

/* Opens the store, which is made where there is none. NULL where it cannot be had, or is damaged. */
struct store *store_open(const char *folder, struct error *err);
void store_close(struct store *store); /* accepts NULL */

/* What the next record is to say of its own place. */
void store_next(const struct store *store, uint64_t *seq, uint8_t prev[HASH_SIZE]);
/*
 * Append a record, whose `seq` and `prev` are those of store_next(); its leaf is computed here. Refused
 * (ERROR_REFUSED) where they are not, where the id is there already, and where a file of the store is not in its folder any
 * more: nothing is written then. When it could not be written whole, nothing is written any more until the store has been
 * opened anew.
 */
int store_append(struct store *store, const struct store_record *record, struct error *err);

uint64_t store_count(const struct store *store);
const struct merkle *store_tree(const struct store *store);

/* A record's texts are copied into `texts`, which lends them to `record`. 1; 0 where there is none. */
int store_get(struct store *store, uint64_t seq, struct store_record *record, struct buf *texts,
	      struct error *err);
int store_find(struct store *store, const char *id, uint64_t *seq, struct error *err);
/*
 * The numbers of the records about a subject, in their order; the caller frees the array. An index, made when they were
 * appended: what they really are about stands in them.
 */
int store_about(struct store *store, const char *subject, uint64_t **seqs, size_t *count,
		struct error *err);
/* A merkle_leaf_fn; `store` is the ctx, and index 0 the first record. */
int store_leaf(void *store, uint64_t index, uint8_t leaf[HASH_SIZE], struct error *err);

/*
 * Read every byte again: the database's pages, each record's digest, its chain, its second copy. `bad` is the first
 * record that is not as it was written, 0 where none is to blame.
 */
int store_check(struct store *store, uint64_t *bad, struct error *err);

#endif

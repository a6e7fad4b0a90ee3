/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A leaf of a bench's log: what its hash tree (merkle.h) has of one record. Small, so that whoever keeps a copy of
 * the log sees hashes and no test data. The input of the leaf is canonical JSON (canonical.h):
 *
 *   {"id":"urn:uuid:…","prev":"…","seq":412,"sha256":"…","typ":"…","v":1}
 *
 * `sha256` is of the record's text as it was first kept, with the bench's signature alone; `prev` is the SHA-256 of
 * the input of the leaf before, of the first one 32 zero bytes.
 */
#ifndef DAVY_RECORD_LEAF_H
#define DAVY_RECORD_LEAF_H

#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

struct leaf {
	uint64_t seq; /* from 1 */
	const char *id, *type;
	uint8_t text[HASH_SIZE]; /* the digest of the record's text */
	uint8_t prev[HASH_SIZE];
};

/* Its hash in the tree, and what the leaf behind it has as `prev`. Refused as canonical_write() refuses. */
int leaf_hash(const struct leaf *leaf, uint8_t hash[HASH_SIZE], uint8_t next_prev[HASH_SIZE],
	      struct error *err);

#endif

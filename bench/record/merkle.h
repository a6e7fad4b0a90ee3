/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash tree of RFC 6962, section 2.1: SHA-256, a leaf as SHA-256(0x00 | data), a node as
 * SHA-256(0x01 | left | right), and the root of no leaves that of no bytes. Pure; leaves stay with the caller.
 */
#ifndef DAVY_RECORD_MERKLE_H
#define DAVY_RECORD_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

enum { MERKLE_DEEPEST = 64 };

void merkle_leaf(const void *data, size_t size, uint8_t leaf[HASH_SIZE]);

/*
 * A tree that only grows, of which nothing is kept but the roots of its full subtrees: one for each bit that is set in
 * `size`, the largest first. Both fields may be stored and set again.
 */
struct merkle {
	uint64_t size;
	uint8_t roots[MERKLE_DEEPEST][HASH_SIZE];
};

void merkle_init(struct merkle *tree);
void merkle_add(struct merkle *tree, const uint8_t leaf[HASH_SIZE]);
void merkle_root(const struct merkle *tree, uint8_t root[HASH_SIZE]);

/*
 * Where leaves come from: gives the leaf hash of `index`, or fails. A proof asks for each leaf once at most,
 * in the order of its parts, each part from its first leaf to its last.
 */
typedef int merkle_leaf_fn(void *ctx, uint64_t index, uint8_t leaf[HASH_SIZE], struct error *err);

/* The root over the leaves from `begin` up to, not including, `end`. */
int merkle_root_of(merkle_leaf_fn *leaf_of, void *ctx, uint64_t begin, uint64_t end,
		   uint8_t root[HASH_SIZE], struct error *err);

/* Hashes in the order of the RFC: from the leaves upwards. */
struct merkle_proof {
	size_t count;
	uint8_t hashes[MERKLE_DEEPEST][HASH_SIZE];
};

/*
 * That leaf `index` is in the tree of `size` leaves (section 2.1.1). Refused where it is not (ERROR_USAGE).
 * It takes as many hashes as there are leaves, and no memory but the proof.
 */
int merkle_prove_inclusion(merkle_leaf_fn *leaf_of, void *ctx, uint64_t index, uint64_t size,
			   struct merkle_proof *proof, struct error *err);
/* That the tree of `size` leaves begins with that of `old` (section 2.1.2), which may be empty or the same. */
int merkle_prove_consistency(merkle_leaf_fn *leaf_of, void *ctx, uint64_t old, uint64_t size,
			     struct merkle_proof *proof, struct error *err);

/* RFC 9162, 2.1.3.2 and 2.1.4.2. Any proof that is too long, too short or for other sizes is none. */
bool merkle_includes(const struct merkle_proof *proof, uint64_t index, uint64_t size,
		     const uint8_t leaf[HASH_SIZE], const uint8_t root[HASH_SIZE]);
bool merkle_consistent(const struct merkle_proof *proof, uint64_t old, uint64_t size,
		       const uint8_t old_root[HASH_SIZE], const uint8_t root[HASH_SIZE]);

#endif

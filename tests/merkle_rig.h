/* SPDX-License-Identifier: Apache-2.0 */
/* Trees for claims: the eight leaves that Certificate Transparency's tests have, and numbered ones. */
#ifndef DAVY_TESTS_MERKLE_RIG_H
#define DAVY_TESTS_MERKLE_RIG_H

#include "record/merkle.h"

merkle_leaf_fn merkle_reference_leaf; /* of no context */
merkle_leaf_fn merkle_numbered_leaf;  /* leaf i is the decimal number i; of no context */

/* Numbered leaves and all their roots by size, ready to be looked up. The caller frees it. */
struct merkle_forest {
	uint64_t size;
	uint64_t asked;	   /* how many leaves were asked for */
	uint64_t fails_at; /* the leaf that cannot be had; UINT64_MAX: none */
	uint8_t leaves[300][HASH_SIZE];
	uint8_t roots[301][HASH_SIZE];
};

struct merkle_forest *merkle_forest_new(uint64_t size);
merkle_leaf_fn merkle_forest_leaf;

#endif

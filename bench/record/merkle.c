/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree itself, by its frontier. Adding a leaf is adding one to a binary number: where two full subtrees of the
 * same size meet they become one of twice the size, as ones carry. The root joins what is left from the smallest
 * upwards, which is the RFC's split at the largest power of two below the size.
 */
#include "record/merkle.h"

#include <string.h>

#include "record/merkle_node.h"

void merkle_node(const uint8_t left[HASH_SIZE], const uint8_t right[HASH_SIZE],
		 uint8_t node[HASH_SIZE])
{
	uint8_t bytes[1 + 2 * HASH_SIZE] = {1};

	memcpy(bytes + 1, left, HASH_SIZE);
	memcpy(bytes + 1 + HASH_SIZE, right, HASH_SIZE);
	hash_of(bytes, sizeof(bytes), node);
}

void merkle_leaf(const void *data, size_t size, uint8_t leaf[HASH_SIZE])
{
	struct hash *hash = hash_new();

	hash_add(hash, "", 1);
	hash_add(hash, data, size);
	hash_finish(hash, leaf);
	hash_free(hash);
}

void merkle_init(struct merkle *tree)
{
	tree->size = 0;
}

/* How many full subtrees there are. */
static int root_count(const struct merkle *tree)
{
	return __builtin_popcountll(tree->size);
}

void merkle_add(struct merkle *tree, const uint8_t leaf[HASH_SIZE])
{
	int last = root_count(tree);

	memcpy(tree->roots[last], leaf, HASH_SIZE);
	for (uint64_t carry = tree->size; carry & 1; carry >>= 1, last--)
		merkle_node(tree->roots[last - 1], tree->roots[last], tree->roots[last - 1]);
	tree->size++;
}

void merkle_root(const struct merkle *tree, uint8_t root[HASH_SIZE])
{
	int at = root_count(tree) - 1;

	if (at < 0) {
		hash_of("", 0, root);
		return;
	}
	memcpy(root, tree->roots[at], HASH_SIZE);
	while (at-- > 0)
		merkle_node(tree->roots[at], root, root);
}

int merkle_root_of(merkle_leaf_fn *leaf_of, void *ctx, uint64_t begin, uint64_t end,
		   uint8_t root[HASH_SIZE], struct error *err)
{
	struct merkle tree;
	uint8_t leaf[HASH_SIZE];

	merkle_init(&tree);
	for (uint64_t i = begin; i < end; i++) {
		if (leaf_of(ctx, i, leaf, err) < 0)
			return -1;
		merkle_add(&tree, leaf);
	}
	merkle_root(&tree, root);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs are made from the root down, where the RFC's recursion begins, and so come out in the wrong order; they are
 * turned round at the end. Of the two halves of each split one is walked into and the other gives its root.
 *
 * Verifying is RFC 9162's way: two numbers, where the leaf (or the old tree's last node) and the tree's last node
 * stand at each level, say on which side the next hash belongs, and when a level has none.
 */
#include <string.h>

#include "record/merkle.h"
#include "record/merkle_node.h"

/* The largest power of two below `count`, which is two or more. */
static uint64_t split(uint64_t count)
{
	return UINT64_C(1) << (63 - __builtin_clzll(count - 1));
}

/* A proof on its way down. */
struct walk {
	merkle_leaf_fn *leaf_of;
	void *ctx;
	struct merkle_proof *proof;
	struct error *err;
	uint64_t begin, end; /* the part that is being walked into */
};

static int walk_take(struct walk *walk, uint64_t begin, uint64_t end)
{
	struct merkle_proof *proof = walk->proof;

	return merkle_root_of(walk->leaf_of, walk->ctx, begin, end, proof->hashes[proof->count++],
			      walk->err);
}

/* Take the root of one half, and go on with the other. */
static int walk_left(struct walk *walk)
{
	uint64_t middle = walk->begin + split(walk->end - walk->begin), end = walk->end;

	walk->end = middle;
	return walk_take(walk, middle, end);
}

static int walk_right(struct walk *walk)
{
	uint64_t middle = walk->begin + split(walk->end - walk->begin), begin = walk->begin;

	walk->begin = middle;
	return walk_take(walk, begin, middle);
}

static int turn_round(struct merkle_proof *proof)
{
	uint8_t held[HASH_SIZE];

	for (size_t i = 0; i < proof->count / 2; i++) {
		uint8_t *one = proof->hashes[i], *other = proof->hashes[proof->count - 1 - i];

		memcpy(held, one, HASH_SIZE);
		memcpy(one, other, HASH_SIZE);
		memcpy(other, held, HASH_SIZE);
	}
	return 0;
}

int merkle_prove_inclusion(merkle_leaf_fn *leaf_of, void *ctx, uint64_t index, uint64_t size,
			   struct merkle_proof *proof, struct error *err)
{
	struct walk walk = {leaf_of, ctx, proof, err, 0, size};

	proof->count = 0;
	if (index >= size)
		return error_set(err, ERROR_USAGE, "entry %llu is not among the first %llu",
				 (unsigned long long)index, (unsigned long long)size);
	while (walk.end - walk.begin > 1) {
		uint64_t middle = walk.begin + split(walk.end - walk.begin);

		if ((index < middle ? walk_left(&walk) : walk_right(&walk)) < 0)
			return -1;
	}
	return turn_round(proof);
}

int merkle_prove_consistency(merkle_leaf_fn *leaf_of, void *ctx, uint64_t old, uint64_t size,
			     struct merkle_proof *proof, struct error *err)
{
	struct walk walk = {leaf_of, ctx, proof, err, 0, size};

	proof->count = 0;
	if (old > size)
		return error_set(err, ERROR_USAGE, "a log of %llu entries cannot begin with %llu",
				 (unsigned long long)size, (unsigned long long)old);
	if (old == 0 || old == size)
		return 0;
	while (walk.end != old) {
		uint64_t middle = walk.begin + split(walk.end - walk.begin);

		if ((old <= middle ? walk_left(&walk) : walk_right(&walk)) < 0)
			return -1;
	}
	/* What the old tree's root is made of is known to whoever has it, unless it is only a part of that. */
	if (walk.begin && walk_take(&walk, walk.begin, walk.end) < 0)
		return -1;
	return turn_round(proof);
}

bool merkle_includes(const struct merkle_proof *proof, uint64_t index, uint64_t size,
		     const uint8_t leaf[HASH_SIZE], const uint8_t root[HASH_SIZE])
{
	uint64_t at = index, last = size - 1;
	uint8_t node[HASH_SIZE];

	if (index >= size || proof->count > MERKLE_DEEPEST)
		return false;
	memcpy(node, leaf, HASH_SIZE);
	for (size_t i = 0; i < proof->count; i++, at >>= 1, last >>= 1) {
		if (last == 0)
			return false;
		if (!(at & 1) && at != last) {
			merkle_node(node, proof->hashes[i], node);
			continue;
		}
		merkle_node(proof->hashes[i], node, node);
		for (; !(at & 1) && at; at >>= 1)
			last >>= 1;
	}
	return last == 0 && memcmp(node, root, HASH_SIZE) == 0;
}

static bool is_power_of_two(uint64_t number)
{
	return (number & (number - 1)) == 0;
}

/* Both trees' nodes, climbed together; `seed` is the node that they share at the bottom. */
static bool climb(const struct merkle_proof *proof, size_t from, const uint8_t seed[HASH_SIZE],
		  uint64_t at, uint64_t last, uint8_t old_node[HASH_SIZE], uint8_t node[HASH_SIZE])
{
	memcpy(old_node, seed, HASH_SIZE);
	memcpy(node, seed, HASH_SIZE);
	for (size_t i = from; i < proof->count; i++, at >>= 1, last >>= 1) {
		if (last == 0)
			return false;
		if (!(at & 1) && at != last) {
			merkle_node(node, proof->hashes[i], node);
			continue;
		}
		merkle_node(proof->hashes[i], old_node, old_node);
		merkle_node(proof->hashes[i], node, node);
		for (; !(at & 1) && at; at >>= 1)
			last >>= 1;
	}
	return last == 0;
}

bool merkle_consistent(const struct merkle_proof *proof, uint64_t old, uint64_t size,
		       const uint8_t old_root[HASH_SIZE], const uint8_t root[HASH_SIZE])
{
	uint64_t at = old - 1, last = size - 1;
	uint8_t old_node[HASH_SIZE], node[HASH_SIZE];
	bool whole = is_power_of_two(old);

	if (old > size || proof->count > MERKLE_DEEPEST)
		return false;
	if (old == 0) {
		hash_of("", 0, node);
		return proof->count == 0 && memcmp(old_root, node, HASH_SIZE) == 0 &&
		       (size || memcmp(root, node, HASH_SIZE) == 0);
	}
	if (old == size)
		return proof->count == 0 && memcmp(old_root, root, HASH_SIZE) == 0;
	if (proof->count == 0)
		return false;
	for (; at & 1; at >>= 1)
		last >>= 1;
	return climb(proof, whole ? 0 : 1, whole ? old_root : proof->hashes[0], at, last, old_node,
		     node) &&
	       memcmp(old_node, old_root, HASH_SIZE) == 0 && memcmp(node, root, HASH_SIZE) == 0;
}

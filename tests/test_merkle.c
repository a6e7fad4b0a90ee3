/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash tree: the reference tree of Certificate Transparency (eight leaves, known roots and paths), and all trees
 * of up to 200 leaves against what tests/merkle_vectors.py makes of the RFC's definitions.
 */
#include <stdlib.h>
#include <string.h>

#include "record/merkle.h"
#include "tests/claims.h"
#include "tests/merkle_rig.h"
#include "tests/record_rig.h"

static void check_hash(const uint8_t hash[HASH_SIZE], const char *wanted)
{
	char hex[HASH_HEX_SIZE];

	hash_hex(hash, hex);
	CU_ASSERT_STRING_EQUAL(hex, wanted);
}

static void check_proof(const struct merkle_proof *proof, size_t count, const char *const *wanted)
{
	CU_ASSERT_EQUAL_FATAL(proof->count, count);
	for (size_t i = 0; i < count; i++)
		check_hash(proof->hashes[i], wanted[i]);
}

static const char *const ROOTS[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void the_reference_tree_has_its_roots(void)
{
	struct merkle tree;
	uint8_t root[HASH_SIZE], again[HASH_SIZE];
	struct error err;

	merkle_init(&tree);
	merkle_root(&tree, root);
	check_hash(root, ROOTS[0]);
	for (uint64_t size = 1; size <= 8; size++) {
		CU_ASSERT_EQUAL(merkle_reference_leaf(NULL, size - 1, root, &err), 0);
		merkle_add(&tree, root);
		merkle_root(&tree, root);
		check_hash(root, ROOTS[size]);
		merkle_root_of(merkle_reference_leaf, NULL, 0, size, again, &err);
		CU_ASSERT_EQUAL(memcmp(root, again, HASH_SIZE), 0);
	}
}

static void check_reference_path(uint64_t index, uint64_t size, size_t count,
				 const char *const *wanted)
{
	struct merkle_proof proof;
	uint8_t leaf[HASH_SIZE], root[HASH_SIZE];
	struct error err;

	CU_ASSERT_EQUAL(
		merkle_prove_inclusion(merkle_reference_leaf, NULL, index, size, &proof, &err), 0);
	check_proof(&proof, count, wanted);
	merkle_reference_leaf(NULL, index, leaf, &err);
	of_hex(ROOTS[size], root);
	CU_ASSERT_TRUE(merkle_includes(&proof, index, size, leaf, root));
}

static void the_reference_tree_has_its_inclusion_proofs(void)
{
	static const char *const FIRST[] = {
		"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
	};
	static const char *const SIXTH[] = {
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	};
	static const char *const THIRD[] = {
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	};
	static const char *const SECOND[] = {
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	};

	check_reference_path(0, 1, 0, NULL);
	check_reference_path(0, 8, 3, FIRST);
	check_reference_path(5, 8, 3, SIXTH);
	check_reference_path(2, 3, 1, THIRD);
	check_reference_path(1, 5, 3, SECOND);
}

static void check_reference_growth(uint64_t old, uint64_t size, size_t count,
				   const char *const *wanted)
{
	struct merkle_proof proof;
	uint8_t old_root[HASH_SIZE], root[HASH_SIZE];
	struct error err;

	CU_ASSERT_EQUAL(
		merkle_prove_consistency(merkle_reference_leaf, NULL, old, size, &proof, &err), 0);
	check_proof(&proof, count, wanted);
	of_hex(ROOTS[old], old_root);
	of_hex(ROOTS[size], root);
	CU_ASSERT_TRUE(merkle_consistent(&proof, old, size, old_root, root));
}

static void the_reference_tree_has_its_consistency_proofs(void)
{
	static const char *const FROM_1[] = {
		"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
	};
	static const char *const FROM_6[] = {
		"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	};
	static const char *const FROM_2[] = {
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	};
	static const char *const FROM_6_TO_7[] = {
		"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
		"b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	};

	check_reference_growth(1, 1, 0, NULL);
	check_reference_growth(0, 5, 0, NULL);
	check_reference_growth(1, 8, 3, FROM_1);
	check_reference_growth(6, 8, 3, FROM_6);
	check_reference_growth(2, 5, 2, FROM_2);
	check_reference_growth(6, 7, 3, FROM_6_TO_7);
}

/* All trees of up to so many leaves, and the digests that merkle_vectors.py prints for them. */
enum { MOST = 200 };

static uint64_t step(uint64_t size)
{
	return size > 64 ? 7 : 1;
}

static void the_roots_of_all_small_trees_are_those_of_the_definition(void)
{
	struct hash *hash = hash_new();
	struct merkle tree;
	uint8_t root[HASH_SIZE];

	merkle_init(&tree);
	for (uint64_t size = 1; size <= MOST; size++) {
		merkle_numbered_leaf(NULL, size - 1, root, NULL);
		merkle_add(&tree, root);
		merkle_root(&tree, root);
		hash_add(hash, root, HASH_SIZE);
	}
	hash_finish(hash, root);
	check_hash(root, "37db8516c2afd6fb8dea4b4d117b5e2c380fe7058a1a4d0ebc9888bc2e91b762");
	hash_free(hash);
}

static void the_inclusion_proofs_of_all_small_trees_are_those_of_the_definition(void)
{
	struct merkle_forest *forest = merkle_forest_new(MOST);
	struct hash *hash = hash_new();
	uint8_t digest[HASH_SIZE];
	struct merkle_proof proof;
	struct error err;

	for (uint64_t size = 1; size <= MOST; size++)
		for (uint64_t index = 0; index < size; index += step(size)) {
			merkle_prove_inclusion(merkle_forest_leaf, forest, index, size, &proof,
					       &err);
			hash_add(hash, proof.hashes, proof.count * HASH_SIZE);
			CU_ASSERT_TRUE(merkle_includes(&proof, index, size, forest->leaves[index],
						       forest->roots[size]));
			CU_ASSERT_FALSE(merkle_includes(&proof, index + 1, size,
							forest->leaves[index],
							forest->roots[size]));
		}
	hash_finish(hash, digest);
	check_hash(digest, "976369236238977c7850e237cab0165f93a809d62743139d1fe9137ba1e5051a");
	hash_free(hash);
	free(forest);
}

static void the_consistency_proofs_of_all_small_trees_are_those_of_the_definition(void)
{
	struct merkle_forest *forest = merkle_forest_new(MOST);
	struct hash *hash = hash_new();
	uint8_t digest[HASH_SIZE];
	struct merkle_proof proof;
	struct error err;

	for (uint64_t size = 1; size <= MOST; size++)
		for (uint64_t old = 1; old <= size; old += step(size)) {
			merkle_prove_consistency(merkle_forest_leaf, forest, old, size, &proof,
						 &err);
			hash_add(hash, proof.hashes, proof.count * HASH_SIZE);
			CU_ASSERT_TRUE(merkle_consistent(&proof, old, size, forest->roots[old],
							 forest->roots[size]));
			CU_ASSERT_FALSE(merkle_consistent(&proof, old - 1, size,
							  forest->roots[old - 1],
							  forest->roots[size]) &&
					old > 1);
		}
	hash_finish(hash, digest);
	check_hash(digest, "ea7a04d4f0ed2300e0e0b5ce1a1c02a50fb1709a4add3205da564922b19d3275");
	hash_free(hash);
	free(forest);
}

static void a_frontier_that_was_kept_goes_on_growing(void)
{
	struct merkle_forest *forest = merkle_forest_new(MOST);
	uint8_t root[HASH_SIZE];

	for (uint64_t size = 0; size < MOST; size++) {
		struct merkle tree, kept;

		merkle_init(&tree);
		for (uint64_t i = 0; i < size; i++)
			merkle_add(&tree, forest->leaves[i]);
		memset(&kept, 0xff, sizeof(kept));
		kept.size = tree.size;
		memcpy(kept.roots, tree.roots, (size_t)__builtin_popcountll(tree.size) * HASH_SIZE);
		merkle_add(&kept, forest->leaves[size]);
		merkle_root(&kept, root);
		CU_ASSERT_EQUAL(memcmp(root, forest->roots[size + 1], HASH_SIZE), 0);
	}
	free(forest);
}

void suite_merkle(void)
{
	suite_begin("merkle");
	claim(the_reference_tree_has_its_roots);
	claim(the_reference_tree_has_its_inclusion_proofs);
	claim(the_reference_tree_has_its_consistency_proofs);
	claim(the_roots_of_all_small_trees_are_those_of_the_definition);
	claim(the_inclusion_proofs_of_all_small_trees_are_those_of_the_definition);
	claim(the_consistency_proofs_of_all_small_trees_are_those_of_the_definition);
	claim(a_frontier_that_was_kept_goes_on_growing);
}

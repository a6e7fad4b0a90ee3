/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs that prove nothing: changed, cut, grown, for other sizes, of entries that are not there. */
#include <stdlib.h>
#include <string.h>

#include "record/merkle.h"
#include "tests/claims.h"
#include "tests/merkle_rig.h"

enum { SIZES = 40 };

/* Whether `proof` with one thing changed is still taken; `judge` asks the verifier. */
typedef bool judge_fn(void *ctx, const struct merkle_proof *proof);

static void check_changes(judge_fn *judge, void *ctx, const struct merkle_proof *proof)
{
	struct merkle_proof changed = *proof;

	for (size_t i = 0; i < proof->count; i++) {
		changed.hashes[i][7] ^= 8;
		CU_ASSERT_FALSE(judge(ctx, &changed));
		changed = *proof;
	}
	if (proof->count) {
		changed.count--;
		CU_ASSERT_FALSE(judge(ctx, &changed));
		memmove(changed.hashes[0], changed.hashes[1], changed.count * HASH_SIZE);
		CU_ASSERT_FALSE(judge(ctx, &changed));
	}
	changed = *proof;
	memcpy(changed.hashes[changed.count], proof->hashes[0], HASH_SIZE);
	changed.count++;
	CU_ASSERT_FALSE(judge(ctx, &changed));
	memmove(changed.hashes[1], proof->hashes[0], proof->count * HASH_SIZE);
	CU_ASSERT_FALSE(judge(ctx, &changed));
	changed.count = MERKLE_DEEPEST + 1;
	CU_ASSERT_FALSE(judge(ctx, &changed));
}

/* What a proof is said to be about. */
struct question {
	struct merkle_forest *forest;
	uint64_t at, size;
};

static bool includes(void *ctx, const struct merkle_proof *proof)
{
	struct question *question = ctx;
	struct merkle_forest *forest = question->forest;

	return merkle_includes(proof, question->at, question->size, forest->leaves[question->at],
			       forest->roots[question->size]);
}

static bool grew(void *ctx, const struct merkle_proof *proof)
{
	struct question *question = ctx;
	struct merkle_forest *forest = question->forest;

	return merkle_consistent(proof, question->at, question->size, forest->roots[question->at],
				 forest->roots[question->size]);
}

static void a_changed_inclusion_proof_is_none(void)
{
	struct merkle_forest *forest = merkle_forest_new(SIZES);
	struct question question = {.forest = forest};
	struct merkle_proof proof;
	struct error err;

	for (question.size = 1; question.size <= SIZES; question.size++)
		for (question.at = 0; question.at < question.size; question.at++) {
			merkle_prove_inclusion(merkle_forest_leaf, forest, question.at,
					       question.size, &proof, &err);
			CU_ASSERT_TRUE(includes(&question, &proof));
			check_changes(includes, &question, &proof);
		}
	free(forest);
}

static void a_changed_consistency_proof_is_none(void)
{
	struct merkle_forest *forest = merkle_forest_new(SIZES);
	struct question question = {.forest = forest};
	struct merkle_proof proof;
	struct error err;

	for (question.size = 1; question.size <= SIZES; question.size++)
		for (question.at = 0; question.at <= question.size; question.at++) {
			merkle_prove_consistency(merkle_forest_leaf, forest, question.at,
						 question.size, &proof, &err);
			CU_ASSERT_TRUE(grew(&question, &proof));
			memset(proof.hashes[proof.count], 0, HASH_SIZE);
			check_changes(grew, &question, &proof);
		}
	free(forest);
}

static void a_proof_holds_for_its_own_leaf_root_and_place_only(void)
{
	struct merkle_forest *forest = merkle_forest_new(SIZES);
	struct merkle_proof proof;
	struct error err;

	merkle_prove_inclusion(merkle_forest_leaf, forest, 5, 21, &proof, &err);
	for (uint64_t i = 0; i < SIZES; i++) {
		CU_ASSERT_EQUAL(
			merkle_includes(&proof, 5, 21, forest->leaves[i], forest->roots[21]),
			i == 5);
		CU_ASSERT_EQUAL(
			merkle_includes(&proof, i, 21, forest->leaves[5], forest->roots[21]),
			i == 5);
		CU_ASSERT_EQUAL(merkle_includes(&proof, 5, 21, forest->leaves[5], forest->roots[i]),
				i == 21);
	}
	CU_ASSERT_FALSE(
		merkle_includes(&proof, UINT64_MAX, 21, forest->leaves[5], forest->roots[21]));
	CU_ASSERT_FALSE(merkle_includes(&proof, 5, 0, forest->leaves[5], forest->roots[21]));
	CU_ASSERT_FALSE(
		merkle_includes(&proof, 5, UINT64_MAX, forest->leaves[5], forest->roots[21]));
	free(forest);
}

static void a_log_that_was_rewritten_is_not_consistent(void)
{
	struct merkle_forest *forest = merkle_forest_new(SIZES);
	uint8_t kept[HASH_SIZE], root[HASH_SIZE];
	struct merkle_proof proof;
	struct error err;

	for (uint64_t victim = 0; victim < 23; victim++) {
		memcpy(kept, forest->leaves[victim], HASH_SIZE);
		merkle_leaf("forged", 6, forest->leaves[victim]);
		merkle_prove_consistency(merkle_forest_leaf, forest, 23, SIZES, &proof, &err);
		merkle_root_of(merkle_forest_leaf, forest, 0, SIZES, root, &err);
		CU_ASSERT_FALSE(merkle_consistent(&proof, 23, SIZES, forest->roots[23], root));
		memcpy(forest->leaves[victim], kept, HASH_SIZE);
	}
	merkle_prove_consistency(merkle_forest_leaf, forest, 23, SIZES, &proof, &err);
	CU_ASSERT_TRUE(
		merkle_consistent(&proof, 23, SIZES, forest->roots[23], forest->roots[SIZES]));
	free(forest);
}

static void a_log_never_shrinks(void)
{
	struct merkle_forest *forest = merkle_forest_new(SIZES);
	struct merkle_proof proof = {0};
	struct error err;

	CU_ASSERT_EQUAL(merkle_prove_consistency(merkle_forest_leaf, forest, 8, 7, &proof, &err),
			-1);
	CU_ASSERT_STRING_EQUAL(err.text, "a log of 7 entries cannot begin with 8");
	CU_ASSERT_FALSE(merkle_consistent(&proof, 8, 7, forest->roots[8], forest->roots[7]));
	CU_ASSERT_FALSE(merkle_consistent(&proof, 1, 0, forest->roots[1], forest->roots[0]));
	CU_ASSERT_FALSE(merkle_consistent(&proof, 7, 7, forest->roots[8], forest->roots[7]));
	CU_ASSERT_FALSE(merkle_consistent(&proof, 0, 0, forest->roots[0], forest->roots[7]));
	CU_ASSERT_FALSE(merkle_consistent(&proof, 0, 7, forest->roots[1], forest->roots[7]));
	CU_ASSERT_TRUE(merkle_consistent(&proof, 0, 7, forest->roots[0], forest->roots[7]));
	CU_ASSERT_TRUE(merkle_consistent(&proof, 0, 0, forest->roots[0], forest->roots[0]));
	free(forest);
}

static void an_entry_that_is_not_there_is_not_proved(void)
{
	struct merkle_proof proof;
	struct error err;

	CU_ASSERT_EQUAL(merkle_prove_inclusion(merkle_numbered_leaf, NULL, 7, 7, &proof, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_STRING_EQUAL(err.text, "entry 7 is not among the first 7");
	CU_ASSERT_EQUAL(merkle_prove_inclusion(merkle_numbered_leaf, NULL, 0, 0, &proof, &err), -1);
}

static void a_leaf_that_cannot_be_read_ends_the_proof(void)
{
	struct merkle_forest *forest = merkle_forest_new(SIZES);
	uint8_t root[HASH_SIZE];
	struct merkle_proof proof;
	struct error err;

	forest->fails_at = 9;
	CU_ASSERT_EQUAL(merkle_prove_inclusion(merkle_forest_leaf, forest, 30, 40, &proof, &err),
			-1);
	CU_ASSERT_STRING_EQUAL(err.text, "entry 9 cannot be read");
	CU_ASSERT_EQUAL(merkle_prove_consistency(merkle_forest_leaf, forest, 30, 40, &proof, &err),
			-1);
	CU_ASSERT_EQUAL(merkle_root_of(merkle_forest_leaf, forest, 0, 40, root, &err), -1);
	CU_ASSERT_EQUAL(merkle_root_of(merkle_forest_leaf, forest, 10, 40, root, &err), 0);
	free(forest);
}

static void a_proof_asks_for_each_leaf_once_at_most(void)
{
	struct merkle_forest *forest = merkle_forest_new(SIZES);
	struct merkle_proof proof;
	struct error err;

	merkle_prove_inclusion(merkle_forest_leaf, forest, 11, SIZES, &proof, &err);
	CU_ASSERT_EQUAL(forest->asked, SIZES - 1);
	forest->asked = 0;
	merkle_prove_consistency(merkle_forest_leaf, forest, 11, SIZES, &proof, &err);
	CU_ASSERT_EQUAL(forest->asked, SIZES);
	free(forest);
}

/* A leaf's data may look like a node, but its hash is never one (the second preimage that 0x00 and 0x01 prevent). */
static void a_node_is_no_leaf(void)
{
	struct merkle_forest *forest = merkle_forest_new(2);
	uint8_t both[2 * HASH_SIZE], leaf[HASH_SIZE];
	struct merkle_proof none = {0};

	memcpy(both, forest->leaves[0], HASH_SIZE);
	memcpy(both + HASH_SIZE, forest->leaves[1], HASH_SIZE);
	merkle_leaf(both, sizeof(both), leaf);
	CU_ASSERT_FALSE(merkle_includes(&none, 0, 1, leaf, forest->roots[2]));
	free(forest);
}

void suite_merkle_hostile(void)
{
	suite_begin("merkle_hostile");
	claim(a_changed_inclusion_proof_is_none);
	claim(a_changed_consistency_proof_is_none);
	claim(a_proof_holds_for_its_own_leaf_root_and_place_only);
	claim(a_log_that_was_rewritten_is_not_consistent);
	claim(a_log_never_shrinks);
	claim(an_entry_that_is_not_there_is_not_proved);
	claim(a_leaf_that_cannot_be_read_ends_the_proof);
	claim(a_proof_asks_for_each_leaf_once_at_most);
	claim(a_node_is_no_leaf);
}

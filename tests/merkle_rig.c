/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/merkle_rig.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/record_rig.h"

int merkle_reference_leaf(void *ctx, uint64_t index, uint8_t leaf[HASH_SIZE], struct error *err)
{
	static const char *const LEAVES[] = {
		"",
		"00",
		"10",
		"2021",
		"3031",
		"40414243",
		"5051525354555657",
		"606162636465666768696a6b6c6d6e6f",
	};
	uint8_t bytes[16];

	(void)ctx;
	(void)err;
	merkle_leaf(bytes, of_hex(LEAVES[index], bytes), leaf);
	return 0;
}

int merkle_numbered_leaf(void *ctx, uint64_t index, uint8_t leaf[HASH_SIZE], struct error *err)
{
	char text[24];

	(void)ctx;
	(void)err;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)index);
	merkle_leaf(text, strlen(text), leaf);
	return 0;
}

struct merkle_forest *merkle_forest_new(uint64_t size)
{
	struct merkle_forest *forest = xcalloc(1, sizeof(*forest));
	struct merkle tree;

	forest->size = size;
	forest->fails_at = UINT64_MAX;
	merkle_init(&tree);
	merkle_root(&tree, forest->roots[0]);
	for (uint64_t i = 0; i < size; i++) {
		merkle_numbered_leaf(NULL, i, forest->leaves[i], NULL);
		merkle_add(&tree, forest->leaves[i]);
		merkle_root(&tree, forest->roots[i + 1]);
	}
	return forest;
}

int merkle_forest_leaf(void *ctx, uint64_t index, uint8_t leaf[HASH_SIZE], struct error *err)
{
	struct merkle_forest *forest = ctx;

	forest->asked++;
	if (index == forest->fails_at)
		return error_set(err, ERROR_OS, "entry %llu cannot be read",
				 (unsigned long long)index);
	memcpy(leaf, forest->leaves[index], HASH_SIZE);
	return 0;
}

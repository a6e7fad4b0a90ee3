/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inputs that are value trees (wire/binary.h), as the loader sends them. A byte changed somewhere in such
 * an input mostly makes it no tree at all, so these targets change trees instead: a node becomes
 * another, goes, comes twice, gets another's name.
 */
#ifndef DAVY_TESTS_FUZZ_TREE_H
#define DAVY_TESTS_FUZZ_TREE_H

#include "base/value.h"
#include "tests/fuzz/fuzz.h"

/* The tree that the input is, or NULL; the caller frees it. */
struct value *tree_read(const uint8_t *data, size_t size);
/* Change one to four things in the tree; takes it and returns what it became. */
struct value *tree_change(struct value *tree, unsigned seed);

/* The input `data` changed in place, at most `most` bytes; its new size. */
size_t tree_mutate(uint8_t *data, size_t size, size_t most, unsigned seed);
/* One with a part of another, written to `out`; its size. */
size_t tree_cross(const uint8_t *one, size_t one_size, const uint8_t *other, size_t other_size,
		  uint8_t *out, size_t most, unsigned seed);

/* libFuzzer's own, and the two that it calls where a target has them. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
				 size_t other_size, uint8_t *out, size_t most, unsigned seed);

/* Once in a target whose inputs are trees. */
#define FUZZ_TREES                                                                                 \
	size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)     \
	{                                                                                          \
		return tree_mutate(data, size, most, seed);                                        \
	}                                                                                          \
	size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size,                      \
					 const uint8_t *other, size_t other_size, uint8_t *out,    \
					 size_t most, unsigned seed)                               \
	{                                                                                          \
		return tree_cross(one, one_size, other, other_size, out, most, seed);              \
	}

#endif

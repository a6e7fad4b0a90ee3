/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each fuzz target stands on. tests/fuzz/fuzz_NAME.c gives one input to one part of the program and
 * holds what comes out against what that part promises; the sanitizers watch the rest. The Makefile
 * finds the files, tests/fuzz/all.sh runs them over tests/fuzz/corpus/NAME.
 */
#ifndef DAVY_TESTS_FUZZ_H
#define DAVY_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* libFuzzer calls it with one input after the other; it returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise: says which one is broken, and aborts, which is a finding. */
#define must(promise) fuzz_must((promise), #promise, __FILE__, __LINE__)
void fuzz_must(bool kept, const char *promise, const char *file, int line);

/* The input as a C string, up to its first NUL; the caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);
/*
 * The input as two: what stands before its first LF, and what stands behind it (empty where there is
 * none). The caller frees `first`; `rest` lies in the input.
 */
struct fuzz_parts {
	char *first;
	const uint8_t *rest;
	size_t size;
};
struct fuzz_parts fuzz_split(const uint8_t *data, size_t size);

/* A folder in memory that holds one file "journal", made anew by each call and gone with the process. */
const char *fuzz_journal(const void *data, size_t size);
/* The same with a file beside it; NULL data: it is not there. */
void fuzz_beside(const char *name, const void *data, size_t size);

#endif

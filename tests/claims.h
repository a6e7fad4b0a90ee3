/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a test file registers its claims. tests/test_NAME.c defines `void suite_NAME(void)`, which
 * calls suite_begin once and claim() per function; the Makefile finds the files.
 */
#ifndef DAVY_TESTS_CLAIMS_H
#define DAVY_TESTS_CLAIMS_H

#include <CUnit/CUnit.h>

void suite_begin(const char *name);
void claim_named(const char *name, CU_TestFunc function);
#define claim(function) claim_named(#function, function)

/* Inside a claim: count it as skipped, with the reason. Return right after it. */
void claim_skip(const char *reason);

#endif

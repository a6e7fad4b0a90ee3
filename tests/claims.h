/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a test file registers its claims. tests/test_NAME.c defines `void suite_NAME(void)`, which
 * calls suite_begin once and claim() per function; the Makefile finds the files.
 */
#ifndef DAVY_TESTS_CLAIMS_H
#define DAVY_TESTS_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

#include <CUnit/CUnit.h>

/* CUnit's own dies of a NULL, and every claim behind that one with it. */
#undef CU_ASSERT_STRING_EQUAL
#define CU_ASSERT_STRING_EQUAL(actual, expected)                                                   \
	CU_assertImplementation(claims_same(actual, expected), __LINE__, #actual " is " #expected, \
				__FILE__, "", CU_FALSE)
/* … and prints of a failure what stands in the source, not what it says. */
#undef CU_FAIL
#undef CU_FAIL_FATAL
#define CU_FAIL(why) CU_assertImplementation(CU_FALSE, __LINE__, why, __FILE__, "", CU_FALSE)
#define CU_FAIL_FATAL(why) CU_assertImplementation(CU_FALSE, __LINE__, why, __FILE__, "", CU_TRUE)
bool claims_same(const char *actual, const char *expected);

void suite_begin(const char *name);
void claim_named(const char *name, CU_TestFunc function);
#define claim(function) claim_named(#function, function)

struct suite {
	const char *name;
	void (*begin)(void);
};

/* Run the suites so named (none: all), print what failed and the totals; the exit status. */
int claims_run(const struct suite *suites, size_t suite_count, int count, char **names);

/* How much longer than usual something may take that is waited for: $SLOWNESS on an emulated processor, else 1. */
int claims_slowness(void);

/* Inside a claim: count it as skipped, with the reason. Return right after it. */
void claim_skip(const char *reason);

#endif

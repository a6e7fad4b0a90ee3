/* SPDX-License-Identifier: Apache-2.0 */
/* The running of claims and the counting of them (tests/claims.h). */
#include "tests/claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CU_pSuite suite;
static int passed, failed, skipped;
static const char *skip_reason;

void suite_begin(const char *name)
{
	suite = CU_add_suite(name, NULL, NULL);
}

void claim_named(const char *name, CU_TestFunc function)
{
	char *words = strdup(name);

	for (char *c = words; *c; c++)
		if (*c == '_')
			*c = ' ';
	CU_add_test(suite, words, function);
	free(words);
}

bool claims_same(const char *actual, const char *expected)
{
	return actual && expected && !strcmp(actual, expected);
}

int claims_slowness(void)
{
	const char *says = getenv("SLOWNESS");
	int slowness = says ? atoi(says) : 1;

	return slowness > 1 ? slowness : 1;
}

void claim_skip(const char *reason)
{
	skip_reason = reason;
}

static void claim_ended(const CU_pTest test, const CU_pSuite of, const CU_pFailureRecord failure)
{
	if (failure) {
		failed++;
		printf("FAILED  %s: %s\n", of->pName, test->pName);
		for (CU_pFailureRecord f = failure; f; f = f->pNext)
			printf("        %s:%u: %s\n", f->strFileName, f->uiLineNumber,
			       f->strCondition);
	} else if (skip_reason) {
		skipped++;
		printf("SKIPPED %s: %s: %s\n", of->pName, test->pName, skip_reason);
	} else {
		passed++;
	}
	skip_reason = NULL;
	fflush(stdout);
}

static int wanted(const char *name, int count, char **names)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return 1;
	return count == 0;
}

int claims_run(const struct suite *suites, size_t suite_count, int count, char **names)
{
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	for (size_t i = 0; i < suite_count; i++)
		if (wanted(suites[i].name, count, names))
			suites[i].begin();

	CU_set_test_complete_handler(claim_ended);
	CU_run_all_tests();
	CU_cleanup_registry();

	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed || passed == 0;
}

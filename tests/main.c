/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every claim, or with arguments the suites so named. Prints what failed, and last the line
 * "N passed, N failed, N skipped" counting claims. With --as-peer it is the other end of a peer's
 * socket instead (tests/peer_child.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "tests/claims.h"
#include "tests/peer_child.h"

#define SUITE(name) void suite_##name(void);
#include "suites.h"
#undef SUITE

static const struct {
	const char *name;
	void (*begin)(void);
} SUITES[] = {
#define SUITE(name) {#name, suite_##name},
#include "suites.h"
#undef SUITE
};

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

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--as-peer"))
		return peer_child(argv[2]);
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	for (size_t i = 0; i < sizeof(SUITES) / sizeof(SUITES[0]); i++)
		if (wanted(SUITES[i].name, argc - 1, argv + 1))
			SUITES[i].begin();

	CU_set_test_complete_handler(claim_ended);
	CU_run_all_tests();
	CU_cleanup_registry();

	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed || passed == 0;
}

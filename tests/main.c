/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every claim, or with arguments the suites so named. Prints what failed, and last the line
 * "N passed, N failed, N skipped" counting claims. With --as-peer it is the other end of a peer's
 * socket instead (tests/peer_child.h).
 */
#include <string.h>

#include "tests/claims.h"
#include "tests/peer_child.h"

#define SUITE(name) void suite_##name(void);
#include "suites.h"
#undef SUITE

static const struct suite SUITES[] = {
#define SUITE(name) {#name, suite_##name},
#include "suites.h"
#undef SUITE
};

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--as-peer"))
		return peer_child(argv[2]);
	return claims_run(SUITES, sizeof(SUITES) / sizeof(SUITES[0]), argc - 1, argv + 1);
}

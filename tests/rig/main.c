/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the claims about real wires, inside the rig; otherwise as tests/main.c. With --probe it is a stopwatch. */
#include <string.h>

#include "tests/claims.h"
#include "tests/rig/probe.h"

#define SUITE(name) void suite_##name(void);
#include "rig_suites.h"
#undef SUITE

static const struct suite SUITES[] = {
#define SUITE(name) {#name, suite_##name},
#include "rig_suites.h"
#undef SUITE
};

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "--probe"))
		return rig_probe(argc - 2, argv + 2);
	return claims_run(SUITES, sizeof(SUITES) / sizeof(SUITES[0]), argc - 1, argv + 1);
}

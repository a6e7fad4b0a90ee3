/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the claims about real wires, inside the rig; otherwise as tests/main.c. */
#include "tests/claims.h"

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
	return claims_run(SUITES, sizeof(SUITES) / sizeof(SUITES[0]), argc - 1, argv + 1);
}

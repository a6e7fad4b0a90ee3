/* SPDX-License-Identifier: Apache-2.0 */
/* A small fixture, for targets to which the fixture is not the input. */
#ifndef DAVY_TESTS_FUZZ_BENCH_H
#define DAVY_TESTS_FUZZ_BENCH_H

#include "run/fixture.h"
#include "run/station.h"

/* Compiled once, and never freed. */
const struct fixture *bench_fixture(void);
/* What stands on wires: its description, its safe image and that image read back, held against each other. */
void bench_check_wires(const struct fixture *fixture, const struct station_slot *wires);

#endif

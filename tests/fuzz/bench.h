/* SPDX-License-Identifier: Apache-2.0 */
/* A small fixture, for targets to which the fixture is not the input. */
#ifndef DAVY_TESTS_FUZZ_BENCH_H
#define DAVY_TESTS_FUZZ_BENCH_H

#include "run/fixture.h"
#include "run/safe_image.h"
#include "run/station.h"

/* Compiled once, and never freed. */
const struct fixture *bench_fixture(void);
/* As a journal's head has both; the caller frees it. */
struct value *bench_fixture_data(void);
struct value *bench_drivers_data(void);
/* An image that is written and read back is the same. */
void bench_check_image(const struct safe_image *image);
/* What stands on wires: its description, its safe image and that image read back, held against each other. */
void bench_check_wires(const struct fixture *fixture, const struct station_slot *wires);

#endif

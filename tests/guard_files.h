/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bench for claims about the guard's rules over devices and contacts, in place of mini's files.
 *
 * A meter drives, between 0 and 300 Pa, for at most 10 s, while the lid is shut and the pressure was read
 * in the last second and is at most 5 kPa; it trims between 0 and 100 Pa, and a trim of 1 Pa is safe. A
 * motor has a contact that shows it within 300 ms, and runs while the fan does. Faults: lid_opens,
 * pressed, burst (9 kPa), welds, jams (the contact does not follow), drops (it opens by itself), each at
 * 5 s; stuck, from the beginning.
 */
#ifndef DAVY_TESTS_GUARD_FILES_H
#define DAVY_TESTS_GUARD_FILES_H

#include "tests/bench_rig.h"

extern const struct bench_file GUARD_FILES[];

#endif

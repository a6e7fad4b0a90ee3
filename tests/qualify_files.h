/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bench to qualify: two meters that are alike, a motor with a contact that shows it, a fan that the motor needs, a
 * valve that nobody shows and that needs the lid, an input, and an E-stop. Its world does and sees all that a person
 * would.
 */
#ifndef DAVY_TESTS_QUALIFY_FILES_H
#define DAVY_TESTS_QUALIFY_FILES_H

#include "tests/bench_rig.h"

extern const struct bench_file QUALIFY_FILES[];

#endif

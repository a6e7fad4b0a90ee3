/* SPDX-License-Identifier: Apache-2.0 */
/* Slots that an earlier controller could not close: what becomes of them when the next one starts. */
#ifndef DAVY_RUN_LEFTOVERS_H
#define DAVY_RUN_LEFTOVERS_H

#include "run/guardian.h"

/*
 * Have the guardian make safe what stands in STATE/safe, unless one of an earlier controller holds it. What
 * it does is logged.
 */
void leftovers_make_safe(struct guardian *guardian, const char *state);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The measures that a person means by a name. */
#ifndef DAVY_CLI_CHOSEN_H
#define DAVY_CLI_CHOSEN_H

#include "base/error.h"
#include "base/value.h"
#include "run/account.h"

/*
 * Copies of the measures of a run as they were judged: those that `name` names ("t90" with all of its keys,
 * "deviation[ch4_1]"), or all where it is NULL. The caller's; NULL where there is none of that name, and the
 * error lists them.
 */
struct value *chosen_measures(const struct account *account, const char *name, struct error *err);

#endif

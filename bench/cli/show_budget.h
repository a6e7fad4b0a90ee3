/* SPDX-License-Identifier: Apache-2.0 */
/* The measures of a run with their budgets: where each one's uncertainty comes from, source by source. */
#ifndef DAVY_CLI_SHOW_BUDGET_H
#define DAVY_CLI_SHOW_BUDGET_H

#include <stdbool.h>

#include "base/error.h"
#include "run/account.h"

/*
 * Print the budgets of all measures, or of those that `measure` names ("t90", "deviation[ch4_1]"; NULL:
 * all), as tables or as one JSON object. -1 where there is none of that name.
 */
int show_budget(const struct account *account, const char *measure, bool json, struct error *err);

#endif

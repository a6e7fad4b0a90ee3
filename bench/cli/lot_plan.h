/* SPDX-License-Identifier: Apache-2.0 */
/* What a sampling plan can tell and what it cannot (verdict/acceptance.h), as people read it. */
#ifndef DAVY_CLI_LOT_PLAN_H
#define DAVY_CLI_LOT_PLAN_H

#include <stdbool.h>

#include "base/error.h"
#include "verdict/acceptance.h"

/* Draw its operating characteristic on stdout, a table of it, and the sentence; or print all of it as JSON. */
void lot_plan_print(const struct acceptance *plan, bool json);
/* The sentence alone, with its figures; the caller frees it. */
char *lot_plan_sentence(const struct acceptance *plan);

#endif

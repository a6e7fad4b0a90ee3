/* SPDX-License-Identifier: Apache-2.0 */
/* davy lot list and davy lot show: how lots stand, in full. */
#ifndef DAVY_CLI_LOT_SHOW_H
#define DAVY_CLI_LOT_SHOW_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "record/lot_standing.h"

int lot_list_print(const char *state, bool json, struct error *err);
int lot_show_print(const char *state, const char *name, bool json, struct error *err);
/* What was recorded last of its verdict, and what it rests on now. */
int lot_show_verdict(const char *state, const char *name, bool json, bool *is_rejected,
		     struct error *err);
/* All draws of it. */
int lot_draw_print(const char *state, const char *name, struct error *err);

/* All of it as data: {"lot","seq","says","draws","seals","units","verdict","fails",…,"recorded","retests","power"}; the caller frees it. */
struct value *lot_show_describe(const struct lot_standing *lot);
/* Why a run of a unit does not count, in words; borrowed. */
const char *lot_show_reason(const char *why);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* davy lot list and davy lot show: how lots stand, in full. */
#ifndef DAVY_CLI_LOT_SHOW_H
#define DAVY_CLI_LOT_SHOW_H

#include <stdbool.h>

#include "base/error.h"

int lot_list_print(const char *state, bool json, struct error *err);
int lot_show_print(const char *state, const char *name, bool json, struct error *err);
/* What was recorded last of its verdict, and what it rests on now. */
int lot_show_verdict(const char *state, const char *name, bool json, bool *is_rejected,
		     struct error *err);
/* All draws of it. */
int lot_draw_print(const char *state, const char *name, struct error *err);

#endif

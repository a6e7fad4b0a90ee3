/* SPDX-License-Identifier: Apache-2.0 */
/* From what davy run was told to what it orders from the controller. */
#ifndef DAVY_CLI_ORDER_H
#define DAVY_CLI_ORDER_H

#include "base/error.h"
#include "base/value.h"
#include "cli/options.h"

struct run_settings {
	const char *state, *station, *limits, *only, *clock;
	int64_t slot, seed;
	double severity;
	struct value *dut, *params;
	struct option_maybe sim;
	bool brief, json;
};

/* An order for the protocol that `name` finds; the caller frees it. NULL: something in it is wrong. */
struct value *order_of_settings(const struct run_settings *settings, const char *name,
				struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the laboratory's store has, over all its benches. This program does not know the network: davy-push reads the store and
 * verifies what came (push/reading.h).
 */
#ifndef DAVY_CLI_LABORATORY_STORE_H
#define DAVY_CLI_LABORATORY_STORE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"

/*
 * Of a piece of equipment (record/laboratory_life.h) or, where `equipment` is NULL, all runs (record/laboratory_runs.h), out of
 * the destination `from`. 0: `told` is the caller's. Else it is NULL, and what is returned is -1, or the code to end with where
 * davy-push has said why.
 */
int laboratory_store_read(const char *state, const char *from, const char *equipment,
			  struct value **told, struct error *err);
/* Is something not verified, not vouched for, or cut? */
bool laboratory_store_is_open(const struct value *told);
/* Print what was not verified, and the keys that nobody vouches for. */
void laboratory_store_print_open(const struct value *told);

#endif

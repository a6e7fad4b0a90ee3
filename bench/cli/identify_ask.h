/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a person what stands on equipment, one thing after the other; a scanner types as a keyboard does. */
#ifndef DAVY_CLI_IDENTIFY_ASK_H
#define DAVY_CLI_IDENTIFY_ASK_H

#include "base/error.h"
#include "base/value.h"

/*
 * Add to `read` (record/identity.h) what is typed at the terminal: an empty line is nothing read, "-" that it has none. What is
 * there already is not asked. Refused: the input ends.
 */
int identify_ask(struct value *read, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing what is due to one destination, once. */
#ifndef DAVY_CLI_PUSH_H
#define DAVY_CLI_PUSH_H

#include "base/error.h"

/* Waits for the process that does it; what that ended with, or -1. */
int push_once(const char *state, const char *destination, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAVY_CLI_AUDIT_TOLD_H
#define DAVY_CLI_AUDIT_TOLD_H

#include "base/value.h"

/*
 * Print what an audit has found, as sentences: {"runs","findings"} of run/audit.h and run/audit_pieces.h, {"unread":[{"run","bundle",
 * "why": absent where its series have left}]}, and "bundles": were there any?
 */
void audit_print(const struct value *told);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A whole journal as text, down to the bytes on its wires. */
#ifndef DAVY_CLI_SHOW_JOURNAL_H
#define DAVY_CLI_SHOW_JOURNAL_H

#include <stdio.h>

#include "base/error.h"

/* Print every line and entry of the journal in `folder`, in order; -1 where its chain is broken. */
int show_journal(const char *folder, FILE *out, struct error *err);

#endif

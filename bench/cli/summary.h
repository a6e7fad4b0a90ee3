/* SPDX-License-Identifier: Apache-2.0 */
/* What an event says, for whoever is about to sign it, or reads it. */
#ifndef DAVY_CLI_SUMMARY_H
#define DAVY_CLI_SUMMARY_H

#include "cli/book.h"

/* Lines to stdout: what, of which specimen, with which result, what is open, who has signed. */
void summary_print(const struct book_event *event, const struct roster *roster);

#endif

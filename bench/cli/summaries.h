/* SPDX-License-Identifier: Apache-2.0 */
/* What runs ended with, for --json. */
#ifndef DAVY_CLI_SUMMARIES_H
#define DAVY_CLI_SUMMARIES_H

#include <stddef.h>

#include "base/error.h"
#include "base/value.h"

/*
 * Print the summaries of so many runs to standard output: of one run one object, of several a list in the order of
 * their slots. -1: it does not take them; `run` names one of them in the sentence.
 */
int summaries_print(const struct value *summaries, size_t runs, const char *run, struct error *err);

#endif

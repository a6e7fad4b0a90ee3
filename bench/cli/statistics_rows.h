/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAVY_CLI_STATISTICS_ROWS_H
#define DAVY_CLI_STATISTICS_ROWS_H

#include <stdio.h>

#include "base/value.h"

/*
 * Groups (statistics.h) as CSV: a head, then a row for each measure of each group, those without values that failed behind the
 * others, and one for a group that has none. Numbers as in JSON; what there is none of is empty.
 */
void statistics_print_rows(FILE *out, const struct value *groups);

#endif

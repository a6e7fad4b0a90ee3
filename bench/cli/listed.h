/* SPDX-License-Identifier: Apache-2.0 */
/* What the lists of the bench's register are made of: texts that an entry may lack, and the day it is held against. */
#ifndef DAVY_CLI_LISTED_H
#define DAVY_CLI_LISTED_H

#include "base/value.h"

enum { LISTED_DAY_SIZE = 11 };

/* Borrowed; "" where the entry does not say it. */
const char *listed_text(const struct value *entry, const char *name);
/* This machine's day, UTC, as certificates have theirs: "2026-03-01". */
void listed_today(char day[LISTED_DAY_SIZE]);

#endif

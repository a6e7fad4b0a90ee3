/* SPDX-License-Identifier: Apache-2.0 */
/* What the lists of the bench's register are made of: texts that an entry may lack, and the day it is held against. */
#ifndef DAVY_CLI_LISTED_H
#define DAVY_CLI_LISTED_H

#include <stdint.h>

#include "base/value.h"
#include "verdict/unit.h"

enum { LISTED_DAY_SIZE = 11 };

/* Borrowed; "" where the entry does not say it. */
const char *listed_text(const struct value *entry, const char *name);
/* The texts of a list, "a, b"; the caller frees it. */
char *listed_joined(const struct value *list);
/* This machine's day, UTC, as certificates have theirs: "2026-03-01". */
void listed_today(char day[LISTED_DAY_SIZE]);
/* The day of a record's time in this machine's zone, in which persons give days, too; "" where it is none, or NULL. */
void listed_day(const char *text, char day[LISTED_DAY_SIZE]);
/* How many days the second is behind the first; -1 where one of both is none. */
int64_t listed_days(const char *from, const char *to);
/* What is left in a cylinder (record/cylinder.h), in the unit of its content; NAN where that cannot be read. */
double listed_left(const struct value *cylinder, struct unit *unit);

#endif

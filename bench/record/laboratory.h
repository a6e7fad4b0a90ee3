/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a laboratory says of itself, in STATE/laboratory.json, which it writes itself:
 *
 *   {"base":"https://lab.example.cn/","bench":"B07","objectionDays":15,"sm2":true,
 *    "snapshotDays":30,"arrivalMonths":4}
 *
 * `base` (of URIs) and `bench` name the log when it begins, and later change nothing: a log keeps its name. The others
 * may be missing, and count as they are now.
 */
#ifndef DAVY_RECORD_LABORATORY_H
#define DAVY_RECORD_LABORATORY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"

/* All of it; NULL, which is no failure, where there is no such file. The caller frees it. */
int laboratory_read(const char *state, struct value **laboratory, struct error *err);
/* How long objections to a result are possible; -1: it has not said so. */
int laboratory_objection_days(const char *state, int *days, struct error *err);
/*
 * By what identifications are weighed (identity.h): {"snapshotDays":…,"arrivalMonths":…}, which the caller frees. Where it has
 * not said how old a snapshot may be it is LABORATORY_SNAPSHOT_DAYS, our own choice; the other is missing then.
 */
enum { LABORATORY_SNAPSHOT_DAYS = 30 };
int laboratory_identity_rules(const char *state, struct value **rules, struct error *err);
/* Does it want the bench to sign by SM2, too (second_signature.h)? */
int laboratory_wants_sm2(const char *state, bool *wants, struct error *err);

#endif

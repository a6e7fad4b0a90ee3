/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roster as a log makes it: its first record introduces the bench's keys, a hand-over the
 * next of them, and each record of kind "key" carries, as
 * `says.jws`, what an administrator has signed (roster.h). Whether one may sign is asked of the roster as it is at that
 * place of the log; what comes later changes nothing of what came before.
 */
#ifndef DAVY_RECORD_ROSTER_LOG_H
#define DAVY_RECORD_ROSTER_LOG_H

#include "base/error.h"
#include "base/value.h"
#include "record/entry.h"
#include "record/jws.h"
#include "record/roster.h"

/* Take the next record of a log, of whatever kind. Refused as roster_take() refuses, and nothing taken. */
int roster_follow(struct roster *roster, const struct entry *entry, struct error *err);

/* A JWS as it stands in a record's JSON, and as such a member; the caller frees each. */
struct jws *roster_log_read(const struct value *member, const char *where, struct error *err);
struct value *roster_log_member(const struct jws *jws, struct error *err);

#endif

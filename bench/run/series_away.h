/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs whose series have left the bench: their folders have away.json instead of the journal,
 *
 *   {"record":412,"since":"2026-…","holders":[{"receiver":"Laboratory 1","receipt":405,…},…],"consumes":{…}}
 *
 * (`consumes` is the journal's line of the specimen that was used up, where one was: the bench goes on to know it), so that whoever looks for the journal can be told where it is. It is no evidence; the record it names is.
 */
#ifndef DAVY_RUN_SERIES_AWAY_H
#define DAVY_RUN_SERIES_AWAY_H

#include "base/error.h"
#include "base/value.h"

/* The map; NULL, which is no error, where the journal is here or was never let go. The caller frees it. */
struct value *series_away(const char *folder);
/* "since 2026-03-02 with Laboratory 1 (record 405) and Laboratory 2 (record 411)"; the caller frees it. */
char *series_away_text(const struct value *away);
/* Fill `err` with the sentence for who wants the journal; always -1. */
int series_away_refuse(const struct value *away, const char *folder, struct error *err);

/*
 * Let the journal in `folder` go: away.json is on the disk before it is removed. What it says is `away`, in the form above.
 */
int series_away_make(const char *folder, const struct value *away, struct error *err);

#endif

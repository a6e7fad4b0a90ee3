/* SPDX-License-Identifier: Apache-2.0 */
/* What the bench's log has about one specimen: its runs, the steps of its life, and what became of either. */
#ifndef DAVY_CLI_HISTORY_H
#define DAVY_CLI_HISTORY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/*
 * A list, newest first, which the caller frees, of {"seq","step","specimen","at"}; of a run {"run","protocol","verdict",
 * "simulated"}, too; {"by","at","why"} in "voided" and "rejected" where it was, and a list "declared" of
 * {"reason","by","at","why"} where somebody has declared it wrong. Of a run that is bracketed (record/run_bracket.h)
 * {"standing","check"} in "bracket".
 *
 * By serial number, which may be spelled as in run/consumed.h, or by the URI of an identity. Empty: the log knows none.
 */
struct value *history_of_specimen(const char *state, const char *serial, struct error *err);
/* Of the same specimen as the record of this number; refused (ERROR_USAGE) where there is none. */
struct value *history_of_record(const char *state, uint64_t seq, struct error *err);
/* Of those, the runs before this record that are simulated, or are not, as it is; oldest first. The caller frees it. */
struct value *history_before(const struct value *history, uint64_t seq);
/* The one of this number, borrowed; or NULL. */
const struct value *history_at(const struct value *history, uint64_t seq);

/* Append which run it was, or which step in both languages. */
void history_what(struct buf *out, const struct value *one);
/* Append how it was judged, and what became of that: "FAIL 不合格; voided 作废 (0003) 2026-…: wrong cylinder". */
void history_fate(struct buf *out, const struct value *one);
/* As a table on stdout; nothing where it is empty. */
void history_print(const struct value *history);

#endif

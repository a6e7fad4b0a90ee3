/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lots of a log (record/lot.h), as a reader without a bench holds them against each other: each list is the one whose digest was
 * recorded, each draw is done again from list and seed, and, of a whole log, each verdict from the runs before it.
 */
#ifndef DAVY_RUN_PROOF_LOTS_H
#define DAVY_RUN_PROOF_LOTS_H

#include "base/error.h"
#include "record/log_read.h"
#include "record/run_bracket.h"

struct proof_lots;

/*
 * Lists lie in FOLDER/files; `folder` is copied. Of `brackets`, which the caller gives each record before this one does, it keeps a
 * share. The caller frees it.
 */
struct proof_lots *proof_lots_new(const char *folder, enum log_extent extent,
				  struct run_brackets *brackets);
void proof_lots_free(struct proof_lots *lots); /* accepts NULL */

/* What a record that was read proves. */
enum lot_proof {
	LOT_PROOF_NONE = 1, /* nothing of a lot */
	LOT_PROOF_LIST,
	LOT_PROOF_DRAW,
	LOT_PROOF_VERDICT,
	LOT_PROOF_MISSING, /* a draw or a verdict, and what it rests on is not in this choice of records */
};

/* Take the next record; `base` is of the log's URIs. -1, and what does not fit. */
int proof_lots_take(struct proof_lots *lots, const struct log_record *record, const char *base,
		    enum lot_proof *proved, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who holds the series of a run besides the bench, as the receipts in a log have it (record/received.h). What the bench's
 * own record says of a receipt counts for nothing here: each statement is held against its receiver's signature.
 */
#ifndef DAVY_RUN_SERIES_HOLDERS_H
#define DAVY_RUN_SERIES_HOLDERS_H

#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/entry.h"

enum { SERIES_HOLDERS_NEEDED = 2 }; /* before series may leave the bench */

/* The kind of the record that a run's series have left the bench (run/series_release.h). */
#define ENTRY_SERIES_RELEASE "series-release"

struct series_holders;

struct series_holders *series_holders_new(void);
void series_holders_free(struct series_holders *holders); /* accepts NULL */

/* Take the next record of a log, of whatever kind. Refused (ERROR_REFUSED): a receipt whose statement its receiver has not signed. */
int series_holders_take(struct series_holders *holders, const struct entry *entry,
			struct error *err);

/*
 * Of the run recorded as `seq`, whose record says this of its journal (mse:journal): a list of {"receiver","key","receipt",
 * "destination","bag","at","keepDays"}, the first receipt by each receiver who says the same of it. Two that have one key or one
 * name are one receiver. The caller frees it.
 */
struct value *series_holders_of(const struct series_holders *holders, uint64_t seq,
				const struct value *journal);

#endif

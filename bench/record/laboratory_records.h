/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of several benches' logs, out of a store that somebody else keeps: each is verified again, bench by bench (log_read.h:
 * its form, the bench's signature, and what it was made behind where the record before it came, too), and told to whoever asked.
 * What cannot be verified is told as that, and to nobody else.
 *
 * Whose a log is. A bench that nobody has named is called as its key begins, and proves its name by that; of one that the
 * laboratory has named, `keys` {"B07":"…"} says how the id of the first key of its log begins (12 characters or more), as
 * somebody has read it there. What has neither is told ("known" is false), for the store's owner could have written all of
 * it.
 */
#ifndef DAVY_RECORD_LABORATORY_RECORDS_H
#define DAVY_RECORD_LABORATORY_RECORDS_H

#include "base/value.h"
#include "record/log_read.h"

/* A good record, borrowed as `struct log_record` is. */
typedef void laboratory_tell_fn(void *ctx, const struct value *row,
				const struct log_record *record);

/*
 * `rows` are {"bench","seq","kind","jws","cameBy","cameAt"}, each bench's together and in the order of their numbers, the
 * records of its keys among them; `jws` is text. `told` gets two lists:
 *
 *   "benches":[{"bench","key","known"}],"unverified":[{"bench","seq","why","cameBy","cameAt"}]
 */
void laboratory_records(struct value *told, const struct value *rows, const struct value *keys,
			laboratory_tell_fn *tell, void *ctx);
/* {"bench","seq","cameBy","cameAt"} of `row` are set in `one`. */
void laboratory_row(struct value *one, const struct value *row);

#endif

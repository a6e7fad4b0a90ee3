/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A choice of a bench's records to be given away, as a bag (record/bag.h) that needs nothing else to be verified:
 *
 *   data/records/000000412.json        a record's text, byte for byte
 *   data/proofs/000000412.tlog-proof   that it is in the log (record/tlog_proof.h)
 *   data/checkpoint                    the log's checkpoint, which all proofs lead to
 *   data/runs/ID/journal               of each run among them
 *   data/runs/ID/photos/SHA-256.jpg   … and its photos (run/photo.h)
 *   data/files/SHA-256                 the list of units of each lot among them
 *
 * Besides those that are asked for: the first record, with the bench's keys; all records of keys and hand-overs, persons' signatures under those
 * that are there, whatever else happened to the same equipment, all other records of the same lot, and the runs that its verdict rests
 * on; and of runs whose series have left the bench the records that say so, with the receipts of those who have them.
 */
#ifndef DAVY_RUN_BUNDLE_H
#define DAVY_RUN_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"

struct bundle_wish {
	const char *state;
	char *const *runs; /* whole names */
	size_t run_count;
	const uint64_t *seqs;
	size_t seq_count;
	const char *folder; /* which is made */
};

/*
 * What was put into it: {folder, records, runs, size}, and "away", a map of the runs whose series have left the bench and are not
 * in it to what series_away.h says, and "photosMissing", sentences that name photos which are not in it because the bench has them
 * no more or has others; the caller frees it. The log is verified on the way, and one
 * that is not good is refused; a record behind the last checkpoint is, too.
 */
struct value *bundle_write(const struct bundle_wish *wish, struct error *err);

/* "data/records/000000412.json"; the caller frees it. The number of such a name, or of a proof's: 0 where it is none. */
char *bundle_name(const char *kind, uint64_t seq, const char *ending);
uint64_t bundle_seq(const char *name);

#endif

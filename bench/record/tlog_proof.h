/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That one record is in a log, as a file that needs nothing else (C2SP tlog-proof, v1):
 *
 *   c2sp.org/tlog-proof@v1
 *   index 411
 *   BASE64 of a hash, a line each, from the leaf upwards
 *
 *   the checkpoint, word for word
 */
#ifndef DAVY_RECORD_TLOG_PROOF_H
#define DAVY_RECORD_TLOG_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "record/merkle.h"

struct tlog_proof {
	uint64_t index; /* from 0: the number of the record less 1 */
	struct merkle_proof path;
	const char *checkpoint; /* borrowed */
	size_t checkpoint_size;
};

void tlog_proof_write(struct buf *out, const struct tlog_proof *proof);
/* Refused with a sentence; extra data, which the form allows, too. The checkpoint is lent by `text`, and not read. */
int tlog_proof_parse(struct tlog_proof *proof, const char *text, size_t size, struct error *err);

#endif

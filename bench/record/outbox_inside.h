/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the outbox's requests share; nobody else includes it. */
#ifndef DAVY_RECORD_OUTBOX_INSIDE_H
#define DAVY_RECORD_OUTBOX_INSIDE_H

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"

/* The destination that a request names, with its rows as they ought to be; NULL where there is none. */
const struct value *outbox_destination(struct bench_log *log, const struct value *request,
				       struct error *err);
/* 1 where the row of `outcome`'s record is there and not delivered yet. */
int outbox_is_open(struct bench_log *log, const char *name, const struct value *outcome,
		   struct error *err);
/* An outcome behind the number and the name of its record. */
int outbox_add_receipt(struct bench_log *log, struct value *receipts, const struct value *outcome,
		       struct error *err);

#endif

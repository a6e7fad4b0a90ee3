/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a run, made of its journal, and what follows from it in the bench's log. */
#ifndef DAVY_RUN_RUN_RECORD_H
#define DAVY_RUN_RUN_RECORD_H

#include <stdbool.h>

#include "base/error.h"
#include "record/bench_log.h"
#include "record/key.h"
#include "run/account.h"

/* Who makes it; all borrowed. */
struct run_record_by {
	struct bench_log *log;
	const struct key
		*second; /* the bench's key for second signatures (second_signature.h), or NULL */
	const struct value
		*software; /* digests of the programs, or NULL where others made the run */
	bool is_late;	   /* another controller did */
};

/*
 * Append the record of a run with a verdict and write its text beside the journal; a specimen that it has used up is held
 * back, and what it drew from cylinders is debited. Whatever of that is there already is left as it is, so that it can be
 * called again where power has cut it off. `appended` is of the record; its text is added to.
 */
int run_record(const struct run_record_by *by, const struct account *account,
	       const struct moment *moment, struct appended *appended, struct error *err);

#endif

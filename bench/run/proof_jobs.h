/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The job orders of a log (record/job_order.h), as a reader without a bench holds them against each other: of a whole log each result
 * that was recorded is worked out again from the runs before it, and no order has changed what its results rest on.
 */
#ifndef DAVY_RUN_PROOF_JOBS_H
#define DAVY_RUN_PROOF_JOBS_H

#include "base/error.h"
#include "record/log_read.h"
#include "record/run_bracket.h"

struct proof_jobs;

/* Of `brackets` it keeps a share; they have taken each record before it does. The caller frees it. */
struct proof_jobs *proof_jobs_new(enum log_extent extent, struct run_brackets *brackets);
void proof_jobs_free(struct proof_jobs *jobs); /* accepts NULL */

/* What a record that was read proves. */
enum job_proof {
	JOB_PROOF_NONE = 1, /* nothing of a result */
	JOB_PROOF_RESULT,
	JOB_PROOF_MISSING, /* a result, and what it rests on is not in this choice of records */
};

/* Take the next record. -1, and what does not fit. */
int proof_jobs_take(struct proof_jobs *jobs, const struct log_record *record,
		    enum job_proof *proved, struct error *err);

#endif

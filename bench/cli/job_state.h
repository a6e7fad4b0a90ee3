/* SPDX-License-Identifier: Apache-2.0 */
/* A job order (record/job_order.h) as the bench's log has it, and where it stands. */
#ifndef DAVY_CLI_JOB_STATE_H
#define DAVY_CLI_JOB_STATE_H

#include "base/error.h"
#include "base/value.h"
#include "cli/order.h"
#include "record/job_standing.h"

/* The bench's log, gone through once. Call job_log_done whatever comes of it. */
struct job_log {
	struct job_standing *
		*at; /* of each number, in the order in which each was first recorded */
	size_t count;
	struct run_brackets *brackets;
};
int job_log_read(struct job_log *log, const char *state, struct error *err);
void job_log_done(struct job_log *log);

struct job_state {
	struct value *order;	/* what its record says */
	struct value *progress; /* job_order_progress() */
	struct value *results;	/* job_standing_results() */
	struct value *judged;	/* job_standing_judged() */
};
void job_state_from(struct job_state *job, const struct job_standing *standing);
/* Of this number; refused where no order has it. Call job_state_done whatever comes of it. */
int job_state_of(struct job_state *job, const struct job_log *log, const char *number,
		 struct error *err);
/* The same of one alone. */
int job_state_read(struct job_state *job, const char *state, const char *number, struct error *err);
void job_state_done(struct job_state *job);

/*
 * Fill in of what davy run was told (--order, --stage, --dut serial=…) what the order says: protocol, limits, parameters, what else
 * it knows of the specimens, the task. Refused where the stage cannot be run on a specimen now. `protocol` is lent by `job`.
 */
int job_state_apply(const struct job_state *job, struct run_settings *settings,
		    const char **protocol, struct error *err);

#endif

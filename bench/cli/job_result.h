/* SPDX-License-Identifier: Apache-2.0 */
/* What several specimens of a job order say together (record/job_result.h), as people read it. */
#ifndef DAVY_CLI_JOB_RESULT_H
#define DAVY_CLI_JOB_RESULT_H

#include "cli/job_state.h"

/* Each result with its units, each figure with its run; every other run of its stages; and what was recorded of it. */
void job_result_print(const struct job_state *job);

#endif

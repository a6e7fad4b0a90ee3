/* SPDX-License-Identifier: Apache-2.0 */
/* Every record goes to every order that is there by then; one is begun by its first record. */
#include "run/proof_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/job_order.h"
#include "record/job_standing.h"

struct proof_jobs {
	enum log_extent extent;
	struct run_brackets *brackets; /* of all records, this one, too */
	struct job_standing **at;
	size_t count;
};

struct proof_jobs *proof_jobs_new(enum log_extent extent, struct run_brackets *brackets)
{
	struct proof_jobs *jobs = xcalloc(1, sizeof(*jobs));

	jobs->extent = extent;
	jobs->brackets = run_brackets_share(brackets);
	return jobs;
}

void proof_jobs_free(struct proof_jobs *jobs)
{
	if (!jobs)
		return;
	for (size_t i = 0; i < jobs->count; i++)
		job_standing_free(jobs->at[i]);
	free(jobs->at);
	run_brackets_free(jobs->brackets);
	free(jobs);
}

static struct job_standing *find(const struct proof_jobs *jobs, const char *number)
{
	for (size_t i = 0; number && i < jobs->count; i++) {
		const struct value *order = job_standing_order(jobs->at[i]);

		if (!strcmp(value_get_text(order, "number"), number))
			return jobs->at[i];
	}
	return NULL;
}

static void add(struct proof_jobs *jobs, const struct entry *entry)
{
	const char *number = value_get_text(entry->says, "number");

	if (strcmp(entry->kind, ENTRY_JOB_ORDER) != 0 || !number || find(jobs, number))
		return;
	jobs->at = xrealloc(jobs->at, (jobs->count + 1) * sizeof(*jobs->at));
	jobs->at[jobs->count++] = job_standing_new(number, jobs->brackets);
}

static int check(const struct proof_jobs *jobs, const struct entry *entry, enum job_proof *proved,
		 struct error *err)
{
	const struct job_standing *job;

	*proved = JOB_PROOF_NONE;
	if (strcmp(entry->kind, ENTRY_JOB_RESULT) != 0)
		return 0;
	*proved = jobs->extent == LOG_WHOLE ? JOB_PROOF_RESULT : JOB_PROOF_MISSING;
	if (jobs->extent != LOG_WHOLE)
		return 0;
	job = find(jobs, value_get_text(entry->says, "number"));
	return job ? job_standing_check(job, entry->says, err)
		   : error_set(err, ERROR_REFUSED, "no record before it begins this order");
}

int proof_jobs_take(struct proof_jobs *jobs, const struct log_record *record,
		    enum job_proof *proved, struct error *err)
{
	struct error later;
	int done = check(jobs, record->entry, proved, err);

	add(jobs, record->entry);
	for (size_t i = 0; i < jobs->count; i++)
		if (job_standing_take(jobs->at[i], record->entry, &later) < 0 && done == 0 &&
		    jobs->extent == LOG_WHOLE) {
			*err = later;
			done = -1;
		}
	return done;
}

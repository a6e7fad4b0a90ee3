/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a job order stands, from the records of a log in their order: the order itself, the runs that say its number in their task,
 * identifications, and what people have signed or declared about those runs. What rests on several units together (job_result.h)
 * is worked out of that, and recorded as
 *
 *   job-result   {"number":"…","result":"capacity","verdict":"PASS","least":86.15,"value":85,"unit":"L STPD","units":[{"controlled","run",
 *                "seq","serial","stage","value","verdict"},…],"by":"0017"}
 *
 * which the bench works out itself, and whoever reads the log works out again. Of a rehearsal nothing is recorded.
 */
#ifndef DAVY_RECORD_JOB_STANDING_H
#define DAVY_RECORD_JOB_STANDING_H

#include "base/error.h"
#include "base/value.h"
#include "record/admission.h"
#include "record/bench_log.h"
#include "record/entry.h"
#include "record/run_bracket.h"

#define ENTRY_JOB_RESULT "job-result"

struct job_standing;

/*
 * Of `brackets`, how runs stand between the checks of their fixtures, it keeps a share: whoever gives the standing a record gives it to
 * them, too. The caller frees it.
 */
struct job_standing *job_standing_new(const char *number, struct run_brackets *brackets);
void job_standing_free(struct job_standing *standing); /* accepts NULL */
/*
 * Take the next record, of whatever kind. Fails where a signature cannot be read, and where an order takes the place of one whose
 * results it must keep (job_result_keeps()); it is taken all the same, and nothing is judged of it any more.
 */
int job_standing_take(struct job_standing *standing, const struct entry *entry, struct error *err);

/* What its last record says; NULL: there is none yet. Borrowed, as all below, until the next record. */
const struct value *job_standing_order(const struct job_standing *standing);
uint64_t job_standing_seq(const struct job_standing *standing);
const struct value *job_standing_runs(const struct job_standing *standing);
const struct value *job_standing_identifications(const struct job_standing *standing);
/* What was recorded of its results: list of {"seq","at","says"}. */
const struct value *job_standing_judged(const struct job_standing *standing);

/* job_order_progress() of it; the caller frees it. */
struct value *job_standing_progress(const struct job_standing *standing,
				    const struct wall_time *now);
/* job_result() of each result, in the order's own order; the caller frees the list. */
struct value *job_standing_results(const struct job_standing *standing);
/*
 * What a record of this result says, but for `by`; the caller frees it. NULL, and why: there is no such result (ERROR_USAGE); it is
 * undecided, a rehearsal's, or one that another order has changed (ERROR_REFUSED).
 */
struct value *job_standing_judge(const struct job_standing *standing, const char *result,
				 struct error *err);
/* Do the records taken so far say of it what this record does? Refused where not. */
int job_standing_check(const struct job_standing *standing, const struct value *says,
		       struct error *err);

/* How the order of this number stands in a bench's log; the caller frees it. */
struct job_standing *job_standing_of(struct bench_log *log, const char *number, struct error *err);
/* A request has `number`, `result` and `by`, and may have `note`. */
int admit_job_result(struct bench_log *log, const struct value *request, const struct moment *now,
		     struct admitted *admitted, struct error *err);

#endif

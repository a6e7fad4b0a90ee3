/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: what laboratories have been asked to test and have not yet (record/job_order.h). An interval that is over, or that
 * ends by the last day, is for a person to see: it keeps nobody from anything else.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/job_state.h"
#include "cli/ready_parts.h"
#include "record/wall_time.h"

static const struct {
	struct words none, done, left, late, again, due, run;
} TEXTS = {
	.none = {"no order is recorded", "未登记任务"},
	.done = {"all done (%zu)", "均已完成(%zu)"},
	.left = {"%s: %zu left", "%s:剩余 %zu 项"},
	.late = {"%s: specimen %s, stage '%s': its interval is over",
		 "%s:样品 %s,阶段 '%s':已逾期"},
	.again = {"the stage before it again: davy order show %s",
		  "重做前一阶段:davy order show %s"},
	.due = {"%s: specimen %s, stage '%s': only until %.16s",
		"%s:样品 %s,阶段 '%s':须在 %.16s 前"},
	.run = {"davy run --order %s", "davy run --order %s"},
};

static bool is_state(const struct value *place, const char *state)
{
	return !strcmp(listed_text(place, "state"), state);
}

static bool ends_by(const struct value *place, int64_t until_ms)
{
	const char *until = value_get_text(place, "until");
	struct wall_time end;
	struct error none;

	return until && wall_time_parse(&end, until, &none) == 0 && end.ms <= until_ms;
}

static const char *name_of(const struct job_state *job, const struct value *place, const char *list,
			   const char *index, const char *member)
{
	return listed_text(
		value_at(value_get(job->order, list), (size_t)value_get_int(place, index, 0)),
		member);
}

static void find_place(const struct job_state *job, const struct value *place,
		       struct ready_finding *finding, struct words found, struct words todo)
{
	const char *number = listed_text(job->order, "number");
	char *what = xprintf(say(todo), number);

	ready_find(finding, READY_LOOK,
		   xprintf(say(found), number,
			   name_of(job, place, "specimens", "specimen", "serial"),
			   name_of(job, place, "stages", "stage", "name"),
			   listed_text(place, "until")),
		   what);
	free(what);
}

/* How many of its places are not done. */
static size_t look_at(const struct ready *ready, const struct job_state *job,
		      struct ready_finding *finding)
{
	size_t left = 0;

	for (size_t i = 0; i < value_count(job->progress); i++) {
		const struct value *place = value_at(job->progress, i);

		left += !is_state(place, "done");
		if (is_state(place, "late"))
			find_place(job, place, finding, TEXTS.late, TEXTS.again);
		else if ((is_state(place, "left") || is_state(place, "identify")) &&
			 ends_by(place, ready->until_ms))
			find_place(job, place, finding, TEXTS.due, TEXTS.run);
	}
	if (left)
		ready_find(finding, READY_YES,
			   xprintf(say(TEXTS.left), listed_text(job->order, "number"), left), NULL);
	return left;
}

static void look_at_all(const struct ready *ready, const struct job_log *log,
			struct ready_finding *finding)
{
	size_t left = 0;

	for (size_t i = 0; i < log->count; i++) {
		struct job_state job;

		job_state_from(&job, log->at[i]);
		left += look_at(ready, &job, finding);
		job_state_done(&job);
	}
	if (!log->count)
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.none)), NULL);
	else if (!left)
		ready_find(finding, READY_YES, xprintf(say(TEXTS.done), log->count), NULL);
}

void ready_orders(const struct ready *ready, struct ready_finding *finding)
{
	struct job_log log;
	struct error err;

	if (ready_is_undated(ready, finding))
		return;
	if (job_log_read(&log, ready->state, &err) == 0)
		look_at_all(ready, &log, finding);
	else if (!ready_is_unregistered(ready, finding))
		ready_unseen(finding, err.text);
	job_log_done(&log);
}

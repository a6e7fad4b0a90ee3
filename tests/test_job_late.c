/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An order of real runs whose later stages have their time: what a simulated run cannot show. With DAVY_ORDER=FOLDER in the
 * environment the bench's state is left there, for tests/claims_ready.sh to look at.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/job_order.h"
#include "record/job_standing.h"
#include "tests/claims.h"
#include "tests/job_rig.h"

#define ORDER                                                                                      \
	"{'number':'N','by':'0021','specimens':[{'serial':'T1'}],'stages':[{'name':'first',"       \
	"'protocol':'p'},{'name':'soon after','protocol':'p','after':'first','most':'1 h'},"       \
	"{'name':'one day','protocol':'p','after':'first','most':'80000 h'}]}"

static void keep(const struct people *people)
{
	const char *folder = getenv("DAVY_ORDER");
	char *command;

	if (!folder)
		return;
	command = xprintf("cp -a '%s' '%s'", people->rig->folder, folder);
	CU_ASSERT_EQUAL(system(command), 0);
	free(command);
}

static const char *member(const struct value *progress, size_t at, const char *name)
{
	return value_get_text(value_at(progress, at), name);
}

static void a_real_stage_that_was_not_begun_in_its_time_is_late(void)
{
	struct people people;
	struct job_standing *standing;
	struct value *run, *progress;

	people_open(&people);
	CU_ASSERT_FATAL(job_rig_ask(&people, ENTRY_JOB_ORDER, ORDER) > 0);
	run = job_rig_run("T1", "first", "PASS", 1, 0);
	job_rig_record(&people, run);
	standing = job_standing_of(people.log, "N", &people.err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(standing);

	progress = job_standing_progress(standing, &people.now.wall);
	CU_ASSERT_STRING_EQUAL(member(progress, 0, "state"), "done");
	CU_ASSERT_STRING_EQUAL(member(progress, 1, "state"), "late");
	CU_ASSERT_STRING_EQUAL(member(progress, 2, "state"), "left");
	CU_ASSERT_NSTRING_EQUAL(member(progress, 2, "until"), "2035-", 5);

	value_free(progress);
	job_standing_free(standing);
	value_free(run);
	bench_log_close(people.log);
	people.log = NULL;
	keep(&people);
	people_close(&people);
}

void suite_job_late(void)
{
	suite_begin("job_late");
	claim(a_real_stage_that_was_not_begun_in_its_time_is_late);
}

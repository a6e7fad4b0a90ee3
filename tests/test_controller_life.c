/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller's own life: one per folder, gone when nobody needs it, stopped with its runs, and what
 * is left when it is killed in the middle of one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/alloc.h"
#include "run/controller.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"
#define PARTS "y = { 'y', per = 'part', limit = '>= 5 Pa' }"
#define LONG_RUN                                                                                   \
	"fx.valve:open()\n" MEASURED                                                               \
	"for i = 1, 50 do m.y[i] = fx.pressure:read() wait '100 ms' end"

/* ---- its own life ---- */

static void a_second_controller_is_refused_by_the_folder_s_name(void)
{
	struct house house;
	struct error err = {0};

	house_open(&house);

	CU_ASSERT_EQUAL(controller_serve(house.bench.state, house.bench.program, true, -1, &err),
			-1);

	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "another controller has the state folder"));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, house.bench.state));
	house_close(&house);
}

static void an_idle_controller_leaves(void)
{
	struct house house = {0};

	bench_open(&house.bench);
	house_start(&house, true);

	CU_ASSERT_EQUAL(house_ended(&house), 0);
	house_close(&house);
}

static void a_controller_leaves_after_its_last_run(void)
{
	struct house house = {0};
	struct command command;

	bench_open(&house.bench);
	house_start(&house, true);
	command = command_come(&house);
	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	command_go(&command);

	CU_ASSERT_EQUAL(house_ended(&house), 0);
	house_close(&house);
}

static void a_controller_that_is_told_to_stop_ends_its_runs(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	command_run(
		&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		1);
	command_started(&command, &house);
	value_free(command_hear(&command, "judged"));

	kill(house.pid, SIGTERM);

	CU_ASSERT(command_verdict(&command, "ABORTED", "the controller was told to stop"));
	CU_ASSERT_EQUAL(house_ended(&house), 0);
	CU_ASSERT(journal_is_safe(house.bench.journal));
	command_go(&command);
	house_close(&house);
}

/* Is it no more than an entry that nobody has read? */
static bool is_dead(int64_t pid)
{
	char *path = xprintf("/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	char state = 'Z';

	if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (file)
		fclose(file);
	free(path);
	return state == 'Z';
}

/* The kernel kills it when its controller is dead, and on a busy machine it is a while until it has its turn to die. */
static bool dies(int64_t pid)
{
	for (int i = 0; i < 500 * claims_slowness(); i++) {
		if (is_dead(pid))
			return true;
		nanosleep(&(struct timespec){0, 10 * 1000000L}, NULL);
	}
	return false;
}

/* Kill it this long after the run's n-th measure; a second one must end the run, once. */
static void check_killed(int measures, int after_ms)
{
	struct house house;
	struct command command;
	struct value *run = NULL;
	int judged;

	house_open(&house);
	command = command_come(&house);
	command_run(
		&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		1);
	command_started(&command, &house);
	for (int i = 0; i < measures; i++)
		value_free(command_hear(&command, "judged"));
	house_runs(&house, &run);
	nanosleep(&(struct timespec){0, after_ms * 1000000L}, NULL);

	kill(house.pid, SIGKILL);
	waitpid(house.pid, NULL, 0);
	judged = journal_count(house.bench.journal, "judged");
	house_start(&house, false);

	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "verdict"), 1);
	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "recovered"), 1);
	CU_ASSERT(journal_says(house.bench.journal, "'verdict':'ABORTED'"));
	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "judged"), judged);
	CU_ASSERT(judged >= measures - 1);
	CU_ASSERT_EQUAL(house_runs(&house, NULL), 0);
	CU_ASSERT(dies(value_get_int(run, "world", 1)));
	value_free(run);
	command_go(&command);
	house_close(&house);
}

static void a_run_whose_controller_was_killed_gets_its_verdict_from_the_next(void)
{
	check_killed(0, 0);
	check_killed(1, 3);
	check_killed(3, 50);
}

static void the_next_controllers_leave_a_verdict_alone(void)
{
	struct house house;
	struct command command;
	struct buf before, after;

	house_open(&house);
	command = command_come(&house);
	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	command_started(&command, &house);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	before = bench_bytes(house.bench.journal);
	kill(house.pid, SIGKILL);
	waitpid(house.pid, NULL, 0);

	house_start(&house, false);

	after = bench_bytes(house.bench.journal);
	CU_ASSERT_EQUAL_FATAL(before.size, after.size);
	CU_ASSERT_EQUAL(memcmp(before.data, after.data, after.size), 0);
	buf_done(&before);
	buf_done(&after);
	command_go(&command);
	house_close(&house);
}

void suite_controller_life(void)
{
	suite_begin("controller_life");
	claim(a_second_controller_is_refused_by_the_folder_s_name);
	claim(an_idle_controller_leaves);
	claim(a_controller_leaves_after_its_last_run);
	claim(a_controller_that_is_told_to_stop_ends_its_runs);
	claim(a_run_whose_controller_was_killed_gets_its_verdict_from_the_next);
	claim(the_next_controllers_leave_a_verdict_alone);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a controller that starts need not read again (run/ended_runs.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "run/ended_runs.h"
#include "tests/claims.h"

struct bench {
	char state[40];
	struct error err;
};

static void bench_open(struct bench *bench)
{
	*bench = (struct bench){.state = "/tmp/davy-ended-XXXXXX"};
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(bench->state));
}

static void bench_close(struct bench *bench)
{
	file_remove_folder(bench->state, &bench->err);
}

static void put(struct bench *bench, const char *run, const char *journal)
{
	char *folder = xprintf("%s/runs/%s", bench->state, run);
	char *path = xprintf("%s/journal", folder);

	CU_ASSERT_EQUAL_FATAL(file_make_folder(folder, &bench->err), 0);
	CU_ASSERT_EQUAL_FATAL(file_write(path, journal, strlen(journal), &bench->err), 0);
	free(path);
	free(folder);
}

/* A start that finds these runs, of which it reads and keeps what it does not know; so many it has to read. */
static int start(struct bench *bench, const char *const runs[])
{
	struct ended_runs *known = ended_runs_open(bench->state);
	int read = 0;

	for (size_t i = 0; runs[i]; i++)
		if (!ended_runs_has(known, runs[i])) {
			read++;
			ended_runs_add(known, runs[i]);
		}
	ended_runs_close(known);
	return read;
}

#define START(bench, ...) start(bench, (const char *const[]){__VA_ARGS__, NULL})

static void a_run_is_read_once(void)
{
	struct bench bench;

	bench_open(&bench);
	put(&bench, "a", "one");
	put(&bench, "ab", "two");
	put(&bench, "c", "three");

	CU_ASSERT_EQUAL(START(&bench, "a", "ab", "c"), 3);
	CU_ASSERT_EQUAL(START(&bench, "a", "ab", "c"), 0);
	bench_close(&bench);
}

static void one_that_came_since_is_read_and_one_that_went_is_forgotten(void)
{
	struct bench bench;

	bench_open(&bench);
	put(&bench, "a", "one");
	put(&bench, "b", "two");
	put(&bench, "c", "three");
	START(&bench, "a", "c");

	CU_ASSERT_EQUAL(START(&bench, "a", "b", "c"), 1);
	CU_ASSERT_EQUAL(START(&bench, "b", "c"), 0);
	CU_ASSERT_EQUAL(START(&bench, "a", "b", "c"), 1);
	bench_close(&bench);
}

static void a_journal_of_another_size_is_read_again(void)
{
	struct bench bench;

	bench_open(&bench);
	put(&bench, "a", "one");
	put(&bench, "b", "two");
	START(&bench, "a", "b");
	put(&bench, "a", "one and more");

	CU_ASSERT_EQUAL(START(&bench, "a", "b"), 1);
	CU_ASSERT_EQUAL(START(&bench, "a", "b"), 0);
	bench_close(&bench);
}

static void a_run_without_a_journal_is_looked_at_each_time(void)
{
	struct bench bench;

	bench_open(&bench);
	put(&bench, "b", "two");
	START(&bench, "a", "b");

	CU_ASSERT_EQUAL(START(&bench, "a", "b"), 1);
	bench_close(&bench);
}

/* A file that is none of ours, or was cut, costs a reading and nothing else. */
static void whatever_the_file_holds_nothing_is_taken_for_known(void)
{
	static const char *const FILES[] = {
		"",
		"\n\n",
		"a",
		"a 3",
		"a 4\n",
		" 3\n",
		"a  3\n",
		"a 3 \n",
		"\xff\xff\xff 3\n",
		"a\n3\n",
		"b 3\n",
		"a 3x\nb 3",
		"a3\n",
		"a 3\rb 3\rc 3\n\r",
	};
	struct bench bench;
	char *path;

	bench_open(&bench);
	path = xprintf("%s/ended", bench.state);
	put(&bench, "a", "one");
	for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
		CU_ASSERT_EQUAL(file_write(path, FILES[i], strlen(FILES[i]), &bench.err), 0);
		CU_ASSERT_EQUAL(START(&bench, "a"), 1);
		CU_ASSERT_EQUAL(START(&bench, "a"), 0);
	}
	free(path);
	bench_close(&bench);
}

void suite_ended_runs(void)
{
	suite_begin("ended runs");
	claim(a_run_is_read_once);
	claim(one_that_came_since_is_read_and_one_that_went_is_forgotten);
	claim(a_journal_of_another_size_is_read_again);
	claim(a_run_without_a_journal_is_looked_at_each_time);
	claim(whatever_the_file_holds_nothing_is_taken_for_known);
}

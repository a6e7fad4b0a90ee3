/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a journal whose chain fits and whose lines do not say what a run's would: it is refused, and
 * nothing of what was read before is lost. Found by fuzzing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "run/chain.h"
#include "run/replay_head.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

/* Read the head of a journal of these two lines. */
static void check_refused(const char *kind, const char *fields, const char *again, const char *more,
			  const char *why)
{
	struct replay_head head;
	struct error err = {0};
	struct chain chain;
	char folder[] = "/tmp/davy-head-XXXXXX", path[64];
	struct buf file;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/journal", folder);
	buf_init(&file);
	chain_init(&chain);
	chain_write_line(&chain, &file, 0, kind, said(fields));
	chain_write_line(&chain, &file, 0, again, said(more));
	chain_done(&chain);
	CU_ASSERT_EQUAL(file_write(path, file.data, file.size, &err), 0);

	CU_ASSERT(replay_head_read(&head, folder, &err) < 0);
	if (!strstr(err.text, why))
		CU_FAIL(err.text);
	replay_head_done(&head);
	buf_done(&file);
	CU_ASSERT_EQUAL(file_remove_folder(folder, &err), 0);
}

static void a_run_is_said_once(void)
{
	check_refused("run", "{'order':{}}", "run", "{'order':{}}",
		      "the journal says twice what the run is");
}

static void a_run_without_its_data_is_refused(void)
{
	check_refused("run", "{'order':{}}", "start", "{'says':{'mode':'run'}}",
		      "line 'run': the limits frozen in the journal are not those");
	check_refused("run", "{'steps':[]}", "start", "{'says':{'mode':'run'}}",
		      "journal: the fixture has no id");
	check_refused("run", "{'steps':[],'protocol_data':['p']}", "start",
		      "{'says':{'mode':'run'}}", "journal: must be a table with names");
}

void suite_replay_head(void)
{
	suite_begin("replay_head");
	claim(a_run_is_said_once);
	claim(a_run_without_its_data_is_refused);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Replays of qualifications that were sealed otherwise than their checks are. */
#include <stdio.h>
#include <string.h>

#include "run/journal.h"
#include "run/replay.h"
#include "tests/claims.h"
#include "tests/journal_rig.h"

static struct value *order_line(void)
{
	struct value *line = value_map();

	value_set_bool(value_set(line, "order", value_map()), "qualifies", true);
	return line;
}

static struct value *measured(const char *verdict)
{
	struct value *measure = value_map();

	value_set_text(measure, "measure", "output motor");
	value_set_text(measure, "verdict", verdict);
	return measure;
}

/* A whole journal, whose one check was found like this and whose verdict is this; `part`: of why not. */
static bool sealed_replays(const char *check, const char *measure, const char *verdict,
			   const char *why, const char *part)
{
	struct replay replay = {0};
	struct value *line = value_map();
	struct error err = {0};
	struct rig rig;
	int done;

	rig_open(&rig, 1);
	journal_line(rig.journal, 0, "run", order_line());
	journal_line(rig.journal, 0, "judged", measured(check));
	value_set_text(line, "verdict", verdict);
	value_set_text(line, "why", why);
	value_add(value_set(line, "measures", value_list()), measured(measure));
	journal_line(rig.journal, 0, "verdict", line);
	rig_finish(&rig);
	done = replay_run(rig.run, "", &replay, &err);
	value_free(replay.summary);
	rig_close(&rig);
	if (part && !strstr(err.text, part))
		printf("        it was: %s\n", err.text);
	return part ? done < 0 && strstr(err.text, part) : done == 0;
}

#define FAILS "1 of 1 checks do not hold, first output motor: "
#define HOLDS "all 1 checks hold"

static void a_verdict_that_its_checks_give_is_replayed(void)
{
	CU_ASSERT(sealed_replays("FAIL", "FAIL", "FAIL", FAILS, NULL));
	CU_ASSERT(sealed_replays("PASS", "PASS", "PASS", HOLDS, NULL));
	CU_ASSERT(sealed_replays("FAIL", "FAIL", "ABORTED", "a person", NULL));
}

static void one_that_they_do_not_give_is_refused(void)
{
	CU_ASSERT(sealed_replays("FAIL", "FAIL", "PASS", HOLDS, "its checks give FAIL"));
	CU_ASSERT(sealed_replays("PASS", "PASS", "FAIL", FAILS, "its checks give PASS"));
	CU_ASSERT(sealed_replays("PASS", "PASS", "PASS", "why not", "its checks give PASS"));
}

static void measures_that_are_not_its_checks_are_refused(void)
{
	CU_ASSERT(sealed_replays("FAIL", "PASS", "PASS", HOLDS, "its measures are not those"));
}

void suite_replay_checks(void)
{
	suite_begin("replay_checks");
	claim(a_verdict_that_its_checks_give_is_replayed);
	claim(one_that_they_do_not_give_is_refused);
	claim(measures_that_are_not_its_checks_are_refused);
}

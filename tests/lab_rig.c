/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab_rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"
#include "tests/forger.h"

#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"

static void lab_run(struct lab *lab, int which, const struct mini_order *what)
{
	value_free(house_run(&lab->house, what));
	snprintf(lab->runs[which], sizeof(lab->runs[which]), "%s",
		 strrchr(lab->house.bench.journal, '/') + 1);
}

static void copy_folder(const char *from, const char *to)
{
	char *command = xprintf("rm -rf '%s' && cp -a '%s' '%s'", to, from, to);

	CU_ASSERT_EQUAL_FATAL(system(command), 0);
	free(command);
}

void lab_open(struct lab *lab)
{
	house_open(&lab->house);
	lab->state = xstrdup(lab->house.bench.state);
	lab->kept = xprintf("%s-kept", lab->house.bench.folder);
	lab_run(lab, 0, &(struct mini_order){.body = MEASURED});
	lab_run(lab, 1,
		&(struct mini_order){
			.body = "m.x = fx.pressure:becomes { '>= 5 kPa', within = '1 s' }"});
	lab_run(lab, 2,
		&(struct mini_order){.body = MEASURED,
				     .header = MINI_DESTROYS,
				     .dut = "serial=B7",
				     .destroys = "B7"});
	kill(lab->house.pid, SIGTERM);
	house_ended(&lab->house);
	copy_folder(lab->state, lab->kept);
}

void lab_close(struct lab *lab)
{
	struct error err;

	file_remove_folder(lab->kept, &err);
	free(lab->state);
	free(lab->kept);
	house_close(&lab->house);
}

void lab_restore(const struct lab *lab)
{
	copy_folder(lab->kept, lab->state);
}

struct value *lab_prove(const struct lab *lab, const struct proof_wish *wish)
{
	struct error err;
	struct value *says = proof_of_state(lab->state, wish, &err);

	if (!says)
		CU_FAIL_FATAL(err.text);
	return says;
}

bool lab_finds_by(const struct lab *lab, const struct proof_wish *wish, int64_t seq,
		  const char *part)
{
	struct value *says = lab_prove(lab, wish);
	bool found = proof_names(says, seq, part);

	value_free(says);
	return found;
}

bool lab_finds(const struct lab *lab, int64_t seq, const char *part)
{
	return lab_finds_by(lab, &(struct proof_wish){0}, seq, part);
}

bool proof_has(const struct value *says, const char *list, const char *what)
{
	for (size_t i = 0; i < value_count(value_get(says, list)); i++)
		if (!strcmp(value_get_text(value_at(value_get(says, list), i), "what"), what))
			return true;
	return false;
}

char *lab_file(const struct lab *lab, int run, const char *name)
{
	return run < 0 ? xprintf("%s/%s", lab->state, name)
		       : xprintf("%s/runs/%s/%s", lab->state, lab->runs[run], name);
}

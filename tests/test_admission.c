/* SPDX-License-Identifier: Apache-2.0 */
/* What a command cannot have recorded, at the controller's socket: the log's own names, the bench's own files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/entry.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

static const char CALIBRATION[] =
	"{'do':'append','record':{'kind':'calibration','path':'%s','says':{'instrument':'meter',"
	"'quantity':'flow','unit':'L/min','expanded':'0.8 %%','k':'2','certificate':'%s',"
	"'due':'2099-03-31'}}}";

/* The base of the log's URIs, from its first record; the caller frees it. */
static char *base_of(const struct house *house)
{
	char *path = xprintf("%s/records/records.jsonl", house->bench.state), *base = NULL;
	struct entry first;
	struct jws *record;
	struct buf text;
	struct error err;

	buf_init(&text);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 24, &text, &err), 0);
	record = entry_parse(&first, text.data, strcspn(text.data, "\n"), "first", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(record);
	base = xstrdup(value_get_text(first.says, "base"));
	entry_done(&first);
	jws_free(record);
	buf_done(&text);
	free(path);
	return base;
}

static void receive(const struct command *command, const char *equipment)
{
	char line[600];

	snprintf(line, sizeof(line),
		 "{'do':'append','record':{'kind':'event','step':'receiving','equipment':['%s']}}",
		 equipment);
	command_say(command, line);
}

static void the_log_s_own_names_are_no_equipment_s(void)
{
	struct house house;
	struct command command;
	char *base, *run, *specimen;

	house_open(&house);
	command = command_come(&house);
	receive(&command, "https://lab.example.cn/eq/MA/M1/SN/7");
	value_free(command_hear(&command, "appended"));
	base = base_of(&house);
	run = xprintf("%srun/sim-mini-1", base);
	specimen = xprintf("%srun/sim-mini-1/specimen", base);
	receive(&command, run);
	CU_ASSERT(command_refused(&command, "usage", "is a name of this log's own"));
	receive(&command, "register:approval");
	CU_ASSERT(command_refused(&command, "usage", "is a name of this log's own"));
	receive(&command, "davy:keys");
	CU_ASSERT(command_refused(&command, "usage", "is a name of this log's own"));
	receive(&command, specimen);
	value_free(command_hear(&command, "appended"));
	free(specimen);
	free(run);
	free(base);
	command_go(&command);
	house_close(&house);
}

static void lists_and_maps_in_each_other_s_places_are_refused(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	command_say(&command, "{'do':'append','record':{'kind':'event','step':'receiving',"
			      "'equipment':['https://x.cn/7'],'members':[1]}}");
	CU_ASSERT(command_refused(&command, "usage", "members of an event have names"));
	command_say(&command, "{'do':'append','record':{'kind':'event','step':'receiving',"
			      "'equipment':{'a':'https://x.cn/7'}}}");
	CU_ASSERT(command_refused(&command, "usage", "which equipment"));
	command_say(&command, "{'do':'append','record':[1,2]}");
	CU_ASSERT(command_refused(&command, "usage", "are not made so"));
	command_say(&command, "{'do':'append','record':{'kind':'calibration','says':[1]}}");
	CU_ASSERT(command_refused(&command, "usage", "it says nothing"));
	receive(&command, "https://lab.example.cn/eq/MA/M1/SN/7");
	value_free(command_hear(&command, "appended"));
	command_go(&command);
	house_close(&house);
}

static void ask_to_keep(const struct command *command, const char *path, const char *certificate)
{
	char line[900];

	snprintf(line, sizeof(line), CALIBRATION, path, certificate);
	command_say(command, line);
}

static void only_files_that_everybody_may_read_are_kept(void)
{
	struct house house;
	struct command command;
	struct error err;
	char *key, *journal, *secret, *open_file;

	house_open(&house);
	key = xprintf("%s/keys/bench.pem", house.bench.state);
	journal = xprintf("%s/records/records.jsonl", house.bench.state);
	secret = xprintf("%s/secret.pdf", house.bench.folder);
	open_file = xprintf("%s/open.pdf", house.bench.folder);
	CU_ASSERT_EQUAL_FATAL(file_create_secret(secret, "pdf", 3, &err), 0);
	CU_ASSERT_EQUAL_FATAL(file_write(open_file, "pdf", 3, &err), 0);
	command = command_come(&house);
	receive(&command, "https://lab.example.cn/eq/MA/M1/SN/7");
	value_free(command_hear(&command, "appended"));
	ask_to_keep(&command, key, "C-1");
	CU_ASSERT(command_refused(&command, "bench", "only a file that everybody may read"));
	ask_to_keep(&command, journal, "C-2");
	CU_ASSERT(command_refused(&command, "bench", "one of the bench's own files"));
	ask_to_keep(&command, secret, "C-3");
	CU_ASSERT(command_refused(&command, "bench", "only a file that everybody may read"));
	ask_to_keep(&command, open_file, "C-4");
	value_free(command_hear(&command, "appended"));
	ask_to_keep(&command, open_file, "C-5 ");
	CU_ASSERT(command_refused(&command, "usage", "begins or ends with a blank"));
	free(open_file);
	free(secret);
	free(journal);
	free(key);
	command_go(&command);
	house_close(&house);
}

void suite_admission(void)
{
	suite_begin("what may be recorded");
	claim(the_log_s_own_names_are_no_equipment_s);
	claim(lists_and_maps_in_each_other_s_places_are_refused);
	claim(only_files_that_everybody_may_read_are_kept);
}

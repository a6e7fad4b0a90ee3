/* SPDX-License-Identifier: Apache-2.0 */
/* Several runs that one command orders: all or none, each with its slot, its journal and its verdict. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"
#define SERIAL "dut = { serial = { text = true, simulated = 'S' } }"
#define BY_SERIAL(text) MEASURED "if test.dut.serial == 'S2' then " text " end\n"
#define LONG_RUN "fx.motor:on()\n" MEASURED "wait '20 s'"

/* Hear the verdicts of three slots; each as its first letter, in the order of the slots. */
static const char *verdicts(struct command *command)
{
	static char letters[4];

	strcpy(letters, "---");
	for (int i = 0; i < 3; i++) {
		struct value *event = command_hear(command, "verdict");
		int64_t slot = value_get_int(event, "slot", 0);
		const char *verdict = value_get_text(value_get(event, "summary"), "verdict");

		if (slot >= 1 && slot <= 3 && verdict)
			letters[slot - 1] = verdict[0];
		value_free(event);
	}
	return letters;
}

static size_t journals(const struct house *house)
{
	char *folder = xprintf("%s/runs", house->bench.state);
	char **names = NULL;
	size_t count = 0;
	struct error err;

	file_list(folder, &names, &count, &err);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	free(folder);
	return count;
}

static void each_run_of_a_batch_has_its_verdict_and_journal(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);

	command_batch(&command, &house,
		      &(struct mini_order){.header = SERIAL, .body = BY_SERIAL("error('bad')")},
		      "123");

	CU_ASSERT_STRING_EQUAL(verdicts(&command), "PEP");
	CU_ASSERT_EQUAL(journals(&house), 3);
	command_go(&command);
	house_close(&house);
}

static void a_batch_with_a_busy_slot_begins_nothing(void)
{
	struct house house;
	struct command first, second;

	house_open(&house);
	first = command_come(&house);
	command_run(&first, &house,
		    &(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN}, 2);
	command_started(&first, &house);

	second = command_come(&house);
	command_batch(&second, &house, &(struct mini_order){.body = MEASURED}, "123");

	CU_ASSERT(command_refused(&second, "bench", "slot 2 is busy with another run"));
	CU_ASSERT_EQUAL(house_runs(&house, NULL), 1);
	CU_ASSERT_EQUAL(journals(&house), 1);
	command_go(&first);
	command_go(&second);
	house_close(&house);
}

static void a_batch_of_which_one_cannot_be_planned_begins_nothing(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);

	command_batch(&command, &house,
		      &(struct mini_order){.header = "dut = { serial = { text = true, choices = "
						     "{ 'S1', 'S3' } } }",
					   .body = MEASURED},
		      "123");

	CU_ASSERT(command_refused(&command, "usage", "slot 2"));
	CU_ASSERT_EQUAL(journals(&house), 0);
	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 2);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	command_go(&command);
	house_close(&house);
}

static void a_slot_ordered_twice_is_refused(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);

	command_batch(&command, &house, &(struct mini_order){.body = MEASURED}, "121");
	CU_ASSERT(command_refused(&command, "usage", "slot 1 was ordered twice"));
	command_batch(&command, &house, &(struct mini_order){.body = MEASURED}, "");
	CU_ASSERT(command_refused(&command, "usage", "between 1 and 256 runs"));
	command_say(&command, "{'do':'run','orders':[7]}");
	CU_ASSERT(command_refused(&command, "usage", "an order names a protocol"));

	CU_ASSERT_EQUAL(journals(&house), 0);
	command_go(&command);
	house_close(&house);
}

/* A pump whose contact falls 40 ms after the bench began, and stays in one fault of it. */
static void put_a_pump(struct house *house)
{
	bench_put(&house->bench, "fixtures/mini/fixture.lua",
		  "return fixture {\n"
		  "  id = 'mini', title = 'A bench for claims', suits = { 'mini' },\n"
		  "  ports = { bus = serial { '19200 8N1' } },\n"
		  "  devices = { meter = device { 'mini_meter', port = 'bus', unit = 1 } },\n"
		  "  lines = { pump = switch { safe = 'off', read_back = 'runs', within = '300 ms' "
		  "},\n"
		  "    runs = contact { debounce = '20 ms' } },\n"
		  "  channels = { pressure = { from = 'meter.pressure', every = '200 ms' } },\n"
		  "  groups = { 'cell' },\n"
		  "  world = 'mini/world.lua',\n"
		  "}\n");
	bench_put(&house->bench, "fixtures/mini/world.lua",
		  "return world { grid = '10 ms',\n"
		  "  state = { time = 0, level = 1000, pressure = 1000, falls = 0.045 },\n"
		  "  advance = function(w, dt, lines)\n"
		  "    w.time = w.time + dt\n"
		  "    lines.runs = lines.pump or w.time < w.falls\n"
		  "  end,\n"
		  "  faults = { welded = { title = 'it stays',\n"
		  "    function(w) w.falls = math.huge end } } }\n");
}

static void every_slot_waits_for_its_own_contact(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	put_a_pump(&house);
	command = command_come(&house);

	command_batch(&command, &house, &(struct mini_order){.body = MEASURED}, "123");
	CU_ASSERT_STRING_EQUAL(verdicts(&command), "PPP");
	command_batch(&command, &house, &(struct mini_order){.fault = "welded", .body = MEASURED},
		      "12");
	for (int i = 0; i < 2; i++)
		CU_ASSERT(command_verdict(&command, "ERROR",
					  "pump is off, but its contact runs says on: welded"));

	command_go(&command);
	house_close(&house);
}

static void a_stop_ends_one_run_or_all_of_them(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	command_batch(&command, &house,
		      &(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN}, "123");
	for (int i = 0; i < 3; i++)
		value_free(command_hear(&command, "judged"));

	command_say(&command, "{'do':'stop','slot':2}");
	struct value *event = command_hear(&command, "verdict");

	CU_ASSERT_EQUAL(value_get_int(event, "slot", 0), 2);
	CU_ASSERT_EQUAL(house_runs(&house, NULL), 2);
	value_free(event);
	command_say(&command, "{'do':'stop'}");
	for (int i = 0; i < 2; i++)
		CU_ASSERT(command_verdict(&command, "ABORTED", "stopped by the operator"));
	CU_ASSERT_EQUAL(house_runs(&house, NULL), 0);
	command_go(&command);
	house_close(&house);
}

void suite_batch(void)
{
	suite_begin("batch");
	claim(each_run_of_a_batch_has_its_verdict_and_journal);
	claim(a_batch_with_a_busy_slot_begins_nothing);
	claim(a_batch_of_which_one_cannot_be_planned_begins_nothing);
	claim(a_slot_ordered_twice_is_refused);
	claim(every_slot_waits_for_its_own_contact);
	claim(a_stop_ends_one_run_or_all_of_them);
}

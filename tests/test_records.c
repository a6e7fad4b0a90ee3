/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each run that ends has one signed record, which says what its journal says; whatever interrupts that is made up for, once,
 * and what cannot be kept is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "record/entry.h"
#include "record/event.h"
#include "loop/machine_time.h"
#include "record/jws.h"
#include "run/disk_room.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"

/* What the n-th record of the house's log says; NULL: there is none. The caller frees it. */
static struct value *record_says(const struct house *house, size_t n)
{
	char *path = xprintf("%s/records/records.jsonl", house->bench.state);
	struct entry entry = {0};
	struct jws *jws = NULL;
	struct buf text;
	struct error err;
	const char *line;

	buf_init(&text);
	line = file_read(path, 1 << 24, &text, &err) == 0 ? text.data : NULL;
	for (size_t i = 1; i < n && line; i++)
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	if (line && strchr(line, '\n') && /* else it is still being written */
	    !(jws = entry_parse(&entry, line, strcspn(line, "\n"), "record", &err)))
		CU_FAIL(err.text);
	jws_free(jws);
	buf_done(&text);
	free(path);
	return entry.payload;
}

static size_t record_count(const struct house *house)
{
	size_t count = 0;

	for (struct value *says; (says = record_says(house, count + 1)); count++)
		value_free(says);
	return count;
}

/* Wait until its controller has made this many records. */
static bool comes_to(const struct house *house, size_t count)
{
	for (int turns = 0; turns < 1000; turns++) {
		if (record_count(house) >= count)
			return record_count(house) == count;
		usleep(10000);
	}
	return false;
}

static char *beside(const struct house *house, const char *name)
{
	return xprintf("%s/%s", house->bench.journal, name);
}

/* ---- claims ---- */

static void a_run_that_has_ended_has_its_record(void)
{
	struct house house;
	struct value *summary, *event, *run;
	struct buf journal, kept, line;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE], *path;
	struct error err;

	house_open(&house);
	summary = house_run(&house, &(struct mini_order){.body = MEASURED});
	CU_ASSERT_EQUAL(value_get_int(value_get(summary, "record"), "seq", 0), 2);
	event = record_says(&house, 2);
	CU_ASSERT_STRING_EQUAL(value_get_text(event, "disposition"), "conformant");
	CU_ASSERT_STRING_EQUAL(value_get_text(event, "bizStep"), "inspecting");
	run = event_extension(event, "run");
	CU_ASSERT_STRING_EQUAL(value_get_text(run, "run"), value_get_text(summary, "run"));
	CU_ASSERT_STRING_EQUAL(value_get_text(run, "verdict"), "PASS");
	CU_ASSERT(value_get_bool(run, "simulated"));
	CU_ASSERT_EQUAL(value_get_int(run, "attempt", 0), 1);

	buf_init(&journal);
	path = beside(&house, "journal");
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 24, &journal, &err), 0);
	free(path);
	hash_of(journal.data, journal.size, digest);
	hash_hex(digest, hex);
	CU_ASSERT_STRING_EQUAL(value_get_text(value_get(run, "journal"), "sha256"), hex);
	CU_ASSERT_EQUAL(value_get_int(value_get(run, "journal"), "bytes", 0),
			(int64_t)journal.size);
	CU_ASSERT(value_count(value_get(value_get(run, "journal"), "series")) > 2);
	buf_done(&journal);

	buf_init(&kept);
	buf_init(&line);
	path = beside(&house, "record.json");
	CU_ASSERT_EQUAL(file_read(path, 1 << 24, &kept, &err), 0);
	free(path);
	path = xprintf("%s/records/records.jsonl", house.bench.state);
	CU_ASSERT_EQUAL(file_read(path, 1 << 24, &line, &err), 0);
	free(path);
	CU_ASSERT_PTR_NOT_NULL(strstr(line.data, kept.data));
	buf_done(&kept);
	buf_done(&line);
	value_free(run);
	value_free(event);
	value_free(summary);
	house_close(&house);
}

static void a_record_names_every_item_that_has_no_result(void)
{
	struct house house;
	struct value *summary, *event, *run;

	house_open(&house);
	summary = house_run(&house, &(struct mini_order){.body = "error 'nothing works'"});
	event = record_says(&house, 2);
	run = event_extension(event, "run");
	CU_ASSERT_STRING_EQUAL(value_get_text(event, "disposition"), "unknown");
	CU_ASSERT_STRING_EQUAL(value_get_text(run, "verdict"), "ERROR");
	CU_ASSERT_EQUAL(value_count(value_get(run, "notReached")), 1);
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(value_get(run, "notReached"), 0), "measure"),
			       "x");
	value_free(run);
	value_free(event);
	value_free(summary);
	house_close(&house);
}

static void a_destructive_test_is_sampling_and_its_specimen_is_held(void)
{
	struct house house;
	struct value *summary, *event, *held;

	house_open(&house);
	summary = house_run(&house, &(struct mini_order){.header = MINI_DESTROYS,
							 .body = MEASURED "error 'broken off'",
							 .dut = "serial=B7",
							 .destroys = "B7"});
	event = record_says(&house, 2);
	held = record_says(&house, 3);
	CU_ASSERT_STRING_EQUAL(value_get_text(summary, "verdict"), "ERROR");
	CU_ASSERT_STRING_EQUAL(value_get_text(event, "bizStep"), "sampling");
	CU_ASSERT_STRING_EQUAL(value_get_text(held, "bizStep"), "holding");
	CU_ASSERT_STRING_EQUAL(value_get_text(held, "action"), "OBSERVE");
	CU_ASSERT(value_same(value_get(event, "epcList"), value_get(held, "epcList")));
	CU_ASSERT_EQUAL(record_count(&house), 3);
	value_free(held);
	value_free(event);
	value_free(summary);
	house_close(&house);
}

static void a_second_run_names_the_first(void)
{
	const struct mini_order again = {.header = "dut = { serial = { text = true } },",
					 .body = MEASURED,
					 .dut = "serial=B7"};
	struct mini_order other = again;
	struct house house;
	struct value *event, *run;
	const struct value *earlier;

	house_open(&house);
	other.dut = "serial=B8";
	value_free(house_run(&house, &again));
	value_free(house_run(&house, &other));
	value_free(house_run(&house, &again));
	event = record_says(&house, 4);
	run = event_extension(event, "run");
	earlier = value_get(run, "earlier");
	CU_ASSERT_EQUAL(value_get_int(run, "attempt", 0), 2);
	CU_ASSERT_EQUAL(value_count(earlier), 1);
	CU_ASSERT_EQUAL(value_get_int(value_at(earlier, 0), "seq", 0), 2);
	CU_ASSERT_PTR_NOT_NULL(value_get_text(value_at(earlier, 0), "verdict"));
	value_free(run);
	value_free(event);
	house_close(&house);
}

static void a_record_says_whose_task_it_was_and_which_programs_made_it(void)
{
	struct house house;
	struct command command;
	struct order *order;
	struct value *request = value_map(), *event, *run;
	struct buf line;

	house_open(&house);
	order = bench_order(&house.bench, &(struct mini_order){.body = MEASURED});
	order->task = value_map();
	value_set_text(order->task, "受检单位", "某煤矿");
	value_set_text(request, "do", "run");
	value_set(request, "order", order_to_value(order));
	buf_init(&line);
	json_write(&line, request);
	command = command_come(&house);
	command_say(&command, line.data);
	value_free(command_hear(&command, "verdict"));
	event = record_says(&house, 2);
	run = event_extension(event, "run");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(value_get(run, "task"), 0), "name"),
			       "受检单位");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(value_get(run, "task"), 0), "value"),
			       "某煤矿");
	CU_ASSERT_EQUAL(strlen(value_get_text(value_get(run, "software"), "davy-lua")), 64);
	value_free(run);
	value_free(event);
	value_free(request);
	buf_done(&line);
	order_free(order);
	command_go(&command);
	house_close(&house);
}

static void a_disk_with_too_little_room_takes_no_evidence(void)
{
	struct statvfs disk;
	struct error err;
	bool fifth;

	CU_ASSERT(disk_has_room(64 << 20, (uint64_t)64 << 30, 64 << 20));
	CU_ASSERT(!disk_has_room((64 << 20) - 1, (uint64_t)64 << 30, 64 << 20));
	CU_ASSERT(disk_has_room(600000, 3000000, 64 << 20));
	CU_ASSERT(!disk_has_room(599999, 3000000, 64 << 20));
	CU_ASSERT(disk_has_room(0, 0, 64 << 20));
	CU_ASSERT_EQUAL_FATAL(statvfs("/tmp", &disk), 0);
	fifth = disk_has_room(disk.f_bavail, disk.f_blocks, UINT64_MAX);
	CU_ASSERT_EQUAL(disk_room_check("/tmp", UINT64_MAX, &err), fifth ? 0 : -1);
	CU_ASSERT(fifth || strstr(err.text, "on the disk of /tmp"));
	CU_ASSERT_EQUAL(disk_room_check("/nowhere", 0, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "/nowhere: how much room there is cannot be told: No such "
					 "file or directory");
}

static void a_record_that_lies_in_the_log_alone_is_put_beside_its_journal_again(void)
{
	struct house house;
	struct buf before, after;
	struct error err;
	char *path;

	house_open(&house);
	value_free(house_run(&house, &(struct mini_order){.body = MEASURED}));
	house_kill(&house);
	path = beside(&house, "record.json");
	buf_init(&before);
	buf_init(&after);
	CU_ASSERT_EQUAL(file_read(path, 1 << 24, &before, &err), 0);
	CU_ASSERT_EQUAL_FATAL(unlink(path), 0);

	house_start(&house, false);
	for (int turns = 0; turns < 1000 && !file_exists(path); turns++)
		usleep(10000);
	CU_ASSERT_EQUAL(file_read(path, 1 << 24, &after, &err), 0);
	CU_ASSERT_STRING_EQUAL(before.data, after.data);
	CU_ASSERT_EQUAL(record_count(&house), 2);
	buf_done(&before);
	buf_done(&after);
	free(path);
	house_close(&house);
}

static void a_run_without_a_record_gets_one_from_the_next_controller(void)
{
	static const char *const GONE[] = {"records", "keys", "checkpoint"};
	struct house house;
	struct value *event, *run;
	struct error err;
	char *path;

	house_open(&house);
	value_free(house_run(&house, &(struct mini_order){.body = MEASURED}));
	house_kill(&house);
	for (size_t i = 0; i < 3; i++) {
		path = xprintf("%s/%s", house.bench.state, GONE[i]);
		CU_ASSERT(file_remove_folder(path, &err) == 0 || unlink(path) == 0);
		free(path);
	}
	path = beside(&house, "record.json");
	CU_ASSERT_EQUAL_FATAL(unlink(path), 0);
	free(path);

	house_start(&house, false);
	CU_ASSERT_FATAL(comes_to(&house, 2));
	event = record_says(&house, 2);
	run = event_extension(event, "run");
	CU_ASSERT(value_get_bool(run, "late"));
	CU_ASSERT_STRING_EQUAL(value_get_text(run, "verdict"), "PASS");
	value_free(run);
	value_free(event);
	house_close(&house);
}

static size_t items_of(const struct value *event)
{
	const struct value *elements = value_get(event, "sensorElementList");
	size_t count = 0;

	for (size_t i = 0; i < value_count(elements); i++)
		count += value_count(value_get(value_at(elements, i), "sensorReport"));
	return count;
}

static void a_run_whose_controller_was_killed_has_one_record_of_its_end(void)
{
	struct house house;
	struct command command;
	struct value *event, *run;

	house_open(&house);
	command = command_come(&house);
	command_run(&command, &house,
		    &(struct mini_order){.clock = CLOCK_KIND_REAL, .body = MEASURED "wait '20 s'"},
		    1);
	command_started(&command, &house);
	for (int turns = 0; turns < 1000 && !journal_count(house.bench.journal, "judged"); turns++)
		usleep(10000);
	house_kill(&house);
	house_start(&house, false);
	CU_ASSERT_FATAL(comes_to(&house, 2));
	event = record_says(&house, 2);
	run = event_extension(event, "run");
	CU_ASSERT_STRING_EQUAL(value_get_text(run, "verdict"), "ABORTED");
	CU_ASSERT_STRING_EQUAL(value_get_text(run, "cause"), "power");
	CU_ASSERT(value_get_bool(run, "late"));
	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "judged"), 1);
	CU_ASSERT_EQUAL(items_of(event), 1);
	value_free(run);
	value_free(event);
	command_go(&command);
	house_close(&house);
}

static void a_run_on_a_damaged_log_is_told_that_it_has_no_record(void)
{
	struct house house;
	struct value *summary;
	struct error err;
	char *path;

	house_open(&house);
	value_free(house_run(&house, &(struct mini_order){.body = MEASURED}));
	house_kill(&house);
	path = xprintf("%s/records/records.jsonl", house.bench.state);
	CU_ASSERT_EQUAL_FATAL(file_write(path, "\n", 1, &err), 0);
	free(path);

	house_start(&house, false);
	summary = house_run(&house, &(struct mini_order){.body = MEASURED});
	CU_ASSERT_STRING_EQUAL(value_get_text(summary, "verdict"), "PASS");
	CU_ASSERT_PTR_NULL(value_get(summary, "record"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(value_get_text(summary, "unrecorded"));
	CU_ASSERT_PTR_NOT_NULL(strstr(value_get_text(summary, "unrecorded"), "records.jsonl"));
	value_free(summary);
	house_close(&house);
}

/* Whoever removes folders of rehearsals has their names free again, and the log still knows them. */
static void a_rehearsal_under_a_recorded_name_does_not_get_that_record(void)
{
	const struct mini_order order = {.clock = CLOCK_KIND_REAL, .body = MEASURED};
	struct value *summary;
	struct house house;
	struct error err;
	char *runs;

	house_open(&house);
	value_free(house_run(&house, &order));
	runs = xprintf("%s/runs", house.bench.state);
	CU_ASSERT_EQUAL_FATAL(file_remove_folder(runs, &err), 0);
	summary = house_run(&house, &order);
	CU_ASSERT_PTR_NULL(value_get(summary, "record"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(value_get_text(summary, "unrecorded"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(value_get_text(summary, "unrecorded"), "another run of this name"));
	value_free(summary);
	summary = house_run(&house, &order);
	CU_ASSERT_EQUAL(value_get_int(value_get(summary, "record"), "seq", 0), 3);
	value_free(summary);
	free(runs);
	house_close(&house);
}

/* ---- what a command has recorded ---- */

#define TO_APPEND                                                                                  \
	"{'do':'append','record':{'kind':'event','step':'%s','equipment':['%s'],'says':{'note':'"  \
	"甲'}}}"

static void ask_for(struct command *command, const char *step, const char *equipment)
{
	char line[400];

	snprintf(line, sizeof(line), TO_APPEND, step, equipment);
	command_say(command, line);
}

static void a_step_of_a_life_is_appended_when_it_is_asked_for(void)
{
	struct house house;
	struct command command;
	struct value *told, *event, *says;

	house_open(&house);
	command = command_come(&house);
	ask_for(&command, "receiving", "https://lab.example.cn/eq/MA/M1/SN/7");
	told = command_hear(&command, "appended");
	CU_ASSERT_EQUAL(value_get_int(told, "seq", 0), 2);
	event = record_says(&house, 2);
	says = event_extension(event, "says");
	CU_ASSERT_STRING_EQUAL(value_get_text(event, "eventID"), value_get_text(told, "id"));
	CU_ASSERT_STRING_EQUAL(value_get_text(event, "bizStep"), "receiving");
	CU_ASSERT_STRING_EQUAL(value_get_text(says, "note"), "甲");
	value_free(says);
	value_free(event);
	value_free(told);
	command_go(&command);
	house_close(&house);
}

static void what_is_no_record_is_refused_with_a_sentence(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	ask_for(&command, "flying", "https://lab.example.cn/eq/MA/M1/SN/7");
	CU_ASSERT(command_refused(&command, "usage", "no step of a life"));
	ask_for(&command, "receiving", "no identity");
	CU_ASSERT(command_refused(&command, "usage", "epcList"));
	command_say(&command, "{'do':'append','record':{'kind':'event','step':'receiving'}}");
	CU_ASSERT(command_refused(&command, "usage", "which equipment"));
	command_say(&command, "{'do':'append','record':{'kind':'log'}}");
	CU_ASSERT(command_refused(&command, "usage", "'log' are not made so"));
	command_say(&command, "{'do':'append'}");
	CU_ASSERT(command_refused(&command, "usage", "no record to append"));
	CU_ASSERT_EQUAL(record_count(&house), 1);
	command_go(&command);
	house_close(&house);
}

/* ---- what time it is ---- */

#define SAY_CLOCK                                                                                  \
	"{'do':'append','record':{'kind':'clock','wall':'%s','source':'%s','persons':[%s]}}"

/* False, with the reason printed, on a machine whose clock nobody may set by hand. */
static bool clock_may_be_said(void)
{
	struct machine_time now;

	machine_time_read(&now);
	if (now.is_synchronised)
		claim_skip("a time server has synchronised this machine");
	return !now.is_synchronised;
}

static void say_clock(struct command *command, const char *wall, const char *source,
		      const char *persons)
{
	char line[400];

	snprintf(line, sizeof(line), SAY_CLOCK, wall, source, persons);
	command_say(command, line);
}

/* The moment of the n-th record. */
static const char *clock_of(const struct house *house, size_t n, char wall[WALL_TIME_SIZE])
{
	struct value *event = record_says(house, n), *place = event_extension(event, "log");
	const char *clock = value_get_text(value_get(place, "at"), "clock");

	snprintf(wall, WALL_TIME_SIZE, "%s", value_get_text(value_get(place, "at"), "wall"));
	clock = clock && !strcmp(clock, "manual") ? "manual" : "system";
	value_free(place);
	value_free(event);
	return clock;
}

static void what_two_persons_say_of_the_time_counts_for_this_start_of_the_machine(void)
{
	struct house house;
	struct command command;
	char wall[WALL_TIME_SIZE];

	if (!clock_may_be_said())
		return;
	house_open(&house);
	command = command_come(&house);
	say_clock(&command, "2027-03-02T10:31:22+00:00", "GPS 12", "'0017','0009'");
	value_free(command_hear(&command, "appended"));
	value_free(house_run(&house, &(struct mini_order){.body = MEASURED}));
	CU_ASSERT_STRING_EQUAL(clock_of(&house, 3, wall), "manual");
	CU_ASSERT_PTR_EQUAL(strstr(wall, "2027-03-02T"), wall);
	command_go(&command);
	house_kill(&house);

	house_start(&house, false);
	value_free(house_run(&house, &(struct mini_order){.body = MEASURED}));
	CU_ASSERT_STRING_EQUAL(clock_of(&house, 4, wall), "manual");
	CU_ASSERT_PTR_EQUAL(strstr(wall, "2027-03-02T"), wall);
	house_close(&house);
}

static void the_time_is_said_by_two_and_by_a_clock_that_has_a_name(void)
{
	struct house house;
	struct command command;

	if (!clock_may_be_said())
		return;
	house_open(&house);
	command = command_come(&house);
	say_clock(&command, "2027-03-02T10:31:22+00:00", "GPS 12", "'0017','0017'");
	CU_ASSERT(command_refused(&command, "bench", "another one"));
	say_clock(&command, "2027-03-02T10:31:22+00:00", "GPS 12", "'0017'");
	CU_ASSERT(command_refused(&command, "usage", "two persons"));
	say_clock(&command, "2027-03-02T10:31:22+00:00", "", "'0017','0009'");
	CU_ASSERT(command_refused(&command, "usage", "by which clock"));
	say_clock(&command, "2027-03-02 10:31", "GPS 12", "'0017','0009'");
	CU_ASSERT(command_refused(&command, "usage", "is no time"));
	CU_ASSERT_EQUAL(record_count(&house), 1);
	command_go(&command);
	house_close(&house);
}

static void a_run_on_wires_is_refused_while_the_clock_is_behind_the_last_record(void)
{
	const struct mini_order real = {.body = MEASURED, .station = "return {}", .wires = true};
	struct house house;
	struct command command;
	struct value *summary;
	char *path;

	if (!clock_may_be_said())
		return;
	house_open(&house);
	command = command_come(&house);
	say_clock(&command, "2097-03-02T10:31:22+00:00", "GPS 12", "'0017','0009'");
	value_free(command_hear(&command, "appended"));
	command_go(&command);
	value_free(house_run(&house, &(struct mini_order){.body = MEASURED}));
	house_kill(&house);
	path = xprintf("%s/clock", house.bench.state);
	CU_ASSERT_EQUAL_FATAL(unlink(path), 0);
	free(path);

	house_start(&house, false);
	command = command_come(&house);
	command_run(&command, &house, &real, 1);
	CU_ASSERT(command_refused(&command, "bench", "before the last record (2097-03-0"));
	say_clock(&command, "2027-03-02T10:31:22+00:00", "GPS 12", "'0017','0009'");
	value_free(command_hear(&command, "appended"));
	command_run(&command, &house, &real, 1);
	CU_ASSERT(command_refused(&command, "usage", "declares no station"));
	command_go(&command);
	summary = house_run(&house, &(struct mini_order){.body = MEASURED});
	CU_ASSERT_STRING_EQUAL(value_get_text(summary, "verdict"), "PASS");
	value_free(summary);
	house_close(&house);
}

void suite_records(void)
{
	suite_begin("records of runs");
	claim(a_run_that_has_ended_has_its_record);
	claim(a_record_names_every_item_that_has_no_result);
	claim(a_destructive_test_is_sampling_and_its_specimen_is_held);
	claim(a_second_run_names_the_first);
	claim(a_record_says_whose_task_it_was_and_which_programs_made_it);
	claim(a_disk_with_too_little_room_takes_no_evidence);
	claim(a_record_that_lies_in_the_log_alone_is_put_beside_its_journal_again);
	claim(a_run_without_a_record_gets_one_from_the_next_controller);
	claim(a_run_whose_controller_was_killed_has_one_record_of_its_end);
	claim(a_run_on_a_damaged_log_is_told_that_it_has_no_record);
	claim(a_rehearsal_under_a_recorded_name_does_not_get_that_record);
	claim(a_step_of_a_life_is_appended_when_it_is_asked_for);
	claim(what_is_no_record_is_refused_with_a_sentence);
	claim(what_two_persons_say_of_the_time_counts_for_this_start_of_the_machine);
	claim(the_time_is_said_by_two_and_by_a_clock_that_has_a_name);
	claim(a_run_on_wires_is_refused_while_the_clock_is_behind_the_last_record);
}

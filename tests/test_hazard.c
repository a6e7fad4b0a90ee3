/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not be touched yet: from when to when, over restarts and losses of power, and what a run on
 * wires writes down before its script begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "run/hazard.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

struct shelf {
	char folder[64];
	struct loop *loop;
	struct writer *writer;
	struct hazards *hazards;
	struct hazard_now now;
};

static void take_shelf(struct shelf *shelf)
{
	struct error err;

	shelf->loop = loop_new(&err);
	shelf->writer = writer_new(shelf->loop, &err);
	shelf->hazards = hazards_open(shelf->folder, shelf->writer, &shelf->now, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(shelf->hazards);
}

static void leave_shelf(struct shelf *shelf)
{
	hazards_close(shelf->hazards);
	writer_free(shelf->writer);
	loop_free(shelf->loop);
}

static void new_shelf(struct shelf *shelf)
{
	*shelf = (struct shelf){.now = {"boot-1", SEC(1000)}};
	strcpy(shelf->folder, "/tmp/davy-hazards-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(shelf->folder));
	take_shelf(shelf);
}

static void drop_shelf(struct shelf *shelf)
{
	struct error err;

	leave_shelf(shelf);
	CU_ASSERT_EQUAL(file_remove_folder(shelf->folder, &err), 0);
}

/* The controller goes and another comes, some time later, in this boot or another. */
static void come_back(struct shelf *shelf, const char *boot, nsec since)
{
	leave_shelf(shelf);
	shelf->now.since = since;
	snprintf(shelf->now.boot, sizeof(shelf->now.boot), "%s", boot);
	take_shelf(shelf);
}

static void is_written(void *ctx, const struct error *err)
{
	struct shelf *shelf = ctx;

	CU_ASSERT_PTR_NULL(err);
	loop_quit(shelf->loop);
}

static void begin(struct shelf *shelf, const char *run)
{
	struct hazard hazard = {.slot = 2,
				.run = (char *)run,
				.serial = "B7",
				.text = "the bed is hot",
				.zh = "药床高温",
				.wait = SEC(600),
				.from = -1};
	struct error err;

	strcpy(hazard.boot, shelf->now.boot);
	hazards_begin(shelf->hazards, &hazard, is_written, shelf);
	loop_run(shelf->loop, &err);
}

/* Of the only entry; -1: there is none. */
static nsec left(struct shelf *shelf)
{
	struct value *list = hazards_list(shelf->hazards, &shelf->now);
	nsec ns = value_count(list) ? value_get_int(value_at(list, 0), "left_ns", 0) : -1;

	CU_ASSERT(value_count(list) <= 1);
	value_free(list);
	return ns;
}

static void waiting_begins_with_the_end_of_the_run(void)
{
	struct shelf shelf;

	new_shelf(&shelf);
	begin(&shelf, "r1");
	shelf.now.since += SEC(5000);
	CU_ASSERT_EQUAL(left(&shelf), SEC(600));

	hazards_end(shelf.hazards, "r1", &shelf.now);
	shelf.now.since += SEC(599);
	CU_ASSERT_EQUAL(left(&shelf), SEC(1));
	shelf.now.since += SEC(1);
	CU_ASSERT_EQUAL(left(&shelf), -1);

	drop_shelf(&shelf);
}

static void waiting_goes_on_while_no_controller_is_there(void)
{
	struct shelf shelf;

	new_shelf(&shelf);
	begin(&shelf, "r1");
	hazards_end(shelf.hazards, "r1", &shelf.now);

	come_back(&shelf, "boot-1", SEC(1400));
	CU_ASSERT_EQUAL(left(&shelf), SEC(200));
	come_back(&shelf, "boot-1", SEC(1600));
	CU_ASSERT_EQUAL(left(&shelf), -1);

	drop_shelf(&shelf);
}

static void after_a_loss_of_power_the_whole_time_counts_from_its_return(void)
{
	struct shelf shelf;

	new_shelf(&shelf);
	begin(&shelf, "r1");
	hazards_end(shelf.hazards, "r1", &shelf.now);

	come_back(&shelf, "boot-2", SEC(20));
	CU_ASSERT_EQUAL(left(&shelf), SEC(580));
	come_back(&shelf, "boot-2", SEC(30));
	CU_ASSERT_EQUAL(left(&shelf), SEC(570));
	come_back(&shelf, "boot-3", SEC(10));
	CU_ASSERT_EQUAL(left(&shelf), SEC(590));

	drop_shelf(&shelf);
}

static void a_run_that_lost_its_controller_waits_from_the_next_one_on(void)
{
	struct shelf shelf;

	new_shelf(&shelf);
	begin(&shelf, "r1");

	come_back(&shelf, "boot-1", SEC(9000));
	CU_ASSERT_EQUAL(left(&shelf), SEC(600));
	come_back(&shelf, "boot-1", SEC(9100));
	CU_ASSERT_EQUAL(left(&shelf), SEC(500));

	drop_shelf(&shelf);
}

static void a_run_that_lost_its_power_waits_from_its_return_on(void)
{
	struct shelf shelf;

	new_shelf(&shelf);
	begin(&shelf, "r1");

	come_back(&shelf, "boot-2", SEC(40));
	CU_ASSERT_EQUAL(left(&shelf), SEC(560));

	drop_shelf(&shelf);
}

static void a_boot_without_a_name_is_another_when_it_is_younger(void)
{
	struct shelf shelf;

	new_shelf(&shelf);
	shelf.now.boot[0] = '\0';
	begin(&shelf, "r1");
	hazards_end(shelf.hazards, "r1", &shelf.now);

	come_back(&shelf, "", SEC(1010));
	CU_ASSERT_EQUAL(left(&shelf), SEC(590));
	come_back(&shelf, "", SEC(100));
	CU_ASSERT_EQUAL(left(&shelf), SEC(500));

	drop_shelf(&shelf);
}

static void a_torn_line_takes_no_other_with_it(void)
{
	struct shelf shelf;
	char *path;
	FILE *file;

	new_shelf(&shelf);
	begin(&shelf, "r1");
	leave_shelf(&shelf);
	path = xprintf("%s/hazards", shelf.folder);
	file = fopen(path, "a");
	fputs("{\"slot\":1,\"run\":\"r2\",\"te", file);
	fclose(file);
	free(path);
	take_shelf(&shelf);

	CU_ASSERT_EQUAL(left(&shelf), SEC(600));
	drop_shelf(&shelf);
}

static void whoever_only_looks_changes_nothing(void)
{
	struct shelf shelf;
	struct hazard_now later = {"boot-2", SEC(10)};
	struct hazards *looked;
	struct error err;

	new_shelf(&shelf);
	begin(&shelf, "r1");
	looked = hazards_open(shelf.folder, NULL, &later, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(looked);
	hazards_close(looked);

	come_back(&shelf, "boot-1", SEC(2000));
	CU_ASSERT_EQUAL(left(&shelf), SEC(600));
	drop_shelf(&shelf);
}

static void a_hazard_is_said_in_both_languages(void)
{
	struct value *one = said("{'slot':2,'run':'r1','serial':'B7','text':'the bed is hot',"
				 "'zh':'药床高温','left_ns':61000000000}");
	struct buf text;

	buf_init(&text);
	hazard_say(&text, one);
	CU_ASSERT_STRING_EQUAL(text.data, "specimen B7 in slot 2: the bed is hot 药床高温: do not "
					  "touch it for 2 min (run r1)");
	buf_clear(&text);
	value_set_bool(one, "simulated", true);
	value_set_bool(one, "running", true);
	hazard_say(&text, one);
	CU_ASSERT_STRING_EQUAL(text.data,
			       "SIMULATED 仿真: specimen B7 in slot 2: the bed is hot 药床高温: do "
			       "not touch it until 2 min after the end of run r1");
	buf_done(&text);
	value_free(one);
}

/* ---- runs ---- */

#define HEADER                                                                                     \
	"dut = { serial = { ask = 'No', text = true, simulated = 'SIM' } },\n"                     \
	"hazard = { 'the bed is hot', zh = '药床高温', wait = '10 min' },"

static struct hazards *kept;

static void keep_hazards(struct bench *bench)
{
	struct hazard_now now = hazard_now();
	struct error err;

	hazards_close(kept);
	kept = hazards_open(bench->state, bench->run->place.writer, &now, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(kept);
	bench->run->place.hazards = kept;
}

/* As far as hazards go, this run has wires. */
static void pretend_wires(struct bench *bench)
{
	keep_hazards(bench);
	bench->run->plan->order->rig = true;
}

static struct value *look(struct bench *bench)
{
	struct hazard_now now = hazard_now();
	struct error err;
	struct hazards *hazards = hazards_open(bench->state, NULL, &now, &err);
	struct value *list;

	CU_ASSERT_PTR_NOT_NULL_FATAL(hazards);
	list = hazards_list(hazards, &now);
	hazards_close(hazards);
	return list;
}

static bool was_running;

static void look_now(struct bench *bench)
{
	struct value *list = look(bench);

	was_running = value_count(list) == 1 && value_get_bool(value_at(list, 0), "running");
	value_free(list);
}

static void a_run_on_wires_writes_its_hazard_before_its_script_begins(void)
{
	struct bench bench;
	struct value *list;

	bench_open(&bench);
	was_running = false;
	bench_run(&bench, .header = HEADER, .dut = "serial=B7", .at_start = pretend_wires,
		  .body = "log 'now' m.x = fx.shown:mean '1 s'\n", .at_now = look_now);

	CU_ASSERT(was_running);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_STRING_EQUAL(value_get_text(value_get(bench.end.summary, "hazard"), "text"),
			       "the bed is hot");
	list = look(&bench);
	CU_ASSERT_EQUAL_FATAL(value_count(list), 1);
	CU_ASSERT_FALSE(value_get_bool(value_at(list, 0), "running"));
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(list, 0), "serial"), "B7");
	CU_ASSERT(value_get_int(value_at(list, 0), "left_ns", 0) > SEC(500));
	value_free(list);
	hazards_close(kept);
	kept = NULL;
	bench_close(&bench);
}

static void a_simulated_run_leaves_nothing_that_is_hot(void)
{
	struct bench bench;
	struct value *list;

	bench_open(&bench);
	bench_run(&bench, .header = HEADER, .at_start = keep_hazards,
		  .body = "m.x = fx.shown:mean '1 s'\n");

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_PTR_NULL(value_get(bench.end.summary, "hazard"));
	list = look(&bench);
	CU_ASSERT_EQUAL(value_count(list), 0);
	value_free(list);
	hazards_close(kept);
	kept = NULL;
	bench_close(&bench);
}

/* The file's place is taken by a folder, so that it cannot be replaced. */
static void block_file(struct bench *bench)
{
	char *path = xprintf("%s/hazards/x", bench->state);
	struct error err;

	pretend_wires(bench);
	CU_ASSERT_EQUAL(file_make_folder(path, &err), 0);
	free(path);
}

static void a_run_whose_hazard_cannot_be_written_does_not_begin(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .header = HEADER, .at_start = block_file,
		  .body = "fx.motor:on() m.x = fx.shown:mean '1 s'\n");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "hazards"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "start"), 0);
	hazards_close(kept);
	kept = NULL;
	bench_close(&bench);
}

void suite_hazard(void)
{
	suite_begin("hazard");
	claim(waiting_begins_with_the_end_of_the_run);
	claim(waiting_goes_on_while_no_controller_is_there);
	claim(after_a_loss_of_power_the_whole_time_counts_from_its_return);
	claim(a_run_that_lost_its_controller_waits_from_the_next_one_on);
	claim(a_run_that_lost_its_power_waits_from_its_return_on);
	claim(a_boot_without_a_name_is_another_when_it_is_younger);
	claim(a_torn_line_takes_no_other_with_it);
	claim(whoever_only_looks_changes_nothing);
	claim(a_hazard_is_said_in_both_languages);
	claim(a_run_on_wires_writes_its_hazard_before_its_script_begins);
	claim(a_simulated_run_leaves_nothing_that_is_hot);
	claim(a_run_whose_hazard_cannot_be_written_does_not_begin);
}

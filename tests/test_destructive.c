/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a destructive protocol does with its specimen: confirmed twice, used up once, whatever becomes of
 * the run and of the controller.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "run/consumed.h"
#include "run/replay.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

#define HEADER                                                                                     \
	"destructive = true, class = 'pack',\n"                                                    \
	"dut = { serial = { ask = 'No', text = true, simulated = 'SIM' } },"
#define MEASURED "m.x = fx.shown:mean '1 s'\n"

static const struct mini_order BURN = {
	.header = HEADER, .body = MEASURED, .dut = "serial=B7", .destroys = "B7"};

static void stop_it(struct bench *bench)
{
	run_stop(bench->run, "stopped by the operator");
}

static void stop_soon(struct bench *bench)
{
	bench_soon(bench, stop_it);
}

static bool has_runs(const struct bench *bench)
{
	char *runs = xprintf("%s/runs", bench->state);
	bool there = file_exists(runs);

	free(runs);
	return there;
}

/* ---- the confirmation ---- */

static void an_unconfirmed_specimen_is_refused_before_anything_is_begun(void)
{
	struct bench bench;
	struct mini_order order = BURN;

	bench_open(&bench);
	order.destroys = NULL;
	bench_rehearse(&bench, &order);
	CU_ASSERT(bench_refused(&bench, "uses up its specimen: confirm it with --destroys B7"));
	CU_ASSERT_EQUAL(bench.error.kind, ERROR_USAGE);
	CU_ASSERT_FALSE(has_runs(&bench));
	bench_close(&bench);
}

static void a_specimen_confirmed_as_another_is_refused(void)
{
	struct bench bench;
	struct mini_order order = BURN;

	bench_open(&bench);
	order.destroys = "B8";
	bench_rehearse(&bench, &order);
	CU_ASSERT(bench_refused(&bench, "was named 'B7' and confirmed as 'B8'"));
	CU_ASSERT_FALSE(has_runs(&bench));
	bench_close(&bench);
}

static void a_confirmed_specimen_is_used_up_before_its_script_begins(void)
{
	struct bench bench;
	struct replay replay = {0};

	bench_open(&bench);
	bench_rehearse(&bench, &BURN);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(journal_says(bench.journal, "'class':'pack','serial':'B7','simulated':true"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "consumes"), 1);
	CU_ASSERT_EQUAL(replay_run(bench.journal, bench.program, &replay, &bench.error), 0);
	value_free(replay.summary);
	bench_close(&bench);
}

static void a_protocol_that_uses_up_nothing_takes_no_confirmation(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED, .destroys = "B7");
	CU_ASSERT(bench_refused(&bench, "--destroys B7: this run uses up no specimen"));
	bench_close(&bench);
}

static void a_simulated_serial_number_is_a_new_specimen_each_time(void)
{
	struct bench bench;

	bench_open(&bench);
	for (int i = 0; i < 2; i++) {
		bench_run(&bench, .header = HEADER, .body = MEASURED);
		CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
		CU_ASSERT_EQUAL(journal_count(bench.journal, "consumes"), 0);
	}
	bench_close(&bench);
}

/* ---- used up ---- */

static void a_specimen_whose_run_was_aborted_is_refused_afterwards(void)
{
	struct bench bench;
	struct mini_order order = BURN;

	bench_open(&bench);
	order.body = MEASURED "wait '2 min' log 'now' wait '10 min'";
	order.at_now = stop_soon;
	bench_rehearse(&bench, &order);
	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "stopped by the operator"));

	bench_rehearse(&bench, &BURN);
	CU_ASSERT(bench_refused(&bench, "specimen B7 (pack) was used up by run sim-mini.test-"));
	CU_ASSERT_EQUAL(bench.error.kind, ERROR_USAGE);
	bench_close(&bench);
}

static void a_confirmation_does_not_bring_a_specimen_back(void)
{
	struct bench bench;
	struct mini_order order = BURN;

	bench_open(&bench);
	bench_rehearse(&bench, &BURN);
	order.destroys = NULL;
	bench_rehearse(&bench, &order);
	CU_ASSERT(bench_refused(&bench, "was used up by run"));
	bench_close(&bench);
}

static void another_specimen_is_not_used_up(void)
{
	struct bench bench;
	struct mini_order order = BURN;

	bench_open(&bench);
	bench_rehearse(&bench, &BURN);
	order.dut = "serial=B8";
	order.destroys = "B8";
	bench_rehearse(&bench, &order);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));

	order = BURN; /* the same number on another kind of product */
	order.header = "destructive = true, class = 'cell', dut = { serial = { text = true } },";
	bench_rehearse(&bench, &order);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

static void a_test_that_destroys_nothing_takes_a_used_up_specimen(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_rehearse(&bench, &BURN);
	bench_run(&bench, .header = "class = 'pack', dut = { serial = { text = true } },",
		  .body = MEASURED, .dut = "serial=B7");
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

static void a_run_that_never_began_uses_up_nothing(void)
{
	struct bench bench;
	struct mini_order order = BURN;

	bench_open(&bench);
	order.fault = "high";
	order.header = HEADER "environment = { pressure = { '900 .. 1100 Pa',\n"
			      "  channel = 'pressure' } },";
	bench_rehearse(&bench, &order);
	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "Nothing was begun"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "consumes"), 0);

	bench_rehearse(&bench, &BURN);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

/* ---- the file ---- */

static void a_simulated_specimen_is_not_the_real_one(void)
{
	struct specimen simulated = {"pack", "B7", true}, real = {"pack", "B7", false};
	struct consumed *consumed;
	struct bench bench;
	struct error err;

	bench_open(&bench);
	bench_rehearse(&bench, &BURN);
	consumed = consumed_open(bench.state, NULL, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(consumed);
	CU_ASSERT_PTR_NOT_NULL(consumed_by(consumed, &simulated));
	CU_ASSERT_PTR_NULL(consumed_by(consumed, &real));
	consumed_close(consumed);
	bench_close(&bench);
}

static void a_torn_line_hides_neither_those_before_nor_those_after(void)
{
	static const char TORN[] =
		"{\"class\":\"pack\",\"serial\":\"B1\",\"simulated\":true,\"run\":\"first\"}\n"
		"{\"class\":\"pack\",\"ser";
	struct specimen first = {"pack", "B1", true};
	struct consumed *consumed;
	struct bench bench;
	struct error err;

	bench_open(&bench);
	bench_put(&bench, "state/consumed", TORN);
	bench_rehearse(&bench, &BURN);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_rehearse(&bench, &BURN);
	CU_ASSERT(bench_refused(&bench, "was used up by run"));

	consumed = consumed_open(bench.state, NULL, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(consumed);
	CU_ASSERT_STRING_EQUAL(consumed_by(consumed, &first), "first");
	consumed_close(consumed);
	bench_close(&bench);
}

/* ---- the controller ---- */

static void begin_long(struct house *house, struct command *command)
{
	struct mini_order order = BURN;

	order.clock = CLOCK_KIND_REAL;
	order.body = MEASURED "wait '10 min'";
	*command = command_come(house);
	command_run(command, house, &order, 1);
	command_started(command, house);
	value_free(command_hear(command, "step"));
}

static void forget_file(const struct house *house)
{
	char *path = xprintf("%s/consumed", house->bench.state);

	CU_ASSERT_EQUAL(unlink(path), 0);
	free(path);
}

static void check_refused_by_controller(struct house *house)
{
	struct command command = command_come(house);

	command_run(&command, house, &BURN, 2);
	CU_ASSERT(command_refused(&command, "consumed", "specimen B7 (pack) was used up by run"));
	command_go(&command);
}

static void a_killed_controller_has_used_up_its_specimen(void)
{
	struct command command;
	struct house house;

	house_open(&house);
	begin_long(&house, &command);
	house_kill(&house);
	command_go(&command);
	house_start(&house, false);
	check_refused_by_controller(&house);
	house_close(&house);
}

static void a_lost_file_is_made_good_from_the_journal_of_a_run_that_was_cut_short(void)
{
	struct command command;
	struct house house;

	house_open(&house);
	begin_long(&house, &command);
	house_kill(&house);
	command_go(&command);
	forget_file(&house);
	house_start(&house, false);
	check_refused_by_controller(&house);
	house_close(&house);
}

static void a_lost_file_is_made_good_from_the_journals_of_runs_long_ended(void)
{
	struct command command;
	struct house house;

	house_open(&house);
	begin_long(&house, &command);
	house_kill(&house);
	command_go(&command);
	house_start(&house, false); /* it ends the run */
	check_refused_by_controller(&house);
	house_kill(&house);
	forget_file(&house);
	house_start(&house, false);
	check_refused_by_controller(&house);
	house_close(&house);
}

/* ---- when two serial numbers are one ---- */

static bool same(const char *a, const char *b)
{
	return specimen_same(&(struct specimen){"pack", a, false},
			     &(struct specimen){"pack", b, false});
}

static void another_spelling_is_the_same_specimen(void)
{
	CU_ASSERT(same("B7", "b7"));
	CU_ASSERT(same("B7", " B 7\t"));
	CU_ASSERT(same("B7", "\xef\xbc\xa2\xef\xbc\x97")); /* full-width */
	CU_ASSERT(same("B7", "B\xc2\xa0"
			     "7\xe2\x80\x8b\xe3\x80\x80"));
	CU_ASSERT(same("B-7", "b\xe2\x80\x93"
			      "7"));
	CU_ASSERT(same("\xe8\x87\xaa"
		       "7",
		       "\xe8\x87\xaa 7"));
}

static void another_character_is_another_specimen(void)
{
	CU_ASSERT_FALSE(same("B7", "B8"));
	CU_ASSERT_FALSE(same("B7", "B77"));
	CU_ASSERT_FALSE(same("B7", "B-7"));
	CU_ASSERT_FALSE(same("B7", ""));
	CU_ASSERT_FALSE(same("\xe8\x87\xaa", "\xe8\x87\xab"));
	CU_ASSERT_FALSE(same("\xe8\x87", "\xe8")); /* torn */
	CU_ASSERT_FALSE(same("B7\xef\xbc", "B7"));
	CU_ASSERT_FALSE(specimen_same(&(struct specimen){"pack", "B7", false},
				      &(struct specimen){"Pack", "B7", false}));
}

static void a_specimen_without_a_serial_number_is_not_destroyed(void)
{
	static const char *const EMPTY[] = {"serial=", "serial=  ", "serial=\xe3\x80\x80"};
	struct mini_order order = BURN;
	struct bench bench;

	bench_open(&bench);
	for (int i = 0; i < 3; i++) {
		order.dut = EMPTY[i];
		order.destroys = EMPTY[i] + 7;
		bench_rehearse(&bench, &order);
		CU_ASSERT(bench_refused(&bench, "its serial number is empty"));
	}
	bench_close(&bench);
}

static void a_specimen_that_another_slot_has_is_refused(void)
{
	struct command command;
	struct house house;

	house_open(&house);
	begin_long(&house, &command);
	check_refused_by_controller(&house);
	command_go(&command);
	house_close(&house);
}

static void order_on_two_slots(struct command *command, struct house *house)
{
	struct value *request = value_map();
	struct value *orders;
	struct buf line;

	value_set_text(request, "do", "run");
	orders = value_set(request, "orders", value_list());
	for (int slot = 1; slot <= 3; slot += 2) {
		struct order *order = bench_order(&house->bench, &BURN);

		order->slot = slot;
		value_add(orders, order_to_value(order));
		order_free(order);
	}
	buf_init(&line);
	json_write(&line, request);
	command_say(command, line.data);
	buf_done(&line);
	value_free(request);
}

static void a_batch_does_not_use_up_one_specimen_twice(void)
{
	struct command command;
	struct house house;

	house_open(&house);
	command = command_come(&house);
	order_on_two_slots(&command, &house);
	CU_ASSERT(command_refused(&command, "usage", "slots 1 and 3 name the same specimen"));
	command_run(&command, &house, &BURN, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	command_go(&command);
	house_close(&house);
}

static void the_controller_asks_for_a_confirmation_by_its_kind(void)
{
	struct mini_order order = BURN;
	struct command command;
	struct house house;

	house_open(&house);
	command = command_come(&house);
	order.destroys = NULL;
	command_run(&command, &house, &order, 1);
	CU_ASSERT(command_refused(&command, "confirm", "confirm it with --destroys B7"));
	/* the same connection orders again */
	command_run(&command, &house, &BURN, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	command_go(&command);
	house_close(&house);
}

void suite_destructive(void)
{
	suite_begin("destructive");
	claim(an_unconfirmed_specimen_is_refused_before_anything_is_begun);
	claim(a_specimen_confirmed_as_another_is_refused);
	claim(a_confirmed_specimen_is_used_up_before_its_script_begins);
	claim(a_protocol_that_uses_up_nothing_takes_no_confirmation);
	claim(a_simulated_serial_number_is_a_new_specimen_each_time);
	claim(a_specimen_whose_run_was_aborted_is_refused_afterwards);
	claim(a_confirmation_does_not_bring_a_specimen_back);
	claim(another_specimen_is_not_used_up);
	claim(a_test_that_destroys_nothing_takes_a_used_up_specimen);
	claim(a_run_that_never_began_uses_up_nothing);
	claim(a_simulated_specimen_is_not_the_real_one);
	claim(a_torn_line_hides_neither_those_before_nor_those_after);
	claim(a_killed_controller_has_used_up_its_specimen);
	claim(a_lost_file_is_made_good_from_the_journal_of_a_run_that_was_cut_short);
	claim(a_lost_file_is_made_good_from_the_journals_of_runs_long_ended);
	claim(another_spelling_is_the_same_specimen);
	claim(another_character_is_another_specimen);
	claim(a_specimen_without_a_serial_number_is_not_destroyed);
	claim(a_specimen_that_another_slot_has_is_refused);
	claim(a_batch_does_not_use_up_one_specimen_twice);
	claim(the_controller_asks_for_a_confirmation_by_its_kind);
}

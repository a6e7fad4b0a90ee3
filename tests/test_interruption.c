/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that lose their controller. In a wait that its protocol lets be interrupted, one stands as it stood and is
 * taken up again, and how long the bench was away is judged; anywhere else it is ABORTED.
 *
 * A loss of power is made of a whole run: its journal is cut off behind a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "run/replay.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/journal_change.h"

#define ALLOWS                                                                                     \
	"class = 'pack', dut = { serial = { ask = 'Serial number', text = true, simulated = "      \
	"'SIM-1' } },\n"                                                                           \
	"interruptions = { rest = { 'while it rests', zh = '静置期间', limit = '<= 15 min' } },"
#define RESTS                                                                                      \
	"m.x = fx.pressure:read()\n"                                                               \
	"wait { '2 h', interruption = 'rest' }\n"                                                  \
	"fx.valve:open() wait '1 s' fx.valve:close()\n"                                            \
	"m.y = fx.pressure:read()"
#define RESTED "y = { 'y', limit = '>= 5 Pa' },"

static const struct mini_order RESTING = {.header = ALLOWS, .body = RESTS, .measures = RESTED};
static struct error error;

static const char *name_of(const struct bench *bench)
{
	return strrchr(bench->journal, '/') + 1;
}

static void write_journal(const struct bench *bench, const char *bytes, size_t size)
{
	char *path = xprintf("%s/journal", bench->journal);
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fwrite(bytes, 1, size, file);
	fclose(file);
	free(path);
}

/* The power fails: the journal ends behind the last line that has this in it, and so many bytes of what followed. */
static void lose_power(const struct bench *bench, const char *part, size_t torn)
{
	struct buf bytes = bench_bytes(bench->journal);
	char *at = NULL;

	buf_add_byte(&bytes, '\0');
	for (char *next = bytes.data;
	     (next = memmem(next, (size_t)(bytes.data + bytes.size - next), part, strlen(part)));
	     next++)
		at = next;
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	at = memchr(at, '\n', (size_t)(bytes.data + bytes.size - at));
	write_journal(bench, bytes.data, (size_t)(at + 1 - bytes.data) + torn);
	buf_done(&bytes);
}

static int next_controller_starts(const struct bench *bench)
{
	int ended = journal_end_cut_short(bench->journal, "the controller was gone", &error);

	if (ended < 0)
		CU_FAIL(error.text);
	return ended;
}

#define STANDS "{\"k\":\"stands\""

/* A run is begun, and loses its power in its wait. */
static void interrupt(struct bench *bench, const struct mini_order *what)
{
	bench_open(bench);
	bench_rehearse(bench, what);
	CU_ASSERT(bench_ended(bench, VERDICT_PASS, ""));
	lose_power(bench, STANDS, 0);
	CU_ASSERT_EQUAL(next_controller_starts(bench), JOURNAL_INTERRUPTED);
}

static struct mini_order again(const struct bench *bench, const struct mini_order *what,
			       nsec outage)
{
	struct mini_order order = *what;

	order.continues = xstrdup(name_of(bench));
	order.serial_again = "SIM-1";
	order.outage = outage;
	return order;
}

static void take_up(struct bench *bench, const struct mini_order *what, nsec outage)
{
	struct mini_order order = again(bench, what, outage);
	char journal[sizeof(bench->journal)];

	strcpy(journal, bench->journal);
	bench_rehearse(bench, &order);
	strcpy(bench->journal, journal);
	free((char *)order.continues);
}

static const struct value *measure_of(const struct bench *bench, const char *name)
{
	const struct value *measures = value_get(bench->end.summary, "measures");

	for (size_t i = 0; i < value_count(measures); i++)
		if (!strcmp(value_get_text(value_at(measures, i), "measure"), name))
			return value_at(measures, i);
	return NULL;
}

/* So long, and what it takes to come up. */
static bool away_for(const struct bench *bench, double seconds)
{
	const struct value *measure = measure_of(bench, "interruption.rest");
	double value = value_get_real(measure, "value", -1) * 60; /* in the unit of its limit */

	if (measure && value >= seconds - 1e-6 && value < seconds + 0.5)
		return true;
	printf("        it was: %.9g s\n", value);
	return false;
}

/* ---- what becomes of a journal ---- */

static void a_run_that_is_cut_in_such_a_wait_stands_interrupted(void)
{
	struct bench bench;

	interrupt(&bench, &RESTING);

	CU_ASSERT_EQUAL(journal_count(bench.journal, "verdict"), 0);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "interrupted"), 1);
	CU_ASSERT_EQUAL(next_controller_starts(&bench), JOURNAL_STANDS);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "interrupted"), 1);
	bench_close(&bench);
}

static void a_run_that_is_cut_elsewhere_is_aborted(void)
{
	static const char *const ELSEWHERE[] = {"{\"k\":\"start\"", "{\"k\":\"reading\"",
						"{\"k\":\"judged\"", "{\"k\":\"concludes\""};

	for (size_t i = 0; i < sizeof(ELSEWHERE) / sizeof(ELSEWHERE[0]); i++) {
		struct bench bench;

		bench_open(&bench);
		bench_rehearse(&bench, &RESTING);
		lose_power(&bench, ELSEWHERE[i], 0);
		CU_ASSERT_EQUAL(next_controller_starts(&bench), JOURNAL_ENDED);
		CU_ASSERT(journal_says(bench.journal, "'verdict':'ABORTED'"));
		CU_ASSERT_EQUAL(journal_count(bench.journal, "interrupted"), 0);
		bench_close(&bench);
	}
}

static void a_wait_whose_limit_nobody_has_filled_in_is_cut_as_any_other(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_rehearse(
		&bench,
		&(struct mini_order){.header = "interruptions = { rest = { 'while it rests', zh = "
					       "'静置期间', limit = { standard = 'STD 1' } } },",
				     .body = RESTS,
				     .measures = RESTED});
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_PTR_NULL(measure_of(&bench, "interruption.rest"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "stands"), 0);
	lose_power(&bench, "\"interruption\":\"rest\"", 0);

	CU_ASSERT_EQUAL(next_controller_starts(&bench), JOURNAL_ENDED);
	bench_close(&bench);
}

static void a_limit_set_says_how_long(void)
{
	struct mini_order what = {
		.header = "interruptions = { rest = { 'while it rests', zh = '静置期间', limit = { "
			  "standard = 'STD 1' } } },",
		.limits = "{\"limit_set\":\"ours\",\"laboratory\":\"Us\",\"grade\":\"lab\","
			  "\"limits\":"
			  "{\"mini.test/interruption.rest\":{\"limit\":\"<= 5 "
			  "min\",\"standard\":\"STD "
			  "1\",\"source\":\"a decision of the laboratory\"}}}",
		.body = RESTS,
		.measures = RESTED};
	struct bench bench;

	interrupt(&bench, &what);
	take_up(&bench, &what, SEC(299));

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(away_for(&bench, 299));
	bench_close(&bench);
}

static void what_was_half_written_is_kept(void)
{
	struct buf torn;
	struct bench bench;
	char *path;

	bench_open(&bench);
	bench_rehearse(&bench, &RESTING);
	lose_power(&bench, STANDS, 17);
	CU_ASSERT_EQUAL(next_controller_starts(&bench), JOURNAL_INTERRUPTED);
	path = xprintf("%s/torn", bench.journal);
	buf_init(&torn);
	CU_ASSERT_EQUAL(file_read(path, 100, &torn, &error), 0);

	CU_ASSERT_EQUAL(torn.size, 17);
	CU_ASSERT(journal_says(bench.journal, "'torn_bytes':17"));
	take_up(&bench, &RESTING, SEC(60));
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	buf_done(&torn);
	free(path);
	bench_close(&bench);
}

static void an_uninterrupted_run_was_away_for_no_time(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_rehearse(&bench, &RESTING);

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(away_for(&bench, 0));
	bench_close(&bench);
}

/* ---- what may be ordered ---- */

static void order_is_refused(const char *json, const char *why)
{
	struct value *value = said(json);
	struct order *order = order_from_value(value, &error);

	CU_ASSERT_PTR_NULL(order);
	if (!order && !strstr(error.text, why))
		CU_FAIL(error.text);
	order_free(order);
	value_free(value);
}

static void an_absence_is_stated_in_simulations_alone(void)
{
	order_is_refused("{'protocol':'/p.lua','continues':'r','simulated':true}",
			 "for as long as it is told");
	order_is_refused(
		"{'protocol':'/p.lua','station':'/s.lua','continues':'r','outage':'5 min'}",
		"is measured, and not said");
	order_is_refused(
		"{'protocol':'/p.lua','continues':'../r','simulated':true,'outage':'5 min'}",
		"is no run's name");
}

/* ---- taken up again ---- */

static void check_replays(const struct bench *bench, enum verdict verdict, long interruptions)
{
	struct replay replay;
	int done = replay_run(bench->journal, bench->program, &replay, &error);

	if (done < 0)
		CU_FAIL_FATAL(error.text);
	CU_ASSERT_EQUAL(replay.verdict, verdict);
	CU_ASSERT_EQUAL(replay.interruptions, interruptions);
	value_free(replay.summary);
}

static void an_interrupted_run_goes_on_and_passes(void)
{
	struct bench bench;

	interrupt(&bench, &RESTING);
	take_up(&bench, &RESTING, SEC(600));

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(away_for(&bench, 600));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "resumed"), 1);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "verdict"), 1);
	/* what nobody saw does not count: two hours are rested all the same */
	CU_ASSERT(value_get_int(bench.end.summary, "bench_time_ns", 0) >= SEC(7200) + SEC(600));
	CU_ASSERT(journal_is_safe(bench.journal));
	check_replays(&bench, VERDICT_PASS, 1);
	bench_close(&bench);
}

static void it_may_be_interrupted_again(void)
{
	struct bench bench;

	interrupt(&bench, &RESTING);
	take_up(&bench, &RESTING, SEC(600));
	lose_power(&bench, STANDS, 0);
	CU_ASSERT_EQUAL(next_controller_starts(&bench), JOURNAL_INTERRUPTED);
	take_up(&bench, &RESTING, SEC(200));

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(away_for(&bench, 800));
	check_replays(&bench, VERDICT_PASS, 2);
	bench_close(&bench);
}

static void one_that_dies_while_it_comes_up_is_still_interrupted(void)
{
	struct bench bench;

	interrupt(&bench, &RESTING);
	take_up(&bench, &RESTING, SEC(300));
	lose_power(&bench, "{\"k\":\"device\"", 0);
	CU_ASSERT_EQUAL(next_controller_starts(&bench), JOURNAL_INTERRUPTED);
	take_up(&bench, &RESTING, SEC(300));

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "interrupted"), 2);
	CU_ASSERT(value_get_real(measure_of(&bench, "interruption.rest"), "value", 0) >= 10);
	check_replays(&bench, VERDICT_PASS, 1);
	bench_close(&bench);
}

static struct buf kept;

static void check_stays(struct bench *bench, const char *why)
{
	struct buf now = bench_bytes(bench->journal);

	CU_ASSERT(bench_refused(bench, why));
	CU_ASSERT_EQUAL(now.size, kept.size);
	CU_ASSERT(now.size == kept.size && !memcmp(now.data, kept.data, now.size));
	buf_done(&now);
}

/* Taken up like this it is refused for this reason, and its journal stays as it was. */
static void refuses(const struct mini_order *what, const char *serial, nsec outage, const char *why)
{
	struct bench bench;
	struct mini_order order;
	char journal[sizeof(bench.journal)];

	interrupt(&bench, &RESTING);
	kept = bench_bytes(bench.journal);
	order = again(&bench, what, outage);
	order.serial_again = serial;
	strcpy(journal, bench.journal);
	bench_rehearse(&bench, &order);
	strcpy(bench.journal, journal);

	check_stays(&bench, why);
	take_up(&bench, &RESTING, SEC(60));
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	free((char *)order.continues);
	buf_done(&kept);
	bench_close(&bench);
}

static void too_long_an_absence_is_refused(void)
{
	refuses(&RESTING, "SIM-1", SEC(901), "<= 15 min is allowed");
}

static void another_specimen_is_refused(void)
{
	refuses(&RESTING, "SIM-2", SEC(60),
		"the run was of specimen SIM-1, and SIM-2 is in slot 1");
	refuses(&RESTING, NULL, SEC(60), "say its serial number once more");
}

static void another_protocol_is_refused(void)
{
	struct mini_order changed = RESTING;

	changed.body = RESTS " log 'changed'";
	refuses(&changed, "SIM-1", SEC(60), "mini.lua is not what it was");
}

static void another_order_is_refused(void)
{
	struct mini_order changed = RESTING;

	changed.seed = 7;
	refuses(&changed, "SIM-1", SEC(60), "'order' is not what it was");
}

static void one_that_has_its_verdict_is_taken_up_no_more(void)
{
	struct bench bench;

	interrupt(&bench, &RESTING);
	take_up(&bench, &RESTING, SEC(60));
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	take_up(&bench, &RESTING, SEC(60));

	CU_ASSERT(bench_refused(&bench, "it has its verdict already: PASS"));
	bench_close(&bench);
}

static void one_that_is_given_up_is_aborted(void)
{
	struct bench bench;

	interrupt(&bench, &RESTING);
	CU_ASSERT_EQUAL(journal_end_interrupted(bench.journal, "the chamber stayed warm", &error),
			0);

	CU_ASSERT(
		journal_says(bench.journal, "'verdict':'ABORTED','why':'the chamber stayed warm'"));
	check_replays(&bench, VERDICT_ABORTED, 0);
	take_up(&bench, &RESTING, SEC(60));
	CU_ASSERT(bench_refused(&bench, "it has its verdict already: ABORTED"));
	CU_ASSERT(journal_end_interrupted(bench.journal, "again", &error) < 0);
	bench_close(&bench);
}

/* The journal of before says that another instrument was there, and its chain fits. */
static void let_another_have_been_there(const struct bench *bench)
{
	struct buf old = bench_bytes(bench->journal), new;
	struct journal_change change = {
		.kind = "device", .from = "'identity':'MINI", .to = "'identity':'MAXI"};

	buf_init(&new);
	CU_ASSERT(journal_rewrite(&old, &new, &change));
	write_journal(bench, new.data, new.size);
	buf_done(&old);
	buf_done(&new);
}

static void another_instrument_does_not_go_on_with_it(void)
{
	struct bench bench;
	char journal[sizeof(bench.journal)];
	struct mini_order order;

	interrupt(&bench, &RESTING);
	let_another_have_been_there(&bench);
	strcpy(journal, bench.journal);
	for (int i = 0; i < 2;
	     i++) { /* that it was there in vain does not make it the one of before */
		order = again(&bench, &RESTING, SEC(60));
		bench_rehearse(&bench, &order);
		strcpy(bench.journal, journal);
		CU_ASSERT(bench_refused(
			&bench, "before the interruption: another instrument cannot go on"));
		CU_ASSERT_EQUAL(journal_count(bench.journal, "resumed"), 0);
		CU_ASSERT_EQUAL(next_controller_starts(&bench), JOURNAL_STANDS);
		free((char *)order.continues);
	}
	bench_close(&bench);
}

static void stop_it(struct bench *bench)
{
	run_stop(bench->run, "stopped by the operator");
}

static void stop_while_it_comes_up(struct bench *bench)
{
	bench_soon(bench, stop_it);
}

static void one_that_is_stopped_before_it_goes_on_stands_as_it_did(void)
{
	struct bench bench;
	struct mini_order order;
	char journal[sizeof(bench.journal)];

	interrupt(&bench, &RESTING);
	strcpy(journal, bench.journal);
	order = again(&bench, &RESTING, SEC(60));
	order.at_start = stop_while_it_comes_up;
	bench_rehearse(&bench, &order);
	strcpy(bench.journal, journal);

	CU_ASSERT(bench_refused(&bench, "stopped by the operator before it was taken up again"));
	CU_ASSERT_EQUAL(next_controller_starts(&bench), JOURNAL_STANDS);
	take_up(&bench, &RESTING, SEC(60));
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	free((char *)order.continues);
	bench_close(&bench);
}

static void a_run_that_stands_interrupted_says_so_to_a_replay(void)
{
	struct bench bench;
	struct replay replay;

	interrupt(&bench, &RESTING);

	CU_ASSERT(replay_run(bench.journal, bench.program, &replay, &error) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "was interrupted and has no verdict yet"));
	bench_close(&bench);
}

static void it_meets_nobody_any_more(void)
{
	struct mini_order what = {
		.header = ALLOWS, .body = RESTS " in_step 'chamber'", .measures = RESTED};
	struct bench bench;

	interrupt(&bench, &what);
	take_up(&bench, &what, SEC(60));

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "nobody waits for it in chamber any more"));
	bench_close(&bench);
}

/* ---- what was traced ---- */

#define TRACED(more)                                                                               \
	"local trace = fx.pressure:trace '10 s'\n"                                                 \
	"wait { '2 h', interruption = 'rest' }\n" more

static void extremes_of_what_was_seen_are_known(void)
{
	struct mini_order what = {.header = ALLOWS, .body = TRACED("m.x = trace:max()")};
	struct bench bench;

	interrupt(&bench, &what);
	take_up(&bench, &what, SEC(600));

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	check_replays(&bench, VERDICT_PASS, 1);
	bench_close(&bench);
}

static void a_mean_over_what_was_not_seen_is_none(void)
{
	struct mini_order what = {.header = ALLOWS, .body = TRACED("m.x = trace:mean()")};
	struct bench bench;

	interrupt(&bench, &what);
	take_up(&bench, &what, SEC(600));

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR,
			      "interrupted while pressure was traced: only the least"));
	check_replays(&bench, VERDICT_ERROR, 1);
	bench_close(&bench);
}

void suite_interruption(void)
{
	suite_begin("interruption");
	claim(a_run_that_is_cut_in_such_a_wait_stands_interrupted);
	claim(a_run_that_is_cut_elsewhere_is_aborted);
	claim(a_wait_whose_limit_nobody_has_filled_in_is_cut_as_any_other);
	claim(a_limit_set_says_how_long);
	claim(what_was_half_written_is_kept);
	claim(an_uninterrupted_run_was_away_for_no_time);
	claim(an_absence_is_stated_in_simulations_alone);
	claim(an_interrupted_run_goes_on_and_passes);
	claim(it_may_be_interrupted_again);
	claim(one_that_dies_while_it_comes_up_is_still_interrupted);
	claim(too_long_an_absence_is_refused);
	claim(another_specimen_is_refused);
	claim(another_protocol_is_refused);
	claim(another_order_is_refused);
	claim(one_that_has_its_verdict_is_taken_up_no_more);
	claim(one_that_is_given_up_is_aborted);
	claim(another_instrument_does_not_go_on_with_it);
	claim(one_that_is_stopped_before_it_goes_on_stands_as_it_did);
	claim(a_run_that_stands_interrupted_says_so_to_a_replay);
	claim(it_meets_nobody_any_more);
	claim(extremes_of_what_was_seen_are_known);
	claim(a_mean_over_what_was_not_seen_is_none);
}

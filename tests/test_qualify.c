/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Qualifications of a simulated bench: what is found of a good one and of broken ones. The bench is that of
 * qualify_files.h. Simulated, a controller that dies and late timers are never looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "port/serial_sim.h"
#include "run/replay.h"
#include "tests/claims.h"
#include "tests/bench_rig.h"
#include "tests/qualify_files.h"

#define STATION(identities)                                                                        \
	"return station { slots = { slot { 1, fixture = 'mini', " identities                       \
	"ports = { bus = '/dev/a', other = '/dev/b' }, lines = {} } } }\n"
#define NAMED STATION("identities = { left = 'MINI L', right = 'MINI R' },")

static struct bench bench;

static void qualify_with(const char *station, const char *fault,
			 void (*at_start)(struct bench *bench))
{
	bench_open(&bench);
	for (const struct bench_file *file = QUALIFY_FILES; file->path; file++)
		bench_put(&bench, file->path, file->text);
	bench_run(&bench, .qualifies = true, .station = station, .fault = fault,
		  .at_start = at_start);
}

static void qualify(const char *fault)
{
	qualify_with(NAMED, fault, NULL);
}

static const char *text_of(const struct value *measure, const char *key)
{
	const char *text = value_get_text(measure, key);

	return text ? text : "";
}

/* Was this measure judged like this, with this in what was found or why? */
static bool found(const char *name, const char *verdict, const char *part)
{
	const struct value *measures = value_get(bench.end.summary, "measures");
	const struct value *measure = NULL;

	for (size_t i = 0; i < value_count(measures); i++)
		if (!strcmp(text_of(value_at(measures, i), "measure"), name))
			measure = value_at(measures, i);
	if (measure && !strcmp(text_of(measure, "verdict"), verdict) &&
	    (strstr(text_of(measure, "found"), part) || strstr(text_of(measure, "why"), part)))
		return true;
	printf("        %s was %s: %s; %s\n", name, text_of(measure, "verdict"),
	       text_of(measure, "found"), text_of(measure, "why"));
	return false;
}

static size_t count_of(const char *verdict)
{
	const struct value *measures = value_get(bench.end.summary, "measures");
	size_t count = 0;

	for (size_t i = 0; i < value_count(measures); i++)
		count += !strcmp(text_of(value_at(measures, i), "verdict"), verdict);
	return count;
}

static bool replays(enum verdict verdict)
{
	struct replay replay = {0};
	struct error err;
	bool same =
		replay_run(bench.journal, bench.program, &replay, &err) == 0 &&
		replay.verdict == verdict &&
		(size_t)replay.measures == value_count(value_get(bench.end.summary, "measures"));

	if (!same)
		printf("        %s\n", err.text);
	value_free(replay.summary);
	return same;
}

/* How often was an output moved? */
static int moves(void)
{
	struct error err;
	struct journal_reader *reader = journal_reader_open(bench.journal, &err);
	struct journal_item item;
	int count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	while (journal_reader_next(reader, &item, &err) > 0)
		count += !item.kind && item.entry == ENTRY_SET;
	journal_reader_close(reader);
	return count;
}

/* ---- a good one ---- */

static void of_a_good_bench_only_what_needs_wires_is_not_looked_at(void)
{
	qualify(NULL);

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "2 of "));
	CU_ASSERT_EQUAL(count_of("FAIL"), 0);
	CU_ASSERT_EQUAL(count_of("INCONCLUSIVE"), 2);
	CU_ASSERT(found("timer jitter", "INCONCLUSIVE", "real time"));
	CU_ASSERT(found("controller killed", "INCONCLUSIVE", "simulated"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "judged"),
			value_count(value_get(bench.end.summary, "measures")));
	bench_close(&bench);
}

static void each_thing_of_it_is_found(void)
{
	qualify(NULL);

	CU_ASSERT(found("device left", "PASS", "MINI L"));
	CU_ASSERT(found("latency of port bus", "PASS", "of 50"));
	CU_ASSERT(found("output motor", "PASS", "turns follows, both ways"));
	CU_ASSERT(found("output valve", "PASS", "seen to move"));
	CU_ASSERT(found("input limit", "PASS", "both ways"));
	CU_ASSERT(found("input pulses", "PASS", "250 Hz"));
	CU_ASSERT(found("interlock 1 refuses", "PASS", "refused: valve"));
	CU_ASSERT(found("interlock 1 trips", "PASS", "every output safe"));
	CU_ASSERT(found("interlock 2 trips", "PASS", "fan may not be taken away"));
	CU_ASSERT(found("interlock 3 refuses", "PASS", "refused: valve"));
	CU_ASSERT(found("interlock 3 trips", "PASS", "every output safe"));
	CU_ASSERT(found("interlock 4 trips", "PASS", "every output safe"));
	CU_ASSERT(found("emergency stop", "PASS", "every output safe"));
	CU_ASSERT(found("safe at the end", "PASS", "instruments acknowledged their safe values"));
	bench_close(&bench);
}

static void its_last_check_is_made_when_all_is_safe(void)
{
	const struct value *measures, *last;

	qualify(NULL);

	measures = value_get(bench.end.summary, "measures");
	last = value_at(measures, value_count(measures) - 1);
	CU_ASSERT_STRING_EQUAL(text_of(last, "step"), "End");
	CU_ASSERT_STRING_EQUAL(text_of(last, "measure"), "safe at the end");
	bench_close(&bench);
}

static void what_it_says_stands_there_in_both_languages(void)
{
	const struct value *measures;

	qualify("jams");

	measures = value_get(bench.end.summary, "measures");
	CU_ASSERT_STRING_EQUAL(text_of(value_at(measures, 0), "found_zh"), "符合");
	CU_ASSERT(strstr(text_of(value_at(measures, 0), "expected_zh"), "急停未按下") != NULL);
	CU_ASSERT(strstr(text_of(bench.end.summary, "why_zh"), "不符合,首项:输出 motor") != NULL);
	CU_ASSERT(journal_says(bench.journal, "'found_zh':'符合'"));
	bench_close(&bench);
}

static void it_leaves_everything_safe_with_one_verdict_and_is_replayed(void)
{
	qualify(NULL);

	CU_ASSERT(journal_says(bench.journal, "'k':'trip'"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "verdict"), 1);
	CU_ASSERT(replays(VERDICT_INCONCLUSIVE));
	bench_close(&bench);
}

static void the_same_bench_gives_the_same_journal(void)
{
	struct buf one, other;

	qualify("welds");
	one = bench_bytes(bench.journal);
	bench_run(&bench, .qualifies = true, .station = NAMED, .fault = "welds");
	other = bench_bytes(bench.journal);

	CU_ASSERT_EQUAL(one.size, other.size);
	CU_ASSERT(one.size == other.size && !memcmp(one.data, other.data, one.size));
	buf_done(&one);
	buf_done(&other);
	bench_close(&bench);
}

static void put_journal(const struct buf *bytes)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/journal", bench.journal + strlen(bench.folder) + 1);
	bench_put_bytes(&bench, path, bytes->data, bytes->size);
}

static void a_changed_check_is_not_replayed(void)
{
	static const char FAILED[] = "\"verdict\":\"FAIL\"";
	struct buf bytes;
	char *at;

	qualify("jams");
	bytes = bench_bytes(bench.journal);
	at = memmem(bytes.data, bytes.size, FAILED, strlen(FAILED));
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(at, "\"verdict\":\"PASS\"", strlen("\"verdict\":\"PASS\""));
	put_journal(&bytes);

	CU_ASSERT_FALSE(replays(VERDICT_FAIL));
	buf_done(&bytes);
	bench_close(&bench);
}

/* ---- instruments ---- */

static void two_that_are_swapped_are_found_both(void)
{
	qualify("swapped");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "device left"));
	CU_ASSERT(found(
		"device left", "FAIL",
		"answers as 'MINI R', which the station expects of right: the two are swapped"));
	CU_ASSERT(found("device right", "FAIL", "which the station expects of left"));
	CU_ASSERT(replays(VERDICT_FAIL));
	bench_close(&bench);
}

static void alike_ones_that_nobody_tells_apart_are_not_known(void)
{
	qualify_with(NULL, NULL, NULL);

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "device left"));
	CU_ASSERT(found("device left", "INCONCLUSIVE", "it might be right, which is alike"));
	CU_ASSERT(found("output motor", "PASS", "both ways"));
	bench_close(&bench);
}

static void a_wrong_identity_is_found(void)
{
	qualify("stranger");

	CU_ASSERT(found("device left", "FAIL", "answers as 'MAXI 9', expected 'MINI…'"));
	CU_ASSERT(found("device right", "PASS", "MINI R"));
	bench_close(&bench);
}

static void one_that_the_station_does_not_expect_is_found(void)
{
	qualify("newcomer");

	CU_ASSERT(found("device left", "FAIL", "and the station expects 'MINI L'"));
	bench_close(&bench);
}

static void wrong_address(struct bench *at)
{
	at->run->plan->fixture->device[0].unit = 7; /* what it is asked for; the meter is at 1 */
}

static void a_wrong_address_is_found(void)
{
	qualify_with(NAMED, NULL, wrong_address);

	CU_ASSERT(found("device left", "FAIL", "no reply"));
	CU_ASSERT(found("device left", "FAIL", "somebody answers at address 1, as 'MINI L'"));
	CU_ASSERT(found("device right", "PASS", "MINI R"));
	bench_close(&bench);
}

static void a_silent_one_is_found_and_the_others_are_looked_at(void)
{
	qualify("left.mute");

	CU_ASSERT(found("device left", "FAIL", "nobody answers at any other address"));
	CU_ASSERT(found("device right", "PASS", "MINI R"));
	CU_ASSERT(found("latency of port bus", "INCONCLUSIVE", "nobody on this port"));
	CU_ASSERT(found("output motor", "PASS", "both ways"));
	CU_ASSERT(found("output valve", "INCONCLUSIVE", "pressure has no reading yet"));
	bench_close(&bench);
}

static void while_one_that_can_energise_is_silent_nothing_is_moved(void)
{
	qualify("right.mute");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "device right"));
	CU_ASSERT(found("output motor", "INCONCLUSIVE", "while it is so nothing is moved"));
	CU_ASSERT(found("emergency stop", "INCONCLUSIVE", "nothing is moved"));
	CU_ASSERT(found("safe at the end", "FAIL", "could not be made safe"));
	CU_ASSERT_EQUAL(moves(), 0);
	CU_ASSERT(replays(VERDICT_FAIL));
	bench_close(&bench);
}

static void a_sick_one_is_found(void)
{
	qualify("sick");

	CU_ASSERT(found("device left", "FAIL", "the meter reports a fault"));
	bench_close(&bench);
}

/* ---- lines ---- */

static void an_output_that_does_not_follow_is_found_and_the_rest_is_looked_at(void)
{
	qualify("jams");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "output motor"));
	CU_ASSERT(found("output motor", "FAIL", "its contact turns says off"));
	CU_ASSERT(found("output valve", "PASS", "seen to move"));
	CU_ASSERT(found("interlock 1 trips", "PASS", "every output safe"));
	bench_close(&bench);
}

static void one_that_welds_is_found_on_its_way_back(void)
{
	qualify("welds");

	CU_ASSERT(found("output motor", "FAIL", "welded, stuck"));
	CU_ASSERT(found("output valve", "INCONCLUSIVE", "motor is off"));
	CU_ASSERT(found("emergency stop", "INCONCLUSIVE", "motor is off"));
	CU_ASSERT(found("safe at the end", "FAIL", "its contact turns says on"));
	CU_ASSERT(replays(VERDICT_FAIL));
	bench_close(&bench);
}

static void a_contact_that_is_stuck_keeps_the_bench_down(void)
{
	qualify("stuck");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "the bench comes up"));
	CU_ASSERT(
		found("the bench comes up", "FAIL", "motor is off, but its contact turns says on"));
	CU_ASSERT(found("device left", "PASS", "MINI L"));
	CU_ASSERT(found("output valve", "INCONCLUSIVE", "its contact turns says on"));
	CU_ASSERT_EQUAL(moves(), 0);
	CU_ASSERT(replays(VERDICT_FAIL));
	bench_close(&bench);
}

/* At the beginning, and after each trip: in each world it falls 200 ms after somebody asked who is there first. */
static void a_contact_that_falls_late_is_waited_for_whenever_the_bench_comes_up(void)
{
	int trips;

	qualify("floated");

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "2 of "));
	CU_ASSERT(found("the bench comes up", "PASS", ""));
	CU_ASSERT(found("output motor", "PASS", "turns follows, both ways"));
	CU_ASSERT(found("emergency stop", "PASS", "every output safe"));
	trips = journal_count(bench.journal, "trip");
	CU_ASSERT(trips > 1);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "awaits"), 1 + trips);
	CU_ASSERT(replays(VERDICT_INCONCLUSIVE));
	bench_close(&bench);
}

static void an_output_that_nobody_saw_move_is_found(void)
{
	qualify("unseen");

	CU_ASSERT(found("output valve", "FAIL", "whoever looked saw otherwise"));
	bench_close(&bench);
}

static void what_is_skipped_was_not_looked_at(void)
{
	qualify("skips");

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "3 of "));
	CU_ASSERT(found("output valve", "INCONCLUSIVE", "nobody"));
	bench_close(&bench);
}

static void an_input_that_shows_nothing_is_found(void)
{
	qualify("limit_dead");

	CU_ASSERT(found("input limit", "FAIL", "it was moved, and stays off"));
	bench_close(&bench);
}

/* ---- interlocks ---- */

static void an_interlock_that_sees_nothing_is_found(void)
{
	qualify("lid_dead");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, ""));
	CU_ASSERT(found("interlock 1 refuses", "FAIL", "lid was moved, and is seen to hold"));
	CU_ASSERT(found("interlock 1 trips", "FAIL", "lid was moved, and is seen to hold"));
	CU_ASSERT(found("interlock 3 trips", "PASS", "every output safe"));
	bench_close(&bench);
}

static void a_dead_emergency_stop_is_found(void)
{
	qualify("stop_dead");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "emergency stop"));
	CU_ASSERT(found("emergency stop", "FAIL", "it was pressed, and nothing was seen"));
	bench_close(&bench);
}

static void an_effect_that_is_there_provokes_nothing(void)
{
	qualify("felt");

	CU_ASSERT(found("interlock 4 trips", "INCONCLUSIVE",
			"felt is 9000 Pa, and nobody can break it from here"));
	bench_close(&bench);
}

/* A tenth of the way into its bounds, 0 .. 100 Pa. */
static void a_setting_without_words_is_tried_within_its_bounds(void)
{
	qualify(NULL);

	CU_ASSERT(found("interlock 5 refuses", "PASS", "refused: right.drive"));
	CU_ASSERT(found("interlock 5 trips", "PASS", "every output safe"));
	CU_ASSERT(journal_says(bench.journal, "right.drive may not be 10 Pa"));
	bench_close(&bench);
}

static void without_bounds(struct bench *at)
{
	at->run->plan->fixture->bound_count = 0;
}

static void one_that_has_neither_stays_where_it_is(void)
{
	qualify_with(NAMED, NULL, without_bounds);

	CU_ASSERT(found("interlock 5 refuses", "INCONCLUSIVE", "bounds in the fixture"));
	CU_ASSERT(found("interlock 5 trips", "INCONCLUSIVE", "bounds in the fixture"));
	bench_close(&bench);
}

/* ---- how it ends otherwise ---- */

static void a_pressed_emergency_stop_aborts_it(void)
{
	qualify("pressed");

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "the E-stop is pressed"));
	bench_close(&bench);
}

static void a_world_that_breaks_is_an_error(void)
{
	qualify("breaks");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "the simulated world"));
	bench_close(&bench);
}

static void stops(struct bench *at)
{
	run_stop(at->run, "enough");
}

static struct timer pulling;

static void pull_bus(void *slot)
{
	serial_sim_unplug(((struct slot *)slot)->port[0].serial);
}

/* As on real wires whose ports opened and whose lines did not: nobody holds those, and nobody answers. */
static void open_ports_alone(struct bench *at)
{
	struct slot *slot = at->run->slot;
	struct error err;

	world_free(slot->world);
	slot->world = NULL;
	for (size_t i = 0; i < slot->fixture->line_count; i++) {
		gpio_close(slot->line[i].gpio);
		slot->line[i].gpio = NULL;
	}
	for (size_t i = 0; i < slot->fixture->port_count; i++)
		serial_sim_set_fault(slot->port[i].serial, LINE_MUTE);
	error_set(&err, ERROR_DEVICE, "GPIO9: another program has it");
	slot_came_up(slot, &err);
	timer_start(&pulling, at->run->clock, MSEC(50), TIMER_BYTES, pull_bus, slot);
}

/* While its devices are asked all the same, an adapter is pulled. */
static void a_bench_whose_lines_did_not_open_outlives_a_trip(void)
{
	qualify_with(NAMED, NULL, open_ports_alone);

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "the bench comes up"));
	CU_ASSERT(found("the bench comes up", "FAIL", "GPIO9: another program has it"));
	CU_ASSERT(found("device left", "FAIL", "bus: LINK LOST"));
	CU_ASSERT(found("output valve", "INCONCLUSIVE", "GPIO9: another program has it"));
	CU_ASSERT(found("safe at the end", "INCONCLUSIVE", "the wire of fan was not open"));
	bench_close(&bench);
}

static void stop_at_start(struct bench *at)
{
	bench_soon(at, stops);
}

static void a_person_stops_it(void)
{
	qualify_with(NAMED, NULL, stop_at_start);

	CU_ASSERT(bench_ended(&bench, VERDICT_ABORTED, "enough"));
	CU_ASSERT_FALSE(journal_says(bench.journal, "safe at the end"));
	bench_close(&bench);
}

void suite_qualify(void)
{
	suite_begin("qualify");
	claim(of_a_good_bench_only_what_needs_wires_is_not_looked_at);
	claim(each_thing_of_it_is_found);
	claim(its_last_check_is_made_when_all_is_safe);
	claim(what_it_says_stands_there_in_both_languages);
	claim(it_leaves_everything_safe_with_one_verdict_and_is_replayed);
	claim(the_same_bench_gives_the_same_journal);
	claim(a_changed_check_is_not_replayed);
	claim(two_that_are_swapped_are_found_both);
	claim(alike_ones_that_nobody_tells_apart_are_not_known);
	claim(a_wrong_identity_is_found);
	claim(one_that_the_station_does_not_expect_is_found);
	claim(a_wrong_address_is_found);
	claim(a_silent_one_is_found_and_the_others_are_looked_at);
	claim(while_one_that_can_energise_is_silent_nothing_is_moved);
	claim(a_sick_one_is_found);
	claim(an_output_that_does_not_follow_is_found_and_the_rest_is_looked_at);
	claim(one_that_welds_is_found_on_its_way_back);
	claim(a_contact_that_is_stuck_keeps_the_bench_down);
	claim(a_contact_that_falls_late_is_waited_for_whenever_the_bench_comes_up);
	claim(a_bench_whose_lines_did_not_open_outlives_a_trip);
	claim(an_output_that_nobody_saw_move_is_found);
	claim(what_is_skipped_was_not_looked_at);
	claim(an_input_that_shows_nothing_is_found);
	claim(an_interlock_that_sees_nothing_is_found);
	claim(a_dead_emergency_stop_is_found);
	claim(an_effect_that_is_there_provokes_nothing);
	claim(a_setting_without_words_is_tried_within_its_bounds);
	claim(one_that_has_neither_stays_where_it_is);
	claim(a_pressed_emergency_stop_aborts_it);
	claim(a_world_that_breaks_is_an_error);
	claim(a_person_stops_it);
}

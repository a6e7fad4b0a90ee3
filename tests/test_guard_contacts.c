/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outputs that are read back, outputs that others need, and the safe sequence that waits for both. The
 * bench is that of guard_files.h.
 */
#include <string.h>

#include "port/serial_sim.h"
#include "tests/claims.h"
#include "tests/guard_files.h"
#include "tests/slot_rig.h"

static void wait_until(struct slot_rig *rig, nsec time)
{
	slot_rig_wait(rig, time - clock_now(rig->clock));
}

static void start_motor(struct slot_rig *rig, const char *fault)
{
	slot_rig_open(rig, fault, GUARD_FILES);
	CU_ASSERT_EQUAL(slot_rig_act(rig, "fan", true), 0);
	CU_ASSERT_EQUAL(slot_rig_act(rig, "motor", true), 0);
	slot_rig_wait(rig, SEC(1));
	CU_ASSERT_EQUAL(rig->tripped, 0);
}

/* ---- contacts ---- */

static void a_contact_that_follows_is_no_news(void)
{
	struct slot_rig rig;

	start_motor(&rig, NULL);

	for (int i = 0; i < 4; i++) {
		slot_rig_act(&rig, "motor", i % 2 != 0);
		slot_rig_wait(&rig, SEC(1));
	}

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

/* Driven back before the contact followed: what it does late shows the level before. */
static void a_contact_is_given_its_time_anew_when_its_output_moves_again(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, GUARD_FILES);
	slot_rig_act(&rig, "fan", true);

	for (int after = 10; after <= 150; after += 10) {
		slot_rig_act(&rig, "motor", true);
		slot_rig_wait(&rig, MSEC(after));
		CU_ASSERT_EQUAL(slot_rig_act(&rig, "motor", false), 0);
		slot_rig_wait(&rig, SEC(1));
	}

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

/* Else a contact that has welded would be found only when its output rests at last. */
static void an_output_whose_contact_has_not_followed_to_safe_is_not_moved_away_again(void)
{
	struct slot_rig rig;

	start_motor(&rig, NULL);
	slot_rig_act(&rig, "motor", false);
	slot_rig_wait(&rig, MSEC(10));

	slot_rig_act(&rig, "motor", true);
	CU_ASSERT(slot_rig_refused(&rig, "motor may not be on: motor is off, but its contact turns "
					 "says on"));
	slot_rig_wait(&rig, MSEC(200));
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "motor", true), 0);

	slot_rig_close(&rig);
}

static void a_contact_that_does_not_open_in_time_trips_as_welded(void)
{
	struct slot_rig rig;
	nsec off;

	start_motor(&rig, "welds");
	wait_until(&rig, SEC(6));
	slot_rig_act(&rig, "motor", false);
	off = clock_now(rig.clock);

	wait_until(&rig, off + MSEC(300) - 1);
	CU_ASSERT_EQUAL(rig.tripped, 0);
	wait_until(&rig, off + MSEC(300));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "motor is off, but its contact turns says on: welded"));
	slot_rig_close(&rig);
}

static void a_contact_that_does_not_close_in_time_trips(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "jams", GUARD_FILES);
	wait_until(&rig, SEC(6));
	slot_rig_act(&rig, "fan", true);
	slot_rig_act(&rig, "motor", true);

	slot_rig_wait(&rig, MSEC(400));

	CU_ASSERT(
		slot_rig_tripped(&rig, VERDICT_ERROR,
				 "motor is on, but its contact turns says off: it has not moved"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "motor"));
	slot_rig_close(&rig);
}

static void a_contact_that_opens_by_itself_trips_on_its_edge(void)
{
	struct slot_rig rig;

	start_motor(&rig, "drops");

	wait_until(&rig, MSEC(5200));

	CU_ASSERT(
		slot_rig_tripped(&rig, VERDICT_ERROR, "motor is on, but its contact turns says "));
	slot_rig_close(&rig);
}

static void a_contact_that_is_closed_already_keeps_the_bench_from_coming_up(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "stuck", GUARD_FILES);

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "motor is off, but its contact turns says on"));
	slot_rig_close(&rig);
}

/* ---- the safe sequence ---- */

static void the_safe_sequence_ends_when_the_contacts_have_followed(void)
{
	struct slot_rig rig;
	nsec from;

	start_motor(&rig, NULL);
	from = clock_now(rig.clock);

	slot_rig_make_safe(&rig);

	CU_ASSERT_EQUAL(rig.tripped, 0);
	CU_ASSERT(clock_now(rig.clock) - from < MSEC(200)); /* and not the 300 ms they may take */
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'motor','level':'off','done':true"));
	slot_rig_close(&rig);
}

static void a_welded_contact_at_the_end_is_an_error_and_noted(void)
{
	struct slot_rig rig;

	start_motor(&rig, "welds");
	wait_until(&rig, SEC(6));

	slot_rig_make_safe(&rig);

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "motor is off, but its contact turns says on: welded"));
	CU_ASSERT_STRING_EQUAL(rig.outputs.data, "fan=1 motor=1 motor=0 fan=0 ");
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'motor','level':'off','done':false"));
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'meter.drive'"));
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'meter.trim'"));
	slot_rig_close(&rig);
}

static void a_welded_contact_makes_an_emergency_stop_an_error(void)
{
	struct slot_rig rig;

	start_motor(&rig, "welds");
	wait_until(&rig, SEC(6));

	slot_trip(rig.slot, VERDICT_ABORTED, "a claim wants it");
	slot_rig_make_safe(&rig);

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "its contact turns says on"));
	slot_rig_settle(&rig);
	CU_ASSERT_EQUAL(journal_count(rig.bench.journal, "trip"), 2);
	slot_rig_close(&rig);
}

static void a_welded_contact_that_tripped_is_told_once(void)
{
	struct slot_rig rig;

	start_motor(&rig, "welds");
	wait_until(&rig, SEC(6));
	slot_rig_act(&rig, "motor", false);
	slot_rig_wait(&rig, SEC(1));

	slot_rig_make_safe(&rig);

	slot_rig_settle(&rig);
	CU_ASSERT_EQUAL(journal_count(rig.bench.journal, "trip"), 1);
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'motor','level':'off','done':false"));
	slot_rig_close(&rig);
}

static void a_mute_device_at_the_end_is_an_error(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, GUARD_FILES);
	serial_sim_set_fault(rig.slot->port[0].serial, LINE_MUTE);

	slot_rig_make_safe(&rig);

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "meter.drive could not be made safe: no "));
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'meter.trim'"));
	slot_rig_close(&rig);
}

static void a_mute_device_after_an_emergency_stop_leaves_it_one(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, GUARD_FILES);
	serial_sim_set_fault(rig.slot->port[0].serial, LINE_MUTE);

	slot_trip(rig.slot, VERDICT_ABORTED, "the E-stop was pressed");
	slot_rig_make_safe(&rig);

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ABORTED, "the E-stop was pressed"));
	slot_rig_close(&rig);
}

/* A driver that would wait for ten minutes, four times. */
static const struct bench_file PATIENT[] = {
	{"fixtures/drivers/mini_meter/driver.lua",
	 "return driver {\n"
	 "  id = 'mini_meter', bus = 'modbus', framing = { within = '10 min', retries = 3 },\n"
	 "  identify = { holding = 0x0100, as = 'string[8]', is = 'MINI' },\n"
	 "  reads = { pressure = { input = 0, as = 'f32', unit = 'Pa', digit = 0.1 } },\n"
	 "  writes = {\n"
	 "    drive = { holding = 16, as = 'u16', unit = 'Pa', range = '0 .. 500 Pa' },\n"
	 "    trim = { holding = 17, as = 'u16', unit = 'Pa' } },\n"
	 "}\n"},
	{NULL, NULL},
};

static void no_step_of_the_safe_sequence_takes_longer_than_three_seconds(void)
{
	struct slot_rig rig;
	nsec from;

	slot_rig_open(&rig, NULL, PATIENT);
	serial_sim_set_fault(rig.slot->port[0].serial, LINE_MUTE);
	from = clock_now(rig.clock);

	slot_rig_make_safe(&rig);

	CU_ASSERT_EQUAL(clock_now(rig.clock) - from, SEC(6)); /* drive and trim */
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "no answer within 3 s"));
	CU_ASSERT_EQUAL(journal_count(rig.bench.journal, "safe"), 2);
	slot_rig_close(&rig);
}

/* ---- outputs that others need ---- */

static void an_output_that_is_needed_is_not_taken_away(void)
{
	struct slot_rig rig;

	start_motor(&rig, NULL);

	slot_rig_act(&rig, "fan", false);
	CU_ASSERT(slot_rig_refused(&rig,
				   "fan may not be off while what it guards is on: interlock: "
				   "the fan runs while the motor does"));
	CU_ASSERT(slot_rig_level(&rig, "fan"));
	slot_rig_act(&rig, "motor", false);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "fan", false), 0);

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void an_output_that_needs_another_waits_for_it(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, GUARD_FILES);

	slot_rig_act(&rig, "motor", true);

	CU_ASSERT(slot_rig_refused(&rig, "motor may not be on: interlock: the fan runs while the "
					 "motor does, but fan is off"));
	slot_rig_close(&rig);
}

void suite_guard_contacts(void)
{
	suite_begin("guard_contacts");
	claim(a_contact_that_follows_is_no_news);
	claim(a_contact_is_given_its_time_anew_when_its_output_moves_again);
	claim(an_output_whose_contact_has_not_followed_to_safe_is_not_moved_away_again);
	claim(a_contact_that_does_not_open_in_time_trips_as_welded);
	claim(a_contact_that_does_not_close_in_time_trips);
	claim(a_contact_that_opens_by_itself_trips_on_its_edge);
	claim(a_contact_that_is_closed_already_keeps_the_bench_from_coming_up);
	claim(the_safe_sequence_ends_when_the_contacts_have_followed);
	claim(a_welded_contact_at_the_end_is_an_error_and_noted);
	claim(a_welded_contact_makes_an_emergency_stop_an_error);
	claim(a_welded_contact_that_tripped_is_told_once);
	claim(a_mute_device_at_the_end_is_an_error);
	claim(a_mute_device_after_an_emergency_stop_leaves_it_one);
	claim(no_step_of_the_safe_sequence_takes_longer_than_three_seconds);
	claim(an_output_that_is_needed_is_not_taken_away);
	claim(an_output_that_needs_another_waits_for_it);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard over devices: a setting with a safe value is an output like a line, each setting has its
 * bound, and a reading that nobody renewed counts for nothing. The bench is that of guard_files.h.
 */
#include <string.h>

#include "tests/claims.h"
#include "tests/guard_files.h"
#include "tests/slot_rig.h"

static void open_rig(struct slot_rig *rig, const char *fault)
{
	slot_rig_open(rig, fault, GUARD_FILES);
	CU_ASSERT_EQUAL(rig->tripped, 0);
}

/* Until so long after the run's beginning. */
static void wait_until(struct slot_rig *rig, nsec time)
{
	slot_rig_wait(rig, time - clock_now(rig->clock));
}

/* ---- bounds ---- */

static void a_setting_outside_its_bound_is_refused_by_name(void)
{
	struct slot_rig rig;

	open_rig(&rig, NULL);

	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 300), 0);
	slot_rig_set(&rig, "meter", "drive", 301);
	CU_ASSERT(slot_rig_refused(
		&rig,
		"meter.drive: 301 Pa is outside 0 .. 300 Pa, the bound that the fixture sets"));
	slot_rig_set(&rig, "meter", "trim", 101);
	CU_ASSERT(slot_rig_refused(&rig, "meter.trim: 101 Pa is outside 0 .. 100 Pa"));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void what_was_refused_stands_in_the_journal(void)
{
	struct slot_rig rig;

	open_rig(&rig, NULL);

	slot_rig_set(&rig, "meter", "drive", 301);
	slot_rig_act(&rig, "motor", true);

	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'meter.drive','why':'meter.drive: 301"));
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'motor','why':'motor may not be on"));
	CU_ASSERT_EQUAL(journal_count(rig.bench.journal, "refusal"), 2);
	slot_rig_close(&rig);
}

/* ---- a setting as an output ---- */

static void a_setting_leaves_safe_only_while_its_interlocks_hold(void)
{
	struct slot_rig rig;

	open_rig(&rig, "lid_opens");
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 10), 0);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 0), 0);
	wait_until(&rig, SEC(6));

	slot_rig_set(&rig, "meter", "drive", 10);
	CU_ASSERT(slot_rig_refused(&rig, "meter.drive may not be 10 Pa: interlock: the lid is shut "
					 "while the meter drives, but lid is off"));
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 0), 0);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "trim", 10), 0);

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void an_interlock_trips_while_a_setting_is_away_from_safe(void)
{
	struct slot_rig rig;

	open_rig(&rig, "lid_opens");
	slot_rig_set(&rig, "meter", "drive", 10);

	wait_until(&rig, MSEC(5200));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "interlock: the lid is shut while the meter drives, but lid is "
				   "off"));
	slot_rig_make_safe(&rig);
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'done':true"));
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'meter.drive'"));
	slot_rig_close(&rig);
}

static void a_setting_that_is_safe_again_is_not_guarded(void)
{
	struct slot_rig rig;

	open_rig(&rig, "lid_opens");
	slot_rig_set(&rig, "meter", "drive", 10);
	slot_rig_set(&rig, "meter", "drive", 0);

	wait_until(&rig, SEC(20));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void quiet(void *ctx, const struct error *err)
{
	(void)ctx;
	(void)err;
}

/* Three settings queue on the bus: whatever was acknowledged meanwhile, the last one is away. */
static void a_setting_on_its_way_is_away_already(void)
{
	struct slot_rig rig;
	struct slot_setting *drive;
	int write;

	open_rig(&rig, NULL);
	write = driver_find_write(rig.plan->fixture->device[0].driver, "drive");
	drive = &rig.slot->setting[0][fixture_find_setting(&rig.plan->fixture->device[0], write)];
	slot_set(rig.slot, 0, write, 10, quiet, NULL);
	CU_ASSERT(setting_is_away(drive));
	slot_set(rig.slot, 0, write, 0, quiet, NULL);
	slot_set(rig.slot, 0, write, 20, quiet, NULL);

	for (int i = 0; i < 50; i++) {
		slot_rig_wait(&rig, MSEC(2));
		CU_ASSERT(setting_is_away(drive));
	}
	slot_rig_set(&rig, "meter", "drive", 0);
	CU_ASSERT_FALSE(setting_is_away(drive));
	slot_rig_close(&rig);
}

static void a_setting_trips_at_its_longest_on_time(void)
{
	struct slot_rig rig;
	nsec from;

	open_rig(&rig, NULL);
	from = clock_now(rig.clock);
	slot_rig_set(&rig, "meter", "drive", 10);
	wait_until(&rig, from + SEC(9));
	slot_rig_set(&rig, "meter", "drive", 20); /* no new beginning */
	wait_until(&rig, from + SEC(10) - 1);
	CU_ASSERT_EQUAL(rig.tripped, 0);

	wait_until(&rig, from + SEC(10));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "meter.drive was not 0 Pa for longer than 10 s"));
	slot_rig_close(&rig);
}

static void the_emergency_stop_keeps_a_setting_safe(void)
{
	struct slot_rig rig;

	open_rig(&rig, "pressed");
	slot_rig_set(&rig, "meter", "drive", 10);
	wait_until(&rig, SEC(6));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ABORTED, "the E-stop was pressed"));
	slot_rig_set(&rig, "meter", "drive", 10);
	CU_ASSERT(slot_rig_refused(&rig, "meter: the bench has tripped"));
	slot_rig_close(&rig);
}

static void while_stopping_only_teardown_settings_leave_safe(void)
{
	struct slot_rig rig;

	open_rig(&rig, NULL);
	slot_rig_set(&rig, "meter", "drive", 10);
	slot_stopping(rig.slot);

	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "trim", 10), 0);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 0), 0);
	slot_rig_set(&rig, "meter", "drive", 10);
	CU_ASSERT(slot_rig_refused(&rig, "meter.drive may not be 10 Pa while the run is stopping"));
	slot_rig_close(&rig);
}

/* ---- readings that must be fresh ---- */

/* As a channel that falls silent without its device being mute. */
static void fall_silent(struct slot_rig *rig)
{
	slot_unwant(rig->slot, &rig->slot->interlock[1].interest);
}

static void an_old_reading_refuses_by_its_age(void)
{
	struct slot_rig rig;

	open_rig(&rig, NULL);
	slot_rig_wait(&rig, SEC(3));
	fall_silent(&rig);
	slot_rig_wait(&rig, SEC(3));

	slot_rig_set(&rig, "meter", "drive", 10);

	CU_ASSERT(slot_rig_refused(&rig, "the pressure is known and low while the meter drives, "
					 "but pressure was read 3"));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void a_reading_that_grows_too_old_trips(void)
{
	struct slot_rig rig;

	open_rig(&rig, NULL);
	slot_rig_set(&rig, "meter", "drive", 10);
	slot_rig_wait(&rig, SEC(3));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	fall_silent(&rig);
	slot_rig_wait(&rig, MSEC(700));
	CU_ASSERT_EQUAL(rig.tripped, 0);

	slot_rig_wait(&rig, MSEC(500));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "pressure gave no reading for 1 s"));
	slot_rig_close(&rig);
}

static void an_old_reading_of_what_is_safe_trips_nothing(void)
{
	struct slot_rig rig;

	open_rig(&rig, NULL);
	slot_rig_set(&rig, "meter", "drive", 10);
	slot_rig_set(&rig, "meter", "drive", 0);
	fall_silent(&rig);

	slot_rig_wait(&rig, SEC(10));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void a_fresh_reading_must_hold_too(void)
{
	struct slot_rig rig;

	open_rig(&rig, "burst");
	slot_rig_set(&rig, "meter", "drive", 10);

	wait_until(&rig, MSEC(5500));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "but pressure is 9"));
	slot_rig_close(&rig);
}

void suite_guard_settings(void)
{
	suite_begin("guard_settings");
	claim(a_setting_outside_its_bound_is_refused_by_name);
	claim(what_was_refused_stands_in_the_journal);
	claim(a_setting_leaves_safe_only_while_its_interlocks_hold);
	claim(an_interlock_trips_while_a_setting_is_away_from_safe);
	claim(a_setting_that_is_safe_again_is_not_guarded);
	claim(a_setting_on_its_way_is_away_already);
	claim(a_setting_trips_at_its_longest_on_time);
	claim(the_emergency_stop_keeps_a_setting_safe);
	claim(while_stopping_only_teardown_settings_leave_safe);
	claim(an_old_reading_refuses_by_its_age);
	claim(a_reading_that_grows_too_old_trips);
	claim(an_old_reading_of_what_is_safe_trips_nothing);
	claim(a_fresh_reading_must_hold_too);
}

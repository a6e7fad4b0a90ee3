/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard: what may be on, for how long, while what holds. No script is involved: whatever one does,
 * it can do no more than the acts here.
 */
#include <string.h>

#include "tests/claims.h"
#include "tests/slot_rig.h"

static void an_output_may_leave_safe_while_its_interlocks_hold(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);

	CU_ASSERT_EQUAL(slot_rig_act(&rig, "valve", true), 0);

	CU_ASSERT(slot_rig_level(&rig, "valve"));
	CU_ASSERT_STRING_EQUAL(rig.outputs.data, "valve=1 ");
	slot_rig_close(&rig);
}

static void an_interlock_that_does_not_hold_refuses_by_name(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "lid_open", NULL);

	slot_rig_act(&rig, "valve", true);

	CU_ASSERT(slot_rig_refused(
		&rig, "valve may not be open: interlock: the lid is shut while the valve is open"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "valve"));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void an_output_without_interlock_is_not_held_by_others(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "lid_open", NULL);

	CU_ASSERT_EQUAL(slot_rig_act(&rig, "motor", true), 0);

	CU_ASSERT(slot_rig_level(&rig, "motor"));
	slot_rig_close(&rig);
}

static void an_interlock_on_a_channel_refuses_by_its_latest_reading(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "high", NULL);

	slot_rig_act(&rig, "valve", true);

	CU_ASSERT(slot_rig_refused(&rig, "interlock: no more than 5 kPa while the valve is open"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "valve"));
	slot_rig_close(&rig);
}

static void an_interlock_on_a_channel_trips_within_one_reading(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "burst", NULL);
	slot_rig_act(&rig, "valve", true);

	slot_rig_wait(&rig, SEC(5) + MSEC(400) - clock_now(rig.clock));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "interlock: no more than 5 kPa while the valve is open, but "
				   "pressure is "));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "valve"));
	slot_rig_close(&rig);
}

static void an_interlock_trips_on_the_edge(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "lid_opens", NULL);
	slot_rig_act(&rig, "valve", true);

	slot_rig_wait(&rig, SEC(5) + MSEC(110) - clock_now(rig.clock));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "interlock: the lid is shut while the valve is open, but lid "
				   "is off"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "valve"));
	slot_rig_close(&rig);
}

static void an_interlock_that_guards_nothing_that_is_on_does_not_trip(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "lid_opens", NULL);
	slot_rig_act(&rig, "motor", true);

	slot_rig_wait(&rig, SEC(6));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	CU_ASSERT(slot_rig_level(&rig, "motor"));
	slot_rig_close(&rig);
}

static void the_emergency_stop_trips_as_aborted(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "pressed", NULL);
	slot_rig_act(&rig, "motor", true);
	slot_rig_act(&rig, "vent", false);

	slot_rig_wait(&rig, SEC(6));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ABORTED, "the E-stop was pressed"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "motor"));
	CU_ASSERT(slot_rig_level(&rig, "vent"));
	slot_rig_close(&rig);
}

static void a_pressed_emergency_stop_keeps_the_bench_from_coming_up(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "pressed_before", NULL);

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ABORTED, "the E-stop is pressed"));
	slot_rig_close(&rig);
}

/* No device to ask: the bench is up at once, before a bouncing contact has settled. */
static const struct bench_file BOUNCING[] = {
	{"fixtures/mini/fixture.lua",
	 "return fixture {\n"
	 "  id = 'mini', title = 'A bench for claims',\n"
	 "  lines = { valve = valve { safe = 'closed' },\n"
	 "    lid = contact { debounce = '50 ms' }, stop = contact { debounce = '20 ms' } },\n"
	 "  estop = 'stop',\n"
	 "  interlocks = { { 'the lid is shut', needs = 'lid', guards = { 'valve' } } },\n"
	 "  world = 'mini/world.lua',\n"
	 "}\n"},
	{NULL, NULL},
};

static void a_bench_waits_for_its_contacts_to_settle(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, BOUNCING);

	CU_ASSERT_EQUAL(rig.tripped, 0);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "valve", true), 0);
	CU_ASSERT_EQUAL(clock_now(rig.clock), MSEC(50));
	slot_rig_close(&rig);
}

static void an_output_trips_at_its_longest_on_time(void)
{
	struct slot_rig rig;
	nsec opened;

	slot_rig_open(&rig, NULL, NULL);
	slot_rig_act(&rig, "valve", true);
	opened = clock_now(rig.clock);

	slot_rig_wait(&rig, SEC(29));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, opened + SEC(30) - clock_now(rig.clock));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "valve was open for longer than 30 s"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "valve"));
	slot_rig_close(&rig);
}

static void closing_an_output_begins_its_on_time_anew(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_rig_act(&rig, "valve", true);
	slot_rig_wait(&rig, SEC(20));
	slot_rig_act(&rig, "valve", false);
	slot_rig_act(&rig, "valve", true);

	slot_rig_wait(&rig, SEC(20));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void opening_an_open_output_again_does_not_lengthen_its_on_time(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_rig_act(&rig, "valve", true);
	slot_rig_wait(&rig, SEC(20));
	slot_rig_act(&rig, "valve", true);

	slot_rig_wait(&rig, SEC(11));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "valve was open for longer than 30 s"));
	slot_rig_close(&rig);
}

static void after_a_trip_nothing_leaves_safe(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_trip(rig.slot, VERDICT_ERROR, "a claim wants it");

	slot_rig_act(&rig, "motor", true);
	CU_ASSERT(slot_rig_refused(&rig, "motor stays off: the bench has tripped"));
	slot_rig_act(&rig, "vent", false);
	CU_ASSERT(slot_rig_refused(&rig, "vent stays open: the bench has tripped"));
	slot_rig_set(&rig, "meter", "drive", 100);
	CU_ASSERT(slot_rig_refused(&rig, "meter: the bench has tripped"));

	CU_ASSERT_STRING_EQUAL(rig.outputs.data, "");
	slot_rig_close(&rig);
}

static void after_a_trip_an_output_may_still_go_to_safe(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_trip(rig.slot, VERDICT_ERROR, "a claim wants it");

	CU_ASSERT_EQUAL(slot_rig_act(&rig, "motor", false), 0);

	slot_rig_close(&rig);
}

static void a_second_trip_changes_nothing(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_trip(rig.slot, VERDICT_ABORTED, "the first");

	slot_trip(rig.slot, VERDICT_ERROR, "the second");

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ABORTED, "the first"));
	slot_rig_close(&rig);
}

static void while_stopping_only_teardown_lines_leave_safe(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_rig_act(&rig, "motor", true);
	slot_stopping(rig.slot);

	CU_ASSERT_EQUAL(slot_rig_act(&rig, "purge", true), 0);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "motor", false), 0);
	slot_rig_act(&rig, "motor", true);
	CU_ASSERT(slot_rig_refused(&rig, "motor may not be on while the run is stopping"));
	slot_rig_act(&rig, "vent", false);
	CU_ASSERT(slot_rig_refused(&rig, "vent may not be closed while the run is stopping"));

	CU_ASSERT_STRING_EQUAL(rig.outputs.data, "motor=1 purge=1 motor=0 ");
	slot_rig_close(&rig);
}

/* ---- interlocks with `after`: the pressure rises while the motor runs, by 100 Pa/s ---- */

static const struct bench_file EFFECTS[] = {
	{"fixtures/mini/fixture.lua",
	 "return fixture {\n"
	 "  id = 'mini', title = 'A bench for claims',\n"
	 "  ports = { bus = serial { '19200 8N1' } },\n"
	 "  devices = { meter = device { 'mini_meter', port = 'bus', unit = 1 } },\n"
	 "  lines = { motor = switch { safe = 'off' }, fan = switch { safe = 'off' },\n"
	 "    lid = contact {}, stop = contact {} },\n"
	 "  estop = 'stop',\n"
	 "  interlocks = {\n"
	 "    { 'the pressure shows that the motor turns', needs = 'pressure',\n"
	 "      limit = '>= 1.2 kPa', guards = { 'motor', 'fan' }, after = '3 s' },\n"
	 "    { 'the lid shuts itself while the motor runs', needs = 'lid', guards = { 'motor' },\n"
	 "      after = '4 s' } },\n"
	 "  channels = { pressure = { from = 'meter.pressure', every = '200 ms' } },\n"
	 "  world = 'mini/world.lua',\n"
	 "}\n"},
	{"fixtures/mini/world.lua",
	 "return world {\n"
	 "  grid = '100 ms',\n"
	 "  state = { time = 0, pressure = 1000, jam = math.huge, lid_opens = math.huge, on = 0 "
	 "},\n"
	 "  advance = function(w, dt, lines)\n"
	 "    w.time = w.time + dt\n"
	 "    w.on = lines.motor and w.on + dt or 0\n"
	 "    if (lines.motor or lines.fan) and w.time < w.jam then\n"
	 "      w.pressure = w.pressure + 100 * dt end\n"
	 "    if w.time >= w.jam then w.pressure = 1000 end\n"
	 "    lines.lid = w.on > 2 and w.time < w.lid_opens\n"
	 "    lines.stop = true\n"
	 "  end,\n"
	 "  faults = { jammed = { title = 'it does not turn', function(w) w.jam = 0 end },\n"
	 "    jams = { title = 'it stops turning at 8 s', function(w) w.jam = 8 end },\n"
	 "    lid_open = { title = 'the lid stays open', function(w) w.lid_opens = 0 end },\n"
	 "    lid_opens = { title = 'the lid opens at 8 s', function(w) w.lid_opens = 8 end } },\n"
	 "}\n"},
	{NULL, NULL},
};

static void an_effect_is_not_demanded_before_its_time(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, EFFECTS);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "motor", true), 0);

	slot_rig_wait(&rig, SEC(20));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void an_effect_that_does_not_come_trips_at_its_time(void)
{
	struct slot_rig rig;
	nsec on;

	slot_rig_open(&rig, "jammed", EFFECTS);
	slot_rig_act(&rig, "motor", true);
	on = clock_now(rig.clock);

	slot_rig_wait(&rig, MSEC(2990));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, on + SEC(3) - clock_now(rig.clock));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "interlock: the pressure shows that the motor turns"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "motor"));
	slot_rig_close(&rig);
}

static void an_effect_that_goes_away_trips_with_the_reading_that_shows_it(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "jams", EFFECTS);
	slot_rig_act(&rig, "motor", true);

	slot_rig_wait(&rig, MSEC(7900) - clock_now(rig.clock));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, MSEC(500));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "shows that the motor turns"));
	slot_rig_close(&rig);
}

static void an_effect_on_a_line_is_looked_at_from_its_time_on(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "lid_open", EFFECTS);
	slot_rig_act(&rig, "motor", true);
	slot_rig_wait(&rig, MSEC(3900));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, MSEC(200));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "the lid shuts itself"));
	slot_rig_close(&rig);

	slot_rig_open(&rig, "lid_opens", EFFECTS);
	slot_rig_act(&rig, "motor", true);
	slot_rig_wait(&rig, MSEC(7900) - clock_now(rig.clock));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, MSEC(200));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "the lid shuts itself"));
	slot_rig_close(&rig);
}

static void an_effect_begins_anew_when_its_output_was_safe(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "jammed", EFFECTS);
	for (int i = 0; i < 3; i++) {
		slot_rig_act(&rig, "motor", true);
		slot_rig_wait(&rig, MSEC(2500));
		slot_rig_act(&rig, "motor", false);
	}
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, SEC(10));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void an_effect_of_two_outputs_counts_from_the_first_that_is_away(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "jammed", EFFECTS);
	slot_rig_act(&rig, "fan", true);
	slot_rig_wait(&rig, SEC(2));
	slot_rig_act(&rig, "motor", true);
	slot_rig_act(&rig, "fan", false);
	slot_rig_wait(&rig, MSEC(1100));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "shows that the motor turns"));
	slot_rig_close(&rig);
}

static void an_effect_wants_its_channel_only_while_it_is_watched(void)
{
	struct slot_rig rig;
	int pressure, seen;

	slot_rig_open(&rig, NULL, EFFECTS);
	pressure = fixture_find_channel(rig.plan->fixture, "pressure");
	slot_rig_wait(&rig, SEC(5));
	CU_ASSERT_EQUAL(rig.samples[pressure], 0);

	slot_rig_act(&rig, "motor", true);
	slot_rig_wait(&rig, SEC(5));
	slot_rig_act(&rig, "motor", false);
	slot_rig_wait(&rig, SEC(1)); /* an answer on its way still comes */
	seen = rig.samples[pressure];
	slot_rig_wait(&rig, SEC(5));

	CU_ASSERT(seen >= 25 && seen <= 26);
	CU_ASSERT_EQUAL(rig.samples[pressure], seen);
	slot_rig_close(&rig);
}

static void an_effect_without_a_reading_trips_by_the_channels_name(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, EFFECTS);
	slot_rig_act(&rig, "motor", true);
	slot_rig_wait(&rig, SEC(5));
	/* as a channel that falls silent without its device being mute */
	slot_unwant(rig.slot, &rig.slot->interlock[0].interest);
	slot_rig_wait(&rig, MSEC(2500));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, SEC(1));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "the motor turns: pressure gave no reading for 3 s"));
	slot_rig_close(&rig);
}

void suite_guard(void)
{
	suite_begin("guard");
	claim(an_output_may_leave_safe_while_its_interlocks_hold);
	claim(an_interlock_that_does_not_hold_refuses_by_name);
	claim(an_output_without_interlock_is_not_held_by_others);
	claim(an_interlock_on_a_channel_refuses_by_its_latest_reading);
	claim(an_interlock_on_a_channel_trips_within_one_reading);
	claim(an_interlock_trips_on_the_edge);
	claim(an_interlock_that_guards_nothing_that_is_on_does_not_trip);
	claim(the_emergency_stop_trips_as_aborted);
	claim(a_pressed_emergency_stop_keeps_the_bench_from_coming_up);
	claim(a_bench_waits_for_its_contacts_to_settle);
	claim(an_output_trips_at_its_longest_on_time);
	claim(closing_an_output_begins_its_on_time_anew);
	claim(opening_an_open_output_again_does_not_lengthen_its_on_time);
	claim(after_a_trip_nothing_leaves_safe);
	claim(after_a_trip_an_output_may_still_go_to_safe);
	claim(a_second_trip_changes_nothing);
	claim(while_stopping_only_teardown_lines_leave_safe);
	claim(an_effect_is_not_demanded_before_its_time);
	claim(an_effect_that_does_not_come_trips_at_its_time);
	claim(an_effect_that_goes_away_trips_with_the_reading_that_shows_it);
	claim(an_effect_on_a_line_is_looked_at_from_its_time_on);
	claim(an_effect_begins_anew_when_its_output_was_safe);
	claim(an_effect_of_two_outputs_counts_from_the_first_that_is_away);
	claim(an_effect_wants_its_channel_only_while_it_is_watched);
	claim(an_effect_without_a_reading_trips_by_the_channels_name);
}

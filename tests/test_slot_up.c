/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot that comes up while contacts still show what its outputs were before somebody took them.
 *
 * The world's two contactors are closed at the beginning, as those of lines that had floated: each falls, bounces or
 * stays at times that a fault gives it. Their contacts are told 20 ms later, which is what they may bounce. A fault's
 * time lies between two steps of the world, whose own time is a step ahead: its 45 ms are the step at 40 ms.
 */
#include <string.h>

#include "port/serial_sim.h"
#include "tests/claims.h"
#include "tests/slot_rig.h"

#define FIXTURE(motor)                                                                             \
	"return fixture {\n"                                                                       \
	"  id = 'mini', title = 'A bench for claims',\n"                                           \
	"  ports = { bus = serial { '19200 8N1' } },\n"                                            \
	"  devices = { meter = device { 'mini_meter', port = 'bus', unit = 1,\n"                   \
	"    safe = { drive = '0 Pa', trim = '1 Pa' } } },\n"                                      \
	"  lines = {\n"                                                                            \
	"    motor = switch { safe = 'off'" motor " },\n"                                          \
	"    pump = switch { safe = 'off', read_back = 'runs', within = '1 s' },\n"                \
	"    turns = contact { debounce = '20 ms' }, runs = contact { debounce = '20 ms' },\n"     \
	"    stop = contact {} },\n"                                                               \
	"  estop = 'stop',\n"                                                                      \
	"  safe_sequence = { 'motor', 'pump' },\n"                                                 \
	"  channels = { pressure = { from = 'meter.pressure', every = '200 ms' } },\n"             \
	"  world = 'mini/world.lua',\n"                                                            \
	"}\n"

static const char WORLD[] =
	"local never = math.huge\n"
	"return world {\n"
	"  grid = '10 ms',\n"
	"  state = { time = 0, level = 1000, pressure = 1000, drive = 0, trim = 0, turns = 0,\n"
	"    runs = 0, closes = never, opens = never, pressed = never },\n"
	"  advance = function(w, dt, lines)\n"
	"    w.time = w.time + dt\n"
	"    lines.turns = lines.motor or w.time < w.turns or w.time >= w.closes and w.time < "
	"w.opens\n"
	"    lines.runs, lines.stop = lines.pump or w.time < w.runs, w.time < w.pressed\n"
	"  end,\n"
	"  faults = {\n"
	"    floated = { title = 'it falls after 40 ms', function(w) w.turns = 0.045 end },\n"
	"    both = { title = 'one after the other', function(w) w.turns, w.runs = 0.045, 0.255 "
	"end },\n"
	"    welded = { title = 'it stays', function(w) w.turns, w.runs = never, 0.105 end },\n"
	"    second = { title = 'the second stays', function(w) w.turns, w.runs = 0.045, never "
	"end },\n"
	"    bounces = { title = 'it is closed once more', function(w)\n"
	"      w.turns, w.closes, w.opens, w.runs = 0.045, 0.105, 0.165, 0.255 end },\n"
	"    again = { title = 'it is closed again once the bench is up', function(w)\n"
	"      w.turns, w.closes = 0.045, 0.105 end },\n"
	"    returns = { title = 'it is closed again', function(w)\n"
	"      w.turns, w.closes, w.runs = 0.045, 0.105, 0.505 end },\n"
	"    pressed = { title = 'the E-stop is pressed meanwhile', function(w)\n"
	"      w.turns, w.pressed = 0.205, 0.105 end },\n"
	"    late = { title = 'it falls after 120 ms', function(w) w.turns = 0.125 end },\n"
	"    slow = { title = 'it falls after 200 ms', function(w) w.turns = 0.205 end } },\n"
	"}\n";

static const struct bench_file READ_BACK[] = {
	{"fixtures/mini/fixture.lua", FIXTURE(", read_back = 'turns', within = '300 ms'")},
	{"fixtures/mini/world.lua", WORLD},
	{NULL, NULL},
};

static const struct bench_file UNSEEN[] = {
	{"fixtures/mini/fixture.lua", FIXTURE("")},
	{"fixtures/mini/world.lua", WORLD},
	{NULL, NULL},
};

static nsec now(const struct slot_rig *rig)
{
	return clock_now(rig->clock);
}

static bool is_up(const struct slot_rig *rig)
{
	return rig->slot->up && rig->error.kind == 0 && rig->tripped == 0;
}

/* ---- what is waited for ---- */

static void a_contact_that_still_falls_is_waited_for(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "floated", READ_BACK);

	CU_ASSERT(is_up(&rig));
	CU_ASSERT_EQUAL(now(&rig), MSEC(60)); /* and not the 300 ms that it may take */
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "motor", true), 0);
	slot_rig_settle(&rig);
	CU_ASSERT_EQUAL(journal_count(rig.bench.journal, "awaits"), 1);
	CU_ASSERT(journal_says(rig.bench.journal,
			       "'what':'motor','level':'off','contact':'turns','shows':'on',"
			       "'within_ns':300000000"));
	slot_rig_close(&rig);
}

static void contacts_that_agree_keep_nobody_waiting(void)
{
	struct slot_rig seen, unseen;

	slot_rig_open(&unseen, NULL, UNSEEN);
	slot_rig_open(&seen, NULL, READ_BACK);

	CU_ASSERT(is_up(&seen));
	CU_ASSERT(is_up(&unseen));
	CU_ASSERT_EQUAL(now(&seen), now(&unseen));
	slot_rig_settle(&seen);
	CU_ASSERT_EQUAL(journal_count(seen.bench.journal, "awaits"), 0);
	slot_rig_close(&seen);
	slot_rig_close(&unseen);
}

static void all_contacts_are_waited_for_and_each_is_noted(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "both", READ_BACK);

	CU_ASSERT(is_up(&rig));
	CU_ASSERT_EQUAL(now(&rig), MSEC(270));
	slot_rig_settle(&rig);
	CU_ASSERT_EQUAL(journal_count(rig.bench.journal, "awaits"), 2);
	slot_rig_close(&rig);
}

static void a_contact_that_is_closed_once_more_meanwhile_counts_when_its_time_is_over(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "bounces", READ_BACK);

	CU_ASSERT(is_up(&rig));
	CU_ASSERT_EQUAL(now(&rig), MSEC(270));
	slot_rig_wait(&rig, SEC(2));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void a_bench_that_is_up_gives_no_contact_any_more_time(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "again", READ_BACK);
	CU_ASSERT(is_up(&rig));
	slot_rig_wait(&rig, MSEC(120) - now(&rig));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "motor is off, but its contact turns says on: welded"));

	slot_rig_close(&rig);
}

/* As davy operate and davy qualify have it: what a device says is forgiven there, what a contact shows is not. */
static void begin_by_hand(struct slot_rig *rig, const char *fault)
{
	slot_rig_begin(rig, fault, READ_BACK, MSEC(5));
	CU_ASSERT_FALSE(rig->slot->up);
	rig->slot->settings.by_hand = true;
}

static void by_hand_it_is_waited_for_too(void)
{
	struct slot_rig rig;

	begin_by_hand(&rig, "floated");
	slot_rig_wait(&rig, SEC(1));

	CU_ASSERT(is_up(&rig));
	CU_ASSERT_EQUAL(now(&rig), MSEC(60));
	slot_rig_close(&rig);
}

/* Its meter takes longer to answer than the contact may take to fall. */
static const struct bench_file SLOW[] = {
	{"fixtures/mini/fixture.lua", FIXTURE(", read_back = 'turns', within = '100 ms'")},
	{"fixtures/mini/world.lua", WORLD},
	{"fixtures/drivers/mini_meter/twin.lua",
	 "return simulator {\n"
	 "  id = 'mini_meter', bus = 'modbus', delay = '90 ms',\n"
	 "  registers = {\n"
	 "    { input = 0, as = 'f32', read = function(w) return w.pressure end },\n"
	 "    { input = 2, as = 'u16', read = function() return 0 end },\n"
	 "    { holding = 0x0100, as = 'string[8]', read = function() return 'MINI 1' end },\n"
	 "    { holding = 16, as = 'u16', write = function(w, value) w.drive = value end },\n"
	 "    { holding = 17, as = 'u16', write = function(w, value) w.trim = value end } },\n"
	 "}\n"},
	{NULL, NULL},
};

static void what_a_contact_shows_counts_once_all_else_is_known(void)
{
	struct slot_rig falls, stays;

	slot_rig_open(&falls, "late", SLOW);
	slot_rig_open(&stays, "slow", SLOW);

	CU_ASSERT(now(&falls) > MSEC(150));
	CU_ASSERT(is_up(&falls));
	CU_ASSERT_EQUAL(now(&stays), now(&falls));
	CU_ASSERT(slot_rig_tripped(&stays, VERDICT_ERROR,
				   "motor is off, but its contact turns says on: welded"));
	slot_rig_close(&falls);
	slot_rig_close(&stays);
}

/* 20 ms of the machine are 200 ms of a bench that is ten times as fast. */
static void where_time_is_scaled_contacts_settle_in_the_machine_s(void)
{
	struct slot_rig rig;

	slot_rig_open_scaled(&rig, READ_BACK);

	CU_ASSERT(is_up(&rig));
	CU_ASSERT(clock_now(loop_real_clock(rig.loop)) - rig.slot->has_lines_since >= MSEC(20));
	slot_rig_close(&rig);
}

/* ---- what is refused ---- */

static void by_hand_it_is_refused_too(void)
{
	struct slot_rig rig;

	begin_by_hand(&rig, "welded");
	slot_rig_wait(&rig, SEC(1));

	CU_ASSERT_EQUAL(now(&rig), MSEC(300));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "motor is off, but its contact turns says on: welded"));
	slot_rig_close(&rig);
}

static void a_contact_that_stays_is_welded_when_its_time_is_over(void)
{
	struct slot_rig rig;

	slot_rig_begin(&rig, "welded", READ_BACK, MSEC(300) - 1);
	CU_ASSERT_FALSE(rig.slot->up);
	CU_ASSERT_EQUAL(rig.tripped, 0);

	slot_rig_wait(&rig, SEC(1));

	CU_ASSERT_EQUAL(now(&rig), MSEC(300));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "motor is off, but its contact turns says on: welded"));
	CU_ASSERT_FALSE(rig.slot->up);
	slot_rig_make_safe(&rig);
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'motor','level':'off','done':false"));
	slot_rig_close(&rig);
}

static void each_contact_has_its_own_time(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "second", READ_BACK);

	CU_ASSERT_EQUAL(now(&rig), SEC(1));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "pump is off, but its contact runs says on: welded"));
	slot_rig_close(&rig);
}

static void one_that_had_fallen_and_is_closed_when_its_time_is_over_is_refused(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "returns", READ_BACK);

	CU_ASSERT_EQUAL(now(&rig), MSEC(300));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "motor is off, but its contact turns says on: welded"));
	slot_rig_close(&rig);
}

/* ---- what ends it meanwhile ---- */

static bool is_off(const struct slot_rig *rig)
{
	return !slot_rig_level(rig, "motor") && !slot_rig_level(rig, "pump");
}

static void a_cancel_meanwhile_leaves_everything_off_when_the_contact_has_followed(void)
{
	struct slot_rig rig;

	slot_rig_begin(&rig, "slow", READ_BACK, MSEC(100));
	CU_ASSERT_FALSE(rig.slot->up);

	slot_rig_make_safe(&rig);

	CU_ASSERT_EQUAL(now(&rig), MSEC(220));
	CU_ASSERT(is_off(&rig));
	CU_ASSERT_FALSE(rig.slot->up);
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'motor','level':'off','done':true"));
	slot_rig_close(&rig);
}

static void a_slot_can_be_closed_meanwhile(void)
{
	struct slot_rig rig;

	slot_rig_begin(&rig, "slow", READ_BACK, MSEC(100));
	CU_ASSERT_FALSE(rig.slot->up);

	slot_rig_settle(&rig);
	CU_ASSERT_EQUAL(journal_count(rig.bench.journal, "awaits"), 1);
	slot_rig_close(&rig);
}

static void an_emergency_stop_meanwhile_ends_it_at_once(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "pressed", READ_BACK);

	CU_ASSERT_EQUAL(now(&rig), MSEC(100));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ABORTED, "the E-stop was pressed"));
	slot_rig_make_safe(&rig);
	CU_ASSERT_EQUAL(now(&rig), MSEC(220)); /* the contact has fallen */
	CU_ASSERT_EQUAL(rig.tripped, VERDICT_ABORTED);
	CU_ASSERT(is_off(&rig));
	slot_rig_close(&rig);
}

static void a_wire_that_is_lost_meanwhile_ends_it(void)
{
	struct slot_rig rig;

	slot_rig_begin(&rig, "slow", READ_BACK, MSEC(100));
	serial_sim_unplug(rig.slot->port[0].serial);

	slot_rig_wait(&rig, MSEC(50));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "bus: LINK LOST: "));
	slot_rig_make_safe(&rig);
	CU_ASSERT_FALSE(rig.slot->up);
	CU_ASSERT(is_off(&rig));
	slot_rig_close(&rig);
}

/* Its device is asked while the contact has its time, and is told of first. */
static void a_device_that_is_silent_meanwhile_is_told_of(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "meter.mute", READ_BACK);
	CU_ASSERT(strstr(rig.error.text, "meter: no reply") != NULL);
	CU_ASSERT_EQUAL(rig.tripped, 0);

	slot_rig_make_safe(&rig);

	CU_ASSERT(is_off(&rig));
	slot_rig_close(&rig);
}

void suite_slot_up(void)
{
	suite_begin("slot_up");
	claim(a_contact_that_still_falls_is_waited_for);
	claim(contacts_that_agree_keep_nobody_waiting);
	claim(all_contacts_are_waited_for_and_each_is_noted);
	claim(a_contact_that_is_closed_once_more_meanwhile_counts_when_its_time_is_over);
	claim(a_bench_that_is_up_gives_no_contact_any_more_time);
	claim(what_a_contact_shows_counts_once_all_else_is_known);
	claim(where_time_is_scaled_contacts_settle_in_the_machine_s);
	claim(by_hand_it_is_waited_for_too);
	claim(by_hand_it_is_refused_too);
	claim(a_contact_that_stays_is_welded_when_its_time_is_over);
	claim(each_contact_has_its_own_time);
	claim(one_that_had_fallen_and_is_closed_when_its_time_is_over_is_refused);
	claim(a_cancel_meanwhile_leaves_everything_off_when_the_contact_has_followed);
	claim(a_slot_can_be_closed_meanwhile);
	claim(an_emergency_stop_meanwhile_ends_it_at_once);
	claim(a_wire_that_is_lost_meanwhile_ends_it);
	claim(a_device_that_is_silent_meanwhile_is_told_of);
}

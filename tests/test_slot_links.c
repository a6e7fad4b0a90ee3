/* SPDX-License-Identifier: Apache-2.0 */
/* Wires of a slot that go and come back: what uses one is an error, what does not waits for it. */
#include <string.h>

#include "port/serial_sim.h"
#include "tests/claims.h"
#include "tests/slot_rig.h"

/* The meter is asked by nobody until somebody wants it; the specimen hangs on a port of its own. */
static const struct bench_file TWO_PORTS[] = {
	{"fixtures/mini/fixture.lua",
	 "return fixture {\n"
	 "  id = 'mini', title = 'Two ports', grace = '5 s', suits = { 'mini' },\n"
	 "  ports = { bus = serial { '19200 8N1' }, side = serial { '19200 8N1' } },\n"
	 "  devices = {\n"
	 "    meter = device { 'mini_meter', port = 'bus', unit = 1,\n"
	 "      safe = { drive = '0 Pa', trim = '1 Pa' } },\n"
	 "    second = device { 'mini_meter', port = 'bus', unit = 3 },\n"
	 "    specimen = device { 'mini_meter', port = 'side', unit = 2, dut = true },\n"
	 "  },\n"
	 "  lines = {\n"
	 "    valve  = valve   { safe = 'closed' },\n"
	 "    lid    = contact { debounce = '10 ms' },\n"
	 "    stop   = contact {},\n"
	 "    pulses = pulse   { gate = '500 ms' },\n"
	 "  },\n"
	 "  estop = 'stop',\n"
	 "  references = { weight = 'Pa' },\n"
	 "  channels = {\n"
	 "    pressure = { from = 'meter.pressure', every = '200 ms' },\n"
	 "    shown = { from = 'specimen.pressure', every = '200 ms' },\n"
	 "  },\n"
	 "  world = 'mini/world.lua',\n"
	 "}\n"},
	/* who answers at 'bus' is another from the 20th second on */
	{"fixtures/drivers/mini_meter/twin.lua",
	 "return simulator {\n"
	 "  id = 'mini_meter', bus = 'modbus', delay = '2 ms',\n"
	 "  registers = {\n"
	 "    { input = 0, as = 'f32', read = function(w) return w.pressure end },\n"
	 "    { input = 2, as = 'u16', read = function(w) return 0 end },\n"
	 "    { holding = 0x0100, as = 'string[8]',\n"
	 "      read = function(w) return w.time < 20 and 'MINI 1' or 'MINI 2' end },\n"
	 "    { holding = 16, as = 'u16', write = function(w, value) w.drive = value end },\n"
	 "    { holding = 17, as = 'u16', write = function(w, value) w.trim = value end },\n"
	 "  },\n"
	 "}\n"},
	{NULL, NULL},
};

enum { BUS, SIDE };

static void open_two_ports(struct slot_rig *rig)
{
	slot_rig_open(rig, NULL, TWO_PORTS);
	CU_ASSERT_EQUAL_FATAL(rig->tripped, 0);
	CU_ASSERT_EQUAL_FATAL(rig->error.kind, 0);
}

static void unplug(struct slot_rig *rig, int port)
{
	serial_sim_unplug(rig->slot->port[port].serial);
}

static void plug(struct slot_rig *rig, int port)
{
	serial_sim_plug(rig->slot->port[port].serial);
}

static int channel(const struct slot_rig *rig, const char *name)
{
	return fixture_find_channel(rig->plan->fixture, name);
}

static void set_done(void *ctx, const struct error *err)
{
	(void)ctx;
	(void)err;
}

/* ---- lost ---- */

static void a_wire_that_goes_while_a_channel_is_wanted_ends_the_run(void)
{
	struct interest interest = {0};
	struct slot_rig rig;

	open_two_ports(&rig);
	slot_want(rig.slot, &interest, channel(&rig, "pressure"), SEC(10));
	slot_rig_wait(&rig, SEC(1));
	unplug(&rig, BUS);
	slot_rig_wait(&rig, MSEC(1));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "bus: LINK LOST: the adapter was unplugged (meter, second)"));
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'port':'bus','state':'lost','why':'the adapter "
						  "was unplugged'"));
	slot_rig_close(&rig);
}

static void a_wire_that_goes_in_the_middle_of_a_question_ends_the_run(void)
{
	struct slot_rig rig;

	open_two_ports(&rig);
	slot_set(rig.slot, 0, 0, 10, set_done, NULL);
	unplug(&rig, BUS);
	slot_rig_wait(&rig, USEC(100));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "bus: LINK LOST"));
	slot_rig_close(&rig);
}

static void a_wire_on_which_something_was_set_may_not_go(void)
{
	struct slot_rig rig;

	open_two_ports(&rig);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 10), 0);
	slot_rig_wait(&rig, SEC(5));
	unplug(&rig, BUS);
	slot_rig_wait(&rig, MSEC(1));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "bus: LINK LOST"));
	slot_rig_close(&rig);
}

static void a_wire_that_nobody_uses_may_go(void)
{
	struct slot_rig rig;

	open_two_ports(&rig);
	unplug(&rig, BUS);
	slot_rig_wait(&rig, SEC(5));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'port':'bus','state':'lost'"));
	slot_rig_close(&rig);
}

static void whoever_asks_over_a_lost_wire_ends_the_run_at_once(void)
{
	struct interest interest = {0};
	struct slot_rig rig;

	open_two_ports(&rig);
	unplug(&rig, BUS);
	slot_rig_wait(&rig, SEC(5));
	slot_want(rig.slot, &interest, channel(&rig, "pressure"), SEC(10));
	slot_rig_wait(&rig, MSEC(1));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "meter: no reply to"));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "the adapter was unplugged"));
	slot_rig_close(&rig);
}

static void the_other_port_is_none_the_worse_for_it(void)
{
	struct interest interest = {0};
	struct slot_rig rig;
	int shown;

	open_two_ports(&rig);
	shown = channel(&rig, "shown");
	slot_want(rig.slot, &interest, shown, MSEC(200));
	unplug(&rig, BUS);
	slot_rig_wait(&rig, SEC(2));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	CU_ASSERT(rig.samples[shown] >= 10);
	slot_unwant(rig.slot, &interest);
	slot_rig_close(&rig);
}

/* ---- back ---- */

static void who_is_on_a_wire_that_came_back_is_asked_before_anything_else(void)
{
	struct interest interest = {0};
	struct slot_rig rig;
	int pressure;

	open_two_ports(&rig);
	pressure = channel(&rig, "pressure");
	unplug(&rig, BUS);
	slot_rig_wait(&rig, SEC(1));
	plug(&rig, BUS);
	slot_rig_wait(&rig, USEC(1));
	slot_want(rig.slot, &interest, pressure, MSEC(200));
	slot_rig_wait(&rig, MSEC(30)); /* one answer's time: it was the identity */
	CU_ASSERT_EQUAL(rig.samples[pressure], 0);
	slot_rig_wait(&rig, SEC(1));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	CU_ASSERT(rig.samples[pressure] >= 4);
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'port':'bus','state':'back'"));
	CU_ASSERT(journal_says(rig.bench.journal, "'state':'identified','device':'meter',"
						  "'identity':'MINI 1'"));
	CU_ASSERT(journal_says(rig.bench.journal, "'state':'identified','device':'second'"));
	slot_unwant(rig.slot, &interest);
	slot_rig_close(&rig);
}

static void another_instrument_on_a_wire_that_came_back_ends_the_run(void)
{
	struct slot_rig rig;

	open_two_ports(&rig);
	slot_rig_wait(&rig, SEC(20));
	unplug(&rig, BUS);
	slot_rig_wait(&rig, SEC(1));
	plug(&rig, BUS);
	slot_rig_wait(&rig, SEC(1));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "meter: after its wire came back: it answers as 'MINI 2', and "
				   "was 'MINI 1' before"));
	slot_rig_close(&rig);
}

static void a_wire_that_goes_again_while_its_devices_are_asked_ends_the_run(void)
{
	struct slot_rig rig;

	open_two_ports(&rig);
	unplug(&rig, BUS);
	slot_rig_wait(&rig, SEC(1));
	plug(&rig, BUS);
	slot_rig_wait(&rig, MSEC(5));
	unplug(&rig, BUS);
	slot_rig_wait(&rig, MSEC(5));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "bus: LINK LOST"));
	slot_rig_close(&rig);
}

static void a_wire_may_come_and_go_as_often_as_nobody_uses_it(void)
{
	struct slot_rig rig;

	open_two_ports(&rig);
	for (int i = 0; i < 5; i++) {
		unplug(&rig, SIDE);
		slot_rig_wait(&rig, SEC(1));
		plug(&rig, SIDE);
		slot_rig_wait(&rig, SEC(1));
	}

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_settle(&rig);
	CU_ASSERT_EQUAL(journal_count(rig.bench.journal, "wire"), 15);
	slot_rig_close(&rig);
}

/* ---- while the bench is made safe ---- */

static void plug_bus(void *ctx)
{
	plug(ctx, BUS);
}

static void unplug_bus(void *ctx)
{
	unplug(ctx, BUS);
}

static void later(struct slot_rig *rig, struct timer *timer, nsec time, timer_fn *fn)
{
	timer_start(timer, rig->clock, clock_now(rig->clock) + time, TIMER_WAIT, fn, rig);
}

static void a_wire_that_comes_back_in_time_is_made_safe(void)
{
	struct timer timer = {0};
	struct slot_rig rig;
	nsec began;

	open_two_ports(&rig);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 10), 0);
	began = clock_now(rig.clock);
	unplug(&rig, BUS);
	later(&rig, &timer, MSEC(1500), plug_bus);
	slot_rig_make_safe(&rig);

	CU_ASSERT(clock_now(rig.clock) - began > MSEC(1500));
	CU_ASSERT(clock_now(rig.clock) - began < MSEC(1600));
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'meter.drive','level':'drive (holding "
						  "register 16)','done':true"));
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'meter.trim','level':'trim (holding "
						  "register 17)','done':true"));
	CU_ASSERT_FALSE(journal_says(rig.bench.journal, "'done':false"));
	slot_rig_close(&rig);
}

static void a_wire_that_stays_away_is_waited_for_two_seconds(void)
{
	struct slot_rig rig;
	nsec began;

	open_two_ports(&rig);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 10), 0);
	began = clock_now(rig.clock);
	unplug(&rig, BUS);
	slot_rig_make_safe(&rig);

	CU_ASSERT_EQUAL(clock_now(rig.clock) - began, SEC(2));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "meter.drive could not be made safe"));
	slot_rig_settle(&rig);
	CU_ASSERT(journal_says(rig.bench.journal,
			       "'what':'meter.drive','level':'drive (holding register 16)',"
			       "'done':false,'why':'no reply to drive (holding register 16): the "
			       "adapter was unplugged'"));
	slot_rig_close(&rig);
}

static void a_wire_that_goes_while_a_safe_write_is_on_it_is_waited_for(void)
{
	struct timer out = {0}, in = {0};
	struct slot_rig rig;

	open_two_ports(&rig);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 10), 0);
	later(&rig, &out, MSEC(3), unplug_bus);
	later(&rig, &in, MSEC(500), plug_bus);
	slot_rig_make_safe(&rig);

	slot_rig_settle(&rig);
	CU_ASSERT_FALSE(timer_armed(&in));
	CU_ASSERT(journal_says(rig.bench.journal, "'state':'lost'"));
	CU_ASSERT(journal_says(rig.bench.journal, "'what':'meter.drive','level':'drive (holding "
						  "register 16)','done':true"));
	CU_ASSERT_FALSE(journal_says(rig.bench.journal, "'done':false"));
	CU_ASSERT_FALSE(journal_says(rig.bench.journal, "'state':'identified'"));
	slot_rig_close(&rig);
}

static void a_trip_by_a_lost_wire_makes_the_outputs_safe_at_once(void)
{
	struct slot_rig rig;

	open_two_ports(&rig);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 10), 0);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "valve", true), 0);
	unplug(&rig, BUS);
	slot_rig_wait(&rig, USEC(1));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "bus: LINK LOST"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "valve"));
	slot_rig_close(&rig);
}

void suite_slot_links(void)
{
	suite_begin("slot links");
	claim(a_wire_that_goes_while_a_channel_is_wanted_ends_the_run);
	claim(a_wire_that_goes_in_the_middle_of_a_question_ends_the_run);
	claim(a_wire_on_which_something_was_set_may_not_go);
	claim(a_wire_that_nobody_uses_may_go);
	claim(whoever_asks_over_a_lost_wire_ends_the_run_at_once);
	claim(the_other_port_is_none_the_worse_for_it);
	claim(who_is_on_a_wire_that_came_back_is_asked_before_anything_else);
	claim(another_instrument_on_a_wire_that_came_back_ends_the_run);
	claim(a_wire_that_goes_again_while_its_devices_are_asked_ends_the_run);
	claim(a_wire_may_come_and_go_as_often_as_nobody_uses_it);
	claim(a_wire_that_comes_back_in_time_is_made_safe);
	claim(a_wire_that_stays_away_is_waited_for_two_seconds);
	claim(a_wire_that_goes_while_a_safe_write_is_on_it_is_waited_for);
	claim(a_trip_by_a_lost_wire_makes_the_outputs_safe_at_once);
}

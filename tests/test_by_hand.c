/* SPDX-License-Identifier: Apache-2.0 */
/* A slot that is operated by hand: what is forgiven to an instrument that fails, and what is not. */
#include <string.h>

#include "port/serial_sim.h"
#include "tests/claims.h"
#include "tests/slot_rig.h"

/* The valve may be open while the meter says that the pressure is low; no reading has to be fresh. */
static const struct bench_file FILES[] = {
	{"fixtures/mini/fixture.lua",
	 "return fixture {\n"
	 "  id = 'mini', title = 'A bench for claims',\n"
	 "  ports = { bus = serial { '19200 8N1' } },\n"
	 "  devices = { meter = device { 'mini_meter', port = 'bus', unit = 1 } },\n"
	 "  lines = { valve = valve { safe = 'closed' } },\n"
	 "  interlocks = { { 'the pressure is low while the valve is open', needs = 'pressure',\n"
	 "    limit = '<= 5 kPa', guards = { 'valve' } } },\n"
	 "  channels = { pressure = { from = 'meter.pressure', every = '200 ms' } },\n"
	 "  world = 'mini/world.lua',\n"
	 "}\n"},
	{"fixtures/mini/world.lua",
	 "return world { grid = '100 ms', state = { level = 1000, pressure = 1000, drive = 0 },\n"
	 "  advance = function() end }\n"},
	{NULL, NULL},
};

static int doubts;

static void doubted(void *ctx, const char *text)
{
	(void)ctx;
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "meter: no reply"));
	doubts++;
}

static void begin(struct slot_rig *rig)
{
	slot_rig_open(rig, NULL, FILES);
	rig->slot->settings.by_hand = true;
	rig->slot->handlers.doubt = doubted;
	doubts = 0;
}

static void the_meter_dies(struct slot_rig *rig)
{
	serial_sim_set_fault(rig->slot->port[0].serial, LINE_MUTE);
	slot_rig_wait(rig, SEC(10));
}

static void an_instrument_that_dies_is_told_of_once_and_ends_nothing(void)
{
	struct slot_rig rig;

	begin(&rig);
	the_meter_dies(&rig);

	CU_ASSERT_EQUAL(doubts, 1);
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void what_relies_on_it_may_not_be_moved_then(void)
{
	struct slot_rig rig;

	begin(&rig);
	the_meter_dies(&rig);

	CU_ASSERT_EQUAL(slot_rig_act(&rig, "valve", true), -1);
	CU_ASSERT(slot_rig_refused(&rig, "pressure has no reading yet"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "valve"));
	slot_rig_close(&rig);
}

static void what_relies_on_it_and_is_away_from_safe_is_made_safe(void)
{
	struct slot_rig rig;

	begin(&rig);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "valve", true), 0);
	CU_ASSERT(slot_rig_level(&rig, "valve"));
	the_meter_dies(&rig);

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "meter: no reply"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "valve"));
	slot_rig_close(&rig);
}

void suite_by_hand(void)
{
	suite_begin("by_hand");
	claim(an_instrument_that_dies_is_told_of_once_and_ends_nothing);
	claim(what_relies_on_it_may_not_be_moved_then);
	claim(what_relies_on_it_and_is_away_from_safe_is_made_safe);
}

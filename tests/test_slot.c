/* SPDX-License-Identifier: Apache-2.0 */
/* A slot: coming up, channels asked on their schedule, acts, and the safe sequence with its writes. */
#include <string.h>

#include "tests/claims.h"
#include "tests/slot_rig.h"

static int channel(const struct slot_rig *rig, const char *name)
{
	return fixture_find_channel(rig->plan->fixture, name);
}

/* ---- coming up ---- */

static void every_device_is_identified_in_the_journal(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_rig_make_safe(&rig);
	slot_rig_settle(&rig);

	CU_ASSERT_EQUAL(rig.tripped, 0);
	CU_ASSERT(journal_says(rig.bench.journal,
			       "'device':'meter','driver':'mini_meter','identity':'MINI 1'"));
	CU_ASSERT(journal_says(rig.bench.journal,
			       "'device':'specimen','driver':'mini_meter','identity':'MINI 1'"));
	slot_rig_close(&rig);
}

static void a_mute_device_keeps_the_bench_from_coming_up(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "meter.mute", NULL);

	CU_ASSERT(strstr(rig.error.text, "meter: no reply to") ||
		  slot_rig_tripped(&rig, VERDICT_ERROR, "meter: no reply to"));
	slot_rig_close(&rig);
}

/* ---- channels ---- */

static void a_channel_is_asked_on_a_schedule_that_does_not_drift(void)
{
	struct interest interest = {0};
	struct slot_rig rig;
	int shown;

	slot_rig_open(&rig, NULL, NULL);
	shown = channel(&rig, "shown");
	slot_want(rig.slot, &interest, shown, MSEC(250));

	slot_rig_wait(&rig, SEC(10) + MSEC(100));

	/* at 0, 0.25 … 10 s, however long each answer takes */
	CU_ASSERT_EQUAL(rig.samples[shown], 41);
	slot_unwant(rig.slot, &interest);
	slot_rig_close(&rig);
}

static void a_channel_that_nobody_wants_is_not_asked(void)
{
	struct interest interest = {0};
	struct slot_rig rig;
	int shown;

	slot_rig_open(&rig, NULL, NULL);
	shown = channel(&rig, "shown");
	slot_want(rig.slot, &interest, shown, MSEC(250));
	slot_rig_wait(&rig, SEC(1));
	slot_unwant(rig.slot, &interest);
	rig.samples[shown] = 0;

	slot_rig_wait(&rig, SEC(5));

	CU_ASSERT(rig.samples[shown] <= 1); /* one may have been on its way */
	slot_rig_close(&rig);
}

static void the_most_impatient_wish_counts(void)
{
	struct interest slow = {0}, quick = {0};
	struct slot_rig rig;
	int shown;

	slot_rig_open(&rig, NULL, NULL);
	shown = channel(&rig, "shown");
	slot_want(rig.slot, &slow, shown, SEC(5));
	slot_want(rig.slot, &quick, shown, MSEC(500));

	slot_rig_wait(&rig, SEC(10));

	CU_ASSERT(rig.samples[shown] >= 20 && rig.samples[shown] <= 22);
	slot_unwant(rig.slot, &slow);
	slot_unwant(rig.slot, &quick);
	slot_rig_close(&rig);
}

static void a_contact_is_told_at_once_and_at_each_edge(void)
{
	struct interest interest = {0};
	struct slot_rig rig;
	int lid;

	slot_rig_open(&rig, "lid_opens", NULL);
	lid = channel(&rig, "lid");
	slot_want(rig.slot, &interest, lid, SEC(1000));

	slot_rig_wait(&rig, SEC(1));
	CU_ASSERT_EQUAL(rig.samples[lid], 1);
	CU_ASSERT_EQUAL(rig.value[lid], 1);
	slot_rig_wait(&rig, SEC(6));

	CU_ASSERT_EQUAL(rig.samples[lid], 2);
	CU_ASSERT_EQUAL(rig.value[lid], 0);
	slot_unwant(rig.slot, &interest);
	slot_rig_close(&rig);
}

static void a_pulse_line_is_counted_gate_after_gate(void)
{
	struct interest interest = {0};
	struct slot_rig rig;
	int pulses;

	slot_rig_open(&rig, NULL, NULL);
	pulses = channel(&rig, "pulses");
	slot_want(rig.slot, &interest, pulses, MSEC(100));

	slot_rig_wait(&rig, SEC(5) + MSEC(10));

	CU_ASSERT_EQUAL(rig.samples[pulses], 10); /* gates of 500 ms */
	CU_ASSERT_DOUBLE_EQUAL(rig.value[pulses], 250, 0.1);
	slot_unwant(rig.slot, &interest);
	slot_rig_close(&rig);
}

/* ---- acts ---- */

static void a_setting_reaches_the_instrument(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);

	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 123), 0);

	slot_rig_close(&rig);
}

static void a_setting_out_of_range_sends_no_byte(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);

	slot_rig_set(&rig, "meter", "drive", 501);

	CU_ASSERT(slot_rig_refused(
		&rig, "meter: drive: 501 Pa is outside the instrument's range 0 .. 500 Pa"));
	slot_rig_close(&rig);
}

/* ---- the safe sequence ---- */

static void outputs_go_safe_in_the_fixture_s_order(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_rig_act(&rig, "valve", true);
	slot_rig_act(&rig, "purge", true);
	slot_rig_act(&rig, "vent", false);
	slot_rig_act(&rig, "motor", true);
	buf_clear(&rig.outputs);

	slot_rig_make_safe(&rig);

	/* as written: motor, valve; then those left out: purge, vent */
	CU_ASSERT_STRING_EQUAL(rig.outputs.data, "motor=0 valve=0 purge=0 vent=1 ");
	slot_rig_close(&rig);
}

static void the_safe_writes_follow_the_lines(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_rig_act(&rig, "motor", true);
	slot_rig_make_safe(&rig);
	slot_rig_settle(&rig);

	CU_ASSERT_STRING_EQUAL(journal_settings(&rig.bench),
			       "motor=1 motor=0 meter.drive meter.trim");
	slot_rig_close(&rig);
}

/* An instrument that refuses one of its safe writes. */
static const struct bench_file REFUSING[] = {
	{"fixtures/drivers/mini_meter/twin.lua",
	 "return simulator {\n"
	 "  id = 'mini_meter', bus = 'modbus', delay = '2 ms',\n"
	 "  registers = {\n"
	 "    { input = 0, as = 'f32', read = function(w) return w.pressure end },\n"
	 "    { input = 2, as = 'u16', read = function(w) return 0 end },\n"
	 "    { holding = 0x0100, as = 'string[8]', read = function() return 'MINI 1' end },\n"
	 "    { holding = 16, as = 'u16', write = function(w, value) return false end },\n"
	 "    { holding = 17, as = 'u16', write = function(w, value) w.trim = value end },\n"
	 "  },\n"
	 "}\n"},
	{NULL, NULL},
};

static void a_safe_write_that_fails_does_not_hold_up_the_next(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, REFUSING);
	slot_rig_make_safe(&rig);
	slot_rig_settle(&rig);

	CU_ASSERT_STRING_EQUAL(journal_settings(&rig.bench), "meter.drive! meter.trim");
	slot_rig_close(&rig);
}

static void a_mute_device_holds_up_the_safe_sequence_no_longer_than_its_tries(void)
{
	struct slot_rig rig;
	nsec began;

	slot_rig_open(&rig, "meter.mute", NULL);
	began = clock_now(rig.clock);

	slot_rig_make_safe(&rig);

	/* two writes of three tries of 100 ms and their bytes; what was asked before is given up */
	CU_ASSERT(clock_now(rig.clock) - began < MSEC(700));
	slot_rig_settle(&rig);
	CU_ASSERT_STRING_EQUAL(journal_settings(&rig.bench), "meter.drive! meter.trim!");
	slot_rig_close(&rig);
}

static void making_safe_twice_is_done_once(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);
	slot_rig_act(&rig, "motor", true);

	slot_rig_make_safe(&rig);
	slot_rig_make_safe(&rig);
	slot_rig_settle(&rig);

	CU_ASSERT_STRING_EQUAL(journal_settings(&rig.bench),
			       "motor=1 motor=0 meter.drive meter.trim");
	slot_rig_close(&rig);
}

static void a_dead_world_does_not_keep_outputs_from_going_safe(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, "breaks", NULL);
	slot_rig_act(&rig, "motor", true);
	slot_rig_wait(&rig, SEC(6));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "the world broke"));

	slot_rig_make_safe(&rig);

	CU_ASSERT_FALSE(slot_rig_level(&rig, "motor"));
	slot_rig_close(&rig);
}

static struct gpio_line *line_of(struct slot_rig *rig, const char *name)
{
	return rig->slot->line[fixture_find_line(rig->slot->fixture, name)].gpio;
}

static void a_count_that_lost_edges_is_an_error_and_no_reading(void)
{
	struct slot_rig rig;
	struct interest interest = {0};
	int pulses;

	slot_rig_open(&rig, NULL, NULL);
	pulses = channel(&rig, "pulses");
	slot_want(rig.slot, &interest, pulses, MSEC(100));
	slot_rig_wait(&rig, MSEC(700));
	CU_ASSERT_EQUAL(rig.samples[pulses], 1);

	gpio_sim_lose(line_of(&rig, "pulses"));
	slot_rig_wait(&rig, SEC(1));

	CU_ASSERT_EQUAL(rig.samples[pulses], 1);
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "pulses: edges came faster than they could be taken"));
	slot_unwant(rig.slot, &interest);
	slot_rig_close(&rig);
}

static void a_line_that_fails_is_an_error_by_its_name(void)
{
	struct slot_rig rig;

	slot_rig_open(&rig, NULL, NULL);

	gpio_sim_fail(line_of(&rig, "lid"), "its GPIO chip, gpiochip0 (bench), has vanished");

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "lid: its GPIO chip, gpiochip0 (bench), has vanished"));
	slot_rig_close(&rig);
}

void suite_slot(void)
{
	suite_begin("slot");
	claim(every_device_is_identified_in_the_journal);
	claim(a_mute_device_keeps_the_bench_from_coming_up);
	claim(a_channel_is_asked_on_a_schedule_that_does_not_drift);
	claim(a_channel_that_nobody_wants_is_not_asked);
	claim(the_most_impatient_wish_counts);
	claim(a_contact_is_told_at_once_and_at_each_edge);
	claim(a_pulse_line_is_counted_gate_after_gate);
	claim(a_count_that_lost_edges_is_an_error_and_no_reading);
	claim(a_line_that_fails_is_an_error_by_its_name);
	claim(a_setting_reaches_the_instrument);
	claim(a_setting_out_of_range_sends_no_byte);
	claim(outputs_go_safe_in_the_fixture_s_order);
	claim(the_safe_writes_follow_the_lines);
	claim(a_safe_write_that_fails_does_not_hold_up_the_next);
	claim(a_mute_device_holds_up_the_safe_sequence_no_longer_than_its_tries);
	claim(making_safe_twice_is_done_once);
	claim(a_dead_world_does_not_keep_outputs_from_going_safe);
}

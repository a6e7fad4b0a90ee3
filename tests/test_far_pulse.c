/* SPDX-License-Identifier: Apache-2.0 */
/* When the edges of a pulse line are due, where some come late: times are made by hand, in µs. */
#include "run/far_pulse.h"
#include "tests/claims.h"

static void edges_come_as_frequency_and_high_time_have_it(void)
{
	struct pulse_beat beat = {0};

	/* 1 kHz, high for 200 µs; it stands low before the first one */
	CU_ASSERT_EQUAL(pulse_beat_set(&beat, 1000, 0.0002, USEC(0)), USEC(800));
	CU_ASSERT_EQUAL(pulse_beat_made(&beat, USEC(800)), USEC(1000));
	CU_ASSERT_TRUE(beat.level);
	CU_ASSERT_EQUAL(pulse_beat_made(&beat, USEC(1000)), USEC(1800));
	CU_ASSERT_FALSE(beat.level);
}

static void without_a_high_time_half_the_period_is_high(void)
{
	struct pulse_beat beat = {0};

	CU_ASSERT_EQUAL(pulse_beat_set(&beat, 250, 0, USEC(0)), USEC(2000));
	CU_ASSERT_EQUAL(pulse_beat_made(&beat, USEC(2000)), USEC(4000));
}

static void a_late_edge_shortens_the_next_level_by_a_quarter_at_most(void)
{
	struct pulse_beat beat = {0};

	pulse_beat_set(&beat, 1000, 0, USEC(0));
	CU_ASSERT_EQUAL(pulse_beat_made(&beat, USEC(800)), USEC(1175)); /* 300 µs late */
	CU_ASSERT_EQUAL(pulse_beat_made(&beat, USEC(1175)), USEC(1550));
}

/* 300 µs are made up for in three levels, and from then on the schedule holds. */
static void a_delay_is_made_up_for(void)
{
	struct pulse_beat beat = {0};
	nsec next;

	pulse_beat_set(&beat, 1000, 0, USEC(0));
	next = pulse_beat_made(&beat, USEC(800));
	for (int i = 0; i < 6; i++)
		next = pulse_beat_made(&beat, next);
	CU_ASSERT_EQUAL(next, USEC(4000));
	CU_ASSERT_EQUAL(pulse_beat_made(&beat, next), USEC(4500));
	CU_ASSERT_EQUAL(beat.skipped, 0);
}

static void what_is_too_far_behind_is_given_up_and_counted(void)
{
	struct pulse_beat beat = {0};
	nsec now = MSEC(500);

	pulse_beat_set(&beat, 1000, 0, USEC(0));
	CU_ASSERT_EQUAL(pulse_beat_made(&beat, now), now + USEC(375));
	CU_ASSERT_EQUAL(beat.skipped, 500);
	pulse_beat_made(&beat, now + USEC(375));
	CU_ASSERT_EQUAL(beat.skipped, 500);
}

static void it_stops_and_begins_again(void)
{
	struct pulse_beat beat = {0};

	pulse_beat_set(&beat, 1000, 0, USEC(0));
	pulse_beat_made(&beat, USEC(500));
	CU_ASSERT_EQUAL(pulse_beat_set(&beat, 0, 0, USEC(700)), NSEC_NEVER);
	CU_ASSERT_TRUE(beat.level); /* it stays at its level */
	CU_ASSERT_EQUAL(pulse_beat_set(&beat, 500, 0, SEC(3)), SEC(3) + USEC(1000));
	CU_ASSERT_EQUAL(beat.skipped, 0);
}

static void a_faster_beat_does_not_wait_for_the_slow_one(void)
{
	struct pulse_beat beat = {0};

	CU_ASSERT_EQUAL(pulse_beat_set(&beat, 0.5, 0, USEC(0)), SEC(1));
	CU_ASSERT_EQUAL(pulse_beat_set(&beat, 1000, 0, USEC(100)), USEC(500));
	CU_ASSERT_EQUAL(pulse_beat_made(&beat, USEC(500)), USEC(1000));
}

static void nonsense_stands_still(void)
{
	struct pulse_beat beat = {0};

	CU_ASSERT_EQUAL(pulse_beat_set(&beat, -5, 0, 0), NSEC_NEVER);
	CU_ASSERT_EQUAL(pulse_beat_set(&beat, 0.0 / 0.0, 0, 0), NSEC_NEVER);
	CU_ASSERT_EQUAL(pulse_beat_set(&beat, 1e12, 7, USEC(1)), USEC(2)); /* 500 kHz at most */
}

void suite_far_pulse(void)
{
	suite_begin("far_pulse");
	claim(edges_come_as_frequency_and_high_time_have_it);
	claim(without_a_high_time_half_the_period_is_high);
	claim(a_late_edge_shortens_the_next_level_by_a_quarter_at_most);
	claim(a_delay_is_made_up_for);
	claim(what_is_too_far_behind_is_given_up_and_counted);
	claim(it_stops_and_begins_again);
	claim(a_faster_beat_does_not_wait_for_the_slow_one);
	claim(nonsense_stands_still);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Reciprocal counting, from edges that are given. */
#include "port/pulse_tally.h"
#include "tests/claims.h"

/* So many rises a period apart, each high for a quarter of it, from this time on; the last stays high. */
static void add_pulses(struct pulse_tally *tally, nsec from, nsec period, int rises)
{
	for (int i = 0; i < rises; i++) {
		pulse_tally_edge(tally, true, from + i * period);
		if (i < rises - 1)
			pulse_tally_edge(tally, false, from + i * period + period / 4);
	}
}

static void a_frequency_is_whole_periods_over_their_span(void)
{
	struct pulse_tally tally = {0};
	struct pulse_count count;

	add_pulses(&tally, SEC(100) + 12345, MSEC(2), 101);
	count = pulse_tally_count(&tally, MSEC(250), EDGE_STAMP);

	CU_ASSERT_EQUAL(count.periods, 100);
	CU_ASSERT_DOUBLE_EQUAL(count.frequency, 500, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(count.resolution, 500 * 1e-6 / 0.2, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(count.shortest_high, 0.5e-3, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(count.shortest_low, 1.5e-3, 1e-12);
	CU_ASSERT_FALSE(count.lost);
}

static void falls_before_the_first_rise_and_after_the_last_count_for_widths_alone(void)
{
	struct pulse_tally tally = {0};
	struct pulse_count count;

	pulse_tally_edge(&tally, false, MSEC(1)); /* the gate opened while it was high */
	add_pulses(&tally, MSEC(2), MSEC(10), 2);
	pulse_tally_edge(&tally, false, MSEC(12) + USEC(300));
	count = pulse_tally_count(&tally, SEC(1), EDGE_STAMP);

	CU_ASSERT_EQUAL(count.periods, 1);
	CU_ASSERT_DOUBLE_EQUAL(count.frequency, 100, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(count.shortest_low, 1e-3, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(count.shortest_high, 300e-6, 1e-12);
}

static void the_spread_of_periods_is_known(void)
{
	struct pulse_tally tally = {0};

	add_pulses(&tally, 0, MSEC(2), 3);
	pulse_tally_edge(&tally, false, MSEC(5));
	pulse_tally_edge(&tally, true, MSEC(7)); /* a millisecond late */
	pulse_tally_edge(&tally, true, MSEC(8)); /* … and in time */

	CU_ASSERT_EQUAL(tally.longest_period, MSEC(3));
	CU_ASSERT_EQUAL(tally.shortest_period, MSEC(1));
}

static void fewer_than_two_rises_are_no_frequency(void)
{
	struct pulse_tally tally = {0};
	struct pulse_count count = pulse_tally_count(&tally, MSEC(500), EDGE_STAMP);

	CU_ASSERT_EQUAL(count.frequency, 0);
	CU_ASSERT_DOUBLE_EQUAL(count.resolution, 2, 1e-12);

	pulse_tally_edge(&tally, true, MSEC(3));
	count = pulse_tally_count(&tally, MSEC(500), EDGE_STAMP);
	CU_ASSERT_EQUAL(count.frequency, 0);
	CU_ASSERT_EQUAL(count.periods, 0);
	CU_ASSERT_DOUBLE_EQUAL(count.resolution, 4, 1e-12);
}

void suite_pulse_tally(void)
{
	suite_begin("pulse_tally");
	claim(a_frequency_is_whole_periods_over_their_span);
	claim(falls_before_the_first_rise_and_after_the_last_count_for_widths_alone);
	claim(the_spread_of_periods_is_known);
	claim(fewer_than_two_rises_are_no_frequency);
}

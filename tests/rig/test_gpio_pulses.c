/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulses on a real line. The far end pulls on schedule as well as its machine lets it, and writes down when: the
 * frequency that it truly had lies within the resolution that the count states.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/claims.h"
#include "tests/rig/gpio_rig.h"

static struct gpio_line *open_pulse(struct gpio_rig *rig, struct heard *heard, bool active_low)
{
	struct gpio_wire wire = rig_wire(5, GPIO_USE_PULSE, false);
	struct gpio_line *line;

	wire.active_low = active_low;
	line = gpio_rig_open(rig, &wire);
	heard_listen(heard, rig, line);
	return line;
}

/* Count once; when the gate was opened, in machine time. */
static nsec count_for(struct gpio_rig *rig, struct heard *heard, nsec gate)
{
	nsec from = machine_now();

	CU_ASSERT_EQUAL(gpio_count(heard->line, gate, heard_count, heard, &rig->err), 0);
	gpio_rig_run(rig, gate + MSEC(20));
	return from;
}

/*
 * How far the count is from the truth. Which rise was its first is not known exactly: the gate opens some edges
 * after `from` when the machine pauses in between.
 */
static double how_wrong(const struct pulse_count *count, const struct puller *puller, nsec from)
{
	double best = INFINITY;

	for (int later = -1; later <= 16; later++) {
		double truth = puller_frequency(puller, from, count->periods, later);

		best = fmin(best, fabs(count->frequency - truth));
	}
	return best;
}

static void check_count(const struct heard *heard, const struct puller *puller, nsec from)
{
	CU_ASSERT_FALSE(heard->count.lost);
	CU_ASSERT(heard->count.periods > 0);
	CU_ASSERT(how_wrong(&heard->count, puller, from) <= heard->count.resolution);
}

/* ---- frequency and widths ---- */

#define PULL 500e-6 /* s: what a pull may take on a slow machine */

static void check_frequency(long frequency, nsec gate)
{
	struct gpio_rig rig;
	struct heard heard;
	struct puller puller;
	const struct pulse_count *count = &heard.count;
	nsec half = SEC(1) / frequency / 2, from;
	double width = nsec_seconds(half);

	gpio_rig_begin(&rig);
	open_pulse(&rig, &heard, false);
	puller_start(&puller, rig.chip, 5, half, half);
	gpio_rig_run(&rig, MSEC(50));
	from = count_for(&rig, &heard, gate);
	puller_stop(&puller);

	printf("%ld Hz over %lld ms: %.3f Hz, off by %.4f, said within %.4f; shortest %.0f and "
	       "%.0f of %.0f us\n",
	       frequency, (long long)(gate / MSEC(1)), count->frequency,
	       how_wrong(count, &puller, from), count->resolution, count->shortest_high * 1e6,
	       count->shortest_low * 1e6, width * 1e6);
	CU_ASSERT_EQUAL(heard.counts, 1);
	check_count(&heard, &puller, from);
	CU_ASSERT(count->resolution >= 1e-6 * count->frequency / nsec_seconds(gate));
	CU_ASSERT(count->shortest_high >= width && count->shortest_high < 1.5 * width + PULL);
	CU_ASSERT(count->shortest_low >= width && count->shortest_low < 1.5 * width + PULL);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

static void a_frequency_lies_within_its_stated_resolution(void)
{
	static const long FREQUENCIES[] = {200, 500, 1000, 2000};

	for (size_t i = 0; i < sizeof(FREQUENCIES) / sizeof(FREQUENCIES[0]); i++) {
		check_frequency(FREQUENCIES[i], MSEC(250));
		check_frequency(FREQUENCIES[i], SEC(2));
	}
}

static void widths_are_of_the_side_that_is_on(void)
{
	struct gpio_rig rig;
	struct heard heard, inverse;
	struct puller puller;
	nsec from;

	gpio_rig_begin(&rig);
	open_pulse(&rig, &heard, false);
	open_pulse(&rig, &inverse, true);
	puller_start(&puller, rig.chip, 5, MSEC(2), MSEC(8));
	CU_ASSERT_EQUAL(gpio_count(heard.line, SEC(1), heard_count, &heard, &rig.err), 0);
	from = count_for(&rig, &inverse, SEC(1));
	puller_stop(&puller);

	check_count(&heard, &puller, from);
	CU_ASSERT_FALSE(inverse.count.lost);
	CU_ASSERT(heard.count.shortest_high >= 2e-3 && heard.count.shortest_high < 3e-3);
	CU_ASSERT(heard.count.shortest_low >= 8e-3 && heard.count.shortest_low < 12e-3);
	CU_ASSERT_EQUAL(heard.count.shortest_high, inverse.count.shortest_low);
	CU_ASSERT_EQUAL(heard.count.shortest_low, inverse.count.shortest_high);
	gpio_close(heard.line);
	gpio_close(inverse.line);
	gpio_rig_end(&rig);
}

static void a_frequency_is_the_wire_s_own_on_a_scaled_bench(void)
{
	struct gpio_rig rig;
	struct heard heard;
	struct puller puller;
	nsec from;

	gpio_rig_begin_scaled(&rig, 4);
	open_pulse(&rig, &heard, false);
	puller_start(&puller, rig.chip, 5, MSEC(1), MSEC(1));
	from = count_for(&rig, &heard, SEC(2)); /* half a second of the machine's time */
	puller_stop(&puller);

	check_count(&heard, &puller, from);
	CU_ASSERT(heard.count.periods <= 250);
	CU_ASSERT(heard.count.frequency < 501 && heard.count.shortest_high >= 1e-3);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

static void gate_after_gate_counts_only_its_own(void)
{
	struct gpio_rig rig;
	struct heard heard[3];
	struct puller puller;
	nsec from[3];

	gpio_rig_begin(&rig);
	open_pulse(&rig, &heard[0], false);
	puller_start(&puller, rig.chip, 5, MSEC(1), MSEC(1));
	for (int i = 0; i < 3; i++) {
		heard_listen(&heard[i], &rig, heard[0].line);
		be_busy(MSEC(600)); /* longer than anybody keeps edges, and nobody minds */
		from[i] = count_for(&rig, &heard[i], MSEC(250));
	}
	puller_stop(&puller);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(heard[i].counts, 1);
		CU_ASSERT(heard[i].count.periods <= 125);
		check_count(&heard[i], &puller, from[i]);
	}
	gpio_close(heard[0].line);
	gpio_rig_end(&rig);
}

/* ---- nothing, and too much ---- */

static void a_quiet_line_counts_zero_and_says_what_it_may_have_missed(void)
{
	struct gpio_rig rig;
	struct heard heard;

	gpio_rig_begin(&rig);
	open_pulse(&rig, &heard, false);
	rig_pull(rig.chip, 5, true); /* before the gate: no edge of it */
	count_for(&rig, &heard, MSEC(500));

	CU_ASSERT_EQUAL(heard.counts, 1);
	CU_ASSERT_EQUAL(heard.count.frequency, 0);
	CU_ASSERT_DOUBLE_EQUAL(heard.count.resolution, 2, 1e-6);
	CU_ASSERT_FALSE(heard.count.lost);
	CU_ASSERT_TRUE(gpio_get(heard.line));
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

static void one_count_at_a_time(void)
{
	struct gpio_rig rig;
	struct heard heard;

	gpio_rig_begin(&rig);
	open_pulse(&rig, &heard, false);
	CU_ASSERT_EQUAL(gpio_count(heard.line, SEC(1), heard_count, &heard, &rig.err), 0);
	CU_ASSERT_EQUAL(gpio_count(heard.line, SEC(1), heard_count, &heard, &rig.err), -1);
	CU_ASSERT_STRING_EQUAL(rig.err.text, "line5 is being counted already");
	gpio_rig_run(&rig, MSEC(20));
	gpio_close(heard.line); /* a running count is dropped */
	gpio_rig_run(&rig, MSEC(1100));

	CU_ASSERT_EQUAL(heard.counts, 0);
	gpio_rig_end(&rig);
}

static void a_count_that_lost_edges_says_so(void)
{
	struct gpio_rig rig;
	struct heard heard;
	struct puller puller;

	gpio_rig_begin(&rig);
	open_pulse(&rig, &heard, false);
	puller_start(&puller, rig.chip, 5, 0, 0);
	CU_ASSERT_EQUAL(gpio_count(heard.line, MSEC(500), heard_count, &heard, &rig.err), 0);
	while (puller.edges < MORE_THAN_ANYBODY_KEEPS)
		be_busy(MSEC(1));
	puller_stop(&puller);
	gpio_rig_run(&rig, MSEC(550));

	CU_ASSERT_EQUAL(heard.counts, 1);
	CU_ASSERT_TRUE(heard.count.lost);
	count_for(&rig, &heard, MSEC(50));
	CU_ASSERT_FALSE(heard.count.lost); /* the next one is a new one */
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

static void a_loop_that_was_busy_for_a_while_has_lost_nothing(void)
{
	struct gpio_rig rig;
	struct heard heard;
	struct puller puller;
	nsec from;

	gpio_rig_begin(&rig);
	open_pulse(&rig, &heard, false);
	puller_start(&puller, rig.chip, 5, USEC(500), USEC(500));
	from = machine_now();
	CU_ASSERT_EQUAL(gpio_count(heard.line, MSEC(250), heard_count, &heard, &rig.err), 0);
	for (int i = 0; i < 3; i++) {
		gpio_rig_run(&rig, MSEC(5));
		be_busy(MSEC(60)); /* 120 edges */
	}
	gpio_rig_run(&rig, MSEC(100));
	puller_stop(&puller);

	CU_ASSERT_EQUAL(heard.counts, 1);
	check_count(&heard, &puller, from);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

void suite_gpio_pulses(void)
{
	suite_begin("gpio_pulses");
	claim(a_frequency_lies_within_its_stated_resolution);
	claim(widths_are_of_the_side_that_is_on);
	claim(a_frequency_is_the_wire_s_own_on_a_scaled_bench);
	claim(gate_after_gate_counts_only_its_own);
	claim(a_quiet_line_counts_zero_and_says_what_it_may_have_missed);
	claim(one_count_at_a_time);
	claim(a_count_that_lost_edges_says_so);
	claim(a_loop_that_was_busy_for_a_while_has_lost_nothing);
}

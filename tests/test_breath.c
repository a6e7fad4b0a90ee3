/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breaths, worked out by hand. Two flows: the machine's sine A sin(2 pi t / 4 s), of which the part
 * (1 - cos(2 pi t / 4 s)) / 2 of a breath's volume has been inhaled at t and the volume is A 4 s / pi;
 * and a triangle of the same period, 0 2 0 -2 0 at whole seconds, which straight lines between samples
 * give exactly: 2 inhaled, 2 exhaled. Gas contents are functions of time, seen a delay later.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/breath.h"

static const double PI = 3.14159265358979323846;

typedef double wave_fn(double seconds);

static bool near(double value, double expected, double within)
{
	return fabs(value - expected) <= within;
}

static double sine(double t)
{
	return sin(2 * PI * t / 4);
}

static double triangle(double t)
{
	double u = fmod(t, 4);

	return u < 1 ? 2 * u : u < 3 ? 4 - 2 * u : 2 * u - 8;
}

static double still(double t)
{
	(void)t;
	return 0;
}

static double ramp(double t)
{
	return t;
}

static double falling(double t)
{
	return -t;
}

/* Feed flow every `q_every` and gas every `c_every` in the order of time, from `from` to `to`. */
static void feed(struct breaths *breaths, nsec from, nsec to, wave_fn *q, nsec q_every, wave_fn *c,
		 nsec c_every)
{
	for (nsec t = from; t <= to; t += MSEC(1)) {
		if (t % q_every == 0)
			breaths_flow(breaths, t, q(nsec_seconds(t)));
		if (c && t % c_every == 0)
			breaths_other(breaths, t, c(nsec_seconds(t)));
	}
}

static int count_breaths(struct breaths *breaths, int *lost)
{
	struct breath breath;
	int count = 0;

	*lost = 0;
	while (breaths_next(breaths, &breath)) {
		*lost += breath.lost;
		count += !breath.lost;
	}
	return count;
}

static struct breaths *breaths_of(enum breath_kind kind, nsec delay, nsec within)
{
	return breaths_new(&(struct breath_settings){
		.kind = kind, .threshold = 0.25, .delay = delay, .within = within});
}

/*
 * What is breathed: of each inhalation the first third of its time, 2/3 s, carries 5 (the dead space),
 * of which the sine has then brought (1 - cos(pi / 3)) / 2 = 1/4; the rest carries 1; what is exhaled
 * carries 5. Seen 500 ms later.
 */
static double rebreathed(double t)
{
	double u = fmod(t - 0.5 + 4, 4);

	return u >= 2.0 / 3 && u < 2 ? 1 : 5;
}

/* 1/4 x 5 + 3/4 x 1 = 2, where the plain mean of the trace says (2.667 s x 5 + 1.333 s x 1) / 4 = 3.67. */
static void what_is_inhaled_is_weighted_by_flow_and_shifted_by_the_delay(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, MSEC(500), 0);
	struct breath breath;

	feed(breaths, 0, SEC(10), sine, MSEC(10), rebreathed, MSEC(2));

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	/* an edge lies within 2 ms: 2 ms x sin(pi / 3) x 4 / (4 s / pi) < 0.006 */
	CU_ASSERT(near(breath.value, 2, 0.006));
	CU_ASSERT(near(breath.weight, 4 / PI, 1e-4));
	CU_ASSERT_EQUAL(breath.begin, 0);
	CU_ASSERT(llabs(breath.turn - SEC(2)) < USEC(1));
	CU_ASSERT(llabs(breath.end - SEC(4)) < USEC(1));
	breaths_free(breaths);
}

static void a_plain_mean_of_the_trace_is_wrong_and_so_is_a_forgotten_delay(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, 0, 0);
	struct breath breath;
	double plain = 0;

	feed(breaths, 0, SEC(10), sine, MSEC(10), rebreathed, MSEC(2));
	for (int i = 0; i < 4000; i++)
		plain += rebreathed(i / 1000.0) / 4000;

	/* at the delay 0 the 1 is seen from 7/6 s to the turn: (1 + cos(pi 7 / 12)) / 2 = 0.3706 */
	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT(near(breath.value, 5 - 4 * 0.3706, 0.006));
	CU_ASSERT(near(plain, 11.0 / 3, 0.01));
	breaths_free(breaths);
}

static void what_is_exhaled_is_the_other_half(void)
{
	struct breaths *breaths = breaths_of(BREATH_EXHALED, MSEC(500), 0);
	struct breath breath;

	feed(breaths, 0, SEC(10), sine, MSEC(10), rebreathed, MSEC(2));

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT(near(breath.value, 5, 0.001));
	CU_ASSERT(near(breath.weight, 4 / PI, 1e-4));
	breaths_free(breaths);
}

/* 0 until 1 s of each breath, then a rise of 1 per second. */
static double late_rise(double t)
{
	return fmod(t, 4) < 1 ? 0 : fmod(t, 4) - 1;
}

/*
 * Inhaled from 1 s to 2 s, with u = t - 1: q = 2 (1 - u), c = u; the integral of 2 (1 - u) u is
 * 2 (1/2 - 1/3) = 1/3, over the volume 2: 1/6. Trapezoids of the product at 0.5 s would say 1/8.
 */
static void the_product_of_two_lines_is_integrated_exactly(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, 0, 0);
	struct breath breath;

	feed(breaths, 0, SEC(6), triangle, MSEC(500), late_rise, MSEC(500));

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT(near(breath.value, 1.0 / 6, 1e-12));
	CU_ASSERT(near(breath.weight, 2, 1e-12));
	breaths_free(breaths);
}

/* The same gas sampled at other times: its corners lie between the flow's samples, and both are kept. */
static void two_grids_of_time_are_united(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, 0, 0);
	struct breath breath;

	feed(breaths, 0, SEC(6), triangle, MSEC(500), late_rise, MSEC(200));

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT(near(breath.value, 1.0 / 6, 1e-12));
	breaths_free(breaths);
}

/* c = t is symmetric in each phase: the middles of the triangle's are 1 s and 3 s, a delay later more. */
static void a_delay_moves_what_is_seen(void)
{
	struct breaths *inhaled = breaths_of(BREATH_INHALED, MSEC(300), 0);
	struct breaths *exhaled = breaths_of(BREATH_EXHALED, MSEC(300), 0);
	struct breath breath;

	feed(inhaled, 0, SEC(6), triangle, MSEC(100), ramp, MSEC(100));
	feed(exhaled, 0, SEC(6), triangle, MSEC(100), ramp, MSEC(100));

	CU_ASSERT_FATAL(breaths_next(inhaled, &breath));
	CU_ASSERT(near(breath.value, 1.3, 1e-9));
	CU_ASSERT_EQUAL(breath.drift, 0);
	CU_ASSERT_FATAL(breaths_next(exhaled, &breath));
	CU_ASSERT(near(breath.value, 3.3, 1e-9));
	breaths_free(inhaled);
	breaths_free(exhaled);
}

/* A rise of 1 per second, 50 ms either way: 0.05; a fall: -0.05. */
static void the_delays_tolerance_is_worth_the_distance_it_makes(void)
{
	struct breaths *up = breaths_of(BREATH_INHALED, MSEC(300), MSEC(50));
	struct breaths *down = breaths_of(BREATH_INHALED, MSEC(300), MSEC(50));
	struct breath breath;

	feed(up, 0, SEC(6), triangle, MSEC(100), ramp, MSEC(100));
	feed(down, 0, SEC(6), triangle, MSEC(100), falling, MSEC(100));

	CU_ASSERT_FATAL(breaths_next(up, &breath));
	CU_ASSERT(near(breath.drift, 0.05, 1e-9));
	CU_ASSERT_FATAL(breaths_next(down, &breath));
	CU_ASSERT(near(breath.drift, -0.05, 1e-9));
	breaths_free(up);
	breaths_free(down);
}

/* |t - 1.3 s|: at the right delay the least, and the same on either side of it, so not half of nothing. */
static double valley(double t)
{
	return fabs(t - 1.3);
}

static void a_tolerance_counts_where_both_sides_agree(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, MSEC(300), MSEC(100));
	struct breath breath;

	feed(breaths, 0, SEC(6), triangle, MSEC(100), valley, MSEC(100));

	/*
	 * With u from the middle and q = 2 (1 - |u|): the mean of |u| is 1/3. Moved by d it is
	 * 1/3 + d^2 - d^3 / 3, so 0.1 adds 0.01 - 0.000333.
	 */
	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT(near(breath.value, 1.0 / 3, 1e-9));
	CU_ASSERT(near(fabs(breath.drift), 0.01 - 0.001 / 3, 1e-9));
	breaths_free(breaths);
}

/* Over the whole breath, begin to end: of c = t the samples from 0.3 s to 4.3 s. */
static void extremes_are_those_of_the_whole_breath(void)
{
	struct breaths *highest = breaths_of(BREATH_HIGHEST, MSEC(300), MSEC(100));
	struct breaths *lowest = breaths_of(BREATH_LOWEST, MSEC(300), 0);
	struct breath breath;

	feed(highest, 0, SEC(6), triangle, MSEC(100), ramp, MSEC(100));
	feed(lowest, 0, SEC(6), triangle, MSEC(100), ramp, MSEC(100));

	CU_ASSERT_FATAL(breaths_next(highest, &breath));
	CU_ASSERT(near(breath.value, 4.3, 1e-9));
	CU_ASSERT(near(breath.drift, 0.1, 1e-9));
	CU_ASSERT_EQUAL(breath.weight, 1);
	CU_ASSERT_FATAL(breaths_next(lowest, &breath));
	CU_ASSERT(near(breath.value, 0.3, 1e-9));
	breaths_free(highest);
	breaths_free(lowest);
}

static void a_volume_needs_no_other_series(void)
{
	struct breaths *breaths = breaths_of(BREATH_VOLUME, 0, 0);
	struct breath breath;

	feed(breaths, 0, SEC(9), triangle, MSEC(100), NULL, 1);

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT(near(breath.value, 2, 1e-12));
	CU_ASSERT(near(breath.seconds, 2, 1e-9));
	CU_ASSERT_EQUAL(breath.weight, 1);
	CU_ASSERT(breaths_next(breaths, &breath));
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));
	breaths_free(breaths);
}

/* ---- which breaths there are ---- */

/* From the middle of an inhalation: it is none, nor what follows it; the next inhalation begins one. */
static void a_first_partial_breath_is_none(void)
{
	struct breaths *breaths = breaths_of(BREATH_VOLUME, 0, 0);
	struct breath breath;

	feed(breaths, SEC(1), SEC(9), triangle, MSEC(100), NULL, 1);

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT_EQUAL(breath.begin, SEC(4));
	CU_ASSERT_EQUAL(breath.end, SEC(8));
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));
	breaths_free(breaths);
}

/* From just after zero, below the threshold: the beginning was not seen all the same. */
static void a_beginning_that_was_not_seen_is_none(void)
{
	struct breaths *breaths = breaths_of(BREATH_VOLUME, 0, 0);
	struct breath breath;

	feed(breaths, MSEC(100), SEC(9), triangle, MSEC(100), NULL, 1);

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT_EQUAL(breath.begin, SEC(4));
	breaths_free(breaths);
}

/* Noise of +-0.2 with a threshold of 0.25, at rest for 30 s; then a triangle over it. */
static double noisy_rest(double t)
{
	double noise = 0.2 * (fmod(t * 7, 0.3) > 0.15 ? 1 : -1);

	return t < 30 ? noise : triangle(t - 30) + noise / 4;
}

static void noise_around_a_flow_of_nothing_is_no_breath(void)
{
	struct breaths *breaths = breaths_of(BREATH_VOLUME, 0, 0);
	struct breath breath;
	int lost, count;

	feed(breaths, 0, SEC(30), noisy_rest, MSEC(20), NULL, 1);
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));

	/* the machine has shown its zero: breaths at 30, 34, … 46 s, the last under way at 50 s */
	feed(breaths, SEC(30) + MSEC(20), SEC(51), noisy_rest, MSEC(20), NULL, 1);
	count = count_breaths(breaths, &lost);
	CU_ASSERT_EQUAL(count, 5);
	CU_ASSERT_EQUAL(lost, 0);
	breaths_free(breaths);
}

/* A flow that falls to 0.1 and rises again while inhaling: one inhalation, not two. */
static double hesitant(double t)
{
	double u = fmod(t, 4);

	return u > 0.9 && u < 1.1 ? -0.1 : sine(t);
}

static void a_hesitation_within_the_threshold_turns_nothing(void)
{
	struct breaths *breaths = breaths_of(BREATH_VOLUME, 0, 0);
	int lost;

	feed(breaths, 0, SEC(17), hesitant, MSEC(20), NULL, 1);

	CU_ASSERT_EQUAL(count_breaths(breaths, &lost), 4);
	CU_ASSERT_EQUAL(lost, 0);
	breaths_free(breaths);
}

/* Between samples of 0.3 at 0.3 s before zero and after it the crossing lies where the line does. */
static void a_crossing_is_interpolated(void)
{
	struct breaths *breaths = breaths_of(BREATH_VOLUME, 0, 0);
	struct breath breath;

	/* -1 at 0 s and 3 at 1 s: zero at 0.25 s; 3 at 2 s and -3 at 3 s: at 2.5 s; then 0.25 s later */
	static const double FLOW[] = {-1, 3, 3, -3, -1, 3};

	for (int i = 0; i < 6; i++)
		breaths_flow(breaths, SEC(i), FLOW[i]);

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT_EQUAL(breath.begin, MSEC(250));
	CU_ASSERT_EQUAL(breath.turn, MSEC(2500));
	CU_ASSERT_EQUAL(breath.end, MSEC(4250));
	/* 0.75 s x 3 / 2 + 1 s x 3 + 0.5 s x 3 / 2 = 4.875 */
	CU_ASSERT(near(breath.value, 4.875, 1e-12));
	breaths_free(breaths);
}

/* A machine that stands for two minutes at a zero that is off by 0.01: no breath lasts that long. */
static double stops(double t)
{
	return t < 8 ? triangle(t) : t < 128 ? 0.01 : triangle(t - 128) + 0.01;
}

static void a_machine_that_stood_did_not_breathe(void)
{
	struct breaths *breaths = breaths_of(BREATH_VOLUME, 0, 0);
	struct breath breath;

	feed(breaths, 0, SEC(133), stops, MSEC(20), NULL, 1);

	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT_EQUAL(breath.begin, 0);
	CU_ASSERT_FALSE(breath.lost);
	/* nobody saw how the second ended: the flow never rose through the threshold */
	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT_EQUAL(breath.begin, SEC(4));
	CU_ASSERT(breath.lost);
	/* nor how the one at 128 s began: the latest zero was two minutes before */
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));
	breaths_free(breaths);
}

/* ---- what is missing ---- */

static void a_gap_in_the_flow_loses_its_breath_alone(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, 0, 0);
	struct breath breath;

	for (nsec t = 0; t <= SEC(13); t += MSEC(100)) {
		if (t <= SEC(5) || t > MSEC(5600)) /* 600 ms without, of 100 ms each */
			breaths_flow(breaths, t, triangle(nsec_seconds(t)));
		breaths_other(breaths, t, nsec_seconds(t));
	}

	CU_ASSERT(breaths_next(breaths, &breath) && !breath.lost);
	CU_ASSERT(breaths_next(breaths, &breath) && breath.lost);
	CU_ASSERT_EQUAL(breath.begin, SEC(4));
	CU_ASSERT(breaths_next(breaths, &breath) && !breath.lost);
	CU_ASSERT(near(breath.value, 9, 1e-9));
	breaths_free(breaths);
}

/* Five times the median is not more than five times. */
static void five_times_the_usual_distance_is_no_gap(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, 0, 0);
	struct breath breath;

	for (nsec t = 0; t <= SEC(6); t += MSEC(100)) {
		breaths_flow(breaths, t, triangle(nsec_seconds(t)));
		if (t <= SEC(1) || t >= MSEC(1500))
			breaths_other(breaths, t, nsec_seconds(t));
	}

	CU_ASSERT(breaths_next(breaths, &breath) && !breath.lost);
	CU_ASSERT(near(breath.value, 1, 1e-9));
	breaths_free(breaths);
}

static void a_gap_in_the_gas_loses_its_breath_too(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, 0, 0);
	struct breath breath;

	for (nsec t = 0; t <= SEC(9); t += MSEC(100)) {
		breaths_flow(breaths, t, triangle(nsec_seconds(t)));
		if (t <= SEC(3) || t >= MSEC(3600)) /* while exhaling */
			breaths_other(breaths, t, nsec_seconds(t));
	}

	CU_ASSERT(breaths_next(breaths, &breath) && breath.lost);
	CU_ASSERT(breaths_next(breaths, &breath) && !breath.lost);
	breaths_free(breaths);
}

static void a_gas_that_never_comes_loses_its_breath_after_a_minute(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, 0, 0);
	struct breath breath;

	feed(breaths, 0, SEC(64), triangle, MSEC(100), NULL, 1);
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));

	feed(breaths, SEC(64) + MSEC(100), SEC(65), triangle, MSEC(100), NULL, 1);
	CU_ASSERT(breaths_next(breaths, &breath) && breath.lost);
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));
	breaths_free(breaths);
}

/* The analyser's block comes seconds after the flow's: the breath waits for it. */
static void a_breath_waits_for_the_series_that_comes_later(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, MSEC(300), MSEC(100));
	struct breath breath;

	feed(breaths, 0, SEC(9), triangle, MSEC(100), NULL, 1);
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));
	for (nsec t = 0; t <= MSEC(4300); t += MSEC(100))
		breaths_other(breaths, t, nsec_seconds(t));
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));
	breaths_other(breaths, MSEC(4400), 4.4);

	CU_ASSERT(breaths_next(breaths, &breath) && !breath.lost);
	CU_ASSERT(near(breath.value, 1.3, 1e-9));
	breaths_free(breaths);
}

/* Hours of breathing: what was forgotten was not needed, and the last breath is the first again. */
static void hours_of_breaths_are_alike(void)
{
	struct breaths *breaths = breaths_of(BREATH_INHALED, MSEC(300), MSEC(100));
	struct breath breath;
	int count = 0, alike = 0;

	for (nsec t = 0; t <= SEC(3600); t += MSEC(100)) {
		breaths_flow(breaths, t, triangle(nsec_seconds(t)));
		breaths_other(breaths, t, nsec_seconds((t + MSEC(3700)) % SEC(4)));
		while (breaths_next(breaths, &breath)) {
			count++;
			alike += !breath.lost && near(breath.value, 1, 1e-6) &&
				 near(breath.weight, 2, 1e-6);
		}
	}
	/* the last, up to 3600 s, waits for the gas of 3600.4 s and its end for the threshold */
	CU_ASSERT_EQUAL(count, 899);
	CU_ASSERT_EQUAL(alike, 899);
	breaths_free(breaths);
}

static void what_begins_anew_has_seen_nothing(void)
{
	struct breaths *breaths = breaths_of(BREATH_VOLUME, 0, 0);
	struct breath breath;

	feed(breaths, 0, SEC(5), triangle, MSEC(100), NULL, 1);
	breaths_restart(breaths);
	CU_ASSERT_FALSE(breaths_next(breaths, &breath));

	feed(breaths, SEC(2), MSEC(9000), triangle, MSEC(100), NULL, 1);
	CU_ASSERT_FATAL(breaths_next(breaths, &breath));
	CU_ASSERT_EQUAL(breath.begin, SEC(4));
	breaths_free(breaths);
}

static void a_flow_of_nothing_for_ever_finds_nothing(void)
{
	struct breaths *breaths = breaths_of(BREATH_HIGHEST, 0, 0);
	struct breath breath;

	feed(breaths, 0, SEC(600), still, MSEC(100), ramp, MSEC(50));

	CU_ASSERT_FALSE(breaths_next(breaths, &breath));
	breaths_free(breaths);
}

void suite_breath(void)
{
	suite_begin("breath");
	claim(what_is_inhaled_is_weighted_by_flow_and_shifted_by_the_delay);
	claim(a_plain_mean_of_the_trace_is_wrong_and_so_is_a_forgotten_delay);
	claim(what_is_exhaled_is_the_other_half);
	claim(the_product_of_two_lines_is_integrated_exactly);
	claim(two_grids_of_time_are_united);
	claim(a_delay_moves_what_is_seen);
	claim(the_delays_tolerance_is_worth_the_distance_it_makes);
	claim(a_tolerance_counts_where_both_sides_agree);
	claim(extremes_are_those_of_the_whole_breath);
	claim(a_volume_needs_no_other_series);
	claim(a_first_partial_breath_is_none);
	claim(a_beginning_that_was_not_seen_is_none);
	claim(noise_around_a_flow_of_nothing_is_no_breath);
	claim(a_hesitation_within_the_threshold_turns_nothing);
	claim(a_crossing_is_interpolated);
	claim(a_machine_that_stood_did_not_breathe);
	claim(a_gap_in_the_flow_loses_its_breath_alone);
	claim(five_times_the_usual_distance_is_no_gap);
	claim(a_gap_in_the_gas_loses_its_breath_too);
	claim(a_gas_that_never_comes_loses_its_breath_after_a_minute);
	claim(a_breath_waits_for_the_series_that_comes_later);
	claim(hours_of_breaths_are_alike);
	claim(what_begins_anew_has_seen_nothing);
	claim(a_flow_of_nothing_for_ever_finds_nothing);
}

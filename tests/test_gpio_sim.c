/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated lines: outputs, debounced edges, and pulses that are counted over a gate. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "loop/clock.h"
#include "loop/loop.h"
#include "port/gpio_sim.h"
#include "tests/claims.h"

struct rig {
	struct loop *loop;
	struct bench_clock *clock;
	struct gpio_line *line;
	struct timer end;
	int edges; /* also changes of an output */
	bool level;
	nsec edge_at, told_at;
	int counts;
	struct pulse_count count;
	nsec counted_at;
};

static void output_changed(void *ctx, struct gpio_line *line, bool level)
{
	struct rig *rig = ctx;

	CU_ASSERT_PTR_EQUAL(line, rig->line);
	rig->edges++;
	rig->level = level;
}

static void edge_told(void *ctx, bool level, nsec time)
{
	struct rig *rig = ctx;

	rig->edges++;
	rig->level = level;
	rig->edge_at = time;
	rig->told_at = clock_now(rig->clock);
}

static void counted(void *ctx, const struct pulse_count *count)
{
	struct rig *rig = ctx;

	rig->counts++;
	rig->count = *count;
	rig->counted_at = clock_now(rig->clock);
}

static void rig_begin(struct rig *rig, const struct gpio_settings *settings)
{
	struct error err;

	memset(rig, 0, sizeof(*rig));
	rig->loop = loop_new(&err);
	rig->clock = clock_new(rig->loop, CLOCK_KIND_VIRTUAL, 1);
	rig->line = gpio_sim_new(rig->clock, settings, output_changed, rig);
	rig->line->on_edge = edge_told;
	rig->line->ctx = rig;
}

static void rig_end(struct rig *rig)
{
	gpio_close(rig->line);
	clock_free(rig->clock);
	loop_free(rig->loop);
}

static void time_is_up(void *ctx)
{
	loop_quit(ctx);
}

static void rig_run(struct rig *rig, nsec until)
{
	struct error err;

	timer_start(&rig->end, rig->clock, until, TIMER_WAIT, time_is_up, rig->loop);
	CU_ASSERT_EQUAL(loop_run(rig->loop, &err), 0);
}

/* ---- outputs ---- */

static const struct gpio_settings VALVE = {.name = "inlet", .use = GPIO_USE_OUTPUT, .level = true};

static void an_output_begins_at_its_safe_level_without_a_change(void)
{
	struct rig rig;

	rig_begin(&rig, &VALVE);

	CU_ASSERT_TRUE(gpio_get(rig.line));
	CU_ASSERT_EQUAL(rig.edges, 0);
	rig_end(&rig);
}

static void the_world_hears_changes_of_an_output_and_nothing_else(void)
{
	struct rig rig;
	struct error err;

	rig_begin(&rig, &VALVE);
	CU_ASSERT_EQUAL(gpio_set(rig.line, true, &err), 0);
	CU_ASSERT_EQUAL(rig.edges, 0);
	CU_ASSERT_EQUAL(gpio_set(rig.line, false, &err), 0);

	CU_ASSERT_EQUAL(rig.edges, 1);
	CU_ASSERT_FALSE(rig.level);
	CU_ASSERT_FALSE(gpio_get(rig.line));
	rig_end(&rig);
}

static void a_line_does_only_what_it_was_requested_for(void)
{
	static const struct gpio_settings LID = {.name = "lid", .use = GPIO_USE_INPUT};
	struct rig rig;
	struct error err;

	rig_begin(&rig, &LID);

	CU_ASSERT_EQUAL(gpio_set(rig.line, true, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "lid is an input and cannot be set");
	CU_ASSERT_EQUAL(gpio_count(rig.line, SEC(1), counted, &rig, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "lid is no pulse input and cannot be counted");
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	rig_end(&rig);
}

static void many_outputs_are_set_and_one_input_among_them_is_refused_before_any(void)
{
	static const struct gpio_settings OFF = {.name = "motor", .use = GPIO_USE_OUTPUT};
	static const struct gpio_settings LID = {.name = "lid", .use = GPIO_USE_INPUT};
	static const bool LEVELS[] = {true, true, true};
	struct rig rig;
	struct error err;
	struct gpio_line *lines[3];

	rig_begin(&rig, &OFF);
	lines[0] = rig.line;
	lines[1] = gpio_sim_new(rig.clock, &OFF, NULL, NULL);
	lines[2] = gpio_sim_new(rig.clock, &LID, NULL, NULL);

	CU_ASSERT_EQUAL(gpio_set_many(lines, LEVELS, 3, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "lid is an input and cannot be set");
	CU_ASSERT_FALSE(gpio_get(lines[0]) || gpio_get(lines[1]));
	CU_ASSERT_EQUAL(gpio_set_many(lines, LEVELS, 2, &err), 0);
	CU_ASSERT_TRUE(gpio_get(lines[0]) && gpio_get(lines[1]));
	CU_ASSERT_EQUAL(gpio_set_many(lines, LEVELS, 0, &err), 0);
	gpio_close(lines[1]);
	gpio_close(lines[2]);
	rig_end(&rig);
}

/* ---- edges ---- */

static const struct gpio_settings SWITCH = {
	.name = "hood",
	.use = GPIO_USE_INPUT,
	.debounce = MSEC(20),
};

static void an_edge_is_told_when_it_lasted_with_the_time_it_began(void)
{
	struct rig rig;

	rig_begin(&rig, &SWITCH);
	rig_run(&rig, MSEC(100));
	gpio_sim_drive(rig.line, true);
	rig_run(&rig, MSEC(120) - 1);
	CU_ASSERT_EQUAL(rig.edges, 0);
	CU_ASSERT_FALSE(gpio_get(rig.line));
	rig_run(&rig, MSEC(200));

	CU_ASSERT_EQUAL(rig.edges, 1);
	CU_ASSERT_TRUE(rig.level);
	CU_ASSERT_TRUE(gpio_get(rig.line));
	CU_ASSERT_EQUAL(rig.edge_at, MSEC(100));
	CU_ASSERT_EQUAL(rig.told_at, MSEC(120));
	rig_end(&rig);
}

static void a_bounce_is_no_edge(void)
{
	struct rig rig;

	rig_begin(&rig, &SWITCH);
	gpio_sim_drive(rig.line, true);
	rig_run(&rig, MSEC(20) - 1);
	gpio_sim_drive(rig.line, false);
	rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(rig.edges, 0);
	CU_ASSERT_FALSE(gpio_get(rig.line));
	rig_end(&rig);
}

static void an_edge_that_bounces_first_is_told_from_its_last_bounce(void)
{
	struct rig rig;

	rig_begin(&rig, &SWITCH);
	gpio_sim_drive(rig.line, true);
	rig_run(&rig, MSEC(5));
	gpio_sim_drive(rig.line, false);
	rig_run(&rig, MSEC(7));
	gpio_sim_drive(rig.line, true);
	rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(rig.edges, 1);
	CU_ASSERT_EQUAL(rig.edge_at, MSEC(7));
	CU_ASSERT_EQUAL(rig.told_at, MSEC(27));
	rig_end(&rig);
}

static void driving_the_same_level_again_does_not_start_the_debounce_anew(void)
{
	struct rig rig;

	rig_begin(&rig, &SWITCH);
	gpio_sim_drive(rig.line, true);
	rig_run(&rig, MSEC(10));
	gpio_sim_drive(rig.line, true);
	rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(rig.edge_at, 0);
	CU_ASSERT_EQUAL(rig.told_at, MSEC(20));
	rig_end(&rig);
}

static void without_debounce_an_edge_is_told_at_once_but_from_the_loop(void)
{
	static const struct gpio_settings RAW = {.name = "contact", .use = GPIO_USE_INPUT};
	struct rig rig;

	rig_begin(&rig, &RAW);
	rig_run(&rig, MSEC(3));
	gpio_sim_drive(rig.line, true);
	CU_ASSERT_EQUAL(rig.edges, 0);
	rig_run(&rig, MSEC(3));

	CU_ASSERT_EQUAL(rig.edges, 1);
	CU_ASSERT_EQUAL(rig.told_at, MSEC(3));
	rig_end(&rig);
}

static void closes_the_line(void *ctx, bool level, nsec time)
{
	struct rig *rig = ctx;

	edge_told(rig, level, time);
	gpio_close(rig->line);
	rig->line = NULL;
}

static void a_line_may_be_closed_by_whom_it_tells(void)
{
	struct rig rig;

	rig_begin(&rig, &SWITCH);
	rig.line->on_edge = closes_the_line;
	gpio_sim_drive(rig.line, true);
	rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(rig.edges, 1);
	rig_end(&rig);
}

/* ---- pulses ---- */

static const struct gpio_settings PULSE = {.name = "rotor", .use = GPIO_USE_PULSE};

static void rig_count(struct rig *rig, nsec gate)
{
	struct error err;

	CU_ASSERT_EQUAL(gpio_count(rig->line, gate, counted, rig, &err), 0);
}

static void a_steady_frequency_is_counted_within_the_stated_resolution(void)
{
	static const double FREQUENCIES[] = {200, 600, 1000, 333.3, 1.7};

	for (size_t i = 0; i < sizeof(FREQUENCIES) / sizeof(FREQUENCIES[0]); i++) {
		struct rig rig;
		double frequency = FREQUENCIES[i];

		rig_begin(&rig, &PULSE);
		gpio_sim_pulse(rig.line, frequency, 0);
		rig_run(&rig, MSEC(1234));
		rig_count(&rig, SEC(2));
		rig_run(&rig, SEC(10));

		CU_ASSERT_EQUAL(rig.counts, 1);
		CU_ASSERT_EQUAL(rig.counted_at, MSEC(3234));
		CU_ASSERT(fabs(rig.count.frequency - frequency) <= rig.count.resolution);
		CU_ASSERT(rig.count.resolution > 0 && rig.count.resolution < 2e-6 * frequency);
		CU_ASSERT(labs(rig.count.periods - lround(2 * frequency)) <= 2);
		CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_high, 0.5 / frequency, 1.5e-6);
		CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_low, 0.5 / frequency, 1.5e-6);
		rig_end(&rig);
	}
}

static void a_gate_that_opens_with_the_signal_counts_whole_periods(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 1000, 0);
	rig_count(&rig, SEC(1));
	rig_run(&rig, SEC(2));

	CU_ASSERT_EQUAL(rig.count.periods, 999); /* 1000 rising edges, the last at 999 ms */
	CU_ASSERT_DOUBLE_EQUAL(rig.count.frequency, 1000, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.resolution, 1000 * 1e-6 / 0.999, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_high, 500e-6, 1e-12);
	rig_end(&rig);
}

static void a_stopped_line_counts_zero_and_says_what_it_may_have_missed(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	rig_count(&rig, SEC(2));
	rig_run(&rig, SEC(3));

	CU_ASSERT_EQUAL(rig.counts, 1);
	CU_ASSERT_EQUAL(rig.count.frequency, 0);
	CU_ASSERT_EQUAL(rig.count.periods, 0);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.resolution, 0.5, 1e-12);
	CU_ASSERT_EQUAL(rig.count.shortest_high, 0);
	CU_ASSERT_EQUAL(rig.count.shortest_low, 0);
	rig_end(&rig);
}

static void a_single_edge_is_no_frequency(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 1, 0.1);
	rig_run(&rig, MSEC(500));
	rig_count(&rig, SEC(1));
	rig_run(&rig, SEC(3));

	CU_ASSERT_EQUAL(rig.count.frequency, 0);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.resolution, 2, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_high, 0.1, 1e-12);
	rig_end(&rig);
}

static void a_change_within_the_gate_keeps_the_phase_and_counts_all_periods(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 200, 0);
	rig_count(&rig, SEC(1));
	rig_run(&rig, MSEC(501)); /* 100.2 periods */
	gpio_sim_pulse(rig.line, 1000, 0);
	rig_run(&rig, SEC(2));

	/* the 101st rise is 0.8 of a short period after the change, at 501.8 ms; the last at 999.8 ms */
	CU_ASSERT_EQUAL(rig.count.periods, 101 + 498);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.frequency, 599 / 0.9998, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_low, 500e-6, 1e-9);
	rig_end(&rig);
}

static void many_small_steps_lose_no_period(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 600, 0);
	rig_count(&rig, SEC(10));
	for (int i = 1; i < 100; i++) {
		rig_run(&rig, i * MSEC(100));
		gpio_sim_pulse(rig.line, 600, 0);
	}
	rig_run(&rig, SEC(11));

	CU_ASSERT_EQUAL(rig.count.periods, 5999);
	CU_ASSERT(fabs(rig.count.frequency - 600) <= rig.count.resolution);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_high, 1 / 1200.0, 1.5e-6);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_low, 1 / 1200.0, 1.5e-6);
	rig_end(&rig);
}

static void a_line_that_stops_within_the_gate_counts_what_came_before(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 1000, 0);
	rig_count(&rig, SEC(1));
	rig_run(&rig, USEC(100250));
	gpio_sim_pulse(rig.line, 0, 0);
	rig_run(&rig, SEC(2));

	CU_ASSERT_EQUAL(rig.count.periods, 100);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.frequency, 1000, 1e-9);
	CU_ASSERT_TRUE(gpio_get(rig.line)); /* it stopped a quarter into a period */
	rig_end(&rig);
}

static void the_high_time_is_kept_at_any_frequency(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 200, 150e-6);
	rig_count(&rig, SEC(1));
	rig_run(&rig, MSEC(502));
	gpio_sim_pulse(rig.line, 1000, 150e-6);
	rig_run(&rig, SEC(2));

	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_high, 150e-6, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_low, 850e-6, 1e-9);
	rig_end(&rig);
}

static void a_longer_high_time_does_not_make_a_second_edge_in_one_period(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 10, 0.02);
	rig_count(&rig, SEC(1));
	rig_run(&rig, MSEC(530)); /* low since 520 ms */
	gpio_sim_pulse(rig.line, 10, 0.05);
	rig_run(&rig, SEC(2));

	CU_ASSERT_EQUAL(rig.count.periods, 9);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.frequency, 10, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_high, 0.02, 1e-9);
	rig_end(&rig);
}

static void impossible_signals_are_bent_to_possible_ones(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 1000, 5);
	rig_count(&rig, MSEC(100));
	rig_run(&rig, MSEC(200));
	CU_ASSERT_DOUBLE_EQUAL(rig.count.shortest_low, 1e-6, 1e-12);
	gpio_sim_pulse(rig.line, 1e12, 0);
	rig_count(&rig, MSEC(100));
	rig_run(&rig, MSEC(400));
	CU_ASSERT_DOUBLE_EQUAL(rig.count.frequency, 500e3, rig.count.resolution);
	gpio_sim_pulse(rig.line, NAN, 0);
	rig_count(&rig, MSEC(100));
	rig_run(&rig, MSEC(600));

	CU_ASSERT_EQUAL(rig.count.frequency, 0);
	rig_end(&rig);
}

static void a_line_is_counted_once_at_a_time_and_then_again(void)
{
	struct rig rig;
	struct error err;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 200, 0);
	rig_count(&rig, SEC(1));
	CU_ASSERT_EQUAL(gpio_count(rig.line, SEC(1), counted, &rig, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "rotor is being counted already");
	rig_run(&rig, SEC(2));
	rig_count(&rig, SEC(1));
	rig_run(&rig, SEC(4));

	CU_ASSERT_EQUAL(rig.counts, 2);
	CU_ASSERT_EQUAL(rig.counted_at, SEC(3));
	CU_ASSERT_DOUBLE_EQUAL(rig.count.frequency, 200, 1e-9);
	rig_end(&rig);
}

static void a_closed_line_drops_its_count(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 200, 0);
	rig_count(&rig, SEC(1));
	gpio_close(rig.line);
	rig.line = NULL;
	rig_run(&rig, SEC(2));

	CU_ASSERT_EQUAL(rig.counts, 0);
	rig_end(&rig);
}

static void a_count_that_lost_edges_says_so_and_the_next_one_does_not(void)
{
	struct rig rig;

	rig_begin(&rig, &PULSE);
	gpio_sim_pulse(rig.line, 1000, 0);
	rig_count(&rig, SEC(1));
	gpio_sim_lose(rig.line);
	rig_run(&rig, SEC(1));
	CU_ASSERT_TRUE(rig.count.lost);

	rig_count(&rig, SEC(1));
	rig_run(&rig, SEC(3));
	CU_ASSERT_EQUAL(rig.counts, 2);
	CU_ASSERT_FALSE(rig.count.lost);
	rig_end(&rig);
}

void suite_gpio_sim(void)
{
	suite_begin("gpio_sim");
	claim(an_output_begins_at_its_safe_level_without_a_change);
	claim(the_world_hears_changes_of_an_output_and_nothing_else);
	claim(a_line_does_only_what_it_was_requested_for);
	claim(many_outputs_are_set_and_one_input_among_them_is_refused_before_any);
	claim(an_edge_is_told_when_it_lasted_with_the_time_it_began);
	claim(a_bounce_is_no_edge);
	claim(an_edge_that_bounces_first_is_told_from_its_last_bounce);
	claim(driving_the_same_level_again_does_not_start_the_debounce_anew);
	claim(without_debounce_an_edge_is_told_at_once_but_from_the_loop);
	claim(a_line_may_be_closed_by_whom_it_tells);
	claim(a_steady_frequency_is_counted_within_the_stated_resolution);
	claim(a_gate_that_opens_with_the_signal_counts_whole_periods);
	claim(a_count_that_lost_edges_says_so_and_the_next_one_does_not);
	claim(a_stopped_line_counts_zero_and_says_what_it_may_have_missed);
	claim(a_single_edge_is_no_frequency);
	claim(a_change_within_the_gate_keeps_the_phase_and_counts_all_periods);
	claim(many_small_steps_lose_no_period);
	claim(a_line_that_stops_within_the_gate_counts_what_came_before);
	claim(the_high_time_is_kept_at_any_frequency);
	claim(a_longer_high_time_does_not_make_a_second_edge_in_one_period);
	claim(impossible_signals_are_bent_to_possible_ones);
	claim(a_line_is_counted_once_at_a_time_and_then_again);
	claim(a_closed_line_drops_its_count);
}

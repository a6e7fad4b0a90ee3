/* SPDX-License-Identifier: Apache-2.0 */
/* Edges of real inputs: when they were, what bounces, who shares them, and what is lost. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/claims.h"
#include "tests/rig/gpio_rig.h"

/*
 * How late the rig's kernel may stamp an edge: its processors are threads of a busy machine. A claim
 * about an instant holds between before the pull and this after it.
 */
#define LATE MSEC(50)
#define DEBOUNCE MSEC(100)
#define LONG MSEC(400) /* where the machine's pauses must be no part of it */

static struct gpio_wire contact(int line, nsec debounce)
{
	struct gpio_wire wire = rig_wire(line, GPIO_USE_INPUT, false);

	wire.settings.debounce = debounce;
	return wire;
}

static nsec bench_now(struct gpio_rig *rig)
{
	return clock_at(rig->clock, machine_now());
}

/* Pull, and the bench time before it. */
static nsec pull(struct gpio_rig *rig, int line, bool high)
{
	nsec before = bench_now(rig);

	rig_pull(rig->chip, line, high);
	return before;
}

/* ---- times ---- */

static void an_edge_has_the_time_at_which_the_kernel_saw_it(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, 0);
	struct heard heard;
	nsec before[2], after[2];

	gpio_rig_begin(&rig);
	heard_listen(&heard, &rig, gpio_rig_open(&rig, &wire));
	for (int i = 0; i < 2; i++) {
		before[i] = pull(&rig, 3, i == 0);
		after[i] = bench_now(&rig);
		be_busy(MSEC(30)); /* the loop comes late, the stamp does not */
	}
	gpio_rig_run(&rig, MSEC(20));

	CU_ASSERT_EQUAL_FATAL(heard.edges, 2);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(heard.level[i], i == 0);
		CU_ASSERT(heard.time[i] >= before[i] && heard.time[i] < after[i] + LATE);
	}
	CU_ASSERT_EQUAL(heard.faults, 0);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

static void a_debounced_edge_is_told_late_with_the_time_it_began(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, DEBOUNCE);
	struct heard heard;
	nsec before;

	gpio_rig_begin(&rig);
	heard_listen(&heard, &rig, gpio_rig_open(&rig, &wire));
	before = pull(&rig, 3, true);
	gpio_rig_run(&rig, MSEC(250));

	CU_ASSERT_EQUAL_FATAL(heard.edges, 1);
	CU_ASSERT_TRUE(heard.level[0]);
	CU_ASSERT_TRUE(gpio_get(heard.line));
	CU_ASSERT(heard.time[0] >= before && heard.time[0] < before + LATE);
	CU_ASSERT(heard.told[0] >= heard.time[0] + DEBOUNCE);
	CU_ASSERT(heard.told[0] < heard.time[0] + DEBOUNCE + LATE);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

static void a_bounce_is_no_edge_and_the_last_one_begins_it(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, LONG);
	struct heard heard;
	nsec before = 0;

	gpio_rig_begin(&rig);
	heard_listen(&heard, &rig, gpio_rig_open(&rig, &wire));
	for (int i = 0; i < 5; i++) {
		before = pull(&rig, 3, true);
		gpio_rig_run(&rig, MSEC(10));
		CU_ASSERT_FALSE(gpio_get(heard.line));
		if (i < 4)
			pull(&rig, 3, false);
		gpio_rig_run(&rig, MSEC(2));
	}
	gpio_rig_run(&rig, 2 * LONG);

	CU_ASSERT_EQUAL_FATAL(heard.edges, 1);
	CU_ASSERT(heard.time[0] >= before && heard.time[0] < before + LATE);
	pull(&rig, 3, false);
	gpio_rig_run(&rig, MSEC(10));
	pull(&rig, 3, true);
	gpio_rig_run(&rig, 2 * LONG);
	CU_ASSERT_EQUAL(heard.edges, 1);
	CU_ASSERT_EQUAL(heard.faults, 0);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

static void a_loop_that_was_busy_tells_the_same_as_one_that_was_not(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, LONG);
	struct heard heard;
	nsec up, down;

	gpio_rig_begin(&rig);
	heard_listen(&heard, &rig, gpio_rig_open(&rig, &wire));
	up = pull(&rig, 3, true);
	be_busy(2 * LONG);
	down = pull(&rig, 3, false);
	be_busy(2 * LONG);
	pull(&rig, 3, true);
	be_busy(MSEC(5));
	pull(&rig, 3, false);
	be_busy(2 * LONG);
	gpio_rig_run(&rig, 2 * LONG);

	CU_ASSERT_EQUAL_FATAL(heard.edges, 2);
	CU_ASSERT(heard.level[0] && heard.time[0] >= up && heard.time[0] < up + LATE);
	CU_ASSERT(!heard.level[1] && heard.time[1] >= down && heard.time[1] < down + LATE);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

static void a_scaled_bench_has_its_own_time_of_an_edge(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, SEC(1)); /* 100 ms of the machine's time */
	struct heard heard;
	nsec before;

	gpio_rig_begin_scaled(&rig, 10);
	heard_listen(&heard, &rig, gpio_rig_open(&rig, &wire));
	before = pull(&rig, 3, true);
	gpio_rig_run(&rig, SEC(3));

	CU_ASSERT_EQUAL_FATAL(heard.edges, 1);
	CU_ASSERT(heard.time[0] >= before && heard.time[0] < before + 10 * LATE);
	CU_ASSERT(heard.told[0] >= heard.time[0] + SEC(1));
	CU_ASSERT(heard.told[0] < heard.time[0] + SEC(1) + 10 * LATE);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

/* ---- levels at the beginning ---- */

static void an_input_that_is_not_as_expected_says_so_after_its_debounce(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, DEBOUNCE);
	struct heard heard, quiet;
	nsec before, after;

	gpio_rig_begin(&rig);
	rig_pull(rig.chip, 3, true);
	before = bench_now(&rig);
	heard_listen(&heard, &rig, gpio_rig_open(&rig, &wire));
	after = bench_now(&rig);
	wire.active_low = true;
	heard_listen(&quiet, &rig, gpio_rig_open(&rig, &wire));
	CU_ASSERT_FALSE(gpio_get(heard.line));
	gpio_rig_run(&rig, MSEC(250));

	CU_ASSERT_EQUAL_FATAL(heard.edges, 1);
	CU_ASSERT_TRUE(gpio_get(heard.line));
	CU_ASSERT(heard.time[0] >= before && heard.time[0] <= after);
	CU_ASSERT_EQUAL(quiet.edges, 0);
	CU_ASSERT_FALSE(gpio_get(quiet.line));
	gpio_close(heard.line);
	gpio_close(quiet.line);
	gpio_rig_end(&rig);
}

static void without_debounce_it_says_so_at_once_but_from_the_loop(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, 0);
	struct heard heard;

	gpio_rig_begin(&rig);
	rig_pull(rig.chip, 3, true);
	heard_listen(&heard, &rig, gpio_rig_open(&rig, &wire));
	CU_ASSERT_EQUAL(heard.edges, 0);
	gpio_rig_run(&rig, MSEC(20));

	CU_ASSERT_EQUAL(heard.edges, 1);
	CU_ASSERT_TRUE(heard.level[0]);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

/* ---- sharing ---- */

static void an_input_may_be_shared_by_slots_with_their_own_clocks_and_polarity(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, DEBOUNCE);
	struct bench_clock *late;
	struct heard first, second;
	struct gpio_line *line;

	gpio_rig_begin(&rig);
	be_busy(MSEC(50));
	late = clock_new(rig.loop, CLOCK_KIND_REAL, 1);
	heard_listen(&first, &rig, gpio_rig_open(&rig, &wire));
	wire.active_low = true;
	wire.settings.level = true;
	snprintf(wire.where, sizeof(wire.where), "rig-3");
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, late, &wire, 1, &line, &rig.err), 0);
	heard_listen(&second, &rig, line);

	pull(&rig, 3, true);
	gpio_rig_run(&rig, MSEC(250));
	CU_ASSERT(first.edges == 1 && first.level[0]);
	CU_ASSERT(second.edges == 1 && !second.level[0]);
	CU_ASSERT(first.time[0] - second.time[0] >= MSEC(50));
	CU_ASSERT_EQUAL(clock_machine(rig.clock, first.time[0]),
			clock_machine(late, second.time[0]));

	gpio_close(first.line);
	pull(&rig, 3, false);
	gpio_rig_run(&rig, MSEC(250));
	CU_ASSERT_EQUAL(first.edges, 1);
	CU_ASSERT_EQUAL(second.edges, 2);
	gpio_close(second.line);
	clock_free(late);
	gpio_rig_end(&rig);
}

static void whoever_shares_may_hang_up_while_being_told(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, 0);
	struct heard heard[3];

	gpio_rig_begin(&rig);
	for (int i = 0; i < 3; i++) {
		heard_listen(&heard[i], &rig, gpio_rig_open(&rig, &wire));
		heard[i].hangs_up = i != 1;
	}
	pull(&rig, 3, true);
	gpio_rig_run(&rig, MSEC(20));
	pull(&rig, 3, false);
	gpio_rig_run(&rig, MSEC(20));

	CU_ASSERT_EQUAL(heard[0].edges, 1);
	CU_ASSERT_EQUAL(heard[1].edges, 2);
	CU_ASSERT_EQUAL(heard[2].edges, 1);
	heard[1].hangs_up = true;
	pull(&rig, 3, true);
	gpio_rig_run(&rig, MSEC(20));
	CU_ASSERT_EQUAL(heard[1].edges, 3);
	gpio_rig_end(&rig);
}

/* In which order things were told. */
struct hurry {
	struct gpio_line *line;
	int *told;
	int first, then;
};

static void told_first(void *ctx, bool level)
{
	struct hurry *hurry = ctx;

	CU_ASSERT(level);
	++*hurry->told;
	if (!hurry->first)
		hurry->first = *hurry->told;
}

static void told_then(void *ctx, bool level, nsec time)
{
	struct hurry *hurry = ctx;

	(void)level;
	(void)time;
	hurry->then = ++*hurry->told;
}

static void nobody_is_told_before_everybody_has_done_what_cannot_wait(void)
{
	static const nsec DEBOUNCES[] = {0, DEBOUNCE};

	for (int d = 0; d < 2; d++) {
		struct gpio_rig rig;
		struct gpio_wire wire = contact(3, DEBOUNCES[d]);
		struct hurry hurry[3];
		int told = 0;

		gpio_rig_begin(&rig);
		for (int i = 0; i < 3; i++) {
			hurry[i] = (struct hurry){gpio_rig_open(&rig, &wire), &told, 0, 0};
			hurry[i].line->on_first = told_first;
			hurry[i].line->on_edge = told_then;
			hurry[i].line->ctx = &hurry[i];
		}
		pull(&rig, 3, true);
		gpio_rig_run(&rig, MSEC(250));

		for (int i = 0; i < 3; i++) {
			CU_ASSERT(hurry[i].first >= 1 && hurry[i].first <= 3);
			CU_ASSERT(hurry[i].then > 3);
			gpio_close(hurry[i].line);
		}
		gpio_rig_end(&rig);
	}
}

static void those_who_share_agree_about_the_bias(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, 0);
	struct gpio_line *line, *other;
	char text[160];

	gpio_rig_begin(&rig);
	line = gpio_rig_open(&rig, &wire);
	wire.bias = GPIO_BIAS_PULL_UP;

	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, &wire, 1, &other, &rig.err), -1);
	CU_ASSERT_EQUAL(rig.err.kind, ERROR_USAGE);
	snprintf(text, sizeof(text),
		 "line3: line 3 of %s (rig) has another user, who wants another bias",
		 rig_chip_name(rig.chip));
	CU_ASSERT_STRING_EQUAL(rig.err.text, text);
	gpio_close(line);
	gpio_rig_end(&rig);
}

/* ---- too much ---- */

static void flood_while_the_loop_is_busy(struct gpio_rig *rig, int line)
{
	static struct puller puller;

	puller_start(&puller, rig->chip, line, 0, 0);
	while (puller.edges < MORE_THAN_ANYBODY_KEEPS)
		be_busy(MSEC(1));
	puller_stop(&puller);
	rig_pull(rig->chip, line, true);
}

static void lost_edges_are_told_and_the_level_is_right_afterwards(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, 0);
	struct heard raw, debounced;

	gpio_rig_begin(&rig);
	heard_listen(&raw, &rig, gpio_rig_open(&rig, &wire));
	wire.settings.debounce = DEBOUNCE;
	heard_listen(&debounced, &rig, gpio_rig_open(&rig, &wire));
	flood_while_the_loop_is_busy(&rig, 3);
	gpio_rig_run(&rig, MSEC(250));

	CU_ASSERT(raw.faults > 0);
	CU_ASSERT_STRING_EQUAL(raw.why,
			       "edges came faster than they could be taken, and some are lost");
	CU_ASSERT(debounced.faults > 0);
	CU_ASSERT_TRUE(gpio_get(raw.line));
	CU_ASSERT_TRUE(gpio_get(debounced.line));
	gpio_close(raw.line);
	gpio_close(debounced.line);
	gpio_rig_end(&rig);
}

static void a_fault_may_close_its_line(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = contact(3, 0);
	struct heard heard[2];

	gpio_rig_begin(&rig);
	for (int i = 0; i < 2; i++)
		heard_listen(&heard[i], &rig, gpio_rig_open(&rig, &wire));
	flood_while_the_loop_is_busy(&rig, 3);
	heard[0].hangs_up = heard[1].hangs_up = true;
	gpio_rig_run(&rig, MSEC(50));

	CU_ASSERT_PTR_NULL(heard[0].line);
	CU_ASSERT_PTR_NULL(heard[1].line);
	gpio_rig_end(&rig);
}

static void ticked(void *ctx)
{
	struct heard *heard = ctx;

	heard->counts++;
}

static void a_flood_leaves_everybody_else_his_turn(void)
{
	struct gpio_rig rig;
	struct gpio_wire flooded = contact(3, DEBOUNCE), wire = contact(4, MSEC(10));
	struct heard flood, heard;
	struct puller puller;
	struct timer tick = {0};
	nsec before;

	gpio_rig_begin(&rig);
	heard_listen(&flood, &rig, gpio_rig_open(&rig, &flooded));
	heard_listen(&heard, &rig, gpio_rig_open(&rig, &wire));
	puller_start(&puller, rig.chip, 3, 0, 0);
	gpio_rig_run(&rig, MSEC(50));
	before = pull(&rig, 4, true);
	for (int i = 0; i < 50; i++) {
		timer_start(&tick, rig.clock, clock_now(rig.clock) + MSEC(5), TIMER_POLL, ticked,
			    &heard);
		gpio_rig_run(&rig, MSEC(6));
	}
	puller_stop(&puller);
	timer_stop(&tick);

	CU_ASSERT(puller.edges > 300);
	CU_ASSERT_EQUAL(heard.edges, 1);
	CU_ASSERT(heard.time[0] >= before && heard.time[0] < before + 4 * LATE);
	CU_ASSERT_EQUAL(heard.counts, 50);
	CU_ASSERT_EQUAL(heard.faults, 0);
	gpio_close(flood.line);
	gpio_close(heard.line);
	gpio_rig_end(&rig);
}

/* ---- a chip that goes ---- */

static void a_chip_that_vanishes_is_told_to_each_of_its_lines_once(void)
{
	struct gpio_rig rig;
	struct gpio_wire wires[3];
	struct gpio_line *lines[3];
	struct heard heard[3];
	char gone_text[160], set_text[160];
	nsec gone;

	gpio_rig_begin(&rig);
	snprintf(gone_text, sizeof(gone_text), "its GPIO chip, %s (rig), has vanished",
		 rig_chip_name(rig.chip));
	snprintf(set_text, sizeof(set_text),
		 "line0: line 0 of %s (rig) cannot be set: No such device",
		 rig_chip_name(rig.chip));
	wires[0] = rig_wire(0, GPIO_USE_OUTPUT, false);
	wires[1] = contact(1, MSEC(20));
	wires[2] = rig_wire(2, GPIO_USE_PULSE, false);
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 3, lines, &rig.err), 0);
	for (int i = 0; i < 3; i++)
		heard_listen(&heard[i], &rig, lines[i]);
	CU_ASSERT_EQUAL(gpio_count(lines[2], MSEC(250), heard_count, &heard[2], &rig.err), 0);
	gpio_rig_run(&rig, MSEC(50));

	gone = machine_now();
	rig_chip_unplug(rig.chip);
	gpio_rig_run(&rig, MSEC(400));

	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(heard[i].faults, 1);
		CU_ASSERT_STRING_EQUAL(heard[i].why, gone_text);
		CU_ASSERT(heard[i].fault_at - gone < MSEC(100) + 2 * LATE);
	}
	CU_ASSERT_EQUAL(heard[1].edges, 0);
	CU_ASSERT(heard[2].counts == 1 && heard[2].count.lost);
	CU_ASSERT_EQUAL(gpio_set(lines[0], true, &rig.err), -1);
	CU_ASSERT_EQUAL(rig.err.kind, ERROR_OS);
	CU_ASSERT_STRING_EQUAL(rig.err.text, set_text);
	CU_ASSERT_EQUAL(gpio_count(lines[2], SEC(1), heard_count, &heard[2], &rig.err), -1);
	for (int i = 0; i < 3; i++)
		gpio_close(lines[i]);
	rig_chip_plug(rig.chip);
	gpio_rig_end(&rig);
}

static void a_chip_that_came_back_is_another_one(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = rig_wire(0, GPIO_USE_OUTPUT, true);
	struct heard old;
	struct gpio_line *line;

	gpio_rig_begin(&rig);
	heard_listen(&old, &rig, gpio_rig_open(&rig, &wire));
	rig_chip_unplug(rig.chip);
	gpio_rig_run(&rig, MSEC(200));
	rig_chip_plug(rig.chip);
	gpio_rig_run(&rig, MSEC(200));
	CU_ASSERT_EQUAL(old.faults, 1);
	CU_ASSERT_EQUAL(gpio_set(old.line, false, &rig.err), -1);

	line = gpio_rig_open(&rig, &wire);
	CU_ASSERT_TRUE(rig_value(rig.chip, 0));
	CU_ASSERT_EQUAL(gpio_set(line, false, &rig.err), 0);
	CU_ASSERT_FALSE(rig_value(rig.chip, 0));
	gpio_close(old.line);
	CU_ASSERT_EQUAL(gpio_set(line, true, &rig.err), 0);
	CU_ASSERT_TRUE(rig_value(rig.chip, 0));
	gpio_close(line);
	gpio_rig_end(&rig);
}

static void a_line_may_be_closed_when_it_hears_that_its_chip_is_gone(void)
{
	struct gpio_rig rig;
	struct gpio_wire wires[3];
	struct gpio_line *lines[3];
	struct heard heard[3];

	gpio_rig_begin(&rig);
	wires[0] = rig_wire(0, GPIO_USE_OUTPUT, false);
	wires[1] = wires[2] = contact(1, 0);
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 3, lines, &rig.err), 0);
	for (int i = 0; i < 3; i++) {
		heard_listen(&heard[i], &rig, lines[i]);
		heard[i].hangs_up = true;
	}
	rig_chip_unplug(rig.chip);
	gpio_rig_run(&rig, MSEC(200));

	for (int i = 0; i < 3; i++)
		CU_ASSERT(heard[i].faults == 1 && !heard[i].line);
	rig_chip_plug(rig.chip);
	gpio_rig_end(&rig);
}

void suite_gpio_inputs(void)
{
	suite_begin("gpio_inputs");
	claim(an_edge_has_the_time_at_which_the_kernel_saw_it);
	claim(a_debounced_edge_is_told_late_with_the_time_it_began);
	claim(a_bounce_is_no_edge_and_the_last_one_begins_it);
	claim(a_loop_that_was_busy_tells_the_same_as_one_that_was_not);
	claim(a_scaled_bench_has_its_own_time_of_an_edge);
	claim(an_input_that_is_not_as_expected_says_so_after_its_debounce);
	claim(without_debounce_it_says_so_at_once_but_from_the_loop);
	claim(an_input_may_be_shared_by_slots_with_their_own_clocks_and_polarity);
	claim(whoever_shares_may_hang_up_while_being_told);
	claim(nobody_is_told_before_everybody_has_done_what_cannot_wait);
	claim(those_who_share_agree_about_the_bias);
	claim(lost_edges_are_told_and_the_level_is_right_afterwards);
	claim(a_fault_may_close_its_line);
	claim(a_flood_leaves_everybody_else_his_turn);
	claim(a_chip_that_vanishes_is_told_to_each_of_its_lines_once);
	claim(a_chip_that_came_back_is_another_one);
	claim(a_line_may_be_closed_when_it_hears_that_its_chip_is_gone);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slots [--real-time] COUNT PROGRAM STATE PROTOCOL SECONDS [DISTURBING_PROTOCOL]: that many runs at once in
 * one controller's loop, in real time, each sampling at 10 Hz; how late their samples were asked for. With
 * --real-time the loop has the priority that a controller has over real wires (run/guardian.c).
 *
 * With a disturbing protocol one more run executes that while the others last; when it was ended, it is
 * ordered again at once, but no more than once a second, as a person at the bench could. Lateness is read from
 * the journals: when each question was asked, against a schedule of 100 ms laid through the earliest of them.
 * What was asked before all runs had been up for a second does not count: starting a process takes the loop
 * milliseconds. All processes may run on any processor.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/process.h"
#include "run/run.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/lateness.h"

enum { SLOTS_MOST = 65 };

struct slot_run {
	const char *protocol;
	bool disturbs;
	struct planning *planning;
	struct run *run;
	struct timer again;
	nsec ordered; /* by the loop's real clock */
	nsec began;   /* when its bench clock was 0 */
	char *id;
};

static struct {
	struct loop *loop;
	struct writer *writer;
	const char *program, *state, *seconds;
	struct slot_run slot[SLOTS_MOST];
	size_t count, left;
	nsec all_up;	/* from then on lateness counts */
	long disturbed; /* runs of the disturbing protocol */
} bench;

static void begin(void *ctx);

static void give_up(const struct error *err)
{
	fprintf(stderr, "slots: %s\n", err->text);
	exit(1);
}

static void ended(void *ctx, enum verdict verdict, const struct value *summary)
{
	struct slot_run *slot = ctx;

	if (slot->disturbs) {
		bench.disturbed++;
		timer_start(&slot->again, loop_real_clock(bench.loop), slot->ordered + SEC(1),
			    TIMER_WAIT, begin, slot);
		return;
	}
	if (verdict != VERDICT_PASS)
		fprintf(stderr, "slots: %s: %s\n", verdict_name(verdict),
			value_get_text(summary, "why"));
	if (--bench.left == 0)
		loop_quit(bench.loop);
}

static void planned(void *ctx, struct plan *plan, const struct error *err)
{
	struct slot_run *slot = ctx;
	struct run_place place = {.loop = bench.loop,
				  .writer = bench.writer,
				  .program = bench.program,
				  .state = bench.state,
				  .cpu = -1};
	struct run_handlers handlers = {.ended = ended};
	struct error wrong;

	if (err)
		give_up(err);
	slot->run = run_start(&place, plan, &handlers, slot, &wrong);
	if (!slot->run)
		give_up(&wrong);
	slot->began = figure_now();
	if (!slot->disturbs)
		bench.all_up = slot->began + SEC(1);
	free(slot->id);
	slot->id = xstrdup(run_id(slot->run));
}

static struct order *make_order(const struct slot_run *slot)
{
	struct value *value = value_map();
	struct error err;
	struct order *order;

	value_set_text(value, "protocol", slot->protocol);
	value_set_bool(value, "simulated", true);
	value_set_text(value, "clock", "real");
	value_set_int(value, "slot", slot - bench.slot + 1);
	if (!slot->disturbs)
		value_set_text(value_set(value, "params", value_map()), "time", bench.seconds);
	order = order_from_value(value, &err);
	value_free(value);
	if (!order)
		give_up(&err);
	return order;
}

static void begin(void *ctx)
{
	struct slot_run *slot = ctx;

	run_free(slot->run);
	slot->run = NULL;
	planning_free(slot->planning);
	slot->ordered = clock_now(loop_real_clock(bench.loop));
	slot->planning = planning_start(bench.loop, bench.program, make_order(slot), planned, slot);
}

/* ---- the journals ---- */

static void read_journal(const struct slot_run *slot)
{
	char *folder = xprintf("%s/runs/%s", bench.state, slot->id);

	lateness_read(folder, bench.all_up - slot->began);
	free(folder);
}

static void print_all(nsec processor, nsec wall)
{
	lateness_print();
	figure_print("controller_processor_share", nsec_seconds(processor) / nsec_seconds(wall));
	figure_print("controller_pss_kib", (double)figure_footprint(getpid()).proportional);
	figure_print("real_time", sched_getscheduler(0) != SCHED_OTHER);
	figure_print("disturbing_runs", (double)bench.disturbed);
}

static void add_slot(const char *protocol, bool disturbs)
{
	bench.slot[bench.count++] = (struct slot_run){.protocol = protocol, .disturbs = disturbs};
}

static void clean_up(void)
{
	for (size_t i = 0; i < bench.count; i++) {
		timer_stop(&bench.slot[i].again);
		run_free(bench.slot[i].run);
		planning_free(bench.slot[i].planning);
		free(bench.slot[i].id);
	}
	writer_free(bench.writer);
	loop_free(bench.loop);
}

int main(int argc, char **argv)
{
	bool real_time = argc > 1 && !strcmp(argv[1], "--real-time");
	struct error err;
	nsec processor, began;
	int good;

	argc -= real_time;
	argv += real_time;
	good = argc > 5 ? atoi(argv[1]) : 0;
	if (good < 1 || good >= SLOTS_MOST) {
		fprintf(stderr,
			"slots [--real-time] COUNT PROGRAM STATE PROTOCOL SECONDS [DISTURBING]\n");
		return 2;
	}
	bench.program = argv[2];
	bench.state = argv[3];
	bench.seconds = argv[5];
	for (int i = 0; i < good; i++)
		add_slot(argv[4], false);
	if (argc > 6)
		add_slot(argv[6], true);
	bench.left = (size_t)good;

	bench.loop = loop_new(&err);
	bench.writer = bench.loop ? writer_new(bench.loop, &err) : NULL;
	if (!bench.writer)
		give_up(&err);
	if (real_time)
		process_act_promptly(1);
	for (size_t i = 0; i < bench.count; i++)
		begin(&bench.slot[i]);
	processor = figure_processor();
	began = figure_now();
	if (loop_run(bench.loop, &err) < 0)
		give_up(&err);
	processor = figure_processor() - processor;
	began = figure_now() - began;
	for (size_t i = 0; i < (size_t)good; i++)
		read_journal(&bench.slot[i]);
	print_all(processor, began);
	clean_up();
	return 0;
}

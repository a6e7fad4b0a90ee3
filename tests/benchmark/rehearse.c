/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rehearse TIMES CPU PROGRAM STATE PROTOCOL [PARAMETER=VALUE …]: one order, carried out in this process
 * again and again in virtual time, and what it took.
 *
 * Prints one "name value" a line: medians of the times, and the largest memory seen. The memory of a
 * process is looked at when the run starts a step, at most a hundred times, and when it is judged.
 * After the first time the journal is read back for what went over the wires (tests/benchmark/wires.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "run/rehearsal.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/wires.h"

enum { TIMES_MOST = 64, LOOKS_MOST = 100 };

static struct {
	nsec began, first_step;
	struct run *run;
	long steps;
	struct footprint controller, runner, world;
} now;

static struct {
	double first_step[TIMES_MOST], wall[TIMES_MOST], processor[TIMES_MOST];
	double bench_time;
} seen;

static void keep_largest(struct footprint *largest, int pid)
{
	struct footprint one = figure_footprint(pid);

	if (one.resident > largest->resident)
		largest->resident = one.resident;
	if (one.proportional > largest->proportional)
		largest->proportional = one.proportional;
	if (one.peak > largest->peak)
		largest->peak = one.peak;
}

static void look_at_memory(void)
{
	keep_largest(&now.controller, getpid());
	keep_largest(&now.runner, run_runner_pid(now.run));
	keep_largest(&now.world, run_world_pid(now.run));
}

static void started(void *ctx, struct run *run)
{
	(void)ctx;
	now.run = run;
}

/* Only the first time looks at memory, so that the others are not slowed by it. */
static void event(void *ctx, const struct value *event)
{
	const bool *look = ctx;
	const char *name = value_get_text(event, "event");

	if (!name || strcmp(name, "step") != 0)
		return;
	if (now.steps++ == 0)
		now.first_step = figure_now() - now.began;
	if (*look && now.run && (now.steps <= LOOKS_MOST || now.steps % 100 == 0))
		look_at_memory();
}

static struct order *make_order(char **argument)
{
	struct value *value = value_map();
	struct value *params = value_set(value, "params", value_map());
	struct error err;
	struct order *order;

	value_set_text(value, "protocol", argument[0]);
	value_set_bool(value, "simulated", true);
	while (*++argument) {
		char *name = xstrdup(*argument);
		char *equals = strchr(name, '=');

		if (equals) {
			*equals = '\0';
			value_set_text(params, name, equals + 1);
		}
		free(name);
	}
	order = order_from_value(value, &err);
	value_free(value);
	if (!order)
		fprintf(stderr, "rehearse: %s\n", err.text);
	return order;
}

static int rehearse_once(const struct rehearsal_place *place, char **arguments, int time)
{
	struct order *order = make_order(arguments);
	struct rehearsal rehearsal;
	bool look = time == 0;
	nsec processor = figure_processor();
	struct error err;

	if (!order)
		return -1;
	now.run = NULL;
	now.steps = 0;
	now.began = figure_now();
	if (rehearse(place, order, event, started, &look, &rehearsal, &err) < 0) {
		fprintf(stderr, "rehearse: %s\n", err.text);
		return -1;
	}
	seen.wall[time] = nsec_seconds(figure_now() - now.began);
	seen.processor[time] = nsec_seconds(figure_processor() - processor);
	seen.first_step[time] = nsec_seconds(now.first_step);
	seen.bench_time = nsec_seconds(rehearsal.bench_time);
	if (time == 0) {
		printf("verdict %s\n", verdict_name(rehearsal.verdict));
		printf("why %s\n", value_get_text(rehearsal.summary, "why"));
		wires_print(place->state, value_get_text(rehearsal.summary, "run"));
	}
	value_free(rehearsal.summary);
	return 0;
}

static void print_memory(const char *name, const struct footprint *footprint)
{
	printf("%s_rss_kib %ld\n%s_pss_kib %ld\n%s_peak_kib %ld\n", name, footprint->resident, name,
	       footprint->proportional, name, footprint->peak);
}

static void print_all(size_t times)
{
	figure_print("first_step_ms", 1e3 * figure_quantile(seen.first_step, times, 0.5));
	figure_print("wall_ms", 1e3 * figure_quantile(seen.wall, times, 0.5));
	figure_print("processor_ms", 1e3 * figure_quantile(seen.processor, times, 0.5));
	figure_print("bench_s", seen.bench_time);
	print_memory("controller", &now.controller);
	print_memory("runner", &now.runner);
	print_memory("world", &now.world);
}

int main(int argc, char **argv)
{
	struct rehearsal_place place = {0};
	int times = argc > 5 ? atoi(argv[1]) : 0;

	if (times < 1 || times > TIMES_MOST) {
		fprintf(stderr, "rehearse TIMES CPU PROGRAM STATE PROTOCOL [PARAMETER=VALUE …]\n");
		return 2;
	}
	place.cpu = atoi(argv[2]);
	place.program = argv[3];
	place.state = argv[4];
	figure_pin(place.cpu);
	for (int time = 0; time < times; time++)
		if (rehearse_once(&place, argv + 5, time) < 0)
			return 1;
	print_all((size_t)times);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns TURNS PROGRAM: how many turns a second between a controller and a world that has nothing to do,
 * both on one processor, and each on its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/benchmark/figures.h"
#include "wire/peer.h"

static const char WORLD[] = "return world { advance = function() end }";

static struct {
	struct loop *loop;
	struct peer *peer;
	long left;
	nsec began;
	long turns;
} bench;

static void frame(void *ctx, const struct frame *frame)
{
	(void)ctx;
	if (frame->type == FRAME_FAILED)
		fprintf(stderr, "turns: %s\n", value_get_text(frame->payload, "text"));
}

/* The first turn is the start. */
static void idle(void *ctx)
{
	struct value *payload = value_map();

	(void)ctx;
	if (bench.left == bench.turns)
		bench.began = figure_now();
	if (bench.left-- == 0) {
		loop_quit(bench.loop);
	} else {
		value_set_int(payload, "to", 0);
		peer_add(bench.peer, FRAME_ADVANCE, 0, payload);
		peer_flush(bench.peer);
	}
	value_free(payload);
}

static void ended(void *ctx, const char *why)
{
	(void)ctx;
	fprintf(stderr, "turns: the world %s\n", why);
	exit(1);
}

static struct value *start_of_world(void)
{
	struct value *start = value_map();

	value_set_text(start, "mode", "world");
	value_set_text(start, "world", "w.lua");
	value_set(start, "simulators", value_map());
	value_set_int(start, "seed", 1);
	value_set_real(start, "severity", 1);
	value_set(start, "dut", value_map());
	value_set(start, "inputs", value_list());
	value_set(start, "outputs", value_map());
	return start;
}

static int measure(const char *name, char *program, int cpu)
{
	static const struct peer_handlers HANDLERS = {frame, idle, ended};
	char *argv[] = {program, NULL};
	struct value *start = start_of_world();
	struct error err;

	bench.loop = loop_new(&err);
	bench.left = bench.turns;
	bench.peer = bench.loop ? peer_start(bench.loop, loop_real_clock(bench.loop), argv, cpu,
					     &HANDLERS, NULL, &err)
				: NULL;
	if (!bench.peer) {
		fprintf(stderr, "turns: %s\n", err.text);
		return 1;
	}
	peer_add_source(bench.peer, "w.lua", WORLD, strlen(WORLD));
	peer_add(bench.peer, FRAME_START, 0, start);
	peer_flush(bench.peer);
	value_free(start);
	loop_run(bench.loop, &err);
	figure_print(name, (double)bench.turns / nsec_seconds(figure_now() - bench.began));
	peer_free(bench.peer);
	loop_free(bench.loop);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "turns TURNS PROGRAM\n");
		return 2;
	}
	bench.turns = atol(argv[1]);
	figure_pin(0);
	if (measure("turns_one_core_per_s", argv[2], 0) != 0)
		return 1;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return 0;
	return measure("turns_two_cores_per_s", argv[2], 1);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What davy rig refuses before it takes a wire: a bench that could be taken for a real one, a station that
 * does not say what is at its wires' ends. What it then does on wires is claimed in tests/rig.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/far_slot.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define STATION(rig)                                                                               \
	"return station { name = 'a bench', slots = { slot { 1, fixture = 'mini',\n"               \
	"  ports = { bus = '/dev/ttyS1' },\n"                                                      \
	"  lines = { valve = 'sim:0', purge = 'sim:1', vent = 'sim:2', motor = 'sim:3',\n"         \
	"    lid = 'sim:4', stop = 'sim:5', pulses = 'sim:6' },\n"                                 \
	"  " rig " } } }\n"
#define FAR STATION("rig = { ports = { bus = '/dev/ttyS2' } }")

/* A twin of mini_meter whose answer to who it is is this Lua expression. */
#define TWIN(identity)                                                                             \
	"return simulator { id = 'mini_meter', bus = 'modbus', registers = {\n"                    \
	"  { input = 0, as = 'f32', read = function(w) return w.pressure end },\n"                 \
	"  { holding = 0x0100, as = 'string[8]', read = function(w) return " identity              \
	" end } } }\n"

struct stage {
	struct bench bench;
	struct loop *loop;
	struct far_slot *rig;
	bool plays;
	struct error err; /* why it failed, or kind 0 */
};

static void plays(void *ctx, struct far_slot *rig)
{
	struct stage *stage = ctx;

	(void)rig;
	stage->plays = true;
	loop_quit(stage->loop);
}

static void says(void *ctx, struct far_slot *rig, const char *text)
{
	(void)ctx;
	(void)rig;
	(void)text;
}

static void failed(void *ctx, struct far_slot *rig, const struct error *err)
{
	struct stage *stage = ctx;

	(void)rig;
	stage->err = *err;
	loop_quit(stage->loop);
}

/* The small bench with this station, and a twin of its own if there is one. */
static void stage_open(struct stage *stage, const char *station, const char *twin)
{
	memset(stage, 0, sizeof(*stage));
	bench_open(&stage->bench);
	bench_put(&stage->bench, "station.lua", station);
	if (twin)
		bench_put(&stage->bench, "fixtures/drivers/mini_meter/twin.lua", twin);
}

/* Start the rig and wait for what becomes of it. */
static void stage_play(struct stage *stage, const char *fault)
{
	static const struct far_slot_handlers HANDLERS = {plays, says, failed};
	struct order *order =
		bench_order(&stage->bench, &(struct mini_order){.body = "", .fault = fault});
	struct error err;

	order->station = xprintf("%s/station.lua", stage->bench.folder);
	order->clock = CLOCK_KIND_REAL;
	stage->loop = loop_new(&err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage->loop);
	stage->rig = far_slot_open(stage->loop, stage->bench.program, order, &HANDLERS, stage);
	CU_ASSERT_EQUAL(loop_run(stage->loop, &err), 0);
}

static void play(struct stage *stage, const char *station, const char *twin, const char *fault)
{
	stage_open(stage, station, twin);
	stage_play(stage, fault);
}

/* It is not played, and this is in the reason. */
static bool is_refused(struct stage *stage, const char *part)
{
	bool is = !stage->plays && stage->err.kind && strstr(stage->err.text, part);

	if (!is)
		printf("        it was: %s\n", stage->plays ? "it plays" : stage->err.text);
	far_slot_close(stage->rig);
	loop_free(stage->loop);
	bench_close(&stage->bench);
	return is;
}

static void a_twin_that_does_not_say_sim_is_refused(void)
{
	struct stage stage;

	play(&stage, FAR, NULL, NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "meter: its twin calls itself 'MINI 1', which a run on "
					  "these wires would take for a real instrument"));
}

/* SIM is a word of its own, and no part of another. */
static void a_simpson_meter_is_no_simulated_one(void)
{
	struct stage stage;

	play(&stage, FAR, TWIN("'MINISIM'"), NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "calls itself 'MINISIM'"));
	play(&stage, FAR, TWIN("'SIMPSON'"), NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "calls itself 'SIMPSON'"));
}

static void one_real_name_among_simulated_ones_is_refused(void)
{
	struct stage stage;

	play(&stage, FAR, TWIN("w.device == 'meter' and 'MINI SIM' or 'MINI 7'"), NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "specimen: its twin calls itself 'MINI 7'"));
}

static void a_twin_that_does_not_know_the_question_is_refused(void)
{
	struct stage stage;

	play(&stage, FAR,
	     "return simulator { id = 'mini_meter', bus = 'modbus', registers = {\n"
	     "  { input = 0, as = 'f32', read = function(w) return w.pressure end } } }\n",
	     NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "meter: what its twin says when it is asked who it is"));
}

/* Its only devices have no identity that could be asked for. */
static void a_bench_where_nobody_can_say_it_is_refused(void)
{
	struct stage stage;

	stage_open(&stage, FAR, TWIN("'MINI SIM'"));
	bench_put(&stage.bench, "fixtures/drivers/mini_meter/driver.lua",
		  "return driver { id = 'mini_meter', bus = 'modbus',\n"
		  "  reads = { pressure = { input = 0, as = 'f32', unit = 'Pa' } },\n"
		  "  writes = { drive = { holding = 16, as = 'u16', unit = 'Pa' },\n"
		  "    trim = { holding = 17, as = 'u16', unit = 'Pa' } } }\n");
	stage_play(&stage, NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "no device of fixture mini can say who it is"));
}

static void a_port_without_a_far_end_is_refused(void)
{
	struct stage stage;

	play(&stage, STATION(""), NULL, NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "bus: the station does not say what is at its other end: "
					  "rig = { ports = { bus = \"/dev/…\" } }"));
}

static void a_world_that_breaks_at_its_start_says_so(void)
{
	struct stage stage;

	play(&stage, FAR, TWIN("error('the twin broke')"), NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "the simulated world failed"));
	CU_ASSERT_PTR_NOT_NULL(strstr(stage.err.text, "the twin broke"));
}

/* All who can say so have said so: then, and not before, it reaches for the wires. */
static void a_bench_that_says_sim_gets_as_far_as_its_wires(void)
{
	struct stage stage;

	play(&stage, FAR, TWIN("'MINI SIM'"), NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "slot 1: lid: 'sim:4'"));
}

static void a_fault_that_the_world_lacks_is_refused(void)
{
	struct stage stage;

	play(&stage, FAR, TWIN("'MINI SIM'"), "no_such");
	CU_ASSERT_TRUE(is_refused(&stage, "knows no fault 'no_such'"));
}

static void a_slot_that_the_station_lacks_is_refused(void)
{
	struct stage stage;

	play(&stage, "return station { slots = { slot { 2, fixture = 'mini' } } }", NULL, NULL);
	CU_ASSERT_TRUE(is_refused(&stage, "has no slot 1"));
}

void suite_far_slot(void)
{
	suite_begin("far_slot");
	claim(a_twin_that_does_not_say_sim_is_refused);
	claim(a_simpson_meter_is_no_simulated_one);
	claim(one_real_name_among_simulated_ones_is_refused);
	claim(a_twin_that_does_not_know_the_question_is_refused);
	claim(a_bench_where_nobody_can_say_it_is_refused);
	claim(a_port_without_a_far_end_is_refused);
	claim(a_world_that_breaks_at_its_start_says_so);
	claim(a_bench_that_says_sim_gets_as_far_as_its_wires);
	claim(a_fault_that_the_world_lacks_is_refused);
	claim(a_slot_that_the_station_lacks_is_refused);
}

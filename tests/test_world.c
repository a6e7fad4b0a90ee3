/* SPDX-License-Identifier: Apache-2.0 */
/* A world kept in step with a virtual clock: a real one in davy-lua, and what it tells when. */
#include <stdlib.h>
#include <string.h>

#include "run/world.h"
#include "tests/cell.h"
#include "tests/claims.h"
#include "tests/clock_rig.h"

struct stage {
	struct clock_rig *rig;
	struct world *world;
};

/* "alarm:1@300 " or "beat:203@400 " */
static void note_lines(void *ctx, const struct value *lines)
{
	struct stage *stage = ctx;

	for (size_t i = 0; i < value_count(lines); i++) {
		const struct value *level = value_at(lines, i);

		buf_printf(&stage->rig->diary, "%s:%g@%lld ", value_key(lines, i),
			   level->kind == VALUE_BOOL ? level->truth : level->real,
			   (long long)(clock_now(stage->rig->clock) / MSEC(1)));
	}
}

/* "module/1:17.5@300 " */
static void note_streams(void *ctx, const struct value *streams)
{
	struct stage *stage = ctx;

	for (size_t i = 0; i < value_count(streams); i++) {
		const struct value *said = value_at(streams, i);

		buf_printf(&stage->rig->diary, "%s/%lld:%s@%lld ", value_get_text(said, "device"),
			   (long long)value_get_int(said, "index", 0), value_get_text(said, "text"),
			   (long long)(clock_now(stage->rig->clock) / MSEC(1)));
	}
}

static void note_ready(void *ctx)
{
	struct stage *stage = ctx;

	buf_clear(&stage->rig->diary); /* how it begins is another claim */
}

static void note_end(void *ctx, const char *why)
{
	struct stage *stage = ctx;

	buf_printf(&stage->rig->diary, "%s ", why);
}

static struct value *start_of(const char *source)
{
	struct value *start = value_map();
	struct value *inputs = value_list();

	value_add(inputs, value_text("beat"));
	value_add(inputs, value_text("alarm"));
	value_set_text(start, "mode", "world");
	value_set_text(start, "world", source);
	value_set(start, "simulators", value_map());
	value_set_int(start, "seed", 1);
	value_set_real(start, "severity", 1);
	value_set(start, "dut", value_map());
	value_set(start, "inputs", inputs);
	value_set(start, "outputs", value_map());
	return start;
}

/*
 * A world whose `advance(w, dt, lines)` has this body; `w.t` is its step's time in ms. With `twin`: a
 * device "clerk" on a line, whose streams these are.
 */
static void stage_init_with(struct stage *stage, const char *body, const char *twin)
{
	static const struct world_handlers HANDLERS = {note_lines, note_streams, note_ready,
						       note_end};
	char *program = cell_program();
	struct buf text;
	struct value *start = start_of("w.lua");

	buf_init(&text);
	buf_printf(&text,
		   "return world { state = { t = -100 }, advance = function(w, dt, lines) "
		   "w.t = w.t + 100 %s end }",
		   body);
	struct buf simulator;

	buf_init(&simulator);
	buf_printf(&simulator, "return simulator { id = 's', bus = 'line', streams = { %s } }",
		   twin ? twin : "");
	if (twin)
		value_set_text((struct value *)value_get(start, "simulators"), "clerk", "s.lua");
	struct source_file sources[] = {{"w.lua", text.data, text.size},
					{"s.lua", simulator.data, simulator.size}};

	stage->rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	stage->world =
		world_start(stage->rig->loop, stage->rig->clock, program, -1, MSEC(100), start,
			    sources, twin ? 2 : 1, &HANDLERS, stage, &stage->rig->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage->world);
	value_free(start);
	buf_done(&text);
	buf_done(&simulator);
	free(program);
}

static void stage_init(struct stage *stage, const char *body)
{
	stage_init_with(stage, body, NULL);
}

static void stage_done(struct stage *stage)
{
	world_free(stage->world);
	clock_rig_free(stage->rig);
}

static void pulses_change_at_their_own_instants_before_the_next_timer(void)
{
	struct stage stage;

	stage_init(&stage, "lines.alarm = false lines.beat = 200 + w.t / 100");
	clock_rig_note(stage.rig, 0, "poll", MSEC(350), TIMER_POLL);
	clock_rig_run(stage.rig, MSEC(450));

	check_diary(stage.rig, "beat:201@100 beat:202@200 beat:203@300 poll@350 beat:204@400 ");
	stage_done(&stage);
}

static void an_edge_comes_at_its_own_instant_after_the_pulses_before_it(void)
{
	struct stage stage;

	stage_init(&stage, "lines.alarm = w.t >= 200 lines.beat = 200 + w.t // 100 % 2");
	clock_rig_run(stage.rig, MSEC(350));

	check_diary(stage.rig, "beat:201@100 alarm:1@200 beat:200@200 beat:201@300 ");
	stage_done(&stage);
}

/* Between its steps the clock moves without the world; that must not cost it a step. */
static void a_timer_between_two_steps_delays_no_edge(void)
{
	struct stage stage;

	stage_init(&stage, "lines.alarm = w.t >= 300 lines.beat = 0");
	clock_rig_note(stage.rig, 0, "a", MSEC(250), TIMER_POLL);
	clock_rig_note(stage.rig, 1, "b", MSEC(310), TIMER_POLL);
	clock_rig_run(stage.rig, MSEC(350));

	check_diary(stage.rig, "a@250 alarm:1@300 b@310 ");
	stage_done(&stage);
}

/* 16 minutes with a change at each step: many answers, none lost. */
static void more_pulses_than_one_answer_holds_are_all_told(void)
{
	struct stage stage;
	size_t told = 0;

	stage_init(&stage, "lines.alarm = false lines.beat = 1 + w.t");
	clock_rig_run(stage.rig, SEC(1000));

	for (const char *at = stage.rig->diary.data; (at = strchr(at, '@')); at++)
		told++;
	CU_ASSERT_EQUAL(told, 10000);
	stage_done(&stage);
}

static void what_a_device_says_by_itself_comes_at_its_instant(void)
{
	struct stage stage;

	stage_init_with(&stage, "lines.alarm = w.t >= 400 lines.beat = w.t",
			"{ 'Z', every = '200 ms', function(w) return 'at ' .. w.t end }");
	clock_rig_note(stage.rig, 0, "poll", MSEC(200), TIMER_POLL);
	clock_rig_run(stage.rig, MSEC(450));

	check_diary(stage.rig, "beat:100@100 beat:200@200 clerk/1:at 200@200 poll@200 "
			       "beat:300@300 alarm:1@400 beat:400@400 clerk/1:at 400@400 ");
	stage_done(&stage);
}

static void a_device_may_have_nothing_to_say(void)
{
	struct stage stage;

	stage_init_with(
		&stage, "lines.alarm = false lines.beat = 0",
		"{ 'Z', every = '100 ms', function(w) return w.t == 300 and 'x' or nil end },"
		"{ 'Y', every = '100 ms', function(w) return w.device end }");
	clock_rig_run(stage.rig, MSEC(350));

	check_diary(stage.rig,
		    "clerk/2:clerk@100 clerk/2:clerk@200 clerk/1:x@300 clerk/2:clerk@300 ");
	stage_done(&stage);
}

/* The whole first turn fails, and its sentence names the stream. */
static void check_world_fails(const char *twin, const char *why)
{
	struct stage stage;

	stage_init_with(&stage, "lines.alarm = false lines.beat = 0", twin);
	clock_rig_run(stage.rig, MSEC(250));

	CU_ASSERT_PTR_NOT_NULL(strstr(stage.rig->diary.data, why));
	stage_done(&stage);
}

static void a_stream_that_cannot_be_kept_ends_the_world(void)
{
	check_world_fails(
		"{ 'Z', every = '250 ms', function(w) return 'x' end }",
		"simulator of clerk: stream 1: every is 250 ms, which is no whole number of "
		"the world's steps of 100 ms");
	check_world_fails("{ 'Z', every = '0 s', function(w) return 'x' end }", "every is 0 s");
	check_world_fails("{ 'Z', function(w) return 'x' end }", "stream 1: every");
	check_world_fails("{ 'Z', every = '1 s' }", "stream 1 needs function(w)");
	check_world_fails("{ 'Z', every = '100 ms', function(w) error('worn out') end }",
			  "worn out");
}

void suite_world(void)
{
	suite_begin("world");
	claim(pulses_change_at_their_own_instants_before_the_next_timer);
	claim(an_edge_comes_at_its_own_instant_after_the_pulses_before_it);
	claim(a_timer_between_two_steps_delays_no_edge);
	claim(more_pulses_than_one_answer_holds_are_all_told);
	claim(what_a_device_says_by_itself_comes_at_its_instant);
	claim(a_device_may_have_nothing_to_say);
	claim(a_stream_that_cannot_be_kept_ends_the_world);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows its setting. The bench has one feed, a flow that takes on its setting at once ("good"),
 * after 1.5 s ("slow"), never ("stuck"), until 5 s have passed ("dry"), or 3 Pa too high ("leaks"); its
 * clock has a grid of 100 ms, and the feed answers within a few milliseconds.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "run/replay.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/slot_rig.h"

static const char WORLD[] = "return world {\n"
			    "  grid = '100 ms',\n"
			    "  state = { time = 0, set = 0, was = 0, since = 0, lag = 0, dries = "
			    "math.huge, more = 0 },\n"
			    "  advance = function(w, dt, lines)\n"
			    "    w.time = w.time + dt\n"
			    "    local reached = w.time >= w.since + w.lag and w.set or w.was\n"
			    "    w.flow = w.time < w.dries and reached + w.more or 0\n"
			    "    lines.stop = true\n"
			    "  end,\n"
			    "  faults = {\n"
			    "    slow  = { title = 'slow', function(w) w.lag = 1.5 end },\n"
			    "    stuck = { title = 'stuck', function(w) w.lag = math.huge end },\n"
			    "    dry   = { title = 'dry', function(w) w.dries = 5 end },\n"
			    "    leaks = { title = 'leaks', function(w) w.more = 3 end },\n"
			    "  },\n"
			    "}\n";

static const char DRIVER[] =
	"return driver {\n"
	"  id = 'mini_feed', bus = 'modbus', framing = { within = '100 ms', retries = 2 },\n"
	"  reads = { flow = { input = 0, as = 'f32', unit = 'Pa' },\n"
	"            heat = { input = 2, as = 'f32', unit = 'K' } },\n"
	"  writes = { setpoint = { holding = 16, as = 'u16', unit = 'Pa' },\n"
	"             other = { holding = 17, as = 'u16', unit = 'Pa' } },\n"
	"}\n";

static const char TWIN[] = "return simulator {\n"
			   "  id = 'mini_feed', bus = 'modbus', delay = '2 ms',\n"
			   "  registers = {\n"
			   "    { input = 0, as = 'f32', read = function(w) return w.flow end },\n"
			   "    { input = 2, as = 'f32', read = function(w) return 300 end },\n"
			   "    { holding = 16, as = 'u16', write = function(w, value)\n"
			   "      w.was, w.set, w.since = w.flow, value, w.time end },\n"
			   "    { holding = 17, as = 'u16', write = function() end },\n"
			   "  },\n"
			   "}\n";

/* The fixture's text with these fields in the device and these channels; the caller frees it. */
static char *fixture_text(const char *device, const char *channels)
{
	return xprintf("return fixture {\n"
		       "  id = 'mini', title = 'A bench for claims', suits = { 'mini' },\n"
		       "  ports = { bus = serial { '19200 8N1' } },\n"
		       "  devices = { feed = device { 'mini_feed', port = 'bus', %s } },\n"
		       "  lines = { stop = contact {} }, estop = 'stop',\n"
		       "  channels = { %s },\n"
		       "  world = 'mini/world.lua',\n"
		       "}\n",
		       device, channels);
}

#define FOLLOWS "read = 'flow', write = 'setpoint', after = '2 s', "

static void open_rig(struct slot_rig *rig, const char *fault, const char *follows)
{
	char *device = xprintf("follows = { " FOLLOWS "%s }", follows);
	char *fixture = fixture_text(device, "");
	const struct bench_file files[] = {
		{"fixtures/mini/fixture.lua", fixture},
		{"fixtures/mini/world.lua", WORLD},
		{"fixtures/drivers/mini_feed/driver.lua", DRIVER},
		{"fixtures/drivers/mini_feed/twin.lua", TWIN},
		{NULL, NULL},
	};

	slot_rig_open(rig, fault, files);
	free(fixture);
	free(device);
}

static int flow_of(const struct slot_rig *rig)
{
	return fixture_find_channel(rig->plan->fixture, "feed.flow");
}

static void a_setting_that_is_followed_is_left_alone(void)
{
	struct slot_rig rig;

	open_rig(&rig, NULL, "within = '5 Pa'");
	slot_rig_set(&rig, "feed", "setpoint", 100);

	slot_rig_wait(&rig, SEC(10));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	CU_ASSERT_EQUAL(rig.value[flow_of(&rig)], 100);
	slot_rig_close(&rig);
}

static void the_guard_asks_by_itself_from_the_first_setting_on(void)
{
	struct slot_rig rig;

	open_rig(&rig, NULL, "within = '5 Pa'");
	slot_rig_wait(&rig, SEC(10));
	CU_ASSERT_EQUAL(rig.samples[flow_of(&rig)], 0);

	slot_rig_set(&rig, "feed", "setpoint", 100);
	slot_rig_wait(&rig, SEC(10));

	CU_ASSERT_EQUAL(rig.samples[flow_of(&rig)], 20);
	slot_rig_close(&rig);
}

static void a_setting_that_is_not_followed_trips_with_its_sentence(void)
{
	struct slot_rig rig;

	open_rig(&rig, "dry", "within = '5 Pa', else_says = 'the bottle is empty'");
	slot_rig_set(&rig, "feed", "setpoint", 100);

	slot_rig_wait(&rig, MSEC(4900) - clock_now(rig.clock));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, MSEC(700));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR,
				   "feed: flow is 0 Pa and does not follow its setpoint 100 Pa: "
				   "the bottle is empty"));
	slot_rig_close(&rig);
}

static void what_follows_has_its_patience(void)
{
	struct slot_rig rig;

	open_rig(&rig, "slow", "within = '5 Pa'");
	slot_rig_set(&rig, "feed", "setpoint", 100);

	slot_rig_wait(&rig, SEC(10));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

static void a_new_setting_begins_the_patience_anew(void)
{
	struct slot_rig rig;
	nsec second;

	open_rig(&rig, "stuck", "within = '5 Pa'");
	slot_rig_set(&rig, "feed", "setpoint", 100);
	slot_rig_wait(&rig, MSEC(1900));
	slot_rig_set(&rig, "feed", "setpoint", 200);
	second = clock_now(rig.clock);

	slot_rig_wait(&rig, MSEC(1990));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, second + MSEC(2600) - clock_now(rig.clock));

	CU_ASSERT(
		slot_rig_tripped(&rig, VERDICT_ERROR, "follow its setpoint 200 Pa: not supplied"));
	slot_rig_close(&rig);
}

static void another_setting_of_the_device_begins_nothing(void)
{
	struct slot_rig rig;

	open_rig(&rig, "leaks", "within = '1 Pa'");
	slot_rig_set(&rig, "feed", "other", 100);

	slot_rig_wait(&rig, SEC(10));

	CU_ASSERT_EQUAL(rig.tripped, 0);
	CU_ASSERT_EQUAL(rig.samples[flow_of(&rig)], 0);
	slot_rig_close(&rig);
}

static void a_share_is_of_the_setting(void)
{
	struct slot_rig rig;

	open_rig(&rig, "leaks", "within = '1 Pa + 2 %'"); /* 3 Pa: 1 Pa + 2 Pa at 100 Pa */
	slot_rig_set(&rig, "feed", "setpoint", 100);
	slot_rig_wait(&rig, SEC(5));
	CU_ASSERT_EQUAL(rig.tripped, 0);

	slot_rig_set(&rig, "feed", "setpoint", 99);
	slot_rig_wait(&rig, SEC(5));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "flow is 102 Pa"));
	slot_rig_close(&rig);
}

static void a_share_alone_says_nothing_of_zero(void)
{
	struct slot_rig rig;

	open_rig(&rig, "leaks", "within = '2 %'");
	slot_rig_set(&rig, "feed", "setpoint", 0);
	slot_rig_wait(&rig, SEC(5));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);

	open_rig(&rig, "leaks", "within = '1 Pa + 2 %'");
	slot_rig_set(&rig, "feed", "setpoint", 0);
	slot_rig_wait(&rig, SEC(5));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "does not follow its setpoint 0 Pa"));
	slot_rig_close(&rig);
}

/* ---- whole runs ---- */

static void open_bench(struct bench *bench, const char *device, const char *channels)
{
	char *fixture = fixture_text(device, channels);

	bench_open(bench);
	bench_put(bench, "fixtures/mini/fixture.lua", fixture);
	bench_put(bench, "fixtures/mini/world.lua", WORLD);
	bench_put(bench, "fixtures/drivers/mini_feed/driver.lua", DRIVER);
	bench_put(bench, "fixtures/drivers/mini_feed/twin.lua", TWIN);
	free(fixture);
}

#define FOLLOWING "follows = { " FOLLOWS "within = '5 Pa' }"

static void a_run_whose_stimulus_is_gone_is_an_error_and_replays(void)
{
	struct bench bench;
	struct replay replay;
	struct error err;

	open_bench(&bench, FOLLOWING, "");
	bench_run(&bench, .fault = "dry",
		  .body = "fx.feed:set { setpoint = '100 Pa' } wait '10 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "feed: flow is 0 Pa and does not follow"));
	CU_ASSERT_EQUAL(replay_run(bench.journal, bench.program, &replay, &err), 0);
	CU_ASSERT_EQUAL(replay.verdict, VERDICT_ERROR);
	CU_ASSERT(replay.samples > 5);
	value_free(replay.summary);
	bench_close(&bench);
}

static void a_channel_of_the_fixture_is_used_where_there_is_one(void)
{
	struct bench bench;
	struct plan *plan;

	open_bench(&bench, FOLLOWING, "flow = { from = 'feed.flow', every = '100 ms' }");
	plan = bench_plan(&bench, .body = "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);

	CU_ASSERT_EQUAL(plan->fixture->channel_count, 2); /* and the contact */
	CU_ASSERT_STRING_EQUAL(plan->fixture->channel[plan->fixture->follow[0].channel].name,
			       "flow");
	plan_free(plan);
	bench_close(&bench);
}

static void scripts_do_not_see_the_channel_of_the_guard(void)
{
	struct bench bench;

	open_bench(&bench, FOLLOWING, "");
	bench_run(&bench, .body = "m.x = fx['feed.flow']:read()");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "feed.flow"));
	bench_close(&bench);
}

static void check_refused(const char *device, const char *part)
{
	struct bench bench;
	struct plan *plan;

	open_bench(&bench, device, "");
	plan = bench_plan(&bench, .body = "");
	CU_ASSERT(bench_refused(&bench, part));
	plan_free(plan);
	bench_close(&bench);
}

static void the_device_under_test_follows_no_rule_of_the_bench(void)
{
	check_refused("dut = true, " FOLLOWING,
		      "a FAIL, which a measure of the protocol has to find");
}

static void a_rule_that_cannot_be_kept_is_refused_by_name(void)
{
	check_refused("follows = { read = 'pull', write = 'setpoint', within = '1 Pa' }",
		      "device 'feed': follows: its driver has no read 'pull'");
	check_refused("follows = { read = 'flow', write = 'point', within = '1 Pa' }",
		      "its driver has no write 'point'");
	check_refused("follows = { read = 'heat', write = 'setpoint', within = '1 K' }",
		      "heat is in K and setpoint in Pa: one cannot follow the other");
	check_refused("follows = { read = 'flow', write = 'setpoint' }", "needs `within`");
	check_refused("follows = { " FOLLOWS "within = '1 K' }", "'1 K' is not in Pa");
	check_refused("follows = { " FOLLOWS "within = '0 Pa' }", "more than nothing");
	check_refused("follows = { " FOLLOWS "within = '-1 Pa' }", "more than nothing");
	check_refused("follows = { " FOLLOWS "within = '1 Pa', whence = 'x' }",
		      "has no field 'whence'");
	check_refused("follows = { { " FOLLOWS "within = '1 Pa' }, 7 }",
		      "fixture.lua:1: devices.feed: follows is followed by a table");
}

void suite_follow(void)
{
	suite_begin("follow");
	claim(a_setting_that_is_followed_is_left_alone);
	claim(the_guard_asks_by_itself_from_the_first_setting_on);
	claim(a_setting_that_is_not_followed_trips_with_its_sentence);
	claim(what_follows_has_its_patience);
	claim(a_new_setting_begins_the_patience_anew);
	claim(another_setting_of_the_device_begins_nothing);
	claim(a_share_is_of_the_setting);
	claim(a_share_alone_says_nothing_of_zero);
	claim(a_run_whose_stimulus_is_gone_is_an_error_and_replays);
	claim(a_channel_of_the_fixture_is_used_where_there_is_one);
	claim(scripts_do_not_see_the_channel_of_the_guard);
	claim(the_device_under_test_follows_no_rule_of_the_bench);
	claim(a_rule_that_cannot_be_kept_is_refused_by_name);
}

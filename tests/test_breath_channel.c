/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breath channels: what a fixture may write, and what a replay says of breaths that are not those of
 * their sources.
 */
#include <math.h>
#include <string.h>

#include "run/breath_channel.h"
#include "run/replay_breath.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

static struct error err;

static const char DRIVERS[] = "{'m':{'id':'m','bus':'modbus','reads':{"
			      "'flow':{'input':0,'as':'f32','unit':'L/min','digit':0.1},"
			      "'state':{'input':4,'as':'f32','unit':'L/min BTPS'},"
			      "'gas':{'input':2,'as':'f32','unit':'%vol','digit':0.01}}}}";

/* A fixture with channels q (flow), c (gas, 240 ms late) and this one, b. */
static struct fixture *compile(const char *b)
{
	char json[1024];
	struct value *value, *drivers = said(DRIVERS);
	struct fixture *fixture;

	snprintf(json, sizeof(json),
		 "{'id':'f','ports':{'bus':{'settings':'9600 8N1'}},"
		 "'devices':{'m':{'driver':'m','port':'bus','unit':1}},"
		 "'lines':{'lid':{'kind':'contact'}},"
		 "'channels':{'b':%s,'c':{'from':'m.gas','delay':'240 ms','within':'20 ms'},"
		 "'q':{'from':'m.flow'},'w':{'from':'m.state'}}}",
		 b);
	value = said(json);
	err.text[0] = '\0';
	fixture = fixture_compile(value, drivers, "f.lua", &err);
	value_free(value);
	value_free(drivers);
	return fixture;
}

static struct fixture *sound(const char *b)
{
	struct fixture *fixture = compile(b);

	if (!fixture)
		CU_FAIL_FATAL(err.text);
	return fixture;
}

static void check_refused(const char *b, const char *why)
{
	struct fixture *fixture = compile(b);

	CU_ASSERT_PTR_NULL(fixture);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	if (!strstr(err.text, why))
		CU_FAIL(err.text);
	fixture_free(fixture);
}

#define INHALED "{'breath':'inhaled','of':'c','flow':'q','threshold':'2 L/min'}"

/* ---- fixtures ---- */

static void a_breath_channel_has_the_unit_and_the_delay_of_what_it_is_of(void)
{
	struct fixture *fixture = sound(INHALED);
	const struct fixture_channel *b = &fixture->channel[fixture_find_channel(fixture, "b")];
	const struct fixture_channel *behind = fixture_channel_behind(fixture, b);

	CU_ASSERT_EQUAL(b->breath, BREATH_INHALED);
	CU_ASSERT_STRING_EQUAL(b->unit.symbol, "%vol");
	CU_ASSERT(fabs(b->threshold - 2e-3 / 60) < 1e-15);
	CU_ASSERT_EQUAL(b->device, -1);
	CU_ASSERT_STRING_EQUAL(behind->name, "c");
	CU_ASSERT_EQUAL(behind->delay, MSEC(240));
	CU_ASSERT_EQUAL(behind->within, MSEC(20));
	CU_ASSERT_PTR_EQUAL(fixture_channel_behind(fixture, behind), behind);
	fixture_free(fixture);
}

static void a_volume_is_in_the_flows_unit_without_its_time(void)
{
	struct fixture *fixture = sound("{'breath':'volume','flow':'q','threshold':'2 L/min'}");
	const struct fixture_channel *b = &fixture->channel[fixture_find_channel(fixture, "b")];

	CU_ASSERT_STRING_EQUAL(b->unit.symbol, "L");
	CU_ASSERT_STRING_EQUAL(fixture_channel_behind(fixture, b)->name, "q");
	fixture_free(fixture);
}

/* Nobody states the state of a threshold: it is no volume that is counted. */
static void a_volume_is_in_the_state_of_its_flow(void)
{
	struct fixture *fixture = sound("{'breath':'volume','flow':'w','threshold':'2 L/min'}");

	CU_ASSERT_STRING_EQUAL(fixture->channel[fixture_find_channel(fixture, "b")].unit.symbol,
			       "L BTPS");
	fixture_free(fixture);
}

static void what_a_breath_channel_lacks_is_named(void)
{
	check_refused("{'breath':'deep','of':'c','flow':'q','threshold':'2 L/min'}",
		      "f.lua: channel 'b': breath is inhaled, exhaled, highest, lowest or volume");
	check_refused("{'breath':'inhaled','of':'c','threshold':'2 L/min'}",
		      "a breath channel needs `flow`");
	check_refused("{'breath':'inhaled','flow':'q','threshold':'2 L/min'}",
		      "a breath channel needs `of`");
	check_refused("{'breath':'inhaled','of':'c','flow':'q'}",
		      "a breath channel needs `threshold`");
	check_refused("{'breath':'volume','of':'c','flow':'q','threshold':'2 L/min'}",
		      "a volume is that of the flow");
}

static void a_breath_channel_rests_on_channels_of_devices(void)
{
	check_refused("{'breath':'inhaled','of':'x','flow':'q','threshold':'2 L/min'}",
		      "of: 'x' is no channel of a device");
	check_refused("{'breath':'inhaled','of':'b','flow':'q','threshold':'2 L/min'}",
		      "of: 'b' is no channel of a device");
	check_refused("{'breath':'inhaled','of':'lid','flow':'q','threshold':'2 L/min'}",
		      "of: 'lid' is no channel of a device");
}

static void a_flow_is_a_volume_per_time_and_comes_without_delay(void)
{
	check_refused("{'breath':'inhaled','of':'q','flow':'c','threshold':'2 %vol'}",
		      "flow: 'c' has a delay");
	check_refused("{'breath':'inhaled','of':'c','flow':'q','threshold':'2 L'}",
		      "threshold: '2 L' is no flow above 0 in L/min");
	check_refused("{'breath':'inhaled','of':'c','flow':'q','threshold':'0 L/min'}",
		      "threshold: '0 L/min' is no flow above 0");
}

static void what_follows_from_the_sources_is_not_written_again(void)
{
	check_refused("{'breath':'inhaled','of':'c','flow':'q','threshold':'2 L/min',"
		      "'delay':'1 s'}",
		      "a breath channel has no `delay`");
	check_refused("{'breath':'inhaled','from':'m.gas','flow':'q','threshold':'2 L/min'}",
		      "a breath channel has no `from`");
}

static void a_delay_is_known_better_than_it_is_long(void)
{
	check_refused("{'from':'m.gas','delay':'10 ms','within':'20 ms'}",
		      "channel 'b': within, how well its delay is known, is more than the delay");
	check_refused("{'from':'m.gas','delay':'1 min'}", "its delay is longer than 30 s");
}

/* ---- replay ---- */

/* Listening to b, with two breaths of 4 s in: flow a sine, gas 1 %vol; and the first of them computed. */
struct stage {
	struct fixture *fixture;
	struct replay_breath *replay;
	struct breath_entry entry;
	struct journal_item item;
};

static struct bench_sample sample_at(nsec time, double value)
{
	return (struct bench_sample){
		.asked = time, .time = time, .value = value, .resolution = 1e-5, .weight = 1};
}

/* Up to the moment at which the first breath is whole. */
static void breathe(struct stage *stage, struct breath_channel *channel)
{
	int q = fixture_find_channel(stage->fixture, "q");
	int c = fixture_find_channel(stage->fixture, "c");
	bool whole = false;

	for (nsec time = 0; time <= SEC(9) && !whole; time += MSEC(20)) {
		double flow = 1e-3 * sin(2 * 3.14159265358979 * nsec_seconds(time) / 4);
		struct bench_sample of_flow = sample_at(time, flow), of_gas = sample_at(time, 0.01);

		breath_channel_feed(channel, q, &of_flow, 1);
		breath_channel_feed(channel, c, &of_gas, 1);
		replay_breath_feed(stage->replay, q, &of_flow, 1, &err);
		replay_breath_feed(stage->replay, c, &of_gas, 1, &err);
		whole = breath_channel_next(channel, &stage->entry);
	}
	CU_ASSERT_FATAL(whole);
}

static void stage_open(struct stage *stage)
{
	static const uint8_t ON = 1;
	struct breath_channel *channel;
	int b;

	stage->fixture = sound(INHALED);
	b = fixture_find_channel(stage->fixture, "b");
	stage->replay = replay_breath_new(stage->fixture);
	stage->item = (struct journal_item){
		.entry = ENTRY_LISTEN, .subject = (uint16_t)b, .data = &ON, .size = 1};
	replay_breath_listen(stage->replay, &stage->item);
	channel = breath_channel_new(stage->fixture, b);
	breathe(stage, channel);
	breath_channel_free(channel);
	stage->item = (struct journal_item){.entry = ENTRY_BREATH,
					    .subject = (uint16_t)b,
					    .data = (const uint8_t *)&stage->entry,
					    .size = sizeof(stage->entry)};
	err.text[0] = '\0';
}

static void stage_close(struct stage *stage)
{
	replay_breath_free(stage->replay);
	fixture_free(stage->fixture);
}

static void a_breath_that_its_sources_give_is_taken(void)
{
	struct bench_sample sample;
	struct stage stage;

	stage_open(&stage);

	CU_ASSERT_EQUAL(replay_breath_take(stage.replay, &stage.item, &sample, &err), 1);
	CU_ASSERT(fabs(sample.value - 0.01) < 1e-12);
	CU_ASSERT_EQUAL(sample.asked, 0);
	CU_ASSERT_EQUAL(sample.time, stage.entry.end);
	CU_ASSERT_EQUAL(replay_breath_take(stage.replay, &stage.item, &sample, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "b: the journal has a breath of 0.01"));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "and its sources give none"));
	stage_close(&stage);
}

static void a_breath_changed_in_its_last_bit_shows_both_sides(void)
{
	struct bench_sample sample;
	struct stage stage;
	char there[80];

	stage_open(&stage);
	stage.entry.value = nextafter(stage.entry.value, 1);
	snprintf(there, sizeof(there), "b: the journal says %.17g by ", stage.entry.value);

	CU_ASSERT_EQUAL(replay_breath_take(stage.replay, &stage.item, &sample, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, there));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "its sources say 0.01"));
	stage_close(&stage);
}

static void a_breath_that_the_journal_lacks_is_missed(void)
{
	struct bench_sample next = sample_at(SEC(8), 0.01);
	struct stage stage;

	stage_open(&stage);

	CU_ASSERT_EQUAL(replay_breath_feed(stage.replay, fixture_find_channel(stage.fixture, "c"),
					   &next, 1, &err),
			-1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "b: its sources give a breath from 0.0"));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "which the journal lacks"));
	stage_close(&stage);
}

static void a_breath_of_nothing_is_refused(void)
{
	struct bench_sample sample;
	struct stage stage;

	stage_open(&stage);
	stage.item.subject = 9999;
	CU_ASSERT_EQUAL(replay_breath_take(stage.replay, &stage.item, &sample, &err), -1);
	stage.item.subject = (uint16_t)fixture_find_channel(stage.fixture, "q");
	CU_ASSERT_EQUAL(replay_breath_take(stage.replay, &stage.item, &sample, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "the journal has a breath of no breath channel");
	stage_close(&stage);
}

void suite_breath_channel(void)
{
	suite_begin("breath_channel");
	claim(a_breath_channel_has_the_unit_and_the_delay_of_what_it_is_of);
	claim(a_volume_is_in_the_flows_unit_without_its_time);
	claim(a_volume_is_in_the_state_of_its_flow);
	claim(what_a_breath_channel_lacks_is_named);
	claim(a_breath_channel_rests_on_channels_of_devices);
	claim(a_flow_is_a_volume_per_time_and_comes_without_delay);
	claim(what_follows_from_the_sources_is_not_written_again);
	claim(a_delay_is_known_better_than_it_is_long);
	claim(a_breath_that_its_sources_give_is_taken);
	claim(a_breath_changed_in_its_last_bit_shows_both_sides);
	claim(a_breath_that_the_journal_lacks_is_missed);
	claim(a_breath_of_nothing_is_refused);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What whoever watches a run is told of that changes faster than an eye can follow: readings, what is waited for, and
 * settings of devices. The bench is that of bench_rig.h, its clock four times as fast, since what is told is thinned by
 * the machine's.
 */
#include <string.h>

#include "tests/claims.h"
#include "tests/controller_rig.h"

#define BOTH                                                                                       \
	"race(function() m.x = fx.pressure:mean '2 s' end, function() fx.shown:holds { '<= 9 "     \
	"kPa', over = '4 s' } end)\n"
#define SETS                                                                                       \
	"fx.meter:set { drive = '100 Pa' } wait '1 s' fx.meter:set { drive = '0 Pa' } wait '3 "    \
	"s'\n"
#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"

struct heard {
	int pressure, shown;			   /* readings */
	nsec pressure_at;			   /* of the latest */
	char first[40], before_last[40], last[40]; /* of meter.drive: "100 Pa away" */
	int drives, opens;			   /* how often, and how often purge's */
	struct value *awaits;			   /* the event with the most of them */
	struct value *wait; /* … and the latest where a plain wait is the first */
};

static void hear_reading(struct heard *heard, const struct value *event)
{
	bool of_pressure = !strcmp(value_get_text(event, "channel"), "pressure");
	nsec at = value_get_int(event, "at", -1);

	CU_ASSERT_STRING_EQUAL(value_get_text(event, "unit"), "Pa");
	CU_ASSERT(value_get_real(event, "value", 0) > 900);
	CU_ASSERT(at >= 0 && at <= value_get_int(event, "t", 0));
	if (of_pressure) {
		CU_ASSERT(at > heard->pressure_at);
		heard->pressure_at = at;
	}
	heard->pressure += of_pressure;
	heard->shown += !of_pressure;
}

static void hear_output(struct heard *heard, const struct value *event)
{
	if (!strcmp(value_get_text(event, "line"), "purge"))
		heard->opens++;
	if (strcmp(value_get_text(event, "line"), "meter.drive") != 0)
		return;
	heard->drives++;
	memcpy(heard->before_last, heard->last, sizeof(heard->last));
	snprintf(heard->last, sizeof(heard->last), "%s %s", value_get_text(event, "level"),
		 value_get_bool(event, "safe") ? "safe" : "away");
	if (heard->drives == 1)
		memcpy(heard->first, heard->last, sizeof(heard->last));
}

static void hear_awaits(struct heard *heard, const struct value *event)
{
	const struct value *awaits = value_get(event, "awaits");
	const char *first = value_get_text(value_at(awaits, 0), "kind");

	if (first && !strcmp(first, "wait")) {
		value_free(heard->wait);
		heard->wait = value_copy(event);
	}
	if (value_count(awaits) <= value_count(value_get(heard->awaits, "awaits")))
		return;
	value_free(heard->awaits);
	heard->awaits = value_copy(event);
}

/* Run it on a fast clock, and hear all of it. */
static struct heard watch(const char *body)
{
	struct heard heard = {.pressure_at = -1};
	struct house house;
	struct command command;
	struct value *event;
	bool over = false;

	house_open(&house);
	command = command_come(&house);
	command_run(&command, &house,
		    &(struct mini_order){.body = body, .clock = CLOCK_KIND_SCALED, .scale = 4}, 1);
	while (!over && (event = command_next(&command))) {
		const char *name = value_get_text(event, "event");

		if (!strcmp(name, "reading"))
			hear_reading(&heard, event);
		else if (!strcmp(name, "output"))
			hear_output(&heard, event);
		else if (!strcmp(name, "awaits"))
			hear_awaits(&heard, event);
		over = !strcmp(name, "verdict");
		if (over)
			CU_ASSERT_STRING_EQUAL(
				value_get_text(value_get(event, "summary"), "verdict"), "PASS");
		value_free(event);
	}
	CU_ASSERT(over);
	command_go(&command);
	house_close(&house);
	return heard;
}

static void heard_done(struct heard *heard)
{
	value_free(heard->awaits);
	value_free(heard->wait);
}

static void both_channels_that_are_read_at_once_are_told_and_thinned(void)
{
	struct heard heard = watch(BOTH);

	/* 2 s at 200 ms are 10 samples each, and half a second of the machine's */
	CU_ASSERT(heard.pressure >= 2 && heard.pressure <= 8);
	CU_ASSERT(heard.shown >= 2 && heard.shown <= 8);
	heard_done(&heard);
}

static void what_is_waited_for_is_told_with_its_limit_and_its_end(void)
{
	struct heard heard = watch(BOTH);
	const struct value *awaits = value_get(heard.awaits, "awaits");
	const struct value *mean = value_at(awaits, 0), *holds = value_at(awaits, 1);
	nsec apart;

	CU_ASSERT_EQUAL_FATAL(value_count(awaits), 2);
	CU_ASSERT_STRING_EQUAL(value_get_text(mean, "kind"), "mean");
	CU_ASSERT_STRING_EQUAL(value_get_text(mean, "channel"), "pressure");
	CU_ASSERT_PTR_NULL(value_get(mean, "limit"));
	CU_ASSERT_STRING_EQUAL(value_get_text(holds, "kind"), "holds");
	CU_ASSERT_STRING_EQUAL(value_get_text(holds, "channel"), "shown");
	CU_ASSERT_STRING_EQUAL(value_get_text(holds, "limit"), "<= 9 kPa");
	/* opened one behind the other, for 2 s and for 4 s */
	apart = value_get_int(holds, "until", 0) - value_get_int(mean, "until", 0);
	CU_ASSERT(apart >= MSEC(1900) && apart <= SEC(3));
	/* two intervals of 200 ms, and what is late */
	CU_ASSERT(value_get_int(value_get(heard.awaits, "asked"), "shown", 0) >= MSEC(400));
	heard_done(&heard);
}

static void a_setting_away_from_safe_and_back_is_told_like_a_line(void)
{
	struct heard heard = watch(SETS MEASURED);

	CU_ASSERT_EQUAL_FATAL(heard.drives, 2);
	CU_ASSERT_STRING_EQUAL(heard.first, "100 Pa away");
	CU_ASSERT_STRING_EQUAL(heard.last, "0 Pa safe");
	heard_done(&heard);

	heard = watch("fx.purge:open() wait '1 s' fx.purge:close()\n" MEASURED);
	CU_ASSERT(heard.opens >= 2);
	CU_ASSERT_EQUAL(heard.drives, 0);
	heard_done(&heard);
}

/* 200 settings in some seconds. */
static void a_ramp_is_thinned_and_its_last_level_is_told(void)
{
	struct heard heard =
		watch("for i = 1, 200 do fx.meter:set { drive = string.format('%d Pa', 2 * i) } "
		      "wait '10 ms' end wait '2 s' fx.meter:set { drive = '0 Pa' }\n" MEASURED);

	CU_ASSERT(heard.drives >= 3 && heard.drives <= 60);
	CU_ASSERT_STRING_EQUAL(heard.first, "2 Pa away");
	CU_ASSERT_STRING_EQUAL(heard.before_last, "400 Pa away");
	CU_ASSERT_STRING_EQUAL(heard.last, "0 Pa safe");
	heard_done(&heard);
}

static void what_nobody_waits_for_any_more_is_no_longer_told(void)
{
	struct heard heard = watch("m.x = fx.shown:mean '1 s' wait '1 s'\n");

	/* the wait alone; the channel is not asked for, so that its reading may grow old */
	CU_ASSERT_EQUAL(value_count(value_get(heard.wait, "awaits")), 1);
	CU_ASSERT_PTR_NOT_NULL(value_get(heard.wait, "asked"));
	CU_ASSERT_PTR_NULL(value_get(value_get(heard.wait, "asked"), "shown"));
	heard_done(&heard);
}

void suite_watched(void)
{
	suite_begin("watched");
	claim(both_channels_that_are_read_at_once_are_told_and_thinned);
	claim(what_is_waited_for_is_told_with_its_limit_and_its_end);
	claim(a_setting_away_from_safe_and_back_is_told_like_a_line);
	claim(a_ramp_is_thinned_and_its_last_level_is_told);
	claim(what_nobody_waits_for_any_more_is_no_longer_told);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs on a bench whose devices speak by themselves: from the twin's numbers over real bytes to traces
 * and conditions, and back again in a replay.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/replay.h"
#include "tests/claims.h"
#include "tests/slot_rig.h"
#include "tests/stream_files.h"

static struct bench bench;
static char text[64];

static void check_replay(enum verdict verdict)
{
	struct replay replay;
	struct error err;

	if (replay_run(bench.journal, bench.program, &replay, &err) < 0)
		CU_FAIL_FATAL(err.text);
	CU_ASSERT_EQUAL(replay.verdict, verdict);
	value_free(replay.summary);
}

/* The number that a measure of the last run was given, in its limit's unit. */
static double measured(const char *name)
{
	const struct value *measures = value_get(bench.end.summary, "measures");

	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *one = value_at(measures, i);

		if (!strcmp(value_get_text(one, "measure"), name))
			return value_get_real(one, "value", NAN);
	}
	return NAN;
}

#define CHECK_ENDS(wanted, part, ...)                                                              \
	do {                                                                                       \
		bench_open_streams(&bench);                                                        \
		bench_run(&bench, __VA_ARGS__);                                                    \
		CU_ASSERT(bench_ended(&bench, wanted, part));                                      \
		check_replay(wanted);                                                              \
	} while (0)

/* The bench does not come up with this fault; the run never had a script. */
#define CHECK_ENDS_EARLY(wrong, part)                                                              \
	do {                                                                                       \
		bench_open_streams(&bench);                                                        \
		bench_run(&bench, .body = "m.x = q '5 Pa'", .fault = wrong);                       \
		CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, part));                               \
		bench_close(&bench);                                                               \
	} while (0)

static double number_of(const char *name)
{
	double number = measured(name);

	bench_close(&bench);
	return number;
}

static void check_number(const char *name, double wanted, double within)
{
	double number = measured(name);

	if (!(fabs(number - wanted) <= within)) {
		snprintf(text, sizeof(text), "%s is %.9g, not %.9g", name, number, wanted);
		CU_FAIL(text);
	}
}

/* ---- times: the ramp is at 100 Pa for each second of bench time ---- */

static void a_sample_has_the_time_at_which_it_was_taken(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "wait '1 s'\n"
			   "local opened = fx.valve:open()\n"
			   "local event = fx.ramp:becomes { '>= 190 Pa', within = '9 s' }\n"
			   "m.x = event * q '1 Pa/s' + opened * q '1 Pa/s' + q '5 Pa'",
		   .measures = "");
	/* 190 Pa is at 1.9 s; the sample of 1.9 s was the first to show it, 5 ms after the last */
	check_number("x", 1.9 - 0.0025 + 5, 1e-6);
	bench_close(&bench);
}

static void a_trace_of_a_stream_has_all_of_its_samples(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "local trace = fx.ramp:trace '1 s'\n"
			   "wait '2 s'\n"
			   "m.x = trace:slope() * q '1 s'\n"
			   "m.low = trace:min() m.high = trace:max()",
		   .measures =
			   "low = { 'l', limit = '>= 0 Pa' }, high = { 'h', limit = '>= 0 Pa' }");
	check_number("x", 100, 1e-6);
	CU_ASSERT(measured("high") - measured("low") >= 190);
	bench_close(&bench);
}

/* The last samples before the deadline are told after it. */
static void a_mean_waits_for_the_samples_of_its_time(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "local opened = fx.valve:open()\n"
			   "m.x = fx.ramp:mean '1 s' - opened * q '100 Pa/s'");
	/* from the opening to 1 s after it, by samples every 5 ms */
	check_number("x", 50, 0.5);
	bench_close(&bench);
}

static void what_held_is_known_only_when_all_of_its_time_was_seen(void)
{
	/* the limit is left 30 ms before the end, in a message that comes after it */
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "wait '1 s'\n"
			   "local opened = fx.valve:open()\n"
			   "local top = opened * q '100 Pa/s' + q '97 Pa'\n"
			   "local held, whole = fx.ramp:holds { at_most = top, over = '1 s' }\n"
			   "log(tostring(whole))\n"
			   "m.x = held * q '100 Pa/s'");
	CU_ASSERT(journal_says(bench.journal, "'says':{'text':'false'}"));
	check_number("x", 97, 0.6);
	bench_close(&bench);
}

static void an_event_after_the_deadline_came_too_late(void)
{
	CHECK_ENDS(VERDICT_FAIL, "",
		   .body = "wait '1 s'\n"
			   "local opened = fx.valve:open()\n"
			   "local top = opened * q '100 Pa/s' + q '103 Pa'\n"
			   "m.x = fx.ramp:becomes { at_least = top, within = '1 s' }",
		   .measures = "");
	bench_close(&bench);
}

static void a_reading_is_never_older_than_its_question(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "wait '1.02 s'\n"
			   "local opened = fx.valve:open()\n"
			   "m.x = fx.ramp:read() - opened * q '100 Pa/s' + q '5 Pa'");
	CU_ASSERT(measured("x") >= 5 && measured("x") <= 5.5);
	bench_close(&bench);
}

/* 333 Pa is at 3.33 s, and the clerk spoke at 3.2 s. */
static void last_before_finds_what_another_stream_said_before_the_event(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "local said = fx.ramp:last_before { '>= 333 Pa', of = fx.teller,\n"
			   "  within = '9 s' }\n"
			   "m.x = said * q '1 Pa/s' + q '5 Pa'");
	check_number("x", 3.2 + 5, 1e-9);
	bench_close(&bench);
}

/* ---- asked and streaming on one port ---- */

static void a_device_that_streams_can_be_asked(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "local trace = fx.ramp:trace '1 s'\n"
			   "for i = 1, 30 do m.y[tostring(i)] = fx.mode:read() end\n"
			   "wait '500 ms' m.x = trace:slope() * q '1 s'",
		   .measures = "y = { 'mode', per = 'i', limit = '7 .. 7' }");
	check_number("x", 100, 1e-6);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "gap"), 0);
	bench_close(&bench);
}

static void a_line_that_nobody_asked_for_is_a_sample(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "m.x = fx.teller:becomes { '>= 2 s', within = '5 s' } * q '10 Pa/s'");
	bench_close(&bench);
}

/* ---- silence and damage ---- */

#define WATCH "local trace = fx.ramp:trace '1 s' wait '10 s' m.x = trace:max()"

static void silence_while_somebody_listens_is_an_error(void)
{
	CHECK_ENDS(VERDICT_ERROR, "module: no 'block' message for 1 s, and one is due every 100 ms",
		   .body = WATCH, .fault = "silent");
	bench_close(&bench);
}

static void silence_to_which_nobody_listens_is_none(void)
{
	CHECK_ENDS(VERDICT_PASS, "", .body = "m.x = fx.ramp:read() + q '5 Pa' wait '10 s'",
		   .fault = "no_number");
	bench_close(&bench);
}

static void a_mute_talker_is_found_before_the_script_begins(void)
{
	CHECK_ENDS_EARLY("module.mute", "module: no reply to identity");
	CHECK_ENDS_EARLY("clerk.mute", "clerk: no 'tell' message for 1 s");
}

static void a_garbled_talker_is_one_that_says_no_message(void)
{
	CHECK_ENDS_EARLY("clerk.garbled",
			 "clerk: no 'tell' message for 1 s, and one is due every 200 ms; ");
}

static void stray_bytes_before_each_line_make_it_none(void)
{
	CHECK_ENDS_EARLY("clerk.noise", "clerk: no 'tell' message for 1 s");
}

static void a_talker_whose_messages_lose_their_end_says_none(void)
{
	CHECK_ENDS_EARLY("clerk.cut_off", "clerk: no 'tell' message for 1 s");
}

static void a_talker_that_is_later_than_it_may_is_found(void)
{
	CHECK_ENDS_EARLY("clerk.late", "clerk: no 'tell' message for 1 s");
}

static void messages_that_are_missing_are_noted_and_leave_a_gap(void)
{
	CHECK_ENDS(VERDICT_PASS, "", .body = WATCH, .fault = "forgets");
	CU_ASSERT(journal_says(bench.journal, "'device':'module','stream':'block','lost':1.0"));
	CU_ASSERT(journal_count(bench.journal, "gap") >= 15);
	bench_close(&bench);
}

static void a_talker_that_begins_again_is_noted_and_understood(void)
{
	CHECK_ENDS(VERDICT_PASS, "",
		   .body = "local trace = fx.ramp:trace '1 s' wait '10 s'\n"
			   "m.x = trace:slope() * q '1 s'",
		   .fault = "restarts");
	CU_ASSERT_EQUAL(journal_count(bench.journal, "gap"), 1);
	CU_ASSERT(journal_says(bench.journal, "'counted':50.0,'counting':61587.0"));
	CU_ASSERT(journal_says(bench.journal, "'clock_jumped_ns':-4000000000"));
	check_number("x", 100, 1e-6);
	bench_close(&bench);
}

static void a_line_that_says_no_number_is_no_message(void)
{
	CHECK_ENDS(VERDICT_ERROR, "clerk: no 'tell' message for 1 s",
		   .body = "local trace = fx.teller:trace '1 s' wait '10 s' m.x = q '5 Pa'",
		   .fault = "no_number");
	bench_close(&bench);
}

static void what_an_instrument_cannot_show_is_no_reading_of_a_stream(void)
{
	static const char PART[] = "scale = 0.5 }";
	const char *driver = STREAM_FILES[2].text, *at = strstr(driver, PART);
	struct buf ranged;

	buf_init(&ranged);
	buf_printf(&ranged, "%.*sscale = 0.5, range = '0 .. 600 Pa' }%s", (int)(at - driver),
		   driver, at + strlen(PART));
	bench_open_streams(&bench);
	bench_put(&bench, STREAM_FILES[2].path, ranged.data);
	bench_run(&bench, .body = WATCH);
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR,
			      "module: pressure is 600.5 Pa, which is no reading: the range is "
			      "0 .. 600 Pa"));
	check_replay(VERDICT_ERROR);
	buf_done(&ranged);
	bench_close(&bench);
}

static void a_twin_that_says_more_than_its_line_carries_is_told(void)
{
	static const char RARELY[] = "every = '200 ms', function";
	const char *twin = STREAM_FILES[5].text, *at = strstr(twin, RARELY);
	struct buf hasty;

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	buf_init(&hasty);
	buf_printf(&hasty,
		   "%.*severy = '50 ms', function(w) do return ('x'):rep(80) end end }, "
		   "{ 'Z {number}', every = '200 ms', function%s",
		   (int)(at - twin), twin, at + strlen(RARELY));
	bench_open_streams(&bench);
	bench_put(&bench, STREAM_FILES[5].path, hasty.data);
	bench_run(&bench, .body = WATCH);
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "it says more than its line carries: 1."));
	buf_done(&hasty);
	bench_close(&bench);
}

static void a_twin_that_says_too_little_or_too_much_is_told(void)
{
	CHECK_ENDS(
		VERDICT_ERROR,
		"module: its twin: stream 1: its message has 2 numbers, and its layout carries 22",
		.body = WATCH, .fault = "wrong");
	bench_close(&bench);
	CHECK_ENDS(VERDICT_ERROR, "does not fit into 16 bits", .body = WATCH, .fault = "too_much");
	bench_close(&bench);
}

/* ---- the guard ---- */

static void an_interlock_sees_what_streams(void)
{
	CHECK_ENDS(VERDICT_ERROR, "interlock: no more than 2 kPa while the valve is open",
		   .body = "fx.valve:open() wait '30 s' m.x = q '5 Pa'");
	bench_close(&bench);
}

static void a_guard_of_the_script_sees_what_streams(void)
{
	CHECK_ENDS(VERDICT_FAIL, "guard: ramp left <= 300 Pa (300.5 Pa)",
		   .body = "fx.ramp:guard '<= 300 Pa' wait '30 s' m.x = q '5 Pa'");
	bench_close(&bench);
}

/* ---- the whole ---- */

static void the_same_seed_gives_the_same_bytes(void)
{
	struct buf first, second;

	CHECK_ENDS(VERDICT_PASS, "", .body = WATCH);
	first = bench_bytes(bench.journal);
	bench_run(&bench, .body = WATCH);
	second = bench_bytes(bench.journal);
	CU_ASSERT_EQUAL(first.size, second.size);
	CU_ASSERT_EQUAL(memcmp(first.data, second.data, first.size), 0);
	buf_done(&first);
	buf_done(&second);
	bench_close(&bench);
}

static void a_stream_keeps_its_times_on_a_clock_that_runs_by_itself(void)
{
	bench_open_streams(&bench);
	bench_be_patient(&bench);
	bench_run(&bench, .clock = CLOCK_KIND_REAL,
		  .body = "local trace = fx.ramp:trace '1 s' wait '1 s'\n"
			  "m.x = trace:slope() * q '1 s'");
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	check_replay(VERDICT_PASS);
	/* a busy machine delivers late, and the module's clock makes up for it */
	CU_ASSERT_DOUBLE_EQUAL(number_of("x"), 100, 2);
}

/*
 * At 8 times the speed a message is due every few milliseconds, and the world stops for each. Faster, the silence that
 * counts as an error is shorter than what a loaded machine takes from a process.
 */
static void a_world_that_stops_for_messages_keeps_up_with_a_fast_clock(void)
{
	bench_open_streams(&bench);
	bench_be_patient(&bench);
	bench_run(&bench, .clock = CLOCK_KIND_SCALED, .scale = 8,
		  .body = "local trace = fx.ramp:trace '1 s' wait '12 s'\n"
			  "m.x = trace:slope() * q '1 s'");
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	check_replay(VERDICT_PASS);
	CU_ASSERT_DOUBLE_EQUAL(number_of("x"), 100, 20);
}

/* ---- drivers on ports ---- */

/* The bench, the fixture with one thing in it replaced by another. */
static void open_changed(const char *what, const char *by)
{
	const char *fixture = STREAM_FILES[0].text;
	const char *at = strstr(fixture, what);
	struct buf changed;

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	buf_init(&changed);
	buf_printf(&changed, "%.*s%s%s", (int)(at - fixture), fixture, by, at + strlen(what));
	bench_open_streams(&bench);
	bench_put(&bench, "fixtures/mini/fixture.lua", changed.data);
	buf_done(&changed);
}

static void check_refused(const char *what, const char *by, const char *why)
{
	open_changed(what, by);
	bench_run(&bench, .body = "m.x = q '5 Pa'");
	CU_ASSERT(bench_refused(&bench, why));
	bench_close(&bench);
}

static void two_talkers_on_one_port_are_refused(void)
{
	check_refused("module = device",
		      "other = device { 'ramp', port = 'fast' }, module = device",
		      "device 'module': it and 'other' both speak unasked on port 'fast'");
}

static void a_talker_beside_modbus_is_refused(void)
{
	check_refused("'ramp', port = 'fast'", "'ramp', port = 'bus'",
		      "it speaks unasked, and on port 'bus' is 'meter', a Modbus device");
}

static void a_port_too_slow_for_its_stream_is_refused(void)
{
	check_refused("115200", "4800",
		      "device 'module': its 'block' has 50 bytes, which take 0.104167 s on port "
		      "'fast' at 4800 baud, and one is due every 0.1 s");
}

/* The interlock needs what the clerk tells, whose twin tells nothing: the bench would wait for it without end. */
static void open_clerk(const char *silent, const char *after)
{
	struct buf lua;

	buf_init(&lua);
	buf_printf(&lua, "needs = 'teller', limit = '<= 1 h',%s", after);
	open_changed("needs = 'ramp', limit = '<= 2 kPa',", lua.data);
	buf_clear(&lua);
	buf_printf(&lua,
		   "return driver {\n"
		   "  id = 'teller', bus = 'line', framing = { ends = '\\r\\n' },\n"
		   "  streams = { tell = { layout = 'Z {number}'%s } },\n"
		   "  reads = { time = { stream = 'tell', field = 1, unit = 'ms', digit = 1 } },\n"
		   "}\n",
		   silent);
	bench_put(&bench, "fixtures/drivers/teller/driver.lua", lua.data);
	bench_put(&bench, "fixtures/drivers/teller/twin.lua",
		  "return simulator { id = 'teller', bus = 'line',\n"
		  "  streams = { { 'Z {number}', every = '200 ms', function() end } } }\n");
	buf_done(&lua);
	bench_run(&bench, .body = "m.x = fx.pressure:mean '400 ms'");
}

static void what_may_never_come_is_no_interlock_s(void)
{
	open_clerk("", "");
	CU_ASSERT(bench_refused(&bench,
				"interlock 1: needs 'teller', which comes when it comes: the bench "
				"would wait for it without end if nothing came"));
	bench_close(&bench);

	open_clerk(", silent = '3 s'", "");
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "clerk: no 'tell' message for 3 s"));
	bench_close(&bench);

	open_clerk("", " after = '4 s',"); /* nobody waits for it */
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

/* ---- the guard looks at the past ---- */

/* The valve is opened at this time of a message whose samples break an interlock from 5.025 to 5.05 s. */
static bool trips_when_opened_at(nsec time)
{
	struct slot_rig rig;
	bool tripped;

	slot_rig_open(&rig, "dips", STREAM_FILES);
	slot_rig_wait(&rig, time - clock_now(rig.clock));
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "valve", true), 0);
	slot_rig_wait(&rig, SEC(1));
	tripped = rig.tripped != 0;
	slot_rig_close(&rig);
	return tripped;
}

static void an_interlock_is_broken_by_what_was_sampled_while_it_was_in_force(void)
{
	CU_ASSERT_TRUE(trips_when_opened_at(MSEC(5010)));
	CU_ASSERT_TRUE(trips_when_opened_at(MSEC(5050)));
	CU_ASSERT_FALSE(trips_when_opened_at(MSEC(5051)));
}

void suite_streams(void)
{
	suite_begin("streams");
	claim(a_sample_has_the_time_at_which_it_was_taken);
	claim(a_trace_of_a_stream_has_all_of_its_samples);
	claim(a_mean_waits_for_the_samples_of_its_time);
	claim(what_held_is_known_only_when_all_of_its_time_was_seen);
	claim(an_event_after_the_deadline_came_too_late);
	claim(a_reading_is_never_older_than_its_question);
	claim(last_before_finds_what_another_stream_said_before_the_event);
	claim(a_device_that_streams_can_be_asked);
	claim(a_line_that_nobody_asked_for_is_a_sample);
	claim(silence_while_somebody_listens_is_an_error);
	claim(silence_to_which_nobody_listens_is_none);
	claim(a_mute_talker_is_found_before_the_script_begins);
	claim(a_garbled_talker_is_one_that_says_no_message);
	claim(stray_bytes_before_each_line_make_it_none);
	claim(a_talker_whose_messages_lose_their_end_says_none);
	claim(a_talker_that_is_later_than_it_may_is_found);
	claim(messages_that_are_missing_are_noted_and_leave_a_gap);
	claim(a_talker_that_begins_again_is_noted_and_understood);
	claim(a_line_that_says_no_number_is_no_message);
	claim(what_an_instrument_cannot_show_is_no_reading_of_a_stream);
	claim(a_twin_that_says_more_than_its_line_carries_is_told);
	claim(a_twin_that_says_too_little_or_too_much_is_told);
	claim(an_interlock_sees_what_streams);
	claim(a_guard_of_the_script_sees_what_streams);
	claim(the_same_seed_gives_the_same_bytes);
	claim(a_stream_keeps_its_times_on_a_clock_that_runs_by_itself);
	claim(a_world_that_stops_for_messages_keeps_up_with_a_fast_clock);
	claim(two_talkers_on_one_port_are_refused);
	claim(a_talker_beside_modbus_is_refused);
	claim(a_port_too_slow_for_its_stream_is_refused);
	claim(what_may_never_come_is_no_interlock_s);
	claim(an_interlock_is_broken_by_what_was_sampled_while_it_was_in_force);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream's messages say of time, fed by hand, and what a driver may say of a stream. Times are in
 * ms of bench time at which the message's first bit left.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/stream.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

static struct error err;

static struct driver *driver_of(const char *json)
{
	struct value *value = said(json);
	struct driver *driver = driver_compile(value, "d.lua", &err);

	value_free(value);
	return driver;
}

#define READS "'reads':{'p':{'stream':'s','field':3,'samples':3,'spacing':'10 ms','scale':0.5}}"
#define BLOCK                                                                                      \
	"{'id':'d','bus':'frame','streams':{'s':{'layout':'A5 5A u16 u16 i16*3',"                  \
	"'every':'30 ms','silent':'2 "                                                             \
	"s','number':{'field':1},'clock':{'field':2,'unit':'ms'}}}," READS "}"

struct trial {
	struct driver *driver;
	struct stream_past past;
	struct stream_message message;
	nsec latest;
};

static void begin(struct trial *trial, const char *json)
{
	memset(trial, 0, sizeof(*trial));
	trial->latest = INT64_MIN;
	trial->driver = driver_of(json);
	if (!trial->driver)
		CU_FAIL_FATAL(err.text);
}

/* A message with this counter and clock, samples 1, 2, 3, leaves at `left` and takes 7 ms. */
static nsec take(struct trial *trial, double left, double number, double clock)
{
	double fields[] = {number, clock, 1, 2, 3};
	uint8_t bytes[FRAME_MOST];
	const struct frame_layout *layout = trial->driver->stream[0].frame;
	nsec whole = (nsec)(left * 1e6) + MSEC(7);

	CU_ASSERT_EQUAL_FATAL(frame_encode(layout, fields, 5, bytes, &err), 0);
	CU_ASSERT_EQUAL_FATAL(stream_find(trial->driver, bytes, frame_layout_size(layout)), 0);
	stream_take(&trial->past, trial->driver, 0, whole, MSEC(7), bytes,
		    frame_layout_size(layout), &trial->message);
	return trial->message.time;
}

static void end(struct trial *trial)
{
	driver_free(trial->driver);
}

/* The rows of the message in ms: "10:1+1 10.000001:…" would be first:from+count. */
static const char *rows(struct trial *trial)
{
	static char text[200];
	struct stream_row row = {0};
	size_t used = 0;

	text[0] = '\0';
	while (stream_next_row(&trial->driver->read[0], &trial->message, &trial->latest, &row))
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%.10g:%zu+%zu ",
					 (double)row.first / 1e6, row.from, row.count);
	return text;
}

/* ---- clocks ---- */

static void without_delay_a_message_has_the_time_at_which_it_left(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	CU_ASSERT_EQUAL(take(&trial, 1000, 1, 500), MSEC(1000));
	CU_ASSERT_EQUAL(take(&trial, 1030, 2, 530), MSEC(1030));
	end(&trial);
}

static void a_late_message_has_its_time_by_the_instruments_clock(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 1000, 1, 500);
	CU_ASSERT_EQUAL(take(&trial, 1050, 2, 530), MSEC(1030));
	CU_ASSERT_EQUAL(take(&trial, 1060, 3, 560), MSEC(1060));
	end(&trial);
}

static void a_message_that_is_less_late_than_all_before_corrects_the_clock(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 1000, 1, 500); /* was late by 8 ms, as is seen now */
	CU_ASSERT_EQUAL(take(&trial, 1022, 2, 530), MSEC(1022));
	CU_ASSERT_EQUAL(take(&trial, 1060, 3, 560), MSEC(1052));
	end(&trial);
}

/* 65.536 s in 16 bits of milliseconds. */
static void a_clock_that_wraps_goes_on(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 1000, 1, 65520);
	CU_ASSERT_EQUAL(take(&trial, 1045, 2, 14), MSEC(1030));
	CU_ASSERT_EQUAL(trial.message.jump, 0);
	end(&trial);
}

static void a_clock_that_wrapped_more_than_once_has_not_jumped(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 1000, 1, 500);
	CU_ASSERT_EQUAL(take(&trial, 1030 + 3 * 65536, 2, 530), MSEC(1030 + 3 * 65536));
	CU_ASSERT_EQUAL(trial.message.jump, 0);
	end(&trial);
}

/* Two quartz clocks that drift by 100 ppm are 360 ms apart after an hour, and not one of them in a minute. */
static void clocks_that_drift_apart_are_followed(void)
{
	double drifts[] = {1.0001, 0.9999};
	struct trial trial;

	for (int i = 0; i < 2; i++) {
		double worst = 0;

		begin(&trial, BLOCK);
		for (double t = 0; t < 3600e3; t += 500) {
			double clock = fmod(round(t * drifts[i]), 65536);
			nsec time = take(&trial, t, 0, clock);

			worst = fmax(worst, fabs((double)time / 1e6 - t));
			CU_ASSERT_EQUAL_FATAL(trial.message.jump, 0);
		}
		CU_ASSERT(worst <= 7.5); /* 60 s of 100 ppm, and the clock's own millisecond */
		end(&trial);
	}
}

static void a_clock_that_jumps_is_told_once_and_learnt_anew(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 10000, 1, 9000);
	CU_ASSERT_EQUAL(take(&trial, 10030, 2, 30), MSEC(10030));
	CU_ASSERT_EQUAL(trial.message.jump, -MSEC(9000));
	CU_ASSERT_EQUAL(take(&trial, 10060, 3, 60), MSEC(10060));
	CU_ASSERT_EQUAL(trial.message.jump, 0);
	end(&trial);
}

static void a_clock_that_says_no_time_is_not_asked(void)
{
	struct trial trial;
	static const char FLOATS[] =
		"{'id':'d','bus':'frame','streams':{'s':{'layout':'A5 5A u16 f32 i16*3',"
		"'clock':{'field':2,'unit':'s'}}}," READS "}";
	double clocks[] = {INFINITY, NAN, 1e30, -1e30, 5, NAN, 5};

	begin(&trial, FLOATS);
	for (int i = 0; i < 7; i++) {
		CU_ASSERT_EQUAL(take(&trial, 1000 + i, 0, clocks[i]), MSEC(1000 + i));
		CU_ASSERT_EQUAL(trial.message.jump, 0);
	}
	end(&trial);
}

/* ---- counters ---- */

static void missing_messages_are_counted_also_where_the_counter_wraps(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 0, 65533, 0);
	CU_ASSERT_EQUAL(trial.message.lost, 0);
	take(&trial, 30, 65534, 30);
	CU_ASSERT_EQUAL(trial.message.lost, 0);
	take(&trial, 120, 1, 120);
	CU_ASSERT_EQUAL(trial.message.lost, 2);
	CU_ASSERT_FALSE(trial.message.recounts);
	end(&trial);
}

static void a_counter_that_stands_or_goes_back_has_lost_nothing(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 0, 100, 0);
	take(&trial, 30, 100, 30);
	CU_ASSERT(trial.message.recounts && trial.message.lost == 0);
	take(&trial, 60, 3, 60);
	CU_ASSERT(trial.message.recounts && trial.message.lost == 0);
	CU_ASSERT(trial.message.counted == 100 && trial.message.counting == 3);
	end(&trial);
}

/* ---- samples ---- */

static void the_last_sample_has_the_time_of_the_message(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 100, 1, 0);
	CU_ASSERT_STRING_EQUAL(rows(&trial), "80:0+3 ");
	CU_ASSERT_EQUAL(stream_value(&trial.driver->read[0], &trial.message, 2), 1.5);
	end(&trial);
}

static void times_increase_whatever_the_messages_say(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 100, 1, 100);
	rows(&trial);
	take(&trial, 123, 2, 130); /* 103, 113, 123: after 100 */
	CU_ASSERT_STRING_EQUAL(rows(&trial), "103:0+3 ");
	take(&trial, 134, 3, 160); /* 114 and 124 where 123 was the last: one is out, one fits */
	CU_ASSERT_STRING_EQUAL(rows(&trial), "123.000001:0+1 124:1+2 ");
	take(&trial, 139, 4, 190); /* 119, 129, 139 after 134 */
	CU_ASSERT_STRING_EQUAL(rows(&trial), "134.000001:1+1 139:2+1 ");
	take(&trial, 100, 5, 220); /* all of it is long past */
	CU_ASSERT_STRING_EQUAL(rows(&trial), "");
	end(&trial);
}

static void a_sample_at_the_time_of_the_one_before_comes_right_after_it(void)
{
	struct trial trial;

	begin(&trial, BLOCK);
	take(&trial, 100, 1, 100);
	rows(&trial);
	take(&trial, 120, 2, 130);
	CU_ASSERT_STRING_EQUAL(rows(&trial), "100.000001:0+1 110:1+2 ");
	end(&trial);
}

/* ---- drivers ---- */

static void mistakes_in_a_stream_are_named(void)
{
	static const struct {
		const char *json, *says;
	} BAD[] = {
		{"{'bus':'modbus','streams':{'s':{'layout':'A5 5A u8'}}}",
		 "streams.s: a Modbus device never speaks unasked"},
		{"{'bus':'frame','streams':{'s':{}}}", "streams.s: needs `layout"},
		{"{'bus':'frame','streams':{'s':{'layout':'u8 A5 5A'}}}",
		 "begins with a fixed byte and has a check"},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 u8 u8'}}}",
		 "begins with a fixed byte and has a check"},
		{"{'bus':'line','streams':{'s':{'layout':'Z {numbr}'}}}", "is no placeholder"},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 5A u8','every':'1 s',"
		 "'silent':'500 ms'}}}",
		 "silent = \"500 ms\" is shorter than every = \"1 s\""},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 5A u8','number':{'field':2}}}}",
		 "streams.s: number: field = 2, and the layout has 1 numbers"},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 5A u8','clock':{'field':1,"
		 "'unit':'Pa'}}}}",
		 "streams.s: clock: 'Pa' is no unit of time"},
		{"{'bus':'frame','reads':{'p':{'stream':'t','field':1}}}",
		 "reads.p: there is no stream 't'"},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 5A u8*3'}},"
		 "'reads':{'p':{'stream':'s','field':2,'samples':3,'spacing':'1 ms'}}}",
		 "reads.p: 3 samples from field 2 on, and the message has 3 numbers"},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 5A u8*3'}},"
		 "'reads':{'p':{'stream':'s','field':1,'samples':3}}}",
		 "reads.p: 3 samples need a `spacing`"},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 5A u8*3','every':'20 ms'}},"
		 "'reads':{'p':{'stream':'s','field':1,'samples':3,'spacing':'10 ms'}}}",
		 "3 samples of 10 ms are longer than the 0.02 s from one message to the next"},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 5A u8*3'}},"
		 "'reads':{'p':{'stream':'s','field':0}}}",
		 "reads.p: 1 samples from field 0 on"},
		{"{'bus':'frame','streams':{'s':{'layout':'A5 5A u8'}},"
		 "'identify':{'stream':'s','field':1}}",
		 "identify: what names an instrument is asked for"},
	};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct driver *driver = driver_of(BAD[i].json);

		CU_ASSERT_PTR_NULL(driver);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, BAD[i].says));
		if (driver || !strstr(err.text, BAD[i].says))
			printf("        %zu: %s\n", i, driver ? "taken" : err.text);
		driver_free(driver);
	}
}

static void silence_is_four_times_every_unless_it_is_said(void)
{
	struct driver *driver = driver_of("{'bus':'frame','streams':{"
					  "'a':{'layout':'A5 5A u8','every':'500 ms'},"
					  "'b':{'layout':'A5 5B u8','silent':'9 s'},"
					  "'c':{'layout':'A5 5C u8'}}}");

	CU_ASSERT_PTR_NOT_NULL_FATAL(driver);
	CU_ASSERT_EQUAL(driver->stream[0].silent, SEC(2));
	CU_ASSERT_EQUAL(driver->stream[1].silent, SEC(9));
	CU_ASSERT_EQUAL(driver->stream[2].silent, 0);
	driver_free(driver);
}

/* Half of what one count means; a float shows no last digit. */
static void a_streamed_read_has_the_resolution_of_its_numbers(void)
{
	struct driver *driver =
		driver_of("{'bus':'frame','streams':{'s':{'layout':'A5 5A i16 f32'}},'reads':{"
			  "'a':{'stream':'s','field':1,'unit':'kPa','scale':0.1},"
			  "'b':{'stream':'s','field':2,'unit':'kPa'},"
			  "'c':{'stream':'s','field':2,'unit':'kPa','digit':0.01}}}");

	CU_ASSERT_PTR_NOT_NULL_FATAL(driver);
	CU_ASSERT_DOUBLE_EQUAL(driver->read[0].resolution, 50, 1e-9);
	CU_ASSERT_EQUAL(driver->read[1].resolution, 0);
	CU_ASSERT_DOUBLE_EQUAL(driver->read[2].resolution, 5, 1e-9);
	driver_free(driver);
}

void suite_stream(void)
{
	suite_begin("stream");
	claim(without_delay_a_message_has_the_time_at_which_it_left);
	claim(a_late_message_has_its_time_by_the_instruments_clock);
	claim(a_message_that_is_less_late_than_all_before_corrects_the_clock);
	claim(a_clock_that_wraps_goes_on);
	claim(a_clock_that_wrapped_more_than_once_has_not_jumped);
	claim(clocks_that_drift_apart_are_followed);
	claim(a_clock_that_jumps_is_told_once_and_learnt_anew);
	claim(a_clock_that_says_no_time_is_not_asked);
	claim(missing_messages_are_counted_also_where_the_counter_wraps);
	claim(a_counter_that_stands_or_goes_back_has_lost_nothing);
	claim(the_last_sample_has_the_time_of_the_message);
	claim(times_increase_whatever_the_messages_say);
	claim(a_sample_at_the_time_of_the_one_before_comes_right_after_it);
	claim(mistakes_in_a_stream_are_named);
	claim(silence_is_four_times_every_unless_it_is_said);
	claim(a_streamed_read_has_the_resolution_of_its_numbers);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and times of serial ports, and the simulated line: pacing, order, faults, the plug. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "loop/clock.h"
#include "loop/loop.h"
#include "port/serial_sim.h"
#include "tests/claims.h"

/* 9600 8N1: ten bits a character, rounded up to whole nanoseconds. */
#define CHARACTERS_3 3125000
#define CHARACTERS_8 8333334

static const struct serial_settings SETTINGS = {9600, 8, 'N', 1};

struct rig {
	struct loop *loop;
	struct bench_clock *clock;
	struct serial *serial;
	struct timer end;
	struct buf heard, came; /* by the far end, by the user; calls are separated by '|' */
	nsec heard_at, came_at; /* the last of them */
	bool in_a_hurry;	/* run no longer than until something comes */
	char lost[64];
	int losses;
};

static void far_end_hears(void *ctx, const uint8_t *bytes, size_t size)
{
	struct rig *rig = ctx;

	buf_add(&rig->heard, bytes, size);
	buf_add_byte(&rig->heard, '|');
	rig->heard_at = clock_now(rig->clock);
}

static void user_gets(void *ctx, const uint8_t *bytes, size_t size)
{
	struct rig *rig = ctx;

	buf_add(&rig->came, bytes, size);
	buf_add_byte(&rig->came, '|');
	rig->came_at = clock_now(rig->clock);
	if (rig->in_a_hurry)
		loop_quit(rig->loop);
}

static void user_loses(void *ctx, const char *why)
{
	struct rig *rig = ctx;

	snprintf(rig->lost, sizeof(rig->lost), "%s", why);
	rig->losses++;
}

static void rig_begin(struct rig *rig, enum clock_kind kind)
{
	struct error err;

	memset(rig, 0, sizeof(*rig));
	buf_init(&rig->heard);
	buf_init(&rig->came);
	rig->loop = loop_new(&err);
	rig->clock = clock_new(rig->loop, kind, 1);
	rig->serial = serial_sim_new(rig->clock, &SETTINGS, far_end_hears, rig);
	rig->serial->on_bytes = user_gets;
	rig->serial->on_lost = user_loses;
	rig->serial->ctx = rig;
}

static void rig_end(struct rig *rig)
{
	serial_close(rig->serial);
	clock_free(rig->clock);
	loop_free(rig->loop);
	buf_done(&rig->heard);
	buf_done(&rig->came);
}

static void time_is_up(void *ctx)
{
	loop_quit(ctx);
}

static void rig_run(struct rig *rig, nsec until)
{
	struct error err;

	timer_start(&rig->end, rig->clock, until, TIMER_WAIT, time_is_up, rig->loop);
	CU_ASSERT_EQUAL(loop_run(rig->loop, &err), 0);
	timer_stop(&rig->end);
}

static void rig_write(struct rig *rig, const char *text)
{
	struct error err;

	CU_ASSERT_EQUAL(serial_write(rig->serial, (const uint8_t *)text, strlen(text), &err), 0);
}

static void rig_reply(struct rig *rig, const char *text, nsec delay)
{
	serial_sim_reply(rig->serial, (const uint8_t *)text, strlen(text), delay);
}

/* ---- settings ---- */

static void settings_are_read_as_they_are_written(void)
{
	struct serial_settings settings;
	struct error err;

	int parsed = serial_settings_parse(&settings, "19200 7E2", &err);

	CU_ASSERT_EQUAL(parsed, 0);
	CU_ASSERT_EQUAL(settings.baud, 19200);
	CU_ASSERT_EQUAL(settings.data_bits, 7);
	CU_ASSERT_EQUAL(settings.parity, 'E');
	CU_ASSERT_EQUAL(settings.stop_bits, 2);
}

static void settings_that_are_none_are_refused_with_an_example(void)
{
	static const char *const BAD[] = {"",	      "9600",	   "9600 8X1", "9600 8N3",
					  "9600 9N1", "9600 8N1 ", "fast 8N1", "9600 8N1 rtscts"};
	struct serial_settings settings;
	struct error err;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		CU_ASSERT_EQUAL(serial_settings_parse(&settings, BAD[i], &err), -1);
		CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "9600 8N1"));
	}
}

static void a_baud_that_no_port_has_is_refused(void)
{
	struct serial_settings settings;
	struct error err;

	CU_ASSERT_EQUAL(serial_settings_parse(&settings, "0 8N1", &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "serial settings '0 8N1': the baud must be from 50 to 4000000");
	CU_ASSERT_EQUAL(serial_settings_parse(&settings, "-9600 8N1", &err), -1);
	CU_ASSERT_EQUAL(serial_settings_parse(&settings, "9999999 8N1", &err), -1);
}

static void a_character_counts_its_start_parity_and_stop_bits(void)
{
	static const struct serial_settings LONGEST = {1000000, 8, 'E', 2};
	static const struct serial_settings SHORTEST = {1000000, 7, 'N', 1};

	CU_ASSERT_EQUAL(serial_character_time(&LONGEST), USEC(12));
	CU_ASSERT_EQUAL(serial_character_time(&SHORTEST), USEC(9));
}

static void many_characters_are_rounded_once(void)
{
	CU_ASSERT_EQUAL(serial_character_time(&SETTINGS), 1041667);
	CU_ASSERT_EQUAL(serial_transmission_time(&SETTINGS, 8), CHARACTERS_8);
	CU_ASSERT_EQUAL(serial_transmission_time(&SETTINGS, 960), SEC(1));
}

static void frames_are_parted_by_three_and_a_half_characters_up_to_19200_baud(void)
{
	static const struct serial_settings AT_19200 = {19200, 8, 'E', 1};
	static const struct serial_settings ABOVE = {38400, 8, 'E', 1};

	CU_ASSERT_EQUAL(serial_frame_silence(&SETTINGS), 3645834);
	CU_ASSERT_EQUAL(serial_frame_silence(&AT_19200), 2005209);
	CU_ASSERT_EQUAL(serial_frame_silence(&ABOVE), USEC(1750));
}

/* ---- pacing ---- */

static void a_frame_is_heard_when_its_last_bit_has_arrived(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_write(&rig, "12345678");
	rig_run(&rig, CHARACTERS_8 - 1);
	CU_ASSERT_STRING_EQUAL(rig.heard.data, "");
	rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "12345678|");
	CU_ASSERT_EQUAL(rig.heard_at, CHARACTERS_8);
	rig_end(&rig);
}

static void a_second_frame_waits_for_the_first(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_write(&rig, "12345678");
	rig_write(&rig, "abc");
	rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "12345678|abc|");
	CU_ASSERT_EQUAL(rig.heard_at, CHARACTERS_8 + CHARACTERS_3);
	rig_end(&rig);
}

static void a_reply_comes_whole_after_its_delay_and_its_own_length(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply(&rig, "abc", MSEC(5));
	rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.came.data, "abc|");
	CU_ASSERT_EQUAL(rig.came_at, MSEC(5) + CHARACTERS_3);
	rig_end(&rig);
}

static void replies_never_overlap(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply(&rig, "12345678", MSEC(5));
	rig_reply(&rig, "abc", MSEC(6));
	rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.came.data, "12345678|abc|");
	CU_ASSERT_EQUAL(rig.came_at, MSEC(5) + CHARACTERS_8 + CHARACTERS_3);
	rig_end(&rig);
}

static void a_reply_that_is_ready_sooner_goes_first(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply(&rig, "slow", MSEC(100));
	rig_reply(&rig, "quick", MSEC(5));
	rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.came.data, "quick|slow|");
	rig_end(&rig);
}

static void a_frame_waits_for_the_reply_that_is_on_the_line(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply(&rig, "12345678", 0);
	rig_run(&rig, MSEC(1));
	rig_write(&rig, "abc");
	rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(rig.came_at, CHARACTERS_8);
	CU_ASSERT_EQUAL(rig.heard_at, CHARACTERS_8 + CHARACTERS_3);
	rig_end(&rig);
}

static void real_time_is_paced_too(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_REAL);
	rig.in_a_hurry = true;
	nsec begun = clock_now(rig.clock);
	rig_write(&rig, "12345678");
	rig_reply(&rig, "abc", MSEC(1));
	rig_run(&rig, begun + SEC(60));

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "12345678|");
	CU_ASSERT_STRING_EQUAL(rig.came.data, "abc|");
	CU_ASSERT(rig.heard_at >= begun + CHARACTERS_8);
	CU_ASSERT(rig.came_at >= begun + CHARACTERS_8 + CHARACTERS_3);
	rig_end(&rig);
}

/* ---- faults ---- */

static void rig_reply_through(struct rig *rig, enum line_fault fault)
{
	serial_sim_set_fault(rig->serial, fault);
	rig_reply(rig, "1234567", 0);
	rig_run(rig, SEC(10));
}

static void a_mute_line_brings_nothing(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply_through(&rig, LINE_MUTE);

	CU_ASSERT_STRING_EQUAL(rig.came.data, "");
	rig_end(&rig);
}

static void a_garbled_reply_differs_in_one_bit_of_its_middle(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply_through(&rig, LINE_GARBLED);

	CU_ASSERT_STRING_EQUAL(rig.came.data, "123$567|");
	rig_end(&rig);
}

static void a_late_reply_comes_two_seconds_late(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply_through(&rig, LINE_LATE);

	CU_ASSERT_STRING_EQUAL(rig.came.data, "1234567|");
	CU_ASSERT_EQUAL(rig.came_at, SEC(2) + serial_transmission_time(&SETTINGS, 7));
	rig_end(&rig);
}

static void a_reply_that_is_cut_off_lacks_its_last_third(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply_through(&rig, LINE_CUT_OFF);

	CU_ASSERT_STRING_EQUAL(rig.came.data, "1234|");
	rig_end(&rig);
}

static void noise_comes_just_before_the_reply(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_reply_through(&rig, LINE_NOISE);

	CU_ASSERT_EQUAL(rig.came.size, 11);
	CU_ASSERT_EQUAL(memcmp(rig.came.data, "\x00\xff|1234567|", 11), 0);
	rig_end(&rig);
}

static void faults_of_a_line_have_names(void)
{
	enum line_fault fault;
	struct error err;

	CU_ASSERT_EQUAL(line_fault_parse(&fault, "cut_off", &err), 0);
	CU_ASSERT_EQUAL(fault, LINE_CUT_OFF);
	CU_ASSERT_EQUAL(line_fault_parse(&fault, "mute", &err), 0);
	CU_ASSERT_EQUAL(fault, LINE_MUTE);
	CU_ASSERT_EQUAL(line_fault_parse(&fault, "good", &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "'good' is no fault of a line: there are mute, garbled, "
					 "late, cut_off and noise");
}

/* ---- the plug ---- */

static void a_pulled_plug_is_told_once_and_takes_what_was_on_the_line(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_write(&rig, "12345678");
	rig_reply(&rig, "abc", 0);
	serial_sim_unplug(rig.serial);
	serial_sim_unplug(rig.serial);
	CU_ASSERT_EQUAL(rig.losses, 0);
	rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(rig.losses, 1);
	CU_ASSERT_STRING_EQUAL(rig.lost, "the adapter was unplugged");
	CU_ASSERT_STRING_EQUAL(rig.heard.data, "");
	CU_ASSERT_STRING_EQUAL(rig.came.data, "");
	rig_end(&rig);
}

static void nothing_can_be_written_to_an_unplugged_port(void)
{
	struct rig rig;
	struct error err;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	serial_sim_unplug(rig.serial);
	int written = serial_write(rig.serial, (const uint8_t *)"a", 1, &err);

	CU_ASSERT_EQUAL(written, -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_LINK);
	CU_ASSERT_STRING_EQUAL(err.text, "the adapter was unplugged");
	rig_end(&rig);
}

static void a_port_may_be_closed_with_frames_under_way(void)
{
	struct rig rig;

	rig_begin(&rig, CLOCK_KIND_VIRTUAL);
	rig_write(&rig, "12345678");
	rig_write(&rig, "abc");
	serial_close(rig.serial);
	rig.serial = NULL;
	rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "");
	rig_end(&rig);
}

void suite_serial_sim(void)
{
	suite_begin("serial_sim");
	claim(settings_are_read_as_they_are_written);
	claim(settings_that_are_none_are_refused_with_an_example);
	claim(a_baud_that_no_port_has_is_refused);
	claim(a_character_counts_its_start_parity_and_stop_bits);
	claim(many_characters_are_rounded_once);
	claim(frames_are_parted_by_three_and_a_half_characters_up_to_19200_baud);
	claim(a_frame_is_heard_when_its_last_bit_has_arrived);
	claim(a_second_frame_waits_for_the_first);
	claim(a_reply_comes_whole_after_its_delay_and_its_own_length);
	claim(replies_never_overlap);
	claim(a_reply_that_is_ready_sooner_goes_first);
	claim(a_frame_waits_for_the_reply_that_is_on_the_line);
	claim(real_time_is_paced_too);
	claim(a_mute_line_brings_nothing);
	claim(a_garbled_reply_differs_in_one_bit_of_its_middle);
	claim(a_late_reply_comes_two_seconds_late);
	claim(a_reply_that_is_cut_off_lacks_its_last_third);
	claim(noise_comes_just_before_the_reply);
	claim(faults_of_a_line_have_names);
	claim(a_pulled_plug_is_told_once_and_takes_what_was_on_the_line);
	claim(nothing_can_be_written_to_an_unplugged_port);
	claim(a_port_may_be_closed_with_frames_under_way);
}

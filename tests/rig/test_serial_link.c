/* SPDX-License-Identifier: Apache-2.0 */
/* Questions over a real port, to a far end that behaves badly. */
#include <stdio.h>
#include <string.h>

#include "codec/modbus.h"
#include "port/link.h"
#include "tests/claims.h"
#include "tests/rig/bench.h"
#include "tests/rig/far_end.h"

enum { PAIR = 4, PLUGGED = 7 };
#define PATIENCE MSEC(200)

struct far_meter;
typedef void play_fn(struct far_meter *meter, const struct modbus_request *request);

/* A Modbus server at the far end, and a question to it. */
struct far_meter {
	struct far_end far;
	struct link *link;
	play_fn *plays;
	int asked;
	struct timer later;
	uint8_t reply[MODBUS_ADU_MOST];
	size_t reply_size;
	/* the question */
	struct modbus_request request;
	int answers;
	uint16_t value;
	struct error err; /* kind 0 with an answer */
	nsec took;
	nsec began;
	/* the link */
	int lost, back;
	char why[240];
	int stray;
};

static void answer_with(struct far_meter *meter, const struct modbus_request *request,
			uint16_t value)
{
	uint8_t data[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	meter->reply_size = modbus_reply_encode(request, data, 2, meter->reply);
}

static void say_reply(void *ctx)
{
	struct far_meter *meter = ctx;

	far_end_say(&meter->far, meter->reply, meter->reply_size);
}

static void say_later(struct far_meter *meter, nsec delay)
{
	timer_start(&meter->later, meter->far.clock, clock_now(meter->far.clock) + delay,
		    TIMER_BYTES, say_reply, meter);
}

static void far_hears(struct far_end *far)
{
	struct far_meter *meter = far->played;
	struct modbus_request request;
	struct error ignored;

	if (far->heard.size < 8)
		return;
	CU_ASSERT_EQUAL(
		modbus_request_decode(&request, (const uint8_t *)far->heard.data, 8, &ignored), 0);
	buf_drop(&far->heard, 8);
	meter->asked++;
	meter->plays(meter, &request);
}

static void tap(void *ctx, enum link_direction direction, nsec time, const uint8_t *bytes,
		size_t size)
{
	struct far_meter *meter = ctx;

	(void)time;
	(void)bytes;
	if (direction == LINK_STRAY)
		meter->stray += (int)size;
}

static void changed(void *ctx, const char *why)
{
	struct far_meter *meter = ctx;

	if (why) {
		meter->lost++;
		snprintf(meter->why, sizeof(meter->why), "%s", why);
	} else {
		meter->back++;
		loop_quit(meter->far.loop);
	}
}

static void meter_open(struct far_meter *meter, int pair, nsec silence, play_fn *plays)
{
	struct serial *serial;
	struct error err;

	memset(meter, 0, sizeof(*meter));
	far_end_open(&meter->far, pair);
	meter->far.played = meter;
	meter->far.hears = far_hears;
	meter->plays = plays;
	serial = serial_real_open(meter->far.loop, &meter->far.wire, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(serial);
	meter->link = link_new(meter->far.clock, serial, silence, tap, meter);
	link_on_change(meter->link, changed, meter);
}

static void meter_close(struct far_meter *meter)
{
	timer_stop(&meter->later);
	link_free(meter->link);
	far_end_close(&meter->far);
}

/* ---- the question ---- */

static size_t measure(void *ctx, const uint8_t *bytes, size_t size)
{
	return modbus_reply_size(ctx, bytes, size);
}

static int check(void *ctx, const uint8_t *bytes, size_t size, struct error *err)
{
	uint8_t data[MODBUS_ADU_MOST];
	size_t data_size;

	return modbus_reply_decode(ctx, bytes, size, data, &data_size, err);
}

static void done(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct far_meter *meter = ctx;

	(void)size;
	meter->err = err ? *err : (struct error){0};
	meter->value = bytes ? (uint16_t)(bytes[3] << 8 | bytes[4]) : 0;
	meter->answers++;
	meter->took = clock_now(meter->far.clock) - meter->began;
	loop_quit(meter->far.loop);
}

static void ask(struct far_meter *meter, uint16_t address, int retries)
{
	uint8_t bytes[MODBUS_ADU_MOST];
	struct link_question question = {.bytes = bytes,
					 .what = "the pressure",
					 .within = PATIENCE,
					 .retries = retries,
					 .measure = measure,
					 .check = check,
					 .codec = &meter->request,
					 .done = done,
					 .ctx = meter};

	meter->request = (struct modbus_request){
		.unit = 1, .function = MODBUS_READ_INPUT, .address = address, .count = 1};
	question.size = modbus_request_encode(&meter->request, bytes);
	meter->answers = 0;
	meter->began = clock_now(meter->far.clock);
	link_ask(meter->link, &question);
}

/* Ask and wait for the end of it. */
static void ask_now(struct far_meter *meter, uint16_t address, int retries)
{
	ask(meter, address, retries);
	for (int i = 0; i < 10 && meter->answers == 0; i++)
		far_end_run(&meter->far, SEC(1));
	CU_ASSERT_EQUAL(meter->answers, 1);
}

static bool failed_with(const struct far_meter *meter, enum error_kind kind, const char *part)
{
	if (meter->err.kind == kind && strstr(meter->err.text, part))
		return true;
	printf("        it was: %d: %s\n", meter->err.kind, meter->err.text);
	return false;
}

static nsec silence(void)
{
	return serial_frame_silence(&(struct serial_settings){115200, 8, 'N', 1});
}

/* ---- how the far end plays ---- */

static void well(struct far_meter *meter, const struct modbus_request *request)
{
	answer_with(meter, request, (uint16_t)(0x1230 + request->address));
	say_reply(meter);
}

static void in_two_pieces(struct far_meter *meter, const struct modbus_request *request)
{
	answer_with(meter, request, 0x1234);
	far_end_say(&meter->far, meter->reply, 3);
	memmove(meter->reply, meter->reply + 3, meter->reply_size -= 3);
	say_later(meter, MSEC(50));
}

static void late_at_first(struct far_meter *meter, const struct modbus_request *request)
{
	if (meter->asked > 1) {
		well(meter, request);
		return;
	}
	answer_with(meter, request, 0x0bad);
	say_later(meter, PATIENCE + MSEC(1));
}

static void twice(struct far_meter *meter, const struct modbus_request *request)
{
	well(meter, request);
	say_reply(meter);
}

static void echoing(struct far_meter *meter, const struct modbus_request *request)
{
	uint8_t bytes[MODBUS_ADU_MOST];
	size_t size = modbus_request_encode(request, bytes);

	far_end_say(&meter->far, bytes, size);
	well(meter, request);
}

static void for_its_neighbour(struct far_meter *meter, const struct modbus_request *request)
{
	struct modbus_request other = *request;

	other.unit = 2;
	answer_with(meter, &other, 0x0bad);
	say_reply(meter);
}

static void for_its_neighbour_at_first(struct far_meter *meter,
				       const struct modbus_request *request)
{
	if (meter->asked == 1)
		for_its_neighbour(meter, request);
	else
		well(meter, request);
}

static void never(struct far_meter *meter, const struct modbus_request *request)
{
	(void)meter;
	(void)request;
}

static void stuck(struct far_meter *meter, const struct modbus_request *request)
{
	(void)request;
	far_end_chatter(&meter->far);
}

/* ---- claims ---- */

static void two_hundred_questions_are_answered(void)
{
	struct far_meter meter;
	nsec began;

	meter_open(&meter, PAIR, silence(), well);
	began = clock_now(meter.far.clock);
	for (uint16_t i = 0; i < 200; i++) {
		ask_now(&meter, i, 0);
		CU_ASSERT_EQUAL(meter.err.kind, 0);
		CU_ASSERT_EQUAL(meter.value, 0x1230 + i);
	}
	printf("        200 exchanges took %.2f s\n",
	       nsec_seconds(clock_now(meter.far.clock) - began));
	CU_ASSERT_EQUAL(meter.stray, 0);
	meter_close(&meter);
}

static void an_answer_in_pieces_is_one_answer(void)
{
	struct far_meter meter;

	meter_open(&meter, PAIR, silence(), in_two_pieces);
	ask_now(&meter, 0, 0);

	CU_ASSERT_EQUAL(meter.err.kind, 0);
	CU_ASSERT_EQUAL(meter.value, 0x1234);
	CU_ASSERT(meter.took >= MSEC(50));
	meter_close(&meter);
}

static void silence_ends_after_all_tries(void)
{
	struct far_meter meter;

	meter_open(&meter, PAIR, silence(), never);
	ask_now(&meter, 0, 2);

	CU_ASSERT(failed_with(&meter, ERROR_TIMEOUT,
			      "no reply to the pressure (3 tries, 200 ms each)"));
	CU_ASSERT_EQUAL(meter.asked, 3);
	CU_ASSERT(meter.took >= 3 * PATIENCE && meter.took < 3 * PATIENCE + MSEC(150));
	meter_close(&meter);
}

static void a_late_answer_in_the_silence_before_the_next_try_is_dropped(void)
{
	struct far_meter meter;

	meter_open(&meter, PAIR, MSEC(20), late_at_first);
	ask_now(&meter, 7, 1);

	CU_ASSERT_EQUAL(meter.err.kind, 0);
	CU_ASSERT_EQUAL(meter.value, 0x1237);
	CU_ASSERT_EQUAL(meter.stray, 7);
	meter_close(&meter);
}

static void of_two_answers_the_second_is_nobodys(void)
{
	struct far_meter meter;

	meter_open(&meter, PAIR, silence(), twice);
	for (uint16_t i = 0; i < 20; i++) {
		ask_now(&meter, i, 2);
		CU_ASSERT_EQUAL(meter.err.kind, 0);
		CU_ASSERT_EQUAL(meter.value, 0x1230 + i);
		for (int k = 0; k < 500 && meter.stray < 7 * (i + 1); k++)
			far_end_run(&meter.far, MSEC(10));
		CU_ASSERT_EQUAL(meter.stray, 7 * (i + 1));
	}
	meter_close(&meter);
}

static void an_echo_is_no_answer_and_its_cure_is_named(void)
{
	struct far_meter meter;

	meter_open(&meter, PAIR, silence(), echoing);
	ask_now(&meter, 0, 0);

	CU_ASSERT(failed_with(&meter, ERROR_DEVICE, "it is the question itself, sent back"));
	CU_ASSERT(failed_with(&meter, ERROR_DEVICE, "echo = true"));
	meter_close(&meter);
}

static void the_neighbours_answer_is_no_answer(void)
{
	struct far_meter meter;

	meter_open(&meter, PAIR, silence(), for_its_neighbour);
	ask_now(&meter, 0, 0);
	CU_ASSERT(failed_with(&meter, ERROR_DEVICE, "unit 2"));

	meter.plays = for_its_neighbour_at_first;
	meter.asked = 0;
	ask_now(&meter, 5, 1);
	CU_ASSERT_EQUAL(meter.err.kind, 0);
	CU_ASSERT_EQUAL(meter.value, 0x1235);
	meter_close(&meter);
}

static void a_driver_that_gets_stuck_ends_the_question_in_time(void)
{
	struct far_meter meter;

	meter_open(&meter, PAIR, silence(), stuck);
	ask_now(&meter, 0, 2);

	CU_ASSERT(meter.err.kind == ERROR_TIMEOUT || meter.err.kind == ERROR_DEVICE);
	printf("        after %.0f ms: %s\n", (double)meter.took / 1e6, meter.err.text);
	CU_ASSERT(meter.took < 3 * PATIENCE + 3 * PATIENCE + MSEC(200));
	meter_close(&meter);
}

static void on_a_line_that_is_never_silent_nobody_waits_for_ever(void)
{
	struct far_meter meter;

	meter_open(&meter, PAIR, MSEC(100), never);
	far_end_chatter(&meter.far);
	far_end_run(&meter.far, MSEC(50));
	ask_now(&meter, 0, 2);

	CU_ASSERT(failed_with(&meter, ERROR_TIMEOUT, "the line was never silent for"));
	CU_ASSERT(meter.took >= PATIENCE && meter.took < PATIENCE + MSEC(150));
	CU_ASSERT(meter.stray > 0);
	meter_close(&meter);
}

static void unplugged_in_the_middle_of_a_question_it_ends_at_once(void)
{
	struct far_meter meter;

	meter_open(&meter, PLUGGED, silence(), never);
	ask(&meter, 0, 2);
	far_end_run(&meter.far, MSEC(50));
	CU_ASSERT_EQUAL(meter.answers, 0);
	rig_pair_unplug(PLUGGED);
	meter.began = clock_now(meter.far.clock);
	far_end_run(&meter.far, SEC(2));

	CU_ASSERT_EQUAL(meter.answers, 1);
	CU_ASSERT(failed_with(&meter, ERROR_LINK, "no reply to the pressure: the wire is gone"));
	CU_ASSERT(meter.took < MSEC(20));
	CU_ASSERT_EQUAL(meter.lost, 1);
	rig_pair_plug(PLUGGED);
	meter_close(&meter);
}

static void unplugged_between_questions_the_link_is_lost_and_comes_back(void)
{
	struct far_meter meter;

	meter_open(&meter, PLUGGED, silence(), well);
	ask_now(&meter, 1, 0);
	CU_ASSERT_EQUAL(meter.value, 0x1231);
	rig_pair_unplug(PLUGGED);
	far_end_run(&meter.far, MSEC(100));
	CU_ASSERT_EQUAL(meter.lost, 1);
	CU_ASSERT(link_is_lost(meter.link));
	ask_now(&meter, 2, 2);
	CU_ASSERT(failed_with(&meter, ERROR_LINK, "the wire is gone"));
	CU_ASSERT(meter.took < MSEC(20));

	rig_pair_plug(PLUGGED);
	far_end_run(&meter.far, SEC(3));
	CU_ASSERT_EQUAL(meter.back, 1);
	CU_ASSERT_FALSE(link_is_lost(meter.link));
	ask_now(&meter, 3, 0);
	CU_ASSERT_EQUAL(meter.err.kind, 0);
	CU_ASSERT_EQUAL(meter.value, 0x1233);
	meter_close(&meter);
}

void suite_serial_link(void)
{
	suite_begin("serial link");
	claim(two_hundred_questions_are_answered);
	claim(an_answer_in_pieces_is_one_answer);
	claim(silence_ends_after_all_tries);
	claim(a_late_answer_in_the_silence_before_the_next_try_is_dropped);
	claim(of_two_answers_the_second_is_nobodys);
	claim(an_echo_is_no_answer_and_its_cure_is_named);
	claim(the_neighbours_answer_is_no_answer);
	claim(a_driver_that_gets_stuck_ends_the_question_in_time);
	claim(on_a_line_that_is_never_silent_nobody_waits_for_ever);
	claim(unplugged_in_the_middle_of_a_question_it_ends_at_once);
	claim(unplugged_between_questions_the_link_is_lost_and_comes_back);
}

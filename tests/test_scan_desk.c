/* SPDX-License-Identifier: Apache-2.0 */
/* A reader that answers scans, on a simulated line, in virtual time, with the frames of a YRM100. */
#include "run/scan_desk.h"

#include <stdio.h>
#include <string.h>

#include "loop/loop.h"
#include "port/serial_sim.h"
#include "tests/claims.h"
#include "tests/driver_files.h"
#include "tests/reader_frames.h"

static const struct serial_settings SETTINGS = {115200, 8, 'N', 1};
static const char *const FIRST = "30751FEB705C5904E3D50D70", *const SECOND =
								     "30751FEB705C5904E3D50D71";

enum { NONE, A, B, BOTH }; /* what lies before the reader */

struct stand {
	struct loop *loop;
	struct bench_clock *clock;
	struct serial *serial;
	struct driver *driver;
	struct scan_desk *desk;
	struct timer end;
	int lies, turns;
	bool mute;
	int answers, doubts;
	nsec answered_at;
	char text[64], one[64], other[64];
	struct error err; /* kind 0: it has not failed */
};

/* The module takes one of several tags at a time. The last byte of the EPC says which, and the sum goes with it. */
static void hear_module(void *ctx, const uint8_t *bytes, size_t size)
{
	struct stand *stand = ctx;
	uint8_t answer[sizeof(TAG)];
	bool is_second;

	if (stand->mute || size < 3)
		return;
	if (bytes[2] == 0x03) {
		serial_sim_reply(stand->serial, VERSION, sizeof(VERSION), MSEC(20));
		return;
	}
	is_second = stand->lies == B || (stand->lies == BOTH && stand->turns++ % 2);
	if (stand->lies == NONE) {
		serial_sim_reply(stand->serial, NO_TAG, sizeof(NO_TAG), MSEC(20));
		return;
	}
	memcpy(answer, TAG, sizeof(TAG));
	answer[19] += is_second;
	answer[22] += is_second;
	serial_sim_reply(stand->serial, answer, sizeof(answer), MSEC(20));
}

static void answered(void *ctx, const char *scan, const char *text)
{
	struct stand *stand = ctx;

	CU_ASSERT_STRING_EQUAL(scan, "tag");
	stand->answers++;
	stand->answered_at = clock_now(stand->clock);
	snprintf(stand->text, sizeof(stand->text), "%s", text);
}

static void doubted(void *ctx, const char *one, const char *other)
{
	struct stand *stand = ctx;

	stand->doubts++;
	snprintf(stand->one, sizeof(stand->one), "%s", one);
	snprintf(stand->other, sizeof(stand->other), "%s", other);
}

static void failed(void *ctx, const struct error *err)
{
	struct stand *stand = ctx;

	stand->err = *err;
}

static void ended(void *ctx)
{
	struct stand *stand = ctx;

	loop_quit(stand->loop);
}

static void run_for(struct stand *stand, nsec time)
{
	struct error err;

	timer_start(&stand->end, stand->clock, clock_now(stand->clock) + time, TIMER_WAIT, ended,
		    stand);
	loop_run(stand->loop, &err);
	timer_stop(&stand->end);
}

static void begin(struct stand *stand)
{
	static const struct scan_desk_handlers HANDLERS = {answered, doubted, failed};
	struct error err;

	stand->loop = loop_new(&err);
	stand->clock = clock_new(stand->loop, CLOCK_KIND_VIRTUAL, 1);
	stand->driver = driver_of("yrm100");
	stand->serial = serial_sim_new(stand->clock, &SETTINGS, hear_module, stand);
	stand->desk = scan_desk_new(stand->clock, stand->serial, stand->driver, false, &HANDLERS,
				    stand, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stand->desk);
}

static void end(struct stand *stand)
{
	scan_desk_free(stand->desk);
	driver_free(stand->driver);
	clock_free(stand->clock);
	loop_free(stand->loop);
}

static void lay(struct stand *stand, int tags, nsec time)
{
	stand->lies = tags;
	run_for(stand, time);
}

static void what_is_laid_there_while_something_is_asked_answers_it_once(void)
{
	struct stand stand = {0};
	nsec laid;

	begin(&stand);
	scan_desk_ask(stand.desk);
	lay(&stand, NONE, SEC(3));
	CU_ASSERT_EQUAL(stand.answers, 0);
	laid = clock_now(stand.clock);
	lay(&stand, A, SEC(5));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_STRING_EQUAL(stand.text, FIRST);
	CU_ASSERT(stand.answered_at - laid >= SCAN_DESK_SETTLES &&
		  stand.answered_at - laid < SEC(1));
	CU_ASSERT_STRING_EQUAL(scan_desk_identity(stand.desk), "M100 26dBm V1.0");
	end(&stand);
}

static void what_was_read_before_it_was_asked_is_no_answer(void)
{
	struct stand stand = {0};

	begin(&stand);
	lay(&stand, A, SEC(3));
	lay(&stand, NONE, SEC(2));
	scan_desk_ask(stand.desk);
	lay(&stand, NONE, SEC(5));
	CU_ASSERT_EQUAL(stand.answers, 0);
	lay(&stand, B, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_STRING_EQUAL(stand.text, SECOND);
	end(&stand);
}

static void what_lies_there_already_must_be_away_first(void)
{
	struct stand stand = {0};

	begin(&stand);
	lay(&stand, A, SEC(3));
	scan_desk_ask(stand.desk);
	lay(&stand, A, SEC(5));
	CU_ASSERT_EQUAL(stand.answers, 0);
	lay(&stand, NONE, MSEC(500));
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 0);
	lay(&stand, NONE, MSEC(1500));
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	end(&stand);
}

static void what_has_answered_one_question_does_not_answer_the_next(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk);
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL_FATAL(stand.answers, 1);
	scan_desk_ask(stand.desk);
	lay(&stand, A, SEC(5));
	CU_ASSERT_EQUAL(stand.answers, 1);
	end(&stand);
}

static void two_at_once_are_told_of_and_not_guessed(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk);
	lay(&stand, BOTH, SEC(5));
	CU_ASSERT_EQUAL(stand.answers, 0);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	CU_ASSERT_STRING_EQUAL(stand.one, FIRST);
	CU_ASSERT_STRING_EQUAL(stand.other, SECOND);
	lay(&stand, B, SEC(3));
	CU_ASSERT_EQUAL(stand.answers, 0);
	lay(&stand, NONE, MSEC(1500));
	lay(&stand, B, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	CU_ASSERT_STRING_EQUAL(stand.text, SECOND);
	end(&stand);
}

/* One that lay there is joined by the one that is meant: the module may take either. */
static void another_beside_one_that_lies_there_is_told_of(void)
{
	struct stand stand = {0};

	begin(&stand);
	lay(&stand, A, SEC(2));
	scan_desk_ask(stand.desk);
	lay(&stand, BOTH, SEC(3));
	CU_ASSERT_EQUAL(stand.answers, 0);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	end(&stand);
}

static void what_is_withdrawn_in_between_is_not_answered(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk);
	lay(&stand, NONE, SEC(1));
	lay(&stand, A, MSEC(400));
	scan_desk_withdraw(stand.desk); /* somebody was faster, and typed */
	lay(&stand, A, SEC(3));
	CU_ASSERT_EQUAL(stand.answers, 0);
	end(&stand);
}

static void a_reader_that_falls_silent_is_told_of(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk);
	lay(&stand, NONE, SEC(2));
	stand.mute = true;
	lay(&stand, A, SEC(5));
	CU_ASSERT_EQUAL(stand.err.kind, ERROR_TIMEOUT);
	CU_ASSERT_EQUAL(stand.answers, 0);
	end(&stand);
}

void suite_scan_desk(void)
{
	suite_begin("scan_desk");
	claim(what_is_laid_there_while_something_is_asked_answers_it_once);
	claim(what_was_read_before_it_was_asked_is_no_answer);
	claim(what_lies_there_already_must_be_away_first);
	claim(what_has_answered_one_question_does_not_answer_the_next);
	claim(two_at_once_are_told_of_and_not_guessed);
	claim(another_beside_one_that_lies_there_is_told_of);
	claim(what_is_withdrawn_in_between_is_not_answered);
	claim(a_reader_that_falls_silent_is_told_of);
}

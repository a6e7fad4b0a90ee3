/* SPDX-License-Identifier: Apache-2.0 */
/* Readers that answer scans, on simulated lines, in virtual time: the frames of a YRM100, the lines of a code reader. */
#include "run/scan_desk.h"

#include <stdio.h>
#include <string.h>

#include "loop/loop.h"
#include "port/serial_sim.h"
#include "tests/claims.h"
#include "tests/driver_files.h"
#include "tests/reader_frames.h"

static const struct serial_settings SETTINGS = {115200, 8, 'N', 1}, SLOW = {9600, 8, 'N', 1};
static const char *const FIRST = "30751FEB705C5904E3D50D70", *const SECOND =
								     "30751FEB705C5904E3D50D71";

enum { NONE, A, B, BOTH }; /* what lies before the reader */

struct stand {
	struct loop *loop;
	struct bench_clock *clock;
	struct serial *serial, *gun; /* of the module; of a code reader beside it, or NULL */
	struct driver *driver, *gun_driver;
	struct scan_desk *desk;
	struct scan_reader *reader;
	struct place {
		struct stand *stand;
		const char *scan;
	} at_module, at_gun;
	struct timer end;
	int lies, turns;
	bool mute;
	int answers, doubts;
	nsec answered_at;
	char text[64], scan[16];
	enum scan_doubt_kind doubt; /* the last … */
	char one[64], other[64];    /* … and what of */
	int64_t slot;
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
	struct place *place = ctx;
	struct stand *stand = place->stand;

	CU_ASSERT_STRING_EQUAL(scan, place->scan);
	stand->answers++;
	stand->answered_at = clock_now(stand->clock);
	snprintf(stand->text, sizeof(stand->text), "%s", text);
	snprintf(stand->scan, sizeof(stand->scan), "%s", scan);
}

static void doubted(void *ctx, const struct scan_doubt *doubt)
{
	struct stand *stand = ((struct place *)ctx)->stand;

	stand->doubts++;
	stand->doubt = doubt->kind;
	stand->slot = doubt->slot;
	snprintf(stand->one, sizeof(stand->one), "%s", doubt->text);
	snprintf(stand->other, sizeof(stand->other), "%s", doubt->other);
}

static void failed(void *ctx, const struct error *err)
{
	((struct place *)ctx)->stand->err = *err;
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
	stand->desk = scan_desk_new(stand->clock, &HANDLERS);
	stand->at_module = (struct place){stand, "tag"};
	stand->reader = scan_desk_add(stand->desk, stand->serial, stand->driver, false,
				      &stand->at_module, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stand->reader);
}

/* A second reader, which says by itself what it reads. */
static void begin_two(struct stand *stand)
{
	struct error err;

	begin(stand);
	stand->gun_driver = driver_of("qr_reader");
	stand->gun = serial_sim_new(stand->clock, &SLOW, NULL, NULL);
	stand->at_gun = (struct place){stand, "code"};
	CU_ASSERT_PTR_NOT_NULL_FATAL(scan_desk_add(stand->desk, stand->gun, stand->gun_driver,
						   false, &stand->at_gun, &err));
}

static void end(struct stand *stand)
{
	scan_desk_free(stand->desk);
	driver_free(stand->driver);
	driver_free(stand->gun_driver);
	clock_free(stand->clock);
	loop_free(stand->loop);
}

static void lay(struct stand *stand, int tags, nsec time)
{
	stand->lies = tags;
	run_for(stand, time);
}

/* The trigger of the code reader is pulled. */
static void shoot(struct stand *stand, const char *code, nsec time)
{
	char line[64];
	int size = snprintf(line, sizeof(line), "%s\r", code);

	serial_sim_reply(stand->gun, (const uint8_t *)line, (size_t)size, 0);
	run_for(stand, time);
}

static void what_is_laid_there_while_something_is_asked_answers_it_once(void)
{
	struct stand stand = {0};
	nsec laid;

	begin(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(3));
	CU_ASSERT_EQUAL(stand.answers, 0);
	laid = clock_now(stand.clock);
	lay(&stand, A, SEC(5));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_STRING_EQUAL(stand.text, FIRST);
	CU_ASSERT(stand.answered_at - laid >= SCAN_DESK_SETTLES &&
		  stand.answered_at - laid < SEC(1));
	CU_ASSERT_STRING_EQUAL(scan_reader_identity(stand.reader), "M100 26dBm V1.0");
	end(&stand);
}

static void what_was_read_before_it_was_asked_is_no_answer(void)
{
	struct stand stand = {0};

	begin(&stand);
	lay(&stand, A, SEC(3));
	lay(&stand, NONE, SEC(2));
	scan_desk_ask(stand.desk, 1);
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
	scan_desk_ask(stand.desk, 1);
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
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(1));
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL_FATAL(stand.answers, 1);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, A, SEC(5));
	CU_ASSERT_EQUAL(stand.answers, 1);
	end(&stand);
}

static void two_at_once_are_told_of_and_not_guessed(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(1));
	lay(&stand, BOTH, SEC(5));
	CU_ASSERT_EQUAL(stand.answers, 0);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	CU_ASSERT_EQUAL(stand.doubt, SCAN_DOUBT_TWO);
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
	scan_desk_ask(stand.desk, 1);
	lay(&stand, BOTH, SEC(3));
	CU_ASSERT_EQUAL(stand.answers, 0);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	end(&stand);
}

static void what_is_withdrawn_in_between_is_not_answered(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk, 1);
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
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(2));
	stand.mute = true;
	lay(&stand, A, SEC(5));
	CU_ASSERT_EQUAL(stand.err.kind, ERROR_TIMEOUT);
	CU_ASSERT_EQUAL(stand.answers, 0);
	end(&stand);
}

/* ---- what was left there ---- */

static void what_lies_there_at_the_first_look_is_told_of_and_is_no_answer(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, A, SEC(3));
	CU_ASSERT_EQUAL(stand.answers, 0);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	CU_ASSERT_EQUAL(stand.doubt, SCAN_DOUBT_LIES);
	CU_ASSERT_STRING_EQUAL(stand.one, FIRST);
	lay(&stand, NONE, MSEC(1500));
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	end(&stand);
}

/* A line that nobody has asked for is what somebody does just now. */
static void the_first_code_of_a_reader_that_speaks_by_itself_is_an_answer(void)
{
	struct stand stand = {0};

	begin_two(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, MSEC(100));
	shoot(&stand, "C-1", SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_STRING_EQUAL(stand.text, "C-1");
	end(&stand);
}

/* ---- several slots ---- */

static void each_slot_gets_what_is_held_up_for_it(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(1));
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL_FATAL(stand.answers, 1);
	CU_ASSERT_STRING_EQUAL(stand.text, FIRST);
	scan_desk_ask(stand.desk, 2);
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	lay(&stand, NONE, MSEC(1500));
	lay(&stand, B, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 2);
	CU_ASSERT_STRING_EQUAL(stand.text, SECOND);
	CU_ASSERT_EQUAL(stand.doubts, 0);
	end(&stand);
}

static void what_has_answered_for_one_slot_does_not_answer_for_the_next(void)
{
	struct stand stand = {0};

	begin(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(1));
	lay(&stand, A, SEC(1));
	CU_ASSERT_EQUAL_FATAL(stand.answers, 1);
	scan_desk_ask(stand.desk, 2);
	lay(&stand, NONE, SEC(3));
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	CU_ASSERT_EQUAL(stand.doubt, SCAN_DOUBT_REPEATED);
	CU_ASSERT_EQUAL(stand.slot, 1);
	lay(&stand, NONE, SEC(2));
	scan_desk_withdraw(stand.desk); /* typed */
	scan_desk_ask(stand.desk, 1);	/* for which it is right: its return, say */
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 2);
	end(&stand);
}

/* One that reads as long as its trigger is held says a code again and again, with any pause between. */
static void a_code_that_is_said_again_and_again_is_of_one_slot(void)
{
	struct stand stand = {0};

	begin_two(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, MSEC(100));
	shoot(&stand, "C-1", SEC(2));
	CU_ASSERT_EQUAL_FATAL(stand.answers, 1);
	scan_desk_ask(stand.desk, 2);
	shoot(&stand, "C-1", SEC(2));
	shoot(&stand, "C-1", SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	CU_ASSERT_EQUAL(stand.doubt, SCAN_DOUBT_REPEATED);
	shoot(&stand, "C-2", SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 2);
	CU_ASSERT_STRING_EQUAL(stand.text, "C-2");
	end(&stand);
}

static void a_scan_too_soon_for_the_next_slot_is_told_of(void)
{
	struct stand stand = {0};

	begin_two(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, MSEC(100));
	shoot(&stand, "C-1", MSEC(700));
	CU_ASSERT_EQUAL_FATAL(stand.answers, 1);
	scan_desk_ask(stand.desk, 2);
	shoot(&stand, "C-2", SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_EQUAL(stand.doubt, SCAN_DOUBT_TWO);
	shoot(&stand, "C-2", SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 2);
	end(&stand);
}

/* ---- two readers ---- */

static void either_reader_answers(void)
{
	struct stand stand = {0};

	begin_two(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(1));
	lay(&stand, A, SEC(2));
	CU_ASSERT_STRING_EQUAL(stand.scan, "tag");
	scan_desk_ask(stand.desk, 2);
	shoot(&stand, "C-2", SEC(2)); /* the first one lies where it was put */
	CU_ASSERT_EQUAL(stand.answers, 2);
	CU_ASSERT_STRING_EQUAL(stand.scan, "code");
	CU_ASSERT_EQUAL(stand.doubts, 0);
	end(&stand);
}

/* A specimen has a tag and a code, and both are read of it. */
static void tag_and_code_of_one_specimen_are_no_two_answers(void)
{
	struct stand stand = {0};

	begin_two(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(1));
	lay(&stand, A, MSEC(300));
	shoot(&stand, "C-1", MSEC(200));
	lay(&stand, NONE, SEC(3));
	CU_ASSERT_EQUAL(stand.answers, 0);
	CU_ASSERT_EQUAL(stand.doubts, 1);
	CU_ASSERT_EQUAL(stand.doubt, SCAN_DOUBT_TWO);
	CU_ASSERT_STRING_EQUAL(stand.one, FIRST);
	CU_ASSERT_STRING_EQUAL(stand.other, "C-1");
	lay(&stand, A, MSEC(850));
	CU_ASSERT_EQUAL(stand.answers, 1);
	scan_desk_ask(stand.desk, 2);
	shoot(&stand, "C-1", SEC(3)); /* late, and of the same specimen */
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_EQUAL(stand.doubts, 2);
	shoot(&stand, "C-2", SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 2);
	end(&stand);
}

static void one_code_before_two_readers_is_one(void)
{
	struct stand stand = {0};

	begin_two(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(1));
	lay(&stand, A, MSEC(300));
	shoot(&stand, FIRST, SEC(1));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_EQUAL(stand.doubts, 0);
	scan_desk_ask(stand.desk, 1);
	shoot(&stand, FIRST, SEC(3)); /* it still lies before the other */
	CU_ASSERT_EQUAL(stand.answers, 1);
	end(&stand);
}

static void one_reader_that_fails_leaves_the_other(void)
{
	struct stand stand = {0};

	begin_two(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(2));
	stand.mute = true;
	lay(&stand, NONE, SEC(3));
	CU_ASSERT_EQUAL(stand.err.kind, ERROR_TIMEOUT);
	shoot(&stand, "C-1", SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	end(&stand);
}

/* Its cable was pulled and is put back: what lies before it then may have lain there all the time. */
static void one_that_failed_may_be_put_there_again(void)
{
	struct stand stand = {0};
	struct error err;

	begin(&stand);
	scan_desk_ask(stand.desk, 1);
	lay(&stand, NONE, SEC(1));
	lay(&stand, A, MSEC(300));
	scan_desk_remove(stand.reader); /* what it has read is not settled yet */
	stand.serial = serial_sim_new(stand.clock, &SETTINGS, hear_module, &stand);
	stand.reader = scan_desk_add(stand.desk, stand.serial, stand.driver, false,
				     &stand.at_module, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stand.reader);
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 0);
	CU_ASSERT_EQUAL(stand.doubt, SCAN_DOUBT_LIES);
	lay(&stand, NONE, SEC(2));
	lay(&stand, A, SEC(2));
	CU_ASSERT_EQUAL(stand.answers, 1);
	CU_ASSERT_STRING_EQUAL(stand.text, FIRST);
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
	claim(what_lies_there_at_the_first_look_is_told_of_and_is_no_answer);
	claim(the_first_code_of_a_reader_that_speaks_by_itself_is_an_answer);
	claim(each_slot_gets_what_is_held_up_for_it);
	claim(what_has_answered_for_one_slot_does_not_answer_for_the_next);
	claim(a_code_that_is_said_again_and_again_is_of_one_slot);
	claim(a_scan_too_soon_for_the_next_slot_is_told_of);
	claim(either_reader_answers);
	claim(tag_and_code_of_one_specimen_are_no_two_answers);
	claim(one_code_before_two_readers_is_one);
	claim(one_reader_that_fails_leaves_the_other);
	claim(one_that_failed_may_be_put_there_again);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A question and its answer, and every fault of the line through a real Modbus question. */
#include <string.h>

#include "tests/claims.h"
#include "tests/link_rig.h"

/* ---- a question and its answer ---- */

static void an_answer_comes_when_both_frames_have_crossed_the_line(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 7);

	link_poll_ask(&poll, MSEC(300), 2);
	CU_ASSERT_EQUAL(poll.calls, 0);
	link_rig_run(&rig, SEC(10));

	CU_ASSERT_EQUAL(poll.calls, 1);
	CU_ASSERT_EQUAL(poll.err.kind, 0);
	CU_ASSERT_EQUAL(poll.size, 7);
	CU_ASSERT_EQUAL(memcmp(poll.bytes, "\x01\x04\x02\x12\x37", 5), 0);
	CU_ASSERT_EQUAL(poll.time, REQUEST + MSEC(5) + REPLY);
	CU_ASSERT_EQUAL(rig.asked, 1);
	link_rig_end(&rig);
}

static void the_tap_hears_frames_when_their_last_bit_has_crossed(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	link_poll_ask(&poll, MSEC(300), 2);
	link_rig_run(&rig, SEC(10));

	CU_ASSERT_STRING_EQUAL(rig.tap.data, "S8 R7 ");
	CU_ASSERT_EQUAL(rig.sent_at, REQUEST);
	CU_ASSERT_EQUAL(rig.received_at, REQUEST + MSEC(5) + REPLY);
	link_rig_end(&rig);
}

static void a_tell_without_answer_is_done_once_sent(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	link_poll_tell(&poll);
	link_rig_run(&rig, SEC(10));

	CU_ASSERT_EQUAL(poll.calls, 1);
	CU_ASSERT_EQUAL(poll.err.kind, 0);
	CU_ASSERT_EQUAL(poll.size, 0);
	CU_ASSERT_EQUAL(poll.time, REQUEST);
	link_rig_end(&rig);
}

static void an_answer_that_beats_the_baud_rate_is_taken(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	link_poll_ask_line(&poll, "MEASURE?", MSEC(300), 2);
	link_rig_run(&rig, MSEC(1));
	rig.serial->on_bytes(rig.serial->ctx, (const uint8_t *)"21.5\n", 5);
	link_rig_run(&rig, MSEC(2));

	CU_ASSERT_EQUAL(poll.size, 5);
	CU_ASSERT_EQUAL(poll.time, MSEC(1));
	CU_ASSERT_STRING_EQUAL(rig.tap.data, "S8 R5 ");
	link_rig_end(&rig);
}

static void an_answer_may_come_in_pieces_and_what_follows_it_is_stray(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	link_poll_ask_line(&poll, "MEASURE?", MSEC(300), 2);
	link_rig_run(&rig, MSEC(10));
	rig.serial->on_bytes(rig.serial->ctx, (const uint8_t *)"21", 2);
	rig.serial->on_bytes(rig.serial->ctx, (const uint8_t *)".5\nOK", 5);
	link_rig_run(&rig, MSEC(20));

	CU_ASSERT_EQUAL(poll.size, 5);
	CU_ASSERT_EQUAL(memcmp(poll.bytes, "21.5\n", 5), 0);
	CU_ASSERT_STRING_EQUAL(rig.tap.data, "S8 R2 R3 X2 ");
	link_rig_end(&rig);
}

static void ends_the_run(struct link_poll *poll)
{
	loop_quit(poll->rig->loop);
}

static void real_time_brings_the_same_answer(void)
{
	struct link_rig rig;
	link_rig_begin_on(&rig, CLOCK_KIND_REAL);
	struct link_poll poll = link_poll_of(&rig, "a", 7);

	nsec begun = clock_now(rig.clock);
	poll.then = ends_the_run;
	link_poll_ask(&poll, SEC(30), 0);
	link_rig_run(&rig, begun + SEC(60));

	CU_ASSERT_EQUAL(poll.calls, 1);
	CU_ASSERT_EQUAL(poll.size, 7);
	CU_ASSERT(poll.time >= begun + REQUEST + MSEC(5) + REPLY);
	link_rig_end(&rig);
}

/* ---- faults of the line ---- */

static void rig_ask_through(struct link_rig *rig, enum line_fault fault, struct link_poll *poll)
{
	serial_sim_set_fault(rig->serial, fault);
	link_poll_ask(poll, MSEC(300), 2);
	link_rig_run(rig, SEC(10));
	CU_ASSERT_EQUAL(poll->calls, 1);
}

static void a_mute_device_is_given_up_after_its_last_retry(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	rig_ask_through(&rig, LINE_MUTE, &poll);

	CU_ASSERT_EQUAL(poll.err.kind, ERROR_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(poll.err.text,
			       "no reply to input register 0 (3 tries, 300 ms each)");
	CU_ASSERT_EQUAL(poll.time, 3 * (REQUEST + MSEC(300)) + 2 * SILENCE);
	CU_ASSERT_EQUAL(rig.asked, 3);
	link_rig_end(&rig);
}

static void a_single_try_is_told_as_one(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	link_poll_ask_line(&poll, "FLOW?", SEC(2), 0);
	link_rig_run(&rig, SEC(10));

	CU_ASSERT_STRING_EQUAL(poll.err.text, "no reply to 'FLOW?' (1 try, 2 s)");
	link_rig_end(&rig);
}

static void garbled_answers_are_told_by_the_last_of_them(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	rig_ask_through(&rig, LINE_GARBLED, &poll);

	CU_ASSERT_EQUAL(poll.err.kind, ERROR_DEVICE);
	CU_ASSERT_PTR_NOT_NULL(strstr(poll.err.text, "the last of 3 answers to input register 0 "
						     "was wrong: the CRC is "));
	CU_ASSERT_EQUAL(poll.size, 0);
	CU_ASSERT_EQUAL(poll.time, 3 * (REQUEST + MSEC(5) + REPLY) + 2 * SILENCE);
	link_rig_end(&rig);
}

static void late_answers_are_time_outs(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	rig_ask_through(&rig, LINE_LATE, &poll);

	CU_ASSERT_EQUAL(poll.err.kind, ERROR_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(poll.err.text,
			       "no reply to input register 0 (3 tries, 300 ms each)");
	CU_ASSERT_STRING_EQUAL(rig.tap.data, "S8 S8 S8 X7 X7 X7 ");
	link_rig_end(&rig);
}

static void a_patient_question_gets_a_late_answer(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	serial_sim_set_fault(rig.serial, LINE_LATE);
	link_poll_ask(&poll, SEC(3), 0);
	link_rig_run(&rig, SEC(10));

	CU_ASSERT_EQUAL(poll.err.kind, 0);
	CU_ASSERT_EQUAL(poll.time, REQUEST + MSEC(5) + SEC(2) + REPLY);
	link_rig_end(&rig);
}

static void answers_that_are_cut_off_say_how_much_came(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	rig_ask_through(&rig, LINE_CUT_OFF, &poll);

	CU_ASSERT_EQUAL(poll.err.kind, ERROR_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(poll.err.text, "no whole reply to input register 0 (3 tries, 300 ms "
					      "each): the last brought 4 of 7 bytes");
	link_rig_end(&rig);
}

static void noise_before_answers_makes_them_wrong(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	rig_ask_through(&rig, LINE_NOISE, &poll);

	CU_ASSERT_EQUAL(poll.err.kind, ERROR_DEVICE);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(poll.err.text, "the last of 3 answers to input register 0 was wrong: "));
	link_rig_end(&rig);
}

static void a_fault_that_passes_costs_a_try_and_no_more(void)
{
	static const enum line_fault FAULTS[] = {LINE_MUTE, LINE_GARBLED, LINE_CUT_OFF, LINE_NOISE};

	for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++) {
		struct link_rig rig;
		link_rig_begin(&rig);
		struct link_poll poll = link_poll_of(&rig, "a", 0);

		rig.good_from = 2;
		rig_ask_through(&rig, FAULTS[i], &poll);

		CU_ASSERT_EQUAL(poll.err.kind, 0);
		CU_ASSERT_EQUAL(poll.size, 7);
		CU_ASSERT_EQUAL(rig.asked, 2);
		link_rig_end(&rig);
	}
}

static void silence_after_a_wrong_answer_still_tells_of_the_answer(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	serial_sim_set_fault(rig.serial, LINE_GARBLED);
	link_poll_ask(&poll, MSEC(300), 1);
	link_rig_run(&rig, REQUEST + MSEC(6));
	serial_sim_set_fault(rig.serial, LINE_MUTE);
	link_rig_run(&rig, SEC(10));

	CU_ASSERT_EQUAL(poll.err.kind, ERROR_DEVICE);
	CU_ASSERT_PTR_NOT_NULL(strstr(poll.err.text, "the only answer to input register 0 (2 "
						     "tries, 300 ms each) was wrong: the CRC"));
	link_rig_end(&rig);
}

static void an_answer_that_is_the_question_itself_names_the_cure(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	serial_sim_set_fault(rig.serial, LINE_MUTE);
	link_poll_ask(&poll, MSEC(300), 0);
	link_rig_run(&rig, REQUEST + MSEC(1));
	rig.serial->on_bytes(rig.serial->ctx, (const uint8_t *)"\x01\x04\x00\x00\x00\x01\x31\xca",
			     8);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(poll.err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(
		poll.err.text,
		"the answer to input register 0 was wrong: it is the question itself, "
		"sent back: if the adapter does that, write echo = true where its port "
		"is bound");
	link_rig_end(&rig);
}

void suite_link(void)
{
	suite_begin("link");
	claim(an_answer_comes_when_both_frames_have_crossed_the_line);
	claim(the_tap_hears_frames_when_their_last_bit_has_crossed);
	claim(a_tell_without_answer_is_done_once_sent);
	claim(an_answer_that_beats_the_baud_rate_is_taken);
	claim(an_answer_may_come_in_pieces_and_what_follows_it_is_stray);
	claim(real_time_brings_the_same_answer);
	claim(a_mute_device_is_given_up_after_its_last_retry);
	claim(a_single_try_is_told_as_one);
	claim(garbled_answers_are_told_by_the_last_of_them);
	claim(late_answers_are_time_outs);
	claim(a_patient_question_gets_a_late_answer);
	claim(answers_that_are_cut_off_say_how_much_came);
	claim(noise_before_answers_makes_them_wrong);
	claim(a_fault_that_passes_costs_a_try_and_no_more);
	claim(silence_after_a_wrong_answer_still_tells_of_the_answer);
	claim(an_answer_that_is_the_question_itself_names_the_cure);
}

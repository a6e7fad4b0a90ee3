/* SPDX-License-Identifier: Apache-2.0 */
/* Who has the line and for how long: order, silence, chatter, cancelling, losing, freeing. */
#include <stdio.h>
#include <string.h>

#include "tests/claims.h"
#include "tests/link_rig.h"

/* ---- turns on the line ---- */

static void questions_are_asked_in_order_with_silence_between_frames(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1),
			 c = link_poll_of(&rig, "c", 2);

	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_poll_tell(&c);
	link_rig_run(&rig, SEC(10));

	CU_ASSERT_STRING_EQUAL(rig.order, "abc");
	CU_ASSERT_EQUAL(a.bytes[4], 0x30);
	CU_ASSERT_EQUAL(b.bytes[4], 0x31);
	CU_ASSERT_EQUAL(b.time, 2 * a.time + SILENCE);
	CU_ASSERT_EQUAL(c.time, b.time + SILENCE + REQUEST);
	link_rig_end(&rig);
}

static void silence_is_kept_after_a_frame_without_answer_too(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	link_poll_tell(&a);
	link_rig_run(&rig, REQUEST + MSEC(1));
	link_poll_tell(&b);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(b.time, REQUEST + SILENCE + REQUEST);
	link_rig_end(&rig);
}

static void a_line_that_was_silent_for_long_is_used_at_once(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0);

	link_poll_tell(&a);
	link_rig_run(&rig, SEC(1));
	link_poll_tell(&a);
	link_rig_run(&rig, SEC(2));

	CU_ASSERT_EQUAL(a.calls, 2);
	CU_ASSERT_EQUAL(a.time, SEC(1) + REQUEST);
	link_rig_end(&rig);
}

static void bytes_without_a_question_are_stray_and_answer_nothing(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	serial_sim_reply(rig.serial, (const uint8_t *)"21.5\n", 5, 0);
	link_rig_run(&rig, MSEC(100));
	link_poll_ask_line(&poll, "TEMPERATURE?", MSEC(300), 0);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.tap.data, "X5 S12 ");
	CU_ASSERT_EQUAL(poll.err.kind, ERROR_TIMEOUT);
	link_rig_end(&rig);
}

static void what_comes_in_the_silence_after_a_time_out_is_dropped(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	rig.delay = MSEC(4);
	link_poll_ask(&poll, MSEC(10), 1); /* the answer ends 1.3 ms after the deadline */
	link_rig_run(&rig, MSEC(20));
	CU_ASSERT_STRING_EQUAL(rig.tap.data, "S8 X7 ");
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(poll.err.kind, ERROR_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(rig.tap.data, "S8 X7 S8 X7 ");
	CU_ASSERT_EQUAL(rig.sent_at, REQUEST + MSEC(4) + REPLY + SILENCE + REQUEST);
	link_rig_end(&rig);
}

static void a_late_answer_is_not_taken_for_that_of_another_question(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	b.request.function = MODBUS_READ_HOLDING;
	rig.delay = MSEC(30);
	link_poll_ask(&a, MSEC(10), 0);
	link_poll_ask(&b, MSEC(300), 1);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(a.err.kind, ERROR_TIMEOUT);
	CU_ASSERT_EQUAL(b.err.kind, 0);
	CU_ASSERT_EQUAL(memcmp(b.bytes, "\x01\x03\x02\x12\x31", 5), 0);
	CU_ASSERT_STRING_EQUAL(rig.tap.data, "S8 S8 R7 S8 R7 X7 ");
	link_rig_end(&rig);
}

static void a_frame_at_the_very_deadline_is_in_time(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	link_poll_ask(&poll, MSEC(5) + REPLY, 0);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(poll.err.kind, 0);
	link_rig_end(&rig);
}

/* ---- devices that talk without being asked ---- */

static void a_chattering_device_does_not_extend_a_deadline(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	link_poll_ask_line(&poll, "MEASURE?", SEC(5), 0);
	link_rig_run(&rig, MSEC(50));
	link_rig_chatter(&rig, USEC(100));
	link_rig_run(&rig, SEC(10));

	CU_ASSERT_EQUAL(poll.calls, 1);
	CU_ASSERT_EQUAL(poll.time, REQUEST + SEC(5));
	CU_ASSERT_STRING_EQUAL(poll.err.text, "no whole reply to 'MEASURE?' (1 try, 5 s): the "
					      "device never stops talking");
	link_rig_end(&rig);
}

static void a_line_that_is_never_silent_is_not_waited_for_for_ever(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	link_rig_chatter(&rig, MSEC(1));
	link_rig_run(&rig, MSEC(50));
	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, SEC(2));

	CU_ASSERT_EQUAL(a.time, MSEC(50) + SILENCE + MSEC(300));
	CU_ASSERT_EQUAL(a.err.kind, ERROR_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(
		a.err.text, "input register 0 could not be asked: the line was never silent for "
			    "3.64583 ms within 300 ms, something on it talks without being asked");
	CU_ASSERT_EQUAL(b.calls, 1);
	CU_ASSERT_EQUAL(rig.asked, 0);
	link_rig_end(&rig);
}

/* ---- cancelling, losing, freeing ---- */

static void a_cancelled_question_is_neither_asked_nor_answered(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1),
			 c = link_poll_of(&rig, "c", 2);

	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_poll_ask(&c, MSEC(300), 2);
	link_cancel(rig.link, &b);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.order, "ac");
	CU_ASSERT_EQUAL(rig.asked, 2);
	link_rig_end(&rig);
}

static void cancelling_the_last_question_leaves_the_queue_in_order(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	link_poll_ask(&a, MSEC(300), 2);
	link_cancel(rig.link, &a);
	link_rig_run(&rig, MSEC(100));
	CU_ASSERT_EQUAL(rig.asked, 0);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.order, "b");
	link_rig_end(&rig);
}

static void a_question_cancelled_on_the_line_keeps_its_answer_from_the_next(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, MSEC(1)); /* still being sent */
	link_cancel(rig.link, &a);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(a.calls, 0);
	CU_ASSERT_EQUAL(b.bytes[4], 0x31);
	CU_ASSERT_STRING_EQUAL(rig.tap.data, "S8 X7 S8 R7 ");
	CU_ASSERT_EQUAL(rig.sent_at, REQUEST + MSEC(300) + SILENCE + REQUEST);
	link_rig_end(&rig);
}

static void in_a_hurry_a_question_on_the_line_has_its_answer_and_no_other_try(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, MSEC(1)); /* still being sent */
	link_hurry(rig.link, &a);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.order, "ab");
	CU_ASSERT_EQUAL(a.err.kind, 0);
	CU_ASSERT(b.time < MSEC(100));
	link_rig_end(&rig);
}

static void in_a_hurry_what_waits_is_forgotten_and_silence_is_met_once(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	serial_sim_set_fault(rig.serial, LINE_MUTE);
	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, MSEC(1));
	link_hurry(rig.link, &a);
	link_hurry(rig.link, &b);
	link_rig_run(&rig, SEC(3));

	CU_ASSERT_STRING_EQUAL(rig.order, "a");
	CU_ASSERT_EQUAL(rig.asked, 1);
	CU_ASSERT_EQUAL(a.time, REQUEST + MSEC(300));
	link_rig_end(&rig);
}

static void cancels_the_other(struct link_poll *poll)
{
	link_cancel(poll->rig->link, poll->other);
}

static void a_question_may_be_cancelled_inside_the_end_of_another(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1),
			 c = link_poll_of(&rig, "c", 2);

	a.then = cancels_the_other;
	a.other = &b;
	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_poll_ask(&c, MSEC(300), 2);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.order, "ac");
	CU_ASSERT_EQUAL(rig.asked, 2);
	link_rig_end(&rig);
}

static void asks_thrice(struct link_poll *poll)
{
	if (poll->calls < 3)
		link_poll_ask(poll, MSEC(300), 2);
}

static void the_end_of_a_question_may_ask_again_and_queues_behind_others(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	a.then = asks_thrice;
	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_STRING_EQUAL(rig.order, "abaa");
	link_rig_end(&rig);
}

static void frees_the_link(struct link_poll *poll)
{
	link_free(poll->rig->link);
	poll->rig->link = NULL;
}

static void the_end_of_a_question_may_free_the_link(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	a.then = frees_the_link;
	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(a.size, 7);
	CU_ASSERT_EQUAL(b.err.kind, ERROR_LINK);
	CU_ASSERT_STRING_EQUAL(b.err.text, "no reply to input register 1: the port was closed");
	link_rig_end(&rig);
}

static void a_freed_link_ends_its_questions_and_forgets_what_they_ask_then(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	a.then = asks_thrice;
	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, MSEC(10));
	link_free(rig.link);
	rig.link = NULL;

	CU_ASSERT_STRING_EQUAL(rig.order, "ab");
	CU_ASSERT_EQUAL(a.err.kind, ERROR_LINK);
	CU_ASSERT_EQUAL(b.err.kind, ERROR_LINK);
	link_rig_end(&rig);
}

static void a_lost_wire_ends_every_question_at_once_and_says_why(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll a = link_poll_of(&rig, "a", 0), b = link_poll_of(&rig, "b", 1);

	link_poll_ask(&a, MSEC(300), 2);
	link_poll_ask(&b, MSEC(300), 2);
	link_rig_run(&rig, MSEC(10));
	CU_ASSERT_FALSE(link_is_lost(rig.link));
	serial_sim_unplug(rig.serial);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_TRUE(link_is_lost(rig.link));
	CU_ASSERT_STRING_EQUAL(rig.order, "ab");
	CU_ASSERT_EQUAL(a.err.kind, ERROR_LINK);
	CU_ASSERT_STRING_EQUAL(a.err.text,
			       "no reply to input register 0: the adapter was unplugged");
	CU_ASSERT_EQUAL(b.time, MSEC(10));
	link_rig_end(&rig);
}

static void a_question_over_a_lost_wire_ends_from_the_loop(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	serial_sim_unplug(rig.serial);
	link_rig_run(&rig, SEC(1));
	link_poll_ask(&poll, MSEC(300), 2);
	CU_ASSERT_EQUAL(poll.calls, 0);
	link_rig_run(&rig, SEC(1));

	CU_ASSERT_EQUAL(poll.calls, 1);
	CU_ASSERT_EQUAL(poll.err.kind, ERROR_LINK);
	link_rig_end(&rig);
}

static void cancelling_over_a_lost_wire_leaves_nothing_to_end(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);

	serial_sim_unplug(rig.serial);
	link_rig_run(&rig, SEC(1));
	link_poll_ask(&poll, MSEC(300), 2);
	link_cancel(rig.link, &poll);
	link_rig_run(&rig, SEC(2));

	CU_ASSERT_EQUAL(poll.calls, 0);
	link_rig_end(&rig);
}

struct changes {
	struct link_rig *rig;
	struct link_poll *asks; /* when the wire is back */
	char told[80];
};

static void wire_changed(void *ctx, const char *why)
{
	struct changes *changes = ctx;

	snprintf(changes->told + strlen(changes->told),
		 sizeof(changes->told) - strlen(changes->told), "%s%s, ", changes->rig->order,
		 why ? why : "back");
	if (!why && changes->asks)
		link_poll_ask(changes->asks, MSEC(300), 2);
}

static void who_wants_to_know_is_told_before_any_question_ends(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll poll = link_poll_of(&rig, "a", 0);
	struct changes changes = {.rig = &rig};

	link_on_change(rig.link, wire_changed, &changes);
	link_poll_ask(&poll, MSEC(300), 2);
	CU_ASSERT_TRUE(link_is_busy(rig.link));
	link_rig_run(&rig, MSEC(10));
	serial_sim_unplug(rig.serial);
	link_rig_run(&rig, SEC(1));
	CU_ASSERT_FALSE(link_is_busy(rig.link));
	serial_sim_plug(rig.serial);
	link_rig_run(&rig, SEC(2));

	CU_ASSERT_STRING_EQUAL(changes.told, "the adapter was unplugged, aback, ");
	link_rig_end(&rig);
	CU_ASSERT_STRING_EQUAL(changes.told, "the adapter was unplugged, aback, ");
}

static void a_wire_that_is_back_carries_questions_again(void)
{
	struct link_rig rig;
	link_rig_begin(&rig);
	struct link_poll first = link_poll_of(&rig, "f", 7), later = link_poll_of(&rig, "l", 8);
	struct changes changes = {.rig = &rig, .asks = &first};

	link_on_change(rig.link, wire_changed, &changes);
	serial_sim_unplug(rig.serial);
	link_rig_run(&rig, SEC(1));
	serial_sim_plug(rig.serial);
	link_rig_run(&rig, SEC(1) + USEC(1));
	CU_ASSERT_FALSE(link_is_lost(rig.link));
	link_poll_ask(&later, MSEC(300), 2);
	link_rig_run(&rig, SEC(2));

	CU_ASSERT_STRING_EQUAL(rig.order, "fl");
	CU_ASSERT_EQUAL(first.err.kind, 0);
	CU_ASSERT_EQUAL(memcmp(first.bytes, "\x01\x04\x02\x12\x37", 5), 0);
	/* the silence before a frame is kept on a wire that is new, too */
	CU_ASSERT_EQUAL(first.time, SEC(1) + SILENCE + REQUEST + MSEC(5) + REPLY);
	link_rig_end(&rig);
}

void suite_link_turns(void)
{
	suite_begin("link_turns");
	claim(questions_are_asked_in_order_with_silence_between_frames);
	claim(silence_is_kept_after_a_frame_without_answer_too);
	claim(a_line_that_was_silent_for_long_is_used_at_once);
	claim(bytes_without_a_question_are_stray_and_answer_nothing);
	claim(what_comes_in_the_silence_after_a_time_out_is_dropped);
	claim(a_late_answer_is_not_taken_for_that_of_another_question);
	claim(a_frame_at_the_very_deadline_is_in_time);
	claim(a_chattering_device_does_not_extend_a_deadline);
	claim(a_line_that_is_never_silent_is_not_waited_for_for_ever);
	claim(a_cancelled_question_is_neither_asked_nor_answered);
	claim(cancelling_the_last_question_leaves_the_queue_in_order);
	claim(a_question_cancelled_on_the_line_keeps_its_answer_from_the_next);
	claim(in_a_hurry_a_question_on_the_line_has_its_answer_and_no_other_try);
	claim(in_a_hurry_what_waits_is_forgotten_and_silence_is_met_once);
	claim(a_question_may_be_cancelled_inside_the_end_of_another);
	claim(the_end_of_a_question_may_ask_again_and_queues_behind_others);
	claim(the_end_of_a_question_may_free_the_link);
	claim(a_freed_link_ends_its_questions_and_forgets_what_they_ask_then);
	claim(a_lost_wire_ends_every_question_at_once_and_says_why);
	claim(a_question_over_a_lost_wire_ends_from_the_loop);
	claim(cancelling_over_a_lost_wire_leaves_nothing_to_end);
	claim(who_wants_to_know_is_told_before_any_question_ends);
	claim(a_wire_that_is_back_carries_questions_again);
}

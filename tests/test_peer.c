/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real process at the other end of a real socket (peer_child.c), in virtual time. Only the claims
 * about hanging wait, once for each of the two budgets, since those are of real time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "tests/claims.h"
#include "wire/peer.h"

struct rig {
	struct loop *loop;
	struct bench_clock *clock;
	struct peer *peer;
	struct buf heard; /* "NOTE hello\n", one line per frame */
	int idles, ends;
	char why[500];
	nsec ended_at;	   /* bench time */
	struct timer late; /* real time: gives a claim up that would wait for ever */
	struct timer alarm;
	nsec alarmed_at;
	enum { FREE_NEVER, FREE_IN_FRAME, FREE_IN_IDLE, FREE_IN_ENDED } free_in;
};

static void quit(void *ctx)
{
	struct rig *rig = ctx;

	loop_quit(rig->loop);
}

static void free_peer(struct rig *rig)
{
	peer_free(rig->peer);
	rig->peer = NULL;
	loop_quit(rig->loop);
}

static void heard_frame(void *ctx, const struct frame *frame)
{
	struct rig *rig = ctx;
	const char *text = value_get_text(frame->payload, "text");

	buf_printf(&rig->heard, "%s %s\n", frame_type_name(frame->type), text ? text : "");
	if (rig->free_in == FREE_IN_FRAME)
		free_peer(rig);
}

static void became_idle(void *ctx)
{
	struct rig *rig = ctx;

	rig->idles++;
	loop_quit(rig->loop);
	if (rig->free_in == FREE_IN_IDLE)
		free_peer(rig);
}

static void has_ended(void *ctx, const char *why)
{
	struct rig *rig = ctx;

	if (rig->free_in == FREE_IN_ENDED)
		free_peer(rig);
	rig->ends++;
	rig->ended_at = clock_now(rig->clock);
	snprintf(rig->why, sizeof(rig->why), "%s", why);
	loop_quit(rig->loop);
}

static struct peer *start_peer(struct rig *rig, const char *mode)
{
	static const struct peer_handlers handlers = {heard_frame, became_idle, has_ended};
	char self[1000] = "";
	char *argv[] = {self, "--as-peer", (char *)mode, NULL};
	struct error err;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return NULL;
	return peer_start(rig->loop, rig->clock, argv, -1, &handlers, rig, &err);
}

static void rig_init(struct rig *rig, const char *mode)
{
	struct error err;

	*rig = (struct rig){.loop = loop_new(&err), .alarmed_at = -1, .ended_at = -1};
	rig->clock = clock_new(rig->loop, CLOCK_KIND_VIRTUAL, 1);
	buf_init(&rig->heard);
	rig->peer = start_peer(rig, mode);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->peer);
}

static void rig_done(struct rig *rig)
{
	timer_stop(&rig->alarm);
	peer_free(rig->peer);
	clock_free(rig->clock);
	loop_free(rig->loop);
	buf_done(&rig->heard);
}

/* Run until idle, the end, the alarm, or so much real time has passed. */
static void rig_run_for(struct rig *rig, nsec most)
{
	struct bench_clock *real = loop_real_clock(rig->loop);
	struct error err;

	timer_start(&rig->late, real, clock_now(real) + most, TIMER_WAIT, quit, rig);
	loop_run(rig->loop, &err);
	timer_stop(&rig->late);
}

static void rig_run(struct rig *rig)
{
	rig_run_for(rig, SEC(8));
}

static void alarm_rang(void *ctx)
{
	struct rig *rig = ctx;

	rig->alarmed_at = clock_now(rig->clock);
	loop_quit(rig->loop);
}

/* Something the bench would do 10 s (of bench time) from its start. */
static void set_alarm(struct rig *rig)
{
	timer_start(&rig->alarm, rig->clock, SEC(10), TIMER_WAIT, alarm_rang, rig);
}

static void add_result(struct rig *rig, size_t size)
{
	char *text = xcalloc(1, size + 1);
	struct value *result = value_map();

	memset(text, 'x', size);
	value_set_bool(result, "ok", true);
	value_set_text(result, "value", text);
	peer_add(rig->peer, FRAME_RESULT, 1, result);
	value_free(result);
	free(text);
}

static void take_turn(struct rig *rig)
{
	peer_add(rig->peer, FRAME_STOP, 0, NULL);
	peer_flush(rig->peer);
	rig_run(rig);
}

/* A peer of this mode takes one turn, and must end for this reason, having said this before. */
static void check_end(const char *mode, const char *heard, const char *why)
{
	struct rig rig;

	rig_init(&rig, mode);
	take_turn(&rig);
	if (!rig.ends)
		rig_run(&rig); /* it was idle first */

	CU_ASSERT_EQUAL(rig.ends, 1);
	CU_ASSERT_STRING_EQUAL(rig.why, why);
	CU_ASSERT_STRING_EQUAL(rig.heard.data, heard);
	rig_done(&rig);
}

/* ---- turns ---- */

static void a_turn_is_answered_by_frames_and_then_idle(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "NOTE packet 1: 1 frames\n");
	CU_ASSERT_EQUAL(rig.idles, 1);
	CU_ASSERT_FALSE(peer_owes(rig.peer));
	rig_done(&rig);
}

static void a_long_answer_comes_in_several_packets(void)
{
	struct rig rig;

	rig_init(&rig, "long");
	take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "NOTE first\nNOTE second\n");
	CU_ASSERT_EQUAL(rig.idles, 1);
	rig_done(&rig);
}

static void more_packets_than_a_socket_queues_are_one_turn(void)
{
	struct rig rig;

	rig_init(&rig, "burst");
	take_turn(&rig);

	CU_ASSERT_EQUAL(rig.idles, 1);
	rig_done(&rig);
}

static void frames_added_before_a_flush_are_one_turn(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	uint32_t first = peer_add(rig.peer, FRAME_STOP, 0, NULL);
	uint32_t second = peer_add(rig.peer, FRAME_STOP, 0, NULL);
	peer_flush(rig.peer);
	rig_run(&rig);

	CU_ASSERT(first == 1 && second == 2);
	CU_ASSERT_STRING_EQUAL(rig.heard.data, "NOTE packet 1: 2 frames\n");
	rig_done(&rig);
}

static void a_flush_of_nothing_is_no_turn(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	peer_flush(rig.peer);

	CU_ASSERT_FALSE(peer_owes(rig.peer));
	rig_done(&rig);
}

static void a_packet_waits_until_the_turn_before_is_over(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	for (int i = 0; i < 3; i++) {
		peer_add(rig.peer, FRAME_STOP, 0, NULL);
		peer_flush(rig.peer);
	}
	rig_run(&rig);

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "NOTE packet 1: 1 frames\nNOTE packet 2: 1 frames\n"
					       "NOTE packet 3: 1 frames\n");
	CU_ASSERT_EQUAL(rig.idles, 1);
	rig_done(&rig);
}

static void a_full_packet_makes_way_for_another(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	for (int i = 0; i < 3; i++)
		add_result(&rig, 30000);
	peer_flush(rig.peer);
	rig_run(&rig);

	CU_ASSERT_STRING_EQUAL(rig.heard.data,
			       "NOTE packet 1: 2 frames\nNOTE packet 2: 1 frames\n");
	CU_ASSERT_EQUAL(rig.idles, 1);
	rig_done(&rig);
}

static void a_packet_of_64_kib_passes_the_socket(void)
{
	const size_t around = PACKET_HEAD + 5 + (6 + 2) + (9 + 5);
	struct rig rig;

	rig_init(&rig, "count");
	add_result(&rig, PACKET_MOST - around);
	peer_flush(rig.peer);
	rig_run(&rig);

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "NOTE packet 1: 1 frames\n");
	rig_done(&rig);
}

static void a_source_file_arrives_in_parts(void)
{
	char *text = xcalloc(1, 100000);
	struct rig rig;

	rig_init(&rig, "count");
	peer_add_source(rig.peer, "a.lua", text, 100000);
	peer_add_source(rig.peer, "b.lua", "", 0);
	peer_flush(rig.peer);
	rig_run(&rig);

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "NOTE a.lua part 1: 61440 bytes\n"
					       "NOTE packet 1: 1 frames\n"
					       "NOTE a.lua part 2: 38560 bytes, the last\n"
					       "NOTE b.lua part 1: 0 bytes, the last\n"
					       "NOTE packet 2: 2 frames\n");
	rig_done(&rig);
	free(text);
}

/* ---- bench time ---- */

static void bench_time_stands_still_while_a_turn_is_owed(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	set_alarm(&rig);
	take_turn(&rig);
	nsec alarmed_in_turn = rig.alarmed_at;
	rig_run(&rig);

	CU_ASSERT(rig.idles == 1 && alarmed_in_turn == -1);
	CU_ASSERT_EQUAL(rig.alarmed_at, SEC(10));
	rig_done(&rig);
}

static void a_peer_ends_at_the_bench_time_of_its_last_turn(void)
{
	struct rig rig;

	rig_init(&rig, "exit");
	set_alarm(&rig);
	take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "ended with exit code 3");
	CU_ASSERT_EQUAL(rig.ended_at, 0);
	rig_done(&rig);
}

static void bench_time_goes_on_when_a_peer_has_ended(void)
{
	struct rig rig;

	rig_init(&rig, "garbage");
	set_alarm(&rig);
	take_turn(&rig);
	rig_run(&rig);

	CU_ASSERT_EQUAL(rig.ends, 1);
	CU_ASSERT_EQUAL(rig.alarmed_at, SEC(10));
	rig_done(&rig);
}

static void bench_time_goes_on_when_a_peer_is_freed_in_its_turn(void)
{
	struct rig rig;

	rig_init(&rig, "mute");
	set_alarm(&rig);
	peer_add(rig.peer, FRAME_STOP, 0, NULL);
	peer_flush(rig.peer);
	free_peer(&rig);
	rig_run(&rig); /* free_peer had asked to quit */
	rig_run(&rig);

	CU_ASSERT_EQUAL(rig.alarmed_at, SEC(10));
	rig_done(&rig);
}

/* ---- the end ---- */

static void an_exit_is_told_with_its_code(void)
{
	check_end("exit", "", "ended with exit code 3");
}

static void a_signal_is_told_with_its_name(void)
{
	check_end("killed", "", "was killed by signal 9 (Killed)");
}

static void a_closed_socket_is_an_end_without_an_exit(void)
{
	check_end("closing", "", "closed its socket");
}

static void an_exit_is_an_end_while_the_socket_is_open(void)
{
	check_end("survived", "", "ended with exit code 4");
}

static void last_words_are_heard_before_the_end(void)
{
	check_end("failed", "FAILED a.lua:1: no such channel\n", "ended with exit code 1");
}

static void a_process_that_is_done_leaves_after_its_turn(void)
{
	check_end("done", "DONE \n", "ended with exit code 0");
}

static void a_message_too_large_for_a_packet_ends_the_peer_from_the_loop(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	add_result(&rig, PACKET_MOST);
	peer_flush(rig.peer);
	int ends_before = rig.ends;
	rig_run(&rig);

	CU_ASSERT(ends_before == 0 && rig.ends == 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(rig.why, "cannot be told something: a RESULT frame of 65595"));
	rig_done(&rig);
}

static void the_end_is_not_told_after_the_peer_was_freed(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	add_result(&rig, PACKET_MOST);
	peer_free(rig.peer);
	rig.peer = NULL;
	rig_run_for(&rig, MSEC(20));

	CU_ASSERT_EQUAL(rig.ends, 0);
	rig_done(&rig);
}

static void the_end_is_told_once(void)
{
	struct rig rig;

	rig_init(&rig, "garbage");
	take_turn(&rig);
	peer_add(rig.peer, FRAME_STOP, 0, NULL);
	peer_flush(rig.peer);
	rig_run_for(&rig, MSEC(700));

	CU_ASSERT_EQUAL(rig.ends, 1);
	rig_done(&rig);
}

static void check_freed_in(const char *mode, int where)
{
	struct rig rig;

	rig_init(&rig, mode);
	rig.free_in = where;
	set_alarm(&rig);
	take_turn(&rig);
	bool freed = !rig.peer;
	rig_run(&rig);

	CU_ASSERT(freed);
	CU_ASSERT_EQUAL(rig.alarmed_at, SEC(10));
	rig_done(&rig);
}

static void a_frame_handler_may_free_the_peer(void)
{
	check_freed_in("long", FREE_IN_FRAME);
}

static void an_idle_handler_may_free_the_peer(void)
{
	check_freed_in("long", FREE_IN_IDLE);
}

static void an_end_handler_may_free_the_peer(void)
{
	check_freed_in("exit", FREE_IN_ENDED);
}

static void a_program_that_is_not_there_does_not_start(void)
{
	static const struct peer_handlers handlers = {heard_frame, became_idle, has_ended};
	char *argv[] = {"/nowhere/davy-lua", NULL};
	struct error err = {0};
	struct rig rig;

	rig_init(&rig, "count");
	struct peer *peer = peer_start(rig.loop, rig.clock, argv, -1, &handlers, &rig, &err);

	CU_ASSERT_PTR_NULL(peer);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/nowhere/davy-lua"));
	peer_free(peer);
	rig_done(&rig);
}

/* ---- nonsense ---- */

static void bytes_that_are_no_packet_end_the_peer(void)
{
	check_end("garbage", "",
		  "sent what is no message: not a packet: the frame at byte 0 is cut short");
}

static void a_packet_over_64_kib_ends_the_peer(void)
{
	check_end("huge", "", "sent a packet of 65537 bytes, and 65536 are allowed");
}

static void an_answer_to_another_turn_ends_the_peer(void)
{
	check_end("wrong_ack", "", "answered frame 7 when frame 1 was the last");
}

static void talking_out_of_turn_ends_the_peer(void)
{
	check_end("late", "", "sent something when it was not its turn");
}

static void talking_after_idle_ends_the_peer(void)
{
	check_end("after_idle", "", "went on after IDLE");
}

static void a_message_of_the_controller_ends_the_peer(void)
{
	check_end("controller", "", "sent ADVANCE, which only the controller sends");
}

static void a_missing_frame_ends_the_peer(void)
{
	check_end("skipping", "NOTE \n", "sent frame 3 after frame 1");
}

static void a_packet_with_an_open_end_ends_the_peer(void)
{
	check_end("open_ended", "NOTE \n", "ended a packet with neither IDLE nor MORE");
}

/* ---- quotas and budgets ---- */

static void a_flood_ends_the_peer_at_1_mib(void)
{
	struct rig rig;

	rig_init(&rig, "flood");
	take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "sent more than 1 MiB in one turn");
	CU_ASSERT_EQUAL(rig.heard.size, 17 * strlen("NOTE \n"));
	rig_done(&rig);
}

static void a_thousand_notes_are_heard_and_no_more(void)
{
	struct rig rig;

	rig_init(&rig, "chatty");
	take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "wrote more than 1000 notes in one turn");
	CU_ASSERT_EQUAL(rig.heard.size, 1000 * strlen("NOTE \n"));
	rig_done(&rig);
}

static void a_process_that_computes_for_a_second_is_hung(void)
{
	struct rig rig;

	rig_init(&rig, "busy");
	take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "used more than 1 s of processor time in one turn");
	rig_done(&rig);
}

static void a_process_that_is_mute_for_five_seconds_is_hung(void)
{
	struct rig rig;

	rig_init(&rig, "mute");
	struct bench_clock *real = loop_real_clock(rig.loop);
	nsec start = clock_now(real);
	take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "gave no answer for more than 5 s");
	CU_ASSERT(clock_now(real) - start > SEC(5));
	rig_done(&rig);
}

void suite_peer(void)
{
	suite_begin("peer");
	claim(a_turn_is_answered_by_frames_and_then_idle);
	claim(a_long_answer_comes_in_several_packets);
	claim(more_packets_than_a_socket_queues_are_one_turn);
	claim(frames_added_before_a_flush_are_one_turn);
	claim(a_flush_of_nothing_is_no_turn);
	claim(a_packet_waits_until_the_turn_before_is_over);
	claim(a_full_packet_makes_way_for_another);
	claim(a_packet_of_64_kib_passes_the_socket);
	claim(a_source_file_arrives_in_parts);
	claim(bench_time_stands_still_while_a_turn_is_owed);
	claim(a_peer_ends_at_the_bench_time_of_its_last_turn);
	claim(bench_time_goes_on_when_a_peer_has_ended);
	claim(bench_time_goes_on_when_a_peer_is_freed_in_its_turn);
	claim(an_exit_is_told_with_its_code);
	claim(a_signal_is_told_with_its_name);
	claim(a_closed_socket_is_an_end_without_an_exit);
	claim(an_exit_is_an_end_while_the_socket_is_open);
	claim(last_words_are_heard_before_the_end);
	claim(a_process_that_is_done_leaves_after_its_turn);
	claim(a_message_too_large_for_a_packet_ends_the_peer_from_the_loop);
	claim(the_end_is_not_told_after_the_peer_was_freed);
	claim(the_end_is_told_once);
	claim(a_frame_handler_may_free_the_peer);
	claim(an_idle_handler_may_free_the_peer);
	claim(an_end_handler_may_free_the_peer);
	claim(a_program_that_is_not_there_does_not_start);
	claim(bytes_that_are_no_packet_end_the_peer);
	claim(a_packet_over_64_kib_ends_the_peer);
	claim(an_answer_to_another_turn_ends_the_peer);
	claim(talking_out_of_turn_ends_the_peer);
	claim(talking_after_idle_ends_the_peer);
	claim(a_message_of_the_controller_ends_the_peer);
	claim(a_missing_frame_ends_the_peer);
	claim(a_packet_with_an_open_end_ends_the_peer);
	claim(a_flood_ends_the_peer_at_1_mib);
	claim(a_thousand_notes_are_heard_and_no_more);
	claim(a_process_that_computes_for_a_second_is_hung);
	claim(a_process_that_is_mute_for_five_seconds_is_hung);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Turns, bench time and ends: a real process at the other end of a real socket (peer_child.c). */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/claims.h"
#include "tests/peer_rig.h"

/* ---- turns ---- */

static void a_turn_is_answered_by_frames_and_then_idle(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	rig_take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "NOTE packet 1: 1 frames\n");
	CU_ASSERT_EQUAL(rig.idles, 1);
	CU_ASSERT_FALSE(peer_owes(rig.peer));
	rig_done(&rig);
}

static void a_long_answer_comes_in_several_packets(void)
{
	struct rig rig;

	rig_init(&rig, "long");
	rig_take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.heard.data, "NOTE first\nNOTE second\n");
	CU_ASSERT_EQUAL(rig.idles, 1);
	rig_done(&rig);
}

static void more_packets_than_a_socket_queues_are_one_turn(void)
{
	struct rig rig;

	rig_init(&rig, "burst");
	rig_take_turn(&rig);

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
		rig_add_result(&rig, 30000);
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
	rig_add_result(&rig, PACKET_MOST - around);
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
	rig_set_alarm(&rig);
	rig_take_turn(&rig);
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
	rig_set_alarm(&rig);
	rig_take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "ended with exit code 3");
	CU_ASSERT_EQUAL(rig.ended_at, 0);
	rig_done(&rig);
}

static void bench_time_goes_on_when_a_peer_has_ended(void)
{
	struct rig rig;

	rig_init(&rig, "garbage");
	rig_set_alarm(&rig);
	rig_take_turn(&rig);
	rig_run(&rig);

	CU_ASSERT_EQUAL(rig.ends, 1);
	CU_ASSERT_EQUAL(rig.alarmed_at, SEC(10));
	rig_done(&rig);
}

static void bench_time_goes_on_when_a_peer_is_freed_in_its_turn(void)
{
	struct rig rig;

	rig_init(&rig, "mute");
	rig_set_alarm(&rig);
	peer_add(rig.peer, FRAME_STOP, 0, NULL);
	peer_flush(rig.peer);
	rig_free_peer(&rig);
	rig_run(&rig); /* rig_free_peer had asked to quit */
	rig_run(&rig);

	CU_ASSERT_EQUAL(rig.alarmed_at, SEC(10));
	rig_done(&rig);
}

/* ---- the end ---- */

static void an_exit_is_told_with_its_code(void)
{
	rig_check_end("exit", "", "ended with exit code 3");
}

static void a_signal_is_told_with_its_name(void)
{
	rig_check_end("killed", "", "was killed by signal 9 (Killed)");
}

static void a_closed_socket_is_an_end_without_an_exit(void)
{
	rig_check_end("closing", "", "closed its socket");
}

static void an_exit_is_an_end_while_the_socket_is_open(void)
{
	rig_check_end("survived", "", "ended with exit code 4");
}

static void last_words_are_heard_before_the_end(void)
{
	rig_check_end("failed", "FAILED a.lua:1: no such channel\n", "ended with exit code 1");
}

static void a_process_that_is_done_leaves_after_its_turn(void)
{
	rig_check_end("done", "DONE \n", "ended with exit code 0");
}

static void a_message_too_large_for_a_packet_ends_the_peer_from_the_loop(void)
{
	struct rig rig;

	rig_init(&rig, "count");
	rig_add_result(&rig, PACKET_MOST);
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
	rig_add_result(&rig, PACKET_MOST);
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
	rig_take_turn(&rig);
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
	rig_set_alarm(&rig);
	rig_take_turn(&rig);
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
	struct error err = {0};
	struct rig rig;

	rig_init(&rig, "count");
	struct peer *peer = rig_start(&rig, "/nowhere/davy-lua", "count", &err);

	CU_ASSERT_PTR_NULL(peer);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/nowhere/davy-lua"));
	peer_free(peer);
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
}

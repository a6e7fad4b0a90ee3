/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a peer is killed for. Only the two claims about hanging wait, once for each budget, since
 * those are of real time.
 */
#include <string.h>

#include "tests/claims.h"
#include "tests/peer_rig.h"

/* ---- nonsense ---- */

static void bytes_that_are_no_packet_end_the_peer(void)
{
	rig_check_end("garbage", "",
		      "sent what is no message: not a packet: the frame at byte 0 is cut short");
}

static void a_packet_over_64_kib_ends_the_peer(void)
{
	rig_check_end("huge", "", "sent a packet of 65537 bytes, and 65536 are allowed");
}

static void an_answer_to_another_turn_ends_the_peer(void)
{
	rig_check_end("wrong_ack", "", "answered frame 7 when frame 1 was the last");
}

static void talking_out_of_turn_ends_the_peer(void)
{
	rig_check_end("late", "", "sent something when it was not its turn");
}

static void talking_after_idle_ends_the_peer(void)
{
	rig_check_end("after_idle", "", "went on after IDLE");
}

static void a_message_of_the_controller_ends_the_peer(void)
{
	rig_check_end("controller", "", "sent ADVANCE, which only the controller sends");
}

static void a_missing_frame_ends_the_peer(void)
{
	rig_check_end("skipping", "NOTE \n", "sent frame 3 after frame 1");
}

static void a_packet_with_an_open_end_ends_the_peer(void)
{
	rig_check_end("open_ended", "NOTE \n", "ended a packet with neither IDLE nor MORE");
}

/* ---- quotas and budgets ---- */

static void a_flood_ends_the_peer_at_1_mib(void)
{
	struct rig rig;

	rig_init(&rig, "flood");
	rig_take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "sent more than 1 MiB in one turn");
	CU_ASSERT_EQUAL(rig.heard.size, 17 * strlen("NOTE \n"));
	rig_done(&rig);
}

static void a_thousand_notes_are_heard_and_no_more(void)
{
	struct rig rig;

	rig_init(&rig, "chatty");
	rig_take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "wrote more than 1000 notes in one turn");
	CU_ASSERT_EQUAL(rig.heard.size, 1000 * strlen("NOTE \n"));
	rig_done(&rig);
}

static void a_process_that_computes_for_a_second_is_hung(void)
{
	struct rig rig;

	rig_init(&rig, "busy");
	rig_take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "used more than 1 s of processor time in one turn");
	rig_done(&rig);
}

static void a_process_that_is_mute_for_five_seconds_is_hung(void)
{
	struct rig rig;

	rig_init(&rig, "mute");
	struct bench_clock *real = loop_real_clock(rig.loop);
	nsec start = clock_now(real);
	rig_take_turn(&rig);

	CU_ASSERT_STRING_EQUAL(rig.why, "gave no answer for more than 5 s");
	CU_ASSERT(clock_now(real) - start > SEC(5));
	rig_done(&rig);
}

void suite_peer_limits(void)
{
	suite_begin("peer limits");
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

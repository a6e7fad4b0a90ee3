/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks as a script meets them: together, race, finally, stop, and the turns of the wire. Every claim
 * drives the real davy-lua. The step's body starts at t.lua:10.
 */
#include <string.h>

#include "tests/cell.h"
#include "tests/claims.h"

#define SAYS(cell, type, n, json) CU_ASSERT_STRING_EQUAL(cell_said(cell, type, n), json)

/* ---- tasks ---- */

static void together_waits_for_all(void)
{
	struct cell *cell =
		cell_run("together(function() wait '1 s' end, function() wait '2 s' end)\n"
			 "print 'both'");

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_REQUEST), 2);
	cell_answer(cell, 3, NULL);
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_NOTE), 0);
	cell_answer(cell, 2, NULL);

	SAYS(cell, FRAME_NOTE, 0, "{'text':'both'}");
	cell_free(cell);
}

static void a_race_cancels_the_losers_and_names_the_winner(void)
{
	struct cell *cell = cell_run(
		"local who = race(function() wait '9 s' end, function() wait '1 s' end,\n"
		"  function() together(function() wait '5 s' end, function() wait '6 s' end) end)\n"
		"print('winner', who)");

	cell_answer(cell, 3, NULL);

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_CANCEL), 3);
	CU_ASSERT_EQUAL(cell_frame(cell, FRAME_CANCEL, 0)->request, 2);
	CU_ASSERT_EQUAL(cell_frame(cell, FRAME_CANCEL, 2)->request, 5);
	SAYS(cell, FRAME_NOTE, 0, "{'text':'winner 2'}");
	cell_free(cell);
}

static void the_answer_to_a_cancelled_request_is_passed_over(void)
{
	struct cell *cell = cell_run("race(function() wait '9 s' print 'lost' end, function() wait "
				     "'1 s' end)\nwait '3 s'");

	cell_answer(cell, 3, NULL);
	cell_answer(cell, 2, NULL);

	CU_ASSERT_EQUAL(cell->count, 0);
	cell_free(cell);
}

static void an_error_in_one_branch_ends_the_others_and_the_step(void)
{
	struct cell *cell = cell_run("together(function() wait '9 s' end,\n"
				     "  function() wait '1 s' error 'broken' end)");

	cell_answer(cell, 3, NULL);

	CU_ASSERT_EQUAL(cell_frame(cell, FRAME_CANCEL, 0)->request, 2);
	CU_ASSERT(cell_failed(cell, "script", "t.lua:11: broken"));
	cell_free(cell);
}

static void waiting_works_inside_pcall(void)
{
	struct cell *cell = cell_run("pcall(function() wait '1 s' print 'after' end)");

	cell_answer(cell, 2, NULL);

	SAYS(cell, FRAME_NOTE, 0, "{'text':'after'}");
	cell_free(cell);
}

static void wait_is_refused_inside_a_sort(void)
{
	struct cell *cell = cell_run("table.sort({ 2, 1 }, function() wait '1 s' end)");

	CU_ASSERT(cell_failed(cell, "script",
			      "t.lua:10: wait cannot be used inside a callback of table.sort or "
			      "string.gsub"));
	cell_free(cell);
}

static void a_verb_is_refused_inside_gsub(void)
{
	struct cell *cell = cell_run("('abc'):gsub('.', function() fx.methane:read() end)");

	CU_ASSERT(cell_failed(cell, "script", "read cannot be used inside a callback"));
	cell_free(cell);
}

/* ---- finally, stop ---- */

static void finally_blocks_run_last_first_at_the_end_of_the_step(void)
{
	struct cell *cell = cell_run("finally(function() print 'first declared' end)\n"
				     "finally(function() print 'last declared' end)\n"
				     "print 'body'");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'body'}");
	SAYS(cell, FRAME_NOTE, 1, "{'text':'last declared'}");
	SAYS(cell, FRAME_NOTE, 2, "{'text':'first declared'}");
	cell_free(cell);
}

static void a_failed_step_says_so_before_its_finally_blocks_run(void)
{
	struct cell *cell = cell_run("finally(function() fx.air:close() end)\nerror 'broken'");

	CU_ASSERT_EQUAL(cell->frame[0].type, FRAME_FAILED);
	CU_ASSERT_EQUAL(cell->frame[1].type, FRAME_REQUEST);
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DONE), 0);
	cell_answer(cell, 2, "{'reading': 1, 'number': 0, 'unit': 's'}");

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DONE), 1);
	cell_free(cell);
}

static void a_finally_block_that_fails_does_not_keep_the_others_from_running(void)
{
	struct cell *cell = cell_run("finally(function() print 'other' end)\n"
				     "finally(function() error 'broken' end)");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:11: broken (in a finally block)"));
	SAYS(cell, FRAME_NOTE, 0, "{'text':'other'}");
	CU_ASSERT_PTR_NOT_NULL(strstr(cell_said(cell, FRAME_REQUEST, 0), "step_end"));
	cell_free(cell);
}

static void a_stop_runs_the_finally_blocks_and_never_the_task(void)
{
	struct cell *cell = cell_run("finally(function() fx.air:close() end)\n"
				     "while true do pcall(wait, '1 s') print 'resumed' end");

	cell_send(cell, FRAME_STOP, 0, NULL);
	SAYS(cell, FRAME_REQUEST, 0, "{'line':'air','on':false,'verb':'act','where':'t.lua:10'}");
	cell_answer(cell, 2, NULL);
	CU_ASSERT_EQUAL(cell->count, 0);
	cell_answer(cell, 3, "{'reading': 1, 'number': 0, 'unit': 's'}");

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DONE), 1);
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_NOTE), 0);
	cell_free(cell);
}

static void a_stop_lets_running_finally_blocks_end_and_goes_no_further(void)
{
	struct cell *cell = cell_run("finally(function() wait '1 s' print 'clean' end)");

	cell_send(cell, FRAME_STOP, 0, NULL);
	SAYS(cell, FRAME_REQUEST, 0, "{'for':'[1 s]','verb':'wait','where':'t.lua:10'}");
	cell_answer(cell, 2, NULL);
	CU_ASSERT_EQUAL(cell->count, 0);
	cell_answer(cell, 3, NULL);

	SAYS(cell, FRAME_NOTE, 0, "{'text':'clean'}");
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DONE), 1);
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_REQUEST), 0);
	cell_free(cell);
}

static void what_finally_blocks_wait_for_is_asked_again_in_its_order(void)
{
	struct cell *cell = cell_run("for _ = 1, 10 do wait '1 s' end\n" /* numbers grow */
				     "finally(function()\n"
				     "  local branches = {}\n"
				     "  for i = 1, 9 do\n"
				     "    branches[i] = function() wait(i .. ' s') end\n"
				     "  end\n"
				     "  together(table.unpack(branches))\n"
				     "end)");
	char first[16], said[16];

	for (uint32_t number = 2; number < 12; number++)
		cell_answer(cell, number, NULL);
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_REQUEST), 9);
	cell_send(cell, FRAME_STOP, 0, NULL);

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_REQUEST), 9);
	for (int i = 0; i < 9; i++) {
		snprintf(first, sizeof(first), "{'for':'[%d s]'", i + 1);
		snprintf(said, sizeof(said), "%.14s", cell_said(cell, FRAME_REQUEST, (size_t)i));
		CU_ASSERT_STRING_EQUAL(said, first);
	}
	cell_free(cell);
}

/* ---- turns ---- */

static void a_turn_ends_with_the_number_of_the_last_frame_seen(void)
{
	struct cell *cell = cell_run("wait '1 s'");

	cell_answer(cell, 2, NULL);

	CU_ASSERT_EQUAL(cell->acknowledged, cell->sequence);
	cell_free(cell);
}

static void a_long_turn_arrives_in_several_packets(void)
{
	struct cell *cell = cell_run("for i = 1, 500 do print(('x'):rep(1000)) end");

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_NOTE), 500);
	CU_ASSERT(cell_frame(cell, FRAME_NOTE, 499)->sequence >
		  cell_frame(cell, FRAME_NOTE, 0)->sequence + 499); /* MORE has numbers, too */
	cell_free(cell);
}

void suite_script_tasks(void)
{
	suite_begin("script_tasks");
	claim(together_waits_for_all);
	claim(a_race_cancels_the_losers_and_names_the_winner);
	claim(the_answer_to_a_cancelled_request_is_passed_over);
	claim(an_error_in_one_branch_ends_the_others_and_the_step);
	claim(waiting_works_inside_pcall);
	claim(wait_is_refused_inside_a_sort);
	claim(a_verb_is_refused_inside_gsub);
	claim(finally_blocks_run_last_first_at_the_end_of_the_step);
	claim(a_failed_step_says_so_before_its_finally_blocks_run);
	claim(a_finally_block_that_fails_does_not_keep_the_others_from_running);
	claim(a_stop_runs_the_finally_blocks_and_never_the_task);
	claim(a_stop_lets_running_finally_blocks_end_and_goes_no_further);
	claim(what_finally_blocks_wait_for_is_asked_again_in_its_order);
	claim(a_turn_ends_with_the_number_of_the_last_frame_seen);
	claim(a_long_turn_arrives_in_several_packets);
}

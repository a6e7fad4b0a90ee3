/* SPDX-License-Identifier: Apache-2.0 */
/* The jump hook: a world is asked before virtual time moves on. */
#include "tests/claims.h"
#include "tests/clock_rig.h"

static nsec agree(void *ctx, nsec deadline)
{
	struct clock_rig *rig = ctx;

	rig->asked++;
	buf_printf(&rig->diary, "?%lld ", (long long)(deadline / MSEC(1)));
	return deadline;
}

static void the_jump_hook_is_asked_once_per_instant(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_on_jump(rig->clock, agree, rig);
	clock_rig_note(rig, 0, "a", MSEC(10), TIMER_BYTES);
	clock_rig_note(rig, 1, "b", MSEC(10), TIMER_LINK);
	clock_rig_run(rig, MSEC(20));

	check_diary(rig, "?10 a@10 b@10 ?20 ");
	clock_rig_free(rig);
}

/* A world with an edge at 7 ms: moves the clock there, lets the edge happen, then agrees. */
static nsec edge_at_seven(void *ctx, nsec deadline)
{
	struct clock_rig *rig = ctx;

	if (clock_now(rig->clock) >= MSEC(7) || deadline <= MSEC(7))
		return agree(rig, deadline);
	clock_move(rig->clock, MSEC(7));
	clock_rig_note(rig, 5, "edge", MSEC(7), TIMER_BYTES);
	return NSEC_NEVER;
}

static void an_edge_before_the_deadline_comes_first(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_on_jump(rig->clock, edge_at_seven, rig);
	clock_rig_note(rig, 0, "due", MSEC(10), TIMER_WAIT);
	clock_rig_run(rig, MSEC(20));

	check_diary(rig, "edge@7 ?10 due@10 ?20 ");
	clock_rig_free(rig);
}

static void world_answers(void *ctx)
{
	struct clock_rig *rig = ctx;

	buf_add_text(&rig->diary, "answer ");
	clock_release(rig->clock);
}

static struct timer answer;

/* A world that needs a while: says "not yet" under a hold, and answers in real time. */
static nsec ask_the_world(void *ctx, nsec deadline)
{
	struct clock_rig *rig = ctx;
	struct bench_clock *real = loop_real_clock(rig->loop);

	if (rig->asked++ % 2)
		return deadline;
	buf_add_text(&rig->diary, "not_yet ");
	clock_hold(rig->clock);
	timer_start(&answer, real, clock_now(real) + MSEC(1), TIMER_BYTES, world_answers, rig);
	return NSEC_NEVER;
}

static void a_hook_that_holds_is_asked_again_after_the_release(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_on_jump(rig->clock, ask_the_world, rig);
	clock_rig_note(rig, 0, "due", MSEC(10), TIMER_WAIT);
	clock_rig_run(rig, MSEC(10));

	check_diary(rig, "not_yet answer due@10 ");
	clock_rig_free(rig);
}

/* A hook that arms something earlier, and yet agrees to the deadline it was asked about. */
static nsec arm_earlier(void *ctx, nsec deadline)
{
	struct clock_rig *rig = ctx;

	if (rig->asked++ == 0)
		clock_rig_note(rig, 5, "earlier", MSEC(3), TIMER_WAIT);
	return deadline;
}

static void a_timer_armed_by_the_hook_is_not_jumped_over(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_on_jump(rig->clock, arm_earlier, rig);
	clock_rig_note(rig, 0, "due", MSEC(10), TIMER_WAIT);
	clock_rig_run(rig, MSEC(10));

	check_diary(rig, "earlier@3 due@10 ");
	clock_rig_free(rig);
}

static nsec stop_the_first(void *ctx, nsec deadline)
{
	struct clock_rig *rig = ctx;

	timer_stop(&rig->notes[0].timer);
	return deadline;
}

static void a_timer_stopped_by_the_hook_does_not_fire_nor_move_the_clock(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_on_jump(rig->clock, stop_the_first, rig);
	clock_rig_note(rig, 0, "due", MSEC(10), TIMER_WAIT);
	CU_ASSERT_FALSE(clock_turn(rig->clock, true));

	check_diary(rig, "");
	CU_ASSERT_EQUAL(clock_now(rig->clock), 0);
	clock_rig_free(rig);
}

void suite_jump(void)
{
	suite_begin("jump");
	claim(the_jump_hook_is_asked_once_per_instant);
	claim(an_edge_before_the_deadline_comes_first);
	claim(a_hook_that_holds_is_asked_again_after_the_release);
	claim(a_timer_armed_by_the_hook_is_not_jumped_over);
	claim(a_timer_stopped_by_the_hook_does_not_fire_nor_move_the_clock);
}

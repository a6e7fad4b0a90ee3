/* SPDX-License-Identifier: Apache-2.0 */
/* Bench clocks: the order of timers, holding, and the two clocks that run by themselves. */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/claims.h"
#include "tests/clock_rig.h"

static void every_clock_starts_at_zero(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	struct bench_clock *real = clock_new(rig->loop, CLOCK_KIND_REAL, 1);

	CU_ASSERT_EQUAL(clock_now(rig->clock), 0);
	CU_ASSERT_TRUE(clock_now(real) >= 0 && clock_now(real) < SEC(1));
	clock_free(real);
	clock_rig_free(rig);
}

/* ---- the machine's time ---- */

static void check_instants(enum clock_kind kind, double scale)
{
	struct clock_rig *rig = clock_rig_new(kind, scale);
	nsec began = clock_machine(rig->clock, 0);
	nsec later = began + SEC(3);
	nsec before = clock_now(rig->clock);
	nsec now = clock_at(rig->clock, clock_machine(rig->clock, clock_now(rig->clock)));

	CU_ASSERT_EQUAL(clock_at(rig->clock, began), 0);
	CU_ASSERT_EQUAL(clock_at(rig->clock, later), (nsec)(3e9 * scale));
	CU_ASSERT_EQUAL(clock_at(rig->clock, began - SEC(1)), (nsec)(-1e9 * scale));
	CU_ASSERT(llabs(clock_machine(rig->clock, clock_at(rig->clock, later)) - later) <= 1);
	CU_ASSERT(before - USEC(1) <= now && now <= clock_now(rig->clock));
	clock_rig_free(rig);
}

static void an_instant_of_the_machine_has_a_bench_time_and_the_other_way_about(void)
{
	check_instants(CLOCK_KIND_REAL, 1);
	check_instants(CLOCK_KIND_SCALED, 50);
	check_instants(CLOCK_KIND_SCALED, 0.25);
}

static void the_machine_s_time_is_monotonic_time(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_REAL, 1);
	struct timespec stamp;
	nsec before = clock_now(rig->clock);

	clock_gettime(CLOCK_MONOTONIC, &stamp);

	nsec at = clock_at(rig->clock, SEC(stamp.tv_sec) + stamp.tv_nsec);

	CU_ASSERT(before <= at && at <= clock_now(rig->clock));
	clock_rig_free(rig);
}

static void timers_fire_by_deadline_then_class_then_arming(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_rig_note(rig, 0, "wait", MSEC(10), TIMER_WAIT);
	clock_rig_note(rig, 1, "late", MSEC(20), TIMER_STOP);
	clock_rig_note(rig, 2, "poll", MSEC(10), TIMER_POLL);
	clock_rig_note(rig, 3, "poll2", MSEC(10), TIMER_POLL);
	clock_rig_note(rig, 4, "condition", MSEC(10), TIMER_CONDITION);
	clock_rig_note(rig, 5, "bytes", MSEC(10), TIMER_BYTES);
	clock_rig_note(rig, 6, "link", MSEC(10), TIMER_LINK);
	clock_rig_note(rig, 7, "stop", MSEC(10), TIMER_STOP);
	clock_rig_note(rig, 8, "early", MSEC(5), TIMER_WAIT);
	clock_rig_run(rig, MSEC(30));

	check_diary(rig, "early@5 stop@10 bytes@10 link@10 poll@10 poll2@10 condition@10 wait@10 "
			 "late@20 ");
	CU_ASSERT_EQUAL(clock_now(rig->clock), MSEC(30));
	clock_rig_free(rig);
}

static void many_timers_fire_in_order_whatever_was_stopped_between(void)
{
	enum { MANY = 500 };
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	struct note *notes = calloc(MANY, sizeof(*notes));
	uint32_t random = 1;
	nsec before = 0;

	for (int i = 0; i < MANY; i++) {
		random = random * 1664525 + 1013904223;
		notes[i] = (struct note){.rig = rig, .name = ""};
		timer_start(&notes[i].timer, rig->clock, MSEC(random >> 22), TIMER_WAIT,
			    clock_note_fired, &notes[i]);
	}
	for (int i = 0; i < MANY; i += 3)
		timer_stop(&notes[i].timer);
	clock_rig_run(rig, SEC(2));

	int fired = 0;

	for (char *at = rig->diary.data; *at; at = strchr(at, ' ') + 1, fired++) {
		nsec time = atoll(at + 1);

		CU_ASSERT_FATAL(time >= before);
		before = time;
	}
	CU_ASSERT_EQUAL(fired, MANY - (MANY + 2) / 3);
	free(notes);
	clock_rig_free(rig);
}

static void fourteen_hours_pass_at_once(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	nsec before = clock_now(loop_real_clock(rig->loop));

	clock_rig_run(rig, SEC(14 * 3600));

	CU_ASSERT_EQUAL(clock_now(rig->clock), SEC(14 * 3600));
	CU_ASSERT_TRUE(clock_now(loop_real_clock(rig->loop)) - before < SEC(1));
	clock_rig_free(rig);
}

static void stop_the_next(struct clock_rig *rig, struct note *note)
{
	timer_stop(&(note + 1)->timer);
	CU_ASSERT_FALSE(timer_armed(&rig->notes[1].timer));
}

static void a_handler_may_stop_another_timer_due_at_the_same_instant(void)
{
	for (int kind = CLOCK_KIND_REAL; kind <= CLOCK_KIND_VIRTUAL; kind++) {
		struct clock_rig *rig = clock_rig_new(kind, 1);

		clock_rig_note(rig, 0, "reply", 0, TIMER_BYTES)->then = stop_the_next;
		clock_rig_note(rig, 1, "timeout", 0, TIMER_LINK);
		clock_rig_run(rig, 0);

		check_fired(rig, 1);
		clock_rig_free(rig);
	}
}

static void again_three_times(struct clock_rig *rig, struct note *note)
{
	if (rig->asked++ < 3)
		clock_rig_note(rig, 0, note->name, note->timer.deadline + MSEC(100), TIMER_POLL);
}

static void a_handler_may_arm_its_own_timer_again(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_rig_note(rig, 0, "poll", MSEC(100), TIMER_POLL)->then = again_three_times;
	clock_rig_run(rig, SEC(1));

	check_diary(rig, "poll@100 poll@200 poll@300 poll@400 ");
	clock_rig_free(rig);
}

static void arming_again_moves_a_timer(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_rig_note(rig, 0, "a", MSEC(1), TIMER_WAIT);
	clock_rig_note(rig, 1, "b", MSEC(2), TIMER_WAIT);
	clock_rig_note(rig, 0, "a", MSEC(2), TIMER_WAIT); /* now armed after b */
	clock_rig_run(rig, MSEC(3));

	check_diary(rig, "b@2 a@2 ");
	clock_rig_free(rig);
}

static void arm_in_the_past(struct clock_rig *rig, struct note *note)
{
	(void)note;
	clock_rig_note(rig, 1, "overdue", MSEC(1), TIMER_WAIT);
	CU_ASSERT_TRUE(timer_armed(&rig->notes[1].timer));
	clock_rig_note(rig, 2, "stop", clock_now(rig->clock), TIMER_STOP);
}

static void a_deadline_in_the_past_counts_as_now(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_rig_note(rig, 0, "first", MSEC(10), TIMER_WAIT)->then = arm_in_the_past;
	clock_rig_run(rig, MSEC(20));

	check_diary(rig, "first@10 stop@10 overdue@10 ");
	clock_rig_free(rig);
}

static void a_timer_that_never_is_due_does_not_draw_the_clock(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_rig_note(rig, 0, "never", NSEC_NEVER, TIMER_WAIT);
	CU_ASSERT_EQUAL(clock_patience(rig->clock), -1);
	CU_ASSERT_FALSE(clock_turn(rig->clock, true));

	CU_ASSERT_EQUAL(clock_now(rig->clock), 0);
	timer_stop(&rig->notes[0].timer);
	clock_rig_free(rig);
}

static void a_held_clock_neither_moves_nor_fires(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_rig_note(rig, 0, "due", 0, TIMER_STOP);
	clock_hold(rig->clock);
	clock_hold(rig->clock);
	clock_release(rig->clock);

	CU_ASSERT_EQUAL(clock_patience(rig->clock), -1);
	CU_ASSERT_FALSE(clock_turn(rig->clock, true));
	clock_release(rig->clock);
	CU_ASSERT_EQUAL(clock_patience(rig->clock), 0);
	CU_ASSERT_TRUE(clock_turn(rig->clock, true));
	check_diary(rig, "due@0 ");
	clock_rig_free(rig);
}

static void a_clock_that_a_handler_holds_waits_for_the_release(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	struct timer patience = {0};

	clock_rig_note(rig, 0, "due", MSEC(10), TIMER_WAIT);
	clock_hold(rig->clock);
	timer_start(&patience, loop_real_clock(rig->loop),
		    clock_now(loop_real_clock(rig->loop)) + MSEC(5), TIMER_WAIT, clock_rig_ends,
		    rig);
	loop_run(rig->loop, &rig->err);

	CU_ASSERT_EQUAL(clock_now(rig->clock), 0);
	clock_release(rig->clock);
	clock_rig_run(rig, MSEC(20));
	check_diary(rig, "due@10 ");
	clock_rig_free(rig);
}

static void virtual_time_stands_while_anything_is_ready(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	clock_rig_note(rig, 0, "due", 0, TIMER_STOP);
	CU_ASSERT_FALSE(clock_turn(rig->clock, false));

	check_diary(rig, "");
	timer_stop(&rig->notes[0].timer);
	clock_rig_free(rig);
}

static int wire[2];

static void send_byte(struct clock_rig *rig, struct note *note)
{
	(void)rig, (void)note;
	CU_ASSERT_EQUAL(write(wire[0], "x", 1), 1);
}

static void byte_came(void *ctx, uint32_t events)
{
	struct clock_rig *rig = ctx;
	char byte;

	(void)events;
	CU_ASSERT_EQUAL(read(wire[1], &byte, 1), 1);
	buf_printf(&rig->diary, "byte@%lld ", (long long)(clock_now(rig->clock) / MSEC(1)));
}

static void bytes_are_read_at_the_virtual_instant_they_were_sent(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);

	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, wire);
	struct watch *watch = loop_watch(rig->loop, wire[1], EPOLLIN, byte_came, rig, &rig->err);
	clock_rig_note(rig, 0, "send", MSEC(1), TIMER_BYTES)->then = send_byte;
	clock_rig_note(rig, 1, "next", MSEC(1), TIMER_LINK);
	clock_rig_note(rig, 2, "send", MSEC(2), TIMER_BYTES)->then = send_byte;
	clock_rig_run(rig, MSEC(3));

	check_diary(rig, "send@1 byte@1 next@1 send@2 byte@2 ");
	loop_unwatch(watch);
	close(wire[0]), close(wire[1]);
	clock_rig_free(rig);
}

static void free_the_clock(struct clock_rig *rig, struct note *note)
{
	(void)note;
	timer_stop(&rig->end);
	clock_free(rig->clock);
	rig->clock = NULL;
	loop_quit(rig->loop);
}

static void a_handler_may_free_its_own_clock(void)
{
	for (int kind = CLOCK_KIND_REAL; kind <= CLOCK_KIND_VIRTUAL; kind++) {
		struct clock_rig *rig = clock_rig_new(kind, 1);

		clock_rig_note(rig, 0, "last", 0, TIMER_WAIT)->then = free_the_clock;
		clock_rig_run(rig, MSEC(1));

		check_fired(rig, 1);
		clock_rig_free(rig);
	}
}

static void free_the_others(struct clock_rig *rig, struct note *note)
{
	(void)note;
	for (int i = 0; i < 3; i++)
		clock_free(((struct bench_clock **)rig->notes[1].name)[i]);
}

static void a_handler_may_free_clocks_whose_turn_is_to_come(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	struct bench_clock *others[3];

	for (int i = 0; i < 3; i++)
		others[i] = clock_new(rig->loop, CLOCK_KIND_VIRTUAL, 1);
	rig->notes[1].name = (const char *)others;
	clock_rig_note(rig, 0, "free", MSEC(1), TIMER_WAIT)->then = free_the_others;
	clock_rig_run(rig, MSEC(2));

	check_diary(rig, "free@1 ");
	clock_rig_free(rig);
}

static void two_virtual_clocks_run_apart(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	struct bench_clock *other = clock_new(rig->loop, CLOCK_KIND_VIRTUAL, 1);

	clock_hold(other);
	clock_rig_note(rig, 0, "mine", MSEC(10), TIMER_WAIT);
	clock_rig_run(rig, MSEC(20));

	check_diary(rig, "mine@10 ");
	CU_ASSERT_EQUAL(clock_now(other), 0);
	clock_free(other);
	clock_rig_free(rig);
}

static void real_time_fires_never_early_and_soon_after(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_REAL, 1);
	nsec least = SEC(1);

	for (int i = 1; i <= 20; i++) {
		nsec deadline = clock_now(rig->clock) + MSEC(1) + USEC(137 * i);

		clock_rig_run(rig, deadline);

		nsec late = clock_now(rig->clock) - deadline;

		CU_ASSERT_TRUE(late >= 0);
		least = late < least ? late : least;
	}
	CU_ASSERT_TRUE(least <
		       USEC(500)); /* a millisecond clock would be late by 0.5 ms on average */
	clock_rig_free(rig);
}

static void scaled_time_runs_sixty_times_faster(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_SCALED, 60);
	nsec before = clock_now(loop_real_clock(rig->loop));

	clock_rig_note(rig, 0, "minute", SEC(1), TIMER_WAIT);
	clock_rig_run(rig, SEC(2));

	nsec took = clock_now(loop_real_clock(rig->loop)) - before;

	CU_ASSERT_TRUE(clock_now(rig->clock) >= SEC(2));
	CU_ASSERT_TRUE(took >= MSEC(30) && took < SEC(1));
	check_fired(rig, 1);
	clock_rig_free(rig);
}

static void holding_does_not_stop_real_time(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_REAL, 1);

	clock_hold(rig->clock);
	clock_rig_note(rig, 0, "due", 0, TIMER_WAIT);
	clock_rig_run(rig, 0);

	check_fired(rig, 1);
	clock_release(rig->clock);
	clock_rig_free(rig);
}

static void flood(struct clock_rig *rig, struct note *note)
{
	if (++rig->asked < 1000)
		clock_rig_note(rig, 0, note->name, 0, TIMER_STOP);
}

static void overdue_timers_in_real_time_do_not_starve_descriptors(void)
{
	struct clock_rig *rig = clock_rig_new(CLOCK_KIND_REAL, 1);

	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, wire);
	struct watch *watch = loop_watch(rig->loop, wire[1], EPOLLIN, byte_came, rig, &rig->err);
	send_byte(rig, NULL);
	clock_rig_note(rig, 0, "", 0, TIMER_STOP)->then = flood;
	clock_rig_run(rig, 1);

	CU_ASSERT_EQUAL(rig->asked, 1000);
	CU_ASSERT_NSTRING_EQUAL(rig->diary.data, "byte@", 5);
	loop_unwatch(watch);
	close(wire[0]), close(wire[1]);
	clock_rig_free(rig);
}

void suite_clock(void)
{
	suite_begin("clock");
	claim(every_clock_starts_at_zero);
	claim(an_instant_of_the_machine_has_a_bench_time_and_the_other_way_about);
	claim(the_machine_s_time_is_monotonic_time);
	claim(timers_fire_by_deadline_then_class_then_arming);
	claim(many_timers_fire_in_order_whatever_was_stopped_between);
	claim(fourteen_hours_pass_at_once);
	claim(a_handler_may_stop_another_timer_due_at_the_same_instant);
	claim(a_handler_may_arm_its_own_timer_again);
	claim(arming_again_moves_a_timer);
	claim(a_deadline_in_the_past_counts_as_now);
	claim(a_timer_that_never_is_due_does_not_draw_the_clock);
	claim(a_held_clock_neither_moves_nor_fires);
	claim(a_clock_that_a_handler_holds_waits_for_the_release);
	claim(virtual_time_stands_while_anything_is_ready);
	claim(bytes_are_read_at_the_virtual_instant_they_were_sent);
	claim(a_handler_may_free_its_own_clock);
	claim(a_handler_may_free_clocks_whose_turn_is_to_come);
	claim(two_virtual_clocks_run_apart);
	claim(real_time_fires_never_early_and_soon_after);
	claim(scaled_time_runs_sixty_times_faster);
	claim(holding_does_not_stop_real_time);
	claim(overdue_timers_in_real_time_do_not_starve_descriptors);
}

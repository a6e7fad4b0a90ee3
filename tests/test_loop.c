/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors, signals and other threads, as the loop hands them out. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/clock.h"
#include "tests/claims.h"

/* A loop with pairs of connected descriptors; each far end counts how often it was called. */
struct rig {
	struct loop *loop;
	struct error err;
	struct end {
		struct rig *rig;
		int near, far;
		struct watch *watch;
		int calls;
		void (*then)(struct end *end);
	} ends[3];
	struct bench_clock *quiet;
	struct timer enough;
	int signals, wakes;
	struct waker *waker;
};

static void far_ready(void *ctx, uint32_t events)
{
	struct end *end = ctx;
	char byte;

	CU_ASSERT_TRUE(events & EPOLLIN);
	end->calls++;
	if (end->then)
		end->then(end);
	else
		CU_ASSERT_EQUAL(read(end->far, &byte, 1), 1);
}

static void rig_quits(void *ctx)
{
	struct rig *rig = ctx;

	loop_quit(rig->loop);
}

static struct rig *rig_new(void)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->loop = loop_new(&rig->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->loop);
	rig->quiet = clock_new(rig->loop, CLOCK_KIND_VIRTUAL, 1);
	for (int i = 0; i < 3; i++) {
		struct end *end = &rig->ends[i];
		int pair[2];

		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
		*end = (struct end){.rig = rig, .near = pair[0], .far = pair[1]};
		end->watch = loop_watch(rig->loop, end->far, EPOLLIN, far_ready, end, &rig->err);
	}
	return rig;
}

/* Run until nothing is ready: virtual time waits for just that. */
static void rig_run(struct rig *rig)
{
	timer_start(&rig->enough, rig->quiet, 0, TIMER_WAIT, rig_quits, rig);
	CU_ASSERT_EQUAL(loop_run(rig->loop, &rig->err), 0);
	timer_stop(&rig->enough);
}

/* Run until a handler quits, but no longer than `most`. */
static void rig_sleep(struct rig *rig, nsec most)
{
	struct bench_clock *real = loop_real_clock(rig->loop);

	timer_start(&rig->enough, real, clock_now(real) + most, TIMER_WAIT, rig_quits, rig);
	CU_ASSERT_EQUAL(loop_run(rig->loop, &rig->err), 0);
	timer_stop(&rig->enough);
}

static void rig_free(struct rig *rig)
{
	for (int i = 0; i < 3; i++) {
		loop_unwatch(rig->ends[i].watch);
		close(rig->ends[i].near);
		if (rig->ends[i].far >= 0)
			close(rig->ends[i].far);
	}
	waker_free(rig->waker);
	clock_free(rig->quiet);
	loop_free(rig->loop);
	free(rig);
}

static void send_to(struct rig *rig, int which)
{
	CU_ASSERT_EQUAL(write(rig->ends[which].near, "x", 1), 1);
}

static void a_ready_descriptor_is_called(void)
{
	struct rig *rig = rig_new();

	send_to(rig, 1);
	rig_run(rig);

	CU_ASSERT_EQUAL(rig->ends[0].calls, 0);
	CU_ASSERT_EQUAL(rig->ends[1].calls, 1);
	rig_free(rig);
}

/* Close everything, whoever is called first: also the descriptors that are ready in this turn. */
static void close_all(struct end *end)
{
	struct rig *rig = end->rig;

	for (int i = 0; i < 3; i++) {
		loop_unwatch(rig->ends[i].watch);
		rig->ends[i].watch = NULL;
		close(rig->ends[i].far);
		rig->ends[i].far = -1;
	}
	loop_quit(rig->loop);
}

static void a_watch_removed_inside_a_handler_is_not_called_again(void)
{
	struct rig *rig = rig_new();

	for (int i = 0; i < 3; i++) {
		rig->ends[i].then = close_all;
		send_to(rig, i);
	}
	rig_run(rig);

	CU_ASSERT_EQUAL(rig->ends[0].calls + rig->ends[1].calls + rig->ends[2].calls, 1);
	rig_free(rig);
}

/* Take the other's place: same descriptor number, new watch, while the old event is still pending. */
static void replace_the_others(struct end *end)
{
	struct rig *rig = end->rig;
	char byte;

	CU_ASSERT_EQUAL(read(end->far, &byte, 1), 1);
	for (int i = 0; i < 3; i++) {
		struct end *other = &rig->ends[i];

		other->then = NULL;
		if (other == end)
			continue;
		loop_unwatch(other->watch);
		other->watch =
			loop_watch(rig->loop, other->far, EPOLLIN, far_ready, other, &rig->err);
	}
}

static void a_new_watch_on_the_same_descriptor_is_called_once_per_byte(void)
{
	struct rig *rig = rig_new();

	for (int i = 0; i < 3; i++) {
		rig->ends[i].then = replace_the_others;
		send_to(rig, i);
	}
	rig_run(rig);

	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(rig->ends[i].calls, 1);
	rig_free(rig);
}

static void rewatching_changes_what_is_waited_for(void)
{
	struct rig *rig = rig_new();

	send_to(rig, 0);
	CU_ASSERT_EQUAL(loop_rewatch(rig->ends[0].watch, 0, &rig->err), 0);
	rig_run(rig);
	CU_ASSERT_EQUAL(rig->ends[0].calls, 0);

	CU_ASSERT_EQUAL(loop_rewatch(rig->ends[0].watch, EPOLLIN, &rig->err), 0);
	rig_run(rig);
	CU_ASSERT_EQUAL(rig->ends[0].calls, 1);
	rig_free(rig);
}

static void a_descriptor_that_cannot_be_watched_is_an_error(void)
{
	struct rig *rig = rig_new();

	CU_ASSERT_PTR_NULL(loop_watch(rig->loop, 9999, EPOLLIN, far_ready, NULL, &rig->err));

	CU_ASSERT_EQUAL(rig->err.kind, ERROR_OS);
	CU_ASSERT_STRING_EQUAL(rig->err.text,
			       "descriptor 9999 cannot be watched: Bad file descriptor");
	rig_free(rig);
}

static void quit(struct end *end)
{
	loop_quit(end->rig->loop);
}

static void quitting_leaves_the_rest_for_the_next_run(void)
{
	struct rig *rig = rig_new();

	for (int i = 0; i < 3; i++) {
		rig->ends[i].then = quit;
		send_to(rig, i);
	}
	rig_run(rig);
	CU_ASSERT_EQUAL(rig->ends[0].calls + rig->ends[1].calls + rig->ends[2].calls, 1);

	rig->ends[0].then = rig->ends[1].then = rig->ends[2].then = NULL;
	rig_run(rig);
	CU_ASSERT_EQUAL(rig->ends[0].calls + rig->ends[1].calls + rig->ends[2].calls, 4);
	rig_free(rig);
}

static void a_quit_before_the_run_is_not_lost(void)
{
	struct rig *rig = rig_new();

	send_to(rig, 0);
	loop_quit(rig->loop);
	CU_ASSERT_EQUAL(loop_run(rig->loop, &rig->err), 0);

	CU_ASSERT_EQUAL(rig->ends[0].calls, 0);
	rig_free(rig);
}

static void signal_came(void *ctx, int number)
{
	struct rig *rig = ctx;

	rig->signals = rig->signals * 100 + number;
}

static void a_signal_is_delivered_from_the_loop(void)
{
	struct rig *rig = rig_new();

	CU_ASSERT_EQUAL(loop_signal(rig->loop, SIGUSR1, signal_came, rig, &rig->err), 0);
	CU_ASSERT_EQUAL(loop_signal(rig->loop, SIGTERM, signal_came, rig, &rig->err), 0);
	kill(getpid(), SIGTERM);
	CU_ASSERT_EQUAL(rig->signals, 0);
	rig_run(rig);
	CU_ASSERT_EQUAL(rig->signals, SIGTERM);
	kill(getpid(), SIGUSR1);
	rig_run(rig);

	CU_ASSERT_EQUAL(rig->signals, SIGTERM * 100 + SIGUSR1);
	rig_free(rig);
}

static void after_the_loop_a_signal_has_its_default_action_again(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		struct error err;
		struct loop *loop = loop_new(&err);

		loop_signal(loop, SIGTERM, signal_came, NULL, &err);
		loop_free(loop);
		raise(SIGTERM);
		_exit(0);
	}
	waitpid(pid, &status, 0);

	CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void woken(void *ctx)
{
	struct rig *rig = ctx;

	rig->wakes++;
	loop_quit(rig->loop);
}

static void *wake_from_thread(void *waker)
{
	for (int i = 0; i < 3; i++)
		waker_wake(waker);
	return NULL;
}

static void pokes_from_another_thread_arrive_as_one(void)
{
	struct rig *rig = rig_new();
	pthread_t thread;

	rig->waker = waker_new(rig->loop, woken, rig, &rig->err);
	pthread_create(&thread, NULL, wake_from_thread, rig->waker);
	pthread_join(thread, NULL);
	rig_run(rig);
	CU_ASSERT_EQUAL(rig->wakes, 1);

	rig_run(rig);
	CU_ASSERT_EQUAL(rig->wakes, 1);
	rig_free(rig);
}

static void free_the_waker(void *ctx)
{
	struct rig *rig = ctx;

	rig->wakes++;
	waker_free(rig->waker);
	rig->waker = NULL;
}

static void a_waker_may_be_freed_by_its_own_call(void)
{
	struct rig *rig = rig_new();

	rig->waker = waker_new(rig->loop, free_the_waker, rig, &rig->err);
	waker_wake(rig->waker);
	rig_run(rig);

	CU_ASSERT_EQUAL(rig->wakes, 1);
	rig_free(rig);
}

static void *wake_soon(void *waker)
{
	usleep(2000);
	waker_wake(waker);
	return NULL;
}

static void a_sleeping_loop_is_woken_by_another_thread(void)
{
	struct rig *rig = rig_new();
	struct bench_clock *real = loop_real_clock(rig->loop);
	nsec before = clock_now(real);
	pthread_t thread;

	rig->waker = waker_new(rig->loop, woken, rig, &rig->err);
	pthread_create(&thread, NULL, wake_soon, rig->waker);
	rig_sleep(rig, SEC(10));

	CU_ASSERT_EQUAL(rig->wakes, 1);
	CU_ASSERT_TRUE(clock_now(real) - before < SEC(5));
	pthread_join(thread, NULL);
	rig_free(rig);
}

/* Make the kernel of this process one without epoll_pwait2. */
static void forget_epoll_pwait2(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 38), /* ENOSYS */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {.len = 4, .filter = rules};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static void an_old_kernel_keeps_time_and_hears_descriptors_too(void)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		struct rig *rig = rig_new();

		forget_epoll_pwait2();
		rig_sleep(rig, MSEC(2));
		if (clock_now(loop_real_clock(rig->loop)) < MSEC(2))
			_exit(1);
		rig->ends[0].then = quit;
		send_to(rig, 0);
		rig_sleep(rig, SEC(20));
		_exit(rig->ends[0].calls == 1 ? 0 : 2);
	}
	waitpid(pid, &status, 0);

	CU_ASSERT_EQUAL(status, 0);
}

void suite_loop(void)
{
	suite_begin("loop");
	claim(a_ready_descriptor_is_called);
	claim(a_watch_removed_inside_a_handler_is_not_called_again);
	claim(a_new_watch_on_the_same_descriptor_is_called_once_per_byte);
	claim(rewatching_changes_what_is_waited_for);
	claim(a_descriptor_that_cannot_be_watched_is_an_error);
	claim(quitting_leaves_the_rest_for_the_next_run);
	claim(a_quit_before_the_run_is_not_lost);
	claim(a_signal_is_delivered_from_the_loop);
	claim(after_the_loop_a_signal_has_its_default_action_again);
	claim(pokes_from_another_thread_arrive_as_one);
	claim(a_waker_may_be_freed_by_its_own_call);
	claim(a_sleeping_loop_is_woken_by_another_thread);
	claim(an_old_kernel_keeps_time_and_hears_descriptors_too);
}

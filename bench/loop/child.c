/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child begins as a fork of this process and makes itself poor before it becomes another program:
 * its own session (Ctrl-C at the terminal is for the controller, which stops a run in order), no
 * blocked or ignored signals, /dev/null as 0 to 2, the given descriptor as 3, the report pipe as 4,
 * nothing else. The pipe closes by itself when the program is executed; until then it carries the
 * step that failed and its errno, so that child_start can say in one sentence why there is no child.
 * Between fork and exec only calls are made that are safe in a process that has threads. It is a vfork:
 * the child borrows this process's memory and this thread waits, which saves copying the page tables and
 * every page that is written soon after (a third of the time from an order to its first step). So the
 * child writes nothing but its own `launch`.
 *
 * The child is killed by the kernel when the thread that started it ends, unless it is to survive this
 * process; start children from the thread that runs the loop. Its end shows on a pidfd; nobody else may wait for it, so its number
 * stays its own until the end has been reported.
 *
 * Limits and system call filters are the child's own business (script/).
 */
#include "loop/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

enum { CHILD_SOCKET = 3, CHILD_REPORT = 4, CHILD_FIRST_FREE = 5 };

/* What may go wrong between fork and exec. */
enum step {
	STEP_LIFELINE = 1,
	STEP_DESCRIPTORS,
	STEP_PROCESSOR,
	STEP_PROGRAM,
};

struct report {
	enum step step;
	int reason;
};

struct child {
	pid_t pid;
	int pidfd;
	struct watch *watch;
	bool survivor; /* it is not killed with us */
	bool ended;    /* and waited for */
	nsec cpu_time; /* once ended */
	child_end_fn *fn;
	void *ctx;
};

/* All that the child needs, made ready before the fork. */
struct launch {
	char *const *argv;
	char *environment[3];
	int fd, report, cpu;
	bool survivor;
	pid_t parent;
};

static int tie_to_parent(const struct launch *launch)
{
	if (setsid() < 0)
		return -1;
	if (launch->survivor)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -1;
	if (getppid() != launch->parent) /* it died before the prctl */
		_exit(EXIT_FAILURE);
	return 0;
}

/* By the system call: signal() refuses the two that the C library keeps, which may be ignored, too. */
static void default_signals(void)
{
	static const char to_default[64]; /* the kernel's struct: no handler, no flags, no mask */
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		syscall(SYS_rt_sigaction, number, to_default, NULL, NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Out of the way of the low numbers first: `fd` or the pipe may stand where another must go. */
static int lay_out_descriptors(struct launch *launch)
{
	bool has_fd = launch->fd >= 0;
	int fd = has_fd ? fcntl(launch->fd, F_DUPFD, CHILD_FIRST_FREE) : -1;
	int report = fcntl(launch->report, F_DUPFD_CLOEXEC, CHILD_FIRST_FREE);

	if ((has_fd && fd < 0) || report < 0)
		return -1;
	launch->report = report;

	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		return -1;
	for (int number = 0; number < CHILD_SOCKET; number++)
		if (dup2(null, number) < 0)
			return -1;
	if (dup2(has_fd ? fd : null, CHILD_SOCKET) < 0 || dup3(report, CHILD_REPORT, O_CLOEXEC) < 0)
		return -1;
	launch->report = CHILD_REPORT;
	return (int)syscall(SYS_close_range, CHILD_FIRST_FREE, ~0u, 0);
}

static int pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return 0;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static _Noreturn void become(struct launch *launch)
{
	struct report report = {.step = STEP_LIFELINE};

	if (tie_to_parent(launch) < 0)
		goto failed;
	default_signals();

	report.step = STEP_PROCESSOR;
	if (pin(launch->cpu) < 0)
		goto failed;

	report.step = STEP_DESCRIPTORS;
	if (lay_out_descriptors(launch) < 0)
		goto failed;

	report.step = STEP_PROGRAM;
	execve(launch->argv[0], launch->argv, launch->environment);

failed:
	report.reason = errno;
	if (write(launch->report, &report, sizeof(report)) < 0)
		_exit(EXIT_FAILURE); /* the parent is gone */
	_exit(EXIT_FAILURE);
}

static char *inherit(const char *name)
{
	const char *value = getenv(name);

	return value ? xprintf("%s=%s", name, value) : NULL;
}

static void launch_init(struct launch *launch, char *const argv[], int fd, int report, int cpu)
{
	char **next = launch->environment;

	*launch = (struct launch){
		.argv = argv, .fd = fd, .report = report, .cpu = cpu, .parent = getpid()};
	if ((*next = inherit("PATH")))
		next++;
	*next = inherit("LANG");
}

static void launch_done(struct launch *launch)
{
	free(launch->environment[0]);
	free(launch->environment[1]);
}

static int explain(const struct report *report, const char *program, int cpu, struct error *err)
{
	errno = report->reason;
	switch (report->step) {
	case STEP_LIFELINE:
		return error_os(err, "%s: cannot be tied to this process", program);
	case STEP_DESCRIPTORS:
		return error_os(err, "%s: its descriptors cannot be laid out", program);
	case STEP_PROCESSOR:
		return error_os(err, "%s: cannot be pinned to processor %d", program, cpu);
	case STEP_PROGRAM:
		break;
	}
	return error_os(err, "%s: cannot be started", program);
}

/* Wait until the program is executed, which closes the pipe, or until it says why it is not. */
static int await_start(int pipe, const char *program, int cpu, struct error *err)
{
	struct report report;
	ssize_t size;

	do {
		size = read(pipe, &report, sizeof(report));
	} while (size < 0 && errno == EINTR);
	return size == sizeof(report) ? explain(&report, program, cpu, err) : 0;
}

static int child_fork(struct child *child, char *const argv[], int fd, int cpu, struct error *err)
{
	struct launch launch;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_os(err, "%s: cannot be started", argv[0]);
	launch_init(&launch, argv, fd, ends[1], cpu);
	launch.survivor = child->survivor;
	child->pid = vfork();
	if (child->pid == 0)
		become(&launch);
	close(ends[1]);
	launch_done(&launch);

	int result = child->pid < 0 ? error_os(err, "%s: cannot be started", argv[0])
				    : await_start(ends[0], argv[0], cpu, err);

	close(ends[0]);
	return result;
}

/* Wait for a child that has ended or is about to, and keep what it used. */
static int child_reap(struct child *child)
{
	struct rusage usage = {0};
	int status = 0;

	while (wait4(child->pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	child->ended = true;
	child->cpu_time = SEC(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			  USEC(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	return status;
}

static void child_ready(void *ctx, uint32_t events)
{
	struct child *child = ctx;

	(void)events;
	loop_unwatch(child->watch);
	child->watch = NULL;
	child->fn(child->ctx, child_reap(child));
}

static int child_watch(struct child *child, struct loop *loop, const char *program,
		       struct error *err)
{
	child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0)
		return error_os(err, "%s: its end cannot be watched", program);
	child->watch = loop_watch(loop, child->pidfd, EPOLLIN, child_ready, child, err);
	return child->watch ? 0 : -1;
}

static struct child *start(const struct child *kind, struct loop *loop, char *const argv[], int fd,
			   int cpu, struct error *err)
{
	struct child *child = xmemdup(kind, sizeof(*kind));

	child->pid = child->pidfd = -1;
	if (child_fork(child, argv, fd, cpu, err) < 0 ||
	    child_watch(child, loop, argv[0], err) < 0) {
		child_free(child);
		return NULL;
	}
	return child;
}

struct child *child_start(struct loop *loop, char *const argv[], int fd, int cpu, child_end_fn *fn,
			  void *ctx, struct error *err)
{
	return start(&(struct child){.fn = fn, .ctx = ctx}, loop, argv, fd, cpu, err);
}

struct child *child_start_survivor(struct loop *loop, char *const argv[], int fd, child_end_fn *fn,
				   void *ctx, struct error *err)
{
	return start(&(struct child){.survivor = true, .fn = fn, .ctx = ctx}, loop, argv, fd, -1,
		     err);
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}

nsec child_cpu_time(const struct child *child)
{
	struct timespec used;
	clockid_t clock;

	if (child->ended || clock_getcpuclockid(child->pid, &clock) != 0 ||
	    clock_gettime(clock, &used) < 0)
		return child->cpu_time;
	return SEC(used.tv_sec) + used.tv_nsec;
}

void child_kill(struct child *child)
{
	if (!child->ended)
		kill(child->pid, SIGKILL);
}

bool child_wait(struct child *child, nsec within)
{
	struct pollfd end = {.fd = child->pidfd, .events = POLLIN};
	struct timespec left = {.tv_sec = within / SEC(1), .tv_nsec = within % SEC(1)};

	if (!child->ended && ppoll(&end, 1, &left, NULL) > 0) {
		loop_unwatch(child->watch);
		child->watch = NULL;
		child_reap(child);
	}
	return child->ended;
}

void child_free(struct child *child)
{
	if (!child)
		return;
	loop_unwatch(child->watch);
	if (child->pid > 0 && !child->ended && !child->survivor) {
		child_kill(child);
		child_reap(child);
	}
	if (child->pidfd >= 0)
		close(child->pidfd);
	free(child);
}

void child_describe_end(int status, char *text, size_t size)
{
	if (WIFEXITED(status)) {
		snprintf(text, size, "ended with exit code %d", WEXITSTATUS(status));
		return;
	}

	const char *name = sigdescr_np(WTERMSIG(status));

	snprintf(text, size, "was killed by signal %d (%s)", WTERMSIG(status),
		 name ? name : "unknown");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that somebody else started. The kernel tells their end by making the pidfd readable, after it
 * has closed what they had open: GPIO lines are free then, and locks are given up.
 *
 * Pages are kept as they are now and not also those to come: where memory may be locked only up to a limit,
 * a process that promised to lock all it will ever have gets none beyond it.
 */
#include "loop/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"

struct process {
	int pidfd;
	struct watch *watch;
	process_end_fn *fn;
	void *ctx;
};

struct process *process_open(pid_t pid, struct error *err)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct process *process;

	if (pidfd < 0) {
		error_os(err, "process %d", (int)pid);
		return NULL;
	}
	process = xcalloc(1, sizeof(*process));
	process->pidfd = pidfd;
	return process;
}

static void ended(void *ctx, uint32_t events)
{
	struct process *process = ctx;

	(void)events;
	loop_unwatch(process->watch);
	process->watch = NULL;
	process->fn(process->ctx);
}

int process_watch(struct process *process, struct loop *loop, process_end_fn *fn, void *ctx,
		  struct error *err)
{
	process->fn = fn;
	process->ctx = ctx;
	process->watch = loop_watch(loop, process->pidfd, EPOLLIN, ended, process, err);
	return process->watch ? 0 : -1;
}

int process_signal(struct process *process, int number, struct error *err)
{
	if (syscall(SYS_pidfd_send_signal, process->pidfd, number, NULL, 0) < 0 && errno != ESRCH)
		return error_os(err, "cannot be signalled");
	return 0;
}

bool process_wait(struct process *process, nsec within)
{
	struct pollfd end = {.fd = process->pidfd, .events = POLLIN};
	struct timespec left = {.tv_sec = within / SEC(1), .tv_nsec = within % SEC(1)};

	return ppoll(&end, 1, &left, NULL) > 0;
}

void process_close(struct process *process)
{
	if (!process)
		return;
	loop_unwatch(process->watch);
	close(process->pidfd);
	free(process);
}

pid_t process_behind(int socket)
{
	struct ucred who = {0};
	socklen_t size = sizeof(who);

	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 ? who.pid : 0;
}

/* ---- this process ---- */

void process_keep_pages(void)
{
	mlockall(MCL_CURRENT);
}

void process_act_promptly(int priority)
{
	struct sched_param real_time = {.sched_priority = priority};
	DIR *threads = opendir("/proc/self/task");
	struct dirent *thread;

	while (threads && (thread = readdir(threads)))
		if (thread->d_name[0] != '.')
			sched_setscheduler((pid_t)strtol(thread->d_name, NULL, 10),
					   SCHED_FIFO | SCHED_RESET_ON_FORK, &real_time);
	if (threads)
		closedir(threads);
}

void process_become_reliable(const char *name, int priority)
{
	struct rlimit files;
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		ssize_t ignored = write(fd, "-1000", 5);

		(void)ignored;
		close(fd);
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	prctl(PR_SET_NAME, name);
	process_keep_pages();
	process_act_promptly(priority);
}

void process_leave_no_core(void)
{
	struct rlimit limit;

	/* 1 and not 0: that also keeps the kernel from piping a core to a program (core(5)) */
	if (getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max >= 1) {
		limit.rlim_cur = 1;
		setrlimit(RLIMIT_CORE, &limit);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock is a flock, which ends with its process however that ends. Whose it is says the kernel's list of
 * locks; the number in the file is for people, and for a file system whose files have other numbers there
 * (an overlay). A guardian hears SIGTERM in its own time (it finishes what it is making safe,
 * and one whose controller lives stays), so it is said again until the lock is free.
 *
 * A disk that cannot be written must not keep outputs from being made safe. The file is then locked as
 * it is, or there is no lock at all; and since the number in it may be an old one, nobody is signalled who
 * is not called like a guardian.
 */
#include "run/guardian_post.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/clock.h"
#include "loop/process.h"

#define LOOK_EVERY MSEC(10)
#define SAY_EVERY MSEC(100)
#define TERM_MOST SEC(6)
#define TAKE_MOST SEC(10)

struct guardian_post {
	struct loop *loop;
	int fd;
	nsec began, said;
	struct timer look;
	guardian_post_fn *done;
	void *ctx;
};

static int open_post(const char *state)
{
	char *path = xprintf("%s/guardian.pid", state);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	return fd;
}

static bool is_guardian(pid_t pid)
{
	char *path = xprintf("/proc/%d/comm", (int)pid);
	char name[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd >= 0 ? read(fd, name, sizeof(name) - 1) : -1;

	if (fd >= 0)
		close(fd);
	free(path);
	return size > 0 && !strcmp(name, GUARDIAN_NAME "\n");
}

/* Who has the flock on this file by the kernel's list; 0: nobody, or it is not known there. */
static pid_t listed_holder(int fd)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[160];
	struct stat stat;
	unsigned int device_major, device_minor;
	unsigned long inode;
	pid_t holder = 0;
	int pid;

	while (locks && !holder && fstat(fd, &stat) == 0 && fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*s FLOCK %*s %*s %d %x:%x:%lu", &pid, &device_major,
			   &device_minor, &inode) == 4 &&
		    makedev(device_major, device_minor) == stat.st_dev && inode == stat.st_ino)
			holder = (pid_t)pid;
	if (locks)
		fclose(locks);
	return holder;
}

static pid_t holder_of(int fd)
{
	pid_t listed = listed_holder(fd);
	char text[24] = "";

	if (listed)
		return listed;
	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? (pid_t)atoi(text) : 0;
}

/* A number that was read while the lock was held, and still is after the process was opened, is right. */
static void signal_holder(const struct guardian_post *post, int number)
{
	pid_t pid = holder_of(post->fd);
	struct process *process;
	struct error ignored;

	if (pid <= 1)
		return; /* it has the lock, and is about to write its number */
	process = process_open(pid, &ignored);
	if (process && holder_of(post->fd) == pid && is_guardian(pid) &&
	    flock(post->fd, LOCK_EX | LOCK_NB) < 0)
		process_signal(process, number, &ignored);
	process_close(process);
}

/* In place first: that needs no room on a full disk. */
static void write_number(int fd)
{
	char text[24];
	int size = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (pwrite(fd, text, (size_t)size, 0) == size && ftruncate(fd, size) < 0)
		return; /* what stands behind the line's end is not read */
}

static void look(void *ctx)
{
	struct guardian_post *post = ctx;
	struct bench_clock *clock = loop_real_clock(post->loop);
	nsec now = clock_now(clock);
	struct error err;

	if (post->fd < 0 || flock(post->fd, LOCK_EX | LOCK_NB) == 0) {
		if (post->fd >= 0)
			write_number(post->fd);
		post->done(post->ctx, NULL);
		return;
	}
	if (now - post->began > TAKE_MOST) {
		error_set(&err, ERROR_REFUSED, "another guardian (process %d) does not leave",
			  (int)holder_of(post->fd));
		post->done(post->ctx, &err);
		return;
	}
	if (now - post->said >= SAY_EVERY) {
		signal_holder(post, now - post->began > TERM_MOST ? SIGKILL : SIGTERM);
		post->said = now;
	}
	timer_start(&post->look, clock, now + LOOK_EVERY, TIMER_STOP, look, post);
}

struct guardian_post *guardian_post_take(struct loop *loop, const char *state,
					 guardian_post_fn *done, void *ctx)
{
	struct guardian_post *post = xcalloc(1, sizeof(*post));
	struct bench_clock *clock = loop_real_clock(loop);

	post->loop = loop;
	post->fd = open_post(state);
	post->began = clock_now(clock);
	post->said = post->began - SAY_EVERY;
	post->done = done;
	post->ctx = ctx;
	timer_start(&post->look, clock, post->began, TIMER_STOP, look, post);
	return post;
}

void guardian_post_free(struct guardian_post *post)
{
	if (!post)
		return;
	timer_stop(&post->look);
	if (post->fd >= 0)
		close(post->fd);
	free(post);
}

pid_t guardian_post_holder(const char *state)
{
	char *path = xprintf("%s/guardian.pid", state);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	pid_t pid = 0;

	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0)
		pid = holder_of(fd);
	if (fd >= 0)
		close(fd);
	free(path);
	return pid;
}

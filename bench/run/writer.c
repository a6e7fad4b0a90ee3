/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread between the controller's loop and the disk.
 *
 * Every descriptor has a file object. The loop's side adds bytes to its `incoming` under the lock; the
 * thread takes what came in (all of it, so that many appends become one write) into the file's
 * `backlog`, writes that, and then does one job: a sync, a close, or a whole file's replacement. Because
 * the bytes are taken before each job, a later sync of the same file finds nothing new and costs no
 * second fdatasync.
 *
 * Jobs stand in one list from being given until their report was made. The thread marks them done in
 * order, the loop takes done ones from the front: reports keep the order, and forgetting a ctx is one
 * walk over that list.
 *
 * A failed write leaves its bytes at the front of the backlog; nothing more is tried before the next
 * sync, which either brings everything to the disk or reports why not. A failed fdatasync is another
 * thing: the kernel may have dropped the pages it could not write, and a second fdatasync would
 * succeed without them. So such a file never syncs well again.
 *
 * A file that is closed with bytes that found no room is not given up: it stays in the list and is tried
 * again behind every job, for as long as there is a writer. Nobody is told any more how that ends.
 *
 * Invariant: `incoming`, the lists and `done` belong to the lock; everything else in a file belongs to
 * the thread. Files are added by the loop's side at the front and removed by the thread only, so the
 * thread may walk from a front it saw under the lock.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "run/writer.h"

/*
 * Bytes that are written without a sync being asked for. Waking the thread for each line took a sixth
 * of a run's time, and what no sync has seen is not promised to anybody.
 */
enum { WORTH_A_WAKING = 32768 };

struct file {
	struct file *next;
	int fd;
	bool closing; /* its close was given: the loop's side may not name it again */
	bool leaving; /* its close was done, but for bytes that found no room */
	struct buf incoming;
	struct buf backlog;
	bool dirty;	 /* something may be on the way that no fdatasync has seen */
	size_t unsynced; /* … so many bytes of ours */
	bool stuck;	 /* the last write failed */
	bool lost;	 /* an fdatasync failed */
	struct error error;
};

struct job {
	struct job *next;
	struct file *file; /* NULL: replace the file at `path`, or do `work` */
	char *path;
	writer_work_fn *work;
	struct buf data;
	bool close; /* else a sync */
	bool drop;  /* before the close: what no sync has brought to the disk is taken back */
	bool done;
	bool failed;
	struct error error;
	writer_done_fn *fn;
	void *ctx;
};

struct writer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct waker *waker;
	struct file *files;
	struct job *first, *last, *undone;
	bool stopping;
	bool reporting;
	bool freed; /* while reporting: only this struct itself is left, and make_reports frees it */
};

/* ---- the thread's side ---- */

static const char *what_to_do(int code)
{
	switch (code) {
	case ENOSPC:
	case EDQUOT:
		return "make room on this disk";
	case EROFS:
		return "the disk went read-only, as a failing card does: check it, then mount it "
		       "again";
	case EIO:
		return "the disk or card is failing: replace it";
	case EFBIG:
		return "no larger file is allowed here: raise the limit or use another disk";
	default:
		return "check the disk and the rights on it";
	}
}

static void remember_failure(struct file *file, const char *what, int code)
{
	char link[40], path[256], reason[128], waiting[64] = "";
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", file->fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		length = snprintf(path, sizeof(path), "descriptor %d", file->fd);
	path[length] = '\0';
	if (file->backlog.size > 0)
		snprintf(waiting, sizeof(waiting), " (%zu bytes wait in memory)",
			 file->backlog.size);
	error_set(&file->error, ERROR_OS, "%s: cannot %s: %s: %s%s", path, what,
		  strerror_r(code, reason, sizeof(reason)), what_to_do(code), waiting);
}

static int write_backlog(struct file *file)
{
	size_t written = 0;
	int code = 0;

	while (written < file->backlog.size && code == 0) {
		ssize_t count =
			write(file->fd, file->backlog.data + written, file->backlog.size - written);
		if (count > 0)
			written += (size_t)count;
		else if (count == 0 || errno != EINTR)
			code = count == 0 ? EIO : errno;
	}
	if (written > 0)
		file->dirty = true;
	file->unsynced += written;
	buf_drop(&file->backlog, written);

	file->stuck = code != 0;
	if (!file->stuck)
		return 0;
	remember_failure(file, "write", code);
	return -1;
}

static int sync_file(struct file *file)
{
	if (file->lost)
		return -1;
	if (file->backlog.size > 0 && write_backlog(file) < 0)
		return -1;
	if (!file->dirty)
		return 0;

	if (fdatasync(file->fd) < 0) {
		file->lost = true;
		remember_failure(file, "keep what was written", errno);
		return -1;
	}
	file->dirty = false;
	file->unsynced = 0;
	return 0;
}

static void file_free(struct file *file)
{
	if (file->backlog.size > 0 && write_backlog(file) < 0)
		log_warning("%s; the file is closed without them", file->error.text);
	buf_done(&file->incoming);
	buf_done(&file->backlog);
	free(file);
}

static void close_file(struct writer *writer, struct file *file)
{
	int fd = file->fd;

	pthread_mutex_lock(&writer->lock);
	for (struct file **link = &writer->files; *link; link = &(*link)->next) {
		if (*link == file) {
			*link = file->next;
			break;
		}
	}
	pthread_mutex_unlock(&writer->lock);
	file_free(file);
	close(fd); /* last: from here on the number may mean another file */
}

static void take_back(struct file *file)
{
	struct stat stat;

	buf_clear(&file->backlog);
	if (fstat(file->fd, &stat) < 0 || (size_t)stat.st_size < file->unsynced ||
	    ftruncate(file->fd, stat.st_size - (off_t)file->unsynced) < 0)
		log_warning("%s; and what is written of it cannot be taken back", file->error.text);
}

static void end_file(struct writer *writer, struct file *file, bool drop)
{
	if (drop)
		take_back(file);
	file->leaving = file->backlog.size > 0 && write_backlog(file) < 0;
	if (!file->leaving)
		close_file(writer, file);
}

/* The thread alone removes files, so the list stays as it is behind the front that was seen. */
static void try_leaving(struct writer *writer)
{
	struct file *file, *next;

	pthread_mutex_lock(&writer->lock);
	file = writer->files;
	pthread_mutex_unlock(&writer->lock);
	for (; file; file = next) {
		next = file->next;
		if (file->leaving && sync_file(file) == 0)
			close_file(writer, file);
	}
}

static void do_job(struct writer *writer, struct job *job)
{
	if (job->work) {
		job->failed = job->work(job->ctx, &job->error) < 0;
	} else if (job->path) {
		job->failed =
			file_write(job->path, job->data.data, job->data.size, &job->error) < 0;
	} else if (job->close) {
		end_file(writer, job->file, job->drop);
	} else if (sync_file(job->file) < 0) {
		job->failed = true;
		job->error = job->file->error;
	}

	pthread_mutex_lock(&writer->lock);
	job->done = true;
	writer->undone = job->next;
	pthread_mutex_unlock(&writer->lock);
	waker_wake(writer->waker);
}

static void take_incoming(struct file *file)
{
	struct buf taken = file->incoming;

	if (file->backlog.size > 0) {
		buf_add(&file->backlog, taken.data, taken.size);
		buf_clear(&file->incoming);
		return;
	}
	file->incoming = file->backlog;
	file->backlog = taken;
}

static bool take_all(struct file *files)
{
	bool any = false;

	for (struct file *file = files; file; file = file->next) {
		if (file->incoming.size == 0)
			continue;
		take_incoming(file);
		any = true;
	}
	return any;
}

/* Wait for something to do. False when there is nothing and there will be nothing. */
static bool take_work(struct writer *writer, struct file **files, struct job **job)
{
	bool any;

	pthread_mutex_lock(&writer->lock);
	while (!(any = take_all(writer->files)) && !writer->undone && !writer->stopping)
		pthread_cond_wait(&writer->given, &writer->lock);
	*files = any ? writer->files : NULL;
	*job = writer->undone;
	pthread_mutex_unlock(&writer->lock);
	return any || *job;
}

static void *write_until_stopped(void *ctx)
{
	struct writer *writer = ctx;
	struct file *files;
	struct job *job;

	while (take_work(writer, &files, &job)) {
		for (struct file *file = files; file; file = file->next)
			if (file->backlog.size > 0 && !file->stuck)
				write_backlog(file);
		if (job) {
			do_job(writer, job);
			try_leaving(writer);
		}
	}
	return NULL;
}

/* ---- the loop's side ---- */

static void job_free(struct job *job)
{
	if (job->path)
		buf_done(&job->data);
	free(job->path);
	free(job);
}

static struct job *next_report(struct writer *writer)
{
	struct job *job;

	pthread_mutex_lock(&writer->lock);
	job = writer->first;
	if (job && job->done) {
		writer->first = job->next;
		if (!writer->first)
			writer->last = NULL;
	} else {
		job = NULL;
	}
	pthread_mutex_unlock(&writer->lock);
	return job;
}

static void make_reports(void *ctx)
{
	struct writer *writer = ctx;
	struct job *job;

	writer->reporting = true;
	while (!writer->freed && (job = next_report(writer))) {
		if (job->fn)
			job->fn(job->ctx, job->failed ? &job->error : NULL);
		job_free(job);
	}
	writer->reporting = false;
	if (writer->freed)
		free(writer);
}

static int start_thread(struct writer *writer, struct error *err)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&writer->thread, NULL, write_until_stopped, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code == 0)
		return 0;
	errno = code;
	return error_os(err, "cannot start the thread that writes to the disk");
}

struct writer *writer_new(struct loop *loop, struct error *err)
{
	struct writer *writer = xcalloc(1, sizeof(*writer));

	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->given, NULL);
	writer->waker = waker_new(loop, make_reports, writer, err);
	if (writer->waker && start_thread(writer, err) == 0)
		return writer;

	if (writer->waker)
		waker_free(writer->waker);
	free(writer);
	return NULL;
}

static void stop_thread(struct writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	writer->stopping = true;
	pthread_cond_signal(&writer->given);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
}

void writer_free(struct writer *writer)
{
	if (!writer)
		return;
	stop_thread(writer);
	waker_free(writer->waker);

	for (struct file *file = writer->files, *next; file; file = next) {
		int leaves = file->leaving ? file->fd : -1;

		next = file->next;
		file_free(file);
		if (leaves >= 0)
			close(leaves);
	}
	for (struct job *job = writer->first, *next; job; job = next) {
		next = job->next;
		job_free(job);
	}
	pthread_cond_destroy(&writer->given);
	pthread_mutex_destroy(&writer->lock);
	writer->freed = true;
	if (!writer->reporting)
		free(writer);
}

/* Call with the lock held. */
static struct file *find_file(struct writer *writer, int fd)
{
	struct file *file = writer->files;

	while (file && file->fd != fd)
		file = file->next;
	if (file) {
		assert(!file->closing);
		return file;
	}

	file = xcalloc(1, sizeof(*file));
	file->fd = fd;
	file->dirty = true; /* what others wrote to it before is unknown */
	buf_init(&file->incoming);
	buf_init(&file->backlog);
	file->next = writer->files;
	writer->files = file;
	return file;
}

void writer_append(struct writer *writer, int fd, const void *data, size_t size)
{
	struct file *file;

	pthread_mutex_lock(&writer->lock);
	file = find_file(writer, fd);
	buf_add(&file->incoming, data, size);
	if (file->incoming.size >= WORTH_A_WAKING)
		pthread_cond_signal(&writer->given);
	pthread_mutex_unlock(&writer->lock);
}

void writer_push(struct writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	pthread_cond_signal(&writer->given);
	pthread_mutex_unlock(&writer->lock);
}

static void give_job(struct writer *writer, int fd, struct job *job)
{
	pthread_mutex_lock(&writer->lock);
	if (!job->path && !job->work) {
		job->file = find_file(writer, fd);
		job->file->closing = job->close;
	}
	if (writer->last)
		writer->last->next = job;
	else
		writer->first = job;
	writer->last = job;
	if (!writer->undone)
		writer->undone = job;
	pthread_cond_signal(&writer->given);
	pthread_mutex_unlock(&writer->lock);
}

void writer_sync(struct writer *writer, int fd, writer_done_fn *fn, void *ctx)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->fn = fn;
	job->ctx = ctx;
	give_job(writer, fd, job);
}

void writer_replace(struct writer *writer, const char *path, const void *data, size_t size,
		    writer_done_fn *fn, void *ctx)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->path = xstrdup(path);
	buf_init(&job->data);
	buf_add(&job->data, data, size);
	job->fn = fn;
	job->ctx = ctx;
	give_job(writer, -1, job);
}

void writer_work(struct writer *writer, writer_work_fn *work, writer_done_fn *fn, void *ctx)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->work = work;
	job->fn = fn;
	job->ctx = ctx;
	give_job(writer, -1, job);
}

static void give_close(struct writer *writer, int fd, bool drop)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->close = true;
	job->drop = drop;
	give_job(writer, fd, job);
}

void writer_close(struct writer *writer, int fd)
{
	give_close(writer, fd, false);
}

void writer_drop(struct writer *writer, int fd)
{
	give_close(writer, fd, true);
}

void writer_forget(struct writer *writer, void *ctx)
{
	pthread_mutex_lock(&writer->lock);
	for (struct job *job = writer->first; job; job = job->next)
		if (job->ctx == ctx)
			job->fn = NULL;
	pthread_mutex_unlock(&writer->lock);
}

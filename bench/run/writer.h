/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thread that writes and syncs files, so that the controller's loop never waits for a disk.
 * Jobs are done in the order given; reports come back through the loop, in order.
 */
#ifndef DAVY_RUN_WRITER_H
#define DAVY_RUN_WRITER_H

#include <stddef.h>

#include "base/error.h"
#include "loop/loop.h"

struct writer;

/* `err` is NULL when all went well. Called from the loop. */
typedef void writer_done_fn(void *ctx, const struct error *err);

struct writer *writer_new(struct loop *loop, struct error *err);
/* Finishes every job, then stops the thread; reports still due are not made. */
void writer_free(struct writer *writer); /* accepts NULL */
/*
 * Append bytes (copied) to an open descriptor. They are written when 32 KiB have come together, or with
 * the next job for any file. When they cannot be written they wait, and the next sync
 * of that fd tries again: it succeeds when everything is on the disk, else it reports the failure.
 */
void writer_append(struct writer *writer, int fd, const void *data, size_t size);
/* Write what was appended now, without waiting for more: it then outlives this process. */
void writer_push(struct writer *writer);
/* fdatasync everything appended to `fd` so far, then report (fn may be NULL). */
void writer_sync(struct writer *writer, int fd, writer_done_fn *fn, void *ctx);
/*
 * Close the descriptor after everything queued for it. What finds no room is tried again behind every later job,
 * and last when the writer is freed, which warns of what is still not written then.
 */
void writer_close(struct writer *writer, int fd);
/* Close it, and take back what no sync has brought to the disk. */
void writer_drop(struct writer *writer, int fd);
/* Replace the file at `path` by these bytes (copied), durably, or leave it as it was; then report. */
void writer_replace(struct writer *writer, const char *path, const void *data, size_t size,
		    writer_done_fn *fn, void *ctx);
/*
 * Do some work on the thread, behind every earlier job: for what must wait for the disk and keeps files of its own.
 * `work` runs there and touches nothing that the loop's side touches until the report; then `fn` is told from the loop.
 */
typedef int writer_work_fn(void *ctx, struct error *err);
void writer_work(struct writer *writer, writer_work_fn *work, writer_done_fn *fn, void *ctx);
/* Drop every report that would go to this ctx. */
void writer_forget(struct writer *writer, void *ctx);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a run's journal (run/journal.h has the format, run/chain.c makes the lines).
 *
 * Entries come by the hundred thousand, lines by the hundred. So an entry costs a copy into `entries`
 * and nothing else; the digest, the text and the lock of the writer are paid once per segment.
 *
 * Invariant: everything that was given and is not in the writer's hands is in `entries`, and the chain
 * stands behind the last line given to the writer.
 *
 * It never judges what it is told and never fails: a disk that takes no bytes is told by the next sync,
 * a quota that is passed by journal_over_quota. Reports of syncs come back in their order, so the
 * journal keeps them in a list and is itself the one ctx the writer knows.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "run/chain.h"
#include "run/journal.h"

enum { SEGMENT_FULL = 32 << 10 };

struct report {
	struct report *next;
	writer_done_fn *fn;
	void *ctx;
};

struct journal {
	struct writer *writer;
	int fd;
	struct chain chain;
	struct buf entries;
	struct buf line; /* the line being made, kept for its memory */
	nsec last;	 /* the latest time told */
	uint64_t size, quota;
	bool sealed;
	struct report *first, **end;
};

/* The folder's own entries must last, too: what is synced in a lost folder is lost. */
static int sync_folder(struct writer *writer, const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_os(err, "%s: cannot open the folder", path);
	writer_sync(writer, fd, NULL, NULL);
	writer_close(writer, fd);
	return 0;
}

static int create_file(const char *path, struct error *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0 && errno == EEXIST)
		return error_set(err, ERROR_REFUSED,
				 "%s: there is a journal already, and a journal is never "
				 "overwritten: give this run a folder of its own",
				 path);
	if (fd < 0)
		return error_os(err, "%s: cannot make the journal", path);
	return fd;
}

static int create_in(struct writer *writer, const char *folder, struct error *err)
{
	char *path = xprintf("%s/journal", folder), *above = xprintf("%s/..", folder);
	int fd = -1;

	if (file_make_folder(folder, err) == 0)
		fd = create_file(path, err);
	if (fd >= 0 &&
	    (sync_folder(writer, folder, err) < 0 || sync_folder(writer, above, err) < 0)) {
		close(fd);
		fd = -1;
	}
	free(path);
	free(above);
	return fd;
}

static struct journal *new_journal(struct writer *writer, int fd, uint64_t quota)
{
	struct journal *journal = xcalloc(1, sizeof(*journal));

	journal->writer = writer;
	journal->fd = fd;
	journal->quota = quota;
	journal->end = &journal->first;
	chain_init(&journal->chain);
	buf_init(&journal->entries);
	buf_init(&journal->line);
	return journal;
}

struct journal *journal_create(struct writer *writer, const char *folder, uint64_t quota,
			       struct error *err)
{
	int fd = create_in(writer, folder, err);

	return fd < 0 ? NULL : new_journal(writer, fd, quota);
}

static int open_to_go_on(const char *folder, uint64_t size, struct error *err)
{
	char *path = xprintf("%s/journal", folder);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	struct stat stat;

	if (fd < 0) {
		error_os(err, "%s: cannot go on with this journal", path);
	} else if (fstat(fd, &stat) < 0 || (uint64_t)stat.st_size != size) {
		error_set(err, ERROR_REFUSED,
			  "%s: somebody has written to this journal since it was read", path);
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

struct journal *journal_go_on(struct writer *writer, const char *folder, uint64_t quota,
			      uint64_t size, const char *chain, struct error *err)
{
	int fd = open_to_go_on(folder, size, err);
	struct journal *journal;

	if (fd < 0)
		return NULL;
	journal = new_journal(writer, fd, quota);
	journal->size = size;
	chain_set(&journal->chain, chain);
	return journal;
}

static void hand_over(struct journal *journal)
{
	writer_append(journal->writer, journal->fd, journal->line.data, journal->line.size);
	journal->size += journal->line.size;
	buf_clear(&journal->line);
}

static void note_time(struct journal *journal, nsec time)
{
	if (time > journal->last)
		journal->last = time;
}

void journal_cut(struct journal *journal, nsec time)
{
	note_time(journal, time);
	if (journal->entries.size == 0)
		return;
	chain_write_segment(&journal->chain, &journal->line, time, journal->entries.data,
			    journal->entries.size);
	buf_clear(&journal->entries);
	hand_over(journal);
}

void journal_line(struct journal *journal, nsec time, const char *kind, struct value *fields)
{
	if (journal->sealed) {
		value_free(fields);
		return;
	}
	journal_cut(journal, time);
	chain_write_line(&journal->chain, &journal->line, time, kind, fields);
	hand_over(journal);
}

static void put_little_endian(uint8_t *bytes, size_t size, uint64_t number)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
}

void journal_entry(struct journal *journal, nsec time, enum entry_kind kind, uint16_t subject,
		   const void *data, size_t size)
{
	uint8_t head[ENTRY_HEAD_SIZE] = {(uint8_t)kind};

	if (journal->sealed)
		return;
	assert(size <= CHAIN_SEGMENT_MOST - SEGMENT_FULL - sizeof(head));
	put_little_endian(head + 2, 2, subject);
	put_little_endian(head + 4, 4, size);
	put_little_endian(head + 8, 8, (uint64_t)time);
	buf_add(&journal->entries, head, sizeof(head));
	buf_add(&journal->entries, data, size);

	note_time(journal, time);
	if (journal->entries.size >= SEGMENT_FULL)
		journal_cut(journal, time);
}

static void report_sync(void *ctx, const struct error *err)
{
	struct journal *journal = ctx;
	struct report *report = journal->first;
	writer_done_fn *fn = report->fn;
	void *to = report->ctx;

	journal->first = report->next;
	if (!journal->first)
		journal->end = &journal->first;
	free(report);
	if (fn)
		fn(to, err); /* last: it may close this journal */
}

void journal_sync(struct journal *journal, nsec time, writer_done_fn *fn, void *ctx)
{
	struct report *report = xcalloc(1, sizeof(*report));

	report->fn = fn;
	report->ctx = ctx;
	*journal->end = report;
	journal->end = &report->next;
	journal_cut(journal, time);
	writer_sync(journal->writer, journal->fd, report_sync, journal);
}

void journal_forget(struct journal *journal, void *ctx)
{
	for (struct report *report = journal->first; report; report = report->next)
		if (report->ctx == ctx)
			report->fn = NULL;
}

void journal_seal(struct journal *journal)
{
	journal_cut(journal, journal->last);
	journal->sealed = true;
}

void journal_push(struct journal *journal)
{
	writer_push(journal->writer);
}

int journal_over_quota(const struct journal *journal)
{
	return journal->quota > 0 && journal->size + journal->entries.size > journal->quota;
}

void journal_head(const struct journal *journal, char hex[65])
{
	hash_hex(journal->chain.digest, hex);
}

void journal_drop(struct journal *journal)
{
	writer_drop(journal->writer, journal->fd);
	journal->fd = -1;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		journal_cut(journal, journal->last);
	writer_forget(journal->writer, journal);
	if (journal->fd >= 0)
		writer_close(journal->writer, journal->fd);
	for (struct report *report = journal->first, *next; report; report = next) {
		next = report->next;
		free(report);
	}
	chain_done(&journal->chain);
	buf_done(&journal->entries);
	buf_done(&journal->line);
	free(journal);
}

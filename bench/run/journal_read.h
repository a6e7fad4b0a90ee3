/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a journal back, checking its chain on the way; and ending one that was cut short. */
#ifndef DAVY_RUN_JOURNAL_READ_H
#define DAVY_RUN_JOURNAL_READ_H

#include "base/error.h"
#include "base/value.h"
#include "run/journal.h"

struct journal_reader;

struct journal_item {
	const char *kind; /* a line's kind, or NULL for an entry */
	nsec time;
	const struct value *line; /* the whole object; lives until the next call */
	const char *text;	  /* the line's JSON text, as hashed; same life */
	enum entry_kind entry;	  /* when kind is NULL; subject, data and size follow */
	uint16_t subject;
	const uint8_t *data;
	size_t size;
};

/* `folder` holds the file "journal". */
struct journal_reader *journal_reader_open(const char *folder, struct error *err);
/*
 * The next line or entry: 1, or 0 at the end (also before a torn tail, see below), or -1: the chain is
 * broken; the error names line number and byte offset. Lines of kind "segment" are not shown.
 */
int journal_reader_next(struct journal_reader *reader, struct journal_item *item,
			struct error *err);
/* After the end: how many bytes follow the last whole line (0: none, the file is not torn). */
size_t journal_reader_torn(const struct journal_reader *reader);
/* The chain up to the last line that was read, in hexadecimal: what journal_head said of the writer's. */
void journal_reader_head(const struct journal_reader *reader, char hex[65]);
/* Behind that line: the offset in the file, and the latest time that any line so far has. */
uint64_t journal_reader_place(const struct journal_reader *reader);
nsec journal_reader_latest(const struct journal_reader *reader);
void journal_reader_close(struct journal_reader *reader); /* accepts NULL */

/* What became of a journal at the start of a controller. */
enum journal_ending {
	JOURNAL_HAD_ENDED = 0, /* it has its verdict */
	JOURNAL_ENDED,	       /* now, as ABORTED */
	JOURNAL_INTERRUPTED, /* its script stands in a wait that may be interrupted: so much was written now */
	JOURNAL_STANDS, /* … or had been already */
};

/*
 * If the journal in `folder` has no line of kind "verdict": keep a torn tail's bytes in
 * `folder`/torn, cut it off the journal, and append, synced, a line "interrupted" {id, interruption, torn_bytes,
 * torn_sha256} where its script stands in a wait that allows it; else a line "recovered" {torn_bytes, torn_sha256} and a
 * line "verdict" {verdict:"ABORTED", why, cause:"power"}. An enum journal_ending, or -1.
 * Blocks on the disk: for the start of a controller, before its loop runs.
 */
int journal_end_cut_short(const char *folder, const char *why, struct error *err);
/*
 * The same of one that stands interrupted and is not to be taken up again: it gets its verdict, whatever its script
 * waits for. Nobody else may have the journal open for writing.
 */
int journal_end_interrupted(const char *folder, const char *why, struct error *err);

#endif

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
void journal_reader_close(struct journal_reader *reader); /* accepts NULL */

/*
 * If the journal in `folder` has no line of kind "verdict": keep a torn tail's bytes in
 * `folder`/torn, cut it off the journal, append a line "recovered" {torn_bytes, torn_sha256} and a
 * line "verdict" {verdict:"ABORTED", why, cause:"power"}, synced. 1: it was ended now, 0: it was ended already.
 * Blocks on the disk: for the start of a controller, before its loop runs.
 */
int journal_end_cut_short(const char *folder, const char *why, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of one run: every fact in the order it happened. Append-only, hash-chained, written by
 * the writer thread.
 *
 * Format. The file `journal` is a sequence of lines, each
 *
 *   JSON object, compact, first keys "k" (kind) and "t" (bench time, ns)  SP  chain in 64 hex digits  LF
 *
 * A line of kind "segment" says "bytes":N and is followed by N raw bytes and LF: the entries (below)
 * since the line before. chain = SHA-256(previous chain (32 bytes) || JSON text || raw bytes); the
 * chain before the first line is SHA-256("davy journal 1"). Lines carry bench time only; wall time
 * stands in lines of kind "anchor".
 *
 * An entry is: u8 kind, u8 zero, u16 subject, u32 size, i64 time, then `size` bytes, little-endian.
 * Entries are collected and cut into a segment before every line, at 32 KiB, and by journal_cut. A
 * segment's own line carries the time of its cut.
 */
#ifndef DAVY_RUN_JOURNAL_H
#define DAVY_RUN_JOURNAL_H

#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "run/writer.h"

enum { ENTRY_HEAD_SIZE = 16 };

enum entry_kind {
	ENTRY_SENT = 1, /* bytes out on a port; subject: the port's index */
	ENTRY_RECEIVED, /* bytes in, taken as an answer */
	ENTRY_STRAY,	/* bytes in that answered nothing */
	ENTRY_SAMPLE,	/* a channel's reading: f64, SI; subject: the channel's index */
	ENTRY_EDGE,	/* a line's level: u8; subject: the line's index; time: of the edge */
	ENTRY_PULSE,	/* a count: f64 Hz, f64 resolution, f64 high, f64 low; subject: line */
	ENTRY_SET,	/* an output was driven: u8; subject: line */
	ENTRY_STREAMED, /* bytes in, a message sent unasked; time: of its last bit; subject: port */
	ENTRY_BLOCK, /* a channel's samples out of one: f64 resolution (half-width, SI), i64 time of
			 * the first, i64 spacing, f64 values[n] in SI; subject: channel */
	ENTRY_LISTEN, /* a breath channel is wanted, or no longer: u8; subject: channel */
	ENTRY_BREATH, /* of a breath: struct breath_entry; subject: its channel */
};

struct journal;

/*
 * Start `folder`/journal (the folder is made; an existing journal is refused). A quota of bytes may
 * not be passed: journal_over_quota then says so, and everything appended is still kept. 0: no quota.
 */
struct journal *journal_create(struct writer *writer, const char *folder, uint64_t quota,
			       struct error *err);
/*
 * Go on with the journal of an interrupted run, which ends behind the last line that `chain` (hexadecimal) counts, at
 * `size` bytes; a file that has grown since is refused, and so is one that somebody else goes on with.
 */
struct journal *journal_go_on(struct writer *writer, const char *folder, uint64_t quota,
			      uint64_t size, const char *chain, struct error *err);
/* Append a line; takes `fields` (a map without keys "k" and "t", or NULL). */
void journal_line(struct journal *journal, nsec time, const char *kind, struct value *fields);
void journal_entry(struct journal *journal, nsec time, enum entry_kind kind, uint16_t subject,
		   const void *data, size_t size); /* size at most 900 KiB */
/* Cut the entries so far into a segment. */
void journal_cut(struct journal *journal, nsec time);
/*
 * Hand all lines so far to the operating system: a decision outlives the controller from here on, if
 * not yet the power.
 */
void journal_push(struct journal *journal);
/*
 * This was the last line. What is still given is dropped: timers, wires and instruments of a run that has
 * its verdict go on until it is freed.
 */
void journal_seal(struct journal *journal);
/* Cut, and report once all of it is on the disk. */
void journal_sync(struct journal *journal, nsec time, writer_done_fn *fn, void *ctx);
/* What this ctx waits for is still synced, and not told. */
void journal_forget(struct journal *journal, void *ctx);
int journal_over_quota(const struct journal *journal);
/* The chain so far, in hexadecimal. */
void journal_head(const struct journal *journal, char hex[65]);
/* Cuts, closes; what was queued is still written. Accepts NULL. Drops reports to the ctx of its syncs. */
void journal_close(struct journal *journal);
/* Takes back what no sync has brought to the disk, and writes nothing any more; it is still to be closed. */
void journal_drop(struct journal *journal);

#endif

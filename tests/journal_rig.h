/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the claims about journals stand on: a journal in a scratch folder (in memory where there is
 * such a place: thousands of copies are made and synced), a generator with a fixed seed that fills it,
 * and its reading as text, to be compared with what was given.
 */
#ifndef DAVY_TESTS_JOURNAL_RIG_H
#define DAVY_TESTS_JOURNAL_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "loop/loop.h"
#include "run/journal_read.h"
#include "run/writer.h"

struct rig {
	struct loop *loop;
	struct writer *writer;
	struct journal *journal;
	char folder[64]; /* holds run/ (the journal's own) and copy/ (where damage is done) */
	char run[80], copy[80];
	uint64_t random;
	int reports;
	struct buf told; /* what was given, in the words of a reading */
};

uint64_t next_random(struct rig *rig, uint64_t below);
/* A new folder with an open journal in run/ and an empty copy/. */
void rig_open(struct rig *rig, uint64_t seed);
/* Close the journal; everything given is in the file afterwards. */
void rig_finish(struct rig *rig);
void rig_close(struct rig *rig);

/* Give, and remember what was given in `told`. */
void give_line(struct rig *rig, nsec time, const char *kind, int64_t number);
void give_entry(struct rig *rig, nsec time, enum entry_kind kind, uint16_t subject,
		const uint8_t *data, size_t size);
void give_random(struct rig *rig, int count, size_t most_bytes);
/* Two lines, a segment, a line and a verdict; then finish. */
void give_short_run(struct rig *rig);

struct reading {
	int result; /* of the last call */
	size_t torn;
	int items, verdicts;
	char last_kind[16];
	struct error error;
	struct buf seen;
};

/* Read the journal in `folder` to its end or to where it breaks. */
struct reading read_all(const char *folder);
void reading_done(struct reading *reading);

/* Files in a folder; the caller is done with the content by buf_done. */
struct buf content_of(const char *folder, const char *name);
void put(const char *folder, const char *name, const void *data, size_t size);
bool is_there(const char *folder, const char *name);
/* A fresh copy/ with these bytes as its journal. */
void put_copy(struct rig *rig, const void *data, size_t size);
/* Offsets at which the journal's lines (with their raw bytes) begin, and its end; their count. */
size_t find_lines(const struct buf *journal, size_t *at, size_t room);

#endif

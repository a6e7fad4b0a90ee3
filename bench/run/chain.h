/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash chain that ties a journal's lines together, and the form of one line (run/journal.h says
 * both). The writing and the reading side stand on this.
 */
#ifndef DAVY_RUN_CHAIN_H
#define DAVY_RUN_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/nsec.h"
#include "base/value.h"

enum {
	CHAIN_TAIL = 1 + 2 * HASH_SIZE, /* " <64 hex digits>" after a line's JSON text */
	CHAIN_LINE_MOST = 8 << 20,	/* bytes of a line's JSON text */
	CHAIN_SEGMENT_MOST = 1 << 20,	/* raw bytes after a line of kind "segment" */
};

struct chain {
	struct hash *hash;
	uint8_t digest[HASH_SIZE]; /* of all lines so far */
};

void chain_init(struct chain *chain);
void chain_done(struct chain *chain);
/* It stands behind a line with this digest (64 hexadecimal digits). */
void chain_set(struct chain *chain, const char *hex);
/* Go on by one line: its JSON text, and the raw bytes after it (size 0 when there are none). */
void chain_add(struct chain *chain, const void *text, size_t text_size, const void *raw,
	       size_t raw_size);
/* Append a whole line to `out` and go on. Takes `fields` (a map without "k" and "t", or NULL). */
void chain_write_line(struct chain *chain, struct buf *out, nsec time, const char *kind,
		      struct value *fields);
void chain_write_segment(struct chain *chain, struct buf *out, nsec time, const void *raw,
			 size_t size);

#endif

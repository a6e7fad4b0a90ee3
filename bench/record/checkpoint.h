/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a log is at one moment, signed (C2SP tlog-checkpoint): a note whose text has the log's name, how many entries
 * there are, the root of their hash tree (merkle.h) in base64, and further lines, if any.
 */
#ifndef DAVY_RECORD_CHECKPOINT_H
#define DAVY_RECORD_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "record/note.h"

struct checkpoint {
	char *origin;
	uint64_t size;
	uint8_t root[HASH_SIZE];
	char *extension;   /* lines, each with its end; "" where there are none */
	struct note *note; /* signs, verifies and writes it (note.h) */
};

/*
 * Not signed yet. `origin` is a name as a key's (note.h), and the key that signs should have the same; `extension` may be
 * NULL, and no line of it is empty. The caller owns what it gets until checkpoint_free().
 */
struct checkpoint *checkpoint_new(const char *origin, uint64_t size, const uint8_t root[HASH_SIZE],
				  const char *extension, struct error *err);
/*
 * Refused with a sentence: what is no signed note, a size with leading zeros or beyond 64 bits, a root that is not
 * 32 bytes, an empty line. No signature is verified yet.
 */
struct checkpoint *checkpoint_parse(const char *text, size_t size, const char *where,
				    struct error *err);
void checkpoint_free(struct checkpoint *checkpoint);
/* 0 when it is of this log and this key has signed it. */
int checkpoint_verify(const struct checkpoint *checkpoint, const char *origin,
		      const struct key *key, struct error *err);

#endif

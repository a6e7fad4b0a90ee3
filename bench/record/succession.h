/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a bench, one after the other. The first record of a log introduces the first of them; each later one is
 * introduced by a record of kind "hand-over", which the key before it has signed:
 *
 *   {"benchKey":{…},"why":"…"}
 *
 * A record is signed by the key that the records before it have introduced last, a checkpoint of so many records by the
 * one that would sign the next record.
 */
#ifndef DAVY_RECORD_SUCCESSION_H
#define DAVY_RECORD_SUCCESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "record/entry.h"
#include "record/key.h"

enum { SUCCESSION_WHY_MOST = 400 }; /* bytes */

struct succession {
	struct {
		struct key *key;
		uint64_t from; /* the first record that it signs */
	} * keys;
	size_t count;
};

/* Takes the key; the caller gives it to succession_done(). */
void succession_begin(struct succession *succession, struct key *first);
void succession_done(struct succession *succession); /* accepts one that has not begun */

/*
 * Take a hand-over, whose signature by the last key was verified. Refused with a sentence, and nothing taken: another
 * content than above, and a key that this bench has had, `simulation` among them.
 */
int succession_take(struct succession *succession, const struct entry *entry,
		    const struct key *simulation, struct error *err);

/* Which key signs the record of this number. Borrowed. */
const struct key *succession_at(const struct succession *succession, uint64_t seq);
/* … and which signs the next one. NULL before the first. */
const struct key *succession_last(const struct succession *succession);
/* The number of the record that introduced it; 0 of the first, which the log's first record did. */
uint64_t succession_since(const struct succession *succession);

#endif

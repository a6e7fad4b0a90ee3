/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody who changes one thing in a journal and makes its chain fit again. */
#ifndef DAVY_TESTS_JOURNAL_CHANGE_H
#define DAVY_TESTS_JOURNAL_CHANGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "run/journal.h"

/* One change to the first line or entry that it fits. */
struct journal_change {
	const char *kind, *from, *to; /* of a line's JSON text, with apostrophes */
	enum entry_kind entry;	      /* or of an entry */
	size_t byte;		      /* flipped there */
	int skip;		      /* entries that fit before it */
};

/* Write all lines of `old` behind `new`, one of them changed; false: nothing fits, and it is the same. */
bool journal_rewrite(const struct buf *old, struct buf *new, struct journal_change *change);

#endif

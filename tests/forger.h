/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody who changes a bench's records and makes everything fit again that he can: places, leaves, the second copies, the
 * checkpoints, signed with whatever keys he has. What he leaves alone is the database and the journals.
 */
#ifndef DAVY_TESTS_FORGER_H
#define DAVY_TESTS_FORGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/value.h"

struct forgery {
	const char *state;
	uint64_t removes; /* the number of a record; or 0 */
	uint64_t edits;	  /* … of one whose payload edit() changes; or 0 */
	void (*edit)(struct value *payload);
	bool swaps_keys;     /* that one is signed with the other one of the bench's keys */
	bool has_no_keys;    /* signs with keys of his own, from the first record on */
	bool keeps_database; /* else it is removed: he says that it was lost */
};

/* 0, or -1 where he is at his wits' end. */
int forge(const struct forgery *forgery);

/* Does a proof (run/proof.h) find this, and is this record (0: whatever) the first bad one? Prints what it found if not. */
bool proof_names(const struct value *says, int64_t seq, const char *part);

#endif

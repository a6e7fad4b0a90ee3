/* SPDX-License-Identifier: Apache-2.0 */
/* What a replay says now and has not yet met in the journal, and how the two are compared. */
#ifndef DAVY_RUN_REPLAY_EXPECTED_H
#define DAVY_RUN_REPLAY_EXPECTED_H

#include "base/error.h"
#include "base/value.h"
#include "run/journal_read.h"

/* Lines that should come next, oldest first; a list begins as NULL. */
struct expected {
	struct expected *next;
	const char *kind; /* a literal */
	uint32_t id;	  /* of the request, or 0 */
	struct value *says;
};

/* Takes `says`. */
void expected_add(struct expected **list, const char *kind, uint32_t id, struct value *says);
void expected_drop(struct expected **list); /* the first one, which is there */
/* Is the first of the list this line of the journal? -1: both sides are in the sentence. */
int expected_meets(const struct expected *first, const struct journal_item *item,
		   struct error *err);
/* The sentence of a divergence; returns -1. */
int replay_diverges(const struct journal_item *item, const struct value *there,
		    const struct value *here, struct error *err);
/* A journal line without what every line has; the caller frees it. */
struct value *journal_content(const struct value *line);

#endif

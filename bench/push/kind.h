/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kind of destination: one file, one row in kind.c. It makes of a record what its receivers understand (a pure function
 * in a header of its own), brings it there, and says what came of it; what that means for the outbox is not its business.
 */
#ifndef DAVY_PUSH_KIND_H
#define DAVY_PUSH_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "push/http.h"
#include "push/outcome.h"
#include "record/entry.h"

/* One record on its way; all of it is borrowed. */
struct push_item {
	const struct entry *entry;
	const struct buf *text; /* the record as it lies in the log, signatures and all */
	/*
	 * What was signed: of an event the event, of a declaration that event with its errorDeclaration, of any other
	 * kind the record's payload.
	 */
	const struct value *content;
	bool is_accepted;     /* the receiver works on it already … */
	const char *location; /* … as this job, or NULL */
	unsigned tries;
	double chance; /* within [0, 1), for delays */
};

/* One attempt. The answer is the one that decided; `location` of a job is the caller's to free, as the answer is. */
struct push_attempt {
	struct push_verdict verdict;
	struct http_answer answer;
	char *location;
};

struct push_kind {
	const char *name;
	/* What this destination keeps between attempts; NULL and why not. `settings` is borrowed until close. */
	void *(*open)(const struct value *settings, struct error *err);
	/* One record; or, of a kind that has this instead, several at once: */
	void (*attempt)(void *link, const struct push_item *item, struct push_attempt *attempt);
	/* … an attempt whose outcome stays 0 was none: that record is due as before. */
	void (*attempt_all)(void *link, const struct push_item *items,
			    struct push_attempt *attempts, size_t count);
	void (*close)(void *link);
};

/* NULL where there is none of that name (ERROR_USAGE). */
const struct push_kind *push_kind_find(const char *name, struct error *err);
extern const struct push_kind PUSH_KIND_EPCIS, PUSH_KIND_JSON, PUSH_KIND_POSTGRESQL;

#endif

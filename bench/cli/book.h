/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench's log as a command reads it, from STATE/records/records.jsonl: the controller alone has the store, and every
 * program may read the lines. What is read here is shown, or is what a person signs; whether the log is whole is for
 * davy verify.
 */
#ifndef DAVY_CLI_BOOK_H
#define DAVY_CLI_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/entry.h"
#include "record/jws.h"
#include "record/roster.h"

typedef int book_each_fn(void *ctx, const struct jws *jws, const struct entry *entry,
			 struct error *err);
/* Go through all records; `each` ends it by an error. A bench without records has none, which is no error. */
int book_each(const char *state, book_each_fn *each, void *ctx, struct error *err);

/* The roster as the log has it now; the caller frees it. */
struct roster *book_roster(const char *state, struct error *err);

/* An event with everybody's signatures. */
struct book_event {
	uint64_t seq;
	struct jws *jws;
	struct value *event;
	char *base; /* of the log's URIs */
	/* errorDeclarations of it (record/declaration.h), in their order */
	struct value *declarations;
};

/* By its number, its event id, or the id (or the beginning of one) of its run; "last" is the last run. */
int book_event(const char *state, const char *name, struct book_event *found, struct error *err);
/* A record of whatever kind, as it was made: `event` is what it says, and signatures that were added later are not there. */
int book_record(const char *state, uint64_t seq, struct book_event *found, struct error *err);
void book_event_done(struct book_event *found);

/* Those that `wanted` says, in the order of their records. Call book_events_done whatever comes of it. */
struct book_events {
	struct book_event *at;
	size_t count;
};
typedef bool book_wanted_fn(void *ctx, const struct entry *entry);
int book_events(const char *state, book_wanted_fn *wanted, void *ctx, struct book_events *found,
		struct error *err);
void book_events_done(struct book_events *found);

/* The base of the log's URIs; the caller frees it. NULL, which is no error: there is no log yet. */
int book_base(const char *state, char **base, struct error *err);

#endif

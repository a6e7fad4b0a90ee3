/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of one bench: its store of records (store.h), its keys, and what was said of it last (a checkpoint).
 *
 *   STATE/laboratory.json      optional, written by the laboratory before the first start (laboratory.h)
 *   STATE/keys/bench.pem       signs every record, and the checkpoints; made at the first start (bench_keys.h)
 *   STATE/keys/simulation.pem  signs instead of it what was simulated
 *   STATE/records/             the store, and `checkpoint`: the last one
 *   STATE/checkpoint           the same once more, beside the folder that somebody might put back from a copy
 *
 * The first record names the log, the bench and the public halves of both keys. What a laboratory.json says later changes
 * nothing: a log keeps its name.
 *
 * Nothing here is thread-safe: one thread has the log. What was appended is on the disk before it is told.
 */
#ifndef DAVY_RECORD_BENCH_LOG_H
#define DAVY_RECORD_BENCH_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/entry.h"
#include "record/event_id.h"
#include "record/roster.h"
#include "record/store.h"

struct bench_log;
struct outbox;

/*
 * Open the log in the state folder, which is made where there is none; `now` is the moment of its first record then.
 * Refused with a sentence: a store that is damaged (store.h), one that has less than its last checkpoint says, keys that
 * are not those of its first record and its hand-overs.
 */
struct bench_log *bench_log_open(const char *state, const struct moment *now, struct error *err);
void bench_log_close(struct bench_log *log); /* accepts NULL */

const char *bench_log_bench(const struct bench_log *log); /* "B07" */
const char *bench_log_base(const struct bench_log *log);  /* of URIs; ends with "/" */
const char *bench_log_state(const struct bench_log *log); /* the folder it was opened in */
uint64_t bench_log_count(const struct bench_log *log);

/* What was appended. */
struct appended {
	uint64_t seq;
	char id[EVENT_ID_TEXT_SIZE];
	struct buf text; /* to which the whole record (jws.h) is added; the caller's */
};

/* A name for a new event, that no other event of this log has. */
void bench_log_name(struct bench_log *log, const struct moment *now, char id[EVENT_ID_TEXT_SIZE]);
struct bench_entry {
	const char *kind;
	const struct value
		*says;	   /* of an event the event, with its id; every other kind gets one */
	bool is_measured;  /* by the bench itself; else it was told so */
	bool is_simulated; /* the key of simulations signs */
	const char *const *subjects; /* what it is about, ended by NULL; or NULL */
};

/*
 * Append a record and make a checkpoint of the log. `appended` may be NULL. Where a record was appended and its checkpoint
 * could not be made, the sentence says so.
 */
int bench_log_append(struct bench_log *log, const struct bench_entry *entry,
		     const struct moment *now, struct appended *appended, struct error *err);

/*
 * The bench gets another key: the record of that is the last one that the key of now signs, and its checkpoint the first
 * thing that the next one does (succession.h). The key of now is destroyed. Power may go at any moment: the next start
 * either completes it or knows nothing of it. `appended` as above.
 */
int bench_log_rotate(struct bench_log *log, const char *why, const struct moment *now,
		     struct appended *appended, struct error *err);

/*
 * Who may sign what, as the log has it up to now; borrowed until something of keys is appended, which is taken into it
 * before (admission.h). NULL where the log cannot be read.
 */
struct roster *bench_log_roster(struct bench_log *log, struct error *err);
/* For reading: what store.h says of it. */
struct store *bench_log_store(struct bench_log *log);
/* What still has to reach somebody (outbox.h). */
struct outbox *bench_log_outbox(struct bench_log *log);

#endif

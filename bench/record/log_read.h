/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going through the records of a bench's log with nothing but their texts: no database, no controller, no network. Each
 * record is held against all that went before it, and the first that does not fit is named.
 *
 * Of each record: one line in the one form of a JWS (jws.h), a payload in one of the forms of entry.h, of this log and of
 * this bench; its number is the next one and `prev` the digest of the leaf before; the first signature is the bench's, by
 * the key that the first record introduced, or the last hand-over before it (succession.h), as "bench" with the bench's key
 * or as "simulation" with the other one, and a run says of itself which of both it is. What the bench holds back after a
 * destructive test is signed as the run was.
 *
 * A choice of records (a bundle) lacks some: there the numbers rise, and whether each is in the log is for proofs to say.
 */
#ifndef DAVY_RECORD_LOG_READ_H
#define DAVY_RECORD_LOG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "record/checkpoint.h"
#include "record/entry.h"
#include "record/jws.h"
#include "record/key.h"
#include "record/merkle.h"

struct log_reader;

enum log_extent {
	LOG_WHOLE = 1, /* every record from the first on */
	LOG_CHOICE,
};

/* The caller frees it; accepts NULL. */
struct log_reader *log_reader_new(enum log_extent extent);
void log_reader_free(struct log_reader *reader);

/* A record that is good; all of it is borrowed until the next one is read or the reader is freed. */
struct log_record {
	const struct entry *entry;
	const struct jws *jws;
	const char *text;
	size_t size;
	bool is_simulated;
	const struct key *bench_key; /* the bench's when it was made, also where it was simulated */
	uint8_t digest[HASH_SIZE];   /* of its text */
	uint8_t leaf[HASH_SIZE];
};

/*
 * Read the next record. Refused with a sentence that begins with its number (ERROR_REFUSED); nothing can be read after
 * that but log_reader_at().
 */
int log_reader_take(struct log_reader *reader, const char *text, size_t size,
		    struct log_record *record, struct error *err);
/* The number of the record that was read last, or refused; 0 before the first. */
uint64_t log_reader_at(const struct log_reader *reader);

/* What the first record says of the log; borrowed, NULL before it. */
const char *log_reader_origin(const struct log_reader *reader);
const char *log_reader_base(const struct log_reader *reader);
const char *log_reader_bench(const struct log_reader *reader);
/* … and of the bench's keys the one that it has now. */
const struct key *log_reader_key(const struct log_reader *reader, bool simulation);
/* Of a whole log: its tree so far, and a merkle_leaf_fn whose ctx is the reader. */
const struct merkle *log_reader_tree(const struct log_reader *reader);
int log_reader_leaf(void *reader, uint64_t index, uint8_t leaf[HASH_SIZE], struct error *err);

/*
 * Has the bench's key of that time signed the checkpoint, under the log's name? All hand-overs before it have been read.
 * NULL, and why not (ERROR_REFUSED); `where` begins the sentence. The caller frees it.
 */
struct checkpoint *log_reader_checkpoint(const struct log_reader *reader, const char *text,
					 size_t size, const char *where, struct error *err);
/* Does a whole log begin with what that checkpoint says? */
int log_reader_contains(struct log_reader *reader, const struct checkpoint *was, const char *where,
			struct error *err);

/*
 * Go through a whole log's file (records.jsonl). `each` may be NULL, and ends it by an error. `torn` becomes how many bytes stand
 * behind the last whole line: an append that is going on, or one that power ended. The number of a file that stops being good is
 * log_reader_at().
 */
typedef int log_each_fn(void *ctx, const struct log_record *record, struct error *err);
int log_read_file(struct log_reader *reader, const char *path, log_each_fn *each, void *ctx,
		  size_t *torn, struct error *err);

#endif

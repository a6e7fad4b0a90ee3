/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a bench's keys:
 *
 *   STATE/keys/bench.pem, simulation.pem   0600, made at the first start; each with its public half, .public
 *   STATE/keys/bench-sm2.pem               where the laboratory wants it (second_signature.h), made at the next start
 *   STATE/keys/bench.next.pem              while the bench's key changes (succession.h)
 *
 * The next key is on the disk before the record that introduces it, and takes the place of the last one behind that
 * record, which destroys the last one. Wherever power goes between, the log says which of both is the bench's.
 */
#ifndef DAVY_RECORD_BENCH_KEYS_H
#define DAVY_RECORD_BENCH_KEYS_H

#include <stdbool.h>

#include "base/error.h"
#include "record/key.h"

struct bench_keys {
	const char *state; /* borrowed until bench_keys_done() */
	struct key *bench, *simulation;
};

/* Load both; of a log that begins (`may_make`) they are made. The caller gives it to bench_keys_done(), also on failure. */
int bench_keys_open(struct bench_keys *keys, const char *state, bool may_make, struct error *err);
/* The bench's second key, of SM2; made where there is none. The caller frees it. */
struct key *bench_keys_second(const char *state, struct error *err);
void bench_keys_done(struct bench_keys *keys);

/*
 * These are the keys as the log has them: a change that power has cut off is completed, and one that the log knows
 * nothing of is forgotten. Refused with a sentence where the files have others.
 */
int bench_keys_settle(struct bench_keys *keys, const struct key *bench,
		      const struct key *simulation, struct error *err);

/* The next key, on the disk; the one from a change that failed, where there is one. The caller frees it. */
struct key *bench_keys_prepare(const struct bench_keys *keys, struct error *err);
/* It is the bench's now: takes it, whatever becomes of the files; what failed is completed at the next start. */
int bench_keys_replace(struct bench_keys *keys, struct key *next, struct error *err);

#endif

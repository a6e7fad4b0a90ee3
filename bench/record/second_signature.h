/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second signature of the bench under its events, by SM2 with SM3 (key.h), for platforms that ask for it. A laboratory that
 * wants it writes "sm2":true into its laboratory.json. The key is made at the next start (bench_keys.h); once an
 * administrator has enrolled its public half as the bench's, each event that was not simulated gets a record of kind
 * "signature" (cosign.h) behind it, before anybody else can sign.
 */
#ifndef DAVY_RECORD_SECOND_SIGNATURE_H
#define DAVY_RECORD_SECOND_SIGNATURE_H

#include <stdbool.h>

#include "base/error.h"
#include "record/bench_log.h"
#include "record/key.h"

/* Has an administrator enrolled this key, and may it sign now? If not, the sentence says why. */
bool second_signature_may(struct bench_log *log, const struct key *key, const struct moment *now,
			  struct error *err);
/*
 * Sign the event of this number, unless that key has, was simulated, or somebody else has signed behind the bench; where the
 * key may not sign nothing is done either, which is no failure.
 */
int second_signature_add(struct bench_log *log, const struct key *key, uint64_t seq,
			 const struct moment *now, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay reads out of an instrument's bytes again: each sample of the journal must be what the
 * bytes before it say, bit for bit.
 */
#ifndef DAVY_RUN_REPLAY_BYTES_H
#define DAVY_RUN_REPLAY_BYTES_H

#include "run/condition.h"
#include "run/fixture.h"
#include "run/journal_read.h"

struct replay_bytes;

/* `fixture` is borrowed; `wire_scale`: bench time that passed in a unit of the wires' (slot.h). */
struct replay_bytes *replay_bytes_new(const struct fixture *fixture, double wire_scale);
void replay_bytes_free(struct replay_bytes *bytes); /* accepts NULL */
/* A question, a piece of its answer, or a message that came unasked. Others are ignored. */
int replay_bytes_take(struct replay_bytes *bytes, const struct journal_item *item,
		      struct error *err);
/*
 * The samples of an entry (ENTRY_SAMPLE, ENTRY_BLOCK), checked against those bytes: how many, and -1 on
 * a difference. `samples` has room for FRAME_FIELDS. An entry of no channel has none.
 */
int replay_bytes_samples(struct replay_bytes *bytes, const struct journal_item *item,
			 struct bench_sample *samples, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay computes again of breath channels: each breath of the journal must be what the samples
 * of its sources give, bit for bit, and no breath may be missing.
 */
#ifndef DAVY_RUN_REPLAY_BREATH_H
#define DAVY_RUN_REPLAY_BREATH_H

#include "run/condition.h"
#include "run/fixture.h"
#include "run/journal_read.h"

struct replay_breath;

struct replay_breath *replay_breath_new(const struct fixture *fixture); /* borrowed */
void replay_breath_free(struct replay_breath *breath);			/* accepts NULL */
/* An ENTRY_LISTEN. */
void replay_breath_listen(struct replay_breath *breath, const struct journal_item *item);
/* Samples of a channel, after the course had them. -1: the journal lacks a breath before them. */
int replay_breath_feed(struct replay_breath *breath, int channel,
		       const struct bench_sample *samples, size_t count, struct error *err);
/*
 * An ENTRY_BREATH, held against what was computed: 1 and its sample, 0 for a lost breath, -1 on a
 * difference, with both sides in the error.
 */
int replay_breath_take(struct replay_breath *breath, const struct journal_item *item,
		       struct bench_sample *sample, struct error *err);

#endif

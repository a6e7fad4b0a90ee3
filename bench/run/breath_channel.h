/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A breath channel: from the samples of its sources to one sample per breath. It has no wire and no
 * clock, so that the slot and a replay compute the same from the same.
 */
#ifndef DAVY_RUN_BREATH_CHANNEL_H
#define DAVY_RUN_BREATH_CHANNEL_H

#include <stdint.h>

#include "run/condition.h"
#include "run/fixture.h"

/* One breath as the journal has it (ENTRY_BREATH); of a lost breath the weight is 0 and so is all but the times. */
struct breath_entry {
	double value, weight, resolution, drift, seconds;
	int64_t begin, end;
};

struct breath_channel;

struct breath_channel *breath_channel_new(const struct fixture *fixture, int channel);
void breath_channel_free(struct breath_channel *breath); /* accepts NULL */
/* Begin anew: somebody begins to listen. */
void breath_channel_restart(struct breath_channel *breath);
/* Samples of a channel that may be one of its sources; others are ignored. */
void breath_channel_feed(struct breath_channel *breath, int source,
			 const struct bench_sample *samples, size_t count);
/* The next whole breath, oldest first; false: none yet. */
bool breath_channel_next(struct breath_channel *breath, struct breath_entry *entry);
/* As the channel's sample; false: the breath was lost and gives none. */
bool breath_entry_sample(const struct breath_entry *entry, struct bench_sample *sample);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The series of a run, whole and by channel, and where they are parted. */
#ifndef DAVY_REPORT_RUN_SAMPLES_H
#define DAVY_REPORT_RUN_SAMPLES_H

#include "report/thinned.h"
#include "run/trail_series.h"

struct run_channel {
	struct series series; /* numbers in the channel's unit */
	size_t *parted;	      /* the places of samples that others were lost before, in order */
	size_t parted_count, parted_room;
	bool is_parted; /* the next one will be, unless it is of this edge: */
	nsec edge;	/* or 0 */
};

struct run_samples {
	const struct fixture *fixture; /* the trail's; NULL: there are none */
	struct run_channel channel[FIXTURE_MOST];
};

/* -1: the journal is damaged. run_samples_done also then. */
int run_samples_read(struct run_samples *samples, const struct trail *trail, struct error *err);
void run_samples_done(struct run_samples *samples);

/*
 * Where no line may be drawn between `from` and `to`: what was lost and, of a channel that is asked only at need, where nobody
 * asked: two samples that lie apart five times as far as most do in that time. The caller frees it.
 */
struct thinned_gap *run_samples_gaps(const struct run_samples *samples, int channel, nsec from,
				     nsec to, size_t *count);

#endif

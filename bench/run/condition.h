/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol waits for, as a small machine fed with samples and time: `read`, `is`, `mean`,
 * `settles`, `becomes`, `holds`, `last_before`. It knows no clock and no wire, so that a replay feeds
 * it the same samples and gets the same outcome, bit for bit.
 *
 * Samples may come late (a stream's are told in blocks), but each channel's in the order of their times.
 * A condition is over with the first sample from after its deadline; whoever feeds it says that the
 * deadline has come only when no sample from before it can come any more.
 */
#ifndef DAVY_RUN_CONDITION_H
#define DAVY_RUN_CONDITION_H

#include <stdbool.h>

#include "base/nsec.h"
#include "verdict/limit.h"
#include "verdict/series.h"

/* One reading of a channel. */
struct bench_sample {
	nsec asked;	   /* when the question left, or the edge was told */
	nsec time;	   /* when the answer was whole; of what came unasked: the sample's own */
	double value;	   /* SI; a state is 0 or 1 */
	double resolution; /* half-width, SI */
	double weight;	   /* in means: 1, or how much of the thing the value speaks for */
	double drift;	   /* by how much what is not known of a delay moves it, signed, SI */
	double seconds;	   /* over which a rate was integrated; 0: it was not */
};

/* By how much later than it was an edge may be stamped: 1.2 ms were seen (port/gpio_input.c). */
#define EDGE_STAMPED MSEC(2)

enum condition_kind {
	CONDITION_READ = 1,
	CONDITION_IS,
	CONDITION_MEAN,
	CONDITION_SETTLES,
	CONDITION_BECOMES,
	CONDITION_HOLDS,
	CONDITION_LAST_BEFORE,
};

struct condition {
	enum condition_kind kind;
	int channel;
	int of;		       /* LAST_BEFORE: the channel whose value is wanted; else -1 */
	struct limit limit;    /* IS, BECOMES, HOLDS, LAST_BEFORE */
	struct quantity probe; /* of the channel's unit: what the limit is asked with */
	nsec opened;
	nsec deadline;
	nsec over;   /* MEAN, SETTLES */
	double band; /* SETTLES, SI */

	bool at_edges; /* `channel` is a contact: it tells each change by itself */
	bool of_late;  /* LAST_BEFORE: samples of `of` may come after those of `channel` */

	struct series window; /* of `channel`; LAST_BEFORE: of `of`, by the time it was asked for */
	bool begun;	      /* a sample has been seen */
	bool seen_unmet;      /* LAST_BEFORE: an event must first be seen not to be */
	nsec last;	      /* time of the sample before */
	double latest;	      /* its value, SI */
	double resolution;    /* of the latest sample */
	double drift;	      /* the largest seen */
	double seconds;	      /* the longest */
	nsec unmet;	      /* LAST_BEFORE: time of the last sample that had not seen the event */
	bool happened; /* LAST_BEFORE: it was seen, and what comes late of `of` is waited for */
};

struct outcome {
	bool met;	   /* the value below stands; else `why` does */
	bool is_time;	   /* elapsed and gap, else value and its spread */
	nsec elapsed, gap; /* the event lies within gap/2 of elapsed */
	double value;	   /* SI */
	double spread;	   /* half-width of what the value still moved, SI */
	double of_mean;	   /* standard deviation of a mean, SI */
	double resolution; /* half-width, SI */
	double drift;	   /* as of a sample */
	double seconds;	   /* as of a sample */
	bool truth;	   /* IS */
	bool to_the_end;   /* HOLDS */
	char why[160];
};

/* Until when an event that a sample shows at `now` had not happened, as the sample before it at `last` shows. */
nsec condition_unseen_until(bool at_edges, nsec last, nsec now);
/* `condition` is zeroed but for kind, channel, of, limit, probe, opened, deadline, over, band, at_edges and of_late. */
void condition_begin(struct condition *condition);
void condition_done(struct condition *condition);
/* A sample of `channel`. True: the condition has ended and `outcome` is filled. */
bool condition_sample(struct condition *condition, int channel, const struct bench_sample *sample,
		      struct outcome *outcome);
/* The deadline has come, and all samples from before it: the condition ends. */
void condition_due(struct condition *condition, struct outcome *outcome);

#endif

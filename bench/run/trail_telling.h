/* SPDX-License-Identifier: Apache-2.0 */
/* Between trail_reading.c and the files that tell one kind of reading each. */
#ifndef DAVY_RUN_TRAIL_TELLING_H
#define DAVY_RUN_TRAIL_TELLING_H

#include "run/trail_parts.h"

struct telling {
	const struct trail *trail;
	struct trail_wants *wants;
	const struct trail_request *request;
	struct value *node;
	int channel;
	const struct kept *kept;
	size_t count;
	nsec from, to; /* of what is asked of a trace */
};

/* ---- trail_telling.c ---- */

const char *telling_says(const struct trail_request *request, const char *key);
/* The channel that a field names, or -1. */
int telling_channel(const struct trail *trail, const struct trail_request *request,
		    const char *key);
nsec telling_nsec(double seconds);
/* What a field says, SI; `otherwise` where there is none. */
double telling_amount(const struct telling *telling, const char *key, double otherwise);
/* Those with a time in [from, to]; `count` comes in as how many there are, and goes out as how many of them. */
const struct kept *telling_between(const struct kept *kept, nsec from, nsec to, size_t *count);
/* The caller's. */
struct series telling_series_of(const struct kept *kept, size_t count);
/* A value in SI that should be the node's, told in its unit. */
void telling_again(struct value *node, double value);
void telling_decides(const struct telling *telling, const char *role, const struct kept *kept);
/* Where none alone decided: the ends of what was taken. */
void telling_ends_decide(const struct telling *telling, const struct kept *kept, size_t count);
void telling_series(const struct telling *telling, const struct kept *kept, size_t count);

/* ---- trail_conditions.c ---- */

typedef void trail_tell_fn(struct telling *telling);
trail_tell_fn trail_tell_read, trail_tell_mean, trail_tell_settles, trail_tell_becomes,
	trail_tell_holds, trail_tell_last_before;

/* ---- trail_traces.c ---- */

/* Of which part of its trace something is asked. */
void trail_find_span(struct telling *telling, const struct trail_request *trace);
trail_tell_fn trail_tell_min, trail_tell_max, trail_tell_trace_mean, trail_tell_integral,
	trail_tell_slope, trail_tell_minutes, trail_tell_time_to;

#endif

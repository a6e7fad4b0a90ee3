/* SPDX-License-Identifier: Apache-2.0 */
/* The chart of one measure of a run. */
#ifndef DAVY_REPORT_MEASURE_CURVE_H
#define DAVY_REPORT_MEASURE_CURVE_H

#include "report/run_samples.h"

/* What all charts of a run are drawn from; borrowed. */
struct run_story {
	const struct run_samples *samples;
	const struct value *events; /* of trail_events() */
	const struct value *steps;  /* of the protocol, as the journal has them; or NULL */
	bool simulated, chinese;
	nsec end; /* of the run */
};

/* Does it rest on a series, two samples or more? It went through trail_follow(). */
bool measure_has_curve(const struct value *measure);
/*
 * Is it an extreme of what was watched all along, as the room's temperature? The lowest and the highest of it are measures of their
 * own, and one picture.
 */
bool measure_is_watched(const struct value *measure);
/* "Response time: time to 90 % of a step up [1]"; without its key where it is watched. The caller frees it. */
char *measure_title(const struct run_story *story, const struct value *measure);
/* Append the picture of a measure that has one; `other` is what it shows, too, of what is watched, or NULL. */
void measure_curve(struct buf *out, const struct run_story *story, const struct value *measure,
		   const struct value *other);

#endif

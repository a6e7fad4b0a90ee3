/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breaths in a flow, and what another series says of each of them.
 *
 * The flow is positive while the wearer inhales. A breath runs from the beginning of one inhalation to
 * the beginning of the next. Fed with samples as they come, in any order between the two series; all
 * values SI, times increase strictly within a series (a sample that does not is a bug of the caller).
 *
 * With the flow q(t) and a gas content c seen `delay` after it was breathed, the content of what was
 * inhaled is
 *
 *   integral of q(t) c(t + delay) dt / integral of q(t) dt    over the inhalation,
 *
 * both series taken linear between their samples and the product integrated exactly. The plain mean of
 * a trace of c is another thing: it mixes in what was exhaled.
 */
#ifndef DAVY_VERDICT_BREATH_H
#define DAVY_VERDICT_BREATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/nsec.h"

enum breath_kind {
	BREATH_INHALED = 1, /* mean of the other series, by inhaled volume; weight: that volume */
	BREATH_EXHALED,	    /* the same over the exhalation */
	BREATH_HIGHEST,	    /* of the other series' samples over the whole breath; weight 1 */
	BREATH_LOWEST,
	BREATH_VOLUME, /* inhaled; needs no other series; weight 1 */
};

struct breath_settings {
	enum breath_kind kind;
	double threshold; /* of flow, above 0: what lies within does not turn a breath around */
	nsec delay;	  /* the other series is seen this much after the flow, >= 0 */
	nsec within;	  /* half-width of what is known of the delay, at most the delay */
};

struct breath {
	nsec begin, turn, end; /* inhalation, exhalation, the next breath */
	bool lost;	       /* there is no value: a gap in a series, or a breath of a minute */
	double value;
	double weight;
	/*
	 * How far the value moves while the delay moves by `within` either way: the larger of the two
	 * distances, with the sign of the change towards the later side.
	 */
	double drift;
	double seconds; /* over which the flow was integrated; 0 where it was not */
};

struct breaths;

struct breaths *breaths_new(const struct breath_settings *settings);
void breaths_free(struct breaths *breaths); /* accepts NULL */
/* Begin anew: what comes first now is no whole breath. */
void breaths_restart(struct breaths *breaths);
void breaths_flow(struct breaths *breaths, nsec time, double flow);
void breaths_other(struct breaths *breaths, nsec time, double value);
/* The next breath that is complete, oldest first; false: none yet. Call until it is false. */
bool breaths_next(struct breaths *breaths, struct breath *breath);

#endif

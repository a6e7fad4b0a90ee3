/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chart of channels over time, as one SVG picture for paper: axes with units, limits, what they accept, the
 * measured value with its expanded uncertainty, and what happened when. Samples are joined by straight lines
 * and never smoothed; what is too much for the paper is reduced as in thinned.h.
 *
 * A chart is one or more panels, one above the other, over one time axis: a panel for each unit, as no chart
 * has two scales at one axis. Everything can be told apart without colour: lines by dashes and marks, what is
 * accepted by its hatching. The picture has no reference to anything outside of it, no script, no style sheet
 * and no identifier, so that any number of them may stand in one document. A text that is too long for
 * its place ends in an ellipsis.
 *
 * Everything is borrowed until curve_draw() returns. Values are numbers in the panel's unit, finite and below
 * 1e300; times are bench time.
 */
#ifndef DAVY_REPORT_CURVE_H
#define DAVY_REPORT_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/nsec.h"
#include "report/thinned.h"
#include "verdict/series.h"

enum {
	CURVE_LINES = 8,   /* of a panel that can be told apart */
	CURVE_EVENTS = 30, /* in the legend; of more it says how many there are */
	CURVE_LABELS = 10, /* limits and marks of a panel */
};

struct curve_line {
	const char *name;
	const struct sample *sample; /* those outside of the chart's time are left away */
	size_t samples;
	const struct thinned_gap *gap;
	size_t gaps;
	bool steps; /* a value holds until the next sample, as a contact's or a setting's does */
};

enum curve_limit_kind {
	CURVE_LIMIT = 1,
	CURVE_LEVEL,	 /* nothing is judged by it: up to which a time counts */
	CURVE_REFERENCE, /* what was measured differs from it by so much */
};

/* A bound: "<= 30 Pa". One that lies far outside of the data is shown by an arrow at the edge. */
struct curve_limit {
	enum curve_limit_kind kind;
	double at;
	bool of_time; /* `at` is a time, in seconds of bench time: a bound of how long something took */
	const char *text;
};

/* What is accepted; either end may be infinite. */
struct curve_band {
	double low, high;
	bool of_time;
};

/* What was measured. */
struct curve_mark {
	nsec time;
	double value;
	double expanded; /* U: in the panel's unit or, of a time, in seconds; 0: none is shown */
	bool of_time;	 /* it is a time that was measured */
	nsec from, to;	 /* the time that it speaks of; both 0: an instant */
	const char *text;
};

struct curve_panel {
	const char *unit;	   /* "" where there is none */
	const char *const *states; /* of a contact: what 0 and 1 mean; else NULL */
	const struct curve_line *line;
	size_t lines;
	const struct curve_limit *limit;
	size_t limits;
	const struct curve_band *band;
	size_t bands;
	const struct curve_mark *mark;
	size_t marks;
};

struct curve_event {
	nsec time;
	const char *text;
};

struct curve {
	const char *title, *subtitle; /* the second may be NULL */
	bool chinese;
	bool simulated; /* SIMULATED 仿真 stands across each panel */
	nsec from, to;	/* what is shown; of an instant, a second around it */
	nsec origin;	/* the 0 of the time axis */
	const struct curve_panel *panel;
	size_t panels; /* at least one */
	const struct curve_event
		*event; /* in the order of their times; those outside are left away */
	size_t events;
};

/* Append the picture, from "<svg" to "</svg>\n". */
void curve_draw(struct buf *out, const struct curve *curve);

#endif

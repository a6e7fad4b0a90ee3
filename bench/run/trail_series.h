/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All samples of a run as its trail is decoded from the journal (trail.h), and what was done meanwhile: for
 * drawing and for tables, which want whole series and not only what a measure rests on.
 */
#ifndef DAVY_RUN_TRAIL_SERIES_H
#define DAVY_RUN_TRAIL_SERIES_H

#include "run/condition.h"
#include "run/fixture.h"
#include "run/trail.h"

struct trail_receiver {
	/* Samples of a channel of the fixture, in the order of the journal. */
	void (*samples)(void *ctx, int channel, const struct bench_sample *samples, size_t count);
	/*
	 * What it showed between its sample before and its next one is not known: messages of its stream
	 * were lost, or its wire was. Of a contact `edge` is when it changed, else 0: nothing is missing
	 * if the next sample is of that time. May be NULL.
	 */
	void (*parted)(void *ctx, int channel, nsec edge);
	void *ctx;
};

/* -1: the journal is damaged, or a sample is not what its bytes say. */
int trail_receive(const struct trail *trail, const struct trail_receiver *receiver,
		  struct error *err);
/* The fixture that was compiled from the journal, the trail's own; NULL: the run ended before it had one. */
const struct fixture *trail_fixture(const struct trail *trail);

/*
 * What was done and what happened, in the order of the journal: a list of {t, kind, …}, the caller's. Kinds:
 *
 *   step      {step}                   it begins
 *   act       {line, level}            a line was set to another level than it had: t is when it had been
 *   set       {device, values}         a device had taken these settings: those that changed
 *   others    the journal's line of that kind, of those that say how a run went on: "trip", "stop", "wire" …
 */
struct value *trail_events(const struct trail *trail);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pulse output played on a real wire, edge by edge, in a thread of its own, so that its edges wait for
 * nobody. Its pace is the wire's: hertz are pulses in a second of real time, however fast a bench goes.
 */
#ifndef DAVY_RUN_FAR_PULSE_H
#define DAVY_RUN_FAR_PULSE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/nsec.h"
#include "port/gpio_bank.h"

/* ---- when edges are due: pure ---- */

/*
 * Zero-initialised it stands low. Edges have a schedule, which is kept on the average: one that came late is
 * made up for little by little, since no level may be shorter than three quarters of what it should be.
 */
struct pulse_beat {
	double frequency; /* Hz; 0: it stands */
	nsec high;	  /* 0: half the period */
	bool level;
	nsec edge;    /* when its latest edge was made */
	nsec due;     /* when it should have been, or the next one is */
	bool started; /* one was made */
	long skipped; /* periods that were given up: the schedule was more than 100 ms behind */
};

/* From now on like this; `high` in seconds, 0 for half the period. Returns when the next edge is to be made. */
nsec pulse_beat_set(struct pulse_beat *beat, double frequency, double high, nsec now);
/* The edge was made now: beat->level is the new one. Returns when the next is to be made, or NSEC_NEVER. */
nsec pulse_beat_made(struct pulse_beat *beat, nsec now);

/* ---- the thread ---- */

struct far_pulse;

/* On a descriptor to which a level is written as `words[level]`; it is taken, and closed in the end. */
struct far_pulse *far_pulse_on_file(int fd, const char *const words[2], struct error *err);
/* On an output line that is opposite. */
struct far_pulse *far_pulse_on_wire(const struct gpio_wire *wire, struct error *err);
void far_pulse_play(struct far_pulse *pulse, double frequency, double high);
/* Periods that were given up since it was asked last: this machine is too slow or too busy for them. */
long far_pulse_skipped(struct far_pulse *pulse);
void far_pulse_free(struct far_pulse *pulse); /* accepts NULL */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a specimen is when its test was begun: a hot bed, a half-charged cell. Kept in the file `hazards`
 * of the state folder from before anything is energised until the waiting time of its protocol has passed,
 * counted from the end of the run, whatever its verdict; one line of JSON each.
 *
 * Waiting is counted by the machine's time since its boot, which no clock that is set can shorten. After
 * a loss of power nobody knows how long it was off, so the whole time counts from its return; and from the
 * next start of a controller for a run that lost the one it had.
 */
#ifndef DAVY_RUN_HAZARD_H
#define DAVY_RUN_HAZARD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "run/writer.h"

/* This boot, and how long it has lasted. */
struct hazard_now {
	char boot[40]; /* its name, "" where it has none */
	nsec since;
};

struct hazard_now hazard_now(void);

struct hazard {
	int slot;
	char *run, *serial, *text, *zh; /* serial may be NULL */
	bool simulated;
	nsec wait;
	char boot[40];
	nsec from; /* waiting counts from then, since that boot; -1: the run is still on */
};

struct hazards;

/*
 * For a controller that starts: entries of runs that are over are counted on, those of runs that were cut
 * short begin to wait now, and what has passed is dropped. Blocks on the disk: before the loop runs.
 * Without a writer it only reads: for whoever looks.
 */
struct hazards *hazards_open(const char *state, struct writer *writer, const struct hazard_now *now,
			     struct error *err);
void hazards_close(struct hazards *hazards); /* accepts NULL */
/* A run is about to begin; texts are copied. Reports when it is on the disk. */
void hazards_begin(struct hazards *hazards, const struct hazard *hazard, writer_done_fn *fn,
		   void *ctx);
/* It has ended, and its specimen waits from now on. */
void hazards_end(struct hazards *hazards, const char *run, const struct hazard_now *now);
/* Drop the report that would go to this ctx. */
void hazards_forget(struct hazards *hazards, void *ctx);
/* Those that still wait, as a list of maps { slot, run, serial, text, zh, simulated, running, left_ns }. */
struct value *hazards_list(const struct hazards *hazards, const struct hazard_now *now);
/* How long it must not be touched, from now on; 0: it is over. While its run is on, all of its wait. */
nsec hazard_left(const struct hazard *hazard, const struct hazard_now *now);
/* "specimen B7 in slot 2: the bed is hot 药床高温: do not touch it for 42 min", of one of the list. */
void hazard_say(struct buf *out, const struct value *one);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One order carried out from beginning to end in this process, in a state folder of its own: what
 * `davy check`, `make demo` and tests do. Blocks until the verdict.
 */
#ifndef DAVY_RUN_REHEARSAL_H
#define DAVY_RUN_REHEARSAL_H

#include "run/plan.h"
#include "run/run.h"

struct rehearsal_place {
	const char *program; /* davy-lua */
	const char *state;
	int cpu;	/* pin the processes; -1: anywhere */
	uint64_t quota; /* bytes of the journal; 0: 2 GiB */
};

struct rehearsal {
	enum verdict verdict;
	struct value *summary; /* the caller frees it */
	nsec bench_time;
	nsec real_time;
};

/*
 * Takes the order. -1: it could not be started (usage). `event` may be NULL. With `started` (may be
 * NULL) the caller gets hold of the live run, to stop it or to kill its processes.
 */
int rehearse(const struct rehearsal_place *place, struct order *order,
	     void (*event)(void *ctx, const struct value *event),
	     void (*started)(void *ctx, struct run *run), void *ctx, struct rehearsal *rehearsal,
	     struct error *err);
/* Does the measure (or "measure[key]") stand among those that did not pass? */
bool rehearsal_names(const struct rehearsal *rehearsal, const char *measure);

#endif

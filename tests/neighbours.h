/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two slots in one loop: a good run, and one that is hostile in some way. What is claimed of every
 * hostile one is the same: it ends as it should and says why, every output is safe, and the good run's
 * journal has the bytes that it has when it runs alone.
 */
#ifndef DAVY_TESTS_NEIGHBOURS_H
#define DAVY_TESTS_NEIGHBOURS_H

#include "tests/bench_rig.h"

/* What a hostile body of the mini protocol begins with: the valve is open when it happens. */
#define HOSTILE_OPENED "m.x = fx.pressure:read()\nfx.valve:open();\n"

struct neighbours {
	struct bench bench;
	struct buf alone; /* the good run's journal when nobody is beside it */
	struct loop *loop;
	struct side {
		struct neighbours *of;
		struct run *run;
		enum verdict verdict; /* 0: it has not ended */
		char why[RUN_WHY];
		char journal[240];
	} good, hostile;
	struct error error; /* why the hostile one could not be planned, or "" */
	struct timer late;  /* real time: gives up what would last for ever */
};

void neighbours_open(struct neighbours *both);
void neighbours_close(struct neighbours *both);
/*
 * Run both to their ends. `peer`: what takes the place of davy-lua for the hostile one, as
 * tests/hostile_child.h has it ("runner:flood"), or NULL.
 */
void neighbours_run(struct neighbours *both, const struct mini_order *hostile, const char *peer);
/*
 * Did the hostile run end with this verdict and this in its reason, safe, and did nothing of it show in
 * the good one? Says what was otherwise.
 */
bool neighbours_ended(const struct neighbours *both, enum verdict verdict, const char *part);
/* Plan an order with this in the place of davy-lua: what bench_refused says of it. */
void neighbours_plan(struct neighbours *both, const char *peer);
/* All of it: a hostile run that must end as ERROR for this reason. */
void neighbours_check(const struct mini_order *hostile, const char *peer, const char *part);

#endif

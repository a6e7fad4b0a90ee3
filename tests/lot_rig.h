/* SPDX-License-Identifier: Apache-2.0 */
/* A bench's log (tests/people_rig.h) with a lot of 60 units in it, and runs of them as a bench measures them. */
#ifndef DAVY_TESTS_LOT_RIG_H
#define DAVY_TESTS_LOT_RIG_H

#include "record/lot_standing.h"
#include "tests/people_rig.h"

struct lot_rig {
	struct people people;
	struct record_rig *outside;    /* where the list is written */
	struct lot_standing *standing; /* of lot_rig_look() */
};

/* Lot "L1": B-01 to B-60, 3 tested, 1 may fail, 2 in reserve, judged by gas.methane. */
void lot_rig_open(struct lot_rig *rig);
void lot_rig_close(struct lot_rig *rig);

/* Ask for a record of this kind, which says so (JSON with ' for "); with the file `list` of these lines, or NULL. Its number, or 0. */
uint64_t lot_rig_ask(struct lot_rig *rig, const char *kind, const char *says, const char *list);
/* Draw it with rolls of a die: tested are lot_rig_unit(rig, 0) to 2, in reserve 3 and 4. */
void lot_rig_draw(struct lot_rig *rig);

struct lot_run {
	const char *verdict;
	const char *protocol; /* NULL: gas.methane */
	const char *serial;   /* NULL: that of the unit */
	bool is_simulated, is_controlled;
	bool is_check;
	bool is_bracketed; /* by checks of lot_rig_check() */
	uint64_t names;	   /* the record of the check that it names; 0: none */
	int64_t began_ms;  /* before now */
	const char
		*voids; /* the run that it makes good, as a re-test of one the bench has spoilt */
};

/* A run of the unit at this place of the sample; the clock goes on by a minute. Its record's number. */
uint64_t lot_rig_run(struct lot_rig *rig, size_t unit, const struct lot_run *run);

/* The same of what has a class and no certificate. */
uint64_t lot_rig_run_class(struct lot_rig *rig, const char *class, const char *serial,
			   const struct lot_run *run);

/* A check of the fixture, for certificates; the clock goes on by a minute. */
uint64_t lot_rig_check(struct lot_rig *rig, const char *verdict);

/* How any lot stands now; the caller frees it. */
struct lot_standing *lot_rig_lot(struct lot_rig *rig, const char *name);
/* How L1 stands now, from all records; lives until the next look. */
const struct lot_standing *lot_rig_look(struct lot_rig *rig);
const char *lot_rig_unit(struct lot_rig *rig, size_t at);
enum lot_verdict lot_rig_verdict(struct lot_rig *rig);

#endif

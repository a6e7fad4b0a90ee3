/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readings of a run: every value a script may calculate with, by number, with its uncertainty by
 * source and what speaks against resting a decision on it. A script holds numbers of readings only;
 * what is judged is calculated from here.
 *
 * Sources: "cert:<certificate>" for a line of the calibration file (the same in every reading of that
 * instrument's quantity, so that differences cancel it), "#check<n>", "#res<n>", "#move<n>", "#mean<n>", "#time<n>"
 * of reading n alone, "delay:<channel>" for what is not known of a sampling line's transit delay,
 * half-widths taken as rectangular (JCGM 100:2008, 4.3.7).
 */
#ifndef DAVY_RUN_EVIDENCE_H
#define DAVY_RUN_EVIDENCE_H

#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "run/calibration.h"
#include "run/condition.h"
#include "run/fixture.h"
#include "verdict/quantity.h"

enum { EVIDENCE_FLAW = 200 }; /* bytes: three names, two units and a date */

struct reading {
	struct quantity quantity;
	const char *of; /* what was read: a channel, a reference, "clock"; the fixture's, or NULL */
	bool is_instant; /* a bench time, and no time that something took */
	/* why it decides nothing: "certificate X of meter.flow ran out on …"; else "" */
	char flaw[EVIDENCE_FLAW];
};

struct evidence {
	const struct fixture *fixture;
	const struct calibration *calibration;
	int slot;
	nsec wall; /* wall time at the start of the run */
	nsec now;  /* bench time: a certificate is held against the wall time of each reading */
	struct reading *reading; /* reading[id - 1] */
	size_t count, room;
};

void evidence_init(struct evidence *evidence, const struct fixture *fixture,
		   const struct calibration *calibration, int slot, nsec wall);
void evidence_done(struct evidence *evidence);

/* Each adds one reading and returns its id (from 1). */
uint64_t evidence_value(struct evidence *evidence, int channel, const struct outcome *outcome);
uint64_t evidence_time(struct evidence *evidence, nsec elapsed, nsec gap);
/* The bench time of an act. */
uint64_t evidence_instant(struct evidence *evidence, nsec time);
uint64_t evidence_count(struct evidence *evidence, double count);
uint64_t evidence_quantity(struct evidence *evidence, const struct quantity *quantity,
			   const char *flaw);
/* The certified value of a reference; 0 with an error when the file has none. */
uint64_t evidence_reference(struct evidence *evidence, int reference, struct error *err);

const struct reading *evidence_find(const struct evidence *evidence, uint64_t id);
/*
 * Evaluate an expression; `flaw` (EVIDENCE_FLAW bytes) gets the first flaw of the readings it uses, that it
 * uses none, or "".
 */
int evidence_evaluate(const struct evidence *evidence, const char *expression,
		      struct quantity *result, char *flaw, struct error *err);
/* Does it say when, as the time of an act does, and not how long, as the difference of two does? */
bool evidence_is_instant(const struct evidence *evidence, const char *expression);
/* For the journal: {id, of, value, unit, u, sources, flaw}. */
struct value *evidence_describe(const struct evidence *evidence, uint64_t id);
/* {"cert:…": 0.002, …} in the quantity's unit. */
struct value *quantity_describe_sources(const struct quantity *quantity);

#endif

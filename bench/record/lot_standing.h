/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a lot stands, from the records of a log in their order: what was drawn, sealed and tested, and what follows of it.
 *
 * Of a drawn unit those runs count that are real, were begun after it was drawn, are of one of the lot's protocols, and that nobody
 * has voided. A unit FAILs when one of them FAILs: no later PASS takes that away. It PASSes when of each protocol the last run that
 * counts is a PASS, which no reviewer has rejected and nobody has declared wrong. Else it is neither.
 *
 * The lot is rejected as soon as more than c units have FAILed, those of earlier draws among them, whatever the others do. It is
 * accepted when of the last draw all that are tested have PASSed or FAILed, and no more than c FAILed. Else it is undecided. What is kept in
 * reserve (备样) is for a second test that somebody asks for, and is no part of that.
 */
#ifndef DAVY_RECORD_LOT_STANDING_H
#define DAVY_RECORD_LOT_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/entry.h"
#include "record/run_bracket.h"
#include "verdict/decision.h"

enum lot_verdict {
	LOT_UNDECIDED = 1,
	LOT_ACCEPT,
	LOT_REJECT,
};

const char *lot_verdict_name(enum lot_verdict verdict);	 /* "ACCEPT" */
const char *lot_verdict_title(enum lot_verdict verdict); /* "合格批" */

struct lot_standing;

/*
 * `base` is of the log's URIs; of `brackets`, how runs stand between checks of their fixtures, the standing keeps a share. Whoever
 * gives a record to the standing gives it to them, too, and what was before it. The caller frees the standing.
 */
struct lot_standing *lot_standing_new(const char *name, const char *base,
				      struct run_brackets *brackets);
void lot_standing_free(struct lot_standing *standing); /* accepts NULL */
/* Take the next record, of whatever kind. Fails where one that is about the lot, or a signature, cannot be read. */
int lot_standing_take(struct lot_standing *standing, const struct entry *entry, struct error *err);

/* What the record of the lot says; NULL: there is none yet. Borrowed, as all below, until the next record. */
const struct value *lot_standing_says(const struct lot_standing *standing);
uint64_t lot_standing_seq(const struct lot_standing *standing);
/* Lists of {"seq","at","says"}, in their order; of verdicts with "signed" (lot_signed.h) where somebody has signed. */
const struct value *lot_standing_draws(const struct lot_standing *standing);
const struct value *lot_standing_seals(const struct lot_standing *standing);
const struct value *lot_standing_verdicts(const struct lot_standing *standing);
const struct value *lot_standing_retests(const struct lot_standing *standing); /* lot_retest.h */
/* What the runs of the unit that this one is about, from 0, have said since: PASS, FAIL, or 0: neither. */
enum verdict lot_standing_retested(const struct lot_standing *standing, size_t index);
/* The last draw's says, or NULL. */
const struct value *lot_standing_draw(const struct lot_standing *standing);
/* The serial number, as the list has it, of a unit of the last draw that is spelled so (base/spelling.h); or NULL. */
const char *lot_standing_unit(const struct lot_standing *standing, const char *serial);

struct lot_outcome {
	enum lot_verdict verdict;
	int fails;	  /* of all draws */
	int undecided;	  /* of the last draw's tested */
	int uncontrolled; /* runs that it rests on and that are for no certificate */
};

void lot_standing_outcome(const struct lot_standing *standing, struct lot_outcome *outcome);
/*
 * What a record of it says, but for `by`; the caller frees it. NULL while it is undecided, and why (ERROR_REFUSED).
 */
struct value *lot_standing_judge(const struct lot_standing *standing, struct error *err);
/*
 * All drawn units, of the last draw first those that are tested: list of {"unit","draw","part","verdict","runs":[{"seq","run",
 * "protocol","verdict","controlled","counts","why"}]}, and of sealed ones "seal","kept_at". `part` is "tested" or "kept"; a
 * unit's `verdict` is PASS or FAIL, absent where it is neither; `why` says of a run that does not count: "simulated", "unnamed" (of
 * that serial number, without the certificate of the lot), "early", "protocol", "voided", "bracket" (run_bracket.h: not good), "as-left"; and of one that cannot PASS "rejected", "declared". The caller frees it.
 */
struct value *lot_standing_units(const struct lot_standing *standing);

#endif

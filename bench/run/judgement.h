/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The measures of a run as they are judged, and the one verdict that follows from them.
 * PASS must be earned: every mandatory measure taken, judged and passed.
 */
#ifndef DAVY_RUN_JUDGEMENT_H
#define DAVY_RUN_JUDGEMENT_H

#include "record/event.h"
#include "run/evidence.h"
#include "run/protocol.h"

/* What a script may give; what the controller judges itself has a place in the record, too. */
enum { JUDGED_MOST = EVENT_ENTRIES_MOST - 200 };
enum { JUDGEMENT_WHY = 400 }; /* bytes of a reason: two names and a decision's own */

/* What a measure tells of, in a protocol that adjusts its specimen. */
enum adjustment { ADJUSTMENT_NONE, ADJUSTMENT_AS_FOUND, ADJUSTMENT_AS_LEFT };

struct judged {
	const struct protocol_step *step;
	const struct protocol_measure *measure;
	char key[48]; /* "" when the measure has none */
	bool has_value;
	struct quantity quantity; /* shown in the limit's unit */
	struct decision decision; /* verdict, acceptance, why */
	char *from;		  /* the expression, or NULL */
	char *found, *expected;	  /* of what is compared as a text, or NULL */
	enum adjustment adjustment;
};

struct judgement {
	const struct protocol *protocol;
	const struct evidence *evidence;
	bool simulated;
	bool as_left;		   /* the order wants the verdict as left; by judgement_init not */
	struct value *adjustments; /* list of {what, by}: what was done to the specimen */
	struct judged *judged;
	size_t count, room;
	size_t *place; /* by a hash of measure and key: where one stands in `judged`, from 1; 0: free */
	size_t places; /* a power of two, or 0 */
};

void judgement_init(struct judgement *judgement, const struct protocol *protocol,
		    const struct evidence *evidence, bool simulated);
void judgement_done(struct judgement *judgement);

/*
 * Judge what a MEASURE frame says. Fails when the measure is not declared, was given before, does not
 * fit its limit's dimension, or its expression cannot be evaluated. The result lives until the next call.
 */
const struct judged *judgement_take(struct judgement *judgement, const struct value *measure,
				    struct error *err);
/*
 * The same for a measure of the controller's own step, which no script gives. `remark` is added to why
 * the value does not pass, or NULL.
 */
const struct judged *judgement_record(struct judgement *judgement, const struct value *measure,
				      const char *remark, struct error *err);
/*
 * The same for a measure that is a text: `found`, which must be `expected` (as base/spelling.h compares; NULL: nothing is known), or
 * the run is INCONCLUSIVE.
 */
const struct judged *judgement_compare(struct judgement *judgement, const char *step,
				       const struct protocol_measure *measure, const char *key,
				       const char *found, const char *expected, struct error *err);
/*
 * Would the measure pass with this value, were it judged now? Also true when its limit decides nothing:
 * that is no fault of the value. `why` (JUDGEMENT_WHY bytes) says what is wrong, and by how much.
 */
bool judgement_foresees_pass(const struct judgement *judgement,
			     const struct protocol_measure *measure,
			     const struct quantity *quantity, char *why);
/*
 * A person, `by`, has adjusted `what` of the specimen: measures judged until then tell how it was found, those judged from
 * then on how it was left. The entry lives as long as the judgement.
 */
const struct value *judgement_adjust(struct judgement *judgement, const char *what, const char *by);
/* Has anything told how the specimen was found? Before that it is not adjusted. */
bool judgement_knows_found(const struct judgement *judgement);
/* How many of the latest keys of these measures of a step all passed, counted back from the newest. */
int judgement_consecutive(const struct judgement *judgement, const struct value *request,
			  double *count, struct error *err);
/*
 * What the measures alone say, `only` naming the one step that was run, or NULL; `why` (JUDGEMENT_WHY
 * bytes) says what decided it. A mandatory measure must have been taken in every repeat of its step.
 *
 * Of a specimen that was adjusted the verdict rests on how it was found and on how it was left, whichever is worse: no
 * PASS covers what leaves the bench failing. Where the order wants it as left, what was found no longer counts if the
 * same measure (by name and key) was taken again, and `why` tells of a FAIL among that.
 */
enum verdict judgement_verdict(const struct judgement *judgement, const char *only, char *why);
/* {step, measure, key, value, unit, U, conformance, limit…, verdict, why, from, sources}. */
struct value *judged_describe(const struct judged *judged);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutants: a protocol with one deliberate weakness each, as `davy check --mutants` rehearses them. A
 * mutant that no rehearsal of the protocol's own fault table can tell from the protocol is an escape: that
 * part of the protocol could be wrong, and nobody would notice.
 *
 * A mutant is no option of any order that comes from outside: order_from_value refuses it, only a
 * rehearsal in this process is given one, and a plan that has wires refuses it once more. The order that
 * stands in its journal names it.
 */
#ifndef DAVY_RUN_MUTANT_H
#define DAVY_RUN_MUTANT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/value.h"
#include "run/protocol.h"

enum mutant_kind {
	MUTANT_STEP = 1, /* a step is removed */
	MUTANT_LEFT_OUT, /* a measure is taken and not recorded, and nobody misses it */
	MUTANT_OTHER_KIND, /* a measure of the product is taken for evidence, or the other way round */
	MUTANT_WIDENED, /* one end of a limit is half its value (of two ends: half their distance) off */
	MUTANT_TURNED,	   /* a bound of a limit accepts what it refuses */
	MUTANT_SIMPLE,	   /* "guarded" decides as "simple" */
	MUTANT_DECLARED,   /* an environment, a sampling rate, a method is not declared */
	MUTANT_CALL,	   /* a call whose value nobody takes is left out */
	MUTANT_ASSERTION,  /* an assertion asserts nothing */
	MUTANT_COMPARISON, /* a comparison in the script is turned round */
	MUTANT_KINDS,
};

struct mutant {
	enum mutant_kind kind;
	char name
		[224]; /* stable: steps, measures and ordinals, no lines; what `escapes` calls it */
	char zh[224];  /* the same for people who read Chinese */
	char step[96]; /* where it is; "" when it is in no step */
	char measure[48];    /* … of that step; "" for all but those of measures */
	size_t bound;	     /* WIDENED, TURNED: which of the limit's */
	bool upper;	     /* WIDENED: its upper end */
	const char *section; /* DECLARED: the protocol's table; `measure` is the name in it */
	int line;	     /* in the protocol's file; 0: unknown */
	int64_t from, to;    /* CALL, ASSERTION, COMPARISON: bytes of that file, from 1, both in */
	char with[16];	     /* … and what stands there instead */
};

/*
 * All that there are of a protocol, whose limits are frozen. `sites` is what a loader says of its text
 * (kind "sites"). The caller frees the array.
 */
size_t mutants_of(const struct protocol *protocol, const struct value *sites,
		  struct mutant **mutants);
/* Is it a change of a limit alone? Then every rehearsal takes the same course, to the last byte read. */
bool mutant_is_of_limit(const struct mutant *mutant);

/* ---- for plans ---- */

/* Before it is compiled: of what the loader said. */
void mutant_change_data(const struct mutant *mutant, struct value *protocol_data);
/* Once it is compiled. */
void mutant_change_protocol(const struct mutant *mutant, struct protocol *protocol);
/* What the runner does otherwise: the field `mutant` of its START. NULL: nothing. */
struct value *mutant_for_runner(const struct mutant *mutant);

#endif

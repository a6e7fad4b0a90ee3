/* SPDX-License-Identifier: Apache-2.0 */
/* What davy check --mutants says, as text and as a value for --json. */
#ifndef DAVY_CLI_MUTATION_REPORT_H
#define DAVY_CLI_MUTATION_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/value.h"
#include "run/mutant.h"

struct mutation_report;

/* `escapes` is the protocol's own table of explanations, or NULL; it outlives the report. */
struct mutation_report *mutation_report_new(FILE *out, const struct value *escapes);
/* One fault of the table, and down to which severity this measure (or NULL: the verdict) still shows it. */
void mutation_report_edge(struct mutation_report *report, const char *fault, const char *measure,
			  double severity);
/* One that was not asked for and is not rehearsed; before the head. */
void mutation_report_left_out(struct mutation_report *report, const struct mutant *mutant);
/* Before the first mutant: so many are rehearsed. */
void mutation_report_head(struct mutation_report *report, size_t rehearsed);
/*
 * One mutant. `result` is {caught_by, severity, verdict} of the rehearsal that tells it from the protocol
 * (caught_by "": the good product; no severity: the whole fault), or has no caught_by. `died` says how its
 * process ended, where it did.
 */
void mutation_report_mutant(struct mutation_report *report, const struct mutant *mutant,
			    const struct value *result, const char *died);
/*
 * The table by kinds, what is stale, the score; is it reached? Of a part there is no score, and none may
 * escape. `into` gets `mutants`.
 */
bool mutation_report_end(struct mutation_report *report, struct value *into);
void mutation_report_free(struct mutation_report *report); /* accepts NULL */

#endif

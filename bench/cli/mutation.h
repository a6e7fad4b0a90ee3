/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mutants of one protocol, each rehearsed until its fault table tells it from the protocol, and the
 * score: how many of them the table catches.
 */
#ifndef DAVY_CLI_MUTATION_H
#define DAVY_CLI_MUTATION_H

#include <stdio.h>

#include "cli/mutation_part.h"
#include "cli/trial.h"

struct mutation_task {
	const char *file;	   /* as the user named it */
	const struct value *data;  /* what the loader said of it */
	struct trial_place place;  /* `scratch` is made by mutation_run */
	const struct trial *trial; /* the good product first, then the table's faults */
	size_t trials;
	size_t jobs;
	struct mutation_part part; /* all zero: all of them */
	FILE *out;		   /* NULL: --json */
	struct value *into;	   /* gets `mutants` */
};

/*
 * The table must hold already. Returns 0 when the score is reached (of a part, which has none: when nothing
 * escapes) and no explanation is stale, 1 when not, -1: `err`.
 */
int mutation_run(struct mutation_task *task, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of a protocol's mutants, as `davy check --mutants=KINDS --step NAME` asks for it: a long protocol is
 * tried piece by piece, while its table is worked on.
 */
#ifndef DAVY_CLI_MUTATION_PART_H
#define DAVY_CLI_MUTATION_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/value.h"
#include "run/mutant.h"

struct mutation_part {
	const char *kinds;	   /* "limits,calls"; NULL: of every kind */
	const struct value *steps; /* texts; NULL or none: wherever they are */
};

/*
 * Puts those of the part in front, in their order, and the others behind them; returns how many are in
 * front. -1: a word that is no kind, or a name that no mutant has (usage).
 */
int mutation_part_choose(const struct mutation_part *part, struct mutant *mutants, size_t count,
			 struct error *err);

#endif

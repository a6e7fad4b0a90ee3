/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A laboratory's state folder for claims about what it proves: made by a controller, with a run that passed, one that failed and
 * one that used up its specimen. The controller is gone.
 */
#ifndef DAVY_TESTS_LAB_RIG_H
#define DAVY_TESTS_LAB_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/value.h"
#include "run/proof.h"
#include "tests/controller_rig.h"

enum { RECORDS = 5 };

struct lab {
	struct house house;
	char *state, *kept; /* a copy of its folder as it was */
	char runs[3][80];
};

void lab_open(struct lab *lab);
void lab_close(struct lab *lab);
/* The folder is as it was made. */
void lab_restore(const struct lab *lab);
/* A file of a run's folder, or of the state's (-1); the caller frees it. */
char *lab_file(const struct lab *lab, int run, const char *name);

/* The caller frees it. */
struct value *lab_prove(const struct lab *lab, const struct proof_wish *wish);
/* Is something found, which says this, at this record (0: whatever)? */
bool lab_finds(const struct lab *lab, int64_t seq, const char *part);
bool lab_finds_by(const struct lab *lab, const struct proof_wish *wish, int64_t seq,
		  const char *part);
/* Is there a `what` in the list ("proved") of what is said? */
bool proof_has(const struct value *says, const char *list, const char *what);

#endif

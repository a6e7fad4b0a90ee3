/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: what each is called, what it weighs, and how it is said. Between identity.c and identity_words.c. */
#ifndef DAVY_RECORD_IDENTITY_WORDS_H
#define DAVY_RECORD_IDENTITY_WORDS_H

#include "record/identity.h"

struct identity_finding {
	const char *check, *name;
	enum identity_outcome outcome;
	struct identity_sentence sentence;
};

const struct identity_finding *identity_finding(const char *name); /* or NULL */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A bench's log with an administrator and people, and what each of them asks to have recorded. */
#ifndef DAVY_TESTS_PEOPLE_RIG_H
#define DAVY_TESTS_PEOPLE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"
#include "record/key.h"
#include "record/signing.h"
#include "tests/record_rig.h"

enum who { TESTER, REVIEWER, SIGNATORY, SAMPLER, SECOND_SAMPLER, WITNESS, STRANGER, WHO_COUNT };

struct people {
	struct record_rig *rig;
	struct bench_log *log;
	struct moment now; /* 2026-05-04T10:00+08:00, until somebody changes it */
	struct key *administrator, *key[WHO_COUNT];
	struct appended last; /* what was appended last */
	struct error err;
};

/* All but the stranger are enrolled, for gas.*, from March 2026 for a year, each as his name says; the tester also as
 * reviewer. */
void people_open(struct people *people);
/* The same with nobody: a log and its bench. */
void people_open_alone(struct people *people);
void people_close(struct people *people);

/* What a command asks for; taken. The record's number, or 0 and the sentence. */
uint64_t people_ask(struct people *people, struct value *request);
/* The event of a run of gas.methane, as the bench measures it. */
uint64_t people_event(struct people *people);
/* The same, and found by what it is about. */
uint64_t people_event_about(struct people *people, const char *specimen);

/* A request for a record of keys: signed by `by` as `role`, `what` of `jwk` (or NULL), with members from this JSON. */
struct value *people_keys(struct people *people, const struct key *by, const char *role,
			  const char *what, const struct key *jwk, const char *members);
/* A request for a signature of this person under that event, behind all that are there. */
struct value *people_signature(struct people *people, uint64_t event, enum who who, enum role role,
			       enum meaning meaning);
/* … and asked for. */
uint64_t people_sign(struct people *people, uint64_t event, enum who who, enum role role,
		     enum meaning meaning);

bool people_hear(const struct people *people, const char *part);

#endif

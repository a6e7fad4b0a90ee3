/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How runs stand between the checks of their fixture, from the records of a log in their order.
 *
 * A protocol may say that its runs are bracketed: its records name in `mse:bracket` the protocol that checks the fixture (`by`),
 * the fixture in its slot (`place`, a URI) and the digest of its file (`fixture`). A check says the last in `mse:checks`, and
 * its specimen is the place. A check counts for a run of the same place, digest and provenance (simulated or not).
 *
 * PASS and FAIL decide; a check with another verdict, or that somebody has voided, decides nothing and is to be repeated. A
 * PASS decides nothing either where a reviewer has rejected it or somebody has declared it wrong, and for a run that is for a
 * certificate where the check was none.
 *
 * When a run begins, its journal names the check on which it rests, and so does its record: `check` in `mse:bracket`,
 * {"seq","id","sha256"} (entry_digest()). Runs of earlier versions, and those that no check had passed before, name none.
 */
#ifndef DAVY_RECORD_RUN_BRACKET_H
#define DAVY_RECORD_RUN_BRACKET_H

#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"
#include "record/entry.h"

enum bracket {
	BRACKET_NONE, /* the run asks for none */
	BRACKET_GOOD, /* the last check before it passed, and the first that decided after it */
	BRACKET_UNCHECKED, /* the last check before it did not pass, or there is none: for good */
	BRACKET_AWAITED,   /* passed before, and nothing has decided after it */
	BRACKET_SPOILT, /* the first that decided after it failed: the run stands as INCONCLUSIVE, for good */
};

const char *bracket_name(enum bracket bracket); /* "awaited" */

struct run_brackets;

struct run_brackets *run_brackets_new(void);
/* The same once more, for another who asks it; each frees his own. */
struct run_brackets *run_brackets_share(struct run_brackets *brackets);
void run_brackets_free(struct run_brackets *brackets); /* accepts NULL */
/* Take the next record, of whatever kind. Fails where a signature under a check cannot be read. */
int run_brackets_take(struct run_brackets *brackets, const struct entry *entry, struct error *err);
/*
 * Take from the log all records about the fixtures of what was taken, and what people have said of the checks; what is known
 * already stays as it is.
 */
int run_brackets_complete(struct run_brackets *brackets, struct bench_log *log, struct error *err);
/*
 * Of the run whose record has this number. `check` is, where it is not NULL, the check that decided so: the id of the run, borrowed
 * until the next record; NULL: none.
 */
enum bracket run_brackets_of(const struct run_brackets *brackets, uint64_t seq, const char **check);

/*
 * The check on which a run rests that begins now: {"seq","id","sha256"}, an empty map where the last one has not passed, or there is
 * none. `bracket` has what the run's record will say: {"by","place","fixture"}, and "simulated". The caller frees it; NULL: the
 * log cannot be read.
 */
struct value *run_bracket_before(struct bench_log *log, const struct value *bracket,
				 struct error *err);
/*
 * Is the check that the run of this event names, if it does, the last that the log has before it, or, where it was ABORTED, one of
 * them? All was taken.
 */
int run_brackets_named(const struct run_brackets *brackets, const struct entry *event,
		       struct error *err);

/* May the run of this event be approved? Refused while it is for a certificate and its bracket is not good; says what to do. */
int run_bracket_stands(struct bench_log *log, const struct entry *event, struct error *err);
/* The same by what was taken: the event, and all records up to the one that approves it. */
int run_brackets_allow(const struct run_brackets *brackets, const struct entry *event,
		       struct error *err);

#endif

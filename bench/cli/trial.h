/* SPDX-License-Identifier: Apache-2.0 */
/* One thing that `davy check` tries: the good product, or one fault, down to how little of it is caught. */
#ifndef DAVY_CLI_TRIAL_H
#define DAVY_CLI_TRIAL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "run/mutant.h"

struct trial {
	char *fault; /* NULL: the good product */
	const struct value
		*claim; /* of the protocol's table, or NULL: nobody claims that it is caught */
};

struct trial_place {
	const char *program;	       /* davy-lua */
	const char *scratch;	       /* a folder for state folders */
	const char *protocol, *limits; /* paths; limits may be NULL */
	int64_t seed;
	bool sweep;
	const struct mutant *mutant; /* what is rehearsed in the protocol's place, or NULL */
};

/*
 * Rehearse it, in a worker. The result says:
 *   {verdict, why, bench_time_ns, real_ns, measures: those that did not pass, judged: how many were,
 *    caught: the smallest severity that still does not pass (with a sweep)}  or  {error, usage}
 */
struct value *trial_run(const struct trial *trial, const struct trial_place *place, size_t index,
			int cpu);
/* The same once, at one severity, without a sweep. NULL: it could not begin. */
struct value *trial_rehearse(const struct trial *trial, const struct trial_place *place,
			     size_t index, int cpu, double severity, struct error *err);
/*
 * Is a measure of that name ("alarm", or one key of it: "alarm[light]") among those that did not pass, with
 * this very verdict if it is FAIL or INCONCLUSIVE?
 */
bool trial_shows(const struct value *result, const char *named, const char *verdict);
/* Is the result what was promised? If not, `complaint` says how it differs, as one clause. */
bool trial_holds(const struct trial *trial, const struct value *result, struct error *complaint);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a run's record say what its journal says? The journal's bytes, chain and series are held against the digests in the
 * record, the whole event is made again from the journal (run/run_event.h), and the run is done again from it
 * (run/replay.h).
 */
#ifndef DAVY_RUN_RUN_PROOF_H
#define DAVY_RUN_RUN_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "run/replay.h"

struct run_claim {
	const char *folder;	   /* holds the journal; its last part is the run's name */
	const struct value *event; /* the record's payload */
	bool is_simulated;	   /* by the key that signed it */
	const char *base, *bench;  /* of its log */
	const char *program;	   /* davy-lua; NULL: it is not done again */
};

struct run_proof {
	int64_t bytes, series; /* of the journal */
	bool is_replayed;
	struct replay replay;	/* without its summary */
	char not_replayed[200]; /* why, where it was to be */
};

/*
 * Are the photos that a record names ("photos" of its run) in the run's folder, and the ones that were taken? Adds to `*count` how
 * many are. Refused where one is missing or another one.
 */
int run_proof_photos(const char *folder, const struct value *photos, int64_t *count,
		     struct error *err);
/* Refused (ERROR_REFUSED) with what does not fit; a series that is another one is named. */
int run_proof(const struct run_claim *claim, struct run_proof *proof, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proof for anyone: what the records of a bench, its journals and its checkpoint prove together, without a controller and
 * without a network. What is found is a map:
 *
 *   good       nothing was found that does not fit
 *   first      the number of the first bad record; absent where no record is to blame, or nothing
 *   problems   list of {seq?, run?, file?, why, owed?}: "owed" where it may be that power alone has gone
 *   log        {origin, bench, base, key, simulationKey, records, size, root, wall}: of the checkpoint the last three
 *   runs       list of {seq, run, verdict, simulated, bytes, series, journal, replay: {messages, samples, readings,
 *              measures}, notReplayed}
 *   proved     list of {what, …}: "records" count, "chosen" count, "checkpoint" size, "database", "journals" count, "photos" count,
 *              "replays" count,
 *              "older" size, "persons" count, "lists" count, "draws" count, "lots" count, "results" count, "administrator", "bag" files, "keys", "folder"
 *   notProved  list of {what, why?, …}: always "gas", "key" (unless an administrator is given), "after", "time"; "choice"
 *              of a bundle, "database", "replay", "journal" of a run, "lots" count, "results" count, "kind", "unrecorded", "unbegun",
 *              "copy" seq (the last record, which power kept from its second copy), "beside" (a run whose record does not stand
 *              beside its journal),
 *              "away" (a run whose series have left the bench: "holders")
 */
#ifndef DAVY_RUN_PROOF_H
#define DAVY_RUN_PROOF_H

#include <stdint.h>

#include "base/error.h"
#include "base/value.h"

struct proof_wish {
	const char *checkpoint;	   /* file of an older checkpoint; or NULL */
	const char *administrator; /* file of a public key (JWK); or NULL */
	const char *program;	   /* davy-lua; NULL: no run is done again */
	const char *run; /* of a state folder this run alone, by its whole name; or NULL */
	uint64_t seq;	 /* … or the one of this record; or 0 */
};

/* A state folder. The caller frees the map. NULL: it cannot be looked at. */
struct value *proof_of_state(const char *state, const struct proof_wish *wish, struct error *err);
/* A bundle (run/bundle.h). */
struct value *proof_of_bundle(const char *folder, const struct proof_wish *wish, struct error *err);

#endif

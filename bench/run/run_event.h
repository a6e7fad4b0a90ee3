/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run says of the device under test, as an event of its life (record/event.h): made from its journal alone, so
 * that a run whose controller died between its verdict and its record gets the same record from the next one.
 *
 * Beside what EPCIS has words for, its member mse:run holds the rest: the run, protocol and limits with the digests of
 * all files that it was made from, certificates, instruments, environment, the verdict and why, every item of the
 * protocol with its state, the journal's digest and chain, and the digest of each series in it.
 */
#ifndef DAVY_RUN_RUN_EVENT_H
#define DAVY_RUN_RUN_EVENT_H

#include "base/error.h"
#include "base/value.h"
#include "run/account.h"

enum { RUN_EVENT_FORMAT = 1 }; /* of what stands in mse:run */

struct run_event {
	const char *base;	    /* of URIs; ends with "/" */
	const char *bench;	    /* its name */
	const char *id;		    /* of the event */
	const struct value *digest; /* of its journal (journal_digest.h) */
	int zone_minutes;	    /* in which its times are given */
	const struct value *
		earlier; /* list of {seq, run, verdict, at} of runs of the same specimen; or NULL */
	bool is_late;	 /* made by a later controller than that of the run */
	const struct value *software; /* {"davy":"SHA-256 of the program", …}; NULL: not known */
};

/* The caller frees the event. Fails where the journal's file cannot be read to its end. */
struct value *run_event(const struct account *account, const struct run_event *made,
			struct error *err);
/* Was it the bench that was operated or qualified, and no specimen? */
bool run_event_is_of_bench(const struct account *account);
/* The URIs of the run, and of its specimen: of one that has no serial number a URI of its own in this run. */
char *run_event_run(const struct account *account, const char *base);
char *run_event_specimen(const struct account *account, const char *base, const char *bench);
/* The URI of the fixture in its slot, where the run is a check of it or asks for one (record/run_bracket.h); or NULL. */
char *run_event_place(const struct account *account, const char *base, const char *bench);
/* The same of a fixture by its id, in this slot. The caller frees it. */
char *run_event_slot(const char *base, const char *bench, const char *fixture, int64_t slot);

#endif

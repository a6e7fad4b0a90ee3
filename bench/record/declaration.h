/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Corrections without deletion: somebody declares that an event is wrong, or did not occur. EPCIS has it as the same
 * event once more, with the same eventID and the member errorDeclaration. In a log each name stands once; so the
 * declaration is a record of its own kind and name, which carries that event signed by whoever declares it:
 *
 *   {"of":"urn:uuid:…","seq":412,"jws":{…}}
 *
 * The payload of `jws` is the event as it was recorded, byte for byte but for errorDeclaration: declarationTime, reason
 * ("incorrect_data", "did_not_occur"), correctiveEventIDs (of events recorded before, which say what is right), mse:why
 * and mse:declaredBy. One signature, with the meaning "declared", of a person who may sign as tester, reviewer,
 * signatory or sampler for that event. Uploads take the payload as it is.
 */
#ifndef DAVY_RECORD_DECLARATION_H
#define DAVY_RECORD_DECLARATION_H

#include "base/error.h"
#include "base/value.h"
#include "record/jws.h"
#include "record/roster.h"
#include "record/wall_time.h"

#define DECLARATION_MEANING "declared"

/* What is to be signed; the caller frees it. `correctives` is a list of event ids, or NULL. */
struct value *declaration_new(const struct value *event, const char *reason, const char *why,
			      const char *person, const struct value *correctives,
			      const struct wall_time *now);
/*
 * May the record `says` so of that event, by the roster as the log has it there, at the time of the record? Whether the
 * corrective events are there is for the caller.
 */
int declaration_check(const struct jws *event, const struct value *says,
		      const struct roster *roster, const struct wall_time *at, struct error *err);
/* Its errorDeclaration; the caller frees it. */
struct value *declaration_read(const struct value *says, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An identification: what was read on a piece of equipment, held against the snapshots of registers that this bench has and
 * against its own records (identity.h). It becomes an event of the step "inspecting", whose member mse:identity has all that was
 * weighed and what was found, so that whoever has the record can find it again:
 *
 *   {"method":1,"foundBy":"register:tag:…","read":{…},"facts":{…},"rules":{…},"outcome":"…","findings":[…],"files":[{"name","sha256","size"},…]}
 *
 * A request (admission.h) is {"kind":"identification","read":{…},"says":{"by","place","note"},"photos":["/…/1.jpg",…]}. The event is
 * about the equipment of that safety mark number and serial number, or of that class and serial number; what has no serial number is
 * named by the event itself. Its disposition stays "unknown": that it is not what it should be, an authority finds.
 */
#ifndef DAVY_RECORD_IDENTIFICATION_H
#define DAVY_RECORD_IDENTIFICATION_H

#include "record/admission.h"

#define REQUEST_IDENTIFICATION "identification"

int admit_identification(struct bench_log *log, const struct value *request,
			 const struct moment *now, struct admitted *admitted, struct error *err);
/* By what an event with a tag is found beside its equipment; NULL: it is no such event. */
const char *identification_found_by(const struct value *event);
/*
 * Does an event's mse:identity say what follows from what it holds? Of an event without one nothing is asked, nor of one that was
 * weighed by another method than ours (IDENTITY_METHOD).
 */
int identification_verify(const struct value *event, struct error *err);

#endif

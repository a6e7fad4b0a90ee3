/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind "epcis": an EPCIS 2.0 repository, by its REST interface (openapi.yaml 2.0.0).
 *
 *   POST URL/events         an event: 201, or 202 and a job; 409 where its ID is there already
 *   POST URL/capture        a declaration that an event is wrong, as a document: /events may refuse an ID for the second
 *                           time (gs1/EPCIS issues 48 and 403). With "capture":true events go this way, too
 *   GET  Location           what became of a job: {"running":…,"success":…,"errors":[…]}
 *   GET  URL/events/ID      what it has under an ID: compared with ours after a 409, after a job that nobody remembers,
 *                           and, with "confirm":true, before any delivery is believed
 *
 * Settings besides those of http.h: `capture`, `confirm`, `jobTries` (how often a job that goes on is asked, before its event
 * is sent anew; else 20. Then it is asked once each time).
 */
#ifndef DAVY_PUSH_EPCIS_H
#define DAVY_PUSH_EPCIS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "push/kind.h"

/*
 * The bytes of an event or a declaration, which are the same however often it is sent: as a document (for /capture), or
 * the event alone (for /events). Refused where canonical JSON is. Pure.
 */
int epcis_pack(const struct push_item *item, bool as_document, struct buf *body, struct error *err);

enum epcis_there {
	EPCIS_SAME = 1, /* it has ours */
	EPCIS_OTHER,	/* it has another one under the ID */
	EPCIS_NONE,	/* it shows none under the ID */
};
/* What a repository's answer to GET /events/ID says of ours. Pure. */
enum epcis_there epcis_compare(const struct push_item *item, const char *answer, size_t size);

#endif

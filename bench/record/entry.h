/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the payload of each record in a bench's log says of the record itself: its name, its kind and its place. The bench
 * signs it, so no record can stand at another place, in another log, or behind another one than it was made behind.
 *
 * An event (event.h) says so in its member mse:log. Every other kind is canonical JSON of this form:
 *
 *   {"v":1,"kind":"key","id":"urn:uuid:…","log":{"bench":"B07","seq":7,"prev":"…","at":{…}},"says":{…}}
 *
 * `at` is a moment (moment.h), `prev` the SHA-256 of the input of the leaf before (leaf.h).
 */
#ifndef DAVY_RECORD_ENTRY_H
#define DAVY_RECORD_ENTRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/value.h"
#include "record/jws.h"
#include "record/moment.h"

enum { ENTRY_NAME_MOST = 80 }; /* bytes of an id, a kind, a bench */

/* The kinds of records. */
#define ENTRY_EVENT "event" /* what happened to equipment, and to benches: an EPCIS event */
#define ENTRY_LOG "log"	    /* the first of a log: whose it is, and with which keys it is signed */
#define ENTRY_KEY "key"	    /* "jws": what an administrator signed of keys (roster.h) */
#define ENTRY_HAND_OVER "hand-over" /* the bench's next key, signed by the last (succession.h) */
#define ENTRY_CLOCK "clock"	    /* two persons have said what time it is */
#define ENTRY_SIGNATURE "signature" /* of a person under an event (cosign.h) */
#define ENTRY_DECLARATION "declaration" /* that an event is wrong (declaration.h) */
#define ENTRY_APPROVAL "approval"	/* of a file, by a person (approval.h) */
#define ENTRY_CALIBRATION "calibration" /* of an instrument or a reference (register.h) */

struct entry {
	const char *id, *kind, *bench;
	uint64_t seq; /* from 1 */
	uint8_t prev[HASH_SIZE];
	struct moment at;
	const struct value *says; /* of an event the event itself */
	struct value *payload;	  /* owned; lends all of the above */
};

/*
 * Append the payload of such a record to `out`; of an event its id is that of the event. Refused where canonical JSON
 * is, and an event that event_check() refuses.
 */
int entry_write(struct buf *out, const struct entry *entry, struct error *err);
/* Read a payload. Refused with a sentence: what is not canonical JSON, or not as above. */
int entry_read(struct entry *entry, const char *payload, size_t size, struct error *err);
/*
 * Read a whole record (jws.h): its signatures, which are not verified, and what its payload says. `where` begins the
 * sentence. The caller frees the JWS and gives the entry to entry_done().
 */
struct jws *entry_parse(struct entry *entry, const char *text, size_t size, const char *where,
			struct error *err);
void entry_done(struct entry *entry);
/*
 * Of one that was read: SHA-256 of its payload, the bytes that were signed, in hexadecimal. By it another record says which one
 * it rests on.
 */
void entry_digest(const struct entry *entry, char hex[HASH_HEX_SIZE]);

#endif

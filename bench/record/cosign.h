/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures that come later, under an event or a lot's verdict (lot.h), which stands here for one. An event is recorded with the bench's signature, before anybody can edit; whoever vouches
 * for it afterwards does so in a record of kind "signature", which carries one more entry of the event's signatures
 * (jws.h):
 *
 *   {"of":"urn:uuid:…","seq":412,"signature":{"protected":"…","signature":"…"}}
 *
 * `of` and `seq` are of the event. Each entry is signed over the one before it, so the records of one event have one
 * order, which is that of the log, and the event with all of them behind each other is one JWS again.
 */
#ifndef DAVY_RECORD_COSIGN_H
#define DAVY_RECORD_COSIGN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "record/jws.h"
#include "record/roster.h"
#include "record/signing.h"
#include "record/wall_time.h"

/*
 * What a signature says of its own time may be so far from when it was recorded; the clock that counts is the
 * controller's, by which an authorisation is valid or is not.
 */
enum { COSIGN_CLOCK_MS = 10 * 60 * 1000 };

/* Is a record of this kind signed by people? An event is, and what a lot was judged. */
bool cosign_takes(const char *kind);

/* Is the time of the act so near to this one? */
int cosign_check_time(const struct jws_act *act, const struct wall_time *at, struct error *err);

/* What such a record says of the signature at `index`; the caller frees it. */
struct value *cosign_describe(const struct jws *event, size_t index, struct error *err);

/* What the signer of such a record has said of his act (jws.h); the caller frees it. NULL: it cannot be read. */
struct value *cosign_header(const struct value *says, struct error *err);
/* With which meaning such a record says that it was signed; 0: with none that is known. Fails where it cannot be read. */
int cosign_meaning(const struct value *says, enum meaning *meaning, struct error *err);

/*
 * Put the signature that the record `says` behind those of the event. Refused, and the event as it was: one of another
 * event, and one that was made over another signature than the last.
 */
int cosign_apply(struct jws *event, const struct value *says, struct error *err);
/*
 * The same, and judged: by the roster as the log has it there, at the time of the record. Refused also: a signature that
 * is not good, who may not sign so, who is not in his turn (signing.h), and a time that is not COSIGN_CLOCK_MS near.
 */
int cosign_admit(struct jws *event, const struct value *says, const struct roster *roster,
		 const struct wall_time *at, struct error *err);

/*
 * What an authorisation is for, in an event: the id of its run's protocol; NULL of any other step of a life: for
 * nothing in particular. Borrowed from the event.
 */
const char *cosign_item(const struct value *event);

#endif

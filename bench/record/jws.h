/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record as it is signed and kept: JSON Web Signature in its general JSON form (RFC 7515, 7.2.1), the payload being
 * exact bytes, with one signature after another:
 *
 *   {"payload":"…","signatures":[{"protected":"…","signature":"…"},…]}
 *
 * All that is said about a signature stands in its protected header, which is canonical JSON, and so is signed: `alg`,
 * `kid` (key_id), `role` (as what the signer acts), `meaning` (what the signature says), `time` (RFC 3339), `person`
 * (absent where it is the bench), and from the second one on `over`, the SHA-256 in base64url of the signature before it
 * (its two texts with a point between them), so that none can be taken out or put in but the last.
 *
 * Ed25519 signs as EdDSA (RFC 8037). SM2 has no name in JOSE and gets its object identifier,
 * urn:oid:1.2.156.10197.1.501 (SM2 with SM3), a collision-resistant name in the words of RFC 7515; who does not know
 * it leaves that signature aside and verifies the others.
 *
 * There is one text for one set of signatures, without blanks: a reader refuses every other.
 */
#ifndef DAVY_RECORD_JWS_H
#define DAVY_RECORD_JWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/value.h"
#include "record/key.h"

enum {
	JWS_LARGEST = 8 << 20, /* bytes of the whole text */
	JWS_HEADER_LARGEST = 8192,
	JWS_MOST_SIGNATURES = 64,
};

struct jws;

/* Not signed yet. The caller owns what it gets from here and from jws_parse() until jws_free(). */
struct jws *jws_new(const void *payload, size_t size);
void jws_free(struct jws *jws);

/* What a person or a bench does by signing; borrowed. */
struct jws_act {
	const char *role;
	const char *meaning;
	const char *time;
	const char *person;	  /* NULL: a bench */
	const struct value *more; /* further members of the header, none of those above; or NULL */
};

/*
 * Add a signature. Refused (ERROR_USAGE) without role, meaning or time, with a header that is none (see
 * canonical.h) or too large, where `more` has a member that JOSE or this header gives a meaning, and beyond
 * JWS_MOST_SIGNATURES.
 */
int jws_sign(struct jws *jws, const struct key *key, const struct jws_act *act, struct error *err);

/* Append the text with the first `count` signatures, or all of them where there are no more. */
void jws_write(const struct jws *jws, size_t count, struct buf *out);

/*
 * Read such a text. Refused with a sentence: what is larger than allowed, not in its one form, base64url with
 * padding or blanks, members that are unknown, missing or twice there, unprotected headers, critical members
 * (`crit`, and `b64`), and a wrong `over`. No signature is verified yet, and not all need be of known kinds.
 */
struct jws *jws_parse(const char *text, size_t size, const char *where, struct error *err);

/*
 * Put one more entry of `signatures`, {"protected":"…","signature":"…"}, behind the others. Refused as jws_parse()
 * refuses it there, and the record is as it was.
 */
int jws_join(struct jws *jws, const struct value *entry, const char *where, struct error *err);

/* Take the last signature away again, that was put there to be judged. */
void jws_unjoin(struct jws *jws);

/* The exact bytes; borrowed, until jws_free(). */
const char *jws_payload(const struct jws *jws, size_t *size);
size_t jws_count(const struct jws *jws);
/* Of the signature at `index`, borrowed until jws_free(): its protected header, what it says of the act (NULL where it
 * does not say; `more` is the whole header), and its key's id (or NULL). */
const struct value *jws_header(const struct jws *jws, size_t index);
struct jws_act jws_act(const struct jws *jws, size_t index);
const char *jws_key_id(const struct jws *jws, size_t index);
/* What the next signature's `over` says of it. */
void jws_digest(const struct jws *jws, size_t index, uint8_t digest[HASH_SIZE]);

/*
 * 0 when the signature at `index` is this key's over this payload and its own header. Refused where header and key
 * disagree about algorithm or key id, before anything is computed.
 */
int jws_verify(const struct jws *jws, size_t index, const struct key *key, struct error *err);

#endif

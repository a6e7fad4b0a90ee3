/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that sign, and their public halves that verify. Nothing beyond this header knows how a key is kept or which
 * library computes with it: a key in a TPM or a token is another way to come by a `struct key`.
 *
 * Ed25519 (RFC 8032) is the usual kind. SM2 with SM3 (GB/T 32918.2, on the curve of 32918.5) is there for platforms
 * that ask for it; its user ID is always the standard's own, 1234567812345678, and its signature the DER sequence
 * of r and s (GB/T 35276).
 */
#ifndef DAVY_RECORD_KEY_H
#define DAVY_RECORD_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

enum key_kind {
	KEY_ED25519 = 1,
	KEY_SM2,
};

enum { KEY_PUBLIC_MOST = 65 };

struct key; /* a pair, or a public half alone */

/* A new pair. The caller owns every key until key_free(). */
struct key *key_generate(enum key_kind kind, struct error *err);
void key_free(struct key *key);

/*
 * A pair from a file: PEM, PKCS#8. The file must be a secret (file_read_secret). `passphrase` is NULL for a key
 * that is kept without one; a passphrase that is missing, wrong or not needed is refused (ERROR_REFUSED).
 */
struct key *key_load(const char *path, const char *passphrase, struct error *err);
/*
 * Keep a pair in a new file of mode 0600, with a passphrase (not NULL) encrypted by AES-256 under scrypt
 * (RFC 7914). Never over another file.
 */
int key_store(const struct key *key, const char *path, const char *passphrase, struct error *err);

enum key_kind key_kind(const struct key *key);
const char *key_kind_name(enum key_kind kind); /* "Ed25519", "SM2" */
bool key_can_sign(const struct key *key);
/* The thumbprint of its JWK (RFC 7638, SHA-256): 43 characters of base64url. Borrowed, until key_free(). */
const char *key_id(const struct key *key);
/* Both are halves of one pair, or the same. */
bool key_same(const struct key *a, const struct key *b);

/* The public half: 32 bytes of Ed25519 (RFC 8032), 65 of SM2 (0x04, x, y). Returns how many. */
size_t key_public(const struct key *key, uint8_t bytes[KEY_PUBLIC_MOST]);
/* From such bytes. Refused: a point that is not on SM2's curve, and Ed25519's points of small order. */
struct key *key_from_public(enum key_kind kind, const uint8_t *bytes, size_t size,
			    struct error *err);

/*
 * The public half as JSON Web Key (RFC 7517, RFC 8037), with the members that make its thumbprint and no others.
 * JOSE has no name for the curve of SM2: it is given by its object identifier. The caller frees the tree.
 */
struct value *key_jwk(const struct key *key);
/* Keep that tree as JSON in a file that anybody may read, in place of one that is there. */
int key_store_public(const struct key *key, const char *path, struct error *err);
/* From such a tree; one that holds a private half, or anything else, is refused. */
struct key *key_from_jwk(const struct value *jwk, const char *where, struct error *err);
/* From the file in which somebody keeps it. */
struct key *key_load_public(const char *path, struct error *err);

/* Append the signature of these bytes. Fails where the key has no private half. */
int key_sign(const struct key *key, const void *data, size_t size, struct buf *signature,
	     struct error *err);
/* 0 when the signature is this key's over these bytes; otherwise ERROR_REFUSED. */
int key_verify(const struct key *key, const void *data, size_t size, const void *signature,
	       size_t signature_size, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `struct key` share; nobody else includes it. */
#ifndef DAVY_RECORD_KEY_INSIDE_H
#define DAVY_RECORD_KEY_INSIDE_H

#include <openssl/evp.h>

#include "record/key.h"

enum { KEY_ID_SIZE = 44 };

struct key {
	enum key_kind kind;
	EVP_PKEY *pair;
	bool can_sign;
	char id[KEY_ID_SIZE];
};

/* Takes `pair` (NULL: what the library said) in any case; `whose` begins the sentence. */
struct key *key_take(EVP_PKEY *pair, bool can_sign, const char *whose, struct error *err);
/* "WHOSE: WHAT: what the cryptographic library says"; forgets what it said. Returns -1. */
int key_error(struct error *err, const char *whose, const char *what);

#endif

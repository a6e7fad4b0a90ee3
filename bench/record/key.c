/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys by OpenSSL's EVP, which is the same for keys in memory and for keys that a provider keeps in a
 * chip: only how the EVP_PKEY is come by differs.
 *
 * SM2 signs a digest that begins with the user ID. OpenSSL's own default is an empty one, which nobody else uses, so
 * the ID is set for signing and for verifying alike, before the operation begins.
 *
 * A key's id is computed once, from its public half, and so cannot be wrong.
 */
#include "record/key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "record/base64.h"
#include "record/canonical.h"
#include "record/key_inside.h"

#define SM2_USER "1234567812345678"

int key_error(struct error *err, const char *whose, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	if (reason)
		return error_set(err, ERROR_USAGE, "%s: %s (%s)", whose, what, reason);
	return error_set(err, ERROR_USAGE, "%s: %s", whose, what);
}

static void find_id(struct key *key)
{
	struct value *jwk = key_jwk(key);
	uint8_t digest[HASH_SIZE];
	struct error ignored;
	struct buf text;

	buf_init(&text);
	canonical_write(&text, jwk, "a key", &ignored);
	hash_of(text.data, text.size, digest);
	buf_clear(&text);
	base64_write(&text, BASE64_URL, digest, sizeof(digest));
	memcpy(key->id, text.data, KEY_ID_SIZE);
	buf_done(&text);
	value_free(jwk);
}

struct key *key_take(EVP_PKEY *pair, bool can_sign, const char *whose, struct error *err)
{
	enum key_kind kind = !pair			      ? 0
			     : EVP_PKEY_is_a(pair, "ED25519") ? KEY_ED25519
			     : EVP_PKEY_is_a(pair, "SM2")     ? KEY_SM2
							      : 0;
	struct key *key;

	if (!pair) {
		key_error(err, whose, "not a key");
		return NULL;
	}
	if (!kind) {
		error_set(err, ERROR_USAGE, "%s: a key of another kind; known are Ed25519 and SM2",
			  whose);
		EVP_PKEY_free(pair);
		return NULL;
	}
	key = xcalloc(1, sizeof(*key));
	key->kind = kind;
	key->pair = pair;
	key->can_sign = can_sign;
	find_id(key);
	return key;
}

struct key *key_generate(enum key_kind kind, struct error *err)
{
	return key_take(EVP_PKEY_Q_keygen(NULL, NULL, kind == KEY_SM2 ? "SM2" : "ED25519"), true,
			"a new key", err);
}

void key_free(struct key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pair);
	free(key);
}

enum key_kind key_kind(const struct key *key)
{
	return key->kind;
}

const char *key_kind_name(enum key_kind kind)
{
	return kind == KEY_SM2 ? "SM2" : "Ed25519";
}

bool key_can_sign(const struct key *key)
{
	return key->can_sign;
}

const char *key_id(const struct key *key)
{
	return key->id;
}

bool key_same(const struct key *a, const struct key *b)
{
	return strcmp(a->id, b->id) == 0;
}

/* A context that has what the kind needs to sign or verify, or NULL. */
static EVP_MD_CTX *context_new(const struct key *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *inner;

	if (!context || key->kind != KEY_SM2)
		return context;
	inner = EVP_PKEY_CTX_new_from_pkey(NULL, key->pair, NULL);
	if (inner && EVP_PKEY_CTX_set1_id(inner, SM2_USER, strlen(SM2_USER)) == 1) {
		EVP_MD_CTX_set_pkey_ctx(context, inner);
		return context;
	}
	EVP_PKEY_CTX_free(inner);
	EVP_MD_CTX_free(context);
	return NULL;
}

static void context_free(const struct key *key, EVP_MD_CTX *context)
{
	if (context && key->kind == KEY_SM2)
		EVP_PKEY_CTX_free(EVP_MD_CTX_get_pkey_ctx(context));
	EVP_MD_CTX_free(context);
}

/* Ed25519 digests by itself. */
static const EVP_MD *digest_of(const struct key *key)
{
	return key->kind == KEY_SM2 ? EVP_sm3() : NULL;
}

int key_sign(const struct key *key, const void *data, size_t size, struct buf *signature,
	     struct error *err)
{
	uint8_t bytes[128];
	size_t count = sizeof(bytes);
	EVP_MD_CTX *context;
	bool done;

	if (!key->can_sign)
		return error_set(err, ERROR_USAGE, "key %s: is a public half and cannot sign",
				 key->id);
	context = context_new(key);
	done = context && EVP_DigestSignInit(context, NULL, digest_of(key), NULL, key->pair) == 1 &&
	       EVP_DigestSign(context, bytes, &count, data, size) == 1;
	context_free(key, context);
	if (!done)
		return key_error(err, key->id, "the key could not sign");
	buf_add(signature, bytes, count);
	return 0;
}

int key_verify(const struct key *key, const void *data, size_t size, const void *signature,
	       size_t signature_size, struct error *err)
{
	EVP_MD_CTX *context = context_new(key);
	bool fits = context &&
		    EVP_DigestVerifyInit(context, NULL, digest_of(key), NULL, key->pair) == 1 &&
		    EVP_DigestVerify(context, signature, signature_size, data, size) == 1;

	context_free(key, context);
	ERR_clear_error();
	if (fits)
		return 0;
	return error_set(err, ERROR_REFUSED, "the signature is not that of key %s over these bytes",
			 key->id);
}

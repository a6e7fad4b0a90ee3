/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public halves: as bytes and as JSON Web Keys.
 *
 * A point of SM2 is taken by its coordinates, so that a file that keeps it compressed gives the same key. The bytes of
 * others are checked by the library: a point that is not on the curve makes no key.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "record/base64.h"
#include "record/key_inside.h"

/* The recommended curve of GB/T 32918.5, whose name in JOSE is nobody's yet. */
#define SM2_CURVE "urn:oid:1.2.156.10197.1.301"

enum {
	UNCOMPRESSED = 4,
	ED25519_SIZE = 32,
	COORDINATE_SIZE = 32,
	POINT_SIZE = 1 + 2 * COORDINATE_SIZE,
	PUBLIC_MOST = 4096 /* bytes of a file */
};

static bool coordinate(const EVP_PKEY *pair, const char *name, uint8_t bytes[COORDINATE_SIZE])
{
	BIGNUM *number = NULL;
	bool there = EVP_PKEY_get_bn_param(pair, name, &number) == 1 &&
		     BN_bn2binpad(number, bytes, COORDINATE_SIZE) == COORDINATE_SIZE;

	BN_free(number);
	return there;
}

size_t key_public(const struct key *key, uint8_t bytes[KEY_PUBLIC_MOST])
{
	size_t size = KEY_PUBLIC_MOST;

	if (key->kind == KEY_ED25519)
		return EVP_PKEY_get_raw_public_key(key->pair, bytes, &size) == 1 ? size : 0;
	bytes[0] = UNCOMPRESSED;
	if (coordinate(key->pair, OSSL_PKEY_PARAM_EC_PUB_X, bytes + 1) &&
	    coordinate(key->pair, OSSL_PKEY_PARAM_EC_PUB_Y, bytes + 1 + COORDINATE_SIZE))
		return POINT_SIZE;
	return 0;
}

static EVP_PKEY *sm2_from_point(const uint8_t *point)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point,
						  POINT_SIZE),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pair = NULL;

	if (context && EVP_PKEY_fromdata_init(context) == 1)
		EVP_PKEY_fromdata(context, &pair, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(context);
	return pair;
}

/*
 * The points of small order, in all their encodings, without the sign. A signature that fits every message can
 * be made for each of them, so whoever enrols one could disown whatever was signed.
 */
static bool is_small_order(const uint8_t *bytes)
{
	static const uint8_t POINTS[][ED25519_SIZE] = {
		{0},
		{1},
		{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
		 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
		 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
		{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
		 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
		 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
	};
	uint8_t point[ED25519_SIZE];

	memcpy(point, bytes, sizeof(point));
	point[ED25519_SIZE - 1] &= 0x7f;
	for (size_t i = 0; i < sizeof(POINTS) / sizeof(*POINTS); i++)
		if (memcmp(point, POINTS[i], sizeof(point)) == 0)
			return true;

	/* 2^255 - 20 is the point of order two, and the next two are zero and one once more. */
	bool high = point[ED25519_SIZE - 1] == 0x7f && point[0] >= 0xec && point[0] <= 0xee;

	for (size_t i = 1; high && i < ED25519_SIZE - 1; i++)
		high = point[i] == 0xff;
	return high;
}

struct key *key_from_public(enum key_kind kind, const uint8_t *bytes, size_t size,
			    struct error *err)
{
	size_t wanted = kind == KEY_SM2 ? POINT_SIZE : ED25519_SIZE;

	if (size != wanted || (kind == KEY_SM2 && bytes[0] != UNCOMPRESSED)) {
		error_set(err, ERROR_USAGE, "a public key of %s has %zu bytes, not these %zu",
			  key_kind_name(kind), wanted, size);
		return NULL;
	}
	if (kind == KEY_ED25519 && is_small_order(bytes)) {
		error_set(err, ERROR_REFUSED,
			  "a public key of Ed25519 that is nobody's: any signature could be made "
			  "for it");
		return NULL;
	}
	if (kind == KEY_SM2)
		return key_take(sm2_from_point(bytes), false, "a public key", err);
	return key_take(EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, bytes, size), false,
			"a public key", err);
}

static void set_bytes(struct value *jwk, const char *name, const uint8_t *bytes, size_t size)
{
	struct buf text;

	buf_init(&text);
	base64_write(&text, BASE64_URL, bytes, size);
	value_set_text(jwk, name, text.data);
	buf_done(&text);
}

struct value *key_jwk(const struct key *key)
{
	struct value *jwk = value_map();
	uint8_t bytes[KEY_PUBLIC_MOST] = {0};

	key_public(key, bytes);
	value_set_text(jwk, "crv", key->kind == KEY_SM2 ? SM2_CURVE : "Ed25519");
	value_set_text(jwk, "kty", key->kind == KEY_SM2 ? "EC" : "OKP");
	if (key->kind == KEY_ED25519) {
		set_bytes(jwk, "x", bytes, ED25519_SIZE);
		return jwk;
	}
	set_bytes(jwk, "x", bytes + 1, COORDINATE_SIZE);
	set_bytes(jwk, "y", bytes + 1 + COORDINATE_SIZE, COORDINATE_SIZE);
	return jwk;
}

static bool says(const struct value *jwk, const char *name, const char *wanted)
{
	const char *text = value_get_text(jwk, name);

	return text && strcmp(text, wanted) == 0;
}

static int add_bytes(struct buf *out, const struct value *jwk, const char *name, const char *where,
		     struct error *err)
{
	const struct value *text = value_get(jwk, name);
	size_t before = out->size;

	if (text && text->kind == VALUE_TEXT &&
	    base64_read(out, BASE64_URL, text->text, text->size) == 0 &&
	    out->size - before == COORDINATE_SIZE)
		return 0;
	return error_set(err, ERROR_USAGE, "%s: its member '%s' is not 32 bytes in base64url",
			 where, name);
}

struct key *key_from_jwk(const struct value *jwk, const char *where, struct error *err)
{
	bool sm2 = says(jwk, "kty", "EC") && says(jwk, "crv", SM2_CURVE);
	struct key *key = NULL;
	struct buf bytes;

	if (value_get(jwk, "d")) {
		error_set(err, ERROR_REFUSED,
			  "%s: a private key where only its public half belongs", where);
		return NULL;
	}
	if ((!sm2 && !(says(jwk, "kty", "OKP") && says(jwk, "crv", "Ed25519"))) ||
	    value_count(jwk) != (sm2 ? 4 : 3)) {
		error_set(err, ERROR_USAGE, "%s: no JSON Web Key of Ed25519 or SM2", where);
		return NULL;
	}
	buf_init(&bytes);
	if (sm2)
		buf_add_byte(&bytes, UNCOMPRESSED);
	if (add_bytes(&bytes, jwk, "x", where, err) == 0 &&
	    (!sm2 || add_bytes(&bytes, jwk, "y", where, err) == 0))
		key = key_from_public(sm2 ? KEY_SM2 : KEY_ED25519, (uint8_t *)bytes.data,
				      bytes.size, err);
	buf_done(&bytes);
	return key;
}

int key_store_public(const struct key *key, const char *path, struct error *err)
{
	struct value *jwk = key_jwk(key);
	struct buf text;
	int done;

	buf_init(&text);
	json_write(&text, jwk);
	buf_add_byte(&text, '\n');
	done = file_write(path, text.data, text.size, err);
	buf_done(&text);
	value_free(jwk);
	return done;
}

struct key *key_load_public(const char *path, struct error *err)
{
	static const char PEM[] = "-----BEGIN ";
	struct value *jwk = NULL;
	struct key *key = NULL;
	struct buf text;
	bool is_read;

	buf_init(&text);
	is_read = file_read(path, PUBLIC_MOST, &text, err) == 0;
	if (is_read && text.size > strlen(PEM) && !memcmp(text.data, PEM, strlen(PEM)))
		error_set(err, ERROR_USAGE,
			  "%s: a key in PEM; a private one its owner keeps to himself, and what "
			  "others are given is a file of one line that davy keys make has written "
			  "beside it: %s.public",
			  path, path);
	else if (is_read)
		jwk = json_parse(text.data, text.size, path, err);
	if (jwk)
		key = key_from_jwk(jwk, path, err);
	value_free(jwk);
	buf_done(&text);
	return key;
}

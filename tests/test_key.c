/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that sign: Ed25519 by RFC 8032 and RFC 8037, SM2 by the example of GB/T 32918.5 (which OpenSSL's own
 * sm2_internal_test has, too) and by a signature that openssl(1) made.
 */
#include <string.h>

#include "base/json.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

struct example {
	int test;
	const char *public, *message, *signature;
};

static const struct example RFC_8032[] = {
	{1, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	 "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
	{2, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	 "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	{3, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	 "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

/* GB/T 32918.5, annex A: ID 1234567812345678, message "message digest". */
#define SM2_PUBLIC                                                                                 \
	"0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"                       \
	"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
#define SM2_SIGNATURE                                                                              \
	"3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"               \
	"022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"

static const char MESSAGE[] = "message digest";

static struct key *public_of(enum key_kind kind, const char *hex)
{
	struct error err = {0};
	uint8_t bytes[80];
	struct key *key = key_from_public(kind, bytes, of_hex(hex, bytes), &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	CU_ASSERT_FALSE(key_can_sign(key));
	return key;
}

static void check_example(const struct example *example)
{
	struct key *pair = rfc_key(example->test);
	struct key *public = public_of(KEY_ED25519, example->public);
	uint8_t message[8], wanted[64];
	size_t size = of_hex(example->message, message);
	struct error err;
	struct buf signature;

	CU_ASSERT_EQUAL(of_hex(example->signature, wanted), 64);
	CU_ASSERT_TRUE(key_same(pair, public));
	buf_init(&signature);
	CU_ASSERT_EQUAL(key_sign(pair, message, size, &signature, &err), 0);
	CU_ASSERT_EQUAL(signature.size, 64);
	CU_ASSERT_EQUAL(memcmp(signature.data, wanted, 64), 0);
	CU_ASSERT_EQUAL(key_verify(public, message, size, wanted, 64, &err), 0);
	buf_done(&signature);
	key_free(public);
	key_free(pair);
}

static void the_examples_of_ed25519_come_out(void)
{
	for (size_t i = 0; i < sizeof(RFC_8032) / sizeof(*RFC_8032); i++)
		check_example(&RFC_8032[i]);
}

static void the_published_thumbprint_is_the_id(void)
{
	struct key *key = rfc_key(1);
	struct value *jwk = key_jwk(key);
	struct buf text;

	buf_init(&text);
	json_write(&text, jwk);
	CU_ASSERT_STRING_EQUAL(text.data, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\","
					  "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
	CU_ASSERT_STRING_EQUAL(key_id(key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
	buf_done(&text);
	value_free(jwk);
	key_free(key);
}

static int sm2_verify(const char *message, const char *signature_hex)
{
	struct key *key = public_of(KEY_SM2, SM2_PUBLIC);
	uint8_t signature[100];
	size_t size = of_hex(signature_hex, signature);
	struct error err;
	int result = key_verify(key, message, strlen(message), signature, size, &err);

	key_free(key);
	return result;
}

static void the_example_of_sm2_verifies(void)
{
	CU_ASSERT_EQUAL(sm2_verify(MESSAGE, SM2_SIGNATURE), 0);
	CU_ASSERT_EQUAL(sm2_verify("message digesT", SM2_SIGNATURE), -1);
	CU_ASSERT_EQUAL(sm2_verify(MESSAGE, SM2_SIGNATURE "00"), -1);
	CU_ASSERT_EQUAL(sm2_verify(MESSAGE, ""), -1);
}

/* Keys of both forms: openssl genpkey's, and SM2_key1 of OpenSSL's evppkey_sm2.txt. */
static void sm2_keys_and_signatures_of_openssl_are_read(void)
{
	static const char
		PEM[] = "-----BEGIN PRIVATE KEY-----\n"
			"MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQghVxJ3i2HtTNr5HoL\n"
			"Jnfqx2HSQt0d2YzHjhCizIZTUO+hRANCAAQrf9yupdGsVz485n+oZVZhWr4VKxP+\n"
			"k2RUpUBSkwcZWLqz1OpUrBS6z0h2UXSRvZor4P2K60Csp6CE7DhJ1wuj\n"
			"-----END PRIVATE KEY-----\n",
		KEY1[] = "-----BEGIN PRIVATE KEY-----\n"
			 "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQg0JFWczAXva2An9m7\n"
			 "2MaT9gIwWTFptvlKrxyO4TjMmbWhRANCAAQ5OirZ4n5DrKqrhaGdO4VZHhRAYVcX\n"
			 "Wt3Te/d/8Mr57Tf886i09VwDhSMmH8pmNq/mp6+ioUgqYG9cs6GLLioe\n"
			 "-----END PRIVATE KEY-----\n";
	struct record_rig *rig = record_rig_new();
	struct key *key = key_load(record_rig_write(rig, "sm2", PEM, 0600), NULL, &rig->err);
	struct key *other = key_load(record_rig_write(rig, "key1", KEY1, 0600), NULL, &rig->err);
	uint8_t signature[100];
	size_t size =
		of_hex("3045022075df1889dc240d5c6f262b3ebd7002e4f1e72cbafdefb143bdc317c8e4cdb984"
		       "022100bb2331027e8c2b80393a75f8d22e9af1eceabe4d7702c4b21ea3fa306fa9b854",
		       signature);

	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(other);
	CU_ASSERT_EQUAL(key_kind(key), KEY_SM2);
	CU_ASSERT_EQUAL(key_verify(key, MESSAGE, strlen(MESSAGE), signature, size, &rig->err), 0);
	CU_ASSERT_EQUAL(key_verify(other, MESSAGE, strlen(MESSAGE), signature, size, &rig->err),
			-1);
	key_free(other);
	key_free(key);
	record_rig_free(rig);
}

static void check_new_key(enum key_kind kind)
{
	struct error err = {0};
	struct key *key = key_generate(kind, &err), *public, *other = key_generate(kind, &err);
	struct value *jwk;
	struct buf signature;

	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	jwk = key_jwk(key);
	public = key_from_jwk(jwk, "a key", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(public);
	CU_ASSERT_TRUE(key_same(key, public));
	CU_ASSERT_FALSE(key_same(key, other));
	CU_ASSERT_EQUAL(strlen(key_id(key)), 43);

	buf_init(&signature);
	CU_ASSERT_EQUAL(key_sign(key, "bytes", 5, &signature, &err), 0);
	CU_ASSERT_EQUAL(key_verify(public, "bytes", 5, signature.data, signature.size, &err), 0);
	CU_ASSERT_EQUAL(key_verify(public, "Bytes", 5, signature.data, signature.size, &err), -1);
	CU_ASSERT_EQUAL(key_verify(other, "bytes", 5, signature.data, signature.size, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_REFUSED);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, key_id(other)));
	CU_ASSERT_EQUAL(key_sign(public, "bytes", 5, &signature, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is a public half and cannot sign"));
	buf_done(&signature);
	value_free(jwk);
	key_free(other);
	key_free(public);
	key_free(key);
}

static void a_new_key_signs_and_its_public_half_verifies(void)
{
	check_new_key(KEY_ED25519);
	check_new_key(KEY_SM2);
}

static void every_bit_of_a_signature_counts(void)
{
	struct key *key = rfc_key(2);
	uint8_t signature[64];
	struct error err;

	of_hex(RFC_8032[1].signature, signature);
	for (int bit = 0; bit < 512; bit++) {
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT_EQUAL(key_verify(key, "r", 1, signature, 64, &err), -1);
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CU_ASSERT_EQUAL(key_verify(key, "r", 1, signature, 64, &err), 0);
	CU_ASSERT_EQUAL(key_verify(key, "r", 1, signature, 63, &err), -1);
	CU_ASSERT_EQUAL(key_verify(key, "r", 1, signature, 0, &err), -1);
	key_free(key);
}

static void check_no_public(enum key_kind kind, const char *hex, const char *sentence)
{
	struct error err = {0};
	uint8_t bytes[80];

	CU_ASSERT_PTR_NULL(key_from_public(kind, bytes, of_hex(hex, bytes), &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
}

static void bytes_that_are_no_point_make_no_key(void)
{
	check_no_public(KEY_ED25519, "d75a98", "a public key of Ed25519 has 32 bytes, not these 3");
	check_no_public(KEY_SM2, "04d75a98", "a public key of SM2 has 65 bytes, not these 4");
	check_no_public(KEY_SM2,
			"0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad14",
			"not a key");
}

static void a_point_that_fits_any_signature_makes_no_key(void)
{
	static const char *const POINTS[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};

	for (size_t i = 0; i < sizeof(POINTS) / sizeof(*POINTS); i++)
		check_no_public(KEY_ED25519, POINTS[i], "a public key of Ed25519 that is nobody's");
}

static void check_no_jwk(const char *json, const char *sentence)
{
	struct error err = {0};
	struct value *jwk = json_parse(json, strlen(json), "test.json", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(jwk);
	CU_ASSERT_PTR_NULL(key_from_jwk(jwk, "a key", &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
	value_free(jwk);
}

static void a_json_web_key_is_read_strictly(void)
{
	check_no_jwk("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		     "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","
		     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		     "a private key where only its public half belongs");
	check_no_jwk("{\"kty\":\"OKP\",\"crv\":\"X25519\","
		     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		     "no JSON Web Key of Ed25519 or SM2");
	check_no_jwk("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"sig\","
		     "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		     "no JSON Web Key of Ed25519 or SM2");
	check_no_jwk("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qY\"}",
		     "its member 'x' is not 32 bytes in base64url");
	check_no_jwk("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":7}",
		     "its member 'x' is not 32 bytes in base64url");
	check_no_jwk("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\",\"y\":\"\"}",
		     "no JSON Web Key of Ed25519 or SM2");
	check_no_jwk("[]", "no JSON Web Key of Ed25519 or SM2");
	check_no_jwk("null", "no JSON Web Key of Ed25519 or SM2");
}

void suite_key(void)
{
	suite_begin("key");
	claim(the_examples_of_ed25519_come_out);
	claim(the_published_thumbprint_is_the_id);
	claim(the_example_of_sm2_verifies);
	claim(sm2_keys_and_signatures_of_openssl_are_read);
	claim(a_new_key_signs_and_its_public_half_verifies);
	claim(every_bit_of_a_signature_counts);
	claim(bytes_that_are_no_point_make_no_key);
	claim(a_point_that_fits_any_signature_makes_no_key);
	claim(a_json_web_key_is_read_strictly);
}

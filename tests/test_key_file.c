/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: who may read them, what a passphrase does, and what is no key. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

/* What openssl(1) made, each with another key: under a passphrase, and on a curve that is not ours. */
static const char BY_OPENSSL[] =
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	"MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgn53WawGnsbgICCAAw\n"
	"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJRiTh7pVEjZb6F03/3nK/YEQEcG\n"
	"hovwuWUsvASfvR+2DDuzrA7ZKDn3YskAjXrZHknQUSidcheYjVzZvhITSwLpQVkH\n"
	"zQl96JxwY1HXn4ipso8=\n"
	"-----END ENCRYPTED PRIVATE KEY-----\n";
static const char ON_P256[] = "-----BEGIN PRIVATE KEY-----\n"
			      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvWDixKeG+LiaTFQS\n"
			      "wAYmQ0PsNU7cDn6IsC7fTDY689yhRANCAAS+7eWe7E3EB75rxA1Hre8a/JXruwzY\n"
			      "SQPmsOqz69nQCKUbAcroHksfB6eUBdpA1grKBrqwD+nTP6+7U8iPqOmW\n"
			      "-----END PRIVATE KEY-----\n";
/* Of the first test of RFC 8032. */
static const char PLAIN[] = "-----BEGIN PRIVATE KEY-----\n"
			    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
			    "-----END PRIVATE KEY-----\n";

static void check_refused(struct record_rig *rig, const char *path, const char *passphrase,
			  const char *sentence)
{
	rig->err = (struct error){0};
	CU_ASSERT_PTR_NULL(key_load(path, passphrase, &rig->err));
	CU_ASSERT_PTR_NOT_NULL(strstr(rig->err.text, path));
	CU_ASSERT_PTR_NOT_NULL(strstr(rig->err.text, sentence));
}

static void check_kept(struct record_rig *rig, enum key_kind kind, const char *passphrase)
{
	const char *path = record_rig_path(rig, key_kind_name(kind));
	struct key *key = key_generate(kind, &rig->err), *again;
	struct stat status;
	struct buf signature;

	CU_ASSERT_EQUAL(key_store(key, path, passphrase, &rig->err), 0);
	CU_ASSERT_EQUAL(stat(path, &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
	again = key_load(path, passphrase, &rig->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(again);
	CU_ASSERT_EQUAL(key_kind(again), kind);
	CU_ASSERT_TRUE(key_same(key, again));

	buf_init(&signature);
	CU_ASSERT_EQUAL(key_sign(again, "bytes", 5, &signature, &rig->err), 0);
	CU_ASSERT_EQUAL(key_verify(key, "bytes", 5, signature.data, signature.size, &rig->err), 0);
	buf_done(&signature);
	unlink(path);
	key_free(again);
	key_free(key);
}

static void a_stored_key_is_loaded_and_nobody_else_may_read_it(void)
{
	struct record_rig *rig = record_rig_new();
	mode_t before = umask(0);

	check_kept(rig, KEY_ED25519, NULL);
	check_kept(rig, KEY_SM2, NULL);
	umask(before);
	record_rig_free(rig);
}

static void a_key_may_be_kept_under_a_passphrase(void)
{
	struct record_rig *rig = record_rig_new();

	check_kept(rig, KEY_ED25519, "correct horse");
	check_kept(rig, KEY_SM2, "\xe6\xb0\x94\xe5\xaf\x86");
	record_rig_free(rig);
}

static void a_passphrase_that_is_missing_wrong_or_not_needed_is_said(void)
{
	struct record_rig *rig = record_rig_new();
	struct key *key = rfc_key(1);
	const char *path = record_rig_path(rig, "person.key");

	CU_ASSERT_EQUAL(key_store(key, path, "correct horse", &rig->err), 0);
	check_refused(rig, path, NULL, "the key needs its passphrase");
	check_refused(rig, path, "correct Horse", "this is not the passphrase of the key");
	check_refused(rig, path, "", "this is not the passphrase of the key");
	CU_ASSERT_EQUAL(rig->err.kind, ERROR_REFUSED);

	path = record_rig_write(rig, "bench.key", PLAIN, 0600);
	check_refused(rig, path, "correct horse", "the key is not protected by any passphrase");
	CU_ASSERT_EQUAL(key_store(key, record_rig_path(rig, "other.key"), "", &rig->err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(rig->err.text, "an empty passphrase protects nothing"));
	CU_ASSERT_FALSE(file_exists(rig->path));
	key_free(key);
	record_rig_free(rig);
}

static void keys_that_openssl_made_are_loaded(void)
{
	struct record_rig *rig = record_rig_new();
	const char *path = record_rig_write(rig, "key", BY_OPENSSL, 0600);
	struct key *key = key_load(path, "mine \xe6\xb0\x94\xe5\xaf\x86", &rig->err);
	uint8_t bytes[KEY_PUBLIC_MOST], wanted[32];

	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	of_hex("d101851494690465c3d214280f8d28e83f04ce175d653e58984147a13106d77e", wanted);
	CU_ASSERT_EQUAL(key_public(key, bytes), 32);
	CU_ASSERT_EQUAL(memcmp(bytes, wanted, 32), 0);
	key_free(key);
	record_rig_free(rig);
}

static void a_key_that_others_may_use_is_refused(void)
{
	static const unsigned MODES[] = {0640, 0604, 0620, 0602, 0610, 0700, 0666, 0644};
	struct record_rig *rig = record_rig_new();
	struct key *key;

	for (size_t i = 0; i < sizeof(MODES) / sizeof(*MODES); i++)
		check_refused(rig, record_rig_write(rig, "key", PLAIN, MODES[i]), NULL,
			      "is a secret, but others may use it");
	CU_ASSERT_EQUAL(rig->err.kind, ERROR_REFUSED);
	key = key_load(record_rig_write(rig, "key", PLAIN, 0400), NULL, &rig->err);
	CU_ASSERT_PTR_NOT_NULL(key);
	key_free(key);
	record_rig_free(rig);
}

static void a_link_to_a_key_is_not_followed(void)
{
	struct record_rig *rig = record_rig_new();
	char target[128];

	strcpy(target, record_rig_write(rig, "key", PLAIN, 0600));
	CU_ASSERT_EQUAL(symlink(target, record_rig_path(rig, "link")), 0);
	check_refused(rig, rig->path, NULL, "cannot open");
	check_refused(rig, rig->folder, NULL, "not a file");
	record_rig_free(rig);
}

static void a_key_is_never_written_over_another_file(void)
{
	struct record_rig *rig = record_rig_new();
	const char *path = record_rig_write(rig, "key", "precious", 0644);
	struct key *key = rfc_key(1);
	struct buf text;

	CU_ASSERT_EQUAL(key_store(key, path, NULL, &rig->err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(rig->err.text, "a secret is never written over"));
	buf_init(&text);
	CU_ASSERT_EQUAL(file_read(path, 100, &text, &rig->err), 0);
	CU_ASSERT_STRING_EQUAL(text.data, "precious");
	buf_done(&text);

	CU_ASSERT_EQUAL(symlink("/nowhere", record_rig_path(rig, "link")), 0);
	CU_ASSERT_EQUAL(key_store(key, rig->path, NULL, &rig->err), -1);
	key_free(key);
	record_rig_free(rig);
}

static void what_is_no_key_is_refused_with_a_sentence(void)
{
	struct record_rig *rig = record_rig_new();

	check_refused(rig, record_rig_path(rig, "missing"), NULL, "cannot open");
	check_refused(rig, record_rig_write(rig, "key", "", 0600), NULL, "not a key in PEM");
	check_refused(rig, record_rig_write(rig, "key", ON_P256, 0600), NULL,
		      "a key of another kind; known are Ed25519 and SM2");
	check_refused(rig,
		      record_rig_write(
			      rig, "key",
			      "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", 0600),
		      NULL, "holds 'PUBLIC KEY', not a private key of PKCS#8");
	check_refused(rig,
		      record_rig_write(rig, "key",
				       "-----BEGIN PRIVATE KEY-----\nAAAA\n"
				       "-----END PRIVATE KEY-----\n",
				       0600),
		      NULL, "the key is damaged");
	check_refused(rig,
		      record_rig_write(rig, "key",
				       "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
				       "-----END ENCRYPTED PRIVATE KEY-----\n",
				       0600),
		      "secret", "the key is damaged");
	record_rig_free(rig);
}

static void a_public_half_is_not_kept_as_a_secret(void)
{
	struct record_rig *rig = record_rig_new();
	struct key *pair = rfc_key(1), *public;
	uint8_t bytes[KEY_PUBLIC_MOST];

	public = key_from_public(KEY_ED25519, bytes, key_public(pair, bytes), &rig->err);
	CU_ASSERT_EQUAL(key_store(public, record_rig_path(rig, "key"), NULL, &rig->err), -1);
	CU_ASSERT_FALSE(file_exists(rig->path));
	key_free(public);
	key_free(pair);
	record_rig_free(rig);
}

/* Both lie side by side, and one is easily named for the other. */
static void a_private_key_is_no_public_half(void)
{
	struct record_rig *rig = record_rig_new();
	struct key *pair = rfc_key(1);
	const char *path = record_rig_path(rig, "key");

	CU_ASSERT_EQUAL_FATAL(key_store(pair, path, NULL, &rig->err), 0);
	CU_ASSERT_PTR_NULL(key_load_public(path, &rig->err));
	CU_ASSERT_PTR_NOT_NULL(strstr(rig->err.text, "key.public"));
	key_free(pair);
	record_rig_free(rig);
}

void suite_key_file(void)
{
	suite_begin("key_file");
	claim(a_stored_key_is_loaded_and_nobody_else_may_read_it);
	claim(a_key_may_be_kept_under_a_passphrase);
	claim(a_passphrase_that_is_missing_wrong_or_not_needed_is_said);
	claim(keys_that_openssl_made_are_loaded);
	claim(a_key_that_others_may_use_is_refused);
	claim(a_link_to_a_key_is_not_followed);
	claim(a_key_is_never_written_over_another_file);
	claim(what_is_no_key_is_refused_with_a_sentence);
	claim(a_public_half_is_not_kept_as_a_secret);
	claim(a_private_key_is_no_public_half);
}

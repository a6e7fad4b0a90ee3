/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs in files: PEM around PKCS#8 (RFC 5958), which every tool reads. Two labels are known, PRIVATE KEY and ENCRYPTED
 * PRIVATE KEY; older forms, where a passphrase hardly protects, are not.
 *
 * A passphrase is stretched by scrypt with N = 16384, r = 8, p = 1: 16 MiB, which OpenSSL still allows without
 * being asked and openssl(1) takes by itself, and a fraction of a second on a small computer.
 *
 * What was secret in a buffer of ours is overwritten before it is given back.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/file.h"
#include "record/key_inside.h"

enum { FILE_MOST = 16384, SCRYPT_N = 16384, SCRYPT_R = 8, SCRYPT_P = 1 };

static void wipe(struct buf *secret)
{
	OPENSSL_cleanse(secret->data, secret->room);
	buf_done(secret);
}

/* The key within an encrypted one; NULL with its sentence. */
static PKCS8_PRIV_KEY_INFO *decrypted(const unsigned char *der, long size, const char *passphrase,
				      const char *path, struct error *err)
{
	X509_SIG *encrypted = d2i_X509_SIG(NULL, &der, size);
	PKCS8_PRIV_KEY_INFO *plain = NULL;

	if (!passphrase)
		error_set(err, ERROR_REFUSED, "%s: the key needs its passphrase", path);
	else if (!encrypted)
		key_error(err, path, "the key is damaged");
	else
		plain = PKCS8_decrypt(encrypted, passphrase, (int)strlen(passphrase));
	if (passphrase && encrypted && !plain)
		error_set(err, ERROR_REFUSED, "%s: this is not the passphrase of the key", path);
	X509_SIG_free(encrypted);
	ERR_clear_error();
	return plain;
}

/* The bytes of the PEM block as PKCS#8; NULL with its sentence. */
static PKCS8_PRIV_KEY_INFO *unwrapped(const char *label, const unsigned char *der, long size,
				      const char *passphrase, const char *path, struct error *err)
{
	PKCS8_PRIV_KEY_INFO *plain;

	if (strcmp(label, PEM_STRING_PKCS8) == 0)
		return decrypted(der, size, passphrase, path, err);
	if (strcmp(label, PEM_STRING_PKCS8INF) != 0) {
		error_set(err, ERROR_USAGE, "%s: holds '%.40s', not a private key of PKCS#8", path,
			  label);
		return NULL;
	}
	if (passphrase) {
		error_set(err, ERROR_REFUSED, "%s: the key is not protected by any passphrase",
			  path);
		return NULL;
	}
	plain = d2i_PKCS8_PRIV_KEY_INFO(NULL, &der, size);
	if (!plain)
		key_error(err, path, "the key is damaged");
	return plain;
}

static struct key *key_read(const struct buf *text, const char *passphrase, const char *path,
			    struct error *err)
{
	BIO *bio = BIO_new_mem_buf(text->data, (int)text->size);
	char *label = NULL, *header = NULL;
	unsigned char *der = NULL;
	PKCS8_PRIV_KEY_INFO *plain = NULL;
	struct key *key = NULL;
	long size = 0;

	if (PEM_read_bio(bio, &label, &header, &der, &size) != 1)
		key_error(err, path, "not a key in PEM");
	else
		plain = unwrapped(label, der, size, passphrase, path, err);
	if (plain)
		key = key_take(EVP_PKCS82PKEY(plain), true, path, err);
	PKCS8_PRIV_KEY_INFO_free(plain);
	OPENSSL_clear_free(der, (size_t)size);
	OPENSSL_free(header);
	OPENSSL_free(label);
	BIO_free(bio);
	return key;
}

struct key *key_load(const char *path, const char *passphrase, struct error *err)
{
	struct key *key = NULL;
	struct buf text;

	buf_init(&text);
	if (file_read_secret(path, FILE_MOST, &text, err) == 0)
		key = key_read(&text, passphrase, path, err);
	wipe(&text);
	return key;
}

static X509_SIG *encrypted(PKCS8_PRIV_KEY_INFO *plain, const char *passphrase)
{
	X509_ALGOR *how = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N,
						SCRYPT_R, SCRYPT_P);
	X509_SIG *result =
		how ? PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), plain, how) : NULL;

	if (!result)
		X509_ALGOR_free(how);
	return result;
}

static bool key_print(const struct key *key, const char *passphrase, BIO *out)
{
	PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(key->pair);
	X509_SIG *closed = plain && passphrase ? encrypted(plain, passphrase) : NULL;
	bool done = passphrase ? closed && PEM_write_bio_PKCS8(out, closed) == 1
			       : plain && PEM_write_bio_PKCS8_PRIV_KEY_INFO(out, plain) == 1;

	X509_SIG_free(closed);
	PKCS8_PRIV_KEY_INFO_free(plain);
	return done;
}

int key_store(const struct key *key, const char *path, const char *passphrase, struct error *err)
{
	BIO *out;
	char *text;
	long size;
	int result;

	if (!key->can_sign)
		return error_set(err, ERROR_USAGE, "%s: a public half is no key to be kept secret",
				 path);
	if (passphrase && !*passphrase)
		return error_set(err, ERROR_REFUSED, "%s: an empty passphrase protects nothing",
				 path);
	out = BIO_new(BIO_s_secmem());
	if (!key_print(key, passphrase, out)) {
		BIO_free(out);
		return key_error(err, path, "the key could not be written");
	}
	size = BIO_get_mem_data(out, &text);
	result = file_create_secret(path, text, (size_t)size, err);
	BIO_free(out);
	return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 by OpenSSL. A context is made once and started anew for each digest: fetching the
 * algorithm costs more than digesting a journal line does.
 *
 * A library that cannot digest at all is no state to carry on in (records would lose their chain),
 * so that aborts like running out of memory does.
 */
#include "base/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

struct hash {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
};

static void must(int done)
{
	if (!done) {
		fputs("davy: the cryptographic library cannot compute SHA-256\n", stderr);
		abort();
	}
}

struct hash *hash_new(void)
{
	struct hash *hash = xcalloc(1, sizeof(*hash));

	hash->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	hash->context = EVP_MD_CTX_new();
	must(hash->algorithm && hash->context);
	hash_start(hash);
	return hash;
}

void hash_free(struct hash *hash)
{
	if (!hash)
		return;
	EVP_MD_CTX_free(hash->context);
	EVP_MD_free(hash->algorithm);
	free(hash);
}

void hash_start(struct hash *hash)
{
	must(EVP_DigestInit_ex2(hash->context, hash->algorithm, NULL));
}

void hash_add(struct hash *hash, const void *data, size_t size)
{
	must(EVP_DigestUpdate(hash->context, data, size));
}

void hash_finish(struct hash *hash, uint8_t digest[HASH_SIZE])
{
	must(EVP_DigestFinal_ex(hash->context, digest, NULL));
}

void hash_of(const void *data, size_t size, uint8_t digest[HASH_SIZE])
{
	must(EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL));
}

void hash_hex(const uint8_t digest[HASH_SIZE], char hex[HASH_HEX_SIZE])
{
	static const char DIGITS[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_SIZE; i++) {
		hex[2 * i] = DIGITS[digest[i] >> 4];
		hex[2 * i + 1] = DIGITS[digest[i] & 15];
	}
	hex[HASH_HEX_SIZE - 1] = '\0';
}

bool hash_from_hex(const char *hex, uint8_t digest[HASH_SIZE])
{
	if (!hex || strlen(hex) != HASH_HEX_SIZE - 1 ||
	    strspn(hex, "0123456789abcdef") != HASH_HEX_SIZE - 1)
		return false;
	for (size_t i = 0; i < HASH_SIZE; i++) {
		char pair[3] = {hex[2 * i], hex[2 * i + 1]};

		digest[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

int hash_file(const char *path, uint8_t digest[HASH_SIZE], int64_t *size, struct error *err)
{
	int fd = file_open(path, err);
	struct hash *hash;
	char bytes[65536];
	int64_t all = 0;
	ssize_t got;

	memset(digest, 0, HASH_SIZE);
	if (fd < 0)
		return -1;
	hash = hash_new();
	hash_start(hash);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EINTR)) {
		hash_add(hash, bytes, got > 0 ? (size_t)got : 0);
		all += got > 0 ? got : 0;
	}
	if (got < 0)
		error_os(err, "%s: cannot be read", path);
	hash_finish(hash, digest);
	hash_free(hash);
	close(fd);
	if (size)
		*size = all;
	return got < 0 ? -1 : 0;
}

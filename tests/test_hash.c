/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 against the examples of FIPS 180. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "tests/claims.h"

#define OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void check_finished(struct hash *hash, const char *wanted)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_finish(hash, digest);
	hash_hex(digest, hex);
	CU_ASSERT_STRING_EQUAL(hex, wanted);
}

static void the_published_examples_come_out(void)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_of("abc", 3, digest);
	hash_hex(digest, hex);
	CU_ASSERT_STRING_EQUAL(hex, OF_ABC);

	hash_of("", 0, digest);
	hash_hex(digest, hex);
	CU_ASSERT_STRING_EQUAL(hex, OF_NOTHING);
}

static void pieces_digest_like_the_whole(void)
{
	struct hash *hash = hash_new();

	hash_add(hash, "a", 1);
	hash_add(hash, "", 0);
	hash_add(hash, "bc", 2);

	check_finished(hash, OF_ABC);
	hash_free(hash);
}

static void a_context_can_be_started_again_at_any_time(void)
{
	struct hash *hash = hash_new();

	hash_add(hash, "abc", 3);
	check_finished(hash, OF_ABC);
	hash_start(hash);
	hash_add(hash, "half", 4);
	hash_start(hash);
	check_finished(hash, OF_NOTHING);

	hash_free(hash);
}

/* A pipe has no end, and nobody may ever write to it. */
static void only_a_file_has_a_digest(void)
{
	char folder[] = "/tmp/davy-hash-XXXXXX", path[64];
	uint8_t digest[HASH_SIZE];
	struct error err;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/pipe", folder);
	CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);

	CU_ASSERT_EQUAL(hash_file(path, digest, NULL, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "not a file"));
	CU_ASSERT_EQUAL(hash_file("/dev/zero", digest, NULL, &err), -1);
	unlink(path);
	rmdir(folder);
}

void suite_hash(void)
{
	suite_begin("hash");
	claim(the_published_examples_come_out);
	claim(pieces_digest_like_the_whole);
	claim(a_context_can_be_started_again_at_any_time);
	claim(only_a_file_has_a_digest);
}

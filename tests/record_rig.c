/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/record_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/base64.h"
#include "tests/claims.h"

struct record_rig *record_rig_new(void)
{
	struct record_rig *rig = xcalloc(1, sizeof(*rig));
	const char *folder = getenv("TMPDIR");

	snprintf(rig->folder, sizeof(rig->folder), "%s/davy-test-record-XXXXXX",
		 folder && strlen(folder) < 32 ? folder : "/tmp");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(rig->folder));
	return rig;
}

void record_rig_free(struct record_rig *rig)
{
	CU_ASSERT_EQUAL(file_remove_folder(rig->folder, &rig->err), 0);
	free(rig);
}

const char *record_rig_path(struct record_rig *rig, const char *name)
{
	snprintf(rig->path, sizeof(rig->path), "%s/%s", rig->folder, name);
	return rig->path;
}

const char *record_rig_write(struct record_rig *rig, const char *name, const char *text,
			     unsigned mode)
{
	const char *path = record_rig_path(rig, name);

	CU_ASSERT_EQUAL_FATAL(file_write(path, text, strlen(text), &rig->err), 0);
	CU_ASSERT_EQUAL_FATAL(chmod(path, mode), 0);
	return path;
}

size_t of_hex(const char *hex, uint8_t *bytes)
{
	size_t size = 0;
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		bytes[size++] = (uint8_t)byte;
	return size;
}

/* PKCS#8 of a seed is the seed behind sixteen fixed bytes (RFC 8410, section 7). */
struct key *key_of_seed(const char *hex)
{
	struct record_rig *rig = record_rig_new();
	struct key *key;
	struct buf pem;
	uint8_t der[64];
	size_t size = of_hex("302e020100300506032b657004220420", der);

	size += of_hex(hex, der + size);
	buf_init(&pem);
	buf_add_text(&pem, "-----BEGIN PRIVATE KEY-----\n");
	base64_write(&pem, BASE64_PADDED, der, size);
	buf_add_text(&pem, "\n-----END PRIVATE KEY-----\n");
	key = key_load(record_rig_write(rig, "key", pem.data, 0600), NULL, &rig->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	buf_done(&pem);
	record_rig_free(rig);
	return key;
}

struct key *rfc_key(int test)
{
	static const char *const SEEDS[] = {
		"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	};

	return key_of_seed(SEEDS[test - 1]);
}

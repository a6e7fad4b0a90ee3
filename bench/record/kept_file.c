/* SPDX-License-Identifier: Apache-2.0 */
/* A file's name is its digest, so one that is there already is the same. */
#include "record/kept_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"

static int keep(const char *state, const char *sha256, const struct buf *bytes, struct error *err)
{
	char *folder = xprintf("%s/files", state);
	char *path = xprintf("%s/%s", folder, sha256);
	int done = file_make_folder(folder, err);

	if (done == 0 && !file_exists(path))
		done = file_write(path, bytes->data, bytes->size, err);
	free(path);
	free(folder);
	return done;
}

struct value *kept_file_add(const char *state, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct value *says = NULL;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct buf bytes;
	int done;

	buf_init(&bytes);
	done = file_read(path, KEPT_FILE_MOST, &bytes, err);
	if (done == 0 && bytes.size == 0)
		done = error_set(err, ERROR_USAGE, "%s: an empty file says nothing", path);
	if (done == 0) {
		hash_of(bytes.data, bytes.size, digest);
		hash_hex(digest, hex);
		done = keep(state, hex, &bytes, err);
	}
	if (done == 0) {
		says = value_map();
		value_set_text(says, "name", slash ? slash + 1 : path);
		value_set_text(says, "sha256", hex);
		value_set_int(says, "size", (int64_t)bytes.size);
	}
	buf_done(&bytes);
	return says;
}

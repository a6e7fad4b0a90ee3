/* SPDX-License-Identifier: Apache-2.0 */
/* A file's name is its digest, so one that is there already is the same. */
#include "record/kept_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "record/public_file.h"

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

int kept_file_read(const char *state, const char *path, struct buf *bytes, struct error *err)
{
	struct public_file file;
	int done = public_file_find(&file, path, true, err);

	if (done < 0)
		return -1;
	done = public_file_check(&file, state, err);
	if (done == 0)
		done = public_file_read(&file, KEPT_FILE_MOST, bytes, err);
	public_file_close(&file);
	if (done == 0 && !bytes->size)
		done = error_set(err, ERROR_USAGE, "%s: an empty file says nothing", path);
	return done;
}

struct value *kept_file_keep(const char *state, const char *path, const struct buf *bytes,
			     struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct value *says;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_of(bytes->data, bytes->size, digest);
	hash_hex(digest, hex);
	if (keep(state, hex, bytes, err) < 0)
		return NULL;
	says = value_map();
	value_set_text(says, "name", slash ? slash + 1 : path);
	value_set_text(says, "sha256", hex);
	value_set_int(says, "size", (int64_t)bytes->size);
	return says;
}

struct value *kept_file_add(const char *state, const char *path, struct error *err)
{
	struct value *says = NULL;
	struct buf bytes;

	buf_init(&bytes);
	if (kept_file_read(state, path, &bytes, err) == 0)
		says = kept_file_keep(state, path, &bytes, err);
	buf_done(&bytes);
	return says;
}

int kept_file_get(const char *state, const char *sha256, struct buf *bytes, struct error *err)
{
	char *path = xprintf("%s/files/%s", state, sha256), now[HASH_HEX_SIZE];
	uint8_t digest[HASH_SIZE];
	size_t before = bytes->size;
	int done = file_read(path, KEPT_FILE_MOST, bytes, err);

	free(path);
	if (done < 0)
		return -1;
	hash_of(bytes->data + before, bytes->size - before, digest);
	hash_hex(digest, now);
	return strcmp(now, sha256) == 0
		       ? 0
		       : error_set(err, ERROR_REFUSED,
				   "files/%.12s… is not what was imported any more", sha256);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A file's name is its digest, so one that is there already is the same. */
#include "run/photo.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "codec/picture.h"
#include "record/public_file.h"
#include "run/photo_simulated.h"

/* ---- where it is kept ---- */

char *photo_name(const struct value *photo)
{
	const char *sha256 = value_get_text(photo, "sha256"), *type = value_get_text(photo, "type");
	bool is_jpeg = type && !strcmp(type, "jpeg");

	if (!sha256 || strlen(sha256) != HASH_HEX_SIZE - 1 ||
	    strspn(sha256, "0123456789abcdef") != HASH_HEX_SIZE - 1 || !type ||
	    (!is_jpeg && strcmp(type, "png") != 0))
		return NULL;
	return xprintf("photos/%s.%s", sha256, is_jpeg ? "jpg" : "png");
}

static char *path_of(const char *folder, const struct value *photo)
{
	char *name = photo_name(photo);
	char *path = name ? xprintf("%s/%s", folder, name) : NULL;

	free(name);
	return path;
}

bool photo_is_there(const char *folder, const struct value *photo)
{
	char *path = path_of(folder, photo);
	bool is = path && file_exists(path);

	free(path);
	return is;
}

static const char *id_of(const struct value *photo)
{
	const char *id = value_get_text(photo, "id");

	return id ? id : "?";
}

int photo_read(const char *folder, const struct value *photo, struct buf *bytes, struct error *err)
{
	char *path = path_of(folder, photo), hex[HASH_HEX_SIZE];
	uint8_t digest[HASH_SIZE];
	size_t before = bytes->size;
	int done = 0;

	if (!path)
		done = error_set(err, ERROR_REFUSED, "what it says of its photo '%.48s' names none",
				 id_of(photo));
	else if (!file_exists(path))
		done = error_set(err, ERROR_REFUSED,
				 "its photo '%.48s' is missing: photos/%.12s… is not in the run's "
				 "folder any more",
				 id_of(photo), value_get_text(photo, "sha256"));
	else
		done = file_read(path, PHOTO_SIZE_MOST, bytes, err);
	free(path);
	if (done < 0)
		return -1;
	hash_of(bytes->data + before, bytes->size - before, digest);
	hash_hex(digest, hex);
	if (!strcmp(hex, value_get_text(photo, "sha256")))
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "its photo '%.48s' is not the one that was recorded: photos/%.12s… was "
			 "changed",
			 id_of(photo), value_get_text(photo, "sha256"));
}

const char *photo_state(const char *folder, const struct value *photo, struct buf *bytes)
{
	struct error ignored;

	if (!value_get(photo, "sha256"))
		return PHOTO_NOT_TAKEN;
	if (!photo_is_there(folder, photo))
		return PHOTO_MISSING;
	return photo_read(folder, photo, bytes, &ignored) < 0 ? PHOTO_CHANGED : NULL;
}

struct value *photos_looked_at(const char *folder, const struct value *photos)
{
	struct value *list = value_list();
	struct buf bytes;

	buf_init(&bytes);
	for (size_t i = 0; i < value_count(photos); i++) {
		struct value *photo = value_add(list, value_copy(value_at(photos, i)));
		const char *state;

		buf_clear(&bytes);
		state = photo_state(folder, photo, &bytes);
		if (state)
			value_set_text(photo, "state", state);
	}
	buf_done(&bytes);
	return list;
}

/* ---- what comes in ---- */

static int check(const struct public_file *file, const char *state, struct error *err)
{
	const char *path = file->path;

	if (S_ISLNK(file->status.st_mode))
		return error_set(err, ERROR_REFUSED,
				 "%s: it is a link: name the picture itself, since a link may come "
				 "to mean another",
				 path);
	if (public_file_check(file, state, err) < 0)
		return -1;
	if (file->status.st_size == 0)
		return error_set(err, ERROR_USAGE, "%s: it is empty, or is still being copied",
				 path);
	if (file->status.st_size > PHOTO_SIZE_MOST)
		return error_set(err, ERROR_USAGE,
				 "%s: it has %lld bytes, and a photo has at most %d: set the "
				 "camera to a smaller picture",
				 path, (long long)file->status.st_size, PHOTO_SIZE_MOST);
	return 0;
}

static int read_picture(const char *path, const char *state, struct buf *bytes, struct error *err)
{
	struct public_file file;
	int done = public_file_find(&file, path, false, err);

	if (done < 0)
		return -1;
	done = check(&file, state, err);
	if (done == 0)
		done = public_file_read(&file, PHOTO_SIZE_MOST, bytes, err);
	public_file_close(&file);
	return done;
}

/* ---- keeping ---- */

static int keep(const char *folder, const struct value *photo, const struct buf *bytes,
		struct error *err)
{
	char *photos = xprintf("%s/photos", folder), *path = path_of(folder, photo);
	int done = file_make_folder(photos, err);

	if (done == 0)
		done = file_sync_folder(folder, err);
	if (done == 0 && !file_exists(path))
		done = file_write(path, bytes->data, bytes->size, err);
	free(path);
	free(photos);
	return done;
}

static struct value *keep_bytes(const char *folder, const struct buf *bytes, struct error *err)
{
	struct value *photo;
	struct picture picture;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	if (picture_look((const uint8_t *)bytes->data, bytes->size, &picture, err) < 0)
		return NULL;
	hash_of(bytes->data, bytes->size, digest);
	hash_hex(digest, hex);
	photo = value_map();
	value_set_text(photo, "sha256", hex);
	value_set_text(photo, "type", picture.type);
	value_set_int(photo, "size", (int64_t)bytes->size);
	value_set_int(photo, "width", picture.width);
	value_set_int(photo, "height", picture.height);
	if (keep(folder, photo, bytes, err) == 0)
		return photo;
	value_free(photo);
	return NULL;
}

struct value *photo_keep(const char *folder, const char *state, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct value *photo = NULL;
	struct buf bytes;

	buf_init(&bytes);
	if (read_picture(path, state, &bytes, err) == 0) {
		photo = keep_bytes(folder, &bytes, err);
		if (!photo)
			error_context(err, "%s", path);
	}
	buf_done(&bytes);
	if (photo)
		value_set_text(photo, "file", slash ? slash + 1 : path);
	return photo;
}

struct value *photo_keep_simulated(const char *folder, struct error *err)
{
	struct value *photo;
	struct buf bytes;

	buf_init(&bytes);
	photo_simulated(&bytes);
	photo = keep_bytes(folder, &bytes, err);
	buf_done(&bytes);
	return photo;
}

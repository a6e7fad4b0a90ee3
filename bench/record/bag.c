/* SPDX-License-Identifier: Apache-2.0 */
/* Writing bags: files first, each synced, then the manifests, bagit.txt, and the name. */
#include "record/bag.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "record/bag_inside.h"

const char BAG_DECLARATION[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

struct listed {
	char *name;
	char hex[HASH_HEX_SIZE];
};

struct bag {
	char *folder, *part;
	struct listed *files;
	size_t count, room;
	uint64_t bytes;
};

struct bag *bag_new(const char *folder, struct error *err)
{
	struct bag *bag = xcalloc(1, sizeof(*bag));
	size_t size = strlen(folder);
	char *data;
	int done = -1;

	while (size > 1 && folder[size - 1] == '/')
		size--;
	bag->folder = xstrndup(folder, size);
	bag->part = xprintf("%s.part", bag->folder);
	data = xprintf("%s/data", bag->part);
	if (file_exists(bag->folder))
		error_set(err, ERROR_USAGE, "%s is there already, and nothing is written over it",
			  bag->folder);
	else if (file_exists(bag->part))
		error_set(err, ERROR_USAGE,
			  "%s is there: an export that was cut off; remove it, or choose another "
			  "name",
			  bag->part);
	else
		done = file_make_folder(data, err);
	free(data);
	if (done == 0)
		return bag;
	bag_free(bag);
	return NULL;
}

void bag_free(struct bag *bag)
{
	if (!bag)
		return;
	for (size_t i = 0; i < bag->count; i++)
		free(bag->files[i].name);
	free(bag->files);
	free(bag->folder);
	free(bag->part);
	free(bag);
}

bool bag_is(const char *folder)
{
	char *path = xprintf("%s/bagit.txt", folder);
	bool is = file_exists(path);

	free(path);
	return is;
}

/* ---- files ---- */

bool bag_is_name(const char *name)
{
	if (strncmp(name, "data/", 5) != 0 || strstr(name, "..") || strstr(name, "//"))
		return false;
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || strchr("%\\:*?\"<>|", *name))
			return false;
	return name[-1] != '/';
}

/* Its path, whose folders are there; NULL. */
static char *place(const struct bag *bag, const char *name, struct error *err)
{
	char *path, *end;
	int done;

	if (!bag_is_name(name)) {
		error_set(err, ERROR_USAGE, "'%.100s' is no name for a file in %s", name,
			  bag->folder);
		return NULL;
	}
	path = xprintf("%s/%s", bag->part, name);
	end = strrchr(path, '/');
	*end = '\0';
	done = file_make_folder(path, err);
	*end = '/';
	if (done == 0 && !file_exists(path))
		return path;
	if (done == 0)
		error_set(err, ERROR_USAGE, "%s is there already", path);
	free(path);
	return NULL;
}

static void list(struct bag *bag, const char *name, struct hash *hash, uint64_t size)
{
	uint8_t digest[HASH_SIZE];
	struct listed *file;

	if (bag->count == bag->room) {
		bag->room = bag->room ? bag->room * 2 : 64;
		bag->files = xrealloc(bag->files, bag->room * sizeof(*bag->files));
	}
	file = &bag->files[bag->count++];
	file->name = xstrdup(name);
	hash_finish(hash, digest);
	hash_hex(digest, file->hex);
	bag->bytes += size;
}

int bag_add(struct bag *bag, const char *name, const void *data, size_t size, struct error *err)
{
	char *path = place(bag, name, err);
	struct hash *hash;
	int done;

	if (!path)
		return -1;
	done = file_write(path, data, size, err);
	free(path);
	if (done < 0)
		return -1;
	hash = hash_new();
	hash_start(hash);
	hash_add(hash, data, size);
	list(bag, name, hash, size);
	hash_free(hash);
	return 0;
}

static int copy(FILE *from, int to, struct hash *hash, uint64_t *size)
{
	char bytes[65536];
	size_t got;

	while ((got = fread(bytes, 1, sizeof(bytes), from)) > 0) {
		if (file_write_all(to, bytes, got) < 0)
			return -1;
		hash_add(hash, bytes, got);
		*size += got;
	}
	return ferror(from) ? -1 : fsync(to);
}

int bag_add_file(struct bag *bag, const char *name, const char *path, struct error *err)
{
	char *copied = place(bag, name, err);
	struct hash *hash = hash_new();
	FILE *from = copied ? fopen(path, "re") : NULL;
	int to = from ? open(copied, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) : -1;
	uint64_t size = 0;
	int done = copied ? -1 : -2;

	hash_start(hash);
	if (to >= 0)
		done = copy(from, to, hash, &size);
	if (done == -1)
		error_os(err, "%s: cannot be copied to %s", path, copied);
	else if (done == 0)
		list(bag, name, hash, size);
	if (to >= 0)
		close(to);
	if (from)
		fclose(from);
	hash_free(hash);
	free(copied);
	return done < 0 ? -1 : 0;
}

/* ---- its end ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

static int write_tag(const struct bag *bag, const char *name, const char *text, size_t size,
		     struct buf *tags, struct error *err)
{
	char *path = xprintf("%s/%s", bag->part, name), hex[HASH_HEX_SIZE];
	uint8_t digest[HASH_SIZE];
	int done = file_write(path, text, size, err);

	hash_of(text, size, digest);
	hash_hex(digest, hex);
	if (tags)
		buf_printf(tags, "%s  %s\n", hex, name);
	free(path);
	return done;
}

static int write_info(const struct bag *bag, const struct value *info, struct buf *tags,
		      struct error *err)
{
	struct buf text;
	int done;

	buf_init(&text);
	for (size_t i = 0; i < value_count(info); i++)
		buf_printf(&text, "%s: %s\n", value_key(info, i), value_at(info, i)->text);
	buf_printf(&text, "Payload-Oxum: %" PRIu64 ".%zu\n", bag->bytes, bag->count);
	done = write_tag(bag, "bag-info.txt", text.data, text.size, tags, err);
	buf_done(&text);
	return done;
}

static int write_manifest(struct bag *bag, struct buf *tags, struct error *err)
{
	struct buf text;
	int done;

	qsort(bag->files, bag->count, sizeof(*bag->files), by_name);
	buf_init(&text);
	for (size_t i = 0; i < bag->count; i++)
		buf_printf(&text, "%s  %s\n", bag->files[i].hex, bag->files[i].name);
	done = write_tag(bag, "manifest-sha256.txt", text.data, text.size, tags, err);
	buf_done(&text);
	return done;
}

static void first_fault(void *ctx, const char *file, const char *why)
{
	struct error *first = ctx;

	if (!first->kind)
		error_set(first, ERROR_OS, "%s, read again behind its writing: %s", file, why);
}

/* What is read again then comes from the medium, as far as the kernel lets go of it. */
static void forget_cached(const struct bag *bag)
{
	for (size_t i = 0; i < bag->count; i++) {
		char *path = xprintf("%s/%s", bag->part, bag->files[i].name);
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0) {
			posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
			close(fd);
		}
		free(path);
	}
}

/* The names of its files are on the disk, in each folder of it; they come sorted, so those of one folder lie together. */
static int sync_folders(const struct bag *bag, struct error *err)
{
	char *last = xstrdup(bag->part);
	int done = file_sync_folder(bag->part, err);

	for (size_t i = 0; i < bag->count && done == 0; i++) {
		char *folder = xprintf("%s/%s", bag->part, bag->files[i].name);
		char *above;

		*strrchr(folder, '/') = '\0';
		if (strcmp(folder, last) == 0) {
			free(folder);
			continue;
		}
		done = file_sync_folder(folder, err);
		above = xstrdup(folder);
		*strrchr(above, '/') = '\0';
		if (done == 0 && strlen(above) > strlen(bag->part))
			done = file_sync_folder(above, err);
		free(above);
		free(last);
		last = folder;
	}
	free(last);
	return done;
}

static int name_it(const struct bag *bag, struct error *err)
{
	struct error fault = {0};
	char *above = xstrdup(bag->folder), *end = strrchr(above, '/');
	int done;

	if (end)
		end[end == above] = '\0';
	done = sync_folders(bag, err);
	forget_cached(bag);
	if (done == 0)
		done = bag_check(bag->part, first_fault, &fault, err);
	if (done == 0 && fault.kind) {
		*err = fault;
		done = -1;
	}
	if (done == 0 && rename(bag->part, bag->folder) < 0)
		done = error_os(err, "%s: cannot be named", bag->folder);
	if (done == 0)
		done = file_sync_folder(end ? above : ".", err);
	free(above);
	return done;
}

int bag_finish(struct bag *bag, const struct value *info, struct error *err)
{
	struct buf tags;
	int done;

	buf_init(&tags);
	done = write_info(bag, info, &tags, err);
	if (done == 0)
		done = write_manifest(bag, &tags, err);
	if (done == 0)
		done = write_tag(bag, "bagit.txt", BAG_DECLARATION, strlen(BAG_DECLARATION), &tags,
				 err);
	if (done == 0)
		done = write_tag(bag, "tagmanifest-sha256.txt", tags.data, tags.size, NULL, err);
	buf_done(&tags);
	return done < 0 ? -1 : name_it(bag, err);
}

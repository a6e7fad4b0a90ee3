/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking through a bag. Only the one form that bag.c writes is taken: every byte of its files stands in a digest or is
 * compared, but those of tagmanifest-sha256.txt, whose every byte is a digest, a name, or the one that must stand there.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "record/bag.h"
#include "record/bag_inside.h"

enum { MANIFEST_MOST = 256 << 20, NAME_AT = 2 * HASH_SIZE + 2 };

static const char *const TAGS[] = {"bag-info.txt", "manifest-sha256.txt", "bagit.txt", NULL};

struct check {
	const char *folder;
	bag_fault_fn *fault;
	void *ctx;
	char **names; /* of the manifest, in its order */
	size_t count, room;
};

static void fault(const struct check *check, const char *file, const char *why)
{
	check->fault(check->ctx, file, why);
}

static void check_file(const struct check *check, const char *hex, const char *name)
{
	char *path = xprintf("%s/%s", check->folder, name), is[HASH_HEX_SIZE];
	uint8_t digest[HASH_SIZE];
	struct error ignored;
	bool good = hash_file(path, digest, NULL, &ignored) == 0;

	hash_hex(digest, is);
	if (!good)
		fault(check, name, "it is missing, or cannot be read");
	else if (memcmp(hex, is, HASH_HEX_SIZE - 1) != 0)
		fault(check, name, "it is not the file that the manifest lists");
	free(path);
}

static bool is_hex(const char *text, size_t size)
{
	return strspn(text, "0123456789abcdef") >= size;
}

/* ---- manifests ---- */

static void keep_name(struct check *check, const char *name)
{
	if (check->count == check->room) {
		check->room = check->room ? check->room * 2 : 64;
		check->names = xrealloc(check->names, check->room * sizeof(*check->names));
	}
	check->names[check->count++] = xstrdup(name);
}

static bool is_tag(const char *name, size_t index)
{
	return index < 3 && !strcmp(name, TAGS[index]);
}

/* A line without its end. */
static bool take_line(struct check *check, char *line, size_t index, bool tags)
{
	const char *name = line + NAME_AT;

	if (strlen(line) <= NAME_AT || !is_hex(line, NAME_AT - 2) || line[NAME_AT - 2] != ' ' ||
	    line[NAME_AT - 1] != ' ')
		return false;
	if (tags ? !is_tag(name, index)
		 : !bag_is_name(name) ||
			    (check->count && strcmp(check->names[check->count - 1], name) >= 0))
		return false;
	if (!tags)
		keep_name(check, name);
	check_file(check, line, name);
	return true;
}

/* How many of them are lines of a manifest; the text ends with a line end. */
static size_t take_lines(struct check *check, const char *manifest, struct buf *text, bool tags)
{
	char *line = text->data, *past = line + text->size;
	size_t index = 0;

	while (line < past) {
		char *end = memchr(line, '\n', (size_t)(past - line));

		*end = '\0';
		if (strlen(line) != (size_t)(end - line) || !take_line(check, line, index, tags)) {
			fault(check, manifest, "it has a line that is none of a manifest in order");
			return index;
		}
		index++;
		line = end + 1;
	}
	return index;
}

static int check_manifest(struct check *check, const char *manifest, bool tags, struct error *err)
{
	char *path = xprintf("%s/%s", check->folder, manifest);
	struct buf text;
	size_t index = 0;
	int done;

	buf_init(&text);
	done = file_exists(path) ? file_read(path, MANIFEST_MOST, &text, err) : 0;
	if (done == 0 && (!text.size || text.data[text.size - 1] != '\n'))
		fault(check, manifest, "it is missing, or does not end where a line ends");
	else if (done == 0)
		index = take_lines(check, manifest, &text, tags);
	if (done == 0 && tags && index < 3)
		fault(check, manifest, "it does not list all files beside the payload");
	buf_done(&text);
	free(path);
	return done;
}

/* ---- what is there and not listed ---- */

static bool is_listed(const struct check *check, const char *name)
{
	size_t low = 0, high = check->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(check->names[middle], name);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static int look_into(const struct check *check, const char *below, struct error *err)
{
	char *folder = xprintf("%s/%s", check->folder, below), **names = NULL;
	size_t count = 0;
	int done = file_list(folder, &names, &count, err);

	for (size_t i = 0; i < count; i++) {
		char *name = xprintf("%s/%s", below, names[i]);
		char *path = xprintf("%s/%s", check->folder, name);
		struct stat status;

		if (done == 0 && lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
			done = look_into(check, name, err);
		else if (done == 0 && !is_listed(check, name))
			fault(check, name, "it is there, and the manifest does not list it");
		free(path);
		free(name);
		free(names[i]);
	}
	free(names);
	free(folder);
	return done;
}

static int check_declaration(const struct check *check, struct error *err)
{
	char *path = xprintf("%s/bagit.txt", check->folder);
	struct buf text;
	int done;

	buf_init(&text);
	done = file_exists(path) ? file_read(path, MANIFEST_MOST, &text, err) : 0;
	if (done == 0 && strcmp(text.data, BAG_DECLARATION) != 0)
		fault(check, "bagit.txt", "it does not say that this is a bag of version 1.0");
	buf_done(&text);
	free(path);
	return done;
}

int bag_check(const char *folder, bag_fault_fn *fault_fn, void *ctx, struct error *err)
{
	struct check check = {.folder = folder, .fault = fault_fn, .ctx = ctx};
	int done = check_declaration(&check, err);

	if (done == 0)
		done = check_manifest(&check, "tagmanifest-sha256.txt", true, err);
	if (done == 0)
		done = check_manifest(&check, "manifest-sha256.txt", false, err);
	if (done == 0)
		done = look_into(&check, "data", err);
	for (size_t i = 0; i < check.count; i++)
		free(check.names[i]);
	free(check.names);
	return done;
}

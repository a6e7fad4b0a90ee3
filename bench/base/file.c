/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files and folders. A file is replaced by writing a new one beside it, syncing it, renaming
 * it over the old one and syncing the folder, so that after a power cut the path holds either the
 * old bytes or the new ones. A half-written neighbour (PATH.XXXXXX) may stay behind; it is never read.
 *
 * Appending, locking and partial reads are the business of whoever owns such a file.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strain.h"

static int read_all(int fd, const char *path, size_t most, struct buf *out, struct error *err)
{
	size_t total = 0;

	for (;;) {
		char piece[16384];
		ssize_t got = read(fd, piece, strain_read(sizeof(piece)));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_os(err, "%s: cannot read", path);
		if (got == 0)
			return 0;
		total += (size_t)got;
		if (total > most)
			return error_set(err, ERROR_USAGE, "%s: larger than the %zu bytes allowed",
					 path, most);
		buf_add(out, piece, (size_t)got);
	}
}

static int check_file(const char *path, const struct stat *status, struct error *err)
{
	if (!S_ISREG(status->st_mode))
		return error_set(err, ERROR_USAGE, "%s: not a file", path);
	return 0;
}

static int check_secret(const char *path, const struct stat *status, struct error *err)
{
	if (check_file(path, status, err) < 0)
		return -1;
	if (geteuid() != 0 && status->st_uid != geteuid())
		return error_set(err, ERROR_REFUSED, "%s: is a secret, but belongs to another user",
				 path);
	if (status->st_mode & (S_IRWXG | S_IRWXO | S_IXUSR))
		return error_set(err, ERROR_REFUSED,
				 "%s: is a secret, but others may use it (mode %04o); "
				 "when nobody has: chmod 600 %s",
				 path, status->st_mode & 07777, path);
	return 0;
}

typedef int check_fn(const char *path, const struct stat *status, struct error *err);

static int open_checked(const char *path, int flags, check_fn *check, struct error *err)
{
	/* O_NONBLOCK: opening a pipe must fail below, not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags), done;
	struct stat status;

	if (fd < 0)
		return error_os(err, "%s: cannot open", path);
	done = fstat(fd, &status) < 0 ? error_os(err, "%s: cannot read", path)
				      : check(path, &status, err);
	if (done == 0)
		return fd;
	close(fd);
	return -1;
}

int file_open(const char *path, struct error *err)
{
	return open_checked(path, 0, check_file, err);
}

static int read_checked(const char *path, int flags, check_fn *check, size_t most, struct buf *out,
			struct error *err)
{
	int fd = open_checked(path, flags, check, err);
	size_t before = out->size;
	int result;

	if (fd < 0)
		return -1;
	result = read_all(fd, path, most, out, err);
	if (result < 0) {
		out->size = before;
		out->data[before] = '\0';
	}
	close(fd);
	return result;
}

int file_read(const char *path, size_t most, struct buf *out, struct error *err)
{
	return read_checked(path, 0, check_file, most, out, err);
}

int file_read_secret(const char *path, size_t most, struct buf *out, struct error *err)
{
	return read_checked(path, O_NOFOLLOW, check_secret, most, out, err);
}

int file_write_all(int fd, const void *data, size_t size)
{
	const char *rest = data;

	while (size) {
		ssize_t done = write(fd, rest, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		rest += done;
		size -= (size_t)done;
	}
	return 0;
}

int file_sync_folder(const char *folder, struct error *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : fsync(fd);

	if (result < 0)
		error_os(err, "%s: this folder cannot be synced", folder);
	if (fd >= 0)
		close(fd);
	return result;
}

/* A rename is only durable once its folder is. */
static int sync_folder_of(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *folder =
		!slash ? xstrdup(".") : xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
	int result = file_sync_folder(folder, err);

	free(folder);
	return result < 0 ? error_context(err, "%s is written", path) : 0;
}

static int write_beside(char *beside, mode_t mode, const void *data, size_t size)
{
	int fd = mkostemp(beside, O_CLOEXEC);

	if (fd < 0) {
		beside[0] = '\0';
		return -1;
	}

	int result = fchmod(fd, mode) < 0 || file_write_all(fd, data, size) < 0 || fsync(fd) < 0
			     ? -1
			     : 0;

	if (close(fd) < 0)
		result = -1;
	return result;
}

int file_write(const char *path, const void *data, size_t size, struct error *err)
{
	char *beside = xprintf("%s.XXXXXX", path);
	int result = 0;

	if (write_beside(beside, 0644, data, size) < 0 || rename(beside, path) < 0) {
		result = error_os(err, "%s: cannot write", path);
		if (beside[0])
			unlink(beside);
	} else {
		result = sync_folder_of(path, err);
	}
	free(beside);
	return result;
}

/* Over nothing that is there. Some file systems of networks can do so by a second name alone. */
static int move_to_new(const char *beside, const char *path)
{
	if (renameat2(AT_FDCWD, beside, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return -1;
	return link(beside, path) < 0 ? -1 : unlink(beside);
}

int file_create_secret(const char *path, const void *data, size_t size, struct error *err)
{
	char *beside = xprintf("%s.XXXXXX", path);
	int result = 0;

	if (write_beside(beside, 0600, data, size) < 0 || move_to_new(beside, path) < 0) {
		result = errno == EEXIST
				 ? error_set(err, ERROR_REFUSED,
					     "%s: is there already; a secret is never written over",
					     path)
				 : error_os(err, "%s: cannot make", path);
		if (beside[0])
			unlink(beside);
	} else {
		result = sync_folder_of(path, err);
	}
	free(beside);
	return result;
}

static int make_one_folder(const char *path, struct error *err)
{
	struct stat status;

	if (mkdir(path, 0755) == 0)
		return 0;
	if (errno != EEXIST)
		return error_os(err, "%s: cannot make this folder", path);
	if (stat(path, &status) < 0 || !S_ISDIR(status.st_mode))
		return error_set(err, ERROR_USAGE, "%s: is in the way: not a folder", path);
	return 0;
}

int file_make_folder(const char *path, struct error *err)
{
	char *part = xstrdup(path);
	int result = 0;

	for (char *slash = strchr(part + 1, '/'); slash && result == 0;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		result = make_one_folder(part, err);
		*slash = '/';
	}
	if (result == 0)
		result = make_one_folder(part, err);
	free(part);
	return result;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_self_or_parent(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

int file_list(const char *folder, char ***names, size_t *count, struct error *err)
{
	DIR *directory = opendir(folder);
	char **found = NULL;
	size_t size = 0;

	if (!directory)
		return error_os(err, "%s: cannot list this folder", folder);
	for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
		if (is_self_or_parent(entry->d_name))
			continue;
		found = xrealloc(found, (size + 1) * sizeof(*found));
		found[size++] = xstrdup(entry->d_name);
	}
	closedir(directory);
	if (size)
		qsort(found, size, sizeof(*found), by_bytes);
	*names = found;
	*count = size;
	return 0;
}

/* A link is removed as such; what it points to is not ours. */
static int remove_entry(const char *path, struct error *err)
{
	struct stat status;

	if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return file_remove_folder(path, err);
	if (unlink(path) < 0)
		return error_os(err, "%s: cannot remove", path);
	return 0;
}

int file_remove_folder(const char *path, struct error *err)
{
	char **names;
	size_t count;
	int result = 0;

	if (file_list(path, &names, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char *entry = xprintf("%s/%s", path, names[i]);

		if (result == 0)
			result = remove_entry(entry, err);
		free(entry);
		free(names[i]);
	}
	free(names);
	if (result == 0 && rmdir(path) < 0)
		result = error_os(err, "%s: cannot remove this folder", path);
	return result;
}

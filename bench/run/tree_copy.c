/* SPDX-License-Identifier: Apache-2.0 */
#include "run/tree_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

enum { DEEPEST = 8 };

static int copy_bytes(int from, int to)
{
	char bytes[65536];
	ssize_t got;

	while ((got = read(from, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || file_write_all(to, bytes, (size_t)got) < 0)
			return -1;
	}
	if (fsync(to) < 0)
		return -1;
	posix_fadvise(to, 0, 0, POSIX_FADV_DONTNEED);
	return 0;
}

static int copy_file(const char *from, const char *to, struct error *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), out = -1;
	struct stat status;
	int done = -1;

	if (in < 0)
		return error_os(err, "%s: cannot be read", from);
	if (fstat(in, &status) < 0 || !S_ISREG(status.st_mode)) {
		error_set(err, ERROR_REFUSED, "%s: it is neither a file nor a folder", from);
	} else {
		out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		done = out < 0 ? -1 : copy_bytes(in, out);
		if (done < 0)
			error_os(err, "%s: cannot be copied to %s", from, to);
	}
	close(in);
	if (out >= 0 && close(out) < 0 && done == 0)
		done = error_os(err, "%s: cannot be written", to);
	return done;
}

static int copy_folder(const char *from, const char *to, int deep, struct error *err)
{
	char **names = NULL;
	size_t count = 0;
	int done = deep > DEEPEST ? error_set(err, ERROR_REFUSED, "%s: folders go too deep", from)
				  : file_make_folder(to, err);

	if (done == 0)
		done = file_list(from, &names, &count, err);
	for (size_t i = 0; i < count; i++) {
		char *in = xprintf("%s/%s", from, names[i]), *out = xprintf("%s/%s", to, names[i]);
		struct stat status;

		if (done == 0 && lstat(in, &status) < 0)
			done = error_os(err, "%s: cannot be read", in);
		else if (done == 0)
			done = S_ISDIR(status.st_mode) ? copy_folder(in, out, deep + 1, err)
						       : copy_file(in, out, err);
		free(in);
		free(out);
		free(names[i]);
	}
	free(names);
	return done < 0 ? -1 : file_sync_folder(to, err);
}

int tree_copy(const char *from, const char *to, struct error *err)
{
	return copy_folder(from, to, 0, err);
}

int tree_name(const char *from, const char *to, struct error *err)
{
	char *above = xstrdup(to), *end = strrchr(above, '/');
	int done;

	if (end)
		end[end == above] = '\0';
	done = rename(from, to) < 0 ? error_os(err, "%s: cannot be named", to)
				    : file_sync_folder(end ? above : ".", err);
	free(above);
	return done;
}

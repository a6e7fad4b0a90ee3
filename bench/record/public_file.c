/* SPDX-License-Identifier: Apache-2.0 */
#include "record/public_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

int public_file_find(struct public_file *file, const char *path, bool follows, struct error *err)
{
	file->path = path;
	file->fd = open(path, O_PATH | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW));
	if (file->fd < 0)
		return error_os(err, "%s", path);
	if (fstat(file->fd, &file->status) < 0) {
		error_os(err, "%s", path);
		public_file_close(file);
		return -1;
	}
	return 0;
}

void public_file_close(struct public_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

static char *link_to(const struct public_file *file)
{
	return xprintf("/proc/self/fd/%d", file->fd);
}

/* Where does it lie really? */
static bool is_below(const struct public_file *file, const char *state)
{
	char *link = link_to(file), *home = realpath(state, NULL), *real = realpath(link, NULL);
	size_t size = home ? strlen(home) : 0;
	bool is = home && real && !strncmp(real, home, size) && real[size] == '/';

	free(real);
	free(home);
	free(link);
	return is;
}

int public_file_check(const struct public_file *file, const char *state, struct error *err)
{
	if (!S_ISREG(file->status.st_mode))
		return error_set(err, ERROR_USAGE, "%s: it is no file", file->path);
	if (!(file->status.st_mode & S_IROTH))
		return error_set(err, ERROR_REFUSED,
				 "%s: only a file that everybody may read is kept: chmod a+r it",
				 file->path);
	if (is_below(file, state))
		return error_set(err, ERROR_REFUSED, "%s: it is one of the bench's own files",
				 file->path);
	return 0;
}

int public_file_read(const struct public_file *file, size_t most, struct buf *bytes,
		     struct error *err)
{
	char *link;
	int done;

	if (file->status.st_size > (off_t)most)
		return error_set(err, ERROR_USAGE, "%s: larger than the %zu bytes allowed",
				 file->path, most);
	link = link_to(file);
	done = file_read(link, most, bytes, err);
	free(link);
	return done;
}

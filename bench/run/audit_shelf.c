/* SPDX-License-Identifier: Apache-2.0 */
#include "run/audit_shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

struct audit_shelf {
	int fd;
	uint64_t end;
	bool is_broken;
	struct error why; /* of the first trouble */
};

static const char *folder(void)
{
	const char *given = getenv("TMPDIR");

	return given && *given ? given : "/var/tmp";
}

/* Not every file system makes one without a name. */
static int open_nameless(void)
{
	int fd = open(folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char *path;

	if (fd >= 0)
		return fd;
	path = xprintf("%s/davy-audit-XXXXXX", folder());
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd;
}

struct audit_shelf *audit_shelf_open(struct error *err)
{
	int fd = open_nameless();
	struct audit_shelf *shelf;

	if (fd < 0) {
		error_os(err,
			 "%s: what is read of runs cannot be kept there meanwhile; set TMPDIR to a "
			 "folder on a disk",
			 folder());
		return NULL;
	}
	shelf = xcalloc(1, sizeof(*shelf));
	shelf->fd = fd;
	return shelf;
}

void audit_shelf_close(struct audit_shelf *shelf)
{
	if (!shelf)
		return;
	close(shelf->fd);
	free(shelf);
}

static void breaks(struct audit_shelf *shelf, const char *what)
{
	if (shelf->is_broken)
		return;
	shelf->is_broken = true;
	error_os(&shelf->why,
		 "%s: what is read of runs cannot be %s there (%llu MiB so far); make room, or set "
		 "TMPDIR to a folder that has more",
		 folder(), what, (unsigned long long)(shelf->end >> 20));
}

uint64_t audit_shelf_put(struct audit_shelf *shelf, const void *bytes, size_t size)
{
	uint64_t place = shelf->end;

	for (size_t done = 0; done < size;) {
		ssize_t put = pwrite(shelf->fd, (const char *)bytes + done, size - done,
				     (off_t)(place + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			errno = put ? errno : ENOSPC;
			breaks(shelf, "kept");
			break;
		}
		done += (size_t)put;
	}
	shelf->end += size;
	return place;
}

void audit_shelf_get(struct audit_shelf *shelf, uint64_t place, void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t got =
			pread(shelf->fd, (char *)bytes + done, size - done, (off_t)(place + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got ? errno : EIO;
			breaks(shelf, "read again");
			memset((char *)bytes + done, 0, size - done);
			break;
		}
		done += (size_t)got;
	}
}

int audit_shelf_check(const struct audit_shelf *shelf, struct error *err)
{
	if (!shelf->is_broken)
		return 0;
	*err = shelf->why;
	return -1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the file system says is free for us. */
#include "run/disk_room.h"

#include <sys/statvfs.h>

enum { SHARE = 5 };

bool disk_has_room(uint64_t there, uint64_t whole, uint64_t least)
{
	return there >= least || there >= whole / SHARE;
}

int disk_room_check(const char *folder, uint64_t least, struct error *err)
{
	struct statvfs disk;
	uint64_t there;

	if (statvfs(folder, &disk) < 0)
		return error_os(err, "%s: how much room there is cannot be told", folder);
	there = (uint64_t)disk.f_bavail * disk.f_frsize;
	if (disk_has_room(there, (uint64_t)disk.f_blocks * disk.f_frsize, least))
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "only %llu MiB are free on the disk of %s, and what was ordered needs "
			 "%llu to be kept to its "
			 "end: make room on it, or use a larger one. Davy deletes nothing",
			 (unsigned long long)(there >> 20), folder,
			 (unsigned long long)(least >> 20));
}

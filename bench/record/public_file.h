/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that somebody names who may be another user than the one the bench runs as: what everybody may read is taken from
 * him, and nothing that the bench keeps itself, its keys least of all.
 *
 * It is looked up once, and all that is asked of it, and read, is of what was found: a path that comes to mean another file
 * meanwhile changes nothing. It is opened once it is known to be a file: opening a serial port, or a watchdog, does something.
 */
#ifndef DAVY_RECORD_PUBLIC_FILE_H
#define DAVY_RECORD_PUBLIC_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"

struct public_file {
	int fd;		  /* of what was found, which is not open */
	const char *path; /* as it was named; borrowed */
	struct stat status;
};

/* A link is followed, or is what was found. */
int public_file_find(struct public_file *file, const char *path, bool follows, struct error *err);
/* Refused: no regular file, one that not everybody may read, and one below the folder `state`. */
int public_file_check(const struct public_file *file, const char *state, struct error *err);
/* Append its bytes; refused where there are more than `most`. Only of what was checked. */
int public_file_read(const struct public_file *file, size_t most, struct buf *bytes,
		     struct error *err);
void public_file_close(struct public_file *file);

#endif

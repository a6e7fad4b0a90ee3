/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files and folders. Every error names the path. */
#ifndef DAVY_BASE_FILE_H
#define DAVY_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Open a file to read it piece by piece, -1 where it is none: what others sent may have a pipe or a device in a file's place,
 * which would be waited for, or never end.
 */
int file_open(const char *path, struct error *err);
/* Append the whole file to `out`; refuses one larger than `most` bytes and anything but a file. */
int file_read(const char *path, size_t most, struct buf *out, struct error *err);
/* Replace `path` by these bytes or leave it as it was: written beside, synced, renamed. */
int file_write(const char *path, const void *data, size_t size, struct error *err);
/*
 * The same for a file that is a secret: refused unless it is this user's (or this user is root) and nobody
 * else may read or write it (mode 0600 or less); a link is not followed.
 */
int file_read_secret(const char *path, size_t most, struct buf *out, struct error *err);
/*
 * Make a new file that only this user may read and write (mode 0600), durably: after a power cut it is there whole, or not.
 * Refused where `path` exists.
 */
int file_create_secret(const char *path, const void *data, size_t size, struct error *err);
/* Write all of it to a descriptor, whatever interrupts. -1: errno says why. */
int file_write_all(int fd, const void *data, size_t size);
/* The names of its files are on the disk. */
int file_sync_folder(const char *folder, struct error *err);
/* Make the folder and its parents (mode 0755); an existing folder is fine. */
int file_make_folder(const char *path, struct error *err);
bool file_exists(const char *path);
/* Names in a folder, sorted by bytes, without "." and ".."; the caller frees each and the array. */
int file_list(const char *folder, char ***names, size_t *count, struct error *err);
/* Remove a folder with all that is in it (for scratch folders this program made). */
int file_remove_folder(const char *path, struct error *err);

#endif

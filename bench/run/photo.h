/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Photos of a run: RUN/photos/SHA-256.jpg or .png, byte for byte as they came, on the disk before the journal names them. What
 * the journal and the record say of one is a map:
 *
 *   id         of the question that it answers
 *   sha256     of its bytes
 *   type       "jpeg" or "png"
 *   size       bytes
 *   width, height   pixels
 *   file       what it was called where it came from
 *   from       "file", "folder", "camera" or "simulation"
 */
#ifndef DAVY_RUN_PHOTO_H
#define DAVY_RUN_PHOTO_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/* The verb of such a question. */
#define PHOTOGRAPH "photograph"

enum {
	PHOTO_SIZE_MOST = 16 << 20, /* bytes */
	PHOTOS_MOST = 100,	    /* that one run asks for: they all stand in its record */
};

/*
 * Keep a copy of the picture at `path` (absolute) for the run in `folder`; the caller frees what is said of it, all but "id" and
 * "from". It is on the disk when this returns. Taken is a file that everybody may read, no link, and none in `state`, which is
 * the bench's own; whole, a JPEG or PNG.
 */
struct value *photo_keep(const char *folder, const char *state, const char *path,
			 struct error *err);
/* The same with the picture that says SIMULATED. */
struct value *photo_keep_simulated(const char *folder, struct error *err);

/* "photos/SHA-256.jpg", which the caller frees; NULL where this names no file. */
char *photo_name(const struct value *photo);
/* Append the bytes of that file in `folder`. -1: it is missing, or is not the one that was recorded. */
int photo_read(const char *folder, const struct value *photo, struct buf *bytes, struct error *err);
/*
 * What is amiss with one, which may also have been asked for and not taken, without a "sha256"; NULL: nothing is, and its
 * bytes are appended.
 */
#define PHOTO_NOT_TAKEN "not_taken"
#define PHOTO_MISSING "missing"
#define PHOTO_CHANGED "changed"
const char *photo_state(const char *folder, const struct value *photo, struct buf *bytes);
/* A copy of such a list in which each has its "state", where something is amiss. The caller frees it. */
struct value *photos_looked_at(const char *folder, const struct value *photos);
/* Does its file exist in `folder`? */
bool photo_is_there(const char *folder, const struct value *photo);

#endif

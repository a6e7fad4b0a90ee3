/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that records rest on, such as certificates as they came: STATE/files/SHA-256, kept once each and never changed.
 */
#ifndef DAVY_RECORD_KEPT_FILE_H
#define DAVY_RECORD_KEPT_FILE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

enum { KEPT_FILE_MOST = 16 << 20 }; /* bytes */

/*
 * Keep a copy of the file at `path` and say of it {"name":"…","sha256":"…","size":…}, which the caller frees: `name` is the
 * last part of its path. It is on the disk when this returns. An empty file is refused.
 */
struct value *kept_file_add(const char *state, const char *path, struct error *err);
/*
 * The two halves of it, for who keeps not the bytes as they came but what they were understood as. Append the bytes of a file that
 * may be kept: one that everybody may read, and none of the bench's own.
 */
int kept_file_read(const char *state, const char *path, struct buf *bytes, struct error *err);
struct value *kept_file_keep(const char *state, const char *path, const struct buf *bytes,
			     struct error *err);
/* Append the bytes of such a file. Refused where they are not those of that digest any more. */
int kept_file_get(const char *state, const char *sha256, struct buf *bytes, struct error *err);

#endif

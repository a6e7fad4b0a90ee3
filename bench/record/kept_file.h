/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that records rest on, such as certificates as they came: STATE/files/SHA-256, kept once each and never changed.
 */
#ifndef DAVY_RECORD_KEPT_FILE_H
#define DAVY_RECORD_KEPT_FILE_H

#include "base/error.h"
#include "base/value.h"

enum { KEPT_FILE_MOST = 16 << 20 }; /* bytes */

/*
 * Keep a copy of the file at `path` and say of it {"name":"…","sha256":"…","size":…}, which the caller frees: `name` is the
 * last part of its path. It is on the disk when this returns. An empty file is refused.
 */
struct value *kept_file_add(const char *state, const char *path, struct error *err);

#endif

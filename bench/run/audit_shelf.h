/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an audit has read and may need again, in a file without a name in $TMPDIR, else /var/tmp: the series of thousands of runs do
 * not fit into memory, and what is needed again of them is little. The file is gone with the process, whatever becomes of it.
 */
#ifndef DAVY_RUN_AUDIT_SHELF_H
#define DAVY_RUN_AUDIT_SHELF_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct audit_shelf;

struct audit_shelf *audit_shelf_open(struct error *err);
void audit_shelf_close(struct audit_shelf *shelf); /* accepts NULL */
/* Where they are from now on. What cannot be written, or read, is zeros, and audit_shelf_check() says so at the end. */
uint64_t audit_shelf_put(struct audit_shelf *shelf, const void *bytes, size_t size);
void audit_shelf_get(struct audit_shelf *shelf, uint64_t place, void *bytes, size_t size);
/* -1: something was not to be kept, as on a full disk; what was concluded since is worth nothing. */
int audit_shelf_check(const struct audit_shelf *shelf, struct error *err);

#endif

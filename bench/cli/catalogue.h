/* SPDX-License-Identifier: Apache-2.0 */
/* Protocols, fixtures and drivers as files: found below a tree, loaded into plain data. */
#ifndef DAVY_CLI_CATALOGUE_H
#define DAVY_CLI_CATALOGUE_H

#include <stddef.h>

#include "base/error.h"
#include "base/value.h"

/*
 * Every file below `folder` whose name ends in `ending`, as whole paths, sorted; a folder that is not
 * there holds none. The caller frees each and the array.
 */
char **catalogue_walk(const char *folder, const char *ending, size_t *count);
/* What the name says that a file is: "fixture", "driver", "simulator", "world", "station", "protocol". */
const char *catalogue_kind(const char *path);
/*
 * Evaluate one file in a sandboxed process, as for a simulated run without an order. Blocks. The caller
 * frees the value.
 */
struct value *catalogue_load(const char *program, const char *kind, const char *path,
			     struct error *err);
/*
 * The path of a protocol that is named by a path, by its file's name without ".lua", or by its id. The
 * caller frees it.
 */
char *catalogue_find_protocol(const char *program, const char *name, struct error *err);
/*
 * Is the check there that this protocol, a file with what it holds, names as its `bracket`? Looked for beside the file, below
 * scripts/ of its tree and of the tree that we are in. Fails with ERROR_USAGE where none has the id, or it checks another
 * fixture. A protocol without a bracket wants none.
 */
int catalogue_has_check(const char *program, const char *path, const struct value *protocol,
			struct error *err);

#endif

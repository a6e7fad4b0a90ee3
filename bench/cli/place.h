/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are. Every path is absolute; the caller frees it. */
#ifndef DAVY_CLI_PLACE_H
#define DAVY_CLI_PLACE_H

#include <stdbool.h>

#include "base/error.h"

/*
 * The state folder: `given`, else $DAVY_STATE, else the first of $STATE_DIRECTORY (what systemd gives a
 * service), else, for an installed Davy, the system's /var/lib/davy where we may look into it, else
 * $XDG_STATE_HOME/davy, else ~/.local/state/davy. It need not exist.
 */
char *place_state(const char *given, struct error *err);
/* Is it our own state folder only because the system's, which is there, is not ours to look into? */
bool place_misses_system(const char *given);
/* davy-lua: $DAVY_LUA, else beside this program, else where it is installed. */
char *place_program(struct error *err);
/* davy-push, likewise: $DAVY_PUSH … */
char *place_push_program(struct error *err);
/*
 * The folder that holds scripts/ and fixtures/: the one we are in or one above it, else the installed one
 * (base/installed.h).
 */
char *place_tree(void);
/* The same for a file: the folder above it that holds fixtures/, else the installed one. */
char *place_tree_of(const char *path);
/* A path as it is from the root; links and dots are resolved when the file exists. */
char *place_absolute(const char *path);
/* What sentences call a file: its path below `tree`, else its own name. */
const char *place_short(const char *path, const char *tree);

#endif

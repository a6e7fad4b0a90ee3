/* SPDX-License-Identifier: Apache-2.0 */
/* The words that open a person's key. They are asked of the person at the terminal, or are the first line of a file. */
#ifndef DAVY_CLI_PASSPHRASE_H
#define DAVY_CLI_PASSPHRASE_H

#include <stdbool.h>

#include "base/error.h"
#include "record/key.h"

/*
 * The caller wipes and frees it (passphrase_free). `path` is a file that only this user may read (0600), or NULL: it is
 * asked on the terminal, twice where it is a new one. Refused: an empty one, two that differ, no terminal.
 */
char *passphrase_read(const char *path, bool is_new, const char *what, struct error *err);
void passphrase_free(char *passphrase); /* accepts NULL */

/*
 * Nobody is asked for words that could not help: 0, or no key is named, its file is not there, is no key, may be used by
 * others (ERROR_REFUSED), or is kept without a passphrase (ERROR_REFUSED).
 */
int passphrase_needed(const char *key_path, struct error *err);
/* The key in that file, opened so. A person's key without a passphrase is refused. */
struct key *passphrase_key(const char *key_path, const char *path, struct error *err);

#endif

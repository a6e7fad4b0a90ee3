/* SPDX-License-Identifier: Apache-2.0 */
/* JSON to and from value trees. The only home of the JSON library. */
#ifndef DAVY_BASE_JSON_H
#define DAVY_BASE_JSON_H

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/*
 * Parse one JSON text of `size` bytes; `where` (a file name) begins the error sentence, which also
 * names line and column. Rejects duplicate keys. The caller frees the tree.
 */
struct value *json_parse(const char *text, size_t size, const char *where, struct error *err);

/*
 * The same where every number is a double, as ECMAScript has them: each comes as a real, rounded as
 * reals are, and an integer of any size is welcome.
 */
struct value *json_parse_reals(const char *text, size_t size, const char *where, struct error *err);

/*
 * Append compact JSON (no spaces, keys in the tree's order, UTF-8 unescaped). Reals are written with
 * the fewest digits that read back as the same double; NaN and infinities as null.
 */
void json_write(struct buf *out, const struct value *value);
/* The same as a line of its own. */
void json_print(FILE *out, const struct value *value);

#endif

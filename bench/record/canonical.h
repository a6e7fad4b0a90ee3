/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical JSON (RFC 8785): one tree, one sequence of bytes. What is signed is these bytes, and they are
 * kept as they are; nothing that was signed is ever written again to be verified.
 *
 * Numbers are doubles, written as ECMAScript does. An integer of the tree is written as it is, up to 2^53 either
 * way. A whole real is written like the integer, so the tree that is read back has an integer there.
 */
#ifndef DAVY_RECORD_CANONICAL_H
#define DAVY_RECORD_CANONICAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

enum {
	CANONICAL_NUMBER_SIZE = 32, /* room for any number and its NUL */
	CANONICAL_DEEPEST = 64,	    /* lists and maps inside each other */
};

/*
 * Append the canonical bytes of `value`. Refused with ERROR_USAGE, and `out` as it was: NaN, infinities,
 * integers beyond 2^53, text that is not UTF-8 (a lone surrogate among it) or has a NUL, and trees deeper
 * than CANONICAL_DEEPEST. `where` begins the sentence, which names the member.
 */
int canonical_write(struct buf *out, const struct value *value, const char *where,
		    struct error *err);

/*
 * Read canonical bytes: as json_parse, and whatever canonical_write would have written otherwise is refused, so
 * that a text has one meaning and a meaning one text. Whole numbers up to 2^53 come as integers, others as
 * reals. The caller frees the tree.
 */
struct value *canonical_parse(const char *text, size_t size, const char *where, struct error *err);

/* Are both written alike, whatever the order of their members? Both NULL are; what cannot be written is like nothing. */
bool canonical_same(const struct value *a, const struct value *b);

/* The ECMAScript form of a finite number (ECMA-262, Number::toString), with its NUL. */
void canonical_number(double number, char text[CANONICAL_NUMBER_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base 64 (RFC 4648), in the two forms that records have: section 4 with its padding (signed notes), and
 * section 5, the alphabet for URLs, without (JOSE). Reading is strict: one sequence of bytes has one text.
 */
#ifndef DAVY_RECORD_BASE64_H
#define DAVY_RECORD_BASE64_H

#include <stddef.h>

#include "base/buf.h"

enum base64_form {
	BASE64_PADDED = 1,
	BASE64_URL,
};

void base64_write(struct buf *out, enum base64_form form, const void *data, size_t size);
/*
 * Append the bytes of `text`. -1, and `out` as it was, for any other character (blanks and line ends too), for missing
 * or superfluous padding, and where bits of the last character are not zero.
 */
int base64_read(struct buf *out, enum base64_form form, const char *text, size_t size);

#endif

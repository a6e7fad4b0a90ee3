/* SPDX-License-Identifier: Apache-2.0 */
/* What is text: the well-formed UTF-8 of RFC 3629. */
#ifndef DAVY_BASE_UTF8_H
#define DAVY_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The bytes of the well-formed character at `text`, of which `left` (at least one) bytes are there, or 0:
 * no overlong form, no surrogate, nothing beyond U+10FFFF. A NUL is a character.
 */
size_t utf8_character_size(const void *text, size_t left);
/* Where the first byte stands that is part of no well-formed character; `size` where all are. */
size_t utf8_valid_size(const void *text, size_t size);

#endif

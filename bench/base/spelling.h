/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When two written numbers or names are one, however they were typed, scanned from a label or written with a Chinese
 * input method: "b7", "B 7" and "Ｂ７" are all what is stamped on a case as B7. Letters are compared without case,
 * full-width forms (U+FF01 to U+FF5E) as the ASCII they stand for, any dash as a hyphen, and blanks, also those that
 * nobody sees, not at all.
 */
#ifndef DAVY_BASE_SPELLING_H
#define DAVY_BASE_SPELLING_H

#include <stdbool.h>

#include "base/buf.h"

bool spelling_same(const char *a, const char *b);
/* Has it nothing but blanks? */
bool spelling_is_blank(const char *text);
/* Append the text as it is compared. */
void spelling_fold(struct buf *out, const char *text);

#endif

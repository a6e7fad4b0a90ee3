/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a number lies in bytes: "u8 i8 u16 i16 u32 i32 f32", big-endian; "…le" little-endian bytes;
 * "…ws" words swapped (u32ws i32ws f32ws: low word first, each word big-endian, as many Modbus devices
 * do); "flags" (u16, bits named from bit 0) and "string[N]" (N bytes, trailing NULs and blanks cut).
 */
#ifndef DAVY_CODEC_LAYOUT_H
#define DAVY_CODEC_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum layout_kind { LAYOUT_UNSIGNED = 1, LAYOUT_SIGNED, LAYOUT_FLOAT, LAYOUT_FLAGS, LAYOUT_STRING };
enum layout_order { LAYOUT_BIG = 1, LAYOUT_LITTLE, LAYOUT_WORDS_SWAPPED };

struct layout {
	enum layout_kind kind;
	enum layout_order order;
	size_t size; /* bytes */
};

int layout_parse(struct layout *layout, const char *text, struct error *err);
/* Numbers and flags only; `bytes` holds layout->size bytes. NaN is returned as it stands. */
double layout_read(const struct layout *layout, const uint8_t *bytes);
/* Rounds to the nearest; fails when the number does not fit. */
int layout_write(const struct layout *layout, double number, uint8_t *bytes, struct error *err);
/*
 * LAYOUT_STRING: copy as a C string; `text` has at least layout->size + 1 bytes. What is not
 * printable ASCII becomes '?'.
 */
void layout_read_string(const struct layout *layout, const uint8_t *bytes, char *text);

#endif

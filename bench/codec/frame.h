/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framed binary messages as a layout of fields, for instruments such as the 9-byte UART gas sensors
 * (FF 01 86 … check). A layout is a list of items, in the order of the bytes:
 *
 *   "FF"        one fixed byte, hexadecimal; "FF 01 86" is three
 *   "u16"       a number in any layout of codec/layout.h; the first is field 0, the next 1 …
 *   "i16*100"   a hundred of them, one field each
 *   "skip[3]"   three bytes that do not matter (written as 0)
 *   "check:neg8[1..7]"   the check over bytes 1 to 7 (counted from 0) of the frame; kinds: sum8,
 *                        neg8, sum16be, modbusle, modbusbe, ccittbe (start FFFF)
 *   "hex", "text"        bytes as many as the frame says, once: as hexadecimal digits (a tag's number), or
 *                        as they stand (what a module calls itself). Such a frame has also
 *   "size:u16[5..-3]"    a number: how many bytes there are from byte 5 to the third last. In a check and a
 *                        size a negative place counts from the frame's end, -1 its last byte, and what
 *                        lies behind the text is named by it
 *
 * All frames have a size that they say or that is fixed, so that a reply is complete by counting.
 */
#ifndef DAVY_CODEC_FRAME_H
#define DAVY_CODEC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "codec/layout.h"

enum { FRAME_MOST = 512, FRAME_FIELDS = 256, FRAME_TEXT = 2 * FRAME_MOST + 1 };

struct frame_layout; /* heap; parsed once */

/* `text` is the items joined by blanks: "FF 86 u16 skip[5] check:neg8[1..7]". */
struct frame_layout *frame_layout_new(const char *text, struct error *err);
void frame_layout_free(struct frame_layout *layout); /* accepts NULL */
/* Bytes of a frame, of one without any text where it carries text; `most`: of the longest that there can be. */
size_t frame_layout_size(const struct frame_layout *layout);
size_t frame_layout_most(const struct frame_layout *layout);
/* Does it carry bytes as a text (hex or text)? */
bool frame_layout_has_text(const struct frame_layout *layout);
/*
 * How many bytes has the frame that begins with these? 0: not said yet; FRAME_MOST + 1: more or fewer than
 * any frame of this layout has.
 */
size_t frame_size(const struct frame_layout *layout, const uint8_t *bytes, size_t size);
size_t frame_layout_fields(const struct frame_layout *layout);
/* How field number `field` lies in its bytes; NULL when there is none. */
const struct layout *frame_layout_number(const struct frame_layout *layout, size_t field);
/*
 * Is a frame at the beginning of these bytes, of which there is at least one? 1: a whole and sound one,
 * 0: there may be once more bytes have come, -1: no.
 */
int frame_match(const struct frame_layout *layout, const uint8_t *bytes, size_t size);
/* With how many fixed bytes a frame begins, and whether it carries a check. */
size_t frame_layout_head(const struct frame_layout *layout);
bool frame_layout_checked(const struct frame_layout *layout);
/* Check fixed bytes and checks, read the number fields. The error shows both sides in hexadecimal. */
int frame_decode(const struct frame_layout *layout, const uint8_t *bytes, size_t size,
		 double *fields, struct error *err);
/* The number fields of a frame that frame_match has found. */
void frame_read(const struct frame_layout *layout, const uint8_t *bytes, double *fields);
/* The text of a frame that frame_match has found, as a C string; unprintable bytes become '?'. */
void frame_read_text(const struct frame_layout *layout, const uint8_t *bytes,
		     char text[FRAME_TEXT]);
/*
 * Write the frame from `count` numbers and a text (NULL: an empty one; of hex, digits in pairs). `bytes` has
 * FRAME_MOST bytes, *size how many of them are the frame.
 */
int frame_encode_text(const struct frame_layout *layout, const double *fields, size_t count,
		      const char *text, uint8_t *bytes, size_t *size, struct error *err);
/* Write a frame without a text (frame_layout_size bytes) from `count` numbers. */
int frame_encode(const struct frame_layout *layout, const double *fields, size_t count,
		 uint8_t *bytes, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Between frame_layout.c, which reads a layout, and frame.c, which reads and writes frames by it. */
#ifndef DAVY_CODEC_FRAME_PARTS_H
#define DAVY_CODEC_FRAME_PARTS_H

#include "codec/frame.h"

enum part_kind {
	PART_FIXED = 1,
	PART_NUMBER,
	PART_GAP,
	PART_CHECK,
	PART_SIZE,
	PART_HEX,
	PART_TEXT
};

typedef uint16_t check_fn(const uint8_t *data, size_t size);

struct check {
	const char *name;
	check_fn *sum;
	struct layout layout;
};

struct part {
	enum part_kind kind;
	size_t offset, size;
	uint8_t fixed;
	struct layout layout; /* PART_NUMBER, `repeats` of them; PART_SIZE */
	size_t repeats;
	const struct check
		*check;	 /* PART_CHECK, over bytes first to last; PART_SIZE says their number */
	int first, last; /* negative: from the end, -1 the last byte */
	bool behind;	 /* the text */
};

struct frame_layout {
	struct part *parts;
	size_t count;
	size_t size;
	size_t fields;
	const struct part *text,
		*said; /* the text, and the part that says how long it is; or NULL */
};

/* Where a part begins in a frame of `size` bytes. */
size_t frame_place_of(const struct frame_layout *layout, const struct part *part, size_t size);
/* Which byte of a frame of `size` bytes a place names: places of a whole layout are inside. */
size_t frame_byte_of(int place, size_t size);

#endif

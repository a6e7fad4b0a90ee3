/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of a fixed size, and those that say how long a text they carry.
 *
 * What lies behind a text lies further by as many bytes as a frame is longer than its layout. Encoding fills
 * the bytes first and the checks last, in their order, so that a check may cover an earlier one.
 *
 * Not done here: byte stuffing. Such an instrument brings its own framing.
 */
#include "codec/frame.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/frame_parts.h"
#include "codec/hex.h"

enum { BEYOND = FRAME_MOST + 1 };

size_t frame_place_of(const struct frame_layout *layout, const struct part *part, size_t size)
{
	return part->offset + (part->behind ? size - layout->size : 0);
}

size_t frame_byte_of(int place, size_t size)
{
	return place < 0 ? size - (size_t)-place : (size_t)place;
}

size_t frame_layout_size(const struct frame_layout *layout)
{
	return layout->size;
}

size_t frame_layout_most(const struct frame_layout *layout)
{
	return layout->text ? FRAME_MOST : layout->size;
}

bool frame_layout_has_text(const struct frame_layout *layout)
{
	return layout->text != NULL;
}

/* How many bytes the size of this frame counts where the text has none. */
static size_t said_without_text(const struct frame_layout *layout)
{
	return frame_byte_of(layout->said->last, layout->size) + 1 - (size_t)layout->said->first;
}

size_t frame_size(const struct frame_layout *layout, const uint8_t *bytes, size_t size)
{
	const struct part *said = layout->said;
	double more;

	if (!said)
		return layout->size;
	if (size < said->offset + said->size)
		return 0;
	more = layout_read(&said->layout, bytes + said->offset) - (double)said_without_text(layout);
	if (more < 0 || more > (double)(FRAME_MOST - layout->size))
		return BEYOND;
	return layout->size + (size_t)more;
}

size_t frame_layout_fields(const struct frame_layout *layout)
{
	return layout->fields;
}

const struct layout *frame_layout_number(const struct frame_layout *layout, size_t field)
{
	for (size_t i = 0; i < layout->count; i++) {
		if (field < layout->parts[i].repeats)
			return &layout->parts[i].layout;
		field -= layout->parts[i].repeats;
	}
	return NULL;
}

static uint16_t sum_of(const struct part *part, const uint8_t *bytes, size_t size)
{
	size_t first = (size_t)part->first, last = frame_byte_of(part->last, size);

	return part->check->sum(bytes + first, last + 1 - first);
}

static void check_write(const struct frame_layout *layout, const struct part *part, uint8_t *bytes,
			size_t size)
{
	struct error never;

	layout_write(&part->check->layout, sum_of(part, bytes, size),
		     bytes + frame_place_of(layout, part, size), &never);
}

/* The check's bytes as the frame's others give them. */
static bool check_is_right(const struct frame_layout *layout, const struct part *part,
			   const uint8_t *bytes, size_t size)
{
	uint8_t want[sizeof(uint16_t)];
	struct error never;

	layout_write(&part->check->layout, sum_of(part, bytes, size), want, &never);
	return !memcmp(want, bytes + frame_place_of(layout, part, size), part->size);
}

int frame_match(const struct frame_layout *layout, const uint8_t *bytes, size_t size)
{
	size_t whole = frame_size(layout, bytes, size);

	if (whole == BEYOND)
		return -1;
	for (size_t i = 0; i < layout->count; i++) {
		const struct part *part = &layout->parts[i];
		size_t place = whole || !part->behind ? frame_place_of(layout, part, whole) : size;

		if (part->kind == PART_FIXED && place < size && bytes[place] != part->fixed)
			return -1;
		if (part->kind == PART_CHECK && whole && whole <= size &&
		    !check_is_right(layout, part, bytes, whole))
			return -1;
	}
	return whole && whole <= size;
}

size_t frame_layout_head(const struct frame_layout *layout)
{
	size_t head = 0;

	while (head < layout->count && layout->parts[head].kind == PART_FIXED)
		head++;
	return head;
}

bool frame_layout_checked(const struct frame_layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		if (layout->parts[i].kind == PART_CHECK)
			return true;
	return false;
}

static int check_verify(const struct frame_layout *layout, const struct part *part,
			const uint8_t *bytes, size_t size, struct error *err)
{
	uint8_t want[FRAME_MOST];
	char found_text[HEX_TEXT], want_text[HEX_TEXT], frame_text[HEX_TEXT];
	size_t place = frame_place_of(layout, part, size);

	if (check_is_right(layout, part, bytes, size))
		return 0;
	memcpy(want, bytes, size);
	check_write(layout, part, want, size);
	return error_set(
		err, ERROR_DEVICE, "the check is %s where bytes %d to %zu give %s, in the frame %s",
		hex_text(found_text, bytes + place, part->size), part->first,
		frame_byte_of(part->last, size), hex_text(want_text, want + place, part->size),
		hex_text(frame_text, bytes, size));
}

static int part_verify(const struct frame_layout *layout, const struct part *part,
		       const uint8_t *bytes, size_t size, struct error *err)
{
	char frame_text[HEX_TEXT];
	size_t place = frame_place_of(layout, part, size);

	if (part->kind == PART_CHECK)
		return check_verify(layout, part, bytes, size, err);
	if (part->kind == PART_FIXED && bytes[place] != part->fixed)
		return error_set(err, ERROR_DEVICE,
				 "byte %zu is %02X where %02X was expected, in the frame %s", place,
				 bytes[place], part->fixed, hex_text(frame_text, bytes, size));
	return 0;
}

void frame_read(const struct frame_layout *layout, const uint8_t *bytes, double *fields)
{
	size_t size = frame_size(layout, bytes, FRAME_MOST);

	for (size_t i = 0; i < layout->count; i++) {
		const struct part *part = &layout->parts[i];
		const uint8_t *at = bytes + frame_place_of(layout, part, size);

		for (size_t n = 0; n < part->repeats; n++)
			*fields++ = layout_read(&part->layout, at + n * part->layout.size);
	}
}

void frame_read_text(const struct frame_layout *layout, const uint8_t *bytes, char text[FRAME_TEXT])
{
	const uint8_t *at = layout->text ? bytes + layout->text->offset : bytes;
	size_t size = layout->text ? frame_size(layout, bytes, FRAME_MOST) - layout->size : 0;

	*text = '\0';
	for (size_t i = 0; i < size; i++)
		if (layout->text->kind == PART_HEX)
			text += sprintf(text, "%02X", at[i]);
		else
			text += sprintf(text, "%c", at[i] >= 0x20 && at[i] < 0x7F ? at[i] : '?');
}

int frame_decode(const struct frame_layout *layout, const uint8_t *bytes, size_t size,
		 double *fields, struct error *err)
{
	char frame_text[HEX_TEXT];
	size_t whole = frame_size(layout, bytes, size);

	if (whole != size)
		return error_set(err, ERROR_DEVICE,
				 "the frame has %zu bytes where %s%zu were expected: %s", size,
				 whole == 0 || whole == BEYOND ? "at least " : "",
				 whole == 0 || whole == BEYOND ? layout->size : whole,
				 hex_text(frame_text, bytes, size));
	for (size_t i = 0; i < layout->count; i++)
		if (part_verify(layout, &layout->parts[i], bytes, size, err) < 0)
			return -1;

	frame_read(layout, bytes, fields);
	return 0;
}

/* Two digits, or -1. */
static int byte_from(const char *digits)
{
	char pair[3] = {digits[0], digits[0] ? digits[1] : '\0', '\0'};

	if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
		return -1;
	return (int)strtoul(pair, NULL, 16);
}

static int write_text(const struct frame_layout *layout, const char *text, uint8_t *bytes,
		      size_t *size, struct error *err)
{
	const struct part *said = layout->said;
	bool hex = layout->text && layout->text->kind == PART_HEX;
	size_t length = strlen(text) / (hex ? 2 : 1);

	if (!layout->text && length > 0)
		return error_set(err, ERROR_USAGE, "the frame carries no text");
	if (length > FRAME_MOST - layout->size)
		return error_set(err, ERROR_USAGE, "a frame has at most %d bytes", FRAME_MOST);
	*size = layout->size + length;
	memset(bytes, 0, *size);
	for (size_t i = 0; i < length; i++) {
		int byte = hex ? byte_from(text + 2 * i) : (unsigned char)text[i];

		if (byte < 0)
			return error_set(err, ERROR_USAGE, "'%.40s': hexadecimal digits in pairs",
					 text);
		bytes[layout->text->offset + i] = (uint8_t)byte;
	}
	if (!said)
		return 0;
	return layout_write(&said->layout, (double)(said_without_text(layout) + length),
			    bytes + said->offset, err);
}

/* Fixed bytes and numbers. */
static int write_parts(const struct frame_layout *layout, const double *fields, uint8_t *bytes,
		       size_t size, struct error *err)
{
	size_t field = 0;

	for (size_t i = 0; i < layout->count; i++) {
		const struct part *part = &layout->parts[i];
		uint8_t *at = bytes + frame_place_of(layout, part, size);

		if (part->kind == PART_FIXED)
			*at = part->fixed;
		for (size_t n = 0; n < part->repeats; n++, field++)
			if (layout_write(&part->layout, fields[field], at + n * part->layout.size,
					 err) < 0)
				return error_context(err, "number %zu of the frame", field);
	}
	return 0;
}

int frame_encode_text(const struct frame_layout *layout, const double *fields, size_t count,
		      const char *text, uint8_t *bytes, size_t *size, struct error *err)
{
	uint8_t whole[FRAME_MOST];

	if (count != layout->fields)
		return error_set(err, ERROR_USAGE, "the frame carries %zu numbers, %zu were given",
				 layout->fields, count);
	if (write_text(layout, text ? text : "", whole, size, err) < 0 ||
	    write_parts(layout, fields, whole, *size, err) < 0)
		return -1;

	for (size_t i = 0; i < layout->count; i++)
		if (layout->parts[i].kind == PART_CHECK)
			check_write(layout, &layout->parts[i], whole, *size);
	memcpy(bytes, whole, *size);
	return 0;
}

int frame_encode(const struct frame_layout *layout, const double *fields, size_t count,
		 uint8_t *bytes, struct error *err)
{
	size_t size;

	return frame_encode_text(layout, fields, count, NULL, bytes, &size, err);
}

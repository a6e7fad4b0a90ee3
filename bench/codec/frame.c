/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of a fixed size.
 *
 * A layout is parsed once into parts that each cover a run of bytes: a fixed byte, a row of numbers
 * that lie alike, a gap or a check. Parts follow each other without holes, so the size is the sum of theirs. A check
 * covers a range of bytes inside the frame and never its own; ranges are tested when the layout is
 * complete, because they may reach behind the check.
 *
 * Encoding fills the bytes first and the checks last, in their order, so that a check may cover an
 * earlier one.
 *
 * Not done here: byte stuffing and frames whose length depends on what they say. Such an instrument
 * brings its own framing.
 */
#include "codec/frame.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/crc.h"
#include "codec/hex.h"
#include "codec/layout.h"

enum part_kind { PART_FIXED = 1, PART_NUMBER, PART_GAP, PART_CHECK };

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
	struct layout layout; /* PART_NUMBER, `repeats` of them */
	size_t repeats;
	const struct check *check; /* PART_CHECK, over bytes first to last */
	size_t first, last;
};

struct frame_layout {
	struct part *parts;
	size_t count;
	size_t size;
	size_t fields;
};

static uint16_t sum_8(const uint8_t *data, size_t size)
{
	return crc_sum8(data, size);
}

static uint16_t sum_negated_8(const uint8_t *data, size_t size)
{
	return crc_negated_sum8(data, size);
}

static uint16_t sum_ccitt(const uint8_t *data, size_t size)
{
	return crc_ccitt(data, size, 0xFFFF);
}

static const struct check CHECKS[] = {
	{"sum8", sum_8, {LAYOUT_UNSIGNED, LAYOUT_BIG, 1}},
	{"neg8", sum_negated_8, {LAYOUT_UNSIGNED, LAYOUT_BIG, 1}},
	{"sum16be", crc_sum16, {LAYOUT_UNSIGNED, LAYOUT_BIG, 2}},
	{"modbusle", crc_modbus, {LAYOUT_UNSIGNED, LAYOUT_LITTLE, 2}},
	{"modbusbe", crc_modbus, {LAYOUT_UNSIGNED, LAYOUT_BIG, 2}},
	{"ccittbe", sum_ccitt, {LAYOUT_UNSIGNED, LAYOUT_BIG, 2}},
};

static const struct check *check_find(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++)
		if (strlen(CHECKS[i].name) == length && !strncmp(CHECKS[i].name, name, length))
			return &CHECKS[i];
	return NULL;
}

/* "check:neg8[1..7]" */
static int parse_check(struct part *part, const char *item, struct error *err)
{
	const char *name = item + strlen("check:");
	size_t length = strcspn(name, "[");
	int end = 0;

	part->kind = PART_CHECK;
	part->check = check_find(name, length);
	if (!part->check)
		return error_set(
			err, ERROR_USAGE,
			"'%s': no such check; known are sum8 neg8 sum16be modbusle modbusbe "
			"ccittbe",
			item);

	if (sscanf(name + length, "[%3zu..%3zu]%n", &part->first, &part->last, &end) != 2 ||
	    end == 0 || name[length + end] || part->first > part->last)
		return error_set(err, ERROR_USAGE,
				 "'%s': a check needs its bytes, first and last, as "
				 "check:neg8[1..7]",
				 item);
	part->size = part->check->layout.size;
	return 0;
}

/* "skip[3]" */
static int parse_gap(struct part *part, const char *item, struct error *err)
{
	int end = 0;

	part->kind = PART_GAP;
	if (sscanf(item, "skip[%3zu]%n", &part->size, &end) != 1 || end == 0 || item[end] ||
	    part->size < 1 || part->size > FRAME_MOST)
		return error_set(err, ERROR_USAGE,
				 "'%s': a gap is written with its bytes, as skip[3]", item);
	return 0;
}

/* "u16", or "i16*100" */
static int parse_number(struct part *part, const char *item, struct error *err)
{
	const char *star = strchr(item, '*');
	int end = 0;

	part->kind = PART_NUMBER;
	part->repeats = 1;
	if (star && (sscanf(star, "*%3zu%n", &part->repeats, &end) != 1 || end == 0 || star[end] ||
		     part->repeats < 1 || part->repeats > FRAME_MOST))
		return error_set(err, ERROR_USAGE,
				 "'%s': numbers in a row are written with how many, as i16*100",
				 item);

	char *form = xprintf("%.*s", star ? (int)(star - item) : (int)strlen(item), item);
	int result = layout_parse(&part->layout, form, err);

	free(form);
	if (result < 0)
		return -1;
	if (part->layout.kind == LAYOUT_STRING)
		return error_set(err, ERROR_USAGE, "'%s': a frame carries numbers, not texts",
				 item);
	part->size = part->layout.size * part->repeats;
	return 0;
}

static int parse_item(struct part *part, const char *item, struct error *err)
{
	if (isxdigit((unsigned char)item[0]) && isxdigit((unsigned char)item[1]) && !item[2]) {
		part->kind = PART_FIXED;
		part->size = 1;
		part->fixed = (uint8_t)strtoul(item, NULL, 16);
		return 0;
	}
	if (!strncmp(item, "check:", strlen("check:")))
		return parse_check(part, item, err);
	if (!strncmp(item, "skip", strlen("skip")))
		return parse_gap(part, item, err);
	return parse_number(part, item, err);
}

static int layout_add(struct frame_layout *layout, const char *item, struct error *err)
{
	struct part part = {.offset = layout->size};

	if (parse_item(&part, item, err) < 0)
		return -1;
	if (layout->size + part.size > FRAME_MOST)
		return error_set(err, ERROR_USAGE, "a frame has at most %d bytes", FRAME_MOST);
	layout->fields += part.repeats;
	if (layout->fields > FRAME_FIELDS)
		return error_set(err, ERROR_USAGE, "a frame has at most %d numbers", FRAME_FIELDS);

	layout->parts = xrealloc(layout->parts, (layout->count + 1) * sizeof(part));
	layout->parts[layout->count++] = part;
	layout->size += part.size;
	return 0;
}

static int check_ranges(const struct frame_layout *layout, struct error *err)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct part *part = &layout->parts[i];

		if (part->kind != PART_CHECK)
			continue;
		if (part->last >= layout->size)
			return error_set(err, ERROR_USAGE,
					 "check:%s[%zu..%zu] reaches beyond the frame, whose last "
					 "byte is %zu",
					 part->check->name, part->first, part->last,
					 layout->size - 1);
		if (part->last >= part->offset && part->first < part->offset + part->size)
			return error_set(err, ERROR_USAGE,
					 "check:%s[%zu..%zu] covers itself: it stands at byte %zu",
					 part->check->name, part->first, part->last, part->offset);
		for (size_t later = i + 1; later < layout->count; later++) {
			const struct part *other = &layout->parts[later];

			if (other->kind == PART_CHECK && part->last >= other->offset &&
			    part->first < other->offset + other->size)
				return error_set(err, ERROR_USAGE,
						 "check:%s[%zu..%zu] covers the check at byte %zu, "
						 "which stands behind it and is computed later",
						 part->check->name, part->first, part->last,
						 other->offset);
		}
	}
	return 0;
}

static int layout_fill(struct frame_layout *layout, char *text, struct error *err)
{
	char *rest;

	for (char *item = strtok_r(text, " ", &rest); item; item = strtok_r(NULL, " ", &rest))
		if (layout_add(layout, item, err) < 0)
			return -1;
	if (layout->size == 0)
		return error_set(err, ERROR_USAGE, "a frame needs at least one byte");
	return check_ranges(layout, err);
}

struct frame_layout *frame_layout_new(const char *text, struct error *err)
{
	struct frame_layout *layout = xcalloc(1, sizeof(*layout));
	char *copy = xstrdup(text);
	int result = layout_fill(layout, copy, err);

	free(copy);
	if (result < 0) {
		error_context(err, "frame '%s'", text);
		frame_layout_free(layout);
		return NULL;
	}
	return layout;
}

void frame_layout_free(struct frame_layout *layout)
{
	if (!layout)
		return;
	free(layout->parts);
	free(layout);
}

size_t frame_layout_size(const struct frame_layout *layout)
{
	return layout->size;
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

static void check_write(const struct part *part, uint8_t *bytes)
{
	uint16_t sum = part->check->sum(bytes + part->first, part->last - part->first + 1);
	struct error never;

	layout_write(&part->check->layout, sum, bytes + part->offset, &never);
}

/* The check's bytes as the frame's others give them. */
static bool check_is_right(const struct part *part, const uint8_t *bytes)
{
	uint16_t sum = part->check->sum(bytes + part->first, part->last - part->first + 1);
	uint8_t want[sizeof(sum)];
	struct error never;

	layout_write(&part->check->layout, sum, want, &never);
	return !memcmp(want, bytes + part->offset, part->size);
}

int frame_match(const struct frame_layout *layout, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct part *part = &layout->parts[i];

		if (part->kind == PART_FIXED && part->offset < size &&
		    bytes[part->offset] != part->fixed)
			return -1;
		if (part->kind == PART_CHECK && layout->size <= size &&
		    !check_is_right(part, bytes))
			return -1;
	}
	return layout->size <= size;
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

static int check_verify(const struct part *part, const uint8_t *bytes, size_t size,
			struct error *err)
{
	uint8_t want[FRAME_MOST];
	char found_text[HEX_TEXT], want_text[HEX_TEXT], frame_text[HEX_TEXT];

	if (check_is_right(part, bytes))
		return 0;
	memcpy(want, bytes, size);
	check_write(part, want);
	return error_set(err, ERROR_DEVICE,
			 "the check is %s where bytes %zu to %zu give %s, in the frame %s",
			 hex_text(found_text, bytes + part->offset, part->size), part->first,
			 part->last, hex_text(want_text, want + part->offset, part->size),
			 hex_text(frame_text, bytes, size));
}

static int part_verify(const struct part *part, const uint8_t *bytes, size_t size,
		       struct error *err)
{
	char frame_text[HEX_TEXT];

	if (part->kind == PART_CHECK)
		return check_verify(part, bytes, size, err);
	if (part->kind == PART_FIXED && bytes[part->offset] != part->fixed)
		return error_set(err, ERROR_DEVICE,
				 "byte %zu is %02X where %02X was expected, in the frame %s",
				 part->offset, bytes[part->offset], part->fixed,
				 hex_text(frame_text, bytes, size));
	return 0;
}

void frame_read(const struct frame_layout *layout, const uint8_t *bytes, double *fields)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct part *part = &layout->parts[i];

		for (size_t n = 0; n < part->repeats; n++)
			*fields++ = layout_read(&part->layout,
						bytes + part->offset + n * part->layout.size);
	}
}

int frame_decode(const struct frame_layout *layout, const uint8_t *bytes, size_t size,
		 double *fields, struct error *err)
{
	char frame_text[HEX_TEXT];

	if (size != layout->size)
		return error_set(err, ERROR_DEVICE,
				 "the frame has %zu bytes where %zu were expected: %s", size,
				 layout->size, hex_text(frame_text, bytes, size));
	for (size_t i = 0; i < layout->count; i++)
		if (part_verify(&layout->parts[i], bytes, size, err) < 0)
			return -1;

	frame_read(layout, bytes, fields);
	return 0;
}

/* Everything but the checks. */
static int write_parts(const struct frame_layout *layout, const double *fields, uint8_t *bytes,
		       struct error *err)
{
	size_t field = 0;

	memset(bytes, 0, layout->size);
	for (size_t i = 0; i < layout->count; i++) {
		const struct part *part = &layout->parts[i];

		if (part->kind == PART_FIXED)
			bytes[part->offset] = part->fixed;
		for (size_t n = 0; n < part->repeats; n++, field++)
			if (layout_write(&part->layout, fields[field],
					 bytes + part->offset + n * part->layout.size, err) < 0)
				return error_context(err, "number %zu of the frame", field);
	}
	return 0;
}

int frame_encode(const struct frame_layout *layout, const double *fields, size_t count,
		 uint8_t *bytes, struct error *err)
{
	uint8_t whole[FRAME_MOST];

	if (count != layout->fields)
		return error_set(err, ERROR_USAGE, "the frame carries %zu numbers, %zu were given",
				 layout->fields, count);
	if (write_parts(layout, fields, whole, err) < 0)
		return -1;

	for (size_t i = 0; i < layout->count; i++)
		if (layout->parts[i].kind == PART_CHECK)
			check_write(&layout->parts[i], whole);
	memcpy(bytes, whole, layout->size);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layouts of frames, parsed once into parts that each cover a run of bytes: a fixed byte, a row of numbers
 * that lie alike, a gap, a check, a size. Parts follow each other without holes, so the size is the sum of
 * theirs. A check covers a range of bytes inside the frame and never its own; ranges are tested when the
 * layout is complete, because they may reach behind the check.
 *
 * The one text of a frame has no bytes in its layout. Places from the front name what lies before it, places
 * from the end what lies behind, and so whether two overlap does not depend on how long the text is.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/crc.h"
#include "codec/frame_parts.h"

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

/* "[1..7]" or "[5..-3]" */
static int parse_range(struct part *part, const char *text)
{
	int end = 0;

	if (sscanf(text, "[%3d..%4d]%n", &part->first, &part->last, &end) != 2 || end == 0 ||
	    text[end] || part->first < 0 || (part->last >= 0 && part->first > part->last))
		return -1;
	return 0;
}

/* "check:neg8[1..7]" */
static int parse_check(struct part *part, const char *item, struct error *err)
{
	const char *name = item + strlen("check:");
	size_t length = strcspn(name, "[");

	part->kind = PART_CHECK;
	part->check = check_find(name, length);
	if (!part->check)
		return error_set(
			err, ERROR_USAGE,
			"'%s': no such check; known are sum8 neg8 sum16be modbusle modbusbe "
			"ccittbe",
			item);

	if (parse_range(part, name + length) < 0)
		return error_set(err, ERROR_USAGE,
				 "'%s': a check needs its bytes, first and last, as "
				 "check:neg8[1..7]",
				 item);
	part->size = part->check->layout.size;
	return 0;
}

/* "size:u16[5..-3]" */
static int parse_size(struct part *part, const char *item, struct error *err)
{
	const char *name = item + strlen("size:");
	size_t length = strcspn(name, "[");
	char *form = xprintf("%.*s", (int)length, name);
	int result = layout_parse(&part->layout, form, err);

	free(form);
	part->kind = PART_SIZE;
	part->size = part->layout.size;
	if (result < 0)
		return -1;
	if (part->layout.kind != LAYOUT_UNSIGNED || parse_range(part, name + length) < 0)
		return error_set(err, ERROR_USAGE,
				 "'%s': a size is an unsigned number of bytes, first and last, as "
				 "size:u16[5..-3]",
				 item);
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
	if (!strncmp(item, "size:", strlen("size:")))
		return parse_size(part, item, err);
	if (!strncmp(item, "skip", strlen("skip")))
		return parse_gap(part, item, err);
	if (!strcmp(item, "hex") || !strcmp(item, "text")) {
		part->kind = item[0] == 'h' ? PART_HEX : PART_TEXT;
		return 0;
	}
	return parse_number(part, item, err);
}

static bool is_text(const struct part *part)
{
	return part->kind == PART_HEX || part->kind == PART_TEXT;
}

static int layout_add(struct frame_layout *layout, const char *item, struct error *err)
{
	struct part part = {.offset = layout->size};

	if (parse_item(&part, item, err) < 0)
		return -1;
	for (size_t i = 0; i < layout->count; i++)
		part.behind = part.behind || is_text(&layout->parts[i]);
	if (is_text(&part) && part.behind)
		return error_set(err, ERROR_USAGE, "a frame has one text");
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

/* Bytes that are there, named from the side of the text on which they lie. */
static int check_reach(const struct frame_layout *layout, const struct part *part,
		       struct error *err)
{
	int size = (int)layout->size, text = layout->text ? (int)layout->text->offset : size;
	int first = part->first, last = part->last < 0 ? size + part->last : part->last;

	bool crosses = layout->text && (part->last >= 0 ? part->last >= text : last < text - 1);

	/* where the text has no bytes, a range that is all text has none either */
	if (crosses || last < first - (layout->text != NULL) || first > text || last >= size)
		return error_set(err, ERROR_USAGE,
				 "[%d..%d] reaches beyond the frame, whose last byte is %zu%s",
				 part->first, part->last, layout->size - 1,
				 layout->text ? ", or names a byte behind its text from the front"
					      : "");
	return 0;
}

static bool covers(const struct frame_layout *layout, const struct part *part,
		   const struct part *other)
{
	size_t last = frame_byte_of(part->last, layout->size);

	return last + 1 > other->offset && (size_t)part->first < other->offset + other->size;
}

static int check_range(const struct frame_layout *layout, size_t index, struct error *err)
{
	const struct part *part = &layout->parts[index];

	if (check_reach(layout, part, err) < 0)
		return -1;
	if (part->kind == PART_SIZE)
		return 0;
	if (covers(layout, part, part))
		return error_set(err, ERROR_USAGE,
				 "check:%s[%d..%d] covers itself: it stands at byte %zu",
				 part->check->name, part->first, part->last, part->offset);
	for (size_t later = index + 1; later < layout->count; later++) {
		const struct part *other = &layout->parts[later];

		if (other->kind == PART_CHECK && covers(layout, part, other))
			return error_set(err, ERROR_USAGE,
					 "check:%s[%d..%d] covers the check at byte %zu, "
					 "which stands behind it and is computed later",
					 part->check->name, part->first, part->last, other->offset);
	}
	return 0;
}

/* A text needs a size before it that counts it, and a size a text. */
static int check_text(struct frame_layout *layout, struct error *err)
{
	for (size_t i = 0; i < layout->count; i++) {
		struct part *part = &layout->parts[i];

		if (is_text(part))
			layout->text = part;
		if (part->kind != PART_SIZE)
			continue;
		if (layout->said || part->behind)
			return error_set(err, ERROR_USAGE,
					 "a frame says its size once, before its text");
		layout->said = part;
	}
	if (!layout->text != !layout->said)
		return error_set(err, ERROR_USAGE,
				 "a text, hex or text, and how long it is, as size:u16[5..-3], "
				 "belong together");
	if (layout->said && layout->said->last >= 0)
		return error_set(err, ERROR_USAGE,
				 "a size counts to a byte behind the text, as size:u16[5..-3]");
	return 0;
}

static int check_ranges(struct frame_layout *layout, struct error *err)
{
	if (check_text(layout, err) < 0)
		return -1;
	for (size_t i = 0; i < layout->count; i++) {
		enum part_kind kind = layout->parts[i].kind;

		if ((kind == PART_CHECK || kind == PART_SIZE) && check_range(layout, i, err) < 0)
			return -1;
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

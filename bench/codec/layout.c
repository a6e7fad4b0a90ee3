/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in bytes.
 *
 * Every order is a map from significance to place: the byte of significance 0 (the highest) stands
 * first when big-endian, last when little-endian, third when the words are swapped. Reading and
 * writing go through that one map, so that they cannot disagree.
 *
 * Numbers are doubles: 32 bits of integer and IEEE single precision both fit exactly. 64-bit
 * integers do not and are not offered.
 */
#include "codec/layout.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "codec/hex.h"

enum { STRING_MOST = 250 }; /* what one Modbus reply can carry */

static const struct {
	const char *name;
	struct layout layout;
} PLAIN[] = {
	{"u8", {LAYOUT_UNSIGNED, LAYOUT_BIG, 1}},  {"i8", {LAYOUT_SIGNED, LAYOUT_BIG, 1}},
	{"u16", {LAYOUT_UNSIGNED, LAYOUT_BIG, 2}}, {"i16", {LAYOUT_SIGNED, LAYOUT_BIG, 2}},
	{"u32", {LAYOUT_UNSIGNED, LAYOUT_BIG, 4}}, {"i32", {LAYOUT_SIGNED, LAYOUT_BIG, 4}},
	{"f32", {LAYOUT_FLOAT, LAYOUT_BIG, 4}},	   {"flags", {LAYOUT_FLAGS, LAYOUT_BIG, 2}},
};

static int unknown_layout(const char *text, struct error *err)
{
	return error_set(err, ERROR_USAGE,
			 "'%s' is no layout of a number; known are u8 i8 u16 i16 u32 i32 f32 "
			 "(with le or ws behind), flags and string[N]",
			 text);
}

static int parse_string(struct layout *layout, const char *text, struct error *err)
{
	char *end;
	unsigned long size = strtoul(text + strlen("string["), &end, 10);

	if (strcmp(end, "]") != 0 || size < 1 || size > STRING_MOST)
		return error_set(err, ERROR_USAGE, "'%s': a string has 1 to %d bytes, as string[8]",
				 text, STRING_MOST);
	*layout = (struct layout){LAYOUT_STRING, LAYOUT_BIG, size};
	return 0;
}

/* What stands behind the plain name: the order. One byte has none, only four bytes have words. */
static int parse_order(struct layout *layout, const char *suffix)
{
	if (!*suffix)
		return 0;
	if (layout->kind == LAYOUT_FLAGS)
		return -1;

	if (!strcmp(suffix, "le") && layout->size > 1)
		layout->order = LAYOUT_LITTLE;
	else if (!strcmp(suffix, "ws") && layout->size == 4)
		layout->order = LAYOUT_WORDS_SWAPPED;
	else
		return -1;
	return 0;
}

int layout_parse(struct layout *layout, const char *text, struct error *err)
{
	if (!strncmp(text, "string[", strlen("string[")))
		return parse_string(layout, text, err);

	for (size_t i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++) {
		size_t length = strlen(PLAIN[i].name);

		if (strncmp(text, PLAIN[i].name, length) != 0)
			continue;
		struct layout found = PLAIN[i].layout;
		if (parse_order(&found, text + length) < 0)
			break;
		*layout = found;
		return 0;
	}
	return unknown_layout(text, err);
}

/* Where the byte of this significance stands; 0 is the most significant. */
static size_t place_of(const struct layout *layout, size_t significance)
{
	switch (layout->order) {
	case LAYOUT_LITTLE:
		return layout->size - 1 - significance;
	case LAYOUT_WORDS_SWAPPED:
		return significance ^ 2;
	default:
		return significance;
	}
}

static float float_of_bits(uint32_t bits)
{
	float number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

static uint32_t bits_of_float(float number)
{
	uint32_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

double layout_read(const struct layout *layout, const uint8_t *bytes)
{
	uint32_t bits = 0;

	assert(layout->kind != LAYOUT_STRING);
	for (size_t i = 0; i < layout->size; i++)
		bits = bits << 8 | bytes[place_of(layout, i)];

	if (layout->kind == LAYOUT_FLOAT)
		return float_of_bits(bits);
	if (layout->kind == LAYOUT_SIGNED && bits >> (8 * layout->size - 1))
		return (double)bits - ldexp(1, 8 * (int)layout->size);
	return bits;
}

static int write_float(double number, uint32_t *bits, struct error *err)
{
	if (isfinite(number) && fabs(number) > FLT_MAX)
		return error_set(err, ERROR_USAGE, "%g does not fit into 32 bits of float", number);
	*bits = bits_of_float((float)number);
	return 0;
}

static int write_integer(const struct layout *layout, double number, uint32_t *bits,
			 struct error *err)
{
	int width = 8 * (int)layout->size;
	bool has_sign = layout->kind == LAYOUT_SIGNED;
	double lowest = has_sign ? -ldexp(1, width - 1) : 0;
	double highest = ldexp(1, has_sign ? width - 1 : width) - 1;
	double rounded = round(number);

	if (!(rounded >= lowest && rounded <= highest))
		return error_set(err, ERROR_USAGE,
				 "%.10g does not fit into %d bits, which hold %.0f to %.0f", number,
				 width, lowest, highest);
	*bits = (uint32_t)(int64_t)rounded;
	return 0;
}

int layout_write(const struct layout *layout, double number, uint8_t *bytes, struct error *err)
{
	uint32_t bits = 0;

	assert(layout->kind != LAYOUT_STRING);
	if (layout->kind == LAYOUT_FLOAT ? write_float(number, &bits, err) < 0
					 : write_integer(layout, number, &bits, err) < 0)
		return -1;

	for (size_t i = 0; i < layout->size; i++)
		bytes[place_of(layout, i)] = (uint8_t)(bits >> (8 * (layout->size - 1 - i)));
	return 0;
}

void layout_read_string(const struct layout *layout, const uint8_t *bytes, char *text)
{
	size_t size = layout->size;

	while (size > 0 && (bytes[size - 1] == '\0' || bytes[size - 1] == ' '))
		size--;

	for (size_t i = 0; i < size; i++)
		text[i] = hex_printable(bytes[i]);
	text[size] = '\0';
}

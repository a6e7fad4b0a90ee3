/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON by jansson on the way in, written directly on the way out: journal lines are written far
 * more often than files are read, and a second tree per line would only be copied and dropped.
 *
 * What is written reads back as the same tree, except for what JSON cannot say: NaN and infinities
 * become null, and a byte that is not part of a UTF-8 character becomes U+FFFD. An integer never
 * comes back as a real nor a real as an integer: a real always has a point or an exponent.
 *
 * Comments, trailing commas and duplicate keys are refused. Numbers that do not fit are errors, not
 * approximations.
 */
#include "base/json.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static struct value *value_from(const json_t *json);

static struct value *list_from(const json_t *json)
{
	struct value *list = value_list();

	for (size_t i = 0; i < json_array_size(json); i++)
		value_add(list, value_from(json_array_get(json, i)));
	return list;
}

/* Keys were found to be unique: setting each would compare it with all before, for minutes in a long line. */
static struct value *map_from(const json_t *json)
{
	struct value *map = value_map();
	const char *key;
	json_t *child;

	json_object_foreach((json_t *)json, key, child) value_set_new(map, key, value_from(child));
	return map;
}

static struct value *value_from(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return map_from(json);
	case JSON_ARRAY:
		return list_from(json);
	case JSON_STRING:
		return value_bytes(json_string_value(json), json_string_length(json));
	case JSON_INTEGER:
		return value_int(json_integer_value(json));
	case JSON_REAL:
		return value_real(json_real_value(json));
	case JSON_TRUE:
	case JSON_FALSE:
		return value_bool(json_is_true(json));
	case JSON_NULL:
		break;
	}
	return value_nil();
}

static struct value *parse(const char *text, size_t size, size_t more_rules, const char *where,
			   struct error *err)
{
	const size_t rules = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL | more_rules;
	json_error_t why;
	json_t *json = json_loadb(text, size, rules, &why);

	if (!json) {
		if (why.line < 1)
			error_set(err, ERROR_USAGE, "%s: not JSON: %s", where, why.text);
		else
			error_set(err, ERROR_USAGE, "%s:%d:%d: not JSON: %s", where, why.line,
				  why.column, why.text);
		return NULL;
	}

	struct value *value = value_from(json);

	json_decref(json);
	return value;
}

struct value *json_parse(const char *text, size_t size, const char *where, struct error *err)
{
	return parse(text, size, 0, where, err);
}

struct value *json_parse_reals(const char *text, size_t size, const char *where, struct error *err)
{
	return parse(text, size, JSON_DECODE_INT_AS_REAL, where, err);
}

static void write_escaped(struct buf *out, unsigned char byte)
{
	static const char LETTERS[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *pair = LETTERS; *pair; pair += 2)
		if ((unsigned char)pair[0] == byte) {
			buf_add_byte(out, '\\');
			buf_add_byte(out, (uint8_t)pair[1]);
			return;
		}
	buf_printf(out, "\\u%04x", byte);
}

/* Runs of plain text go out in one piece; only what needs a change interrupts them. */
static void write_text(struct buf *out, const char *text, size_t size)
{
	const unsigned char *from = (const unsigned char *)text, *end = from + size;

	buf_add_byte(out, '"');
	for (const unsigned char *at = from; at < end;) {
		size_t step = utf8_character_size(at, (size_t)(end - at));

		if (step && *at >= ' ' && *at != '"' && *at != '\\') {
			at += step;
			if (at == end)
				buf_add(out, from, (size_t)(at - from));
			continue;
		}
		buf_add(out, from, (size_t)(at - from));
		if (step)
			write_escaped(out, *at);
		else
			buf_add_text(out, "\xef\xbf\xbd");
		from = ++at;
	}
	buf_add_byte(out, '"');
}

/* Below this a whole number is written with all its digits, and no more than fifteen. */
#define WHOLE_MOST 1e15

static bool is_short_whole(double real)
{
	return fabs(real) < WHOLE_MOST && real == trunc(real) && !(real == 0 && signbit(real));
}

/* Fifteen digits always survive a double, except among the subnormals, which have fewer to give. */
static void write_real(struct buf *out, double real)
{
	char digits[40];

	if (!isfinite(real)) {
		buf_add_text(out, "null");
		return;
	}
	if (is_short_whole(real)) {
		buf_printf(out, "%lld.0", (long long)real);
		return;
	}
	for (int precision = fpclassify(real) == FP_SUBNORMAL ? 1 : 15; precision <= 17;
	     precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, real);
		if (strtod(digits, NULL) == real)
			break;
	}
	buf_add_text(out, digits);
	if (!strpbrk(digits, ".e"))
		buf_add_text(out, ".0");
}

static void write_list(struct buf *out, const struct value *list)
{
	buf_add_byte(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_add_byte(out, ',');
		json_write(out, list->items[i]);
	}
	buf_add_byte(out, ']');
}

static void write_map(struct buf *out, const struct value *map)
{
	buf_add_byte(out, '{');
	for (size_t i = 0; i < map->count; i++) {
		if (i)
			buf_add_byte(out, ',');
		write_text(out, map->keys[i], strlen(map->keys[i]));
		buf_add_byte(out, ':');
		json_write(out, map->items[i]);
	}
	buf_add_byte(out, '}');
}

void json_write(struct buf *out, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NIL:
		buf_add_text(out, "null");
		break;
	case VALUE_BOOL:
		buf_add_text(out, value->truth ? "true" : "false");
		break;
	case VALUE_INT:
		buf_printf(out, "%lld", (long long)value->integer);
		break;
	case VALUE_REAL:
		write_real(out, value->real);
		break;
	case VALUE_TEXT:
		write_text(out, value->text, value->size);
		break;
	case VALUE_LIST:
		write_list(out, value);
		break;
	case VALUE_MAP:
		write_map(out, value);
		break;
	}
}

void json_print(FILE *out, const struct value *value)
{
	struct buf text;

	buf_init(&text);
	json_write(&text, value);
	fprintf(out, "%s\n", text.data);
	buf_done(&text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree of plain data. Maps are two parallel arrays in the order of setting, and look-up walks the
 * keys: maps here have a handful of keys, and the order is part of what is hashed.
 *
 * Invariants: a child has exactly one parent; keys of a map are unique; a text lies behind its node, in
 * one piece of memory with it, and has its NUL behind `size` bytes. The tree knows nothing of JSON or of
 * the wire.
 */
#include "base/value.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static struct value *value_new(enum value_kind kind)
{
	struct value *value = xcalloc(1, sizeof(*value));

	value->kind = kind;
	return value;
}

struct value *value_nil(void)
{
	return value_new(VALUE_NIL);
}

struct value *value_bool(bool truth)
{
	struct value *value = value_new(VALUE_BOOL);

	value->truth = truth;
	return value;
}

struct value *value_int(int64_t integer)
{
	struct value *value = value_new(VALUE_INT);

	value->integer = integer;
	return value;
}

struct value *value_real(double real)
{
	struct value *value = value_new(VALUE_REAL);

	value->real = real;
	return value;
}

struct value *value_text(const char *text)
{
	return value_bytes(text, strlen(text));
}

/* Room for a text and the NUL behind it. */
static struct value *text_new(size_t size)
{
	struct value *value = xcalloc(1, sizeof(*value) + size + 1);

	value->kind = VALUE_TEXT;
	value->text = (char *)(value + 1);
	value->size = size;
	return value;
}

struct value *value_bytes(const void *data, size_t size)
{
	struct value *value = text_new(size);

	if (size)
		memcpy(value->text, data, size);
	return value;
}

struct value *value_printf(const char *format, ...)
{
	va_list arguments, again;
	struct value *value;

	va_start(arguments, format);
	va_copy(again, arguments);
	value = text_new((size_t)vsnprintf(NULL, 0, format, arguments));
	vsnprintf(value->text, value->size + 1, format, again);
	va_end(again);
	va_end(arguments);
	return value;
}

struct value *value_list(void)
{
	return value_new(VALUE_LIST);
}

struct value *value_map(void)
{
	return value_new(VALUE_MAP);
}

static bool value_holds_others(const struct value *value)
{
	return value && (value->kind == VALUE_LIST || value->kind == VALUE_MAP);
}

struct value *value_copy(const struct value *value)
{
	if (!value)
		return NULL;
	if (value->kind == VALUE_TEXT)
		return value_bytes(value->text, value->size);

	struct value *copy = value_new(value->kind);

	if (!value_holds_others(value)) {
		*copy = *value;
		return copy;
	}
	copy->count = copy->room = value->count;
	copy->items = xcalloc(value->count, sizeof(*copy->items));
	if (value->kind == VALUE_MAP)
		copy->keys = xcalloc(value->count, sizeof(*copy->keys));
	for (size_t i = 0; i < value->count; i++) {
		copy->items[i] = value_copy(value->items[i]);
		if (copy->keys)
			copy->keys[i] = xstrdup(value->keys[i]);
	}
	return copy;
}

void value_free(struct value *value)
{
	if (!value)
		return;
	if (value_holds_others(value)) {
		for (size_t i = 0; i < value->count; i++) {
			value_free(value->items[i]);
			if (value->keys)
				free(value->keys[i]);
		}
		free(value->items);
		free(value->keys);
	}
	free(value);
}

static bool value_same_children(const struct value *a, const struct value *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (a->kind == VALUE_MAP && strcmp(a->keys[i], b->keys[i]) != 0)
			return false;
		if (!value_same(a->items[i], b->items[i]))
			return false;
	}
	return true;
}

/* Bit for bit, so that a NaN is the same as itself and -0.0 is not 0.0. */
static bool same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

bool value_same(const struct value *a, const struct value *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NIL:
		return true;
	case VALUE_BOOL:
		return a->truth == b->truth;
	case VALUE_INT:
		return a->integer == b->integer;
	case VALUE_REAL:
		return same_bits(a->real, b->real);
	case VALUE_TEXT:
		return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
	case VALUE_LIST:
	case VALUE_MAP:
		break;
	}
	return value_same_children(a, b);
}

static void value_make_room(struct value *value)
{
	if (value->count < value->room)
		return;
	value->room = value->room ? value->room * 2 : 4;
	value->items = xrealloc(value->items, value->room * sizeof(*value->items));
	if (value->kind == VALUE_MAP)
		value->keys = xrealloc(value->keys, value->room * sizeof(*value->keys));
}

struct value *value_add(struct value *list, struct value *child)
{
	assert(list->kind == VALUE_LIST);
	value_make_room(list);
	list->items[list->count++] = child;
	return child;
}

/* Where `key` stands in the map, or its count. */
static size_t value_find(const struct value *map, const char *key)
{
	size_t place = 0;

	while (place < map->count && strcmp(map->keys[place], key) != 0)
		place++;
	return place;
}

struct value *value_set_new(struct value *map, const char *key, struct value *child)
{
	assert(map->kind == VALUE_MAP);
	value_make_room(map);
	map->keys[map->count] = xstrdup(key);
	map->items[map->count++] = child;
	return child;
}

struct value *value_set(struct value *map, const char *key, struct value *child)
{
	assert(map->kind == VALUE_MAP);

	size_t place = value_find(map, key);

	if (place == map->count)
		return value_set_new(map, key, child);
	value_free(map->items[place]);
	map->items[place] = child;
	return child;
}

void value_set_text(struct value *map, const char *key, const char *text)
{
	if (text)
		value_set(map, key, value_text(text));
}

void value_set_int(struct value *map, const char *key, int64_t integer)
{
	value_set(map, key, value_int(integer));
}

void value_set_real(struct value *map, const char *key, double real)
{
	value_set(map, key, value_real(real));
}

void value_set_bool(struct value *map, const char *key, bool truth)
{
	value_set(map, key, value_bool(truth));
}

size_t value_count(const struct value *value)
{
	return value_holds_others(value) ? value->count : 0;
}

const struct value *value_at(const struct value *value, size_t index)
{
	return index < value_count(value) ? value->items[index] : NULL;
}

const char *value_key(const struct value *map, size_t index)
{
	return index < value_count(map) && map->kind == VALUE_MAP ? map->keys[index] : NULL;
}

const struct value *value_get(const struct value *map, const char *key)
{
	if (!map || map->kind != VALUE_MAP)
		return NULL;
	return value_at(map, value_find(map, key));
}

const char *value_get_text(const struct value *map, const char *key)
{
	const struct value *found = value_get(map, key);

	return found && found->kind == VALUE_TEXT ? found->text : NULL;
}

int64_t value_get_int(const struct value *map, const char *key, int64_t otherwise)
{
	const struct value *found = value_get(map, key);

	return found && found->kind == VALUE_INT ? found->integer : otherwise;
}

double value_get_real(const struct value *map, const char *key, double otherwise)
{
	const struct value *found = value_get(map, key);

	if (found && found->kind == VALUE_INT)
		return (double)found->integer;
	return found && found->kind == VALUE_REAL ? found->real : otherwise;
}

bool value_get_bool(const struct value *map, const char *key)
{
	const struct value *found = value_get(map, key);

	return found && found->kind == VALUE_BOOL && found->truth;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Value trees as bytes. A node is its tag (the number of its kind) and what the kind needs:
 *
 *   1 nil                        5 text   size u32, bytes
 *   2 bool   one byte, 0 or 1    6 list   count u32, nodes
 *   3 int    i64                 7 map    count u32, then per entry: key size u32, key, node
 *   4 real   IEEE 754 bits
 *
 * Every tree has one encoding and every accepted encoding is the one of its tree: a bool is 0 or 1,
 * keys are unique and hold no NUL, nothing follows the root. So bytes may be compared instead of
 * trees.
 *
 * The decoder reads what a hostile process sent. Before it allocates, it has checked that the bytes
 * left could hold what is announced; a map's keys are compared by sorting, because comparing each
 * with each would let one packet keep the controller busy for a good part of a second.
 *
 * Text is any bytes here; whether it is UTF-8 is for those who show it.
 */
#include "wire/binary.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/little_endian.h"

enum { DEPTH_MOST = 32, NODES_MOST = 65536, KEYS_COMPARED_EACH = 12 };

struct reader {
	const uint8_t *bytes;
	size_t size, offset;
	size_t nodes; /* seen so far */
	struct error *err;
};

static void add_number(struct buf *out, size_t size, uint64_t number)
{
	uint8_t bytes[8];

	little_put(bytes, size, number);
	buf_add(out, bytes, size);
}

static void add_sized(struct buf *out, const char *text, size_t size)
{
	add_number(out, 4, size);
	buf_add(out, text, size);
}

static uint64_t real_bits(double real)
{
	uint64_t bits;

	memcpy(&bits, &real, sizeof(bits));
	return bits;
}

static void add_children(struct buf *out, const struct value *parent)
{
	add_number(out, 4, parent->count);
	for (size_t i = 0; i < parent->count; i++) {
		if (parent->kind == VALUE_MAP)
			add_sized(out, parent->keys[i], strlen(parent->keys[i]));
		binary_encode(out, parent->items[i]);
	}
}

void binary_encode(struct buf *out, const struct value *value)
{
	buf_add_byte(out, (uint8_t)value->kind);
	switch (value->kind) {
	case VALUE_NIL:
		break;
	case VALUE_BOOL:
		buf_add_byte(out, value->truth);
		break;
	case VALUE_INT:
		add_number(out, 8, (uint64_t)value->integer);
		break;
	case VALUE_REAL:
		add_number(out, 8, real_bits(value->real));
		break;
	case VALUE_TEXT:
		add_sized(out, value->text, value->size);
		break;
	case VALUE_LIST:
	case VALUE_MAP:
		add_children(out, value);
		break;
	}
}

static struct value *refuse(struct reader *reader, size_t offset, const char *why)
{
	error_set(reader->err, ERROR_DEVICE, "not a value tree: at byte %zu, %s", offset, why);
	return NULL;
}

/* The next `size` bytes, or NULL when there are not so many. */
static const uint8_t *take(struct reader *reader, size_t size)
{
	const uint8_t *bytes = reader->bytes + reader->offset;

	if (size > reader->size - reader->offset) {
		refuse(reader, reader->offset, "it is cut short");
		return NULL;
	}
	reader->offset += size;
	return bytes;
}

static int take_size(struct reader *reader, size_t *size)
{
	const uint8_t *bytes = take(reader, 4);

	if (!bytes)
		return -1;
	*size = (size_t)little_get(bytes, 4);
	return 0;
}

static const uint8_t *take_sized(struct reader *reader, size_t *size)
{
	return take_size(reader, size) < 0 ? NULL : take(reader, *size);
}

static struct value *decode_bool(struct reader *reader)
{
	const uint8_t *byte = take(reader, 1);

	if (byte && *byte > 1)
		return refuse(reader, reader->offset - 1, "a bool is neither 0 nor 1");
	return byte ? value_bool(*byte) : NULL;
}

static struct value *decode_int(struct reader *reader)
{
	const uint8_t *bytes = take(reader, 8);

	return bytes ? value_int((int64_t)little_get(bytes, 8)) : NULL;
}

static struct value *decode_real(struct reader *reader)
{
	const uint8_t *bytes = take(reader, 8);
	double real;

	if (!bytes)
		return NULL;

	uint64_t bits = little_get(bytes, 8);

	memcpy(&real, &bits, sizeof(real));
	return value_real(real);
}

static struct value *decode_text(struct reader *reader)
{
	size_t size;
	const uint8_t *bytes = take_sized(reader, &size);

	return bytes ? value_bytes(bytes, size) : NULL;
}

static char *decode_key(struct reader *reader)
{
	size_t size;
	const uint8_t *bytes = take_sized(reader, &size);

	if (bytes && memchr(bytes, 0, size)) {
		refuse(reader, reader->offset - size, "a key holds a NUL");
		return NULL;
	}
	return bytes ? xstrndup((const char *)bytes, size) : NULL;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool few_keys_unique(char *const *keys, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(keys[i], keys[j]) == 0)
				return false;
	return true;
}

static bool keys_unique(char *const *keys, size_t count)
{
	if (count <= KEYS_COMPARED_EACH)
		return few_keys_unique(keys, count);

	char **sorted = xmemdup(keys, count * sizeof(*keys));
	bool unique = true;

	qsort(sorted, count, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < count && unique; i++)
		unique = strcmp(sorted[i - 1], sorted[i]) != 0;
	free(sorted);
	return unique;
}

static struct value *decode_node(struct reader *reader, int depth);

/* The parent counts a child only when it is whole, so that a half-read tree can be freed. */
static int decode_child(struct reader *reader, struct value *parent, int depth)
{
	char *key = NULL;

	if (parent->kind == VALUE_MAP && !(key = decode_key(reader)))
		return -1;

	struct value *child = decode_node(reader, depth + 1);

	if (!child) {
		free(key);
		return -1;
	}
	if (key)
		parent->keys[parent->count] = key;
	parent->items[parent->count++] = child;
	return 0;
}

static int decode_children(struct reader *reader, struct value *parent, size_t count, int depth)
{
	size_t start = reader->offset;

	parent->room = count;
	parent->items = xcalloc(count, sizeof(*parent->items));
	if (parent->kind == VALUE_MAP)
		parent->keys = xcalloc(count, sizeof(*parent->keys));

	for (size_t i = 0; i < count; i++)
		if (decode_child(reader, parent, depth) < 0)
			return -1;

	if (parent->kind == VALUE_MAP && !keys_unique(parent->keys, count)) {
		refuse(reader, start, "a map has a key twice");
		return -1;
	}
	return 0;
}

static struct value *decode_parent(struct reader *reader, struct value *parent, int depth)
{
	size_t least = parent->kind == VALUE_MAP ? 5 : 1; /* bytes of the smallest entry */
	size_t count;

	if (take_size(reader, &count) < 0) {
		value_free(parent);
		return NULL;
	}
	if (count > (reader->size - reader->offset) / least || count > NODES_MOST - reader->nodes) {
		value_free(parent);
		return refuse(reader, reader->offset - 4,
			      "more entries are announced than can follow");
	}
	if (count && decode_children(reader, parent, count, depth) < 0) {
		value_free(parent);
		return NULL;
	}
	return parent;
}

static struct value *decode_node(struct reader *reader, int depth)
{
	const uint8_t *tag = take(reader, 1);

	if (!tag)
		return NULL;
	if (depth > DEPTH_MOST)
		return refuse(reader, reader->offset - 1, "it is nested deeper than 32");
	if (reader->nodes++ == NODES_MOST)
		return refuse(reader, reader->offset - 1, "it has more than 65536 nodes");

	switch (*tag) {
	case VALUE_NIL:
		return value_nil();
	case VALUE_BOOL:
		return decode_bool(reader);
	case VALUE_INT:
		return decode_int(reader);
	case VALUE_REAL:
		return decode_real(reader);
	case VALUE_TEXT:
		return decode_text(reader);
	case VALUE_LIST:
		return decode_parent(reader, value_list(), depth);
	case VALUE_MAP:
		return decode_parent(reader, value_map(), depth);
	}
	return refuse(reader, reader->offset - 1, "there is no such kind of node");
}

struct value *binary_decode(const uint8_t *bytes, size_t size, struct error *err)
{
	struct reader reader = {.bytes = bytes, .size = size, .err = err};
	struct value *value = decode_node(&reader, 1);

	if (value && reader.offset != size) {
		value_free(value);
		return refuse(&reader, reader.offset, "something follows the tree");
	}
	return value;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees changed for fuzzing.
 *
 * Texts are changed by libFuzzer, which knows the target's dictionary and what the program compares
 * with; numbers become those at which programs go wrong. All of it hangs on the seed alone, so that a
 * run can be done again.
 *
 * An input that is no tree is left to libFuzzer as bytes.
 */
#include "tests/fuzz/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "wire/binary.h"

enum { TEXT_MOST = 4096, COPIES_MOST = 70 };

static uint64_t state;

static uint64_t draw(uint64_t below)
{
	state += 0x9e3779b97f4a7c15u;

	uint64_t mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;

	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return (mixed ^ mixed >> 31) % below;
}

struct value *tree_read(const uint8_t *data, size_t size)
{
	struct error ignored;

	return binary_decode(data, size, &ignored);
}

/* ---- nodes of a tree, by number ---- */

static size_t count_nodes(const struct value *tree)
{
	size_t count = 1;

	for (size_t i = 0; i < value_count(tree); i++)
		count += count_nodes(value_at(tree, i));
	return count;
}

/* The place that holds node `*number`, counted from the root. */
static struct value **find_node(struct value **place, size_t *number)
{
	if ((*number)-- == 0)
		return place;
	for (size_t i = 0; i < value_count(*place); i++) {
		struct value **found = find_node(&(*place)->items[i], number);

		if (found)
			return found;
	}
	return NULL;
}

static struct value **any_node(struct value **tree)
{
	size_t number = draw(count_nodes(*tree));

	return find_node(tree, &number);
}

static void replace(struct value **place, struct value *with)
{
	value_free(*place);
	*place = with;
}

/* ---- one node ---- */

static int64_t hostile_int(int64_t near)
{
	static const int64_t HOSTILE[] = {
		0,
		1,
		-1,
		2,
		7,
		8,
		48,
		49,
		127,
		247,
		248,
		255,
		256,
		512,
		65535,
		65536,
		INT32_MAX,
		INT32_MIN,
		(int64_t)UINT32_MAX + 1,
		INT64_MAX,
		INT64_MIN,
		INT64_MIN + 1,
	};

	if (draw(3) == 0)
		return (int64_t)((uint64_t)near + draw(17) - 8);
	return HOSTILE[draw(sizeof(HOSTILE) / sizeof(HOSTILE[0]))];
}

static double hostile_real(double near)
{
	static const double HOSTILE[] = {
		0.0,	-0.0,	 1.0,	-1.0, 0.5, 1e-3,   1e3,	     65535.5,	1e18,
		9.3e18, -9.3e18, 1e300, -1e9, NAN, 5e-324, INFINITY, -INFINITY, 1e-300,
	};

	if (draw(3) == 0)
		return near * ((double)draw(400) / 100 - 2);
	return HOSTILE[draw(sizeof(HOSTILE) / sizeof(HOSTILE[0]))];
}

static size_t changed_text(char text[TEXT_MOST], const char *from, size_t size)
{
	if (size > TEXT_MOST)
		size = TEXT_MOST;
	memcpy(text, from, size);
	if (draw(40) == 0) { /* longer than any room for it */
		memset(text, 'x', 600);
		return 600;
	}
	return LLVMFuzzerMutate((uint8_t *)text, size, TEXT_MOST);
}

static struct value *changed_scalar(const struct value *value)
{
	char text[TEXT_MOST];

	switch (value->kind) {
	case VALUE_BOOL:
		return value_bool(!value->truth);
	case VALUE_INT:
		return value_int(hostile_int(value->integer));
	case VALUE_REAL:
		return value_real(hostile_real(value->real));
	case VALUE_TEXT:
		return value_bytes(text, changed_text(text, value->text, value->size));
	default:
		return value_copy(value);
	}
}

static struct value *another_kind(void)
{
	struct value *list;

	switch (draw(7)) {
	case 0:
		return value_nil();
	case 1:
		return value_bool(draw(2));
	case 2:
		return value_int(hostile_int(0));
	case 3:
		return value_real(hostile_real(1));
	case 4:
		return value_text(draw(2) ? "" : "x");
	case 5:
		list = value_list();
		value_add(list, value_text("x"));
		return list;
	default:
		return value_map();
	}
}

/* ---- the children of a node ---- */

static void drop_child(struct value *parent, size_t index)
{
	size_t behind = parent->count - index - 1;

	value_free(parent->items[index]);
	memmove(parent->items + index, parent->items + index + 1, behind * sizeof(*parent->items));
	if (parent->kind == VALUE_MAP) {
		free(parent->keys[index]);
		memmove(parent->keys + index, parent->keys + index + 1,
			behind * sizeof(*parent->keys));
	}
	parent->count--;
}

static void add_copies(struct value *parent, size_t index, size_t copies)
{
	for (size_t i = 0; i < copies; i++) {
		struct value *copy = value_copy(parent->items[index]);
		char *key;

		if (parent->kind == VALUE_LIST) {
			value_add(parent, copy);
			continue;
		}
		key = xprintf("%.40s%zu", parent->keys[index], i);
		value_set(parent, key, copy);
		free(key);
	}
}

static void rename_child(struct value *map, size_t index)
{
	char text[TEXT_MOST];
	size_t size = changed_text(text, map->keys[index], strlen(map->keys[index]));
	char *key = xstrndup(text, size);

	if (value_get(map, key)) {
		free(key);
		return;
	}
	free(map->keys[index]);
	map->keys[index] = key;
}

/* A map's children without their names. */
static struct value *as_list(const struct value *map)
{
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(map); i++)
		value_add(list, value_copy(value_at(map, i)));
	return list;
}

static void change_children(struct value **place)
{
	struct value *parent = *place;
	size_t index = draw(parent->count);

	switch (draw(6)) {
	case 0:
	case 1:
		drop_child(parent, index);
		break;
	case 2:
		add_copies(parent, index, 1);
		break;
	case 3:
		if (draw(4) == 0)
			add_copies(parent, index, draw(COPIES_MOST));
		break;
	case 4:
		if (parent->kind == VALUE_MAP)
			rename_child(parent, index);
		break;
	default:
		if (parent->kind == VALUE_MAP && draw(3) == 0)
			replace(place, as_list(parent));
	}
}

static void change_one(struct value **tree)
{
	struct value **place = any_node(tree);
	struct value *copy;

	switch (draw(8)) {
	case 0:
		replace(place, another_kind());
		break;
	case 1:
		copy = value_copy(*any_node(tree));
		replace(place, copy);
		break;
	default:
		if (value_count(*place))
			change_children(place);
		else
			replace(place, changed_scalar(*place));
	}
}

struct value *tree_change(struct value *tree, unsigned seed)
{
	state = seed;
	for (uint64_t left = 1 + draw(4); left > 0; left--)
		change_one(&tree);
	return tree;
}

/* ---- whole inputs ---- */

static size_t write_tree(uint8_t *out, size_t most, struct value *tree)
{
	struct buf bytes;
	size_t size;

	buf_init(&bytes);
	binary_encode(&bytes, tree);
	value_free(tree);
	size = bytes.size <= most ? bytes.size : 0;
	memcpy(out, bytes.data, size);
	buf_done(&bytes);
	return size;
}

size_t tree_mutate(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	struct value *tree = tree_read(data, size);
	size_t changed;

	if (!tree)
		return LLVMFuzzerMutate(data, size, most);
	changed = write_tree(data, most, tree_change(tree, seed));
	return changed ? changed : size;
}

size_t tree_cross(const uint8_t *one, size_t one_size, const uint8_t *other, size_t other_size,
		  uint8_t *out, size_t most, unsigned seed)
{
	struct value *tree = tree_read(one, one_size), *from = tree_read(other, other_size);

	state = seed;
	if (tree && from)
		replace(any_node(&tree), value_copy(*any_node(&from)));
	value_free(from);
	return tree ? write_tree(out, most, tree) : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain data as a tree: what the loader compiles files into, what the wire carries, and what a
 * journal line says. Maps keep the order in which their keys were set; keys are unique.
 *
 * A tree owns its children. Setting or adding a child gives it to the parent. Reading functions
 * return borrowed pointers that live until the tree changes or is freed. All reading functions
 * accept NULL (a missing value) and answer as for a missing entry, so a path of look-ups needs one
 * check at its end.
 */
#ifndef DAVY_BASE_VALUE_H
#define DAVY_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
	VALUE_NIL = 1,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_REAL,
	VALUE_TEXT, /* any bytes; text on the way to JSON must be UTF-8 */
	VALUE_LIST,
	VALUE_MAP,
};

struct value {
	enum value_kind kind;
	union {
		bool truth;
		int64_t integer;
		double real;
		struct {
			char *text; /* NUL-terminated, not counted */
			size_t size;
		};
		struct {
			struct value **items; /* LIST and MAP */
			char **keys;	      /* MAP only, else NULL */
			size_t count;
			size_t room;
		};
	};
};

struct value *value_nil(void);
struct value *value_bool(bool truth);
struct value *value_int(int64_t integer);
struct value *value_real(double real);
struct value *value_text(const char *text);
struct value *value_bytes(const void *data, size_t size);
struct value *value_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct value *value_list(void);
struct value *value_map(void);
struct value *value_copy(const struct value *value);
void value_free(struct value *value);
/* Same kind, same content, same order. */
bool value_same(const struct value *a, const struct value *b);

/* Append to a list; set (or replace, keeping its place) in a map. Both take `child` and return it. */
struct value *value_add(struct value *list, struct value *child);
struct value *value_set(struct value *map, const char *key, struct value *child);
/* The same for a key that the map is known not to have: nothing is compared. */
struct value *value_set_new(struct value *map, const char *key, struct value *child);
/* Short forms for the usual children. NULL text sets nothing. */
void value_set_text(struct value *map, const char *key, const char *text);
void value_set_int(struct value *map, const char *key, int64_t integer);
void value_set_real(struct value *map, const char *key, double real);
void value_set_bool(struct value *map, const char *key, bool truth);

size_t value_count(const struct value *value);				 /* LIST, MAP; else 0 */
const struct value *value_at(const struct value *value, size_t index);	 /* or NULL */
const char *value_key(const struct value *map, size_t index);		 /* or NULL */
const struct value *value_get(const struct value *map, const char *key); /* or NULL */
const char *value_get_text(const struct value *map, const char *key);	 /* or NULL */
int64_t value_get_int(const struct value *map, const char *key, int64_t otherwise);
double value_get_real(const struct value *map, const char *key, double otherwise); /* INT counts */
bool value_get_bool(const struct value *map, const char *key); /* missing: false */

#endif

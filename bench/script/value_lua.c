/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees across the Lua border.
 *
 * Reading owns C memory, so it calls nothing that may raise: raw access only, no conversion of keys,
 * lua_checkstack instead of luaL_checkstack. Maps are written in the order of their keys, because a
 * Lua table has none of its own that repeats, and what is sent is hashed.
 */
#include "script/value_lua.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "script/order.h"
#include "script/quantity_lua.h"

enum { DEPTH_MOST = 30 };

void value_push(lua_State *L, const struct value *value)
{
	luaL_checkstack(L, 4, "value is nested too deeply");
	switch (value->kind) {
	case VALUE_NIL:
		lua_pushnil(L);
		break;
	case VALUE_BOOL:
		lua_pushboolean(L, value->truth);
		break;
	case VALUE_INT:
		lua_pushinteger(L, value->integer);
		break;
	case VALUE_REAL:
		lua_pushnumber(L, value->real);
		break;
	case VALUE_TEXT:
		lua_pushlstring(L, value->text, value->size);
		break;
	case VALUE_LIST:
		lua_createtable(L, (int)value->count, 0);
		for (size_t i = 0; i < value->count; i++) {
			value_push(L, value->items[i]);
			lua_rawseti(L, -2, (lua_Integer)i + 1);
		}
		break;
	case VALUE_MAP:
		lua_createtable(L, 0, (int)value->count);
		for (size_t i = 0; i < value->count; i++) {
			lua_pushstring(L, value->keys[i]);
			value_push(L, value->items[i]);
			lua_rawset(L, -3);
		}
		break;
	}
}

static struct value *read_value(lua_State *L, int index, int depth, struct error *err);

static size_t count_entries(lua_State *L, int table)
{
	size_t count = 0;

	for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
		count++;
	return count;
}

static struct value *read_list(lua_State *L, int table, size_t count, int depth, struct error *err)
{
	struct value *list = value_list();

	for (size_t i = 1; i <= count; i++) {
		struct value *item;

		lua_rawgeti(L, table, (lua_Integer)i);
		item = read_value(L, lua_gettop(L), depth, err);
		lua_pop(L, 1);
		if (!item) {
			value_free(list);
			return NULL;
		}
		value_add(list, item);
	}
	return list;
}

static bool text_before(void *ctx, size_t a, size_t b)
{
	const char *const *keys = ctx;

	return strcmp(keys[a], keys[b]) < 0;
}

/* The keys of a map, borrowed from the table; -1 when one of them is no text. */
static int collect_keys(lua_State *L, int table, const char **keys)
{
	size_t count = 0;

	for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING) {
			lua_pop(L, 2);
			return -1;
		}
		keys[count++] = lua_tostring(L, -2);
	}
	return 0;
}

static int fill_map(lua_State *L, int table, struct value *map, const char **keys,
		    const size_t *order, size_t count, int depth, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *key = keys[order[i]];
		struct value *item;

		lua_pushstring(L, key); /* cannot raise: memory.c ends the process first */
		lua_rawget(L, table);
		item = read_value(L, lua_gettop(L), depth, err);
		lua_pop(L, 1);
		if (!item)
			return error_context(err, "%.40s", key);
		value_set(map, key, item);
	}
	return 0;
}

static struct value *read_map(lua_State *L, int table, size_t count, int depth, struct error *err)
{
	const char **keys = xcalloc(count + 1, sizeof(*keys));
	size_t *order = xcalloc(2 * count + 1, sizeof(*order));
	struct value *map = value_map();
	int done = collect_keys(L, table, keys);

	if (done < 0) {
		error_set(err, ERROR_USAGE, "a table with both names and places cannot be sent");
	} else {
		for (size_t i = 0; i < count; i++)
			order[i] = i;
		order_sort(order, order + count, count, text_before, keys);
		done = fill_map(L, table, map, keys, order, count, depth, err);
	}
	free(keys);
	free(order);
	if (done == 0)
		return map;
	value_free(map);
	return NULL;
}

static struct value *read_table(lua_State *L, int table, int depth, struct error *err)
{
	size_t count;

	if (depth == 0 || !lua_checkstack(L, 8)) {
		error_set(err, ERROR_USAGE, "a table is nested too deeply");
		return NULL;
	}
	count = count_entries(L, table);
	if (count > 0 && lua_rawlen(L, table) == count)
		return read_list(L, table, count, depth - 1, err);
	return read_map(L, table, count, depth - 1, err);
}

static struct value *read_value(lua_State *L, int index, int depth, struct error *err)
{
	const char *text;
	size_t size;

	switch (lua_type(L, index)) {
	case LUA_TNIL:
		return value_nil();
	case LUA_TBOOLEAN:
		return value_bool(lua_toboolean(L, index));
	case LUA_TNUMBER:
		return lua_isinteger(L, index) ? value_int(lua_tointeger(L, index))
					       : value_real(lua_tonumber(L, index));
	case LUA_TSTRING:
		text = lua_tolstring(L, index, &size);
		return value_bytes(text, size);
	case LUA_TTABLE:
		return read_table(L, index, depth, err);
	case LUA_TUSERDATA:
		text = quantity_text(L, index);
		if (text)
			return value_text(text);
		break;
	default:
		break;
	}
	error_set(err, ERROR_USAGE, "a %s cannot be sent", lua_typename(L, lua_type(L, index)));
	return NULL;
}

struct value *value_read(lua_State *L, int index, struct error *err)
{
	return read_value(L, lua_absindex(L, index), DEPTH_MOST, err);
}

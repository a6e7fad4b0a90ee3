/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pairs, next and table.sort whose order depends on the contents alone.
 *
 * Lua walks a table in the order of its hash, and seeds the hash with the clock and an address. Here
 * pairs takes the keys once, sorts them and walks that list: keys that are added on the way are not
 * seen, keys that are removed are passed over. A key that has no order of its own (a table, a
 * function) is an error.
 *
 * Invariant of a walk: the texts that its sorted keys point into are kept alive by the list of keys,
 * the user value of the same userdata.
 */
#include "script/pairs.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "script/host.h"
#include "script/order.h"

struct key {
	int type;
	bool truth;
	lua_Number number;
	lua_Integer integer; /* breaks a tie that the number cannot show */
	const char *text;
	size_t size;
};

struct walk {
	size_t count, next;
	size_t *order; /* into keys, and into the list that keeps them alive */
	struct key *keys;
};

static int rank(const struct key *key)
{
	return key->type == LUA_TNUMBER ? 0 : key->type == LUA_TSTRING ? 1 : 2;
}

static int compare_texts(const struct key *a, const struct key *b)
{
	size_t size = a->size < b->size ? a->size : b->size;
	int order = memcmp(a->text, b->text, size);

	return order ? order : (a->size > b->size) - (a->size < b->size);
}

static bool comes_before(const struct key *a, const struct key *b)
{
	if (rank(a) != rank(b))
		return rank(a) < rank(b);
	if (a->type == LUA_TSTRING)
		return compare_texts(a, b) < 0;
	if (a->type == LUA_TBOOLEAN)
		return !a->truth && b->truth;
	return a->number < b->number || (a->number == b->number && a->integer < b->integer);
}

/* The key at `index` of the stack; raises when it has no order. */
static struct key key_at(lua_State *L, int index)
{
	struct key key = {.type = lua_type(L, index)};

	if (key.type == LUA_TNUMBER) {
		key.number = lua_tonumber(L, index);
		key.integer = lua_isinteger(L, index) ? lua_tointeger(L, index) : 0;
	} else if (key.type == LUA_TSTRING) {
		key.text = lua_tolstring(L, index, &key.size);
	} else if (key.type == LUA_TBOOLEAN) {
		key.truth = lua_toboolean(L, index);
	} else {
		host_raise(L,
			   "pairs: a key that is a %s has no order; use names or numbers as keys",
			   lua_typename(L, key.type));
	}
	return key;
}

static size_t count_keys(lua_State *L, int table)
{
	size_t count = 0;

	lua_pushnil(L);
	while (lua_next(L, table)) {
		lua_pop(L, 1);
		count++;
	}
	return count;
}

static bool key_before(void *ctx, size_t a, size_t b)
{
	const struct key *keys = ctx;

	return comes_before(&keys[a], &keys[b]);
}

/* Push a walk over the table at index 1. */
static struct walk *push_walk(lua_State *L)
{
	size_t count = count_keys(L, 1), at = 0;
	size_t room = sizeof(struct walk) + count * (sizeof(struct key) + 2 * sizeof(size_t));
	struct walk *walk = lua_newuserdatauv(L, room, 1);
	int self = lua_gettop(L);

	*walk = (struct walk){.count = count, .keys = (struct key *)(walk + 1)};
	walk->order = (size_t *)(walk->keys + count);
	lua_createtable(L, (int)count, 0);
	lua_pushnil(L);
	while (lua_next(L, 1)) {
		lua_pop(L, 1);
		walk->keys[at] = key_at(L, -1);
		walk->order[at] = at;
		lua_pushvalue(L, -1);
		lua_rawseti(L, self + 1, (lua_Integer)++at);
	}
	lua_setiuservalue(L, self, 1);
	order_sort(walk->order, walk->order + count, count, key_before, walk->keys);
	return walk;
}

/* The iterator: upvalue 1 is the walk. */
static int step_walk(lua_State *L)
{
	struct walk *walk = lua_touserdata(L, lua_upvalueindex(1));

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	lua_getiuservalue(L, lua_upvalueindex(1), 1);
	while (walk->next < walk->count) {
		lua_rawgeti(L, 2, (lua_Integer)walk->order[walk->next++] + 1);
		lua_pushvalue(L, -1);
		if (lua_rawget(L, 1) != LUA_TNIL)
			return 2;
		lua_pop(L, 2);
	}
	lua_pushnil(L);
	return 1;
}

int pairs_ordered(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	push_walk(L);
	lua_pushcclosure(L, step_walk, 1);
	lua_pushvalue(L, 1);
	lua_pushnil(L);
	return 3;
}

int pairs_next(lua_State *L)
{
	struct key last, best;
	bool from_start, found = false;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 3); /* table, key, the best so far */
	from_start = lua_isnil(L, 2);
	if (!from_start)
		last = key_at(L, 2);

	lua_pushnil(L);
	while (lua_next(L, 1)) {
		struct key key;

		lua_pop(L, 1);
		key = key_at(L, -1);
		if ((!from_start && !comes_before(&last, &key)) ||
		    (found && !comes_before(&key, &best)))
			continue;
		best = key;
		found = true;
		lua_copy(L, -1, 3);
	}
	if (!found) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushvalue(L, 3);
	lua_rawget(L, 1);
	return 2;
}

/* Stack of pairs_sort: 1 list, 2 comparison or nil, 3 copy of the items. */
static bool item_before(void *ctx, size_t a, size_t b)
{
	lua_State *L = ctx;
	bool before;

	if (lua_isnil(L, 2)) {
		lua_rawgeti(L, 3, (lua_Integer)a + 1);
		lua_rawgeti(L, 3, (lua_Integer)b + 1);
		before = lua_compare(L, -2, -1, LUA_OPLT);
		lua_pop(L, 2);
		return before;
	}
	lua_pushvalue(L, 2);
	lua_rawgeti(L, 3, (lua_Integer)a + 1);
	lua_rawgeti(L, 3, (lua_Integer)b + 1);
	lua_call(L, 2, 1);
	before = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return before;
}

int pairs_sort(lua_State *L)
{
	size_t count;
	size_t *order;

	luaL_checktype(L, 1, LUA_TTABLE);
	if (!lua_isnoneornil(L, 2))
		luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_settop(L, 2);
	count = lua_rawlen(L, 1);
	lua_createtable(L, (int)count, 0);
	for (size_t i = 1; i <= count; i++) {
		lua_geti(L, 1, (lua_Integer)i);
		lua_rawseti(L, 3, (lua_Integer)i);
	}

	order = lua_newuserdatauv(L, (2 * count + 1) * sizeof(*order), 0);
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	order_sort(order, order + count, count, item_before, L);

	for (size_t i = 0; i < count; i++) {
		lua_rawgeti(L, 3, (lua_Integer)order[i] + 1);
		lua_seti(L, 1, (lua_Integer)i + 1);
	}
	return 0;
}

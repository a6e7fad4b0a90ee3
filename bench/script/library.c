/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lua's libraries as scripts get them: base, string, table, math, utf8. No io, os, debug, package;
 * coroutine for the prelude's scheduler only.
 *
 * Two rules shape the replacements. Same messages, same bytes: nothing may show an address, depend on
 * the order of a hash table, on the clock or on when garbage is collected. And no call may run away
 * with memory before the allocator can count it. Ordered iteration is in pairs.c.
 */
#include "script/library.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <string.h>

#include "script/host.h"
#include "script/pairs.h"

enum { REPEAT_MOST_MIB = 16 };

static bool has_text_of_its_own(lua_State *L, int index)
{
	if (lua_type(L, index) < LUA_TTABLE)
		return true;
	if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL)
		return false;
	lua_pop(L, 1);
	return true;
}

void library_push_text(lua_State *L, int index)
{
	if (has_text_of_its_own(L, index))
		luaL_tolstring(L, index, NULL);
	else
		lua_pushstring(L, luaL_typename(L, index));
}

/* lua: tostring(value) -> text */
static int plain_tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_settop(L, 1);
	library_push_text(L, 1);
	return 1;
}

/* lua: assert(value, why, …) -> value, why, … */
static int plain_assert(lua_State *L)
{
	luaL_checkany(L, 1);
	if (lua_toboolean(L, 1))
		return lua_gettop(L);
	if (lua_isnoneornil(L, 2))
		return host_raise(L, "assertion failed");
	lua_settop(L, 2);
	if (lua_type(L, 2) != LUA_TSTRING || strstr(lua_tostring(L, 2), ".lua:"))
		return lua_error(L); /* it has its place already */
	return host_raise(L, "%s", lua_tostring(L, 2));
}

static void refuse_field(lua_State *L, const char *field, const char *why)
{
	lua_pushstring(L, field);
	if (lua_rawget(L, 2) != LUA_TNIL)
		host_raise(L, "setmetatable: %s is not available: %s", field, why);
	lua_pop(L, 1);
}

/* lua: setmetatable(table, metatable) -> table */
static int plain_setmetatable(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
	if (lua_istable(L, 2)) {
		refuse_field(L, "__gc", "when garbage is collected is no part of a protocol");
		refuse_field(L, "__mode", "a weak table shows when garbage is collected");
	}
	if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
		return host_raise(L, "setmetatable: this table's metatable is protected");
	lua_settop(L, 2);
	lua_setmetatable(L, 1);
	return 1;
}

static bool asks_for_address(const char *format, size_t size)
{
	for (const char *at = format, *end = format + size; at < end; at++) {
		if (*at != '%')
			continue;
		at++;
		at += strspn(at, "-+ #0123456789.");
		if (*at == 'p')
			return true;
	}
	return false;
}

/* lua: string.format(format, …) -> text; upvalue 1 is Lua's own */
static int plain_format(lua_State *L)
{
	size_t size;
	const char *format = luaL_checklstring(L, 1, &size);
	int count = lua_gettop(L);

	if (asks_for_address(format, size))
		return host_raise(L, "string.format: %%p is not available: an address differs "
				     "from run to run");
	for (int i = 2; i <= count; i++) {
		if (has_text_of_its_own(L, i))
			continue;
		library_push_text(L, i);
		lua_replace(L, i);
	}
	return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* lua: string.rep(text, count, separator) -> text; upvalue 1 is Lua's own */
static int plain_rep(lua_State *L)
{
	size_t size, separator = 0;
	lua_Integer count = luaL_checkinteger(L, 2);
	size_t most = (size_t)REPEAT_MOST_MIB << 20;

	luaL_checklstring(L, 1, &size);
	luaL_optlstring(L, 3, "", &separator);
	if (count > 0 && size + separator > 0 && (size_t)count > most / (size + separator))
		return host_raise(L, "string.rep: the result would pass %d MiB", REPEAT_MOST_MIB);
	if (size + separator == 0)
		count = 0;

	lua_settop(L, 3);
	lua_pushinteger(L, count);
	lua_replace(L, 2);
	return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* Put `wrapper` in place of field `name` of the table on top; its upvalue is the old C function. */
static void wrap(lua_State *L, const char *name, lua_CFunction wrapper)
{
	lua_getfield(L, -1, name);
	lua_pushcclosure(L, wrapper, 1);
	lua_setfield(L, -2, name);
}

static void remove_field(lua_State *L, const char *name)
{
	lua_pushnil(L);
	lua_setfield(L, -2, name);
}

static void open_libraries(lua_State *L)
{
	static const luaL_Reg LIBRARIES[] = {
		{LUA_GNAME, luaopen_base},	 {LUA_COLIBNAME, luaopen_coroutine},
		{LUA_TABLIBNAME, luaopen_table}, {LUA_STRLIBNAME, luaopen_string},
		{LUA_MATHLIBNAME, luaopen_math}, {LUA_UTF8LIBNAME, luaopen_utf8},
	};

	for (size_t i = 0; i < sizeof(LIBRARIES) / sizeof(LIBRARIES[0]); i++) {
		luaL_requiref(L, LIBRARIES[i].name, LIBRARIES[i].func, 1);
		lua_pop(L, 1);
	}
}

static void tame_strings(lua_State *L)
{
	lua_getglobal(L, "string");
	wrap(L, "format", plain_format);
	wrap(L, "rep", plain_rep);
	remove_field(L, "dump");
	lua_pop(L, 1);

	lua_pushliteral(L, "");
	lua_getmetatable(L, -1);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable"); /* all texts share it: not for scripts to change */
	lua_pop(L, 2);
}

static void tame_base(lua_State *L)
{
	static const char *const REMOVED[] = {"load",		"loadstring", "dofile", "loadfile",
					      "collectgarbage", "require",    "warn"};
	static const luaL_Reg REPLACED[] = {
		{"tostring", plain_tostring},
		{"assert", plain_assert},
		{"setmetatable", plain_setmetatable},
		{"pairs", pairs_ordered},
		{"next", pairs_next},
		{NULL, NULL},
	};

	lua_pushglobaltable(L);
	for (size_t i = 0; i < sizeof(REMOVED) / sizeof(REMOVED[0]); i++)
		remove_field(L, REMOVED[i]);
	luaL_setfuncs(L, REPLACED, 0);
	lua_pop(L, 1);
}

void library_open(lua_State *L)
{
	open_libraries(L);
	tame_strings(L);
	tame_base(L);

	lua_getglobal(L, "table");
	lua_pushcfunction(L, pairs_sort);
	lua_setfield(L, -2, "sort");
	lua_pop(L, 1);
}

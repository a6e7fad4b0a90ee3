/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions under the prelude: frames out, source files in, and the verdict library's grammar.
 *
 * The prelude is Davy's own Lua, compiled into this program: scheduler, words of the language, loader,
 * world. It runs with the plain globals of the state; scripts run in environments that it makes. Each
 * file is a chunk that is called with (davy, native): the table they share, and the functions below.
 *
 * None of these waits. A word that waits is a request here and a coroutine.yield in prelude/tasks.lua.
 */
#include "script/bindings.h"

#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "prelude.h"
#include "script/host.h"
#include "script/library.h"
#include "script/quantity_lua.h"
#include "script/value_lua.h"
#include "verdict/decision.h"
#include "verdict/limit.h"

#define NATIVE "davy.native"
enum { NOTE_MOST = 4000 };

/* ---- frames ---- */

/* Send the table at `index` (or nothing); the tree is freed before anything is raised. */
static void emit(lua_State *L, enum frame_type type, uint32_t request, int index)
{
	struct host *host = host_of(L);
	struct error err;
	struct value *payload = value_read(L, index, &err);
	int done = payload ? socket_emit(&host->socket, type, request, payload, &err) : -1;

	value_free(payload);
	if (done < 0)
		host_raise(L, "%s", err.text);
}

/* Keep the place on top of the stack in the fields at 2; nil leaves what is there: it is asked again. */
static void keep_place(lua_State *L, const char *name)
{
	if (lua_isnil(L, -1))
		lua_pop(L, 1);
	else
		lua_setfield(L, 2, name);
}

/* lua: native.request(verb, fields) -> id; fields.verb, .where and .via are filled in */
static int native_request(lua_State *L)
{
	struct host *host = host_of(L);

	lua_settop(L, 2);
	lua_pushvalue(L, 1);
	lua_setfield(L, 2, "verb");
	host_push_where(L, L);
	keep_place(L, "where");
	host_push_via(L, L);
	keep_place(L, "via");
	emit(L, FRAME_REQUEST, ++host->requests, 2);
	lua_pushinteger(L, host->requests);
	return 1;
}

static enum frame_type check_type(lua_State *L, int index)
{
	static const enum frame_type TYPES[] = {FRAME_CANCEL, FRAME_MEASURE, FRAME_NOTE,
						FRAME_OUT,    FRAME_ANSWER,  FRAME_DATA,
						FRAME_DONE,   FRAME_FAILED};
	const char *name = luaL_checkstring(L, index);

	for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
		if (!strcmp(frame_type_name(TYPES[i]), name))
			return TYPES[i];
	return (enum frame_type)luaL_error(L, "no frame '%s'", name);
}

/* lua: native.emit(type, payload, request) */
static int native_emit(lua_State *L)
{
	struct host *host = host_of(L);
	enum frame_type type = check_type(L, 1);

	lua_settop(L, 3);
	emit(L, type, (uint32_t)luaL_optinteger(L, 3, 0), 2);
	if (type == FRAME_DONE)
		host->over = true;
	return 0;
}

/* lua: native.fail(kind, text): FAILED, and the process ends */
static int native_fail(lua_State *L)
{
	host_fail(host_of(L), luaL_checkstring(L, 1), luaL_checkstring(L, 2));
	return 0;
}

/* lua: native.where() -> "file:line" or nil; native.where(coroutine): where that one stands or fell */
static int native_where(lua_State *L)
{
	host_push_where(L, lua_isthread(L, 1) ? lua_tothread(L, 1) : L);
	return 1;
}

/* lua: print(…), log: the texts joined by blanks, as a note */
static int native_print(lua_State *L)
{
	int count = lua_gettop(L);
	luaL_Buffer text;

	for (int i = 1; i <= count; i++) {
		library_push_text(L, i);
		lua_replace(L, i);
	}
	lua_settop(L, count);
	luaL_buffinit(L, &text);
	for (int i = 1; i <= count; i++) {
		if (i > 1)
			luaL_addchar(&text, ' ');
		luaL_addstring(&text, lua_tostring(L, i));
	}
	luaL_pushresult(&text);
	if (lua_rawlen(L, -1) > NOTE_MOST)
		return host_raise(L, "a note has at most %d bytes", NOTE_MOST);

	lua_createtable(L, 0, 1);
	lua_insert(L, -2);
	lua_setfield(L, -2, "text");
	emit(L, FRAME_NOTE, 0, lua_gettop(L));
	return 0;
}

/* ---- source files ---- */

/* lua: native.source(name) -> text */
static int native_source(lua_State *L)
{
	const char *name = luaL_checkstring(L, 1);
	const struct source *source = sources_find(&host_of(L)->sources, name);

	if (!source)
		return luaL_error(L, "%s: this file was not sent", name);
	lua_pushlstring(L, source->text.data, source->text.size);
	return 1;
}

/* lua: native.has_source(name) -> boolean */
static int native_has_source(lua_State *L)
{
	lua_pushboolean(L, sources_find(&host_of(L)->sources, luaL_checkstring(L, 1)) != NULL);
	return 1;
}

/*
 * lua: native.compile(name, environment [, text]) -> function, or nil, why
 * With a text, that stands in place of the file's own.
 */
static int native_compile(lua_State *L)
{
	const char *name = luaL_checkstring(L, 1);
	const struct source *source = sources_find(&host_of(L)->sources, name);
	size_t size = 0;
	const char *text = luaL_optlstring(L, 3, NULL, &size);

	lua_settop(L, 3);
	if (!source) {
		lua_pushnil(L);
		lua_pushfstring(L, "%s: this file was not sent", name);
		return 2;
	}
	if (source->text.data[0] == LUA_SIGNATURE[0]) {
		lua_pushnil(L);
		lua_pushfstring(L, "%s:1: this is compiled Lua; only source text is run", name);
		return 2;
	}
	if (!text) {
		text = source->text.data;
		size = source->text.size;
	}
	lua_pushfstring(L, "@%s", name);
	if (luaL_loadbufferx(L, text, size, lua_tostring(L, 4), "t")) {
		lua_pushnil(L);
		lua_insert(L, -2);
		return 2;
	}
	lua_pushvalue(L, 2);
	lua_setupvalue(L, -2, 1);
	return 1;
}

/* ---- quantities, limits, grades ---- */

static int nil_and_why(lua_State *L, const struct error *err)
{
	lua_pushnil(L);
	lua_pushstring(L, err->text);
	return 2;
}

/* lua: native.quantity(text) -> quantity, or nil, why */
static int native_quantity(lua_State *L)
{
	struct error err;

	if (quantity_push_literal(L, luaL_checkstring(L, 1), &err) < 0)
		return nil_and_why(L, &err);
	return 1;
}

/* lua: native.reading(id, number, unit) -> quantity */
static int native_reading(lua_State *L)
{
	struct error err;
	double number = luaL_checknumber(L, 2);

	if (quantity_push_reading(L, luaL_checkinteger(L, 1), number, luaL_checkstring(L, 3),
				  &err) < 0)
		return host_raise(L, "%s", err.text);
	return 1;
}

/* lua: native.is_quantity(value) -> bool */
static int native_is_quantity(lua_State *L)
{
	lua_pushboolean(L, quantity_at(L, 1) != NULL);
	return 1;
}

/* lua: native.is_finite(quantity) -> bool */
static int native_is_finite(lua_State *L)
{
	const struct quantity *quantity = quantity_at(L, 1);

	lua_pushboolean(L, quantity && isfinite(quantity->value));
	return 1;
}

/* lua: native.print(quantity) -> "60 min", reading back as the same number */
static int native_shown(lua_State *L)
{
	const struct quantity *quantity = quantity_at(L, 1);
	char text[96];

	luaL_argcheck(L, quantity, 1, "a quantity");
	quantity_print(quantity, 0, text, sizeof(text));
	lua_pushstring(L, text);
	return 1;
}

/* lua: native.limit(text) -> true, or nil, why */
static int native_limit(lua_State *L)
{
	struct limit limit;
	struct error err;

	if (limit_parse(&limit, luaL_checkstring(L, 1), &err) < 0)
		return nil_and_why(L, &err);
	lua_pushboolean(L, 1);
	return 1;
}

/* lua: native.met(limit, quantity) -> bool, or nil, why */
static int native_met(lua_State *L)
{
	const struct quantity *quantity = quantity_at(L, 2);
	struct limit limit;
	struct error err;

	luaL_argcheck(L, quantity, 2, "a quantity");
	if (limit_parse(&limit, luaL_checkstring(L, 1), &err) < 0 ||
	    limit_check_dimension(&limit, quantity, &err) < 0)
		return nil_and_why(L, &err);
	lua_pushboolean(L, limit_met(&limit, quantity));
	return 1;
}

/* lua: native.bounds(limit) -> low, high: bare numbers in its unit, infinite where open; or nil */
static int native_bounds(lua_State *L)
{
	struct interval interval;
	struct limit limit;
	struct error err;

	if (limit_parse(&limit, luaL_checkstring(L, 1), &err) < 0 || !limit_unit(&limit))
		return 0;
	struct quantity end = {.unit = *limit_unit(&limit)};

	interval = bound_interval(&limit.bound[0], &end);
	end.value = interval.low;
	lua_pushnumber(L, quantity_in(&end, &end.unit));
	end.value = interval.high;
	lua_pushnumber(L, quantity_in(&end, &end.unit));
	return 2;
}

/* lua: native.grade(text) -> true, or nil, why */
static int native_grade(lua_State *L)
{
	enum grade grade;
	struct error err;

	if (grade_parse(&grade, luaL_checkstring(L, 1), &err) < 0)
		return nil_and_why(L, &err);
	lua_pushboolean(L, 1);
	return 1;
}

/* lua: native.nanoseconds(quantity) -> int, or nil, why */
static int native_nanoseconds(lua_State *L)
{
	const struct quantity *quantity = quantity_at(L, 1);
	struct unit second;
	struct error err;

	luaL_argcheck(L, quantity, 1, "a quantity");
	if (unit_parse(&second, "s", &err) < 0)
		return nil_and_why(L, &err);
	if (!unit_same_dimension(&quantity->unit, &second) || !(quantity->value >= 0) ||
	    quantity->value > 1e9) {
		error_set(&err, ERROR_USAGE, "%s is no time to go by", quantity_text(L, 1));
		return nil_and_why(L, &err);
	}
	lua_pushinteger(L, (lua_Integer)llround(quantity->value * 1e9));
	return 1;
}

/* ---- start ---- */

static const luaL_Reg BINDINGS[] = {
	{"request", native_request},
	{"emit", native_emit},
	{"fail", native_fail},
	{"where", native_where},
	{"print", native_print},
	{"source", native_source},
	{"has_source", native_has_source},
	{"compile", native_compile},
	{"quantity", native_quantity},
	{"reading", native_reading},
	{"is_quantity", native_is_quantity},
	{"is_finite", native_is_finite},
	{"shown", native_shown},
	{"limit", native_limit},
	{"met", native_met},
	{"bounds", native_bounds},
	{"grade", native_grade},
	{"nanoseconds", native_nanoseconds},
	{NULL, NULL},
};

enum { RUNS = 1, LOADS = 2, SIMULATES = 4 };

/* In the order in which they lean on each other; the modes that need them. */
static const struct {
	const char *name;
	const char *compiled;
	size_t size;
	int modes;
} PRELUDE[] = {
#define CHUNK(name, NAME, modes)                                                                   \
	{                                                                                          \
		"=davy/" name, PRELUDE_##NAME, sizeof(PRELUDE_##NAME), modes                       \
	}
	CHUNK("base", BASE, RUNS | LOADS | SIMULATES),
	CHUNK("limits", LIMITS, RUNS | LOADS),
	CHUNK("tasks", TASKS, RUNS | LOADS),
	CHUNK("declarations", DECLARATIONS, RUNS | LOADS),
	CHUNK("protocol", PROTOCOL, RUNS | LOADS),
	CHUNK("fixture", FIXTURE, RUNS | LOADS),
	CHUNK("station", STATION, LOADS),
	CHUNK("instruments", INSTRUMENTS, LOADS | SIMULATES),
	CHUNK("channels", CHANNELS, RUNS),
	CHUNK("measures", MEASURES, RUNS),
	CHUNK("sharing", SHARING, RUNS),
	CHUNK("run", RUN, RUNS),
	CHUNK("world", WORLD, SIMULATES),
	CHUNK("assignments", ASSIGNMENTS, LOADS),
	CHUNK("sites", SITES, LOADS),
	CHUNK("load", LOAD, LOADS),
#undef CHUNK
};

static int mode_bit(lua_State *L, const char *mode)
{
	if (!strcmp(mode, "run"))
		return RUNS;
	if (!strcmp(mode, "load"))
		return LOADS;
	if (!strcmp(mode, "world"))
		return SIMULATES;
	return luaL_error(L, "START: there is no mode '%s'", mode);
}

void bindings_open(lua_State *L)
{
	luaL_newlib(L, BINDINGS);
	lua_setfield(L, LUA_REGISTRYINDEX, NATIVE);
}

static void seed_random(lua_State *L, int64_t seed)
{
	lua_getglobal(L, "math");
	lua_getfield(L, -1, "randomseed");
	lua_pushinteger(L, seed);
	lua_call(L, 1, 0);
	lua_pop(L, 1);
}

void bindings_start(lua_State *L, const char *mode, int64_t seed)
{
	int wanted = mode_bit(L, mode), davy;

	seed_random(L, seed);
	lua_gc(L, LUA_GCSTOP); /* all of it stays */
	lua_newtable(L);
	davy = lua_gettop(L);
	for (size_t i = 0; i < sizeof(PRELUDE) / sizeof(PRELUDE[0]); i++) {
		if (!(PRELUDE[i].modes & wanted))
			continue;
		if (luaL_loadbufferx(L, PRELUDE[i].compiled, PRELUDE[i].size, PRELUDE[i].name, "b"))
			lua_error(L);
		lua_pushvalue(L, davy);
		lua_getfield(L, LUA_REGISTRYINDEX, NATIVE);
		lua_call(L, 2, 0);
	}
	lua_getfield(L, davy, "deliver");
	lua_setfield(L, LUA_REGISTRYINDEX, BINDINGS_DELIVER);
	lua_pop(L, 1);
	lua_gc(L, LUA_GCRESTART);
}

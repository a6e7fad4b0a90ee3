/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Lua state of a runner, a world or a loader.
 *
 * What this host does NOT prevent, and what does. A script can still stall this process:
 *
 *   - `while true do end`, also inside pcall or a metamethod
 *   - a pattern that backtracks: ("a"):rep(1e4):find(".-.-.-.-b$")
 *   - one long call into C: table.concat, table.move, string.rep up to its bound, a sort of 10^6 items
 *   - `repeat wait "0 s" until false`: it answers every turn, and time stands still
 *
 * No hook is set against these: a hook is slow and can be kept from firing. The controller counts this
 * process's processor time during a turn, and the turns within one instant; it makes the bench safe
 * first and then kills. Memory is another matter: memory.c reports a hit by itself, whatever pcall says.
 *
 * A script can also spoil its own determinism: `mt.__mode = "k"` set after setmetatable makes a weak
 * table that shows when garbage is collected. A replay that reaches other figures tells of it.
 *
 * Invariant: every error that a script makes reaches the controller as one FAILED, and no call made
 * from here leaves anything on the Lua stack.
 */
#include "script/host.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strain.h"
#include "script/bindings.h"
#include "script/library.h"
#include "script/quantity_lua.h"
#include "script/torture.h"
#include "script/value_lua.h"

struct host *host_of(lua_State *L)
{
	return *(struct host **)lua_getextraspace(L);
}

/* ---- where and why ---- */

/* From `*level` on, which is left behind the one that was found. */
static bool find_place(lua_State *L, lua_Debug *place, int *level)
{
	while (lua_getstack(L, (*level)++, place))
		if (lua_getinfo(L, "Sl", place) && place->source[0] == '@' &&
		    place->currentline > 0)
			return true;
	return false;
}

static void push_place(lua_State *L, bool found, const lua_Debug *place)
{
	if (found)
		lua_pushfstring(L, "%s:%d", place->source + 1, place->currentline);
	else
		lua_pushnil(L);
}

void host_push_where(lua_State *L, lua_State *of)
{
	lua_Debug place;
	int level = 0;

	push_place(L, find_place(of, &place, &level), &place);
}

void host_push_via(lua_State *L, lua_State *of)
{
	lua_Debug first, place;
	int level = 0;
	bool found = find_place(of, &first, &level);

	while (found && (found = find_place(of, &place, &level)) &&
	       !strcmp(place.source, first.source))
		;
	push_place(L, found, &place);
}

int host_raise(lua_State *L, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	host_push_where(L, L);
	if (!lua_isnil(L, -1))
		lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), text);
	else
		lua_pushstring(L, text);
	return lua_error(L);
}

void host_fail(struct host *host, const char *kind, const char *text)
{
	struct value *payload = value_map();
	struct error err;

	value_set(payload, "text", value_printf("%.4000s", text));
	value_set_text(payload, "kind", kind);
	socket_emit(&host->socket, FRAME_FAILED, 0, payload, &err);
	value_free(payload);
	host->ended = true;
}

/* Called inside the allocator: the Lua state must not be touched any more. */
static void out_of_memory(void *ctx)
{
	struct host *host = ctx;
	char text[80];

	snprintf(text, sizeof(text), "the script used more than its %d MiB of memory",
		 HOST_MEMORY_MIB);
	host_fail(host, "memory", text);
	socket_idle(&host->socket);
	_exit(1);
}

/* ---- the state ---- */

static int open_state(lua_State *L)
{
	library_open(L);
	quantity_open(L);
	bindings_open(L);
	if (STRAIN_TORTURES)
		torture_open(L);
	return 0;
}

static int open_lua(struct host *host, struct error *err)
{
	host->memory = (struct memory){
		.most = (size_t)HOST_MEMORY_MIB << 20, .full = out_of_memory, .ctx = host};
	host->lua = lua_newstate(memory_allocate, &host->memory);
	if (!host->lua)
		return error_set(err, ERROR_OS, "cannot make a Lua state");

	*(struct host **)lua_getextraspace(host->lua) = host;
	lua_pushcfunction(host->lua, open_state);
	if (lua_pcall(host->lua, 0, 0, 0) != LUA_OK)
		return error_set(err, ERROR_OS, "%s", lua_tostring(host->lua, -1));
	host->memory.tortures = STRAIN_TORTURES;
	return 0;
}

int host_init(struct host *host, int fd, struct error *err)
{
	*host = (struct host){0};
	socket_init(&host->socket, fd);
	return open_lua(host, err);
}

/* A loader's next file meets nothing of the one before. */
static int begin_anew(struct host *host, struct error *err)
{
	lua_close(host->lua);
	sources_done(&host->sources);
	host->requests = 0;
	host->started = host->over = false;
	return open_lua(host, err);
}

void host_done(struct host *host)
{
	if (host->lua)
		lua_close(host->lua);
	sources_done(&host->sources);
	socket_done(&host->socket);
}

/* ---- frames ---- */

/* Runs protected. Arguments: the frame as a light userdata. */
static int deliver_to_prelude(lua_State *L)
{
	const struct frame *frame = lua_touserdata(L, 1);

	if (frame->type == FRAME_START)
		bindings_start(L, value_get_text(frame->payload, "mode"),
			       value_get_int(frame->payload, "seed", 0));
	lua_getfield(L, LUA_REGISTRYINDEX, BINDINGS_DELIVER);
	lua_pushstring(L, frame_type_name(frame->type));
	lua_pushinteger(L, frame->request);
	value_push(L, frame->payload);
	lua_call(L, 3, 0);
	return 0;
}

/* Does the text begin with "file:line: "? */
static bool has_place(const char *text)
{
	const char *colon = strchr(text, ':');
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

	return digits > 0 && !strncmp(colon + 1 + digits, ": ", 2);
}

/* Message handler: errors that C functions raise through other C functions do not say where. */
static int add_place(lua_State *L)
{
	if (lua_type(L, 1) != LUA_TSTRING || has_place(lua_tostring(L, 1)))
		return 1;
	host_push_where(L, L);
	if (lua_isnil(L, -1))
		lua_pop(L, 1);
	else
		lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), lua_tostring(L, 1));
	return 1;
}

static void report(struct host *host)
{
	lua_State *L = host->lua;
	const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1)
							  : "an error without a text was raised";

	host_fail(host, host->started ? "script" : "usage", text);
	lua_pop(L, 1);
}

void host_deliver(struct host *host, const struct frame *frame)
{
	struct error err;

	socket_note(&host->socket, frame);
	if (frame->type == FRAME_SOURCE) {
		if ((host->over && begin_anew(host, &err) < 0) ||
		    sources_add(&host->sources, frame->payload, &err) < 0)
			host_fail(host, "usage", err.text);
		return;
	}
	if (host->ended || host->over)
		return;

	lua_pushcfunction(host->lua, add_place);
	lua_pushcfunction(host->lua, deliver_to_prelude);
	lua_pushlightuserdata(host->lua, (void *)frame);
	if (lua_pcall(host->lua, 1, 0, -3) != LUA_OK)
		report(host);
	lua_pop(host->lua, 1);
	if (frame->type == FRAME_START)
		host->started = true;
	memory_check(&host->memory);
}

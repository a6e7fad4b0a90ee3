/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forced yields, for the torture build only.
 *
 * A count hook runs at every instruction and yields where Lua allows it; coroutine.resume, which the
 * prelude's scheduler calls, goes on at once with a task that only the hook has stopped. So the order of
 * tasks is that of any other build, and journals are the same bytes; what differs is that nothing that a
 * task has on its stack, nor a C function between it and its scheduler, survives by luck.
 *
 * Threads take their hook from the thread that makes them. The main thread cannot yield; for it the hook
 * does nothing.
 */
#include "script/torture.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>

#include "script/host.h"

static void yield_here(lua_State *L, lua_Debug *at)
{
	(void)at;
	if (!lua_isyieldable(L))
		return;
	host_of(L)->forced = true;
	lua_yield(L, 0);
}

/* Call Lua's own resume, which is upvalue 1, with what is above index 1. */
static void resume_once(lua_State *L)
{
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 2);
	lua_call(L, lua_gettop(L) - 2, LUA_MULTRET);
}

/* lua: coroutine.resume(task, …) -> true, …, or false, error */
static int resume_through(lua_State *L)
{
	struct host *host = host_of(L);

	luaL_checktype(L, 1, LUA_TTHREAD);
	lua_pushvalue(L, 1);
	lua_insert(L, 1); /* kept below what comes and goes */
	host->forced = false;
	resume_once(L);
	while (host->forced) {
		host->forced = false;
		lua_settop(L, 1);
		lua_pushvalue(L, 1);
		resume_once(L);
	}
	return lua_gettop(L) - 1;
}

void torture_open(lua_State *L)
{
	lua_getglobal(L, LUA_COLIBNAME);
	lua_getfield(L, -1, "resume");
	lua_pushcclosure(L, resume_through, 1);
	lua_setfield(L, -2, "resume");
	lua_pop(L, 1);
	lua_sethook(L, yield_here, LUA_MASKCOUNT, 1);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A Lua state in which every task yields wherever it may (base/strain.h). */
#ifndef DAVY_SCRIPT_TORTURE_H
#define DAVY_SCRIPT_TORTURE_H

#include <lua.h>

/* Before any coroutine is made, and before the prelude takes coroutine.resume. */
void torture_open(lua_State *L);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Lua's own libraries, without what differs from run to run or reaches out of the process. */
#ifndef DAVY_SCRIPT_LIBRARY_H
#define DAVY_SCRIPT_LIBRARY_H

#include <lua.h>

/*
 * Open the libraries and replace what must be replaced. What a script may see of them is chosen by
 * the prelude (prelude/base.lua), which itself needs a little more.
 */
void library_open(lua_State *L);
/* Push a text for any value, as tostring does, but never an address. */
void library_push_text(lua_State *L, int index);

#endif

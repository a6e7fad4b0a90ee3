/* SPDX-License-Identifier: Apache-2.0 */
/* Value trees to Lua tables and back. */
#ifndef DAVY_SCRIPT_VALUE_LUA_H
#define DAVY_SCRIPT_VALUE_LUA_H

#include <lua.h>

#include "base/error.h"
#include "base/value.h"

/* Push a tree: lists become sequences, maps tables. May raise (memory). */
void value_push(lua_State *L, const struct value *value);
/*
 * The value at `index` as a tree that the caller frees; never raises. A table is a list when all its
 * keys are 1 … n and there is at least one, else a map, in the order of its keys' bytes. A quantity
 * becomes its expression. Functions, other keys and great depth are errors.
 */
struct value *value_read(lua_State *L, int index, struct error *err);

#endif

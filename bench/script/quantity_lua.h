/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities as Lua values that remember how they were calculated. */
#ifndef DAVY_SCRIPT_QUANTITY_LUA_H
#define DAVY_SCRIPT_QUANTITY_LUA_H

#include <lua.h>

#include "verdict/quantity.h"

/* Make the metatable and the global `q`. */
void quantity_open(lua_State *L);
/* The quantity at `index`, borrowed while it stays on the stack; NULL for anything else. */
const struct quantity *quantity_at(lua_State *L, int index);
/* Its expression, borrowed likewise; NULL when it is no quantity. Never raises. */
const char *quantity_text(lua_State *L, int index);
/* Push what `text` says ("30 Pa"); 0, or -1 with nothing pushed. */
int quantity_push_literal(lua_State *L, const char *text, struct error *err);
/* Push reading `id` of the controller. */
int quantity_push_reading(lua_State *L, lua_Integer id, double number, const char *unit,
			  struct error *err);

#endif

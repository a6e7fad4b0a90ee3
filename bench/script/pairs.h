/* SPDX-License-Identifier: Apache-2.0 */
/* Tables walked and sorted in an order that repeats. */
#ifndef DAVY_SCRIPT_PAIRS_H
#define DAVY_SCRIPT_PAIRS_H

#include <lua.h>

/* lua: pairs(table): numbers ascending, then texts by bytes, then false and true */
int pairs_ordered(lua_State *L);
/* lua: next(table, key) in the same order; each step looks at every key */
int pairs_next(lua_State *L);
/* lua: table.sort(list, before), stable */
int pairs_sort(lua_State *L);

#endif

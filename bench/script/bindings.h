/* SPDX-License-Identifier: Apache-2.0 */
/* What the prelude (prelude/…lua) may ask of C; scripts never see it. */
#ifndef DAVY_SCRIPT_BINDINGS_H
#define DAVY_SCRIPT_BINDINGS_H

#include <lua.h>
#include <stdint.h>

/* Registry field: the prelude's function (type name, request id, payload) for every frame. */
#define BINDINGS_DELIVER "davy.deliver"

/* Make the table of bindings. */
void bindings_open(lua_State *L);
/* Run the prelude for a mode ("run", "world", "load"), with random numbers from `seed`. May raise. */
void bindings_start(lua_State *L, const char *mode, int64_t seed);

#endif

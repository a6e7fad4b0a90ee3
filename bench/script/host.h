/* SPDX-License-Identifier: Apache-2.0 */
/* One Lua state, made harmless, and what its functions reach back to. */
#ifndef DAVY_SCRIPT_HOST_H
#define DAVY_SCRIPT_HOST_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "script/memory.h"
#include "script/socket.h"
#include "script/sources.h"
#include "wire/packet.h"

enum { HOST_MEMORY_MIB = 64 };

struct host {
	struct memory memory;
	struct socket socket;
	struct sources sources;
	lua_State *lua;
	uint32_t requests; /* id of the last one */
	bool started;	   /* the file is sound: what goes wrong now is an error while running */
	bool ended;	   /* FAILED was sent and nothing is left to go on with */
	bool over;	   /* DONE was sent */
	bool forced;	   /* the task that runs was made to yield (torture.c) */
};

/* The caller owns `host`, which must not move; done with host_done. */
int host_init(struct host *host, int fd, struct error *err);
void host_done(struct host *host);
struct host *host_of(lua_State *L);

/* Act on one frame from the controller. Whatever goes wrong is reported as FAILED. */
void host_deliver(struct host *host, const struct frame *frame);
/* Send FAILED; the process ends after this turn. */
void host_fail(struct host *host, const char *kind, const char *text);

/* Push on L "file:line" of `of`'s innermost function that came from a source file, or nil. */
void host_push_where(lua_State *L, lua_State *of);
/* Push on L "file:line" of the nearest function outside of that file that led there, or nil. */
void host_push_via(lua_State *L, lua_State *of);
/* Raise "file:line: <format>" as host_push_where sees it. Does not return. */
int host_raise(lua_State *L, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

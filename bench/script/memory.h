/* SPDX-License-Identifier: Apache-2.0 */
/* Lua's memory, with a cap that a script cannot hide from. */
#ifndef DAVY_SCRIPT_MEMORY_H
#define DAVY_SCRIPT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

struct memory {
	size_t used;
	size_t most;
	/* Called when the cap was hit for good; does not return. */
	void (*full)(void *ctx);
	void *ctx;
	bool tortures; /* every object is refused once, so that Lua collects all garbage there and then */

	bool refused;	 /* a block was refused and has not been granted since … */
	const void *old; /* … this one, */
	size_t size;	 /*   to be of this size */
	bool collected;	 /* … for the object that is asked for now */
};

/* A lua_Alloc; `ctx` is the struct memory. */
void *memory_allocate(void *ctx, void *old, size_t old_size, size_t size);
/* At the end of a turn: a refusal that some pcall swallowed is a hit, too. */
void memory_check(struct memory *memory);

#endif

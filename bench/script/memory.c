/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capped allocator for Lua.
 *
 * Lua asks twice: refused once, it collects garbage and asks for the same block again. Only the second
 * refusal is a hit; so is one that can never be granted, and one that nobody asked for again (Lua's
 * buffers do not retry). At a hit the process reports and ends right here, inside the allocator, so that
 * no pcall can turn "out of memory" into a value and carry on with half a structure.
 *
 * Invariant: `used` is the sum of the sizes of all blocks given to Lua.
 */
#include "script/memory.h"

#include <lua.h>
#include <stdlib.h>

static void refuse(struct memory *memory, const void *old, size_t size)
{
	bool again = memory->refused && memory->old == old && memory->size == size;

	if (again || size > memory->most)
		memory->full(memory->ctx);
	memory->refused = true;
	memory->old = old;
	memory->size = size;
}

static void grant(struct memory *memory, const void *old, size_t size)
{
	if (memory->refused && memory->old == old && memory->size == size)
		memory->refused = false;
}

/*
 * Lua says what a new object is by the "old size" of a block that is not there: a string and all that comes
 * after it. Of anything else it cannot be told whether Lua would ask again.
 */
static bool is_object(const void *old, size_t old_size)
{
	return !old && old_size >= LUA_TSTRING;
}

/* Refuse an object the first time that it is asked for. */
static bool is_tortured(struct memory *memory)
{
	memory->collected = !memory->collected;
	return memory->collected;
}

void *memory_allocate(void *ctx, void *old, size_t old_size, size_t size)
{
	struct memory *memory = ctx;
	size_t before = old ? old_size : 0; /* without a block, the old size tells its type */
	void *block;

	if (size == 0) {
		free(old);
		memory->used -= before;
		return NULL;
	}
	if (memory->tortures && is_object(old, old_size) && is_tortured(memory))
		return NULL;
	if (size > before && memory->used - before + size > memory->most) {
		refuse(memory, old, size);
		return NULL;
	}

	grant(memory, old, size);
	block = realloc(old, size);
	if (!block) {
		memory->full(memory->ctx);
		return NULL;
	}
	memory->used += size - before;
	return block;
}

void memory_check(struct memory *memory)
{
	if (memory->refused)
		memory->full(memory->ctx);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that a world is made of beside its own: those of the folder that is named like it. A world
 * NAME/world.lua takes NAME/world/cell.lua in with `part "cell"`.
 */
#ifndef DAVY_RUN_WORLD_PARTS_H
#define DAVY_RUN_WORLD_PARTS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Paths of the parts of the world in this file, sorted; none where there is no such folder. The caller
 * frees each and the array.
 */
char **world_parts(const char *path, size_t *count);
/* Is a source of this name a part of the world of that name? */
bool world_has_part(const char *world, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files are a world's is known from where they lie, before anything is evaluated: the process
 * that evaluates them has no file system, and gets all that it may need beforehand.
 */
#include "run/world_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"

static const char ENDING[] = ".lua";

/* How much of a path stands before the ending of a Lua file; 0: it is none. */
static size_t stem_of(const char *path)
{
	size_t size = strlen(path), tail = sizeof(ENDING) - 1;

	return size > tail && !strcmp(path + size - tail, ENDING) ? size - tail : 0;
}

char **world_parts(const char *path, size_t *count)
{
	char *folder = xstrndup(path, stem_of(path));
	char **names = NULL;
	size_t found = 0;
	struct error ignored;

	*count = 0;
	if (file_list(folder, &names, &found, &ignored) < 0)
		found = 0;
	for (size_t i = 0; i < found; i++) {
		char *name = names[i];

		if (name[0] != '.' && stem_of(name) > 0)
			names[(*count)++] = xprintf("%s/%s", folder, name);
		free(name);
	}
	free(folder);
	return names;
}

bool world_has_part(const char *world, const char *name)
{
	size_t stem = stem_of(world);

	return stem > 0 && !strncmp(world, name, stem) && name[stem] == '/';
}

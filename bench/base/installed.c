/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An installed tree may be moved or staged as a whole (DESTDIR), and one build serves any prefix: no path
 * is compiled in but the last resort.
 *
 * PREFIX/bin/davy, PREFIX/libexec/davy/davy-lua and PREFIX/share/davy/{scripts,fixtures} belong together.
 * A program that has davy-lua beside itself was built and not installed.
 */
#include "base/installed.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define LAST_RESORT "/usr/share/davy"

/* The folder of this program, or NULL. */
static char *own_folder(void)
{
	char self[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (size <= 0)
		return NULL;
	self[size] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	return xstrdup(self);
}

char *installed_beside(const char *name)
{
	char *folder = own_folder();
	char *path = folder ? xprintf("%s/%s", folder, name) : NULL;

	free(folder);
	return path;
}

char *installed_path(const char *name)
{
	char *prefix = own_folder();
	char *slash = prefix ? strrchr(prefix, '/') : NULL;
	char *path;

	if (slash)
		*slash = '\0';
	path = xprintf("%s/%s", slash ? prefix : "/usr", name);
	free(prefix);
	return path;
}

bool installed_here(void)
{
	char *beside = installed_beside("davy-lua");
	char *program = installed_path("libexec/davy/davy-lua");
	bool here = !(beside && file_exists(beside)) && file_exists(program);

	free(beside);
	free(program);
	return here;
}

char *installed_share(void)
{
	const char *given = getenv("DAVY_SHARE");
	char *own;

	if (given && *given)
		return xstrdup(given);
	own = installed_path("share/davy");
	if (file_exists(own))
		return own;
	free(own);
	return xstrdup(LAST_RESORT);
}

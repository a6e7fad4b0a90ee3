/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places: state, program, protocols. The rules of each stand in the header; nothing here makes a folder
 * or opens a file.
 */
#include "cli/place.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/installed.h"

static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

char *place_absolute(const char *path)
{
	char *real = realpath(path, NULL), *here, *whole;

	if (real)
		return real;
	if (path[0] == '/')
		return xstrdup(path);
	here = getcwd(NULL, 0);
	whole = xprintf("%s/%s", here ? here : "", path);
	free(here);
	return whole;
}

/* ---- the state folder ---- */

static char *user_state(struct error *err)
{
	const char *given = from_environment("XDG_STATE_HOME");
	const char *home = from_environment("HOME");
	struct passwd *user;

	if (given && given[0] == '/')
		return xprintf("%s/davy", given);
	if (!home) {
		user = getpwuid(getuid());
		home = user ? user->pw_dir : NULL;
	}
	if (home)
		return xprintf("%s/.local/state/davy", home);
	error_set(err, ERROR_USAGE, "no state folder: user %d has no home; name one with --state",
		  (int)getuid());
	return NULL;
}

/* Whoever may look into the system's bench means that one, also while its service is stopped. */
static bool may_use_system_state(void)
{
	return access(INSTALLED_STATE, R_OK | X_OK) == 0;
}

bool place_misses_system(const char *given)
{
	return !given && !from_environment("DAVY_STATE") && !from_environment("STATE_DIRECTORY") &&
	       installed_here() && file_exists(INSTALLED_STATE) && !may_use_system_state();
}

char *place_state(const char *given, struct error *err)
{
	const char *service = from_environment("STATE_DIRECTORY");

	if (given && !*given) {
		error_set(err, ERROR_USAGE, "--state names no folder");
		return NULL;
	}
	if (!given)
		given = from_environment("DAVY_STATE");
	if (given)
		return place_absolute(given);
	if (service)
		return xstrndup(service, strcspn(service, ":"));
	if (installed_here() && may_use_system_state())
		return xstrdup(INSTALLED_STATE);
	return user_state(err);
}

/* ---- programs and files ---- */

static char *program_of(const char *variable, const char *name, const char *what, struct error *err)
{
	const char *given = from_environment(variable);
	char *beside = installed_beside(name), *path;

	if (given)
		path = place_absolute(given);
	else if (beside && file_exists(beside))
		path = xstrdup(beside);
	else {
		char *below = xprintf("libexec/davy/%s", name);

		path = installed_path(below);
		free(below);
	}
	free(beside);
	if (access(path, X_OK) == 0)
		return path;
	error_os(err, "%s: %s", path, what);
	free(path);
	return NULL;
}

char *place_program(struct error *err)
{
	return program_of("DAVY_LUA", "davy-lua", "the program that runs protocols", err);
}

char *place_push_program(struct error *err)
{
	return program_of("DAVY_PUSH", "davy-push", "the program that brings records elsewhere",
			  err);
}

static bool holds(const char *folder, const char *name)
{
	char *path = xprintf("%s/%s", folder, name);
	bool found = file_exists(path);

	free(path);
	return found;
}

/* `folder` (taken) or the nearest one above it that holds all of these; or NULL. */
static char *climb(char *folder, const char *one, const char *other)
{
	char *slash;

	while (!holds(folder, one) || !holds(folder, other)) {
		slash = strrchr(folder, '/');
		if (!slash || !folder[1]) {
			free(folder);
			return NULL;
		}
		slash[slash == folder] = '\0';
	}
	return folder;
}

static char *installed_tree(void)
{
	char *share = installed_share(), *whole = place_absolute(share);

	free(share);
	return whole;
}

char *place_tree(void)
{
	char *here = getcwd(NULL, 0);
	char *tree = here ? climb(here, "scripts", "fixtures") : NULL;

	return tree ? tree : installed_tree();
}

char *place_tree_of(const char *path)
{
	char *tree = climb(xstrdup(path), "fixtures", "fixtures");

	return tree ? tree : installed_tree();
}

const char *place_short(const char *path, const char *tree)
{
	size_t size = strlen(tree);
	const char *slash = strrchr(path, '/');

	if (size && !strncmp(path, tree, size) && path[size] == '/')
		return path + size + 1;
	return slash ? slash + 1 : path;
}

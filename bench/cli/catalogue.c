/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue is the tree itself: there is no list that could be out of date. What a file holds is
 * known only by evaluating it, each in a process of its own that cannot reach anything.
 */
#include "cli/catalogue.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/place.h"
#include "loop/loop.h"
#include "run/loader.h"
#include "run/world_parts.h"

enum { FILE_MOST = 4 << 20, DEPTH_MOST = 8 };

/* ---- finding ---- */

struct found {
	char **paths;
	size_t count;
};

static bool ends_in(const char *text, const char *ending)
{
	size_t size = strlen(text), tail = strlen(ending);

	return size >= tail && !strcmp(text + size - tail, ending);
}

static void walk(struct found *found, const char *folder, const char *ending, int depth)
{
	struct error ignored;
	char **names;
	size_t count;

	if (depth == DEPTH_MOST || file_list(folder, &names, &count, &ignored) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s", folder, names[i]);
		struct stat status;

		if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
			walk(found, path, ending, depth + 1);
		} else if (ends_in(path, ending)) {
			found->paths =
				xrealloc(found->paths, (found->count + 1) * sizeof(*found->paths));
			found->paths[found->count++] = xstrdup(path);
		}
		free(path);
		free(names[i]);
	}
	free(names);
}

char **catalogue_walk(const char *folder, const char *ending, size_t *count)
{
	struct found found = {NULL, 0};

	walk(&found, folder, ending, 0);
	*count = found.count;
	return found.paths;
}

static void free_paths(char **paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
}

const char *catalogue_kind(const char *path)
{
	static const char *const KINDS[][2] = {
		{"fixture.lua", "fixture"}, {"driver.lua", "driver"},	{"twin.lua", "simulator"},
		{"world.lua", "world"},	    {"station.lua", "station"},
	};
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strcmp(name, KINDS[i][0]))
			return KINDS[i][1];
	return "protocol";
}

/* ---- loading ---- */

struct loading {
	struct loop *loop;
	struct value *data;
	struct error *err;
};

static void loaded(void *ctx, struct value *data, const struct error *err)
{
	struct loading *loading = ctx;

	loading->data = data;
	if (err)
		*loading->err = *err;
	loop_quit(loading->loop);
}

static struct value *load_text(const char *program, const struct load_request *request,
			       struct error *err)
{
	struct loading loading = {.loop = loop_new(err), .err = err};
	struct loader *loader;

	if (!loading.loop)
		return NULL;
	loader = loader_start(loading.loop, program, request, loaded, &loading, err);
	if (loader)
		loop_run(loading.loop, err);
	loader_free(loader);
	loop_free(loading.loop);
	return loading.data;
}

/* The files of a world's own folder. */
struct parts {
	char **path;
	struct buf *text;
	struct source_file *file;
	size_t count;
};

static void free_parts(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		buf_done(&parts->text[i]);
	free_paths(parts->path, parts->count);
	free(parts->text);
	free(parts->file);
}

static int read_parts(struct parts *parts, const char *world, const char *tree, struct error *err)
{
	parts->path = world_parts(world, &parts->count);
	parts->text = xcalloc(parts->count + 1, sizeof(*parts->text));
	parts->file = xcalloc(parts->count + 1, sizeof(*parts->file));
	for (size_t i = 0; i < parts->count; i++) {
		struct buf *text = &parts->text[i];

		buf_init(text);
		if (file_read(parts->path[i], FILE_MOST, text, err) < 0)
			return -1;
		parts->file[i] = (struct source_file){place_short(parts->path[i], tree), text->data,
						      text->size};
	}
	return 0;
}

struct value *catalogue_load(const char *program, const char *kind, const char *path,
			     struct error *err)
{
	char *whole = place_absolute(path), *tree = place_tree_of(whole);
	bool world = !strcmp(kind, "world");
	struct parts parts = {0};
	struct value *data = NULL;
	struct buf text;

	buf_init(&text);
	if (file_read(path, FILE_MOST, &text, err) == 0 &&
	    (!world || read_parts(&parts, whole, tree, err) == 0)) {
		struct load_request request = {.kind = kind,
					       .name = place_short(whole, tree),
					       .text = text.data,
					       .size = text.size,
					       .parts = parts.file,
					       .part_count = parts.count,
					       .simulated = true};

		data = load_text(program, &request, err);
	}
	free_parts(&parts);
	buf_done(&text);
	free(tree);
	free(whole);
	return data;
}

/* ---- protocols by name ---- */

static bool has_id(const char *program, const char *path, const char *id)
{
	struct error ignored;
	struct value *data = catalogue_load(program, "protocol", path, &ignored);
	const char *own = value_get_text(data, "id");
	bool same = own && !strcmp(own, id);

	value_free(data);
	return same;
}

static char *find_by_name(char **paths, size_t count, const char *name, struct error *err)
{
	char *ending = xprintf("/%s.lua", name), *path = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!ends_in(paths[i], ending))
			continue;
		if (path) {
			error_set(err, ERROR_USAGE, "'%s' is the name of two protocols: %s and %s",
				  name, path, paths[i]);
			free(path);
			path = NULL;
			break;
		}
		path = xstrdup(paths[i]);
	}
	free(ending);
	return path;
}

static char *find_below(const char *program, const char *tree, const char *name, struct error *err)
{
	char *folder = xprintf("%s/scripts", tree), *path;
	size_t count;
	char **paths = catalogue_walk(folder, ".lua", &count);

	error_set(err, ERROR_USAGE,
		  "no protocol '%s': there is no such file, and below %s none has this name or id; "
		  "`davy list protocols` shows them",
		  name, folder);
	path = find_by_name(paths, count, name, err);
	for (size_t i = 0; !path && i < count; i++)
		if (strchr(name, '.') && has_id(program, paths[i], name))
			path = xstrdup(paths[i]);
	free_paths(paths, count);
	free(folder);
	return path;
}

char *catalogue_find_protocol(const char *program, const char *name, struct error *err)
{
	struct stat status;
	char *tree, *path;

	if (stat(name, &status) == 0 && S_ISREG(status.st_mode))
		return place_absolute(name);
	if (name[0] == '/' || name[0] == '.' || ends_in(name, ".lua")) {
		error_set(err, ERROR_USAGE, "%s: there is no such protocol file", name);
		return NULL;
	}
	tree = place_tree();
	path = find_below(program, tree, name, err);
	free(tree);
	return path;
}

/* ---- the check that a bracket names ---- */

/* 1: it has this id and checks this fixture; 0: another id; -1: it checks something else. */
static int is_check(const char *program, const char *path, const struct value *protocol,
		    struct error *err)
{
	const char *id = value_get_text(protocol, "bracket");
	const char *fixture = value_get_text(protocol, "fixture");
	struct error ignored;
	struct value *data = catalogue_load(program, "protocol", path, &ignored);
	const char *own = value_get_text(data, "id"), *checks = value_get_text(data, "checks");
	int done = own && !strcmp(own, id) ? 1 : 0;

	if (done && (!checks || !fixture || strcmp(checks, fixture) != 0)) {
		error_set(err, ERROR_USAGE,
			  "protocol %s: its bracket, %s (%s), checks %s%s, and not %s on which it "
			  "runs: name the check of that fixture",
			  value_get_text(protocol, "id"), id, path,
			  checks ? "the fixture " : "no fixture", checks ? checks : "",
			  fixture ? fixture : "the one");
		done = -1;
	}
	value_free(data);
	return done;
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
}

/* Files are named after the last word of their ids, as a rule: those first, since each is evaluated. */
static int look_in(const char *program, const char *folder, const struct value *protocol,
		   struct error *err)
{
	const char *id = value_get_text(protocol, "bracket"), *dot = strrchr(id, '.');
	char *ending = xprintf("/%s.lua", dot ? dot + 1 : id);
	size_t count;
	char **paths = catalogue_walk(folder, ".lua", &count);
	int found = 0;

	for (int named = 1; named >= 0; named--)
		for (size_t i = 0; i < count && found == 0; i++)
			if (ends_in(paths[i], ending) == (named == 1))
				found = is_check(program, paths[i], protocol, err);
	free_paths(paths, count);
	free(ending);
	return found;
}

static int look_beside(const char *program, const char *path, const struct value *protocol,
		       struct error *err)
{
	const char *id = value_get_text(protocol, "bracket"), *dot = strrchr(id, '.');
	char *folder = folder_of(path);
	char *beside = xprintf("%s/%s.lua", folder, dot ? dot + 1 : id);
	int found = file_exists(beside) ? is_check(program, beside, protocol, err) : 0;

	free(beside);
	free(folder);
	return found;
}

static int look_below(const char *program, const char *tree, const struct value *protocol,
		      struct error *err)
{
	char *folder = xprintf("%s/scripts", tree);
	int found = look_in(program, folder, protocol, err);

	free(folder);
	return found;
}

int catalogue_has_check(const char *program, const char *path, const struct value *protocol,
			struct error *err)
{
	const char *id = value_get_text(protocol, "bracket");
	char *own = place_tree_of(path), *here = place_tree();
	int found = id ? look_beside(program, path, protocol, err) : 1;

	if (found == 0)
		found = look_below(program, own, protocol, err);
	if (found == 0 && strcmp(own, here) != 0)
		found = look_below(program, here, protocol, err);
	if (found == 0)
		error_set(err, ERROR_USAGE,
			  "protocol %s: its runs count between two checks of their fixture, and no "
			  "protocol has the id %s that its bracket names: put that one beside it "
			  "or below %s/scripts, or correct the id",
			  value_get_text(protocol, "id"), id, own);
	free(own);
	free(here);
	return found == 1 ? 0 : -1;
}

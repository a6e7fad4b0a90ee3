/* SPDX-License-Identifier: Apache-2.0 */
/* The lines stand in the order in which runs are asked for, so each is looked for behind the one before it. */
#include "run/ended_runs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"

enum { FILE_MOST = 64 << 20 };

struct ended_runs {
	char *state, *path;
	struct buf old, now;
	size_t at; /* of `old`: the line that may be the next run's */
};

struct ended_runs *ended_runs_open(const char *state)
{
	struct ended_runs *runs = xcalloc(1, sizeof(*runs));
	struct error ignored;

	runs->state = xstrdup(state);
	runs->path = xprintf("%s/ended", state);
	buf_init(&runs->old);
	buf_init(&runs->now);
	if (file_read(runs->path, FILE_MOST, &runs->old, &ignored) < 0)
		runs->old.size = 0;
	return runs;
}

/* What the file says of a run whose journal is as it is now; the caller frees it. NULL: it has none. */
static char *line_of(const struct ended_runs *runs, const char *name)
{
	char *path = xprintf("%s/runs/%s/journal", runs->state, name);
	struct stat journal;
	bool is_there = stat(path, &journal) == 0;

	free(path);
	return is_there ? xprintf("%s %lld\n", name, (long long)journal.st_size) : NULL;
}

/* Lines before that of this name are of runs that are no longer there. */
static bool find_line(struct ended_runs *runs, const char *line)
{
	size_t size = strlen(line), name = (size_t)(strrchr(line, ' ') - line);

	while (runs->at < runs->old.size) {
		const char *old = runs->old.data + runs->at;
		size_t left = runs->old.size - runs->at;
		const char *end = memchr(old, '\n', left), *space = memchr(old, ' ', left);
		size_t old_name = space && end && space < end ? (size_t)(space - old) : 0;
		int order = memcmp(old, line, old_name < name ? old_name : name);

		if (order > 0 || (order == 0 && old_name > name))
			return false;
		if (order == 0 && old_name == name)
			return left >= size && !memcmp(old, line, size);
		runs->at += end ? (size_t)(end - old) + 1 : left;
	}
	return false;
}

bool ended_runs_has(struct ended_runs *runs, const char *name)
{
	char *line = line_of(runs, name);
	bool known = line && find_line(runs, line);

	if (known)
		buf_add_text(&runs->now, line);
	free(line);
	return known;
}

void ended_runs_add(struct ended_runs *runs, const char *name)
{
	char *line = line_of(runs, name);

	if (line)
		buf_add_text(&runs->now, line);
	free(line);
}

void ended_runs_close(struct ended_runs *runs)
{
	struct error err;

	if ((runs->now.size != runs->old.size ||
	     (runs->now.size && memcmp(runs->now.data, runs->old.data, runs->now.size) != 0)) &&
	    file_write(runs->path, runs->now.data, runs->now.size, &err) < 0)
		log_warning("%s: the next start will take longer", err.text);
	buf_done(&runs->old);
	buf_done(&runs->now);
	free(runs->path);
	free(runs->state);
	free(runs);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source files in memory. This process has no file system: the controller reads the files and sends
 * them in chunks, all of them before START. The bounds only keep a broken controller from filling the
 * memory of a child; real files are a hundredth of them.
 */
#include "script/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void sources_done(struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		free(sources->source[i].name);
		buf_done(&sources->source[i].text);
	}
	sources->count = 0;
}

static struct source *find_or_add(struct sources *sources, const char *name)
{
	struct source *source;

	for (size_t i = 0; i < sources->count; i++)
		if (!strcmp(sources->source[i].name, name))
			return &sources->source[i];
	if (sources->count == SOURCES_MOST)
		return NULL;
	source = &sources->source[sources->count++];
	source->name = xstrdup(name);
	buf_init(&source->text);
	return source;
}

int sources_add(struct sources *sources, const struct value *chunk, struct error *err)
{
	const char *name = value_get_text(chunk, "name");
	const struct value *text = value_get(chunk, "text");
	struct source *source = name ? find_or_add(sources, name) : NULL;

	if (!source || !text || text->kind != VALUE_TEXT)
		return error_set(err, ERROR_USAGE, "more than %d source files", SOURCES_MOST);
	if (source->text.size + text->size > SOURCE_MOST_BYTES)
		return error_set(err, ERROR_USAGE, "%s: a source file has at most %d KiB", name,
				 SOURCE_MOST_BYTES / 1024);
	buf_add(&source->text, text->text, text->size);
	return 0;
}

const struct source *sources_find(const struct sources *sources, const char *name)
{
	for (size_t i = 0; i < sources->count; i++)
		if (!strcmp(sources->source[i].name, name))
			return &sources->source[i];
	return NULL;
}

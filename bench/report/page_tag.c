/* SPDX-License-Identifier: Apache-2.0 */
/* A tag of a template word by word, and where in its file something stands. */
#include "report/page_inside.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void page_place(const struct page_file *file, const char *at, int *line, int *column)
{
	*line = *column = 1;
	for (const char *c = file->text.data; c < at; c++) {
		if (*c == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)*c & 0xc0) != 0x80) {
			++*column;
		}
	}
}

int page_blame(const struct reading *reading, const char *at)
{
	int line, column;

	page_place(reading->file, at, &line, &column);
	return error_context(reading->err, "%s:%d:%d", reading->file->name, line, column);
}

int page_blames(const struct node *node, struct error *err)
{
	return error_context(err, "%s:%d:%d", node->file->name, node->line, node->column);
}

int page_refuse(const struct reading *reading, const char *at, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	error_set(reading->err, ERROR_USAGE, "%s", text ? text : format);
	free(text);
	return page_blame(reading, at);
}

/* ---- words of a tag ---- */

static void skip_blanks(struct tag *tag)
{
	while (tag->at < tag->end && isspace((unsigned char)*tag->at))
		tag->at++;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* The next word, "" where there is none; the caller frees it. */
char *page_take_word(struct tag *tag)
{
	const char *from;

	skip_blanks(tag);
	from = tag->at;
	while (tag->at < tag->end && is_word(*tag->at))
		tag->at++;
	return xstrndup(from, (size_t)(tag->at - from));
}

/* The next word if it is this one. */
bool page_take(struct tag *tag, const char *word)
{
	struct tag was = *tag;
	char *next = page_take_word(tag);
	bool same = !strcmp(next, word);

	free(next);
	if (!same)
		*tag = was;
	return same;
}

/* "m.verdict": names with points between them. */
static bool is_path(const char *word)
{
	size_t size = strlen(word);

	return isalpha((unsigned char)*word) && word[size - 1] != '.' && !strstr(word, "..");
}

int page_take_path(const struct reading *reading, struct tag *tag, char **path)
{
	*path = page_take_word(tag);
	if (is_path(*path))
		return 0;
	return page_refuse(reading, tag->at,
			   "the name of a fact is wanted here, such as dut.serial");
}

/* A text between quotes; NULL, and the sentence. */
char *page_take_quoted(const struct reading *reading, struct tag *tag)
{
	const char *from, *close;

	skip_blanks(tag);
	if (tag->at == tag->end || *tag->at != '"') {
		page_refuse(reading, tag->at, "a text in quotes is wanted here, such as \"FAIL\"");
		return NULL;
	}
	from = tag->at + 1;
	close = memchr(from, '"', (size_t)(tag->end - from));
	if (!close) {
		page_refuse(reading, tag->at,
			    "a quote begins and does not end within its {%% … %%}");
		return NULL;
	}
	tag->at = close + 1;
	return xstrndup(from, (size_t)(close - from));
}

int page_at_end(const struct reading *reading, struct tag *tag)
{
	skip_blanks(tag);
	if (tag->at == tag->end)
		return 0;
	return page_refuse(reading, tag->at, "'%.*s' is too much here", (int)(tag->end - tag->at),
			   tag->at);
}

/* From the opening mark at `reading->at` to the closing one, which is passed. */
int page_take_tag(struct reading *reading, const char *closing, struct tag *tag)
{
	const char *from = reading->at + 2;
	const char *close = memmem(from, (size_t)(reading->end - from), closing, 2);

	if (!close)
		return page_refuse(reading, reading->at, "this %.2s has no %s behind it",
				   reading->at, closing);
	*tag = (struct tag){.begin = reading->at, .at = from, .end = close};
	while (tag->end > tag->at && isspace((unsigned char)tag->end[-1]))
		tag->end--;
	reading->at = close + 2;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Fields are cut out of the text in place: what a quote doubled is moved together, and each end becomes a NUL. */
#include "base/csv.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MARK[] = "\xef\xbb\xbf";

void csv_begin(struct csv *csv, char *text, const char *where)
{
	if (!strncmp(text, MARK, strlen(MARK)))
		text += strlen(MARK);
	*csv = (struct csv){.where = where, .next = text, .next_line = 1};
}

static char *skip_blanks(char *text)
{
	return text + strspn(text, " \t");
}

/* Blanks at its end are none of the field's. */
static void end_field(char *field, char *end)
{
	while (end > field && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
}

/* Undo the quotes of a field; returns what stands behind it, or NULL where the quote never ends. */
static char *unquote(struct csv *csv, char *field)
{
	char *to = field, *from = field + 1;

	for (; *from && (*from != '"' || from[1] == '"'); from++) {
		if (*from == '"')
			from++;
		if (*from == '\n')
			csv->next_line++;
		*to++ = *from;
	}
	if (!*from)
		return NULL;
	*to = '\0';
	return from + 1;
}

static bool ends_field(char c)
{
	return c == ',' || c == '\n' || c == '\0';
}

/*
 * Take the field at `from`, a string in its place. Returns where it ended, and `ended` is what stood there: a comma, a
 * line's end, or the NUL of the text. NULL: refused.
 */
static char *take_field(struct csv *csv, char *from, char *ended, struct error *err)
{
	char *field = skip_blanks(from), *end;
	bool quoted = *field == '"';

	end = quoted ? unquote(csv, field) : field + strcspn(field, ",\n");
	if (!end) {
		error_set(err, ERROR_USAGE, "%s:%u: a quote begins and never ends", csv->where,
			  csv->line);
		return NULL;
	}
	if (quoted)
		end += strspn(end, " \t\r");
	*ended = *end;
	if (!ends_field(*ended)) {
		error_set(err, ERROR_USAGE,
			  "%s:%u: something stands behind a field's closing quote", csv->where,
			  csv->line);
		return NULL;
	}
	if (!quoted)
		end_field(field, end);
	csv->field[csv->count++] = field;
	return end;
}

static bool is_no_row(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '\n' || *line == '#';
}

static void skip_lines(struct csv *csv)
{
	while (*csv->next && is_no_row(csv->next)) {
		csv->next += strcspn(csv->next, "\n");
		csv->next += *csv->next == '\n';
		csv->next_line++;
	}
	if (csv->next[strspn(csv->next, " \t\r")] == '\0')
		csv->next += strlen(csv->next);
}

int csv_next(struct csv *csv, struct error *err)
{
	char *at, ended;

	skip_lines(csv);
	if (!*csv->next)
		return 0;
	csv->line = csv->next_line;
	csv->count = 0;
	at = csv->next;
	do {
		if (csv->count == CSV_FIELDS_MOST)
			return error_set(
				err, ERROR_USAGE,
				"%s:%u: a row has at most %d fields, and this one has more",
				csv->where, csv->line, CSV_FIELDS_MOST);
		at = take_field(csv, at, &ended, err);
		if (!at)
			return -1;
		at += ended != '\0';
	} while (ended == ',');
	csv->next = at;
	csv->next_line += ended == '\n';
	return 1;
}

/* ---- writing ---- */

void csv_add_mark(struct buf *out)
{
	buf_add_text(out, MARK);
}

/* What begins with a sign and a digit is a value, unless it calls a function or another program. */
static bool is_computed(const char *text)
{
	if (*text == '+' || *text == '-')
		return !isdigit((unsigned char)text[1]) || strpbrk(text, "=|!(");
	return *text && strchr("=@\t\r", *text);
}

void csv_add_field(struct buf *out, const char *text)
{
	bool quoted = strpbrk(text, ",\"\r\n");

	if (quoted)
		buf_add_byte(out, '"');
	if (is_computed(text))
		buf_add_byte(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_byte(out, '"');
		buf_add_byte(out, (uint8_t)*text);
	}
	if (quoted)
		buf_add_byte(out, '"');
}

void csv_add_number(struct buf *out, double number)
{
	char text[40];
	int digits = 15;

	do
		snprintf(text, sizeof(text), "%.*g", digits, number);
	while (strtod(text, NULL) != number && digits++ < 17);
	buf_add_text(out, text);
}

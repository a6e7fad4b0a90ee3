/* SPDX-License-Identifier: Apache-2.0 */
/* Lines are cut apart in a copy of the text, in which the numbers then stand. */
#include "record/unit_list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "base/utf8.h"

static const char MARK[] = "\xef\xbb\xbf";

/* A number, the line in which it stood, and how it is compared. */
struct line {
	char *serial;
	size_t number;
	size_t folded; /* where it begins in the text of all that are folded */
};

struct lines {
	struct line *at;
	size_t count, room;
	struct buf folded;
};

static size_t blank_size(const char *text)
{
	return *text == ' ' || *text == '\t' ? 1 : !strncmp(text, "\u3000", 3) ? 3 : 0;
}

static char *trimmed(char *text)
{
	size_t size, end = 0;

	while (blank_size(text))
		text += blank_size(text);
	for (size_t i = 0; text[i]; i += size) {
		size = blank_size(text + i);
		end = size ? end : i + 1;
		size = size ? size : 1;
	}
	text[end] = '\0';
	return text;
}

static bool is_head(const char *text)
{
	static const char *const NAMES[] = {"serial", "serial number", "出厂编号", "编号",
					    "序列号"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (spelling_same(text, NAMES[i]))
			return true;
	return false;
}

/* Two numbers that differ in nothing that is seen would be drawn by different tickets. */
static bool has_hidden(const char *text)
{
	static const char *const HIDDEN[] = {"\u00ad", "\u200b", "\u200c", "\u200d",
					     "\u200e", "\u200f", "\u2060", "\ufeff"};

	for (size_t i = 0; i < sizeof(HIDDEN) / sizeof(HIDDEN[0]); i++)
		if (strstr(text, HIDDEN[i]))
			return true;
	return spelling_is_blank(text);
}

static int check_serial(const char *serial, size_t number, const char *where, struct error *err)
{
	if (strpbrk(serial, ",;\t\"\\"))
		return error_set(err, ERROR_USAGE,
				 "%s: line %zu ('%.40s') has more than one field: a list of units "
				 "has one serial number in each line and nothing else",
				 where, number, serial);
	for (const char *c = serial; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return error_set(err, ERROR_USAGE,
					 "%s: line %zu has a control character in it", where,
					 number);
	if (strlen(serial) > UNIT_SERIAL_MOST)
		return error_set(err, ERROR_USAGE,
				 "%s: the number in line %zu has %zu bytes and may have %d", where,
				 number, strlen(serial), UNIT_SERIAL_MOST);
	if (has_hidden(serial))
		return error_set(err, ERROR_USAGE,
				 "%s: line %zu ('%.40s') has a mark in it that nobody sees", where,
				 number, serial);
	return 0;
}

static int take_line(struct lines *lines, char *text, size_t number, const char *where,
		     struct error *err)
{
	char *serial = trimmed(text);

	if (!*serial || (number == 1 && is_head(serial)))
		return 0;
	if (is_head(serial))
		return error_set(
			err, ERROR_USAGE,
			"%s: line %zu ('%.40s') is the name of a column and no serial number",
			where, number, serial);
	if (check_serial(serial, number, where, err) < 0)
		return -1;
	if (lines->count == UNIT_LIST_MOST)
		return error_set(err, ERROR_USAGE, "%s: has more than %d units", where,
				 UNIT_LIST_MOST);
	if (lines->count == lines->room) {
		lines->room = lines->room ? lines->room * 2 : 256;
		lines->at = xrealloc(lines->at, lines->room * sizeof(*lines->at));
	}
	lines->at[lines->count++] = (struct line){serial, number, lines->folded.size};
	spelling_fold(&lines->folded, serial);
	buf_add_byte(&lines->folded, '\0');
	return 0;
}

static int take_lines(struct lines *lines, char *text, const char *where, struct error *err)
{
	for (size_t number = 1; *text; number++) {
		char *end = text + strcspn(text, "\r\n");
		char *next = end[0] == '\r' && end[1] == '\n' ? end + 2 : end + (*end != '\0');

		*end = '\0';
		if (take_line(lines, text, number, where, err) < 0)
			return -1;
		text = next;
	}
	if (lines->count == 0)
		return error_set(err, ERROR_USAGE, "%s: has no serial number in it", where);
	return 0;
}

static int by_spelling(const void *a, const void *b, void *folded)
{
	const struct line *one = a, *other = b;
	const char *texts = folded;
	int order = strcmp(texts + one->folded, texts + other->folded);

	return order ? order : one->number < other->number ? -1 : 1;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Two units with one number are a mistake, or one of them is no unit of this maker: a person has to look. */
static int check_twice(struct lines *lines, const char *where, struct error *err)
{
	const char *texts = lines->folded.data;

	qsort_r(lines->at, lines->count, sizeof(*lines->at), by_spelling, lines->folded.data);
	for (size_t i = 1; i < lines->count; i++) {
		const struct line *one = &lines->at[i - 1], *other = &lines->at[i];

		if (!strcmp(texts + one->folded, texts + other->folded))
			return error_set(err, ERROR_USAGE,
					 "%s: lines %zu ('%.40s') and %zu ('%.40s') are one serial "
					 "number: look at both units before they are listed",
					 where, one->number, one->serial, other->number,
					 other->serial);
	}
	return 0;
}

static void make_digest(struct unit_list *list)
{
	struct hash *hash = hash_new();
	uint8_t digest[HASH_SIZE];

	hash_start(hash);
	for (size_t i = 0; i < list->count; i++) {
		hash_add(hash, list->units[i], strlen(list->units[i]));
		hash_add(hash, "\n", 1);
	}
	hash_finish(hash, digest);
	hash_free(hash);
	hash_hex(digest, list->sha256);
}

static int check_text(const char *text, size_t size, const char *where, struct error *err)
{
	size_t valid = utf8_valid_size(text, size), line = 1;

	for (size_t i = 0; i < valid; i++)
		line += text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n');
	if (valid < size || memchr(text, '\0', size))
		return error_set(err, ERROR_USAGE,
				 "%s: line %zu is not UTF-8: save the list as UTF-8 (in a "
				 "spreadsheet, as \"CSV UTF-8\")",
				 where, line);
	return 0;
}

int unit_list_parse(struct unit_list *list, const char *text, size_t size, const char *where,
		    struct error *err)
{
	struct lines lines = {0};
	size_t mark = size >= 3 && !memcmp(text, MARK, 3) ? 3 : 0;
	int done;

	*list = (struct unit_list){0};
	if (check_text(text, size, where, err) < 0)
		return -1;
	buf_init(&lines.folded);
	list->text = xstrndup(text + mark, size - mark);
	done = take_lines(&lines, list->text, where, err);
	if (done == 0)
		done = check_twice(&lines, where, err);
	if (done == 0) {
		list->count = lines.count;
		list->units = xcalloc(lines.count, sizeof(*list->units));
		for (size_t i = 0; i < lines.count; i++)
			list->units[i] = lines.at[i].serial;
		qsort(list->units, list->count, sizeof(*list->units), by_bytes);
		make_digest(list);
	}
	buf_done(&lines.folded);
	free(lines.at);
	return done;
}

void unit_list_write(const struct unit_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		buf_add_text(out, list->units[i]);
		buf_add_byte(out, '\n');
	}
}

void unit_list_done(struct unit_list *list)
{
	free(list->units);
	free(list->text);
	*list = (struct unit_list){0};
}

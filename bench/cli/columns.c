/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns. Width follows Unicode's East Asian Width: W and F take two columns, marks that combine take
 * none, all else one. The C library's wcwidth() would need the right locale to be installed; a bench
 * that speaks Chinese over a serial console often has none.
 *
 * Texts of scripts and devices reach the terminal only through columns_clean or these functions'
 * callers, which use it: an escape sequence in a log line stays a row of question marks, and so does what turns a line around.
 */
#include "cli/columns.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_OTHERWISE = 80, COLUMNS_LEAST = 20, COLUMNS_OF_PAGE = 100, ROWS_OTHERWISE = 24 };

/* The next character; bytes that are no UTF-8 are one character each, of value UINT32_MAX. */
static uint32_t next_character(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	size_t follow = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc2 ? 1 : 0;
	uint32_t character = follow == 3   ? *at & 0x07
			     : follow == 2 ? *at & 0x0f
			     : follow == 1 ? *at & 0x1f
					   : *at;

	*text += 1;
	if (*at >= 0x80 && (follow == 0 || *at > 0xf4))
		return UINT32_MAX;
	for (size_t i = 1; i <= follow; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return UINT32_MAX;
		character = character << 6 | (at[i] & 0x3f);
	}
	*text += follow;
	return character;
}

static size_t width_of(uint32_t character)
{
	static const struct {
		uint32_t first, last;
		size_t width;
	} RANGES[] = {
		{0x0300, 0x036f, 0},   {0x1100, 0x115f, 2},   {0x200b, 0x200f, 0},
		{0x2e80, 0x303e, 2},   {0x3041, 0x33ff, 2},   {0x3400, 0x4dbf, 2},
		{0x4e00, 0x9fff, 2},   {0xa000, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
		{0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},
		{0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2},
		{0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
	};

	for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++)
		if (character >= RANGES[i].first && character <= RANGES[i].last)
			return RANGES[i].width;
	return 1;
}

size_t columns_of(const char *text)
{
	size_t width = 0;

	while (*text)
		width += width_of(next_character(&text));
	return width;
}

/* Bytes of `text` that fit into `most` columns. */
static size_t bytes_in(const char *text, size_t most)
{
	const char *at = text;
	size_t width = 0;

	while (*at) {
		const char *next = at;

		width += width_of(next_character(&next));
		if (width > most)
			break;
		at = next;
	}
	return (size_t)(at - text);
}

void columns_add(struct buf *out, const char *text, size_t most)
{
	if (columns_of(text) <= most) {
		buf_add_text(out, text);
	} else if (most > 0) {
		buf_add(out, text, bytes_in(text, most - 1));
		buf_add_text(out, "…");
	}
}

const char *columns_end(const char *text, size_t most)
{
	for (size_t width = columns_of(text); width > most;)
		width -= width_of(next_character(&text));
	return text;
}

void columns_pad(struct buf *out, const char *text, size_t width)
{
	buf_add_text(out, text);
	for (size_t used = columns_of(text); used < width; used++)
		buf_add_byte(out, ' ');
}

/* How much of `text` goes on a line of `room` columns: up to a blank, or cut where there is none. */
static size_t line_size(const char *text, size_t room)
{
	size_t fits = bytes_in(text, room), size = fits;

	if (!text[fits] || text[fits] == ' ')
		return fits;
	while (size > 0 && text[size - 1] != ' ')
		size--;
	while (size > 0 && text[size - 1] == ' ')
		size--;
	if (size > fits / 2 || (size > 0 && text[fits] > 0 && text[fits - 1] > 0))
		return size;
	/* Chinese has no blanks: cutting beats a line that is left half empty */
	return fits;
}

void columns_wrap(struct buf *out, const char *text, size_t width, size_t indent)
{
	size_t room = width;

	if (indent + 8 > width)
		indent = 0;
	for (;;) {
		size_t size = line_size(text, room);

		if (size == 0 && *text)
			size = 1;
		buf_add(out, text, size);
		text += size;
		text += strspn(text, " ");
		if (!*text)
			return;
		buf_printf(out, "\n%*s", (int)indent, "");
		room = width - indent;
	}
}

/* One column stays free: a terminal wraps when the last one is written. */
size_t columns_on(FILE *out)
{
	struct winsize size;

	if (!isatty(fileno(out)))
		return SIZE_MAX;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return COLUMNS_OTHERWISE - 1;
	return size.ws_col > COLUMNS_LEAST ? size.ws_col - 1u : COLUMNS_LEAST;
}

size_t rows_on(FILE *out)
{
	struct winsize size;

	if (!isatty(fileno(out)))
		return SIZE_MAX;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_row == 0)
		return ROWS_OTHERWISE;
	return size.ws_row;
}

size_t columns_of_page(FILE *out)
{
	size_t room = columns_on(out);

	return room == SIZE_MAX ? COLUMNS_OF_PAGE : room;
}

void columns_print(FILE *out, const char *text)
{
	size_t room = columns_on(out);
	struct buf line, folded;

	buf_init(&line);
	buf_init(&folded);
	while (*text) {
		size_t size = strcspn(text, "\n");

		buf_clear(&line);
		buf_clear(&folded);
		buf_add(&line, text, size);
		columns_wrap(&folded, line.data, room, strspn(line.data, " ") + 2);
		fprintf(out, "%s\n", folded.data);
		text += size + (text[size] == '\n');
	}
	buf_done(&line);
	buf_done(&folded);
}

/* What sets the order in which a line is shown: behind it, a serial number or a verdict would read backwards. */
static bool turns_the_line(uint32_t character)
{
	return character == 0x061c || character == 0x200e || character == 0x200f ||
	       (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069);
}

void columns_clean(char *text)
{
	const char *at = text;
	char *to = text;

	while (*at) {
		const char *from = at;
		uint32_t character = next_character(&at);

		if (character < ' ' || (character >= 0x7f && character < 0xa0) ||
		    character == UINT32_MAX || turns_the_line(character)) {
			*to++ = '?';
			continue;
		}
		memmove(to, from, (size_t)(at - from));
		to += at - from;
	}
	*to = '\0';
}

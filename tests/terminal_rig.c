/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture is kept by cells, as a terminal does, so that what was drawn over is gone.
 */
#include "tests/terminal_rig.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/columns.h"
#include "tests/claims.h"

void terminal_open(struct terminal *terminal, int columns, int rows)
{
	struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};

	memset(terminal, 0, sizeof(*terminal));
	setenv("TERM", "xterm", 1);
	buf_init(&terminal->line);
	terminal->columns = columns;
	terminal->rows = rows;
	terminal->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	CU_ASSERT_FATAL(terminal->master >= 0 && grantpt(terminal->master) == 0 &&
			unlockpt(terminal->master) == 0);
	terminal->out = fopen(ptsname(terminal->master), "r+");
	CU_ASSERT_PTR_NOT_NULL_FATAL(terminal->out);
	ioctl(terminal->master, TIOCSWINSZ, &size);
}

void terminal_close(struct terminal *terminal)
{
	terminal_look(terminal);
	CU_ASSERT_EQUAL(terminal->wrong, 0);
	fclose(terminal->out);
	close(terminal->master);
	buf_done(&terminal->line);
}

static void erase(struct terminal *terminal, int row, int from)
{
	for (int column = from; column < terminal->columns; column++)
		strcpy(terminal->cell[row][column], " ");
	if (from == 0)
		terminal->loud[row] = false;
}

static void down(struct terminal *terminal)
{
	if (terminal->row + 1 < terminal->rows) {
		terminal->row++;
		return;
	}
	memmove(terminal->cell[0], terminal->cell[1],
		(size_t)(terminal->rows - 1) * sizeof(terminal->cell[0]));
	memmove(terminal->loud, terminal->loud + 1, (size_t)terminal->rows - 1);
	erase(terminal, terminal->row, 0);
}

static void put(struct terminal *terminal, const char *text, size_t size)
{
	char character[5] = "";
	int width;

	memcpy(character, text, size);
	width = (int)columns_of(character);
	if (terminal->column + width > terminal->columns) {
		terminal->wrong++;
		return;
	}
	strcpy(terminal->cell[terminal->row][terminal->column], character);
	if (width == 2)
		terminal->cell[terminal->row][terminal->column + 1][0] = '\0';
	if (terminal->column == 0)
		terminal->loud[terminal->row] = terminal->is_loud;
	terminal->column += width;
}

/* Of ESC [ NUMBER LETTER, which is whole. */
static size_t obey(struct terminal *terminal, const char *text)
{
	char *letter;
	long number = strtol(text + 2, &letter, 10);

	if (text[1] != '[' || !strchr("AJKm", *letter))
		terminal->wrong++;
	if (*letter == 'A')
		terminal->row -= (int)number;
	if (terminal->row < 0) {
		terminal->wrong++;
		terminal->row = 0;
	}
	if (*letter == 'm')
		terminal->is_loud = number == 7;
	if (*letter == 'K' || *letter == 'J')
		erase(terminal, terminal->row, terminal->column);
	for (int row = terminal->row + 1; *letter == 'J' && row < terminal->rows; row++)
		erase(terminal, row, 0);
	return (size_t)(letter - text) + 1;
}

/* Up to a NUL that is written behind it: the kernel brings bytes across when it likes. */
static void read_all(struct terminal *terminal, struct buf *text)
{
	struct pollfd ready = {.fd = terminal->master, .events = POLLIN};
	char bytes[4096];

	fputc('\0', terminal->out);
	fflush(terminal->out);
	while (!text->size || text->data[text->size - 1]) {
		ssize_t got = poll(&ready, 1, 10000 * claims_slowness()) > 0
				      ? read(terminal->master, bytes, sizeof(bytes))
				      : -1;

		if (got <= 0) {
			CU_FAIL("what was written to a terminal does not come out");
			return;
		}
		buf_add(text, bytes, (size_t)got);
	}
}

void terminal_look(struct terminal *terminal)
{
	struct buf text;

	buf_init(&text);
	read_all(terminal, &text);
	for (size_t at = 0; at < text.size;) {
		size_t size = utf8_character_size(text.data + at, text.size - at);

		if (text.data[at] == '\x1b') {
			at += obey(terminal, text.data + at);
			continue;
		}
		if (text.data[at] == '\r')
			terminal->column = 0;
		else if (text.data[at] == '\n')
			down(terminal);
		else if (size && text.data[at])
			put(terminal, text.data + at, size);
		at += size ? size : 1;
	}
	buf_done(&text);
}

static void read_row(struct terminal *terminal, int row)
{
	buf_clear(&terminal->line);
	buf_add_text(&terminal->line, "");
	for (int column = 0; column < terminal->columns; column++)
		buf_add_text(&terminal->line, terminal->cell[row][column]);
}

int terminal_row(struct terminal *terminal, const char *part)
{
	for (int row = 0; row < terminal->rows; row++) {
		read_row(terminal, row);
		if (terminal->line.size && strstr(terminal->line.data, part))
			return row;
	}
	return -1;
}

const char *terminal_line(struct terminal *terminal, const char *part)
{
	return terminal_row(terminal, part) < 0 ? NULL : terminal->line.data;
}

bool terminal_shows(struct terminal *terminal, const char *part)
{
	if (terminal_line(terminal, part))
		return true;
	printf("it does not show: %s\n", part);
	for (int row = 0; row < terminal->rows; row++) {
		read_row(terminal, row);
		printf("|%s\n", terminal->line.size ? terminal->line.data : "");
	}
	return false;
}

void terminal_type(struct terminal *terminal, const char *keys)
{
	CU_ASSERT(write(terminal->master, keys, strlen(keys)) == (ssize_t)strlen(keys));
}

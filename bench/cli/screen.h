/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where progress goes: on a terminal, lines that scroll and below them a block that is redrawn in place;
 * elsewhere the lines alone. Nothing it prints is wider than the terminal.
 */
#ifndef DAVY_CLI_SCREEN_H
#define DAVY_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct screen;

/* `out` may be NULL: nothing is shown. Whether it is a terminal decides about the block. */
struct screen *screen_new(FILE *out);
bool screen_is_live(const struct screen *screen);
/* A line that stays. A long one goes on, indented, below itself. */
void screen_say(struct screen *screen, const char *text, size_t indent);
/* A line of the block; a loud one stands out. */
struct screen_line {
	char *text;
	bool loud;
};
/* Replace the block by these lines, each cut to the terminal; none: no block. What stands already is not drawn again. */
void screen_block(struct screen *screen, const struct screen_line *lines, size_t count);
/* How wide a line may be, and how many there are on a terminal. */
size_t screen_columns(const struct screen *screen);
size_t screen_rows(const struct screen *screen);
/* Write out what was said. A reader that has gone away is not written to any more. */
void screen_flush(struct screen *screen);
void screen_free(struct screen *screen); /* removes the block; accepts NULL */

#endif

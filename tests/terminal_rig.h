/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal for claims about what stands on it: a pseudo-terminal of a size, and the picture that a person would see, made of
 * what was written to it. It understands what bench/cli/screen.c says that it uses; everything else is counted as wrong, and
 * so is a line that is wider than the terminal, or a cursor that leaves its top.
 */
#ifndef DAVY_TESTS_TERMINAL_RIG_H
#define DAVY_TESTS_TERMINAL_RIG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

enum { TERMINAL_ROWS = 60, TERMINAL_COLUMNS = 200 };

struct terminal {
	int master;
	FILE *out;
	int columns, rows, row, column;
	char cell[TERMINAL_ROWS][TERMINAL_COLUMNS]
		 [5]; /* one character; "" is the right half of a wide one */
	bool loud[TERMINAL_ROWS];
	bool is_loud;
	int wrong;
	struct buf line; /* of terminal_line */
};

void terminal_open(struct terminal *terminal, int columns, int rows);
/* Asserts that nothing was wrong. */
void terminal_close(struct terminal *terminal);
/* What was written since is on the screen. */
void terminal_look(struct terminal *terminal);
/* The first line of the picture with this in it, until the next call; or NULL. */
const char *terminal_line(struct terminal *terminal, const char *part);
/* … and which one it is, or -1. */
int terminal_row(struct terminal *terminal, const char *part);
/* Prints the picture where it does not stand there. */
bool terminal_shows(struct terminal *terminal, const char *part);
/* Keys. */
void terminal_type(struct terminal *terminal, const char *keys);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Text on a screen that has columns: a Chinese character takes two of them. */
#ifndef DAVY_CLI_COLUMNS_H
#define DAVY_CLI_COLUMNS_H

#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

/* How many columns a UTF-8 text takes. */
size_t columns_of(const char *text);
/* Append so much of `text` as fits into `most` columns; what is cut ends in "…". */
void columns_add(struct buf *out, const char *text, size_t most);
/* The end of `text` that fits into `most` columns. */
const char *columns_end(const char *text, size_t most);
/* Append `text` and blanks up to `width` columns. */
void columns_pad(struct buf *out, const char *text, size_t width);
/* Append `text` broken at blanks into lines of `width` columns, those after the first indented. */
void columns_wrap(struct buf *out, const char *text, size_t width, size_t indent);
/* How many columns lines to `out` may have; SIZE_MAX where it is no terminal. */
size_t columns_on(FILE *out);
/* How many lines a terminal has; SIZE_MAX where it is none. */
size_t rows_on(FILE *out);
/* The width of a line, but a page's, which people still read, where it is no terminal. */
size_t columns_of_page(FILE *out);
/* Print lines, each broken where the terminal ends and then indented by two more than it begins. */
void columns_print(FILE *out, const char *text);
/*
 * Make a text from a script or a device harmless for a terminal: control characters and bytes that are
 * no UTF-8 become "?". In place.
 */
void columns_clean(char *text);

/* Rows whose cells stand below each other (table.c). */
struct table;

struct table *table_new(size_t cells);
/* `cells` texts, copied; NULL is an empty cell. */
void table_add(struct table *table, const char *const *cells);
size_t table_count(const struct table *table);
/* The first row names the columns. */
void table_has_head(struct table *table);
/*
 * Print with `indent` blanks before every row and two between cells. Where a row is wider than the
 * terminal, cells are broken within their columns; where even that is too wide, a table with a head
 * becomes records: the first cell, and below it each other one behind its name.
 */
void table_print(const struct table *table, size_t indent, FILE *out);
void table_free(struct table *table);

#endif

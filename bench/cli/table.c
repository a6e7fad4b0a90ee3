/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables for terminals of any width. There are three ways to print one, the first that fits is taken:
 *
 *   as wide as it is;
 *   as a grid: the widest columns are narrowed one by one, and a cell is broken within its own;
 *   as records (a table with a head), one below the other:
 *
 *     li_ion_cell.overcharge
 *         fixture: battery_bench   standard: GB 31241-2022
 *         title: Li-ion cell: overcharge
 *
 * The first column names the row and is never narrowed, nor is one of NARROW_LEAST columns or fewer; no
 * column is narrower than its longest word.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"

enum { GAP = 2, WORD_MOST = 24, NARROW_LEAST = 16, RECORD_INDENT = 4 };

struct table {
	size_t cells, rows, room;
	bool headed;
	char **cell; /* row by row */
};

struct table *table_new(size_t cells)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->cells = cells;
	return table;
}

void table_has_head(struct table *table)
{
	table->headed = true;
}

void table_add(struct table *table, const char *const *cells)
{
	if (table->rows == table->room) {
		table->room = table->room ? table->room * 2 : 16;
		table->cell =
			xrealloc(table->cell, table->room * table->cells * sizeof(*table->cell));
	}
	for (size_t i = 0; i < table->cells; i++) {
		char *cell = xstrdup(cells[i] ? cells[i] : "");

		columns_clean(cell);
		table->cell[table->rows * table->cells + i] = cell;
	}
	table->rows++;
}

size_t table_count(const struct table *table)
{
	return table->rows;
}

static const char *cell_of(const struct table *table, size_t row, size_t cell)
{
	return table->cell[row * table->cells + cell];
}

/* ---- how wide ---- */

/* The longest word; one that is longer than most are (Chinese has no blanks) may be cut. */
static size_t word_width(const char *text)
{
	size_t widest = 0;
	char word[WORD_MOST * 4 + 1];

	while (*text) {
		size_t size = strcspn(text, " "), width = WORD_MOST;

		if (size < sizeof(word)) {
			memcpy(word, text, size);
			word[size] = '\0';
			width = columns_of(word);
		}
		if (width > widest)
			widest = width;
		text += size;
		text += strspn(text, " ");
	}
	return widest < WORD_MOST ? widest : WORD_MOST;
}

static void measure(const struct table *table, size_t *wide, size_t *least)
{
	for (size_t cell = 0; cell < table->cells; cell++) {
		size_t some;

		wide[cell] = least[cell] = 0;
		for (size_t row = 0; row < table->rows; row++) {
			size_t width = columns_of(cell_of(table, row, cell));
			size_t word = cell ? word_width(cell_of(table, row, cell)) : width;

			if (width > wide[cell])
				wide[cell] = width;
			if (word > least[cell])
				least[cell] = word;
		}
		some = wide[cell] < NARROW_LEAST ? wide[cell] : NARROW_LEAST;
		if (least[cell] < some)
			least[cell] = some;
	}
}

static size_t total(const struct table *table, const size_t *wide)
{
	size_t sum = 0;

	for (size_t cell = 0; cell < table->cells; cell++)
		sum += wide[cell] ? wide[cell] + (cell ? GAP : 0) : 0;
	return sum;
}

/* Take from the widest column that can give, until all fit. False: they cannot. */
static bool narrow(const struct table *table, size_t *wide, const size_t *least, size_t room)
{
	while (total(table, wide) > room) {
		size_t widest = table->cells;

		for (size_t cell = 1; cell < table->cells; cell++)
			if (wide[cell] > least[cell] &&
			    (widest == table->cells || wide[cell] > wide[widest]))
				widest = cell;
		if (widest == table->cells)
			return false;
		wide[widest]--;
	}
	return true;
}

/* ---- grid ---- */

/* The next line of a cell; `text` moves behind it. */
static void add_line(struct buf *line, char **text, size_t wide)
{
	char *end = strchr(*text, '\n');

	if (end)
		*end = '\0';
	columns_pad(line, *text, wide);
	*text = end ? end + 1 : *text + strlen(*text);
}

static void print_line(struct buf *line, FILE *out)
{
	while (line->size && line->data[line->size - 1] == ' ')
		line->data[--line->size] = '\0';
	fprintf(out, "%s\n", line->data);
}

static void print_row(const struct table *table, size_t row, const size_t *wide, size_t indent,
		      FILE *out)
{
	struct buf *cells = xcalloc(table->cells, sizeof(*cells)), line;
	char **rest = xcalloc(table->cells, sizeof(*rest));
	bool more = true;

	buf_init(&line);
	for (size_t cell = 0; cell < table->cells; cell++) {
		buf_init(&cells[cell]);
		columns_wrap(&cells[cell], cell_of(table, row, cell), wide[cell] ? wide[cell] : 1,
			     0);
		rest[cell] = cells[cell].data;
	}
	while (more) {
		buf_clear(&line);
		columns_pad(&line, "", indent);
		more = false;
		for (size_t cell = 0; cell < table->cells; cell++) {
			if (!wide[cell])
				continue;
			columns_pad(&line, "", cell ? GAP : 0);
			add_line(&line, &rest[cell], wide[cell]);
			more = more || *rest[cell];
		}
		print_line(&line, out);
	}
	for (size_t cell = 0; cell < table->cells; cell++)
		buf_done(&cells[cell]);
	buf_done(&line);
	free(cells);
	free(rest);
}

/* ---- records ---- */

/* Pairs of name and text, as many on a line as fit. */
static void print_record(const struct table *table, size_t row, size_t indent, size_t room,
			 FILE *out)
{
	size_t inner = indent + RECORD_INDENT;
	struct buf line, pair;

	buf_init(&line);
	buf_init(&pair);
	fprintf(out, "%*s%s\n", (int)indent, "", cell_of(table, row, 0));
	columns_pad(&line, "", inner);
	for (size_t cell = 1; cell < table->cells; cell++) {
		const char *name = cell_of(table, 0, cell), *text = cell_of(table, row, cell);

		if (!*text)
			continue;
		buf_clear(&pair);
		buf_printf(&pair, "%s%s%s", name, *name ? ": " : "", text);
		if (line.size > inner &&
		    columns_of(line.data) + GAP + columns_of(pair.data) > room) {
			print_line(&line, out);
			buf_clear(&line);
			columns_pad(&line, "", inner);
		} else if (line.size > inner) {
			columns_pad(&line, "", GAP);
		}
		buf_add_text(&line, pair.data);
		if (columns_of(line.data) > room) {
			columns_print(out, line.data);
			buf_clear(&line);
			columns_pad(&line, "", inner);
		}
	}
	if (line.size > inner)
		print_line(&line, out);
	buf_done(&line);
	buf_done(&pair);
}

void table_print(const struct table *table, size_t indent, FILE *out)
{
	size_t room = columns_on(out);
	size_t *wide = xcalloc(table->cells, sizeof(*wide));
	size_t *least = xcalloc(table->cells, sizeof(*least));
	bool fits;

	measure(table, wide, least);
	fits = narrow(table, wide, least, room > indent ? room - indent : 0);
	for (size_t row = 0; row < table->rows; row++) {
		if (fits || !table->headed)
			print_row(table, row, wide, indent, out);
		else if (row > 0)
			print_record(table, row, indent, room, out);
	}
	free(wide);
	free(least);
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->rows * table->cells; i++)
		free(table->cell[i]);
	free(table->cell);
	free(table);
}

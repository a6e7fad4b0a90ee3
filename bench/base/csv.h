/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of comma-separated values, as spreadsheets and editors write them (RFC 4180): a byte order mark, carriage returns,
 * quoted fields with commas, line ends and doubled quotes in them are read as they are meant; blanks around a field are
 * dropped. Lines that are empty or begin with '#' are no rows.
 */
#ifndef DAVY_BASE_CSV_H
#define DAVY_BASE_CSV_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum { CSV_FIELDS_MOST = 64 };

struct csv {
	const char *where; /* begins sentences */
	unsigned line;	   /* where the row of now begins, from 1 */
	size_t count;
	char *field[CSV_FIELDS_MOST]; /* of the row of now; they live in the text */

	/* its own */
	char *next;
	unsigned next_line;
};

/* Read rows out of `text`, which is written to and must outlive the reader. */
void csv_begin(struct csv *csv, char *text, const char *where);
/* 1: there is a row; 0: that were all. Refused: a quote that never ends, what stands behind one, too many fields. */
int csv_next(struct csv *csv, struct error *err);

/* ---- writing ---- */

/* What stands before the first row: by it spreadsheets know that it is UTF-8. */
void csv_add_mark(struct buf *out);

/*
 * A field, in quotes where it needs them (RFC 4180, 2.6 and 2.7). One that a spreadsheet would compute, as a specimen that somebody
 * has called "=HYPERLINK(…)", gets an apostrophe before it, and is a text everywhere; a value such as "-0.5 V" stays as it is.
 */
void csv_add_field(struct buf *out, const char *text);
/* The fewest digits from which the same number is read again, 15 to 17. */
void csv_add_number(struct buf *out, double number);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of comma-separated values, as spreadsheets and editors write them (RFC 4180): a byte order mark, carriage returns,
 * quoted fields with commas, line ends and doubled quotes in them are read as they are meant; blanks around a field are
 * dropped. Lines that are empty or begin with '#' are no rows.
 */
#ifndef DAVY_BASE_CSV_H
#define DAVY_BASE_CSV_H

#include <stddef.h>

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

#endif

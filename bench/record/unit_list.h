/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The serial numbers of all units of a lot, one in each line, as a text editor or a spreadsheet with one column saves them:
 * UTF-8, with or without its mark, lines ended by LF, CR LF or CR, blanks around a number and empty lines left out, and a
 * line 1 that is the name of the column ("serial", "出厂编号", "编号", "序列号").
 *
 * Its canonical form is those numbers sorted by their bytes, each ended by LF, so that one set of units has one list and one
 * SHA-256, in whatever order somebody has typed it: `LC_ALL=C sort` of the numbers.
 */
#ifndef DAVY_RECORD_UNIT_LIST_H
#define DAVY_RECORD_UNIT_LIST_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"

enum {
	UNIT_LIST_MOST = 1000000, /* units of a lot */
	UNIT_SERIAL_MOST = 64,	  /* bytes of one number */
};

struct unit_list {
	char **units; /* sorted by their bytes */
	size_t count;
	char sha256[HASH_HEX_SIZE]; /* of the canonical form */
	char *text;		    /* owned: in which the numbers stand */
};

/*
 * Refused with a sentence that names the line (ERROR_USAGE): what is no UTF-8, more than one field in a line, the name of
 * a column behind the first line, control characters and marks
 * that nobody sees, a number that is too long, one that stands there twice, also where it is spelled differently
 * (base/spelling.h), and a list without any. `where` begins the sentence. unit_list_done() whatever comes of it.
 */
int unit_list_parse(struct unit_list *list, const char *text, size_t size, const char *where,
		    struct error *err);
/* Append the canonical form. */
void unit_list_write(const struct unit_list *list, struct buf *out);
void unit_list_done(struct unit_list *list);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How lots stand (record/lot_standing.h), as a command reads it in the bench's log. */
#ifndef DAVY_CLI_LOT_BOOK_H
#define DAVY_CLI_LOT_BOOK_H

#include <stddef.h>

#include "base/error.h"
#include "record/lot_standing.h"

struct lot_book {
	struct lot_standing **at; /* in the order in which they were begun */
	size_t count;
};

/* All lots, or with a name that one alone. lot_book_done() whatever comes of it. */
int lot_book_read(struct lot_book *book, const char *state, const char *name, struct error *err);
void lot_book_done(struct lot_book *book);

/* One lot; NULL, and which ones there are (ERROR_USAGE). The caller frees it. */
struct lot_standing *lot_book_find(const char *state, const char *name, struct error *err);

#endif

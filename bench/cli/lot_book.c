/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the log: a lot takes what comes behind its own record. */
#include "cli/lot_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/book.h"
#include "cli/words.h"
#include "record/lot.h"

static const struct {
	struct words none, unknown;
} TEXTS = {
	.none = {"there is no lot '%.48s', and no other: davy lot open begins one",
		 "没有批 '%.48s',尚未登记任何批:请用 davy lot open 登记"},
	.unknown = {"there is no lot '%.48s'; there are: %.300s",
		    "没有批 '%.48s';已登记的批:%.300s"},
};

struct reading {
	struct lot_book *book;
	const char *name;	       /* NULL: all */
	char *base;		       /* of the log's URIs */
	struct run_brackets *brackets; /* of all records so far */
};

static int take(void *ctx, const struct jws *jws, const struct entry *entry, struct error *err)
{
	struct reading *reading = ctx;
	struct lot_book *book = reading->book;
	const char *lot = value_get_text(entry->says, "lot");
	int done = 0;

	(void)jws;
	if (entry->seq == 1 && value_get_text(entry->says, "base"))
		reading->base = xstrdup(value_get_text(entry->says, "base"));
	if (!strcmp(entry->kind, ENTRY_LOT) && lot && reading->base &&
	    (!reading->name || !strcmp(reading->name, lot))) {
		book->at = xrealloc(book->at, (book->count + 1) * sizeof(*book->at));
		book->at[book->count++] = lot_standing_new(lot, reading->base, reading->brackets);
	}
	done = run_brackets_take(reading->brackets, entry, err);
	for (size_t i = 0; i < book->count && done == 0; i++)
		done = lot_standing_take(book->at[i], entry, err);
	return done;
}

int lot_book_read(struct lot_book *book, const char *state, const char *name, struct error *err)
{
	struct reading reading = {.book = book, .name = name, .brackets = run_brackets_new()};
	int done;

	*book = (struct lot_book){0};
	done = book_each(state, take, &reading, err);
	run_brackets_free(reading.brackets);
	free(reading.base);
	return done;
}

void lot_book_done(struct lot_book *book)
{
	for (size_t i = 0; i < book->count; i++)
		lot_standing_free(book->at[i]);
	free(book->at);
	*book = (struct lot_book){0};
}

static void refuse(const char *state, const char *name, struct error *err)
{
	struct lot_book all;
	struct buf names;

	buf_init(&names);
	if (lot_book_read(&all, state, NULL, err) == 0) {
		for (size_t i = 0; i < all.count; i++)
			buf_printf(&names, "%s%s", i ? ", " : "",
				   value_get_text(lot_standing_says(all.at[i]), "lot"));
		if (names.size)
			error_set(err, ERROR_USAGE, say(TEXTS.unknown), name, names.data);
		else
			error_set(err, ERROR_USAGE, say(TEXTS.none), name);
	}
	lot_book_done(&all);
	buf_done(&names);
}

struct lot_standing *lot_book_find(const char *state, const char *name, struct error *err)
{
	struct lot_standing *found = NULL;
	struct lot_book book;

	if (lot_book_read(&book, state, name, err) == 0) {
		if (book.count) {
			found = book.at[0];
			book.at[0] = NULL;
		} else {
			refuse(state, name, err);
		}
	}
	lot_book_done(&book);
	return found;
}

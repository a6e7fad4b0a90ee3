/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is verified here that the store has not verified when it was opened. */
#include "record/store_entry.h"

#include <stdio.h>
#include <stdlib.h>

int store_entry_get(struct store *store, uint64_t seq, struct store_entry *found, struct error *err)
{
	struct store_record record;
	struct buf texts;
	char where[40];
	int done;

	*found = (struct store_entry){0};
	snprintf(where, sizeof(where), "record %llu", (unsigned long long)seq);
	buf_init(&texts);
	done = store_get(store, seq, &record, &texts, err);
	if (done == 0)
		error_set(err, ERROR_USAGE, "there is no %s", where);
	if (done == 1)
		found->jws = entry_parse(&found->entry, record.text, record.size, where, err);
	buf_done(&texts);
	return found->jws ? 0 : -1;
}

void store_entry_done(struct store_entry *found)
{
	jws_free(found->jws);
	found->jws = NULL;
	entry_done(&found->entry);
}

static int give_one(struct store *store, uint64_t seq, store_entry_fn *each, void *ctx,
		    struct error *err)
{
	struct store_entry found;
	int done;

	if (store_entry_get(store, seq, &found, err) < 0)
		return -1;
	done = each(ctx, &found, err);
	store_entry_done(&found);
	return done;
}

int store_entry_each(struct store *store, const char *subject, store_entry_fn *each, void *ctx,
		     struct error *err)
{
	uint64_t *seqs;
	size_t count;
	int done = store_about(store, subject, &seqs, &count, err);

	for (size_t i = 0; i < count && done == 0; i++)
		done = give_one(store, seqs[i], each, ctx, err);
	free(seqs);
	return done;
}

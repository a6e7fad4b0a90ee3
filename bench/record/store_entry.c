/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is verified here that the store has not verified when it was opened. */
#include "record/store_entry.h"

#include <stdio.h>

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

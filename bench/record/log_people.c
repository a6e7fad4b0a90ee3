/* SPDX-License-Identifier: Apache-2.0 */
/* Both go through records of one subject, in their order. */
#include "record/log_people.h"

#include <stdlib.h>
#include <string.h>

#include "record/cosign.h"
#include "record/roster_log.h"

typedef int take_fn(void *ctx, const struct entry *entry, struct error *err);

static int take_one(struct store *store, uint64_t seq, take_fn *take, void *ctx, struct error *err)
{
	struct store_entry found;
	int done;

	if (store_entry_get(store, seq, &found, err) < 0)
		return -1;
	done = take(ctx, &found.entry, err);
	store_entry_done(&found);
	return done < 0 ? error_context(err, "record %llu", (unsigned long long)seq) : 0;
}

static int take_all(struct store *store, const char *subject, take_fn *take, void *ctx,
		    struct error *err)
{
	uint64_t *seqs;
	size_t count;
	int done;

	if (store_about(store, subject, &seqs, &count, err) < 0)
		return -1;
	done = 0;
	for (size_t i = 0; i < count && done == 0; i++)
		done = take_one(store, seqs[i], take, ctx, err);
	free(seqs);
	return done;
}

static int take_into_roster(void *roster, const struct entry *entry, struct error *err)
{
	return roster_follow(roster, entry, err);
}

struct roster *log_people_roster(struct store *store, struct error *err)
{
	struct roster *roster = roster_new(NULL, err);

	if (roster && take_one(store, 1, take_into_roster, roster, err) == 0 &&
	    take_all(store, LOG_PEOPLE_KEYS, take_into_roster, roster, err) == 0)
		return roster;
	roster_free(roster);
	return NULL;
}

static int take_signature(void *event, const struct entry *entry, struct error *err)
{
	return strcmp(entry->kind, ENTRY_SIGNATURE) ? 0 : cosign_apply(event, entry->says, err);
}

int log_people_event(struct store *store, uint64_t seq, struct store_entry *event,
		     struct error *err)
{
	int done = -1;

	if (store_entry_get(store, seq, event, err) < 0)
		return -1;
	if (!strcmp(event->entry.kind, ENTRY_EVENT))
		done = take_all(store, event->entry.id, take_signature, event->jws, err);
	else
		error_set(err, ERROR_USAGE, "record %llu is no event, but of kind '%s'",
			  (unsigned long long)seq, event->entry.kind);
	if (done < 0)
		store_entry_done(event);
	return done;
}

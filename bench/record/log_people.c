/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both go through records of one subject, in their order. The bench's own keys come before what administrators say: no
 * administrator can have said anything of a key before the bench made it.
 */
#include "record/log_people.h"

#include <string.h>

#include "record/cosign.h"
#include "record/register.h"
#include "record/roster_log.h"

static int take_into_roster(void *roster, const struct store_entry *found, struct error *err)
{
	if (roster_follow(roster, &found->entry, err) == 0)
		return 0;
	return error_context(err, "record %llu", (unsigned long long)found->entry.seq);
}

static int take_first(struct store *store, struct roster *roster, struct error *err)
{
	struct store_entry first;
	int done;

	if (store_entry_get(store, 1, &first, err) < 0)
		return -1;
	done = take_into_roster(roster, &first, err);
	store_entry_done(&first);
	return done;
}

struct roster *log_people_roster(struct store *store, struct error *err)
{
	struct roster *roster = roster_new(NULL, err);

	if (roster && take_first(store, roster, err) == 0 &&
	    store_entry_each(store, REGISTER_SUBJECT(ENTRY_HAND_OVER), take_into_roster, roster,
			     err) == 0 &&
	    store_entry_each(store, LOG_PEOPLE_KEYS, take_into_roster, roster, err) == 0)
		return roster;
	roster_free(roster);
	return NULL;
}

static int take_signature(void *event, const struct store_entry *found, struct error *err)
{
	if (strcmp(found->entry.kind, ENTRY_SIGNATURE) != 0 ||
	    cosign_apply(event, found->entry.says, err) == 0)
		return 0;
	return error_context(err, "record %llu", (unsigned long long)found->entry.seq);
}

int log_people_event(struct store *store, uint64_t seq, struct store_entry *event,
		     struct error *err)
{
	int done = -1;

	if (store_entry_get(store, seq, event, err) < 0)
		return -1;
	if (cosign_takes(event->entry.kind))
		done = store_entry_each(store, event->entry.id, take_signature, event->jws, err);
	else
		error_set(err, ERROR_USAGE,
			  "record %llu is no event and no lot's verdict, but of kind '%s'",
			  (unsigned long long)seq, event->entry.kind);
	if (done < 0)
		store_entry_done(event);
	return done;
}

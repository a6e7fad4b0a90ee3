/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only events that somebody has signed are kept, with all their signatures so far; they are read a second time when the first
 * signature of a person comes.
 */
#include "run/proof_people.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/approval.h"
#include "record/cosign.h"
#include "record/declaration.h"
#include "record/roster_log.h"
#include "record/signing.h"

struct signed_event {
	struct signed_event *next;
	uint64_t seq;
	struct jws *jws;
};

struct proof_people {
	struct roster *roster;
	record_text_fn *text_of;
	void *ctx;
	struct signed_event *events;
	struct run_brackets *brackets; /* of all records before; NULL: not all of them come */
};

struct proof_people *proof_people_new(record_text_fn *text_of, void *ctx,
				      struct run_brackets *brackets, struct error *err)
{
	struct proof_people *people = xcalloc(1, sizeof(*people));

	people->text_of = text_of;
	people->ctx = ctx;
	people->roster = roster_new(NULL, err);
	if (!people->roster) {
		free(people);
		return NULL;
	}
	people->brackets = brackets ? run_brackets_share(brackets) : NULL;
	return people;
}

void proof_people_free(struct proof_people *people)
{
	if (!people)
		return;
	while (people->events) {
		struct signed_event *next = people->events->next;

		jws_free(people->events->jws);
		free(people->events);
		people->events = next;
	}
	run_brackets_free(people->brackets);
	roster_free(people->roster);
	free(people);
}

static struct jws *event_of(struct proof_people *people, uint64_t seq, struct error *err)
{
	struct signed_event *event = people->events;
	struct jws *jws = NULL;
	struct buf text;

	while (event && event->seq != seq)
		event = event->next;
	if (event)
		return event->jws;
	buf_init(&text);
	if (people->text_of(people->ctx, seq, &text, err) == 0)
		jws = jws_parse(text.data, text.size, "the event that it signs", err);
	if (jws) {
		event = xcalloc(1, sizeof(*event));
		*event = (struct signed_event){.next = people->events, .seq = seq, .jws = jws};
		people->events = event;
	}
	buf_done(&text);
	return jws;
}

/* As it was when it was admitted: nobody approves a run before its fixture has passed again. */
static int check_bracket(const struct proof_people *people, const struct entry *signature,
			 const struct jws *jws, struct error *err)
{
	enum meaning meaning;
	struct entry event;
	size_t size;
	const char *payload = jws_payload(jws, &size);
	int done;

	if (!people->brackets)
		return 0;
	if (cosign_meaning(signature->says, &meaning, err) < 0)
		return -1;
	if (meaning != MEANING_APPROVED)
		return 0;
	if (entry_read(&event, payload, size, err) < 0)
		return -1;
	done = run_brackets_allow(people->brackets, &event, err);
	entry_done(&event);
	return done;
}

static int take_signature(struct proof_people *people, const struct entry *entry, struct error *err)
{
	int64_t seq = value_get_int(entry->says, "seq", 0);
	struct jws *event;

	if (seq < 1 || (uint64_t)seq >= entry->seq)
		return error_set(err, ERROR_REFUSED,
				 "it is about record %lld, which is none before it",
				 (long long)seq);
	event = event_of(people, (uint64_t)seq, err);
	if (!event)
		return -1;
	if (!strcmp(entry->kind, ENTRY_DECLARATION))
		return declaration_check(event, entry->says, people->roster, &entry->at.wall, err);
	if (cosign_admit(event, entry->says, people->roster, &entry->at.wall, err) < 0)
		return -1;
	return check_bracket(people, entry, event, err);
}

int proof_people_take(struct proof_people *people, const struct log_record *record,
		      struct error *err)
{
	const struct entry *entry = record->entry;
	int done;

	if (!strcmp(entry->kind, ENTRY_SIGNATURE) || !strcmp(entry->kind, ENTRY_DECLARATION))
		done = take_signature(people, entry, err);
	else if (!strcmp(entry->kind, ENTRY_APPROVAL))
		done = approval_verify(entry->says, people->roster, &entry->at.wall, err);
	else
		return roster_follow(people->roster, entry, err);
	return done < 0 ? -1 : 1;
}

bool proof_people_administers(const struct proof_people *people, const struct key *key)
{
	const struct key *administrator = roster_administrator(people->roster);

	return administrator && key_same(administrator, key);
}

static bool is_enrolled(const struct proof_people *people, const char *key_id)
{
	struct value *list = roster_describe(people->roster);
	bool is_there = false;

	for (size_t i = 0; i < value_count(list) && !is_there; i++) {
		const struct value *one = value_at(list, i);
		const char *kid = value_get_text(one, "kid");

		is_there = kid && !strcmp(kid, key_id) && !value_get_bool(one, "introduced");
	}
	value_free(list);
	return is_there;
}

int proof_people_vouch(const struct proof_people *people, const char *key_id, int64_t at_ms,
		       struct error *err)
{
	if (!is_enrolled(people, key_id))
		return 0;
	return roster_allows(people->roster, key_id, ROLE_BENCH, NULL, at_ms, err) ? 1 : -1;
}

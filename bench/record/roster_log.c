/* SPDX-License-Identifier: Apache-2.0 */
/* A JWS inside of canonical JSON is the map that its text says: its one form has the members in their order. */
#include "record/roster_log.h"

#include <string.h>

#include "base/json.h"

struct jws *roster_log_read(const struct value *member, const char *where, struct error *err)
{
	struct jws *jws;
	struct buf text;

	if (!member || member->kind != VALUE_MAP) {
		error_set(err, ERROR_USAGE, "%s: it has no signed text (jws)", where);
		return NULL;
	}
	buf_init(&text);
	json_write(&text, member);
	jws = jws_parse(text.data, text.size, where, err);
	buf_done(&text);
	return jws;
}

struct value *roster_log_member(const struct jws *jws, struct error *err)
{
	struct value *member;
	struct buf text;

	buf_init(&text);
	jws_write(jws, SIZE_MAX, &text);
	member = json_parse(text.data, text.size, "a signed text", err);
	buf_done(&text);
	return member;
}

static int take_key(struct roster *roster, const struct value *says, struct error *err)
{
	struct jws *jws;
	int done;

	if (value_count(says) != 1)
		return error_set(err, ERROR_USAGE, "a record of keys says 'jws' and nothing else");
	jws = roster_log_read(value_get(says, "jws"), "a record of keys", err);
	done = jws ? roster_take(roster, jws, err) : -1;
	jws_free(jws);
	return done;
}

int roster_follow(struct roster *roster, const struct entry *entry, struct error *err)
{
	if (entry->seq == 1 && !strcmp(entry->kind, ENTRY_LOG))
		return roster_introduce(roster, entry->says, err);
	if (!strcmp(entry->kind, ENTRY_HAND_OVER))
		return roster_succeed(roster, entry->says, entry->at.wall.ms, err);
	if (!strcmp(entry->kind, ENTRY_KEY))
		return take_key(roster, entry->says, err);
	return 0;
}

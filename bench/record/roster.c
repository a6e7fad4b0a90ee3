/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roster is small (persons and benches of one laboratory) and looked through from its beginning.
 *
 * A revocation says from when on a key is nobody's any more, which may lie before the record: a key that was stolen is
 * revoked from the day of the theft. What it signed before that stays signed.
 */
#include "record/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/canonical.h"
#include "record/wall_time.h"

enum { ROSTER_VERSION = 1, NAME_MOST = 80, ITEMS_MOST = 64 };

static const struct {
	const char *name, *title;
} ROLES[] = {
	[ROLE_BENCH] = {"bench", "测试台"},
	[ROLE_TESTER] = {"tester", "主检"},
	[ROLE_REVIEWER] = {"reviewer", "审核"},
	[ROLE_SIGNATORY] = {"signatory", "授权签字人"},
	[ROLE_SAMPLER] = {"sampler", "抽样人员"},
	[ROLE_WITNESS] = {"witness", "受检单位见证人"},
	[ROLE_ADMINISTRATOR] = {"administrator", "管理员"},
	[ROLE_SIMULATION] = {"simulation", "仿真"},
};

enum { ROLE_COUNT = sizeof(ROLES) / sizeof(ROLES[0]) };

const char *role_name(enum role role)
{
	return ROLES[role].name;
}

const char *role_title(enum role role)
{
	return ROLES[role].title;
}

enum role role_find(const char *name)
{
	for (int i = 1; i < ROLE_COUNT; i++)
		if (name && !strcmp(ROLES[i].name, name))
			return (enum role)i;
	return 0;
}

struct entry {
	struct entry *next;
	struct holder holder;
	struct key *key;
	char *person, *name;
	bool roles[ROLE_COUNT];
	struct value *items; /* or NULL */
	int64_t from, to;
	int64_t revoked; /* INT64_MAX: not */
	char *why;
};

struct roster {
	struct entry *first;
	struct key *administrator;
};

/* ---- made and freed ---- */

static struct key *copy_public(const struct key *key, struct error *err)
{
	uint8_t bytes[KEY_PUBLIC_MOST];
	size_t size = key_public(key, bytes);

	return key_from_public(key_kind(key), bytes, size, err);
}

struct roster *roster_new(const struct key *administrator, struct error *err)
{
	struct roster *roster = xcalloc(1, sizeof(*roster));

	roster->administrator = copy_public(administrator, err);
	if (roster->administrator)
		return roster;
	free(roster);
	return NULL;
}

static void entry_free(struct entry *entry)
{
	key_free(entry->key);
	free(entry->person);
	free(entry->name);
	free(entry->why);
	value_free(entry->items);
	free(entry);
}

void roster_free(struct roster *roster)
{
	if (!roster)
		return;
	while (roster->first) {
		struct entry *next = roster->first->next;

		entry_free(roster->first);
		roster->first = next;
	}
	key_free(roster->administrator);
	free(roster);
}

const struct key *roster_administrator(const struct roster *roster)
{
	return roster->administrator;
}

static struct entry *find(const struct roster *roster, const char *id)
{
	for (struct entry *entry = roster->first; entry; entry = entry->next)
		if (id && !strcmp(key_id(entry->key), id))
			return entry;
	return NULL;
}

const struct holder *roster_find(const struct roster *roster, const char *id)
{
	struct entry *entry = find(roster, id);

	return entry ? &entry->holder : NULL;
}

/* ---- what a record says ---- */

static int only_members(const struct value *says, const char *const *names, struct error *err)
{
	for (size_t i = 0; i < value_count(says); i++) {
		const char *const *name = names;

		while (*name && strcmp(*name, value_key(says, i)) != 0)
			name++;
		if (!*name)
			return error_set(err, ERROR_USAGE, "it has '%.40s', which it may not say",
					 value_key(says, i));
	}
	return 0;
}

static int take_time(const struct value *says, const char *name, int64_t *ms, struct error *err)
{
	const char *text = value_get_text(says, name);
	struct wall_time time;

	if (!text)
		return error_set(err, ERROR_USAGE, "it does not say '%s'", name);
	if (wall_time_parse(&time, text, err) < 0)
		return error_context(err, "'%s'", name);
	*ms = time.ms;
	return 0;
}

static int take_text(const struct value *says, const char *name, char **text, struct error *err)
{
	const char *given = value_get_text(says, name);

	if (!given || !given[0] || strlen(given) > NAME_MOST)
		return error_set(err, ERROR_USAGE, "it does not say '%s', in %d bytes at most",
				 name, NAME_MOST);
	*text = xstrdup(given);
	return 0;
}

static int take_roles(const struct value *says, struct entry *entry, struct error *err)
{
	const struct value *roles = value_get(says, "roles");
	size_t count = value_count(roles);

	if (!roles || roles->kind != VALUE_LIST || count == 0)
		return error_set(err, ERROR_USAGE, "it gives no roles");
	for (size_t i = 0; i < count; i++) {
		const struct value *one = value_at(roles, i);
		enum role role = one->kind == VALUE_TEXT ? role_find(one->text) : 0;

		if (!role || entry->roles[role])
			return error_set(err, ERROR_USAGE, "role %zu is none, or there twice",
					 i + 1);
		entry->roles[role] = true;
	}
	if (entry->roles[ROLE_ADMINISTRATOR])
		return error_set(err, ERROR_USAGE,
				 "an administrator signs nothing, and is enrolled by a hand-over");
	if (entry->roles[ROLE_BENCH] && count > 1)
		return error_set(err, ERROR_USAGE, "a bench's key is no person's");
	return 0;
}

static int take_items(const struct value *says, struct entry *entry, struct error *err)
{
	const struct value *items = value_get(says, "items");

	if (entry->roles[ROLE_BENCH])
		return items ? error_set(err, ERROR_USAGE, "a bench's key has no items") : 0;
	if (!items || items->kind != VALUE_LIST || value_count(items) == 0 ||
	    value_count(items) > ITEMS_MOST)
		return error_set(err, ERROR_USAGE, "it does not list the items a person may sign");
	for (size_t i = 0; i < value_count(items); i++) {
		const struct value *item = value_at(items, i);
		const char *star = item->kind == VALUE_TEXT ? strchr(item->text, '*') : NULL;

		if (item->kind != VALUE_TEXT || !item->text[0] || (star && star[1]))
			return error_set(
				err, ERROR_USAGE,
				"item %zu is no id of a protocol; '*' may stand at its end", i + 1);
	}
	entry->items = value_copy(items);
	return 0;
}

static int enrol(struct roster *roster, const struct value *says, struct error *err)
{
	static const char *const MEMBERS[] = {"v",     "what",	"jwk",	"person", "name",
					      "roles", "items", "from", "to",	  NULL};
	struct entry *entry = xcalloc(1, sizeof(*entry)), **last = &roster->first;

	entry->revoked = INT64_MAX;
	entry->key = key_from_jwk(value_get(says, "jwk"), "the key", err);
	if (!entry->key || only_members(says, MEMBERS, err) < 0 ||
	    take_text(says, "person", &entry->person, err) < 0 ||
	    take_text(says, "name", &entry->name, err) < 0 || take_roles(says, entry, err) < 0 ||
	    take_items(says, entry, err) < 0 || take_time(says, "from", &entry->from, err) < 0 ||
	    take_time(says, "to", &entry->to, err) < 0) {
		entry_free(entry);
		return -1;
	}
	if (entry->to <= entry->from)
		error_set(err, ERROR_USAGE, "it ends before it begins");
	else if (find(roster, key_id(entry->key)))
		error_set(err, ERROR_REFUSED, "this key was enrolled before");
	else if (key_same(entry->key, roster->administrator))
		error_set(err, ERROR_REFUSED,
			  "this is the administrator's own key, which signs nothing");
	else {
		entry->holder = (struct holder){entry->key, entry->person, entry->name};
		while (*last)
			last = &(*last)->next;
		*last = entry;
		return 0;
	}
	entry_free(entry);
	return -1;
}

static int revoke(struct roster *roster, const struct value *says, struct error *err)
{
	static const char *const MEMBERS[] = {"v", "what", "kid", "from", "why", NULL};
	struct entry *entry = find(roster, value_get_text(says, "kid"));
	char *why = NULL;
	int64_t from;

	if (only_members(says, MEMBERS, err) < 0 || take_time(says, "from", &from, err) < 0 ||
	    take_text(says, "why", &why, err) < 0)
		return -1;
	if (!entry) {
		free(why);
		return error_set(err, ERROR_USAGE, "it revokes a key that nobody has");
	}
	if (from < entry->revoked) {
		entry->revoked = from;
		free(entry->why);
		entry->why = why;
	} else {
		free(why);
	}
	return 0;
}

static int hand_over(struct roster *roster, const struct value *says, struct error *err)
{
	static const char *const MEMBERS[] = {"v", "what", "jwk", "from", NULL};
	struct key *next = key_from_jwk(value_get(says, "jwk"), "the key", err);
	int64_t from;

	if (!next || only_members(says, MEMBERS, err) < 0 ||
	    take_time(says, "from", &from, err) < 0) {
		key_free(next);
		return -1;
	}
	if (find(roster, key_id(next)) || key_same(next, roster->administrator)) {
		key_free(next);
		return error_set(err, ERROR_REFUSED, "the next key must be nobody's before");
	}
	key_free(roster->administrator);
	roster->administrator = next;
	return 0;
}

/* One of the signatures is the administrator's, as such. */
static int check_administrator(const struct roster *roster, const struct jws *record,
			       struct error *err)
{
	for (size_t i = 0; i < jws_count(record); i++) {
		const char *kid = jws_key_id(record, i);

		if (!kid || strcmp(kid, key_id(roster->administrator)) != 0)
			continue;
		if (role_find(jws_act(record, i).role) != ROLE_ADMINISTRATOR)
			return error_set(err, ERROR_REFUSED,
					 "the administrator has signed it as something else");
		return jws_verify(record, i, roster->administrator, err);
	}
	return error_set(err, ERROR_REFUSED, "the administrator has not signed it");
}

int roster_take(struct roster *roster, const struct jws *record, struct error *err)
{
	static const struct {
		const char *what;
		int (*take)(struct roster *roster, const struct value *says, struct error *err);
	} ACTS[] = {{"enrols", enrol}, {"revokes", revoke}, {"hands_over", hand_over}};
	size_t size;
	const char *payload = jws_payload(record, &size), *what;
	struct value *says;
	int taken = -1;

	if (check_administrator(roster, record, err) < 0)
		return error_context(err, "a record of keys");
	says = canonical_parse(payload, size, "its payload", err);
	what = value_get_text(says, "what");
	if (says && value_get_int(says, "v", 0) != ROSTER_VERSION)
		error_set(err, ERROR_USAGE, "its version is not %d", ROSTER_VERSION);
	else if (says)
		error_set(err, ERROR_USAGE, "it neither enrols nor revokes nor hands over");
	for (size_t i = 0; says && value_get_int(says, "v", 0) == ROSTER_VERSION && i < 3; i++)
		if (what && !strcmp(what, ACTS[i].what))
			taken = ACTS[i].take(roster, says, err);
	value_free(says);
	return taken < 0 ? error_context(err, "a record of keys") : 0;
}

/* ---- what a key may do ---- */

static bool covers(const struct value *items, const char *id)
{
	for (size_t i = 0; i < value_count(items); i++) {
		const char *item = value_at(items, i)->text;
		size_t size = strlen(item);

		if (!strcmp(item, id) ||
		    (item[size - 1] == '*' && strncmp(item, id, size - 1) == 0))
			return true;
	}
	return false;
}

static int lapsed(const struct entry *entry, int64_t at_ms, struct error *err)
{
	struct wall_time when = {.zone_minutes = 8 * 60};
	char text[WALL_TIME_SIZE];

	when.ms = at_ms < entry->from	    ? entry->from
		  : at_ms >= entry->revoked ? entry->revoked
					    : entry->to;
	wall_time_write(&when, text);
	if (at_ms < entry->from)
		return error_set(err, ERROR_REFUSED, "%s (%s) may sign only from %s on",
				 entry->name, entry->person, text);
	if (at_ms >= entry->revoked)
		return error_set(err, ERROR_REFUSED, "the key of %s (%s) is not valid since %s: %s",
				 entry->name, entry->person, text, entry->why);
	return error_set(err, ERROR_REFUSED,
			 "the authorisation of %s (%s) has run out on %s; an administrator "
			 "renews it",
			 entry->name, entry->person, text);
}

const struct holder *roster_allows(const struct roster *roster, const char *id, enum role role,
				   const char *item, int64_t at_ms, struct error *err)
{
	const struct entry *entry = find(roster, id);

	if (!entry)
		error_set(err, ERROR_REFUSED,
			  "key %.43s is nobody's whom an administrator has enrolled",
			  id ? id : "(none)");
	else if (at_ms < entry->from || at_ms >= entry->to || at_ms >= entry->revoked)
		lapsed(entry, at_ms, err);
	else if (!entry->roles[role])
		error_set(err, ERROR_REFUSED, "%s (%s) is not authorised as %s %s", entry->name,
			  entry->person, role_name(role), role_title(role));
	else if (item && role != ROLE_BENCH && !covers(entry->items, item))
		error_set(err, ERROR_REFUSED, "%s (%s) is not authorised for %.60s", entry->name,
			  entry->person, item);
	else
		return &entry->holder;
	return NULL;
}

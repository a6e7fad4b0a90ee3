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

enum { ROSTER_VERSION = 1, NAME_MOST = 80, ITEMS_MOST = 64, SHOWN_ZONE = 8 * 60 };

enum { ROLE_COUNT = ROLE_SIMULATION + 1 };

struct enrolment {
	struct enrolment *next;
	struct holder holder;
	struct key *key;
	char *person, *name;
	bool roles[ROLE_COUNT];
	bool is_introduced;  /* by the log itself, and no administrator has vouched */
	bool is_own;	     /* by the log itself */
	struct value *items; /* or NULL */
	int64_t from, to;
	int64_t revoked; /* INT64_MAX: not */
	char *why;
};

struct roster {
	struct enrolment *first;
	struct key *administrator;
	bool is_given; /* … from elsewhere, and the log has not said so yet */
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

	if (!administrator)
		return roster;
	roster->administrator = copy_public(administrator, err);
	roster->is_given = roster->administrator != NULL;
	if (roster->administrator)
		return roster;
	free(roster);
	return NULL;
}

static void enrolment_free(struct enrolment *entry)
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
		struct enrolment *next = roster->first->next;

		enrolment_free(roster->first);
		roster->first = next;
	}
	key_free(roster->administrator);
	free(roster);
}

const struct key *roster_administrator(const struct roster *roster)
{
	return roster->administrator;
}

static struct enrolment *find(const struct roster *roster, const char *id)
{
	for (struct enrolment *entry = roster->first; entry; entry = entry->next)
		if (id && !strcmp(key_id(entry->key), id))
			return entry;
	return NULL;
}

const struct holder *roster_find(const struct roster *roster, const char *id)
{
	struct enrolment *entry = find(roster, id);

	return entry ? &entry->holder : NULL;
}

static void append(struct roster *roster, struct enrolment *entry)
{
	struct enrolment **last = &roster->first;

	entry->holder = (struct holder){entry->key, entry->person, entry->name};
	while (*last)
		last = &(*last)->next;
	*last = entry;
}

/* ---- what a log says of itself ---- */

static int introduce_one(struct roster *roster, const struct value *says, const char *bench,
			 const char *member, enum role role, struct error *err)
{
	struct key *key = key_from_jwk(value_get(says, member), member, err);
	struct enrolment *entry;

	if (!key || !bench || find(roster, key_id(key))) {
		if (key)
			error_set(err, ERROR_REFUSED, "it names no bench, or one key twice");
		key_free(key);
		return -1;
	}
	entry = xcalloc(1, sizeof(*entry));
	entry->key = key;
	entry->person = xstrdup(bench);
	entry->name = xstrdup(bench);
	entry->roles[role] = true;
	entry->is_introduced = true;
	entry->is_own = true;
	entry->from = INT64_MIN;
	entry->to = INT64_MAX;
	entry->revoked = INT64_MAX;
	append(roster, entry);
	return 0;
}

int roster_introduce(struct roster *roster, const struct value *says, struct error *err)
{
	const char *bench = value_get_text(says, "bench");

	if (introduce_one(roster, says, bench, "benchKey", ROLE_BENCH, err) == 0 &&
	    introduce_one(roster, says, bench, "simulationKey", ROLE_SIMULATION, err) == 0)
		return 0;
	return error_context(err, "the first record");
}

int roster_succeed(struct roster *roster, const struct value *says, int64_t at_ms,
		   struct error *err)
{
	struct enrolment *last = NULL;

	for (struct enrolment *entry = roster->first; entry; entry = entry->next)
		if (entry->is_own && entry->roles[ROLE_BENCH])
			last = entry;
	if (!last)
		return error_set(err, ERROR_REFUSED, "a hand-over before a bench has had a key");
	if (introduce_one(roster, says, last->person, "benchKey", ROLE_BENCH, err) < 0)
		return error_context(err, "a hand-over");
	if (at_ms + 1 < last->revoked) {
		last->revoked = at_ms + 1; /* it signs the hand-over itself */
		free(last->why);
		last->why = xstrdup("the bench has handed over to another key");
	}
	return 0;
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

static bool is_of_bench(const struct enrolment *entry)
{
	return entry->roles[ROLE_BENCH] || entry->roles[ROLE_SIMULATION];
}

static int take_roles(const struct value *says, struct enrolment *entry, struct error *err)
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
	if (is_of_bench(entry) && count > 1)
		return error_set(err, ERROR_USAGE, "a bench's key is no person's");
	return 0;
}

static int take_items(const struct value *says, struct enrolment *entry, struct error *err)
{
	const struct value *items = value_get(says, "items");

	if (is_of_bench(entry))
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

/* An administrator says whose a key is that the log has used from its beginning. */
static int vouch(struct enrolment *was, struct enrolment *entry, struct error *err)
{
	if (!is_of_bench(entry) || strcmp(was->person, entry->person) != 0 ||
	    memcmp(was->roles, entry->roles, sizeof(was->roles)) != 0)
		return error_set(err, ERROR_REFUSED,
				 "this is the key of bench %s for what it %s, and is enrolled as "
				 "that alone",
				 was->person, was->roles[ROLE_BENCH] ? "measures" : "simulates");
	free(was->name);
	was->name = xstrdup(entry->name);
	was->holder.name = was->name;
	was->is_introduced = false;
	enrolment_free(entry);
	return 0;
}

/* Takes the entry. */
static int admit(struct roster *roster, struct enrolment *entry, struct error *err)
{
	struct enrolment *was = find(roster, key_id(entry->key));
	int done = 0;

	if (entry->to <= entry->from)
		done = error_set(err, ERROR_USAGE, "it ends before it begins");
	else if (was && was->is_introduced)
		done = vouch(was, entry, err);
	else if (was)
		done = error_set(err, ERROR_REFUSED, "this key was enrolled before");
	else if (roster->administrator && key_same(entry->key, roster->administrator))
		done = error_set(err, ERROR_REFUSED,
				 "this is the administrator's own key, which signs nothing");
	else
		append(roster, entry);
	if (done < 0)
		enrolment_free(entry);
	return done;
}

static int enrol(struct roster *roster, const struct value *says, struct error *err)
{
	static const char *const MEMBERS[] = {"v",     "what",	"jwk",	"person", "name",
					      "roles", "items", "from", "to",	  NULL};
	struct enrolment *entry = xcalloc(1, sizeof(*entry));

	entry->revoked = INT64_MAX;
	entry->key = key_from_jwk(value_get(says, "jwk"), "the key", err);
	if (entry->key && only_members(says, MEMBERS, err) == 0 &&
	    take_text(says, "person", &entry->person, err) == 0 &&
	    take_text(says, "name", &entry->name, err) == 0 && take_roles(says, entry, err) == 0 &&
	    take_items(says, entry, err) == 0 && take_time(says, "from", &entry->from, err) == 0 &&
	    take_time(says, "to", &entry->to, err) == 0)
		return admit(roster, entry, err);
	enrolment_free(entry);
	return -1;
}

static int revoke(struct roster *roster, const struct value *says, struct error *err)
{
	static const char *const MEMBERS[] = {"v", "what", "kid", "from", "why", NULL};
	struct enrolment *entry = find(roster, value_get_text(says, "kid"));
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
	if (!roster->administrator)
		return error_set(err, ERROR_REFUSED,
				 "this log has no administrator yet (davy keys init)");
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

/* The first administrator is whoever says so first, and has the key of which he says it. */
static int install(struct roster *roster, const struct value *says, const struct jws *record,
		   struct error *err)
{
	static const char *const MEMBERS[] = {"v", "what", "jwk", "from", NULL};
	struct key *key = key_from_jwk(value_get(says, "jwk"), "the key", err);
	int64_t from;

	if (!key || only_members(says, MEMBERS, err) < 0 ||
	    take_time(says, "from", &from, err) < 0) {
		key_free(key);
		return -1;
	}
	if (find(roster, key_id(key))) {
		key_free(key);
		return error_set(err, ERROR_REFUSED, "an administrator's key is nobody's before");
	}
	roster->administrator = key;
	if (check_administrator(roster, record, err) == 0)
		return 0;
	roster->administrator = NULL;
	key_free(key);
	return -1;
}

/* The reader knows the administrator from elsewhere; the log says that it is he. */
static int confirm(struct roster *roster, const struct value *says, const struct jws *record,
		   struct error *err)
{
	struct key *key = key_from_jwk(value_get(says, "jwk"), "the key", err);
	bool same = key && key_same(key, roster->administrator);

	key_free(key);
	roster->is_given = false;
	if (same)
		return check_administrator(roster, record, err);
	return error_set(err, ERROR_REFUSED,
			 "this log's administrator is another than the one who is known");
}

static bool installs(const struct value *says)
{
	const char *what = value_get_text(says, "what");

	return what && !strcmp(what, "installs");
}

static int take(struct roster *roster, const struct value *says, const struct jws *record,
		struct error *err)
{
	static const struct {
		const char *what;
		int (*take)(struct roster *roster, const struct value *says, struct error *err);
	} ACTS[] = {{"enrols", enrol}, {"revokes", revoke}, {"hands_over", hand_over}};
	const char *what = value_get_text(says, "what");

	if (value_get_int(says, "v", 0) != ROSTER_VERSION)
		return error_set(err, ERROR_USAGE, "its version is not %d", ROSTER_VERSION);
	if (installs(says) && roster->is_given)
		return confirm(roster, says, record, err);
	if (installs(says))
		return roster->administrator
			       ? error_set(err, ERROR_REFUSED,
					   "this log has its administrator; another one is made by "
					   "a hand-over that this one signs")
			       : install(roster, says, record, err);
	for (size_t i = 0; what && i < sizeof(ACTS) / sizeof(ACTS[0]); i++)
		if (!strcmp(what, ACTS[i].what))
			return ACTS[i].take(roster, says, err);
	return error_set(err, ERROR_USAGE,
			 "it neither installs nor enrols nor revokes nor hands over");
}

int roster_take(struct roster *roster, const struct jws *record, struct error *err)
{
	size_t size;
	const char *payload = jws_payload(record, &size);
	struct value *says = canonical_parse(payload, size, "its payload", err);
	int taken = says ? 0 : -1;

	if (says && !installs(says))
		taken = check_administrator(roster, record, err);
	if (taken == 0)
		taken = take(roster, says, record, err);
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

static int lapsed(const struct enrolment *entry, int64_t at_ms, struct error *err)
{
	struct wall_time when = {.zone_minutes = SHOWN_ZONE};
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
	const struct enrolment *entry = find(roster, id);

	if (!entry && id && roster->administrator && !strcmp(key_id(roster->administrator), id))
		error_set(err, ERROR_REFUSED,
			  "this is the administrator's key: he says who may sign, and signs "
			  "nothing else");
	else if (!entry)
		error_set(err, ERROR_REFUSED,
			  "key %.43s is nobody's whom an administrator has enrolled",
			  id ? id : "(none)");
	else if (at_ms < entry->from || at_ms >= entry->to || at_ms >= entry->revoked)
		lapsed(entry, at_ms, err);
	else if (!entry->roles[role])
		error_set(err, ERROR_REFUSED, "%s (%s) is not authorised as %s %s", entry->name,
			  entry->person, role_name(role), role_title(role));
	else if (item && !is_of_bench(entry) && !covers(entry->items, item))
		error_set(err, ERROR_REFUSED, "%s (%s) is not authorised for %.60s", entry->name,
			  entry->person, item);
	else
		return &entry->holder;
	return NULL;
}

int roster_knows(const struct roster *roster, const char *person, int64_t at_ms, struct error *err)
{
	const struct enrolment *last = NULL;

	for (const struct enrolment *entry = roster->first; entry; entry = entry->next) {
		if (!person || is_of_bench(entry) || strcmp(entry->person, person) != 0)
			continue;
		last = entry;
		if (at_ms >= entry->from && at_ms < entry->to && at_ms < entry->revoked)
			return 0;
	}
	if (last)
		return lapsed(last, at_ms, err);
	return error_set(err, ERROR_REFUSED,
			 "'%.40s' is nobody whom an administrator has enrolled: a named person "
			 "answers for this (davy keys)",
			 person ? person : "");
}

/* ---- to be shown ---- */

static void show_time(struct value *one, const char *name, int64_t ms)
{
	struct wall_time time = {.ms = ms, .zone_minutes = SHOWN_ZONE};
	char text[WALL_TIME_SIZE];

	if (ms == INT64_MIN || ms == INT64_MAX)
		return;
	wall_time_write(&time, text);
	value_set_text(one, name, text);
}

struct value *roster_describe(const struct roster *roster)
{
	struct value *list = value_list();

	for (const struct enrolment *entry = roster->first; entry; entry = entry->next) {
		struct value *one = value_add(list, value_map()), *roles;

		value_set_text(one, "kid", key_id(entry->key));
		value_set_text(one, "kind", key_kind_name(key_kind(entry->key)));
		value_set_text(one, "person", entry->person);
		value_set_text(one, "name", entry->name);
		roles = value_set(one, "roles", value_list());
		for (int role = 1; role < ROLE_COUNT; role++)
			if (entry->roles[role])
				value_add(roles, value_text(role_name((enum role)role)));
		if (entry->items)
			value_set(one, "items", value_copy(entry->items));
		show_time(one, "from", entry->from);
		show_time(one, "to", entry->to);
		show_time(one, "revoked", entry->revoked);
		value_set_text(one, "why", entry->why);
		value_set_bool(one, "introduced", entry->is_introduced);
	}
	return list;
}

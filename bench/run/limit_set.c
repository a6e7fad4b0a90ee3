/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A laboratory's limit set, and how a measure's limit is frozen from the protocol and the set.
 *
 * Many standards are sold on paper: a protocol then knows that there is a limit, under which clause,
 * and not which. The laboratory brings the number from its own copy. So an entry fills a gap and
 * replaces a figure that decides nothing (secondary, unverified, example) without a word; where it
 * replaces one that does decide, the record has to show both, and the limit is said to deviate.
 *
 * A set vouches with one grade for all it says: "lab", or "example" for simulations. It cannot call
 * itself verbatim or declared, and what it does not know, it may not say: unknown keys are refused,
 * because a mistyped "claus" would otherwise go missing unseen.
 *
 * What an entry leaves out of standard, clause and edition stays as the protocol has it: that is what
 * was asked for. The source never does: who read the number must be said by who brought it.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "run/limit_set.h"

struct limit_set {
	char *where;
	struct value *value; /* the whole file, checked */
	enum grade grade;
};

static const char *const SET_KEYS[] = {"limit_set", "laboratory", "grade", "limits", NULL};
static const char *const ENTRY_KEYS[] = {"limit", "standard", "clause", "source", "edition", NULL};

/* ---- the file ---- */

static void list_keys(const char *const *known, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (; *known && at < size; known++)
		at += (size_t)snprintf(text + at, size - at, "%s'%s'", at ? ", " : "", *known);
}

static int check_keys(const struct value *map, const char *const *known, const char *whose,
		      struct error *err)
{
	char all[120];

	list_keys(known, all, sizeof(all));
	if (!map || map->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "%s: must be a map with the keys %s", whose,
				 all);
	for (size_t i = 0; i < map->count; i++) {
		const char *const *key = known;

		while (*key && strcmp(*key, map->keys[i]) != 0)
			key++;
		if (!*key)
			return error_set(err, ERROR_USAGE, "%s: unknown key '%s'; known are %s",
					 whose, map->keys[i], all);
	}
	return 0;
}

static int check_text(const struct value *map, const char *key, bool needed, const char *whose,
		      struct error *err)
{
	const struct value *value = value_get(map, key);

	if (!value && !needed)
		return 0;
	if (!value)
		return error_set(err, ERROR_USAGE, "%s: the key '%s' is missing", whose, key);
	if (value->kind != VALUE_TEXT || value->size == 0)
		return error_set(err, ERROR_USAGE, "%s: '%s' must be a text that says something",
				 whose, key);
	return 0;
}

static int read_grade(struct limit_set *set, struct error *err)
{
	const char *grade = value_get_text(set->value, "grade");

	if (strcmp(grade, "lab") != 0 && strcmp(grade, "example") != 0)
		return error_set(err, ERROR_USAGE,
				 "%s: grade '%s': a limit set vouches with 'lab' (read by the "
				 "laboratory in its own copy) or 'example' (for simulations)",
				 set->where, grade);
	return grade_parse(&set->grade, grade, err);
}

static int check_entry(const struct limit_set *set, const char *key, const struct value *entry,
		       struct error *err)
{
	char *whose = xprintf("%s: limits '%s'", set->where, key);
	int done = check_keys(entry, ENTRY_KEYS, whose, err);
	struct limit limit;

	for (const char *const *name = ENTRY_KEYS; *name && done == 0; name++)
		done = check_text(entry, *name, name == ENTRY_KEYS, whose, err);
	if (done == 0 && limit_parse(&limit, value_get_text(entry, "limit"), err) < 0)
		done = error_context(err, "%s", whose);
	free(whose);
	return done;
}

static int check_set(struct limit_set *set, struct error *err)
{
	const struct value *limits;

	if (check_keys(set->value, SET_KEYS, set->where, err) < 0 ||
	    check_text(set->value, "limit_set", true, set->where, err) < 0 ||
	    check_text(set->value, "laboratory", true, set->where, err) < 0 ||
	    check_text(set->value, "grade", true, set->where, err) < 0 || read_grade(set, err) < 0)
		return -1;

	limits = value_get(set->value, "limits");
	if (!limits || limits->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE,
				 "%s: 'limits' must be a map from each measure's key to its limit",
				 set->where);
	for (size_t i = 0; i < limits->count; i++)
		if (check_entry(set, limits->keys[i], limits->items[i], err) < 0)
			return -1;
	return 0;
}

struct limit_set *limit_set_parse(const char *text, size_t size, const char *where,
				  struct error *err)
{
	struct limit_set *set = xcalloc(1, sizeof(*set));

	set->where = xstrdup(where);
	set->value = json_parse(text, size, where, err);
	if (set->value && check_set(set, err) == 0)
		return set;
	limit_set_free(set);
	return NULL;
}

void limit_set_free(struct limit_set *set)
{
	if (!set)
		return;
	value_free(set->value);
	free(set->where);
	free(set);
}

const char *limit_set_name(const struct limit_set *set)
{
	return value_get_text(set->value, "limit_set");
}

enum grade limit_set_grade(const struct limit_set *set)
{
	return set->grade;
}

void limit_set_distrust(struct limit_set *set)
{
	set->grade = GRADE_UNVERIFIED;
}

/* ---- what nobody asked for ---- */

static bool is_key(const struct value *keys, const char *key)
{
	for (size_t i = 0; i < value_count(keys); i++)
		if (!strcmp(value_at(keys, i)->text, key))
			return true;
	return false;
}

static char *join_keys(const struct value *keys)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(keys); i++)
		buf_printf(&text, "%s%s", i ? ", " : "", value_at(keys, i)->text);
	buf_add_text(&text, text.size ? "" : "none");
	return buf_detach(&text);
}

void limit_set_warn(const struct limit_set *set, const char *protocol, const struct value *keys,
		    struct value *warnings)
{
	const struct value *limits = value_get(set->value, "limits");
	size_t size = strlen(protocol);
	char *all = join_keys(keys);

	for (size_t i = 0; i < value_count(limits); i++) {
		const char *key = value_key(limits, i);

		if (strncmp(key, protocol, size) != 0 || key[size] != '/' ||
		    is_key(keys, key + size + 1))
			continue;
		value_add(warnings,
			  value_printf("%s: the limit '%s' is used by no measure of %s, whose keys "
				       "are %s",
				       set->where, key, protocol, all));
	}
	free(all);
}

/* ---- freezing ---- */

/* The entry for this protocol's key, or for the key of any; NULL when there is none. */
static const struct value *find_entry(const struct limit_set *set, const char *protocol,
				      const char *key)
{
	const struct value *limits, *entry;
	char *of_protocol;

	if (!set || !*key)
		return NULL;
	limits = value_get(set->value, "limits");
	of_protocol = xprintf("%s/%s", protocol, key);
	entry = value_get(limits, of_protocol);
	free(of_protocol);
	return entry ? entry : value_get(limits, key);
}

/* Copy a text when there is one; what does not fit is refused, not cut. */
static int take_text(const struct value *from, const char *key, char *text, size_t size,
		     struct error *err)
{
	const char *said = value_get_text(from, key);

	if (!said)
		return 0;
	if (strlen(said) >= size)
		return error_set(err, ERROR_USAGE, "'%s' has %zu bytes and may have %zu", key,
				 strlen(said), size - 1);
	strcpy(text, said);
	return 0;
}

static int take_words(struct frozen_limit *frozen, const struct value *from, struct error *err)
{
	if (take_text(from, "clause", frozen->clause, sizeof(frozen->clause), err) < 0 ||
	    take_text(from, "source", frozen->source, sizeof(frozen->source), err) < 0 ||
	    take_text(from, "edition", frozen->edition, sizeof(frozen->edition), err) < 0 ||
	    take_text(from, "standard", frozen->standard, sizeof(frozen->standard), err) < 0)
		return -1;
	return take_text(from, "key", frozen->key, sizeof(frozen->key), err);
}

static int freeze_own(struct frozen_limit *frozen, const struct value *from_loader,
		      struct error *err)
{
	const char *text = value_get_text(from_loader, "text");
	const char *grade = value_get_text(from_loader, "grade");

	if (take_words(frozen, from_loader, err) < 0)
		return -1;
	if (!text)
		return 0;
	if (!grade)
		return error_set(err, ERROR_USAGE,
				 "'%s' has no grade: say who vouches for it (verbatim, lab, "
				 "declared, secondary, unverified or example)",
				 text);
	if (limit_parse(&frozen->limit, text, err) < 0 ||
	    grade_parse(&frozen->grade, grade, err) < 0)
		return -1;
	frozen->known = true;
	return 0;
}

/* An entry that measures something else than the protocol's figure is under a wrong key. */
static int check_same_kind(const struct limit *own, const struct limit *brought, struct error *err)
{
	const struct unit *a = limit_unit(own), *b = limit_unit(brought);

	if (limit_is_state(own) == limit_is_state(brought) && (!a || !b || unit_same_kind(a, b)))
		return 0;
	return error_set(err, ERROR_USAGE, "'%s' cannot stand in for the protocol's '%s'",
			 brought->text, own->text);
}

static int replace(struct frozen_limit *frozen, const struct value *entry,
		   const struct limit_set *set, struct error *err)
{
	bool decided = frozen->known && grade_decides(frozen->grade, false);
	struct limit brought;

	if (limit_parse(&brought, value_get_text(entry, "limit"), err) < 0 ||
	    (frozen->known && check_same_kind(&frozen->limit, &brought, err) < 0))
		return -1;
	if (decided && strcmp(brought.text, frozen->limit.text) == 0)
		return 0; /* it only confirms what the standard itself says */

	frozen->deviates = decided;
	if (decided)
		snprintf(frozen->original, sizeof(frozen->original), "%s", frozen->limit.text);
	frozen->known = true;
	frozen->limit = brought;
	frozen->grade = set->grade;
	snprintf(frozen->source, sizeof(frozen->source), "limit set '%s' of %s",
		 limit_set_name(set), value_get_text(set->value, "laboratory"));
	return take_words(frozen, entry, err);
}

int limit_freeze(struct frozen_limit *frozen, const struct value *from_loader, const char *protocol,
		 const struct limit_set *set, struct error *err)
{
	const struct value *entry;

	*frozen = (struct frozen_limit){0};
	if (freeze_own(frozen, from_loader, err) < 0)
		return error_context(err, "limit '%s'",
				     *frozen->key ? frozen->key : "(without a key)");
	entry = find_entry(set, protocol, frozen->key);
	if (entry && replace(frozen, entry, set, err) < 0)
		return error_context(err, "%s: limits '%s'", set->where, frozen->key);
	return 0;
}

void limit_need(const struct frozen_limit *frozen, char *text, size_t size)
{
	char place[180], figure[180] = "";

	snprintf(place, sizeof(place), "%s%s%s%s", *frozen->standard ? " of " : "",
		 frozen->standard, *frozen->clause ? ", clause " : "", frozen->clause);
	if (frozen->known)
		snprintf(figure, sizeof(figure), " (the figure %s is %s and decides nothing)",
			 frozen->limit.text, grade_name(frozen->grade));
	snprintf(text, size, "needs '%s'%s: bring it with --limits%s", frozen->key, place, figure);
}

static void describe(struct value *described, const char *key, const char *text)
{
	if (*text)
		value_set_text(described, key, text);
}

struct value *limit_describe(const struct frozen_limit *frozen)
{
	struct value *described = value_map();

	if (frozen->known) {
		value_set_text(described, "limit", frozen->limit.text);
		value_set_text(described, "grade", grade_name(frozen->grade));
	}
	describe(described, "key", frozen->key);
	describe(described, "standard", frozen->standard);
	describe(described, "edition", frozen->edition);
	describe(described, "clause", frozen->clause);
	describe(described, "source", frozen->source);
	if (frozen->deviates) {
		value_set_bool(described, "deviates", true);
		describe(described, "original", frozen->original);
	}
	return described;
}

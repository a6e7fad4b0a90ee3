/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a replay and of the journal, side by side. What crossed to or from the script carries the id
 * of its request and what it says; a reading and a judgement are compared field by field.
 */
#include "run/replay_expected.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

void expected_add(struct expected **list, const char *kind, uint32_t id, struct value *says)
{
	struct expected *expected = xcalloc(1, sizeof(*expected));

	*expected = (struct expected){NULL, kind, id, says};
	while (*list)
		list = &(*list)->next;
	*list = expected;
}

void expected_drop(struct expected **list)
{
	struct expected *first = *list;

	*list = first->next;
	value_free(first->says);
	free(first);
}

static void show(const struct value *value, char *text, size_t size)
{
	struct buf json;

	buf_init(&json);
	if (value)
		json_write(&json, value);
	snprintf(text, size, "%.150s", json.size ? json.data : "nothing");
	buf_done(&json);
}

int replay_diverges(const struct journal_item *item, const struct value *there,
		    const struct value *here, struct error *err)
{
	char journal[160], now[160];

	show(there, journal, sizeof(journal));
	show(here, now, sizeof(now));
	return error_set(err, ERROR_DEVICE,
			 "the replay diverges at %.9f s, line '%s': the journal has %s, the replay "
			 "gives %s",
			 nsec_seconds(item->time), item->kind, journal, now);
}

struct value *journal_content(const struct value *line)
{
	struct value *content = value_map();

	for (size_t i = 0; i < value_count(line); i++) {
		const char *key = value_key(line, i);

		if (strcmp(key, "k") != 0 && strcmp(key, "t") != 0)
			value_set(content, key, value_copy(value_at(line, i)));
	}
	return content;
}

/* Without the field `key`; the caller's. */
static struct value *without(const struct value *map, const char *key)
{
	struct value *rest = value_map();

	for (size_t i = 0; i < value_count(map); i++)
		if (strcmp(value_key(map, i), key) != 0)
			value_set(rest, value_key(map, i), value_copy(value_at(map, i)));
	return rest;
}

/*
 * A journal from before requests told which line of another file led to them: the script of today tells it,
 * and is not held to it.
 */
static bool says_same(const struct value *there, const struct value *here)
{
	struct value *rest;
	bool same = value_same(there, here);

	if (same || !value_get(here, "via") || value_get(there, "via"))
		return same;
	rest = without(here, "via");
	same = value_same(there, rest);
	value_free(rest);
	return same;
}

int expected_meets(const struct expected *first, const struct journal_item *item, struct error *err)
{
	bool carries_id = value_get(item->line, "says") || value_get(item->line, "id");
	struct value *content = journal_content(item->line);
	const struct value *there = content;
	bool same;

	if (!strcmp(item->kind, "reading") || !strcmp(item->kind, "judged"))
		carries_id = false;
	if (carries_id)
		there = value_get(content, "says");
	same = first && !strcmp(first->kind, item->kind) &&
	       (!carries_id || first->id == (uint32_t)value_get_int(item->line, "id", 0)) &&
	       ((!there && (!first->says || first->says->kind == VALUE_NIL)) ||
		(there && first->says && says_same(there, first->says)) ||
		(!carries_id && value_count(content) == 0));
	if (!same)
		replay_diverges(item, content, first ? first->says : NULL, err);
	value_free(content);
	return same ? 0 : -1;
}

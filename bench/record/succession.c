/* SPDX-License-Identifier: Apache-2.0 */
/* A bench changes its key a few times in its life: the keys are looked through from the last. */
#include "record/succession.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void add(struct succession *succession, struct key *key, uint64_t from)
{
	size_t count = succession->count + 1;

	succession->keys = xrealloc(succession->keys, count * sizeof(*succession->keys));
	succession->keys[count - 1].key = key;
	succession->keys[count - 1].from = from;
	succession->count = count;
}

void succession_begin(struct succession *succession, struct key *first)
{
	*succession = (struct succession){0};
	add(succession, first, 1);
}

void succession_done(struct succession *succession)
{
	for (size_t i = 0; i < succession->count; i++)
		key_free(succession->keys[i].key);
	free(succession->keys);
	*succession = (struct succession){0};
}

static int check_new(const struct succession *succession, const struct key *key,
		     const struct key *simulation, struct error *err)
{
	bool is_had = key_same(key, simulation);

	for (size_t i = 0; i < succession->count && !is_had; i++)
		is_had = key_same(key, succession->keys[i].key);
	if (is_had)
		return error_set(err, ERROR_REFUSED,
				 "it hands over to a key that this bench has had before");
	return 0;
}

int succession_take(struct succession *succession, const struct entry *entry,
		    const struct key *simulation, struct error *err)
{
	const char *why = value_get_text(entry->says, "why");
	struct key *key;

	if (value_count(entry->says) != 2 || !why || !why[0] || strlen(why) > SUCCESSION_WHY_MOST)
		return error_set(err, ERROR_REFUSED,
				 "a hand-over names the bench's next key and why, in at most %d "
				 "bytes",
				 SUCCESSION_WHY_MOST);
	key = key_from_jwk(value_get(entry->says, "benchKey"), "the bench's next key", err);
	if (!key || check_new(succession, key, simulation, err) < 0) {
		key_free(key);
		return -1;
	}
	add(succession, key, entry->seq + 1);
	return 0;
}

const struct key *succession_at(const struct succession *succession, uint64_t seq)
{
	size_t i = succession->count;

	while (i > 1 && succession->keys[i - 1].from > seq)
		i--;
	return i ? succession->keys[i - 1].key : NULL;
}

const struct key *succession_last(const struct succession *succession)
{
	return succession->count ? succession->keys[succession->count - 1].key : NULL;
}

uint64_t succession_since(const struct succession *succession)
{
	return succession->count > 1 ? succession->keys[succession->count - 1].from - 1 : 0;
}

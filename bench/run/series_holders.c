/* SPDX-License-Identifier: Apache-2.0 */
#include "run/series_holders.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/key.h"
#include "record/outbox.h"
#include "record/received.h"
#include "record/roster_log.h"

struct series_holders {
	struct value
		*receipts; /* list of what series_holders_of() gives, with "seq" and "journal" */
};

struct series_holders *series_holders_new(void)
{
	struct series_holders *holders = xcalloc(1, sizeof(*holders));

	holders->receipts = value_list();
	return holders;
}

void series_holders_free(struct series_holders *holders)
{
	if (!holders)
		return;
	value_free(holders->receipts);
	free(holders);
}

static void keep(struct series_holders *holders, const struct entry *entry, const struct key *key,
		 const struct value *statement)
{
	const struct value *records = value_get(statement, "records");

	for (size_t i = 0; i < value_count(records); i++) {
		const struct value *named = value_at(records, i);
		struct value *one;

		if (!value_get(named, "journal"))
			continue;
		one = value_add(holders->receipts, value_map());
		value_set_int(one, "seq", value_get_int(named, "seq", 0));
		value_set(one, "journal", value_copy(value_get(named, "journal")));
		value_set_text(one, "receiver", value_get_text(entry->says, "receiver"));
		value_set_text(one, "key", key_id(key));
		value_set_int(one, "receipt", (int64_t)entry->seq);
		value_set_text(one, "destination", value_get_text(entry->says, "destination"));
		value_set_text(one, "bag", value_get_text(statement, "bag"));
		value_set_text(one, "at", value_get_text(statement, "at"));
		value_set_int(one, "keepDays", value_get_int(statement, "keepDays", 0));
	}
}

int series_holders_take(struct series_holders *holders, const struct entry *entry,
			struct error *err)
{
	const struct value *member = value_get(entry->says, "jws");
	struct value *statement = NULL;
	struct jws *jws = NULL;
	struct key *key;

	if (strcmp(entry->kind, ENTRY_RECEIPT) != 0 || !member)
		return 0;
	key = key_from_jwk(value_get(entry->says, "key"), "its receiver's key", err);
	if (key)
		jws = roster_log_read(member, "its statement", err);
	if (jws)
		statement = received_read(jws, key, err);
	if (statement)
		keep(holders, entry, key, statement);
	value_free(statement);
	jws_free(jws);
	key_free(key);
	return statement ? 0 : -1;
}

static bool same(const struct value *a, const struct value *b, const char *member)
{
	const char *one = value_get_text(a, member), *other = value_get_text(b, member);

	return one && other && !strcmp(one, other);
}

static bool is_counted(const struct value *found, const struct value *receipt)
{
	for (size_t i = 0; i < value_count(found); i++)
		if (same(value_at(found, i), receipt, "key") ||
		    same(value_at(found, i), receipt, "receiver"))
			return true;
	return false;
}

/* What is asked about need not be said once more. */
static struct value *without(const struct value *receipt)
{
	struct value *one = value_map();

	for (size_t i = 0; i < value_count(receipt); i++)
		if (strcmp(value_key(receipt, i), "seq") != 0 &&
		    strcmp(value_key(receipt, i), "journal") != 0)
			value_set(one, value_key(receipt, i), value_copy(value_at(receipt, i)));
	return one;
}

struct value *series_holders_of(const struct series_holders *holders, uint64_t seq,
				const struct value *journal)
{
	struct value *found = value_list();

	for (size_t i = 0; i < value_count(holders->receipts); i++) {
		const struct value *receipt = value_at(holders->receipts, i);

		if (value_get_int(receipt, "seq", 0) == (int64_t)seq && journal &&
		    value_same(value_get(receipt, "journal"), journal) &&
		    !is_counted(found, receipt))
			value_add(found, without(receipt));
	}
	return found;
}

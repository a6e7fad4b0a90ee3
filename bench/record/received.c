/* SPDX-License-Identifier: Apache-2.0 */
#include "record/received.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/canonical.h"

static const char ROLE[] = "receiver", MEANING[] = "received";

int received_bag_digest(const char *folder, char hex[HASH_HEX_SIZE], struct error *err)
{
	char *path = xprintf("%s/tagmanifest-sha256.txt", folder);
	uint8_t digest[HASH_SIZE];
	int done = hash_file(path, digest, NULL, err);

	if (done == 0)
		hash_hex(digest, hex);
	free(path);
	return done;
}

const struct value *received_journal(const struct entry *entry)
{
	return strcmp(entry->kind, ENTRY_EVENT) == 0
		       ? value_get(value_get(entry->says, "mse:run"), "mse:journal")
		       : NULL;
}

struct jws *received_sign(const struct value *statement, const struct key *key, struct error *err)
{
	const struct jws_act act = {.role = ROLE,
				    .meaning = MEANING,
				    .time = value_get_text(statement, "at"),
				    .person = value_get_text(statement, "by")};
	struct jws *jws = NULL;
	struct buf payload;

	buf_init(&payload);
	if (canonical_write(&payload, statement, "receipts", err) == 0)
		jws = jws_new(payload.data, payload.size);
	if (jws && jws_sign(jws, key, &act, err) < 0) {
		jws_free(jws);
		jws = NULL;
	}
	buf_done(&payload);
	return jws;
}

/* ---- reading ---- */

static bool is_digest(const struct value *map, const char *member)
{
	const char *text = value_get_text(map, member);
	uint8_t digest[HASH_SIZE];

	return text && strlen(text) == 2 * (size_t)HASH_SIZE && hash_from_hex(text, digest);
}

static bool is_record(const struct value *one)
{
	return value_get_int(one, "seq", 0) > 0 && value_get_text(one, "id") &&
	       is_digest(one, "sha256") &&
	       (!value_get(one, "journal") || is_digest(value_get(one, "journal"), "mse:sha256"));
}

static bool is_statement(const struct value *says, const struct jws_act *act)
{
	const char *what = value_get_text(says, "what"), *by = value_get_text(says, "by");
	const char *at = value_get_text(says, "at");
	const struct value *records = value_get(says, "records");

	if (value_get_int(says, "v", 0) != 1 || !what || strcmp(what, MEANING) != 0 ||
	    !value_get_text(says, "origin") || !value_get_text(says, "bag") ||
	    value_get_int(says, "keepDays", 1) < 1 || !is_digest(says, "bagSha256") || !by ||
	    !act->person || strcmp(by, act->person) != 0 || !at || !act->time ||
	    strcmp(at, act->time) != 0 || !records || records->kind != VALUE_LIST ||
	    value_count(records) < 1 || value_count(records) > RECEIVED_RECORDS_MOST)
		return false;
	for (size_t i = 0; i < value_count(records); i++)
		if (!is_record(value_at(records, i)))
			return false;
	return true;
}

struct value *received_read(const struct jws *jws, const struct key *key, struct error *err)
{
	const struct jws_act act = jws_act(jws, 0);
	const char *payload;
	struct value *says;
	size_t size;

	if (jws_count(jws) != 1 || !act.role || strcmp(act.role, ROLE) != 0 || !act.meaning ||
	    strcmp(act.meaning, MEANING) != 0) {
		error_set(err, ERROR_REFUSED,
			  "what is signed there is no receiver's statement of what he received");
		return NULL;
	}
	if (jws_verify(jws, 0, key, err) < 0) {
		error_context(err, "the receipts are forged or damaged");
		return NULL;
	}
	payload = jws_payload(jws, &size);
	says = canonical_parse(payload, size, "receipts", err);
	if (!says || is_statement(says, &act))
		return says;
	error_set(err, ERROR_REFUSED,
		  "the receipts do not say of each record its number, id and digest, in which bag "
		  "it came "
		  "and who has received it");
	value_free(says);
	return NULL;
}

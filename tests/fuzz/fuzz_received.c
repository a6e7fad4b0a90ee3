/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A receiver's statement that came back on a stick (record/received.h): the input is what he says, which is signed here as he
 * would, so that what is read behind the signature is reached; and who holds the series by it (run/series_holders.h).
 */
#include <string.h>

#include "base/json.h"
#include "record/jws.h"
#include "record/outbox.h"
#include "record/received.h"
#include "run/series_holders.h"
#include "tests/fuzz/fuzz.h"

static const struct key *receiver_key(bool other)
{
	static struct key *keys[2];
	struct error err;

	if (!keys[other])
		keys[other] = key_generate(KEY_ED25519, &err);
	must(keys[other] != NULL);
	return keys[other];
}

/* NULL: nobody could sign that. */
static struct jws *sign(const uint8_t *data, size_t size, const struct value *says)
{
	const struct jws_act act = {.role = "receiver",
				    .meaning = "received",
				    .time = value_get_text(says, "at"),
				    .person = value_get_text(says, "by")};
	struct jws *jws = jws_new((const char *)data, size);
	struct error err;

	if (jws_sign(jws, receiver_key(false), &act, &err) == 0)
		return jws;
	jws_free(jws);
	return NULL;
}

static void check_statement(const struct value *says, const struct jws *jws)
{
	const struct value *records = value_get(says, "records");

	must(value_get_text(says, "by") && jws_act(jws, 0).person);
	must(!strcmp(value_get_text(says, "by"), jws_act(jws, 0).person));
	must(value_count(records) > 0 && value_count(records) <= RECEIVED_RECORDS_MOST);
	for (size_t i = 0; i < value_count(records); i++)
		must(value_get_int(value_at(records, i), "seq", 0) > 0);
}

/* As it stands in a record of receipts: he holds what he has named with a journal, once. */
static void check_holders(const struct value *statement, const struct jws *jws)
{
	struct series_holders *holders = series_holders_new();
	struct value *says = value_map(), *member, *found;
	const struct value *named = value_at(value_get(statement, "records"), 0);
	struct entry entry = {.kind = ENTRY_RECEIPT, .seq = 500, .says = says};
	struct error err;
	struct buf text;

	buf_init(&text);
	jws_write(jws, SIZE_MAX, &text);
	member = json_parse(text.data, text.size, "statement", &err);
	must(member != NULL);
	value_set(says, "jws", member);
	value_set(says, "key", key_jwk(receiver_key(false)));
	value_set_text(says, "receiver", "Laboratory 1");
	value_set_text(says, "destination", "stick");
	must(series_holders_take(holders, &entry, &err) == 0);
	found = series_holders_of(holders, (uint64_t)value_get_int(named, "seq", 0),
				  value_get(named, "journal"));
	must(value_count(found) == (value_get(named, "journal") ? 1 : 0));
	value_free(found);
	value_set(says, "key", key_jwk(receiver_key(true)));
	must(series_holders_take(holders, &entry, &err) < 0);
	series_holders_free(holders);
	value_free(says);
	buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	struct value *says = json_parse((const char *)data, size, "input", &err), *read = NULL;
	struct jws *jws = sign(data, size, says);

	if (jws) {
		must(received_read(jws, receiver_key(true), &err) == NULL);
		read = received_read(jws, receiver_key(false), &err);
		must(read || err.text[0]);
	}
	if (read) {
		check_statement(read, jws);
		check_holders(read, jws);
	}
	value_free(read);
	jws_free(jws);
	value_free(says);
	return 0;
}

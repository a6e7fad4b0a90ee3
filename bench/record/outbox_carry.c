/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record that was carried is at nobody's yet: only what a receiver has signed, record by record, makes it delivered. His
 * statement is held against the log before anything is made of it, and stands in the log as he signed it.
 */
#include "record/outbox_carry.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/outbox.h"
#include "record/outbox_inside.h"
#include "record/received.h"
#include "record/roster_log.h"
#include "record/store_entry.h"

enum { BAG_NAME_MOST = 120 };

bool outbox_is_bag(const struct value *destination)
{
	const char *kind = value_get_text(destination, "kind");

	return kind && !strcmp(kind, OUTBOX_BAG);
}

static const struct value *bag_of(struct bench_log *log, const struct value *request,
				  struct error *err)
{
	const struct value *destination = outbox_destination(log, request, err);

	if (!destination || outbox_is_bag(destination))
		return destination;
	error_set(err, ERROR_USAGE, "'%s' is no destination of kind bag",
		  value_get_text(destination, "name"));
	return NULL;
}

struct value *outbox_carry(struct bench_log *log, const struct value *request,
			   const struct moment *now, struct error *err)
{
	const struct value *destination = bag_of(log, request, err);
	struct value *answer = value_map(), *rows = value_list();
	struct value *seqs = value_set(answer, "seqs", value_list());
	int done = destination ? store_outbox_to_carry(bench_log_store(log),
						       value_get_text(destination, "name"),
						       OUTBOX_CARRIED_MOST, rows, err)
			       : -1;

	(void)now;
	for (size_t i = 0; i < value_count(rows); i++)
		value_add(seqs, value_int(value_get_int(value_at(rows, i), "seq", 0)));
	value_free(rows);
	if (done == 0)
		return answer;
	value_free(answer);
	return NULL;
}

/* ---- records of receipts ---- */

/* Adds a receipt where its row is still open. */
static int add_open(struct bench_log *log, const char *name, int64_t seq, const char *outcome,
		    struct value *receipts, struct error *err)
{
	struct value *says = value_map();
	int done;

	value_set_int(says, "seq", seq);
	value_set_text(says, "outcome", outcome);
	done = outbox_is_open(log, name, says, err);
	if (done == 1)
		done = outbox_add_receipt(log, receipts, says, err);
	value_free(says);
	return done < 0 ? -1 : 0;
}

static int append(struct bench_log *log, const struct value *says, const char *subject,
		  const struct moment *now, uint64_t *seq, struct error *err)
{
	const char *const subjects[] = {subject, OUTBOX_STATEMENTS, NULL};
	struct appended appended = {0};
	int done;

	buf_init(&appended.text);
	done = bench_log_append(log,
				&(struct bench_entry){.kind = ENTRY_RECEIPT,
						      .says = says,
						      .subjects = subject ? subjects : NULL},
				now, &appended, err);
	buf_done(&appended.text);
	*seq = appended.seq;
	return done;
}

static bool is_bag_name(const char *name)
{
	return name && name[0] && strlen(name) <= BAG_NAME_MOST && !strchr(name, '/');
}

struct value *outbox_carried(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct error *err)
{
	const struct value *destination = bag_of(log, request, err);
	const char *name = value_get_text(destination, "name");
	const char *bag = value_get_text(request, "bag");
	const char *digest = value_get_text(request, "bagSha256");
	const struct value *seqs = value_get(request, "seqs");
	struct value *says, *receipts, *answer = NULL;
	uint64_t receipt = 0;
	int done = 0;

	if (!destination)
		return NULL;
	if (!is_bag_name(bag) || !digest || strlen(digest) != 2 * (size_t)HASH_SIZE ||
	    value_count(seqs) > OUTBOX_CARRIED_MOST) {
		error_set(err, ERROR_USAGE,
			  "what was carried says in which bag, of which digest, and at most %d "
			  "records",
			  OUTBOX_CARRIED_MOST);
		return NULL;
	}
	says = value_map();
	value_set_text(says, "destination", name);
	value_set_text(says, "bag", bag);
	value_set_text(says, "bagSha256", digest);
	receipts = value_set(says, "receipts", value_list());
	for (size_t i = 0; i < value_count(seqs) && done == 0; i++)
		if (value_at(seqs, i)->kind == VALUE_INT)
			done = add_open(log, name, value_at(seqs, i)->integer, "carried", receipts,
					err);
	if (done == 0 && value_count(receipts))
		done = append(log, says, NULL, now, &receipt, err);
	if (done == 0) {
		answer = value_map();
		value_set_int(answer, "carried", (int64_t)value_count(receipts));
		value_set_int(answer, "receipt", (int64_t)receipt);
	}
	value_free(says);
	return answer;
}

/* ---- a receiver's statement ---- */

/* The pinned key that has signed it, and whose it is; the caller frees it. */
static struct key *find_receiver(const struct value *destination, const struct jws *jws,
				 const char **receiver, struct error *err)
{
	const struct value *receivers = value_get(destination, "receivers");
	const char *id = jws_key_id(jws, 0);

	for (size_t i = 0; id && i < value_count(receivers); i++) {
		const char *path = value_get_text(value_at(receivers, i), "key");
		struct key *key = path ? key_load_public(path, err) : NULL;

		if (!key) {
			if (!path)
				error_set(err, ERROR_USAGE, "a receiver has no \"key\"");
			error_context(err, "destinations.json: '%s'",
				      value_get_text(destination, "name"));
			return NULL;
		}
		*receiver = value_get_text(value_at(receivers, i), "name");
		if (*receiver && !strcmp(key_id(key), id))
			return key;
		key_free(key);
	}
	error_set(err, ERROR_REFUSED,
		  "the receipts are signed with key %.43s, which is no receiver's of '%s': "
		  "destinations.json names his name and public key under \"receivers\"",
		  id ? id : "?", value_get_text(destination, "name"));
	return NULL;
}

static int check_origin(struct bench_log *log, const struct value *statement, struct error *err)
{
	const char *said = value_get_text(statement, "origin"), *ours;
	struct store_entry first;
	int done = store_entry_get(bench_log_store(log), 1, &first, err);

	if (done < 0)
		return -1;
	ours = value_get_text(first.entry.says, "origin");
	if (!ours || strcmp(said, ours) != 0)
		done = error_set(
			err, ERROR_REFUSED,
			"the receipts are for the records of %.80s, and this bench is %.80s", said,
			ours ? ours : "?");
	store_entry_done(&first);
	return done;
}

static int check_journal(struct bench_log *log, const struct value *named, struct error *err)
{
	uint64_t seq = (uint64_t)value_get_int(named, "seq", 0);
	struct store_entry found;
	const struct value *ours;
	int done = store_entry_get(bench_log_store(log), seq, &found, err);

	if (done < 0)
		return -1;
	ours = received_journal(&found.entry);
	if (!ours || !value_same(ours, value_get(named, "journal")))
		done = error_set(
			err, ERROR_REFUSED,
			"the receipts name the journal of record %llu by another digest than "
			"the record does: it is not that journal that was received",
			(unsigned long long)seq);
	store_entry_done(&found);
	return done;
}

static int check_record(struct bench_log *log, const struct value *named, struct error *err)
{
	int64_t seq = value_get_int(named, "seq", 0);
	const char *digest = value_get_text(named, "sha256"), *id = value_get_text(named, "id");
	char ours[HASH_HEX_SIZE] = "";
	uint8_t bytes[HASH_SIZE];
	struct store_record record;
	struct buf texts;
	int found;

	buf_init(&texts);
	found = store_get(bench_log_store(log), (uint64_t)seq, &record, &texts, err);
	if (found == 1) {
		hash_of(record.text, record.size, bytes);
		hash_hex(bytes, ours);
	}
	if (found >= 0 && (found == 0 || strcmp(ours, digest) != 0 || strcmp(record.id, id) != 0))
		found = error_set(
			err, ERROR_REFUSED,
			"the receipts name record %lld by another id or digest than this log "
			"has: it is not that record that was received",
			(long long)seq);
	buf_done(&texts);
	if (found < 0)
		return -1;
	return value_get(named, "journal") ? check_journal(log, named, err) : 0;
}

/* The record that has these receipts already; 0: none has. */
static int find_taken(struct bench_log *log, const char *digest, uint64_t *seq, struct error *err)
{
	uint64_t *seqs = NULL;
	size_t count = 0;

	if (store_about(bench_log_store(log), digest, &seqs, &count, err) < 0)
		return -1;
	*seq = count ? seqs[0] : 0;
	free(seqs);
	return 0;
}

/* All that the record of receipts says; takes nothing. NULL: refused. */
static struct value *describe(struct bench_log *log, const char *name, const char *receiver,
			      const struct key *key, const struct value *statement,
			      const struct value *jws, struct error *err)
{
	const struct value *records = value_get(statement, "records");
	struct value *says = value_map(), *receipts;
	int done = check_origin(log, statement, err);

	value_set_text(says, "destination", name);
	value_set_text(says, "bag", value_get_text(statement, "bag"));
	value_set_text(says, "bagSha256", value_get_text(statement, "bagSha256"));
	value_set_text(says, "receiver", receiver);
	value_set(says, "key", key_jwk(key));
	value_set(says, "jws", value_copy(jws));
	receipts = value_set(says, "receipts", value_list());
	for (size_t i = 0; i < value_count(records) && done == 0; i++)
		done = check_record(log, value_at(records, i), err);
	for (size_t i = 0; i < value_count(records) && done == 0; i++)
		done = add_open(log, name, value_get_int(value_at(records, i), "seq", 0),
				"delivered", receipts, err);
	if (done == 0)
		return says;
	value_free(says);
	return NULL;
}

static struct value *answer_of(const struct value *statement, const char *receiver,
			       const struct value *says, uint64_t receipt)
{
	struct value *answer = value_map();

	value_set_text(answer, "receiver", receiver);
	value_set_text(answer, "bag", value_get_text(statement, "bag"));
	value_set_int(answer, "named", (int64_t)value_count(value_get(statement, "records")));
	value_set_int(answer, "delivered", (int64_t)value_count(value_get(says, "receipts")));
	value_set_int(answer, "receipt", (int64_t)receipt);
	value_set_bool(answer, "again", !says);
	return answer;
}

static struct value *take(struct bench_log *log, const struct value *destination,
			  const struct jws *jws, const struct value *member,
			  const struct moment *now, struct error *err)
{
	const char *receiver = NULL, *payload;
	struct key *key = find_receiver(destination, jws, &receiver, err);
	struct value *statement = key ? received_read(jws, key, err) : NULL;
	struct value *says = NULL, *answer = NULL;
	char digest[HASH_HEX_SIZE];
	uint8_t bytes[HASH_SIZE];
	uint64_t receipt = 0;
	size_t size;

	payload = jws_payload(jws, &size);
	hash_of(payload, size, bytes);
	hash_hex(bytes, digest);
	if (!statement || find_taken(log, digest, &receipt, err) < 0)
		;
	else if (receipt)
		answer = answer_of(statement, receiver, NULL, receipt);
	else
		says = describe(log, value_get_text(destination, "name"), receiver, key, statement,
				member, err);
	if (says) {
		value_set_text(says, "statementSha256", digest);
		if (append(log, says, digest, now, &receipt, err) == 0)
			answer = answer_of(statement, receiver, says, receipt);
	}
	value_free(says);
	value_free(statement);
	key_free(key);
	return answer;
}

struct value *outbox_received(struct bench_log *log, const struct value *request,
			      const struct moment *now, struct error *err)
{
	const struct value *destination = bag_of(log, request, err);
	const struct value *member = value_get(request, "jws");
	struct jws *jws = destination ? roster_log_read(member, "the receipts", err) : NULL;
	struct value *answer = NULL;

	if (jws)
		answer = take(log, destination, jws, member, now, err);
	jws_free(jws);
	return answer;
}

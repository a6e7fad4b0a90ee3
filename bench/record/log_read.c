/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a log. Nothing is believed before it was checked, and the first record gives what all others are checked with:
 * so a log proves of itself that one holder of two keys made it, and whose keys those are must be known from elsewhere.
 *
 * Leaves are kept, 32 bytes a record, since proofs need them all; of the records nothing is kept but, of each run, whether it was
 * simulated.
 */
#include "record/log_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/event.h"
#include "record/leaf.h"
#include "record/roster.h"
#include "record/signing.h"
#include "record/succession.h"

struct run_seen {
	char *uri;
	bool is_simulated;
};

struct log_reader {
	enum log_extent extent;
	uint64_t at;
	bool is_broken;
	char *origin, *base, *bench;
	struct succession keys; /* the bench's */
	struct key *simulation_key;
	struct merkle tree;
	uint64_t prev_of; /* whose `prev` is known: the record after the one read last */
	uint8_t prev[HASH_SIZE];
	uint8_t (*leaves)[HASH_SIZE];
	size_t leaves_room;
	struct run_seen *runs;
	size_t run_count, run_room;
	struct jws *jws; /* of the record read last */
	struct entry entry;
};

struct log_reader *log_reader_new(enum log_extent extent)
{
	struct log_reader *reader = xcalloc(1, sizeof(*reader));

	reader->extent = extent;
	reader->prev_of = 1;
	merkle_init(&reader->tree);
	return reader;
}

static void drop_record(struct log_reader *reader)
{
	jws_free(reader->jws);
	reader->jws = NULL;
	entry_done(&reader->entry);
}

void log_reader_free(struct log_reader *reader)
{
	if (!reader)
		return;
	drop_record(reader);
	succession_done(&reader->keys);
	key_free(reader->simulation_key);
	for (size_t i = 0; i < reader->run_count; i++)
		free(reader->runs[i].uri);
	free(reader->runs);
	free(reader->leaves);
	free(reader->origin);
	free(reader->base);
	free(reader->bench);
	free(reader);
}

uint64_t log_reader_at(const struct log_reader *reader)
{
	return reader->at;
}

const char *log_reader_origin(const struct log_reader *reader)
{
	return reader->origin;
}

const char *log_reader_base(const struct log_reader *reader)
{
	return reader->base;
}

const char *log_reader_bench(const struct log_reader *reader)
{
	return reader->bench;
}

const struct key *log_reader_key(const struct log_reader *reader, bool simulation)
{
	return simulation ? reader->simulation_key : succession_last(&reader->keys);
}

const struct merkle *log_reader_tree(const struct log_reader *reader)
{
	return &reader->tree;
}

int log_reader_leaf(void *ctx, uint64_t index, uint8_t leaf[HASH_SIZE], struct error *err)
{
	const struct log_reader *reader = ctx;

	if (index >= reader->tree.size)
		return error_set(err, ERROR_USAGE, "there is no record %" PRIu64, index + 1);
	memcpy(leaf, reader->leaves[index], HASH_SIZE);
	return 0;
}

/* ---- the first record ---- */

static int take_log(struct log_reader *reader, struct error *err)
{
	const struct value *says = reader->entry.says;
	const char *origin = value_get_text(says, "origin"), *base = value_get_text(says, "base");
	const char *bench = value_get_text(says, "bench");
	struct key *key;

	if (strcmp(reader->entry.kind, ENTRY_LOG) != 0)
		return error_set(err, ERROR_REFUSED,
				 "a log begins with what log it is, and this is of kind '%.40s'",
				 reader->entry.kind);
	if (!origin || !base || !bench || strcmp(bench, reader->entry.bench) != 0)
		return error_set(err, ERROR_REFUSED, "it does not name the log and its bench");
	key = key_from_jwk(value_get(says, "benchKey"), "the bench's key", err);
	if (!key)
		return -1;
	succession_begin(&reader->keys, key);
	reader->simulation_key =
		key_from_jwk(value_get(says, "simulationKey"), "the key of simulations", err);
	if (!reader->simulation_key)
		return -1;
	if (key_same(key, reader->simulation_key))
		return error_set(err, ERROR_REFUSED,
				 "what is simulated is signed by the same key as what is real");
	reader->origin = xstrdup(origin);
	reader->base = xstrdup(base);
	reader->bench = xstrdup(bench);
	return 0;
}

/* ---- place ---- */

static int check_place(const struct log_reader *reader, struct error *err)
{
	const struct entry *entry = &reader->entry;
	uint64_t wanted = reader->at;

	if (reader->extent == LOG_WHOLE && entry->seq != wanted)
		return error_set(
			err, ERROR_REFUSED,
			"it is missing: what stands in its place says that it is number %" PRIu64,
			entry->seq);
	if (entry->seq == reader->prev_of && memcmp(entry->prev, reader->prev, HASH_SIZE) != 0)
		return error_set(err, ERROR_REFUSED,
				 "it was made behind another record than the one before it here: "
				 "one of both was put in later");
	if (reader->bench && strcmp(entry->bench, reader->bench) != 0)
		return error_set(err, ERROR_REFUSED, "it is of bench %.40s, and the log of %.40s",
				 entry->bench, reader->bench);
	if (reader->bench && !strcmp(entry->kind, ENTRY_LOG))
		return error_set(err, ERROR_REFUSED, "a log begins once");
	return 0;
}

/* ---- signature ---- */

/* Whose key is missing under it. */
static int not_signed(const struct log_reader *reader, bool is_simulated, struct error *err)
{
	uint64_t since = succession_since(&reader->keys);

	if (is_simulated || !since)
		return error_context(err, "it is not signed by the %s of this log's first record",
				     is_simulated ? "key of simulations" : "bench's key");
	return error_context(err,
			     "it is not signed by the bench's key since record %" PRIu64
			     ", which handed over to it",
			     since);
}

static int check_signature(const struct log_reader *reader, bool *is_simulated, struct error *err)
{
	struct jws_act act = jws_act(reader->jws, 0);
	enum role role = role_find(act.role);
	enum meaning meaning = meaning_find(act.meaning);
	char wall[WALL_TIME_SIZE];

	if (jws_count(reader->jws) != 1)
		return error_set(err, ERROR_REFUSED,
				 "it has %zu signatures, and is kept with the bench's alone",
				 jws_count(reader->jws));
	if ((role != ROLE_BENCH && role != ROLE_SIMULATION) ||
	    (meaning != MEANING_MEASURED && meaning != MEANING_RECORDED) || act.person)
		return error_set(err, ERROR_REFUSED, "it is not signed as a bench signs");
	*is_simulated = role == ROLE_SIMULATION;
	if (jws_verify(reader->jws, 0, log_reader_key(reader, *is_simulated), err) < 0)
		return not_signed(reader, *is_simulated, err);
	wall_time_write(&reader->entry.at.wall, wall);
	if (!act.time || strcmp(act.time, wall) != 0)
		return error_set(err, ERROR_REFUSED,
				 "it was signed at another time than it says of itself");
	return 0;
}

/* ---- what its kind asks ---- */

static const char *run_of(const struct value *event)
{
	return value_get_text(value_at(value_get(event, "bizTransactionList"), 0),
			      "bizTransaction");
}

static void keep_run(struct log_reader *reader, const char *uri, bool is_simulated)
{
	if (reader->run_count == reader->run_room) {
		reader->run_room = reader->run_room ? reader->run_room * 2 : 16;
		reader->runs = xrealloc(reader->runs, reader->run_room * sizeof(*reader->runs));
	}
	reader->runs[reader->run_count++] = (struct run_seen){xstrdup(uri), is_simulated};
}

static int check_run(struct log_reader *reader, const struct value *run, bool is_simulated,
		     struct error *err)
{
	const struct value *says = value_get(run, "mse:simulated");
	const char *uri = run_of(reader->entry.says);
	bool claims = value_get_bool(run, "mse:simulated");

	if (!uri || !says || says->kind != VALUE_BOOL)
		return error_set(
			err, ERROR_REFUSED,
			"it is of a run, and does not say of which, or whether it was simulated");
	if (claims != is_simulated)
		return error_set(
			err, ERROR_REFUSED,
			"it says that its run was %s, and is signed by the key for what was %s",
			claims ? "simulated" : "real", is_simulated ? "simulated" : "real");
	if (meaning_find(jws_act(reader->jws, 0).meaning) != MEANING_MEASURED)
		return error_set(err, ERROR_REFUSED, "it is of a run, and not signed as measured");
	keep_run(reader, uri, is_simulated);
	return 0;
}

/* Most often its run is the last one. */
static int check_hold(const struct log_reader *reader, const struct value *hold, bool is_simulated,
		      struct error *err)
{
	const char *uri = value_get_text(hold, "mse:run");

	for (size_t i = reader->run_count; uri && i-- > 0;) {
		if (strcmp(reader->runs[i].uri, uri) != 0)
			continue;
		return reader->runs[i].is_simulated == is_simulated
			       ? 0
			       : error_set(err, ERROR_REFUSED,
					   "it follows from a run that was %s, and is signed as %s",
					   reader->runs[i].is_simulated ? "simulated" : "real",
					   is_simulated ? "simulated" : "real");
	}
	if (uri && reader->extent == LOG_CHOICE)
		return 0;
	return error_set(err, ERROR_REFUSED, "it follows from a run that has no record before it");
}

static int check_kind(struct log_reader *reader, bool is_simulated, struct error *err)
{
	const struct value *run, *hold;

	if (strcmp(reader->entry.kind, ENTRY_EVENT) != 0)
		return is_simulated
			       ? error_set(err, ERROR_REFUSED,
					   "it is no event, and signed as if it were simulated")
			       : 0;
	run = value_get(reader->entry.says, "mse:run");
	hold = value_get(reader->entry.says, "mse:holds");
	if (run)
		return check_run(reader, run, is_simulated, err);
	return hold ? check_hold(reader, hold, is_simulated, err) : 0;
}

/* ---- one record ---- */

static void keep_leaf(struct log_reader *reader, const uint8_t leaf[HASH_SIZE])
{
	if (reader->tree.size == reader->leaves_room) {
		reader->leaves_room = reader->leaves_room ? reader->leaves_room * 2 : 64;
		reader->leaves =
			xrealloc(reader->leaves, reader->leaves_room * sizeof(*reader->leaves));
	}
	memcpy(reader->leaves[reader->tree.size], leaf, HASH_SIZE);
	merkle_add(&reader->tree, leaf);
}

static int read_form(struct log_reader *reader, const char *text, size_t size, struct error *err)
{
	const char *payload;
	size_t payload_size;

	reader->jws = jws_parse(text, size, "it", err);
	if (!reader->jws)
		return -1;
	payload = jws_payload(reader->jws, &payload_size);
	return entry_read(&reader->entry, payload, payload_size, err);
}

static int take(struct log_reader *reader, const char *text, size_t size, struct log_record *record,
		struct error *err)
{
	struct leaf leaf;

	if (read_form(reader, text, size, err) < 0)
		return -1;
	if (reader->extent == LOG_CHOICE) {
		if (reader->entry.seq < reader->at)
			return error_set(err, ERROR_REFUSED, "it stands behind a later one");
		reader->at = reader->entry.seq;
	}
	if (check_place(reader, err) < 0 || (!reader->origin && take_log(reader, err) < 0) ||
	    check_signature(reader, &record->is_simulated, err) < 0 ||
	    check_kind(reader, record->is_simulated, err) < 0)
		return -1;
	record->bench_key = succession_last(&reader->keys);
	if (!strcmp(reader->entry.kind, ENTRY_HAND_OVER) &&
	    succession_take(&reader->keys, &reader->entry, reader->simulation_key, err) < 0)
		return -1;

	record->entry = &reader->entry;
	record->jws = reader->jws;
	record->text = text;
	record->size = size;
	leaf = (struct leaf){
		.seq = reader->entry.seq, .id = reader->entry.id, .type = reader->entry.kind};
	hash_of(text, size, record->digest);
	memcpy(leaf.text, record->digest, HASH_SIZE);
	memcpy(leaf.prev, reader->entry.prev, HASH_SIZE);
	return leaf_hash(&leaf, record->leaf, reader->prev, err);
}

int log_reader_take(struct log_reader *reader, const char *text, size_t size,
		    struct log_record *record, struct error *err)
{
	if (reader->is_broken)
		return error_set(err, ERROR_REFUSED,
				 "record %" PRIu64
				 " is not good, and what is behind it cannot be read",
				 reader->at);
	drop_record(reader);
	reader->at++;
	if (take(reader, text, size, record, err) < 0) {
		reader->is_broken = true;
		err->kind = ERROR_REFUSED;
		return error_context(err, "record %" PRIu64, reader->at);
	}
	reader->prev_of = reader->at + 1;
	if (reader->extent == LOG_WHOLE)
		keep_leaf(reader, record->leaf);
	return 0;
}

/* ---- checkpoints ---- */

static int verify_checkpoint(const struct log_reader *reader, const struct checkpoint *checkpoint,
			     struct error *err)
{
	if (!reader->origin)
		return error_set(err, ERROR_REFUSED, "nothing is known of its log");
	return checkpoint_verify(checkpoint, reader->origin,
				 succession_at(&reader->keys, checkpoint->size + 1), err);
}

struct checkpoint *log_reader_checkpoint(const struct log_reader *reader, const char *text,
					 size_t size, const char *where, struct error *err)
{
	struct checkpoint *checkpoint = checkpoint_parse(text, size, where, err);

	if (!checkpoint) {
		err->kind = ERROR_REFUSED;
		return NULL;
	}
	if (verify_checkpoint(reader, checkpoint, err) == 0)
		return checkpoint;
	error_context(err, "%s", where);
	err->kind = ERROR_REFUSED;
	checkpoint_free(checkpoint);
	return NULL;
}

int log_reader_contains(struct log_reader *reader, const struct checkpoint *was, const char *where,
			struct error *err)
{
	uint8_t root[HASH_SIZE];

	if (was->size > reader->tree.size)
		return error_set(err, ERROR_REFUSED,
				 "%s: there were %" PRIu64 " records, and there are %" PRIu64
				 ": record %" PRIu64 " is missing",
				 where, was->size, reader->tree.size, reader->tree.size + 1);
	if (merkle_root_of(log_reader_leaf, reader, 0, was->size, root, err) < 0)
		return -1;
	if (memcmp(root, was->root, HASH_SIZE) != 0)
		return error_set(
			err, ERROR_REFUSED,
			"%s: the first %" PRIu64
			" records are not those that it was made of: the log was written anew",
			where, was->size);
	return 0;
}

/* ---- a file ---- */

int log_read_file(struct log_reader *reader, const char *path, log_each_fn *each, void *ctx,
		  size_t *torn, struct error *err)
{
	FILE *file = fopen(path, "re");
	struct log_record record;
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	int done = 0;

	*torn = 0;
	if (!file)
		return error_os(err, "%s: cannot be opened", path);
	errno = 0;
	while (done == 0 && (size = getline(&line, &room, file)) > 0) {
		if (line[size - 1] != '\n') {
			*torn = (size_t)size;
			break;
		}
		done = log_reader_take(reader, line, (size_t)size - 1, &record, err);
		if (done == 0 && each)
			done = each(ctx, &record, err);
	}
	if (done == 0 && ferror(file))
		done = error_os(err, "%s: cannot be read", path);
	free(line);
	fclose(file);
	return done;
}

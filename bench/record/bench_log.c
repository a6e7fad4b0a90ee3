/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log that is opened is believed as far as its own first record and its last checkpoint go: whoever puts back an older
 * store, or other keys, is told so before anything is appended. What only a witness can tell (a whole folder put back,
 * another history under the same keys) is left to `davy verify` with an older checkpoint.
 *
 * The checkpoint is written behind each record. A power cut between the two leaves a store that is longer than its
 * checkpoint, which is no damage.
 */
#include "record/bench_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "record/bench_keys.h"
#include "record/checkpoint.h"
#include "record/event.h"
#include "record/jws.h"
#include "record/key.h"
#include "record/laboratory.h"
#include "record/log_people.h"
#include "record/outbox.h"
#include "record/register.h"
#include "record/store.h"
#include "record/store_entry.h"
#include "record/succession.h"

enum { CHECKPOINT_MOST = 65536, BENCH_ID_SHOWN = 12 };

struct bench_log {
	char *state;
	struct store *store;
	struct outbox *outbox;
	struct bench_keys keys;
	struct succession succession;
	char *origin, *base, *bench;
	struct event_ids ids;
	struct roster *roster; /* as of the last record of keys; or NULL: to be read */
};

const char *bench_log_bench(const struct bench_log *log)
{
	return log->bench;
}

const char *bench_log_base(const struct bench_log *log)
{
	return log->base;
}

const char *bench_log_state(const struct bench_log *log)
{
	return log->state;
}

uint64_t bench_log_count(const struct bench_log *log)
{
	return store_count(log->store);
}

/* ---- names ---- */

/* "https://lab.example.cn/" and "B07" make "lab.example.cn/bench/B07". */
static char *origin_of(const char *base, const char *bench)
{
	const char *host = strstr(base, "://");

	return xprintf("%sbench/%s", host ? host + 3 : base, bench);
}

/* Who has not said what he is called is called as his key, in the one namespace that is ours to give. */
static int choose_names(struct bench_log *log, struct error *err)
{
	const char *id = key_id(log->keys.bench);
	struct value *laboratory;

	if (laboratory_read(log->state, &laboratory, err) < 0)
		return -1;
	if (laboratory) {
		log->base = xstrdup(value_get_text(laboratory, "base"));
		log->bench = xstrdup(value_get_text(laboratory, "bench"));
		log->origin = origin_of(log->base, log->bench);
		value_free(laboratory);
		return 0;
	}
	/* a name that begins like an option could not be said to a command */
	log->bench = xprintf("%.*s", BENCH_ID_SHOWN, id + strspn(id, "-_"));
	log->base = xprintf("%s%s/", EVENT_NAMESPACE, log->bench);
	log->origin = xprintf("davy/%s", log->bench);
	return 0;
}

static int take_names(struct bench_log *log, const struct value *says, struct error *err)
{
	const char *origin = value_get_text(says, "origin"), *base = value_get_text(says, "base");
	const char *bench = value_get_text(says, "bench");

	if (!origin || !base || !bench)
		return error_set(err, ERROR_REFUSED,
				 "%s/records: its first record does not name the log", log->state);
	log->origin = xstrdup(origin);
	log->base = xstrdup(base);
	log->bench = xstrdup(bench);
	return 0;
}

static int take_key(struct bench_log *log, const struct value *says, struct error *err)
{
	struct key *first = key_from_jwk(value_get(says, "benchKey"), "the first record", err);

	if (!first)
		return -1;
	succession_begin(&log->succession, first);
	return 0;
}

static int take_hand_over(void *ctx, const struct store_entry *found, struct error *err)
{
	struct bench_log *log = ctx;

	if (jws_verify(found->jws, 0, succession_last(&log->succession), err) == 0 &&
	    succession_take(&log->succession, &found->entry, log->keys.simulation, err) == 0)
		return 0;
	return error_context(err, "%s/records: record %llu", log->state,
			     (unsigned long long)found->entry.seq);
}

/* The keys as the log has them, and the files as it has the keys. */
static int know_keys(struct bench_log *log, const struct value *says, struct error *err)
{
	struct key *simulation = NULL;
	int done = take_key(log, says, err);

	if (done == 0)
		simulation =
			key_from_jwk(value_get(says, "simulationKey"), "the first record", err);
	if (simulation)
		done = store_entry_each(log->store, REGISTER_SUBJECT(ENTRY_HAND_OVER),
					take_hand_over, log, err);
	if (simulation && done == 0)
		done = bench_keys_settle(&log->keys, succession_last(&log->succession), simulation,
					 err);
	key_free(simulation);
	return simulation ? done : -1;
}

static int know_first(struct bench_log *log, struct error *err)
{
	struct store_entry first;
	int done = -1;

	if (store_entry_get(log->store, 1, &first, err) < 0)
		return -1;
	if (strcmp(first.entry.kind, ENTRY_LOG) != 0)
		error_set(err, ERROR_REFUSED, "%s/records: its first record is none of a log",
			  log->state);
	else if (know_keys(log, first.entry.says, err) == 0)
		done = take_names(log, first.entry.says, err);
	store_entry_done(&first);
	return done;
}

static int know_last_name(struct bench_log *log, struct error *err)
{
	struct store_record record;
	struct buf texts;
	int done;

	buf_init(&texts);
	done = store_get(log->store, store_count(log->store), &record, &texts, err);
	if (done == 1)
		done = event_id_continue(&log->ids, record.id, err);
	buf_done(&texts);
	return done;
}

/* ---- checkpoints ---- */

static int root_at(struct bench_log *log, uint64_t size, uint8_t root[HASH_SIZE], struct error *err)
{
	if (size == store_count(log->store)) {
		merkle_root(store_tree(log->store), root);
		return 0;
	}
	return merkle_root_of(store_leaf, log->store, 0, size, root, err);
}

static int compare(struct bench_log *log, const struct checkpoint *was, const char *path,
		   struct error *err)
{
	uint64_t count = store_count(log->store);
	uint8_t root[HASH_SIZE];

	if (was->size > count)
		return error_set(
			err, ERROR_REFUSED,
			"%s/records ends with record %llu, but %s tells of %llu: the folder "
			"was put back from an older copy, or records are gone. Nothing is "
			"added; put the newest copy back, and look at it with davy verify",
			log->state, (unsigned long long)count, path, (unsigned long long)was->size);
	if (root_at(log, was->size, root, err) < 0)
		return -1;
	if (memcmp(root, was->root, HASH_SIZE) != 0)
		return error_set(err, ERROR_REFUSED,
				 "%s/records is another log than that of %s, in its first %llu "
				 "records: it was written anew. Nothing is added; look at it with "
				 "davy verify",
				 log->state, path, (unsigned long long)was->size);
	return 0;
}

static int check_checkpoint(struct bench_log *log, const char *path, struct error *err)
{
	struct checkpoint *was = NULL;
	struct buf text;
	int done;

	if (!file_exists(path))
		return 0;
	buf_init(&text);
	done = file_read(path, CHECKPOINT_MOST, &text, err);
	if (done == 0)
		was = checkpoint_parse(text.data, text.size, path, err);
	if (was && checkpoint_verify(was, log->origin,
				     succession_at(&log->succession, was->size + 1), err) < 0)
		done = error_context(err, "%s", path);
	else
		done = was ? compare(log, was, path, err) : -1;
	checkpoint_free(was);
	buf_done(&text);
	return done;
}

/* Both copies. Only the one outside the folder shows that the folder is older. */
static int check_checkpoints(struct bench_log *log, struct error *err)
{
	static const char *const NAMES[] = {"records/checkpoint", "checkpoint"};
	int done = 0;

	for (size_t i = 0; i < 2 && done == 0; i++) {
		char *path = xprintf("%s/%s", log->state, NAMES[i]);

		done = check_checkpoint(log, path, err);
		free(path);
	}
	return done;
}

static int write_checkpoint(struct bench_log *log, struct error *err)
{
	char *inside = xprintf("%s/records/checkpoint", log->state);
	char *beside = xprintf("%s/checkpoint", log->state);
	struct checkpoint *now;
	uint8_t root[HASH_SIZE];
	struct buf text;
	int done = -1;

	buf_init(&text);
	merkle_root(store_tree(log->store), root);
	now = checkpoint_new(log->origin, store_count(log->store), root, NULL, err);
	if (now && note_sign(now->note, log->origin, log->keys.bench, err) == 0) {
		note_write(now->note, &text);
		done = file_write(inside, text.data, text.size, err);
		if (done == 0)
			done = file_write(beside, text.data, text.size, err);
	}
	checkpoint_free(now);
	buf_done(&text);
	free(inside);
	free(beside);
	return done;
}

/* ---- appending ---- */

void bench_log_name(struct bench_log *log, const struct moment *now, char id[EVENT_ID_TEXT_SIZE])
{
	uint8_t random[EVENT_ID_RANDOM_SIZE];

	while (getrandom(random, sizeof(random), 0) != sizeof(random) && errno == EINTR)
		;
	event_id_next(&log->ids, now->wall.ms > 0 ? (uint64_t)now->wall.ms : 0, random, id);
}

static int sign(const struct bench_log *log, struct jws *record, const struct bench_entry *made,
		const struct moment *now, struct error *err)
{
	char time[WALL_TIME_SIZE];
	struct jws_act act = {.role = made->is_simulated ? "simulation" : "bench",
			      .meaning = made->is_measured ? "measured" : "recorded",
			      .time = time};

	wall_time_write(&now->wall, time);
	return jws_sign(record, made->is_simulated ? log->keys.simulation : log->keys.bench, &act,
			err);
}

static int keep(struct bench_log *log, const struct entry *entry, const struct bench_entry *made,
		const struct buf *text, struct error *err)
{
	struct outbox_parcel outgoing;
	char wall[WALL_TIME_SIZE];
	struct store_record record = {
		.seq = entry->seq,
		.id = entry->id,
		.type = entry->kind,
		.text = text->data,
		.size = text->size,
		.time = {.boot = entry->at.boot,
			 .boot_ms = entry->at.boot_ms,
			 .wall = wall,
			 .is_synchronised = entry->at.is_synchronised},
	};
	int done;

	for (size_t i = 0; made->subjects && made->subjects[i] && i < STORE_SUBJECTS; i++)
		record.subject[i] = made->subjects[i];
	wall_time_write(&entry->at.wall, wall);
	memcpy(record.prev, entry->prev, HASH_SIZE);
	done = outbox_pack(log->outbox, entry, made->is_simulated, &outgoing, err);
	record.parcel = &outgoing.parcel;
	if (done == 0)
		done = store_append(log->store, &record, err);
	outbox_parcel_done(&outgoing);
	return done;
}

static int make_text(const struct bench_log *log, const struct entry *entry,
		     const struct bench_entry *made, struct buf *text, struct error *err)
{
	struct jws *record = NULL;
	struct buf payload;
	int done;

	buf_init(&payload);
	done = entry_write(&payload, entry, err);
	if (done == 0) {
		record = jws_new(payload.data, payload.size);
		done = sign(log, record, made, &entry->at, err);
	}
	if (done == 0)
		jws_write(record, 1, text);
	jws_free(record);
	buf_done(&payload);
	return done;
}

/* It may have what was not written. */
static void forget_roster(struct bench_log *log)
{
	roster_free(log->roster);
	log->roster = NULL;
}

/* Without its checkpoint. */
static int append_record(struct bench_log *log, const struct bench_entry *made,
			 const struct moment *now, struct appended *appended, uint64_t *seq,
			 struct error *err)
{
	struct entry entry = {
		.kind = made->kind, .bench = log->bench, .at = *now, .says = made->says};
	char id[EVENT_ID_TEXT_SIZE];
	struct buf text;
	int done;

	entry.id = !strcmp(made->kind, ENTRY_EVENT) ? value_get_text(made->says, "eventID") : id;
	if (entry.id == id)
		bench_log_name(log, now, id);
	store_next(log->store, &entry.seq, entry.prev);
	*seq = entry.seq;
	buf_init(&text);
	done = make_text(log, &entry, made, &text, err);
	if (done == 0)
		done = keep(log, &entry, made, &text, err);
	if (done < 0)
		forget_roster(log);
	if (done == 0 && appended) {
		appended->seq = entry.seq;
		snprintf(appended->id, sizeof(appended->id), "%s", entry.id);
		buf_add(&appended->text, text.data, text.size);
	}
	buf_done(&text);
	return done;
}

static int add_checkpoint(struct bench_log *log, uint64_t seq, struct error *err)
{
	if (write_checkpoint(log, err) == 0)
		return 0;
	return error_context(err, "record %llu stands, but not its checkpoint",
			     (unsigned long long)seq);
}

int bench_log_append(struct bench_log *log, const struct bench_entry *made,
		     const struct moment *now, struct appended *appended, struct error *err)
{
	uint64_t seq;

	if (append_record(log, made, now, appended, &seq, err) < 0)
		return -1;
	return add_checkpoint(log, seq, err);
}

/* ---- another key ---- */

/* The record stands: from here on the next key is the bench's, whatever becomes of its files. Takes the key. */
static int hand_over(struct bench_log *log, const struct value *says, uint64_t seq,
		     struct key *next, struct error *err)
{
	const struct entry entry = {.seq = seq, .says = says};
	struct error second;
	int done = succession_take(&log->succession, &entry, log->keys.simulation, err);

	forget_roster(log);
	if (bench_keys_replace(&log->keys, next, &second) < 0 && done == 0) {
		*err = second;
		done = error_context(err, "record %llu stands, and the next start completes it",
				     (unsigned long long)seq);
	}
	return done == 0 ? add_checkpoint(log, seq, err) : -1;
}

int bench_log_rotate(struct bench_log *log, const char *why, const struct moment *now,
		     struct appended *appended, struct error *err)
{
	static const char *const SUBJECTS[] = {REGISTER_SUBJECT(ENTRY_HAND_OVER), NULL};
	struct bench_entry made = {.kind = ENTRY_HAND_OVER, .subjects = SUBJECTS};
	struct key *next;
	struct value *says;
	uint64_t seq;
	int done;

	if (!why || !why[0] || strlen(why) > SUCCESSION_WHY_MOST)
		return error_set(err, ERROR_USAGE,
				 "it does not say why the bench's key changes, in at most %d bytes",
				 SUCCESSION_WHY_MOST);
	next = bench_keys_prepare(&log->keys, err);
	if (!next)
		return -1;
	says = value_map();
	value_set(says, "benchKey", key_jwk(next));
	value_set_text(says, "why", why);
	made.says = says;
	done = append_record(log, &made, now, appended, &seq, err);
	if (done == 0)
		done = hand_over(log, says, seq, next, err);
	else
		key_free(next);
	value_free(says);
	return done;
}

/* ---- reading ---- */

struct roster *bench_log_roster(struct bench_log *log, struct error *err)
{
	if (!log->roster)
		log->roster = log_people_roster(log->store, err);
	return log->roster;
}

struct store *bench_log_store(struct bench_log *log)
{
	return log->store;
}

struct outbox *bench_log_outbox(struct bench_log *log)
{
	return log->outbox;
}

/* ---- opening ---- */

/* Where a checkpoint tells of a log, none is begun in its place. */
static int check_is_first(const struct bench_log *log, struct error *err)
{
	char *path = xprintf("%s/checkpoint", log->state);
	bool is_there = file_exists(path);

	if (is_there)
		error_set(err, ERROR_REFUSED,
			  "%s tells of a log, and %s/records is empty: put it back from its newest "
			  "copy, or begin a new log by moving keys and checkpoint away, too",
			  path, log->state);
	free(path);
	return is_there ? -1 : 0;
}

static int begin(struct bench_log *log, const struct moment *now, struct error *err)
{
	struct value *says;
	int done;

	if (check_is_first(log, err) < 0)
		return -1;
	if (choose_names(log, err) < 0)
		return -1;
	says = value_map();
	value_set_text(says, "origin", log->origin);
	value_set_text(says, "base", log->base);
	value_set_text(says, "bench", log->bench);
	value_set(says, "benchKey", key_jwk(log->keys.bench));
	value_set(says, "simulationKey", key_jwk(log->keys.simulation));
	if (take_key(log, says, err) < 0) {
		value_free(says);
		return -1;
	}
	done = bench_log_append(log, &(struct bench_entry){.kind = ENTRY_LOG, .says = says}, now,
				NULL, err);
	value_free(says);
	return done;
}

struct bench_log *bench_log_open(const char *state, const struct moment *now, struct error *err)
{
	struct bench_log *log = xcalloc(1, sizeof(*log));
	char *folder = xprintf("%s/records", state);
	int done = -1;

	log->state = xstrdup(state);
	log->store = store_open(folder, err);
	log->outbox = outbox_new(state, log->store);
	free(folder);
	if (log->store &&
	    bench_keys_open(&log->keys, log->state, store_count(log->store) == 0, err) == 0)
		done = store_count(log->store) ? know_first(log, err) : 0;
	if (done == 0 && store_count(log->store))
		done = know_last_name(log, err) < 0 ? -1 : check_checkpoints(log, err);
	else if (done == 0)
		done = begin(log, now, err);
	if (done == 0)
		return log;
	bench_log_close(log);
	return NULL;
}

void bench_log_close(struct bench_log *log)
{
	if (!log)
		return;
	outbox_free(log->outbox);
	store_close(log->store);
	roster_free(log->roster);
	bench_keys_done(&log->keys);
	succession_done(&log->succession);
	free(log->origin);
	free(log->base);
	free(log->bench);
	free(log->state);
	free(log);
}

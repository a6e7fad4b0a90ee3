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
#include "record/checkpoint.h"
#include "record/event.h"
#include "record/jws.h"
#include "record/key.h"
#include "record/log_people.h"
#include "record/store.h"
#include "record/store_entry.h"

enum {
	PASSPHRASE_MOST = 1024,
	LABORATORY_MOST = 65536,
	CHECKPOINT_MOST = 65536,
	BENCH_ID_SHOWN = 12
};

struct bench_log {
	char *state;
	struct store *store;
	struct key *bench_key, *simulation_key;
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

/* ---- keys ---- */

/* What a service manager hands over for a bench whose keys are kept with a passphrase; NULL: nothing. */
static char *handed_passphrase(void)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	char *path = folder ? xprintf("%s/bench.passphrase", folder) : NULL, *passphrase = NULL;
	struct error ignored;
	struct buf text;

	buf_init(&text);
	if (path && file_exists(path) && file_read(path, PASSPHRASE_MOST, &text, &ignored) == 0)
		passphrase = xstrndup(text.data, strcspn(text.data, "\n"));
	explicit_bzero(text.data, text.room);
	buf_done(&text);
	free(path);
	return passphrase;
}

static struct key *load_or_make(const char *state, const char *name, bool may_make,
				struct error *err)
{
	char *path = xprintf("%s/keys/%s.pem", state, name), *passphrase = handed_passphrase();
	char *public = xprintf("%s.public", path);
	struct key *key = NULL;

	if (file_exists(path) || !may_make) {
		key = key_load(path, passphrase, err);
	} else {
		key = key_generate(KEY_ED25519, err);
		if (key && (key_store_public(key, public, err) < 0 ||
			    key_store(key, path, passphrase, err) < 0)) {
			key_free(key);
			key = NULL;
		}
	}
	if (passphrase)
		explicit_bzero(passphrase, strlen(passphrase));
	free(passphrase);
	free(public);
	free(path);
	return key;
}

static int open_keys(struct bench_log *log, struct error *err)
{
	bool is_new = store_count(log->store) == 0;
	char *folder = xprintf("%s/keys", log->state);
	int done = file_make_folder(folder, err);

	free(folder);
	if (done == 0)
		log->bench_key = load_or_make(log->state, "bench", is_new, err);
	if (log->bench_key)
		log->simulation_key = load_or_make(log->state, "simulation", is_new, err);
	return log->simulation_key ? 0 : -1;
}

/* ---- names ---- */

static int refuse_laboratory(const char *path, struct error *err)
{
	return error_set(err, ERROR_USAGE,
			 "%s: \"base\" is a URI that ends with '/', as "
			 "https://lab.example.cn/, and \"bench\" a short name without blanks or "
			 "'+', as B07",
			 path);
}

/* What a laboratory calls itself and its bench; NULL where it has not said so. */
static int read_laboratory(const char *state, struct value **laboratory, struct error *err)
{
	char *path = xprintf("%s/laboratory.json", state);
	struct buf text;
	int done = 0;

	*laboratory = NULL;
	buf_init(&text);
	if (file_exists(path)) {
		done = file_read(path, LABORATORY_MOST, &text, err);
		if (done == 0)
			*laboratory = json_parse(text.data, text.size, path, err);
		if (!*laboratory)
			done = -1;
	}
	if (*laboratory) {
		const char *base = value_get_text(*laboratory, "base");
		const char *bench = value_get_text(*laboratory, "bench");

		if (!base || !strchr(base, ':') || base[strlen(base) - 1] != '/' || !bench ||
		    !bench[0] || strlen(bench) > BENCH_ID_SHOWN * 2 || strpbrk(bench, " +/\t\n"))
			done = refuse_laboratory(path, err);
	}
	if (done < 0) {
		value_free(*laboratory);
		*laboratory = NULL;
	}
	buf_done(&text);
	free(path);
	return done;
}

/* "https://lab.example.cn/" and "B07" make "lab.example.cn/bench/B07". */
static char *origin_of(const char *base, const char *bench)
{
	const char *host = strstr(base, "://");

	return xprintf("%sbench/%s", host ? host + 3 : base, bench);
}

/* Who has not said what he is called is called as his key, in the one namespace that is ours to give. */
static int choose_names(struct bench_log *log, struct error *err)
{
	const char *id = key_id(log->bench_key);
	struct value *laboratory;

	if (read_laboratory(log->state, &laboratory, err) < 0)
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

static int check_key(const struct bench_log *log, const struct value *says, const char *name,
		     const char *member, const struct key *key, struct error *err)
{
	struct key *was = key_from_jwk(value_get(says, member), "the first record", err);
	bool same = was && key_same(was, key);

	key_free(was);
	if (same)
		return 0;
	return error_set(
		err, ERROR_REFUSED,
		"%s/keys/%s.pem is not the key with which the log in %s/records was begun: "
		"put the right one back from its copy, or begin a new log by moving "
		"records, keys and checkpoint away together",
		log->state, name, log->state);
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
	else if (check_key(log, first.entry.says, "bench", "benchKey", log->bench_key, err) == 0 &&
		 check_key(log, first.entry.says, "simulation", "simulationKey",
			   log->simulation_key, err) == 0)
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
	if (was && checkpoint_verify(was, log->origin, log->bench_key, err) < 0)
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
	if (now && note_sign(now->note, log->origin, log->bench_key, err) == 0) {
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
	return jws_sign(record, made->is_simulated ? log->simulation_key : log->bench_key, &act,
			err);
}

static int keep(struct bench_log *log, const struct entry *entry, const char *const *subjects,
		const struct buf *text, struct error *err)
{
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

	for (size_t i = 0; subjects && subjects[i] && i < STORE_SUBJECTS; i++)
		record.subject[i] = subjects[i];
	wall_time_write(&entry->at.wall, wall);
	memcpy(record.prev, entry->prev, HASH_SIZE);
	return store_append(log->store, &record, err);
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

int bench_log_append(struct bench_log *log, const struct bench_entry *made,
		     const struct moment *now, struct appended *appended, struct error *err)
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
	buf_init(&text);
	done = make_text(log, &entry, made, &text, err);
	if (done == 0)
		done = keep(log, &entry, made->subjects, &text, err);
	if (done < 0)
		forget_roster(log);
	if (done == 0 && write_checkpoint(log, err) < 0)
		done = error_context(err, "record %llu stands, but not its checkpoint",
				     (unsigned long long)entry.seq);
	if (done == 0 && appended) {
		appended->seq = entry.seq;
		snprintf(appended->id, sizeof(appended->id), "%s", entry.id);
		buf_add(&appended->text, text.data, text.size);
	}
	buf_done(&text);
	return done;
}

/* ---- reading ---- */

int bench_log_objection_days(struct bench_log *log, int *days, struct error *err)
{
	struct value *laboratory;

	if (read_laboratory(log->state, &laboratory, err) < 0)
		return -1;
	*days = (int)value_get_int(laboratory, "objectionDays", -1);
	value_free(laboratory);
	return 0;
}

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
	value_set(says, "benchKey", key_jwk(log->bench_key));
	value_set(says, "simulationKey", key_jwk(log->simulation_key));
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
	free(folder);
	if (log->store && open_keys(log, err) == 0)
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
	store_close(log->store);
	roster_free(log->roster);
	key_free(log->bench_key);
	key_free(log->simulation_key);
	free(log->origin);
	free(log->base);
	free(log->bench);
	free(log->state);
	free(log);
}

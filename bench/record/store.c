/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store on SQLite: one table, to which rows are only added, in WAL mode with every commit synced.
 *
 * A WAL with one damaged frame quietly loses every later commit, and the database is sound without them. So
 * the WAL is emptied into the database after each record, and every record is written a second time, as a
 * line of a file of its own, which is synced behind the commit. Rows know where their line stands. What the two
 * lack of each other tells a cut of power from damage:
 *
 *   the file ends inside the last record's line, or right before it   power went between the two writes
 *   anything else                                                     damage
 *
 * Exclusive locking keeps other programs out: SQLite before 3.51.3 can damage a WAL that two connections write.
 * The big text stands last in its row, so that looking at all leaves of a long log reads no texts.
 *
 * Triggers refuse to change and to remove: they stop accidents. Against intent stand the chain and the signatures.
 */
#include "record/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/leaf.h"
#include "record/store_inside.h"
#include "record/store_outbox.h"

const char STORE_SCHEMA[] =
	"PRAGMA application_id = 1147238009;" /* "Davy" */
	"PRAGMA user_version = 1;"
	"CREATE TABLE record(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"
	" boot TEXT NOT NULL, boot_ms INTEGER NOT NULL, wall TEXT NOT NULL, synchronised INTEGER "
	"NOT NULL,"
	" prev BLOB NOT NULL, leaf BLOB NOT NULL, sha256 BLOB NOT NULL, at INTEGER NOT NULL,"
	" size INTEGER NOT NULL, text BLOB NOT NULL) STRICT;"
	"CREATE TRIGGER record_stays BEFORE UPDATE ON record BEGIN"
	" SELECT RAISE(ABORT, 'records are not changed'); END;"
	"CREATE TRIGGER record_is_kept BEFORE DELETE ON record BEGIN"
	" SELECT RAISE(ABORT, 'records are not removed'); END;"
	"CREATE TABLE about(subject TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES record(seq),"
	" PRIMARY KEY(subject, seq)) STRICT, WITHOUT ROWID;";

int store_failed(const struct store *store, struct error *err, const char *what)
{
	return error_set(err, ERROR_OS, "%s: %s: %s", store->path, what,
			 store->db ? sqlite3_errmsg(store->db) : "out of memory");
}

int store_prepare(struct store *store, const char *sql, sqlite3_stmt **statement, struct error *err)
{
	if (sqlite3_prepare_v2(store->db, sql, -1, statement, NULL) != SQLITE_OK)
		return store_failed(store, err, "cannot be asked");
	return 0;
}

static int execute(struct store *store, const char *sql, const char *what, struct error *err)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_failed(store, err, what);
	return 0;
}

/* ---- opening ---- */

static int ask_number(struct store *store, const char *sql, int64_t *number, struct error *err)
{
	sqlite3_stmt *statement;

	if (store_prepare(store, sql, &statement, err) < 0)
		return -1;
	if (sqlite3_step(statement) != SQLITE_ROW) {
		store_failed(store, err, "cannot be read");
		sqlite3_finalize(statement);
		return -1;
	}
	*number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return 0;
}

static int use_wal(struct store *store, struct error *err)
{
	sqlite3_stmt *statement;
	bool is_wal;

	if (store_prepare(store, "PRAGMA journal_mode = WAL", &statement, err) < 0)
		return -1;
	is_wal = sqlite3_step(statement) == SQLITE_ROW &&
		 !strcmp((const char *)sqlite3_column_text(statement, 0), "wal");
	if (!is_wal)
		store_failed(store, err, "cannot be written ahead");
	sqlite3_finalize(statement);
	return is_wal ? 0 : -1;
}

static int make_or_know(struct store *store, struct error *err)
{
	int64_t tables, version;

	if (ask_number(store, "SELECT count(*) FROM sqlite_schema", &tables, err) < 0 ||
	    ask_number(store, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (tables > 0 && version != 1)
		return error_set(
			err, ERROR_REFUSED,
			"%s: a store of version %lld, which this version of davy does not know",
			store->path, (long long)version);
	if (tables > 0)
		return 0;
	if (execute(store, "BEGIN IMMEDIATE", "cannot be made", err) < 0 ||
	    execute(store, STORE_SCHEMA, "cannot be made", err) < 0)
		return -1;
	return execute(store, "COMMIT", "cannot be made", err);
}

static int open_database(struct store *store, struct error *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW |
		    SQLITE_OPEN_EXRESCODE;
	int opened = sqlite3_open_v2(store->path, &store->db, flags, NULL);

	if (opened != SQLITE_OK)
		return store_failed(store, err, "cannot be opened");
	if (execute(store,
		    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF;"
		    "PRAGMA cell_size_check = ON",
		    "cannot be opened", err) < 0 ||
	    use_wal(store, err) < 0 ||
	    execute(store, "PRAGMA synchronous = FULL", "cannot be opened", err) < 0 ||
	    make_or_know(store, err) < 0)
		return -1;
	return store_outbox_make(store, err);
}

static int open_copy(struct store *store, const char *folder, struct error *err)
{
	store->copy =
		open(store->copy_path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (store->copy < 0)
		return error_os(err, "%s: cannot be opened", store->copy_path);
	if (stat(store->path, &store->database_was) < 0)
		return error_os(err, "%s: cannot be opened", store->path);
	if (fstat(store->copy, &store->copy_was) < 0)
		return error_os(err, "%s: cannot be opened", store->copy_path);
	return file_sync_folder(folder, err);
}

struct store *store_open(const char *folder, struct error *err)
{
	struct store *store = xcalloc(1, sizeof(*store));

	store->path = xprintf("%s/records.db", folder);
	store->copy_path = xprintf("%s/records.jsonl", folder);
	store->copy = -1;
	merkle_init(&store->tree);
	if (file_make_folder(folder, err) == 0 && open_database(store, err) == 0 &&
	    open_copy(store, folder, err) == 0 && store_look_through(store, err) == 0)
		return store;
	store_close(store);
	return NULL;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	sqlite3_finalize(store->insert);
	sqlite3_close(store->db);
	if (store->copy >= 0)
		close(store->copy);
	free(store->path);
	free(store->copy_path);
	free(store);
}

/* ---- appending ---- */

void store_next(const struct store *store, uint64_t *seq, uint8_t prev[HASH_SIZE])
{
	*seq = store->tree.size + 1;
	memcpy(prev, store->prev, HASH_SIZE);
}

static bool has_long_subject(const struct store_record *record)
{
	for (size_t i = 0; i < STORE_SUBJECTS && record->subject[i]; i++)
		if (strlen(record->subject[i]) > STORE_SUBJECT_MOST)
			return true;
	return false;
}

static int check_place(const struct store *store, const struct store_record *record,
		       struct error *err)
{
	if (store->broken)
		return error_set(
			err, ERROR_REFUSED,
			"%s: %s; nothing is added before the store has been opened and looked "
			"through again",
			store->path, store->broken);
	if (record->seq != store->tree.size + 1)
		return error_set(err, ERROR_REFUSED,
				 "%s: a record that says it is number %llu of its chain cannot be "
				 "number %llu",
				 store->path, (unsigned long long)record->seq,
				 (unsigned long long)store->tree.size + 1);
	if (memcmp(record->prev, store->prev, HASH_SIZE) != 0)
		return error_set(
			err, ERROR_REFUSED,
			"%s: record %llu was made behind another one than the store's last",
			store->path, (unsigned long long)record->seq);
	if (record->size == 0 || record->size > STORE_TEXT_MOST ||
	    memchr(record->text, '\n', record->size) || strlen(record->id) > STORE_NAME_MOST ||
	    strlen(record->type) > STORE_NAME_MOST || has_long_subject(record) ||
	    strlen(record->time.boot) > STORE_NAME_MOST ||
	    strlen(record->time.wall) > STORE_NAME_MOST)
		return error_set(err, ERROR_USAGE, "%s: record %.80s is too large, or not one line",
				 store->path, record->id);
	return 0;
}

static void bind(sqlite3_stmt *insert, const struct store_record *record,
		 const uint8_t digest[HASH_SIZE], const uint8_t leaf[HASH_SIZE], uint64_t at)
{
	sqlite3_bind_int64(insert, 1, (int64_t)record->seq);
	sqlite3_bind_text(insert, 2, record->id, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 3, record->type, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 4, record->time.boot, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 5, record->time.boot_ms);
	sqlite3_bind_text(insert, 6, record->time.wall, -1, SQLITE_STATIC);
	sqlite3_bind_int(insert, 7, record->time.is_synchronised);
	sqlite3_bind_blob(insert, 8, record->prev, HASH_SIZE, SQLITE_STATIC);
	sqlite3_bind_blob(insert, 9, leaf, HASH_SIZE, SQLITE_STATIC);
	sqlite3_bind_blob(insert, 10, digest, HASH_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 11, (int64_t)at);
	sqlite3_bind_int64(insert, 12, (int64_t)record->size);
	sqlite3_bind_blob(insert, 13, record->text, (int)record->size, SQLITE_STATIC);
}

static int add_row(struct store *store, const struct store_record *record,
		   const uint8_t digest[HASH_SIZE], const uint8_t leaf[HASH_SIZE],
		   struct error *err)
{
	int done;

	if (!store->insert &&
	    store_prepare(store, "INSERT INTO record VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
			  &store->insert, err) < 0)
		return -1;
	bind(store->insert, record, digest, leaf, store->copy_end);
	done = sqlite3_step(store->insert);
	if (done == SQLITE_CONSTRAINT_UNIQUE)
		error_set(err, ERROR_REFUSED, "%s: there is a record %s already", store->path,
			  record->id);
	else if (done != SQLITE_DONE)
		store_failed(store, err, "a record cannot be written");
	sqlite3_reset(store->insert);
	sqlite3_clear_bindings(store->insert);
	return done == SQLITE_DONE ? 0 : -1;
}

static int add_subject(struct store *store, const char *subject, uint64_t seq, struct error *err)
{
	sqlite3_stmt *insert;
	int done;

	if (store_prepare(store, "INSERT OR IGNORE INTO about VALUES(?,?)", &insert, err) < 0)
		return -1;
	sqlite3_bind_text(insert, 1, subject, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 2, (int64_t)seq);
	done = sqlite3_step(insert) == SQLITE_DONE
		       ? 0
		       : store_failed(store, err, "what a record is about cannot be written");
	sqlite3_finalize(insert);
	return done;
}

/* A record and its rows of the outbox are one transaction. */
static int commit_record(struct store *store, const struct store_record *record,
			 const uint8_t digest[HASH_SIZE], const uint8_t leaf[HASH_SIZE],
			 struct error *err)
{
	int done = execute(store, "BEGIN IMMEDIATE", "a record cannot be written", err);

	if (done < 0)
		return -1;
	done = add_row(store, record, digest, leaf, err);
	for (size_t i = 0; i < STORE_SUBJECTS && record->subject[i] && done == 0; i++)
		done = add_subject(store, record->subject[i], record->seq, err);
	if (done == 0 && record->parcel)
		done = store_outbox_take(store, record->seq, record->parcel, err);
	if (done == 0)
		done = execute(store, "COMMIT", "a record cannot be written", err);
	if (done < 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return done;
}

int store_write_copy(struct store *store, const char *text, size_t size, struct error *err)
{
	struct buf line;
	int done = 0;

	buf_init(&line);
	buf_add(&line, text, size);
	buf_add_byte(&line, '\n');
	if (file_write_all(store->copy, line.data, line.size) < 0 || fdatasync(store->copy) < 0)
		done = error_os(err, "%s: the second copy of a record cannot be written",
				store->copy_path);
	else
		store->copy_end += line.size;
	buf_done(&line);
	return done;
}

/* What is written to a file that is in no folder any more nobody would find again. */
static int check_is_there(const char *path, const struct stat *was, struct error *err)
{
	struct stat now;

	if (stat(path, &now) == 0 && now.st_dev == was->st_dev && now.st_ino == was->st_ino)
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "%s: was removed, moved or replaced while the controller had it; nothing "
			 "is added: stop the controller, put the file back, and look with davy "
			 "verify",
			 path);
}

/* Somebody else wrote to it: what he did is found at the next opening, and nothing is put behind it. */
static int check_files(struct store *store, struct error *err)
{
	struct stat copy;

	if (check_is_there(store->path, &store->database_was, err) < 0 ||
	    check_is_there(store->copy_path, &store->copy_was, err) < 0)
		return -1;
	if (fstat(store->copy, &copy) < 0 || !S_ISREG(copy.st_mode) ||
	    (uint64_t)copy.st_size == store->copy_end)
		return 0;
	store->broken = "its second copy was changed by another program";
	return error_set(
		err, ERROR_REFUSED,
		"%s: was changed by another program while this one had it; nothing is added "
		"to it",
		store->copy_path);
}

int store_append(struct store *store, const struct store_record *record, struct error *err)
{
	struct leaf leaf = {.seq = record->seq, .id = record->id, .type = record->type};
	uint8_t hash[HASH_SIZE], prev[HASH_SIZE];

	if (check_place(store, record, err) < 0 || check_files(store, err) < 0)
		return -1;
	hash_of(record->text, record->size, leaf.text);
	memcpy(leaf.prev, record->prev, HASH_SIZE);
	if (leaf_hash(&leaf, hash, prev, err) < 0 ||
	    commit_record(store, record, leaf.text, hash, err) < 0)
		return -1;
	store->broken = "a record was not written whole";
	if (execute(store, "PRAGMA wal_checkpoint(TRUNCATE)", "a record cannot be brought home",
		    err) < 0 ||
	    store_write_copy(store, record->text, record->size, err) < 0)
		return -1;
	store->broken = NULL;
	merkle_add(&store->tree, hash);
	memcpy(store->prev, prev, HASH_SIZE);
	return 0;
}

/* ---- reading ---- */

uint64_t store_count(const struct store *store)
{
	return store->tree.size;
}

const struct merkle *store_tree(const struct store *store)
{
	return &store->tree;
}

/* Copies a column's bytes and a NUL behind them; where they begin. */
static size_t lend(sqlite3_stmt *row, int column, struct buf *texts)
{
	size_t at = texts->size;

	buf_add(texts, sqlite3_column_blob(row, column), (size_t)sqlite3_column_bytes(row, column));
	buf_add_byte(texts, 0);
	return at;
}

static void take_row(sqlite3_stmt *row, struct store_record *record, struct buf *texts)
{
	size_t id, type, boot, wall, text;

	buf_clear(texts);
	id = lend(row, 1, texts);
	type = lend(row, 2, texts);
	boot = lend(row, 3, texts);
	wall = lend(row, 5, texts);
	text = lend(row, 9, texts);
	*record = (struct store_record){
		.seq = (uint64_t)sqlite3_column_int64(row, 0),
		.id = texts->data + id,
		.type = texts->data + type,
		.text = texts->data + text,
		.size = (size_t)sqlite3_column_bytes(row, 9),
		.time = {.boot = texts->data + boot,
			 .boot_ms = sqlite3_column_int64(row, 4),
			 .wall = texts->data + wall,
			 .is_synchronised = sqlite3_column_int(row, 6) != 0},
	};
	store_take_digest(row, 7, record->prev);
	store_take_digest(row, 8, record->leaf);
}

/* 1: `statement` has a row for `seq`; 0: there is none. It is finalised where it has none. */
static int row_of(struct store *store, const char *sql, uint64_t seq, sqlite3_stmt **statement,
		  struct error *err)
{
	int step;

	if (store_prepare(store, sql, statement, err) < 0)
		return -1;
	sqlite3_bind_int64(*statement, 1, (int64_t)seq);
	step = sqlite3_step(*statement);
	if (step == SQLITE_ROW)
		return 1;
	if (step != SQLITE_DONE)
		store_failed(store, err, "a record cannot be read");
	sqlite3_finalize(*statement);
	return step == SQLITE_DONE ? 0 : -1;
}

int store_get(struct store *store, uint64_t seq, struct store_record *record, struct buf *texts,
	      struct error *err)
{
	sqlite3_stmt *row;
	int found =
		row_of(store,
		       "SELECT seq, id, type, boot, boot_ms, wall, synchronised, prev, leaf, text"
		       " FROM record WHERE seq = ?",
		       seq, &row, err);

	if (found <= 0)
		return found;
	take_row(row, record, texts);
	sqlite3_finalize(row);
	return 1;
}

int store_find(struct store *store, const char *id, uint64_t *seq, struct error *err)
{
	sqlite3_stmt *statement;
	int step;

	if (store_prepare(store, "SELECT seq FROM record WHERE id = ?", &statement, err) < 0)
		return -1;
	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	step = sqlite3_step(statement);
	if (step == SQLITE_ROW)
		*seq = (uint64_t)sqlite3_column_int64(statement, 0);
	else if (step != SQLITE_DONE)
		store_failed(store, err, "a record cannot be read");
	sqlite3_finalize(statement);
	return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : -1;
}

int store_about(struct store *store, const char *subject, uint64_t **seqs, size_t *count,
		struct error *err)
{
	sqlite3_stmt *row;
	int step;

	*seqs = NULL;
	*count = 0;
	if (store_prepare(store, "SELECT seq FROM about WHERE subject = ? ORDER BY seq", &row,
			  err) < 0)
		return -1;
	sqlite3_bind_text(row, 1, subject, -1, SQLITE_STATIC);
	while ((step = sqlite3_step(row)) == SQLITE_ROW) {
		*seqs = xrealloc(*seqs, (*count + 1) * sizeof(**seqs));
		(*seqs)[(*count)++] = (uint64_t)sqlite3_column_int64(row, 0);
	}
	if (step != SQLITE_DONE) {
		store_failed(store, err, "cannot be asked what its records are about");
		free(*seqs);
		*seqs = NULL;
	}
	sqlite3_finalize(row);
	return step == SQLITE_DONE ? 0 : -1;
}

int store_leaf(void *ctx, uint64_t index, uint8_t leaf[HASH_SIZE], struct error *err)
{
	struct store *store = ctx;
	sqlite3_stmt *row;
	int found = row_of(store, "SELECT leaf FROM record WHERE seq = ?", index + 1, &row, err);

	if (found == 0)
		return error_set(err, ERROR_USAGE, "%s: there is no record %llu", store->path,
				 (unsigned long long)index + 1);
	if (found < 0)
		return -1;
	store_take_digest(row, 0, leaf);
	sqlite3_finalize(row);
	return 0;
}

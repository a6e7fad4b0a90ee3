/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking through a store: at its opening every leaf, without texts, and the end of the second copy; on request every
 * byte. Nothing but a torn end of the second copy is ever mended.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "record/leaf.h"
#include "record/store_inside.h"

void store_take_digest(sqlite3_stmt *row, int column, uint8_t digest[HASH_SIZE])
{
	memset(digest, 0, HASH_SIZE);
	if (sqlite3_column_bytes(row, column) == HASH_SIZE)
		memcpy(digest, sqlite3_column_blob(row, column), HASH_SIZE);
}

__attribute__((format(printf, 4, 5))) static int damaged(const struct store *store, uint64_t seq,
							 struct error *err, const char *format, ...)
{
	char what[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	return error_set(
		err, ERROR_REFUSED,
		"%s: record %llu %s; the store was changed or damaged after it was written. "
		"Nothing was touched: keep the folder as it is, and look at a copy with davy "
		"verify",
		store->path, (unsigned long long)seq, what);
}

/* ---- leaves ---- */

struct look {
	uint64_t seq; /* what is looked at, or was last */
	struct merkle tree;
	uint8_t prev[HASH_SIZE];
	uint64_t copy_end; /* where the next line must begin */
};

#define LEAF_COLUMNS "SELECT seq, id, type, prev, leaf, sha256, at, size"
static const char LEAVES[] = LEAF_COLUMNS " FROM record ORDER BY seq";
static const char RECORDS[] = LEAF_COLUMNS ", text FROM record ORDER BY seq";

static const char *text_of(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text ? text : "";
}

static int look_at(const struct store *store, sqlite3_stmt *row, struct look *look,
		   struct error *err)
{
	uint64_t seq = look->tree.size + 1;
	struct leaf leaf = {.seq = seq, .id = text_of(row, 1), .type = text_of(row, 2)};
	uint8_t kept[HASH_SIZE], hash[HASH_SIZE], next[HASH_SIZE];

	look->seq = seq;
	if (sqlite3_column_int64(row, 0) != (int64_t)seq)
		return damaged(store, seq, err, "is missing");
	store_take_digest(row, 3, leaf.prev);
	store_take_digest(row, 4, kept);
	store_take_digest(row, 5, leaf.text);
	if (memcmp(leaf.prev, look->prev, HASH_SIZE) != 0)
		return damaged(store, seq, err, "does not follow the one before it");
	if (leaf_hash(&leaf, hash, next, err) < 0 || memcmp(hash, kept, HASH_SIZE) != 0)
		return damaged(store, seq, err, "is not what its leaf says");
	if (sqlite3_column_int64(row, 6) != (int64_t)look->copy_end ||
	    sqlite3_column_int64(row, 7) <= 0 || sqlite3_column_int64(row, 7) > STORE_TEXT_MOST)
		return damaged(store, seq, err, "does not say where its second copy is");
	merkle_add(&look->tree, hash);
	memcpy(look->prev, next, HASH_SIZE);
	look->copy_end += (uint64_t)sqlite3_column_int64(row, 7) + 1;
	return 0;
}

typedef int look_fn(struct store *store, sqlite3_stmt *row, const struct look *look,
		    struct error *err);

/* All leaves in order; `further` looks at each row, or is NULL. */
static int look_at_all(struct store *store, struct look *look, look_fn *further, struct error *err)
{
	sqlite3_stmt *row;
	int step = SQLITE_ROW, good = 0;

	memset(look, 0, sizeof(*look));
	merkle_init(&look->tree);
	if (store_prepare(store, further ? RECORDS : LEAVES, &row, err) < 0)
		return -1;
	while (good == 0 && (step = sqlite3_step(row)) == SQLITE_ROW) {
		good = look_at(store, row, look, err);
		if (good == 0 && further)
			good = further(store, row, look, err);
	}
	if (good == 0 && step != SQLITE_DONE) {
		look->seq = look->tree.size + 1;
		good = damaged(store, look->seq, err, "cannot be read (%s)",
			       sqlite3_errmsg(store->db));
	}
	sqlite3_finalize(row);
	return good;
}

/* ---- the second copy ---- */

static int read_at(const struct store *store, uint64_t at, char *bytes, size_t size,
		   struct error *err)
{
	for (size_t got = 0; got < size;) {
		ssize_t count = pread(store->copy, bytes + got, size - got, (off_t)(at + got));

		if (count < 0 && errno != EINTR)
			return error_os(err, "%s: cannot be read", store->copy_path);
		if (count == 0)
			return error_set(err, ERROR_REFUSED, "%s: ends at byte %llu",
					 store->copy_path, (unsigned long long)(at + got));
		if (count > 0)
			got += (size_t)count;
	}
	return 0;
}

/* Is the line at `at` this text? */
static bool is_copied(const struct store *store, uint64_t at, const void *text, size_t size)
{
	struct error ignored;
	char *line = xcalloc(size + 1, 1);
	bool same = read_at(store, at, line, size + 1, &ignored) == 0 &&
		    memcmp(line, text, size) == 0 && line[size] == '\n';

	free(line);
	return same;
}

/* Its line is written again from where it begins. */
static int complete_copy(struct store *store, uint64_t at, const struct store_record *last,
			 struct error *err)
{
	if (ftruncate(store->copy, (off_t)at) < 0)
		return error_os(err, "%s: cannot be completed", store->copy_path);
	store->copy_end = at;
	return store_write_copy(store, last->text, last->size, err);
}

static int look_at_copy(struct store *store, uint64_t end, struct error *err)
{
	uint64_t count = store->tree.size, last_at;
	struct store_record last;
	struct buf texts;
	struct stat stat;
	int good = 0;

	if (fstat(store->copy, &stat) < 0)
		return error_os(err, "%s: cannot be looked at", store->copy_path);
	if ((uint64_t)stat.st_size > end)
		return damaged(store, count + 1, err, "stands in %s and not in the database",
			       store->copy_path);
	if (count == 0)
		return 0;
	buf_init(&texts);
	if (store_get(store, count, &last, &texts, err) != 1)
		good = damaged(store, count, err, "cannot be read");
	last_at = good == 0 ? end - last.size - 1 : 0;
	if (good == 0 && (uint64_t)stat.st_size < last_at)
		good = damaged(store, count, err, "and others before it are missing in %s",
			       store->copy_path);
	else if (good == 0 && (uint64_t)stat.st_size < end)
		good = complete_copy(store, last_at, &last, err);
	else if (good == 0 && !is_copied(store, last_at, last.text, last.size))
		good = damaged(store, count, err, "is another one in %s", store->copy_path);
	buf_done(&texts);
	return good;
}

int store_look_through(struct store *store, struct error *err)
{
	struct look look;

	if (look_at_all(store, &look, NULL, err) < 0)
		return -1;
	store->tree = look.tree;
	memcpy(store->prev, look.prev, HASH_SIZE);
	store->copy_end = look.copy_end;
	return look_at_copy(store, look.copy_end, err);
}

/* ---- every byte ---- */

static int check_text(struct store *store, sqlite3_stmt *row, const struct look *look,
		      struct error *err)
{
	const void *text = sqlite3_column_blob(row, 8);
	size_t size = (size_t)sqlite3_column_bytes(row, 8);
	uint8_t digest[HASH_SIZE], kept[HASH_SIZE];
	uint64_t seq = look->tree.size;

	hash_of(text, size, digest);
	store_take_digest(row, 5, kept);
	if (memcmp(digest, kept, HASH_SIZE) != 0 || (int64_t)size != sqlite3_column_int64(row, 7))
		return damaged(store, seq, err, "is not the text that was signed");
	if (!is_copied(store, look->copy_end - size - 1, text, size))
		return damaged(store, seq, err, "is another one in %s", store->copy_path);
	return 0;
}

static int check_pages(struct store *store, struct error *err)
{
	sqlite3_stmt *row;
	int good = -1;

	if (store_prepare(store, "PRAGMA integrity_check(1)", &row, err) < 0)
		return -1;
	if (sqlite3_step(row) != SQLITE_ROW)
		store_failed(store, err, "cannot be looked through");
	else if (strcmp(text_of(row, 0), "ok") != 0)
		error_set(err, ERROR_REFUSED, "%s: the database is damaged: %s", store->path,
			  text_of(row, 0));
	else
		good = 0;
	sqlite3_finalize(row);
	return good;
}

int store_check(struct store *store, uint64_t *bad, struct error *err)
{
	struct look look;

	*bad = 0;
	if (look_at_all(store, &look, check_text, err) < 0) {
		*bad = err->kind == ERROR_REFUSED ? look.seq : 0;
		return -1;
	}
	if (look.tree.size != store->tree.size) {
		*bad = look.tree.size + 1;
		return damaged(store, *bad, err, "is missing");
	}
	return check_pages(store, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database is opened as a file that nobody changes, so that SQLite makes neither locks nor files beside it.
 *
 * Everything in a row follows from the record's text; what a record is about (the index) must stand in it.
 */
#include "record/store_compare.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/cylinder.h"
#include "record/identification.h"
#include "record/job_order.h"
#include "record/job_standing.h"
#include "record/log_people.h"
#include "record/lot.h"
#include "record/lot_retest.h"
#include "record/register.h"
#include "record/snapshot.h"
#include "record/store_inside.h"

struct store_compare {
	struct store store; /* its path and database alone */
	sqlite3_stmt *rows, *about;
	uint64_t seq, copy_end;
};

const char *store_compare_hindered(const char *folder, bool is_served)
{
	char *database = xprintf("%s/records.db", folder), *wal = xprintf("%s-wal", database);
	struct stat status;
	const char *why = NULL;

	if (is_served && stat(database, &status) == 0)
		why = "a controller has it";
	else if (stat(wal, &status) == 0 && status.st_size > 0)
		why = "power went while it was written, and the next start of a controller "
		      "completes it";
	free(wal);
	free(database);
	return why;
}

static int differs(const struct store_compare *compare, const char *what, struct error *err)
{
	return error_set(err, ERROR_REFUSED, "record %" PRIu64 ": in %s %s", compare->seq,
			 compare->store.path, what);
}

/* ---- opening ---- */

static char *uri_of(const char *path)
{
	struct buf uri;

	buf_init(&uri);
	buf_add_text(&uri, "file:");
	for (; *path; path++)
		if (strchr("%?#", *path))
			buf_printf(&uri, "%%%02X", *path);
		else
			buf_add_byte(&uri, (uint8_t)*path);
	buf_add_text(&uri, "?immutable=1");
	return buf_detach(&uri);
}

static int list_schema(struct store *store, struct buf *out, struct error *err)
{
	sqlite3_stmt *row;
	int step;

	if (store_prepare(
		    store,
		    "SELECT type || '|' || name || '|' || tbl_name || '|' || coalesce(sql, '')"
		    " FROM sqlite_schema WHERE type NOT IN('table', 'index')"
		    " OR tbl_name NOT IN('outbox', 'outbox_after', 'outbox_destination')"
		    " ORDER BY type, name",
		    &row, err) < 0)
		return -1;
	while ((step = sqlite3_step(row)) == SQLITE_ROW)
		buf_printf(out, "%s\n", (const char *)sqlite3_column_text(row, 0));
	sqlite3_finalize(row);
	if (store_prepare(store, "PRAGMA user_version", &row, err) < 0)
		return -1;
	if (sqlite3_step(row) == SQLITE_ROW)
		buf_printf(out, "%s\n", (const char *)sqlite3_column_text(row, 0));
	sqlite3_finalize(row);
	return step == SQLITE_DONE ? 0 : store_failed(store, err, "cannot be read");
}

/* As one that is made now. The outbox (store_outbox.h) is no evidence, and may be there or not. */
static int check_schema(struct store_compare *compare, struct error *err)
{
	struct store fresh = {.path = compare->store.path};
	struct buf is, ought;
	int done = -1;

	buf_init(&is);
	buf_init(&ought);
	if (sqlite3_open(":memory:", &fresh.db) != SQLITE_OK ||
	    sqlite3_exec(fresh.db, STORE_SCHEMA, NULL, NULL, NULL) != SQLITE_OK)
		store_failed(&fresh, err, "cannot be compared");
	else if (list_schema(&compare->store, &is, err) == 0 &&
		 list_schema(&fresh, &ought, err) == 0)
		done = strcmp(is.data, ought.data) == 0
			       ? 0
			       : error_set(err, ERROR_REFUSED,
					   "%s: its tables and triggers are not those of a store",
					   compare->store.path);
	buf_done(&is);
	buf_done(&ought);
	sqlite3_close(fresh.db);
	return done;
}

struct store_compare *store_compare_open(const char *folder, struct error *err)
{
	struct store_compare *compare = xcalloc(1, sizeof(*compare));
	struct store *store = &compare->store;
	char *uri;
	int opened;

	store->path = xprintf("%s/records.db", folder);
	if (!file_exists(store->path)) {
		error_set(err, ERROR_REFUSED, "%s: the database is missing", store->path);
		store_compare_close(compare);
		return NULL;
	}
	uri = uri_of(store->path);
	opened = sqlite3_open_v2(uri, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	free(uri);
	if (opened != SQLITE_OK)
		store_failed(store, err, "cannot be opened");
	else if (sqlite3_exec(store->db, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
			      NULL, NULL, NULL) != SQLITE_OK)
		store_failed(store, err, "cannot be read");
	else if (check_schema(compare, err) == 0 &&
		 store_prepare(
			 store,
			 "SELECT seq, id, type, boot, boot_ms, wall, synchronised, prev, leaf,"
			 " sha256, at, size, text FROM record ORDER BY seq",
			 &compare->rows, err) == 0 &&
		 store_prepare(store, "SELECT 1 FROM about WHERE subject = ? AND seq = ?",
			       &compare->about, err) == 0)
		return compare;
	store_compare_close(compare);
	return NULL;
}

void store_compare_close(struct store_compare *compare)
{
	if (!compare)
		return;
	sqlite3_finalize(compare->rows);
	sqlite3_finalize(compare->about);
	sqlite3_close(compare->store.db);
	free(compare->store.path);
	free(compare);
}

/* ---- rows ---- */

static bool is_text(sqlite3_stmt *row, int column, const char *text)
{
	return sqlite3_column_type(row, column) == SQLITE_TEXT &&
	       (size_t)sqlite3_column_bytes(row, column) == strlen(text) &&
	       memcmp(sqlite3_column_text(row, column), text, strlen(text)) == 0;
}

static bool is_bytes(sqlite3_stmt *row, int column, const void *bytes, size_t size)
{
	return sqlite3_column_type(row, column) == SQLITE_BLOB &&
	       (size_t)sqlite3_column_bytes(row, column) == size &&
	       memcmp(sqlite3_column_blob(row, column), bytes, size) == 0;
}

static bool is_number(sqlite3_stmt *row, int column, int64_t number)
{
	return sqlite3_column_type(row, column) == SQLITE_INTEGER &&
	       sqlite3_column_int64(row, column) == number;
}

static int check_row(const struct store_compare *compare, const struct log_record *record,
		     struct error *err)
{
	sqlite3_stmt *row = compare->rows;
	const struct entry *entry = record->entry;
	char wall[WALL_TIME_SIZE];

	wall_time_write(&entry->at.wall, wall);
	if (!is_number(row, 0, (int64_t)entry->seq))
		return differs(compare, "it is missing", err);
	if (!is_bytes(row, 12, record->text, record->size) ||
	    !is_number(row, 11, (int64_t)record->size))
		return differs(compare, "it is another one", err);
	if (!is_text(row, 1, entry->id) || !is_text(row, 2, entry->kind) ||
	    !is_text(row, 3, entry->at.boot) || !is_number(row, 4, entry->at.boot_ms) ||
	    !is_text(row, 5, wall) || !is_number(row, 6, entry->at.is_synchronised) ||
	    !is_bytes(row, 7, entry->prev, HASH_SIZE) ||
	    !is_bytes(row, 8, record->leaf, HASH_SIZE) ||
	    !is_bytes(row, 9, record->digest, HASH_SIZE) ||
	    !is_number(row, 10, (int64_t)compare->copy_end))
		return differs(compare, "what stands beside it is not what it says", err);
	return 0;
}

static bool is_found_by(const struct store_compare *compare, const char *subject, uint64_t seq)
{
	bool found;

	sqlite3_bind_text(compare->about, 1, subject, -1, SQLITE_STATIC);
	sqlite3_bind_int64(compare->about, 2, (int64_t)seq);
	found = sqlite3_step(compare->about) == SQLITE_ROW;
	sqlite3_reset(compare->about);
	return found;
}

/* What a record that is no event is found by; NULL: by nothing. `made` has room for one that stands nowhere in it. */
static const char *subject_of(const struct entry *entry, char made[CYLINDER_SUBJECT_SIZE])
{
	const char *cylinder = value_get_text(entry->says, "cylinder");
	static const struct {
		const char *kind, *subject;
	} KINDS[] = {{ENTRY_KEY, LOG_PEOPLE_KEYS},
		     {ENTRY_HAND_OVER, REGISTER_SUBJECT(ENTRY_HAND_OVER)},
		     {ENTRY_APPROVAL, REGISTER_SUBJECT(ENTRY_APPROVAL)},
		     {ENTRY_CALIBRATION, REGISTER_SUBJECT(ENTRY_CALIBRATION)},
		     {ENTRY_CHECK, REGISTER_SUBJECT(ENTRY_CHECK)},
		     {ENTRY_CYLINDER, REGISTER_SUBJECT(ENTRY_CYLINDER)},
		     {ENTRY_CONNECTION, REGISTER_SUBJECT(ENTRY_CONNECTION)},
		     {ENTRY_SNAPSHOT, REGISTER_SUBJECT(ENTRY_SNAPSHOT)},
		     {ENTRY_JOB_ORDER, REGISTER_SUBJECT(ENTRY_JOB_ORDER)},
		     {ENTRY_JOB_RESULT, REGISTER_SUBJECT(ENTRY_JOB_RESULT)},
		     {ENTRY_LOT, REGISTER_SUBJECT(ENTRY_LOT)},
		     {ENTRY_DRAW, REGISTER_SUBJECT(ENTRY_DRAW)},
		     {ENTRY_SEAL, REGISTER_SUBJECT(ENTRY_SEAL)},
		     {ENTRY_LOT_RETEST, REGISTER_SUBJECT(ENTRY_LOT_RETEST)},
		     {ENTRY_LOT_VERDICT, REGISTER_SUBJECT(ENTRY_LOT_VERDICT)}};

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strcmp(entry->kind, KINDS[i].kind))
			return KINDS[i].subject;
	if (!strcmp(entry->kind, ENTRY_DEBIT) && cylinder) {
		cylinder_debit_subject(cylinder, made);
		return made;
	}
	return !strcmp(entry->kind, ENTRY_SIGNATURE) || !strcmp(entry->kind, ENTRY_DECLARATION)
		       ? value_get_text(entry->says, "of")
		       : NULL;
}

/* Whoever admits the next record asks the index: what it does not have counts for nothing. */
static int check_subjects(const struct store_compare *compare, const struct log_record *record,
			  struct error *err)
{
	const struct entry *entry = record->entry;
	const struct value *equipment = value_get(entry->says, "epcList");
	const char *tag = identification_found_by(entry->says);
	char made[CYLINDER_SUBJECT_SIZE];
	const char *subject = subject_of(entry, made);
	bool found = !subject || is_found_by(compare, subject, entry->seq);

	for (size_t i = 0; i < value_count(equipment) && i < STORE_SUBJECTS && found; i++)
		found = is_found_by(compare, value_at(equipment, i)->text, entry->seq);
	found = found && (!tag || is_found_by(compare, tag, entry->seq));
	return found ? 0 : differs(compare, "it is not found by what it is about", err);
}

int store_compare_next(struct store_compare *compare, const struct log_record *record,
		       struct error *err)
{
	int step = sqlite3_step(compare->rows);

	compare->seq = record->entry->seq;
	if (step == SQLITE_DONE)
		return differs(compare, "it and all behind it are missing", err);
	if (step != SQLITE_ROW)
		return differs(compare, "it cannot be read: the database is damaged", err);
	if (check_row(compare, record, err) < 0 || check_subjects(compare, record, err) < 0)
		return -1;
	compare->copy_end += record->size + 1;
	return 0;
}

int store_compare_uncopied(struct store_compare *compare, struct buf *text, struct error *err)
{
	sqlite3_stmt *row;
	int step, rows = 0;

	if (store_prepare(&compare->store,
			  "SELECT text FROM record WHERE seq > ? ORDER BY seq LIMIT 2", &row,
			  err) < 0)
		return -1;
	sqlite3_bind_int64(row, 1, (int64_t)compare->seq);
	buf_clear(text);
	while ((step = sqlite3_step(row)) == SQLITE_ROW && ++rows == 1)
		buf_add(text, sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0));
	sqlite3_finalize(row);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return store_failed(&compare->store, err, "cannot be read");
	return rows == 1 ? 1 : 0;
}

/* ---- the end ---- */

/*
 * What a record is found by stands in it; records of a kind that is looked for as a whole are found by "davy:" or
 * "register:" and its name, and behind that those about one thing by ":" and the thing's.
 */
static bool says(const char *payload, size_t size, const char *subject)
{
	static const char *const PREFIXES[] = {"davy:", "register:"};
	static const char KIND[] = "\"kind\":\"";
	const char *kind, *name;
	size_t length;

	if (!payload || !subject)
		return false;
	kind = memmem(payload, size, KIND, sizeof(KIND) - 1);
	length = kind ? strcspn(kind + sizeof(KIND) - 1, "\"") : 0;
	for (size_t i = 0; i < 2 && kind; i++) {
		if (strncmp(subject, PREFIXES[i], strlen(PREFIXES[i])) != 0)
			continue;
		name = subject + strlen(PREFIXES[i]);
		if (strncmp(name, kind + sizeof(KIND) - 1, length) != 0)
			return false;
		name += length;
		return *name != ':' || memmem(payload, size, name + 1, strlen(name + 1));
	}
	return memmem(payload, size, subject, strlen(subject)) != NULL;
}

static int check_index(struct store_compare *compare, struct error *err)
{
	struct store *store = &compare->store;
	sqlite3_stmt *row;
	int step, good = 0;

	if (store_prepare(
		    store,
		    "SELECT a.subject, a.seq, r.text FROM about a LEFT JOIN record r USING (seq)",
		    &row, err) < 0)
		return -1;
	while (good == 0 && (step = sqlite3_step(row)) == SQLITE_ROW) {
		const char *subject = (const char *)sqlite3_column_text(row, 0), *payload;
		struct error ignored;
		struct jws *jws = NULL;
		size_t size = 0;

		compare->seq = (uint64_t)sqlite3_column_int64(row, 1);
		if (sqlite3_column_bytes(row, 2))
			jws = jws_parse(sqlite3_column_blob(row, 2),
					(size_t)sqlite3_column_bytes(row, 2), "it", &ignored);
		payload = jws ? jws_payload(jws, &size) : NULL;
		if (!says(payload, size, subject))
			good = differs(compare, "it is found by what it does not say", err);
		jws_free(jws);
	}
	if (good == 0 && step != SQLITE_DONE)
		good = error_set(err, ERROR_REFUSED, "%s: the database is damaged: %s", store->path,
				 sqlite3_errmsg(store->db));
	sqlite3_finalize(row);
	return good;
}

static int check_pages(struct store_compare *compare, struct error *err)
{
	struct store *store = &compare->store;
	sqlite3_stmt *row;
	const char *says = NULL;
	int good = -1;

	if (store_prepare(store, "PRAGMA integrity_check(1)", &row, err) < 0)
		return -1;
	if (sqlite3_step(row) == SQLITE_ROW)
		says = (const char *)sqlite3_column_text(row, 0);
	if (says && !strcmp(says, "ok"))
		good = 0;
	else
		error_set(err, ERROR_REFUSED, "%s: the database is damaged: %s", store->path,
			  says ? says : sqlite3_errmsg(store->db));
	sqlite3_finalize(row);
	return good;
}

int store_compare_end(struct store_compare *compare, struct error *err)
{
	int step = sqlite3_step(compare->rows);

	compare->seq++;
	if (step == SQLITE_ROW)
		return differs(compare, "it stands, and nowhere else", err);
	if (step != SQLITE_DONE)
		return differs(compare, "nothing can be read: the database is damaged", err);
	return check_index(compare, err) < 0 ? -1 : check_pages(compare, err);
}

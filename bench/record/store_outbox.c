/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox in SQL. Whatever changes it is brought home from the WAL at once, as records are (store.c). */
#include "record/store_outbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "record/store_inside.h"

const char STORE_OUTBOX_SCHEMA[] =
	"CREATE TABLE IF NOT EXISTS outbox(seq INTEGER NOT NULL REFERENCES record(seq),"
	" dest TEXT NOT NULL, state TEXT NOT NULL"
	" CHECK(state IN('new','retry','accepted','carried','parked','delivered')),"
	" tries INTEGER NOT NULL DEFAULT 0, since_ms INTEGER NOT NULL,"
	" next_ms INTEGER NOT NULL DEFAULT 0, reason TEXT, detail TEXT, location TEXT,"
	" receipt INTEGER, PRIMARY KEY(dest, seq)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox(dest, seq) WHERE state <> 'delivered';"
	"CREATE TABLE IF NOT EXISTS outbox_after(seq INTEGER NOT NULL, after INTEGER NOT NULL,"
	" PRIMARY KEY(seq, after)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS outbox_destination(dest TEXT PRIMARY KEY, choice TEXT NOT NULL,"
	" reached INTEGER NOT NULL, reason TEXT, detail TEXT, until_ms INTEGER NOT NULL DEFAULT 0)"
	" STRICT, WITHOUT ROWID;";

/* ---- statements ---- */

/* A statement with its parameters: 'i' int64_t, 's' text or NULL. */
static int ask(struct store *store, sqlite3_stmt **statement, struct error *err, const char *sql,
	       const char *kinds, ...)
{
	va_list arguments;
	int done = store_prepare(store, sql, statement, err);

	va_start(arguments, kinds);
	for (int i = 0; done == 0 && kinds[i]; i++) {
		if (kinds[i] == 'i')
			sqlite3_bind_int64(*statement, i + 1, va_arg(arguments, int64_t));
		else
			sqlite3_bind_text(*statement, i + 1, va_arg(arguments, const char *), -1,
					  SQLITE_STATIC);
	}
	va_end(arguments);
	return done;
}

/* Runs a statement that gives no rows, and ends it. */
static int finish(struct store *store, sqlite3_stmt *statement, struct error *err)
{
	int done = sqlite3_step(statement) == SQLITE_DONE
			   ? 0
			   : store_failed(store, err, "the outbox cannot be written");

	sqlite3_finalize(statement);
	return done;
}

static char *copy_column(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text ? xstrdup(text) : NULL;
}

/* ---- changing ---- */

static int execute(struct store *store, const char *sql, struct error *err)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_failed(store, err, "the outbox cannot be written");
	return 0;
}

/* Was it made before records were carried? Its rows are a work list, which the log makes again. */
static int forget_older(struct store *store, struct error *err)
{
	sqlite3_stmt *row;
	bool is_older;

	if (ask(store, &row, err,
		"SELECT 1 FROM sqlite_schema WHERE name = 'outbox' AND sql NOT LIKE "
		"'%''carried''%'",
		"") < 0)
		return -1;
	is_older = sqlite3_step(row) == SQLITE_ROW;
	sqlite3_finalize(row);
	return is_older ? execute(store,
				  "BEGIN IMMEDIATE; DROP TABLE outbox; DELETE FROM outbox_after;"
				  " DELETE FROM outbox_destination; COMMIT",
				  err)
			: 0;
}

int store_outbox_make(struct store *store, struct error *err)
{
	if (forget_older(store, err) < 0)
		return -1;
	return execute(store, STORE_OUTBOX_SCHEMA, err);
}

int store_outbox_change(struct store *store, store_outbox_fn *do_it, void *ctx, struct error *err)
{
	if (execute(store, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	if (do_it(store, ctx, err) < 0 || execute(store, "COMMIT", err) < 0) {
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	return execute(store, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}

int store_outbox_forget(struct store *store, struct error *err)
{
	return execute(
		store,
		"DELETE FROM outbox; DELETE FROM outbox_after; DELETE FROM outbox_destination",
		err);
}

static int add_row(struct store *store, uint64_t seq, const char *destination, int64_t since_ms,
		   struct error *err)
{
	sqlite3_stmt *insert;

	if (ask(store, &insert, err,
		"INSERT OR IGNORE INTO outbox(seq, dest, state, since_ms) VALUES(?,?,'new',?)",
		"isi", (int64_t)seq, destination, since_ms) < 0)
		return -1;
	return finish(store, insert, err);
}

static int add_after(struct store *store, uint64_t seq, uint64_t after, struct error *err)
{
	sqlite3_stmt *insert;

	if (ask(store, &insert, err, "INSERT OR IGNORE INTO outbox_after VALUES(?,?)", "ii",
		(int64_t)seq, (int64_t)after) < 0)
		return -1;
	return finish(store, insert, err);
}

static int set_reached(struct store *store, const char *name, uint64_t seq, struct error *err)
{
	sqlite3_stmt *update;

	if (ask(store, &update, err, "UPDATE outbox_destination SET reached = ? WHERE dest = ?",
		"is", (int64_t)seq, name) < 0)
		return -1;
	return finish(store, update, err);
}

int store_outbox_set(struct store *store, const struct store_outcome *outcome, struct error *err)
{
	sqlite3_stmt *update;

	if (ask(store, &update, err,
		"UPDATE outbox SET state = ?, next_ms = ?, reason = ?, detail = ?, location = ?,"
		" receipt = nullif(?, 0), tries = CASE WHEN ? THEN tries + 1 ELSE 0 END"
		" WHERE dest = ? AND seq = ? AND state <> 'delivered'"
		" AND (state NOT IN('parked','carried') OR ?)",
		"sisssiisii", outcome->state, outcome->next_ms, outcome->reason, outcome->detail,
		outcome->location, (int64_t)outcome->receipt, (int64_t)outcome->is_new_try,
		outcome->destination, (int64_t)outcome->seq, (int64_t)outcome->receipt) < 0)
		return -1;
	return finish(store, update, err);
}

int store_outbox_take(struct store *store, uint64_t seq, const struct store_parcel *parcel,
		      struct error *err)
{
	int done = 0;

	for (const char *const *name = parcel->destinations; name && *name && done == 0; name++)
		done = add_row(store, seq, *name, parcel->since_ms, err);
	for (const uint64_t *after = parcel->after; after && *after && done == 0; after++)
		done = add_after(store, seq, *after, err);
	for (size_t i = 0; i < parcel->outcome_count && done == 0; i++)
		done = store_outbox_set(store, &parcel->outcomes[i], err);
	for (const char *const *name = parcel->reached; name && *name && done == 0; name++)
		done = set_reached(store, *name, seq, err);
	return done;
}

/* ---- destinations ---- */

int store_destination_get(struct store *store, const char *name, struct store_destination *found,
			  struct error *err)
{
	sqlite3_stmt *row;
	int step;

	*found = (struct store_destination){0};
	if (ask(store, &row, err,
		"SELECT reached, choice, reason, detail, until_ms FROM outbox_destination"
		" WHERE dest = ?",
		"s", name) < 0)
		return -1;
	step = sqlite3_step(row);
	if (step == SQLITE_ROW)
		*found = (struct store_destination){
			.reached = (uint64_t)sqlite3_column_int64(row, 0),
			.choice = copy_column(row, 1),
			.reason = copy_column(row, 2),
			.detail = copy_column(row, 3),
			.until_ms = sqlite3_column_int64(row, 4),
		};
	else if (step != SQLITE_DONE)
		store_failed(store, err, "the outbox cannot be read");
	sqlite3_finalize(row);
	return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : -1;
}

void store_destination_done(struct store_destination *found)
{
	free(found->choice);
	free(found->reason);
	free(found->detail);
	*found = (struct store_destination){0};
}

static int about_destination(struct store *store, const char *sql, const char *name,
			     struct error *err)
{
	sqlite3_stmt *statement;

	if (ask(store, &statement, err, sql, "s", name) < 0)
		return -1;
	return finish(store, statement, err);
}

int store_destination_begin(struct store *store, const char *name, const char *choice,
			    uint64_t reached, struct error *err)
{
	sqlite3_stmt *insert;

	if (about_destination(store, "DELETE FROM outbox WHERE dest = ?", name, err) < 0 ||
	    about_destination(store, "DELETE FROM outbox_destination WHERE dest = ?", name, err) <
		    0)
		return -1;
	if (!choice)
		return 0;
	if (ask(store, &insert, err,
		"INSERT INTO outbox_destination(dest, choice, reached) VALUES(?,?,?)", "ssi", name,
		choice, (int64_t)reached) < 0)
		return -1;
	return finish(store, insert, err);
}

int store_destination_rest(struct store *store, const char *name, const char *reason,
			   const char *detail, int64_t until_ms, struct error *err)
{
	sqlite3_stmt *update;

	if (ask(store, &update, err,
		"UPDATE outbox_destination SET reason = ?, detail = ?, until_ms = ? WHERE dest = ?",
		"ssis", reason, detail, until_ms, name) < 0)
		return -1;
	return finish(store, update, err);
}

int store_destination_hasten(struct store *store, const char *name, struct error *err)
{
	if (about_destination(store,
			      "UPDATE outbox SET next_ms = 0 WHERE dest = ?"
			      " AND state IN('retry','accepted')",
			      name, err) < 0)
		return -1;
	return about_destination(store, "UPDATE outbox_destination SET until_ms = 0 WHERE dest = ?",
				 name, err);
}

/* ---- reading ---- */

int store_outbox_has(struct store *store, uint64_t seq, const char *destination, char state[16],
		     struct error *err)
{
	sqlite3_stmt *row;
	int step;

	if (ask(store, &row, err, "SELECT state FROM outbox WHERE dest = ? AND seq = ?", "si",
		destination, (int64_t)seq) < 0)
		return -1;
	step = sqlite3_step(row);
	if (step == SQLITE_ROW && state)
		snprintf(state, 16, "%s", (const char *)sqlite3_column_text(row, 0));
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		store_failed(store, err, "the outbox cannot be read");
	sqlite3_finalize(row);
	return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : -1;
}

/* One map for each row, by the names of the columns; NULLs are left out. */
static int take_rows(struct store *store, sqlite3_stmt *row, struct value *list, struct error *err)
{
	int step;

	while ((step = sqlite3_step(row)) == SQLITE_ROW) {
		struct value *map = value_add(list, value_map());

		for (int i = 0; i < sqlite3_column_count(row); i++)
			if (sqlite3_column_type(row, i) == SQLITE_INTEGER)
				value_set_int(map, sqlite3_column_name(row, i),
					      sqlite3_column_int64(row, i));
			else
				value_set_text(map, sqlite3_column_name(row, i),
					       (const char *)sqlite3_column_text(row, i));
	}
	sqlite3_finalize(row);
	return step == SQLITE_DONE ? 0 : store_failed(store, err, "the outbox cannot be read");
}

/* A row waits for another one. */
#define IS_BLOCKED                                                                                 \
	"EXISTS(SELECT 1 FROM outbox_after a JOIN outbox p ON p.dest = o.dest AND p.seq = a.after" \
	" WHERE a.seq = o.seq AND p.state <> 'delivered')"
/* The day that a clock may have been set back by: what is due later than that was written by another clock. */
#define IS_DUE "(o.next_ms <= ?2 OR o.next_ms > ?2 + 86400000)"
#define IS_WAITING "o.dest = ?1 AND o.state IN('new','retry','accepted')"

static int next_of(struct store *store, const char *name, int64_t now_ms, int64_t *next_ms,
		   struct error *err)
{
	sqlite3_stmt *row;

	*next_ms = -1;
	if (ask(store, &row, err,
		"SELECT min(o.next_ms) FROM outbox o WHERE " IS_WAITING " AND NOT " IS_DUE
		" AND NOT " IS_BLOCKED,
		"si", name, now_ms) < 0)
		return -1;
	if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_type(row, 0) == SQLITE_INTEGER)
		*next_ms = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return 0;
}

int store_outbox_due(struct store *store, const char *name, int64_t now_ms, size_t most,
		     struct value *list, int64_t *next_ms, struct error *err)
{
	sqlite3_stmt *row;

	if (ask(store, &row, err,
		"SELECT o.seq AS seq, r.id AS id, r.type AS kind, o.state AS state,"
		" o.tries AS tries, o.since_ms AS sinceMs, o.location AS location, r.at AS at,"
		" r.size AS size FROM outbox o JOIN record r ON r.seq = o.seq"
		" WHERE " IS_WAITING " AND " IS_DUE " AND NOT " IS_BLOCKED
		" ORDER BY o.seq LIMIT ?3",
		"sii", name, now_ms, (int64_t)most) < 0 ||
	    take_rows(store, row, list, err) < 0)
		return -1;
	return next_of(store, name, now_ms, next_ms, err);
}

static int ask_one(struct store *store, const char *sql, const char *name, struct value *counts,
		   const char *key, struct error *err)
{
	sqlite3_stmt *row;

	if (ask(store, &row, err, sql, "s", name) < 0)
		return -1;
	if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_type(row, 0) == SQLITE_INTEGER)
		value_set_int(counts, key, sqlite3_column_int64(row, 0));
	sqlite3_finalize(row);
	return 0;
}

int store_outbox_count(struct store *store, const char *name, struct value *counts,
		       struct error *err)
{
	static const char *const STATES[] = {"new",	"retry",  "accepted",
					     "carried", "parked", "delivered"};
	struct value *found = value_list();
	sqlite3_stmt *row;
	int done = -1;

	for (size_t i = 0; i < sizeof(STATES) / sizeof(*STATES); i++)
		value_set_int(counts, STATES[i], 0);
	if (ask(store, &row, err,
		"SELECT state, count(*) AS count FROM outbox WHERE dest = ? GROUP BY state", "s",
		name) == 0)
		done = take_rows(store, row, found, err);
	for (size_t i = 0; i < value_count(found); i++)
		value_set_int(counts, value_get_text(value_at(found, i), "state"),
			      value_get_int(value_at(found, i), "count", 0));
	value_free(found);
	if (done < 0)
		return -1;
	if (ask_one(store,
		    "SELECT count(*) FROM outbox o WHERE o.dest = ? AND o.state <> 'delivered' "
		    "AND " IS_BLOCKED,
		    name, counts, "blocked", err) < 0)
		return -1;
	return ask_one(store,
		       "SELECT min(since_ms) FROM outbox WHERE dest = ? AND state <> 'delivered'",
		       name, counts, "oldestMs", err);
}

int store_outbox_to_carry(struct store *store, const char *name, size_t most, struct value *list,
			  struct error *err)
{
	sqlite3_stmt *row;

	if (ask(store, &row, err,
		"SELECT seq FROM outbox WHERE dest = ?1 AND state IN('new','retry')"
		" ORDER BY seq LIMIT ?2",
		"si", name, (int64_t)most) < 0)
		return -1;
	return take_rows(store, row, list, err);
}

int store_outbox_rows(struct store *store, const char *name, uint64_t seq, size_t most,
		      struct value *list, struct error *err)
{
	sqlite3_stmt *row;

	if (ask(store, &row, err,
		"SELECT o.dest AS destination, o.seq AS seq, r.id AS id, r.type AS kind,"
		" o.state AS state, o.tries AS tries, o.since_ms AS sinceMs, o.next_ms AS nextMs,"
		" o.reason AS reason, o.detail AS detail, o.location AS location,"
		" o.receipt AS receipt, (SELECT min(a.after) FROM outbox_after a JOIN outbox p"
		" ON p.dest = o.dest AND p.seq = a.after WHERE a.seq = o.seq"
		" AND p.state <> 'delivered') AS waitsFor"
		" FROM outbox o JOIN record r ON r.seq = o.seq WHERE o.dest = ?1 AND"
		" ((?2 = 0 AND o.state <> 'delivered') OR o.seq = ?2) ORDER BY o.seq LIMIT ?3",
		"sii", name, (int64_t)seq, (int64_t)most) < 0)
		return -1;
	return take_rows(store, row, list, err);
}

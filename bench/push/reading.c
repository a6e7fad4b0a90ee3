/* SPDX-License-Identifier: Apache-2.0 */
/*
 * About a piece it is asked twice where the first answer has names that lead further: a tag that was read on this piece may have
 * been read on another one. Runs are asked for bench by bench, so that no more than one bench's records are in memory, and what
 * is kept of them is what statistics take.
 */
#include "push/reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "push/database.h"
#include "push/kind.h"
#include "record/destinations.h"
#include "record/laboratory_life.h"
#include "record/laboratory_runs.h"

static const char MAY_READ[] = "SELECT 1 FROM pg_roles WHERE rolname = 'davy_reader' "
			       "AND pg_has_role(session_user, oid, 'USAGE')";
/* The events of these names, what rests on them, the records beside them, and the keys of their benches. */
static const char ROWS[] =
	"WITH about AS (SELECT bench, seq, id FROM davy.record WHERE kind = 'event' "
	"AND davy.names(davy.payload(jws)) && "
	"ARRAY(SELECT jsonb_array_elements_text($1::text::jsonb))), "
	"wanted AS (SELECT bench, seq + beside AS seq FROM about, generate_series(-1, 1) AS beside "
	"UNION SELECT r.bench, r.seq FROM davy.record AS r JOIN about AS a "
	"ON davy.payload(r.jws) #>> '{says,of}' = a.id "
	"WHERE r.kind IN ('declaration', 'signature') "
	"UNION SELECT bench, seq FROM davy.record WHERE kind IN ('log', 'hand-over') "
	"AND bench IN (SELECT bench FROM about)) "
	"SELECT r.bench, r.seq::text, r.kind, r.jws, r.came_by, "
	"to_char(r.came_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') "
	"FROM davy.record AS r JOIN wanted AS w ON r.bench = w.bench AND r.seq = w.seq "
	"ORDER BY r.bench, r.seq LIMIT $2::text::int";

static const char BENCHES[] = "SELECT DISTINCT bench FROM davy.record ORDER BY bench";
/* Of a bench: its latest runs, what voids them or declares them wrong, and its keys. */
static const char RUNS[] =
	"WITH about AS (SELECT seq, id FROM davy.record WHERE bench = $1::text AND kind = 'event' "
	"AND jsonb_exists(davy.payload(jws), 'mse:run') ORDER BY seq DESC LIMIT $2::text::int), "
	"wanted AS (SELECT seq FROM about UNION SELECT r.seq FROM davy.record AS r JOIN about AS a "
	"ON davy.payload(r.jws) #>> '{says,of}' = a.id "
	"WHERE r.bench = $1::text AND r.kind IN ('declaration', 'signature') "
	"UNION SELECT seq FROM davy.record WHERE bench = $1::text "
	"AND kind IN ('log', 'hand-over')) "
	"SELECT r.bench, r.seq::text, r.kind, r.jws, r.came_by, "
	"to_char(r.came_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') "
	"FROM davy.record AS r JOIN wanted AS w ON r.seq = w.seq "
	"WHERE r.bench = $1::text ORDER BY r.seq";

enum { COLUMN_BENCH, COLUMN_SEQ, COLUMN_KIND, COLUMN_JWS, COLUMN_BY, COLUMN_AT };

static int failed(const char *destination, const struct database_said *said, struct error *err)
{
	struct push_answer answer = {.trouble = said->trouble, .after_ms = -1};
	struct push_verdict verdict;

	memcpy(answer.sqlstate, said->sqlstate, sizeof(answer.sqlstate));
	verdict = push_judge(&answer, 0, 0);
	return error_set(err, ERROR_LINK, "%s: %s — %s", destination,
			 push_reason_words(push_reason_name(verdict.reason))->english,
			 said->detail);
}

static struct value *take_rows(const struct database *database)
{
	static const char *const NAMES[] = {
		[COLUMN_BENCH] = "bench", [COLUMN_KIND] = "kind", [COLUMN_JWS] = "jws",
		[COLUMN_BY] = "cameBy",	  [COLUMN_AT] = "cameAt",
	};
	struct value *rows = value_list();

	for (size_t i = 0; i < database_rows(database); i++) {
		struct value *row = value_add(rows, value_map());
		size_t size;

		for (size_t k = 0; k < sizeof(NAMES) / sizeof(*NAMES); k++) {
			const char *cell = database_cell(database, i, k, &size);

			/* one with a NUL in it ends there, and is no record then */
			if (NAMES[k])
				value_set_text(row, NAMES[k], cell ? cell : "");
			else
				value_set_int(row, "seq", cell ? strtoll(cell, NULL, 10) : 0);
		}
	}
	return rows;
}

static struct value *ask(struct database *database, const struct value *names,
			 struct database_said *said)
{
	char *most = xprintf("%d", READING_ROWS_MOST + 1);
	struct value *rows = NULL;
	struct buf list;

	buf_init(&list);
	json_write(&list, names);
	if (database_ask(
		    database, ROWS,
		    (const struct database_value[]){{list.data, list.size}, {most, strlen(most)}},
		    2, said) == 0)
		rows = take_rows(database);
	buf_done(&list);
	free(most);
	return rows;
}

/* The tags that were read on what was found, and the pieces that its serial number stands for. */
static bool lead_further(struct value *names, const struct value *told)
{
	const struct value *life = value_get(told, "life");
	bool grown = false;

	for (size_t i = 0; i < value_count(life); i++) {
		const struct value *more = value_get(value_at(life, i), "names");

		grown |= laboratory_names_join(names, more, "TAG/");
		grown |= laboratory_names_join(names, more, "eq/");
	}
	return grown;
}

static struct value *read_life(struct database *database, const char *equipment,
			       const struct value *keys, struct database_said *said)
{
	struct value *names = laboratory_names_asked(equipment), *told = NULL;
	bool again;

	do {
		struct value *rows = ask(database, names, said);

		again = false;
		value_free(told);
		told = rows ? laboratory_life(rows, names, keys) : NULL;
		if (told && value_count(rows) > READING_ROWS_MOST)
			value_set_bool(told, "isCut", true);
		else if (told)
			again = lead_further(names, told);
		value_free(rows);
	} while (again);
	value_free(names);
	return told;
}

/* ---- all runs ---- */

static struct value *list_benches(struct database *database, struct database_said *said)
{
	struct value *benches;
	size_t size;

	if (database_ask(database, BENCHES, NULL, 0, said) < 0)
		return NULL;
	benches = value_list();
	for (size_t i = 0; i < database_rows(database); i++) {
		const char *name = database_cell(database, i, 0, &size);

		value_add(benches, value_text(name ? name : ""));
	}
	return benches;
}

/* What is told of one bench goes behind what was told of others. */
static void join(struct value *list, const struct value *more)
{
	for (size_t i = 0; i < value_count(more); i++)
		value_add(list, value_copy(value_at(more, i)));
}

struct all {
	struct value *told, *runs, *benches, *unverified;
};

static int add_bench(struct all *all, struct database *database, const char *bench,
		     const struct value *keys, struct database_said *said)
{
	char *most = xprintf("%d", LABORATORY_RUNS_MOST);
	const struct database_value asked[] = {{bench, strlen(bench)}, {most, strlen(most)}};
	int done = database_ask(database, RUNS, asked, 2, said);

	if (done == 0) {
		struct value *rows = take_rows(database), *told = laboratory_runs(rows, keys);

		if (value_get_bool(told, "isCut"))
			value_set_bool(all->told, "isCut", true);
		join(all->runs, value_get(told, "runs"));
		join(all->benches, value_get(told, "benches"));
		join(all->unverified, value_get(told, "unverified"));
		value_free(told);
		value_free(rows);
	}
	free(most);
	return done;
}

static struct value *read_runs(struct database *database, const struct value *keys,
			       struct database_said *said)
{
	struct value *benches = list_benches(database, said), *told = value_map();
	struct all all = {
		.told = told,
		.runs = value_set(told, "runs", value_list()),
		.benches = value_set(told, "benches", value_list()),
		.unverified = value_set(told, "unverified", value_list()),
	};
	int done = benches ? 0 : -1;

	for (size_t i = 0; done == 0 && i < value_count(benches); i++)
		done = add_bench(&all, database, value_at(benches, i)->text, keys, said);
	value_free(benches);
	if (done == 0)
		return told;
	value_free(told);
	return NULL;
}

/* ---- either ---- */

static int read_all(struct database *database, const struct reading *reading,
		    const struct value *keys, FILE *out, struct error *err)
{
	struct database_said said;
	struct value *told;
	struct buf text;

	if (database_ask(database, MAY_READ, NULL, 0, &said) < 0)
		return failed(reading->destination, &said, err);
	if (!database_rows(database))
		return error_set(err, ERROR_REFUSED,
				 "%s: this role sees its own bench's records alone: ask the "
				 "server's administrator to make it a member of davy_reader",
				 reading->destination);
	told = reading->equipment ? read_life(database, reading->equipment, keys, &said)
				  : read_runs(database, keys, &said);
	if (!told)
		return failed(reading->destination, &said, err);
	buf_init(&text);
	json_write(&text, told);
	fprintf(out, "%s\n", text.data);
	buf_done(&text);
	value_free(told);
	return fflush(out) == 0 ? 0 : error_os(err, "what was read cannot be written");
}

int reading_run(const struct reading *reading, FILE *out, struct error *err)
{
	struct value *list = destinations_read(reading->state, err);
	const struct value *settings =
		list ? destinations_find(list, reading->destination, err) : NULL;
	const char *kind = value_get_text(settings, "kind");
	struct database *database = NULL;
	int done = -1;

	if (settings && strcmp(kind, PUSH_KIND_POSTGRESQL.name) != 0)
		error_set(err, ERROR_USAGE,
			  "destination '%s' is of kind %.40s, which is not read from: the "
			  "laboratory's store is one of kind postgresql",
			  reading->destination, kind);
	else if (settings)
		database = database_open(settings, err);
	if (database)
		done = read_all(database, reading, value_get(settings, "benches"), out, err);
	database_close(database);
	value_free(list);
	return done;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asked twice where the first answer has names that lead further: a tag that was read on this piece may have been read on
 * another one.
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
	told = read_life(database, reading->equipment, keys, &said);
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
			  "destination '%s' is of kind %.40s, which is not read from: a history is "
			  "asked of one of kind postgresql",
			  reading->destination, kind);
	else if (settings)
		database = database_open(settings, err);
	if (database)
		done = read_all(database, reading, value_get(settings, "benches"), out, err);
	database_close(database);
	value_free(list);
	return done;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots of what others keep and a bench in a mine's storeroom cannot ask: each a file of rows (CSV or JSON) that
 * somebody had from whoever keeps the register, kept as it came (kept_file.h), and a record that says of it
 *
 *   snapshot     {"list":"marks","as_of":"2026-11-01","scope":"complete","source":"…","by":"0017","rows":"18214","file":{…}}
 *
 * `as_of` is the day on which it was the register's state, `scope` whether what is not in it is not in the register either
 * (complete) or may be (partial), `source` who gave it. Of each list the last record counts; of `seen` they all do.
 *
 *   list         a row needs              besides
 *   marks        number                   maker, model, product, standard, from, until, state
 *   prohibited   model                    maker, product, since, basis
 *   seen         serial                   tag, number, at, where: what other benches have had before them
 *
 * The first row of a CSV file names its columns, in English as above or in Chinese (安全标志编号, 生产单位, 型号 …), in any
 * order; columns that nothing is called are left out of account. A JSON file is a list of objects with the same names.
 */
#ifndef DAVY_RECORD_SNAPSHOT_H
#define DAVY_RECORD_SNAPSHOT_H

#include "base/error.h"
#include "base/value.h"
#include "record/admission.h"
#include "record/bench_log.h"

#define ENTRY_SNAPSHOT "snapshot"
enum { SNAPSHOT_DAY_SIZE = 11 };

enum snapshot_list { SNAPSHOT_MARKS = 1, SNAPSHOT_PROHIBITED, SNAPSHOT_SEEN };
enum snapshot_field {
	SNAPSHOT_NUMBER,
	SNAPSHOT_MAKER,
	SNAPSHOT_MODEL,
	SNAPSHOT_PRODUCT,
	SNAPSHOT_STANDARD,
	SNAPSHOT_FROM,
	SNAPSHOT_UNTIL,
	SNAPSHOT_STATE, /* valid, suspended, revoked, withdrawn or expired */
	SNAPSHOT_SINCE,
	SNAPSHOT_BASIS,
	SNAPSHOT_TAG,
	SNAPSHOT_SERIAL,
	SNAPSHOT_AT,
	SNAPSHOT_WHERE,
	SNAPSHOT_FIELDS
};

const char *snapshot_list_name(enum snapshot_list list);
enum snapshot_list snapshot_list_find(const char *name); /* 0: none of them */

const char *snapshot_state_title(const char *state); /* "撤销" of "revoked"; else as it is */

/* One row: texts, "" where it does not say it; days as YYYY-MM-DD. They live until the next one. */
struct snapshot_row {
	unsigned line; /* of a CSV file; of a JSON file which object, from 1 */
	const char *field[SNAPSHOT_FIELDS];
};
/* What a row says, by its English names; the caller frees it. */
struct value *snapshot_row_describe(const struct snapshot_row *row);

typedef void snapshot_row_fn(void *ctx, const struct snapshot_row *row);
/*
 * Go through the rows of a file's text; `rows` becomes how many there were. Refused with the line: a file without rows, a
 * column that is needed and missing, a day that is none, a state that nobody knows.
 */
int snapshot_read(const char *text, size_t size, const char *where, enum snapshot_list list,
		  snapshot_row_fn *each, void *ctx, size_t *rows, struct error *err);

/*
 * A day as people write it: 2026-3-1, 2026/03/01, 2026.3.1, 2026年3月1日 becomes 2026-03-01, and 2026-03, without a day,
 * 2026-03. Refused: what is no day of the calendar.
 */
int snapshot_day(char day[SNAPSHOT_DAY_SIZE], const char *text, struct error *err);

int admit_snapshot(struct bench_log *log, const struct value *request, const struct moment *now,
		   struct admitted *admitted, struct error *err);
/* Of the snapshots that were recorded those that count, as register_list() has them; the caller frees the list. */
struct value *snapshot_list_counting(struct bench_log *log, struct error *err);
/* Go through the file of such a one. Refused where it is not any more what was recorded. */
int snapshot_each(const char *state, const struct value *snapshot, snapshot_row_fn *each, void *ctx,
		  struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to the laboratory's PostgreSQL; database.c is the only file that knows libpq. TLS 1.2 or later, the CA of the
 * destination and no other, the server's name compared with its certificate, our certificate, and never a password:
 * none is in the settings, in the environment or in a file of the user's, and a server that asks for one gets none.
 * Every wait has a bound:
 *
 *   {"url":"postgresql://ROLE@HOST:PORT/DATABASE","ca":"FILE","certificate":"FILE","key":"FILE","crl":"FILE",
 *    "patience":30}
 *
 * All but `crl` and `patience` are needed (PORT is 5432 without). `patience` is in seconds: how long a connection may take
 * to come about, and how long nothing may come; a whole statement may last ten times as long.
 */
#ifndef DAVY_PUSH_DATABASE_H
#define DAVY_PUSH_DATABASE_H

#include <stddef.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/value.h"
#include "push/outcome.h"
#include "push/sqlstate.h"

struct database;

/* Refused with a sentence: settings that lack something, or are none. Nothing is connected yet. */
struct database *database_open(const struct value *settings, struct error *err);
void database_close(struct database *database); /* accepts NULL */

/* What kept something from being done: either trouble on the way, or what the server says. */
struct database_said {
	enum push_trouble trouble;
	char sqlstate[SQLSTATE_SIZE]; /* "": it said nothing */
	char detail[400];	      /* in its words */
};

struct database_value {
	const void *bytes;
	size_t size;
};

/*
 * One statement, its parameters $1… as text or bytea as they are; connects where there is no connection. Its rows are there
 * until the next one. -1 and what was said; a connection that is in trouble is closed.
 */
int database_ask(struct database *database, const char *sql, const struct database_value *values,
		 size_t count, struct database_said *said);
/* Whatever was begun on it is undone, where there still is a connection. */
void database_abandon(struct database *database);
size_t database_rows(const struct database *database);
/* Borrowed until the next statement, NUL behind it; NULL where the column is null. */
const char *database_cell(const struct database *database, size_t row, size_t column, size_t *size);
/* SHA-256 of the server's certificate; "" while there is no connection. */
const char *database_peer(const struct database *database);

#endif

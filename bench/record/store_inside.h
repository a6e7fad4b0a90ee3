/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the store share; nobody else includes it. */
#ifndef DAVY_RECORD_STORE_INSIDE_H
#define DAVY_RECORD_STORE_INSIDE_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "record/store.h"

struct store {
	char *path, *copy_path;
	sqlite3 *db;
	sqlite3_stmt *insert;
	int copy;
	uint64_t copy_end; /* bytes of the second copy */
	struct merkle tree;
	uint8_t prev[HASH_SIZE];	    /* of the next record */
	struct stat database_was, copy_was; /* when they were opened */
	const char *broken; /* why nothing is added until it is opened again; or NULL */
};

extern const char STORE_SCHEMA[];

/* "PATH: WHAT: what SQLite says"; returns -1. */
int store_failed(const struct store *store, struct error *err, const char *what);
int store_prepare(struct store *store, const char *sql, sqlite3_stmt **statement,
		  struct error *err);
/* A column of 32 bytes; zeros where it has another size. */
void store_take_digest(sqlite3_stmt *row, int column, uint8_t digest[HASH_SIZE]);
/* Append a line to the second copy and sync it. */
int store_write_copy(struct store *store, const char *text, size_t size, struct error *err);

/* store_outbox.c: its tables, which a store of an older davy lacks. */
extern const char STORE_OUTBOX_SCHEMA[];
int store_outbox_make(struct store *store, struct error *err);

/* store_check.c: builds the tree, and completes the second copy after a cut of power; or refuses. */
int store_look_through(struct store *store, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A store of records in a folder of its own, for claims about it; and what power, a person or another program does to its files. */
#ifndef DAVY_TESTS_SHELF_RIG_H
#define DAVY_TESTS_SHELF_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "record/store.h"

struct shelf {
	char folder[64];
	struct store *store; /* or NULL: it is shut */
	struct error err;
};

void shelf_make(struct shelf *shelf);
bool shelf_open(struct shelf *shelf);
void shelf_shut(struct shelf *shelf);
void shelf_remove(struct shelf *shelf);

/* Of record n: its text has n in it and is longer the greater n is. */
void shelf_text(uint64_t n, char text[4096], char id[64]);
/* The next record: 0, or -1 and why. */
int shelf_add(struct shelf *shelf);
/* A shut store of so many records. */
void shelf_fill(struct shelf *shelf, int count);
bool shelf_opens_with(struct shelf *shelf, uint64_t count);
/* It does not open, and says this. */
bool shelf_is_refused(struct shelf *shelf, const char *part);

/* The caller frees it. */
char *shelf_path(const struct shelf *shelf, const char *name);
off_t shelf_size(const struct shelf *shelf, const char *name);
void shelf_cut(struct shelf *shelf, const char *name, off_t size);
void shelf_flip(struct shelf *shelf, const char *name, off_t at);
/* What somebody does with another program, who has taken the triggers away. */
void shelf_tamper(struct shelf *shelf, const char *sql);

#endif

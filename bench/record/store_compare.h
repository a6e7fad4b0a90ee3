/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a store's database say the same as its records (log_read.h), in every row, column and index? It is read and nothing
 * of it is touched, so a store that a controller has, or whose write-ahead log power cut off, is not compared: the caller
 * asks first.
 */
#ifndef DAVY_RECORD_STORE_COMPARE_H
#define DAVY_RECORD_STORE_COMPARE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "record/log_read.h"

struct store_compare;

/* NULL: it can be compared, or is missing; else why not, as the end of a sentence. `is_served`: a controller has it. */
const char *store_compare_hindered(const char *folder, bool is_served);
struct store_compare *store_compare_open(const char *folder, struct error *err);
void store_compare_close(struct store_compare *compare); /* accepts NULL */
/* The next record. Refused (ERROR_REFUSED) with the number of the record that is another one in the database. */
int store_compare_next(struct store_compare *compare, const struct log_record *record,
		       struct error *err);
/*
 * Behind the records so far: the text of the one that only the database has, where it has one more and not several. 1; 0: it has
 * not. That it is good is for log_read.h to say, and then it is the next.
 */
int store_compare_uncopied(struct store_compare *compare, struct buf *text, struct error *err);
/* There are no more records: nor in the database, whose indexes fit. */
int store_compare_end(struct store_compare *compare, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log that is broken at one record is read again without it, so that one forged row does not hide the others.
 */
#include "record/laboratory_records.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	KEY_SHOWN = 12
}; /* characters of a key's id, 72 bits, that a bench is called by and davy keys shows */

struct telling {
	const struct value *keys;
	struct value *benches, *unverified;
	laboratory_tell_fn *tell;
	void *ctx;
};

void laboratory_row(struct value *one, const struct value *row)
{
	value_set_text(one, "bench", value_get_text(row, "bench"));
	value_set_int(one, "seq", value_get_int(row, "seq", 0));
	value_set_text(one, "cameBy", value_get_text(row, "cameBy"));
	value_set_text(one, "cameAt", value_get_text(row, "cameAt"));
}

static void set_aside(struct telling *telling, const struct value *row, const char *why)
{
	struct value *one = value_add(telling->unverified, value_map());

	laboratory_row(one, row);
	value_set_text(one, "why", why);
}

/* As people see keys: by how they begin, without what could be taken for an option. */
static bool is_key(const char *key, const char *beginning)
{
	size_t size = strlen(beginning), skip = strspn(key, "-_");

	return size >= KEY_SHOWN &&
	       (!strncmp(key, beginning, size) || !strncmp(key + skip, beginning, size));
}

/* The key that its log begins with; `is_known` is false where nothing but the log says that it is this bench's. */
static int check_key(const struct value *keys, const char *bench, const char *key, bool *is_known,
		     struct error *err)
{
	const char *known = value_get_text(keys, bench);

	*is_known = known || is_key(key, bench);
	if (known && !is_key(key, known))
		return error_set(err, ERROR_REFUSED,
				 "its log begins with key %s, and that bench's is %.80s", key,
				 known);
	return 0;
}

/* What stands beside the record is the store's word, and is held against the record's own. */
static int check_row(const struct value *row, const struct entry *entry, struct error *err)
{
	if (strcmp(value_get_text(row, "bench"), entry->bench) != 0 ||
	    (uint64_t)value_get_int(row, "seq", 0) != entry->seq)
		return error_set(err, ERROR_REFUSED,
				 "it stands under another name or number than it says of itself");
	return 0;
}

static int take_row(struct telling *telling, struct log_reader *reader, const struct value *row,
		    struct log_record *record, struct error *err)
{
	const char *jws = value_get_text(row, "jws");
	bool is_known;

	if (!jws)
		return error_set(err, ERROR_REFUSED, "it is empty");
	if (log_reader_take(reader, jws, strlen(jws), record, err) < 0 ||
	    check_row(row, record->entry, err) < 0)
		return -1;
	return record->entry->seq > 1
		       ? 0
		       : check_key(telling->keys, record->entry->bench,
				   key_id(log_reader_key(reader, false)), &is_known, err);
}

static void tell_record(struct telling *telling, const struct log_reader *reader,
			const struct value *row, const struct log_record *record)
{
	const char *key = key_id(log_reader_key(reader, false));
	bool is_known = false;
	struct error ignored;

	if (!strcmp(record->entry->kind, ENTRY_LOG)) {
		struct value *bench = value_add(telling->benches, value_map());

		check_key(telling->keys, record->entry->bench, key, &is_known, &ignored);
		value_set_text(bench, "bench", record->entry->bench);
		value_set_text(bench, "key", key);
		value_set_bool(bench, "known", is_known);
	}
	telling->tell(telling->ctx, row, record);
}

/* Index of the first row that is not good, or `count`; the good ones are told where `tells`. */
static size_t read_bench(struct telling *telling, const struct value *rows, const size_t *at,
			 size_t count, bool tells, struct error *err)
{
	struct log_reader *reader = log_reader_new(LOG_CHOICE);
	size_t i;

	for (i = 0; i < count; i++) {
		const struct value *row = value_at(rows, at[i]);
		struct log_record record;

		if (take_row(telling, reader, row, &record, err) < 0)
			break;
		if (tells)
			tell_record(telling, reader, row, &record);
	}
	log_reader_free(reader);
	return i;
}

/* Without the record that begins the log there is no key to verify with. */
static bool begins(const struct value *rows, const size_t *at, size_t count)
{
	return count && value_get_int(value_at(rows, at[0]), "seq", 0) == 1;
}

static void tell_bench(struct telling *telling, const struct value *rows, size_t from, size_t to)
{
	size_t *at = xcalloc(to - from, sizeof(*at)), count = to - from, bad;
	struct error why;

	for (size_t i = 0; i < count; i++)
		at[i] = from + i;
	while (begins(rows, at, count) &&
	       (bad = read_bench(telling, rows, at, count, false, &why)) < count) {
		set_aside(telling, value_at(rows, at[bad]), why.text);
		memmove(&at[bad], &at[bad + 1], (count - bad - 1) * sizeof(*at));
		count--;
	}
	if (begins(rows, at, count))
		read_bench(telling, rows, at, count, true, &why);
	else
		for (size_t i = 0; i < count; i++)
			set_aside(
				telling, value_at(rows, at[i]),
				"the first record of its bench's log, which has the keys, is not "
				"there or is not good (the bench's destination is to have \"log\" "
				"and \"hand-over\" among its \"records\")");
	free(at);
}

void laboratory_records(struct value *told, const struct value *rows, const struct value *keys,
			laboratory_tell_fn *tell, void *ctx)
{
	struct telling telling = {
		.keys = keys,
		.benches = value_set(told, "benches", value_list()),
		.unverified = value_set(told, "unverified", value_list()),
		.tell = tell,
		.ctx = ctx,
	};

	for (size_t from = 0, to; from < value_count(rows); from = to) {
		const char *bench = value_get_text(value_at(rows, from), "bench");

		for (to = from + 1; to < value_count(rows) &&
				    !strcmp(value_get_text(value_at(rows, to), "bench"), bench);
		     to++)
			;
		tell_bench(&telling, rows, from, to);
	}
}

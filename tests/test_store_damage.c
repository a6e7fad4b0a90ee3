/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of records, damaged: whatever is not as it was written keeps it shut, by the number of the first bad record; what
 * cannot be written, or would be written where nobody finds it, is refused.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"
#include "tests/shelf_rig.h"

static void a_missing_record_is_named(void)
{
	struct shelf shelf;

	shelf_fill(&shelf, 9);
	shelf_tamper(&shelf, "DELETE FROM record WHERE seq = 5");
	CU_ASSERT(shelf_is_refused(&shelf, "record 5 is missing"));
	shelf_remove(&shelf);
}

static void a_tail_that_was_cut_off_is_named(void)
{
	struct shelf shelf;

	shelf_fill(&shelf, 9);
	shelf_tamper(&shelf, "DELETE FROM record WHERE seq > 7");
	CU_ASSERT(shelf_is_refused(&shelf, "record 8 stands in "));
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "records.jsonl and not in the database"));
	shelf_remove(&shelf);
}

static void a_second_copy_that_was_cut_shorter_than_power_does_is_named(void)
{
	struct shelf shelf;
	off_t whole;

	shelf_fill(&shelf, 8);
	whole = shelf_size(&shelf, "records.jsonl");
	CU_ASSERT_FATAL(shelf_opens_with(&shelf, 8));
	CU_ASSERT_EQUAL(shelf_add(&shelf), 0);
	shelf_shut(&shelf);
	shelf_cut(&shelf, "records.jsonl", whole - 1);
	CU_ASSERT(shelf_is_refused(&shelf, "record 9 and others before it are missing in"));
	CU_ASSERT_EQUAL(shelf_size(&shelf, "records.jsonl"), whole - 1);
	shelf_remove(&shelf);
}

static void changed_columns_are_named(void)
{
	static const struct {
		const char *sql, *part;
	} CASES[] = {
		{"UPDATE record SET id = 'urn:uuid:other' WHERE seq = 3",
		 "record 3 is not what its leaf says"},
		{"UPDATE record SET type = 'cosign' WHERE seq = 3",
		 "record 3 is not what its leaf says"},
		{"UPDATE record SET leaf = zeroblob(32) WHERE seq = 3",
		 "record 3 is not what its leaf says"},
		{"UPDATE record SET sha256 = zeroblob(31) WHERE seq = 3",
		 "record 3 is not what its leaf says"},
		{"UPDATE record SET prev = zeroblob(32) WHERE seq = 3",
		 "record 3 does not follow the one before it"},
		{"UPDATE record SET at = 7 WHERE seq = 3",
		 "record 3 does not say where its second copy is"},
		{"UPDATE record SET size = -7 WHERE seq = 3",
		 "record 3 does not say where its second copy is"},
		{"UPDATE record SET size = size + 1 WHERE seq = 3",
		 "record 4 does not say where its second copy is"},
		{"UPDATE record SET seq = 99 WHERE seq = 6", "record 6 is missing"},
		{"PRAGMA user_version = 2", "a store of version 2"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct shelf shelf;

		shelf_fill(&shelf, 6);
		shelf_tamper(&shelf, CASES[i].sql);
		CU_ASSERT(shelf_is_refused(&shelf, CASES[i].part));
		shelf_remove(&shelf);
	}
}

static void a_changed_text_is_found_by_looking_at_every_byte(void)
{
	struct shelf shelf;
	uint64_t bad;

	shelf_fill(&shelf, 6);
	shelf_tamper(&shelf,
		     "UPDATE record SET text = CAST(replace(text, 'record', 'recard') AS BLOB)"
		     " WHERE seq = 4");
	CU_ASSERT_FATAL(shelf_opens_with(&shelf, 6));
	CU_ASSERT_EQUAL(store_check(shelf.store, &bad, &shelf.err), -1);
	CU_ASSERT_EQUAL(bad, 4);
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "record 4 is not the text that was signed"));
	shelf_remove(&shelf);
}

static void a_byte_of_the_second_copy_is_found(void)
{
	struct shelf shelf;
	off_t whole;
	uint64_t bad;

	shelf_fill(&shelf, 6);
	whole = shelf_size(&shelf, "records.jsonl");
	shelf_flip(&shelf, "records.jsonl", 3);
	CU_ASSERT_FATAL(shelf_opens_with(&shelf, 6));
	CU_ASSERT_EQUAL(store_check(shelf.store, &bad, &shelf.err), -1);
	CU_ASSERT_EQUAL(bad, 1);
	shelf_shut(&shelf);
	shelf_flip(&shelf, "records.jsonl", whole - 3);
	CU_ASSERT(shelf_is_refused(&shelf, "record 6 is another one in"));
	shelf_remove(&shelf);
}

/* Whatever byte of the database: it is found by opening or by looking at all, or was nobody's. */
static void no_byte_of_the_database_changes_what_is_read(void)
{
	struct shelf shelf;
	struct buf good, texts;
	uint64_t bad, random = 2463534242u;
	char *path;
	int found = 0;

	shelf_fill(&shelf, 24);
	path = shelf_path(&shelf, "records.db");
	buf_init(&good);
	buf_init(&texts);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 24, &good, &shelf.err), 0);
	for (int i = 0; i < 300; i++) {
		struct store_record record;
		char text[4096], id[64];
		bool whole;

		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		shelf_flip(&shelf, "records.db", (off_t)(random % good.size));
		whole = shelf_open(&shelf) && store_check(shelf.store, &bad, &shelf.err) == 0;
		found += !whole;
		if (whole)
			for (uint64_t n = 1; n <= 24; n++) {
				shelf_text(n, text, id);
				CU_ASSERT_EQUAL(
					store_get(shelf.store, n, &record, &texts, &shelf.err), 1);
				CU_ASSERT_STRING_EQUAL(record.text, text);
				CU_ASSERT_STRING_EQUAL(record.id, id);
			}
		shelf_shut(&shelf);
		CU_ASSERT_EQUAL_FATAL(file_write(path, good.data, good.size, &shelf.err), 0);
	}
	CU_ASSERT(found > 100);
	buf_done(&good);
	buf_done(&texts);
	free(path);
	shelf_remove(&shelf);
}

static void what_cannot_be_written_shuts_the_store(void)
{
	struct shelf shelf;
	char *path;
	int full;

	shelf_fill(&shelf, 2);
	path = shelf_path(&shelf, "records.jsonl");
	CU_ASSERT_FATAL(shelf_opens_with(&shelf, 2));
	full = open("/dev/full", O_WRONLY);
	CU_ASSERT_FATAL(full >= 0);
	/* the descriptor of the second copy leads to a full disk now */
	for (int fd = 3; fd < 64; fd++) {
		char link[64], name[128];
		ssize_t size;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		size = readlink(link, name, sizeof(name) - 1);
		if (size > 0 && (size_t)size == strlen(path) && !memcmp(name, path, (size_t)size))
			dup2(full, fd);
	}
	close(full);
	CU_ASSERT_EQUAL(shelf_add(&shelf), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "No space left on device"));
	CU_ASSERT_EQUAL(shelf_add(&shelf), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "a record was not written whole"));
	shelf_shut(&shelf);
	CU_ASSERT(shelf_opens_with(&shelf, 3));
	CU_ASSERT_EQUAL(shelf_add(&shelf), 0);
	free(path);
	shelf_remove(&shelf);
}

/* Moved away, or another file in its place, as somebody leaves it who puts back a copy; the file itself may come back. */
static void nothing_is_written_to_a_file_that_is_not_in_its_folder(void)
{
	static const char *const FILES[] = {"records.db", "records.jsonl"};

	for (size_t i = 0; i < sizeof(FILES) / sizeof(*FILES); i++) {
		struct shelf shelf;
		char *path, *away;
		struct buf text;

		shelf_fill(&shelf, 2);
		CU_ASSERT_FATAL(shelf_opens_with(&shelf, 2));
		path = shelf_path(&shelf, FILES[i]);
		away = shelf_path(&shelf, "away");
		buf_init(&text);
		CU_ASSERT_EQUAL_FATAL(rename(path, away), 0);
		CU_ASSERT_EQUAL(shelf_add(&shelf), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "was removed, moved or replaced"));
		CU_ASSERT_EQUAL(file_read(away, 1 << 20, &text, &shelf.err), 0);
		CU_ASSERT_EQUAL(file_write(path, text.data, text.size, &shelf.err), 0);
		CU_ASSERT_EQUAL(shelf_add(&shelf), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, FILES[i]));
		CU_ASSERT_EQUAL_FATAL(rename(away, path), 0);
		CU_ASSERT_EQUAL(shelf_add(&shelf), 0);
		shelf_shut(&shelf);
		CU_ASSERT(shelf_opens_with(&shelf, 3));
		buf_done(&text);
		free(away);
		free(path);
		shelf_remove(&shelf);
	}
}

void suite_store_damage(void)
{
	suite_begin("the store of records, damaged");
	claim(a_missing_record_is_named);
	claim(a_tail_that_was_cut_off_is_named);
	claim(a_second_copy_that_was_cut_shorter_than_power_does_is_named);
	claim(changed_columns_are_named);
	claim(a_changed_text_is_found_by_looking_at_every_byte);
	claim(a_byte_of_the_second_copy_is_found);
	claim(no_byte_of_the_database_changes_what_is_read);
	claim(what_cannot_be_written_shuts_the_store);
	claim(nothing_is_written_to_a_file_that_is_not_in_its_folder);
}

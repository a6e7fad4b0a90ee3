/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of records: what is appended is there and stays as it is, in two copies; what was cut off by a loss
 * of power is completed; whatever else is not as it was written keeps the store shut, by the number of the first
 * bad record.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/store.h"
#include "tests/claims.h"

struct shelf {
	char folder[64];
	struct store *store;
	struct error err;
};

static void shelf_make(struct shelf *shelf)
{
	memset(shelf, 0, sizeof(*shelf));
	strcpy(shelf->folder, "/dev/shm/davy-store-XXXXXX");
	if (!mkdtemp(shelf->folder)) {
		strcpy(shelf->folder, "/tmp/davy-store-XXXXXX");
		CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(shelf->folder));
	}
}

static bool shelf_open(struct shelf *shelf)
{
	shelf->store = store_open(shelf->folder, &shelf->err);
	return shelf->store != NULL;
}

static void shelf_shut(struct shelf *shelf)
{
	store_close(shelf->store);
	shelf->store = NULL;
}

static void shelf_remove(struct shelf *shelf)
{
	struct error err;

	shelf_shut(shelf);
	CU_ASSERT_EQUAL(file_remove_folder(shelf->folder, &err), 0);
}

/* Of record n: its text has n in it and is longer the greater n is. */
static void text_of(uint64_t n, char text[4096], char id[64])
{
	int used = snprintf(text, 4096, "{\"payload\":\"record %llu\",\"x\":\"",
			    (unsigned long long)n);

	for (uint64_t i = 0; i < n * 37 % 3000; i++)
		text[used++] = (char)('a' + i % 26);
	snprintf(text + used, 8, "\"}");
	snprintf(id, 64, "urn:uuid:019ca8d2-0000-7000-8000-%012llu", (unsigned long long)n);
}

static int add(struct shelf *shelf)
{
	struct store_record record = {
		.type = "event",
		.time = {.boot = "b00t", .boot_ms = 17, .wall = "2026-03-02T10:31:22+08:00"}};
	char text[4096], id[64];

	store_next(shelf->store, &record.seq, record.prev);
	text_of(record.seq, text, id);
	record.id = id;
	record.text = text;
	record.size = strlen(text);
	return store_append(shelf->store, &record, &shelf->err);
}

/* A shut store of so many records. */
static void shelf_fill(struct shelf *shelf, int count)
{
	shelf_make(shelf);
	CU_ASSERT_FATAL(shelf_open(shelf));
	for (int i = 0; i < count; i++)
		CU_ASSERT_EQUAL(add(shelf), 0);
	shelf_shut(shelf);
}

static bool opens_with(struct shelf *shelf, uint64_t count)
{
	if (!shelf_open(shelf)) {
		printf("        it was: %s\n", shelf->err.text);
		return false;
	}
	return store_count(shelf->store) == count;
}

/* It does not open, and says this. */
static bool is_refused(struct shelf *shelf, const char *part)
{
	if (shelf_open(shelf))
		printf("        it opened\n");
	else if (!strstr(shelf->err.text, part))
		printf("        it was: %s\n", shelf->err.text);
	else
		return true;
	return false;
}

static char *path_of(const struct shelf *shelf, const char *name)
{
	return xprintf("%s/%s", shelf->folder, name);
}

/* What somebody does with another program, who has taken the triggers away. */
static void tamper(struct shelf *shelf, const char *sql)
{
	char *path = path_of(shelf, "records.db"), *why = NULL;
	sqlite3 *db;

	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "DROP TRIGGER record_stays; DROP TRIGGER record_is_kept;", NULL, NULL,
		     NULL);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		CU_FAIL(why);
	sqlite3_free(why);
	sqlite3_close(db);
	free(path);
}

static off_t size_of(const struct shelf *shelf, const char *name)
{
	char *path = path_of(shelf, name);
	struct stat stat_of;

	CU_ASSERT_EQUAL(stat(path, &stat_of), 0);
	free(path);
	return stat_of.st_size;
}

static void cut(struct shelf *shelf, const char *name, off_t size)
{
	char *path = path_of(shelf, name);

	CU_ASSERT_EQUAL(truncate(path, size), 0);
	free(path);
}

static void flip(struct shelf *shelf, const char *name, off_t at)
{
	char *path = path_of(shelf, name);
	int fd = open(path, O_RDWR);
	unsigned char byte;

	CU_ASSERT_EQUAL(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	CU_ASSERT_EQUAL(pwrite(fd, &byte, 1, at), 1);
	close(fd);
	free(path);
}

/* ---- as it should be ---- */

static void what_was_appended_is_there_after_opening_again(void)
{
	struct shelf shelf;
	struct store_record record;
	char text[4096], id[64];
	uint64_t seq = 0, bad;
	struct buf texts;

	shelf_fill(&shelf, 20);
	CU_ASSERT_FATAL(opens_with(&shelf, 20));
	buf_init(&texts);
	for (uint64_t n = 1; n <= 20; n++) {
		text_of(n, text, id);
		CU_ASSERT_EQUAL_FATAL(store_get(shelf.store, n, &record, &texts, &shelf.err), 1);
		CU_ASSERT_EQUAL(record.seq, n);
		CU_ASSERT_STRING_EQUAL(record.id, id);
		CU_ASSERT_STRING_EQUAL(record.type, "event");
		CU_ASSERT_STRING_EQUAL(record.text, text);
		CU_ASSERT_EQUAL(record.size, strlen(text));
		CU_ASSERT_STRING_EQUAL(record.time.boot, "b00t");
		CU_ASSERT_EQUAL(record.time.boot_ms, 17);
		CU_ASSERT_STRING_EQUAL(record.time.wall, "2026-03-02T10:31:22+08:00");
		CU_ASSERT_FALSE(record.time.is_synchronised);
		CU_ASSERT_EQUAL(store_find(shelf.store, id, &seq, &shelf.err), 1);
		CU_ASSERT_EQUAL(seq, n);
	}
	CU_ASSERT_EQUAL(store_get(shelf.store, 21, &record, &texts, &shelf.err), 0);
	CU_ASSERT_EQUAL(store_find(shelf.store, "urn:uuid:none", &seq, &shelf.err), 0);
	CU_ASSERT_EQUAL(store_check(shelf.store, &bad, &shelf.err), 0);
	buf_done(&texts);
	shelf_remove(&shelf);
}

static void the_second_copy_has_the_same_texts_line_by_line(void)
{
	struct shelf shelf;
	char text[4096], id[64];
	struct buf copy, expected;
	char *path;

	shelf_fill(&shelf, 5);
	path = path_of(&shelf, "records.jsonl");
	buf_init(&copy);
	buf_init(&expected);
	for (uint64_t n = 1; n <= 5; n++) {
		text_of(n, text, id);
		buf_printf(&expected, "%s\n", text);
	}
	CU_ASSERT_EQUAL(file_read(path, 1 << 20, &copy, &shelf.err), 0);
	CU_ASSERT_STRING_EQUAL(copy.data, expected.data);
	buf_done(&copy);
	buf_done(&expected);
	free(path);
	shelf_remove(&shelf);
}

static void the_tree_is_that_of_its_leaves(void)
{
	struct shelf shelf;
	uint8_t root[HASH_SIZE], again[HASH_SIZE];

	shelf_fill(&shelf, 13);
	CU_ASSERT_FATAL(opens_with(&shelf, 13));
	merkle_root(store_tree(shelf.store), root);
	CU_ASSERT_EQUAL(merkle_root_of(store_leaf, shelf.store, 0, 13, again, &shelf.err), 0);
	CU_ASSERT_EQUAL(memcmp(root, again, HASH_SIZE), 0);
	CU_ASSERT_EQUAL(add(&shelf), 0);
	merkle_root(store_tree(shelf.store), root);
	CU_ASSERT_EQUAL(merkle_root_of(store_leaf, shelf.store, 0, 14, again, &shelf.err), 0);
	CU_ASSERT_EQUAL(memcmp(root, again, HASH_SIZE), 0);
	CU_ASSERT_EQUAL(store_leaf(shelf.store, 14, root, &shelf.err), -1);
	shelf_remove(&shelf);
}

static void a_record_in_another_place_is_refused(void)
{
	struct shelf shelf;
	struct store_record record = {.type = "event",
				      .id = "urn:uuid:x",
				      .text = "{}",
				      .size = 2,
				      .time = {.boot = "", .wall = ""}};

	shelf_fill(&shelf, 3);
	CU_ASSERT_FATAL(opens_with(&shelf, 3));
	store_next(shelf.store, &record.seq, record.prev);
	record.seq = 5;
	CU_ASSERT_EQUAL(store_append(shelf.store, &record, &shelf.err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "number 5 of its chain cannot be number 4"));
	record.seq = 4;
	record.prev[7] ^= 1;
	CU_ASSERT_EQUAL(store_append(shelf.store, &record, &shelf.err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(
		shelf.err.text, "record 4 was made behind another one than the store's last"));
	record.prev[7] ^= 1;
	record.text = "{\n}";
	record.size = 3;
	CU_ASSERT_EQUAL(store_append(shelf.store, &record, &shelf.err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "is too large, or not one line"));
	record.text = "{}";
	record.size = 2;
	record.id = "urn:uuid:019ca8d2-0000-7000-8000-000000000002";
	CU_ASSERT_EQUAL(store_append(shelf.store, &record, &shelf.err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "there is a record"));
	CU_ASSERT_EQUAL(store_count(shelf.store), 3);
	CU_ASSERT_EQUAL(add(&shelf), 0);
	shelf_shut(&shelf);
	CU_ASSERT(opens_with(&shelf, 4));
	shelf_remove(&shelf);
}

static void records_are_neither_changed_nor_removed(void)
{
	struct shelf shelf;
	char *path, *why = NULL;
	sqlite3 *db;

	shelf_fill(&shelf, 2);
	path = path_of(&shelf, "records.db");
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_NOT_EQUAL(sqlite3_exec(db, "UPDATE record SET wall = ''", NULL, NULL, &why),
			    SQLITE_OK);
	CU_ASSERT_STRING_EQUAL(why, "records are not changed");
	sqlite3_free(why);
	CU_ASSERT_NOT_EQUAL(sqlite3_exec(db, "DELETE FROM record", NULL, NULL, &why), SQLITE_OK);
	CU_ASSERT_STRING_EQUAL(why, "records are not removed");
	sqlite3_free(why);
	sqlite3_close(db);
	free(path);
	shelf_remove(&shelf);
}

static void a_store_has_one_process(void)
{
	struct shelf shelf;
	struct error err;

	shelf_make(&shelf);
	CU_ASSERT_FATAL(shelf_open(&shelf));
	CU_ASSERT_EQUAL(add(&shelf), 0);
	CU_ASSERT_PTR_NULL(store_open(shelf.folder, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "locked"));
	CU_ASSERT_EQUAL(add(&shelf), 0);
	shelf_remove(&shelf);
}

/* ---- power ---- */

static void a_second_copy_cut_inside_its_last_line_is_completed(void)
{
	struct shelf shelf;
	off_t whole, before;

	shelf_fill(&shelf, 3);
	before = size_of(&shelf, "records.jsonl");
	CU_ASSERT_FATAL(opens_with(&shelf, 3));
	CU_ASSERT_EQUAL(add(&shelf), 0);
	shelf_shut(&shelf);
	whole = size_of(&shelf, "records.jsonl");
	for (off_t size = before; size < whole; size++) {
		uint64_t bad;

		cut(&shelf, "records.jsonl", size);
		CU_ASSERT_FATAL(opens_with(&shelf, 4));
		CU_ASSERT_EQUAL(store_check(shelf.store, &bad, &shelf.err), 0);
		shelf_shut(&shelf);
		CU_ASSERT_EQUAL(size_of(&shelf, "records.jsonl"), whole);
	}
	shelf_remove(&shelf);
}

/* A process that appends until it is killed, and says how far it came. */
static void append_for_ever(struct shelf *shelf, int told)
{
	uint64_t count;

	if (!shelf_open(shelf))
		_exit(1);
	for (;;) {
		if (add(shelf) < 0)
			_exit(1);
		count = store_count(shelf->store);
		if (write(told, &count, sizeof(count)) != sizeof(count))
			_exit(1);
	}
}

static void what_was_told_before_a_kill_is_there(void)
{
	struct shelf shelf;
	uint64_t random = 88172645463325252u, told_ever = 0;

	shelf_make(&shelf);
	for (int kill_number = 0; kill_number < 40; kill_number++) {
		uint64_t told = 0, count, bad;
		int pipes[2], status;
		pid_t pid;

		CU_ASSERT_EQUAL_FATAL(pipe2(pipes, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0)
			append_for_ever(&shelf, pipes[1]);
		close(pipes[1]);
		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		if (kill_number % 2) /* while it appends; else perhaps while it opens */
			CU_ASSERT_EQUAL(read(pipes[0], &told, sizeof(told)), sizeof(told));
		usleep((useconds_t)(random % 15000));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		CU_ASSERT(WIFSIGNALED(status));
		while (read(pipes[0], &count, sizeof(count)) == sizeof(count))
			told = count;
		close(pipes[0]);
		told_ever += told > 0;
		CU_ASSERT_FATAL(shelf_open(&shelf));
		CU_ASSERT(store_count(shelf.store) >= told &&
			  (told == 0 || store_count(shelf.store) <= told + 1));
		CU_ASSERT_EQUAL(store_check(shelf.store, &bad, &shelf.err), 0);
		shelf_shut(&shelf);
	}
	CU_ASSERT(told_ever >= 20);
	shelf_remove(&shelf);
}

/* ---- damage ---- */

static void a_missing_record_is_named(void)
{
	struct shelf shelf;

	shelf_fill(&shelf, 9);
	tamper(&shelf, "DELETE FROM record WHERE seq = 5");
	CU_ASSERT(is_refused(&shelf, "record 5 is missing"));
	shelf_remove(&shelf);
}

static void a_tail_that_was_cut_off_is_named(void)
{
	struct shelf shelf;

	shelf_fill(&shelf, 9);
	tamper(&shelf, "DELETE FROM record WHERE seq > 7");
	CU_ASSERT(is_refused(&shelf, "record 8 stands in "));
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "records.jsonl and not in the database"));
	shelf_remove(&shelf);
}

static void a_second_copy_that_was_cut_shorter_than_power_does_is_named(void)
{
	struct shelf shelf;
	off_t whole;

	shelf_fill(&shelf, 8);
	whole = size_of(&shelf, "records.jsonl");
	CU_ASSERT_FATAL(opens_with(&shelf, 8));
	CU_ASSERT_EQUAL(add(&shelf), 0);
	shelf_shut(&shelf);
	cut(&shelf, "records.jsonl", whole - 1);
	CU_ASSERT(is_refused(&shelf, "record 9 and others before it are missing in"));
	CU_ASSERT_EQUAL(size_of(&shelf, "records.jsonl"), whole - 1);
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
		tamper(&shelf, CASES[i].sql);
		CU_ASSERT(is_refused(&shelf, CASES[i].part));
		shelf_remove(&shelf);
	}
}

static void a_changed_text_is_found_by_looking_at_every_byte(void)
{
	struct shelf shelf;
	uint64_t bad;

	shelf_fill(&shelf, 6);
	tamper(&shelf, "UPDATE record SET text = CAST(replace(text, 'record', 'recard') AS BLOB)"
		       " WHERE seq = 4");
	CU_ASSERT_FATAL(opens_with(&shelf, 6));
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
	whole = size_of(&shelf, "records.jsonl");
	flip(&shelf, "records.jsonl", 3);
	CU_ASSERT_FATAL(opens_with(&shelf, 6));
	CU_ASSERT_EQUAL(store_check(shelf.store, &bad, &shelf.err), -1);
	CU_ASSERT_EQUAL(bad, 1);
	shelf_shut(&shelf);
	flip(&shelf, "records.jsonl", whole - 3);
	CU_ASSERT(is_refused(&shelf, "record 6 is another one in"));
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
	path = path_of(&shelf, "records.db");
	buf_init(&good);
	buf_init(&texts);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 24, &good, &shelf.err), 0);
	for (int i = 0; i < 300; i++) {
		struct store_record record;
		char text[4096], id[64];
		bool whole;

		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		flip(&shelf, "records.db", (off_t)(random % good.size));
		whole = shelf_open(&shelf) && store_check(shelf.store, &bad, &shelf.err) == 0;
		found += !whole;
		if (whole)
			for (uint64_t n = 1; n <= 24; n++) {
				text_of(n, text, id);
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
	path = path_of(&shelf, "records.jsonl");
	CU_ASSERT_FATAL(opens_with(&shelf, 2));
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
	CU_ASSERT_EQUAL(add(&shelf), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "No space left on device"));
	CU_ASSERT_EQUAL(add(&shelf), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "a record was not written whole"));
	shelf_shut(&shelf);
	CU_ASSERT(opens_with(&shelf, 3));
	CU_ASSERT_EQUAL(add(&shelf), 0);
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
		CU_ASSERT_FATAL(opens_with(&shelf, 2));
		path = path_of(&shelf, FILES[i]);
		away = path_of(&shelf, "away");
		buf_init(&text);
		CU_ASSERT_EQUAL_FATAL(rename(path, away), 0);
		CU_ASSERT_EQUAL(add(&shelf), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, "was removed, moved or replaced"));
		CU_ASSERT_EQUAL(file_read(away, 1 << 20, &text, &shelf.err), 0);
		CU_ASSERT_EQUAL(file_write(path, text.data, text.size, &shelf.err), 0);
		CU_ASSERT_EQUAL(add(&shelf), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(shelf.err.text, FILES[i]));
		CU_ASSERT_EQUAL_FATAL(rename(away, path), 0);
		CU_ASSERT_EQUAL(add(&shelf), 0);
		shelf_shut(&shelf);
		CU_ASSERT(opens_with(&shelf, 3));
		buf_done(&text);
		free(away);
		free(path);
		shelf_remove(&shelf);
	}
}

void suite_store(void)
{
	suite_begin("the store of records");
	claim(what_was_appended_is_there_after_opening_again);
	claim(the_second_copy_has_the_same_texts_line_by_line);
	claim(the_tree_is_that_of_its_leaves);
	claim(a_record_in_another_place_is_refused);
	claim(records_are_neither_changed_nor_removed);
	claim(a_store_has_one_process);
	claim(a_second_copy_cut_inside_its_last_line_is_completed);
	claim(what_was_told_before_a_kill_is_there);
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

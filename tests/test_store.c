/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of records: what is appended is there and stays as it is, in two copies; what was cut off by a loss of power is
 * completed.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"
#include "tests/shelf_rig.h"

/* ---- as it should be ---- */

static void what_was_appended_is_there_after_opening_again(void)
{
	struct shelf shelf;
	struct store_record record;
	char text[4096], id[64];
	uint64_t seq = 0, bad;
	struct buf texts;

	shelf_fill(&shelf, 20);
	CU_ASSERT_FATAL(shelf_opens_with(&shelf, 20));
	buf_init(&texts);
	for (uint64_t n = 1; n <= 20; n++) {
		shelf_text(n, text, id);
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
	path = shelf_path(&shelf, "records.jsonl");
	buf_init(&copy);
	buf_init(&expected);
	for (uint64_t n = 1; n <= 5; n++) {
		shelf_text(n, text, id);
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
	CU_ASSERT_FATAL(shelf_opens_with(&shelf, 13));
	merkle_root(store_tree(shelf.store), root);
	CU_ASSERT_EQUAL(merkle_root_of(store_leaf, shelf.store, 0, 13, again, &shelf.err), 0);
	CU_ASSERT_EQUAL(memcmp(root, again, HASH_SIZE), 0);
	CU_ASSERT_EQUAL(shelf_add(&shelf), 0);
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
	CU_ASSERT_FATAL(shelf_opens_with(&shelf, 3));
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
	CU_ASSERT_EQUAL(shelf_add(&shelf), 0);
	shelf_shut(&shelf);
	CU_ASSERT(shelf_opens_with(&shelf, 4));
	shelf_remove(&shelf);
}

static void records_are_neither_changed_nor_removed(void)
{
	struct shelf shelf;
	char *path, *why = NULL;
	sqlite3 *db;

	shelf_fill(&shelf, 2);
	path = shelf_path(&shelf, "records.db");
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
	CU_ASSERT_EQUAL(shelf_add(&shelf), 0);
	CU_ASSERT_PTR_NULL(store_open(shelf.folder, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "locked"));
	CU_ASSERT_EQUAL(shelf_add(&shelf), 0);
	shelf_remove(&shelf);
}

/* ---- power ---- */

static void a_second_copy_cut_inside_its_last_line_is_completed(void)
{
	struct shelf shelf;
	off_t whole, before;

	shelf_fill(&shelf, 3);
	before = shelf_size(&shelf, "records.jsonl");
	CU_ASSERT_FATAL(shelf_opens_with(&shelf, 3));
	CU_ASSERT_EQUAL(shelf_add(&shelf), 0);
	shelf_shut(&shelf);
	whole = shelf_size(&shelf, "records.jsonl");
	for (off_t size = before; size < whole; size++) {
		uint64_t bad;

		shelf_cut(&shelf, "records.jsonl", size);
		CU_ASSERT_FATAL(shelf_opens_with(&shelf, 4));
		CU_ASSERT_EQUAL(store_check(shelf.store, &bad, &shelf.err), 0);
		shelf_shut(&shelf);
		CU_ASSERT_EQUAL(shelf_size(&shelf, "records.jsonl"), whole);
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
		if (shelf_add(shelf) < 0)
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
}

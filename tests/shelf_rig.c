/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/shelf_rig.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"

void shelf_make(struct shelf *shelf)
{
	memset(shelf, 0, sizeof(*shelf));
	strcpy(shelf->folder, "/dev/shm/davy-store-XXXXXX");
	if (!mkdtemp(shelf->folder)) {
		strcpy(shelf->folder, "/tmp/davy-store-XXXXXX");
		CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(shelf->folder));
	}
}

bool shelf_open(struct shelf *shelf)
{
	shelf->store = store_open(shelf->folder, &shelf->err);
	return shelf->store != NULL;
}

void shelf_shut(struct shelf *shelf)
{
	store_close(shelf->store);
	shelf->store = NULL;
}

void shelf_remove(struct shelf *shelf)
{
	struct error err;

	shelf_shut(shelf);
	CU_ASSERT_EQUAL(file_remove_folder(shelf->folder, &err), 0);
}

void shelf_text(uint64_t n, char text[4096], char id[64])
{
	int used = snprintf(text, 4096, "{\"payload\":\"record %llu\",\"x\":\"",
			    (unsigned long long)n);

	for (uint64_t i = 0; i < n * 37 % 3000; i++)
		text[used++] = (char)('a' + i % 26);
	snprintf(text + used, 8, "\"}");
	snprintf(id, 64, "urn:uuid:019ca8d2-0000-7000-8000-%012llu", (unsigned long long)n);
}

int shelf_add(struct shelf *shelf)
{
	struct store_record record = {
		.type = "event",
		.time = {.boot = "b00t", .boot_ms = 17, .wall = "2026-03-02T10:31:22+08:00"}};
	char text[4096], id[64];

	store_next(shelf->store, &record.seq, record.prev);
	shelf_text(record.seq, text, id);
	record.id = id;
	record.text = text;
	record.size = strlen(text);
	return store_append(shelf->store, &record, &shelf->err);
}

void shelf_fill(struct shelf *shelf, int count)
{
	shelf_make(shelf);
	CU_ASSERT_FATAL(shelf_open(shelf));
	for (int i = 0; i < count; i++)
		CU_ASSERT_EQUAL(shelf_add(shelf), 0);
	shelf_shut(shelf);
}

bool shelf_opens_with(struct shelf *shelf, uint64_t count)
{
	if (!shelf_open(shelf)) {
		printf("        it was: %s\n", shelf->err.text);
		return false;
	}
	return store_count(shelf->store) == count;
}

bool shelf_is_refused(struct shelf *shelf, const char *part)
{
	if (shelf_open(shelf))
		printf("        it opened\n");
	else if (!strstr(shelf->err.text, part))
		printf("        it was: %s\n", shelf->err.text);
	else
		return true;
	return false;
}

char *shelf_path(const struct shelf *shelf, const char *name)
{
	return xprintf("%s/%s", shelf->folder, name);
}

void shelf_tamper(struct shelf *shelf, const char *sql)
{
	char *path = shelf_path(shelf, "records.db"), *why = NULL;
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

off_t shelf_size(const struct shelf *shelf, const char *name)
{
	char *path = shelf_path(shelf, name);
	struct stat stat_of;

	CU_ASSERT_EQUAL(stat(path, &stat_of), 0);
	free(path);
	return stat_of.st_size;
}

void shelf_cut(struct shelf *shelf, const char *name, off_t size)
{
	char *path = shelf_path(shelf, name);

	CU_ASSERT_EQUAL(truncate(path, size), 0);
	free(path);
}

void shelf_flip(struct shelf *shelf, const char *name, off_t at)
{
	char *path = shelf_path(shelf, name);
	int fd = open(path, O_RDWR);
	unsigned char byte;

	CU_ASSERT_EQUAL(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	CU_ASSERT_EQUAL(pwrite(fd, &byte, 1, at), 1);
	close(fd);
	free(path);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a state folder proves, and that whatever is done to it is found: bytes, tails, runs, series, chains, keys, and runs
 * that were simulated and pose as real ones. The folder is made by a controller, with a run that passed, one that failed
 * and one that used up its specimen.
 */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "run/chain.h"
#include "run/proof.h"
#include "tests/claims.h"
#include "tests/forger.h"
#include "tests/lab_rig.h"

enum { FLIPS = 300 };

static void flip(const char *path, off_t at, uint8_t mask)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	CU_ASSERT_FATAL(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= mask;
	CU_ASSERT_FATAL(pwrite(fd, &byte, 1, at) == 1);
	close(fd);
}

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : 0;
}

/* ---- claims ---- */

static void a_folder_as_it_was_made_is_proved(void)
{
	struct proof_wish wish = {0};
	struct value *says;
	struct lab lab;

	lab_open(&lab);
	wish.program = lab.house.bench.program;
	says = lab_prove(&lab, &wish);
	CU_ASSERT(value_get_bool(says, "good"));
	CU_ASSERT_EQUAL(value_get_int(value_get(says, "log"), "records", 0), RECORDS);
	CU_ASSERT_EQUAL(value_count(value_get(says, "runs")), 3);
	CU_ASSERT(proof_has(says, "proved", "records") && proof_has(says, "proved", "checkpoint") &&
		  proof_has(says, "proved", "database") && proof_has(says, "proved", "keys") &&
		  proof_has(says, "proved", "journals") && proof_has(says, "proved", "replays") &&
		  proof_has(says, "proved", "folder"));
	CU_ASSERT(proof_has(says, "notProved", "gas") && proof_has(says, "notProved", "key") &&
		  proof_has(says, "notProved", "after") && proof_has(says, "notProved", "time"));
	value_free(says);
	lab_close(&lab);
}

/* Whole, where it has NULs, too. */
static void add_column(struct buf *text, sqlite3_stmt *row, int k)
{
	const void *bytes = sqlite3_column_blob(row, k);
	size_t size = (size_t)sqlite3_column_bytes(row, k);

	buf_printf(text, "%d|%zu|", sqlite3_column_type(row, k), size);
	for (size_t i = 0; i < size; i++)
		buf_printf(text, "%02x", ((const uint8_t *)bytes)[i]);
}

/* All that the database says, as it is read. */
static char *dump(const struct lab *lab)
{
	static const char *const TABLES[] = {"SELECT quote(name), quote(sql) FROM sqlite_schema",
					     "SELECT * FROM pragma_user_version",
					     "SELECT * FROM about",
					     "SELECT * FROM record ORDER BY seq"};
	char *path = xprintf("file:%s/records/records.db?immutable=1", lab->state);
	struct buf text;
	sqlite3 *db;

	buf_init(&text);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK)
		for (size_t i = 0; i < 4; i++) {
			sqlite3_stmt *row = NULL;
			int step = SQLITE_ERROR;

			sqlite3_prepare_v2(db, TABLES[i], -1, &row, NULL);
			while (row && (step = sqlite3_step(row)) == SQLITE_ROW)
				for (int k = 0; k < sqlite3_column_count(row); k++)
					add_column(&text, row, k);
			buf_printf(&text, "=%d\n", step);
			sqlite3_finalize(row);
		}
	sqlite3_close(db);
	free(path);
	return buf_detach(&text);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* One byte, which is put back; was it found? What no reader of the database can see is no harm, and not counted. */
static bool flip_is_found(const struct lab *lab, const char *path, const char *db, const char *was,
			  uint32_t *seed, int *found)
{
	off_t at = (off_t)(next_random(seed) % (uint32_t)size_of(path));
	uint8_t mask = (uint8_t)(1u << next_random(seed) % 8);
	struct value *says;
	bool good;

	flip(path, at, mask);
	says = lab_prove(lab, &(struct proof_wish){0});
	good = value_get_bool(says, "good");
	value_free(says);
	*found += !good;
	if (good && !strcmp(path, db)) {
		char *is = dump(lab);

		good = strcmp(is, was) != 0;
		free(is);
	}
	if (good)
		printf("        not found: %s, byte %lld, bit %#x\n", path, (long long)at, mask);
	flip(path, at, mask);
	return !good;
}

static void every_flipped_bit_is_found(void)
{
	static const char *const NAMES[] = {"records/records.jsonl", "records/records.db",
					    "records/checkpoint", "checkpoint"};
	uint32_t seed = 20261126;
	int found[10] = {0};
	char *files[10], *was;
	size_t count = 0;
	struct lab lab;

	lab_open(&lab);
	for (size_t i = 0; i < 4; i++)
		files[count++] = lab_file(&lab, -1, NAMES[i]);
	for (int i = 0; i < 3; i++) {
		files[count++] = lab_file(&lab, i, "journal");
		files[count++] = lab_file(&lab, i, "record.json");
	}
	was = dump(&lab);
	for (int i = 0; i < FLIPS; i++) {
		size_t which = next_random(&seed) % count;

		CU_ASSERT(flip_is_found(&lab, files[which], files[1], was, &seed, &found[which]));
	}
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT(found[i] > 0);
		free(files[i]);
	}
	free(was);
	lab_close(&lab);
}

static void a_cut_tail_is_found_at_the_first_missing_record(void)
{
	char *path, *text, *line;
	struct buf lines;
	struct error err;
	struct lab lab;

	lab_open(&lab);
	path = lab_file(&lab, -1, "records/records.jsonl");
	buf_init(&lines);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 24, &lines, &err), 0);
	text = lines.data;
	for (int keep = RECORDS - 1; keep >= 1; keep--) {
		line = text;
		for (int i = 0; i < keep; i++)
			line = strchr(line, '\n') + 1;
		CU_ASSERT_EQUAL_FATAL(truncate(path, line - text), 0);
		CU_ASSERT(lab_finds(&lab, keep + 1, "is missing"));
		CU_ASSERT_EQUAL_FATAL(truncate(path, line - text - 7), 0);
		CU_ASSERT(lab_finds(&lab, keep, "the file ends inside this record"));
	}
	buf_done(&lines);
	free(path);
	lab_close(&lab);
}

static void a_run_that_was_taken_out_is_found(void)
{
	char *journal, *folder;
	struct error err;
	struct lab lab;

	lab_open(&lab);
	journal = lab_file(&lab, 1, "journal");
	CU_ASSERT_EQUAL(unlink(journal), 0);
	CU_ASSERT(lab_finds(&lab, 3, "journal"));
	folder = xprintf("%s/runs/%s", lab.state, lab.runs[1]);
	CU_ASSERT_EQUAL(file_remove_folder(folder, &err), 0);
	CU_ASSERT(lab_finds(&lab, 3, "its journal is missing"));
	lab_restore(&lab);
	CU_ASSERT_EQUAL(forge(&(struct forgery){.state = lab.state, .removes = 3}), 0);
	CU_ASSERT(lab_finds(&lab, 0, "it has a verdict and no record"));
	lab_restore(&lab);
	CU_ASSERT_EQUAL(
		forge(&(struct forgery){.state = lab.state, .removes = 3, .keeps_database = true}),
		0);
	CU_ASSERT(lab_finds(&lab, 3, "records.db it is another one"));
	free(folder);
	free(journal);
	lab_close(&lab);
}

/* The chain is made anew behind what somebody changed, so that the journal by itself is sound. */
static void chain_again(const char *path, void (*change)(uint8_t *segment, size_t size))
{
	struct buf was, made;
	struct chain chain;
	struct error err;
	char *line, *end;

	buf_init(&was);
	buf_init(&made);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 26, &was, &err), 0);
	chain_init(&chain);
	for (line = was.data; line < was.data + was.size; line = end) {
		size_t text =
			(size_t)((char *)memchr(line, '\n', (size_t)(was.data + was.size - line)) -
				 line) -
			CHAIN_TAIL;
		char *bytes = memmem(line, text, "\"bytes\":", 8),
		     *raw = line + text + CHAIN_TAIL + 1;
		size_t size =
			!strncmp(line, "{\"k\":\"segment\"", 14) ? strtoul(bytes + 8, NULL, 10) : 0;
		char hex[HASH_HEX_SIZE];

		if (size)
			change((uint8_t *)raw, size);
		chain_add(&chain, line, text, raw, size);
		hash_hex(chain.digest, hex);
		buf_add(&made, line, text);
		buf_printf(&made, " %s\n", hex);
		buf_add(&made, raw, size ? size + 1 : 0);
		end = raw + (size ? size + 1 : 0);
	}
	CU_ASSERT_EQUAL_FATAL(file_write(path, made.data, made.size, &err), 0);
	chain_done(&chain);
	buf_done(&was);
	buf_done(&made);
}

static size_t entry_size(const uint8_t *entry)
{
	return 16 + (entry[4] | (size_t)entry[5] << 8 | (size_t)entry[6] << 16);
}

/* A sample becomes another one. */
static void swap_sample(uint8_t *segment, size_t size)
{
	for (size_t at = 0; at < size; at += entry_size(segment + at))
		if (segment[at] == 4)
			segment[at + 16] ^= 1;
}

static void a_series_that_was_swapped_is_named(void)
{
	struct lab lab;
	char *journal;

	lab_open(&lab);
	journal = lab_file(&lab, 0, "journal");
	chain_again(journal, swap_sample);
	CU_ASSERT(lab_finds(&lab, 2, "its series 'sample'"));
	free(journal);
	lab_close(&lab);
}

static void nothing(struct value *payload)
{
	(void)payload;
}

static void call_it_passed(struct value *payload)
{
	value_set_text(payload, "disposition", "conformant");
	value_set_text((struct value *)value_get(payload, "mse:run"), "mse:verdict", "PASS");
}

static void call_it_real(struct value *payload)
{
	value_set_bool((struct value *)value_get(payload, "mse:run"), "mse:simulated", false);
}

static void a_verdict_that_does_not_follow_from_its_journal_is_found(void)
{
	struct lab lab;

	lab_open(&lab);
	CU_ASSERT_EQUAL(
		forge(&(struct forgery){.state = lab.state, .edits = 3, .edit = call_it_passed}),
		0);
	CU_ASSERT(lab_finds(&lab, 3, "does not follow from its journal"));
	lab_close(&lab);
}

static void a_simulated_run_cannot_pose_as_real(void)
{
	struct lab lab;

	lab_open(&lab);
	CU_ASSERT_EQUAL(
		forge(&(struct forgery){.state = lab.state, .edits = 2, .edit = call_it_real}), 0);
	CU_ASSERT(lab_finds(
		&lab, 2,
		"it says that its run was real, and is signed by the key for what was simulated"));
	lab_restore(&lab);
	CU_ASSERT_EQUAL(
		forge(&(struct forgery){
			.state = lab.state, .edits = 2, .edit = nothing, .swaps_keys = true}),
		0);
	CU_ASSERT(lab_finds(
		&lab, 2,
		"it says that its run was simulated, and is signed by the key for what was real"));
	lab_restore(&lab);
	CU_ASSERT_EQUAL(
		forge(&(struct forgery){
			.state = lab.state, .edits = 2, .edit = call_it_real, .swaps_keys = true}),
		0);
	CU_ASSERT(lab_finds(&lab, 2, "its journal says that it was simulated, the record real"));
	lab_close(&lab);
}

/* A controller that has it is no reason not to look: it writes to what nobody finds. */
static void a_database_that_is_gone_is_missed(void)
{
	struct lab lab;
	char *path;
	int lock;

	lab_open(&lab);
	path = lab_file(&lab, -1, "records/records.db");
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT(lab_finds(&lab, 0, "the database is missing"));
	free(path);
	path = lab_file(&lab, -1, "controller.lock");
	lock = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	CU_ASSERT_FATAL(lock >= 0 && write(lock, "4711\n", 5) == 5);
	CU_ASSERT_EQUAL_FATAL(flock(lock, LOCK_EX | LOCK_NB), 0);
	CU_ASSERT(lab_finds(&lab, 0, "the database is missing"));
	close(lock);
	free(path);
	lab_close(&lab);
}

static void what_follows_from_a_run_is_as_real_as_the_run(void)
{
	struct lab lab;

	lab_open(&lab);
	CU_ASSERT_EQUAL(
		forge(&(struct forgery){
			.state = lab.state, .edits = 5, .edit = nothing, .swaps_keys = true}),
		0);
	CU_ASSERT(lab_finds(&lab, 5,
			    "it follows from a run that was simulated, and is signed as real"));
	lab_close(&lab);
}

static void a_log_written_anew_is_found_by_its_keys_or_an_older_checkpoint(void)
{
	struct proof_wish wish = {0};
	char *older, *keys;
	struct value *says;
	struct error err;
	struct lab lab;

	lab_open(&lab);
	older = xprintf("%s/checkpoint", lab.kept);
	wish.checkpoint = older;
	says = lab_prove(&lab, &wish);
	CU_ASSERT(value_get_bool(says, "good") && proof_has(says, "proved", "older"));
	value_free(says);
	CU_ASSERT_EQUAL(forge(&(struct forgery){.state = lab.state, .has_no_keys = true}), 0);
	CU_ASSERT(lab_finds(&lab, 1, "written anew under another key"));
	keys = lab_file(&lab, -1, "keys");
	file_remove_folder(keys, &err);
	CU_ASSERT(lab_finds_by(&lab, &wish, 0, "has not signed it with the key"));
	lab_restore(&lab);
	CU_ASSERT_EQUAL(
		forge(&(struct forgery){.state = lab.state, .edits = 3, .edit = call_it_passed}),
		0);
	CU_ASSERT(lab_finds_by(&lab, &wish, 0, "the log was written anew"));
	free(keys);
	free(older);
	lab_close(&lab);
}

void suite_proof(void)
{
	suite_begin("what a state folder proves");
	claim(a_folder_as_it_was_made_is_proved);
	claim(every_flipped_bit_is_found);
	claim(a_cut_tail_is_found_at_the_first_missing_record);
	claim(a_run_that_was_taken_out_is_found);
	claim(a_series_that_was_swapped_is_named);
	claim(a_verdict_that_does_not_follow_from_its_journal_is_found);
	claim(a_simulated_run_cannot_pose_as_real);
	claim(a_database_that_is_gone_is_missed);
	claim(what_follows_from_a_run_is_as_real_as_the_run);
	claim(a_log_written_anew_is_found_by_its_keys_or_an_older_checkpoint);
}

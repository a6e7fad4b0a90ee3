/* SPDX-License-Identifier: Apache-2.0 */
/* What power leaves behind that goes while a record is written is no forgery, and what looks like it is found. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"
#include "tests/forger.h"
#include "tests/lab_rig.h"

/* Is it good, but for this, which is not proved? */
static bool proved_but_for(const struct lab *lab, const char *what)
{
	struct value *says = lab_prove(lab, &(struct proof_wish){0});
	bool is = value_get_bool(says, "good") && proof_has(says, "notProved", what) &&
		  value_get_int(value_get(says, "log"), "records", 0) == RECORDS;

	if (!is)
		proof_names(says, 0, what);
	value_free(says);
	return is;
}

static void add_to_copy(const struct lab *lab, const char *bytes, size_t size)
{
	char *path = lab_file(lab, -1, "records/records.jsonl");
	FILE *file = fopen(path, "ae");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fwrite(bytes, 1, size, file), size);
	fclose(file);
	free(path);
}

/* As it is found between a last record and its second copy: the database has it, no checkpoint does. */
static char *cut_power(const struct lab *lab)
{
	char *path = lab_file(lab, -1, "records/records.jsonl"), *last;
	struct buf was;
	struct error err;

	buf_init(&was);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 24, &was, &err), 0);
	was.data[was.size - 1] = '\0';
	last = xstrdup(strrchr(was.data, '\n') + 1);
	CU_ASSERT_EQUAL_FATAL(forge(&(struct forgery){.state = lab->state,
						      .removes = RECORDS,
						      .keeps_database = true}),
			      0);
	buf_done(&was);
	free(path);
	return last;
}

static void power_between_a_record_and_its_second_copy_is_no_forgery(void)
{
	struct lab lab;
	char *last;

	lab_open(&lab);
	last = cut_power(&lab);
	CU_ASSERT(proved_but_for(&lab, "copy"));
	add_to_copy(&lab, last, strlen(last) / 2);
	CU_ASSERT(proved_but_for(&lab, "copy"));
	add_to_copy(&lab, last + strlen(last) / 2, strlen(last) - strlen(last) / 2);
	CU_ASSERT(proved_but_for(&lab, "copy"));
	free(last);
	lab_close(&lab);
}

static void tamper(const struct lab *lab, const char *sql)
{
	char *path = lab_file(lab, -1, "records/records.db"), *why = NULL;
	sqlite3 *db;

	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		CU_FAIL(why);
	sqlite3_free(why);
	sqlite3_close(db);
	free(path);
}

static void what_power_does_not_do_is_found(void)
{
	static const char SCHEMA[] =
		"PRAGMA journal_mode = DELETE; PRAGMA writable_schema = ON;"
		"CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE type = 'trigger';"
		"DROP TRIGGER record_stays; DROP TRIGGER record_is_kept;"
		"UPDATE record SET %s WHERE seq = 5;"
		"INSERT INTO sqlite_schema SELECT * FROM kept";
	char *sql;
	struct lab lab;

	lab_open(&lab);
	free(cut_power(&lab));
	add_to_copy(&lab, "{\"signatures\":", 14);
	CU_ASSERT(lab_finds(&lab, 5, "the file ends inside this record"));
	lab_restore(&lab);
	free(cut_power(&lab));
	sql = xprintf(SCHEMA,
		      "text = CAST(replace(text, '\"payload\":\"e', '\"payload\":\"f') AS BLOB)");
	tamper(&lab, sql);
	CU_ASSERT(lab_finds(&lab, 5, "record 5"));
	free(sql);
	lab_restore(&lab);
	free(cut_power(&lab));
	sql = xprintf(SCHEMA, "wall = '2020-01-01T00:00:00Z'");
	tamper(&lab, sql);
	CU_ASSERT(lab_finds(&lab, 5, "what stands beside it is not what it says"));
	free(sql);
	lab_close(&lab);
}

static void a_record_that_is_not_beside_its_journal_yet_is_not_lost(void)
{
	struct lab lab;
	char *path;

	lab_open(&lab);
	path = lab_file(&lab, 1, "record.json");
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT(proved_but_for(&lab, "beside"));
	free(path);
	lab_close(&lab);
}

/* A bench that was just begun: its first record stands, and its checkpoint. */
static void begin(struct house *house)
{
	char *beside;

	house_open(house);
	beside = xprintf("%s/checkpoint", house->bench.state);
	for (int i = 0; i < 1000 * claims_slowness() && !file_exists(beside); i++)
		usleep(10000);
	house_kill(house);
	free(beside);
}

static void take_away(const struct house *house, const char *name)
{
	char *path = xprintf("%s/%s", house->bench.state, name);

	CU_ASSERT_EQUAL(unlink(path), 0);
	free(path);
}

static struct value *prove(const struct house *house)
{
	struct error err;
	struct value *says = proof_of_state(house->bench.state, &(struct proof_wish){0}, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(says);
	return says;
}

static void power_before_the_first_checkpoint_is_no_forgery(void)
{
	static const char *const CHECKPOINTS[] = {"checkpoint", "records/checkpoint"};
	struct house house;

	begin(&house);
	for (size_t i = 0; i < 2; i++) {
		struct value *says;

		take_away(&house, CHECKPOINTS[i]);
		says = prove(&house);
		CU_ASSERT_EQUAL(value_get_int(value_get(says, "log"), "records", 0), 1);
		CU_ASSERT(value_get_bool(says, "good") && proof_has(says, "notProved", "after"));
		value_free(says);
	}
	house_close(&house);
}

/* Whether all was removed or nothing was there yet nobody can tell; it is not called altered. */
static void power_before_the_first_record_is_told_as_what_it_may_be(void)
{
	static const char *const FILES[] = {"records/records.jsonl", "checkpoint",
					    "records/checkpoint", "records/records.db"};
	struct house house;

	begin(&house);
	for (size_t i = 0; i < 4; i++) {
		struct value *says;
		const struct value *problems;
		bool owed;

		take_away(&house, FILES[i]);
		says = prove(&house);
		problems = value_get(says, "problems");
		owed = value_count(problems) == 1 && value_get_bool(value_at(problems, 0), "owed");
		CU_ASSERT(!value_get_bool(says, "good"));
		CU_ASSERT_EQUAL(owed, i >= 2); /* a checkpoint tells that there were records */
		value_free(says);
	}
	house_close(&house);
}

void suite_proof_power(void)
{
	suite_begin("what power leaves of a state folder");
	claim(power_between_a_record_and_its_second_copy_is_no_forgery);
	claim(what_power_does_not_do_is_found);
	claim(power_before_the_first_checkpoint_is_no_forgery);
	claim(power_before_the_first_record_is_told_as_what_it_may_be);
	claim(a_record_that_is_not_beside_its_journal_yet_is_not_lost);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bench's key changes by a record that its last key signs: whoever reads the log from its first record follows, and nobody
 * with another key is let in by it. Wherever it is cut off, the bench goes on with the key that its log says.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/bench_log.h"
#include "record/checkpoint.h"
#include "record/jws.h"
#include "record/log_read.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

static const struct moment NOW = {.wall = {.ms = 1772418682418, .zone_minutes = 480},
				  .boot = "6b1e0f5e-6c1a-4f0d-b0d8-90f1f2c7a001",
				  .boot_ms = 8123441,
				  .error_ms = 42};
static const char WHY[] = "a year is over";

struct change {
	struct record_rig *files;
	struct bench_log *log;
	struct error err;
};

static bool opens(struct change *change)
{
	bench_log_close(change->log);
	change->log = bench_log_open(change->files->folder, &NOW, &change->err);
	if (!change->log)
		printf("        it was: %s\n", change->err.text);
	return change->log != NULL;
}

static void shut(struct change *change)
{
	bench_log_close(change->log);
	change->log = NULL;
}

static void change_open(struct change *change)
{
	*change = (struct change){.files = record_rig_new()};
	CU_ASSERT_FATAL(opens(change));
}

static void change_close(struct change *change)
{
	shut(change);
	record_rig_free(change->files);
}

static int add(struct change *change)
{
	struct value *says = value_map();
	struct bench_entry entry = {.kind = "note", .says = says};
	int done;

	value_set_text(says, "what", "甲烷");
	done = bench_log_append(change->log, &entry, &NOW, NULL, &change->err);
	value_free(says);
	return done;
}

static int rotate(struct change *change)
{
	return bench_log_rotate(change->log, WHY, &NOW, NULL, &change->err);
}

static struct key *key_in(struct change *change, const char *name)
{
	return key_load(record_rig_path(change->files, name), NULL, &change->err);
}

static void copy(struct change *change, const char *from, const char *to)
{
	struct buf bytes;

	buf_init(&bytes);
	CU_ASSERT_EQUAL_FATAL(
		file_read(record_rig_path(change->files, from), 1 << 20, &bytes, &change->err), 0);
	CU_ASSERT_EQUAL_FATAL(file_write(record_rig_path(change->files, to), bytes.data, bytes.size,
					 &change->err),
			      0);
	CU_ASSERT_EQUAL_FATAL(chmod(change->files->path, 0600), 0);
	buf_done(&bytes);
}

static bool is_there(struct change *change, const char *name)
{
	return file_exists(record_rig_path(change->files, name));
}

/* The whole log is good, and as long as that; `reader` has read it. */
static bool reads(struct change *change, struct log_reader *reader, uint64_t count)
{
	size_t torn;
	int done = log_read_file(reader, record_rig_path(change->files, "records/records.jsonl"),
				 NULL, NULL, &torn, &change->err);

	if (done < 0)
		printf("        it was: %s\n", change->err.text);
	return done == 0 && torn == 0 && log_reader_at(reader) == count;
}

static bool is_good(struct change *change, uint64_t count)
{
	struct log_reader *reader = log_reader_new(LOG_WHOLE);
	bool good = reads(change, reader, count);

	log_reader_free(reader);
	return good;
}

/* Is that the text of a checkpoint of this log? */
static bool is_checkpoint(struct change *change, struct log_reader *reader, const char *name)
{
	struct checkpoint *checkpoint = NULL;
	struct buf text;

	buf_init(&text);
	if (file_read(record_rig_path(change->files, name), 65536, &text, &change->err) == 0)
		checkpoint =
			log_reader_checkpoint(reader, text.data, text.size, name, &change->err);
	checkpoint_free(checkpoint);
	buf_done(&text);
	return checkpoint != NULL;
}

/* The log's records, a line each; `texts` keeps them. */
static void lines_of(struct change *change, struct buf *texts, char *lines[4])
{
	char *rest;

	buf_init(texts);
	CU_ASSERT_EQUAL_FATAL(file_read(record_rig_path(change->files, "records/records.jsonl"),
					1 << 20, texts, &change->err),
			      0);
	for (int i = 0; i < 4; i++) {
		lines[i] = strtok_r(i ? NULL : texts->data, "\n", &rest);
		CU_ASSERT_PTR_NOT_NULL_FATAL(lines[i]);
	}
}

/* The same record as another key signs it. */
static char *signed_by(const struct key *key, const char *line)
{
	struct error err;
	struct jws *was = jws_parse(line, strlen(line), "record", &err), *is;
	struct jws_act act = jws_act(was, 0);
	const char *payload;
	struct buf text;
	size_t size;

	payload = jws_payload(was, &size);
	is = jws_new(payload, size);
	act.more = NULL;
	if (jws_sign(is, key, &act, &err) < 0)
		CU_FAIL_FATAL(err.text);
	buf_init(&text);
	jws_write(is, 1, &text);
	jws_free(is);
	jws_free(was);
	return buf_detach(&text);
}

/* Which of these lines a reader takes, as bits. */
static int taken(enum log_extent extent, char *const *lines, int which, struct error *err)
{
	struct log_reader *reader = log_reader_new(extent);
	struct log_record record;
	int bits = 0;

	for (int i = 0; i < 4; i++)
		if (which & 1 << i &&
		    log_reader_take(reader, lines[i], strlen(lines[i]), &record, err) == 0)
			bits |= 1 << i;
	log_reader_free(reader);
	return bits;
}

/* ---- claims ---- */

static void a_bench_gets_another_key_and_its_last_one_signs_for_it(void)
{
	struct change change;
	struct key *was, *is;
	struct log_reader *reader = log_reader_new(LOG_WHOLE);

	change_open(&change);
	was = key_in(&change, "keys/bench.pem");
	CU_ASSERT_EQUAL_FATAL(rotate(&change), 0);
	CU_ASSERT_EQUAL_FATAL(add(&change), 0);
	is = key_in(&change, "keys/bench.pem");

	CU_ASSERT_FALSE(key_same(was, is));
	CU_ASSERT_FALSE(is_there(&change, "keys/bench.next.pem"));
	CU_ASSERT(reads(&change, reader, 3));
	CU_ASSERT(key_same(log_reader_key(reader, false), is));
	CU_ASSERT(is_checkpoint(&change, reader, "checkpoint"));
	CU_ASSERT(opens(&change));
	CU_ASSERT_EQUAL(add(&change), 0);
	log_reader_free(reader);
	key_free(was);
	key_free(is);
	change_close(&change);
}

static void it_may_change_again_and_again(void)
{
	struct change change;

	change_open(&change);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(rotate(&change), 0);
		CU_ASSERT_EQUAL(add(&change), 0);
	}
	CU_ASSERT(is_good(&change, 7));
	CU_ASSERT(opens(&change));
	change_close(&change);
}

static void a_change_without_a_reason_changes_nothing(void)
{
	char *long_why = xcalloc(1, 402);
	struct change change;

	change_open(&change);
	memset(long_why, 'x', 401);
	CU_ASSERT(bench_log_rotate(change.log, NULL, &NOW, NULL, &change.err) < 0);
	CU_ASSERT(bench_log_rotate(change.log, "", &NOW, NULL, &change.err) < 0);
	CU_ASSERT(bench_log_rotate(change.log, long_why, &NOW, NULL, &change.err) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(change.err.text, "why the bench's key changes"));
	CU_ASSERT(is_good(&change, 1));
	CU_ASSERT_FALSE(is_there(&change, "keys/bench.next.pem"));
	free(long_why);
	change_close(&change);
}

static void nobody_else_signs_for_it_and_the_last_key_signs_nothing_behind_it(void)
{
	struct change change;
	struct key *was, *stranger = rfc_key(1);
	char *lines[4], *forged[4];
	struct buf texts;

	change_open(&change);
	was = key_in(&change, "keys/bench.pem");
	CU_ASSERT_EQUAL_FATAL(add(&change), 0);
	CU_ASSERT_EQUAL_FATAL(rotate(&change), 0);
	CU_ASSERT_EQUAL_FATAL(add(&change), 0);
	lines_of(&change, &texts, lines);
	memcpy(forged, lines, sizeof(lines));
	CU_ASSERT_EQUAL(taken(LOG_WHOLE, lines, 15, &change.err), 15);

	forged[3] = signed_by(was, lines[3]);
	CU_ASSERT_EQUAL(taken(LOG_WHOLE, forged, 15, &change.err), 7);
	CU_ASSERT_EQUAL(taken(LOG_CHOICE, forged, 15, &change.err), 7);
	CU_ASSERT_EQUAL(taken(LOG_CHOICE, lines, 11, &change.err), 3);
	CU_ASSERT_EQUAL(taken(LOG_CHOICE, lines, 13, &change.err), 13);
	free(forged[3]);
	forged[3] = lines[3];
	forged[2] = signed_by(stranger, lines[2]);
	CU_ASSERT_EQUAL(taken(LOG_WHOLE, forged, 15, &change.err), 3);
	free(forged[2]);
	key_free(stranger);
	key_free(was);
	buf_done(&texts);
	change_close(&change);
}

static void a_checkpoint_is_signed_by_the_key_of_its_time(void)
{
	struct log_reader *reader = log_reader_new(LOG_WHOLE);
	struct change change;
	struct checkpoint *last;
	struct key *was;
	struct buf text;

	change_open(&change);
	was = key_in(&change, "keys/bench.pem");
	copy(&change, "checkpoint", "before");
	CU_ASSERT_EQUAL_FATAL(rotate(&change), 0);
	CU_ASSERT(reads(&change, reader, 2));
	CU_ASSERT(is_checkpoint(&change, reader, "before"));
	CU_ASSERT(is_checkpoint(&change, reader, "checkpoint"));

	buf_init(&text);
	CU_ASSERT_EQUAL(
		file_read(record_rig_path(change.files, "checkpoint"), 65536, &text, &change.err),
		0);
	last = checkpoint_parse(text.data, text.size, "checkpoint", &change.err);
	buf_clear(&text);
	{
		struct checkpoint *forged =
			checkpoint_new(last->origin, last->size, last->root, NULL, &change.err);

		CU_ASSERT_EQUAL(note_sign(forged->note, last->origin, was, &change.err), 0);
		note_write(forged->note, &text);
		checkpoint_free(forged);
	}
	record_rig_write(change.files, "checkpoint", text.data, 0644);
	CU_ASSERT_FALSE(is_checkpoint(&change, reader, "checkpoint"));
	CU_ASSERT_FALSE(opens(&change));
	checkpoint_free(last);
	buf_done(&text);
	key_free(was);
	log_reader_free(reader);
	change_close(&change);
}

static void a_change_that_is_cut_off_before_its_record_is_forgotten(void)
{
	struct change change;

	change_open(&change);
	shut(&change);
	record_rig_write(change.files, "keys/bench.next.pem", "-----BEGIN PRIV", 0600);
	CU_ASSERT(opens(&change));
	CU_ASSERT_FALSE(is_there(&change, "keys/bench.next.pem"));
	CU_ASSERT_EQUAL(add(&change), 0);
	CU_ASSERT(is_good(&change, 2));
	change_close(&change);
}

/* The state behind each step that follows the record: with the old checkpoints, and with the new. */
static void a_change_that_is_cut_off_behind_its_record_is_completed(void)
{
	for (int step = 0; step < 2; step++) {
		struct change change;
		struct key *was, *is;

		change_open(&change);
		copy(&change, "keys/bench.pem", "old.pem");
		copy(&change, "checkpoint", "old");
		CU_ASSERT_EQUAL_FATAL(rotate(&change), 0);
		shut(&change);
		copy(&change, "keys/bench.pem", "keys/bench.next.pem");
		copy(&change, "old.pem", "keys/bench.pem");
		if (step == 0) {
			copy(&change, "old", "checkpoint");
			copy(&change, "old", "records/checkpoint");
		}
		was = key_in(&change, "old.pem");
		CU_ASSERT(opens(&change));
		is = key_in(&change, "keys/bench.pem");
		CU_ASSERT_FALSE(key_same(was, is));
		CU_ASSERT_FALSE(is_there(&change, "keys/bench.next.pem"));
		CU_ASSERT_EQUAL(add(&change), 0);
		CU_ASSERT(is_good(&change, 3));
		key_free(was);
		key_free(is);
		change_close(&change);
	}
}

static void the_last_key_put_back_is_refused(void)
{
	struct change change;

	change_open(&change);
	copy(&change, "keys/bench.pem", "old.pem");
	CU_ASSERT_EQUAL_FATAL(rotate(&change), 0);
	shut(&change);
	copy(&change, "old.pem", "keys/bench.pem");
	CU_ASSERT_FALSE(opens(&change));
	CU_ASSERT_PTR_NOT_NULL(strstr(change.err.text, "it was handed over to"));
	change_close(&change);
}

/* One that goes on changing its key, and is killed a moment after so many changes. */
static void kill_while_changing(struct change *change, int changes, useconds_t after)
{
	int ends[2];
	char told;
	pid_t child;

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		change->log = bench_log_open(change->files->folder, &NOW, &change->err);
		while (change->log && write(ends[1], "x", 1) == 1 && rotate(change) == 0)
			;
		_exit(1);
	}
	close(ends[1]);
	for (int i = 0; i <= changes; i++)
		CU_ASSERT_EQUAL(read(ends[0], &told, 1), 1);
	usleep(after);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ends[0]);
}

static void killed_at_any_moment_it_goes_on_with_the_key_that_its_log_says(void)
{
	unsigned seed = 20261126;
	struct change change;
	uint64_t count = 1;

	change_open(&change);
	for (int i = 0; i < 40; i++) {
		shut(&change);
		kill_while_changing(&change, i % 3, (useconds_t)(rand_r(&seed) % 60000));
		CU_ASSERT_FATAL(opens(&change));
		CU_ASSERT(bench_log_count(change.log) >= count + (uint64_t)(i % 3));
		CU_ASSERT_EQUAL(add(&change), 0);
		count = bench_log_count(change.log);
	}
	CU_ASSERT(is_good(&change, count));
	change_close(&change);
}

void suite_rotation(void)
{
	suite_begin("rotation");
	claim(a_bench_gets_another_key_and_its_last_one_signs_for_it);
	claim(it_may_change_again_and_again);
	claim(a_change_without_a_reason_changes_nothing);
	claim(nobody_else_signs_for_it_and_the_last_key_signs_nothing_behind_it);
	claim(a_checkpoint_is_signed_by_the_key_of_its_time);
	claim(a_change_that_is_cut_off_before_its_record_is_forgotten);
	claim(a_change_that_is_cut_off_behind_its_record_is_completed);
	claim(the_last_key_put_back_is_refused);
	claim(killed_at_any_moment_it_goes_on_with_the_key_that_its_log_says);
}

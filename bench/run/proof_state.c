/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof of a whole state folder: nothing is missing between the first record and the checkpoint, every run that was
 * recorded has its journal, and every journal with a verdict its record.
 *
 * The checkpoint is read before the records: a controller that goes on appends records first. The runs are gone through
 * behind the log, whose lines are read again for them, so that nothing of a long log is kept in memory but its leaves.
 *
 * A record is written to the database, then to its second copy, then a checkpoint is made of it, and last it is put beside its
 * journal. Power that goes in between is no damage: a last record that the database alone has is taken as any other.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/store_compare.h"
#include "run/account.h"
#include "run/controller.h"
#include "run/proof_inside.h"

struct recorded {
	char *run;
	uint64_t seq, at; /* where its line begins */
	size_t size;
	bool is_simulated;
};

struct state_proof {
	struct proof proof;
	const char *state;
	char *records;	 /* the folder */
	bool is_served;	 /* a controller has it */
	uint64_t at;	 /* the end of the line that was read last */
	uint64_t *lines; /* where each line begins */
	size_t line_count, line_room;
	struct recorded *runs;
	size_t count, room;
	struct store_compare *compare; /* NULL: it is not compared, or has been refused */
	uint64_t checkpoint_size;      /* records; 0: of none that can be read */
	struct buf uncopied;	       /* the last record, where the second copy lacks it … */
	uint64_t uncopied_at;	       /* … and where it would stand */
};

/* ---- the log ---- */

static void keep_run(struct state_proof *of, const struct log_record *record, const char *run)
{
	if (of->count == of->room) {
		of->room = of->room ? of->room * 2 : 64;
		of->runs = xrealloc(of->runs, of->room * sizeof(*of->runs));
	}
	of->runs[of->count++] = (struct recorded){.run = xstrdup(run),
						  .seq = record->entry->seq,
						  .at = of->at,
						  .size = record->size,
						  .is_simulated = record->is_simulated};
}

static void keep_line(struct state_proof *of)
{
	if (of->line_count == of->line_room) {
		of->line_room = of->line_room ? of->line_room * 2 : 1024;
		of->lines = xrealloc(of->lines, of->line_room * sizeof(*of->lines));
	}
	of->lines[of->line_count++] = of->at;
}

/* Of records.jsonl. */
static int read_again(const struct state_proof *of, uint64_t at, size_t size, struct buf *text,
		      struct error *err)
{
	char *path = xprintf("%s/records.jsonl", of->records);
	FILE *file = fopen(path, "re");
	char *line = xcalloc(size + 1, 1);
	int done = 0;

	if (!file || fseeko(file, (off_t)at, SEEK_SET) < 0 || fread(line, 1, size, file) != size)
		done = error_os(err, "%s: cannot be read again", path);
	else
		buf_add(text, line, size);
	free(line);
	if (file)
		fclose(file);
	free(path);
	return done;
}

static int read_line(const struct state_proof *of, uint64_t at, size_t size, struct buf *text,
		     struct error *err)
{
	if (!of->uncopied.size || at != of->uncopied_at)
		return read_again(of, at, size, text, err);
	buf_add(text, of->uncopied.data, size);
	return 0;
}

/* A record_text_fn, of a record before the one that is looked at. */
static int line_text(void *ctx, uint64_t seq, struct buf *text, struct error *err)
{
	const struct state_proof *of = ctx;

	if (seq < 1 || seq >= of->line_count)
		return error_set(err, ERROR_REFUSED, "there is no record %" PRIu64 " before it",
				 seq);
	return read_line(of, of->lines[seq - 1], (size_t)(of->lines[seq] - of->lines[seq - 1] - 1),
			 text, err);
}

static void compare_next(struct state_proof *of, const struct log_record *record)
{
	struct error err;

	if (!of->compare || store_compare_next(of->compare, record, &err) == 0)
		return;
	proof_problem(&of->proof, record->entry->seq, NULL, NULL, err.text);
	store_compare_close(of->compare);
	of->compare = NULL;
}

static int each(void *ctx, const struct log_record *record, struct error *err)
{
	struct state_proof *of = ctx;
	const char *run = proof_run_name(record->entry);

	(void)err;
	keep_line(of);
	proof_record(&of->proof, record);
	if (run)
		keep_run(of, record, run);
	compare_next(of, record);
	of->at += record->size + 1;
	return 0;
}

static void open_database(struct state_proof *of)
{
	const char *why = store_compare_hindered(of->records, of->is_served);
	struct error err;

	if (why) {
		proof_not_proved(&of->proof, "database", why);
		return;
	}
	of->compare = store_compare_open(of->records, &err);
	if (!of->compare)
		proof_problem(&of->proof, 0, NULL, "records/records.db", err.text);
}

static void end_database(struct state_proof *of)
{
	struct error err;

	if (!of->compare)
		return;
	if (store_compare_end(of->compare, &err) < 0)
		proof_problem(&of->proof, 0, NULL, "records/records.db", err.text);
	else
		proof_proved(&of->proof, "database");
	store_compare_close(of->compare);
}

/* What stands behind the last whole line is the beginning of this text? */
static bool begins(const struct state_proof *of, size_t torn)
{
	struct error ignored;
	struct buf tail;
	bool is;

	buf_init(&tail);
	is = torn <= of->uncopied.size && read_again(of, of->at, torn, &tail, &ignored) == 0 &&
	     (torn == 0 || memcmp(tail.data, of->uncopied.data, torn) == 0);
	buf_done(&tail);
	return is;
}

/* Has power ended the second copy of the last record? One that a checkpoint was made of had been copied. */
static bool is_cut_short(struct state_proof *of, size_t torn)
{
	struct error ignored;

	return of->compare && of->checkpoint_size <= log_reader_at(of->proof.reader) &&
	       store_compare_uncopied(of->compare, &of->uncopied, &ignored) == 1 &&
	       begins(of, torn);
}

/* 1: the log has one more record; 0: none. */
static int take_uncopied(struct state_proof *of, size_t torn, struct error *err)
{
	struct log_record record;

	if (!is_cut_short(of, torn)) {
		buf_clear(&of->uncopied);
		return 0;
	}
	of->uncopied_at = of->at;
	if (log_reader_take(of->proof.reader, of->uncopied.data, of->uncopied.size, &record, err) <
		    0 ||
	    each(of, &record, err) < 0)
		return -1;
	value_set_int(proof_not_proved(&of->proof, "copy", NULL), "seq",
		      (int64_t)record.entry->seq);
	return 1;
}

/* The whole log was good up to its end? */
static bool read_log(struct state_proof *of)
{
	struct proof *proof = &of->proof;
	char *path = xprintf("%s/records.jsonl", of->records);
	struct error err;
	size_t torn;
	int more = -1;
	bool good;

	if (!of->checkpoint_size && !file_exists(path)) {
		proof_owed(proof, NULL,
			   "there is no record here yet, and no checkpoint of any: all were "
			   "removed, or power went before the first one and the next start of a "
			   "controller makes it");
		free(path);
		return false;
	}
	open_database(of);
	if (log_read_file(proof->reader, path, each, of, &torn, &err) == 0)
		more = take_uncopied(of, torn, &err);
	good = more >= 0;
	if (!good)
		proof_problem(proof, log_reader_at(proof->reader), NULL, NULL, err.text);
	else if (torn && more == 0 && !of->is_served)
		proof_problem(
			proof, log_reader_at(proof->reader) + 1, NULL, "records/records.jsonl",
			"the file ends inside this record; if power went, the next start of a "
			"controller completes it");
	if (good)
		end_database(of);
	else
		store_compare_close(of->compare);
	if (good)
		value_set_int(proof_proved(proof, "records"), "count",
			      (int64_t)log_reader_at(proof->reader));
	free(path);
	return good;
}

/* ---- checkpoints ---- */

/* Takes the checkpoint. */
static void contains(struct state_proof *of, struct checkpoint *was, const char *path)
{
	struct proof *proof = &of->proof;
	uint64_t count = log_reader_tree(proof->reader)->size;
	struct error err;

	if (log_reader_contains(proof->reader, was, path, &err) < 0)
		proof_problem(proof, was->size > count ? count + 1 : 0, NULL, path, err.text);
	checkpoint_free(was);
}

static void check_checkpoints(struct state_proof *of, struct buf texts[2], bool whole)
{
	static const char *const NAMES[] = {"records/checkpoint", "checkpoint"};
	struct proof *proof = &of->proof;
	struct error err;

	for (size_t i = 0; i < 2; i++) {
		struct checkpoint *one;

		if (!texts[i].size && log_reader_at(proof->reader) <= 1)
			continue; /* power went before the first one was made */
		one = log_reader_checkpoint(proof->reader, texts[i].data, texts[i].size, NAMES[i],
					    &err);

		if (!one) {
			proof_problem(proof, 0, NULL, NAMES[i], err.text);
			continue;
		}
		if (!proof->checkpoint || one->size > proof->checkpoint->size) {
			struct checkpoint *other = proof->checkpoint;

			proof->checkpoint = one;
			one = other;
		}
		if (one && whole)
			contains(of, one, NAMES[i]);
		else
			checkpoint_free(one);
	}
}

static void check_last(struct state_proof *of)
{
	struct proof *proof = &of->proof;
	uint64_t count = log_reader_tree(proof->reader)->size;
	struct error err;

	if (!proof->checkpoint) {
		value_set_int(proof_not_proved(proof, "after", NULL), "count", (int64_t)count);
		return;
	}
	if (log_reader_contains(proof->reader, proof->checkpoint, "checkpoint", &err) < 0)
		proof_problem(proof, proof->checkpoint->size > count ? count + 1 : 0, NULL,
			      "checkpoint", err.text);
	else
		value_set_int(proof_proved(proof, "checkpoint"), "size",
			      (int64_t)proof->checkpoint->size);
	value_set_int(proof_not_proved(proof, "after", NULL), "count",
		      count > proof->checkpoint->size ? (int64_t)(count - proof->checkpoint->size)
						      : 0);
}

static void check_older(struct state_proof *of)
{
	struct proof *proof = &of->proof;
	struct checkpoint *older = proof_checkpoint(proof, proof->wish->checkpoint);
	size_t before = value_count(value_get(proof->says, "problems"));
	uint64_t size;

	if (!older)
		return;
	size = older->size;
	contains(of, older, proof->wish->checkpoint);
	if (value_count(value_get(proof->says, "problems")) == before)
		value_set_int(proof_proved(proof, "older"), "size", (int64_t)size);
}

/* ---- keys ---- */

/* Power went between the record of a hand-over and its files: the next start completes them. */
static bool is_handing_over(const struct state_proof *of)
{
	char *path = xprintf("%s/keys/bench.next.pem", of->state);
	struct error ignored;
	struct key *next = key_load(path, NULL, &ignored);
	bool is_next = next && key_same(next, log_reader_key(of->proof.reader, false));

	key_free(next);
	free(path);
	return is_next;
}

/* The keys that the log has now. */
static void check_keys(struct state_proof *of)
{
	static const char *const NAMES[] = {"bench", "simulation"};
	bool known = true;

	for (size_t i = 0; i < 2; i++) {
		char *path = xprintf("%s/keys/%s.pem", of->state, NAMES[i]);
		struct error err;
		struct key *key = key_load(path, NULL, &err);

		if (key && !key_same(key, log_reader_key(of->proof.reader, i)) &&
		    (i > 0 || !is_handing_over(of)))
			proof_problem(
				&of->proof, 1, NULL, path,
				"this is not the key with which the log was begun, or to which it "
				"was handed over: the log was written anew under another key, or "
				"the key was changed");
		known = known && key;
		key_free(key);
		free(path);
	}
	if (known)
		proof_proved(&of->proof, "keys");
}

/* ---- runs ---- */

static int read_event(const struct state_proof *of, const struct recorded *run, struct buf *text,
		      struct entry *entry, struct error *err)
{
	struct jws *jws = NULL;

	if (read_line(of, run->at, run->size, text, err) == 0)
		jws = entry_parse(entry, text->data, text->size, "its record", err);
	jws_free(jws);
	return jws ? 0 : -1;
}

static void check_beside(struct state_proof *of, const struct recorded *run, const char *folder,
			 const struct buf *text)
{
	char *path = xprintf("%s/record.json", folder);
	struct buf beside;
	struct error err;

	buf_init(&beside);
	if (!file_exists(path))
		value_set_text(proof_not_proved(&of->proof, "beside", NULL), "run", run->run);
	else if (file_read(path, JWS_LARGEST, &beside, &err) < 0)
		proof_problem(&of->proof, run->seq, run->run, path, err.text);
	else if (beside.size != text->size || memcmp(beside.data, text->data, text->size) != 0)
		proof_problem(&of->proof, run->seq, run->run, path,
			      "the record beside the journal is another one than that in the log");
	buf_done(&beside);
	free(path);
}

static bool is_here(const char *folder)
{
	char *path = xprintf("%s/journal", folder);
	bool is = file_exists(path);

	free(path);
	return is;
}

static void check_run(struct state_proof *of, const struct recorded *run)
{
	char *folder = xprintf("%s/runs/%s", of->state, run->run);
	struct entry entry;
	struct error err;
	struct buf text;

	buf_init(&text);
	if (strchr(run->run, '/') || !strcmp(run->run, "..") || !file_exists(folder))
		proof_problem(&of->proof, run->seq, run->run, NULL,
			      "its journal is missing: the run's folder is not there");
	else if (read_event(of, run, &text, &entry, &err) < 0)
		proof_problem(&of->proof, run->seq, run->run, NULL, err.text);
	else {
		check_beside(of, run, folder, &text);
		proof_photos(&of->proof, folder, run->seq, entry.says);
		if (is_here(folder) ||
		    !proof_is_away(&of->proof, run->seq, entry.says, run->is_simulated))
			proof_run(&of->proof, folder, run->seq, entry.says, run->is_simulated);
		entry_done(&entry);
	}
	buf_done(&text);
	free(folder);
}

static int by_name(const void *a, const void *b)
{
	const struct recorded *one = a, *other = b;
	int order = strcmp(one->run, other->run);

	return order ? order : one->seq < other->seq ? -1 : 1;
}

static void check_unrecorded(struct state_proof *of, const char *name)
{
	char *folder = xprintf("%s/runs/%s", of->state, name);
	struct error err;
	struct account *account = account_read(folder, &err);

	if (!account)
		proof_problem(&of->proof, 0, name, NULL, err.text);
	else if (account->verdict && !account->head) /* no record can be made of it */
		value_set_text(proof_not_proved(&of->proof, "unbegun", NULL), "run", name);
	else if (account->verdict && !of->is_served)
		proof_owed(&of->proof, name,
			   "it has a verdict and no record: its record was removed, or power went "
			   "and the next start of a controller makes it");
	else
		value_set_text(proof_not_proved(&of->proof, "unrecorded", NULL), "run", name);
	account_free(account);
	free(folder);
}

static void check_folders(struct state_proof *of)
{
	size_t before = value_count(value_get(of->proof.says, "problems"));
	struct recorded *sorted = xcalloc(of->count + 1, sizeof(*sorted));
	size_t count;
	char **names = account_list(of->state, &count);

	if (of->count)
		memcpy(sorted, of->runs, of->count * sizeof(*sorted));
	qsort(sorted, of->count, sizeof(*sorted), by_name);
	for (size_t i = 1; i < of->count; i++)
		if (!strcmp(sorted[i - 1].run, sorted[i].run))
			proof_problem(&of->proof, sorted[i].seq, sorted[i].run, NULL,
				      "this run was recorded before");
	for (size_t i = 0; i < count; i++) {
		struct recorded like = {.run = names[i]};
		size_t low = 0, high = of->count;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (by_name(&sorted[middle], &like) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (low == of->count || strcmp(sorted[low].run, names[i]) != 0)
			check_unrecorded(of, names[i]);
		free(names[i]);
	}
	free(names);
	free(sorted);
	if (value_count(value_get(of->proof.says, "problems")) == before)
		proof_proved(&of->proof, of->proof.away ? "folderAway" : "folder");
}

static void check_runs(struct state_proof *of, bool whole)
{
	const struct proof_wish *wish = of->proof.wish;
	bool all = !wish->run && !wish->seq, found = all;

	for (size_t i = 0; i < of->count; i++) {
		if (!all && wish->seq != of->runs[i].seq &&
		    (!wish->run || strcmp(wish->run, of->runs[i].run) != 0))
			continue;
		found = true;
		check_run(of, &of->runs[i]);
	}
	if (all && whole)
		check_folders(of);
	else if (!found && wish->run)
		check_unrecorded(of, wish->run);
}

/* ---- all of it ---- */

/* What the last checkpoint says of its size; whether it is good is looked at behind the log. */
static uint64_t size_of(const struct buf *text)
{
	struct error ignored;
	struct checkpoint *checkpoint =
		checkpoint_parse(text->data, text->size, "checkpoint", &ignored);
	uint64_t size = checkpoint ? checkpoint->size : 0;

	checkpoint_free(checkpoint);
	return size;
}

static int read_checkpoints(const struct state_proof *of, struct buf texts[2], struct error *err)
{
	char *inside = xprintf("%s/checkpoint", of->records);
	char *beside = xprintf("%s/checkpoint", of->state);
	struct error missing;
	int done = 0;

	buf_init(&texts[0]);
	buf_init(&texts[1]);
	if (!file_exists(of->records))
		done = error_set(err, ERROR_USAGE, "%s: there are no records here", of->state);
	else {
		file_read(inside, JWS_LARGEST, &texts[0], &missing);
		file_read(beside, JWS_LARGEST, &texts[1], &missing);
	}
	free(inside);
	free(beside);
	return done;
}

struct value *proof_of_state(const char *state, const struct proof_wish *wish, struct error *err)
{
	struct state_proof of = {.state = state, .is_served = controller_pid(state) != 0};
	struct buf texts[2];
	struct value *says = NULL;
	bool whole;

	of.records = xprintf("%s/records", state);
	buf_init(&of.uncopied);
	if (read_checkpoints(&of, texts, err) == 0 &&
	    proof_begin(&of.proof, wish, LOG_WHOLE, state, line_text, &of, err) == 0) {
		of.checkpoint_size = size_of(&texts[0]);
		if (size_of(&texts[1]) > of.checkpoint_size)
			of.checkpoint_size = size_of(&texts[1]);
		whole = read_log(&of);
		if (log_reader_origin(of.proof.reader)) {
			check_keys(&of);
			check_checkpoints(&of, texts, whole);
		}
		if (whole)
			check_last(&of);
		if (whole && wish->checkpoint)
			check_older(&of);
		check_runs(&of, whole);
		proof_say_log(&of.proof, log_reader_tree(of.proof.reader)->size);
		says = proof_end(&of.proof);
	}
	for (size_t i = 0; i < of.count; i++)
		free(of.runs[i].run);
	free(of.runs);
	free(of.lines);
	free(of.records);
	buf_done(&of.uncopied);
	buf_done(&texts[0]);
	buf_done(&texts[1]);
	return says;
}

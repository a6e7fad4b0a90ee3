/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof of a bundle: each record by itself, its inclusion in the log that the checkpoint names, and the run that it is of.
 * Records stand in files that are named by their numbers, so one that cannot be read at all is named all the same.
 *
 * An older checkpoint is compared where it is as long as the bundle's own; of another length only a whole log can tell.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/bag.h"
#include "record/tlog_proof.h"
#include "run/bundle.h"
#include "run/proof_inside.h"

enum { PROOF_MOST = 1 << 20 };

struct bundle_proof {
	struct proof proof;
	const char *folder;
	struct buf checkpoint; /* its text */
	struct value *runs;    /* map: name of a run to the number of its record */
	struct value *absent;  /* list {seq, event, simulated}: runs whose journals are not there */
	struct value *faults;  /* list {file, why}: of the bag */
	bool is_read;	       /* all records were */
	struct included *included; /* the records that were read */
	size_t count;
};

/* What a record's proof is about. */
struct included {
	uint64_t seq;
	uint8_t leaf[HASH_SIZE];
};

/* ---- the bag ---- */

static void take_fault(void *ctx, const char *file, const char *why)
{
	struct bundle_proof *of = ctx;
	struct value *one = value_add(of->faults, value_map());

	value_set_text(one, "file", file);
	value_set_text(one, "why", why);
}

/* The number of the record that a file of the bundle belongs to; 0: to none. */
static uint64_t seq_of(const struct bundle_proof *of, const char *file)
{
	static const char RUNS[] = "data/runs/";
	char *run;
	int64_t seq;

	if (strncmp(file, RUNS, strlen(RUNS)) != 0)
		return bundle_seq(file);
	run = xstrdup(file + strlen(RUNS));
	run[strcspn(run, "/")] = '\0';
	seq = value_get_int(of->runs, run, 0);
	free(run);
	return (uint64_t)seq;
}

/* Behind the records, which say whose the journals are. */
static void tell_faults(struct bundle_proof *of)
{
	for (size_t i = 0; i < value_count(of->faults); i++) {
		const struct value *one = value_at(of->faults, i);
		const char *file = value_get_text(one, "file");

		proof_problem(&of->proof, seq_of(of, file), NULL, file, value_get_text(one, "why"));
	}
	if (!value_count(of->faults))
		proof_proved(&of->proof, "bag");
}

/* ---- one record ---- */

static int check_inclusion(struct bundle_proof *of, const struct included *one, struct error *err)
{
	uint64_t seq = one->seq;
	char *name = bundle_name("proofs", seq, ".tlog-proof");
	char *path = xprintf("%s/%s", of->folder, name);
	const struct checkpoint *checkpoint = of->proof.checkpoint;
	struct tlog_proof proof;
	struct buf text;
	int done;

	buf_init(&text);
	done = file_read(path, PROOF_MOST, &text, err);
	if (done == 0)
		done = tlog_proof_parse(&proof, text.data, text.size, err);
	if (done == 0 && (proof.checkpoint_size != of->checkpoint.size ||
			  memcmp(proof.checkpoint, of->checkpoint.data, of->checkpoint.size) != 0))
		done = error_set(err, ERROR_REFUSED, "its proof leads to another checkpoint");
	if (done == 0 && checkpoint &&
	    (proof.index != seq - 1 ||
	     !merkle_includes(&proof.path, seq - 1, checkpoint->size, one->leaf, checkpoint->root)))
		done = error_set(
			err, ERROR_REFUSED,
			"it is not in the log of the checkpoint: it, or its proof, is another one");
	buf_done(&text);
	free(path);
	free(name);
	return done;
}

static void note_absent(struct bundle_proof *of, const struct log_record *record)
{
	struct value *one = value_add(of->absent, value_map());

	value_set_int(one, "seq", (int64_t)record->entry->seq);
	value_set_bool(one, "simulated", record->is_simulated);
	value_set(one, "event", value_copy(record->entry->says));
}

static bool is_here(const char *folder)
{
	char *path = xprintf("%s/journal", folder);
	bool is = file_exists(path);

	free(path);
	return is;
}

static void check_run(struct bundle_proof *of, const struct log_record *record, const char *run)
{
	char *folder = xprintf("%s/data/runs/%s", of->folder, run);
	bool is_named = !strchr(run, '/') && strcmp(run, "..") != 0;
	bool is_there = is_named && is_here(folder);

	if (value_get(of->runs, run))
		proof_problem(&of->proof, record->entry->seq, run, NULL,
			      "this run was recorded before");
	value_set_int(of->runs, run, (int64_t)record->entry->seq);
	if (is_named && file_exists(folder))
		proof_photos(&of->proof, folder, record->entry->seq, record->entry->says);
	if (is_there)
		proof_run(&of->proof, folder, record->entry->seq, record->entry->says,
			  record->is_simulated);
	else
		note_absent(of, record);
	free(folder);
}

/* Behind all records, which say whether its series have left the bench, or were merely not asked for. */
static void check_absent(struct bundle_proof *of)
{
	for (size_t i = 0; i < value_count(of->absent); i++) {
		const struct value *one = value_at(of->absent, i), *event = value_get(one, "event");
		uint64_t seq = (uint64_t)value_get_int(one, "seq", 0);
		bool is_simulated = value_get_bool(one, "simulated");

		if (proof_is_away(&of->proof, seq, event, is_simulated))
			continue;
		proof_run(&of->proof, NULL, seq, event, is_simulated);
		value_set_text(proof_not_proved(&of->proof, "journal", NULL), "run",
			       value_get_text(value_get(event, "mse:run"), "mse:run"));
	}
}

/* Behind all records, which say by which of the bench's keys it is signed. */
static void take_checkpoint(struct bundle_proof *of)
{
	struct proof *proof = &of->proof;
	struct error err;

	proof->checkpoint = log_reader_checkpoint(proof->reader, of->checkpoint.data,
						  of->checkpoint.size, "data/checkpoint", &err);
	if (!proof->checkpoint)
		proof_problem(proof, 0, NULL, "data/checkpoint", err.text);
}

/* False: nothing can be read behind it. */
static bool check_record(struct bundle_proof *of, uint64_t seq, const struct buf *text)
{
	struct proof *proof = &of->proof;
	struct log_record record;
	struct error err;
	const char *run;

	if (log_reader_take(proof->reader, text->data, text->size, &record, &err) < 0) {
		proof_problem(proof, seq, NULL, NULL, err.text);
		return false;
	}
	if (record.entry->seq != seq) {
		proof_problem(proof, seq, NULL, NULL, "another record stands under its number");
		return false;
	}
	of->included = xrealloc(of->included, (of->count + 1) * sizeof(*of->included));
	of->included[of->count].seq = seq;
	memcpy(of->included[of->count++].leaf, record.leaf, HASH_SIZE);
	proof_record(proof, &record);
	run = proof_run_name(record.entry);
	if (run)
		check_run(of, &record, run);
	return true;
}

/* ---- all records ---- */

static uint64_t check_records(struct bundle_proof *of, char **names, size_t count)
{
	uint64_t read = 0;
	bool goes_on = true;

	for (size_t i = 0; i < count && goes_on; i++) {
		char *name = xprintf("data/records/%s", names[i]);
		char *path = xprintf("%s/%s", of->folder, name);
		uint64_t seq = bundle_seq(name);
		struct error err;
		struct buf text;

		buf_init(&text);
		if (i == 0 && seq != 1) {
			proof_problem(
				&of->proof, 1, NULL, NULL,
				"the log's first record, which has its keys, is not in the bundle");
			goes_on = false;
		} else if (!seq || file_read(path, JWS_LARGEST, &text, &err) < 0) {
			proof_problem(&of->proof, seq, NULL, name, "it cannot be read as a record");
			goes_on = false;
		} else {
			goes_on = check_record(of, seq, &text);
		}
		read += goes_on;
		buf_done(&text);
		free(path);
		free(name);
	}
	of->is_read = goes_on && read > 0;
	return read;
}

static void check_inclusions(struct bundle_proof *of)
{
	struct error err;

	if (log_reader_origin(of->proof.reader))
		take_checkpoint(of);
	for (size_t i = 0; i < of->count; i++)
		if (check_inclusion(of, &of->included[i], &err) < 0)
			proof_problem(&of->proof, of->included[i].seq, NULL, NULL, err.text);
}

/* A journal of which no record is there. */
static void check_journals(struct bundle_proof *of)
{
	char *folder = xprintf("%s/data/runs", of->folder), **names = NULL;
	struct error none;
	size_t count = 0;

	if (file_exists(folder) && file_list(folder, &names, &count, &none) == 0)
		for (size_t i = 0; i < count; i++) {
			if (of->is_read && !value_get(of->runs, names[i]))
				proof_problem(&of->proof, 0, names[i], NULL,
					      "its journal is in the bundle, and no record of it");
			free(names[i]);
		}
	free(names);
	free(folder);
}

static void check_older(struct bundle_proof *of)
{
	struct proof *proof = &of->proof;
	const char *path = proof->wish->checkpoint;
	struct checkpoint *older =
		log_reader_origin(proof->reader) ? proof_checkpoint(proof, path) : NULL;

	if (older && proof->checkpoint && older->size == proof->checkpoint->size) {
		if (memcmp(older->root, proof->checkpoint->root, HASH_SIZE) != 0)
			proof_problem(proof, 0, NULL, path,
				      "there are two logs of the same length under this name");
		else
			value_set_int(proof_proved(proof, "older"), "size", (int64_t)older->size);
	} else if (older) {
		proof_not_proved(
			proof, "older",
			"the bundle is of another time; only the bench's whole log can tell");
	}
	checkpoint_free(older);
}

static void look(struct bundle_proof *of, char **names, size_t count)
{
	struct proof *proof = &of->proof;
	uint64_t read = check_records(of, names, count);

	check_absent(of);
	check_inclusions(of);
	if (of->is_read && value_get_bool(proof->says, "good"))
		value_set_int(proof_proved(proof, "chosen"), "count", (int64_t)read);
	if (count == 0)
		proof_problem(proof, 0, NULL, "data/records", "there are no records");
	check_journals(of);
	tell_faults(of);
	if (proof->wish->checkpoint)
		check_older(of);
	proof_not_proved(proof, "choice", NULL);
	proof_not_proved(proof, "after", NULL);
	proof_say_log(proof, read);
}

/* A record_text_fn. */
static int record_text(void *ctx, uint64_t seq, struct buf *text, struct error *err)
{
	const struct bundle_proof *of = ctx;
	char *name = bundle_name("records", seq, ".json");
	char *path = xprintf("%s/%s", of->folder, name);
	int done = file_read(path, JWS_LARGEST, text, err);

	free(path);
	free(name);
	return done;
}

struct value *proof_of_bundle(const char *folder, const struct proof_wish *wish, struct error *err)
{
	struct bundle_proof of = {.folder = folder,
				  .runs = value_map(),
				  .absent = value_list(),
				  .faults = value_list()};
	char *records = xprintf("%s/data/records", folder), *data = xprintf("%s/data", folder);
	char *checkpoint = xprintf("%s/data/checkpoint", folder), **names = NULL;
	struct value *says = NULL;
	struct error missing;
	size_t count = 0;

	buf_init(&of.checkpoint);
	file_read(checkpoint, PROOF_MOST, &of.checkpoint, &missing);
	if (bag_check(folder, take_fault, &of, err) == 0 &&
	    proof_begin(&of.proof, wish, LOG_CHOICE, data, record_text, &of, err) == 0) {
		file_list(records, &names, &count, &missing);
		look(&of, names, count);
		says = proof_end(&of.proof);
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	free(of.included);
	value_free(of.absent);
	value_free(of.faults);
	value_free(of.runs);
	buf_done(&of.checkpoint);
	free(checkpoint);
	free(records);
	free(data);
	return says;
}

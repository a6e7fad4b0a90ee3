/* SPDX-License-Identifier: Apache-2.0 */
/* What the proof of a state folder and that of a bundle have in common. */
#include "run/proof.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "record/base64.h"
#include "record/cylinder.h"
#include "record/event.h"
#include "record/identification.h"
#include "record/job_order.h"
#include "record/job_standing.h"
#include "record/lot.h"
#include "record/lot_retest.h"
#include "record/outbox.h"
#include "record/register.h"
#include "record/snapshot.h"
#include "run/proof_inside.h"
#include "run/run_proof.h"
#include "run/series_away.h"

enum { CHECKPOINT_MOST = 1 << 20 };

/* ---- what was found ---- */

static struct value *add_problem(struct proof *proof, uint64_t seq, const char *run,
				 const char *file, const char *why)
{
	struct value *list = (struct value *)value_get(proof->says, "problems");
	struct value *one = value_add(list, value_map());
	int64_t first = value_get_int(proof->says, "first", 0);

	if (seq) {
		value_set_int(one, "seq", (int64_t)seq);
		if (!first || (int64_t)seq < first)
			value_set_int(proof->says, "first", (int64_t)seq);
	}
	value_set_text(one, "run", run);
	value_set_text(one, "file", file);
	value_set_text(one, "why", why);
	value_set_bool(proof->says, "good", false);
	return one;
}

void proof_problem(struct proof *proof, uint64_t seq, const char *run, const char *file,
		   const char *why)
{
	add_problem(proof, seq, run, file, why);
}

void proof_owed(struct proof *proof, const char *run, const char *why)
{
	value_set_bool(add_problem(proof, 0, run, NULL, why), "owed", true);
}

struct value *proof_proved(struct proof *proof, const char *what)
{
	struct value *list = (struct value *)value_get(proof->says, "proved");
	struct value *one = value_add(list, value_map());

	value_set_text(one, "what", what);
	return one;
}

struct value *proof_not_proved(struct proof *proof, const char *what, const char *why)
{
	struct value *list = (struct value *)value_get(proof->says, "notProved");
	struct value *one = value_add(list, value_map());

	value_set_text(one, "what", what);
	value_set_text(one, "why", why);
	return one;
}

/* ---- begin ---- */

int proof_begin(struct proof *proof, const struct proof_wish *wish, enum log_extent extent,
		const char *folder, record_text_fn *text_of, void *ctx, struct error *err)
{
	static const char *const LISTS[] = {"problems", "runs", "proved", "notProved"};

	*proof = (struct proof){.wish = wish};
	if (wish->administrator &&
	    !(proof->administrator = key_load_public(wish->administrator, err)))
		return -1;
	proof->brackets = run_brackets_new();
	proof->people =
		proof_people_new(text_of, ctx, extent == LOG_WHOLE ? proof->brackets : NULL, err);
	if (!proof->people) {
		run_brackets_free(proof->brackets);
		key_free(proof->administrator);
		return -1;
	}
	proof->is_whole = extent == LOG_WHOLE;
	proof->reader = log_reader_new(extent);
	proof->lots = proof_lots_new(folder, extent, proof->brackets);
	proof->holders = series_holders_new();
	proof->released = value_map();
	proof->jobs = proof_jobs_new(extent, proof->brackets);
	proof->says = value_map();
	value_set_bool(proof->says, "good", true);
	for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++)
		value_set(proof->says, LISTS[i], value_list());
	return 0;
}

/* ---- records ---- */

const char *proof_run_name(const struct entry *entry)
{
	return strcmp(entry->kind, ENTRY_EVENT) == 0
		       ? value_get_text(value_get(entry->says, "mse:run"), "mse:run")
		       : NULL;
}

/* Was the bench's key the bench's, as the administrator has it, when this was signed? What is not is said once. */
static void check_bench(struct proof *proof, const struct log_record *record)
{
	const char *id = key_id(record->bench_key);
	struct error err;
	int vouched;

	if (proof_people_administers(proof->people, proof->administrator))
		proof->was_administrator = true;
	if (!proof->was_administrator || proof->not_allowed)
		return;
	vouched = proof_people_vouch(proof->people, id, record->entry->at.wall.ms, &err);
	proof->is_allowed |= vouched > 0;
	proof->not_allowed = vouched < 0;
	if (vouched < 0)
		proof_problem(proof, record->entry->seq, NULL, NULL, err.text);
}

static bool is_known(const char *kind)
{
	static const char *const KINDS[] = {ENTRY_EVENT,       ENTRY_LOG,
					    ENTRY_KEY,	       ENTRY_SIGNATURE,
					    ENTRY_CLOCK,       ENTRY_CALIBRATION,
					    ENTRY_DECLARATION, ENTRY_APPROVAL,
					    ENTRY_CHECK,       ENTRY_CYLINDER,
					    ENTRY_CONNECTION,  ENTRY_DEBIT,
					    ENTRY_HAND_OVER,   ENTRY_SNAPSHOT,
					    ENTRY_JOB_ORDER,   ENTRY_LOT,
					    ENTRY_DRAW,	       ENTRY_SEAL,
					    ENTRY_LOT_VERDICT, ENTRY_LOT_RETEST,
					    ENTRY_RECEIPT,     ENTRY_SERIES_RELEASE,
					    ENTRY_JOB_RESULT};

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strcmp(kind, KINDS[i]))
			return true;
	return false;
}

/* Receipts that came with a statement, and what has left the bench on them. */
static void check_series(struct proof *proof, const struct log_record *record)
{
	const struct entry *entry = record->entry;
	const char *run = value_get_text(entry->says, "run");
	char since[WALL_TIME_SIZE];
	struct value *one;
	struct error err;

	if (series_holders_take(proof->holders, entry, &err) < 0)
		proof_problem(proof, entry->seq, NULL, NULL, err.text);
	if (strcmp(entry->kind, ENTRY_SERIES_RELEASE) != 0 || !run)
		return;
	wall_time_write(&entry->at.wall, since);
	one = value_set(proof->released, run, value_copy(entry->says));
	value_set_int(one, "record", (int64_t)entry->seq);
	value_set_text(one, "since", since);
}

static void check_lots(struct proof *proof, const struct log_record *record)
{
	enum lot_proof proved;
	struct error err;

	if (proof_lots_take(proof->lots, record, log_reader_base(proof->reader), &proved, &err) < 0)
		proof_problem(proof, record->entry->seq, NULL, NULL, err.text);
	else
		proof->lot[proved]++;
}

static void check_jobs(struct proof *proof, const struct log_record *record)
{
	enum job_proof proved;
	struct error err;

	if (proof_jobs_take(proof->jobs, record, &proved, &err) < 0)
		proof_problem(proof, record->entry->seq, NULL, NULL, err.text);
	else
		proof->job[proved]++;
}

/* A choice of records may lack the check that a run of it names. */
static void check_bracket(struct proof *proof, const struct entry *entry)
{
	struct error err;
	int done = run_brackets_take(proof->brackets, entry, &err);

	if (done == 0 && proof->is_whole && !strcmp(entry->kind, ENTRY_EVENT))
		done = run_brackets_named(proof->brackets, entry, &err);
	if (done < 0)
		proof_problem(proof, entry->seq, NULL, NULL, err.text);
}

void proof_record(struct proof *proof, const struct log_record *record)
{
	struct error err;
	int taken = proof_people_take(proof->people, record, &err);

	if (taken < 0)
		proof_problem(proof, record->entry->seq, NULL, NULL, err.text);
	proof->persons += taken > 0;
	if (!strcmp(record->entry->kind, ENTRY_EVENT) &&
	    identification_verify(record->entry->says, &err) < 0)
		proof_problem(proof, record->entry->seq, NULL, NULL, err.text);
	check_series(proof, record);
	proof->unknown += !is_known(record->entry->kind);
	check_bracket(proof, record->entry);
	check_lots(proof, record);
	check_jobs(proof, record);
	if (proof->administrator)
		check_bench(proof, record);
}

/* ---- runs ---- */

void proof_run(struct proof *proof, const char *folder, uint64_t seq, const struct value *event,
	       bool is_simulated)
{
	struct run_claim claim = {.folder = folder,
				  .event = event,
				  .is_simulated = is_simulated,
				  .base = log_reader_base(proof->reader),
				  .bench = log_reader_bench(proof->reader),
				  .program = proof->wish->program};
	const struct value *run = value_get(event, "mse:run");
	const char *name = value_get_text(run, "mse:run");
	struct value *one = value_add((struct value *)value_get(proof->says, "runs"), value_map());
	struct value *replay;
	struct run_proof found;
	struct error err;

	value_set_int(one, "seq", (int64_t)seq);
	value_set_text(one, "run", name);
	value_set_text(one, "verdict", value_get_text(run, "mse:verdict"));
	value_set_text(one, "protocol", value_get_text(run, "mse:protocol"));
	value_set_bool(one, "simulated", is_simulated);
	value_set_bool(one, "journal", folder != NULL);
	if (!folder)
		return;
	if (run_proof(&claim, &found, &err) < 0) {
		proof_problem(proof, seq, name, NULL, err.text);
		return;
	}
	proof->journals++;
	value_set_int(one, "bytes", found.bytes);
	value_set_int(one, "series", found.series);
	if (found.not_replayed[0])
		value_set_text(one, "notReplayed", found.not_replayed);
	if (!found.is_replayed)
		return;
	proof->replays++;
	replay = value_set(one, "replay", value_map());
	value_set_int(replay, "messages", found.replay.messages);
	value_set_int(replay, "samples", found.replay.samples);
	value_set_int(replay, "readings", found.replay.readings);
	value_set_int(replay, "measures", found.replay.measures);
}

void proof_photos(struct proof *proof, const char *folder, uint64_t seq, const struct value *event)
{
	struct value *run = event_extension(event, "run");
	struct error err;

	if (run_proof_photos(folder, value_get(run, "photos"), &proof->photos, &err) < 0)
		proof_problem(proof, seq, value_get_text(run, "run"), NULL, err.text);
	value_free(run);
}

/* Who has it is asked of the receipts; what the release says of them is held against that. */
bool proof_is_away(struct proof *proof, uint64_t seq, const struct value *event, bool is_simulated)
{
	const struct value *run = value_get(event, "mse:run");
	const char *name = value_get_text(run, "mse:run");
	const struct value *journal = value_get(run, "mse:journal");
	const struct value *released = name ? value_get(proof->released, name) : NULL;
	struct value *holders, *says;
	char *text;

	if (!released)
		return false;
	holders = series_holders_of(proof->holders, seq, journal);
	if (value_get_int(released, "seq", 0) != (int64_t)seq || !journal ||
	    !value_same(value_get(released, "journal"), journal) ||
	    value_count(holders) < SERIES_HOLDERS_NEEDED) {
		proof_problem(
			proof, (uint64_t)value_get_int(released, "record", 0), name, NULL,
			"it says that the run's series have left the bench, and not two receivers "
			"have signed for them");
	} else {
		proof_run(proof, NULL, seq, event, is_simulated);
		says = value_map();
		value_set_text(says, "since", value_get_text(released, "since"));
		value_set(says, "holders", value_copy(holders));
		text = series_away_text(says);
		value_free(says);
		says = proof_not_proved(proof, "away", text);
		value_set_text(says, "run", name);
		value_set(says, "holders", value_copy(holders));
		proof->away++;
		free(text);
	}
	value_free(holders);
	return true;
}

/* ---- checkpoints ---- */

struct checkpoint *proof_checkpoint(struct proof *proof, const char *path)
{
	struct checkpoint *checkpoint = NULL;
	struct error err;
	struct buf text;

	buf_init(&text);
	if (file_read(path, CHECKPOINT_MOST, &text, &err) == 0)
		checkpoint = log_reader_checkpoint(proof->reader, text.data, text.size, path, &err);
	if (!checkpoint)
		proof_problem(proof, 0, NULL, path, err.text);
	buf_done(&text);
	return checkpoint;
}

void proof_say_log(struct proof *proof, uint64_t records)
{
	struct value *log = value_set(proof->says, "log", value_map());
	const struct log_reader *reader = proof->reader;
	struct buf root;

	value_set_text(log, "origin", log_reader_origin(reader));
	value_set_text(log, "bench", log_reader_bench(reader));
	value_set_text(log, "base", log_reader_base(reader));
	if (log_reader_origin(reader)) {
		value_set_text(log, "key", key_id(log_reader_key(reader, false)));
		value_set_text(log, "simulationKey", key_id(log_reader_key(reader, true)));
	}
	value_set_int(log, "records", (int64_t)records);
	if (!proof->checkpoint)
		return;
	buf_init(&root);
	base64_write(&root, BASE64_PADDED, proof->checkpoint->root, HASH_SIZE);
	value_set_int(log, "size", (int64_t)proof->checkpoint->size);
	value_set_text(log, "root", root.data);
	buf_done(&root);
}

/* ---- end ---- */

static void say_lots(struct proof *proof)
{
	static const struct {
		enum lot_proof proved;
		const char *what;
	} SAID[] = {
		{LOT_PROOF_LIST, "lists"}, {LOT_PROOF_DRAW, "draws"}, {LOT_PROOF_VERDICT, "lots"}};

	for (size_t i = 0; i < sizeof(SAID) / sizeof(SAID[0]); i++)
		if (proof->lot[SAID[i].proved])
			value_set_int(proof_proved(proof, SAID[i].what), "count",
				      proof->lot[SAID[i].proved]);
	if (proof->lot[LOT_PROOF_MISSING])
		value_set_int(proof_not_proved(proof, "lots", NULL), "count",
			      proof->lot[LOT_PROOF_MISSING]);
}

static void say_jobs(struct proof *proof)
{
	if (proof->job[JOB_PROOF_RESULT])
		value_set_int(proof_proved(proof, "results"), "count",
			      proof->job[JOB_PROOF_RESULT]);
	if (proof->job[JOB_PROOF_MISSING])
		value_set_int(proof_not_proved(proof, "results", NULL), "count",
			      proof->job[JOB_PROOF_MISSING]);
}

static void say_counts(struct proof *proof)
{
	int64_t runs = (int64_t)value_count(value_get(proof->says, "runs"));

	if (proof->journals)
		value_set_int(proof_proved(proof, "journals"), "count", proof->journals);
	if (proof->photos)
		value_set_int(proof_proved(proof, "photos"), "count", proof->photos);
	if (proof->replays)
		value_set_int(proof_proved(proof, "replays"), "count", proof->replays);
	if (runs && proof->replays < proof->journals)
		value_set_int(proof_not_proved(proof, "replay", NULL), "count",
			      proof->journals - proof->replays);
	if (proof->persons)
		value_set_int(proof_proved(proof, "persons"), "count", proof->persons);
	say_lots(proof);
	say_jobs(proof);
	if (proof->unknown)
		value_set_int(proof_not_proved(proof, "kind", NULL), "count", proof->unknown);
}

struct value *proof_end(struct proof *proof)
{
	struct value *says = proof->says;

	say_counts(proof);
	if (proof->administrator && proof->is_allowed && !proof->not_allowed)
		proof_proved(proof, "administrator");
	else if (proof->administrator && !proof->not_allowed)
		proof_problem(proof, 1, NULL, NULL,
			      proof->was_administrator
				      ? "this administrator has never enrolled the bench's key"
				      : "this administrator has never been the administrator of "
					"this log");
	else
		proof_not_proved(proof, "key", NULL);
	proof_not_proved(proof, "gas", NULL);
	proof_not_proved(proof, "time", NULL);
	checkpoint_free(proof->checkpoint);
	log_reader_free(proof->reader);
	proof_people_free(proof->people);
	proof_lots_free(proof->lots);
	series_holders_free(proof->holders);
	value_free(proof->released);
	proof_jobs_free(proof->jobs);
	run_brackets_free(proof->brackets);
	key_free(proof->administrator);
	return says;
}

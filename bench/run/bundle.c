/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two passes over the log's file. The first verifies it and notes, of each record, what it is about; then it is settled which
 * belong together; the second writes those. Proofs come from the leaves that the reader has kept.
 */
#include "run/bundle.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/bag.h"
#include "record/event.h"
#include "record/log_read.h"
#include "record/lot.h"
#include "record/lot_retest.h"
#include "record/tlog_proof.h"
#include "run/photo.h"
#include "run/proof_inside.h"
#include "run/series_away.h"
#include "run/series_holders.h"

enum { SEQ_DIGITS = 9, CHECKPOINT_MOST = 1 << 20 };

/* ---- names ---- */

char *bundle_name(const char *kind, uint64_t seq, const char *ending)
{
	return xprintf("data/%s/%0*" PRIu64 "%s", kind, SEQ_DIGITS, seq, ending);
}

uint64_t bundle_seq(const char *name)
{
	static const char *const BEFORE[] = {"data/records/", "data/proofs/"};
	static const char *const BEHIND[] = {".json", ".tlog-proof"};

	for (size_t i = 0; i < 2; i++) {
		size_t size = strlen(BEFORE[i]), digits;

		if (strncmp(name, BEFORE[i], size) != 0)
			continue;
		digits = strspn(name + size, "0123456789");
		if (digits >= SEQ_DIGITS && digits < 18 && !strcmp(name + size + digits, BEHIND[i]))
			return strtoull(name + size, NULL, 10);
	}
	return 0;
}

/* ---- what there is ---- */

struct item {
	bool is_taken;
	char **subjects; /* the pieces of equipment, or its lot; NULL ends them */
	char *run;	 /* its run's name; or NULL */
	char *under;	 /* id of the record that it signs; or NULL */
	char *id;
	char *list;	   /* digest of the list of units that it rests on; or NULL */
	uint64_t *rests;   /* the records that it rests on, 0 behind the last; or NULL */
	uint64_t released; /* the record of the run whose series it lets leave; or 0 */
};

struct bundle {
	const struct bundle_wish *wish;
	struct log_reader *reader;
	struct item *items;
	size_t count, room;
	struct bag *bag;
	struct buf checkpoint;
	uint64_t size; /* records in the checkpoint */
	int64_t records, runs;
	struct value *missing; /* list: sentences that name the photos which are not written */
	struct value *away;    /* map: runs whose journals have left the bench, to away.json */
};

static char *copy_of(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static void note_subjects(struct item *item, const struct value *equipment)
{
	item->subjects = xcalloc(value_count(equipment) + 1, sizeof(*item->subjects));
	for (size_t i = 0; i < value_count(equipment); i++)
		item->subjects[i] = xstrdup(value_at(equipment, i)->text);
}

/* The records that maps of a list name by a member. */
static void note_rests(struct item *item, const struct value *list, const char *member)
{
	size_t count = 0;

	item->rests = xcalloc(value_count(list) + 1, sizeof(*item->rests));
	for (size_t i = 0; i < value_count(list); i++) {
		int64_t seq = value_get_int(value_at(list, i), member, 0);

		if (seq > 0)
			item->rests[count++] = (uint64_t)seq;
	}
}

/* All records of a lot belong together. */
static void note_lot(struct item *item, const struct entry *entry)
{
	static const char *const KINDS[] = {ENTRY_LOT, ENTRY_DRAW, ENTRY_SEAL, ENTRY_LOT_RETEST,
					    ENTRY_LOT_VERDICT};
	const char *lot = value_get_text(entry->says, "lot");

	for (size_t i = 0; lot && i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strcmp(entry->kind, KINDS[i])) {
			item->subjects = xcalloc(2, sizeof(*item->subjects));
			item->subjects[0] = xprintf("lot:%s", lot);
		}
	if (!strcmp(entry->kind, ENTRY_LOT_VERDICT))
		note_rests(item, value_get(entry->says, "runs"), "seq");
	if (!strcmp(entry->kind, ENTRY_LOT))
		item->list = copy_of(value_get_text(value_get(entry->says, "file"), "sha256"));
}

/* It rests on the receipts of who has the series. */
static void note_release(struct item *item, const struct entry *entry)
{
	int64_t run = value_get_int(entry->says, "seq", 0);

	item->released = run > 0 && (uint64_t)run < entry->seq ? (uint64_t)run : 0;
	note_rests(item, value_get(entry->says, "holders"), "receipt");
}

static int note(void *ctx, const struct log_record *record, struct error *err)
{
	struct bundle *bundle = ctx;
	const struct entry *entry = record->entry;
	struct item *item;

	(void)err;
	if (bundle->count == bundle->room) {
		bundle->room = bundle->room ? bundle->room * 2 : 64;
		bundle->items = xrealloc(bundle->items, bundle->room * sizeof(*bundle->items));
	}
	item = &bundle->items[bundle->count++];
	*item = (struct item){.id = xstrdup(entry->id)};
	item->is_taken = entry->seq == 1 || !strcmp(entry->kind, ENTRY_KEY) ||
			 !strcmp(entry->kind, ENTRY_HAND_OVER);
	if (!strcmp(entry->kind, ENTRY_EVENT)) {
		note_subjects(item, value_get(entry->says, "epcList"));
		item->run = copy_of(proof_run_name(entry));
	} else if (!strcmp(entry->kind, ENTRY_SIGNATURE) ||
		   !strcmp(entry->kind, ENTRY_DECLARATION)) {
		item->under = copy_of(value_get_text(entry->says, "of"));
	} else if (!strcmp(entry->kind, ENTRY_SERIES_RELEASE)) {
		note_release(item, entry);
	} else {
		note_lot(item, entry);
	}
	return 0;
}

/* ---- what is taken ---- */

static int take_asked(struct bundle *bundle, struct error *err)
{
	const struct bundle_wish *wish = bundle->wish;

	for (size_t i = 0; i < wish->seq_count; i++) {
		if (wish->seqs[i] < 1 || wish->seqs[i] > bundle->count)
			return error_set(err, ERROR_USAGE,
					 "there is no record %" PRIu64 "; there are %zu",
					 wish->seqs[i], bundle->count);
		bundle->items[wish->seqs[i] - 1].is_taken = true;
	}
	for (size_t i = 0; i < wish->run_count; i++) {
		size_t at = 0;

		while (at < bundle->count && (!bundle->items[at].run ||
					      strcmp(bundle->items[at].run, wish->runs[i]) != 0))
			at++;
		if (at == bundle->count)
			return error_set(err, ERROR_USAGE, "run %s has no record", wish->runs[i]);
		bundle->items[at].is_taken = true;
	}
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The texts of an item that it shares with others, one by one; NULL behind the last. */
typedef char *text_fn(const struct item *item, bool taken, size_t at);

/* Whoever shares such a text with one that is taken is taken, too. */
static void take_sharing(struct bundle *bundle, text_fn *of)
{
	char **texts = NULL, *text;
	size_t count = 0;

	for (size_t i = 0; i < bundle->count; i++)
		for (size_t k = 0;
		     bundle->items[i].is_taken && (text = of(&bundle->items[i], true, k)); k++) {
			texts = xrealloc(texts, (count + 1) * sizeof(*texts));
			texts[count++] = text;
		}
	if (count)
		qsort(texts, count, sizeof(*texts), by_text);
	for (size_t i = 0; i < bundle->count && count; i++)
		for (size_t k = 0; (text = of(&bundle->items[i], false, k)); k++)
			if (bsearch(&text, texts, count, sizeof(*texts), by_text))
				bundle->items[i].is_taken = true;
	free(texts);
}

static char *subject_of(const struct item *item, bool taken, size_t at)
{
	(void)taken;
	return item->subjects ? item->subjects[at] : NULL;
}

static char *signed_of(const struct item *item, bool taken, size_t at)
{
	return at ? NULL : taken ? item->id : item->under;
}

static char *event_of(const struct item *item, bool taken, size_t at)
{
	return at ? NULL : taken ? item->under : item->id;
}

/* A run and the releases of its series belong together. */
static void take_releases(struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++) {
		struct item *item = &bundle->items[i];
		struct item *run = item->released ? &bundle->items[item->released - 1] : NULL;

		if (run)
			run->is_taken = item->is_taken = run->is_taken || item->is_taken;
	}
}

/* The runs of a lot's verdict, the receipts of a release. */
static void take_rests(struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++)
		for (const uint64_t *seq = bundle->items[i].rests;
		     bundle->items[i].is_taken && seq && *seq; seq++)
			if (*seq <= bundle->count)
				bundle->items[*seq - 1].is_taken = true;
}

/* ---- writing ---- */

static int write_proof(struct bundle *bundle, uint64_t seq, struct error *err)
{
	struct tlog_proof proof = {.index = seq - 1,
				   .checkpoint = bundle->checkpoint.data,
				   .checkpoint_size = bundle->checkpoint.size};
	char *name = bundle_name("proofs", seq, ".tlog-proof");
	struct buf text;
	int done = merkle_prove_inclusion(log_reader_leaf, bundle->reader, seq - 1, bundle->size,
					  &proof.path, err);

	buf_init(&text);
	if (done == 0) {
		tlog_proof_write(&text, &proof);
		done = bag_add(bundle->bag, name, text.data, text.size, err);
	}
	buf_done(&text);
	free(name);
	return done;
}

static int write_journal(struct bundle *bundle, const char *run, struct error *err)
{
	char *path = xprintf("%s/runs/%s/journal", bundle->wish->state, run);
	char *name = xprintf("data/runs/%s/journal", run);
	char *folder = xprintf("%s/runs/%s", bundle->wish->state, run);
	struct value *away = series_away(folder);
	int done = away ? 0 : bag_add_file(bundle->bag, name, path, err);

	if (away)
		value_set(bundle->away, run, away);
	else
		bundle->runs += done == 0;
	free(folder);
	free(name);
	free(path);
	return done;
}

/* Two questions may have been answered with one picture, which is written once. */
static bool is_repeated(const struct value *photos, size_t at)
{
	const char *sha256 = value_get_text(value_at(photos, at), "sha256");

	for (size_t i = 0; i < at; i++) {
		const char *other = value_get_text(value_at(photos, i), "sha256");

		if (other && !strcmp(other, sha256))
			return true;
	}
	return false;
}

/* One that is missing or was changed keeps nothing else from being written: it is not in the bundle, and whoever asked is told. */
static int write_photos(struct bundle *bundle, const char *run, const struct value *event,
			struct error *err)
{
	char *folder = xprintf("%s/runs/%s", bundle->wish->state, run);
	struct value *extension = event_extension(event, "run");
	const struct value *photos = value_get(extension, "photos");
	int done = 0;

	for (size_t i = 0; i < value_count(photos) && done == 0; i++) {
		const struct value *photo = value_at(photos, i);
		char *own = photo_name(photo),
		     *name = own ? xprintf("data/runs/%s/%s", run, own) : NULL;
		struct error why;
		struct buf bytes;

		buf_init(&bytes);
		if (!value_get_text(photo, "sha256") || is_repeated(photos, i))
			;
		else if (photo_read(folder, photo, &bytes, &why) < 0)
			value_add(bundle->missing, value_printf("%s: %s", run, why.text));
		else
			done = bag_add(bundle->bag, name, bytes.data, bytes.size, err);
		buf_done(&bytes);
		free(own);
		free(name);
	}
	value_free(extension);
	free(folder);
	return done;
}

/* Two lots may have one list, which is written once. */
static bool is_written(const struct bundle *bundle, uint64_t seq, const char *sha256)
{
	for (uint64_t i = 0; i + 1 < seq; i++)
		if (bundle->items[i].is_taken && bundle->items[i].list &&
		    !strcmp(bundle->items[i].list, sha256))
			return true;
	return false;
}

static int write_list(struct bundle *bundle, const char *sha256, struct error *err)
{
	char *path = xprintf("%s/files/%s", bundle->wish->state, sha256);
	char *name = xprintf("data/files/%s", sha256);
	int done = bag_add_file(bundle->bag, name, path, err);

	free(name);
	free(path);
	return done;
}

/* The second pass, with a reader of its own that verifies once more. */
static int write_record(void *ctx, const struct log_record *record, struct error *err)
{
	struct bundle *bundle = ctx;
	uint64_t seq = record->entry->seq;
	const struct item *item = &bundle->items[seq - 1];
	char *name;
	int done;

	if (seq > bundle->count || !item->is_taken)
		return 0;
	name = bundle_name("records", seq, ".json");
	done = bag_add(bundle->bag, name, record->text, record->size, err);
	free(name);
	if (done == 0)
		done = write_proof(bundle, seq, err);
	if (done == 0 && item->run)
		done = write_journal(bundle, item->run, err);
	if (done == 0 && item->run)
		done = write_photos(bundle, item->run, record->entry->says, err);
	if (done == 0 && item->list && !is_written(bundle, seq, item->list))
		done = write_list(bundle, item->list, err);
	bundle->records++;
	return done;
}

static int write_all(struct bundle *bundle, const char *path, struct error *err)
{
	struct log_reader *again = log_reader_new(LOG_WHOLE);
	struct value *info = value_map();
	size_t torn;
	int done = -1;

	bundle->bag = bag_new(bundle->wish->folder, err);
	if (bundle->bag)
		done = log_read_file(again, path, write_record, bundle, &torn, err);
	if (done == 0)
		done = bag_add(bundle->bag, "data/checkpoint", bundle->checkpoint.data,
			       bundle->checkpoint.size, err);
	value_set_text(info, "Source-Organization", log_reader_base(bundle->reader));
	value_set_text(info, "External-Identifier", log_reader_origin(bundle->reader));
	value_set_text(
		info, "External-Description",
		"records of a Davy test bench; verify with davy verify or reports/verify.html");
	value_set_text(info, "Bag-Software-Agent", "davy " DAVY_VERSION);
	if (done == 0)
		done = bag_finish(bundle->bag, info, err);
	value_free(info);
	bag_free(bundle->bag);
	log_reader_free(again);
	return done;
}

/* ---- all of it ---- */

static int check_checkpoint(struct bundle *bundle, struct error *err)
{
	struct checkpoint *checkpoint =
		log_reader_checkpoint(bundle->reader, bundle->checkpoint.data,
				      bundle->checkpoint.size, "records/checkpoint", err);
	int done = checkpoint ? log_reader_contains(bundle->reader, checkpoint,
						    "records/checkpoint", err)
			      : -1;

	if (done == 0) {
		bundle->size = checkpoint->size;
		for (size_t i = bundle->size; i < bundle->count; i++)
			bundle->items[i].is_taken = false;
		bundle->count = bundle->size;
	}
	checkpoint_free(checkpoint);
	return done;
}

static int choose(struct bundle *bundle, const char *path, struct error *err)
{
	char *last = xprintf("%s/records/checkpoint", bundle->wish->state);
	size_t torn, all = 0;
	int done = file_read(last, CHECKPOINT_MOST, &bundle->checkpoint, err);

	free(last);
	if (done == 0)
		done = log_read_file(bundle->reader, path, note, bundle, &torn, err);
	all = bundle->count;
	if (done == 0)
		done = check_checkpoint(bundle, err);
	if (done == 0)
		done = take_asked(bundle, err);
	if (done == 0) {
		take_sharing(bundle, event_of);
		take_releases(bundle);
		take_sharing(bundle, subject_of);
		take_rests(bundle);
		take_releases(bundle);
		take_rests(bundle);
		take_sharing(bundle, signed_of);
	}
	bundle->room = all; /* how many items there are to be freed */
	return done;
}

static void bundle_done(struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->room; i++) {
		for (char **subject = bundle->items[i].subjects; subject && *subject; subject++)
			free(*subject);
		free(bundle->items[i].subjects);
		free(bundle->items[i].rests);
		free(bundle->items[i].run);
		free(bundle->items[i].under);
		free(bundle->items[i].id);
		free(bundle->items[i].list);
	}
	free(bundle->items);
	value_free(bundle->away);
	value_free(bundle->missing);
	buf_done(&bundle->checkpoint);
	log_reader_free(bundle->reader);
}

struct value *bundle_write(const struct bundle_wish *wish, struct error *err)
{
	struct bundle bundle = {.wish = wish,
				.reader = log_reader_new(LOG_WHOLE),
				.away = value_map(),
				.missing = value_list()};
	char *path = xprintf("%s/records/records.jsonl", wish->state);
	struct value *says = NULL;
	int done;

	buf_init(&bundle.checkpoint);
	done = choose(&bundle, path, err);
	if (done == 0)
		done = write_all(&bundle, path, err);
	if (done == 0) {
		says = value_map();
		value_set_text(says, "folder", wish->folder);
		value_set_int(says, "records", bundle.records);
		value_set_int(says, "runs", bundle.runs);
		value_set_int(says, "size", (int64_t)bundle.size);
		if (value_count(bundle.away))
			value_set(says, "away", value_copy(bundle.away));
		if (value_count(bundle.missing))
			value_set(says, "photosMissing", value_copy(bundle.missing));
	}
	bundle_done(&bundle);
	free(path);
	return says;
}

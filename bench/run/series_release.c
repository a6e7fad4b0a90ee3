/* SPDX-License-Identifier: Apache-2.0 */
#include "run/series_release.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/destinations.h"
#include "record/outbox.h"
#include "record/outbox_carry.h"
#include "record/received.h"
#include "record/store_entry.h"
#include "run/account.h"
#include "run/series_away.h"
#include "run/series_holders.h"

enum { TEXT_MOST = 400 };

struct release {
	struct bench_log *log;
	const char *run, *by, *why;
	struct store_entry event;
	const struct value *journal; /* what the event says of it */
	char *folder;
};

/* ---- who asks for what ---- */

static int check_who(const struct release *of, const struct moment *now, struct error *err)
{
	struct roster *roster = bench_log_roster(of->log, err);

	if (!roster)
		return -1;
	if (!of->by || !of->by[0] || strlen(of->by) > TEXT_MOST || !of->why || !of->why[0] ||
	    strlen(of->why) > TEXT_MOST)
		return error_set(err, ERROR_USAGE,
				 "who lets series go says who he is and why, in at most %d bytes",
				 TEXT_MOST);
	return roster_administrator(roster) ? roster_knows(roster, of->by, now->wall.ms, err) : 0;
}

static int check_run(struct release *of, struct error *err)
{
	const struct entry *entry = &of->event.entry;
	const char *name = value_get_text(value_get(entry->says, "mse:run"), "mse:run");

	of->journal = received_journal(entry);
	if (!of->journal || !of->run || !name || strcmp(name, of->run) != 0 || strchr(of->run, '/'))
		return error_set(
			err, ERROR_REFUSED,
			"record %llu is not that of the run %.100s: only what is recorded may "
			"leave",
			(unsigned long long)entry->seq, of->run ? of->run : "");
	of->folder = xprintf("%s/runs/%s", bench_log_state(of->log), of->run);
	return 0;
}

/* What is here must be what was received; else it is evidence that nobody else has. */
static int check_file(const struct release *of, struct error *err)
{
	char *path = xprintf("%s/journal", of->folder), hex[HASH_HEX_SIZE];
	const char *was = value_get_text(of->journal, "mse:sha256");
	struct value *away = series_away(of->folder);
	uint8_t digest[HASH_SIZE];
	int done = away ? series_away_refuse(away, of->folder, err)
			: hash_file(path, digest, NULL, err);

	if (done == 0) {
		hash_hex(digest, hex);
		if (!was || strcmp(was, hex) != 0)
			done = error_set(
				err, ERROR_REFUSED,
				"%s is not the journal that was recorded, and stays: find out "
				"what has changed it (davy verify)",
				of->run);
	}
	value_free(away);
	free(path);
	return done;
}

/* ---- who has it ---- */

static int take_receipt(void *ctx, const struct store_entry *found, struct error *err)
{
	return series_holders_take(ctx, &found->entry, err);
}

static int check_kept(const struct release *of, const struct value *destinations,
		      const struct value *holder, struct error *err)
{
	const char *name = value_get_text(holder, "destination");
	const struct value *destination = destinations_find(destinations, name ? name : "", err);
	int64_t asked = value_get_int(destination, "retentionDays", 0);
	int64_t kept = value_get_int(holder, "keepDays", 0);

	if (!destination)
		return -1;
	if (asked < 1)
		return error_set(
			err, ERROR_REFUSED,
			"%s stays: destinations.json does not say for how long the laboratory has "
			"it kept by who receives by '%s' (\"retentionDays\")",
			of->run, name);
	return kept >= asked
		       ? 0
		       : error_set(err, ERROR_REFUSED,
				   "%s stays: %.80s has undertaken to keep it for %lld days "
				   "(record %lld), "
				   "and the laboratory asks for %lld (davy receive --keep-days)",
				   of->run, value_get_text(holder, "receiver"), (long long)kept,
				   (long long)value_get_int(holder, "receipt", 0),
				   (long long)asked);
}

static int check_holders(const struct release *of, const struct value *holders, struct error *err)
{
	const struct value *destinations = outbox_settle(bench_log_outbox(of->log), err);
	int done = destinations ? 0 : -1, keep = 0;

	if (done == 0 && !value_count(holders))
		return error_set(
			err, ERROR_REFUSED,
			"%s stays: nobody has signed for its journal; two different receivers "
			"must have",
			of->run);
	if (done == 0 && value_count(holders) < SERIES_HOLDERS_NEEDED)
		return error_set(
			err, ERROR_REFUSED,
			"%s stays: %.80s alone has signed for its journal (record %lld); another "
			"receiver, with another name and key, must have it too",
			of->run, value_get_text(value_at(holders, 0), "receiver"),
			(long long)value_get_int(value_at(holders, 0), "receipt", 0));
	for (size_t i = 0; i < value_count(holders) && done == 0; i++)
		keep += check_kept(of, destinations, value_at(holders, i), err) == 0;
	return done == 0 && keep >= SERIES_HOLDERS_NEEDED ? 0 : -1;
}

/* The receivers, where they suffice; the caller frees them. */
static struct value *find_holders(const struct release *of, struct error *err)
{
	struct series_holders *all = series_holders_new();
	struct value *holders = NULL;

	if (store_entry_each(bench_log_store(of->log), OUTBOX_STATEMENTS, take_receipt, all, err) ==
	    0)
		holders = series_holders_of(all, of->event.entry.seq, of->journal);
	series_holders_free(all);
	if (!holders || check_holders(of, holders, err) == 0)
		return holders;
	value_free(holders);
	return NULL;
}

/* ---- the record, and then the file ---- */

static int record(const struct release *of, const struct value *holders, const struct moment *now,
		  uint64_t *seq, struct error *err)
{
	struct value *says = value_map();
	struct appended appended = {0};
	int done;

	value_set_text(says, "run", of->run);
	value_set_int(says, "seq", (int64_t)of->event.entry.seq);
	value_set_text(says, "of", of->event.entry.id);
	value_set(says, "journal", value_copy(of->journal));
	value_set(says, "holders", value_copy(holders));
	value_set_text(says, "by", of->by);
	value_set_text(says, "why", of->why);
	buf_init(&appended.text);
	done = bench_log_append(of->log,
				&(struct bench_entry){.kind = ENTRY_SERIES_RELEASE, .says = says},
				now, &appended, err);
	buf_done(&appended.text);
	*seq = appended.seq;
	value_free(says);
	return done;
}

static int let_go(const struct release *of, const struct value *holders, uint64_t seq,
		  const struct moment *now, struct error *err)
{
	struct account *account = account_read(of->folder, err);
	struct value *away = value_map();
	char since[WALL_TIME_SIZE];
	int done = account ? 0 : -1;

	wall_time_write(&now->wall, since);
	value_set_int(away, "record", (int64_t)seq);
	value_set_text(away, "since", since);
	value_set(away, "holders", value_copy(holders));
	if (account && account->consumes)
		value_set(away, "consumes", value_copy(account->consumes));
	if (done == 0)
		done = series_away_make(of->folder, away, err);
	account_free(account);
	value_free(away);
	return done;
}

struct value *series_release(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct error *err)
{
	struct release of = {.log = log,
			     .run = value_get_text(request, "run"),
			     .by = value_get_text(request, "by"),
			     .why = value_get_text(request, "why")};
	struct value *holders = NULL, *answer = NULL;
	uint64_t seq = 0;

	if (check_who(&of, now, err) < 0 ||
	    store_entry_get(bench_log_store(log), (uint64_t)value_get_int(request, "seq", 0),
			    &of.event, err) < 0)
		return NULL;
	if (check_run(&of, err) == 0 && check_file(&of, err) == 0)
		holders = find_holders(&of, err);
	if (holders && record(&of, holders, now, &seq, err) == 0 &&
	    let_go(&of, holders, seq, now, err) == 0) {
		answer = value_map();
		value_set_text(answer, "run", of.run);
		value_set_int(answer, "record", (int64_t)seq);
		value_set_int(answer, "bytes", value_get_int(of.journal, "mse:bytes", 0));
		value_set(answer, "holders", value_copy(holders));
	}
	value_free(holders);
	store_entry_done(&of.event);
	free(of.folder);
	return answer;
}

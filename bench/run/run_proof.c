/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Series come before the file's own digest, so that the sentence can name what was swapped. A record that another version
 * of the event's form made is not made again; digests, verdict and provenance are compared all the same.
 */
#include "run/run_proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/canonical.h"
#include "record/event.h"
#include "record/wall_time.h"
#include "run/account.h"
#include "run/journal_digest.h"
#include "run/photo.h"
#include "run/run_event.h"

/* ---- digests ---- */

static bool same_text(const struct value *a, const struct value *b, const char *name)
{
	const char *one = value_get_text(a, name), *other = value_get_text(b, name);

	return one && other && !strcmp(one, other);
}

static const struct value *find_series(const struct value *list, const struct value *like)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (same_text(value_at(list, i), like, "what") &&
		    value_get_int(value_at(list, i), "subject", -1) ==
			    value_get_int(like, "subject", -2))
			return value_at(list, i);
	return NULL;
}

static int bad_series(const struct value *series, const char *what, struct error *err)
{
	const char *kind = value_get_text(series, "what");

	return error_set(err, ERROR_REFUSED, "its series '%s' %" PRId64 " %s", kind ? kind : "?",
			 value_get_int(series, "subject", -1), what);
}

static int check_series(const struct value *recorded, const struct value *there, struct error *err)
{
	for (size_t i = 0; i < value_count(recorded); i++) {
		const struct value *was = value_at(recorded, i), *is = find_series(there, was);

		if (!is)
			return bad_series(was, "is not in the journal", err);
		if (!same_text(was, is, "sha256") ||
		    value_get_int(was, "entries", -1) != value_get_int(is, "entries", -2))
			return bad_series(
				was, "is not the one that was recorded: it was swapped or edited",
				err);
	}
	for (size_t i = 0; i < value_count(there); i++)
		if (!find_series(recorded, value_at(there, i)))
			return bad_series(value_at(there, i), "is in the journal, and not recorded",
					  err);
	return 0;
}

static int check_digests(const struct value *recorded, const struct value *there, const char *chain,
			 struct error *err)
{
	const char *was = value_get_text(recorded, "chain");

	if (check_series(value_get(recorded, "series"), value_get(there, "series"), err) < 0)
		return -1;
	if (!was || strcmp(was, chain) != 0)
		return error_set(
			err, ERROR_REFUSED,
			"its journal's lines are not those that were recorded: the chain was "
			"made anew");
	if (!same_text(recorded, there, "sha256") ||
	    value_get_int(recorded, "bytes", -1) != value_get_int(there, "bytes", -2))
		return error_set(err, ERROR_REFUSED,
				 "its journal's file is not the one that was recorded");
	return 0;
}

/* ---- the event again ---- */

static bool same(const struct value *a, const struct value *b)
{
	struct buf one, other;
	struct error ignored;
	bool are;

	buf_init(&one);
	buf_init(&other);
	are = a && b && canonical_write(&one, a, "", &ignored) == 0 &&
	      canonical_write(&other, b, "", &ignored) == 0 && one.size == other.size &&
	      memcmp(one.data, other.data, one.size) == 0;
	buf_done(&one);
	buf_done(&other);
	return are;
}

/* What no version of the program leaves out of a record where it is so. */
static bool is_always_said(const char *name)
{
	static const char *const NAMES[] = {
		"sensorElementList", "disposition",	"epcList",	 "mse:run",
		"mse:verdict",	     "mse:why",		"mse:simulated", "mse:simulated_why",
		"mse:unfit",	     "mse:force",	"mse:only",	 "mse:fault",
		"mse:notReached",    "mse:by_hand",	"mse:warnings",	 "mse:late",
		"mse:certificates",  "mse:devices",	"mse:sources",	 "mse:journal",
		"mse:as_left",	     "mse:adjustments", "mse:photos"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (!strcmp(name, NAMES[i]))
			return true;
	return false;
}

/*
 * The first member of the record that is not the same when it is made again, or that it leaves out; `except` is not looked
 * at. A later version may say more than the one that made the record.
 */
static const char *first_other(const struct value *a, const struct value *b, const char *except)
{
	for (size_t i = 0; i < value_count(a); i++)
		if ((!except || strcmp(value_key(a, i), except) != 0) &&
		    !same(value_at(a, i), value_get(b, value_key(a, i))))
			return value_key(a, i);
	for (size_t i = 0; i < value_count(b); i++)
		if ((!except || strcmp(value_key(b, i), except) != 0) &&
		    !value_get(a, value_key(b, i)) && is_always_said(value_key(b, i)))
			return value_key(b, i);
	return NULL;
}

static int check_event(const struct run_claim *claim, const struct account *account,
		       const struct value *run, const struct value *digest, struct error *err)
{
	const char *zone = value_get_text(claim->event, "eventTime"), *other;
	struct run_event made = {.base = claim->base,
				 .bench = claim->bench,
				 .id = value_get_text(claim->event, "eventID"),
				 .digest = digest,
				 .earlier = value_get(run, "earlier"),
				 .software = value_get(run, "software"),
				 .is_late = value_get_bool(run, "late")};
	struct wall_time time;
	struct value *again;
	int done = 0;

	if (!zone || wall_time_parse(&time, zone, err) < 0)
		return error_set(err, ERROR_REFUSED, "it does not say when it was");
	made.zone_minutes = time.zone_minutes;
	again = run_event(account, &made, err);
	if (!again)
		return -1;
	other = first_other(claim->event, again, "mse:log");
	if (other && !strcmp(other, "mse:run"))
		other = first_other(value_get(claim->event, "mse:run"), value_get(again, "mse:run"),
				    NULL);
	if (other)
		done = error_set(err, ERROR_REFUSED,
				 "what it says as '%.60s' does not follow from its journal", other);
	value_free(again);
	return done;
}

static int check_provenance(const struct run_claim *claim, const struct account *account,
			    const struct value *run, struct error *err)
{
	bool journal = value_get_bool(account->head, "simulated");
	bool record = value_get_bool(run, "simulated");

	if (journal != record || record != claim->is_simulated)
		return error_set(
			err, ERROR_REFUSED,
			"its journal says that it was %s, the record %s, and the key that signed "
			"it %s",
			journal ? "simulated" : "real", record ? "simulated" : "real",
			claim->is_simulated ? "simulated" : "real");
	return 0;
}

/* ---- photos ---- */

int run_proof_photos(const char *folder, const struct value *photos, int64_t *count,
		     struct error *err)
{
	for (size_t i = 0; i < value_count(photos); i++) {
		const struct value *photo = value_at(photos, i);
		struct buf bytes;
		int done;

		if (!value_get_text(photo, "sha256"))
			continue; /* asked for, and never taken */
		buf_init(&bytes);
		done = photo_read(folder, photo, &bytes, err);
		buf_done(&bytes);
		if (done < 0)
			return -1;
		(*count)++;
	}
	return 0;
}

/* ---- again from its journal ---- */

static int check_replay(const struct run_claim *claim, const struct value *run,
			struct run_proof *proof, struct error *err)
{
	const char *verdict = value_get_text(run, "verdict");
	bool decides = verdict && (!strcmp(verdict, verdict_name(VERDICT_PASS)) ||
				   !strcmp(verdict, verdict_name(VERDICT_FAIL)));
	int done = replay_run(claim->folder, claim->program, &proof->replay, err);

	value_free(proof->replay.summary);
	proof->replay.summary = NULL;
	if (done < 0 && err->kind == ERROR_USAGE && !decides) {
		snprintf(proof->not_replayed, sizeof(proof->not_replayed), "%s", err->text);
		return 0;
	}
	if (done < 0)
		return error_context(err, "done again from its journal it is another run");
	if (!verdict || strcmp(verdict, verdict_name(proof->replay.verdict)) != 0)
		return error_set(
			err, ERROR_REFUSED, "done again from its journal it is %s, not %.20s",
			verdict_name(proof->replay.verdict), verdict ? verdict : "nothing");
	proof->is_replayed = true;
	return 0;
}

/* ---- all of it ---- */

static int check(const struct run_claim *claim, const struct account *account,
		 const struct value *run, struct run_proof *proof, struct error *err)
{
	struct value *there = journal_digest(claim->folder, err);
	int done;

	if (!there)
		return -1;
	proof->bytes = value_get_int(there, "bytes", 0);
	proof->series = (int64_t)value_count(value_get(there, "series"));
	done = check_digests(value_get(run, "journal"), there, account->chain, err);
	if (done == 0)
		done = check_provenance(claim, account, run, err);
	if (done == 0 && value_get_int(run, "format", 0) == RUN_EVENT_FORMAT)
		done = check_event(claim, account, run, there, err);
	value_free(there);
	if (done < 0)
		return -1;
	return claim->program ? check_replay(claim, run, proof, err) : 0;
}

int run_proof(const struct run_claim *claim, struct run_proof *proof, struct error *err)
{
	struct account *account = account_read(claim->folder, err);
	struct value *run = account ? event_extension(claim->event, "run") : NULL;
	int done = -1;

	*proof = (struct run_proof){0};
	if (run)
		done = check(claim, account, run, proof, err);
	else if (account)
		error_set(err, ERROR_REFUSED, "it is no record of a run");
	value_free(run);
	account_free(account);
	return done;
}

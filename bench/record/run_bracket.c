/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All checks and bracketed runs are kept as they come: a signature that comes later may take a check away, so what a run stands
 * as is asked when somebody looks.
 */
#include "record/run_bracket.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/cosign.h"
#include "record/signing.h"
#include "record/store_entry.h"
#include "verdict/decision.h"

struct bracket_run {
	uint64_t seq;
	char *id, *run, *verdict;
	char *check;		    /* the protocol that checks: its own, of a check */
	char *place, *digest;	    /* the fixture in its slot, and its file */
	char sha256[HASH_HEX_SIZE]; /* of a check's record */
	bool is_check, is_simulated, is_controlled;
	bool is_voided, is_doubted; /* rejected, or declared wrong */
};

struct run_brackets {
	unsigned holders;
	struct bracket_run *runs;
	size_t count;
};

const char *bracket_name(enum bracket bracket)
{
	static const char *const NAMES[] = {
		[BRACKET_NONE] = "none",	   [BRACKET_GOOD] = "good",
		[BRACKET_UNCHECKED] = "unchecked", [BRACKET_AWAITED] = "awaited",
		[BRACKET_SPOILT] = "spoilt",
	};

	return NAMES[bracket];
}

struct run_brackets *run_brackets_new(void)
{
	struct run_brackets *brackets = xcalloc(1, sizeof(*brackets));

	brackets->holders = 1;
	return brackets;
}

struct run_brackets *run_brackets_share(struct run_brackets *brackets)
{
	brackets->holders++;
	return brackets;
}

void run_brackets_free(struct run_brackets *brackets)
{
	if (!brackets || --brackets->holders)
		return;
	for (size_t i = 0; i < brackets->count; i++) {
		struct bracket_run *run = &brackets->runs[i];

		free(run->id);
		free(run->run);
		free(run->verdict);
		free(run->check);
		free(run->place);
		free(run->digest);
	}
	free(brackets->runs);
	free(brackets);
}

/* ---- taken ---- */

static char *copy_of(const char *text)
{
	return xstrdup(text ? text : "");
}

static const char *specimen_of(const struct value *event)
{
	const struct value *first = value_at(value_get(event, "epcList"), 0);

	return first && first->kind == VALUE_TEXT ? first->text : NULL;
}

/* At its place in the log's order; NULL where it is there already. */
static struct bracket_run *make_room(struct run_brackets *brackets, uint64_t seq)
{
	size_t at = brackets->count;

	while (at > 0 && brackets->runs[at - 1].seq > seq)
		at--;
	if (at > 0 && brackets->runs[at - 1].seq == seq)
		return NULL;
	brackets->runs = xrealloc(brackets->runs, (brackets->count + 1) * sizeof(*brackets->runs));
	memmove(&brackets->runs[at + 1], &brackets->runs[at],
		(brackets->count - at) * sizeof(*brackets->runs));
	brackets->count++;
	return &brackets->runs[at];
}

static void take_run(struct run_brackets *brackets, const struct entry *entry)
{
	const struct value *run = value_get(entry->says, "mse:run");
	const struct value *checks = value_get(run, "mse:checks");
	const struct value *bracket = value_get(run, "mse:bracket");
	struct bracket_run *kept = checks || bracket ? make_room(brackets, entry->seq) : NULL;

	if (!kept)
		return;
	*kept = (struct bracket_run){
		.seq = entry->seq,
		.id = xstrdup(entry->id),
		.run = copy_of(value_get_text(run, "mse:run")),
		.verdict = copy_of(value_get_text(run, "mse:verdict")),
		.check = copy_of(checks ? value_get_text(run, "mse:protocol")
					: value_get_text(bracket, "mse:by")),
		.place = copy_of(checks ? specimen_of(entry->says)
					: value_get_text(bracket, "mse:place")),
		.digest = copy_of(value_get_text(checks ? checks : bracket, "mse:fixture")),
		.is_check = checks != NULL,
		.is_simulated = value_get_bool(run, "mse:simulated"),
		.is_controlled = value_get_bool(run, "mse:controlled"),
	};
	if (kept->is_check)
		entry_digest(entry, kept->sha256);
}

static struct bracket_run *find_check(const struct run_brackets *brackets, const char *id)
{
	for (size_t i = 0; id && i < brackets->count; i++)
		if (brackets->runs[i].is_check && !strcmp(brackets->runs[i].id, id))
			return &brackets->runs[i];
	return NULL;
}

static int take_signature(struct bracket_run *check, const struct entry *entry, struct error *err)
{
	enum meaning meaning;

	if (cosign_meaning(entry->says, &meaning, err) < 0)
		return error_context(err, "record %llu", (unsigned long long)entry->seq);
	check->is_voided |= meaning == MEANING_VOIDED;
	check->is_doubted |= meaning == MEANING_REJECTED;
	return 0;
}

int run_brackets_take(struct run_brackets *brackets, const struct entry *entry, struct error *err)
{
	bool is_signature = !strcmp(entry->kind, ENTRY_SIGNATURE);
	struct bracket_run *check;

	if (!strcmp(entry->kind, ENTRY_EVENT)) {
		take_run(brackets, entry);
		return 0;
	}
	if (!is_signature && strcmp(entry->kind, ENTRY_DECLARATION) != 0)
		return 0;
	check = find_check(brackets, value_get_text(entry->says, "of"));
	if (check && is_signature)
		return take_signature(check, entry, err);
	if (check)
		check->is_doubted = true;
	return 0;
}

/* ---- asked ---- */

static bool counts(const struct bracket_run *check, const struct bracket_run *run)
{
	return run->digest[0] && check->is_check && !strcmp(check->check, run->check) &&
	       !strcmp(check->place, run->place) && !strcmp(check->digest, run->digest) &&
	       check->is_simulated == run->is_simulated;
}

/* PASS, FAIL, or 0: it decides nothing of this run. */
static enum verdict decides(const struct bracket_run *check, const struct bracket_run *run)
{
	if (check->is_voided)
		return 0;
	if (!strcmp(check->verdict, verdict_name(VERDICT_FAIL)))
		return VERDICT_FAIL;
	if (strcmp(check->verdict, verdict_name(VERDICT_PASS)) != 0 || check->is_doubted ||
	    (run->is_controlled && !check->is_controlled))
		return 0;
	return VERDICT_PASS;
}

/* The last that counts for this run, of those before the place `at`, whether it has passed or not. */
static const struct bracket_run *last_of(const struct run_brackets *brackets,
					 const struct bracket_run *run, size_t at)
{
	for (size_t i = at; i > 0; i--)
		if (counts(&brackets->runs[i - 1], run))
			return &brackets->runs[i - 1];
	return NULL;
}

static const struct bracket_run *last_before(const struct run_brackets *brackets, size_t at)
{
	return last_of(brackets, &brackets->runs[at], at);
}

static const struct bracket_run *decided_after(const struct run_brackets *brackets, size_t at)
{
	for (size_t i = at + 1; i < brackets->count; i++)
		if (counts(&brackets->runs[i], &brackets->runs[at]) &&
		    decides(&brackets->runs[i], &brackets->runs[at]))
			return &brackets->runs[i];
	return NULL;
}

static enum bracket bracket_at(const struct run_brackets *brackets, size_t at, const char **check)
{
	const struct bracket_run *run = &brackets->runs[at];
	const struct bracket_run *before = last_before(brackets, at);
	const struct bracket_run *after = decided_after(brackets, at);

	*check = after ? after->run : before ? before->run : NULL;
	if (after && decides(after, run) == VERDICT_FAIL)
		return BRACKET_SPOILT;
	if (!before || decides(before, run) != VERDICT_PASS) {
		*check = before ? before->run : NULL;
		return BRACKET_UNCHECKED;
	}
	return after ? BRACKET_GOOD : BRACKET_AWAITED;
}

enum bracket run_brackets_of(const struct run_brackets *brackets, uint64_t seq, const char **check)
{
	const char *ignored;

	if (!check)
		check = &ignored;
	*check = NULL;
	for (size_t i = 0; i < brackets->count; i++)
		if (brackets->runs[i].seq == seq && !brackets->runs[i].is_check)
			return bracket_at(brackets, i, check);
	return BRACKET_NONE;
}

/* ---- in a store ---- */

static int take_found(void *brackets, const struct store_entry *found, struct error *err)
{
	return run_brackets_take(brackets, &found->entry, err);
}

static bool is_first_of_place(const struct run_brackets *brackets, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(brackets->runs[i].place, brackets->runs[at].place))
			return false;
	return true;
}

/* The places first, copied, since what is found goes between those that are known. */
static int take_places(struct run_brackets *brackets, struct store *store, struct error *err)
{
	size_t count = 0;
	char **places = xcalloc(brackets->count + 1, sizeof(*places));
	int done = 0;

	for (size_t i = 0; i < brackets->count; i++)
		if (is_first_of_place(brackets, i))
			places[count++] = xstrdup(brackets->runs[i].place);
	for (size_t i = 0; i < count; i++) {
		if (done == 0)
			done = store_entry_each(store, places[i], take_found, brackets, err);
		free(places[i]);
	}
	free(places);
	return done;
}

/* What people have said of a check stands under it, not under its place. */
static int take_said(struct run_brackets *brackets, struct store *store, struct error *err)
{
	for (size_t i = 0; i < brackets->count; i++)
		if (brackets->runs[i].is_check &&
		    store_entry_each(store, brackets->runs[i].id, take_found, brackets, err) < 0)
			return -1;
	return 0;
}

int run_brackets_complete(struct run_brackets *brackets, struct bench_log *log, struct error *err)
{
	struct store *store = bench_log_store(log);

	if (take_places(brackets, store, err) < 0)
		return -1;
	return take_said(brackets, store, err);
}

/* ---- named ---- */

static struct value *name_of(const struct bracket_run *check)
{
	struct value *named = value_map();

	value_set_int(named, "seq", (int64_t)check->seq);
	value_set_text(named, "id", check->id);
	value_set_text(named, "sha256", check->sha256);
	return named;
}

struct value *run_bracket_before(struct bench_log *log, const struct value *bracket,
				 struct error *err)
{
	struct bracket_run run = {.check = copy_of(value_get_text(bracket, "by")),
				  .place = copy_of(value_get_text(bracket, "place")),
				  .digest = copy_of(value_get_text(bracket, "fixture")),
				  .is_simulated = value_get_bool(bracket, "simulated")};
	struct run_brackets *brackets = run_brackets_new();
	struct store *store = bench_log_store(log);
	const struct bracket_run *check;
	struct value *named = NULL;

	if (store_entry_each(store, run.place, take_found, brackets, err) == 0 &&
	    take_said(brackets, store, err) == 0) {
		check = last_of(brackets, &run, brackets->count);
		named = check && decides(check, &run) == VERDICT_PASS ? name_of(check)
								      : value_map();
	}
	run_brackets_free(brackets);
	free(run.check);
	free(run.place);
	free(run.digest);
	return named;
}

static bool is_named(const struct value *named, const struct bracket_run *check)
{
	const char *id = value_get_text(named, "mse:id"),
		   *sha256 = value_get_text(named, "mse:sha256");

	return check && value_get_int(named, "mse:seq", 0) == (int64_t)check->seq && id &&
	       !strcmp(id, check->id) && sha256 && !strcmp(sha256, check->sha256);
}

/*
 * The last before it; or, of a run that was ended long after it had been interrupted, and decides nothing, any: the bench
 * may have been checked meanwhile.
 */
static bool rests_on(const struct run_brackets *brackets, size_t at, const struct value *named)
{
	const struct bracket_run *run = &brackets->runs[at];

	if (strcmp(run->verdict, verdict_name(VERDICT_ABORTED)) != 0)
		return is_named(named, last_before(brackets, at));
	for (size_t i = at; i > 0; i--)
		if (counts(&brackets->runs[i - 1], run) && is_named(named, &brackets->runs[i - 1]))
			return true;
	return false;
}

int run_brackets_named(const struct run_brackets *brackets, const struct entry *event,
		       struct error *err)
{
	const struct value *run = value_get(event->says, "mse:run");
	const struct value *named = value_get(value_get(run, "mse:bracket"), "mse:check");

	for (size_t i = 0; named && i < brackets->count; i++)
		if (brackets->runs[i].seq == event->seq && !rests_on(brackets, i, named))
			return error_set(
				err, ERROR_REFUSED,
				"run %s names record %lld as the check of its fixture "
				"before it, and that is not the one which the log has there",
				brackets->runs[i].run,
				(long long)value_get_int(named, "mse:seq", 0));
	return 0;
}

static int refuse(enum bracket bracket, const struct bracket_run *run, const char *check,
		  struct error *err)
{
	switch (bracket) {
	case BRACKET_AWAITED:
		return error_set(err, ERROR_REFUSED,
				 "run %s still awaits the check of its fixture after it: run %s "
				 "on the same slot, for a certificate, and approve when that "
				 "has passed",
				 run->run, run->check);
	case BRACKET_SPOILT:
		return error_set(err, ERROR_REFUSED,
				 "run %s stands as INCONCLUSIVE, since the check of its fixture "
				 "after it, %s, failed: put the fixture right, let %s pass, and "
				 "test again",
				 run->run, check, run->check);
	case BRACKET_UNCHECKED:
		return error_set(err, ERROR_REFUSED,
				 "no check of its fixture had passed right before run %s: let %s "
				 "pass on this slot, for a certificate as the run was, and test "
				 "again",
				 run->run, run->check);
	default:
		return 0;
	}
}

static int check_run(const struct run_brackets *brackets, uint64_t seq, struct error *err)
{
	const char *check;
	enum bracket bracket = run_brackets_of(brackets, seq, &check);

	for (size_t i = 0; i < brackets->count; i++)
		if (brackets->runs[i].seq == seq)
			return refuse(bracket, &brackets->runs[i], check, err);
	return 0;
}

static bool wants_checks(const struct entry *event)
{
	const struct value *run = value_get(event->says, "mse:run");

	return value_get(run, "mse:bracket") && value_get_bool(run, "mse:controlled");
}

int run_brackets_allow(const struct run_brackets *brackets, const struct entry *event,
		       struct error *err)
{
	return wants_checks(event) ? check_run(brackets, event->seq, err) : 0;
}

int run_bracket_stands(struct bench_log *log, const struct entry *event, struct error *err)
{
	struct run_brackets *brackets;
	int done;

	if (!wants_checks(event))
		return 0;
	brackets = run_brackets_new();
	take_run(brackets, event);
	done = run_brackets_complete(brackets, log, err);
	if (done == 0)
		done = check_run(brackets, event->seq, err);
	run_brackets_free(brackets);
	return done;
}
